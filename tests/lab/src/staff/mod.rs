//! The company's own identity provider, imitated: where the staff sign in before they come to the desk.
//!
//! After OpenID Connect Core 1.0, RFC 7636, RFC 9207, RP-Initiated Logout 1.0 and Back-Channel Logout 1.0, and for groups after
//! Microsoft's "ID token claims reference" (August 2026); not after Doorward. It is strict: no code without PKCE, state and
//! nonce, no redirect that is not registered to the letter, no code twice, no client that does not prove itself. It shares no code
//! with Doorward, and can be told to answer wrongly in each way alone ([`Fault`]).
//!
//! | Path below the issuer | |
//! |---|---|
//! | `/.well-known/openid-configuration`, `/jwks` | what it publishes |
//! | `/authorize` | a page with a button for each member; none for who is signed in already |
//! | `/token`, `/userinfo` | for clients |
//! | `/logout` | ends the sign-in here, and goes back |

mod key;
mod member;
mod token;
mod web;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use doorward_contract::fake::Fake;
use doorward_contract::{Clock, Timestamp};
use serde_json::Value;
use url::Url;

use key::Key;
pub(crate) use member::operators;
pub use member::{Member, Operator, groups, members};
pub use token::{Fault, Order};

/// How we know Doorward.
pub const CLIENT: &str = "doorward-desk";

/// What a client is registered as.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Or its public keys.
    pub keys: Option<Value>,
    /// Where codes may go.
    pub redirect_uris: Vec<String>,
    /// Where people may go after signing out.
    pub after_logout: Vec<String>,
}

/// The imitated provider.
#[derive(Debug)]
pub struct StaffProvider {
    issuer: String,
    clock: Arc<dyn Clock>,
    key: Key,
    other: Key,
    fake: Arc<Fake>,
    memory: Mutex<Memory>,
}

#[derive(Debug)]
struct Memory {
    client: Registered,
    members: Vec<Member>,
    faults: Vec<Fault>,
    /// Codes, and the authorization each stands for; kept after use, so that a second use shows.
    codes: HashMap<String, Code>,
    /// Access tokens, and whose they are.
    access: HashMap<String, String>,
    /// Browsers that are signed in here, by their cookie.
    browsers: HashMap<String, Signed>,
    counter: u64,
}

/// A browser that is signed in here.
#[derive(Clone, Debug)]
struct Signed {
    member: String,
    sid: String,
    at: Timestamp,
    acr: Option<String>,
}

/// An authorization that a code stands for.
#[derive(Clone, Debug)]
struct Code {
    redirect_uri: String,
    nonce: String,
    challenge: String,
    signed: Signed,
    made_at: Timestamp,
    used: bool,
}

impl StaffProvider {
    /// A provider of that name, with this client.
    pub fn new(issuer: &str, client: Registered, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            issuer: issuer.to_owned(),
            key: Key::generate("staff-1"),
            other: Key::generate("staff-1"),
            fake: Fake::new("staff", Arc::clone(&clock)),
            clock,
            memory: Mutex::new(Memory {
                client,
                members: members(),
                faults: Vec::new(),
                codes: HashMap::new(),
                access: HashMap::new(),
                browsers: HashMap::new(),
                counter: 0,
            }),
        })
    }

    /// The provider of a world, below the relying party's address.
    pub(crate) fn of(rp: &Url, doorward: &Url, secret: &str, clock: Arc<dyn Clock>) -> Arc<Self> {
        let below = |path: &str| doorward.join(path).map_or_else(|_| doorward.to_string(), Into::into);
        let client = Registered {
            id: CLIENT.to_owned(),
            secret: secret.to_owned(),
            keys: None,
            redirect_uris: vec![below("desk/return/hospital")],
            after_logout: vec![below("desk/signed-out")],
        };
        Self::new(&issuer_below(rp), client, clock)
    }

    /// Its routes.
    pub fn router(self: &Arc<Self>) -> Router {
        self.fake.watch(web::routes(self))
    }

    /// The log and the misbehaviour.
    pub fn fake(&self) -> &Arc<Fake> {
        &self.fake
    }

    /// Its name.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Answers wrongly in these ways from now on, and in no other.
    pub fn misbehave(&self, faults: &[Fault]) {
        self.lock().faults = faults.to_vec();
    }

    /// Changes how the client is registered.
    pub fn register(&self, change: impl FnOnce(&mut Registered)) {
        change(&mut self.lock().client);
    }

    /// Changes what is known of a member.
    pub fn change(&self, member: &str, change: impl FnOnce(&mut Member)) {
        if let Some(found) = self.lock().members.iter_mut().find(|known| known.id == member) {
            change(found);
        }
    }

    /// The sessions that members have here, the newest last: who, and its id.
    pub fn sessions(&self) -> Vec<(String, String)> {
        let memory = self.lock();
        let mut all: Vec<&Signed> = memory.browsers.values().collect();
        all.sort_by(|one, other| one.sid.cmp(&other.sid));
        all.iter()
            .map(|signed| (signed.member.clone(), signed.sid.clone()))
            .collect()
    }

    /// The subject that a member has at the client.
    pub fn subject(&self, member: &str) -> String {
        member::subject(member)
    }

    fn has(&self, fault: Fault) -> bool {
        self.lock().faults.contains(&fault)
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Something that was never there before.
    fn fresh(&mut self, what: &str) -> String {
        self.counter += 1;
        format!("{what}-{:04}-{:016x}", self.counter, rand::random::<u64>())
    }
}

/// The issuer that stands below an address.
pub(crate) fn issuer_below(rp: &Url) -> String {
    format!("{}/staff", rp.origin().ascii_serialization())
}
