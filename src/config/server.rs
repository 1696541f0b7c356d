//! `[server]`, `[database]`, `[log]`, `[limits]`: where it runs.

use std::fmt;
use std::net::SocketAddr;

use ipnet::IpNet;
use std::time::Duration;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::fault::wrong;
use super::secret::{FROM_VARIABLE, Secret};
use super::value::{Lifetime, PublicUrl};
use crate::crypto::seal::Key;

/// Where Doorward listens and how people reach it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address it listens on. Default: `127.0.0.1:8080`.
    #[serde(default = "listen")]
    pub listen: Listen,
    /// The address people reach it under. https, or http for a loopback host only.
    #[schemars(with = "PublicUrl")]
    pub public_url: Spanned<PublicUrl>,
    /// Networks of the proxies in front, whose `X-Forwarded-For` is believed. Default: none.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
    /// The key under which everything at rest is sealed: 32 bytes as base64 (`doorward keys new`).
    pub master_key: MasterKey,
    /// How long requests may take to end when it is told to stop. Default: `20s`.
    #[serde(default = "grace")]
    pub shutdown_grace: Lifetime<0, 300>,
}

fn listen() -> Listen {
    Listen(SocketAddr::from(([127, 0, 0, 1], 8080)))
}

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen(pub SocketAddr);

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| {
            wrong(
                format!("{text:?} is not an address with a port"),
                "write it as \"127.0.0.1:8080\" or \"[::1]:8080\"",
            )
        })
    }
}

impl JsonSchema for Listen {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Listen".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": ":[0-9]+$"})
    }
}

fn grace() -> Lifetime<0, 300> {
    Lifetime(Duration::from_secs(20))
}

/// The master key, read and checked.
#[derive(Clone, Debug)]
pub struct MasterKey(pub Key);

impl<'de> Deserialize<'de> for MasterKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = Secret::deserialize(deserializer)?;
        Key::parse(secret.expose()).map(Self).map_err(|_| {
            wrong(
                "the master key is not 32 bytes of base64",
                "make one with `doorward keys new` and keep it safe",
            )
        })
    }
}

impl JsonSchema for MasterKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MasterKey".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Secret::json_schema(generator)
    }
}

/// Which database.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH`, or `postgres://…` (as a secret if it holds a password). Default: `sqlite:doorward.db`.
    #[serde(default = "DatabaseUrl::usual")]
    pub url: DatabaseUrl,
    /// How many connections at most. Default: 8.
    #[serde(default = "connections")]
    #[schemars(range(min = 1, max = 200))]
    pub connections: Connections,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::usual(),
            connections: connections(),
        }
    }
}

fn connections() -> Connections {
    Connections(8)
}

/// A number of connections, 1 to 200.
#[derive(Clone, Copy, Debug, JsonSchema)]
pub struct Connections(pub u32);

impl<'de> Deserialize<'de> for Connections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u32::deserialize(deserializer)?;
        if !(1..=200).contains(&count) {
            return Err(wrong(format!("{count} is out of range"), "choose 1 to 200 connections"));
        }
        Ok(Self(count))
    }
}

/// The address of a database. May hold a password: `Debug` hides it.
#[derive(Clone)]
pub struct DatabaseUrl(pub SecretString);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

impl DatabaseUrl {
    fn usual() -> Self {
        Self("sqlite:doorward.db".to_owned().into())
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = DatabaseUrl;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, { file = \"/path\" } or { env = \"NAME\" }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<DatabaseUrl, E> {
                match text.strip_prefix(FROM_VARIABLE) {
                    Some(text) => database(text.trim(), false),
                    None => database(text, true),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DatabaseUrl, A::Error> {
                let secret = Secret::deserialize(MapAccessDeserializer::new(map))?;
                database(secret.expose(), false)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// An address of a database. `plain` if it stands in the settings themselves, where no password may.
fn database<E: de::Error>(text: &str, plain: bool) -> Result<DatabaseUrl, E> {
    if text.starts_with("sqlite:") {
        return Ok(DatabaseUrl(text.to_owned().into()));
    }
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err(wrong(
            "the database is neither SQLite nor PostgreSQL",
            "begin with `sqlite:` or `postgres://`",
        ));
    }
    let url = url::Url::parse(text).map_err(|error| {
        wrong(
            format!("not an address of a database: {error}"),
            "write postgres://user@host/name",
        )
    })?;
    // PostgreSQL's address takes a password among its parameters too.
    let among = url.query_pairs().any(|(key, _)| key == "password");
    if plain && (among || url.password().is_some()) {
        return Err(wrong(
            "a password stands in the settings themselves",
            "give the whole address as { file = \"/path\" } or { env = \"NAME\" }",
        ));
    }
    Ok(DatabaseUrl(text.to_owned().into()))
}

impl JsonSchema for DatabaseUrl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DatabaseUrl".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let secret = generator.subschema_for::<Secret>();
        schemars::json_schema!({
            "anyOf": [{"type": "string", "pattern": "^(sqlite:|postgres(ql)?://)"}, secret],
        })
    }
}

/// What is written to standard error.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` for people, `json` for machines. Default: `text`.
    pub format: LogFormat,
    /// The least serious lines written. Default: `info`.
    pub level: LogLevel,
}

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How serious a line must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Somebody should get up.
    Error,
    /// Something was waited for or refused.
    Warn,
    /// What happens.
    #[default]
    Info,
    /// How.
    Debug,
    /// Everything.
    Trace,
}

/// How often strangers may knock.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Cases that one client address may open at the recovery page in an hour. Default: 20.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub per_address_hour: u32,
    /// Cases that may be opened for one account at the recovery page in a day. Default: 10.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub per_account_day: u32,
    /// Cases that one agent opens in a day; each further one needs one approval more. Default: 10.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub cases_per_agent: u32,
    /// People whom one agent looks up in an hour. Default: 30.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub searches_per_agent: u32,
    /// Links that one agent has sent in a day. Default: 30.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub links_per_agent: u32,
    /// Links that are sent for one account in a day. Default: 5.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub links_per_account: u32,
    /// Codes that are sent to one e-mail address or number in a day, for further checks. Default: 5.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub codes_per_contact: u32,
    /// Codes that are sent for one account in a day; they bound how often one can be guessed. Default: 10.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub codes_per_account: u32,
    /// Cases to which one approver agrees in a day. Default: 20.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub approvals_per_approver: u32,
    /// Calls of the JSON API that one caller makes in a minute, at each node. Default: 600.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    pub api_per_minute: u32,
    /// For how long somebody whose own access was recovered agrees to nobody's case, at most 365 days. Default: `14d`.
    pub recovered_approver: Lifetime<0, 31_536_000>,
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let count = u32::deserialize(deserializer)?;
    if count == 0 {
        return Err(wrong(
            "nobody could ever come",
            "choose 1 or more; to close a way in, take its source out",
        ));
    }
    Ok(count)
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_address_hour: 20,
            per_account_day: 10,
            cases_per_agent: 10,
            searches_per_agent: 30,
            links_per_agent: 30,
            links_per_account: 5,
            codes_per_contact: 5,
            codes_per_account: 10,
            approvals_per_approver: 20,
            api_per_minute: 600,
            recovered_approver: Lifetime(Duration::from_secs(14 * 86_400)),
        }
    }
}

/// The keys that answers to relying parties are signed with. They are made by Doorward and kept sealed in the database.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningKeys {
    /// How often a new key takes over, 7 to 365 days. Default: `90d`.
    #[serde(default = "rotate_every")]
    pub rotate_every: Lifetime<604_800, 31_536_000>,
    /// How long a new key is published before it signs, 2 to 14 days: Entra looks once a day (entra.md §1.3). Default: `2d`.
    #[serde(default = "overlap")]
    pub overlap: Lifetime<172_800, 1_209_600>,
}

impl Default for SigningKeys {
    fn default() -> Self {
        Self {
            rotate_every: rotate_every(),
            overlap: overlap(),
        }
    }
}

fn rotate_every() -> Lifetime<604_800, 31_536_000> {
    Lifetime(Duration::from_secs(90 * 86_400))
}

fn overlap() -> Lifetime<172_800, 1_209_600> {
    Lifetime(Duration::from_secs(2 * 86_400))
}
