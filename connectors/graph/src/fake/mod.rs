//! An Entra tenant imitated: token endpoint, Microsoft Graph v1.0, a sign-in page, and the lab's controls.
//!
//! Written from the vendor's pages, not from our client: it refuses what Entra refuses. Not imitated: throttling
//! (see [`Fake::misbehave`]), replication lag, `$batch`, beta, conditional access, a second factor at sign-in.
//!
//! **Sign-in page.** Plain HTML forms that a browser without scripts or an HTTP client can drive; each accepted form
//! answers 303 to the next page, each refused one 401 or 422 with the form again.
//!
//! | Request | Fields |
//! |---|---|
//! | `GET /signin` | the first form |
//! | `POST /signin` | `login` (UPN), `password` (the password, or a temporary access pass) |
//! | `GET /signin/change?visit=…`, `POST /signin/change` | `visit`, `password`, `confirm` |
//! | `GET /signin/register?visit=…`, `POST /signin/register` | `visit` |
//! | `GET /signin/done?visit=…` | "You are signed in as …" |
//!
//! **Lab controls**, unlogged: `GET /_lab/accounts`, `POST /_lab/accounts/{id}` `{"roles"?, "enabled"?, "groups"?,
//! "synchronised"?}`, `POST /_lab/granted` `["User.Read.All", …]` (seen in tokens given out from then on, as at the
//! vendor), `POST /_lab/tap-policy` (a whole [`TapPolicy`]).

mod api;
mod assertion;
mod directory;
mod filter;
mod lab;
mod methods;
mod pages;
mod password;
mod reply;
mod rights;
mod select;
mod signin;
mod state;
mod tap;
mod token;
mod users;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};
use doorward_contract::fake::Fake;
use doorward_contract::{Clock, Timestamp};
use rand::RngExt;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

pub use self::lab::{AccountView, TapView};
use self::state::{Account, State};
pub use self::state::{Group, Method, Resident, TapPolicy};

/// The tenant that is imitated, as it is at first.
#[derive(Clone)]
pub struct World {
    /// Its id.
    pub tenant: Uuid,
    /// Its display name; its initial domain is made from it.
    pub tenant_name: String,
    /// The one registered application.
    pub client_id: Uuid,
    /// The application's secret, if it has one.
    pub client_secret: Option<String>,
    /// The application's certificate, if it has one. Assertions are PS256, name it in `x5t#S256`, and are taken once.
    pub certificate_pem: Option<String>,
    /// The one scope accepted (`https://graph.microsoft.com/.default`).
    pub scope: String,
    /// Application permissions with admin consent.
    pub granted: Vec<String>,
    /// The policy on temporary access passes.
    pub tap_policy: TapPolicy,
    /// The people.
    pub people: Vec<Resident>,
    /// The directory extension that holds the birth date.
    pub birth_date_attribute: Option<String>,
    /// Whether the tenant has the P2 licence.
    pub premium: bool,
    /// Where the imitation is reached: the token endpoint in assertions, and the links to further pages.
    pub public_base: Url,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// An imitated Entra tenant.
#[derive(Debug)]
pub struct EntraFake {
    world: World,
    fake: Arc<Fake>,
    state: Mutex<State>,
}

impl EntraFake {
    /// The tenant as `world` says.
    pub fn new(world: World, clock: Arc<dyn Clock>) -> Arc<Self> {
        let fake = Fake::new("entra", clock);
        let state = State {
            accounts: world
                .people
                .iter()
                .map(|person| Account::of(person.clone(), fake.now()))
                .collect(),
            managers: BTreeMap::new(),
            granted: world.granted.clone(),
            tap_policy: world.tap_policy,
            tokens: Vec::new(),
            spent: Vec::new(),
            visits: Vec::new(),
        };
        Arc::new(Self {
            world,
            fake,
            state: Mutex::new(state),
        })
    }

    /// The log and the misbehaviour.
    pub fn fake(&self) -> &Arc<Fake> {
        &self.fake
    }

    /// What it was made from.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Everything it remembers, for [`restore`](Self::restore).
    pub fn state(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    /// Remembers again what [`state`](Self::state) told.
    pub fn restore(&self, state: Value) -> Result<(), serde_json::Error> {
        *self.lock() = serde_json::from_value(state)?;
        Ok(())
    }

    /// What became of every account, without any secret.
    pub fn accounts(&self) -> Vec<AccountView> {
        self.desk(|desk| desk.views())
    }

    /// Gives an account these directory roles, and no others.
    pub fn set_roles(&self, id: Uuid, roles: Vec<Uuid>) {
        self.person(id, |person| person.roles = roles);
    }

    /// Switches an account on or off.
    pub fn set_enabled(&self, id: Uuid, enabled: bool) {
        self.person(id, |person| person.enabled = enabled);
    }

    /// Changes where an account's owner can be reached: `otherMails` and `mobilePhone`.
    pub fn set_reach(&self, id: Uuid, other_mails: Vec<String>, mobile: Option<String>) {
        self.person(id, |person| {
            person.other_mails = other_mails;
            person.mobile = mobile;
        });
    }

    /// Has one account report to another.
    pub fn set_manager(&self, id: Uuid, manager: Uuid) {
        self.lock().managers.insert(id, manager);
    }

    /// Consents to these application permissions, and no others; tokens already out keep what they carry.
    pub fn set_granted(&self, granted: Vec<String>) {
        self.lock().granted = granted;
    }

    /// Replaces the policy on temporary access passes.
    pub fn set_tap_policy(&self, policy: TapPolicy) {
        self.lock().tap_policy = policy;
    }

    /// All routes, under the log and the misbehaviour.
    pub fn router(self: &Arc<Self>) -> Router {
        let vendor = Router::new()
            .route(
                "/{tenant}/oauth2/v2.0/token",
                post(token::give).fallback(token::wrong_method),
            )
            .merge(signin::routes())
            .fallback(api::answer)
            .with_state(Arc::clone(self));
        let lab = Router::new()
            .route("/_lab/accounts", get(lab::accounts))
            .route("/_lab/accounts/{id}", post(lab::change))
            .route("/_lab/granted", post(lab::granted))
            .route("/_lab/tap-policy", post(lab::tap_policy))
            .with_state(Arc::clone(self));
        self.fake.wrap(vendor).merge(lab)
    }

    fn person(&self, id: Uuid, change: impl FnOnce(&mut Resident)) {
        if let Some(account) = self.lock().account_mut(id) {
            change(&mut account.person);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the state at one moment.
    fn desk<T>(&self, act: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut state = self.lock();
        act(&mut Desk {
            state: &mut state,
            world: &self.world,
            now: self.fake.now(),
        })
    }
}

/// The state at one moment, with what acting on it needs.
struct Desk<'a> {
    state: &'a mut State,
    world: &'a World,
    now: Timestamp,
}

impl World {
    /// The domain that every tenant has from the beginning.
    fn initial_domain(&self) -> String {
        let label: String = self
            .tenant_name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        format!("{label}.onmicrosoft.com")
    }

    fn token_url(&self) -> String {
        let mut url = self.public_base.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/token", self.tenant));
        url.into()
    }
}

/// Letters and digits nobody can guess.
fn fresh_text(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut random = rand::rng();
    (0..length)
        .filter_map(|_| {
            LETTERS
                .get(random.random_range(0..LETTERS.len()))
                .copied()
                .map(char::from)
        })
        .collect()
}

/// A moment as Graph writes it.
fn written(at: Timestamp) -> Value {
    at.to_chrono().map_or(Value::Null, |at| {
        Value::String(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    })
}
