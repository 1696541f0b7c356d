//! The door of the imitated Management API: who calls, whether a proof holds, how fast, and what the call may carry.
//!
//! After "Core Okta API" (<https://developer.okta.com/docs/reference/core-okta-api/>) and the DPoP guide (August 2026).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use serde_json::Value;

use super::reply::{Answered, Fault, put, sent};
use super::{Desk, OktaFake};

/// One call that was let in.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) raw_path: String,
    raw: Bytes,
    /// `None`: an API token, which may everything.
    pub(super) scopes: Option<Vec<String>>,
}

impl Call {
    /// A query parameter.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A query parameter that is `true` or `false`; `usual` where it is absent.
    pub(super) fn truth(&self, name: &str, usual: Option<bool>) -> Result<bool, Fault> {
        match (self.asked(name), usual) {
            (Some("true"), _) => Ok(true),
            (Some("false"), _) => Ok(false),
            (None, Some(usual)) => Ok(usual),
            _ => Err(Fault::invalid(name, format!("{name}: must be true or false"))),
        }
    }

    /// Refuses parameters that the call does not know: at the vendor they may change what it does.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Fault> {
        match self.query.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => Err(Fault::invalid(key, format!("{key}: unknown parameter"))),
            None => Ok(()),
        }
    }

    /// The body, which must be a JSON object.
    pub(super) fn body(&self) -> Result<Value, Fault> {
        match serde_json::from_slice(&self.raw) {
            Ok(Value::Object(body)) => Ok(Value::Object(body)),
            _ => Err(Fault::new(
                StatusCode::BAD_REQUEST,
                "E0000003",
                "The request body was not well-formed.",
            )),
        }
    }

    pub(super) fn has_body(&self) -> bool {
        !self.raw.is_empty()
    }
}

/// Answers everything that has no route of its own.
pub(super) async fn answer(
    State(fake): State<Arc<OktaFake>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    fake.desk(|desk| {
        let mut extra = HeaderMap::new();
        let answered = desk.admit(method, &uri, &headers, raw, &mut extra);
        sent(answered, extra, desk.now)
    })
}

impl Desk<'_> {
    fn admit(&mut self, method: Method, uri: &Uri, headers: &HeaderMap, raw: Bytes, extra: &mut HeaderMap) -> Answered {
        // RFC 9110 §15.5.12; the vendor's front end refuses a write that does not say how long it is, even empty.
        let measured = headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING);
        if matches!(method, Method::POST | Method::PUT) && !measured {
            return Err(Fault::new(
                StatusCode::LENGTH_REQUIRED,
                "E0000028",
                "Content-Length is missing",
            ));
        }
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        if text(header::ACCEPT) != Some("application/json") {
            let summary = "Accept and/or Content-Type headers likely do not match supported values.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "E0000021", summary));
        }
        let is_json = text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
        if !raw.is_empty() && !is_json {
            let summary = "Accept and/or Content-Type headers likely do not match supported values.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "E0000021", summary));
        }
        let scopes = self.caller(&method, uri.path(), headers, extra)?;
        let call = Call {
            path: uri.path().trim_start_matches('/').split('/').map(decoded).collect(),
            query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
            raw_path: uri.path().to_owned(),
            method,
            raw,
            scopes,
        };
        self.paced(&call, extra)?;
        self.route(&call)
    }

    /// The scopes of whoever calls.
    fn caller(
        &mut self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        extra: &mut HeaderMap,
    ) -> Result<Option<Vec<String>>, Fault> {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((scheme, value)) = sent.and_then(|sent| sent.split_once(' ')) else {
            return Err(Fault::new(StatusCode::FORBIDDEN, "E0000005", "Invalid session"));
        };
        if scheme == "SSWS" {
            let is_known = self.world.api_token.as_deref() == Some(value);
            return is_known.then_some(None).ok_or_else(Fault::token);
        }
        let now = self.now;
        let known = self
            .state
            .tokens
            .iter()
            .find(|token| token.value == value && token.expires_at > now);
        let token = known.cloned().ok_or_else(Fault::token)?;
        let Some(bound_to) = &token.bound_to else {
            return if scheme == "Bearer" {
                Ok(Some(token.scopes))
            } else {
                Err(Fault::token())
            };
        };
        if scheme != "DPoP" {
            let text = "The resource request must use the DPoP authentication scheme when the access token is bound.";
            return Err(Fault::proof("invalid_request", text));
        }
        let proof = headers.get("dpop").and_then(|value| value.to_str().ok());
        let proof = proof.ok_or_else(|| Fault::proof("invalid_dpop_proof", "The DPoP proof is missing."))?;
        let address = self.world.address(path);
        let (signed, print) = self
            .checked_proof(proof, method.as_str(), &address)
            .map_err(|text| Fault::proof("invalid_dpop_proof", text))?;
        if print != *bound_to || !Self::is_hash_of(&signed, value) {
            return Err(Fault::proof(
                "invalid_dpop_proof",
                "The DPoP proof does not go with the token.",
            ));
        }
        if self.state.nonce_everywhere && signed.claim("nonce") != self.nonce() {
            put(extra, HeaderName::from_static("dpop-nonce"), &self.nonce());
            return Err(Fault::proof(
                "use_dpop_nonce",
                "Resource server requires nonce in DPoP proof.",
            ));
        }
        Ok(Some(token.scopes))
    }
}

/// One path segment without its percent signs. A plus is a plus here.
fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}
