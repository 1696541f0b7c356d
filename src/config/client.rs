//! `[[client]]`: the relying parties of the `oidc` source, and what an Okta org is as one.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use url::Url;

use super::fault::wrong;
use super::purpose::LongSecret;
use super::scope::Scope;
use super::secret::TextFile;
use super::value::{Address, Lifetime, Name, Words};

/// A relying party: an application or an identity provider that sends people here and is answered with tokens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its name in purposes' records, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The `oidc` source it belongs to.
    #[schemars(with = "Name")]
    pub source: Spanned<Name>,
    /// What people read it as ("Example Intranet").
    pub title: Words,
    /// Its id in requests. Default: its name.
    #[schemars(with = "Option<ClientId>")]
    pub client_id: Option<Spanned<ClientId>>,
    /// How it proves itself. Default: `client_secret_basic`.
    #[serde(default)]
    pub auth: ClientAuth,
    /// Its secrets, at least 32 characters each: one, or two while they are rotated.
    #[serde(default, deserialize_with = "at_most_two")]
    #[schemars(length(max = 2))]
    pub secrets: Vec<LongSecret>,
    /// A file with its public keys as a JWK set, for `private_key_jwt` and signed requests.
    pub jwks: Option<TextFile>,
    /// Where it publishes them instead.
    pub jwks_uri: Option<Address>,
    /// Where answers may go: compared letter by letter.
    #[serde(default)]
    #[schemars(with = "Vec<RedirectUri>")]
    pub redirect_uris: Vec<Spanned<RedirectUri>>,
    /// Where people may be sent after signing out.
    #[serde(default)]
    #[schemars(with = "Vec<RedirectUri>")]
    pub post_logout_redirect_uris: Vec<Spanned<RedirectUri>>,
    /// `plain`; `fapi2` for the FAPI 2.0 Security Profile; `okta_authenticator` for an Okta org that uses Doorward as an identity
    /// provider behind an authenticator. Default: `plain`.
    #[serde(default)]
    pub profile: ClientProfile,
    /// What ID tokens are signed with. Default: `RS256`; under `fapi2` `PS256`.
    pub id_token_alg: Option<TokenAlg>,
    /// `public`: one subject for all clients; `pairwise`: another for each host. Default: `public`.
    #[serde(default)]
    pub subject: SubjectType,
    /// Whether every token is bound to a key of the client (DPoP). Default: `false`; always under `fapi2`.
    #[serde(default)]
    pub dpop: bool,
    /// Whether requests must be signed objects. Default: `false`.
    #[serde(default)]
    pub signed_requests: bool,
    /// How long an earlier proof in the same browser answers for it, at most 12 hours. Default: `0s`: each request is a fresh
    /// check.
    #[serde(default = "none")]
    pub session: Lifetime<0, 43_200>,
    /// How long refresh tokens live, at most 30 days. Default: `0s`: there are none.
    #[serde(default = "no_refresh")]
    pub refresh: Lifetime<0, 2_592_000>,
    /// Whether it may ask what a token is worth (introspection). Default: `false`.
    #[serde(default)]
    pub resource_server: bool,
    /// What it may do at the JSON API with tokens of its own (`grant_type=client_credentials`): as in `[[api_token]]`. Default:
    /// nothing.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// The purposes whose cases it may open and see at the JSON API. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<Name>")]
    pub purposes: Vec<Spanned<Name>>,
}

fn none() -> Lifetime<0, 43_200> {
    Lifetime(Duration::ZERO)
}

fn no_refresh() -> Lifetime<0, 2_592_000> {
    Lifetime(Duration::ZERO)
}

pub(super) fn at_most_two<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LongSecret>, D::Error> {
    let secrets = Vec::<LongSecret>::deserialize(deserializer)?;
    if secrets.len() > 2 {
        return Err(wrong(
            "there are more than two secrets",
            "keep the new one and the one it follows",
        ));
    }
    Ok(secrets)
}

/// A client's id: visible ASCII, 1 to 200 characters (RFC 6749 Appendix A.1).
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct ClientId(pub String);

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = (1..=200).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_graphic());
        if !fits {
            return Err(wrong(
                format!("{text:?} is not a client id"),
                "use 1 to 200 visible ASCII characters without spaces",
            ));
        }
        Ok(Self(text))
    }
}

/// Where an answer may go: https (or http for a loopback host), or an app's own scheme; no fragment (RFC 6749 §3.1.2).
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct RedirectUri(pub String);

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refuse = |what: &str, remedy: &str| Err(wrong(format!("{text:?} {what}"), remedy));
        let Ok(url) = Url::parse(&text) else {
            return refuse(
                "is not an address",
                "write it whole, e.g. \"https://app.example.com/callback\"",
            );
        };
        if url.fragment().is_some() {
            return refuse("has a fragment", "leave it out");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user name or a password", "leave them out");
        }
        match url.scheme() {
            "https" => {}
            "http" if super::value::is_loopback(&url) => {}
            "http" => {
                return refuse(
                    "is not https",
                    "use https; http is taken for 127.0.0.1 and localhost only",
                );
            }
            "javascript" | "data" | "file" | "vbscript" | "blob" | "about" => {
                return refuse(
                    "runs or reads something in the browser",
                    "name the application's own address",
                );
            }
            // RFC 8252 §7.1: an app's own scheme is a domain name turned round.
            scheme if scheme.contains('.') => {}
            _ => {
                return refuse(
                    "has a scheme that anybody may claim",
                    "use https, or a scheme like com.example.app",
                );
            }
        }
        Ok(Self(text))
    }
}

/// How a client proves itself at the endpoints that it calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// The secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// The secret in the body.
    ClientSecretPost,
    /// A short-lived statement signed with its own key (RFC 7523).
    PrivateKeyJwt,
    /// It has nothing to prove itself with: an app on people's devices.
    None,
}

/// By which rules a client plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientProfile {
    /// OpenID Connect.
    #[default]
    Plain,
    /// The FAPI 2.0 Security Profile.
    Fapi2,
    /// An Okta org that uses Doorward as an identity provider behind an authenticator.
    OktaAuthenticator,
}

/// What ID tokens are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum TokenAlg {
    /// RSA PKCS #1 v1.5 with SHA-256.
    RS256,
    /// RSA PSS with SHA-256.
    PS256,
    /// ECDSA on P-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

/// What a client knows people by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same for all clients.
    #[default]
    Public,
    /// Another for each host that answers go to.
    Pairwise,
}
