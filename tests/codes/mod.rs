//! Further checks by a code, over HTTP through the whole lab, on SQLite and on PostgreSQL: mail and SMS go over the network to imitated
//! carriers, and every page is one without scripts.

mod reach;
mod story;
mod trouble;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_lab::play::walk::Walk;
use doorward_lab::sheet::Person;
use doorward_lab::{Builder, Database, Lab, caller};
use reqwest::StatusCode;
use serde_json::Value;

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);
/// The longest that anything is waited for: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(3);
const GLANCE: Duration = Duration::from_millis(20);
const MARIA: &str = "maria-silva";
/// Where Maria is reached, by her entry in the directory.
const PRIVATE: &str = "maria@home.example";
const NUMBER: &str = "+46701740611";

/// Runs each of the named tests on either database.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                Box::pin(super::$name(doorward_lab::Database::Sqlite)).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                Box::pin(super::$name(doorward_lab::Database::Postgres)).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A lab, and the hands of its clock, where it is turned.
struct Stage {
    lab: Lab,
    clock: Option<TurnedClock>,
}

impl Stage {
    /// With the shipped program as gateway.
    async fn shipped(database: Database, change: fn(String) -> String) -> Self {
        let builder = Lab::builder().program(Path::new(env!("CARGO_BIN_EXE_doorward")));
        Self::of(builder.toml_change(change), database, None).await
    }

    /// With the gateway in this process, and a clock that stands still until it is turned.
    async fn turned(database: Database, change: fn(String) -> String) -> Self {
        let clock = TurnedClock::at(NOW);
        let builder = Lab::builder().in_process(Arc::new(clock.clone()));
        Self::of(builder.toml_change(change), database, Some(clock)).await
    }

    async fn of(builder: Builder, database: Database, clock: Option<TurnedClock>) -> Self {
        let builder = builder.seed(11).listen(ANYWHERE).database(database);
        let lab = builder.start().await.unwrap();
        Self { lab, clock }
    }

    fn forward(&self, length: Duration) {
        self.clock.as_ref().unwrap().forward(length);
    }

    fn walk(&self) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        Walk::new(self.lab.sheet().clone(), quietly).unwrap()
    }

    fn person(&self, id: &str) -> Person {
        self.lab.sheet().person(id).cloned().unwrap()
    }

    /// Somebody proved themselves, and whatever comes next is on the page.
    async fn proven(&self, who: &str, purpose: &str) -> Walk {
        if self.clock.is_some() {
            // Of two cases that were opened at one moment none is the newer.
            self.forward(Duration::from_secs(1));
        }
        let mut walk = self.walk();
        let person = self.person(who);
        let link = self.lab.link(&person.person, purpose, "INC4711").await.unwrap();
        walk.browser.visit(&link).await.unwrap();
        walk.browser.form("/l/").unwrap().press("").await.unwrap();
        walk.agree().await.unwrap();
        walk.prove(&person, "pass").await.unwrap();
        walk.come_back().await.unwrap();
        walk
    }

    /// The newest case.
    async fn case(&self) -> Value {
        self.lab.api().get("cases").await.unwrap()["cases"][0].clone()
    }

    /// What came of each code of the newest case, in order.
    async fn results(&self) -> Vec<(String, String)> {
        let facts = self.facts("check_answered").await;
        let text = |fact: &Value, key: &str| fact[key].as_str().unwrap().to_owned();
        facts
            .iter()
            .map(|fact| (text(fact, "result"), text(fact, "why")))
            .collect()
    }

    /// The facts of this kind of the newest case.
    async fn facts(&self, kind: &str) -> Vec<Value> {
        let id = self.case().await["id"].as_str().unwrap().to_owned();
        let all = self.lab.api().get(&format!("cases/{id}/events")).await.unwrap();
        let all = all["events"].as_array().unwrap().clone();
        all.into_iter().filter(|event| event["event"] == kind).collect()
    }

    /// The codes that came to an address, oldest first.
    fn codes_at(&self, to: &str) -> Vec<String> {
        let mut messages = self.lab.mailbox.all();
        messages.retain(|message| message.to == to && message.text.contains(" is your code for "));
        let code = |text: &str| text.split(' ').next().unwrap().to_owned();
        messages.iter().rev().map(|message| code(&message.text)).collect()
    }

    /// Waits until so many codes came to an address; the newest.
    async fn code_at(&self, to: &str, times: usize) -> String {
        until("a code came", async || self.codes_at(to).len() >= times).await;
        let codes = self.codes_at(to);
        assert_eq!(codes.len(), times, "no more than were asked for");
        codes.last().unwrap().clone()
    }

    /// The person is refused, neutrally, and nothing was done to the account.
    async fn is_refused(&self, walk: &mut Walk, who: &str) {
        walk.look_until("refused").await.unwrap();
        assert_eq!(self.case().await["end"]["refusal"], "unchecked");
        let person = self.person(who);
        assert!(walk.changes(&person).await.unwrap().is_empty());
        let page = walk.browser.page().unwrap().text().to_lowercase();
        assert!(!page.contains("code") && !page.contains("directory"), "{page}");
    }

    /// The person is let in, and can sign in with what they are given.
    async fn is_let_in(&self, walk: &mut Walk, who: &str) {
        walk.look_until("ready").await.unwrap();
        let (secret, sign_in) = walk.take_pass().await.unwrap();
        let person = self.person(who);
        walk.sign_in_with_password(&person, &secret, &sign_in).await.unwrap();
    }
}

/// Presses “send”, and arrives where the code is typed in.
async fn send(walk: &mut Walk) {
    walk.browser.form("/case/check").unwrap().press("").await.unwrap();
    walk.expect("check-code-sent").unwrap();
}

/// Posts a form of the open page by hand, with this browser's cookie: what a second tab does. Where it leads.
async fn posted(walk: &Walk, stage: &Stage, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Option<String>) {
    let page = walk.browser.page().unwrap();
    let token = page.attribute("input[name=form_token]", "value").unwrap();
    let address = stage.lab.sheet().doorward.address.join(path).unwrap();
    let cookie = walk.browser.jar().header(&address, stage.lab.clock().now()).unwrap();
    let mut fields = fields.to_vec();
    fields.push(("form_token", &token));
    let answer = caller::client().unwrap().post(address).header("cookie", cookie);
    let answer = answer.form(&fields).send().await.unwrap();
    let location = answer
        .headers()
        .get("location")
        .map(|to| to.to_str().unwrap().to_owned());
    (answer.status(), location)
}

/// A code that is not this one.
fn another(code: &str) -> String {
    let other = code.parse::<u32>().unwrap() ^ 1;
    format!("{other:08}")
}

/// Waits until something holds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}
