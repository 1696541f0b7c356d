//! A tenant of one's own for each test: the fake on a port, a clock to turn, invented people.

use std::sync::Arc;

use chrono::NaiveDate;
use doorward_contract::clock::TurnedClock;
use doorward_contract::http::use_one_tls_provider;
use doorward_contract::{Clock, Timestamp};
use doorward_graph::fake::{AccountView, EntraFake, Group, Method, Resident, TapPolicy, World};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;
use uuid::{Uuid, uuid};

pub(crate) const TENANT: Uuid = uuid!("11111111-2222-4333-8444-555555555555");
pub(crate) const CLIENT: Uuid = uuid!("9c1d0000-aaaa-4bbb-8ccc-000000000001");
pub(crate) const SECRET: &str = "Xy8~secret+of/the=lab";
pub(crate) const SCOPE: &str = "https://graph.microsoft.com/.default";
pub(crate) const NILS: Uuid = uuid!("77777777-0000-4000-8000-000000000001");
pub(crate) const AOIFE: Uuid = uuid!("77777777-0000-4000-8000-000000000002");
pub(crate) const GUEST: Uuid = uuid!("77777777-0000-4000-8000-000000000003");
pub(crate) const STAFF: Uuid = uuid!("66666666-0000-4000-8000-000000000001");
pub(crate) const ADMINS: Uuid = uuid!("66666666-0000-4000-8000-000000000002");
pub(crate) const GLOBAL: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
pub(crate) const MOBILE: Uuid = uuid!("3179e48a-750b-4051-897c-87b9720928f7");
pub(crate) const ALTERNATE: Uuid = uuid!("b6332ec1-7057-4abe-9331-3d72feddfe41");
pub(crate) const APP: Uuid = uuid!("55555555-0000-4000-8000-000000000001");
pub(crate) const PASSWORD: &str = "Grey-Heron-41-flies";
pub(crate) const BIRTH: &str = "extension_9c1d0000aaaa4bbb8ccc000000000001_dateOfBirth";
/// All that any call needs.
pub(crate) const ALL: [&str; 14] = [
    "User.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "UserAuthMethod-TAP.ReadWrite.All",
    "Policy.Read.AuthenticationMethod",
    "User.RevokeSessions.All",
    "User-PasswordProfile.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "UserAuthMethod-Phone.ReadWrite.All",
    "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
    "RoleEligibilitySchedule.Read.Directory",
    "Domain.Read.All",
    "Organization.Read.All",
    "User.EnableDisableAccount.All",
];

/// When every test begins: 2026-01-15T10:00:00Z.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_768_471_200);

pub(crate) struct Stand {
    pub(crate) fake: Arc<EntraFake>,
    pub(crate) clock: TurnedClock,
    pub(crate) base: Url,
    pub(crate) client: Client,
    token: String,
}

pub(crate) fn resident(id: Uuid, name: &str, given: &str, family: &str) -> Resident {
    Resident {
        id,
        upn: format!("{name}@acme.example"),
        mail: Some(format!("{name}@acme.example")),
        aliases: vec![format!("{given}@acme.example").to_lowercase()],
        other_mails: Vec::new(),
        mobile: None,
        given: Some(given.into()),
        family: Some(family.into()),
        display_name: format!("{given} {family}"),
        birth_date: NaiveDate::from_ymd_opt(1988, 3, 9),
        employee_id: Some("E-1042".into()),
        enabled: true,
        user_type: "Member".into(),
        synchronised: false,
        federated: false,
        management_restricted: false,
        groups: vec![Group {
            id: STAFF,
            name: "Staff".into(),
            role_assignable: false,
            roles: Vec::new(),
        }],
        owned_groups: Vec::new(),
        roles: Vec::new(),
        eligible_roles: Vec::new(),
        password: PASSWORD.into(),
        methods: Vec::new(),
    }
}

pub(crate) fn method(id: Uuid, kind: &str, default: bool) -> Method {
    Method {
        id,
        kind: kind.into(),
        default,
    }
}

/// Nils is ordinary, Aoife holds power through a group, and one is a guest.
pub(crate) fn world() -> World {
    let mut aoife = resident(AOIFE, "aoife.oneil", "Aoife", "O'Neil");
    aoife.groups.push(Group {
        id: ADMINS,
        name: "Admins".into(),
        role_assignable: true,
        roles: vec![GLOBAL],
    });
    aoife.eligible_roles = vec![GLOBAL];
    aoife.employee_id = None;
    let mut guest = resident(GUEST, "x", "Gil", "Gast");
    guest.upn = "gil_other.example#EXT#@acme.example".into();
    guest.user_type = "Guest".into();
    guest.employee_id = None;
    World {
        tenant: TENANT,
        tenant_name: "Acme Works".into(),
        client_id: CLIENT,
        client_secret: Some(SECRET.into()),
        certificate_pem: None,
        scope: SCOPE.into(),
        granted: ALL.map(Into::into).into(),
        tap_policy: TapPolicy::default(),
        people: vec![resident(NILS, "nils.berg", "Nils", "Berg"), aoife, guest],
        birth_date_attribute: Some(BIRTH.into()),
        premium: true,
        public_base: Url::parse("https://entra.example.com").unwrap(),
    }
}

impl Stand {
    pub(crate) async fn usual() -> Self {
        Self::of(world()).await
    }

    /// With a token for everything that `world` grants.
    pub(crate) async fn of(mut world: World) -> Self {
        use_one_tls_provider();
        let clock = TurnedClock::at(BEGIN);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        world.public_base = base.clone();
        let has_secret = world.client_secret.is_some();
        let fake = EntraFake::new(world, shared);
        doorward_contract::fake::serve(listener, fake.router());
        let mut stand = Self {
            fake,
            clock,
            base,
            client: ClientBuilder::new().redirect(Policy::none()).build().unwrap(),
            token: String::new(),
        };
        if has_secret {
            stand.renew().await;
        }
        stand
    }

    /// The tenant where the application has these permissions only.
    pub(crate) async fn granting(granted: &[&str]) -> Self {
        let mut world = world();
        world.granted = granted.iter().map(|right| (*right).to_owned()).collect();
        Self::of(world).await
    }

    /// Gets a new token.
    pub(crate) async fn renew(&mut self) {
        let (status, body) = self.ask_token(TENANT, &good_fields()).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    pub(crate) async fn ask_token(&self, tenant: impl std::fmt::Display, fields: &[(&str, &str)]) -> (u16, Value) {
        let url = self.base.join(&format!("/{tenant}/oauth2/v2.0/token")).unwrap();
        told(self.client.post(url).form(fields)).await
    }

    /// A request to Graph with the token.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}v1.0/{path}", self.base);
        let method = method.parse().unwrap();
        self.client.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        told(self.request("GET", path)).await
    }

    /// As an advanced query.
    pub(crate) async fn get_eventually(&self, path: &str) -> (u16, Value) {
        told(self.request("GET", path).header("ConsistencyLevel", "eventual")).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        told(self.request(method, path).json(&body)).await
    }

    /// A request whose body is empty, and says so.
    pub(crate) async fn send_nothing(&self, method: &str, path: &str) -> (u16, Value) {
        told(self.request(method, path).header("content-length", "0")).await
    }

    pub(crate) async fn filter(&self, filter: &str) -> (u16, Vec<String>) {
        let url = format!("{}v1.0/users", self.base);
        let request = self.client.get(url).bearer_auth(&self.token);
        let (status, body) = told(request.query(&[("$filter", filter), ("$select", "id,userPrincipalName")])).await;
        let found = body["value"].as_array().cloned().unwrap_or_default();
        let names = found
            .iter()
            .map(|one| one["userPrincipalName"].as_str().unwrap().to_owned());
        (status, names.collect())
    }

    pub(crate) fn account(&self, id: Uuid) -> AccountView {
        self.fake.accounts().into_iter().find(|one| one.id == id).unwrap()
    }

    /// Sends a form of the sign-in page: status, where it leads, and the page.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> (u16, Option<String>, String) {
        let response = self
            .client
            .post(self.base.join(path).unwrap())
            .form(fields)
            .send()
            .await
            .unwrap();
        let target = response
            .headers()
            .get("location")
            .map(|to| to.to_str().unwrap().to_owned());
        (response.status().as_u16(), target, response.text().await.unwrap())
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> (u16, Option<String>, String) {
        self.form("/signin", &[("login", login), ("password", password)]).await
    }

    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let response = self.client.get(self.base.join(path).unwrap()).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

pub(crate) fn good_fields() -> [(&'static str, &'static str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", "9c1d0000-aaaa-4bbb-8ccc-000000000001"),
        ("scope", SCOPE),
        ("client_secret", SECRET),
    ]
}

pub(crate) async fn told(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// `error.code` of a refusal.
pub(crate) fn code(body: &Value) -> &str {
    body["error"]["code"].as_str().unwrap_or_default()
}
