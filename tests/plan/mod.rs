//! A plan over several vendors, worked through a real database: killed at any call, going on without what failed, taken back,
//! rehearsed. The vendors stand in for real ones; what the real ones do is told by their own suites and by the journeys.

mod agreeing;
mod dying;
mod failing;
mod rehearsing;
mod shown;
mod stand;
mod stopping;
mod undoing;
mod unsure;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use doorward::audit::Fact;
use doorward::case::plan::{Act, OnFailure};
use doorward::case::policy::{Caps, FoundBy, OnProtected, Purpose};
use doorward::case::role::{Operator, Role};
use doorward::case::{
    Attempt, Browser, Case, CaseId, End, Handle, HandleKind, Opener, Private, Stage, Standing, StepState,
};
use doorward::crypto::parcel::BrowserKey;
use doorward::crypto::seal::Key;
use doorward::crypto::token::{Digest, reference_number};
use doorward::flow::send::Sending;
use doorward::flow::{Flow, LEASE, Lease, Parts, Shield};
use doorward::matching::{self, Preset};
use doorward::store::{Settings, Store};
use doorward_contract::clock::TurnedClock;
use doorward_contract::{
    Action, CheckName, Clock, Connector, Documents, Outcome, Person, Subject, SubjectKey, SubjectRef, Timestamp,
    Verifier,
};
use doorward_lab::postgres::Postgres;
use stand::{Stand, There, World, maria};
use tempfile::TempDir;
use tokio::sync::{Notify, broadcast};

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);
const LOGIN: &str = "maria@example.com";

/// A database, and the folder that it may be a file of.
struct Base {
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
        Self::at(Postgres::shared().await.unwrap(), tempfile::tempdir().unwrap()).await
    }

    async fn at(url: String, folder: TempDir) -> Self {
        let settings = Settings {
            url: url.into(),
            connections: 4,
        };
        let store = Store::open(&settings, &Key::random()).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, _folder: folder }
    }
}

/// Runs each of the named tests on either database.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::plan::Base::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::plan::Base::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// One person in front of one plan.
struct Trial {
    store: Store,
    clock: TurnedClock,
    world: Arc<World>,
    /// The directory.
    home: Arc<Stand>,
    /// Knows people by their user names.
    second: Arc<Stand>,
    /// Knows nobody.
    third: Arc<Stand>,
    purpose: Purpose,
    /// Nobody, unless a test has a proof read.
    verifiers: HashMap<String, Arc<dyn Verifier>>,
    caps: Caps,
    digests: Key,
    id: CaseId,
    key: BrowserKey,
}

fn act(connector: &str, action: Action) -> Act {
    Act {
        connector: connector.to_owned(),
        action,
        on_failure: OnFailure::Stop,
    }
}

fn spare(connector: &str, action: Action) -> Act {
    Act {
        on_failure: OnFailure::GoOn,
        ..act(connector, action)
    }
}

const CODE: Action = Action::BypassCode { lifetime_minutes: None };

fn purpose(plan: Vec<Act>) -> Purpose {
    const HOUR: Duration = Duration::from_secs(3600);
    Purpose {
        name: "recover".to_owned(),
        title: "Get back in".to_owned(),
        reason: None,
        afterwards: Vec::new(),
        sources: vec!["portal".to_owned()],
        directory: Some("home".to_owned()),
        verifier: "persona".to_owned(),
        required: vec![CheckName::GovernmentId],
        documents: Documents::default(),
        preset: Preset::Strict,
        checks: Vec::new(),
        plan,
        accounts: BTreeMap::from([("second".to_owned(), FoundBy::UserName)]),
        attempts: 3,
        case_lifetime: 2 * HOUR,
        link_lifetime: HOUR,
        pass_lifetime: Duration::from_secs(600),
        keep_personal: 24 * HOUR,
        keep_proof: 24 * HOUR,
        recheck: None,
        approvals: 0,
        tiers: Vec::new(),
        protected: OnProtected::Refuse,
    }
}

/// A proof that stands, of somebody who is back from it; the verifier has nothing to forget.
fn passed() -> Attempt {
    Attempt {
        number: 1,
        verifier: "persona".to_owned(),
        subject: SubjectRef("dw-x".to_owned()),
        asked_at: NOW,
        started: false,
        returned_at: Some(NOW),
        outcome: Some(Outcome::Passed),
        decided_at: Some(NOW),
        kind: doorward::case::Kind::Full,
        forgetting: false,
        forgotten: false,
    }
}

/// Maria has proven herself and is back: everything is there but the plan.
fn proven(browser: &BrowserKey, address: doorward::crypto::parcel::Address) -> (Case, Handle) {
    let account = maria("home", LOGIN);
    let person = Person {
        name: account.name.clone(),
        native_name: None,
        birth_date: account.birth_date,
    };
    let case = Case {
        id: CaseId::random(),
        version: 0,
        number: reference_number(),
        purpose: "recover".to_owned(),
        source: "portal".to_owned(),
        opener: Opener::Person,
        stage: Stage::Comparing,
        opened_at: NOW,
        changed_at: NOW,
        expires_at: NOW.plus(Duration::from_secs(7200)),
        browser: Some(Browser { address, bound_at: NOW }),
        relayed: false,
        standing: Standing::Open,
        attempts: vec![passed()],
        explanation: Some(matching::compare(Preset::Strict, &account, &person, 0)),
        plan: Vec::new(),
        remember_at: None,
        remembered_until: None,
        conditions: Vec::new(),
        passes: Vec::new(),
        waits: 0,
        pass_until: None,
        verdict: None,
        answer_until: None,
        refusal: None,
        end: None,
        ended_at: None,
        back_to: None,
        checks: Vec::new(),
        reduced: false,
        desk: Box::default(),
        erased: false,
        trouble: None,
        hold_until: None,
        forget_at: None,
        erase_at: None,
        private: Private {
            subject: Some(Subject {
                key: SubjectKey::Login,
                value: LOGIN.to_owned(),
            }),
            account: Some(account),
            person: Some(person),
            ..Private::default()
        },
    };
    let handle = Handle {
        kind: HandleKind::Browser,
        digest: browser.digest(),
        until: NOW.plus(Duration::from_secs(48 * 3600)),
    };
    (case, handle)
}

/// A colleague with these roles.
fn colleague(name: &str, roles: &[Role]) -> Operator {
    Operator {
        id: format!("staff|{name}"),
        name: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        roles: roles.iter().copied().collect(),
    }
}

impl Trial {
    /// Maria proves herself once more, in a case of its own; the trial goes on with that one.
    async fn begin_again(&mut self) {
        let (key, address) = BrowserKey::random().unwrap();
        let (mut case, handle) = proven(&key, address);
        let now = self.clock.now();
        (case.opened_at, case.changed_at) = (now, now);
        case.expires_at = now.plus(Duration::from_secs(7200));
        self.store.begin(&case, &[], &[handle], Some(now)).await.unwrap();
        (self.id, self.key) = (case.id, key);
    }

    /// The person's browser asks for its page.
    async fn show_up(&self) {
        self.flow().come_back(self.case().await).await.unwrap();
    }

    async fn of(base: &Base, plan: Vec<Act>) -> Self {
        let clock = TurnedClock::at(NOW);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let world = Arc::new(World::default());
        let (key, address) = BrowserKey::random().unwrap();
        let (case, handle) = proven(&key, address);
        let number = Handle {
            kind: HandleKind::Number,
            digest: Digest::of("number", case.number.as_bytes()),
            until: Timestamp::from_micros(i64::MAX),
        };
        let handles = [handle, number];
        base.store.begin(&case, &[], &handles, Some(NOW)).await.unwrap();
        Self {
            store: base.store.clone(),
            home: Stand::new("home", Some(LOGIN), &world, &shared),
            second: Stand::new("second", Some("maria"), &world, &shared),
            third: Stand::new("third", None, &world, &shared),
            purpose: purpose(plan),
            verifiers: HashMap::new(),
            caps: Caps::default(),
            digests: Key::random(),
            id: case.id,
            clock,
            world,
            key,
        }
    }

    /// A gateway, just started.
    fn flow(&self) -> Flow {
        let stands = [&self.home, &self.second, &self.third];
        let connectors = stands.map(|stand| -> (String, Arc<dyn Connector>) {
            let connector: Arc<Stand> = Arc::clone(stand);
            (connector.about().vendor.to_owned(), connector)
        });
        Flow::new(Parts {
            store: self.store.clone(),
            clock: Arc::new(self.clock.clone()),
            purposes: HashMap::from([("recover".to_owned(), self.purpose.clone())]),
            verifiers: self.verifiers.clone(),
            connectors: HashMap::from(connectors),
            per_address_hour: 10,
            per_account_day: 10,
            caps: self.caps,
            sending: Sending::default(),
            shield: Shield::default(),
            public_url: "https://recover.example.com/".parse().unwrap(),
            // The same for every gateway on one database, as the settings have it.
            digests: Key::from_bytes(self.digests.bytes()).unwrap(),
            bell: Notify::new(),
            changes: broadcast::channel(16).0,
        })
    }

    async fn case(&self) -> Case {
        self.store.case(&self.id).await.unwrap().unwrap()
    }

    /// Works the case until it is as wanted; a gateway that dies on the way is started again.
    async fn until(&self, reached: impl Fn(&Case) -> bool) -> Case {
        // Some minutes of the case's own time, a second at a turn.
        for _ in 0..600 {
            let case = self.case().await;
            if reached(&case) {
                return case;
            }
            let now = self.clock.now();
            let Some(claim) = self.store.claim(now, LEASE).await.unwrap() else {
                self.clock.forward(Duration::from_secs(1));
                continue;
            };
            let flow = self.flow();
            let lease = Lease::new(claim.clone(), now.plus(LEASE));
            tokio::select! {
                worked = flow.work(&lease) => {
                    let again = worked.unwrap();
                    self.store.release(claim, again).await.unwrap();
                }
                // Nothing is put back: the lease has to run out.
                () = self.world.dead.notified() => self.clock.forward(LEASE + Duration::from_secs(1)),
            }
        }
        panic!("never came to it: {:#?}\n{:#?}", self.case().await, self.world.log());
    }

    /// Works whatever is due for half a minute.
    async fn for_a_while(&self) {
        for _ in 0..30 {
            let now = self.clock.now();
            if let Some(claim) = self.store.claim(now, LEASE).await.unwrap() {
                let lease = Lease::new(claim.clone(), now.plus(LEASE));
                let again = self.flow().work(&lease).await.unwrap();
                self.store.release(claim, again).await.unwrap();
            }
            self.clock.forward(Duration::from_secs(1));
        }
    }

    async fn until_stage(&self, stage: Stage) -> Case {
        self.until(|case| case.stage == stage).await
    }

    /// The secrets, as the page gets them.
    async fn reveal(&self) -> Vec<String> {
        let shown = self.flow().reveal(self.case().await, &self.key).await.unwrap();
        let passes = shown.map(|shown| shown.passes).unwrap_or_default();
        passes.iter().map(|(_, contents)| contents.secret.clone()).collect()
    }

    async fn facts(&self) -> Vec<Fact> {
        let events = self.store.events_of(&self.id).await.unwrap();
        events.into_iter().map(|event| event.fact).collect()
    }
}

/// The states of a case's steps, in a word each.
fn states(case: &Case) -> Vec<&'static str> {
    let word = |state: &StepState| match state {
        StepState::Waiting => "waiting",
        StepState::Intended { .. } => "intended",
        StepState::Done { .. } => "done",
        StepState::Undoing { .. } => "undoing",
        StepState::Undone { .. } => "undone",
        StepState::Failed { .. } => "failed",
    };
    case.plan.iter().map(|step| word(&step.state)).collect()
}

fn ended(case: &Case) -> Option<&End> {
    case.end.as_ref()
}
