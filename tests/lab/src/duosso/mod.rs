//! Duo Single Sign-On imitated as a SAML service provider that has Doorward as authentication source.
//!
//! After "Duo Single Sign-On" (<https://duo.com/docs/sso>, 2026) and SAML 2.0 Profiles §4.1.4: it sends a signed request by
//! redirect or by form, reads Doorward's metadata for its keys, and lets somebody in only on an answer and a statement that are
//! both signed, for it, for this request, now and for the first time. It knows Doorward by its metadata's address alone, and
//! shares no code with it. How Duo itself writes requests is not public (duo.md §1.4); this one takes each liberty in turn.

mod answer;
mod party;
mod request;
mod seal;
mod web;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use doorward_contract::{Clock, Timestamp};
use serde::Serialize;
use url::Url;

pub use answer::{Fault, SignedIn, Source};
pub(crate) use party::{CERTIFICATE_FILE, METADATA_FILE};
pub use party::{Provider, Providers};
pub use request::{Request, form, redirect, unsigned_redirect};
pub use seal::Key;

/// Metadata's elements.
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Messages' elements.
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Statements' elements.
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Signatures' elements.
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// The imitated service.
#[derive(Debug)]
pub struct DuoSso {
    provider: Provider,
    key: Key,
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Requests without an answer: their `RelayState` by their names.
    waiting: HashMap<String, Option<String>>,
    /// Names of statements that were taken.
    taken: Vec<String>,
    answers: Vec<Answered>,
}

/// What came of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// When it came.
    pub at: Timestamp,
    /// The answer as posted.
    pub response: String,
    /// What was posted with it.
    pub relay_state: Option<String>,
    /// Who was let in.
    pub signed_in: Option<SignedIn>,
    /// Or why nobody was.
    pub fault: Option<String>,
}

impl DuoSso {
    /// The service that was registered as `provider`.
    pub fn new(provider: Provider, key: Key, clock: Arc<dyn Clock>) -> Result<Arc<Self>, reqwest::Error> {
        Ok(Arc::new(Self {
            provider,
            key,
            clock,
            client: crate::caller::client()?,
            memory: Mutex::default(),
        }))
    }

    /// Its pages: where people begin, and where answers arrive.
    pub fn router(self: &Arc<Self>) -> Router {
        web::routes(self)
    }

    /// What it is registered as.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// What it signs with.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// A request of now, remembered until its answer comes.
    pub fn ask(&self, person: Option<&str>, relay_state: Option<&str>) -> Request {
        let request = Request {
            person: person.map(ToOwned::to_owned),
            ..Request::of(&self.provider, self.clock.now())
        };
        self.lock()
            .waiting
            .insert(request.id.clone(), relay_state.map(ToOwned::to_owned));
        request
    }

    /// Every answer that came, oldest first.
    pub fn answers(&self) -> Vec<Answered> {
        self.lock().answers.clone()
    }

    /// An answer comes in.
    pub async fn receive(&self, response: &str, relay_state: Option<&str>) -> Result<SignedIn, Fault> {
        let read = match Source::fetch(&self.client, &self.provider.idp_metadata).await {
            Ok(source) => self.take(&source, response, relay_state),
            Err(fault) => Err(fault),
        };
        self.lock().answers.push(Answered {
            at: self.clock.now(),
            response: response.to_owned(),
            relay_state: relay_state.map(ToOwned::to_owned),
            signed_in: read.as_ref().ok().cloned(),
            fault: read.as_ref().err().map(ToString::to_string),
        });
        read
    }

    /// An answer is judged by what the identity provider told of itself.
    pub fn take(&self, source: &Source, response: &str, relay_state: Option<&str>) -> Result<SignedIn, Fault> {
        let mut memory = self.lock();
        let Memory { waiting, taken, .. } = &mut *memory;
        let checked = answer::check(&self.provider, source, response, self.clock.now(), waiting);
        let (request, found) = checked?;
        // Bindings §3.4.3: what was sent along comes back as it was.
        if waiting.remove(&request).flatten().as_deref() != relay_state {
            return Err(Fault::RelayState);
        }
        let signed_in = found?;
        if taken.contains(&signed_in.statement) {
            return Err(Fault::Replayed);
        }
        taken.push(signed_in.statement.clone());
        Ok(signed_in)
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address below another.
fn below(base: &Url, path: &str) -> Url {
    base.join(path).unwrap_or_else(|_| base.clone())
}
