//! A person on the way to Duo and back: what is kept of them meanwhile, what they bring, and why it may prove nothing.
//!
//! Follows "OIDC Auth API" (<https://duo.com/docs/oauthapi>, August 2026). The query of the address they come back to is a
//! stranger's text: what was expected is never taken from there.

use std::fmt;

use doorward_contract::{Timestamp, VendorError};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

/// The longest state or code taken from a query.
pub(super) const LONGEST_CODE: usize = 1_024;

/// How fresh a factor has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Ask even if Duo remembers the person.
    pub anew: bool,
    /// Ask if the last time is longer ago than this.
    pub max_age_seconds: Option<u32>,
}

/// What a visit must come back with. Kept on our side, for one use; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) username: String,
    pub(super) begun_at: Timestamp,
    pub(super) max_age_seconds: Option<u32>,
}

impl Expected {
    /// The state, to find the visit by when the person is back.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expected")
            .field("begun_at", &self.begun_at)
            .finish_non_exhaustive()
    }
}

/// What a person brings back from Duo. `Debug` hides it.
pub struct Callback {
    pub(super) state: String,
    pub(super) code: SecretString,
}

impl Callback {
    /// Reads the query of the address the person came back to.
    pub fn read(query: &str) -> Result<Self, Unproven> {
        let (mut state, mut code) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "duo_code" => &mut code,
                "error" => return Err(Unproven::Denied),
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(Unproven::Forged {
                    check: "a parameter came twice",
                });
            }
        }
        let fits = |text: &String| !text.is_empty() && text.len() <= LONGEST_CODE;
        match (state.filter(fits), code.filter(fits)) {
            (Some(state), Some(code)) => Ok(Self {
                state,
                code: code.into(),
            }),
            _ => Err(Unproven::Forged {
                check: "state or code is missing",
            }),
        }
    }

    /// The state, to find the visit by.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback(…)")
    }
}

/// Why nothing is proven. Nobody passes on any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It is not what Duo would have sent. For the security log.
    #[error("not from Duo, or not for us: {check}")]
    Forged {
        /// Which check failed.
        check: &'static str,
    },
    /// It belongs to another visit. For the security log.
    #[error("it belongs to another visit")]
    Replayed,
    /// Duo speaks of another user than was sent: somebody else, or another way of writing names.
    #[error("it is about another user than was sent: compare the setting of user names with Duo's")]
    SomebodyElse,
    /// Duo did not let the person in.
    #[error("Duo did not let the person in")]
    Denied,
    /// It was longer ago than asked for.
    #[error("the factor is not fresh enough")]
    Stale,
    /// The visit took too long, or its code was used before: begin again, once.
    #[error("the visit is over")]
    Over,
    /// Duo could not be asked, or did not take the question.
    #[error(transparent)]
    Vendor(#[from] VendorError),
}
