//! What an operator tells us of the company's endpoint, and which of it cannot be right.
//!
//! Where a value is missing in the settings file, and what its line is, is left to the gateway.

use std::fmt;
use std::time::Duration;

use doorward_contract::VendorError;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use doorward_contract::signature::valid_secret;

/// While a secret is changed two are good, and a change may be cut short by the next one.
pub const MOST_SECRETS: usize = 4;
/// A person waits, and a worker holds the case meanwhile.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Names of calls are words in a receiver's table.
const LONGEST_NAME: usize = 60;

/// What of an account may be told besides its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What the person types to sign in.
    Login,
    /// The name as the directory shows it.
    DisplayName,
}

/// Everything about the endpoint, as an operator sets it. `Debug` shows its host only: a path may be somebody's secret.
#[derive(Clone)]
pub struct Settings {
    /// Where every message goes.
    pub url: Url,
    /// `whsec_…`, each good for the receiver; every message is signed with all of them.
    pub secrets: Vec<SecretString>,
    /// What is told of the account besides its id.
    pub send: Vec<Field>,
    /// Whether the receiver takes calls back.
    pub undo: bool,
    /// How long one answer may take.
    pub timeout: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.url.host_str())
            .field("secrets", &self.secrets.len())
            .field("send", &self.send)
            .field("undo", &self.undo)
            .field("timeout", &self.timeout)
            .finish()
    }
}

impl Settings {
    /// The checks that settings must pass, in this order.
    pub(crate) fn agree(&self) -> Result<(), VendorError> {
        let url = &self.url;
        if !is_safe(url) {
            return refused("the endpoint must be an https address");
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return refused("the endpoint's address must have no user, no query and no fragment");
        }
        if self.secrets.is_empty() || self.secrets.len() > MOST_SECRETS {
            return refused("there must be one secret, and up to four while they are changed");
        }
        for secret in &self.secrets {
            valid_secret(secret.expose_secret()).or_else(refused)?;
        }
        if self.timeout.is_zero() || self.timeout > LONGEST_TIMEOUT {
            return refused("an answer may take up to 30 seconds");
        }
        Ok(())
    }
}

/// Whether `name` can name a call: lower-case letters, digits, `_`, `-` and `.`, at most 60.
pub fn valid_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.'))
}

/// TLS, or a machine talking to itself.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Ipv4(at)) => at.is_loopback(),
        Some(url::Host::Ipv6(at)) => at.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

fn refused(why: &str) -> Result<(), VendorError> {
    Err(VendorError::Refused { why: why.to_owned() })
}
