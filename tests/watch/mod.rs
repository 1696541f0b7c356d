//! What reviewers, approvers, auditors and admins see and press, over HTTP through the whole lab, on SQLite and on PostgreSQL.
//!
//! The clock runs as everybody's does, and is put forward where a test needs it later.
#![expect(clippy::too_many_lines, reason = "a journey is told in one go")]

mod deciding;
mod reading;
mod roles;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab, caller};
use reqwest::{StatusCode, header};
use tokio::task::AbortHandle;
use url::Url;

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
/// How finely the clock goes on.
const TICK: Duration = Duration::from_millis(20);
/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(100);

const AGENT: &str = "robin-okafor";
const REVIEWER: &str = "noor-haddad";
const APPROVER: &str = "tomas-vidal";
const SECOND: &str = "greta-lindqvist";
const AUDITOR: &str = "ewan-price";
const ADMIN: &str = "sade-bello";

/// Runs each of the named tests on either database.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::watch::Place::start(doorward_lab::Database::Sqlite).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::watch::Place::start(doorward_lab::Database::Postgres).await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A lab whose clock goes on by itself.
pub(crate) struct Place {
    lab: Lab,
    clock: TurnedClock,
    ticking: AbortHandle,
}

impl Place {
    pub(crate) async fn start(database: Database) -> Self {
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let lab = Lab::builder()
            .seed(11)
            .listen(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
            .database(database)
            .in_process(Arc::new(clock.clone()));
        let lab = lab.start().await.unwrap();
        let going = clock.clone();
        let ticking = tokio::spawn(async move {
            let mut since = Instant::now();
            loop {
                tokio::time::sleep(TICK).await;
                let now = Instant::now();
                going.forward(now - since);
                since = now;
            }
        });
        Self {
            lab,
            clock,
            ticking: ticking.abort_handle(),
        }
    }

    async fn stop(self) {
        self.lab.stop().await;
        self.ticking.abort();
    }

    /// Somebody of the staff, signed in moments ago.
    async fn operator(&self, member: &str) -> Operator {
        let mut operator = Operator::nobody(&self.lab);
        operator.sign_in(&self.lab, member).await;
        operator
    }

    /// A person who came by a link to a purpose and proved who they are, up to where their page says `wanted`.
    async fn proven(&self, person: &str, purpose: &str, wanted: &str) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        let mut walk = Walk::new(self.lab.sheet().clone(), quietly).unwrap();
        let person = walk.person(person).unwrap();
        let link = self.lab.link(&person.person, purpose, "INC0001").await.unwrap();
        walk.browser.visit(&link).await.unwrap();
        walk.browser.form("/l/").unwrap().press("").await.unwrap();
        walk.agree().await.unwrap();
        walk.prove(&person, "pass").await.unwrap();
        walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
        self.seen(&mut walk, wanted).await;
        walk
    }

    /// The person looks again until their page says this.
    async fn seen(&self, walk: &mut Walk, wanted: &str) {
        let case = self.address("/case");
        let since = Instant::now();
        loop {
            let page = walk.browser.visit(case.as_str()).await.unwrap();
            let state = page.attribute("body", "data-state").unwrap_or_default();
            if state == wanted {
                return;
            }
            assert!(
                since.elapsed() < PATIENCE,
                "never {wanted} but {state}\n{}",
                page.text()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    fn address(&self, path: &str) -> Url {
        self.lab.sheet().doorward.address.join(path).unwrap()
    }
}

/// What Doorward answered.
struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl Answer {
    /// Every id that leads on below `path`, in the order of the page.
    fn ids(&self, path: &str) -> Vec<String> {
        let before = format!("href=\"{path}/");
        let parts = self.text.split(&before).skip(1);
        parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// It leads there.
    fn leads_to(&self, path: &str) {
        assert_eq!((self.status, self.location.as_str()), (StatusCode::SEE_OTHER, path));
    }
}

/// A browser of somebody of the staff, which keeps every byte that it was sent.
struct Operator {
    client: reqwest::Client,
    base: Url,
    cookies: BTreeMap<String, String>,
    heard: String,
}

impl Operator {
    fn nobody(lab: &Lab) -> Self {
        Self {
            client: caller::client().unwrap(),
            base: lab.sheet().doorward.address.clone(),
            cookies: BTreeMap::new(),
            heard: String::new(),
        }
    }

    async fn sign_in(&mut self, lab: &Lab, member: &str) {
        let left = self.get("/desk/sign-in/hospital?to=%2Fdesk").await;
        let there = Url::parse(&left.location).unwrap();
        let mut fields: Vec<(String, String)> = there.query_pairs().into_owned().collect();
        fields.push(("member".to_owned(), member.to_owned()));
        let to = format!("{}/sign-in", lab.staff.issuer());
        let back = self.client.post(to).form(&fields).send().await.unwrap();
        let back = back.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let arrived = self.get(&back).await;
        arrived.leads_to("/desk");
        self.heard.clear();
    }

    async fn get(&mut self, path: &str) -> Answer {
        let request = self.client.get(self.base.join(path).unwrap());
        self.send(request).await
    }

    /// Sends a form of ours.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        self.post_bare(path, &all).await
    }

    /// Sends a form with nothing but these fields.
    async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.client.post(self.base.join(path).unwrap()).form(fields);
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// The token that every form of the desk has.
    async fn token(&mut self) -> String {
        let page = self.get("/desk/sign-out").await;
        let (_, rest) = page.text.split_once("name=\"form_token\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let line: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request.header(header::COOKIE, line.join("; ")).send().await.unwrap();
        for value in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = value.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.map(|location| location.to_str().unwrap().to_owned());
        let headers = format!("{status} {:?}", response.headers());
        let text = response.text().await.unwrap();
        self.heard.push_str(&headers);
        self.heard.push_str(&text);
        Answer {
            status,
            location: location.unwrap_or_default(),
            text,
        }
    }
}
