//! A person is looked up: what staff may know of the account before a case is opened.

use std::time::Duration;

use askama::Template;

use super::frame::{SAMPLE_NOW, Surface};
use super::line::CaseLine;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// A person is looked up.
#[derive(Clone, Debug)]
pub struct Find {
    /// What was typed.
    pub typed: String,
    /// What came of it.
    pub found: Found,
}

/// What came of looking a person up.
#[derive(Clone, Debug)]
pub enum Found {
    /// Nothing was typed yet.
    NotAsked,
    /// The account.
    Person(Box<Person>),
    /// No account answers to it, and no case has that number.
    Nothing,
    /// More than one account answers to it.
    Several,
    /// The operator has asked too often.
    Limit {
        /// When the next one is taken.
        retry_after: Duration,
    },
    /// The directory does not answer.
    Unreachable {
        /// The connector's name in the settings.
        connector: String,
    },
}

/// An account as staff see it before a case.
#[derive(Clone, Debug)]
pub struct Person {
    /// The display name, where the directory has one.
    pub name: Option<String>,
    /// What they sign in with.
    pub login: String,
    /// The vendor's id of the account.
    pub account: String,
    /// The connector's name in the settings.
    pub connector: String,
    /// Whether anybody can sign in with it.
    pub enabled: bool,
    /// Why it is protected, exactly; nothing for an everyday account.
    pub protected: Vec<String>,
    /// Whether it is frozen because a case was flagged as fraud.
    pub frozen: bool,
    /// Since when, where that case is known still.
    pub frozen_since: Option<Timestamp>,
    /// The newest cases of this account.
    pub cases: Vec<CaseLine>,
}

words! {
    /// What the screen says.
    Words {
        title, lead, label, button, login, account, connector, state, enabled, disabled, ordinary, protected, protected_text, frozen,
        frozen_text, open, open_again, cases, no_cases, nothing, nothing_text, several, several_text, limit, unreachable,
        under_way;
        limit_text, unreachable_text, frozen_since
    }
}

#[derive(Template)]
#[template(path = "desk/find.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Find,
}

impl View<'_> {
    fn title(&self) -> &str {
        match &self.page.found {
            Found::Person(person) => person.name.as_deref().unwrap_or(&person.login),
            _ => &self.words.title,
        }
    }

    /// What stands in the way of a result.
    fn trouble(&self) -> Option<(&str, String)> {
        let words = self.words;
        match &self.page.found {
            Found::NotAsked | Found::Person(_) => None,
            Found::Nothing => Some((&words.nothing, words.nothing_text.clone())),
            Found::Several => Some((&words.several, words.several_text.clone())),
            Found::Limit { retry_after } => {
                let length = self.desk.time().length(*retry_after);
                Some((&words.limit, words.limit_text.fill(&[("length", &length)])))
            }
            Found::Unreachable { connector } => Some((
                &words.unreachable,
                words.unreachable_text.fill(&[("connector", connector)]),
            )),
        }
    }
}

impl Found {
    /// Whether what was typed is worth being shown again, to be mended.
    fn again(&self) -> bool {
        !matches!(self, Self::NotAsked)
    }
}

impl Person {
    /// Whether a case of theirs is under way.
    fn under_way(&self) -> bool {
        self.cases.iter().any(|line| line.end.is_none())
    }
}

impl Drawn for Find {
    fn state(&self) -> &'static str {
        "desk-find"
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.find;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Find {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let of = |found| Self {
            typed: "maria.lindqvist@example.com".to_owned(),
            found,
        };
        let ended = |minutes: i64, end| CaseLine {
            stage: "closed",
            end: Some(end),
            opened_at: Timestamp::from_seconds(SAMPLE_NOW - minutes * 60),
            ..CaseLine::sample()
        };
        let maria = Person {
            name: Some("Maria Lindqvist".to_owned()),
            login: "maria.lindqvist@example.com".to_owned(),
            account: "5f1c7e8e-77ab-4f7a-9a1a-0d5f6f5c0e11".to_owned(),
            connector: "entra".to_owned(),
            enabled: true,
            protected: Vec::new(),
            frozen: false,
            frozen_since: None,
            cases: Vec::new(),
        };
        let known = Person {
            cases: vec![CaseLine::sample(), ended(9_000, "recovered"), ended(130_000, "expired")],
            ..maria.clone()
        };
        let guarded = Person {
            name: None,
            protected: vec![
                "role Privileged Role Administrator".to_owned(),
                "member of the group Treasury".to_owned(),
            ],
            enabled: false,
            frozen: true,
            frozen_since: Some(Timestamp::from_seconds(SAMPLE_NOW - 7_200)),
            ..maria.clone()
        };
        vec![
            ("desk-find", of(Found::NotAsked)),
            ("desk-find-person", of(Found::Person(Box::new(maria)))),
            ("desk-find-known", of(Found::Person(Box::new(known)))),
            ("desk-find-protected", of(Found::Person(Box::new(guarded)))),
            ("desk-find-nothing", of(Found::Nothing)),
            ("desk-find-several", of(Found::Several)),
            (
                "desk-find-limit",
                of(Found::Limit {
                    retry_after: Duration::from_mins(12),
                }),
            ),
            (
                "desk-find-unreachable",
                of(Found::Unreachable {
                    connector: "entra".to_owned(),
                }),
            ),
        ]
    }
}
