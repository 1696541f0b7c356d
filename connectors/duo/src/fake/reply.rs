//! Answers of the imitated APIs: the envelope, and the refusals with their codes.
//!
//! After "Admin API: Response Format" (<https://duo.com/docs/adminapi>, August 2026): the status of a refusal is the first three
//! digits of its code.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

/// An answer that went well.
#[derive(Debug)]
pub(super) struct Reply {
    response: Value,
    metadata: Option<Value>,
}

impl Reply {
    pub(super) fn of(response: Value) -> Self {
        Self {
            response,
            metadata: None,
        }
    }

    /// What a removal answers.
    pub(super) fn empty() -> Self {
        Self::of(json!(""))
    }

    /// A part of a list, with where the next part begins.
    pub(super) fn page(all: Vec<Value>, offset: usize, limit: usize) -> Self {
        let total = all.len();
        let items: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
        let end = offset + items.len();
        let next = (end < total && !items.is_empty()).then_some(end);
        let previous = offset.checked_sub(limit).filter(|_| offset > 0);
        Self {
            response: items.into(),
            metadata: Some(json!({ "prev_offset": previous, "next_offset": next, "total_objects": total })),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut body = json!({ "stat": "OK", "response": self.response });
        if let (Some(metadata), Value::Object(body)) = (self.metadata, &mut body) {
            body.insert("metadata".into(), metadata);
        }
        Json(body).into_response()
    }
}

/// A refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    code: u32,
    message: &'static str,
    detail: Option<String>,
}

pub(super) type Answered = Result<Reply, Fault>;

impl Fault {
    fn new(code: u32, message: &'static str) -> Self {
        Self {
            code,
            message,
            detail: None,
        }
    }

    fn about(self, detail: &str) -> Self {
        Self {
            detail: Some(detail.to_owned()),
            ..self
        }
    }

    pub(super) fn absent(parameter: &str) -> Self {
        Self::new(40_001, "Missing required request parameters").about(parameter)
    }

    pub(super) fn invalid(detail: &str) -> Self {
        Self::new(40_002, "Invalid request parameters").about(detail)
    }

    pub(super) fn no_credentials() -> Self {
        Self::new(40_101, "Missing request credentials")
    }

    pub(super) fn unknown_key() -> Self {
        Self::new(40_102, "Invalid integration key in request credentials")
    }

    pub(super) fn bad_signature() -> Self {
        Self::new(40_103, "Invalid signature in request credentials")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(40_301, "Access forbidden")
    }

    pub(super) fn wrong_type() -> Self {
        Self::forbidden().about("Wrong integration type for this API.")
    }

    pub(super) fn unknown() -> Self {
        Self::new(40_401, "Resource not found")
    }

    pub(super) fn wrong_method() -> Self {
        Self::new(40_501, "Method Not Allowed")
    }

    pub(super) fn too_many() -> Self {
        Self::new(42_901, "Too Many Requests")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = u16::try_from(self.code / 100)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = json!({ "stat": "FAIL", "code": self.code, "message": self.message });
        if let (Some(detail), Value::Object(body)) = (self.detail, &mut body) {
            body.insert("message_detail".into(), detail.into());
        }
        (status, Json(body)).into_response()
    }
}
