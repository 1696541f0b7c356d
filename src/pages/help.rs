//! What a person can do when something does not work: shown under the very page where it happens.
//!
//! The situations are those that Persona's own help pages name (<https://help.withpersona.com/>, as of 2026), told in
//! our words and with the company's contact, because only the company can help with its own case.

use serde::Deserialize;

/// One situation and what helps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub(super) problem: String,
    pub(super) remedy: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) topics: Vec<Topic>,
}
