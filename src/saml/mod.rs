//! Doorward as SAML 2.0 identity provider: an authentication source of Duo Single Sign-On.
//!
//! SAML 2.0 Core, Bindings, Profiles §4.1 (Web Browser SSO) and Metadata; what Duo wants of it is duo.md §1.4
//! (<https://duo.com/docs/sso>, 2026). Each source is an identity provider of its own with one service provider. Nothing here
//! knows a case, and nothing here keeps a private key: the source brings both together.
//!
//! `library` alone knows an XML library; `signature` says what a signature is worth; `binding` takes in what a browser carried;
//! `request` checks it; `response` answers; `metadata` tells others of us and us of others.

mod binding;
mod key;
mod library;
mod metadata;
mod request;
mod response;
mod signature;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use doorward_contract::Clock;

pub use binding::{Message, NotTaken, of_post, of_redirect};
pub use key::{NoKey, Verifying};
pub use metadata::{Acs, ServiceProvider, Unfit, document, read};
pub use request::{Asked, Refused};
pub use response::{Facts, Fields, Status, proven, refusal};
pub use signature::Signing;

use crate::store::Store;

/// Elements of messages.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Elements of statements.
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// A message in the query of an address.
pub(crate) const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// A message in a form that a browser posts.
pub(crate) const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// Which of an account's names stands as its name in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameId {
    /// Its e-mail address.
    Email,
    /// What it signs in with, whatever that is.
    Username,
}

impl NameId {
    /// Its format (SAML 2.0 Core §8.3).
    pub const fn format(self) -> &'static str {
        match self {
            Self::Email => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            Self::Username => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        }
    }
}

/// An attribute under the name that Duo maps by itself (duo.md §1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bridge {
    /// `Username`.
    Username,
    /// `Email`.
    Email,
    /// `DisplayName`.
    DisplayName,
    /// `FirstName`.
    FirstName,
    /// `LastName`.
    LastName,
}

impl Bridge {
    /// Its name there.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Username => "Username",
            Self::Email => "Email",
            Self::DisplayName => "DisplayName",
            Self::FirstName => "FirstName",
            Self::LastName => "LastName",
        }
    }
}

/// A source, and the service provider that it answers.
#[derive(Clone, Debug)]
pub struct Party {
    /// The source's name.
    pub name: String,
    /// What people read it as.
    pub title: String,
    /// Our name towards it, which is also where our metadata is.
    pub entity_id: String,
    /// Where it sends people.
    pub sso: String,
    /// The service provider.
    pub provider: ServiceProvider,
    /// Whether requests must be signed.
    pub signed_requests: bool,
    /// Which name people have there.
    pub name_id: NameId,
    /// What else it is told of an account.
    pub attributes: Vec<Bridge>,
    /// The authentication contexts that a check here counts as; the first is said if none is asked for.
    pub contexts: Vec<String>,
}

/// The SAML sources that the settings name. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Saml(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parties: BTreeMap<String, Party>,
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Saml {
    /// For these sources and no others.
    pub fn new(parties: Vec<Party>, store: Store, clock: Arc<dyn Clock>) -> Self {
        let parties = parties.into_iter().map(|party| (party.name.clone(), party)).collect();
        Self(Arc::new(Inner { parties, store, clock }))
    }

    /// The source of that name.
    pub fn party(&self, name: &str) -> Option<&Party> {
        self.0.parties.get(name)
    }
}

#[cfg(test)]
mod tests;
