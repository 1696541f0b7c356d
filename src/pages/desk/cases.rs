//! The list of cases, the newest first.

use askama::Template;
use http::StatusCode;

use super::frame::Surface;
use super::line::CaseLine;
use super::place::Place;
use super::words::words;
use super::{Choice, Drawn, path};
use crate::pages::icon::Icon;

/// The list of cases.
#[derive(Clone, Debug)]
pub struct Cases {
    /// What the list is narrowed to, as it was asked for.
    pub filter: Filter,
    /// Whether something of it cannot be understood; then the list is empty.
    pub malformed: bool,
    /// The purposes of the settings.
    pub purposes: Vec<Choice>,
    /// The sources of the settings.
    pub sources: Vec<Choice>,
    /// The cases.
    pub lines: Vec<CaseLine>,
    /// The query of the next page, after the `?`.
    pub older: Option<String>,
    /// The query of the first page, where this is not it.
    pub newest: Option<String>,
}

/// What a list of cases is narrowed to; empty where it is not.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A stage, one of [`super::table::STAGES`].
    pub stage: String,
    /// A purpose's name.
    pub purpose: String,
    /// A source's name.
    pub source: String,
    /// Who opened it.
    pub opener: String,
    /// The case's number, or how it begins.
    pub number: String,
    /// The first day, `2026-01-15`.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl Filter {
    /// Whether it narrows anything.
    pub fn is_empty(&self) -> bool {
        [
            &self.stage,
            &self.purpose,
            &self.source,
            &self.opener,
            &self.number,
            &self.from,
            &self.to,
        ]
        .into_iter()
        .all(String::is_empty)
    }
}

words! {
    /// What the screen says.
    Words { title, narrow, stage, purpose, source, opener, number, from, to, any, show, all, none, none_yet, malformed }
}

#[derive(Template)]
#[template(path = "desk/cases.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Cases,
}

impl Drawn for Cases {
    fn state(&self) -> &'static str {
        "desk-cases"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Cases)
    }

    fn status(&self) -> StatusCode {
        if self.malformed {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.cases;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Cases {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let sources = ["helpdesk", "portal"].map(|name| Choice {
            value: name.to_owned(),
            title: name.to_owned(),
        });
        let full = Self {
            filter: Filter::default(),
            malformed: false,
            purposes: Choice::purposes(),
            sources: sources.to_vec(),
            lines: CaseLine::samples(),
            older: Some("before=0198c0de".to_owned()),
            newest: None,
        };
        let narrowed = Self {
            filter: Filter {
                stage: "proving".to_owned(),
                opener: "Jonas Weber".to_owned(),
                ..Filter::default()
            },
            lines: vec![CaseLine::sample()],
            older: None,
            newest: Some("stage=proving".to_owned()),
            ..full.clone()
        };
        let none = Self {
            lines: Vec::new(),
            newest: None,
            ..narrowed.clone()
        };
        let malformed = Self {
            malformed: true,
            filter: Filter {
                from: "yesterday".to_owned(),
                ..Filter::default()
            },
            ..none.clone()
        };
        let empty = Self {
            filter: Filter::default(),
            ..none.clone()
        };
        vec![
            ("desk-cases", full),
            ("desk-cases-narrowed", narrowed),
            ("desk-cases-none", none),
            ("desk-cases-malformed", malformed),
            ("desk-cases-empty", empty),
        ]
    }
}
