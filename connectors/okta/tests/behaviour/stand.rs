//! An Okta org of one's own for each test: the imitation on a port, a connector for it, a clock to turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_contract::clock::TurnedClock;
use doorward_contract::fake::serve;
use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{
    Ability, Account, Action, Connector, Directory, Intent, Receipt, StepKey, Subject, SubjectKey, Timestamp,
    VendorError,
};
use doorward_okta::fake::{AccountView, Factor, Group, OktaFake, Resident, RoleHeld, TacPolicy, World};
use doorward_okta::{ABILITIES, Credential, Okta, Protected, Settings, connect_within};
use http::{HeaderName, Method};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

pub(crate) const CLIENT: &str = "0oa1doorward0service";
pub(crate) const API_TOKEN: &str = "00kQ-api-token-of-the-lab";
pub(crate) const KEY_ID: &str = "doorward-2026";
pub(crate) const ADA: &str = "00uada00000000000001";
pub(crate) const EVERYONE: &str = "00geveryone000000001";
pub(crate) const BIRTH_DATE: &str = "dateOfBirth";
pub(crate) const SCOPES: [&str; 4] = [
    "okta.users.read",
    "okta.roles.read",
    "okta.users.manage",
    "okta.authenticators.read",
];
/// Exactly what all abilities need.
pub(crate) const PERMISSIONS: [&str; 9] = [
    "okta.users.read",
    "okta.users.credentials.expirePassword",
    "okta.users.credentials.resetPassword",
    "okta.users.credentials.manageTemporaryAccessCode",
    "okta.users.lifecycle.unlock",
    "okta.users.credentials.resetFactors",
    "okta.users.lifecycle.clearSessions",
    "okta.users.lifecycle.suspend",
    "okta.users.lifecycle.unsuspend",
];
/// Enough people that every question gets a fresh one.
const SPARE: usize = 260;
/// When every test begins: 2026-01-15T10:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_768_471_200);

pub(crate) struct Stand {
    pub(crate) fake: Arc<OktaFake>,
    pub(crate) okta: Okta,
    pub(crate) clock: TurnedClock,
    pub(crate) base: Url,
    pub(crate) settings: Settings,
    http: Http,
    used: AtomicUsize,
}

/// A fresh P-256 key: PKCS #8 PEM, its public JWK, its private JWK.
pub(crate) fn key_pair() -> (String, Value, Value) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let pem = pem(pair.to_pkcs8v1().unwrap().as_ref());
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = pair.public_key().as_ref();
    let public =
        json!({ "kty": "EC", "crv": "P-256", "kid": KEY_ID, "x": text(&point[1..33]), "y": text(&point[33..]) });
    let mut private = public.clone();
    let d = aws_lc_rs::encoding::AsBigEndian::<aws_lc_rs::encoding::EcPrivateKeyBin>::as_be_bytes(&pair.private_key());
    private["d"] = json!(text(d.unwrap().as_ref()));
    (pem, public, private)
}

pub(crate) fn pem(der: &[u8]) -> String {
    let lines: Vec<String> = STANDARD
        .encode(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

/// One person of the org.
pub(crate) fn person(id: &str, login: &str, given: &str, family: &str) -> Resident {
    let profile = json!({
        "login": format!("{login}@acme.example"), "email": format!("{login}@mail.acme.example"),
        "firstName": given, "lastName": family, "employeeNumber": format!("E-{login}"), BIRTH_DATE: "1990-05-17",
    });
    let factor = |prefix: &str, kind: &str| Factor {
        id: format!("{prefix}{}", &id[3..]),
        kind: kind.into(),
    };
    Resident {
        id: id.into(),
        status: "ACTIVE".into(),
        provider: "OKTA".into(),
        profile: profile.as_object().unwrap().clone(),
        groups: vec![EVERYONE.into()],
        roles: Vec::new(),
        password: "Old-Forgotten-42!".into(),
        factors: vec![
            factor("sms", "sms"),
            factor("opf", "push"),
            factor("ost", "token:software:totp"),
            factor("emf", "email"),
        ],
        blocked: false,
    }
}

pub(crate) fn spare(number: usize) -> String {
    format!("00uspare{number:012}")
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

/// One act for each ability, and factors both ways.
pub(crate) fn actions() -> Vec<Action> {
    vec![
        Action::TemporaryPassword,
        Action::ResetLink,
        Action::TemporaryAccessCode {
            lifetime_minutes: Some(30),
            one_time: true,
        },
        Action::Unlock,
        Action::ResetFactors { kinds: Vec::new() },
        Action::ResetFactors {
            kinds: vec!["sms".into()],
        },
        Action::RevokeSessions,
        Action::Suspend,
        Action::Unsuspend,
    ]
}

impl Stand {
    pub(crate) async fn usual() -> Self {
        Self::of(|_| {}, |_| {}).await
    }

    /// A stand whose org and settings differ from the usual.
    pub(crate) async fn of(world: impl FnOnce(&mut World), settings: impl FnOnce(&mut Settings)) -> Self {
        let clock = TurnedClock::at(BEGIN);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let (private, public, _) = key_pair();
        let people = (1..=SPARE).map(|number| person(&spare(number), &format!("spare.{number}"), "Noor", "Haddad"));
        let mut made = World {
            org: base.clone(),
            client_id: CLIENT.into(),
            keys: vec![public],
            granted: SCOPES.map(Into::into).into(),
            dpop: true,
            client_roles: vec![RoleHeld::custom("cr0doorward000000001", &PERMISSIONS)],
            api_token: Some(API_TOKEN.into()),
            tac: Some(TacPolicy::default()),
            groups: vec![Group {
                id: EVERYONE.into(),
                name: "Everyone".into(),
                roles: Vec::new(),
            }],
            people: [person(ADA, "ada.kerr", "Ada", "O'Kerr \"Q\"")]
                .into_iter()
                .chain(people)
                .collect(),
            limit: 1_000_000,
            page: 200,
        };
        world(&mut made);
        let fake = OktaFake::new(made, Arc::new(clock.clone()));
        serve(listener, fake.router());
        let mut set = Settings {
            org: base.clone(),
            credential: Credential::ServiceApp {
                client_id: CLIENT.into(),
                key: private.into(),
                key_id: Some(KEY_ID.into()),
            },
            abilities: ABILITIES.to_vec(),
            login_attributes: vec!["login".into(), "email".into()],
            birth_date_attribute: Some(BIRTH_DATE.into()),
            protected: Protected::default(),
            sign_in_url: None,
        };
        settings(&mut set);
        Self {
            okta: connect_within(set.clone(), Arc::new(clock.clone()), Bounds::default()).unwrap(),
            http: Http::new("lab", std::slice::from_ref(&base), Bounds::default()).unwrap(),
            used: AtomicUsize::new(0),
            fake,
            clock,
            base,
            settings: set,
        }
    }

    pub(crate) async fn account(&self, of: &str) -> Account {
        self.okta.find(&id(of)).await.unwrap().unwrap()
    }

    /// An account that nobody acted on yet, in this status.
    pub(crate) async fn fresh(&self, status: &str) -> Account {
        let number = self.used.fetch_add(1, Ordering::SeqCst) + 1;
        self.fake.change(&spare(number), |person| person.status = status.into());
        self.account(&spare(number)).await
    }

    /// The status that an act begins in.
    pub(crate) fn status_for(action: &Action) -> &'static str {
        match action {
            Action::Unlock => "LOCKED_OUT",
            Action::Unsuspend => "SUSPENDED",
            _ => "ACTIVE",
        }
    }

    pub(crate) fn view(&self, account: &Account) -> AccountView {
        let all = self.fake.accounts();
        all.into_iter().find(|one| one.id == account.id.0).unwrap()
    }

    /// What the sign-in page answers to these fields.
    pub(crate) async fn posted(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut ask = Ask::write(Method::POST, self.base.join(path).unwrap()).header(
            HeaderName::from_static("content-type"),
            "application/x-www-form-urlencoded",
        );
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        ask.body = Some(form.into_bytes());
        self.send(ask).await
    }

    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        self.http.send(ask).await.unwrap()
    }

    /// Whether the sign-in page takes it.
    pub(crate) async fn lets_in(&self, login: &str, password: &str) -> bool {
        let answer = self.posted("signin", &[("login", login), ("password", password)]).await;
        answer.status == http::StatusCode::SEE_OTHER
    }

    /// Whether the link opens.
    pub(crate) async fn opens(&self, link: &str) -> bool {
        let Ok(url) = Url::parse(link) else { return false };
        self.send(Ask::get(url)).await.status.is_success()
    }

    pub(crate) async fn perform(&self, account: &Account, action: &Action) -> Result<(Intent, Receipt), VendorError> {
        let intent = self.okta.intend(account, action).await?;
        let receipt = self
            .okta
            .perform(&StepKey("a step".into()), account, action, &intent)
            .await?;
        Ok((intent, receipt))
    }

    /// `METHOD /path` of everything asked since the log was emptied.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.fake.fake().lines()
    }

    /// Everything that was asked by another method than GET, tokens apart.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut lines = self.lines();
        lines.retain(|line| !line.starts_with("GET ") && !line.ends_with("/token") && !line.contains("/signin"));
        lines
    }

    pub(crate) async fn wait(&self, length: Duration) {
        self.clock.forward(length);
        tokio::task::yield_now().await;
    }
}

/// All abilities but these.
pub(crate) fn without(absent: &[Ability]) -> Vec<Ability> {
    ABILITIES.iter().copied().filter(|one| !absent.contains(one)).collect()
}
