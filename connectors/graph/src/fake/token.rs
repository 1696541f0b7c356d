//! The imitated token endpoint: client credentials, by secret or by assertion.
//!
//! After "OAuth 2.0 client credentials flow" (<https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>,
//! August 2026). A token keeps the permissions that were granted when it was given out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rand::RngExt;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::reply::http_date;
use super::state::Token;
use super::{Desk, EntraFake, fresh_text, written};

/// A token lives 60 to 90 minutes, chosen at random.
const SHORTEST: u64 = 60 * 60;
const LONGEST: u64 = 90 * 60;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FORM: &str = "application/x-www-form-urlencoded";

/// A refusal of the token endpoint.
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

impl Refusal {
    pub(super) fn client(code: u32, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            code,
            text: text.into(),
        }
    }

    fn bad(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            code,
            text: text.into(),
        }
    }
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(super) async fn give(
    State(fake): State<Arc<EntraFake>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    fake.desk(|desk| {
        let given = form(&headers, &raw).and_then(|fields| desk.give_token(&tenant, &fields));
        desk.answered(given)
    })
}

/// Answers every other method.
pub(super) async fn wrong_method(State(fake): State<Arc<EntraFake>>) -> Response {
    let text = "The endpoint only accepts POST requests.";
    fake.desk(|desk| desk.answered(Err(Refusal::bad("invalid_request", 900_561, text))))
}

fn form(headers: &HeaderMap, raw: &[u8]) -> Result<HashMap<String, String>, Refusal> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = media_type.is_some_and(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(FORM)
    });
    if !is_form {
        return Err(lacking("grant_type"));
    }
    let mut fields = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(raw) {
        // RFC 6749 §3.2: parameters must not be included more than once.
        if fields.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            let text = format!("The parameter '{name}' is sent more than once.");
            return Err(Refusal::bad("invalid_request", 90_014, text));
        }
    }
    Ok(fields)
}

fn lacking(name: &str) -> Refusal {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    Refusal::bad("invalid_request", 900_144, text)
}

fn needed<'a>(fields: &'a HashMap<String, String>, name: &str) -> Result<&'a str, Refusal> {
    let value = fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    value.ok_or_else(|| lacking(name))
}

impl Desk<'_> {
    fn give_token(&mut self, tenant: &str, fields: &HashMap<String, String>) -> Result<Value, Refusal> {
        if !self.is_tenant(tenant) {
            let text = format!("Tenant '{tenant}' not found.");
            return Err(Refusal::bad("invalid_request", 90_002, text));
        }
        if needed(fields, "grant_type")? != "client_credentials" {
            let text = "The app requested an unsupported grant type.";
            return Err(Refusal::bad("unsupported_grant_type", 70_003, text));
        }
        let client = needed(fields, "client_id")?;
        if Uuid::parse_str(client) != Ok(self.world.client_id) {
            let text = format!("Application with identifier '{client}' was not found in the directory.");
            return Err(Refusal::bad("unauthorized_client", 700_016, text));
        }
        if needed(fields, "scope")? != self.world.scope {
            let text = "The provided value for scope is not valid. Client credential flows must have a scope value with \
                        /.default suffixed to the resource identifier.";
            return Err(Refusal::bad("invalid_scope", 1_002_012, text));
        }
        self.prove_client(fields)?;
        Ok(self.mint())
    }

    /// The tenant's id, or one of its domains.
    fn is_tenant(&self, tenant: &str) -> bool {
        Uuid::parse_str(tenant) == Ok(self.world.tenant)
            || self
                .domains()
                .iter()
                .any(|(domain, _)| domain.eq_ignore_ascii_case(tenant))
    }

    fn prove_client(&mut self, fields: &HashMap<String, String>) -> Result<(), Refusal> {
        match (fields.get("client_secret"), fields.get("client_assertion")) {
            (Some(secret), None) => {
                let known = self.world.client_secret.as_deref();
                let same = known.is_some_and(|known| known.as_bytes().ct_eq(secret.as_bytes()).into());
                same.then_some(())
                    .ok_or_else(|| Refusal::client(7_000_215, "Invalid client secret provided."))
            }
            (None, Some(assertion)) => {
                if needed(fields, "client_assertion_type")? != ASSERTION_TYPE {
                    let text = "The 'client_assertion_type' is not supported.";
                    return Err(Refusal::bad("invalid_request", 900_144, text));
                }
                self.check_assertion(assertion)
            }
            (Some(_), Some(_)) => {
                let text = "Multiple client credentials are sent.";
                Err(Refusal::bad("invalid_request", 90_014, text))
            }
            (None, None) => {
                let text =
                    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
                Err(Refusal::client(7_000_218, text))
            }
        }
    }

    fn mint(&mut self) -> Value {
        let seconds = rand::rng().random_range(SHORTEST..=LONGEST);
        let expires_at = self.now.plus(Duration::from_secs(seconds));
        let resource = self.world.scope.trim_end_matches("/.default");
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let value = format!(
            "{}.{}.{}",
            part(json!({ "typ": "JWT", "alg": "RS256", "kid": "imitation" })),
            part(json!({
                "aud": resource, "iss": format!("https://sts.windows.net/{}/", self.world.tenant),
                "iat": self.now.seconds(), "nbf": self.now.seconds(), "exp": expires_at.seconds(),
                "appid": self.world.client_id, "idtyp": "app", "tid": self.world.tenant, "ver": "1.0",
                "uti": fresh_text(22), "roles": self.state.granted,
            })),
            fresh_text(86)
        );
        let now = self.now;
        self.state.tokens.retain(|token| token.expires_at > now);
        self.state.tokens.push(Token {
            value: value.clone(),
            roles: self.state.granted.clone(),
            expires_at,
        });
        json!({
            "token_type": "Bearer", "expires_in": seconds - 1, "ext_expires_in": seconds - 1, "access_token": value,
        })
    }

    fn answered(&self, given: Result<Value, Refusal>) -> Response {
        let mut response = match given {
            Ok(body) => Json(body).into_response(),
            Err(refusal) => {
                let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
                let stamp = self
                    .now
                    .to_chrono()
                    .map(|at| at.format("%Y-%m-%d %H:%M:%SZ").to_string());
                let description = format!(
                    "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}",
                    refusal.code,
                    refusal.text,
                    written(self.now)
                );
                let body = json!({
                    "error": refusal.error, "error_description": description, "error_codes": [refusal.code],
                    "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
                });
                (refusal.status, Json(body)).into_response()
            }
        };
        let headers = response.headers_mut();
        // RFC 6749 §5.1
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if let Ok(date) = HeaderValue::from_str(&http_date(self.now)) {
            headers.insert(header::DATE, date);
        }
        response
    }
}
