//! Answers of the imitated Graph: the error envelope and the headers that every answer carries.
//!
//! After "Microsoft Graph error responses" (<https://learn.microsoft.com/en-us/graph/errors>, August 2026).

use axum::Json;
use axum::response::{IntoResponse, Response};
use doorward_contract::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// An answer that went well; no body where it is null.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
        }
    }

    pub(super) fn created(body: Value) -> Self {
        Self {
            status: StatusCode::CREATED,
            body,
        }
    }

    pub(super) fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: Value::Null,
        }
    }
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

pub(super) type Answered = Result<Reply, Fault>;

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// As the authentication-methods workload spells it.
    pub(super) fn bad_method(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "badRequest", message)
    }

    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
    }

    pub(super) fn segment(name: &str) -> Self {
        let message = format!("Resource not found for the segment '{name}'.");
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn unauthenticated(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    pub(super) fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    pub(super) fn missing(what: &str) -> Self {
        let message = format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    pub(super) fn method() -> Self {
        let message = "The OData request is not supported.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest", message)
    }

    pub(super) fn media_type() -> Self {
        let message = "A supported MIME type could not be found that matches the content type of the request.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "RequestBodyRead", message)
    }

    pub(super) fn unmeasured() -> Self {
        Self::new(StatusCode::LENGTH_REQUIRED, "LengthRequired", "Length Required")
    }
}

/// The answer with its headers; `asked` are the headers of the request.
pub(super) fn sent(answered: Answered, asked: &HeaderMap, now: Timestamp) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let client_id = asked
        .get(CLIENT_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Uuid::parse_str(value).ok())
        .map_or_else(|| request_id.clone(), |id| id.to_string());
    let mut response = match answered {
        Ok(reply) if reply.body.is_null() => reply.status.into_response(),
        Ok(reply) => (reply.status, Json(reply.body)).into_response(),
        Err(fault) => {
            let body = json!({ "error": {
                "code": fault.code,
                "message": fault.message,
                "innerError": { "date": inner_date(now), "request-id": request_id, "client-request-id": client_id },
            } });
            (fault.status, Json(body)).into_response()
        }
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        put(response.headers_mut(), header::WWW_AUTHENTICATE, "Bearer");
    }
    let headers = response.headers_mut();
    put(headers, REQUEST_ID, &request_id);
    // Only on request: "return-client-request-id: true".
    if asked
        .get("return-client-request-id")
        .is_some_and(|wish| wish.as_bytes().eq_ignore_ascii_case(b"true"))
    {
        put(headers, CLIENT_REQUEST_ID, &client_id);
    }
    put(headers, header::DATE, &http_date(now));
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn inner_date(at: Timestamp) -> String {
    let text = at.to_chrono().map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string());
    text.unwrap_or_default()
}

/// RFC 9110 §5.6.7.
pub(super) fn http_date(at: Timestamp) -> String {
    let text = at
        .to_chrono()
        .map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    text.unwrap_or_default()
}
