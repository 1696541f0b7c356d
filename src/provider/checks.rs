//! What the checks of messages share: the store that remembers what was used, the clock, our own name, and the keys of
//! others.
//!
//! The checks themselves: [`super::authenticate`] (clients), [`super::dpop`] (proofs of a key), [`super::object`]
//! (signed requests).

use std::sync::Arc;

use doorward_contract::{Clock, Timestamp};

use super::client::{Client, Keys};
use super::jwk::JwkSet;
use super::refusal::{Code, Refusal};
use super::remote::Remote;
use crate::crypto::seal::Key;
use crate::crypto::token::Digest;
use crate::store::Store;

/// What every check needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Checks {
    /// Remembers what was used.
    pub store: Store,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Our name as a provider, without a slash at the end.
    pub issuer: String,
    /// The keys that clients publish.
    pub remote: Remote,
    /// Makes the nonces of proofs; the same on all nodes.
    pub nonces: Key,
}

impl Checks {
    /// The keys with which a client signs; `kid` is the one looked for. Empty if it has none.
    pub(super) async fn keys_of(&self, client: &Client, kid: Option<&str>) -> Result<Arc<JwkSet>, Refusal> {
        match &client.keys {
            None => Ok(Arc::default()),
            Some(Keys::Fixed(keys)) => Ok(keys.clone()),
            Some(Keys::Remote(url)) => self.remote.keys(url, kid).await.map_err(|error| {
                let why = "the client's keys cannot be read";
                tracing::warn!(client = client.name, %error, "the keys of client {} cannot be read", client.name);
                Refusal::new(
                    Code::TemporarilyUnavailable,
                    "the client's keys cannot be read at the moment",
                    why,
                )
            }),
        }
    }

    /// True the first time that a client uses this name for a statement of this kind.
    pub(super) async fn first_use(&self, kind: &str, parts: [&str; 2], until: Timestamp) -> Result<bool, Refusal> {
        let digest = Digest::of(kind, parts.join("\0").as_bytes());
        Ok(self.store.use_once(kind, &digest, until).await?)
    }
}
