//! What relying parties call themselves, without a browser: pushed requests, tokens, userinfo, revocation, introspection and
//! the provider's own documents. Over HTTP, on SQLite and on PostgreSQL; codes are put in where a journey would.
//!
//! Each check is broken alone. How messages of machines are read is tested beside their code (`src/provider/tests`).

mod bound;
mod caller;
mod code;
mod documents;
mod id_token;
mod introspect;
mod logout;
mod okta;
mod party;
mod push;
mod record;
mod refresh;
mod revoke;
mod userinfo;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward::config;
use doorward::http::{self, App};
use doorward::matching::{Field, Finding};
use doorward::provider::{Mode, Outcome, Proven, Request};
use doorward::source::Door;
use doorward_contract::clock::TurnedClock;
use doorward_contract::{CheckName, Clock, Name, Person, Timestamp};
use doorward_lab::postgres::Postgres;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use party::{VERIFIER, challenge, redirect_of};

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
/// Our name as a provider.
const ISSUER: &str = "https://doorward.example.com";
/// Maria's subject before any pairwise treatment.
const MARIA: &str = "c3ViamVjdC1vZi1tYXJpYQ";

/// Runs each of the named tests on either database, each in a fresh one.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::provider::Bench::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::provider::Bench::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A gateway that listens, on a clock that is turned.
pub(crate) struct Bench {
    door: Door,
    clock: TurnedClock,
    address: SocketAddr,
    client: reqwest::Client,
    keys: party::Keys,
    _folder: TempDir,
}

impl Bench {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("doorward.db").display());
        Self::at(&url, folder).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::at(&Postgres::shared().await.unwrap(), tempfile::tempdir().unwrap()).await
    }

    async fn at(database: &str, folder: TempDir) -> Self {
        let keys = party::Keys::random();
        let secrets = [
            ("master.key", STANDARD.encode([7; 32])),
            ("database", database.to_owned()),
            ("persona.key", "persona_production_0f5b1c8e3a47".to_owned()),
            (
                "persona.webhook",
                "wbhsec_0f5b1c8e-3a47-4d2e-9b61-7c0d5e8fa912".to_owned(),
            ),
            ("entra.secret", "an-entra-client-secret".to_owned()),
            ("party.secret", party::SECRET.to_owned()),
            ("vault.jwks", keys.vault.set().to_string()),
        ];
        for (name, text) in secrets {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let text = party::SETTINGS.replace("/etc/doorward", folder.path().to_str().unwrap());
        let config = config::parse(&text, &[]).unwrap_or_else(|faults| panic!("{faults:?}"));
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let door = doorward::app::door(&config, Arc::new(clock.clone())).await.unwrap();
        let app = App {
            api: Arc::new(doorward::http::api::Setup::new(
                serde_json::Value::Null,
                600,
                tokio_util::sync::CancellationToken::new(),
            )),
            door: door.clone(),
            callers: Arc::default(),
            staff: doorward::app::staff(&config, &door.flow).unwrap(),
            policy: "default-src 'none'".into(),
            origin: ISSUER.to_owned(),
            house: Arc::new(doorward::app::house(&config).unwrap()),
        };
        let router = http::router(&app).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            door,
            clock,
            address,
            client: doorward_lab::caller::client().unwrap(),
            keys,
            _folder: folder,
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    fn forward(&self, length: Duration) {
        self.clock.forward(length);
    }

    /// A code as the end of a journey makes it.
    async fn code(&self, request: &Request) -> String {
        let provider = &self.door.provider;
        provider.issue_code(request, &maria(), None).await.unwrap()
    }

    /// What was written down of one kind, each without its kind and time.
    async fn facts(&self, kind: &str) -> Vec<Value> {
        let links = self.door.flow.store.links(0, 1_000).await.unwrap();
        let events = links
            .iter()
            .map(|link| serde_json::from_str::<Value>(&link.text).unwrap());
        events
            .filter(|event| event["event"] == kind)
            .map(|mut event| {
                let members = event.as_object_mut().unwrap();
                for name in ["event", "at", "case"] {
                    members.remove(name);
                }
                event
            })
            .collect()
    }

    /// Why the last request was refused, as staff read it.
    async fn last_why(&self) -> String {
        let refused = self.facts("client_refused").await;
        let last = refused.last().expect("nothing was refused");
        last["why"].as_str().unwrap().to_owned()
    }
}

/// What a client asks for, as an authorization request would have been checked to.
fn request(client: &str, scopes: &[&str]) -> Request {
    Request {
        client: client.to_owned(),
        redirect_uri: redirect_of(client).to_owned(),
        mode: Mode::Query,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        state: Some("af0ifjsldkj".to_owned()),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        challenge: Some(challenge(VERIFIER)),
        dpop_thumbprint: None,
        prompt: Vec::new(),
        max_age: None,
        login_hint: None,
        hinted_subject: None,
        acr_values: Vec::new(),
        ui_locales: Vec::new(),
        claims: json!({}),
        app_name: None,
        app_instance_id: None,
        received_at: Timestamp::from_seconds(NOW),
    }
}

/// What a journey found out of Maria, two minutes ago.
fn maria() -> Proven {
    let name = Name {
        given: Some("Maria".to_owned()),
        family: Some("Keller".to_owned()),
        ..Name::default()
    };
    Proven {
        result: Outcome::Verified,
        subject: MARIA.to_owned(),
        login: Some("maria.keller@example.com".to_owned()),
        account_name: Some(name.clone()),
        person: Some(Person {
            name,
            native_name: None,
            birth_date: Some("1987-04-23".parse().unwrap()),
        }),
        purpose: "verify".to_owned(),
        methods: vec!["face".to_owned()],
        proven_at: Timestamp::from_seconds(NOW - 120),
        process: "K7QF-3M2P".to_owned(),
        verifier: "Persona".to_owned(),
        checks: vec![CheckName::GovernmentId, CheckName::Selfie, CheckName::FaceMatch],
        compared: vec![(Field::GivenName, Finding::Equal), (Field::FamilyName, Finding::Equal)],
    }
}
