//! A case is opened for somebody: what for, under which ticket, and why. One screen.

use askama::Template;

use super::frame::Surface;
use super::words::words;
use super::{Choice, Drawn, path};
use crate::pages::icon::Icon;
use http::StatusCode;

/// What is needed to open a case.
#[derive(Clone, Debug)]
pub struct Open {
    /// The person, where they were looked up already; otherwise the login is asked for.
    pub person: Option<Known>,
    /// The purposes that this operator may open.
    pub purposes: Vec<Choice>,
    /// What was filled in.
    pub filled: Filled,
    /// What is wrong with it.
    pub errors: Vec<OpenError>,
    /// What the connectors say besides: which role or group, at which of them.
    pub why: Vec<String>,
    /// Whether this operator has opened so many that one more colleague has to agree.
    pub over_cap: bool,
    /// Posted as [`path::ONCE`]: the same form sent twice opens one case.
    pub once: String,
}

/// Whom a case is for.
#[derive(Clone, Debug)]
pub struct Known {
    /// The display name, where the directory has one.
    pub name: Option<String>,
    /// What they sign in with.
    pub login: String,
}

/// What was filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The login, where it is asked for.
    pub account: String,
    /// The purpose's name.
    pub purpose: String,
    /// The ticket.
    pub ticket: String,
    /// Why.
    pub reason: String,
}

/// What is wrong with what was filled in, or stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// No login, or one that cannot be one.
    Account,
    /// A purpose that is not offered.
    Purpose,
    /// Too long, or with characters that no ticket has.
    Ticket,
    /// No reason, or one that is too long.
    Reason,
    /// No account answers to the login.
    Unknown,
    /// More than one does.
    Several,
    /// The account is protected.
    Protected,
    /// Nobody can sign in with the account.
    Disabled,
    /// The account is frozen because a case was flagged as fraud.
    Frozen,
    /// Nobody opens a case for themselves.
    Oneself,
}

words! {
    /// What the screen says.
    Words {
        title, person, label, purpose, ticket, ticket_hint, reason, reason_hint, button, over_cap, wrong_account,
        wrong_purpose, wrong_ticket, wrong_reason, unknown, several, protected, disabled, frozen, oneself
    }
}

#[derive(Template)]
#[template(path = "desk/open.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Open,
}

impl View<'_> {
    /// What stands in the way and belongs to no field.
    fn barred(&self) -> Vec<&str> {
        let words = self.words;
        let said = |error: &OpenError| match error {
            OpenError::Unknown => words.unknown.as_str(),
            OpenError::Several => &words.several,
            OpenError::Protected => &words.protected,
            OpenError::Disabled => &words.disabled,
            OpenError::Frozen => &words.frozen,
            OpenError::Oneself => &words.oneself,
            OpenError::Account | OpenError::Purpose | OpenError::Ticket | OpenError::Reason => "",
        };
        let said = self.page.errors.iter().map(said);
        said.filter(|said| !said.is_empty()).collect()
    }

    fn has(&self, error: OpenError) -> bool {
        self.page.errors.contains(&error)
    }
}

impl Drawn for Open {
    fn state(&self) -> &'static str {
        "desk-open"
    }

    fn status(&self) -> StatusCode {
        if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.open;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Open {
    /// The longest ticket, login or reason that is taken.
    pub const MAX_LENGTH: usize = 254;

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            person: None,
            purposes: Choice::purposes(),
            filled: Filled {
                purpose: "recovery".to_owned(),
                ..Filled::default()
            },
            errors: Vec::new(),
            over_cap: false,
            why: Vec::new(),
            once: "sample".to_owned(),
        };
        let maria = Known {
            name: Some("Maria Lindqvist".to_owned()),
            login: "maria.lindqvist@example.com".to_owned(),
        };
        let for_maria = Self {
            person: Some(maria),
            ..empty.clone()
        };
        let nameless = Known {
            name: None,
            login: "m.lindqvist".to_owned(),
        };
        let one = Self {
            person: Some(nameless),
            purposes: Choice::purposes().into_iter().take(1).collect(),
            over_cap: true,
            ..empty.clone()
        };
        let wrong = Self {
            errors: vec![
                OpenError::Account,
                OpenError::Purpose,
                OpenError::Ticket,
                OpenError::Reason,
            ],
            filled: Filled {
                account: "maria lindqvist".to_owned(),
                ticket: "INC0048213".to_owned(),
                ..Filled::default()
            },
            ..empty.clone()
        };
        let barred = Self::barred_sample(&for_maria);
        vec![
            ("desk-open", empty),
            ("desk-open-person", for_maria),
            ("desk-open-one", one),
            ("desk-open-wrong", wrong),
            ("desk-open-barred", barred),
        ]
    }

    fn barred_sample(open: &Self) -> Self {
        Self {
            errors: vec![
                OpenError::Unknown,
                OpenError::Several,
                OpenError::Protected,
                OpenError::Disabled,
                OpenError::Frozen,
                OpenError::Oneself,
            ],
            filled: Filled {
                ticket: "INC0048213".to_owned(),
                reason: "Lost phone".to_owned(),
                ..Filled::default()
            },
            why: vec!["entra: member of the group Treasury".to_owned()],
            ..open.clone()
        }
    }
}
