//! Errors as callers with a token see them: problem JSON (RFC 9457), with a fixed text per kind.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::case::Barred;
use crate::cause::causes;
use crate::crypto::token::reference_number;
use crate::flow::Error;
use crate::flow::open::Bar;
use doorward_contract::VendorError;

/// Where each kind of problem is explained, below the public address.
pub const PLACE: &str = "/problems/";

/// A problem as it is answered.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: Option<String>,
    more: Option<(&'static str, Value)>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self {
            status,
            kind,
            title,
            detail: None,
            more: None,
            retry_after: None,
        }
    }

    /// With what is the matter this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With how long to wait before asking again.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)));
        self
    }

    /// Something failed here that nobody outside can mend.
    pub fn fault() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "Something failed here")
    }

    /// More was sent than is read.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large").detail("Send less.")
    }

    /// No token, or one that nobody was given (RFC 6750 §3).
    pub fn unauthorised() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorised",
            "A valid API token is required",
        )
        .detail("Send `Authorization: Bearer …` with a token named in the settings under `[[api_token]]`.")
    }

    /// Nothing there, or nothing there for this caller: the two look alike.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing here")
    }
}

impl Problem {
    /// Somebody on the staff who may not do this.
    fn may_not(barred: &Barred) -> Self {
        Self::new(StatusCode::FORBIDDEN, "may-not", "You may not do this").detail(barred.to_string())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Barred(Bar { refusal, reasons }) => {
                let mut problem = Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "account-barred",
                    "This account cannot be recovered this way",
                );
                problem.detail = (!reasons.is_empty()).then(|| reasons.join("; "));
                problem.more = Some(("refusal", json!(refusal)));
                problem
            }
            Error::MayNot(barred) => Self::may_not(&barred),
            Error::Shielded => Self::new(StatusCode::CONFLICT, "shielded", "The shield is up"),
            Error::Elsewhere => Self::new(
                StatusCode::CONFLICT,
                "past-this",
                "The case is not at a stage where this can be done",
            ),
            Error::Lasting(reasons) => {
                let mut problem = Self::new(
                    StatusCode::CONFLICT,
                    "nothing-to-undo",
                    "Nothing of what was done can be taken back",
                );
                problem.detail = (!reasons.is_empty()).then(|| reasons.join("; "));
                problem
            }
            Error::Unknown { kind, name } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown-name",
                "The settings do not name this",
            )
            .detail(format!("no {kind} `{name}`")),
            Error::TooMany(after) => {
                let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests");
                problem.retry_after = Some(after.as_secs());
                problem
            }
            Error::Vendor(VendorError::Unfit { why } | VendorError::Premature { why, .. }) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "account-unfit",
                "What this purpose does does not fit this account",
            )
            .detail(why),
            Error::Vendor(vendor) => from_vendor(&vendor),
            Error::Store(crate::store::Error::Stale) => Self::new(
                StatusCode::CONFLICT,
                "stale",
                "The case was written by somebody else meanwhile; read it again",
            ),
            error => {
                let reference = reference_number();
                tracing::error!(%reference, error = %causes(&error), "a call failed ({reference})");
                Self::fault().detail(format!("The log has the cause under {reference}."))
            }
        }
    }
}

/// A vendor's failure, as staff are told it.
fn from_vendor(error: &VendorError) -> Problem {
    if matches!(error, VendorError::Ambiguous) {
        return Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "ambiguous",
            "More than one account answers to this",
        );
    }
    let mut problem = if error.is_passing() {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "vendor-unreachable",
            "A vendor could not be asked; try again",
        )
    } else {
        Problem::new(
            StatusCode::BAD_GATEWAY,
            "vendor-refused",
            "A vendor refused; its settings or rights need mending",
        )
    };
    if let VendorError::Throttled { retry_after } = error {
        problem.retry_after = Some(retry_after.map_or(30, |after| after.as_secs()));
    }
    problem.detail(error.to_string())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("{PLACE}{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
        });
        if let Some(object) = body.as_object_mut() {
            if let Some(detail) = self.detail {
                object.insert("detail".to_owned(), Value::String(detail));
            }
            if let Some((key, value)) = self.more {
                object.insert(key.to_owned(), value);
            }
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
