//! Whether what a barcode says agrees with itself.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize};

use super::Card;
use super::issuer::issuer;

/// What cannot be true together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The issuer's number and the country do not belong together.
    Issuer,
    /// Born after it was issued, or issued after it expired.
    DateOrder,
}

/// The name of an element, as the standard writes it.
pub type Element = &'static str;

/// Something odd that has honest explanations: for a reviewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// An issuer's number that is not known.
    UnknownIssuer,
    /// The address is in another state than the issuer.
    OtherState,
    /// Younger at issue than anybody who gets one.
    Young,
    /// Good for longer than issuers make them.
    LongValidity,
    /// An element that the version demands is not there.
    #[serde(deserialize_with = "mandatory")]
    Missing(Element),
}

/// Elements that each card has from version 08 on.
const MANDATORY: [&str; 22] = [
    "DCA", "DCB", "DCD", "DBA", "DCS", "DAC", "DAD", "DBD", "DBB", "DBC", "DAY", "DAU", "DAG", "DAI", "DAJ", "DAK",
    "DAQ", "DCF", "DCG", "DDE", "DDF", "DDG",
];
/// The name of one of these, from what was kept.
fn mandatory<'de, D: Deserializer<'de>>(kept: D) -> Result<&'static str, D::Error> {
    let name = String::deserialize(kept)?;
    let known = MANDATORY.into_iter().find(|known| *known == name);
    known.ok_or_else(|| serde::de::Error::custom("no element that each card has"))
}

const MANDATORY_SINCE: u8 = 8;
/// Learners' permits begin at fourteen.
const YOUNGEST: u32 = 14;
/// The longest validity that was seen.
const LONGEST_YEARS: i32 = 12;

/// Everything that cannot be true together.
pub fn conflicts(card: &Card) -> Vec<Conflict> {
    let mut found = Vec::new();
    let country = issuer(&card.issuer).map(|issuer| issuer.country.code());
    if let (Some(issuer), Some(said)) = (country, card.get("DCG"))
        && issuer != said
    {
        found.push(Conflict::Issuer);
    }
    let after = |earlier: Option<NaiveDate>, later: Option<NaiveDate>| {
        earlier.zip(later).is_some_and(|(earlier, later)| earlier >= later)
    };
    if after(card.birth, card.issued) || after(card.issued, card.expiry) || after(card.birth, card.expiry) {
        found.push(Conflict::DateOrder);
    }
    found
}

/// What is odd.
pub fn doubts(card: &Card) -> Vec<Doubt> {
    let mut found = Vec::new();
    match issuer(&card.issuer) {
        None => found.push(Doubt::UnknownIssuer),
        Some(issuer) => {
            let elsewhere = |state: &str| !issuer.state.is_empty() && state != issuer.state;
            if card.get("DAJ").is_some_and(elsewhere) {
                found.push(Doubt::OtherState);
            }
        }
    }
    if card
        .birth
        .zip(card.issued)
        .is_some_and(|(birth, issued)| issued.years_since(birth).is_some_and(|age| age < YOUNGEST))
    {
        found.push(Doubt::Young);
    }
    let validity = card
        .issued
        .zip(card.expiry)
        .map(|(issued, expiry)| expiry.year() - issued.year());
    if validity.is_some_and(|years| years > LONGEST_YEARS) {
        found.push(Doubt::LongValidity);
    }
    if card.version >= MANDATORY_SINCE {
        // There, and be it `NONE`.
        let missing = MANDATORY.iter().filter(|name| !card.parts.contains_key(**name));
        found.extend(missing.map(|name| Doubt::Missing(name)));
    }
    found
}
