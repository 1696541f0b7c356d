//! The small words of names: particles before a family name, suffixes behind it, titles before everything.
//!
//! Directories and documents disagree on them all the time, so a family name is read as groups: a core word with its
//! particles. A particle may be missing on one side, never be another one. Articles that are half of a surname by
//! themselves (`Le`, `La`, `Das`) count only behind a particle (`de la`).

use super::word::{Word, alike};

/// One family name: its core and what stands before it.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    particles: Vec<&'static str>,
    core: &'a [Word],
    /// Whether a hyphen binds it to the group before it.
    pub(super) joined: bool,
    /// Whether its particles were found behind it, as in a sorted list (`Berg, van den`).
    moved: bool,
}

impl Group<'_> {
    /// Whether these are the same family name with or without its particles.
    pub(super) fn alike(&self, other: &Self) -> bool {
        let dropped = self.particles.is_empty() != other.particles.is_empty() && !self.moved && !other.moved;
        (dropped || self.particles == other.particles) && alike(self.core, other.core).is_some()
    }
}

/// Reads the words of a family name as groups.
pub(super) fn groups(words: &[Word]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut particles = Vec::new();
    let mut joined = None;
    for (place, core) in words.chunks(1).enumerate() {
        let Some(word) = core.first() else { continue };
        let joined_here = *joined.get_or_insert(word.joined);
        let text = word.own();
        let particle = starter(&text).or_else(|| follower(&text).filter(|_| !particles.is_empty()));
        if let (Some(particle), true) = (particle, place + 1 < words.len()) {
            particles.push(particle);
            continue;
        }
        let sorted = particle.is_some() && matches!(particles.first().or(particle.as_ref()), Some(&("VAN" | "VON")));
        match groups.as_mut_slice() {
            [only] if sorted && only.particles.is_empty() => {
                particles.extend(particle);
                only.particles = std::mem::take(&mut particles);
                only.moved = true;
            }
            _ => groups.push(Group {
                particles: std::mem::take(&mut particles),
                core,
                joined: joined_here,
                moved: false,
            }),
        }
        joined = None;
    }
    groups
}

/// Particles that begin a run, under one word for the forms that only differ in transcription.
fn starter(text: &str) -> Option<&'static str> {
    Some(match text {
        "VAN" => "VAN",
        "VON" => "VON",
        "ZU" => "ZU",
        "ZUM" => "ZUM",
        "ZUR" => "ZUR",
        "AF" => "AF",
        "AV" => "AV",
        "TER" => "TER",
        "TEN" => "TEN",
        "DE" => "DE",
        "DEL" => "DEL",
        "DELLA" => "DELLA",
        "DEGLI" => "DEGLI",
        "DEI" => "DEI",
        "DI" => "DI",
        "DA" => "DA",
        "DAL" => "DAL",
        "DALLA" => "DALLA",
        "DO" => "DO",
        "DOS" => "DOS",
        "DU" => "DU",
        "Y" => "Y",
        "E" => "E",
        // One Arabic article and one Arabic word for son (daughter), each transcribed in several ways.
        "AL" | "EL" | "UL" => "AL",
        "BIN" | "IBN" | "BEN" => "BIN",
        "BINT" | "BINTI" | "BINTE" => "BINT",
        _ => return None,
    })
}

/// Words that belong to a run of particles but do not begin one.
fn follower(text: &str) -> Option<&'static str> {
    Some(match text {
        "DER" => "DER",
        "DEN" => "DEN",
        "DEM" => "DEM",
        "HET" => "HET",
        "T" => "T",
        "LA" => "LA",
        "LAS" => "LAS",
        "LOS" => "LOS",
        "LE" => "LE",
        "LES" => "LES",
        "UND" => "UND",
        _ => return None,
    })
}

/// What tells namesakes of one family apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    /// Sr.
    Senior,
    /// Jr.
    Junior,
    /// II.
    Second,
    /// III.
    Third,
    /// IV.
    Fourth,
}

/// Reads a suffix. Single letters are not among them: `V` is a middle initial as often as a number.
pub(super) fn suffix(word: &Word) -> Option<Suffix> {
    Some(match word.own().as_str() {
        "SR" | "SNR" | "SENIOR" => Suffix::Senior,
        "JR" | "JNR" | "JUNIOR" => Suffix::Junior,
        "II" | "2ND" => Suffix::Second,
        "III" | "3RD" => Suffix::Third,
        "IV" | "4TH" => Suffix::Fourth,
        _ => return None,
    })
}

/// Takes the suffix off the end of these words, unless nothing would be left.
pub(super) fn take_suffix(words: &mut Vec<Word>) -> Option<Suffix> {
    let found = words.last().filter(|_| words.len() > 1).and_then(suffix);
    if found.is_some() {
        words.pop();
    }
    found
}

/// Takes academic titles off the front: German documents print them before the family name.
pub(super) fn drop_titles(words: &mut Vec<Word>) {
    while words.len() > 1 && (words.first()).is_some_and(|word| matches!(word.own().as_str(), "DR" | "PROF")) {
        words.remove(0);
    }
}

/// Whether these words say that the name is unknown (`FNU`, `LNU`: the first or last name unknown of US visas).
pub(super) fn is_placeholder(words: &[Word]) -> bool {
    matches!(words, [only] if matches!(only.own().as_str(), "FNU" | "LNU"))
}
