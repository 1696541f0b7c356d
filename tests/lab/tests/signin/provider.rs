//! A provider of external factors, small enough to lie in any way: what it publishes is plain JSON that tests change.

use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use axum::body::Body;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Form, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{StatusCode, header};
use rcgen::{CertificateParams, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

/// One key pair with a certificate.
pub(crate) struct Signer {
    pair: KeyPair,
    pub(crate) certificate: String,
}

/// Two keys for all tests: making one takes a while.
pub(crate) static KEYS: LazyLock<[Signer; 2]> = LazyLock::new(|| [Signer::new(), Signer::new()]);

impl Signer {
    fn new() -> Self {
        let made = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&made).unwrap();
        Self {
            pair: KeyPair::from_pkcs8(made.serialized_der()).unwrap(),
            certificate: STANDARD.encode(certificate.der()),
        }
    }

    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA", "use": "sig", "kid": kid,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
            "x5c": [self.certificate],
        })
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&RSA_PKCS1_SHA256, header, &claims.to_string())
    }

    pub(crate) fn sign_pss(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&RSA_PSS_SHA256, header, &claims.to_string())
    }

    pub(crate) fn sign_text(&self, encoding: &'static dyn RsaEncoding, header: &Value, claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let text = format!("{}.{}", part(&header.to_string()), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// How the documents are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Whole,
    Chunked,
    Status(u16),
    Text,
}

/// What is published, and how.
pub(crate) struct Shown {
    pub(crate) discovery: Value,
    pub(crate) jwks: Value,
    pub(crate) discovery_manner: Manner,
    pub(crate) jwks_manner: Manner,
    pub(crate) fetched: u32,
    /// What the authorization endpoint answers.
    pub(crate) page: String,
    /// What it was posted last.
    pub(crate) posted: Vec<(String, String)>,
}

/// A running provider.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) shown: Arc<Mutex<Shown>>,
}

type Here = State<Arc<Mutex<Shown>>>;

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/entra/one", listener.local_addr().unwrap());
        let shown = Arc::new(Mutex::new(Shown {
            discovery: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
            jwks: json!({ "keys": [KEYS[0].jwk("a2V5")] }),
            discovery_manner: Manner::Whole,
            jwks_manner: Manner::Whole,
            fetched: 0,
            page: String::new(),
            posted: Vec::new(),
        }));
        let router = Router::new()
            .route("/entra/one/.well-known/openid-configuration", get(discovery))
            .route("/entra/one/keys", get(keys))
            .route("/entra/one/authorize", get(page).post(authorize))
            .with_state(Arc::clone(&shown));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, shown }
    }

    /// Changes what is published.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Shown)) {
        change(&mut self.shown.lock().unwrap());
    }
}

async fn discovery(State(shown): Here) -> Response {
    let mut shown = shown.lock().unwrap();
    shown.fetched += 1;
    sent(&shown.discovery, shown.discovery_manner)
}

async fn keys(State(shown): Here) -> Response {
    let shown = shown.lock().unwrap();
    sent(&shown.jwks, shown.jwks_manner)
}

async fn authorize(State(shown): Here, Form(fields): Form<Vec<(String, String)>>) -> Html<String> {
    let mut shown = shown.lock().unwrap();
    shown.posted = fields;
    Html(shown.page.clone())
}

async fn page(State(shown): Here) -> Html<String> {
    Html(shown.lock().unwrap().page.clone())
}

fn sent(document: &Value, manner: Manner) -> Response {
    let text = document.to_string();
    let json = [(header::CONTENT_TYPE, "application/json")];
    match manner {
        Manner::Whole => (json, text).into_response(),
        // A stream does not know its length.
        Manner::Chunked => (json, Body::from_stream(Body::from(text).into_data_stream())).into_response(),
        Manner::Status(status) => (StatusCode::from_u16(status).unwrap(), json, text).into_response(),
        Manner::Text => text.into_response(),
    }
}
