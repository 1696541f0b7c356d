//! Answers of the imitated Management API: the error object and the headers that every answer carries.
//!
//! After "Okta error codes and descriptions" (<https://developer.okta.com/docs/reference/error-codes/>, August 2026).

use axum::Json;
use axum::response::{IntoResponse, Response};
use doorward_contract::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::fresh_text;

/// An answer that went well; no body where it is null.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    /// Addresses of this page and of the next.
    pub(super) links: Vec<String>,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            links: Vec::new(),
        }
    }

    pub(super) fn gone() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            ..Self::ok(Value::Null)
        }
    }
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
    challenge: Option<String>,
}

pub(super) type Answered = Result<Reply, Fault>;

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, summary: impl Into<String>) -> Self {
        Self {
            status,
            code,
            summary: summary.into(),
            causes: Vec::new(),
            challenge: None,
        }
    }

    /// Values that do not fit.
    pub(super) fn invalid(what: &str, cause: impl Into<String>) -> Self {
        let summary = format!("Api validation failed: {what}");
        let mut fault = Self::new(StatusCode::BAD_REQUEST, "E0000001", summary);
        fault.causes.push(cause.into());
        fault
    }

    pub(super) fn search(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "E0000031",
            format!("Invalid search criteria. {why}"),
        )
    }

    pub(super) fn missing(what: &str) -> Self {
        let summary = format!("Not found: Resource not found: {what}");
        Self::new(StatusCode::NOT_FOUND, "E0000007", summary)
    }

    pub(super) fn path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "E0000008", "The requested path was not found")
    }

    pub(super) fn method() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "E0000022", summary)
    }

    pub(super) fn denied() -> Self {
        let summary = "You do not have permission to perform the requested action";
        Self::new(StatusCode::FORBIDDEN, "E0000006", summary)
    }

    pub(super) fn status() -> Self {
        let summary = "This operation is not allowed in the user's current status.";
        Self::new(StatusCode::FORBIDDEN, "E0000038", summary)
    }

    pub(super) fn token() -> Self {
        let mut fault = Self::new(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided");
        fault.challenge = Some("Bearer error=\"invalid_token\"".into());
        fault
    }

    /// What is wrong with a proof of possession.
    pub(super) fn proof(error: &str, description: &str) -> Self {
        let mut fault = Self::new(StatusCode::BAD_REQUEST, "", error);
        fault.challenge = Some(format!(
            "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\", error=\"{error}\", error_description=\"{description}\""
        ));
        fault
    }

    pub(super) fn too_many() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "E0000047", summary)
    }
}

/// The answer with its headers.
pub(super) fn sent(answered: Answered, extra: HeaderMap, now: Timestamp) -> Response {
    let mut response = match answered {
        Ok(reply) => {
            let mut response = if reply.body.is_null() {
                reply.status.into_response()
            } else {
                (reply.status, Json(reply.body)).into_response()
            };
            for link in reply.links {
                if let Ok(link) = HeaderValue::from_str(&link) {
                    response.headers_mut().append(header::LINK, link);
                }
            }
            response
        }
        Err(fault) => refused(fault),
    };
    let headers = response.headers_mut();
    headers.extend(extra);
    put(headers, HeaderName::from_static("x-okta-request-id"), &fresh_text(27));
    put(headers, header::DATE, &http_date(now));
    response
}

fn refused(fault: Fault) -> Response {
    let body = if fault.code.is_empty() {
        json!({ "error": fault.summary })
    } else {
        let causes: Vec<Value> = fault
            .causes
            .iter()
            .map(|cause| json!({ "errorSummary": cause }))
            .collect();
        json!({
            "errorCode": fault.code, "errorSummary": fault.summary, "errorLink": fault.code,
            "errorId": format!("oae{}", fresh_text(22)), "errorCauses": causes,
        })
    };
    let mut response = (fault.status, Json(body)).into_response();
    if let Some(challenge) = fault.challenge {
        put(response.headers_mut(), header::WWW_AUTHENTICATE, &challenge);
    }
    response
}

pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// RFC 9110 §5.6.7.
pub(super) fn http_date(at: Timestamp) -> String {
    let text = at
        .to_chrono()
        .map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    text.unwrap_or_default()
}
