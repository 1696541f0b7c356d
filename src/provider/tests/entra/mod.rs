//! Entra's profile against an authority of our own: the conformance list of entra.md §1.11, each check broken alone.

mod answer;
mod authority;
mod hint;
mod request;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

use super::*;
use crate::provider::entra::{Asked, Cloud, Entra, Hint, Method, Refused, Tenant};
use crate::provider::form::{Body, Parameters};
use crate::provider::keyring::{Keyring, Rotation};

const TENANT: &str = "11111111-2222-4333-8444-555555555555";
const APP: &str = "9c1d0000-aaaa-4bbb-8ccc-000000000001";
const OID: &str = "77777777-0000-4000-8000-000000000042";
const SUPPORT: &str = "6a0d2d3e-1111-4222-8333-0123456789ab";
/// What Entra asks for after a password.
const CLAIMS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["possessionorinherence"]},
    "amr":{"essential":true,"values":["face","fido","fpt","hwk","iris","otp","pop","retina","sc","sms","swk","tel","vbm"]}}}"#;

/// Entra's sign-in, as far as it is read: what it says of its keys, its keys, and how often each was asked for.
#[derive(Default)]
struct SignIn {
    document: Mutex<(u16, String)>,
    keys: Mutex<(u16, String)>,
    documents_read: AtomicUsize,
    keys_read: AtomicUsize,
}

fn say(what: &Mutex<(u16, String)>, read: &AtomicUsize) -> Response {
    read.fetch_add(1, Ordering::SeqCst);
    let (status, body) = what.lock().unwrap().clone();
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

impl SignIn {
    async fn start() -> (Arc<Self>, Url) {
        let sign_in = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new()
            .route(
                "/common/v2.0/.well-known/openid-configuration",
                get(|State(sign_in): State<Arc<Self>>| async move { say(&sign_in.document, &sign_in.documents_read) }),
            )
            .route(
                "/common/discovery/v2.0/keys",
                get(|State(sign_in): State<Arc<Self>>| async move { say(&sign_in.keys, &sign_in.keys_read) }),
            )
            .with_state(sign_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        sign_in.points_to(address.join("/common/discovery/v2.0/keys").unwrap().as_str());
        (sign_in, address)
    }

    fn points_to(&self, keys: &str) {
        let document = json!({ "issuer": "…/{tenantid}/v2.0", "jwks_uri": keys });
        *self.document.lock().unwrap() = (200, document.to_string());
    }

    fn publish(&self, keys: &[&Signer]) {
        *self.keys.lock().unwrap() = (200, serde_json::to_string(&set_of(keys)).unwrap());
    }

    fn break_down(&self) {
        *self.document.lock().unwrap() = (500, String::new());
        *self.keys.lock().unwrap() = (500, String::new());
    }

    fn read(&self) -> (usize, usize) {
        (
            self.documents_read.load(Ordering::SeqCst),
            self.keys_read.load(Ordering::SeqCst),
        )
    }
}

/// One external method, its tenant's sign-in, and the clock.
struct Lab {
    entra: Entra,
    tenant: Tenant,
    keyring: Keyring,
    sign_in: Arc<SignIn>,
    /// Entra's key, published as `0`.
    key: Signer,
    clock: TurnedClock,
    address: Url,
    _folder: TempDir,
}

impl Lab {
    async fn new() -> Self {
        let (sign_in, address) = SignIn::start().await;
        let key = Signer::random(Alg::Rs256);
        sign_in.publish(&[&key]);
        let Bench {
            checks,
            clock,
            _folder: folder,
        } = Bench::new().await;
        let time: Arc<dyn doorward_contract::Clock> = Arc::new(clock.clone());
        let keyring = Keyring::open(
            checks.store.clone(),
            Arc::clone(&time),
            Key::random(),
            "doorward.example.com",
            Rotation::default(),
        )
        .await
        .unwrap();
        let tenant = tenant("acme", &Cloud::At(address.clone()));
        let tenants = vec![tenant.clone(), self::tenant("other", &tenant.cloud)];
        let entra = Entra::new(tenants, checks.store, time, keyring.clone()).unwrap();
        Self {
            entra,
            tenant,
            keyring,
            sign_in,
            key,
            clock,
            address,
            _folder: folder,
        }
    }

    /// The claims of a hint as Entra makes it: ended a second before it was made.
    fn claims(&self) -> Value {
        json!({
            "ver": "2.0",
            "iss": self.tenant.hint_issuer(),
            "sub": "kZ2mXo-pairwise-subject",
            "aud": APP,
            "iat": NOW,
            "nbf": NOW,
            "exp": NOW - 1,
            "name": "Ada Kerr",
            "preferred_username": "ada.kerr@acme.example",
            "oid": OID,
            "tid": TENANT,
        })
    }

    fn hint(&self, changes: &Value) -> String {
        self.key
            .state(json!({ "typ": "JWT", "kid": "0" }), &but(&self.claims(), changes))
    }

    /// The form that Entra has the browser post.
    fn form(&self) -> Value {
        json!({
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "client_id": "doorward-acme",
            "redirect_uri": self.tenant.cloud.redirect_uri(),
            "nonce": "N0-4f1c",
            "state": "S0-9a77",
            "claims": CLAIMS,
            "client-request-id": SUPPORT,
            "id_token_hint": self.hint(&json!({})),
        })
    }

    async fn check(&self, changes: &Value) -> Result<(Asked, Hint), Refused> {
        self.entra
            .check(&self.tenant, &posted(&but(&self.form(), changes)), Some(Method::Face))
            .await
    }

    /// What the request is, with this for a hint.
    async fn with_hint(&self, hint: &str) -> Result<(Asked, Hint), Refused> {
        self.check(&json!({ "id_token_hint": hint })).await
    }

    fn minutes(&self, minutes: u64) {
        self.clock.forward(Duration::from_secs(60 * minutes));
    }
}

fn tenant(name: &str, cloud: &Cloud) -> Tenant {
    Tenant {
        name: name.to_owned(),
        issuer: format!("{ISSUER}/entra/{name}"),
        client_id: "doorward-acme".to_owned(),
        app_id: APP.parse().unwrap(),
        tenant: TENANT.parse().unwrap(),
        cloud: cloud.clone(),
    }
}

/// The form as it is read.
fn posted(form: &Value) -> Parameters {
    let pairs = form.as_object().unwrap().iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    Parameters::of_body(&headers, body.as_bytes(), Body::Form).unwrap()
}

/// Why a request is refused without anything to post.
fn local(checked: Result<(Asked, Hint), Refused>) -> &'static str {
    match checked {
        Err(Refused::Local { why }) => why,
        other => panic!("{other:?}"),
    }
}

/// What is posted for a request that is refused.
fn told(checked: Result<(Asked, Hint), Refused>) -> (String, Vec<(&'static str, String)>) {
    match checked {
        Err(Refused::Answerable {
            redirect_uri, fields, ..
        }) => (redirect_uri, fields),
        other => panic!("{other:?}"),
    }
}

fn error(code: &str, state: Option<&str>) -> Vec<(&'static str, String)> {
    let mut fields = vec![("error", code.to_owned())];
    fields.extend(state.map(|state| ("state", state.to_owned())));
    fields
}
