//! What an operator tells us of an Okta org, and which of it cannot be right.
//!
//! Follows "Implement OAuth for Okta with a service app" and "Create an API token" (<https://developer.okta.com/docs/>,
//! August 2026). Where a value is missing in the settings file, and what its line is, is left to the gateway.

use std::fmt;

use doorward_contract::{Ability, VendorError};
use secrecy::SecretString;
use url::Url;

use crate::key::Key;

/// Names of attributes are short words at the vendor; a margin.
const LONGEST_ATTRIBUTE: usize = 100;
/// Ids of the vendor are 20 characters; the margin is for whatever they become.
const LONGEST_ID: usize = 64;

/// How Doorward proves who it is. `Debug` hides it.
#[derive(Clone)]
pub enum Credential {
    /// A service app with a key pair (`private_key_jwt`), the way to prefer.
    ServiceApp {
        /// The app's client id.
        client_id: String,
        /// Its private key: unencrypted PKCS #8 PEM, or a JWK as JSON. RSA of 2048 bits or more, P-256 or P-384.
        key: SecretString,
        /// The `kid` under which the public key is registered; may be left out where the JWK names it.
        key_id: Option<String>,
    },
    /// An API token (SSWS), which has all the rights of the administrator who made it.
    ApiToken(SecretString),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServiceApp { .. } => "ServiceApp(…)",
            Self::ApiToken(_) => "ApiToken(…)",
        })
    }
}

/// What makes an account protected beyond the administrator roles it holds.
#[derive(Clone, Debug, Default)]
pub struct Protected {
    /// Accounts that are always protected (break-glass), by user id.
    pub accounts: Vec<String>,
    /// Groups whose members are always protected, by group id.
    pub groups: Vec<String>,
    /// Types of standard roles that protect nobody (`READ_ONLY_ADMIN`, `REPORT_ADMIN`).
    pub harmless_roles: Vec<String>,
}

/// Everything about the org, as an operator sets it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The org's address: its Okta domain or its custom domain, the one the service app's tokens are asked from.
    pub org: Url,
    /// How Doorward proves who it is.
    pub credential: Credential,
    /// What the connector is used for: decides which scopes a token is asked for.
    pub abilities: Vec<Ability>,
    /// The profile attributes that what a person types may be, besides none other; see [`valid_attribute`]. Never a name.
    pub login_attributes: Vec<String>,
    /// The custom attribute that holds dates of birth, if there is one.
    pub birth_date_attribute: Option<String>,
    /// Who is protected.
    pub protected: Protected,
    /// Where people sign in afterwards; the org itself if absent.
    pub sign_in_url: Option<Url>,
}

impl Settings {
    /// The checks that settings must pass, in this order.
    pub(crate) fn agree(&self) -> Result<(), VendorError> {
        let bare = self.org.path() == "/" && self.org.query().is_none() && self.org.fragment().is_none();
        if !is_safe(&self.org) || !bare || !self.org.username().is_empty() || self.org.password().is_some() {
            return refused("the org must be an https address without a path, a query and a user");
        }
        match &self.credential {
            Credential::ServiceApp { client_id, .. } if !is_id(client_id) => {
                return refused("the client id is missing, or is not one");
            }
            _ => {}
        }
        if self.login_attributes.is_empty() || !self.login_attributes.iter().all(|name| valid_attribute(name)) {
            return refused("people are found by attributes such as `login` or `email`, and never by a name");
        }
        if let Some(name) = &self.birth_date_attribute
            && !is_attribute(name)
        {
            return refused("the attribute for the date of birth is not the name of an attribute");
        }
        let listed = self.protected.accounts.iter().chain(&self.protected.groups);
        if !listed.into_iter().all(|id| is_id(id)) {
            return refused("an account or group on the list of protected ones is not an id");
        }
        Ok(())
    }

    /// Where people sign in.
    pub(crate) fn sign_in_url(&self) -> String {
        self.sign_in_url.as_ref().unwrap_or(&self.org).to_string()
    }
}

/// TLS, or a machine talking to itself.
pub(crate) fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Ipv4(at)) => at.is_loopback(),
        Some(url::Host::Ipv6(at)) => at.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

/// Whether `text` is an id of the vendor's: a client, a user, a group.
pub fn valid_id(text: &str) -> bool {
    is_id(text)
}

/// Whether the service app can sign with this key, and the name of its public half is known.
pub fn valid_key(key: &SecretString, key_id: Option<&str>) -> Result<(), VendorError> {
    let (_, named) = Key::read(key)?;
    match key_id.or(named.as_deref()) {
        Some(_) => Ok(()),
        None => refused("the key's id (`kid`) as registered at the service app is missing"),
    }
}

/// Letters and digits, as every id of the vendor. It becomes part of a path, where anything else would need escaping.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether `name` is an attribute that people may be found by: any of the profile but those that hold names of people.
pub fn valid_attribute(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "firstName",
        "lastName",
        "middleName",
        "nickName",
        "displayName",
        "honorificPrefix",
        "honorificSuffix",
    ];
    is_attribute(name) && !NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The vendor's own rule for names of attributes; they become part of a search.
fn is_attribute(name: &str) -> bool {
    name.len() <= LONGEST_ATTRIBUTE
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn refused(why: &str) -> Result<(), VendorError> {
    Err(VendorError::Refused { why: why.to_owned() })
}
