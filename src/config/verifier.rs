//! `[[verifier]]`: who proves identity.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::fault::wrong;
use super::secret::Secret;
use super::value::{Address, Name};

/// A verifier.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(tag = "kind")]
pub enum Verifier {
    /// Persona's hosted flow.
    Persona(Box<Persona>),
}

/// Persona's hosted flow (connectors/persona/README.md says how to set it up there).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// Its name in purposes, log, audit and the webhook's address (`/hooks/NAME`).
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The inquiry template, `itmpl_…`.
    pub template: TemplateId,
    /// The one version of it that counts, `itmplv_…`. Default: any published one.
    pub template_version: Option<TemplateVersionId>,
    /// A second template with a selfie and no document, `itmpl_…`, which holds the face against an earlier check. Needed
    /// by purposes with `recheck`.
    pub recheck_template: Option<TemplateId>,
    /// The one version of that template that counts, `itmplv_…`. Default: any published one.
    pub recheck_template_version: Option<TemplateVersionId>,
    /// The environment that every answer must come from, `env_…`.
    pub environment: EnvironmentId,
    /// The API key, `persona_production_…`.
    #[schemars(with = "Secret")]
    pub key: Spanned<Secret>,
    /// Secrets of the webhook, newest first; two while they are rotated.
    #[serde(default, deserialize_with = "webhook_secrets")]
    #[schemars(length(max = 4))]
    pub webhook_secrets: Vec<Secret>,
    /// Whether a workflow decides after the flow (`workflow`), or the flow itself (`flow`). Default: `workflow`.
    #[serde(default)]
    pub decided_by: DecidedBy,
    /// The API's address. Default: `https://api.withpersona.com/api/v1`.
    pub api: Option<Address>,
    /// The hosted flow's address, if you have a subdomain. Default: `https://inquiry.withpersona.com`.
    pub hosted: Option<Address>,
    /// Take a sandbox key. Sandbox verifies nobody: everybody passes. Default: `false`.
    #[serde(default)]
    pub insecure_sandbox: bool,
}

/// While a secret is rotated two are good; each more is tried on every forged webhook.
const MOST_WEBHOOK_SECRETS: usize = 4;

fn webhook_secrets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
    let secrets = Vec::<Secret>::deserialize(deserializer)?;
    if secrets.len() > MOST_WEBHOOK_SECRETS {
        return Err(wrong(
            format!("there are more than {MOST_WEBHOOK_SECRETS} secrets"),
            "take out those that Persona no longer signs with",
        ));
    }
    Ok(secrets)
}

/// Which status of an inquiry is the decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// A workflow approves, declines or asks for review.
    #[default]
    Workflow,
    /// The flow's own end counts.
    Flow,
}

macro_rules! vendor_id {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
        pub struct $name(pub String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let fits = text.strip_prefix($prefix).is_some_and(|rest| {
                    !rest.is_empty() && rest.chars().all(|letter| letter.is_ascii_alphanumeric())
                });
                if !fits {
                    return Err(wrong(
                        format!("{text:?} does not begin with `{}`", $prefix),
                        format!("copy the id that begins with `{}` from Persona's dashboard", $prefix),
                    ));
                }
                Ok(Self(text))
            }
        }
    )* };
}

vendor_id! {
    /// `itmpl_…`
    TemplateId "itmpl_";
    /// `itmplv_…`
    TemplateVersionId "itmplv_";
    /// `env_…`
    EnvironmentId "env_";
}

impl Verifier {
    /// Its name.
    pub fn name(&self) -> &Spanned<Name> {
        match self {
            Self::Persona(persona) => &persona.name,
        }
    }
}
