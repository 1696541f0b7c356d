//! Whether two codes speak of one document.

use serde::{Deserialize, Serialize};

use super::{Contradiction, Reading, Seen, Signal};
use crate::aamva::Card;
use crate::mrz::{PartialDate, Zone};

/// A part of what a document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Its number.
    Number,
    /// Family name.
    Family,
    /// Given names.
    Given,
    /// Day of birth.
    Birth,
    /// Last day of validity.
    Expiry,
}

/// What one code says of the parts that others say too.
struct Said {
    number: Option<String>,
    family: Option<String>,
    given: Option<String>,
    birth: Option<PartialDate>,
    expiry: Option<chrono::NaiveDate>,
    cut: bool,
    barcode: bool,
}

/// Holds all codes of both sides against one another.
pub(super) fn sides(seen: &[Seen], signals: &mut Vec<Signal>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    if let [front, back] = seen
        && front.side != back.side
        && same_side(front, back)
    {
        found.push(Contradiction::SameSide);
    }
    let zones = seen
        .iter()
        .filter_map(|seen| seen.zone.as_ref())
        .map(|found| of_zone(&found.zone));
    let cards = seen.iter().filter_map(|seen| seen.card.as_ref()).map(of_card);
    let said: Vec<Said> = zones.chain(cards).collect();
    for (index, one) in said.iter().enumerate() {
        for other in said.iter().skip(index + 1) {
            compare(one, other, &mut found, signals);
        }
    }
    found
}

fn same_side(front: &Seen, back: &Seen) -> bool {
    let lines = |seen: &Seen| seen.zone.as_ref().map(|zone| zone.lines.clone());
    let zones = lines(front).is_some() && lines(front) == lines(back);
    let cards = front.card.is_some() && back.card.is_some();
    front.digest == back.digest || front.look.near(back.look) || zones || cards
}

fn of_zone(zone: &Zone) -> Said {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Said {
        number: said(&zone.number),
        family: said(&zone.family),
        given: said(&zone.given),
        birth: zone.birth,
        expiry: zone.expiry,
        cut: zone.cut,
        barcode: false,
    }
}

fn of_card(card: &Card) -> Said {
    Said {
        number: card.number(),
        family: card.family(),
        given: card.first(),
        birth: card.birth.map(Into::into),
        expiry: card.expiry,
        cut: card.cut(),
        barcode: true,
    }
}

fn compare(one: &Said, other: &Said, found: &mut Vec<Contradiction>, signals: &mut Vec<Signal>) {
    let both = |a: &Option<String>, b: &Option<String>| a.clone().zip(b.clone());
    if both(&one.number, &other.number).is_some_and(|(a, b)| a != b) {
        if one.barcode == other.barcode {
            found.push(Contradiction::Differs(Part::Number));
        } else {
            // Enhanced licences carry a second number in their zone.
            signals.push(Signal::OtherNumber);
        }
    }
    let cut = one.cut || other.cut;
    let strange = |(a, b): (String, String)| !alike(&fold(&a), &fold(&b), cut);
    if both(&one.family, &other.family).is_some_and(strange) {
        found.push(Contradiction::Differs(Part::Family));
    }
    // A barcode has its middle names apart: the first name is what both have.
    let beginning = |(a, b): (String, String)| {
        let (a, b) = (fold(&a), fold(&b));
        !(alike(&a, &b, true))
    };
    if both(&one.given, &other.given).is_some_and(beginning) {
        found.push(Contradiction::Differs(Part::Given));
    }
    let births = one.birth.zip(other.birth);
    if births.is_some_and(|(a, b)| !a.full().is_some_and(|day| b.fits(day)) && !b.full().is_some_and(|day| a.fits(day)))
    {
        found.push(Contradiction::Differs(Part::Birth));
    }
    if one.expiry.zip(other.expiry).is_some_and(|(a, b)| a != b) {
        found.push(Contradiction::Differs(Part::Expiry));
    }
}

/// Letters only, in capitals, without marks: ICAO 9303 part 3 §6 writes a letter with a mark in one way or two, so of both the first is
/// taken. Names that other scripts were transcribed from are not compared here.
fn fold(name: &str) -> String {
    let plain = |letter: char| match letter {
        'À'..='Æ' | 'à'..='æ' => "A",
        'Ç' | 'ç' => "C",
        'È'..='Ë' | 'è'..='ë' => "E",
        'Ì'..='Ï' | 'ì'..='ï' => "I",
        'Ñ' | 'ñ' => "N",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' => "O",
        'Ù'..='Ü' | 'ù'..='ü' => "U",
        'Ý' | 'ý' | 'ÿ' => "Y",
        'ß' => "SS",
        _ => "",
    };
    let mut folded = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphabetic() {
            folded.push(letter.to_ascii_uppercase());
        } else {
            folded.push_str(plain(letter));
        }
    }
    folded
}

/// Equal, one letter apart, or, where names are cut, the beginning of the other.
fn alike(a: &str, b: &str, cut: bool) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    a == b || (cut && !short.is_empty() && long.starts_with(short)) || one_apart(short, long)
}

/// At most one letter replaced, added or left out: a zone's names have no check digit.
fn one_apart(short: &str, long: &str) -> bool {
    let same = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str, from: usize| text.get(from..).map(str::to_owned);
    match long.len() - short.len() {
        0 => rest(short, same + 1) == rest(long, same + 1),
        1 => rest(short, same) == rest(long, same + 1),
        _ => false,
    }
}

/// What each document has and this reading lacks, if anything was read.
pub(super) fn unread(reading: &Reading) -> Vec<Signal> {
    if reading.kind.is_none() {
        return Vec::new();
    }
    let parts = [
        (Part::Number, reading.number.is_none()),
        (Part::Family, reading.family.is_none()),
        (Part::Birth, reading.birth.is_none()),
        (Part::Expiry, reading.expiry.is_none()),
    ];
    parts
        .into_iter()
        .filter_map(|(part, missing)| missing.then_some(Signal::Unread(part)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_zones_write_them() {
        for (a, b, cut, same) in [
            ("TREMBLEUR", "Trembleur", false, true),
            ("ÉLODIE", "ELODIE", false, true),
            ("O'CONNELL", "OCONNELL", false, true),
            ("SAMPLETON", "SAMPLET0N", false, true), // a digit is no letter: one left out
            ("SAMPLETON", "SAMPLING", false, false),
            ("SCHWARZENBERGER", "SCHWARZENB", false, false),
            ("SCHWARZENBERGER", "SCHWARZENB", true, true),
            ("MUELLER", "MÜLLER", false, true),
            ("ANNA", "MARIA", true, false),
        ] {
            assert_eq!(alike(&fold(a), &fold(b), cut), same, "{a} {b}");
        }
    }
}
