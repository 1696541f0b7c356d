//! Doorward as OpenID provider: what relying parties ask, whether they may, and what they are answered.
//!
//! OpenID Connect Core 1.0, OAuth 2.0 (RFC 6749) with PKCE (RFC 7636), pushed requests (RFC 9126), DPoP (RFC 9449),
//! issuer identification (RFC 9207), FAPI 2.0 where a client says so, OpenID Connect for Identity Assurance 1.0, and the
//! profiles of Okta and Entra on top. Nothing here knows a case: the sources bring a request in and what was proven back.
//!
//! One file for each thing that can be presented or asked for; its checks stand in it in order, with their clauses.

pub mod asked;
pub mod authenticate;
pub mod check;
pub mod checks;
pub mod claims;
pub mod client;
pub mod dpop;
pub mod entra;
pub mod form;
pub mod grant;
mod idtoken;
mod issue;
pub mod jose;
pub mod json;
pub mod jwk;
pub mod keyring;
pub(crate) mod library;
pub mod logout;
pub mod machine;
pub mod metadata;
pub mod moment;
pub mod object;
pub mod okta;
pub mod proven;
mod push;
mod record;
pub mod refusal;
pub mod remote;
pub mod request;
mod revoke;
mod ring;
pub mod signer;
mod subject;
mod token;
mod userinfo;
pub mod verified;
mod wish;

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::seal::Key;
use crate::store::Store;
use checks::Checks;
use client::Clients;
use doorward_contract::Clock;
use keyring::Keyring;

pub use proven::{Outcome, Proven};
pub use request::{Mode, Prompt, Request};

/// How long things are good for.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// A pushed request, until the browser comes with it (RFC 9126 §2.2: 5 to 600 s).
    pub request: Duration,
    /// A code (RFC 6749 §4.1.2: at most ten minutes; FAPI 2.0 §5.3.2.1: at most one).
    pub code: Duration,
    /// An access token.
    pub access: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// An ID token for Okta, which is told its life as `expires_in` (okta.md §1.7).
    pub okta_id_token: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(60),
            code: Duration::from_secs(60),
            access: Duration::from_secs(600),
            id_token: Duration::from_secs(300),
            okta_id_token: Duration::from_secs(3600),
        }
    }
}

/// What a provider is made of.
#[derive(Debug)]
pub struct Parts {
    /// Our name: the public address without a slash at its end.
    pub issuer: String,
    /// The relying parties.
    pub clients: Clients,
    /// Where grants are kept.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The keys that we sign with.
    pub keyring: Keyring,
    /// The checks of machines' messages.
    pub checks: Checks,
    /// Key for subjects.
    pub digests: Key,
    /// How long things are good for.
    pub lifetimes: Lifetimes,
}

/// The OpenID provider. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Provider(Arc<Parts>);

impl std::ops::Deref for Provider {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Provider {
    /// A provider of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The address of one of its endpoints.
    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/oauth2/{name}", self.issuer)
    }
}

#[cfg(test)]
mod tests;
