//! A Duo account of one's own for each test: the imitation on a port, a connector for it, a clock to turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use doorward_contract::clock::TurnedClock;
use doorward_contract::fake::serve;
use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{
    Account, Action, Clock, Connector, Directory, Intent, Receipt, StepKey, Subject, SubjectKey, Timestamp, VendorError,
};
use doorward_duo::fake::{Device, DeviceKind, DuoFake, GroupOf, Permissions, Resident, UserView, World};
use doorward_duo::{Duo, Host, Keys, Names, Patience, Protected, Settings, connect_within};
use tokio::net::TcpListener;
use url::Url;

pub(crate) const ADMIN: (&str, &str) = ("DIADMINADMINADMINADM", "adminsecretadminsecretadminsecretadminse");
pub(crate) const AUTH: (&str, &str) = ("DIAUTHAUTHAUTHAUTHAU", "authsecretauthsecretauthsecretauthsecret");
pub(crate) const WEB: (&str, &str) = ("DIWEBWEBWEBWEBWEBWEB", "websecretwebsecretwebsecretwebsecretwebs");
pub(crate) const ADA: &str = "DUADA000000000000000";
pub(crate) const BACK: &str = "https://door.example.com/duo/callback";
/// Enough people that every question gets a fresh one.
const SPARE: usize = 120;
/// When every test begins: 2026-01-15T10:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_768_471_200);

pub(crate) struct Stand {
    pub(crate) fake: Arc<DuoFake>,
    pub(crate) duo: Duo,
    pub(crate) clock: TurnedClock,
    pub(crate) base: Url,
    pub(crate) settings: Settings,
    pub(crate) http: Http,
    used: AtomicUsize,
}

/// One person of the account, with a phone, a token and a passkey.
pub(crate) fn person(number: usize, username: &str, given: &str, family: &str) -> Resident {
    let id = |prefix: &str| format!("{prefix}{number:018}");
    Resident {
        id: id("DU"),
        username: username.into(),
        aliases: vec![format!("{username}.alias")],
        given: Some(given.into()),
        family: Some(family.into()),
        email: Some(format!("{username}@acme.example")),
        status: "active".into(),
        synchronised: false,
        groups: vec![group("DGSTAFF0000000000000", "Active")],
        devices: vec![
            Device::phone(&id("DP")),
            Device::other(DeviceKind::Token, &id("DH")),
            Device::other(DeviceKind::Passkey, &id("WA")),
        ],
    }
}

pub(crate) fn group(id: &str, status: &str) -> GroupOf {
    GroupOf {
        id: id.into(),
        name: "Staff".into(),
        status: status.into(),
    }
}

pub(crate) fn ada() -> Resident {
    Resident {
        id: ADA.into(),
        ..person(0, "ada.kerr", "Ada", "O'Kerr")
    }
}

pub(crate) fn login(text: &str) -> Subject {
    Subject {
        key: SubjectKey::Login,
        value: text.into(),
    }
}

pub(crate) fn id(text: &str) -> Subject {
    Subject {
        key: SubjectKey::Id,
        value: text.into(),
    }
}

pub(crate) fn keys(pair: (&str, &str)) -> Keys {
    Keys::new(pair.0, pair.1.into()).unwrap()
}

fn owned(pair: (&str, &str)) -> (String, String) {
    (pair.0.into(), pair.1.into())
}

impl Stand {
    pub(crate) async fn usual() -> Self {
        Self::of(|_| {}, |_| {}).await
    }

    /// A stand whose account and settings differ from the usual.
    pub(crate) async fn of(world: impl FnOnce(&mut World), settings: impl FnOnce(&mut Settings)) -> Self {
        let clock = TurnedClock::at(BEGIN);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let spare = (1..=SPARE).map(|number| person(number, &format!("spare.{number}"), "Noor", "Haddad"));
        let mut made = World {
            admin: owned(ADMIN),
            permissions: Permissions::default(),
            auth: owned(AUTH),
            web: owned(WEB),
            redirect_uris: vec![BACK.into()],
            protected: Vec::new(),
            help_links: vec!["https://door.example.com/duo/start".into()],
            verified_push: false,
            lets_unenrolled_in: false,
            simple_names: false,
            people: [ada()].into_iter().chain(spare).collect(),
            public_base: base.clone(),
        };
        world(&mut made);
        let fake = DuoFake::new(made, Arc::new(clock.clone()));
        serve(listener, fake.router());
        let mut set = Settings {
            host: Host::custom(base.clone()).unwrap(),
            admin: keys(ADMIN),
            auth: Some(keys(AUTH)),
            names: Names::Whole,
            protected: Protected::default(),
            sign_in_url: Url::parse("https://portal.example/").unwrap(),
        };
        settings(&mut set);
        let stand = Self {
            duo: connect_within(set.clone(), Arc::new(clock.clone()), Bounds::default())
                .unwrap()
                .with_patience(SHORT),
            http: Http::new("lab", std::slice::from_ref(&base), Bounds::default()).unwrap(),
            used: AtomicUsize::new(0),
            fake,
            clock,
            base,
            settings: set,
        };
        // The account is older than the first case.
        stand.clock.forward(Duration::from_hours(1));
        stand
    }

    /// The same connector with other bounds.
    pub(crate) fn another(&self, bounds: Bounds) -> Duo {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        connect_within(self.settings.clone(), clock, bounds).unwrap()
    }

    pub(crate) async fn account(&self, text: &str) -> Account {
        self.duo.find(&id(text)).await.unwrap().unwrap()
    }

    /// An account that nobody acted on yet, changed before it is read.
    pub(crate) async fn fresh_with(&self, change: impl FnOnce(&mut Resident)) -> Account {
        let number = self.used.fetch_add(1, Ordering::SeqCst) + 1;
        let text = format!("DU{number:018}");
        self.fake.change(&text, change);
        self.account(&text).await
    }

    pub(crate) async fn fresh(&self) -> Account {
        self.fresh_with(|_| {}).await
    }

    pub(crate) fn view(&self, account: &Account) -> UserView {
        let all = self.fake.users();
        all.into_iter().find(|one| one.id == account.id.0).unwrap()
    }

    pub(crate) async fn perform(&self, account: &Account, action: &Action) -> Result<(Intent, Receipt), VendorError> {
        let intent = self.duo.intend(account, action).await?;
        let receipt = self
            .duo
            .perform(&StepKey("a step".into()), account, action, &intent)
            .await?;
        Ok((intent, receipt))
    }

    /// Opens or presses the only button of a page of Duo's.
    pub(crate) async fn open(&self, method: http::Method, address: &str) -> Answer {
        let url = Url::parse(address).unwrap();
        let ask = if method == http::Method::GET {
            Ask::get(url)
        } else {
            Ask::write(method, url)
        };
        self.http.send(ask).await.unwrap()
    }

    /// `METHOD /path` of everything asked of Duo since the log was emptied.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.fake.fake().lines()
    }
}

/// So short that nobody waits for it.
pub(crate) const SHORT: Patience = Patience {
    first: Duration::from_micros(10),
    total: Duration::from_secs(1),
};
