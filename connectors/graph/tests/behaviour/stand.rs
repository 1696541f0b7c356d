//! An Entra tenant of one's own for each test: the imitation on a port, a connector for it, a clock to turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use doorward_contract::clock::TurnedClock;
use doorward_contract::fake::serve;
use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{
    Account, Action, Clock, Connector, Directory, Intent, Receipt, StepKey, Subject, SubjectKey, Timestamp, VendorError,
};
use doorward_graph::fake::{AccountView, EntraFake, Method, Resident, TapPolicy, World};
use doorward_graph::{Cloud, Credential, Graph, Protected, Settings, connect_within};
use http::HeaderName;
use tokio::net::TcpListener;
use url::Url;
use uuid::{Uuid, uuid};

pub(crate) const TENANT: Uuid = uuid!("11111111-2222-4333-8444-555555555555");
pub(crate) const CLIENT: Uuid = uuid!("9c1d0000-aaaa-4bbb-8ccc-000000000001");
pub(crate) const SECRET: &str = "Qm8~client-secret-of-the-lab";
pub(crate) const SCOPE: &str = "https://graph.example/.default";
pub(crate) const BIRTH_DATE: &str = "extension_0123456789abcdef0123456789abcdef_birthDate";
pub(crate) const ADA: Uuid = uuid!("77777777-0000-4000-8000-000000000001");
pub(crate) const MOBILE: Uuid = uuid!("3179e48a-750b-4051-897c-87b9720928f7");
pub(crate) const ALTERNATE: Uuid = uuid!("b6332ec1-7057-4abe-9331-3d72feddfe41");
pub(crate) const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");

/// Everything the connector may be granted, and nothing that is too much.
pub(crate) const GRANTED: [&str; 13] = [
    "User.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "Domain.Read.All",
    "UserAuthMethod-TAP.ReadWrite.All",
    "Policy.Read.AuthenticationMethod",
    "User.RevokeSessions.All",
    "User-PasswordProfile.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "UserAuthMethod-Phone.ReadWrite.All",
    "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
    "UserAuthMethod-Passkey.ReadWrite.All",
    "UserAuthMethod-SoftwareOATH.ReadWrite.All",
];
/// Enough people that every question gets a fresh one.
const SPARE: u128 = 90;
/// When every test begins: 2026-01-15T10:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_768_471_200);

pub(crate) struct Stand {
    pub(crate) fake: Arc<EntraFake>,
    pub(crate) graph: Graph,
    pub(crate) clock: TurnedClock,
    pub(crate) base: Url,
    pub(crate) settings: Settings,
    http: Http,
    used: AtomicUsize,
}

/// One person of the tenant.
pub(crate) fn person(id: Uuid, login: &str, given: &str, family: &str) -> Resident {
    Resident {
        id,
        upn: format!("{login}@acme.example"),
        mail: Some(format!("{login}@mail.acme.example")),
        aliases: vec![format!("{login}@alias.acme.example")],
        other_mails: Vec::new(),
        mobile: None,
        given: Some(given.into()),
        family: Some(family.into()),
        display_name: format!("{given} {family}"),
        birth_date: NaiveDate::from_ymd_opt(1990, 5, 17),
        employee_id: Some("E-1042".into()),
        enabled: true,
        user_type: "Member".into(),
        synchronised: false,
        federated: false,
        management_restricted: false,
        groups: Vec::new(),
        owned_groups: Vec::new(),
        roles: Vec::new(),
        eligible_roles: Vec::new(),
        password: "Old-Forgotten-42!".into(),
        methods: vec![
            method(MOBILE, "phoneAuthenticationMethod", false),
            method(
                Uuid::from_u128(id.as_u128() + 1_000_000),
                "fido2AuthenticationMethod",
                true,
            ),
        ],
    }
}

pub(crate) fn method(id: Uuid, kind: &str, default: bool) -> Method {
    Method {
        id,
        kind: kind.into(),
        default,
    }
}

pub(crate) fn ada() -> Resident {
    person(ADA, "ada.kerr", "Ada", "O'Kerr")
}

pub(crate) fn login(text: &str) -> Subject {
    Subject {
        key: SubjectKey::Login,
        value: text.into(),
    }
}

pub(crate) fn id(text: &impl ToString) -> Subject {
    Subject {
        key: SubjectKey::Id,
        value: text.to_string(),
    }
}

impl Stand {
    pub(crate) async fn usual() -> Self {
        Self::of(|_| {}, |_| {}).await
    }

    /// A stand whose tenant and settings differ from the usual.
    pub(crate) async fn of(world: impl FnOnce(&mut World), settings: impl FnOnce(&mut Settings)) -> Self {
        let clock = TurnedClock::at(BEGIN);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let spare = (1..=SPARE).map(|number| {
            let id = Uuid::from_u128(ADA.as_u128() + 0x1000 * number);
            person(id, &format!("spare.{number}"), "Noor", "Haddad")
        });
        let mut made = World {
            tenant: TENANT,
            tenant_name: "Acme".into(),
            client_id: CLIENT,
            client_secret: Some(SECRET.into()),
            certificate_pem: None,
            scope: SCOPE.into(),
            granted: GRANTED.map(Into::into).into(),
            tap_policy: TapPolicy::default(),
            people: [ada()].into_iter().chain(spare).collect(),
            birth_date_attribute: Some(BIRTH_DATE.into()),
            premium: true,
            public_base: base.clone(),
        };
        world(&mut made);
        let fake = EntraFake::new(made, Arc::new(clock.clone()));
        serve(listener, fake.router());
        let mut set = Settings {
            cloud: Cloud::custom(base.clone(), base.join("v1.0").unwrap(), SCOPE.into()).unwrap(),
            tenant: TENANT.to_string(),
            client_id: CLIENT,
            credential: Credential::Secret(SECRET.into()),
            birth_date_attribute: Some(BIRTH_DATE.into()),
            protected: Protected::default(),
            sign_in_url: Url::parse("https://myapps.example/").unwrap(),
        };
        settings(&mut set);
        let stand = Self {
            graph: connect_within(set.clone(), Arc::new(clock.clone()), Bounds::default()).unwrap(),
            http: Http::new("lab", std::slice::from_ref(&base), Bounds::default()).unwrap(),
            used: AtomicUsize::new(0),
            fake,
            clock,
            base,
            settings: set,
        };
        // The tenant is older than the first case.
        stand.clock.forward(Duration::from_hours(1));
        stand
    }

    /// The same connector with nothing remembered, and other bounds.
    pub(crate) fn another(&self, bounds: Bounds) -> Graph {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        connect_within(self.settings.clone(), clock, bounds).unwrap()
    }

    pub(crate) async fn account(&self, id_of: Uuid) -> Account {
        self.graph.find(&id(&id_of)).await.unwrap().unwrap()
    }

    /// An account that nobody acted on yet.
    pub(crate) async fn fresh(&self) -> Account {
        let number = self.used.fetch_add(1, Ordering::SeqCst) as u128 + 1;
        self.account(Uuid::from_u128(ADA.as_u128() + 0x1000 * number)).await
    }

    pub(crate) fn view(&self, account: &Account) -> AccountView {
        let all = self.fake.accounts();
        all.into_iter().find(|one| one.id.to_string() == account.id.0).unwrap()
    }

    /// What the sign-in page answers to these fields.
    pub(crate) async fn posted(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut ask = Ask::write(http::Method::POST, self.base.join(path).unwrap()).header(
            HeaderName::from_static("content-type"),
            "application/x-www-form-urlencoded",
        );
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        ask.body = Some(form.into_bytes());
        self.http.send(ask).await.unwrap()
    }

    /// Whether the sign-in page takes it.
    pub(crate) async fn lets_in(&self, login: &str, password: &str) -> bool {
        let answer = self.posted("signin", &[("login", login), ("password", password)]).await;
        answer.status == http::StatusCode::SEE_OTHER
    }

    pub(crate) async fn perform(&self, account: &Account, action: &Action) -> Result<(Intent, Receipt), VendorError> {
        let intent = self.graph.intend(account, action).await?;
        let receipt = self
            .graph
            .perform(&StepKey("a step".into()), account, action, &intent)
            .await?;
        Ok((intent, receipt))
    }

    /// `METHOD /path` of everything asked of Graph since the log was emptied.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.fake.fake().lines()
    }

    /// How many tokens were asked for since the log was emptied.
    pub(crate) fn token_requests(&self) -> usize {
        self.lines().iter().filter(|line| line.ends_with("/token")).count()
    }
}
