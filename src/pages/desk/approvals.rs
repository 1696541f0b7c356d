//! What waits for an approver.

use askama::Template;

use super::case::CASE_ID;
use super::frame::{SAMPLE_NOW, Surface};
use super::place::Place;
use super::words::words;
use super::{Drawn, path, table};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// What waits for an approver, the longest waiting first.
#[derive(Clone, Debug)]
pub struct Approvals {
    /// The cases.
    pub lines: Vec<ApprovalLine>,
}

/// One case that waits for an approver.
#[derive(Clone, Debug)]
pub struct ApprovalLine {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// What staff call the person.
    pub person: Option<String>,
    /// What it is for, as the purpose is titled.
    pub purpose: String,
    /// Who opened it, where it was not the person.
    pub opener: Option<String>,
    /// Since when it waits.
    pub since: Timestamp,
    /// How many have agreed.
    pub given: u32,
    /// How many must.
    pub needed: u32,
    /// Why this operator may not decide, one of [`table::BARS`].
    pub barred: Option<&'static str>,
}

words! {
    /// What the screen says.
    Words { title, lead, none, by_person; count, since }
}

#[derive(Template)]
#[template(path = "desk/approvals.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Approvals,
}

impl View<'_> {
    fn count(&self, line: &ApprovalLine) -> String {
        self.words
            .count
            .fill(&[("given", &line.given.to_string()), ("needed", &line.needed.to_string())])
    }
}

impl Drawn for Approvals {
    fn state(&self) -> &'static str {
        "desk-approvals"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Approvals)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.approvals;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Approvals {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let bars = table::BARS.iter().map(|bar| Some(*bar));
        let lines = [None, None].into_iter().chain(bars).zip(1..);
        let full = lines.map(|(barred, place)| ApprovalLine {
            id: CASE_ID.to_owned(),
            number: "K7QF-3M2P".to_owned(),
            person: Some("Maria Lindqvist".to_owned()),
            purpose: "Get back into your account".to_owned(),
            opener: (place % 3 != 0).then(|| "Jonas Weber".to_owned()),
            since: Timestamp::from_seconds(SAMPLE_NOW - place * 400),
            given: u32::from(place % 2 == 0),
            needed: 2,
            barred,
        });
        vec![
            ("desk-approvals", Self { lines: full.collect() }),
            ("desk-approvals-none", Self { lines: Vec::new() }),
        ]
    }
}
