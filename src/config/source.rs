//! `[[source]]`: where cases come from.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::value::{Lifetime, Name};

/// A way in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(tag = "kind")]
pub enum Source {
    /// The company's recovery page.
    Portal(Portal),
    /// A link made by an operator, the API or a ticket.
    Link(Link),
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

fn lifetime() -> Lifetime<60, 86_400> {
    Lifetime(std::time::Duration::from_secs(1800))
}

impl Source {
    /// Its name.
    pub fn name(&self) -> &Spanned<Name> {
        match self {
            Self::Portal(portal) => &portal.name,
            Self::Link(link) => &link.name,
        }
    }
}
