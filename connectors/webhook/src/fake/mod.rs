//! A company's own endpoint imitated: takes signed messages, remembers each, and answers as it was told to.
//!
//! Written from Standard Webhooks and from `schema/`, not from our client. Stricter than most receivers: unknown members, a
//! message id used for another message, and ids that do not agree are refused.
//!
//! | Request | Does |
//! |---|---|
//! | `POST` on the endpoint's path | one message |
//! | `GET /_lab/calls` | every call with what became of it |
//! | `POST /_lab/manners` `{"call", "manner"}` | how calls of that name (all if absent) are answered from now on: a [`Manner`] |
//! | `POST /_lab/calls` `{"id", "standing"}` | settles a call that was pending |

mod lab;
mod message;
mod state;
mod verify;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};
use doorward_contract::Clock;
use doorward_contract::fake::Fake;
use serde_json::Value;

use self::state::State;
pub use self::state::{CallView, Manner, Standing};

/// The endpoint that is imitated, as it is at first.
#[derive(Clone)]
pub struct World {
    /// The path of the endpoint, with the slash in front.
    pub path: String,
    /// The secrets it takes, `whsec_…`.
    pub secrets: Vec<String>,
    /// Whether it takes calls back.
    pub undoes: bool,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// An imitated company system.
#[derive(Debug)]
pub struct Company {
    world: World,
    fake: Arc<Fake>,
    state: Mutex<State>,
}

impl Company {
    /// The endpoint as `world` says.
    pub fn new(world: World, clock: Arc<dyn Clock>) -> Arc<Self> {
        let state = State {
            secrets: world.secrets.clone(),
            ..State::default()
        };
        Arc::new(Self {
            world,
            fake: Fake::new("company", clock),
            state: Mutex::new(state),
        })
    }

    /// The log and the misbehaviour.
    pub fn fake(&self) -> &Arc<Fake> {
        &self.fake
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

    /// Every call with what became of it, oldest first.
    pub fn calls(&self) -> Vec<CallView> {
        self.lock().calls.clone()
    }

    /// Answers calls of this name like that from now on.
    pub fn answer(&self, call: &str, manner: Manner) {
        self.lock().manners.insert(call.to_owned(), manner);
    }

    /// Settles a call.
    pub fn settle(&self, id: &str, standing: Standing) {
        self.lock().settle(id, standing);
    }

    /// Takes these secrets, and no others.
    pub fn set_secrets(&self, secrets: &[&str]) {
        self.lock().secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
    }

    /// Becomes careless: takes what nobody signed, takes what is old.
    pub fn set_careless(&self, takes_unsigned: bool, takes_old: bool) {
        let mut state = self.lock();
        state.takes_unsigned = takes_unsigned;
        state.takes_old = takes_old;
    }

    /// Loses its memory: it cannot tell any more what became of a call.
    pub fn lose_memory(&self) {
        self.lock().forgetful = true;
    }

    /// All routes, under the log and the misbehaviour.
    pub fn router(self: &Arc<Self>) -> Router {
        let vendor = Router::new()
            .route(&self.world.path, post(message::take))
            .with_state(Arc::clone(self));
        let lab = Router::new()
            .route("/_lab/calls", get(lab::calls).post(lab::settle))
            .route("/_lab/manners", post(lab::manner))
            .with_state(Arc::clone(self));
        self.fake.wrap(vendor).merge(lab)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
