//! `[[purpose]]` and `[[api_token]]`: what a case is for, and who may open one by the API.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::challenge::FurtherCheck;
use super::fault::wrong;
use super::secret::Secret;
use super::value::{Lifetime, Name, Words};

/// What a case is for and what it takes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its name in links, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// What the person reads it as ("Get back into your account").
    pub title: Words,
    /// Why it is asked, for the consent page.
    pub reason: Option<Words>,
    /// What to do after signing in, one line each.
    #[serde(default)]
    pub afterwards: Vec<Words>,
    /// The sources that may open it.
    #[schemars(with = "Vec<Name>")]
    pub sources: Vec<Spanned<Name>>,
    /// The connector whose directory holds the accounts. Left out for `okta` sources, which bring the record themselves.
    #[schemars(with = "Option<Name>")]
    pub directory: Option<Spanned<Name>>,
    /// The verifier.
    #[schemars(with = "Name")]
    pub verifier: Spanned<Name>,
    /// What must have been checked. Default: all three.
    #[serde(default = "required", deserialize_with = "some_once")]
    #[schemars(length(min = 1))]
    pub required: Vec<Required>,
    /// How the proven person is compared with the account: `strict` (given and family name and date of birth) or `names`
    /// (a person decides unless the date of birth agrees too); for `okta` sources `okta` (what Okta asks for: the names and at
    /// least one more) or `okta_insecure_names_only` (the names are enough). Default: `strict`.
    #[serde(default, rename = "match")]
    pub preset: Preset,
    /// What the person is asked besides the proof, in order, once it fits the account: `{ connector = "duo", check = "push" }`.
    #[serde(default)]
    pub checks: Vec<FurtherCheck>,
    /// What is done, in order. Left out where a relying party is answered, and acts itself.
    #[serde(default)]
    #[schemars(with = "Vec<Act>")]
    pub plan: Vec<Spanned<Act>>,
    /// How often a person may try in one case, 1 to 10. Default: 3.
    #[serde(default = "attempts")]
    pub attempts: Attempts,
    /// How long a case may take, 2 minutes to 24 hours. Default: `2h`.
    #[serde(default = "case_lifetime")]
    pub case_lifetime: Lifetime<120, 86_400>,
    /// How long a pass waits to be looked at, 1 to 10 minutes. Default: `10m`.
    #[serde(default = "pass_lifetime")]
    pub pass_lifetime: Lifetime<60, 600>,
    /// How long after the end what identifies the person stays readable to staff, at most 30 days. Default: `24h`.
    #[serde(default = "keep_personal")]
    pub keep_personal: Lifetime<0, 2_592_000>,
    /// How long after the end the verifier keeps its copy, at most 7 days. Default: `0s`.
    #[serde(default = "keep_proof")]
    pub keep_proof: Lifetime<0, 604_800>,
}

fn required() -> Vec<Required> {
    vec![Required::GovernmentId, Required::Selfie, Required::FaceMatch]
}

fn some_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Required>, D::Error> {
    let checks = Vec::<Required>::deserialize(deserializer)?;
    if checks.is_empty() {
        return Err(wrong(
            "no check would be required",
            "name at least one of government_id, selfie, face_match, or take the key out for all three",
        ));
    }
    let twice = checks
        .iter()
        .enumerate()
        .any(|(at, check)| checks.iter().skip(at + 1).any(|later| later == check));
    if twice {
        return Err(wrong("a check is named twice", "name each once"));
    }
    Ok(checks)
}

fn attempts() -> Attempts {
    Attempts(3)
}

fn case_lifetime() -> Lifetime<120, 86_400> {
    Lifetime(Duration::from_secs(7200))
}

fn pass_lifetime() -> Lifetime<60, 600> {
    Lifetime(Duration::from_secs(600))
}

fn keep_personal() -> Lifetime<0, 2_592_000> {
    Lifetime(Duration::from_secs(86_400))
}

fn keep_proof() -> Lifetime<0, 604_800> {
    Lifetime(Duration::ZERO)
}

/// A check that must have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    /// A genuine document.
    GovernmentId,
    /// A live selfie.
    Selfie,
    /// The selfie is the person on the document.
    FaceMatch,
}

/// How the proven person is compared with the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Given name, family name and date of birth.
    #[default]
    Strict,
    /// Given and family name; a person decides unless the date of birth agrees too.
    Names,
    /// What Okta asks for: given and family name, and at least one more that agrees.
    Okta,
    /// What Okta asks for, if it is the names alone: a namesake's document would pass.
    OktaInsecureNamesOnly,
}

/// A number of attempts, 1 to 10.
#[derive(Clone, Copy, Debug, JsonSchema)]
pub struct Attempts(pub u32);

impl<'de> Deserialize<'de> for Attempts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u32::deserialize(deserializer)?;
        if !(1..=10).contains(&count) {
            return Err(wrong(format!("{count} is out of range"), "choose 1 to 10 attempts"));
        }
        Ok(Self(count))
    }
}

/// One act of a plan.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The connector that does it.
    #[schemars(with = "Name")]
    pub connector: Spanned<Name>,
    /// What it does.
    #[schemars(with = "ActionWord")]
    pub action: Spanned<ActionWord>,
    /// For `temporary_access_pass`: its lifetime in minutes, 10 to 43200, as far as the tenant's policy allows.
    pub lifetime_minutes: Option<Minutes>,
    /// For `temporary_access_pass`: whether it works once only. Default: `true`.
    pub one_time: Option<bool>,
    /// For `remove_methods`: the kinds to remove.
    pub kinds: Option<Vec<MethodKind>>,
}

/// What a connector can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionWord {
    /// A password that must be changed at the next sign-in.
    TemporaryPassword,
    /// A Temporary Access Pass.
    TemporaryAccessPass,
    /// Ends all sessions.
    RevokeSessions,
    /// Removes sign-in methods.
    RemoveMethods,
}

/// A kind of sign-in method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// Telephone numbers.
    Phone,
    /// Microsoft Authenticator.
    AuthenticatorApp,
    /// Passkeys and security keys.
    Passkey,
    /// One-time codes of an app.
    SoftwareOath,
    /// The e-mail address for password reset.
    Email,
    /// Windows Hello for Business.
    WindowsHello,
    /// Platform credentials.
    PlatformCredential,
    /// External methods.
    External,
}

impl MethodKind {
    /// The word a connector knows it by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::AuthenticatorApp => "authenticator_app",
            Self::Passkey => "passkey",
            Self::SoftwareOath => "software_oath",
            Self::Email => "email",
            Self::WindowsHello => "windows_hello",
            Self::PlatformCredential => "platform_credential",
            Self::External => "external",
        }
    }
}

/// Minutes, 10 to 43200.
#[derive(Clone, Copy, Debug, JsonSchema)]
pub struct Minutes(pub u32);

impl<'de> Deserialize<'de> for Minutes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u32::deserialize(deserializer)?;
        if !(10..=43_200).contains(&count) {
            return Err(wrong(
                format!("{count} is out of range"),
                "Entra takes 10 to 43200 minutes",
            ));
        }
        Ok(Self(count))
    }
}

/// Somebody who may call the API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// The name in log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The token: at least 32 characters.
    pub secret: LongSecret,
    /// The purposes it may open and see. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<Name>")]
    pub purposes: Vec<Spanned<Name>>,
}

/// A secret of at least 32 characters.
#[derive(Clone, Debug)]
pub struct LongSecret(pub Secret);

impl<'de> Deserialize<'de> for LongSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = Secret::deserialize(deserializer)?;
        if secret.expose().chars().count() < 32 {
            return Err(wrong(
                "the token is shorter than 32 characters",
                "make one: openssl rand -hex 32",
            ));
        }
        Ok(Self(secret))
    }
}

impl JsonSchema for LongSecret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LongSecret".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Secret::json_schema(generator)
    }
}
