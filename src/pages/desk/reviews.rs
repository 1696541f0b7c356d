//! What waits for a reviewer. The list says nothing of whose account it is.

use askama::Template;

use super::case::CASE_ID;
use super::frame::{SAMPLE_NOW, Surface};
use super::place::Place;
use super::words::words;
use super::{Drawn, path, table};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// What waits for a reviewer, the longest waiting first.
#[derive(Clone, Debug)]
pub struct Reviews {
    /// The cases.
    pub lines: Vec<ReviewLine>,
}

/// One case that waits for a reviewer.
#[derive(Clone, Debug)]
pub struct ReviewLine {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// What it is for, as the purpose is titled.
    pub purpose: String,
    /// Why a human has to look, one of [`table::CAUSES`].
    pub cause: &'static str,
    /// Since when it waits.
    pub since: Timestamp,
    /// The reviewer who has it.
    pub held_by: Option<String>,
    /// Why this operator may not decide, one of [`table::BARS`].
    pub barred: Option<&'static str>,
}

words! {
    /// What the screen says.
    Words { title, lead, none; held, since }
}

#[derive(Template)]
#[template(path = "desk/reviews.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Reviews,
}

impl Drawn for Reviews {
    fn state(&self) -> &'static str {
        "desk-reviews"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Reviews)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.reviews;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Reviews {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let bars = [Some("opener"), None, Some("approver"), None];
        let lines = table::CAUSES.iter().zip(bars.into_iter().cycle()).zip(1..);
        let full = lines.map(|((cause, barred), place)| ReviewLine {
            id: CASE_ID.to_owned(),
            number: "K7QF-3M2P".to_owned(),
            purpose: "Get back into your account".to_owned(),
            cause,
            since: Timestamp::from_seconds(SAMPLE_NOW - place * 700),
            held_by: (place == 3).then(|| "Noor Haddad".to_owned()),
            barred,
        });
        vec![
            ("desk-reviews", Self { lines: full.collect() }),
            ("desk-reviews-none", Self { lines: Vec::new() }),
        ]
    }
}
