//! What the journey found out, as far as a relying party may be told of it.

use serde::{Deserialize, Serialize};

use crate::matching::{Field, Finding};
use doorward_contract::{CheckName, Name, Person, Timestamp};

/// Whether the person is who the account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Proven, and the proof fits the account.
    Verified,
    /// A finished check with a negative outcome. Only profiles that can say so tell it (Okta's `FAILED`).
    Failed,
}

/// What was proven, of whom, when and how. Personal: sealed wherever it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Proven {
    /// The outcome.
    pub result: Outcome,
    /// The subject before any pairwise treatment: stable per account, tells nothing of it. For Okta's vendor profile the
    /// pushed user id; for Entra the hint's `sub`.
    pub subject: String,
    /// What the person types to sign in (`preferred_username`).
    pub login: Option<String>,
    /// The name as the directory has it: for the `profile` scope, not verified.
    pub account_name: Option<Name>,
    /// Who was proven: the verified claims. Absent when the check failed.
    pub person: Option<Person>,
    /// The purpose's name: the `acr`.
    pub purpose: String,
    /// How (RFC 8176): `face` where a selfie was compared.
    pub methods: Vec<String>,
    /// When the person proved themselves: `auth_time`, and the time of the verification.
    pub proven_at: Timestamp,
    /// The case's reference: names the run to both sides' support.
    pub process: String,
    /// The verifier's title.
    pub verifier: String,
    /// The checks that passed.
    pub checks: Vec<CheckName>,
    /// How each attribute compared with the account.
    pub compared: Vec<(Field, Finding)>,
}

impl std::fmt::Debug for Proven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proven")
            .field("result", &self.result)
            .field("process", &self.process)
            .finish_non_exhaustive()
    }
}
