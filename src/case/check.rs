//! Further checks of the person, between the comparison and the plan: which, in which order, and how far each has come.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use doorward_contract::{Challenge, Timestamp};

/// One check as the purpose words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The connector's name in the settings.
    pub connector: String,
    /// What it shall ask.
    pub check: Challenge,
}

/// How far a check has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CheckState {
    /// The person has to begin it.
    Waiting,
    /// The person was asked, or is about to be: written before the vendor is called.
    Asked {
        /// When.
        at: Timestamp,
        /// Until when an answer is waited for.
        until: Timestamp,
    },
    /// The person proved it.
    Passed {
        /// When.
        at: Timestamp,
        /// Facts from the vendor.
        facts: Value,
    },
    /// It cannot be passed any more.
    Failed {
        /// When.
        at: Timestamp,
        /// Whether the account's owner says that it was not them.
        fraud: bool,
        /// Why, for staff.
        why: String,
    },
}

/// One check of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FurtherCheck {
    /// What it is.
    #[serde(flatten)]
    pub wanted: Wanted,
    /// How often the person was asked.
    pub tries: u32,
    /// How far it has come.
    #[serde(flatten)]
    pub state: CheckState,
}

/// The checks of a case: the purpose's in their order, none begun.
pub fn all(wanted: &[Wanted]) -> Vec<FurtherCheck> {
    wanted
        .iter()
        .map(|wanted| FurtherCheck {
            wanted: wanted.clone(),
            tries: 0,
            state: CheckState::Waiting,
        })
        .collect()
}

/// The place of the check that is next, if one is left.
pub fn next(checks: &[FurtherCheck]) -> Option<usize> {
    checks
        .iter()
        .position(|check| !matches!(check.state, CheckState::Passed { .. }))
}

/// What is kept of a check under way. Personal or secret: sealed with the case, and dropped once used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What the vendor is asked by.
    pub reference: String,
    /// What the person has to type on the phone.
    pub number: Option<String>,
}
