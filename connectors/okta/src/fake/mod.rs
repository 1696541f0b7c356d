//! An Okta org imitated: token endpoint, Management API, a sign-in page, and the lab's controls.
//!
//! Written from the vendor's pages, not from our client: it refuses what Okta refuses. Every call needs a token whose proof
//! of possession holds, the scope, and a role or permission. Stricter than the vendor: unknown query parameters are
//! refused, a nonce is wanted of every proof at the token endpoint. Not imitated: other OAuth flows, policies, the System
//! Log, resource sets, sending of mail.
//!
//! **Sign-in page.** Plain HTML forms; each accepted form answers 303 to the next page, each refused one 401 or 422.
//!
//! | Request | Fields |
//! |---|---|
//! | `GET /signin`, `POST /signin` | `login`, `password` (the password, or a temporary access code) |
//! | `GET /signin/change?visit=…`, `POST /signin/change` | `visit`, `password` |
//! | `GET /signin/reset-password/{token}`, `POST` same path | `password` |
//! | `GET /signin/done?visit=…` | "You are signed in as …" |
//!
//! **Lab controls**, unlogged: `GET /_lab/accounts`, `POST /_lab/accounts/{id}` `{"status"?, "roles"?, "groups"?,
//! "provider"?}`, `POST /_lab/granted` `["okta.users.read", …]`.

mod admit;
mod api;
mod jose;
mod lab;
mod lifecycle;
mod limit;
mod methods;
mod reply;
mod rights;
mod search;
mod signin;
mod state;
mod token;
mod users;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};
use doorward_contract::fake::Fake;
use doorward_contract::{Clock, Timestamp};
use rand::RngExt;
use serde_json::Value;
use url::Url;

pub use self::lab::AccountView;
use self::state::{Account, State};
pub use self::state::{Factor, Group, Resident, RoleHeld, TacPolicy};

/// The org that is imitated, as it is at first.
#[derive(Clone)]
pub struct World {
    /// Where it is reached: the audience of assertions, `htu` of proofs, the links to further pages.
    pub org: Url,
    /// The one service app.
    pub client_id: String,
    /// Its registered public keys, each with a `kid`.
    pub keys: Vec<Value>,
    /// The scopes granted to it.
    pub granted: Vec<String>,
    /// Whether its tokens are bound to a key.
    pub dpop: bool,
    /// The administrator roles assigned to it.
    pub client_roles: Vec<RoleHeld>,
    /// An API token that works, with everything a super administrator may.
    pub api_token: Option<String>,
    /// The authenticator for temporary access codes, where the org has it.
    pub tac: Option<TacPolicy>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The people.
    pub people: Vec<Resident>,
    /// Requests per minute and kind of call.
    pub limit: u64,
    /// The most of a collection in one answer.
    pub page: usize,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("org", &self.org.as_str())
            .finish_non_exhaustive()
    }
}

/// An imitated Okta org.
#[derive(Debug)]
pub struct OktaFake {
    world: World,
    fake: Arc<Fake>,
    state: Mutex<State>,
}

impl OktaFake {
    /// The org as `world` says.
    pub fn new(world: World, clock: Arc<dyn Clock>) -> Arc<Self> {
        let fake = Fake::new("okta", clock);
        let now = fake.now();
        let state = State {
            accounts: world
                .people
                .iter()
                .map(|person| Account::of(person.clone(), now))
                .collect(),
            granted: world.granted.clone(),
            client_roles: world.client_roles.clone(),
            limit: world.limit,
            ..State::default()
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
        self.lock().accounts.iter().map(lab::view).collect()
    }

    /// Changes a person behind everybody's back.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Resident)) {
        if let Some(account) = self.lock().account_mut(id) {
            change(&mut account.person);
        }
    }

    /// Grants these scopes, and no others; tokens already out keep what they carry.
    pub fn set_granted(&self, granted: &[&str]) {
        self.lock().granted = granted.iter().map(|&scope| scope.to_owned()).collect();
    }

    /// Assigns these roles to the service app, and no others.
    pub fn set_client_roles(&self, roles: Vec<RoleHeld>) {
        self.lock().client_roles = roles;
    }

    /// From now on this many requests per minute and kind of call.
    pub fn set_limit(&self, limit: u64) {
        let mut state = self.lock();
        state.limit = limit;
        state.buckets.clear();
    }

    /// Lets the search index stand still: what changes from now on is not found.
    pub fn freeze_index(&self) {
        let mut state = self.lock();
        state.index = Some(state.accounts.iter().map(|account| account.person.clone()).collect());
    }

    /// Takes no token any more that is out.
    pub fn revoke_tokens(&self) {
        self.lock().tokens.clear();
    }

    /// Wants another nonce from now on, at the token endpoint, and of calls too if `everywhere`.
    pub fn renew_nonce(&self, everywhere: bool) {
        let mut state = self.lock();
        state.nonce = fresh_text(24);
        state.nonce_everywhere = everywhere;
    }

    /// All routes, under the log and the misbehaviour.
    pub fn router(self: &Arc<Self>) -> Router {
        let vendor = Router::new()
            .route("/oauth2/v1/token", post(token::give).fallback(token::wrong_method))
            .merge(signin::routes())
            .fallback(admit::answer)
            .with_state(Arc::clone(self));
        let lab = Router::new()
            .route("/_lab/accounts", get(lab::accounts))
            .route("/_lab/accounts/{id}", post(lab::change))
            .route("/_lab/granted", post(lab::granted))
            .with_state(Arc::clone(self));
        self.fake.wrap(vendor).merge(lab)
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
    /// An address of the org.
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.org.as_str().trim_end_matches('/'))
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

/// An id as the vendor makes them: a prefix, and 20 characters in all.
fn fresh_id(prefix: &str) -> String {
    const LENGTH: usize = 20;
    format!("{prefix}{}", fresh_text(LENGTH.saturating_sub(prefix.len())))
}

/// A moment as Okta writes it.
fn written(at: Timestamp) -> Value {
    at.to_chrono().map_or(Value::Null, |at| {
        Value::String(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    })
}
