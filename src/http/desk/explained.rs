//! Parts of a case that several screens show: how it fits, who must agree, what its plan does and comes to when taken back.

use super::At;
use super::timeline::pairs;
use crate::case::desk::{Approval, PROTECTED};
use crate::case::plan::{Act, OnFailure};
use crate::case::{Case, PlannedStep, Stage, StepState};
use crate::matching::{Attribute, Explanation, Finding, Preset, Verdict};
use crate::pages::desk::{Agreed, Compared, Explained, Quorum, StepLine};
use doorward_contract::Undoing;

/// A comparison, in the words of the screens.
pub(super) fn explained(explanation: &Explanation) -> Explained {
    Explained {
        verdict: match explanation.verdict {
            Verdict::Match => "match",
            Verdict::Review => "review",
            Verdict::Mismatch => "mismatch",
        },
        summary: explanation.summary.clone(),
        rules: (preset(explanation.preset), explanation.version),
        rows: explanation.attributes.iter().map(compared).collect(),
    }
}

fn preset(preset: Preset) -> String {
    let word = serde_json::to_value(preset).ok();
    word.and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn compared(one: &Attribute) -> Compared {
    Compared {
        attribute: one.attribute.word(),
        finding: match one.finding {
            Finding::Equal => "equal",
            Finding::Equivalent => "equivalent",
            Finding::Differs => "differs",
            Finding::MissingInDirectory => "missing_in_directory",
            Finding::MissingInProof => "missing_in_proof",
            Finding::Unique => "unique",
            Finding::Shared => "shared",
        },
        reason: one.reason.clone(),
    }
}

/// How many must agree, why, and who has; nothing where nobody must, or that is not found out yet.
pub(super) fn quorum(at: &At, case: &Case) -> Option<Quorum> {
    let desk = &case.desk;
    let needed = desk.needed().filter(|needed| *needed > 0)?;
    let by_purpose = at.flow().purpose(&case.purpose).map_or(0, |purpose| purpose.approvals);
    let protected = if desk.protected { PROTECTED } else { 0 };
    let reasons = [
        (by_purpose > 0, "purpose"),
        (desk.quorum.unwrap_or(0) > by_purpose.max(protected), "tier"),
        (desk.protected, "protected"),
        (desk.shielded, "shield"),
        (desk.over_cap, "cap"),
    ];
    Some(Quorum {
        needed,
        why: reasons
            .into_iter()
            .filter_map(|(holds, why)| holds.then_some(why))
            .collect(),
        given: desk.approvals.iter().map(agreed).collect(),
    })
}

fn agreed(approval: &Approval) -> Agreed {
    Agreed {
        who: approval.approver.name.clone(),
        at: approval.at,
        note: approval.note.clone(),
    }
}

/// The steps of a case; before its plan is drawn up, what the purpose says it will be.
pub(super) fn steps(at: &At, case: &Case) -> Vec<StepLine> {
    if !case.plan.is_empty() {
        return case.plan.iter().map(|step| planned(at, step)).collect();
    }
    if case.stage == Stage::Closed || case.opener.is_client() {
        return Vec::new();
    }
    let Ok(purpose) = at.flow().purpose(&case.purpose) else {
        return Vec::new();
    };
    let to_come = |act: &Act| of(act, StepLine::state_of(&StepState::Waiting));
    purpose.plan.iter().map(to_come).collect()
}

fn of(act: &Act, state: &'static str) -> StepLine {
    StepLine {
        connector: act.connector.clone(),
        action: act.action.ability().word().to_owned(),
        state,
        at: None,
        facts: Vec::new(),
        why: None,
        notes: Vec::new(),
    }
}

fn planned(at: &At, step: &PlannedStep) -> StepLine {
    let line = of(&step.act, StepLine::state_of(&step.state));
    let goes_on = step.act.on_failure == OnFailure::GoOn;
    match &step.state {
        StepState::Waiting => line,
        StepState::Intended { at, .. } | StepState::Undoing { at, .. } => StepLine { at: Some(*at), ..line },
        StepState::Done { at: done, facts } => StepLine {
            at: Some(*done),
            facts: pairs(facts),
            notes: undoing(at, &step.act).into_iter().collect(),
            ..line
        },
        StepState::Undone { at, facts, warning } => StepLine {
            at: Some(*at),
            facts: pairs(facts),
            notes: warning.iter().cloned().collect(),
            ..line
        },
        StepState::Failed { at, why } => StepLine {
            at: Some(*at),
            why: Some(why.clone()),
            notes: goes_on
                .then(|| "The plan goes on without it.".to_owned())
                .into_iter()
                .collect(),
            ..line
        },
    }
}

/// What taking it back comes to.
pub(super) fn undoing(at: &At, act: &Act) -> Option<String> {
    Some(match at.flow().undoing(act)? {
        Undoing::Possible { what } => format!("Taking it back {what}."),
        Undoing::Impossible { why } => format!("It stays done: {why}."),
    })
}
