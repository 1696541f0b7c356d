//! `[[connector]]` of kind `duo`: an account, as "Admin API" and "Auth API" have it (connectors/duo/README.md lists the pages).

use std::borrow::Cow;
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use doorward_contract::{Ability, Challenge};

use super::super::challenge::Universal;
use super::super::fault::wrong;
use super::super::read::Reading;
use super::super::secret::Secret;
use super::super::value::{Address, Name};
use super::{BirthDates, Table, why};

/// A Cisco Duo account (connectors/duo/README.md says which applications to create).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Duo {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The API host as the Duo admin panel shows it (`api-….duosecurity.com`), or an address of one's own.
    pub host: Host,
    /// The keys of an Admin API application.
    pub admin: Keys,
    /// The keys of an Auth API application; without it there is no `push` and no `enrolment_link`.
    pub auth: Option<Keys>,
    /// The keys of a Web SDK application; without it there is no `universal_prompt`.
    pub universal: Option<Universal>,
    /// How the account compares user names (its "Username normalization"): `whole`, or `simple` for without domain.
    /// Default: `whole`.
    #[serde(default)]
    pub names: Names,
    /// Accounts that are never recovered this way. Duo's own administrators belong here.
    #[serde(default)]
    pub protected: Protected,
    /// Where people sign in with what they are given.
    pub sign_in_url: Address,
}

/// An API host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(pub doorward_duo::Host);

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = match url::Url::parse(&text) {
            Ok(url) if text.contains("://") => doorward_duo::Host::custom(url),
            _ => doorward_duo::Host::new(&text),
        };
        read.map(Self).map_err(|error| {
            wrong(
                why(error),
                "copy it from the application's page in the Duo admin panel, without https://",
            )
        })
    }
}

impl JsonSchema for Host {
    fn schema_name() -> Cow<'static, str> {
        "DuoHost".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^(https?://[^/?#]+/?|[A-Za-z0-9.-]+)$"})
    }
}

/// The keys of one Duo application.
#[derive(Clone, Debug)]
pub struct Keys(pub doorward_duo::Keys);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DuoKeys")]
struct RawKeys {
    /// The integration key (`DI…`, 20 characters).
    integration_key: String,
    /// The secret key (40 characters).
    secret_key: Secret,
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawKeys::deserialize(deserializer)?;
        let keys = doorward_duo::Keys::new(&raw.integration_key, raw.secret_key.0);
        keys.map(Self).map_err(|error| {
            wrong(
                why(error),
                "copy both from the application's page in the Duo admin panel, the secret key into its file",
            )
        })
    }
}

impl JsonSchema for Keys {
    fn schema_name() -> Cow<'static, str> {
        RawKeys::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        RawKeys::json_schema(generator)
    }
}

/// How an account compares user names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DuoNames")]
pub enum Names {
    /// As they are written, without regard to case.
    #[default]
    Whole,
    /// Without their domain.
    Simple,
}

/// Accounts that are never recovered this way.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "DuoProtected")]
pub struct Protected {
    /// Ids of users (`DU…`).
    pub users: Vec<UserId>,
    /// Ids of groups (`DG…`); members are protected.
    pub groups: Vec<GroupId>,
}

macro_rules! duo_id {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $valid:path;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
        pub struct $name(pub String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                if !$valid(&text) {
                    return Err(wrong(
                        format!("{text:?} is not an id of Duo that begins with `{}`", $prefix),
                        "copy the 20 characters from the address of its page in the Duo admin panel",
                    ));
                }
                Ok(Self(text))
            }
        }
    )* };
}

duo_id! {
    /// `DU…`
    UserId "DU" doorward_duo::valid_user;
    /// `DG…`
    GroupId "DG" doorward_duo::valid_group;
}

impl Table for Duo {
    fn name(&self) -> &Spanned<Name> {
        &self.name
    }

    fn abilities(&self) -> Vec<Ability> {
        let without_auth = self.auth.is_none().then_some(Ability::EnrolmentLink);
        let there = |ability: &Ability| Some(*ability) != without_auth;
        doorward_duo::ABILITIES.iter().copied().filter(there).collect()
    }

    fn challenges(&self) -> Vec<Challenge> {
        let push = self.auth.is_some().then_some(Challenge::Push);
        let prompt = self.universal.is_some().then_some(Challenge::UniversalPrompt);
        push.into_iter().chain(prompt).collect()
    }

    fn asks_at(&self) -> Option<String> {
        self.universal.is_some().then(|| self.host.0.origin())
    }

    fn kinds(&self, _: Ability) -> Vec<&'static str> {
        doorward_duo::kinds().collect()
    }

    fn minutes(&self, ability: Ability) -> RangeInclusive<u32> {
        match ability {
            Ability::ActivationLink => doorward_duo::LINK_MINUTES,
            _ => doorward_duo::CODE_MINUTES,
        }
    }

    fn birth_dates(&self) -> BirthDates {
        BirthDates::Never
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        let auth = ability == Ability::EnrolmentLink && self.auth.is_none();
        auth.then_some("it needs `auth`, the keys of an Auth API application")
    }

    fn agree(&self, reading: &mut Reading<'_>) {
        let same = |auth: &Keys| auth.0.is_same_application(&self.admin.0);
        if self.auth.as_ref().is_some_and(same) {
            reading.note(
                self.name.span(),
                format!("connector {:?} · auth", self.name.get_ref().0),
                "`admin` and `auth` have the same integration key, and are two applications",
                Some("give `auth` the keys of an Auth API application"),
            );
        }
    }
}
