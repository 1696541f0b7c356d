//! `[[connector]]` of kind `webhook`: a system of the company's own.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use doorward_contract::Ability;

use super::super::fault::wrong;
use super::super::read::Reading;
use super::super::secret::SigningSecret;
use super::super::value::{Address, Lifetime, Name};
use super::{BirthDates, Table};

/// A system of the company's own (connectors/webhook/README.md says what it is sent and may answer).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its name in purposes, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// The one address that is called.
    pub url: Address,
    /// What messages are signed with, `whsec_…` (Standard Webhooks): one, or more while they are changed.
    #[serde(deserialize_with = "few")]
    #[schemars(length(min = 1, max = 4))]
    pub secrets: Vec<SigningSecret>,
    /// What is told of the account besides its id: `login`, `display_name`. Default: nothing.
    #[serde(default)]
    pub send: Vec<Told>,
    /// Whether it takes calls back when a recovery is undone. Default: `false`.
    #[serde(default)]
    pub undo: bool,
    /// How long it may take to answer, at most 30 seconds. Default: `10s`.
    #[serde(default = "timeout")]
    pub timeout: Lifetime<1, 30>,
}

fn timeout() -> Lifetime<1, 30> {
    Lifetime(std::time::Duration::from_secs(10))
}

/// What may be told of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// What the person types to sign in.
    Login,
    /// The name as the directory shows it.
    DisplayName,
}

fn few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SigningSecret>, D::Error> {
    let secrets = Vec::<SigningSecret>::deserialize(deserializer)?;
    let most = doorward_webhook::MOST_SECRETS;
    if secrets.len() > most {
        return Err(wrong(
            format!("there are {} secrets", secrets.len()),
            format!("at most {most} are good at once: take out those that the receiver no longer knows"),
        ));
    }
    Ok(secrets)
}

impl Table for Webhook {
    fn name(&self) -> &Spanned<Name> {
        &self.name
    }

    fn abilities(&self) -> Vec<Ability> {
        doorward_webhook::ABILITIES.to_vec()
    }

    /// It is called and knows nobody.
    fn birth_dates(&self) -> BirthDates {
        BirthDates::Nobody
    }

    /// Nothing is sent unsigned.
    fn agree(&self, reading: &mut Reading<'_>) {
        let place = format!("connector {:?} · secrets", self.name.get_ref().0);
        // What did not fit was noted already, and is none that is missing.
        let noted = reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&place));
        if self.secrets.is_empty() && !noted {
            reading.note(
                self.name.span(),
                place,
                "there is no secret to sign with",
                Some("make one: echo whsec_$(openssl rand -base64 32)"),
            );
        }
    }
}
