//! Who of the staff is at this browser: signing in through the company's own provider, sessions, proving oneself anew, signing
//! out.
//!
//! OpenID Connect Core 1.0 as relying party, with PKCE (RFC 7636), issuer identification (RFC 9207), RP-Initiated Logout 1.0 and
//! Back-Channel Logout 1.0. Nobody signs in here by a password, and nobody is let in whom no provider of the settings vouches
//! for. What an operator may do is [`crate::case::role`]'s; the edge asks for it.

mod anew;
mod discovery;
mod glass;
mod library;
mod logout;
mod provider;
mod role;
mod session;
mod signin;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Event, Fact};
use crate::cause::causes;
use crate::crypto::seal::Key;
use crate::crypto::token::Digest;
use crate::store::{self, Store};
use doorward_contract::{Clock, Timestamp, VendorError};

pub use anew::Anew;
pub use discovery::Discovery;
pub use glass::{BREAK_GLASS, Glass, LINK_LIFETIME};
pub use logout::SignedOut;
pub use provider::{Credential, Provider, StepUp};
pub use role::Rule;
pub use session::Session;
pub use signin::{Arrived, Leave};

/// How many refusals of strangers are written down in an hour for each provider; more are only logged.
const NOTED_AN_HOUR: u32 = 60;

/// What signing in is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where sessions are kept.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Our own address as browsers know it, without a slash at its end.
    pub origin: String,
    /// Seals what a browser carries while it is away.
    pub sealing: Key,
    /// Makes digests of who providers say it is.
    pub digests: Key,
    /// How long a session lasts without being used.
    pub idle: Duration,
    /// How long a session lasts at the longest.
    pub lifetime: Duration,
    /// How long having proved oneself anew holds.
    pub step_up: Duration,
    /// Whether there is a way in without any provider.
    pub break_glass: bool,
    /// Who vouches.
    pub providers: Vec<Provider>,
}

/// Signing in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Staff(Arc<Parts>);

impl std::ops::Deref for Staff {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Why somebody is not let in, sorted by what they can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The settings name no such provider, or no such way.
    #[error("there is no such way in")]
    Unknown,
    /// It took too long, was done already, or began in another browser: begin again.
    #[error("the visit to the provider is not this browser's, or over")]
    Stale,
    /// The provider said no, or the person did there.
    #[error("the provider answered with `{0}`")]
    Denied(String),
    /// The provider vouched, and nothing that it says gives a role.
    #[error("nothing that the provider says of them gives a role")]
    NoRole,
    /// Somebody else than the one who is signed in proved themselves.
    #[error("somebody else proved themselves")]
    SomebodyElse,
    /// What the provider answered does not hold.
    #[error("what the provider answered does not hold: {0}")]
    Unproven(&'static str),
    /// The provider, or whoever knows the groups, cannot be asked.
    #[error("the provider cannot be asked")]
    Vendor(#[from] VendorError),
    /// The database.
    #[error("the session cannot be kept")]
    Store(#[from] store::Error),
    /// A key.
    #[error("what a browser carries cannot be sealed")]
    Crypto(#[from] crate::crypto::Error),
}

impl Staff {
    /// Signing in, of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The provider of that name.
    fn provider(&self, name: &str) -> Result<&Provider, Refused> {
        let found = self.providers.iter().find(|provider| provider.name == name);
        found.ok_or(Refused::Unknown)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A digest of what a provider calls somebody, or one of its sessions.
    fn digest(&self, what: &str, provider: &str, value: &str) -> Digest {
        // The name of a provider has no bar in it.
        self.digests.digest(what, format!("{provider}|{value}").as_bytes())
    }

    /// Writes down that somebody was not let in. What strangers can bring about is written down so often only.
    async fn note_refused(&self, provider: &str, operator: Option<String>, refused: &Refused) {
        const HOUR: Duration = Duration::from_secs(3600);
        tracing::warn!(
            provider,
            error = %causes(refused),
            "somebody was not let in among the staff by {provider}"
        );
        let now = self.now();
        let digest = Digest::of("refused staff", provider.as_bytes());
        let counted = self.store.count("refused staff", &digest, now, HOUR, NOTED_AN_HOUR);
        if operator.is_none() && !counted.await.unwrap_or(false) {
            return;
        }
        let fact = Fact::StaffRefused {
            provider: provider.to_owned(),
            operator,
            why: why(refused),
        };
        if let Err(error) = self.store.note(&[Event::apart(now, fact)]).await {
            tracing::error!(error = %causes(&error), "that somebody was not let in could not be written down");
        }
    }
}

/// In our own words and those of the provider's error, for the record.
fn why(refused: &Refused) -> String {
    match refused {
        Refused::Unproven(why) => (*why).to_owned(),
        Refused::Vendor(error) => error.to_string(),
        other => other.to_string(),
    }
}
