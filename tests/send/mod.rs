//! Links sent to people: to addresses of the directory and no other, at least once under one id, never in the log, and dead as soon
//! as a newer one is made. Every test of a database runs on both; mail and SMS go over the network to imitated carriers.

mod carriers;
mod story;
mod trouble;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use doorward::app;
use doorward::audit::Fact;
use doorward::case::role::{Operator, Role};
use doorward::case::{Case, CaseId};
use doorward::config;
use doorward::flow::Flow;
use doorward::flow::send::Way;
use doorward_contract::Clock;
use doorward_contract::clock::{SystemClock, TurnedClock};
use doorward_lab::mailbox::Message;
use doorward_lab::people::{LabPerson, named};
use doorward_lab::{Builder, Database, Lab};
use serde_json::json;

/// Free ports for everything.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// The longest that anything is waited for: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often somebody looks.
const GLANCE: Duration = Duration::from_millis(20);
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

/// A lab, and the console's side of its gateway: another node on the same database and settings.
struct World {
    lab: Lab,
    flow: Flow,
}

impl World {
    /// With the shipped program as gateway.
    async fn shipped(database: Database, change: fn(String) -> String) -> Self {
        let lab = Lab::builder()
            .program(Path::new(env!("CARGO_BIN_EXE_doorward")))
            .toml_change(change);
        Self::of(lab, database, Arc::new(SystemClock)).await
    }

    /// With the gateway in this process, living by `clock`.
    async fn turned(database: Database, clock: &TurnedClock) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(clock.clone());
        Self::of(Lab::builder().in_process(Arc::clone(&clock)), database, clock).await
    }

    async fn of(builder: Builder, database: Database, clock: Arc<dyn Clock>) -> Self {
        let lab = builder
            .seed(11)
            .listen(ANYWHERE)
            .database(database)
            .start()
            .await
            .unwrap();
        let config = config::load(&lab.folder().join("doorward.toml"), &[]).unwrap();
        let flow = app::door(&config, clock).await.unwrap().flow;
        Self { lab, flow }
    }

    /// A case that the ticket system opens for Maria, and the link it was given.
    async fn opened(&self) -> (CaseId, String) {
        let wish = json!({"purpose": "recover", "account": maria().login, "ticket": "INC4711"});
        let opened = self.lab.api().post("cases", &wish).await.unwrap();
        let text = |pointer: &str| opened.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        (text("/id").parse().unwrap(), text("/link/url"))
    }

    async fn case(&self, id: &CaseId) -> Case {
        self.flow.store.case(id).await.unwrap().unwrap()
    }

    async fn ways(&self, id: &CaseId) -> Vec<Way> {
        self.flow.ways_of(&self.case(id).await, &agent()).await.unwrap()
    }

    /// Has the link sent on the way that leads to a masked address.
    async fn send(&self, id: &CaseId, to: &str) -> Way {
        let way = self.ways(id).await.into_iter().find(|way| way.to == to).unwrap();
        self.flow
            .send_link(self.case(id).await, &agent(), &way.id)
            .await
            .unwrap();
        way
    }

    async fn facts(&self, id: &CaseId) -> Vec<Fact> {
        let events = self.flow.store.events_of(id).await.unwrap();
        events.into_iter().map(|event| event.fact).collect()
    }

    /// Waits until a message was sent or given up so often; why it was given up, where it was.
    async fn ended(&self, id: &CaseId, times: usize) -> Vec<Option<String>> {
        let ends = async || -> Vec<Option<String>> {
            let facts = self.facts(id).await.into_iter();
            let ended = facts.filter_map(|fact| match fact {
                Fact::LinkSent { .. } => Some(None),
                Fact::LinkNotSent { why, .. } => Some(Some(why)),
                _ => None,
            });
            ended.collect()
        };
        until("a message ended", async || ends().await.len() >= times).await;
        ends().await
    }

    /// The messages that came to this address, oldest first.
    fn mail(&self, to: &str) -> Vec<Message> {
        let mut messages = self.lab.mailbox.all();
        messages.retain(|message| message.to == to);
        messages.reverse();
        messages
    }
}

/// Somebody at the service desk.
fn agent() -> Operator {
    Operator {
        id: "hospital|robin".to_owned(),
        name: "Robin Ek".to_owned(),
        email: Some("robin.ek@example.com".to_owned()),
        roles: [Role::Agent].into_iter().collect(),
    }
}

fn maria() -> &'static LabPerson {
    named("maria-silva").unwrap()
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
