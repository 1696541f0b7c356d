//! `[staff]`: how operators sign in, what their provider's claims make them, and how long that holds.
//!
//! OpenID Connect Core 1.0 for the providers; for what Microsoft Entra ID says about groups: entra.md ("Group claims and
//! overage"). What needs two values is checked in `vouch.rs`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use zeroize::Zeroizing;

use super::client::ClientId;
use super::fault::wrong;
use super::secret::Secret;
use super::value::{Address, Lifetime, Name, Words};
use crate::crypto::signing::{Alg, SigningKey};

/// How operators sign in, and how long that holds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Staff {
    /// How long a session lasts without being used, 5 minutes to 8 hours. Default: `30m`.
    pub session_idle: Lifetime<300, 28_800>,
    /// How long a session lasts at the longest, 5 minutes to 24 hours. Default: `8h`.
    pub session_lifetime: Lifetime<300, 86_400>,
    /// How long after an operator proved themselves anew approvals and dangerous acts are taken, 1 to 30 minutes. Default: `5m`.
    pub step_up: Lifetime<60, 1800>,
    /// Whether `doorward staff break-glass` may make a session while no provider can be reached. Default: `false`.
    pub break_glass: bool,
    /// Who vouches for operators.
    #[serde(rename = "provider")]
    pub providers: Vec<StaffProvider>,
}

impl Default for Staff {
    fn default() -> Self {
        Self {
            session_idle: Lifetime(Duration::from_secs(30 * 60)),
            session_lifetime: Lifetime(Duration::from_secs(8 * 3600)),
            step_up: Lifetime(Duration::from_secs(5 * 60)),
            break_glass: false,
            providers: Vec::new(),
        }
    }
}

/// An OpenID provider that vouches for operators. Register `<public_url>/desk/return/<name>` there as the way back, and
/// `<public_url>/desk/back-channel/<name>` for back-channel logout.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffProvider {
    /// Its name in log and audit, and in its addresses.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// What operators read it as ("Example Corp sign-in").
    pub title: Words,
    /// Its name in its own words, letter by letter: what its discovery document and its tokens call the issuer.
    pub issuer: Issuer,
    /// Doorward's id there.
    pub client_id: ClientId,
    /// Doorward's secret there.
    pub client_secret: Option<Secret>,
    /// Or the key that Doorward signs with there (`private_key_jwt`): a PKCS #8 PEM, RSA or P-256.
    pub key: Option<ClientKey>,
    /// What the provider knows that key by. Default: its thumbprint (RFC 7638).
    pub key_id: Option<Words>,
    /// What is asked for. Default: `["openid", "profile", "email"]`.
    #[serde(default = "scopes")]
    pub scopes: Vec<ScopeWord>,
    /// What ID tokens may be signed with. Default: `["RS256"]`.
    #[serde(default = "algs")]
    #[schemars(length(min = 1))]
    pub algs: Vec<StaffAlg>,
    /// Which claim makes an operator what; whoever none fits may do nothing.
    #[serde(default)]
    pub roles: Vec<RoleRule>,
    /// How operators prove themselves anew. Default: `{ max_age = true }`.
    #[serde(default = "max_age")]
    #[schemars(with = "StepUp")]
    pub step_up: Spanned<StepUp>,
    /// Where groups are read: `claim`, or `graph:<connector>` to ask Microsoft Graph where Entra ID does not name them all in the
    /// token. Default: `claim`.
    #[serde(default = "claim")]
    #[schemars(with = "GroupsFrom")]
    pub groups_from: Spanned<GroupsFrom>,
    /// Whether claims that the ID token lacks are read from the userinfo endpoint. Default: `false`.
    #[serde(default)]
    pub userinfo: bool,
}

fn scopes() -> Vec<ScopeWord> {
    ["openid", "profile", "email"]
        .map(|word| ScopeWord(word.to_owned()))
        .to_vec()
}

fn algs() -> Vec<StaffAlg> {
    vec![StaffAlg::RS256]
}

fn max_age() -> Spanned<StepUp> {
    Spanned::new(0..0, StepUp::MaxAge(true))
}

fn claim() -> Spanned<GroupsFrom> {
    Spanned::new(0..0, GroupsFrom::Claim)
}

/// A claim's value that gives a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The claim, by its whole name or by a path (`realm_access.roles`).
    pub claim: Words,
    /// What it, or one of its members, must be, letter by letter (Entra ID: the group's object id).
    pub value: Words,
    /// The role.
    pub role: RoleWord,
}

/// The roles of operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleWord {
    /// Opens cases for people on the phone.
    Agent,
    /// Decides where the proof alone does not.
    Reviewer,
    /// Agrees to a recovery that needs a second person.
    Approver,
    /// Reads the record.
    Auditor,
    /// Mends cases, erases people, shuts the doors.
    Admin,
}

/// How operators prove themselves anew.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepUp {
    /// By one of these authentication contexts, afresh.
    AcrValues(Vec<ScopeWord>),
    /// By signing in afresh; always `true`.
    MaxAge(bool),
    /// By Duo's Universal Prompt, through this connector.
    UniversalPrompt(Name),
}

/// What ID tokens of a staff provider may be signed with: no algorithm with a shared key, and never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum StaffAlg {
    /// RSA PKCS #1 v1.5 with SHA-256.
    RS256,
    /// RSA PSS with SHA-256.
    PS256,
    /// ECDSA on P-256.
    ES256,
}

/// One word of a list that is sent with blanks between (RFC 6749 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeWord(pub String);

impl<'de> Deserialize<'de> for ScopeWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fits = (1..=200).contains(&text.len())
            && text
                .chars()
                .all(|letter| letter.is_ascii_graphic() && !matches!(letter, '"' | '\\'));
        if !fits {
            return Err(wrong(
                format!("{text:?} is not one word"),
                "use visible ASCII characters without spaces, quotes and backslashes",
            ));
        }
        Ok(Self(text))
    }
}

/// The issuer's own name: an [`Address`], kept letter by letter (OpenID Connect Discovery §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(pub String);

impl<'de> Deserialize<'de> for Issuer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Address::deserialize(serde::de::value::StrDeserializer::new(&text))?;
        Ok(Self(text))
    }
}

/// Where groups are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupsFrom {
    /// In the tokens.
    Claim,
    /// At Microsoft Graph through this connector, where the token does not name them all.
    Connector(String),
}

impl<'de> Deserialize<'de> for GroupsFrom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.split_once(':') {
            None if text == "claim" => Ok(Self::Claim),
            Some(("graph", name)) if !name.is_empty() => Ok(Self::Connector(name.to_owned())),
            _ => Err(wrong(
                format!("groups cannot be read from {text:?}"),
                "write \"claim\", or \"graph:\" and the name of a connector of kind \"graph\"",
            )),
        }
    }
}

/// A private key that Doorward proves itself with at a provider.
#[derive(Clone, Debug)]
pub struct ClientKey(pub Arc<SigningKey>);

impl<'de> Deserialize<'de> for ClientKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = Secret::deserialize(deserializer)?;
        let key = der(secret.expose()).and_then(|der| {
            let made = |alg| SigningKey::from_pkcs8(alg, &der).ok();
            made(Alg::Rs256).or_else(|| made(Alg::Es256))
        });
        match key {
            Some(key) => Ok(Self(Arc::new(key))),
            None => Err(wrong(
                "the key is no PKCS #8 PEM of an RSA or a P-256 key",
                "make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072",
            )),
        }
    }
}

fn der(pem: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    STANDARD.decode(body.as_bytes()).ok().map(Zeroizing::new)
}

macro_rules! schema {
    ($($type:ty, $name:literal, $made:expr;)*) => { $(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let made: fn(&mut SchemaGenerator) -> Schema = $made;
                made(generator)
            }
        }
    )* };
}

schema! {
    ScopeWord, "ScopeWord", |_| json_schema!({"type": "string", "pattern": "^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}$"});
    Issuer, "Issuer", |_| json_schema!({"type": "string", "pattern": "^https?://"});
    GroupsFrom, "GroupsFrom", |_| json_schema!({"type": "string", "pattern": "^(claim|graph:[a-z0-9-]{1,40})$"});
    ClientKey, "ClientKey", Secret::json_schema;
}
