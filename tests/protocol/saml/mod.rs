//! The SAML identity provider over HTTP, clause by clause, on SQLite and on PostgreSQL: what it takes in, what it refuses and
//! why, what it answers. What a library not written here makes of it is in `tests/clients/node`.

mod answer;
mod journey;
mod request;
mod shape;
mod tampered;
mod wrapped;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward::config;
use doorward::http::{self, App};
use doorward::source::Door;
use doorward_contract::clock::TurnedClock;
use doorward_contract::{Clock, Timestamp};
use doorward_lab::duosso::{DuoSso, Key, Provider, Request, SignedIn, Source, form};
use doorward_lab::duosso::{Fault, redirect, unsigned_redirect};
use doorward_lab::postgres::Postgres;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
const ORIGIN: &str = "https://doorward.example.com";
const STATE: &str = "R5-<&> +%20\"ü";
const MARIA: &str = "maria.silva@example.com";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:0"
public_url = "https://doorward.example.com"
master_key = { file = "/etc/doorward/master.key" }
[database]
url = { file = "/etc/doorward/database" }
[limits]
per_address_hour = 10000
per_account_day = 1000
[brand]
name = "Example Corp"
contact = { label = "IT service desk", phone = "+1 555 0100" }
[[source]]
name = "duo"
kind = "saml"
metadata = "/etc/doorward/duo.xml"
[[source]]
name = "open"
kind = "saml"
metadata = "/etc/doorward/duo.xml"
require_signed_requests = false
name_id = "username"
attributes = []
contexts = ["urn:example:first", "urn:example:second"]
[[verifier]]
name = "persona"
kind = "persona"
template = "itmpl_ExampleTemplate000000001"
environment = "env_ExampleEnvironment0000001"
key = { file = "/etc/doorward/persona.key" }
webhook_secrets = [{ file = "/etc/doorward/persona.webhook" }]
[[connector]]
name = "entra"
kind = "graph"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "9c1d0000-aaaa-4bbb-8ccc-000000000001"
credential = { secret = { file = "/etc/doorward/entra.secret" } }
birth_date_attribute = "extension_9c1d0000aaaa4bbb8ccc000000000001_birthDate"
[[purpose]]
name = "verify"
title = "Show that it is you"
sources = ["duo", "open"]
directory = "entra"
verifier = "persona"
match = "strict"
"#;

/// Runs each of the named tests on either database, each in a fresh one.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::protocol::saml::Bench::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::protocol::saml::Bench::postgres().await).await;
            })*
        }
    };
}
use on_both;

/// A gateway that listens, on a clock that is turned, and the service provider it knows.
pub(crate) struct Bench {
    door: Door,
    clock: TurnedClock,
    address: SocketAddr,
    client: reqwest::Client,
    duo: Arc<DuoSso>,
    _folder: TempDir,
}

/// The service provider as registered for a source.
fn provider(source: &str) -> Provider {
    let address = |end: &str| format!("{ORIGIN}/saml/{source}/{end}").parse().unwrap();
    Provider {
        source: source.to_owned(),
        entity_id: "https://sso.duo.example/saml2/idp/RI01/metadata".to_owned(),
        acs: "https://sso.duo.example/saml2/idp/RI01/acs".to_owned(),
        private_key: String::new(),
        certificate: String::new(),
        idp_metadata: address("metadata"),
        sso: address("sso"),
    }
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
        let key = Key::stranger().unwrap();
        let files = [
            ("master.key", STANDARD.encode([7; 32])),
            ("database", database.to_owned()),
            ("persona.key", "persona_production_0f5b1c8e3a47".to_owned()),
            (
                "persona.webhook",
                "wbhsec_0f5b1c8e-3a47-4d2e-9b61-7c0d5e8fa912".to_owned(),
            ),
            ("entra.secret", "an-entra-client-secret".to_owned()),
            ("duo.xml", provider("duo").metadata(key.certificate())),
        ];
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let text = SETTINGS.replace("/etc/doorward", folder.path().to_str().unwrap());
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
            origin: ORIGIN.to_owned(),
            house: Arc::new(doorward::app::house(&config).unwrap()),
        };
        let router = http::router(&app).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            duo: DuoSso::new(provider("duo"), key, Arc::new(clock.clone())).unwrap(),
            client: doorward_lab::caller::client().unwrap(),
            door,
            clock,
            address,
            _folder: folder,
        }
    }

    fn key(&self) -> &Key {
        self.duo.key()
    }

    /// A request of now.
    fn ask(&self) -> Request {
        self.duo.ask(None, Some(STATE))
    }

    /// A message signed as the service provider signs.
    fn sealed(&self, request: &Request) -> String {
        self.key().seal(&request.xml(), &request.id).unwrap()
    }

    async fn get(&self, query: &str) -> Response {
        self.get_at("duo", query).await
    }

    async fn get_at(&self, source: &str, query: &str) -> Response {
        let address = format!("http://{}/saml/{source}/sso?{query}", self.address);
        self.client.get(address).send().await.unwrap()
    }

    /// Posts a message as a form of the service provider's page does.
    async fn post(&self, xml: &str) -> Response {
        self.post_fields("duo", &form(xml, Some(STATE))).await
    }

    async fn post_fields(&self, source: &str, fields: &[(String, String)]) -> Response {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.client
            .post(format!("http://{}/saml/{source}/sso", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://sso.duo.example")
            .header("sec-fetch-site", "cross-site")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Our metadata, as the service provider reads it.
    async fn source(&self, name: &str) -> Source {
        let address = format!("http://{}/saml/{name}/metadata", self.address);
        let response = self.client.get(address).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/samlmetadata+xml");
        Source::of(&response.text().await.unwrap()).unwrap()
    }

    /// Why requests were refused, as staff read it, oldest first.
    async fn refusals(&self) -> Vec<Value> {
        let links = self.door.flow.store.links(0, 1_000).await.unwrap();
        let events = links
            .iter()
            .map(|link| serde_json::from_str::<Value>(&link.text).unwrap());
        events.filter(|event| event["event"] == "client_refused").collect()
    }

    /// What stands in the record is written once a minute of a kind: each try gets a minute of its own.
    fn next_minute(&self) {
        self.clock.forward(Duration::from_secs(61));
    }

    /// The last request ended on a page of ours, and in the record under this reason.
    async fn refused_here(&self, what: &str, response: Response, why: &str, before: usize) {
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{what}");
        assert!(response.headers().get("set-cookie").is_none(), "{what}");
        let page = response.text().await.unwrap();
        assert!(
            !page.contains("SAMLResponse") && !page.contains("/saml/identify"),
            "{what}"
        );
        let refusals = self.refusals().await;
        assert_eq!(refusals.len(), before + 1, "{what}");
        let last = &refusals[before];
        assert_eq!(
            (&last["why"], &last["error"]),
            (&Value::from(why), &Value::from("none")),
            "{what}"
        );
        assert_eq!(
            (&last["client"], &last["endpoint"]),
            (&Value::from("duo"), &Value::from("saml sso"))
        );
    }

    /// This query is refused.
    async fn refuses_query(&self, what: &str, query: &str, why: &str) {
        let before = self.refusals().await.len();
        let response = self.get(query).await;
        self.refused_here(what, response, why, before).await;
    }

    /// This message in a form is refused.
    async fn refuses_form(&self, what: &str, xml: &str, why: &str) {
        let before = self.refusals().await.len();
        let response = self.post(xml).await;
        self.refused_here(what, response, why, before).await;
    }

    /// What a page of ours posts to the service provider is judged by it.
    async fn told(&self, response: Response) -> Result<SignedIn, Fault> {
        assert_eq!(response.status(), StatusCode::OK);
        let page = scraper::Html::parse_document(&response.text().await.unwrap());
        let select = |text: &str| scraper::Selector::parse(text).unwrap();
        let target = page.select(&select("form")).next().unwrap().attr("action").unwrap();
        assert_eq!(target, self.duo.provider().acs);
        let value = |name: &str| {
            let field = page.select(&select(&format!("input[name={name}]"))).next();
            field.map(|field| field.attr("value").unwrap().to_owned())
        };
        let answer = value("SAMLResponse").unwrap();
        let source = self.source("duo").await;
        self.duo.take(&source, &answer, value("RelayState").as_deref())
    }
}

/// Whether the person is asked whose account it is.
async fn asks_whose(response: Response) -> bool {
    response.status() == StatusCode::OK && response.text().await.unwrap().contains("action=\"/saml/identify\"")
}
