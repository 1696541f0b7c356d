//! The staff's way in: to an imitated provider and back over HTTP, on SQLite and on PostgreSQL. Each check is broken alone.
//!
//! Doorward is reached under an https name here, as behind a proxy, so that its cookies are those of earnest.
#![expect(
    clippy::too_many_lines,
    reason = "what must not work is one list, and a bench is set up in one go"
)]

mod anew;
pub(crate) mod browser;
mod glass;
mod lab;
mod logout;
mod role;
mod session;
mod signin;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward::case::role::Power;
use doorward::config;
use doorward::http::authority::{Authority, Staff};
use doorward::http::{self, App};
use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_lab::postgres::Postgres;
use doorward_lab::staff::{CLIENT, Registered, StaffProvider, groups};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use browser::Browser;

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
const ORIGIN: &str = "https://doorward.example.com";
const SECRET: &str = "a client secret: 100% ours & nobody's";

const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:0"
public_url = "https://doorward.example.com"
master_key = { file = "/etc/doorward/master.key" }
[database]
url = { file = "/etc/doorward/database" }
[brand]
name = "Example Corp"
contact = { label = "IT service desk", phone = "+1 555 0100" }
[[api_token]]
name = "ticket-system"
secret = { file = "/etc/doorward/desk.token" }
[[source]]
name = "portal"
kind = "portal"
[[verifier]]
name = "persona"
kind = "persona"
template = "itmpl_ExampleTemplate000000001"
environment = "env_ExampleEnvironment0000001"
key = { file = "/etc/doorward/persona.key" }
[[connector]]
name = "entra"
kind = "graph"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "9c1d0000-aaaa-4bbb-8ccc-000000000001"
credential = { secret = { file = "/etc/doorward/entra.secret" } }
birth_date_attribute = "extension_9c1d0000aaaa4bbb8ccc000000000001_birthDate"
[[purpose]]
name = "recover"
title = "Get back in"
sources = ["portal"]
directory = "entra"
verifier = "persona"
[[purpose.plan]]
connector = "entra"
action = "temporary_password"
[staff]
[[staff.provider]]
name = "corp"
title = "Example Corp"
issuer = "ISSUER"
client_id = "doorward-desk"
client_secret = { file = "/etc/doorward/staff.secret" }
roles = [
ROLES]
"#;

/// Runs each of the named tests on either database, each in a fresh one.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::staff::Place::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::staff::Place::Postgres).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// Which database.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Sqlite,
    Postgres,
}

/// A gateway and a provider that listen, on a clock that is turned.
pub(crate) struct Bench {
    pub(crate) app: App,
    idp: Arc<StaffProvider>,
    pub(crate) clock: TurnedClock,
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn at(place: Place) -> Self {
        Self::with(place, |text| text).await
    }

    /// With its settings changed.
    pub(crate) async fn with(place: Place, change: impl FnOnce(String) -> String) -> Self {
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let idp_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/staff", idp_listener.local_addr().unwrap());
        let client = Registered {
            id: CLIENT.to_owned(),
            secret: SECRET.to_owned(),
            keys: None,
            redirect_uris: vec![format!("{ORIGIN}/desk/return/corp")],
            after_logout: vec![format!("{ORIGIN}/desk/signed-out")],
        };
        let idp = StaffProvider::new(&issuer, client, Arc::new(clock.clone()));
        let router = idp.router();
        tokio::spawn(async move { axum::serve(idp_listener, router).await });

        let folder = tempfile::tempdir().unwrap();
        let database = match place {
            Place::Sqlite => format!("sqlite:{}", folder.path().join("doorward.db").display()),
            Place::Postgres => Postgres::shared().await.unwrap(),
        };
        let key = rcgen::KeyPair::generate().unwrap();
        for (name, text) in [
            ("master.key", STANDARD.encode([7; 32])),
            ("database", database),
            ("persona.key", "persona_production_0f5b1c8e3a47".to_owned()),
            ("entra.secret", "an-entra-client-secret".to_owned()),
            ("desk.token", "0123456789abcdef0123456789abcdef".to_owned()),
            ("staff.secret", SECRET.to_owned()),
            ("staff.pem", key.serialize_pem()),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let roles: String = groups()
            .map(|(role, group)| format!("    {{ claim = \"groups\", value = \"{group}\", role = \"{role}\" }},\n"))
            .concat();
        let text = change(SETTINGS.replace("ISSUER", &issuer).replace("ROLES", &roles));
        let text = text.replace("/etc/doorward", folder.path().to_str().unwrap());
        let config = config::parse(&text, &[]).unwrap_or_else(|faults| panic!("{faults:?}"));
        let door = doorward::app::door(&config, Arc::new(clock.clone())).await.unwrap();
        let app = App {
            api: Arc::new(doorward::http::api::Setup::new(
                serde_json::Value::Null,
                600,
                tokio_util::sync::CancellationToken::new(),
            )),
            staff: doorward::app::staff(&config, &door.flow).unwrap(),
            callers: Arc::new(callers()),
            policy: "default-src 'none'".into(),
            origin: ORIGIN.to_owned(),
            house: Arc::new(doorward::app::house(&config).unwrap()),
            door,
        };
        let router = http::router(&app).unwrap().merge(probes(&app));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            app,
            idp,
            clock,
            address,
            client: doorward_lab::caller::client().unwrap(),
            folder,
        }
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn forward(&self, length: Duration) {
        self.clock.forward(length);
    }

    /// What was written down of one kind, each without its kind and time.
    async fn facts(&self, kind: &str) -> Vec<Value> {
        let links = self.app.door.flow.store.links(0, 1_000).await.unwrap();
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

    /// Why the last one was not let in, as the record has it.
    async fn last_why(&self) -> String {
        let refused = self.facts("staff_refused").await;
        let last = refused.last().expect("nobody was refused");
        last["why"].as_str().unwrap().to_owned()
    }
}

/// The ticket system; for each power a machine that has it and no other, where a machine may; one that has none; one that may do
/// everything for a purpose that nobody has.
fn callers() -> Vec<http::Caller> {
    let caller = |name: &str, token: &str, powers: Vec<Power>, purposes: &[&str]| http::Caller {
        name: name.to_owned(),
        digest: http::Caller::digest_of(token),
        powers,
        purposes: purposes.iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut all = vec![
        caller(
            "ticket-system",
            "0123456789abcdef0123456789abcdef",
            Power::USUAL_OF_MACHINES.to_vec(),
            &[],
        ),
        caller("nothing", &token_of("nothing"), Vec::new(), &[]),
        caller("elsewhere", &token_of("elsewhere"), Power::ALL.to_vec(), &["another"]),
        caller("everything", &token_of("everything"), Power::ALL.to_vec(), &[]),
    ];
    all.extend(Power::ALL.map(|power| caller(power.word(), &token_of(power.word()), vec![power], &[])));
    all
}

/// The token of one of these.
pub(crate) fn token_of(name: &str) -> String {
    format!("a-token-of-these-tests-for-{name}")
}

/// Pages and calls of the kind that the console and the API have: what stands in their way is the very code of theirs.
fn probes(app: &App) -> Router {
    async fn page(Staff(session): Staff) -> String {
        session.operator.id
    }
    async fn approve(State(app): State<App>, staff: Staff) -> Result<String, Response> {
        let operator = staff.need(&app.door, Power::Approve, "/desk/probe/approve")?;
        Ok(operator.id.clone())
    }
    async fn read(authority: Authority) -> Response {
        match authority.need(Power::ReadCase) {
            Ok(actor) => actor.name.into_response(),
            Err(problem) => problem.into_response(),
        }
    }
    async fn erase(authority: Authority) -> Response {
        match authority.need(Power::Erase) {
            Ok(actor) => actor.name.into_response(),
            Err(problem) => problem.into_response(),
        }
    }
    Router::new()
        .route("/desk/probe", get(page).post(page))
        .route("/desk/probe/approve", get(approve))
        .route("/probe/read", get(read).post(read))
        .route("/probe/erase", get(erase))
        .with_state(app.clone())
}
