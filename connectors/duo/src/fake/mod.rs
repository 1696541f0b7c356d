//! A Duo account imitated: Admin API, Auth API, the Universal Prompt with its page, and the lab's controls.
//!
//! Written from the vendor's pages, not from our client: it refuses what Duo refuses, and signs and encodes by itself. Not
//! imitated: single sign-on, logs, telephony, policies beyond those below, pushes that time out by themselves.
//!
//! **Prompt.** Plain HTML forms. `GET /oauth/v1/authorize?response_type=code&client_id=…&request=…` shows the person's name,
//! the help links, and a form with buttons (`POST /prompt`, fields `visit` and `choice`: `approve`, `deny`, or `passcode`
//! with `passcode`). Approved answers 303 to the redirect address with `state` and `duo_code`; denied shows the page again.
//!
//! **Enrolment and activation.** `GET /portal?code=…&akey=…` and `GET /activate/{code}` show a form whose `POST` registers a
//! device or activates the phone, once and in time.
//!
//! **Help.** `/panel/messaging` stands for the admin panel: the custom help links and the text beside them.
//!
//! **Phones.** `/phone` stands for Duo Mobile in its owners' hands: a push is approved, denied, or reported there.
//!
//! **Lab controls**, unlogged: `GET /_lab/users`, `POST /_lab/users/{id}` `{"status"?, "synchronised"?}`, `POST
//! /_lab/permissions` (a whole [`Permissions`]), `POST /_lab/pushes/{txid}` `"approve"` | `"deny"` | `"fraud"` | `"timeout"`,
//! `GET /_lab/pushes`, `POST /_lab/policy` `{"verified_push"}`.

mod admin;
mod api;
mod auth;
mod bypass;
mod device;
mod lab;
mod messaging;
mod pages;
mod phone;
mod prompt;
mod reply;
mod signed;
mod state;
mod token;
mod user;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use doorward_contract::fake::Fake;
use doorward_contract::{Clock, Timestamp};
use rand::RngExt;
use serde_json::Value;
use url::Url;

pub use self::lab::UserView;
use self::state::State;
pub use self::state::{CodeView, Device, DeviceKind, GroupOf, Permissions, Resident};

/// The Duo account that is imitated, as it is at first.
#[derive(Clone)]
pub struct World {
    /// Keys of the Admin API application: integration key and secret key.
    pub admin: (String, String),
    /// What that application may.
    pub permissions: Permissions,
    /// Keys of the Auth API application.
    pub auth: (String, String),
    /// Client id and client secret of the Web SDK application.
    pub web: (String, String),
    /// Where that application may send people back to.
    pub redirect_uris: Vec<String>,
    /// Further Web SDK applications of the account.
    pub protected: Vec<Protected>,
    /// The custom help links of the prompt at first, at most two.
    pub help_links: Vec<String>,
    /// Whether a push wants a number typed on the phone, at first.
    pub verified_push: bool,
    /// Whether people without a device are let in (the "allow access" policy), rather than enrolled.
    pub lets_unenrolled_in: bool,
    /// Whether user names are compared without domain (`simple` normalisation).
    pub simple_names: bool,
    /// The people.
    pub people: Vec<Resident>,
    /// Where the imitation is reached.
    pub public_base: Url,
}

/// An application that Duo protects by the Universal Prompt.
#[derive(Clone)]
pub struct Protected {
    /// Client id and client secret.
    pub keys: (String, String),
    /// What people know it as.
    pub name: String,
    /// Where it may send people back to.
    pub redirect_uris: Vec<String>,
}

impl std::fmt::Debug for Protected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Protected")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// An imitated Duo account.
#[derive(Debug)]
pub struct DuoFake {
    world: World,
    fake: Arc<Fake>,
    state: Mutex<State>,
}

impl DuoFake {
    /// The account as `world` says.
    pub fn new(world: World, clock: Arc<dyn Clock>) -> Arc<Self> {
        let state = State::of(&world);
        Arc::new(Self {
            world,
            fake: Fake::new("duo", clock),
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

    /// What became of every user, without any secret.
    pub fn users(&self) -> Vec<UserView> {
        self.desk(|desk| desk.views())
    }

    /// Changes somebody behind everybody's back.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Resident)) {
        self.desk(|desk| {
            if let Some(user) = desk.state.user_mut(id) {
                change(&mut user.person);
            }
        });
    }

    /// Grants these permissions, and no others.
    pub fn permit(&self, permissions: Permissions) {
        self.lock().permissions = permissions;
    }

    /// Answers at most this many requests of the Admin API and then 429, until it is called again; `None` is no limit.
    pub fn allow_requests(&self, count: Option<u32>) {
        self.lock().allowance = count;
    }

    /// Shows lists in pages no longer than this, whatever is asked for.
    pub fn set_page_limit(&self, limit: usize) {
        self.lock().page_limit = Some(limit);
    }

    /// Pushes on their way, oldest first.
    pub fn pushes(&self) -> Vec<String> {
        self.lock().pushes.iter().map(|push| push.txid.clone()).collect()
    }

    /// The person answers a push: `approve`, `deny`, `fraud` or `timeout`.
    pub fn answer_push(&self, txid: &str, answer: &str) -> bool {
        self.lock().answer_push(txid, answer)
    }

    /// An administrator makes a bypass code in the panel, for one use; its text.
    pub fn make_code(&self, user: &str, lasts: Duration) -> Option<String> {
        self.desk(|desk| desk.panel_code(user, lasts))
    }

    /// Lets the person type a bypass code into some protected application; whether it was taken.
    pub fn use_code(&self, user: &str, code: &str) -> bool {
        self.desk(|desk| desk.take_code(user, code))
    }

    /// All routes, under the log and the misbehaviour.
    pub fn router(self: &Arc<Self>) -> Router {
        let vendor = Router::new()
            .merge(prompt::routes())
            .merge(messaging::routes())
            .merge(token::routes())
            .merge(device::pages())
            .fallback(api::answer)
            .with_state(Arc::clone(self));
        let lab = Router::new()
            .route("/_lab/users", get(lab::users))
            .route("/_lab/users/{id}", post(lab::change))
            .route("/_lab/permissions", post(lab::permissions))
            .route("/_lab/policy", post(lab::policy))
            .route("/_lab/pushes", get(lab::pushes))
            .route("/_lab/pushes/{txid}", post(lab::answer_push))
            .route("/phone", get(phone::all))
            .route("/phone/{id}", get(phone::one).post(phone::press))
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

/// What the account knows of a Web SDK application.
struct Application<'a> {
    secret: &'a str,
    name: &'a str,
    redirect_uris: &'a [String],
}

/// The state at one moment, with what acting on it needs.
struct Desk<'a> {
    state: &'a mut State,
    world: &'a World,
    now: Timestamp,
}

impl World {
    /// The Web SDK application with this client id.
    fn application(&self, client: &str) -> Option<Application<'_>> {
        if self.web.0 == client {
            return Some(Application {
                secret: &self.web.1,
                name: "Doorward",
                redirect_uris: &self.redirect_uris,
            });
        }
        let known = self.protected.iter().find(|known| known.keys.0 == client)?;
        Some(Application {
            secret: &known.keys.1,
            name: &known.name,
            redirect_uris: &known.redirect_uris,
        })
    }

    /// An address on this imitation.
    fn at(&self, path: &str) -> Url {
        let mut url = self.public_base.clone();
        url.set_path(path);
        url
    }
}

/// An id of Duo's: a prefix and eighteen capitals and digits.
fn fresh_id(prefix: &str) -> String {
    const LENGTH: usize = 18;
    format!(
        "{prefix}{}",
        fresh_text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", LENGTH)
    )
}

/// Letters and digits nobody can guess.
fn fresh_code(length: usize) -> String {
    fresh_text(b"abcdefghijklmnopqrstuvwxyz0123456789", length)
}

fn fresh_digits(length: usize) -> String {
    fresh_text(b"0123456789", length)
}

fn fresh_text(letters: &[u8], length: usize) -> String {
    let mut random = rand::rng();
    (0..length)
        .filter_map(|_| {
            letters
                .get(random.random_range(0..letters.len()))
                .copied()
                .map(char::from)
        })
        .collect()
}
