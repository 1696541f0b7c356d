//! The words of the pages: read from one file per language into types, so that a file with a key too few or too many
//! does not load.

use std::time::Duration;

use serde::Deserialize;

use super::{consent, help, invited, login, notice, pass, passage, retry, sign_out, visit, waiting, welcome};
use doorward_contract::Timestamp;

/// The words as shipped.
pub const ENGLISH: &str = include_str!("text/en.toml");

/// A sentence with places to fill, written `{so}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Sentence(String);

impl Sentence {
    /// The sentence with its places filled, in one pass: a value that looks like a place stays as it is.
    pub(super) fn fill(&self, values: &[(&str, &str)]) -> String {
        let mut out = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let place = after.split_once('}');
            let found = place.and_then(|(name, _)| values.iter().find(|(key, _)| *key == name));
            if let (Some((_, tail)), Some((_, value))) = (place, found) {
                out.push_str(value);
                rest = tail;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

/// Every word of every page in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) language: String,
    pub(super) common: Common,
    pub(super) time: Time,
    pub(super) looked_at: LookedAtWords,
    pub(super) kept: KeptWords,
    pub(super) help: help::Words,
    pub(super) welcome: welcome::Words,
    pub(super) login: login::Words,
    pub(super) code: super::code::Words,
    pub(super) invited: invited::Words,
    pub(super) consent: consent::Words,
    pub(super) capture: super::capture::words::Words,
    pub(super) visit: visit::Words,
    pub(super) check: super::check::Words,
    pub(super) check_code: super::check_code::Words,
    pub(super) waiting: waiting::Words,
    pub(super) retry: retry::Words,
    pub(super) pass: pass::Words,
    pub(super) passage: passage::Words,
    pub(super) sign_out: sign_out::Words,
    pub(super) staff: super::staff::Words,
    pub(super) notice: notice::Words,
    pub(super) desk: super::desk::words::Words,
}

/// The words around every page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Common {
    pub(super) page_title: Sentence,
    pub(super) step: Sentence,
    pub(super) contact: String,
    pub(super) contact_page: String,
    pub(super) number: String,
    pub(super) number_hint: String,
    pub(super) words: String,
    pub(super) words_hint: String,
    pub(super) privacy: String,
    pub(super) stop: String,
    pub(super) new_tab: String,
}

/// Lengths and moments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    second: String,
    seconds: Sentence,
    minute: String,
    minutes: Sentence,
    hour: String,
    hours: Sentence,
    day: String,
    days: Sentence,
    moment: Sentence,
    date: Sentence,
    months: [String; 12],
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Time {
    /// A length in the largest unit that tells it without a fraction worth knowing: "30 minutes", "1 day".
    pub(super) fn length(&self, length: Duration) -> String {
        let seconds = length.as_secs();
        // Half a unit more and the smaller unit says it better: 90 minutes, not 1 hour; 36 hours, not 1 day.
        let (count, one, many) = match seconds {
            0..MINUTE => (seconds, &self.second, &self.seconds),
            MINUTE..HOUR => (seconds.div_ceil(MINUTE), &self.minute, &self.minutes),
            _ if seconds.is_multiple_of(DAY) => (seconds / DAY, &self.day, &self.days),
            _ if seconds.is_multiple_of(HOUR) && seconds < 2 * DAY => (seconds / HOUR, &self.hour, &self.hours),
            HOUR..DAY => (seconds.div_ceil(MINUTE), &self.minute, &self.minutes),
            _ => (seconds.div_ceil(DAY), &self.day, &self.days),
        };
        if count == 1 {
            one.clone()
        } else {
            many.fill(&[("n", &count.to_string())])
        }
    }

    /// A moment in UTC, to the minute; the page's script turns it into the reader's own time.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        use chrono::{Datelike, Timelike};
        let Some(at) = at.to_chrono() else {
            return at.to_string();
        };
        let month = usize::try_from(at.month0()).ok().and_then(|at| self.months.get(at));
        self.moment.fill(&[
            ("day", &at.day().to_string()),
            ("month", month.map_or("", String::as_str)),
            ("time", &format!("{:02}:{:02}", at.hour(), at.minute())),
        ])
    }
}

impl Time {
    /// A day in UTC, with its year.
    pub(super) fn date(&self, at: Timestamp) -> String {
        use chrono::Datelike;
        let Some(at) = at.to_chrono() else {
            return at.to_string();
        };
        let month = usize::try_from(at.month0()).ok().and_then(|at| self.months.get(at));
        self.date.fill(&[
            ("day", &at.day().to_string()),
            ("month", month.map_or("", String::as_str)),
            ("year", &at.year().to_string()),
        ])
    }
}

/// A moment for a `datetime` attribute and the script that reads it.
pub(super) fn machine_moment(at: Timestamp) -> String {
    use chrono::SecondsFormat;
    at.to_chrono()
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}

/// What a verifier looks at, as the person reads it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookedAtWords {
    document: String,
    face: String,
    comparison: String,
    name: String,
    birth_date: String,
    same_face: String,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookedAt {
    /// A photo of a government document.
    Document,
    /// Pictures of the person's face.
    Face,
    /// The face compared with the document.
    Comparison,
    /// The name on the document, compared with the account.
    Name,
    /// The date of birth on the document, compared with the account.
    BirthDate,
    /// The face compared with that of an earlier check.
    SameFace,
}

impl LookedAt {
    /// All of a full check, in the order in which a person meets it.
    pub const ALL: [Self; 5] = [
        Self::Document,
        Self::Face,
        Self::Comparison,
        Self::Name,
        Self::BirthDate,
    ];
}

impl LookedAtWords {
    pub(super) fn list(&self, what: &[LookedAt]) -> Vec<&str> {
        what.iter()
            .map(|what| match what {
                LookedAt::Document => self.document.as_str(),
                LookedAt::Face => &self.face,
                LookedAt::Comparison => &self.comparison,
                LookedAt::Name => &self.name,
                LookedAt::BirthDate => &self.birth_date,
                LookedAt::SameFace => &self.same_face,
            })
            .collect()
    }
}

/// How long what was learned of a person is kept after the end of the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The verifier's copy: pictures and what was read from them.
    pub proof: Duration,
    /// What identifies the person in our own record.
    pub personal: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptWords {
    proof: Sentence,
    proof_at_once: String,
    personal: Sentence,
    personal_at_once: String,
    record: String,
}

impl KeptWords {
    pub(super) fn list(&self, kept: Kept, time: &Time) -> [String; 3] {
        let say = |length: Duration, later: &Sentence, at_once: &str| {
            if length.is_zero() {
                at_once.to_owned()
            } else {
                later.fill(&[("length", &time.length(length))])
            }
        };
        [
            say(kept.proof, &self.proof, &self.proof_at_once),
            say(kept.personal, &self.personal, &self.personal_at_once),
            self.record.clone(),
        ]
    }
}
