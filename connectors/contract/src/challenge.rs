//! A further check of a person: something that a vendor asks them besides the verifier's proof, and what came of it.
//!
//! Which checks a case needs, in which order and how often they may be tried is the gateway's business; so is keeping what
//! [`Begun`] hands out: sealed with the case, and used once.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::error::VendorError;
use crate::person::Account;

/// What a person can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Challenge {
    /// To approve a message on a phone that the vendor knows.
    Push,
    /// To give a second factor on the vendor's own page.
    UniversalPrompt,
}

impl Challenge {
    /// The word used in settings, log and audit.
    pub fn word(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::UniversalPrompt => "universal_prompt",
        }
    }

    /// Whether the person goes to the vendor for it, and comes back.
    pub fn is_visit(self) -> bool {
        matches!(self, Self::UniversalPrompt)
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A check that is under way. What is in it goes to the case's own browser, or nowhere.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What the vendor is asked by what came of it; for one use.
    pub kept: SecretString,
    /// Where the person goes, if they go anywhere.
    pub visit: Option<SecretString>,
    /// What the person has to type on the phone, if anything; shown at once.
    pub number: Option<SecretString>,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq)]
pub enum ChallengeOutcome {
    /// Nothing yet: ask again.
    Pending,
    /// The person did what only the account's owner can. The only proof among these.
    Passed {
        /// Facts for the audit log: factor, transaction id. No secret, no personal datum.
        facts: serde_json::Value,
    },
    /// It is over and proves nothing either way (nobody answered, a factor that does not count): it may be asked again.
    Lapsed {
        /// Why, for staff.
        why: String,
    },
    /// The person, or the vendor, said no.
    Denied {
        /// Whether the account's owner says that it was not them: somebody should hear of it.
        fraud: bool,
        /// Why, for staff.
        why: String,
    },
}

/// Asks people. Implemented in `connectors/*`.
#[async_trait]
pub trait Challenger: Send + Sync {
    /// What it can ask, as it is set.
    fn challenges(&self) -> Vec<Challenge>;

    /// Begins to ask the account's owner. `from` is where the person's browser is, for the vendor's policies about networks.
    /// Refuses with [`VendorError::Unfit`] an account that cannot be asked this.
    async fn begin(&self, what: Challenge, account: &Account, from: Option<IpAddr>) -> Result<Begun, VendorError>;

    /// Reads what came of a check that the person answers elsewhere. Answers within seconds; never repeats the question.
    async fn poll(&self, what: Challenge, kept: &SecretString) -> Result<ChallengeOutcome, VendorError>;

    /// Whether the query of the address that a person came back to belongs to this visit. Asks nobody, and uses nothing up:
    /// a stranger's link must not end somebody's visit.
    fn belongs(&self, what: Challenge, kept: &SecretString, query: &str) -> bool;

    /// Redeems what the person brought back. Called at most once for what [`Challenger::begin`] handed out.
    async fn finish(&self, what: Challenge, kept: &SecretString, query: &str) -> Result<ChallengeOutcome, VendorError>;
}
