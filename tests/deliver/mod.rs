//! Messages to systems of the company's own: none lost, none twice but by a death, each signed, and one receiver's trouble is
//! nobody else's. Every test of a database runs on both; time is turned.

mod api;
mod dying;
mod outbox;
mod sending;
pub(crate) mod stand;
mod story;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use doorward::audit::{Event, Fact};
use doorward::case::Case;
use doorward::crypto::seal::Key;
use doorward::jobs::deliver::{self, Post};
use doorward::notice::send::Endpoint;
use doorward::notice::{Hearer, Hearers};
use doorward::store::{Delivery, DeliveryFilter, Settings, Store};
use doorward_contract::clock::TurnedClock;
use doorward_contract::{Clock, Timestamp};
use doorward_lab::postgres::Postgres;
use stand::Receiver;
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::store::maria;

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);
/// The longest that anything is waited for: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often somebody looks.
const GLANCE: Duration = Duration::from_millis(10);
/// The secret of every receiver unless a test says otherwise.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

/// Runs each of the named tests on either database, each in a fresh one.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::deliver::Base::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::deliver::Base::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A fresh database, a clock, and a store that tells the receivers named here.
struct Base {
    settings: Settings,
    master: Arc<Key>,
    clock: TurnedClock,
    store: Store,
    _folder: TempDir,
}

impl Base {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("doorward.db").display());
        Self::at(url, folder).await
    }

    async fn postgres() -> Self {
        let url = Postgres::shared().await.unwrap();
        Self::at(url, tempfile::tempdir().unwrap()).await
    }

    async fn at(url: String, folder: TempDir) -> Self {
        let settings = Settings {
            url: url.into(),
            connections: 4,
        };
        let master = Arc::new(Key::random());
        let store = Store::open(&settings, &master).await.unwrap();
        store.migrate().await.unwrap();
        Self {
            settings,
            master,
            clock: TurnedClock::at(NOW),
            store,
            _folder: folder,
        }
    }

    /// With these receivers hearing of everything.
    fn telling(mut self, names: &[&str]) -> Self {
        let hearer = |name: &&str| Hearer {
            name: (*name).to_owned(),
            kinds: Vec::new(),
            purposes: Vec::new(),
        };
        let hearers = Hearers(names.iter().map(hearer).collect());
        self.store = self.store.telling(Arc::new(hearers));
        self
    }

    /// A new case: one message to each receiver.
    async fn opened(&self) -> Case {
        let now = self.clock.now();
        let case = maria(now);
        let opened = Fact::CaseOpened {
            source: case.source.clone(),
            purpose: case.purpose.clone(),
            opener: case.opener.word(),
            ticket: None,
        };
        let events = [Event::of(&case.id, now, opened)];
        self.store.begin(&case, &events, &[], None).await.unwrap();
        case
    }

    /// A node that sends to these, with a store and threads of its own.
    fn node(&self, endpoints: Vec<Endpoint>) -> Node {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let stop = CancellationToken::new();
        let (settings, master) = (self.settings.clone(), Arc::clone(&self.master));
        let (clock, told) = (self.clock.clone(), stop.clone());
        let run = runtime.spawn(async move {
            let post = Post {
                store: Store::open(&settings, &master).await.unwrap(),
                clock: Arc::new(clock),
                changes: broadcast::channel(16).0,
            };
            deliver::run(post, endpoints, told).await;
        });
        Node {
            runtime: Some(runtime),
            stop,
            run,
        }
    }

    /// Everything in the list, newest first.
    async fn list(&self) -> Vec<Delivery> {
        let filter = DeliveryFilter {
            limit: 500,
            ..DeliveryFilter::default()
        };
        self.store.deliveries(filter).await.unwrap()
    }

    /// The one delivery there is, with its attempts.
    async fn only(&self) -> Delivery {
        let [one] = self.list().await.try_into().unwrap();
        self.store.delivery(&one.id).await.unwrap().unwrap()
    }

    /// Waits until the only delivery has so many attempts written down.
    async fn attempted(&self, times: usize) -> Delivery {
        until("an attempt is written", async || {
            self.only().await.attempts.len() >= times
        })
        .await;
        self.only().await
    }

    /// Waits until nothing waits any more.
    async fn all_ended(&self) -> Vec<Delivery> {
        until("all deliveries have ended", async || {
            self.list().await.iter().all(|delivery| delivery.ended_at.is_some())
        })
        .await;
        self.list().await
    }

    /// Turns the clock to a time to come.
    fn turn_to(&self, at: Timestamp) {
        self.clock.forward(at.since(self.clock.now()));
    }
}

/// A node that can be stopped in order, or die.
struct Node {
    runtime: Option<tokio::runtime::Runtime>,
    stop: CancellationToken,
    run: tokio::task::JoinHandle<()>,
}

impl Node {
    /// As a power cut would: nothing that was begun is finished.
    fn die(mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    async fn stop(mut self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, &mut self.run).await.unwrap().unwrap();
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where messages to `name` go.
fn endpoint(name: &str, receiver: &Receiver) -> Endpoint {
    endpoint_with(name, receiver, &[SECRET])
}

fn endpoint_with(name: &str, receiver: &Receiver, secrets: &[&str]) -> Endpoint {
    let secrets: Vec<_> = secrets.iter().map(|secret| (*secret).to_owned().into()).collect();
    Endpoint::new(name, &receiver.url, &secrets, Duration::from_mins(1)).unwrap()
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
