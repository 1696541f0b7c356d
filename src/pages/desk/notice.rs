//! What staff are told when there is nothing else to show. What does not exist and what is not theirs look the same.

use std::time::Duration;

use askama::Template;
use http::StatusCode;
use serde::Deserialize;

use super::frame::Surface;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use crate::pages::text::Sentence;

/// Something to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffNotice {
    /// No such page, case or person, or none that this operator may see.
    NotFound,
    /// This operator may not do that, and it is about nobody in particular.
    Forbidden,
    /// The form is too old, or came from elsewhere.
    FormTooOld,
    /// Somebody else was faster: it is not as the form showed it.
    Changed {
        /// The case's id.
        case: String,
    },
    /// Asked too often.
    Busy {
        /// When the next one is taken.
        retry_after: Duration,
    },
    /// Something that is needed does not answer.
    Unavailable,
    /// Our own fault.
    Fault {
        /// Leads to the line in the log.
        reference: String,
    },
}

/// What the screens say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pages) struct Words {
    home: String,
    case: String,
    not_found: Saying,
    forbidden: Saying,
    form_too_old: Saying,
    changed: Saying,
    busy: Saying,
    unavailable: Saying,
    fault: Saying,
}

/// What one screen says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saying {
    title: String,
    lead: Sentence,
}

#[derive(Template)]
#[template(path = "desk/notice.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    title: &'a str,
    lead: String,
    icon: Icon,
    way: (String, &'a str),
}

impl StaffNotice {
    fn saying<'w>(&self, words: &'w Words) -> &'w Saying {
        match self {
            Self::NotFound => &words.not_found,
            Self::Forbidden => &words.forbidden,
            Self::FormTooOld => &words.form_too_old,
            Self::Changed { .. } => &words.changed,
            Self::Busy { .. } => &words.busy,
            Self::Unavailable => &words.unavailable,
            Self::Fault { .. } => &words.fault,
        }
    }

    fn icon(&self) -> Icon {
        match self {
            Self::NotFound => Icon::Search,
            Self::Forbidden => Icon::Stop,
            Self::FormTooOld | Self::Changed { .. } => Icon::Retry,
            Self::Busy { .. } | Self::Unavailable => Icon::Clock,
            Self::Fault { .. } => Icon::Info,
        }
    }
}

impl Drawn for StaffNotice {
    fn state(&self) -> &'static str {
        "desk-notice"
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::FormTooOld => StatusCode::FORBIDDEN,
            Self::Changed { .. } => StatusCode::CONFLICT,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.notice;
        let saying = self.saying(words);
        let contact = desk.contact();
        let length = match self {
            Self::Busy { retry_after } => desk.length(retry_after),
            _ => String::new(),
        };
        let reference = match self {
            Self::Fault { reference } => reference.as_str(),
            _ => "",
        };
        View {
            desk,
            title: &saying.title,
            lead: saying
                .lead
                .fill(&[("contact", &contact), ("length", &length), ("reference", reference)]),
            icon: self.icon(),
            way: match self {
                Self::Changed { case } => (path::case(case), words.case.as_str()),
                _ => (path::HOME.to_owned(), &words.home),
            },
        }
        .render()
    }
}

impl StaffNotice {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("desk-not-found", Self::NotFound),
            ("desk-forbidden", Self::Forbidden),
            ("desk-form-too-old", Self::FormTooOld),
            (
                "desk-changed",
                Self::Changed {
                    case: super::case::CASE_ID.to_owned(),
                },
            ),
            (
                "desk-busy",
                Self::Busy {
                    retry_after: Duration::from_mins(2),
                },
            ),
            ("desk-unavailable", Self::Unavailable),
            (
                "desk-fault",
                Self::Fault {
                    reference: "7f3a91c2".to_owned(),
                },
            ),
        ]
    }
}
