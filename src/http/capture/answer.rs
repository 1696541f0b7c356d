//! What a picture or a press is answered with: for scripts a word or two of JSON, for everybody else a page.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::show::setting;
use super::who::Photographer;
use crate::builtin::{Error, Hint};
use crate::cause::causes;
use crate::crypto::token::reference_number;
use crate::flow;
use crate::pages::capture::Said;
use crate::pages::{Notice, path};
use crate::source::Door;
use doorward_builtin::intake::Refused;

/// Why something was not done.
pub(super) enum Fault {
    /// The form or script is not one of ours, or not this browser's to send.
    Forbidden,
    /// The session is over, or another one by now.
    Gone,
    /// It waits for something else: the page says for what.
    Elsewhere,
    /// Too much is being looked at.
    Busy(Duration),
    /// Too many calls from there.
    TooMany(Duration),
    /// More bytes than are taken.
    TooLarge,
    /// Not a picture that is taken.
    Refused(Refused),
    /// Not what the script sends.
    Malformed,
    /// Ours, and already in the log under this reference.
    Broken(String),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Gone => Self::Gone,
            Error::Elsewhere => Self::Elsewhere,
            Error::Busy { retry_after } => Self::Busy(retry_after),
            Error::Refused(Refused::Heavy) => Self::TooLarge,
            Error::Refused(refused) => Self::Refused(refused),
            error => Self::broken(&error),
        }
    }
}

impl From<flow::Error> for Fault {
    fn from(error: flow::Error) -> Self {
        match error {
            flow::Error::TooMany(wait) => Self::TooMany(wait),
            error => Self::broken(&error),
        }
    }
}

impl Fault {
    fn broken(error: &(dyn std::error::Error + 'static)) -> Self {
        let reference = reference_number();
        tracing::error!(%reference, error = %causes(error), "pictures could not be taken ({reference})");
        Self::Broken(reference)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Gone => StatusCode::GONE,
            Self::Elsewhere => StatusCode::CONFLICT,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Busy(wait) | Self::TooMany(wait) => Some((*wait).max(Duration::from_secs(1))),
            _ => None,
        }
    }

    /// What helps, where it is about the file.
    pub(super) fn hint(&self) -> Option<Hint> {
        match self {
            Self::TooLarge | Self::Refused(Refused::Heavy | Refused::Large) => Some(Hint::FileTooLarge),
            Self::Refused(_) => Some(Hint::NotAPicture),
            _ => None,
        }
    }

    /// For a script.
    pub(super) fn scripted(self) -> Response {
        let said: Value = match (&self, self.hint()) {
            (_, Some(hint)) => json!({"hint": hint.word()}),
            (Self::Gone | Self::Elsewhere, _) => json!({"next": path::CAPTURE}),
            (Self::Broken(reference), _) => json!({"reference": reference}),
            _ => json!({}),
        };
        self.after((self.status(), Json(said)).into_response())
    }

    /// For a person.
    pub(super) fn shown(self, door: &Door, who: Option<&Photographer>) -> Response {
        let page = match (&self, who) {
            (Self::Gone | Self::Elsewhere, _) => return door.on_to(path::CAPTURE),
            (Self::Busy(retry_after), Some(who)) => door.show(Said::Busy {
                setting: setting(who),
                retry_after: *retry_after,
            }),
            (Self::TooLarge | Self::Refused(_), Some(who)) => door.show(Said::TooLarge(setting(who))),
            (Self::TooMany(retry_after), _) => door.show(Said::TooMany {
                retry_after: *retry_after,
            }),
            (Self::Broken(reference), _) => door.show(Notice::Fault {
                reference: reference.clone(),
            }),
            (Self::Busy(_), None) => door.show(Notice::Unavailable { number: None }),
            (Self::Forbidden | Self::Malformed | Self::TooLarge | Self::Refused(_), _) => door.show(Notice::Forbidden),
        };
        self.after(page)
    }

    fn after(&self, mut response: Response) -> Response {
        if let Some(wait) = self.wait() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
