//! The record: every fact, whether nobody changed it, and a copy to take away.

use askama::Template;
use http::StatusCode;

use super::case::CASE_ID;
use super::event::{EVENTS, EventLine};
use super::frame::{SAMPLE_NOW, Surface};
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// The record, the newest fact first.
#[derive(Clone, Debug)]
pub struct Record {
    /// What it is narrowed to, as it was asked for.
    pub filter: RecordFilter,
    /// Whether something of it cannot be understood; then the list is empty.
    pub malformed: bool,
    /// The facts.
    pub lines: Vec<EventLine>,
    /// What came of checking the whole record the last time.
    pub verified: Option<Verified>,
    /// Whether it is being checked at this moment.
    pub verifying: bool,
    /// The query of the next page, after the `?`.
    pub older: Option<String>,
    /// The query of the first page, where this is not it.
    pub newest: Option<String>,
}

/// What the record is narrowed to; empty where it is not.
#[derive(Clone, Debug, Default)]
pub struct RecordFilter {
    /// A fact's word, one of [`EVENTS`].
    pub event: String,
    /// A case's number.
    pub number: String,
    /// An operator's name.
    pub who: String,
    /// The first day, `2026-01-15`.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl RecordFilter {
    /// The fields of the form that it comes from.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("event", &self.event),
            ("number", &self.number),
            ("who", &self.who),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Whether it narrows nothing.
    pub fn is_empty(&self) -> bool {
        self.fields().into_iter().all(|(_, value)| value.is_empty())
    }
}

/// What came of checking the whole record.
#[derive(Clone, Debug)]
pub struct Verified {
    /// How many entries were looked at.
    pub entries: u64,
    /// When.
    pub at: Timestamp,
    /// What the last entry is known by.
    pub head: String,
    /// What is wrong, and with which entry.
    pub fault: Option<String>,
}

words! {
    /// What the screen says.
    Words {
        title, lead, narrow, event, number, who, from, to, any, show, all, none, malformed, verify, verify_text, verify_button,
        verifying, whole, broken, head, export, export_text, export_button, export_narrowed;
        verified
    }
}

#[derive(Template)]
#[template(path = "desk/record.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Record,
    verified: Option<String>,
}

impl Drawn for Record {
    fn state(&self) -> &'static str {
        "desk-record"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Record)
    }

    fn status(&self) -> StatusCode {
        if self.malformed {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.record;
        let said = |verified: &Verified| {
            words.verified.fill(&[
                ("entries", &verified.entries.to_string()),
                ("at", &desk.moment(verified.at)),
            ])
        };
        View {
            desk,
            words,
            page: self,
            verified: self.verified.as_ref().map(said),
        }
        .render()
    }
}

impl Record {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let lines = EVENTS.iter().zip((1..).step_by(37)).map(|(event, seconds)| EventLine {
            case: Some((CASE_ID.to_owned(), "K7QF-3M2P".to_owned())),
            ..EventLine::sample(-seconds, event, None, &[])
        });
        let later = EventLine::sample(-1, "staff_signed_in", Some("Jonas Weber"), &[("provider", "okta")]);
        let full = Self {
            filter: RecordFilter::default(),
            malformed: false,
            lines: [later].into_iter().chain(lines).collect(),
            verified: None,
            verifying: false,
            older: Some("before=4711".to_owned()),
            newest: None,
        };
        let verified = Verified {
            entries: 48_213,
            at: Timestamp::from_seconds(SAMPLE_NOW),
            head: "q7Rr0Jc1f4mXh2vN".to_owned(),
            fault: None,
        };
        let some = Self {
            filter: RecordFilter {
                event: "case_flagged".to_owned(),
                who: "Jonas Weber".to_owned(),
                ..RecordFilter::default()
            },
            lines: vec![EventLine::sample(-60, "case_flagged", Some("Jonas Weber"), &[])],
            verified: Some(verified.clone()),
            older: None,
            newest: Some("event=case_flagged".to_owned()),
            ..full.clone()
        };
        let broken = Self {
            verified: Some(Verified {
                fault: Some("entry 31,007 does not follow from the one before it".to_owned()),
                ..verified
            }),
            ..some.clone()
        };
        let none = Self {
            lines: Vec::new(),
            verified: None,
            ..some.clone()
        };
        let malformed = Self {
            malformed: true,
            ..none.clone()
        };
        let verifying = Self {
            verifying: true,
            ..none.clone()
        };
        vec![
            ("desk-record-verifying", verifying),
            ("desk-record", full),
            ("desk-record-whole", some),
            ("desk-record-broken", broken),
            ("desk-record-none", none),
            ("desk-record-malformed", malformed),
        ]
    }
}
