//! A tenant with one person, its external method pointing at the provider of these tests, and a clock to turn.

use std::sync::{Arc, LazyLock};

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use doorward_contract::clock::{Clock, TurnedClock};
use doorward_lab::seed::Seed;
use doorward_lab::signin::{Outcome, PostForm, Signin, SigninPerson, SigninWorld};
use serde_json::{Value, json};
use url::Url;
use uuid::{Uuid, uuid};

use super::provider::{KEYS, Provider};

pub(crate) const TENANT: Uuid = uuid!("11111111-2222-4333-8444-555555555555");
pub(crate) const APP: Uuid = uuid!("9c1d0000-aaaa-4bbb-8ccc-000000000001");
pub(crate) const ADA: Uuid = uuid!("77777777-0000-4000-8000-000000000042");
pub(crate) const LOGIN: &str = "ada.kerr@acme.example";
static NOON: LazyLock<Timestamp> = LazyLock::new(|| Timestamp::parse("2026-08-03T12:00:00Z").unwrap());

pub(crate) struct Scene {
    pub(crate) provider: Provider,
    pub(crate) signin: Arc<Signin>,
    pub(crate) clock: TurnedClock,
    pub(crate) authority: Url,
}

pub(crate) async fn scene() -> Scene {
    scene_with(|router| router).await
}

/// A scene whose address also serves what `more` adds.
pub(crate) async fn scene_with(more: impl FnOnce(Router) -> Router) -> Scene {
    let provider = Provider::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let clock = TurnedClock::at(*NOON);
    let world = SigninWorld {
        authority: authority.clone(),
        tenant: TENANT,
        app_id: APP,
        discovery_url: format!("{}/.well-known/openid-configuration", provider.issuer)
            .parse()
            .unwrap(),
        client_id: "doorward-acme".to_owned(),
        reply_urls: vec![format!("{}/authorize", provider.issuer).parse().unwrap()],
        consented: true,
        people: vec![SigninPerson {
            oid: ADA,
            login: LOGIN.to_owned(),
            name: "Ada Kerr".to_owned(),
        }],
    };
    let signin = Signin::new(world, Seed(7), Arc::new(clock.clone())).unwrap();
    let router = more(signin.router());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Scene {
        provider,
        signin,
        clock,
        authority,
    }
}

impl Scene {
    /// Claims that answer this form honestly.
    pub(crate) fn claims(&self, form: &PostForm) -> Value {
        let now = self.clock.now().seconds();
        json!({
            "iss": self.provider.issuer,
            "aud": form.field("client_id").unwrap(),
            "sub": hint(form)["sub"],
            "nonce": form.field("nonce").unwrap(),
            "iat": now,
            "exp": now + 300,
            "acr": "possessionorinherence",
            "amr": ["face"],
        })
    }

    /// The honest answer.
    pub(crate) async fn answer_honestly(&self, form: &PostForm) -> Outcome {
        self.signin.answer(&fields(form, &self.claims(form))).await
    }
}

/// A form posted back: the claims signed as the provider does, and the state.
pub(crate) fn fields(form: &PostForm, claims: &Value) -> Vec<(String, String)> {
    with_token(form, KEYS[0].sign(&header(), claims))
}

/// The header of an honest token.
pub(crate) fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": "a2V5" })
}

/// This token and the state of the form.
pub(crate) fn with_token(form: &PostForm, token: String) -> Vec<(String, String)> {
    let mut fields = vec![("id_token".to_owned(), token)];
    fields.extend(form.field("state").map(|state| ("state".to_owned(), state.to_owned())));
    fields
}

/// The claims of the hint in a form, unchecked.
pub(crate) fn hint(form: &PostForm) -> Value {
    part(form.field("id_token_hint").unwrap(), 1)
}

/// One part of a token, decoded.
pub(crate) fn part(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}
