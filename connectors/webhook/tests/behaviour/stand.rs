//! The connector, the imitated endpoint on a free port, and a clock that is turned.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use doorward_contract::clock::TurnedClock;
use doorward_contract::fake::serve;
use doorward_contract::{
    Account, AccountId, Action, Connector, Name, Origin, Receipt, Reconciled, StepKey, Timestamp, VendorError,
};
use doorward_webhook::fake::{CallView, Company, World};
use doorward_webhook::{Settings, Webhook, connect};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// 2026-10-01T12:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_790_856_000);
/// Known to both sides.
pub(crate) const SECRET: &str = "whsec_QW4gb2xkIHNlY3JldCBvZiB0aGlydHkgYnl0ZXMu";
/// The next one.
pub(crate) const NEXT_SECRET: &str = "whsec_VGhlIG5leHQgc2VjcmV0IG9mIHRoZSB0d28uLi4u";
/// Where the endpoint stands; nobody outside needs to know it.
pub(crate) const PATH: &str = "/hooks/7f3c-recovery";
/// What is called.
pub(crate) const CALL: &str = "reopen_mailbox";

/// Everything one test needs.
pub(crate) struct Stand {
    pub(crate) clock: TurnedClock,
    pub(crate) company: Arc<Company>,
    pub(crate) settings: Settings,
    pub(crate) webhook: Webhook,
    people: AtomicUsize,
}

impl Stand {
    /// With everything as most companies would have it.
    pub(crate) async fn usual() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = TurnedClock::at(BEGIN);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}{PATH}", listener.local_addr().unwrap())).unwrap();
        let mut settings = Settings {
            url,
            secrets: vec![SECRET.into()],
            send: Vec::new(),
            undo: false,
            timeout: Duration::from_secs(10),
        };
        change(&mut settings);
        let world = World {
            path: PATH.to_owned(),
            secrets: vec![SECRET.to_owned()],
            undoes: settings.undo,
        };
        let company = Company::new(world, Arc::new(clock.clone()));
        serve(listener, company.router());
        Self {
            webhook: connect(settings.clone(), Arc::new(clock.clone())).unwrap(),
            clock,
            company,
            settings,
            people: AtomicUsize::new(0),
        }
    }

    /// Another connector to the same endpoint.
    pub(crate) fn connector(&self, change: impl FnOnce(&mut Settings)) -> Webhook {
        let mut settings = self.settings.clone();
        change(&mut settings);
        connect(settings, Arc::new(self.clock.clone())).unwrap()
    }

    /// Somebody nobody acted on yet.
    pub(crate) fn fresh(&self) -> Account {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        Account {
            id: AccountId(format!("3f6d0000-1111-4222-8333-{number:012}")),
            login: format!("ada.kerr{number}@acme.example"),
            display_name: Some("Ada O'Kerr".to_owned()),
            name: Name {
                given: Some("Ada".to_owned()),
                family: Some("O'Kerr".to_owned()),
                ..Name::default()
            },
            birth_date: None,
            enabled: true,
            origin: Origin::Cloud,
            related_words: Vec::new(),
        }
    }

    /// The whole step, as the gateway does it.
    pub(crate) async fn perform(&self, key: &str, account: &Account) -> Result<Receipt, VendorError> {
        let intent = self.webhook.intend(account, &call()).await?;
        self.webhook.perform(&step(key), account, &call(), &intent).await
    }

    /// Asks what became of it.
    pub(crate) async fn reconcile(&self, key: &str, account: &Account) -> Result<Reconciled, VendorError> {
        let snapshot = json!({});
        self.webhook
            .reconcile(&step(key), account, &call(), &snapshot, BEGIN)
            .await
    }

    /// Takes it back.
    pub(crate) async fn undo(&self, key: &str, account: &Account, facts: &Value) -> Result<Receipt, VendorError> {
        self.webhook.undo(&step(key), account, &call(), facts).await
    }

    /// What the receiver keeps of a call.
    pub(crate) fn kept(&self, key: &str) -> Option<CallView> {
        self.company.calls().into_iter().find(|call| call.id == key)
    }

    /// The body of the last message.
    pub(crate) fn last_body(&self) -> Value {
        self.company.fake().asked().pop().unwrap().body
    }

    /// A header of the last message.
    pub(crate) fn last_header(&self, name: &str) -> String {
        let asked = self.company.fake().asked().pop().unwrap();
        let found = asked.headers.into_iter().find(|(known, _)| known == name);
        found.unwrap().1
    }
}

/// The act.
pub(crate) fn call() -> Action {
    Action::Call { name: CALL.to_owned() }
}

/// A step's key.
pub(crate) fn step(key: &str) -> StepKey {
    StepKey(key.to_owned())
}
