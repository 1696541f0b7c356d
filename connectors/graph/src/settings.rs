//! What an operator tells us of a tenant, and which of it cannot be right.
//!
//! Follows "National cloud deployments" (<https://learn.microsoft.com/en-us/graph/deployments>) and "National clouds"
//! (<https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud>), August 2026. Where a
//! value is missing in the settings file, and what its line is, is left to the gateway.

use std::fmt;
use std::path::PathBuf;

use doorward_contract::VendorError;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

/// The longest host name there is (RFC 1035 §2.3.4).
const LONGEST_NAME: usize = 253;

/// One of Microsoft's clouds: where to sign in, where Graph is, and what to ask a token for. Tokens of one are nothing
/// in another, so the three go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    pub(crate) authority: Url,
    pub(crate) graph: Url,
    pub(crate) scope: String,
}

impl Cloud {
    /// The public cloud, and GCC.
    pub fn global() -> Self {
        Self::of("login.microsoftonline.com", "graph.microsoft.com")
    }

    /// US Government L4 (GCC High).
    pub fn us_gov() -> Self {
        Self::of("login.microsoftonline.us", "graph.microsoft.us")
    }

    /// US Government L5 (DoD).
    pub fn us_dod() -> Self {
        Self::of("login.microsoftonline.us", "dod-graph.microsoft.us")
    }

    /// China, run by 21Vianet. It has no temporary access pass.
    pub fn china() -> Self {
        Self::of("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn")
    }

    /// Any other: https, or http on this machine only; `graph` with its version (`…/v1.0`).
    pub fn custom(authority: Url, graph: Url, scope: String) -> Result<Self, VendorError> {
        let cloud = Self {
            authority: bare(authority),
            graph: bare(graph),
            scope,
        };
        for url in [&cloud.authority, &cloud.graph] {
            if !is_safe(url) || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
                return refused("the addresses of the cloud must be https, without a query and without a user");
            }
        }
        // The SDK appends to the path as it is: one too many or too few is another address.
        if !cloud.graph.path().ends_with("/v1.0") {
            return refused("the address of Graph must end in `/v1.0`");
        }
        if !cloud.scope.ends_with("/.default") || cloud.scope.contains(char::is_whitespace) {
            return refused("the scope must be one resource followed by `/.default`");
        }
        Ok(cloud)
    }

    fn of(authority: &str, graph: &str) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the five hosts above are addresses; a test builds every cloud"
        )]
        let url = |text: String| Url::parse(&text).expect("an address");
        Self {
            authority: url(format!("https://{authority}")),
            graph: url(format!("https://{graph}/v1.0")),
            scope: format!("https://{graph}/.default"),
        }
    }

    /// Whether Graph is on this machine, where there is no TLS.
    pub(crate) fn is_plain(&self) -> bool {
        self.graph.scheme() == "http"
    }
}

/// The address without a trailing slash.
fn bare(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
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

/// How the application proves who it is. `Debug` hides it.
#[derive(Clone)]
pub enum Credential {
    /// A client secret.
    Secret(SecretString),
    /// A certificate registered at the application, and its RSA key.
    Certificate {
        /// The certificate, PEM.
        certificate_pem: String,
        /// Its private key, PEM, PKCS #8 or PKCS #1.
        key_pem: SecretString,
    },
    /// A token of another issuer, in a file that is renewed by somebody else.
    FederatedToken {
        /// The file; read anew for every token.
        file: PathBuf,
    },
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret(…)",
            Self::Certificate { .. } => "Certificate(…)",
            Self::FederatedToken { .. } => "FederatedToken(…)",
        })
    }
}

/// What makes an account protected beyond the roles it holds, and what does not.
#[derive(Clone, Debug, Default)]
pub struct Protected {
    /// Accounts that are always protected (break-glass), by object id.
    pub accounts: Vec<Uuid>,
    /// Groups whose members are always protected, by object id.
    pub groups: Vec<Uuid>,
    /// Role definitions that protect nobody.
    pub harmless_roles: Vec<Uuid>,
    /// Whether guests count as everyday accounts.
    pub allow_guests: bool,
}

/// Everything about the tenant, as an operator sets it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The cloud the tenant lives in.
    pub cloud: Cloud,
    /// The tenant: its id, or a verified domain.
    pub tenant: String,
    /// The registered application.
    pub client_id: Uuid,
    /// How it proves who it is.
    pub credential: Credential,
    /// The attribute that holds dates of birth, if there is one; see [`valid_attribute`].
    pub birth_date_attribute: Option<String>,
    /// Who is protected.
    pub protected: Protected,
    /// Where people sign in with their pass.
    pub sign_in_url: Url,
}

impl Settings {
    /// The checks that settings must pass, in this order.
    pub(crate) fn agree(&self) -> Result<(), VendorError> {
        if !is_tenant(&self.tenant) {
            return refused("the tenant must be its id or a verified domain, never `common`");
        }
        if self.client_id.is_nil() {
            return refused("the client id is missing");
        }
        if let Some(name) = &self.birth_date_attribute
            && !valid_attribute(name)
        {
            return refused(
                "the attribute for the date of birth is neither a directory extension nor extensionAttribute1..15",
            );
        }
        Ok(())
    }
}

/// A tenant id or a domain. It becomes part of a path.
fn is_tenant(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    Uuid::try_parse(text).is_ok() || (text.len() <= LONGEST_NAME && text.contains('.') && text.split('.').all(label))
}

/// Whether `name` is an attribute that can hold a date of birth: a directory extension
/// (`extension_<32 hexadecimal digits>_name`) or `onPremisesExtensionAttributes.extensionAttribute1` to `15`.
pub fn valid_attribute(name: &str) -> bool {
    const HEX: usize = 32;
    if let Some(rest) = name.strip_prefix("extension_") {
        let Some((app, own)) = rest.split_once('_') else {
            return false;
        };
        return app.len() == HEX
            && app.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !own.is_empty()
            && own.len() <= LONGEST_NAME
            && own.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    name.strip_prefix("onPremisesExtensionAttributes.extensionAttribute")
        .is_some_and(|number| (1..=15_u8).any(|known| known.to_string() == number))
}

fn refused<T>(why: &str) -> Result<T, VendorError> {
    Err(VendorError::Refused { why: why.to_owned() })
}
