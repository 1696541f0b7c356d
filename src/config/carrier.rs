//! `[[carrier]]`: what carries links and codes to people: a mail server (RFC 5321; TLS by RFC 3207 and RFC 8314), or a gateway for SMS or
//! chat that is called by a signed message (Standard Webhooks 1.0).

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use url::Url;

use super::fault::wrong;
use super::read::Reading;
use super::secret::{Secret, SigningSecret, TextFile};
use super::value::{Address, Lifetime, Name, is_loopback};
use doorward_contract::Contact;

/// Where servers take mail with TLS from the first byte (RFC 8314 §7.3).
const IMPLICIT: u16 = 465;
/// Where they take it from programs (RFC 6409 §3.1).
const SUBMISSION: u16 = 587;

/// What carries links and codes to people.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(tag = "kind")]
pub enum Carrier {
    /// A mail server.
    Smtp(Box<Smtp>),
    /// A gateway for SMS or chat that takes signed messages.
    #[serde(rename = "webhook")]
    Gateway(Box<Gateway>),
}

/// A mail server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its name in the record and the log.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// `smtps://HOST[:465]`, or `smtp://HOST[:587]`, where STARTTLS is demanded; `smtp+plaintext://` for a loopback host only.
    pub url: MailServer,
    /// Who signs in there.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<Secret>,
    /// The address that messages come from. The name beside it is the company's.
    pub from: MailAddress,
    /// Certificates (PEM) that the server's may lead to, besides those that the system trusts.
    #[serde(default)]
    pub certificates: Option<TextFile>,
    /// The purposes whose links it carries. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<Name>")]
    pub purposes: Vec<Spanned<Name>>,
    /// How long one message may take, at most 60 seconds. Default: `30s`.
    #[serde(default = "patience")]
    pub timeout: Lifetime<1, 60>,
}

/// A gateway for SMS or chat.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Its name in the record and the log.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// Where messages go.
    pub url: Address,
    /// What messages are signed with, `whsec_…` (Standard Webhooks): one, or two while it is changed.
    #[serde(deserialize_with = "super::webhook_out::few")]
    #[schemars(length(min = 1, max = 2))]
    pub secrets: Vec<SigningSecret>,
    /// To which kind of address it carries: `phone` (SMS) or `mail`. Default: `phone`.
    #[serde(default)]
    pub carries: Carries,
    /// The purposes whose links it carries. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<Name>")]
    pub purposes: Vec<Spanned<Name>>,
    /// How long it may take to answer, at most 30 seconds. Default: `10s`.
    #[serde(default = "timeout")]
    pub timeout: Lifetime<1, 30>,
}

/// A kind of address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Numbers.
    #[default]
    Phone,
    /// E-mail addresses.
    Mail,
}

fn patience() -> Lifetime<1, 60> {
    Lifetime(Duration::from_secs(30))
}

fn timeout() -> Lifetime<1, 30> {
    Lifetime(Duration::from_secs(10))
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte.
    Implicit,
    /// TLS by STARTTLS, before anything else is said; a server that does not offer it is not used.
    StartTls,
    /// None: this machine only.
    Plaintext,
}

/// Where a mail server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
}

impl<'de> Deserialize<'de> for MailServer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const SHAPE: &str = "write smtps://mail.example.com, or smtp://mail.example.com:587";
        let text = String::deserialize(deserializer)?;
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let (protection, usual) = match scheme {
            "smtps" => (Protection::Implicit, IMPLICIT),
            "smtp" => (Protection::StartTls, SUBMISSION),
            "smtp+plaintext" => (Protection::Plaintext, SUBMISSION),
            _ => return Err(wrong("the address is not a mail server's", SHAPE)),
        };
        // Read as a web address is, whose hosts are well defined.
        let Ok(url) = Url::parse(&format!("https://{rest}")) else {
            return Err(wrong("the address is not a mail server's", SHAPE));
        };
        if !url.username().is_empty() || url.password().is_some() {
            let remedy = "leave them out: `user` and `password` are keys of their own";
            return Err(wrong("the address holds a user name or a password", remedy));
        }
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let Some(host) = url.host_str().filter(|_| bare) else {
            return Err(wrong("the address has more than a host and a port", SHAPE));
        };
        if protection == Protection::Plaintext && !is_loopback(&url) {
            return Err(wrong(
                "links would cross the network in the clear",
                "use smtps:// or smtp://; smtp+plaintext:// is taken for 127.0.0.1 and localhost only",
            ));
        }
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(usual),
            protection,
        })
    }
}

/// An e-mail address that messages come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress(pub String);

impl<'de> Deserialize<'de> for MailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Contact::mail(&text) {
            Some(contact) => Ok(Self(contact.address)),
            None => Err(wrong(
                format!("{text:?} is not an e-mail address"),
                "write the address alone, e.g. \"service.desk@example.com\"",
            )),
        }
    }
}

impl JsonSchema for MailServer {
    fn schema_name() -> Cow<'static, str> {
        "MailServer".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^smtp(s|\\+plaintext)?://[^/@]+/?$"})
    }
}

impl JsonSchema for MailAddress {
    fn schema_name() -> Cow<'static, str> {
        "MailAddress".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"})
    }
}

impl Carrier {
    /// Its name.
    pub fn name(&self) -> &Spanned<Name> {
        match self {
            Self::Smtp(smtp) => &smtp.name,
            Self::Gateway(gateway) => &gateway.name,
        }
    }

    /// To which kind of address it carries.
    pub fn carries(&self) -> Carries {
        match self {
            Self::Smtp(_) => Carries::Mail,
            Self::Gateway(gateway) => gateway.carries,
        }
    }

    /// The purposes whose links it carries; all if empty.
    pub fn purposes(&self) -> &[Spanned<Name>] {
        match self {
            Self::Smtp(smtp) => &smtp.purposes,
            Self::Gateway(gateway) => &gateway.purposes,
        }
    }
}

/// Nothing is sent unsigned, and nobody signs in by half.
pub(super) fn check(carrier: &Carrier, reading: &mut Reading<'_>) {
    let name = carrier.name();
    let (key, what, remedy) = match carrier {
        Carrier::Gateway(gateway) if gateway.secrets.is_empty() => (
            "secrets",
            "there is no secret to sign with",
            "make one: echo whsec_$(openssl rand -base64 32)",
        ),
        Carrier::Smtp(smtp) if smtp.user.is_some() && smtp.password.is_none() => (
            "password",
            "there is a user and no password",
            "give it as { file = \"/path\" } or { env = \"NAME\" }, or take the user out",
        ),
        Carrier::Smtp(smtp) if smtp.user.is_none() && smtp.password.is_some() => (
            "user",
            "there is a password and no user",
            "name the user, or take the password out",
        ),
        _ => return,
    };
    let place = format!("carrier {:?} · {key}", name.get_ref().0);
    // What did not fit was noted already, and is none that is missing.
    if !reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&place)) {
        reading.note(name.span(), place, what, Some(remedy));
    }
}
