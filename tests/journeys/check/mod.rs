//! Further checks by Duo, asked of real people in a world with a Duo account in it: the imitation, Doorward and a browser.

mod prompt;
mod push;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_duo::fake::{Device, DuoFake, Resident};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab, caller};
use serde_json::Value;

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
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

/// The purpose of the recovery page asks further, and Duo's prompt leads to it as well.
fn settings(text: &str, checks: &[&str]) -> String {
    let from = "sources = [\"portal\", \"helpdesk\"]\n";
    // The prompt's help link opens this purpose and no other.
    let other = "sources = [\"duo\"]\n";
    assert!(text.contains(from) && text.contains(other));
    let wanted: Vec<String> = checks
        .iter()
        .map(|check| format!("{{ connector = \"duo\", check = \"{check}\" }}"))
        .collect();
    let purpose = format!(
        "sources = [\"portal\", \"helpdesk\", \"duo\"]\nchecks = [{}]\n",
        wanted.join(", ")
    );
    let text = text.replacen(from, &purpose, 1);
    text.replacen(other, "sources = [\"helpdesk\"]\n", 1)
}

impl Stage {
    async fn of(wish: Wish) -> Self {
        let turned = wish
            .turned
            .then(|| TurnedClock::at(Timestamp::from_seconds(1_768_471_200)));
        let builder = Lab::builder().seed(11).listen(ANYWHERE).database(wish.database);
        let builder = match &turned {
            Some(clock) => builder.in_process(Arc::new(clock.clone())),
            None => builder.program(Path::new(env!("CARGO_BIN_EXE_doorward"))),
        };
        let lab = builder.toml_change(move |text| settings(&text, wish.checks)).start();
        let lab = lab.await.unwrap();
        let duo = Arc::clone(&lab.duo);
        for user in duo.users() {
            duo.change(&user.id, |resident| {
                // Everybody of the cast has a phone with Duo Mobile here.
                resident.status = "active".to_owned();
                if resident.devices.is_empty() {
                    resident.devices.push(Device::phone("DP000000000000000000"));
                }
                (wish.change)(resident);
            });
        }
        let stage = Self {
            lab,
            duo,
            clock: turned,
        };
        stage.verify_pushes(wish.verified).await;
        stage
    }

    /// Has pushes want a number typed, or not.
    async fn verify_pushes(&self, verified: bool) {
        let policy = self.lab.sheet().duo.knobs["policy"].clone();
        let wish = serde_json::json!({ "verified_push": verified });
        let told = caller::client().unwrap().post(policy).json(&wish).send().await.unwrap();
        assert!(told.status().is_success());
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

    /// Maria at the prompt that the VPN sends her to.
    async fn at_prompt_of_vpn(&self, walk: &mut Walk) {
        let vpn = self.lab.sheet().duo.application.clone();
        walk.browser.visit(vpn.as_str()).await.unwrap();
        let form = walk.browser.form("/vpn").unwrap();
        form.set("login", "maria.silva@example.com")
            .press("Sign in")
            .await
            .unwrap();
        assert!(walk.browser.page().unwrap().says("to Example VPN"));
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
