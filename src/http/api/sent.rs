//! What callers send: a body, a query, a cursor. Whatever does not fit is told as a problem.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;

use crate::http::App;
use crate::http::problem::Problem;
use doorward_contract::Timestamp;

/// How many are listed unless told otherwise, and at the most.
const USUAL_PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 200;
/// The longest reason, note or name taken.
pub(super) const LONGEST: usize = 254;
/// The longest text that somebody writes about what they saw.
pub(super) const LONGEST_NOTE: usize = 2_000;

/// A body of JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        match Json::from_request(request, app).await {
            Ok(Json(sent)) => Ok(Self(sent)),
            Err(rejection) => Err(malformed(&rejection)),
        }
    }
}

/// What stands behind the `?`.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        match Query::from_request_parts(parts, app).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(unfit(rejection.body_text())),
        }
    }
}

/// What does not fit, and why.
pub(super) fn unfit(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", "The request does not fit").detail(detail)
}

fn malformed(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Send JSON")
                .detail("Set `Content-Type: application/json`.")
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        other => unfit(other.body_text()),
    }
}

/// How many to list.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > LONGEST_PAGE {
        return Err(unfit(format!("`limit` must be 1 to {LONGEST_PAGE}")));
    }
    Ok(limit)
}

/// A text without what a log or a page could stumble over, and not empty.
pub(super) fn text(field: &str, text: &str, longest: usize) -> Result<String, Problem> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.chars().count() > longest || trimmed.chars().any(|letter| breaks(letter, longest))
    {
        return Err(unfit(format!(
            "`{field}` must be 1 to {longest} characters, and none of them control characters"
        )));
    }
    Ok(trimmed.to_owned())
}

/// Line ends stand in notes only.
fn breaks(letter: char, longest: usize) -> bool {
    letter.is_control() && !(longest == LONGEST_NOTE && matches!(letter, '\n' | '\t'))
}

/// A text that may be left out.
pub(super) fn optional(field: &str, given: Option<&String>, longest: usize) -> Result<Option<String>, Problem> {
    given.map(|given| text(field, given, longest)).transpose()
}

/// A place in a list that is sorted by time and id: what comes after it stays the same, whatever is added at the top.
pub(super) fn cursor(at: Timestamp, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.micros()))
}

/// Reads a place back.
pub(super) fn place(cursor: &str) -> Result<(Timestamp, String), Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_micros(at.parse().ok()?), id.to_owned()))
    };
    read().ok_or_else(|| unfit("`cursor` is none of ours"))
}
