//! Everything that is known of a person is forgotten: asked for, confirmed by typing, done.

use askama::Template;
use http::StatusCode;

use super::frame::Surface;
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;

/// A person is forgotten.
#[derive(Clone, Debug)]
pub struct Erase {
    /// How far it has come.
    pub step: EraseStep,
}

/// How far forgetting a person has come.
#[derive(Clone, Debug)]
pub enum EraseStep {
    /// The login is asked for.
    Ask {
        /// What was typed before, if nothing is known of it.
        unknown: Option<String>,
    },
    /// It is to be confirmed.
    Confirm {
        /// The login, which is to be typed once more.
        login: String,
        /// The display name, where the directory has one.
        name: Option<String>,
        /// How many cases hold something of the person.
        cases: u32,
        /// How many of these are under way and would be ended.
        open: u32,
        /// Whether something else was typed.
        differs: bool,
    },
    /// It is done.
    Done {
        /// Leads to the record's entry about it.
        receipt: String,
        /// How many cases were forgotten.
        cases: u32,
        /// What could not be confirmed by a verifier yet; it is tried on.
        pending: u32,
    },
}

words! {
    /// What the screen says.
    Words {
        title, lead, label, find, unknown, person, forgets, forgets_cases, forgets_proofs, forgets_earlier, stays,
        stays_record, stays_directory, type_label, differs, button, back, done, done_text, receipt, again;
        confirm_title, cases, open, done_cases, pending
    }
}

#[derive(Template)]
#[template(path = "desk/erase.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Erase,
}

impl View<'_> {
    fn title(&self) -> String {
        match &self.page.step {
            EraseStep::Ask { .. } => self.words.title.clone(),
            EraseStep::Confirm { login, name, .. } => {
                let who = name.as_ref().unwrap_or(login);
                self.words.confirm_title.fill(&[("who", who)])
            }
            EraseStep::Done { .. } => self.words.done.clone(),
        }
    }
}

impl Drawn for Erase {
    fn state(&self) -> &'static str {
        "desk-erase"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Erase)
    }

    fn status(&self) -> StatusCode {
        match self.step {
            EraseStep::Confirm { differs: true, .. } | EraseStep::Ask { unknown: Some(_) } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ => StatusCode::OK,
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.erase;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Erase {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let confirm = |name: Option<&str>, open, differs| Self {
            step: EraseStep::Confirm {
                login: "maria.lindqvist@example.com".to_owned(),
                name: name.map(str::to_owned),
                cases: 3,
                open,
                differs,
            },
        };
        let ask = |unknown: Option<&str>| Self {
            step: EraseStep::Ask {
                unknown: unknown.map(str::to_owned),
            },
        };
        let done = |pending| Self {
            step: EraseStep::Done {
                receipt: "7f3a91c2".to_owned(),
                cases: 3,
                pending,
            },
        };
        vec![
            ("desk-erase", ask(None)),
            ("desk-erase-unknown", ask(Some("maria lindqvist"))),
            ("desk-erase-confirm", confirm(Some("Maria Lindqvist"), 1, false)),
            ("desk-erase-differs", confirm(None, 0, true)),
            ("desk-erase-done", done(0)),
            ("desk-erase-pending", done(1)),
        ]
    }
}
