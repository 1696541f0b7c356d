//! The plan: which acts, in which order, under which keys, and how far each has come.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CaseId;
use doorward_contract::{Action, StepKey, Timestamp};

/// One act as the purpose words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The connector's name in the settings.
    pub connector: String,
    /// What it shall do.
    pub action: Action,
}

/// How far a step has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// The intent is recorded; the vendor may or may not have been called.
    Intended {
        /// When it was recorded.
        at: Timestamp,
        /// What the vendor looked like before.
        snapshot: Value,
    },
    /// Done, and this is what came of it.
    Done {
        /// When the vendor confirmed it.
        at: Timestamp,
        /// Facts from the vendor.
        facts: Value,
    },
    /// Cannot be done as things stand.
    Failed {
        /// When that was found.
        at: Timestamp,
        /// Why, for staff.
        why: String,
    },
}

/// One step of a case's plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Names it for ever.
    pub key: StepKey,
    /// What it is.
    #[serde(flatten)]
    pub act: Act,
    /// How often it was intended.
    pub tries: u32,
    /// How far it has come.
    #[serde(flatten)]
    pub state: StepState,
}

/// The steps of a case: the purpose's acts in their order, each under a key of its own.
pub fn steps(case: &CaseId, acts: &[Act]) -> Vec<PlannedStep> {
    acts.iter()
        .enumerate()
        .map(|(at, act)| PlannedStep {
            key: StepKey(format!("{case}/{}/{}", at + 1, act.action.ability())),
            act: act.clone(),
            tries: 0,
            state: StepState::Waiting,
        })
        .collect()
}
