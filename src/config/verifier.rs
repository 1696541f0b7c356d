//! `[[verifier]]`: who proves identity.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::fault::wrong;
use super::secret::Secret;
use super::value::{Address, Lifetime, Name};

/// A verifier.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(tag = "kind")]
pub enum Verifier {
    /// Persona's hosted flow.
    Persona(Box<Persona>),
    /// Doorward itself: reads a document and compares faces, on your own server.
    Builtin(Box<Builtin>),
}

/// Doorward itself. The software reads and compares; it does not prove that a document is genuine or that somebody was present
/// (connectors/builtin/README.md), so a reviewer decides unless a purpose says otherwise. At most one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Builtin {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The folder with the four model files of this version; `doorward check` holds them against their digests.
    pub models: PathBuf,
    /// How many pictures are looked at at once, 1 to 64; each takes one processor and some 100 MB. Default: one less than there are
    /// processors.
    #[serde(default, deserialize_with = "places")]
    #[schemars(range(min = 1, max = 64))]
    pub pictures_at_once: Option<usize>,
    /// How long pictures and what was read stay after the decision, at most 7 days. Default: `0s`.
    #[serde(default = "none")]
    pub keep_pictures: Lifetime<0, 604_800>,
    /// How long a picture and a document are known again, by keyed digests and without any picture, at most 400 days; `0s` for
    /// not at all. Default: `400d`.
    #[serde(default = "a_year_and_a_month")]
    pub remember_reuse: Lifetime<0, 34_560_000>,
    /// How many seconds a person has for each movement before the camera, 2 to 60. More is easier for people, and for films.
    /// Default: 2.
    #[serde(default = "step", deserialize_with = "step_seconds")]
    #[schemars(range(min = 2, max = 60))]
    pub step_seconds: u64,
}

fn none() -> Lifetime<0, 604_800> {
    Lifetime(Duration::ZERO)
}

/// A card that is lost every year is still known.
fn a_year_and_a_month() -> Lifetime<0, 34_560_000> {
    Lifetime(Duration::from_hours(400 * 24))
}

/// What the reading half takes for the shortest time in which everybody turns their head.
const STEP: u64 = 2;

const fn step() -> u64 {
    STEP
}

fn step_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if !(STEP..=60).contains(&seconds) {
        return Err(wrong(
            format!("{seconds} seconds are no time for a movement"),
            "choose 2 to 60 seconds",
        ));
    }
    Ok(seconds)
}

fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let places = usize::deserialize(deserializer)?;
    if !(1..=64).contains(&places) {
        return Err(wrong(
            format!("{places} pictures cannot be looked at at once"),
            "choose 1 to 64, or take the key out for one less than there are processors",
        ));
    }
    Ok(Some(places))
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
            Self::Builtin(builtin) => &builtin.name,
        }
    }
}
