//! A small vendor that keeps to Okta's guide, or lies in exactly one way. It shares no code with Doorward's provider.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_contract::Clock;
use doorward_contract::clock::TurnedClock;
use serde_json::{Map, Value, json};
use url::Url;

pub(crate) const KID: &str = "key-1";
pub(crate) const SECRET: &str = "s3cr3t & more=%";

/// The one way in which the vendor does not keep to the guide.
#[derive(Clone, Copy)]
pub(crate) enum Lie {
    None,
    /// The status of the pushed request.
    ParStatus(u16),
    /// The body of the pushed request.
    Par(fn(&mut Value)),
    /// The media type of the pushed request.
    ParType,
    /// An OAuth error with this status at the pushed request, on the way back, at the token endpoint.
    ParError(u16, &'static str),
    BackError(&'static str),
    TokenError(u16, &'static str),
    /// The way back names another state, or no code.
    BackState,
    BackNoCode,
    /// The body of the token answer.
    Token(fn(&mut Value)),
    /// The payload of the ID token.
    Claims(fn(&mut Value)),
    /// The header of the ID token.
    Header(fn(&mut Value)),
    /// `alg: none` without a signature.
    Unsigned,
    /// HMAC with the published key as the secret.
    Hmac,
    /// The payload changed after it was signed.
    Tampered,
    /// The published keys.
    Keys(fn(&mut Value)),
    /// The key endpoint is gone.
    NoKeys,
}

static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

pub(crate) struct Vendor {
    pub(crate) base: Url,
    clock: TurnedClock,
    lie: Mutex<Lie>,
    state: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Pushed or plain requests, by request URI and then by code.
    open: HashMap<String, Map<String, Value>>,
    /// Everything pushed: headers and members.
    pushed: Vec<(HeaderMap, Map<String, Value>)>,
    /// Queries of the authorize endpoint.
    queries: Vec<Vec<(String, String)>>,
    count: u32,
    /// Whom the plain OpenID flow signs in.
    username: String,
}

impl Vendor {
    pub(crate) async fn start(clock: TurnedClock) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let vendor = Arc::new(Self {
            base,
            clock,
            lie: Mutex::new(Lie::None),
            state: Mutex::default(),
        });
        let router = Router::new()
            .route("/oauth2/par", post(par))
            .route("/oauth2/idv-authorize", get(authorize))
            .route("/oauth2/authorize", get(authorize))
            .route("/oauth2/token", post(token))
            .route("/oauth2/jwks", get(jwks))
            .with_state(Arc::clone(&vendor));
        doorward_contract::fake::serve(listener, router);
        vendor
    }

    pub(crate) fn lie(&self, lie: Lie) {
        *self.lie.lock().unwrap() = lie;
    }

    fn lying(&self) -> Lie {
        *self.lie.lock().unwrap()
    }

    pub(crate) fn signs_in(&self, login: &str) {
        login.clone_into(&mut self.state.lock().unwrap().username);
    }

    /// Headers and members of the last pushed request.
    pub(crate) fn pushed(&self) -> (HeaderMap, Map<String, Value>) {
        self.state.lock().unwrap().pushed.last().unwrap().clone()
    }

    pub(crate) fn pushes(&self) -> usize {
        self.state.lock().unwrap().pushed.len()
    }

    /// The last query of the authorize endpoint.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().queries.last().unwrap().clone()
    }

    fn fresh(&self, what: &str) -> String {
        let mut state = self.state.lock().unwrap();
        state.count += 1;
        format!("{what}{}", state.count)
    }
}

type Us = State<Arc<Vendor>>;

/// Members of a form or of a JSON body, with the credentials of either place.
fn members(headers: &HeaderMap, body: &Bytes) -> Map<String, Value> {
    let mut members: Map<String, Value> = if headers[header::CONTENT_TYPE] == "application/json" {
        serde_json::from_slice(body).unwrap()
    } else {
        assert_eq!(headers[header::CONTENT_TYPE], "application/x-www-form-urlencoded");
        let pairs = url::form_urlencoded::parse(body).into_owned();
        pairs.map(|(name, value)| (name, Value::String(value))).collect()
    };
    if let Some(basic) = headers.get(header::AUTHORIZATION) {
        let pair = STANDARD.decode(&basic.as_bytes()["Basic ".len()..]).unwrap();
        let pair = String::from_utf8(pair).unwrap();
        let (id, secret) = pair.split_once(':').unwrap();
        let plain = |text: &str| {
            url::form_urlencoded::parse(text.as_bytes())
                .next()
                .unwrap()
                .0
                .into_owned()
        };
        members.insert("client_id".into(), plain(id).into());
        members.insert("basic_secret".into(), plain(secret).into());
    }
    members
}

fn secret(members: &Map<String, Value>) -> Option<&str> {
    members.get("client_secret").or(members.get("basic_secret"))?.as_str()
}

fn error(status: u16, error: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(json!({ "error": error }))).into_response()
}

async fn par(State(us): Us, headers: HeaderMap, body: Bytes) -> Response {
    let members = members(&headers, &body);
    us.state.lock().unwrap().pushed.push((headers, members.clone()));
    if secret(&members) != Some(SECRET) {
        return error(401, "invalid_client");
    }
    let request_uri = us.fresh("urn:ietf:params:oauth:request_uri:r");
    us.state.lock().unwrap().open.insert(request_uri.clone(), members);
    let mut answer = json!({ "request_uri": request_uri, "expires_in": 60 });
    let mut status = StatusCode::CREATED;
    match us.lying() {
        Lie::ParStatus(other) => status = StatusCode::from_u16(other).unwrap(),
        Lie::Par(change) => change(&mut answer),
        Lie::ParError(status, code) => return error(status, code),
        Lie::ParType => return (status, [(header::CONTENT_TYPE, "text/plain")], answer.to_string()).into_response(),
        _ => {}
    }
    (status, Json(answer)).into_response()
}

async fn authorize(State(us): Us, Query(query): Query<Vec<(String, String)>>) -> Response {
    us.state.lock().unwrap().queries.push(query.clone());
    let plain = query
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let mut request: Map<String, Value> = plain.collect();
    if let Some(Value::String(uri)) = request.get("request_uri") {
        request = us.state.lock().unwrap().open.remove(uri).unwrap();
    }
    let mut back = Url::parse(request["redirect_uri"].as_str().unwrap()).unwrap();
    let state = request["state"].as_str().unwrap().to_owned();
    let code = us.fresh("code");
    us.state.lock().unwrap().open.insert(code.clone(), request);
    match us.lying() {
        Lie::BackError(code) => back
            .query_pairs_mut()
            .append_pair("error", code)
            .append_pair("state", &state),
        Lie::BackState => back
            .query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", "another"),
        Lie::BackNoCode => back.query_pairs_mut().append_pair("state", &state),
        _ => back
            .query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &state),
    };
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

async fn token(State(us): Us, headers: HeaderMap, body: Bytes) -> Response {
    let members = members(&headers, &body);
    let open = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let Some(request) = us.state.lock().unwrap().open.remove(open("code")) else {
        return error(400, "invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, open("code_verifier").as_bytes()));
    let proven = secret(&members) == Some(SECRET)
        && open("grant_type") == "authorization_code"
        && ["client_id", "redirect_uri"]
            .iter()
            .all(|name| request[*name] == open(name))
        && request["code_challenge"] == challenge;
    if !proven {
        return error(400, "invalid_grant");
    }
    if let Lie::TokenError(status, code) = us.lying() {
        return error(status, code);
    }
    let mut answer = json!({ "id_token": us.id_token(&request), "token_type": "Bearer", "expires_in": 3600 });
    if let Lie::Token(change) = us.lying() {
        change(&mut answer);
    }
    Json(answer).into_response()
}

async fn jwks(State(us): Us) -> Response {
    let mut keys = json!({ "keys": [
        { "kty": "EC", "kid": "other", "crv": "P-256", "x": "", "y": "" },
        { "kty": "RSA", "kid": KID, "use": "sig", "alg": "RS256", "n": modulus(), "e": "AQAB" },
    ]});
    match us.lying() {
        Lie::NoKeys => return StatusCode::NOT_FOUND.into_response(),
        Lie::Keys(change) => change(&mut keys),
        _ => {}
    }
    Json(keys).into_response()
}

fn modulus() -> String {
    URL_SAFE_NO_PAD.encode(KEY.public_key().modulus().big_endian_without_leading_zero())
}

impl Vendor {
    fn id_token(&self, request: &Map<String, Value>) -> String {
        let now = self.clock.now().seconds();
        let mut claims = json!({
            "iss": self.base.as_str().trim_end_matches('/'), "aud": request["client_id"], "nonce": request["nonce"],
            "iat": now - 5, "exp": now + 3600,
        });
        if let Some(asked) = request.get("claims") {
            let asked: Value = asked
                .as_str()
                .map_or_else(|| asked.clone(), |text| serde_json::from_str(text).unwrap());
            let asked = asked.pointer("/id_token/verified_claims/0/claims").unwrap().clone();
            claims["sub"] = request["login_hint"].clone();
            claims["verified_claims"] = json!([{
                "verification": {
                    "trust_framework": "IDV-DELEGATED", "assurance_level": "VERIFIED",
                    "time": "2026-08-21T09:33:18Z", "verification_process": "run-1",
                },
                "claims": asked,
            }]);
        } else {
            claims["sub"] = json!("subject-1");
            claims["preferred_username"] = json!(self.state.lock().unwrap().username);
            for name in ["app_name", "app_instance_id"] {
                if let Some(sent) = request.get(name) {
                    claims[name] = sent.clone();
                }
            }
        }
        let mut header = json!({ "alg": "RS256", "kid": KID, "typ": "JWT" });
        match self.lying() {
            Lie::Claims(change) => change(&mut claims),
            Lie::Header(change) => change(&mut header),
            Lie::Unsigned => header["alg"] = json!("none"),
            Lie::Hmac => header["alg"] = json!("HS256"),
            _ => {}
        }
        self.signed(&header, &mut claims)
    }

    fn signed(&self, header: &Value, claims: &mut Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = match self.lying() {
            Lie::Unsigned => Vec::new(),
            Lie::Hmac => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, modulus().as_bytes());
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let mut signature = vec![0; KEY.public_modulus_len()];
                KEY.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    signed.as_bytes(),
                    &mut signature,
                )
                .unwrap();
                signature
            }
        };
        let signature = URL_SAFE_NO_PAD.encode(signature);
        if matches!(self.lying(), Lie::Tampered) {
            claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 1);
            return format!("{}.{}.{signature}", part(header), part(claims));
        }
        format!("{signed}.{signature}")
    }
}
