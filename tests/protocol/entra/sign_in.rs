//! Entra's sign-in as far as an external method meets it: it signs hints, has a browser post them, and takes answers.

use std::sync::{Arc, Mutex};

use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::extract::{Form, State};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;

use super::*;

/// The sign-in.
pub(super) struct SignIn {
    /// Its origin.
    pub(super) address: String,
    key: RsaKeyPair,
    /// What the next browser is to post, and where.
    sending: Mutex<(String, Vec<(&'static str, String)>)>,
    answers: Mutex<Vec<Vec<(String, String)>>>,
}

impl SignIn {
    pub(super) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind(ANYWHERE).await.unwrap();
        let sign_in = Arc::new(Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            key: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            sending: Mutex::default(),
            answers: Mutex::default(),
        });
        let router = Router::new()
            .route("/common/v2.0/.well-known/openid-configuration", get(document))
            .route("/common/discovery/v2.0/keys", get(keys))
            .route("/sending", get(sending))
            .route("/common/federation/externalauthprovider", post(answer))
            .with_state(sign_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        sign_in
    }

    /// Where answers go.
    pub(super) fn answers(&self) -> String {
        format!("{}/common/federation/externalauthprovider", self.address)
    }

    /// What was answered so far.
    pub(super) fn answered(&self) -> Vec<Vec<(String, String)>> {
        self.answers.lock().unwrap().clone()
    }

    /// The address of a page whose form posts this there.
    pub(super) fn sends(&self, to: &str, form: Vec<(&'static str, String)>) -> String {
        *self.sending.lock().unwrap() = (to.to_owned(), form);
        format!("{}/sending", self.address)
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!(
            "{}.{}",
            part(&json!({ "alg": "RS256", "typ": "JWT", "kid": "entra-1" })),
            part(claims)
        );
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn document(State(sign_in): State<Arc<SignIn>>) -> Json<Value> {
    let address = &sign_in.address;
    Json(json!({
        "issuer": format!("{address}/{{tenantid}}/v2.0"),
        "jwks_uri": format!("{address}/common/discovery/v2.0/keys"),
    }))
}

async fn keys(State(sign_in): State<Arc<SignIn>>) -> Json<Value> {
    let public: PublicKeyComponents<Vec<u8>> = sign_in.key.public_key().into();
    Json(json!({ "keys": [{
        "kty": "RSA",
        "use": "sig",
        "kid": "entra-1",
        "n": URL_SAFE_NO_PAD.encode(&public.n),
        "e": URL_SAFE_NO_PAD.encode(&public.e),
    }] }))
}

async fn sending(State(sign_in): State<Arc<SignIn>>) -> Html<String> {
    let (to, form) = sign_in.sending.lock().unwrap().clone();
    let field = |(name, value): &(&str, String)| {
        let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
    };
    let fields: String = form.iter().map(field).collect();
    Html(format!(
        "<!doctype html><title>Sending</title><form method=\"post\" action=\"{to}\">{fields}<button>Send</button></form>"
    ))
}

async fn answer(State(sign_in): State<Arc<SignIn>>, Form(fields): Form<Vec<(String, String)>>) -> Html<&'static str> {
    sign_in.answers.lock().unwrap().push(fields);
    Html("<!doctype html><title>Signed in</title><h1>Stay signed in?</h1>")
}
