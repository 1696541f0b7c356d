//! Who must hear what: which changes of cases become messages to systems of the company's own, how one is sent, and when again.
//!
//! Follows Standard Webhooks 1.0
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, autumn 2026). Writing
//! messages down is the store's, sending them in time is `jobs`'.

pub mod carrier;
pub mod mail;
pub mod message;
pub mod schedule;
pub mod send;

use crate::store::{NewDelivery, Outbox, Written};
use doorward_contract::signature::fresh_id;
pub use message::Kind;

/// What one system is told of.
#[derive(Clone, Debug)]
pub struct Hearer {
    /// Its name in the settings.
    pub name: String,
    /// What it is told of; everything if empty.
    pub kinds: Vec<Kind>,
    /// The purposes whose cases it is told of; all if empty.
    pub purposes: Vec<String>,
}

impl Hearer {
    /// What belongs to no case is for those who hear of all purposes.
    fn hears(&self, kind: Kind, purpose: Option<&str>) -> bool {
        let of_kind = self.kinds.is_empty() || self.kinds.contains(&kind);
        let of_purpose = self.purposes.is_empty()
            || purpose.is_some_and(|purpose| self.purposes.iter().any(|heard| heard == purpose));
        of_kind && of_purpose
    }
}

/// Everybody who is told of something.
#[derive(Clone, Debug, Default)]
pub struct Hearers(pub Vec<Hearer>);

impl Outbox for Hearers {
    fn messages(&self, written: &Written<'_>) -> Vec<NewDelivery> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let purpose = written.case.map(|case| case.purpose.as_str());
        let mut messages = Vec::new();
        for (kind, at) in message::told(written) {
            let body = message::body(kind, at, written);
            let hearers = self.0.iter().filter(|hearer| hearer.hears(kind, purpose));
            messages.extend(hearers.map(|hearer| NewDelivery {
                id: fresh_id(),
                webhook: hearer.name.clone(),
                kind: kind.word(),
                at,
                body: body.clone(),
            }));
        }
        messages
    }
}
