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
    /// What becomes of the rest of the plan if it cannot be done.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// What becomes of the rest of a plan when a step cannot be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It waits until an operator has mended what stands in the way, or takes back what was done.
    #[default]
    Stop,
    /// It is done all the same, and what failed stands in the record.
    GoOn,
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
    /// It is to be taken back; the vendor may or may not have been asked.
    Undoing {
        /// When that was ordered.
        at: Timestamp,
        /// When it was done.
        done_at: Timestamp,
        /// Facts from the vendor when it was done.
        facts: Value,
    },
    /// Done, and taken back since.
    Undone {
        /// When the vendor confirmed that.
        at: Timestamp,
        /// Facts from the vendor.
        facts: Value,
        /// That it may have been used before, for staff.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
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

impl PlannedStep {
    /// It was done, and stands.
    pub fn is_done(&self) -> bool {
        matches!(self.state, StepState::Done { .. })
    }

    /// It has had its turn: it is done, or was and is taken back.
    pub fn is_over(&self) -> bool {
        matches!(
            self.state,
            StepState::Done { .. } | StepState::Undoing { .. } | StepState::Undone { .. }
        )
    }

    /// It cannot be done as things stand.
    pub fn is_failed(&self) -> bool {
        matches!(self.state, StepState::Failed { .. })
    }

    /// It has its turn once more, as if it never had one.
    pub fn begin_again(&mut self) {
        (self.state, self.tries) = (StepState::Waiting, 0);
    }
}

/// Whether the plan goes on when the step at `at` fails: if the purpose says so, and if what is left is worth going on for.
/// A plan that hands out passes goes on while another of its steps hands one out, any other while anything of it is done.
pub fn may_go_on(plan: &[PlannedStep], at: usize) -> bool {
    let Some(step) = plan.get(at).filter(|step| step.act.on_failure == OnFailure::GoOn) else {
        return false;
    };
    let needs_pass = step.act.action.yields_pass();
    plan.iter()
        .enumerate()
        .any(|(place, other)| place != at && !other.is_failed() && (!needs_pass || other.act.action.yields_pass()))
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
