//! The prompt's endpoints for machines: health check and token, and the signed tokens themselves.
//!
//! After "OIDC Auth API" (<https://duo.com/docs/oauthapi>, August 2026). An assertion is HS512, ours, for this endpoint, in time,
//! and taken once; `invalid_client` is all that is said of one that is not.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::state::Visit;
use super::{Desk, DuoFake, fresh_code};

/// The longest life of a token that somebody else signed, and the leeway in judging it.
const LIFE_SECONDS: i64 = 300;
const LEEWAY_SECONDS: i64 = 60;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type Fakes = State<Arc<DuoFake>>;

pub(super) fn routes() -> Router<Arc<DuoFake>> {
    Router::new()
        .route("/oauth/v1/health_check", post(health))
        .route("/oauth/v1/token", post(redeem))
}

#[derive(Deserialize)]
struct Health {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_assertion: String,
}

async fn health(State(fake): Fakes, Form(form): Form<Health>) -> Response {
    fake.desk(|desk| {
        let now = desk.now.seconds();
        if desk.takes_assertion(&form.client_id, &form.client_assertion, "oauth/v1/health_check") {
            return Json(json!({ "stat": "OK", "response": { "timestamp": now } })).into_response();
        }
        let body = json!({
            "stat": "FAIL", "code": 40_002, "message": "invalid_client",
            "message_detail": "The provided client_assertion was invalid.", "timestamp": now,
        });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    })
}

#[derive(Deserialize)]
struct Redemption {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    client_assertion_type: String,
    #[serde(default)]
    client_assertion: String,
}

async fn redeem(State(fake): Fakes, Form(form): Form<Redemption>) -> Response {
    fake.desk(|desk| match desk.redeemed(&form) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => {
            let body = json!({ "error": error, "error_description": "refused" });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    })
}

impl Desk<'_> {
    fn takes_assertion(&mut self, client: &str, token: &str, path: &str) -> bool {
        let Some(claims) = self.opened(client, token) else {
            return false;
        };
        let is = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
        let jti = claims.get("jti").and_then(Value::as_str).unwrap_or_default().to_owned();
        let fits = is("iss", client) && is("sub", client) && is("aud", self.world.at(path).as_str());
        if !fits || jti.len() < 16 || self.state.spent.contains(&jti) {
            return false;
        }
        self.state.spent.push(jti);
        true
    }

    /// Whose assertion it says it is; not checked yet.
    fn signer(&self, token: &str) -> Option<String> {
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()?;
        let client = claims.get("iss")?.as_str()?;
        self.world.application(client).map(|_| client.to_owned())
    }

    /// The claims of a token signed with the client's secret, if it is in its time.
    pub(super) fn opened(&self, client: &str, token: &str) -> Option<Value> {
        let (body, tag) = token.rsplit_once('.')?;
        let (header, claims) = body.split_once('.')?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.get("alg")?.as_str()? != "HS512" {
            return None;
        }
        let key = hmac::Key::new(hmac::HMAC_SHA512, self.world.application(client)?.secret.as_bytes());
        hmac::verify(&key, body.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).ok()?).ok()?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let (exp, now) = (claims.get("exp")?.as_i64()?, self.now.seconds());
        let in_time = exp > now - LEEWAY_SECONDS && exp <= now + LIFE_SECONDS + LEEWAY_SECONDS;
        in_time.then_some(claims)
    }

    fn redeemed(&mut self, form: &Redemption) -> Result<Value, &'static str> {
        if form.grant_type != "authorization_code" {
            return Err("unsupported_grant_type");
        }
        let is_assertion = form.client_assertion_type == ASSERTION_TYPE;
        // Who asks is whoever signed: the vendor does without `client_id` here.
        let client = self.signer(&form.client_assertion).ok_or("invalid_client")?;
        let is_named = form.client_id.is_empty() || form.client_id == client;
        if !is_assertion || !is_named || !self.takes_assertion(&client, &form.client_assertion, "oauth/v1/token") {
            return Err("invalid_client");
        }
        let now = self.now;
        // Another application's code is none.
        let is_it = |visit: &Visit| {
            visit.code.as_deref() == Some(form.code.as_str()) && visit.client == client && now < visit.expires
        };
        let at = self.state.visits.iter().position(is_it).ok_or("invalid_grant")?;
        let visit = self.state.visits.remove(at);
        if visit.request.get("redirect_uri").and_then(Value::as_str) != Some(form.redirect_uri.as_str()) {
            return Err("invalid_grant");
        }
        Ok(json!({
            "id_token": self.attested(&visit), "access_token": fresh_code(32), "expires_in": 3600, "token_type": "Bearer",
        }))
    }

    fn attested(&self, visit: &Visit) -> String {
        let now = self.now.seconds();
        let secret = self
            .world
            .application(&visit.client)
            .map(|one| one.secret)
            .unwrap_or_default();
        let primary = self.state.user(&visit.user).map(|user| user.person.username.clone());
        let factor = (!visit.factor.is_empty()).then_some(&visit.factor);
        let mut claims = json!({
            "iss": self.world.at("oauth/v1/token"), "sub": primary, "aud": visit.client,
            "exp": now + 3600, "iat": now, "auth_time": now,
            "preferred_username": visit.request.get("duo_uname"), "amr": [],
            "auth_result": { "result": "allow", "status": "allow", "status_msg": "Login Successful" },
            "auth_context": {
                "txid": fresh_code(36), "timestamp": now, "event_type": "authentication", "factor": factor,
                "reason": visit.reason, "result": "success", "alias": "", "ood_software": null,
                "application": { "key": visit.client, "name": self.world.application(&visit.client).map(|one| one.name) },
                "user": { "key": visit.user, "name": primary, "groups": [] },
                "access_device": { "hostname": null, "is_encryption_enabled": "unknown", "is_firewall_enabled": true },
            },
        });
        if let (Some(nonce), Value::Object(claims)) = (visit.request.get("nonce"), &mut claims) {
            claims.insert("nonce".into(), nonce.clone());
        }
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS512", "typ": "JWT" }).to_string());
        let body = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let key = hmac::Key::new(hmac::HMAC_SHA512, secret.as_bytes());
        let tag = hmac::sign(&key, body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }
}
