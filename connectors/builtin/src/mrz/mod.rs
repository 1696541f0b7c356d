//! What a machine-readable zone says. ICAO Doc 9303 (8th edition, 2021) part 3 §4, part 4 §4.2, part 5 §4.2, part 6 §4.2, part 7 §4.2.
//!
//! Text in, fields out; pictures are `zone/`'s business. Anybody can print a zone with right check digits: a zone that holds is well read,
//! not genuine.

mod date;
mod digit;
mod layout;
mod repair;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use date::PartialDate;
pub use layout::{Checked, Format};
pub use repair::Repair;

use layout::{Layout, Lines};

/// Why lines are no zone at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not two lines of 44 or 36, nor three of 30.
    #[error("the lines have no format of ICAO 9303")]
    Lines,
    /// Something else than 0–9, A–Z and the filler.
    #[error("a sign does not belong to the alphabet of zones")]
    Sign,
}

/// One check digit and whether it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What it is over.
    pub over: Checked,
    /// Whether it holds, after repairs.
    pub holds: bool,
}

/// As the zone has it. `<` and `X` are both "not said".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// M.
    Male,
    /// F.
    Female,
    /// Not said, or said to be neither.
    Unspecified,
}

/// What a zone says. Personal: `Debug` shows the format and the checks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Its format.
    pub format: Format,
    /// The document's code without fillers: `P`, `ID`, `V`.
    pub code: String,
    /// Issuing state or organisation, without fillers: `D`, `UTO`.
    pub issuer: String,
    /// Number of the document, without fillers.
    pub number: String,
    /// Nationality, without fillers.
    pub nationality: String,
    /// Day of birth, as far as it is known.
    pub birth: Option<PartialDate>,
    /// Sex.
    pub sex: Sex,
    /// Last day of validity; of a few documents there is none.
    pub expiry: Option<NaiveDate>,
    /// Family names with spaces between; the only name of those who have one.
    pub family: String,
    /// Given names with spaces between.
    pub given: String,
    /// Whether the names fill the line to its end, so that some may be missing.
    pub cut: bool,
    /// What the issuer adds, without fillers at the ends.
    pub optional: Vec<String>,
    /// All check digits of the format.
    pub checks: Vec<Check>,
    /// Letters that were replaced so that a check digit holds.
    pub repairs: Vec<Repair>,
}

impl Zone {
    /// Reads lines; `today` decides which century two digits mean.
    pub fn parse(lines: &[&str], today: NaiveDate) -> Result<Self, Fault> {
        let mut lines = Lines::new(lines)?;
        let layout = Layout::of(lines.format);
        let repairs = repair::mend(&mut lines, layout);
        let (birth, expiry) = (lines.field(layout.birth), lines.field(layout.expiry));
        let (family, given, cut) = names(lines.field(layout.names));
        let (number, optional) = lines.number(layout);
        let code = lines.field(layout.code);
        Ok(Self {
            format: lines.format,
            code: code.trim_end_matches('<').to_owned(),
            issuer: lines.field(layout.issuer).replace('<', ""),
            number,
            nationality: lines.field(layout.nationality).replace('<', ""),
            birth: date::birth(birth, today),
            sex: match lines.field(layout.sex) {
                "M" => Sex::Male,
                "F" => Sex::Female,
                _ => Sex::Unspecified,
            },
            expiry: date::expiry(expiry, today),
            family,
            given,
            cut,
            optional,
            checks: digit::checks(&lines, layout),
            repairs,
        })
    }

    /// Whether every check digit holds.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Zone({:?}, {:?}, {} repairs)",
            self.format,
            self.checks,
            self.repairs.len()
        )
    }
}

/// Part 3 §4.6: a double filler parts the family from the given names, a single one stands for a space.
fn names(field: &str) -> (String, String, bool) {
    let cut = !field.ends_with('<');
    let (family, given) = field.split_once("<<").unwrap_or((field, ""));
    let spaced = |part: &str| {
        part.split('<')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    (spaced(family), spaced(given), cut)
}

#[cfg(test)]
mod tests;
