//! The settings: plain data, read from TOML, every fault reported at once.
//!
//! Order: defaults in the types, the file, then variables of the environment for single values
//! (`DOORWARD__SERVER__LISTEN`). Types do the checking; what needs two values at once is in `cross.rs`.

pub mod brand;
pub mod carrier;
pub mod challenge;
pub mod client;
pub mod connector;
mod cross;
pub mod document;
pub mod duo;
pub mod entra;
pub mod fault;
mod kinds;
mod missing;
pub mod policy;
pub mod purpose;
mod read;
mod recheck;
mod refer;
mod relying;
pub mod saml;
pub mod scope;
pub mod secret;
pub mod server;
pub mod shown;
pub mod source;
pub mod staff;
pub mod value;
pub mod verifier;
mod vouch;
pub mod webhook_out;

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

pub use fault::{Fault, Faults};
use read::Reading;

/// Settings to start from, with every key explained.
pub const DOCUMENTED: &str = include_str!("../../config/doorward.toml");

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Doorward listens and how people reach it.
    pub server: server::Server,
    /// Which database.
    #[serde(default)]
    pub database: server::Database,
    /// What is written to standard error.
    #[serde(default)]
    pub log: server::Log,
    /// How often strangers may knock.
    #[serde(default)]
    pub limits: server::Limits,
    /// The keys that answers to relying parties are signed with.
    #[serde(default)]
    pub keys: server::SigningKeys,
    /// What people see of the company.
    pub brand: brand::Brand,
    /// Where cases come from.
    #[serde(default, rename = "source")]
    pub sources: Vec<source::Source>,
    /// Who proves identity.
    #[serde(default, rename = "verifier")]
    pub verifiers: Vec<verifier::Verifier>,
    /// Who acts on accounts.
    #[serde(default, rename = "connector")]
    pub connectors: Vec<connector::Connector>,
    /// What cases are for.
    #[serde(default, rename = "purpose")]
    pub purposes: Vec<purpose::Purpose>,
    /// The relying parties of the `oidc` source.
    #[serde(default, rename = "client")]
    pub clients: Vec<client::Client>,
    /// Who may call the API.
    #[serde(default, rename = "api_token")]
    pub api_tokens: Vec<purpose::ApiToken>,
    /// How operators sign in.
    #[serde(default)]
    pub staff: staff::Staff,
    /// Who is told what becomes of cases.
    #[serde(default, rename = "webhook")]
    pub webhooks: Vec<webhook_out::Webhook>,
    /// All of this as staff may read it.
    #[serde(skip)]
    #[schemars(skip)]
    pub shown: Vec<shown::Section>,
    /// What carries links to people, by mail and by SMS.
    #[serde(default, rename = "carrier")]
    pub carriers: Vec<carrier::Carrier>,
}

/// What could be read of the settings: a table that must be there and is not is noted, and hides nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    server: Option<server::Server>,
    #[serde(default)]
    database: server::Database,
    #[serde(default)]
    log: server::Log,
    #[serde(default)]
    limits: server::Limits,
    #[serde(default)]
    keys: server::SigningKeys,
    brand: Option<brand::Brand>,
    #[serde(default)]
    source: Vec<source::Source>,
    #[serde(default)]
    verifier: Vec<verifier::Verifier>,
    #[serde(default)]
    connector: Vec<connector::Connector>,
    #[serde(default)]
    purpose: Vec<purpose::Purpose>,
    #[serde(default)]
    client: Vec<client::Client>,
    #[serde(default)]
    api_token: Vec<purpose::ApiToken>,
    #[serde(default)]
    staff: staff::Staff,
    #[serde(default)]
    webhook: Vec<webhook_out::Webhook>,
    #[serde(default)]
    carrier: Vec<carrier::Carrier>,
}

impl Draft {
    /// The settings, if every table that must be there is.
    fn whole(self) -> Option<Config> {
        Some(Config {
            server: self.server?,
            database: self.database,
            log: self.log,
            limits: self.limits,
            keys: self.keys,
            brand: self.brand?,
            sources: self.source,
            verifiers: self.verifier,
            connectors: self.connector,
            purposes: self.purpose,
            clients: self.client,
            api_tokens: self.api_token,
            staff: self.staff,
            webhooks: self.webhook,
            shown: Vec::new(),
            carriers: self.carrier,
        })
    }
}

/// Reads the settings. Whatever is wrong is told at once, in the order of the file.
pub fn load(path: &Path, variables: &[(String, String)]) -> Result<Config, Faults> {
    let failed = |what: String, remedy: &str| {
        let fault = Fault {
            place: "the file".to_owned(),
            position: None,
            what,
            remedy: remedy.to_owned(),
        };
        Faults {
            file: path.to_owned(),
            faults: vec![fault],
        }
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        failed(
            format!("it cannot be read: {error}"),
            "name the right file with --config",
        )
    })?;
    parse(&text, variables).map_err(|faults| Faults {
        file: path.to_owned(),
        faults,
    })
}

/// Reads the settings from their text.
pub fn parse(text: &str, variables: &[(String, String)]) -> Result<Config, Vec<Fault>> {
    let mut reading = Reading::of(text);
    let draft: Option<Draft> = reading.read(variables);
    if let Some(draft) = &draft {
        cross::check(draft, &mut reading);
    }
    let mut faults = reading.faults;
    faults.sort_by_key(|(at, _)| *at);
    match draft.and_then(Draft::whole) {
        Some(config) if faults.is_empty() => Ok(Config {
            shown: shown::sections(text, variables),
            ..config
        }),
        _ => Err(faults.into_iter().map(|(_, fault)| fault).collect()),
    }
}

/// The variables of the environment that set something.
pub fn environment() -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = std::env::vars()
        .filter(|(name, _)| name.starts_with("DOORWARD__"))
        .collect();
    variables.sort();
    variables
}

/// The JSON schema of the settings.
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap_or_default()
}
