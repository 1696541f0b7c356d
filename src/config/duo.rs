//! `[[source]]` of kind `duo`: where the help link of Duo's Universal Prompt leads (duo.md §1.3, §1.6), and links that a
//! helpdesk or a ticket system signs itself.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use url::Url;

use super::fault::wrong;
use super::purpose::LongSecret;
use super::value::{Lifetime, Name, is_loopback};

/// A Duo account whose prompt leads people to `<public_url>/duo/start`, the first one, or `<public_url>/duo/<name>/start`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Duo {
    /// Its name in purposes, log and audit, and in its address.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// Where people may be led back to afterwards (`?return_to=`): compared letter by letter.
    #[serde(default)]
    pub return_to: Vec<WayBack>,
    /// Links that somebody else signs, each for one account and one use.
    pub links: Option<Links>,
}

/// Links that a helpdesk or a ticket system signs: a JWT (HS256) in `?token=`, opened once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Who signs them, as `iss` says it: the name in log and audit, and what the person reads as who asked.
    pub issuer: Name,
    /// The secrets they are signed with, at least 32 characters each: one, or two while they are rotated.
    #[serde(deserialize_with = "one_or_two")]
    #[schemars(length(min = 1, max = 2))]
    pub secrets: Vec<LongSecret>,
    /// The longest that a link may be good for, 1 to 15 minutes. Default: `15m`.
    #[serde(default = "lifetime")]
    pub lifetime: Lifetime<60, 900>,
}

fn lifetime() -> Lifetime<60, 900> {
    Lifetime(std::time::Duration::from_secs(900))
}

fn one_or_two<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LongSecret>, D::Error> {
    let secrets = super::client::at_most_two(deserializer)?;
    if secrets.is_empty() {
        return Err(wrong(
            "there is no secret to sign links with",
            "make one: openssl rand -hex 32",
        ));
    }
    Ok(secrets)
}

/// Where people may be led back to: https, or http for a loopback host; as it stands, letter by letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack(pub String);

impl<'de> Deserialize<'de> for WayBack {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refuse = |what: &str, remedy: &str| Err(wrong(format!("{text:?} {what}"), remedy));
        // A parser would drop white space, and a browser read another address than the one compared.
        let plain = text.chars().all(|letter| letter.is_ascii_graphic());
        let Some(url) = Url::parse(&text).ok().filter(|_| plain) else {
            return refuse(
                "is not an address",
                "write it whole, e.g. \"https://apps.example.com/\"",
            );
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return refuse(
                "is not https",
                "use https; http is taken for 127.0.0.1 and localhost only",
            );
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user name or a password", "leave them out");
        }
        if url.fragment().is_some() {
            return refuse("has a fragment", "leave it out");
        }
        Ok(Self(text))
    }
}

impl JsonSchema for WayBack {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WayBack".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^https?://[^#\\s]+$"})
    }
}
