//! `[[webhook]]`: systems of the company's own that hear what becomes of cases (Standard Webhooks 1.0,
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, autumn 2026).

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::fault::wrong;
use super::read::Reading;
use super::secret::SigningSecret;
use super::value::{Address, Lifetime, Name};

/// The old one and the new one: more are never needed to change a secret.
const MOST_SECRETS: usize = 2;

/// A system that is told what becomes of cases.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its name in the list of deliveries, log and audit.
    #[schemars(with = "Name")]
    pub name: Spanned<Name>,
    /// Where messages go.
    pub url: Address,
    /// What messages are signed with, `whsec_…` (Standard Webhooks): one, or two while it is changed.
    #[serde(deserialize_with = "few")]
    #[schemars(length(min = 1, max = 2))]
    pub secrets: Vec<SigningSecret>,
    /// What it is told of. Default: everything.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub events: Option<Vec<Told>>,
    /// The purposes whose cases it is told of. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<Name>")]
    pub purposes: Vec<Spanned<Name>>,
    /// How long it may take to answer, at most 30 seconds. Default: `10s`.
    #[serde(default = "timeout")]
    pub timeout: Lifetime<1, 30>,
}

fn timeout() -> Lifetime<1, 30> {
    Lifetime(Duration::from_secs(10))
}

/// What a system may be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Told {
    /// A case began.
    #[serde(rename = "case.opened")]
    CaseOpened,
    /// A browser was bound to it.
    #[serde(rename = "case.bound")]
    CaseBound,
    /// The person agreed to be checked.
    #[serde(rename = "case.consented")]
    CaseConsented,
    /// The proof passed every check.
    #[serde(rename = "case.proven")]
    CaseProven,
    /// A reviewer has to decide.
    #[serde(rename = "case.review")]
    CaseReview,
    /// Others have to agree.
    #[serde(rename = "case.approval")]
    CaseApproval,
    /// The person is asked what else the purpose wants to know.
    #[serde(rename = "case.checking")]
    CaseChecking,
    /// The plan is being carried out.
    #[serde(rename = "case.acting")]
    CaseActing,
    /// A step cannot be done; an operator has to mend something.
    #[serde(rename = "case.stuck")]
    CaseStuck,
    /// A pass waits for the person.
    #[serde(rename = "case.ready")]
    CaseReady,
    /// The pass was shown.
    #[serde(rename = "case.shown")]
    CaseShown,
    /// The case ended.
    #[serde(rename = "case.closed")]
    CaseClosed,
    /// Somebody took it for fraud.
    #[serde(rename = "case.flagged")]
    CaseFlagged,
    /// Shield mode was switched on or off.
    #[serde(rename = "shield.changed")]
    ShieldChanged,
}

pub(super) fn few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SigningSecret>, D::Error> {
    let secrets = Vec::<SigningSecret>::deserialize(deserializer)?;
    if secrets.len() > MOST_SECRETS {
        return Err(wrong(
            format!("there are {} secrets", secrets.len()),
            "two are enough to change one: take out what the receiver no longer knows",
        ));
    }
    Ok(secrets)
}

/// Nothing is sent unsigned, and nobody is told of nothing.
pub(super) fn check(webhook: &Webhook, reading: &mut Reading<'_>) {
    let mut lacks = |key: &str, what: &str, remedy: &str| {
        let place = format!("webhook {:?} · {key}", webhook.name.get_ref().0);
        // What did not fit was noted already, and is none that is missing.
        if !reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&place)) {
            reading.note(webhook.name.span(), place, what, Some(remedy));
        }
    };
    if webhook.secrets.is_empty() {
        let remedy = "make one: echo whsec_$(openssl rand -base64 32)";
        lacks("secrets", "there is no secret to sign with", remedy);
    }
    if webhook.events.as_ref().is_some_and(Vec::is_empty) {
        let remedy = "name at least one event, or take the key out for all";
        lacks("events", "it would be told of nothing", remedy);
    }
}
