//! `[[source]]`: where cases come from.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::client::ClientId;
use super::duo::Duo;
use super::entra::Entra;
use super::purpose::LongSecret;
use super::saml::Saml;
use super::value::{Lifetime, Name, PublicUrl};

/// A way in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(tag = "kind")]
pub enum Source {
    /// The company's recovery page.
    Portal(Portal),
    /// A link made by an operator, the API or a ticket.
    Link(Link),
    /// Relying parties, each a `[[client]]`: OpenID Connect.
    Oidc(Oidc),
    /// An Okta org that has Doorward as custom identity-verification vendor.
    Okta(Box<Okta>),
    /// An Entra tenant that has Doorward as external method.
    Entra(Box<Entra>),
    /// A service provider that has Doorward as SAML identity provider: Duo Single Sign-On.
    Saml(Box<Saml>),
    /// A Duo account whose prompt leads people here.
    Duo(Box<Duo>),
}

/// The company's recovery page, at the root of the public address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
}

/// Links: one use, bound to the first browser.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// How long a link waits to be opened, 1 minute to 24 hours. Default: `30m`.
    #[serde(default = "lifetime")]
    pub lifetime: Lifetime<60, 86_400>,
}

/// The OpenID provider at the public address; its relying parties are the `[[client]]` tables that name it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its name in clients, purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
}

/// An Okta org that has Doorward as custom identity-verification vendor
/// (<https://developer.okta.com/docs/guides/idv-integration/main/>).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Okta {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The org's own address, `https://acme.okta.com`.
    pub org: PublicUrl,
    /// The org's custom domains.
    #[serde(default)]
    pub domains: Vec<PublicUrl>,
    /// The client id that is entered in Okta. Default: the source's name.
    #[schemars(with = "Option<ClientId>")]
    pub client_id: Option<Spanned<ClientId>>,
    /// The client secret that is entered in Okta: one, or two while it is rotated.
    #[serde(deserialize_with = "super::client::at_most_two")]
    #[schemars(length(min = 1, max = 2))]
    pub client_secrets: Vec<LongSecret>,
    /// What stands in the place of a confirmed value: `matched`, or the value Okta sent (`echo`). Default: `matched`.
    #[serde(default)]
    pub values: Values,
}

/// What Okta is told of a confirmed claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// The word `MATCHED`.
    #[default]
    Matched,
    /// The value that Okta sent, never the document's.
    Echo,
}

fn lifetime() -> Lifetime<60, 86_400> {
    Lifetime(std::time::Duration::from_secs(1800))
}

impl Source {
    /// Its name.
    pub fn name(&self) -> &Spanned<Name> {
        match self {
            Self::Portal(portal) => &portal.name,
            Self::Link(link) => &link.name,
            Self::Oidc(oidc) => &oidc.name,
            Self::Okta(okta) => &okta.name,
            Self::Entra(entra) => &entra.name,
            Self::Saml(saml) => &saml.name,
            Self::Duo(duo) => &duo.name,
        }
    }

    /// The word of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Portal(_) => "portal",
            Self::Link(_) => "link",
            Self::Oidc(_) => "oidc",
            Self::Okta(_) => "okta",
            Self::Entra(_) => "entra",
            Self::Saml(_) => "saml",
            Self::Duo(_) => "duo",
        }
    }

    /// Whether somebody sends people here and waits for an answer.
    pub fn is_relying(&self) -> bool {
        !matches!(self, Self::Portal(_) | Self::Link(_) | Self::Duo(_))
    }
}
