//! Comparing names as two records have them: capitals, no diacritics, parts missing or cut off (ICAO Doc 9303 part 3,
//! §4 for the machine-readable zone and §6 for spellings).
//!
//! What is accepted beyond equality, here called equivalent, is what documents do to a name and nothing more:
//! the document lists more given names than the directory (which must hold the first ones), a second family name, a
//! particle or a suffix is left out, a long name is cut. A hyphen the document kept binds: `Jean-Pierre` is one name.
//! No edit distance and no nicknames. A difference is described as far as it helps to correct the directory.

use doorward_contract::Name;

use super::particle::{Group, Suffix, drop_titles, groups, is_placeholder, suffix, take_suffix};
use super::word::{Word, alike, begins, length, spells_in_latin, words};
use super::{Finding, Judgement};

/// A document may have cut a name that is at least this long: the shortest machine-readable zone has 30 places for the
/// whole name (ICAO Doc 9303 part 5, cards of size TD1), and a shorter beginning would let too many names in.
const CUT_FROM: usize = 20;

/// Names longer than this are not compared: directories hold 64 letters, and the work grows with the square.
const LONGEST: usize = 256;

/// What was found of the two halves of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub(super) given: Judgement,
    pub(super) family: Judgement,
    /// Of the directory's middle names by themselves, where it keeps some apart. Decides nothing.
    pub(super) middle: Option<Judgement>,
}

impl Names {
    /// Whether both halves agree.
    pub(super) fn agree(&self) -> bool {
        self.given.finding.agrees() && self.family.finding.agrees()
    }

    /// Whether either half differs.
    pub(super) fn differ(&self) -> bool {
        self.given.finding == Finding::Differs || self.family.finding == Finding::Differs
    }
}

/// Holds the directory's name against one record of the proof.
pub(super) fn compare(directory: &Name, proof: &Name) -> Names {
    let (directory, proof) = (Parts::read(directory), Parts::read(proof));
    let given = given(&directory, &proof);
    let mut names = Names {
        given,
        family: family(&directory, &proof),
        middle: middle(&directory, &proof, given.finding),
    };
    if let Some(reason) = divided(&directory, &proof) {
        for half in [&mut names.given, &mut names.family] {
            if half.finding == Finding::Differs {
                half.reason = reason;
            }
        }
    }
    names
}

/// A name as it is compared.
struct Parts {
    given: Vec<Word>,
    middle: Vec<Word>,
    family: Vec<Word>,
    suffix: Option<Suffix>,
}

impl Parts {
    fn read(name: &Name) -> Self {
        let read = |part: &Option<String>| words(part.as_deref().unwrap_or_default());
        let (mut given, mut middle, mut family) = (read(&name.given), read(&name.middle), read(&name.family));
        for part in [&mut given, &mut family] {
            drop_titles(part);
            if is_placeholder(part) {
                part.clear();
            }
        }
        let own = read(&name.suffix).first().and_then(suffix);
        // Documents without a field for it print the suffix behind the last part.
        let behind = [&mut family, &mut middle, &mut given].map(take_suffix);
        Self {
            given,
            middle,
            family,
            suffix: own.or_else(|| behind.into_iter().flatten().next()),
        }
    }

    /// Given and middle names in one run: documents keep second names in either.
    fn all_given(&self) -> Vec<Word> {
        [self.given.as_slice(), &self.middle].concat()
    }
}

/// The texts of one half for the findings that both halves share.
struct Texts {
    equal: &'static str,
    spelled: &'static str,
    cut: &'static str,
    no_directory: &'static str,
    no_proof: &'static str,
    neither: &'static str,
    long_directory: &'static str,
    long_proof: &'static str,
    script: &'static str,
}

const GIVEN: Texts = Texts {
    equal: "given names are equal after folding case, diacritics and punctuation",
    spelled: "given names are equal in the spelling of machine-readable documents",
    cut: "the document cuts off a long given name; what it shows is equal",
    no_directory: "the directory has no given name",
    no_proof: "the proof has no given name",
    neither: "neither the directory nor the proof has a given name",
    long_directory: "the directory's given name is too long to compare",
    long_proof: "the proof's given name is too long to compare",
    script: "the proof has no given name in the directory's script",
};

const FAMILY: Texts = Texts {
    equal: "family names are equal after folding case, diacritics and punctuation",
    spelled: "family names are equal in the spelling of machine-readable documents",
    cut: "the document cuts off a long family name; what it shows is equal",
    no_directory: "the directory has no family name",
    no_proof: "the proof has no family name",
    neither: "neither the directory nor the proof has a family name",
    long_directory: "the directory's family name is too long to compare",
    long_proof: "the proof's family name is too long to compare",
    script: "the proof has no family name in the directory's script",
};

impl Texts {
    /// Why the two cannot be compared at all, if so.
    fn incomparable(&self, directory: &[Word], proof: &[Word]) -> Option<Judgement> {
        let (finding, reason) = match (directory.is_empty(), proof.is_empty()) {
            (true, true) => (Finding::MissingInDirectory, self.neither),
            (true, false) => (Finding::MissingInDirectory, self.no_directory),
            (false, true) => (Finding::MissingInProof, self.no_proof),
            _ if length(directory) > LONGEST => (Finding::MissingInDirectory, self.long_directory),
            _ if length(proof) > LONGEST => (Finding::MissingInProof, self.long_proof),
            _ if spells_in_latin(directory) != spells_in_latin(proof) => (Finding::MissingInProof, self.script),
            _ => return None,
        };
        Some(Judgement::new(finding, reason))
    }

    fn agreed(&self, finding: Finding) -> Judgement {
        let reason = if finding == Finding::Equal {
            self.equal
        } else {
            self.spelled
        };
        Judgement::new(finding, reason)
    }
}

const fn equivalent(reason: &'static str) -> Judgement {
    Judgement::new(Finding::Equivalent, reason)
}

const fn differs(reason: &'static str) -> Judgement {
    Judgement::new(Finding::Differs, reason)
}

fn given(directory: &Parts, proof: &Parts) -> Judgement {
    let (held, shown) = (directory.given.as_slice(), proof.all_given());
    let all_held = directory.all_given();
    if let Some(judgement) = GIVEN.incomparable(held, &proof.given) {
        return judgement;
    }
    if length(&all_held).max(length(&shown)) > LONGEST {
        return Judgement::new(Finding::MissingInProof, "middle names are too long to compare");
    }
    if let Some(finding) = alike(&all_held, &shown).or_else(|| alike(held, &shown)) {
        return GIVEN.agreed(finding);
    }
    let mut parted = false;
    for (first, further) in fronts(&shown) {
        if alike(held, first).is_some() {
            if further_agree(&directory.middle, further) {
                return equivalent("the directory's given name is the first of the document's");
            }
            parted = true;
        } else if abbreviates(held, first) && further_agree(&directory.middle, further) {
            return equivalent("first given names are equal and the directory's initials fit the document's others");
        }
    }
    if parted {
        return differs("first given names are equal, further ones differ");
    }
    if length(&shown) >= CUT_FROM && begins(&shown, &all_held) {
        return equivalent(GIVEN.cut);
    }
    differs(given_difference(held, &shown))
}

/// Whether the document shows the directory's middle names, all of them: a given name may agree without.
fn middle(directory: &Parts, proof: &Parts, given: Finding) -> Option<Judgement> {
    let (held, shown) = (directory.middle.as_slice(), proof.all_given());
    if held.is_empty() {
        return None;
    }
    let unseen = |reason| Some(Judgement::new(Finding::MissingInProof, reason));
    if !given.agrees() {
        return unseen("middle names count only where given names agree");
    }
    let found = alike(&directory.all_given(), &shown).or_else(|| {
        let mut behind = fronts(&shown).filter(|(first, _)| alike(&directory.given, first).is_some());
        behind.find_map(|(_, further)| match alike(held, further) {
            None if further.len() >= held.len() && further_agree(held, further) => Some(Finding::Equivalent),
            found => found,
        })
    });
    match found {
        Some(Finding::Equal) => Some(Judgement::new(Finding::Equal, "middle names are equal")),
        Some(_) => Some(equivalent("middle names agree as the document spells or initials them")),
        None => unseen("the document does not show the directory's middle names"),
    }
}

/// What staff should look at where given names differ.
fn given_difference(held: &[Word], shown: &[Word]) -> &'static str {
    let later = |(place, run): (usize, &[Word])| place > 0 && alike(held, run).is_some();
    if shown.windows(held.len().max(1)).enumerate().any(later) {
        return "given names differ: the directory holds a later one of the document's";
    }
    if fronts(held).any(|(first, _)| alike(first, shown).is_some()) {
        return "given names differ: the document shows fewer than the directory holds";
    }
    match (held.first(), shown.first()) {
        (Some(held), Some(shown)) if held.is_initial_of(shown) => {
            "given names differ: the directory holds an initial only"
        }
        (Some(held), Some(shown)) if shown.is_initial_of(held) => {
            "given names differ: the document shows an initial only"
        }
        _ => "given names differ",
    }
}

/// Every way to part a run of words in two, except at a hyphen.
fn fronts(words: &[Word]) -> impl Iterator<Item = (&[Word], &[Word])> {
    (1..=words.len())
        .filter_map(|count| words.split_at_checked(count))
        .filter(|(_, rest)| rest.first().is_none_or(|next| !next.joined))
}

/// Whether middle names say the same as far as both sides have them; initials will do on either side.
fn further_agree(held: &[Word], shown: &[Word]) -> bool {
    let same = |(held, shown): (&Word, &Word)| {
        alike(std::slice::from_ref(held), std::slice::from_ref(shown)).is_some()
            || held.is_initial_of(shown)
            || shown.is_initial_of(held)
    };
    alike(held, shown).is_some() || held.iter().zip(shown).all(same)
}

/// Whether the first names are equal in full and every later one is equal or its initial.
fn abbreviates(held: &[Word], shown: &[Word]) -> bool {
    let same = |held: &Word, shown: &Word| alike(std::slice::from_ref(held), std::slice::from_ref(shown)).is_some();
    match (held, shown) {
        ([first, others @ ..], [shown_first, shown_others @ ..]) => {
            others.len() == shown_others.len()
                && same(first, shown_first)
                && (others.iter().zip(shown_others)).all(|(held, shown)| same(held, shown) || held.is_initial_of(shown))
        }
        _ => false,
    }
}

fn family(directory: &Parts, proof: &Parts) -> Judgement {
    let (held, shown) = (directory.family.as_slice(), proof.family.as_slice());
    if let Some(judgement) = FAMILY.incomparable(held, shown) {
        return judgement;
    }
    let same = alike(held, shown);
    match (same, directory.suffix, proof.suffix) {
        (_, Some(ours), Some(theirs)) if ours != theirs => return differs("suffixes of the family names differ"),
        (Some(_), ours, theirs) if ours != theirs => {
            return equivalent("family names are equal; only one side has a suffix");
        }
        (Some(finding), ..) => return FAMILY.agreed(finding),
        (None, ..) => {}
    }
    let (ours, theirs) = (groups(held), groups(shown));
    if ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(ours, theirs)| ours.alike(theirs)) {
        return equivalent("family names are equal but for their particles");
    }
    match (ours.as_slice(), theirs.as_slice()) {
        // With two family names the first is the one people go by in Spanish; where it is the last (Portuguese), the
        // directory has to hold both: accepting any one of several would make every cousin fit.
        ([held], [first, second]) if held.alike(first) && !second.joined => {
            return equivalent("the directory's family name is the first of the document's two");
        }
        _ => {}
    }
    if length(shown) >= CUT_FROM && begins(shown, held) {
        return equivalent(FAMILY.cut);
    }
    let within = |one: &[_], many: &[_]| match one {
        [one] => many.iter().any(|other: &Group<'_>| other.alike(one)),
        _ => false,
    };
    if within(&ours, &theirs) {
        differs("family names differ: the directory holds one of the document's several")
    } else if within(&theirs, &ours) {
        differs("family names differ: the document shows one of the directory's several")
    } else {
        differs("family names differ")
    }
}

/// Whether the names only differ in what is called given and what family. A person must put it right in the
/// directory: taking it as equal would let two people's names pass for each other.
fn divided(directory: &Parts, proof: &Parts) -> Option<&'static str> {
    let (held, shown) = (directory.all_given(), proof.all_given());
    let all_held = [held.as_slice(), &directory.family].concat();
    let all_shown = [shown.as_slice(), &proof.family].concat();
    let empty = [&held, &shown, &directory.family, &proof.family]
        .into_iter()
        .any(Vec::is_empty);
    if empty || length(&all_held).max(length(&all_shown)) > LONGEST {
        return None;
    }
    let same = |left: &[Word], right: &[Word]| alike(left, right).is_some();
    if same(&directory.family, &proof.family) {
        None
    } else if same(&directory.given, &proof.family) && same(&directory.family, &proof.given) {
        Some("given and family name are swapped on one side")
    } else if same(&all_held, &all_shown) {
        Some("the whole names are equal but divided differently between given and family name")
    } else {
        None
    }
}
