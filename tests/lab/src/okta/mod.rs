//! An Okta org imitated as relying party: it sends people to Doorward as its custom identity-verification vendor (the
//! account management policy) and as an OpenID Connect provider of the usage "Factor only" (an IdP authenticator).
//!
//! Written from Okta's pages ("Integrate Okta with identity verification vendors",
//! <https://developer.okta.com/docs/guides/idv-integration/main/>; "Configure the IdP authenticator",
//! <https://help.okta.com/oie/en-us/content/topics/identity-engine/authenticators/configure-idp-authenticator.htm>; both
//! August 2026), not from our provider, with which it shares no code: it refuses what Okta refuses.
//!
//! | Page | Is |
//! |---|---|
//! | `/` | sign-in, with the ways to help oneself |
//! | `POST /signin`, `POST /account` | a password tried; `login` and `operation` (`recover`, `unlock`, `enroll`) |
//! | `/account/verify?stateTokenExternalId=…` | "Verify your identity" |
//! | `/idp/identity-verification?stateTokenExternalId=…` | pushes the request, then on to the vendor |
//! | `/idp/identity-verification/callback` | the way back |
//! | `/account/continue/{grant}` | the guarded action itself |
//! | `/app/payroll`, `/oauth2/v1/authorize/callback` | an app that demands the IdP authenticator; its way back |
//!
//! **Lab controls**, unlogged, beside those of every fake: `GET` or `POST /_lab/options` (an [`OrgOptions`]; what is left
//! out is the default), `GET` or `DELETE /_lab/system-log`, `GET /_lab/users`.

mod call;
mod claim;
mod factor;
mod fault;
mod grant;
mod judge;
mod lab;
mod options;
mod pages;
mod system_log;
mod token;
mod user;
mod verification;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use doorward_contract::Clock;
use doorward_contract::fake::Fake;
use rand::RngExt;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::call::Out;
pub use self::claim::Claim;
pub use self::factor::{APP_INSTANCE, APP_NAME, AppOutcome};
pub use self::fault::{Fault, Leg};
pub use self::grant::Operation;
pub use self::options::{Auth, Body, Mapping, OrgOptions, Shape};
pub use self::system_log::{Actor, DebugContext, FACTOR, JUDGED, LogEvent, STARTED, Verdict};
pub use self::user::{OktaUser, Standing, Status};
pub use self::verification::{Decision, Outcome, Return};
pub use self::world::{Authenticator, OrgWorld, Vendor};

/// An imitated Okta org.
pub struct OktaOrg {
    world: OrgWorld,
    fake: Arc<Fake>,
    out: Out,
    options: Mutex<OrgOptions>,
    state: Mutex<State>,
    flows: Mutex<Flows>,
}

/// What outlives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// By user id.
    standings: BTreeMap<String, Standing>,
    /// Whose a subject is: subject to user id.
    subjects: BTreeMap<String, String>,
    system_log: Vec<LogEvent>,
}

/// What is under way, by state or grant.
#[derive(Default)]
struct Flows {
    verifications: BTreeMap<String, verification::Waiting>,
    grants: BTreeMap<String, grant::Granted>,
    factors: BTreeMap<String, factor::Waiting>,
}

impl fmt::Debug for OktaOrg {
    // Flows hold nonces and code verifiers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OktaOrg")
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}

impl OktaOrg {
    /// The org as `world` says, with nothing done yet.
    pub fn new(world: OrgWorld, clock: Arc<dyn Clock>) -> Arc<Self> {
        let standings = world.users.iter().map(|user| (user.id.clone(), Standing::of(user)));
        Arc::new(Self {
            fake: Fake::new("okta", clock),
            out: Out::to(&world.called()),
            options: Mutex::default(),
            state: Mutex::new(State {
                standings: standings.collect(),
                ..State::default()
            }),
            flows: Mutex::default(),
            world,
        })
    }

    /// The log of what it was asked, and the misbehaviour.
    pub fn fake(&self) -> &Arc<Fake> {
        &self.fake
    }

    /// What it was made from.
    pub fn world(&self) -> &OrgWorld {
        &self.world
    }

    /// How it behaves at the moment.
    pub fn options(&self) -> OrgOptions {
        self.options.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Behaves like this from now on.
    pub fn set_options(&self, options: OrgOptions) {
        *self.options.lock().unwrap_or_else(PoisonError::into_inner) = options;
    }

    /// The System Log, oldest first.
    pub fn system_log(&self) -> Vec<LogEvent> {
        self.lock().system_log.clone()
    }

    /// Forgets the System Log.
    pub fn forget_system_log(&self) {
        self.lock().system_log.clear();
    }

    /// What became of the account with this login.
    pub fn standing(&self, login: &str) -> Option<Standing> {
        let user = self.user(login)?;
        self.lock().standings.get(&user.id).cloned()
    }

    /// Puts the account with this login where a story begins: locked out, suspended, …
    pub fn set_status(&self, login: &str, status: Status) {
        if let Some(user) = self.user(login)
            && let Some(standing) = self.lock().standings.get_mut(&user.id)
        {
            standing.status = status;
        }
    }

    /// Whether this password signs in at this login.
    pub fn signs_in(&self, login: &str, password: &SecretString) -> bool {
        self.standing(login)
            .is_some_and(|standing| standing.status == Status::Active && standing.opens_with(password))
    }

    /// Everything it remembers, for [`restore`](Self::restore). Flows under way are not part of it.
    pub fn state(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    /// Remembers again what [`state`](Self::state) told; users that are new since keep their beginnings.
    pub fn restore(&self, state: Value) -> Result<(), serde_json::Error> {
        let known: State = serde_json::from_value(state)?;
        let mut state = self.lock();
        state.standings.extend(known.standings);
        state.subjects = known.subjects;
        state.system_log = known.system_log;
        Ok(())
    }

    /// All pages and the lab's controls, under the log and the misbehaviour.
    pub fn router(self: &Arc<Self>) -> Router {
        let pages = pages::routes().with_state(Arc::clone(self));
        self.fake.wrap(pages).merge(lab::routes().with_state(Arc::clone(self)))
    }

    /// Okta's logins know no case.
    fn user(&self, login: &str) -> Option<&OktaUser> {
        let login = login.trim();
        self.world
            .users
            .iter()
            .find(|user| user.login.eq_ignore_ascii_case(login))
    }

    fn user_of(&self, id: &str) -> Option<&OktaUser> {
        self.world.users.iter().find(|user| user.id == id)
    }

    /// Who may begin to help themselves.
    fn allowed(&self, login: &str) -> Result<&OktaUser, Fault> {
        let user = self.user(login).ok_or(Fault::Nobody)?;
        let status = self
            .lock()
            .standings
            .get(&user.id)
            .map_or(user.status, |standing| standing.status);
        if status.may_recover() {
            Ok(user)
        } else {
            Err(Fault::Closed(status))
        }
    }

    fn note(&self, event: LogEvent) {
        self.lock().system_log.push(event);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flows(&self) -> MutexGuard<'_, Flows> {
        self.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Letters, digits and hyphens that nobody can guess.
fn fresh(length: usize) -> String {
    const LETTERS: &[u8; 63] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    let mut random = rand::rng();
    (0..length)
        .filter_map(|_| LETTERS.get(random.random_range(0..LETTERS.len())))
        .map(|letter| char::from(*letter))
        .collect()
}
