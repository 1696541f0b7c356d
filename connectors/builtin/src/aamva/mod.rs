//! What the barcode of a North American licence or identity card says.
//!
//! AAMVA DL/ID Card Design Standard, versions 01 (2000) to 10 (2020), annex D; higher ones are read as 10. Text in, fields out. Nothing
//! in it is signed: anybody can print one. Where an issuer, or somebody else, departs from the standard it is read all the same,
//! and each departure is noted.

mod check;
mod date;
mod element;
mod issuer;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::mrz::Sex;

pub use check::{Conflict, Doubt, Element, conflicts, doubts};
pub use issuer::{Country, Issuer, issuer};

use element::Parts;

/// Why a text is no card at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No tag, issuer and version at its beginning.
    #[error("the barcode does not begin as those of licences do")]
    Header,
    /// No element that could be used.
    #[error("the barcode holds no element of a licence")]
    Empty,
}

/// In which way a text departs from the standard and was read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leniency {
    /// `AAMVA` where `ANSI ` belongs.
    Tag,
    /// Other signs than `@`, LF, RS, CR before it.
    Separators,
    /// Offsets or lengths that lead elsewhere; the elements were searched for.
    Offsets,
    /// CR among LF.
    LineEnds,
    /// Spaces around a value.
    Padding,
    /// A line that is no element.
    Element,
    /// An element twice, with two values; the first counts.
    Repeated,
    /// A date written in the other country's order.
    DateOrder,
}

/// A card's barcode. Personal: `Debug` shows who issued it and in which way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    parts: std::collections::BTreeMap<String, String>,
    /// The issuer's number, six digits.
    pub issuer: String,
    /// The version of the standard as written.
    pub version: u8,
    /// `DL`, `ID` or `EN`.
    pub kind: String,
    /// The day of birth.
    pub birth: Option<NaiveDate>,
    /// When it was issued.
    pub issued: Option<NaiveDate>,
    /// Its last day of validity.
    pub expiry: Option<NaiveDate>,
    /// California's signed credential, unread.
    pub credential: Option<String>,
    /// Where it departs from the standard.
    pub leniencies: Vec<Leniency>,
}

impl Card {
    /// Reads the text of a barcode.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let Parts {
            issuer,
            version,
            kind,
            elements,
            credential,
            mut leniencies,
        } = Parts::of(text)?;
        let country = match elements.get("DCG").map(String::as_str) {
            Some("USA") => Some(Country::UnitedStates),
            Some("CAN") => Some(Country::Canada),
            _ => issuer::issuer(&issuer).map(|issuer| issuer.country),
        };
        let year_first = version == 1 || country == Some(Country::Canada);
        let mut read = |name: &str| {
            let (date, other) = date::read(elements.get(name).map_or("", String::as_str), year_first)?;
            if other && !leniencies.contains(&Leniency::DateOrder) {
                leniencies.push(Leniency::DateOrder);
            }
            Some(date)
        };
        let (birth, issued, expiry) = (read("DBB"), read("DBD"), read("DBA"));
        Ok(Self {
            parts: elements,
            issuer,
            version,
            kind,
            birth,
            issued,
            expiry,
            credential,
            leniencies,
        })
    }

    /// An element that says something: not empty, not `NONE` or `unavl`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let absent = |value: &str| matches!(value.to_ascii_uppercase().as_str(), "" | "NONE" | "UNAVL" | "UNAVAIL");
        self.parts.get(name).map(String::as_str).filter(|value| !absent(value))
    }

    /// The number, without what is printed to make it legible.
    pub fn number(&self) -> Option<String> {
        let bare: String = self.get("DAQ")?.chars().filter(char::is_ascii_alphanumeric).collect();
        (!bare.is_empty()).then(|| bare.to_ascii_uppercase())
    }

    /// Family name.
    pub fn family(&self) -> Option<String> {
        self.get("DCS")
            .or_else(|| self.get("DAB"))
            .map(str::to_owned)
            .or_else(|| self.full(0))
    }

    /// First name.
    pub fn first(&self) -> Option<String> {
        let together = || {
            self.get("DCT")
                .and_then(|names| names.split([',', ' ']).find(|name| !name.is_empty()))
        };
        self.get("DAC")
            .or_else(together)
            .map(str::to_owned)
            .or_else(|| self.full(1))
    }

    /// Middle names, one text.
    pub fn middle(&self) -> Option<String> {
        let together = || {
            let names = self
                .get("DCT")?
                .split([',', ' '])
                .filter(|name| !name.is_empty())
                .skip(1)
                .collect::<Vec<_>>();
            (!names.is_empty()).then(|| names.join(" "))
        };
        self.get("DAD")
            .map(str::to_owned)
            .or_else(together)
            .or_else(|| self.full(2))
    }

    /// Suffix (`JR`, `III`).
    pub fn suffix(&self) -> Option<&str> {
        self.get("DCU").or_else(|| self.get("DAE"))
    }

    /// Whether one of the names is said to be cut off.
    pub fn cut(&self) -> bool {
        ["DDE", "DDF", "DDG"].iter().any(|name| self.get(name) == Some("T"))
    }

    /// Sex.
    pub fn sex(&self) -> Sex {
        match self.get("DBC") {
            Some("1" | "M") => Sex::Male,
            Some("2" | "F") => Sex::Female,
            _ => Sex::Unspecified,
        }
    }

    /// The mark of this one printing: no other card has it.
    pub fn discriminator(&self) -> Option<&str> {
        self.get("DCF")
    }

    /// A part of the full name that version 01 may have instead: `LAST,FIRST,MIDDLE`, of some issuers `LAST@FIRST@MIDDLE`.
    fn full(&self, index: usize) -> Option<String> {
        let part = self.get("DAA")?.split([',', '@']).nth(index)?.trim();
        (!part.is_empty()).then(|| part.to_owned())
    }
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Card({}, version {}, {}, {:?})",
            self.issuer, self.version, self.kind, self.leniencies
        )
    }
}

#[cfg(test)]
mod tests;
