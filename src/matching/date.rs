//! Comparing dates of birth. There is no tolerance: a date agrees or it does not (product §4, threat T12). The reason
//! names the usual slips of typing and reading, so that staff can correct the directory; it never carries a date.

use chrono::{Datelike, NaiveDate};

use super::{Finding, Judgement, Preset};

/// Holds the directory's date of birth against the proof's.
pub(super) fn compare(preset: Preset, directory: Option<NaiveDate>, proof: Option<NaiveDate>) -> Judgement {
    match (directory, proof) {
        (Some(directory), Some(proof)) if directory == proof => {
            Judgement::new(Finding::Equal, "dates of birth are equal")
        }
        (Some(directory), Some(proof)) => Judgement::new(Finding::Differs, difference(directory, proof)),
        (Some(_), None) => Judgement::new(Finding::MissingInProof, "the proof has no date of birth"),
        (None, proof) => Judgement::new(Finding::MissingInDirectory, absence(preset, proof.is_some())),
    }
}

/// For `strict` a directory without dates is a fault to repair; `names` is chosen by those who have none.
fn absence(preset: Preset, proven: bool) -> &'static str {
    match (preset, proven) {
        (Preset::Strict, true) => "the directory has no date of birth: set the connector's birth_date_attribute",
        (Preset::Strict, false) => {
            "neither side has a date of birth: set the connector's birth_date_attribute and ask the verifier for it"
        }
        (Preset::Okta | Preset::OktaInsecureNamesOnly, _) => "Okta sent no date of birth along: map one in its profile",
        (Preset::Names, true) => "the directory has no date of birth to hold the proof against",
        (Preset::Names, false) => "neither the directory nor the proof has a date of birth",
    }
}

fn difference(directory: NaiveDate, proof: NaiveDate) -> &'static str {
    let same_year = directory.year() == proof.year();
    let same_month = directory.month() == proof.month();
    let same_day = directory.day() == proof.day();
    let swapped = directory.month() == proof.day() && directory.day() == proof.month();
    match (same_year, same_month, same_day) {
        (true, ..) if swapped => "dates of birth differ: day and month look swapped",
        (true, true, _) => "dates of birth differ in the day only",
        (true, _, true) => "dates of birth differ in the month only",
        // A machine-readable zone has two digits of the year, and the century is guessed (ICAO Doc 9303 part 3 §4).
        (_, true, true) if directory.year().abs_diff(proof.year()) == 100 => {
            "dates of birth differ by exactly a century"
        }
        (_, true, true) => "dates of birth differ in the year only",
        _ => "dates of birth differ",
    }
}
