//! What an operator tells us of a Duo account, and which of it cannot be right.
//!
//! Follows "Admin API" and "Auth API" (<https://duo.com/docs/adminapi>, <https://duo.com/docs/authapi>, August 2026): one
//! API host, and a key pair of its own for each kind of application. Where a value is missing in the settings file, and
//! what its line is, is left to the gateway.

use std::fmt;

use doorward_contract::VendorError;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Integration keys and client ids: a prefix of two letters and eighteen more characters.
const KEY_LENGTH: usize = 20;
/// Secret keys and client secrets.
const SECRET_LENGTH: usize = 40;
/// Where Duo's hosts are: everywhere but the federal cloud, and the federal cloud.
const DOMAINS: [&str; 2] = [".duosecurity.com", ".duofederal.com"];

/// The API host of a Duo account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    base: Url,
}

impl Host {
    /// The host as the Duo admin panel shows it (`api-xxxxxxxx.duosecurity.com`).
    pub fn new(name: &str) -> Result<Self, VendorError> {
        let name = name.trim().to_ascii_lowercase();
        let is_label =
            |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let known = DOMAINS
            .iter()
            .any(|domain| name.strip_suffix(domain).is_some_and(is_label));
        match Url::parse(&format!("https://{name}")) {
            Ok(base) if known => Ok(Self { base }),
            _ => refused("the API host must be the one shown in the Duo admin panel (`api-….duosecurity.com`)"),
        }
    }

    /// Any other: https, or http on this machine only; no path.
    pub fn custom(base: Url) -> Result<Self, VendorError> {
        let is_bare = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        if !is_safe(&base) || !is_bare || !base.username().is_empty() {
            return refused("the API host must be https, without a path, a query and a user");
        }
        Ok(Self { base })
    }

    /// The address of `path` on this host; no slash in front.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// `https://{host}`, as tokens name it.
    pub fn origin(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// The name that is signed: no scheme, no port.
    pub(crate) fn name(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// For the list of hosts a client may reach.
    pub(crate) fn base(&self) -> &Url {
        &self.base
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

/// The key pair of one Duo application. `Debug` hides the secret.
#[derive(Clone)]
pub struct Keys {
    pub(crate) integration: String,
    pub(crate) secret: SecretString,
}

impl Keys {
    /// Integration key (`DI…`, 20 characters) and secret key (40 characters).
    pub fn new(integration: &str, secret: SecretString) -> Result<Self, VendorError> {
        if !is_key(integration) {
            return refused("an integration key has 20 characters and begins with `DI` or `SI`");
        }
        if !is_secret(&secret) {
            return refused("a secret key has 40 letters and digits");
        }
        Ok(Self {
            integration: integration.to_owned(),
            secret,
        })
    }
}

impl Keys {
    /// Whether both are keys of one application.
    pub fn is_same_application(&self, other: &Self) -> bool {
        self.integration == other.integration
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.integration)
    }
}

fn is_key(text: &str) -> bool {
    text.len() == KEY_LENGTH
        && (text.starts_with("DI") || text.starts_with("SI"))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_secret(secret: &SecretString) -> bool {
    let text = secret.expose_secret();
    text.len() == SECRET_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// How the Duo account compares user names (its "username normalization").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// As they are written, without regard to case.
    #[default]
    Whole,
    /// `NARNIA\lucy`, `lucy@narnia.example` and `lucy` are one name.
    Simple,
}

impl Names {
    /// Whether both mean one user.
    pub(crate) fn are_same(self, one: &str, other: &str) -> bool {
        self.core(one).eq_ignore_ascii_case(self.core(other))
    }

    fn core(self, name: &str) -> &str {
        match self {
            Self::Whole => name,
            Self::Simple => {
                let local = name.rsplit_once('\\').map_or(name, |(_, local)| local);
                local.split_once('@').map_or(local, |(local, _)| local)
            }
        }
    }
}

/// What makes an account protected.
#[derive(Clone, Debug, Default)]
pub struct Protected {
    /// Users that are always protected, by user id (`DU…`).
    pub users: Vec<String>,
    /// Groups whose members are always protected, by group id (`DG…`).
    pub groups: Vec<String>,
}

/// Everything about the Duo account, as an operator sets it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API host.
    pub host: Host,
    /// The Admin API application.
    pub admin: Keys,
    /// The Auth API application; without it there is no enrolment link and no push.
    pub auth: Option<Keys>,
    /// How the account compares user names.
    pub names: Names,
    /// Who is protected.
    pub protected: Protected,
    /// Where people sign in with what they are given.
    pub sign_in_url: Url,
}

impl Settings {
    /// The checks that settings must pass, in this order.
    pub(crate) fn agree(&self) -> Result<(), VendorError> {
        if !self.protected.users.iter().all(|id| is_id(id, "DU")) {
            return refused("a protected user is named by user id (`DU…`, 20 characters)");
        }
        if !self.protected.groups.iter().all(|id| is_id(id, "DG")) {
            return refused("a protected group is named by group id (`DG…`, 20 characters)");
        }
        if let Some(auth) = &self.auth
            && auth.is_same_application(&self.admin)
        {
            return refused("Admin API and Auth API are two applications: their integration keys differ");
        }
        Ok(())
    }
}

/// Whether `text` is a user's id (`DU…`).
pub fn valid_user(text: &str) -> bool {
    is_id(text, "DU")
}

/// Whether `text` is a group's id (`DG…`).
pub fn valid_group(text: &str) -> bool {
    is_id(text, "DG")
}

/// Whether `text` is one of Duo's ids with this prefix, in any case.
pub(crate) fn is_id(text: &str, prefix: &str) -> bool {
    text.len() == KEY_LENGTH
        && text
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(crate) fn refused<T>(why: &str) -> Result<T, VendorError> {
    Err(VendorError::Refused { why: why.to_owned() })
}
