//! Machine-readable zones, written. ICAO 9303 (8th edition) parts 3 to 6: check digits part 3 §4.9, names part 3 §4.6.

use chrono::{Datelike, NaiveDate};

use super::chance::Chance;

/// Formats that are written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A card: three lines of 30.
    Td1,
    /// A larger card: two lines of 36.
    Td2,
    /// A passport: two lines of 44.
    Td3,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Td1, Self::Td2, Self::Td3];
}

/// Somebody who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Family name, in letters and spaces.
    pub family: String,
    /// Given names, the same.
    pub given: String,
    /// Number of the document, at most nine letters and digits.
    pub number: String,
    /// Issuing state, three letters.
    pub issuer: String,
    /// Nationality, three letters.
    pub nationality: String,
    /// `M`, `F` or `<`.
    pub sex: char,
    /// Day of birth.
    pub birth: NaiveDate,
    /// Last day of validity.
    pub expiry: NaiveDate,
    /// What the issuer adds, at most nine digits; may be empty.
    pub optional: String,
}

const FAMILIES: [&str; 16] = [
    "ERIKSSON",
    "HALVORSEN",
    "VAN DER BROEK",
    "OCONNELL",
    "TRAN",
    "SOUSA LIMA",
    "DE LA VEGA",
    "NOWICKA",
    "HARPER JONES",
    "OEZDEMIR",
    "PETROV",
    "BAUMFELD",
    "QUILLCA",
    "ZHENG",
    "WOJTAS",
    "XIMENO",
];
const GIVENS: [&str; 16] = [
    "ANNA MARIA",
    "ELSA",
    "JOHN PETER",
    "MARIE LOUISE",
    "THI LAN",
    "JOSE",
    "LUZ FERNANDA",
    "ZOFIA",
    "KELVIN",
    "METIN",
    "VIKTOR",
    "FELIX",
    "BRUNO",
    "WEN",
    "QUENTIN",
    "HUGO",
];
const SIGNS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXYZ0123456789";

impl Bearer {
    /// Somebody at random, grown up, whose document is good on any day of the years 2026 to 2028.
    pub fn random(chance: &mut Chance) -> Self {
        let mut signs = |set: &[u8], count: usize| -> String {
            (0..count)
                .filter_map(|_| chance.pick(set))
                .map(|sign| char::from(*sign))
                .collect()
        };
        let number = signs(SIGNS, 9);
        let optional = signs(b"0123456789", 9);
        let day = |chance: &mut Chance, from: i32, years: usize| {
            let year = from + i32::try_from(chance.below(years)).unwrap_or(0);
            let (month, day) = (chance.below(12) + 1, chance.below(28) + 1);
            let part = |value: usize| u32::try_from(value).unwrap_or(1);
            NaiveDate::from_ymd_opt(year, part(month), part(day)).unwrap_or_default()
        };
        let word = |chance: &mut Chance, words: &[&str]| (*chance.pick(words).unwrap_or(&"")).to_owned();
        Self {
            family: word(chance, &FAMILIES),
            given: word(chance, &GIVENS),
            number,
            issuer: "UTO".to_owned(),
            nationality: "UTO".to_owned(),
            sex: *chance.pick(&['M', 'F', '<']).unwrap_or(&'<'),
            birth: day(chance, 1950, 55),
            expiry: day(chance, 2029, 7),
            optional: if chance.below(2) == 0 { optional } else { String::new() },
        }
    }
}

/// The lines of the bearer's zone, with all check digits right.
pub fn lines(format: Format, bearer: &Bearer) -> Vec<String> {
    let names = format!("{}<<{}", bearer.family, bearer.given)
        .replace([' ', '-'], "<")
        .replace('\'', "");
    let number = with_digit(&pad(&bearer.number, 9));
    let (birth, expiry) = (with_digit(&six(bearer.birth)), with_digit(&six(bearer.expiry)));
    let dates = format!("{birth}{}{expiry}", bearer.sex);
    match format {
        Format::Td3 => {
            let optional = with_digit(&pad(&bearer.optional, 14));
            let total = digit(&format!("{number}{birth}{expiry}{optional}"));
            let second = format!("{number}{}{dates}{optional}{total}", bearer.nationality);
            vec![pad(&format!("P<{}{names}", bearer.issuer), 44), second]
        }
        Format::Td2 => {
            let optional = pad("", 7);
            let total = digit(&format!("{number}{birth}{expiry}{optional}"));
            let second = format!("{number}{}{dates}{optional}{total}", bearer.nationality);
            vec![pad(&format!("I<{}{names}", bearer.issuer), 36), second]
        }
        Format::Td1 => {
            let (first, second) = (pad(&bearer.optional, 15), pad("", 11));
            let total = digit(&format!("{number}{first}{birth}{expiry}{second}"));
            vec![
                format!("I<{}{number}{first}", bearer.issuer),
                format!("{dates}{}{second}{total}", bearer.nationality),
                pad(&names, 30),
            ]
        }
    }
}

fn pad(text: &str, length: usize) -> String {
    text.chars().chain(std::iter::repeat('<')).take(length).collect()
}

fn six(date: NaiveDate) -> String {
    format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day())
}

fn with_digit(text: &str) -> String {
    format!("{text}{}", digit(text))
}

/// Weights 7, 3, 1 over 0–9 and A–Z as 10–35; the filler counts nothing. Part 3 §4.9.
fn digit(text: &str) -> u32 {
    let weighted = text.chars().zip([7, 3, 1].into_iter().cycle());
    weighted
        .map(|(sign, weight)| sign.to_digit(36).unwrap_or(0) * weight)
        .sum::<u32>()
        % 10
}
