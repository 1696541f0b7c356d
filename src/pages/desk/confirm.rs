//! Before an act on a case that cannot simply be taken back: what it does, what it does not, and one button.

use askama::Template;
use http::StatusCode;
use serde::Deserialize;

use super::case::CASE_ID;
use super::frame::Surface;
use super::place::Place;
use super::{Drawn, path};
use crate::case::role::Power;
use crate::pages::icon::Icon;
use crate::pages::text::Sentence;

/// An act on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Another link, because nobody opened the first one.
    NewLink,
    /// It is called off.
    Cancel,
    /// It is fraud: everything of that account stops.
    Flag,
    /// It was no fraud.
    ClearFlag,
    /// It was mended: a stuck case goes on.
    Resume,
    /// What failed is done once more.
    Retry,
    /// What was done is taken back.
    Undo,
    /// An earlier proof is forgotten.
    Forget,
}

impl Act {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::NewLink,
        Self::Resume,
        Self::Retry,
        Self::ClearFlag,
        Self::Forget,
        Self::Undo,
        Self::Cancel,
        Self::Flag,
    ];

    /// The last part of its address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NewLink => "link",
            Self::Cancel => "cancel",
            Self::Flag => "flag",
            Self::ClearFlag => "clear-flag",
            Self::Resume => "resume",
            Self::Retry => "retry",
            Self::Undo => "undo",
            Self::Forget => "forget",
        }
    }

    /// The act with that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    /// What somebody must be allowed to do for it.
    pub const fn power(self) -> Power {
        match self {
            Self::NewLink => Power::OpenCase,
            Self::Cancel => Power::CancelCase,
            Self::Flag => Power::FlagFraud,
            Self::ClearFlag => Power::ClearFlag,
            Self::Resume | Self::Retry | Self::Undo | Self::Forget => Power::MendCase,
        }
    }

    /// Whether it takes something away from somebody.
    pub(super) const fn is_grave(self) -> bool {
        matches!(self, Self::Cancel | Self::Flag | Self::Undo)
    }

    /// Whether it must be said why.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Flag | Self::ClearFlag)
    }
}

/// Whether an act is really meant.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// The act.
    pub act: Act,
    /// What it will do, one line each, beside what is true of every such act: steps that will be taken back, for instance.
    pub does: Vec<String>,
    /// What stays as it is, and why.
    pub lasting: Vec<String>,
    /// Whether the reason that it needs was missing or too long.
    pub reason_missing: bool,
}

/// What the screen says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pages) struct Words {
    does: String,
    lasting: String,
    reason: String,
    reason_hint: String,
    reason_missing: String,
    back: String,
    case: Sentence,
    new_link: Saying,
    cancel: Saying,
    flag: Saying,
    clear_flag: Saying,
    resume: Saying,
    retry: Saying,
    undo: Saying,
    forget: Saying,
}

/// What one act says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pages) struct Saying {
    /// What the button on the case's page says.
    pub(super) name: String,
    title: String,
    points: Vec<String>,
    button: String,
}

#[derive(Template)]
#[template(path = "desk/confirm.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Confirm,
    saying: &'a Saying,
}

impl Words {
    pub(super) fn of(&self, act: Act) -> &Saying {
        match act {
            Act::NewLink => &self.new_link,
            Act::Cancel => &self.cancel,
            Act::Flag => &self.flag,
            Act::ClearFlag => &self.clear_flag,
            Act::Resume => &self.resume,
            Act::Retry => &self.retry,
            Act::Undo => &self.undo,
            Act::Forget => &self.forget,
        }
    }
}

impl Drawn for Confirm {
    fn state(&self) -> &'static str {
        "desk-confirm"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Cases)
    }

    fn status(&self) -> StatusCode {
        if self.reason_missing {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.confirm;
        View {
            desk,
            words,
            page: self,
            saying: words.of(self.act),
        }
        .render()
    }
}

impl Confirm {
    /// Where the form goes.
    fn action(&self) -> String {
        path::act(&self.id, self.act)
    }

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let of = |act| Self {
            id: CASE_ID.to_owned(),
            number: "K7QF-3M2P".to_owned(),
            act,
            does: Vec::new(),
            lasting: Vec::new(),
            reason_missing: false,
        };
        let undo = Self {
            does: vec!["The temporary access pass at entra is deleted, if nobody has used it.".to_owned()],
            lasting: vec!["Sessions that were ended at okta stay ended: nobody can bring them back.".to_owned()],
            ..of(Act::Undo)
        };
        let flag_again = Self {
            reason_missing: true,
            ..of(Act::Flag)
        };
        vec![
            ("desk-confirm-link", of(Act::NewLink)),
            ("desk-confirm-cancel", of(Act::Cancel)),
            ("desk-confirm-flag", of(Act::Flag)),
            ("desk-confirm-flag-no-reason", flag_again),
            ("desk-confirm-clear-flag", of(Act::ClearFlag)),
            ("desk-confirm-resume", of(Act::Resume)),
            ("desk-confirm-retry", of(Act::Retry)),
            ("desk-confirm-undo", undo),
            ("desk-confirm-forget", of(Act::Forget)),
        ]
    }
}
