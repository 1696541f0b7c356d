//! The imitated token endpoint of the org authorization server: client credentials with a signed assertion and a proof.
//!
//! After "Implement OAuth for Okta with a service app"
//! (<https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/>) and RFC 9449 (August 2026).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_contract::Timestamp;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::{Value, json};

use super::jose::{Signed, hash, thumbprint};
use super::reply::{http_date, put};
use super::state::{Spent, Token};
use super::{Desk, OktaFake, fresh_text};

/// A token lives an hour; that cannot be changed.
const LIFE: Duration = Duration::from_hours(1);
/// The furthest that an assertion's end may be ahead.
const LONGEST: Duration = Duration::from_hours(1);
/// The oldest that a proof may be.
const OLDEST: Duration = Duration::from_mins(5);
/// How far a client's clock may run ahead.
const AHEAD: Duration = Duration::from_secs(5);
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A refusal of the token endpoint.
pub(super) struct Refusal(StatusCode, &'static str, &'static str);

fn bad(error: &'static str, text: &'static str) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, error, text)
}

fn client(text: &'static str) -> Refusal {
    Refusal(StatusCode::UNAUTHORIZED, "invalid_client", text)
}

/// Answers `POST /oauth2/v1/token`.
pub(super) async fn give(State(fake): State<Arc<OktaFake>>, headers: HeaderMap, raw: Bytes) -> Response {
    fake.desk(|desk| {
        let given = desk.give_token(&headers, &raw);
        desk.answered(given)
    })
}

/// Answers every other method.
pub(super) async fn wrong_method(State(fake): State<Arc<OktaFake>>) -> Response {
    fake.desk(|desk| desk.answered(Err(bad("invalid_request", "The endpoint only accepts POST."))))
}

impl Desk<'_> {
    fn give_token(&mut self, headers: &HeaderMap, raw: &[u8]) -> Result<Value, Refusal> {
        let fields = form(headers, raw)?;
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        if field("grant_type") != "client_credentials" {
            return Err(bad(
                "unsupported_grant_type",
                "The grant type is not supported by the server.",
            ));
        }
        if field("client_assertion_type") != ASSERTION_TYPE {
            return Err(client(
                "Client authentication failed: only private_key_jwt obtains scopes of Okta.",
            ));
        }
        self.check_assertion(field("client_assertion"))?;
        let bound_to = self.binding(headers)?;
        let scopes: Vec<String> = field("scope").split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() || !scopes.iter().all(|scope| self.state.granted.contains(scope)) {
            return Err(bad(
                "invalid_scope",
                "One or more scopes are not configured for the client.",
            ));
        }
        let token_type = if bound_to.is_some() { "DPoP" } else { "Bearer" };
        let value = format!("imitated.{}", fresh_text(64));
        let now = self.now;
        self.state.tokens.retain(|token| token.expires_at > now);
        let scope = scopes.join(" ");
        self.state.tokens.push(Token {
            value: value.clone(),
            scopes,
            bound_to,
            expires_at: now.plus(LIFE),
        });
        Ok(json!({ "token_type": token_type, "expires_in": LIFE.as_secs(), "access_token": value, "scope": scope }))
    }

    fn check_assertion(&mut self, assertion: &str) -> Result<(), Refusal> {
        let signed = Signed::read(assertion).ok_or_else(|| client("The client_assertion is not a JWT."))?;
        let key = self
            .world
            .keys
            .iter()
            .find(|key| key.get("kid").and_then(Value::as_str) == Some(signed.head("kid")))
            .ok_or_else(|| client("The client_assertion's key id is unknown."))?;
        if !signed.is_signed_by(key) {
            return Err(client("The client_assertion signature is invalid."));
        }
        if signed.claim("iss") != self.world.client_id || signed.claim("sub") != self.world.client_id {
            return Err(client(
                "The issuer and subject of the client_assertion must be the client.",
            ));
        }
        if signed.claim("aud") != self.world.address("/oauth2/v1/token") {
            return Err(client(
                "The audience claim must be the endpoint invoked for the request.",
            ));
        }
        let ends = signed
            .seconds("exp")
            .map(Timestamp::from_seconds)
            .ok_or_else(|| client("The client_assertion must have an expiration."))?;
        if ends <= self.now || ends > self.now.plus(LONGEST) {
            return Err(client("The client_assertion is expired or ends too far ahead."));
        }
        let begins = signed.seconds("iat").map(Timestamp::from_seconds);
        if begins.is_some_and(|at| at > self.now.plus(AHEAD)) {
            return Err(client("The client_assertion was issued in the future."));
        }
        if !self.spend(signed.claim("jti"), ends) {
            return Err(client("The client_assertion has already been used."));
        }
        Ok(())
    }

    /// The key that the token is bound to, where the app demands or the client offers that.
    fn binding(&mut self, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
        if !self.world.dpop {
            return Ok(None);
        }
        let missing = || bad("invalid_dpop_proof", "The DPoP proof JWT header is missing.");
        let proof = headers
            .get("dpop")
            .and_then(|value| value.to_str().ok())
            .ok_or_else(missing)?;
        let address = self.world.address("/oauth2/v1/token");
        let (signed, print) = self
            .checked_proof(proof, "POST", &address)
            .map_err(|text| bad("invalid_dpop_proof", text))?;
        if signed.claim("nonce").is_empty() || signed.claim("nonce") != self.nonce() {
            return Err(bad(
                "use_dpop_nonce",
                "Authorization server requires nonce in DPoP proof.",
            ));
        }
        Ok(Some(print))
    }

    /// RFC 9449 §4.3, all but nonce and token; the thumbprint of its key.
    pub(super) fn checked_proof<'p>(
        &mut self,
        proof: &'p str,
        method: &str,
        address: &str,
    ) -> Result<(Signed<'p>, String), &'static str> {
        let signed = Signed::read(proof).ok_or("The DPoP proof is not a JWT.")?;
        if signed.head("typ") != "dpop+jwt" {
            return Err("The DPoP proof has the wrong type.");
        }
        let key = signed.header.get("jwk").ok_or("The DPoP proof names no key.")?;
        if ["d", "p", "q", "dp", "dq", "qi", "k"]
            .iter()
            .any(|name| key.get(*name).is_some())
        {
            return Err("The DPoP proof shows a private key.");
        }
        if !signed.is_signed_by(key) {
            return Err("The DPoP proof's signature is invalid.");
        }
        let print = thumbprint(key).ok_or("The DPoP proof's key is unknown.")?;
        if signed.claim("htm") != method || signed.claim("htu") != address {
            return Err("The DPoP proof is for another request.");
        }
        let issued = signed
            .seconds("iat")
            .map(Timestamp::from_seconds)
            .ok_or("The DPoP proof has no time.")?;
        if issued > self.now.plus(AHEAD) || issued.plus(OLDEST) < self.now {
            return Err("The DPoP proof is too old or from the future.");
        }
        if signed.claim("jti").is_empty()
            || !self.spend(&format!("dpop {}", signed.claim("jti")), issued.plus(OLDEST * 2))
        {
            return Err("The DPoP proof was used before.");
        }
        Ok((signed, print))
    }

    /// Whether a token goes with the hash in the proof.
    pub(super) fn is_hash_of(signed: &Signed<'_>, token: &str) -> bool {
        signed.claim("ath") == hash(token)
    }

    /// The nonce in force.
    pub(super) fn nonce(&mut self) -> String {
        if self.state.nonce.is_empty() {
            self.state.nonce = fresh_text(24);
        }
        self.state.nonce.clone()
    }

    /// Whether it is taken for the first time.
    fn spend(&mut self, jti: &str, until: Timestamp) -> bool {
        let now = self.now;
        self.state.spent.retain(|spent| spent.until > now);
        if jti.is_empty() {
            return true;
        }
        if self.state.spent.iter().any(|spent| spent.jti == jti) {
            return false;
        }
        self.state.spent.push(Spent {
            jti: jti.to_owned(),
            until,
        });
        true
    }

    fn answered(&mut self, given: Result<Value, Refusal>) -> Response {
        let nonce = self.world.dpop.then(|| self.nonce());
        let mut response = match given {
            Ok(body) => Json(body).into_response(),
            Err(Refusal(status, error, text)) => {
                (status, Json(json!({ "error": error, "error_description": text }))).into_response()
            }
        };
        let headers = response.headers_mut();
        put(headers, header::CACHE_CONTROL, "no-cache, no-store");
        put(headers, header::DATE, &http_date(self.now));
        if let Some(nonce) = nonce {
            put(headers, HeaderName::from_static("dpop-nonce"), &nonce);
        }
        response
    }
}

fn form(headers: &HeaderMap, raw: &[u8]) -> Result<HashMap<String, String>, Refusal> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = media_type.is_some_and(|text| text.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(bad("invalid_request", "The content type must be a form."));
    }
    let mut fields = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(raw) {
        // RFC 6749 §3.2: parameters must not be included more than once.
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(bad("invalid_request", "A parameter is sent more than once."));
        }
    }
    Ok(fields)
}
