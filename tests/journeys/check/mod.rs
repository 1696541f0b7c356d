//! Further checks by Duo, asked of real people in a world with a Duo account in it: the imitation, Doorward and a browser.

mod prompt;
mod push;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use doorward_contract::clock::{SystemClock, TurnedClock};
use doorward_contract::fake::serve;
use doorward_contract::http::Bounds;
use doorward_contract::{Clock, Timestamp};
use doorward_duo::fake::{Device, DuoFake, Permissions, Resident, World};
use doorward_duo::universal::{Application, Freshness, Universal};
use doorward_duo::{Host, Keys, Names};
use doorward_lab::people::everybody;
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const ADMIN: (&str, &str) = ("DIADMINADMINADMINADM", "adminsecretadminsecretadminsecretadminse");
const AUTH: (&str, &str) = ("DIAUTHAUTHAUTHAUTHAU", "authsecretauthsecretauthsecretauthsecret");
const WEB: (&str, &str) = ("DIWEBWEBWEBWEBWEBWEB", "websecretwebsecretwebsecretwebsecretwebs");
/// An application that Duo protects, where the person wanted to go.
const VPN: &str = "https://vpn.example.com/callback";
const MARIA: &str = "maria-silva";

/// A world with a Duo account.
struct Stage {
    lab: Lab,
    duo: Arc<DuoFake>,
    /// The hands of the clock, where it is turned.
    clock: Option<TurnedClock>,
}

/// What the stage shall be like.
struct Wish {
    database: Database,
    /// The purpose's checks, in order.
    checks: &'static [&'static str],
    /// Whether a push wants a number typed.
    verified: bool,
    /// Whether time stands still until it is turned, and Doorward runs in this process.
    turned: bool,
    /// What is otherwise about somebody at Duo.
    change: fn(&mut Resident),
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            database: Database::Sqlite,
            checks: &["push"],
            verified: false,
            turned: false,
            change: |_| {},
        }
    }
}

fn owned(pair: (&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}

/// Everybody of the cast has a phone with Duo Mobile.
fn residents(change: fn(&mut Resident)) -> Vec<Resident> {
    let resident = |(number, person): (usize, &doorward_lab::people::LabPerson)| {
        let mut made = Resident {
            id: format!("DU{number:018}"),
            username: person.login.clone(),
            aliases: Vec::new(),
            given: Some(person.given.clone()),
            family: Some(person.family.clone()),
            email: Some(person.login.clone()),
            status: "active".to_owned(),
            synchronised: false,
            groups: Vec::new(),
            devices: vec![Device::phone(&format!("DP{number:018}"))],
        };
        change(&mut made);
        made
    };
    everybody().iter().enumerate().map(resident).collect()
}

/// The value of a key in settings.
fn value(text: &str, key: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(&format!("{key} = \"")));
    line.unwrap().split('"').nth(1).unwrap().to_owned()
}

/// The lab's settings with a Duo account that leads people here, and is asked about them.
fn settings(text: &str, base: &Url, folder: &Path, checks: &[&str]) -> String {
    use std::os::unix::fs::PermissionsExt;
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    };
    let wanted: Vec<String> = checks
        .iter()
        .map(|check| format!("{{ connector = \"duo\", check = \"{check}\" }}"))
        .collect();
    let from = "sources = [\"portal\", \"helpdesk\"]\n";
    assert!(text.contains(from));
    let purpose = format!(
        "sources = [\"portal\", \"helpdesk\", \"duo\"]\nchecks = [{}]\n",
        wanted.join(", ")
    );
    let text = text.replacen(from, &purpose, 1);
    let duo = format!(
        r#"
[[source]]
name = "duo"
kind = "duo"
return_to = ["https://vpn.example.com/"]

[[connector]]
name = "duo"
kind = "duo"
host = "{base}"
admin = {{ integration_key = "{}", secret_key = {{ file = "{}" }} }}
auth = {{ integration_key = "{}", secret_key = {{ file = "{}" }} }}
universal = {{ client_id = "{}", client_secret = {{ file = "{}" }} }}
sign_in_url = "https://vpn.example.com/"
"#,
        ADMIN.0,
        file("admin", ADMIN.1),
        AUTH.0,
        file("auth", AUTH.1),
        WEB.0,
        file("web", WEB.1),
    );
    format!("{text}{duo}")
}

impl Stage {
    async fn of(wish: Wish) -> (Self, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let turned = wish
            .turned
            .then(|| TurnedClock::at(Timestamp::from_seconds(1_768_471_200)));
        let clock: Arc<dyn Clock> = match &turned {
            Some(clock) => Arc::new(clock.clone()),
            None => Arc::new(SystemClock),
        };
        let listener = TcpListener::bind(ANYWHERE).await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let made: Arc<Mutex<Option<Arc<DuoFake>>>> = Arc::default();
        let (slot, listener) = (Arc::clone(&made), Mutex::new(Some(listener)));
        let (path, duo_clock) = (folder.path().to_owned(), Arc::clone(&clock));
        let builder = Lab::builder().seed(11).listen(ANYWHERE).database(wish.database);
        let builder = match turned {
            Some(_) => builder.in_process(Arc::clone(&clock)),
            None => builder.program(Path::new(env!("CARGO_BIN_EXE_doorward"))),
        };
        let lab = builder.toml_change(move |text| {
            // Where Doorward will be is known by now, and Duo has to know it.
            let door = value(&text, "public_url");
            let world = World {
                admin: owned(ADMIN),
                permissions: Permissions::default(),
                auth: owned(AUTH),
                web: owned(WEB),
                redirect_uris: vec![format!("{door}/return/duo/duo"), VPN.to_owned()],
                help_links: vec![format!("{door}/duo/start?return_to=https%3A%2F%2Fvpn.example.com%2F")],
                verified_push: wish.verified,
                lets_unenrolled_in: false,
                simple_names: false,
                people: residents(wish.change),
                public_base: base.clone(),
            };
            let fake = DuoFake::new(world, Arc::clone(&duo_clock));
            if let Some(listener) = listener.lock().unwrap().take() {
                serve(listener, fake.router());
            }
            *slot.lock().unwrap() = Some(fake);
            settings(&text, &base, &path, wish.checks)
        });
        let lab = lab.start().await.unwrap();
        let duo = made.lock().unwrap().clone().unwrap();
        let clock = turned;
        (Self { lab, duo, clock }, folder)
    }

    fn walk(&self) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        Walk::new(self.lab.sheet().clone(), quietly).unwrap()
    }

    /// Maria proved herself, and is asked further.
    async fn proven(&self) -> Walk {
        let mut walk = self.walk();
        let maria = walk.person(MARIA).unwrap();
        walk.enter_portal(&maria.person.login).await.unwrap();
        self.prove(&mut walk).await;
        walk
    }

    async fn prove(&self, walk: &mut Walk) {
        let maria = walk.person(MARIA).unwrap();
        walk.agree().await.unwrap();
        walk.prove(&maria, "pass").await.unwrap();
        walk.come_back().await.unwrap();
    }

    /// The person says that they are ready.
    async fn ready(&self, walk: &mut Walk) {
        walk.browser.form("/case/check").unwrap().press("").await.unwrap();
    }

    /// The prompt as an application protected by Duo opens it for Maria.
    fn prompt_of_vpn(&self) -> Url {
        let host = Host::custom(self.duo.world().public_base.clone()).unwrap();
        let keys = Keys::new(WEB.0, WEB.1.into()).unwrap();
        let application = Application::new(host, keys, VPN.parse().unwrap(), Names::Whole).unwrap();
        let universal = Universal::new(application, Arc::new(SystemClock), Bounds::default()).unwrap();
        universal
            .begin("maria.silva@example.com", Freshness::default())
            .unwrap()
            .0
    }

    async fn case(&self) -> Value {
        self.lab.api().get("cases").await.unwrap()["cases"][0].clone()
    }

    /// The facts of this kind of the newest case.
    async fn facts(&self, kind: &str) -> Vec<Value> {
        let id = self.case().await["id"].as_str().unwrap().to_owned();
        let all = self.lab.api().get(&format!("cases/{id}/events")).await.unwrap();
        let all = all["events"].as_array().unwrap().clone();
        all.into_iter().filter(|event| event["event"] == kind).collect()
    }

    /// What came of each check that was asked, in order.
    async fn results(&self) -> Vec<String> {
        let answered = self.facts("check_answered").await;
        answered
            .iter()
            .map(|fact| fact["result"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The person is refused, neutrally, and nothing was done to the account.
    async fn is_refused(&self, walk: &mut Walk, refusal: &str) {
        let maria = walk.person(MARIA).unwrap();
        walk.look_until("refused").await.unwrap();
        assert_eq!(self.case().await["end"]["refusal"], refusal);
        assert!(
            walk.changes(&maria).await.unwrap().is_empty(),
            "something was done at Entra"
        );
        let page = walk.browser.page().unwrap().text().to_lowercase();
        assert!(!page.contains("duo") && !page.contains("fraud"), "{page}");
    }

    /// The person is let in, and can sign in with what they are given.
    async fn is_let_in(&self, walk: &mut Walk) {
        let maria = walk.person(MARIA).unwrap();
        walk.look_until("ready").await.unwrap();
        let (secret, sign_in) = walk.take_pass().await.unwrap();
        walk.sign_in_with_password(&maria, &secret, &sign_in).await.unwrap();
    }
}
