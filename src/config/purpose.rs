//! `[[purpose]]` and `[[api_token]]`: what a case is for, and who may open one by the API.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::challenge::FurtherCheck;
use super::document::Documents;
use super::fault::wrong;
use super::policy::{Approvals, OnProtected, Tier};
use super::scope::Scope;
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
    /// For the built-in verifier: which documents it takes and what it may decide. Default: all kinds and countries, from the
    /// camera, decided by a reviewer.
    pub documents: Option<Documents>,
    /// How the proven person is compared with the account: `strict` (given and family name and date of birth) or `names`
    /// (a person decides unless the date of birth agrees too); for `okta` sources `okta` (what Okta asks for: the names and at
    /// least one more) or `okta_insecure_names_only` (the names are enough). Default: `strict`.
    #[serde(default, rename = "match")]
    pub preset: Preset,
    /// What the person is asked besides the proof, in order, once it fits the account: `{ connector = "duo", check = "push" }`,
    /// `{ carrier = "mail", check = "email_code" }`.
    #[serde(default)]
    pub checks: Vec<FurtherCheck>,
    /// What is done, in order. Left out where a relying party is answered, and acts itself.
    #[serde(default)]
    #[schemars(with = "Vec<Act>")]
    pub plan: Vec<Spanned<Act>>,
    /// What the person's accounts at the plan's other connectors are found by. Default: the login in the directory.
    #[serde(default)]
    #[schemars(with = "Vec<AccountAt>")]
    pub accounts: Vec<Spanned<AccountAt>>,
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
    /// For `entra` sources: how long after a full check a face held against it is enough, 1 to 365 days. Each person is
    /// asked; of who agrees the verifier keeps its copy that long. Default: never.
    pub recheck: Option<Lifetime<86_400, 31_536_000>>,
    /// How many colleagues must agree before anything is done, 0 to 3. Default: 0.
    #[serde(default)]
    pub approvals: Approvals,
    /// Accounts for which more must agree: `{ groups = ["…"], approvals = 2 }`. The highest number that applies counts.
    #[serde(default)]
    #[schemars(with = "Vec<Tier>")]
    pub tier: Vec<Spanned<Tier>>,
    /// What becomes of an account that the directory protects: `refuse` or `approve` (two colleagues decide). One that another
    /// connector of the plan protects is refused in any case. Default: `refuse`.
    #[serde(default)]
    pub protected: OnProtected,
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

/// What a person's account at one connector is found by.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountAt {
    /// A connector of the plan other than the directory.
    #[schemars(with = "Name")]
    pub connector: Spanned<Name>,
    /// The key: `login` (the login in the directory) or `user_name` (what stands before its `@`). Default: `login`.
    #[serde(default)]
    pub by: FoundBy,
}

/// What an account is found by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The login in the directory.
    #[default]
    Login,
    /// What stands before the `@` of that login.
    UserName,
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
    /// For `temporary_access_pass` (10 to 43200), `temporary_access_code` (10 to 14400), `bypass_code` and `activation_link`
    /// (5 to 1440): the lifetime in minutes, as far as the vendor's policy allows.
    pub lifetime_minutes: Option<Minutes>,
    /// For `temporary_access_pass` and `temporary_access_code`: whether it works once only. Default: `true`.
    pub one_time: Option<bool>,
    /// For `remove_methods`, `reset_factors` and `remove_devices`: the kinds to remove. Left out for `reset_factors`: all.
    pub kinds: Option<Vec<Kind>>,
    /// For `call`: the name by which the company's system knows what is wanted.
    pub name: Option<CallName>,
    /// If it cannot be done: `stop` (an operator mends it and lets the case go on, or has what was done taken back) or
    /// `go_on` (the rest is done without it, and what failed stands in the record). Default: `stop`.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// What becomes of the rest of a plan when an act of it cannot be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It waits for an operator.
    #[default]
    Stop,
    /// It is done without it.
    GoOn,
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
    /// A link to a new password.
    ResetLink,
    /// A code that stands in for a factor for a while.
    TemporaryAccessCode,
    /// Lets an account in again that too many attempts locked.
    Unlock,
    /// Takes factors off the account.
    ResetFactors,
    /// Freezes the account.
    Suspend,
    /// Takes a freeze back.
    Unsuspend,
    /// A code that stands in for a second factor once.
    BypassCode,
    /// A link by which a first device is registered.
    EnrolmentLink,
    /// A link by which a known phone is made to work again.
    ActivationLink,
    /// Takes devices off the account.
    RemoveDevices,
    /// Calls a system of the company's own.
    Call,
}

impl ActionWord {
    /// Whether it hands the person a pass.
    pub fn yields_pass(self) -> bool {
        matches!(
            self,
            Self::TemporaryPassword
                | Self::TemporaryAccessPass
                | Self::ResetLink
                | Self::TemporaryAccessCode
                | Self::BypassCode
                | Self::EnrolmentLink
                | Self::ActivationLink
        )
    }
}

/// The name by which the company's system knows what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallName(pub String);

impl<'de> Deserialize<'de> for CallName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !(1..=60).contains(&text.len()) || !text.chars().all(is_of_a_call) {
            return Err(wrong(
                format!("{text:?} does not name a call"),
                "use 1 to 60 lower-case letters, digits, `_`, `-` and `.`: \"order_laptop\"",
            ));
        }
        Ok(Self(text))
    }
}

impl JsonSchema for CallName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CallName".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[a-z0-9_.-]{1,60}$"})
    }
}

fn is_of_a_call(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_.-".contains(letter)
}

/// A kind of sign-in method, factor or device, in the word of the connector that removes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Kind(pub String);

/// Minutes, 1 to 43200; what an action takes of them is the connector's to say.
#[derive(Clone, Copy, Debug, JsonSchema)]
pub struct Minutes(pub u32);

impl<'de> Deserialize<'de> for Minutes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u32::deserialize(deserializer)?;
        if !(1..=43_200).contains(&count) {
            return Err(wrong(format!("{count} is out of range"), "choose 1 to 43200 minutes"));
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
    /// What it may do: `open_case`, `read_case`, `cancel_case`, `deliver`, `find_person`, `flag_fraud`, `mend_case`, `read_audit`,
    /// `read_settings`. Default: the first four.
    pub scopes: Option<Vec<Scope>>,
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
