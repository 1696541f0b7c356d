//! An Entra sign-in imitated that asks Doorward for the second factor ("external MFA").
//!
//! Written from the vendor's provider reference
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider>,
//! August 2026), not from Doorward: it refuses what Entra refuses, and tells why in Entra's numbers. Not imitated: the
//! first factor (any password does), conditional access, registering the method, replication.
//!
//! | Path | |
//! |---|---|
//! | `GET /common/v2.0/.well-known/openid-configuration` | where the keys of hints are; also below the tenant's id |
//! | `GET /common/discovery/v2.0/keys` | these keys; also below the tenant's id |
//! | `GET`, `POST /external-mfa` | `login`, `password`: the first factor, answered by a form that posts itself to Doorward |
//! | `POST /common/federation/externalauthprovider` | takes the answer |
//!
//! **Lab controls**, unlogged, below `/_lab/external-mfa`: `GET` (attempts and strays), `GET`/`POST /options` (whole
//! [`Options`]), `POST /rollover`, `POST /retire`, `POST /forget-metadata`, `/log` and `/misbehave` as at every fake.
//!
//! Tests need no browser: [`Signin::begin`] gives the form to post, [`Signin::answer`] takes what Doorward would post.

mod attempt;
pub(crate) mod certificate;
mod fault;
mod jwks;
mod key;
mod metadata;
mod options;
mod request;
mod token;
mod verdict;
mod web;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use doorward_contract::Clock;
use doorward_contract::fake::{Asked, Fake};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

pub use self::attempt::{Answer, Attempt, Outcome, PostForm};
pub use self::fault::{DiscoveryFault, Fault, KeyFault};
use self::key::Ring;
use self::metadata::Metadata;
pub use self::options::{Lie, Options, SentState};
use self::request::Request;
use crate::caller;
use crate::doors::Addresses;
use crate::keys::Keys;
use crate::people::{LabPerson, everybody};
use crate::seed::Seed;

/// So many sign-ins are remembered; older ones are forgotten.
const REMEMBERED: usize = 1_000;

/// The tenant, and the external method as its administrator entered it.
#[derive(Clone, Debug)]
pub struct SigninWorld {
    /// Where this imitation is reached; stands for `https://login.microsoftonline.com`.
    pub authority: Url,
    /// The tenant's id.
    pub tenant: Uuid,
    /// The application registered for the provider: audience of the hints.
    pub app_id: Uuid,
    /// The provider's discovery document.
    pub discovery_url: Url,
    /// What the provider calls Entra.
    pub client_id: String,
    /// The application's reply URLs; the provider's authorization endpoint must be one.
    pub reply_urls: Vec<Url>,
    /// Whether an administrator consented to the application.
    pub consented: bool,
    /// Who can sign in.
    pub people: Vec<SigninPerson>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigninPerson {
    /// Their object id.
    pub oid: Uuid,
    /// What they type.
    pub login: String,
    /// Their name as shown.
    pub name: String,
}

/// The imitated sign-in.
#[derive(Debug)]
pub struct Signin {
    fake: Arc<Fake>,
    seed: Seed,
    client: reqwest::Client,
    ring: Ring,
    memory: Mutex<Memory>,
}

#[derive(Debug)]
struct Memory {
    world: SigninWorld,
    options: Options,
    metadata: Option<Metadata>,
    attempts: Vec<Attempt>,
    strays: Vec<Answer>,
}

impl Signin {
    /// A sign-in for `world`. Pairwise subjects grow from `seed`; keys are new each time and made when first needed.
    pub fn new(world: SigninWorld, seed: Seed, clock: Arc<dyn Clock>) -> Result<Arc<Self>, reqwest::Error> {
        Ok(Arc::new(Self {
            fake: Fake::new("external-mfa", clock),
            seed,
            client: caller::client()?,
            ring: Ring::default(),
            memory: Mutex::new(Memory {
                world,
                options: Options::default(),
                metadata: None,
                attempts: Vec::new(),
                strays: Vec::new(),
            }),
        }))
    }

    /// The sign-in of a world's tenant, with Doorward as its external method.
    pub(crate) fn of(
        seed: Seed,
        keys: &Keys,
        addresses: &Addresses,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, reqwest::Error> {
        let below = |path: &str| {
            addresses
                .doorward
                .join(path)
                .unwrap_or_else(|_| addresses.doorward.clone())
        };
        let person = |person: &LabPerson| SigninPerson {
            oid: person.account(seed),
            login: person.login.clone(),
            name: person.name(),
        };
        let world = SigninWorld {
            authority: addresses.entra.clone(),
            tenant: keys.tenant,
            app_id: keys.entra_app,
            discovery_url: below("entra/entra-mfa/.well-known/openid-configuration"),
            client_id: keys.entra_client.clone(),
            reply_urls: vec![below("entra/entra-mfa/authorize")],
            consented: true,
            people: everybody().iter().map(person).collect(),
        };
        Self::new(world, seed, clock)
    }

    /// The log and the misbehaviour.
    pub fn fake(&self) -> &Arc<Fake> {
        &self.fake
    }

    /// Everything it was asked, oldest first.
    pub fn log(&self) -> Vec<Asked> {
        self.fake.asked()
    }

    /// All routes, to be merged with those of the tenant at the same address: none of theirs, and no fallback.
    pub fn router(self: &Arc<Self>) -> Router {
        self.fake.watch(web::routes(self)).merge(web::controls(self))
    }

    /// The world as it is now.
    pub fn world(&self) -> SigninWorld {
        self.lock().world.clone()
    }

    /// Changes the world behind everybody's back: consent withdrawn, reply URLs removed, another discovery address.
    pub fn change(&self, change: impl FnOnce(&mut SigninWorld)) {
        change(&mut self.lock().world);
    }

    /// How it asks.
    pub fn options(&self) -> Options {
        self.lock().options.clone()
    }

    /// Asks as `options` says from now on.
    pub fn set_options(&self, options: Options) {
        self.lock().options = options;
    }

    /// Every sign-in sent to the provider or refused before, oldest first.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.lock().attempts.clone()
    }

    /// Every answer that belongs to no sign-in, oldest first.
    pub fn strays(&self) -> Vec<Answer> {
        self.lock().strays.clone()
    }

    /// Drops the provider's cached metadata, which is otherwise kept for a day.
    pub fn forget_metadata(&self) {
        self.lock().metadata = None;
    }

    /// Publishes a new key for hints, which signs from now on; the old ones stay published. Returns the new `kid`.
    pub fn rollover(&self) -> Result<String, Fault> {
        self.ring.turn()
    }

    /// Stops publishing every key for hints but the newest.
    pub fn retire_old_keys(&self) {
        self.ring.retire();
    }

    /// The keys for hints, as published.
    pub fn published_keys(&self) -> Result<Value, Fault> {
        self.ring.published()
    }

    /// The person has passed the first factor: what their browser is to post to the provider.
    pub async fn begin(&self, login: &str) -> Result<PostForm, Fault> {
        self.begin_in(login, None).await
    }

    /// What the provider had the browser post comes in.
    pub async fn answer(&self, fields: &[(String, String)]) -> Outcome {
        self.answer_from(fields, None).await
    }

    async fn begin_in(&self, login: &str, browser: Option<String>) -> Result<PostForm, Fault> {
        let mut attempt = self.new_attempt(login, browser);
        let form = self.send_away(&mut attempt).await;
        if let Err(fault) = &form {
            attempt.outcome = Some(Outcome::Refused { fault: fault.clone() });
        }
        let mut memory = self.lock();
        if memory.attempts.len() >= REMEMBERED {
            memory.attempts.remove(0);
        }
        memory.attempts.push(attempt);
        form
    }

    fn new_attempt(&self, login: &str, browser: Option<String>) -> Attempt {
        let memory = self.lock();
        let options = &memory.options;
        let earlier = memory.attempts.last().map(|attempt| attempt.nonce.clone());
        let replayed = earlier.filter(|_| options.tells(Lie::ReplayedNonce));
        Attempt {
            id: Uuid::new_v4(),
            login: login.trim().to_owned(),
            oid: None,
            begun_at: self.fake.now(),
            acr: options.acr.clone(),
            amr: options.amr.clone(),
            state: request::state(&options.state),
            nonce: replayed.unwrap_or_else(request::fresh_nonce),
            sub: String::new(),
            redirect_uri: String::new(),
            lies: options.lies.clone(),
            answers: Vec::new(),
            outcome: None,
            browser,
        }
    }

    async fn send_away(&self, attempt: &mut Attempt) -> Result<PostForm, Fault> {
        let (world, options) = (self.world(), self.options());
        let person = world
            .people
            .iter()
            .find(|person| person.login.eq_ignore_ascii_case(&attempt.login))
            .ok_or(Fault::NoPerson)?;
        attempt.oid = Some(person.oid);
        if !world.consented {
            return Err(Fault::NoServicePrincipal(world.app_id));
        }
        let metadata = self.metadata().await?;
        let endpoint = metadata.authorization_endpoint;
        if !world.reply_urls.iter().any(|url| url.as_str() == endpoint) {
            return Err(Fault::AuthorizationUrl(endpoint));
        }
        let action = Url::parse(&endpoint).map_err(|_| Fault::AuthorizationUrl(endpoint))?;
        // Pairwise: the same person is somebody else to every application (OpenID Connect Core 1.0 §8.1).
        attempt.sub = self
            .seed
            .token(&format!("pairwise {} {} {}", world.tenant, world.app_id, person.oid));
        let request = Request {
            authority: &world.authority,
            tenant: world.tenant,
            app_id: world.app_id,
            client_id: &world.client_id,
            person,
            sub: &attempt.sub,
            options: &options,
            now: attempt.begun_at,
        };
        attempt.redirect_uri = request.redirect_uri();
        let fields = request.fields(&self.ring, attempt.id, &attempt.nonce, attempt.state.as_deref())?;
        Ok(PostForm {
            attempt: attempt.id,
            action,
            fields,
        })
    }

    async fn metadata(&self) -> Result<Metadata, Fault> {
        let (kept, address) = {
            let memory = self.lock();
            (memory.metadata.clone(), memory.world.discovery_url.clone())
        };
        let now = self.fake.now();
        if let Some(kept) = kept.filter(|kept| kept.is_fresh(now)) {
            return Ok(kept);
        }
        let fetched = metadata::fetch(&self.client, &address, now).await?;
        self.lock().metadata = Some(fetched.clone());
        Ok(fetched)
    }

    async fn answer_from(&self, fields: &[(String, String)], browser: Option<&str>) -> Outcome {
        // Fetched only where a test dropped it: the sign-in itself went by what is cached.
        let metadata = self.metadata().await;
        let now = self.fake.now();
        let mut memory = self.lock();
        let Memory {
            world,
            attempts,
            strays,
            ..
        } = &mut *memory;
        let state = value(fields, "state");
        // An answer without state can only be about the last request that carried none.
        let found = attempts
            .iter_mut()
            .rev()
            .find(|attempt| attempt.state.as_deref() == state && !attempt.sub.is_empty());
        let Some(attempt) = found else {
            let fault = Fault::NoAttempt;
            let outcome = Outcome::Refused { fault };
            strays.push(noted(fields, outcome.clone(), now));
            return outcome;
        };
        let verdict = attempt
            .take(fields, browser, metadata, &world.client_id, now)
            .unwrap_or_else(|fault| Outcome::Refused { fault });
        attempt.answers.push(noted(fields, verdict.clone(), now));
        // A page opened in another browser ends nothing in the one where the sign-in waits.
        if verdict.fault() != Some(&Fault::OtherBrowser) {
            attempt.outcome.get_or_insert_with(|| verdict.clone());
        }
        verdict
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(known, _)| known == name)?;
    Some(&found.1)
}

fn noted(fields: &[(String, String)], outcome: Outcome, at: doorward_contract::Timestamp) -> Answer {
    Answer {
        at,
        fields: fields.iter().map(|(name, _)| name.clone()).collect(),
        outcome,
    }
}
