//! `/duo/start` over HTTP (duo.md §1.3, §1.6): who comes by the prompt's help link is anybody, who comes by a signed link is
//! who its signer says, once; and nobody is led anywhere that the settings do not name.

mod link;
mod start;

use std::fs::Permissions;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use doorward_contract::clock::{Clock, TurnedClock};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab, caller};
use serde_json::{Value, json};
use tempfile::TempDir;

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
/// The secret that links are signed with, and the one that follows it.
const SECRET: &str = "a-secret-of-the-service-desk-of-fifty-characters-0";
const NEXT_SECRET: &str = "the-secret-that-the-service-desk-will-sign-with-01";
/// Where people may be led back to.
const BACK: &str = "https://apps.example.com/portal?from=doorward";
const MARIA: &str = "maria.silva@example.com";

/// Settings of a Duo account that leads people here.
const SOURCE: &str = r#"
[[source]]
name = "duo"
kind = "duo"
return_to = ["https://apps.example.com/", "BACK"]
[source.links]
issuer = "service-desk"
secrets = [{ file = "SECRET" }, { file = "NEXT" }]
lifetime = "10m"
"#;

/// A world in which Duo leads people to Doorward.
struct Stage {
    lab: Lab,
    clock: TurnedClock,
    client: reqwest::Client,
    address: String,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Self {
        Self::on(Database::Sqlite, |text| text).await
    }

    async fn on(database: Database, change: fn(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            path.display().to_string()
        };
        let source = SOURCE
            .replace("BACK", BACK)
            .replace("SECRET", &file("secret", SECRET))
            .replace("NEXT", &file("next", NEXT_SECRET));
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let lab = Lab::builder()
            .seed(11)
            .listen(ANYWHERE)
            .database(database)
            .in_process(Arc::new(clock.clone()))
            .toml_change(move |text| {
                let from = "sources = [\"portal\", \"helpdesk\"]";
                let own = "sources = [\"duo\"]";
                assert!(text.contains(from) && text.contains(own));
                let text = text
                    .replacen(from, "sources = [\"portal\", \"helpdesk\", \"duo\"]", 1)
                    .replacen(own, "sources = [\"helpdesk\"]", 1);
                // The lab's own source of this name gives way.
                let (before, rest) = text.split_once("[[source]]\nname = \"duo\"\n").unwrap();
                let (_, after) = rest.split_once("\n\n").unwrap();
                change(format!("{before}{after}{source}"))
            })
            .start()
            .await
            .unwrap();
        Self {
            address: lab.sheet().doorward.address.origin().ascii_serialization(),
            client: caller::client().unwrap(),
            lab,
            clock,
            _folder: folder,
        }
    }

    fn walk(&self) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        Walk::new(self.lab.sheet().clone(), quietly).unwrap()
    }

    /// A page as somebody sees it who has no cookie.
    async fn get(&self, path: &str) -> (u16, String, String) {
        let response = self.client.get(format!("{}{path}", self.address)).send().await.unwrap();
        read(response).await
    }

    /// A form as our own page posts it.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let request = self.client.post(format!("{}{path}", self.address)).form(fields);
        read(request.send().await.unwrap()).await
    }

    /// What the service desk says in a link.
    fn claims(&self) -> Value {
        let now = self.clock.now().seconds();
        json!({
            "iss": "service-desk",
            "aud": format!("{}/duo/duo/start", self.address),
            "sub": MARIA,
            "jti": format!("ticket-4711-{now}"),
            "iat": now,
            "exp": now + 600,
            "ticket": "INC-4711",
        })
    }

    async fn cases(&self) -> Vec<Value> {
        let found = self.lab.api().get("cases").await.unwrap();
        found["cases"].as_array().unwrap().clone()
    }

    /// The facts of this kind, as an auditor gets them.
    fn facts(&self, kind: &str) -> Vec<Value> {
        let out = Command::new(env!("CARGO_BIN_EXE_doorward"))
            .args(["audit", "export", "--config", &self.lab.sheet().doorward.settings])
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let lines = String::from_utf8(out.stdout).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let events = lines.filter_map(|line| serde_json::from_str::<Value>(line["text"].as_str()?).ok());
        events.filter(|event| event["event"] == kind).collect()
    }
}

/// Status, the page's state and its source.
async fn read(response: reqwest::Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let state = text
        .split("data-state=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    (status, state.unwrap_or_default().to_owned(), text)
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A link's token, made without any of Doorward's code.
fn token(header: &str, claims: &str, secret: &str) -> String {
    let signed = format!("{}.{}", encoded(header.as_bytes()), encoded(claims.as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("{signed}.{}", encoded(hmac::sign(&key, signed.as_bytes()).as_ref()))
}

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn signed(claims: &Value) -> String {
    token(HS256, &claims.to_string(), SECRET)
}

/// The path of a link.
fn path(token: &str) -> String {
    format!("/duo/duo/start?token={token}")
}
