//! Persona imitated: API under `/api/v1`, hosted flow under `/verify`, signed webhooks, and the lab's controls.
//!
//! Written from the vendor's pages (listed in this crate's README), not from our client: it refuses what Persona refuses.
//!
//! **Hosted flow.** Plain HTML forms that a browser without scripts or an HTTP client can drive. Each carries
//! `inquiry-id` and `session-token`; each answers 303 to the page of the next step.
//!
//! | Request | Further fields |
//! |---|---|
//! | `GET /verify?inquiry-id=…&session-token=…` or `?code=…` | the start page |
//! | `POST /verify/begin` | — |
//! | `POST /verify/document` | `specimen` (an id), or multipart with a file `picture` |
//! | `POST /verify/selfie` | `face` (the id of a specimen): whose it is. Needed where no document was shown |
//! | `POST /verify/outcome` | `outcome`: `pass`, `fail`, `expire`, `review`, `wrong-name` |
//! | `POST /verify/cancel` | — |
//! | `GET /verify/done?inquiry-id=…&session-token=…` | 303 to the return address |
//! | `GET /verify/specimens/{id}` | the picture of a specimen |
//!
//! **Lab controls**, unlogged: `POST /_lab/webhooks` `{"mode": "normal|off|duplicate|reorder|delay", "delay_ms": …}`,
//! `POST /_lab/webhooks/flush` (delivers all that is due, then answers), `POST /_lab/rotate-secret`
//! `{"expires_in_seconds": …}` (answers the new secret), `POST /_lab/knobs` (limits, redaction, redirect domains, template
//! status, broken creates), `POST /_lab/inquiries/{id}/outcome` `{"outcome": …, "specimen": …}`,
//! `POST /_lab/inquiries/{id}/tamper`, `GET /_lab/inquiries`, `GET /_lab/state`.

mod account;
mod api;
mod create;
mod deliver;
mod flow;
mod inquiry;
mod lab;
mod lifecycle;
mod outcome;
mod pages;
mod present;
mod reply;
mod session;
mod simulate;
mod state;

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{any, get, post};
use doorward_contract::fake::Fake;
use doorward_contract::{Clock, Timestamp};
use rand::RngExt;
use serde_json::Value;
use url::Url;

use self::deliver::Post;
pub use self::deliver::signature;
pub use self::outcome::Choice;
pub use self::simulate::{GOVERNMENT_ID_TEMPLATE, SELFIE_TEMPLATE};
use self::state::{Secret, State};

/// How often deliveries and expiries that became due by the clock alone are looked for.
const TICK: Duration = Duration::from_millis(200);

/// The organisation that is imitated: what does not change while it lives.
#[derive(Clone, Debug)]
pub struct World {
    /// The one API key.
    pub api_key: String,
    /// `env_…`
    pub environment: String,
    /// `org_…`
    pub organization: String,
    /// `itmpl_…`
    pub template: String,
    /// `itmplv_…`
    pub template_version: String,
    /// A second template with a selfie and no document, and its version.
    pub selfie_only: Option<(String, String)>,
    /// Where the hosted flow is reached, without `/verify`.
    pub hosted_base: Url,
    /// Where webhooks go.
    pub webhook_url: Option<Url>,
    /// Secrets of the webhook, newest first.
    pub webhook_secrets: Vec<String>,
    /// The people whose documents are recognised.
    pub people: Vec<Specimen>,
    /// Whether the environment is a sandbox: sample names, simulate-actions.
    pub sandbox: bool,
    /// Whether a workflow approves and declines after the flow.
    pub decided_by_workflow: bool,
}

impl World {
    /// The templates, each with its version.
    fn templates(&self) -> impl Iterator<Item = (&str, &str)> {
        let full = (self.template.as_str(), self.template_version.as_str());
        let short = self.selfie_only.as_ref();
        std::iter::once(full).chain(short.map(|(template, version)| (template.as_str(), version.as_str())))
    }

    /// Whether an inquiry from this template asks for a selfie and nothing else.
    fn is_selfie_only(&self, template: &str) -> bool {
        self.selfie_only.as_ref().is_some_and(|(known, _)| known == template)
    }
}

/// One invented person with a document.
#[derive(Clone, Debug)]
pub struct Specimen {
    /// Its name in the lab.
    pub id: String,
    /// Given names.
    pub given: String,
    /// Middle names.
    pub middle: Option<String>,
    /// Family names.
    pub family: String,
    /// `YYYY-MM-DD`
    pub birth_date: String,
    /// `pp`, `dl`, `id`, …
    pub id_class: String,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// Number of the document.
    pub document_number: String,
    /// Its picture; an uploaded file is recognised by having the same bytes.
    pub picture: Vec<u8>,
    /// Media type of the picture.
    pub picture_type: String,
}

/// An imitated Persona.
#[derive(Debug)]
pub struct PersonaFake {
    world: World,
    fake: Arc<Fake>,
    state: Mutex<State>,
    webhook_url: Mutex<Option<Url>>,
    post: Post,
    ticking: AtomicBool,
}

impl PersonaFake {
    /// Persona as `world` says, with nothing in it yet.
    pub fn new(world: World, clock: Arc<dyn Clock>) -> Arc<Self> {
        let secrets = world
            .webhook_secrets
            .iter()
            .map(|value| Secret {
                value: value.clone(),
                expires_at: None,
            })
            .collect();
        Arc::new(Self {
            webhook_url: Mutex::new(world.webhook_url.clone()),
            state: Mutex::new(State {
                secrets,
                ..State::default()
            }),
            fake: Fake::new("persona", clock),
            post: Post::default(),
            ticking: AtomicBool::new(false),
            world,
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

    /// Sends webhooks here from now on.
    pub fn set_webhook_url(&self, url: Option<Url>) {
        *self.webhook_url.lock().unwrap_or_else(PoisonError::into_inner) = url;
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

    /// All routes, under the log and the misbehaviour. From the first call inside a runtime on, deliveries and expiries
    /// happen by themselves.
    pub fn router(self: &Arc<Self>) -> Router {
        self.tick();
        let vendor = Router::new()
            .route("/api/v1/{*path}", any(api::answer))
            .merge(flow::routes())
            .with_state(Arc::clone(self));
        let lab = Router::new()
            .route("/_lab/webhooks", post(lab::webhooks))
            .route("/_lab/webhooks/flush", post(lab::flush))
            .route("/_lab/rotate-secret", post(lab::rotate_secret))
            .route("/_lab/knobs", get(lab::knobs).post(lab::turn))
            .route("/_lab/inquiries", get(lab::inquiries))
            .route("/_lab/inquiries/{id}/outcome", post(lab::outcome))
            .route("/_lab/inquiries/{id}/tamper", post(lab::tamper))
            .route("/_lab/state", get(lab::state))
            .with_state(Arc::clone(self));
        self.fake.wrap(vendor).merge(lab)
    }

    fn tick(self: &Arc<Self>) {
        if tokio::runtime::Handle::try_current().is_err() || self.ticking.swap(true, Ordering::SeqCst) {
            return;
        }
        let weak = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                let Some(fake) = weak.upgrade() else { return };
                fake.desk(|_| ());
                fake.deliver_due().await;
            }
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the state at one moment, after everything that became due by then.
    fn desk<T>(&self, act: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut state = self.lock();
        let mut desk = Desk {
            state: &mut state,
            world: &self.world,
            now: self.fake.now(),
        };
        desk.settle();
        act(&mut desk)
    }

    /// Sends what became due, without making the caller wait for it.
    fn send_soon(self: &Arc<Self>) {
        let fake = Arc::clone(self);
        tokio::spawn(async move { fake.deliver_due().await });
    }
}

/// The state at one moment, with what acting on it needs.
struct Desk<'a> {
    state: &'a mut State,
    world: &'a World,
    now: Timestamp,
}

/// An opaque id with a type prefix.
fn fresh_id(prefix: &str) -> String {
    format!("{prefix}Dw{}", fresh_text(24))
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

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _always = write!(text, "{byte:02x}");
        text
    })
}

/// A moment as Persona writes it.
fn written(at: Timestamp) -> Value {
    at.to_chrono().map_or(Value::Null, |at| {
        Value::String(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    })
}
