//! What is told: one table from facts and stages to messages, and what stands in a message. Pure.
//!
//! The envelope (`type`, `timestamp`, `data`) is the one that Standard Webhooks recommends. Nothing of the person is in it, and of
//! a refusal that it was one, never why.

use serde_json::{Value, json};

use crate::audit::Fact;
use crate::case::{Case, Stage};
use crate::store::Written;
use doorward_contract::{Outcome, Timestamp};

/// What a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A case began.
    CaseOpened,
    /// A browser was bound to it.
    CaseBound,
    /// The person agreed to be checked.
    CaseConsented,
    /// The proof passed every check.
    CaseProven,
    /// A reviewer has to decide.
    CaseReview,
    /// Others have to agree.
    CaseApproval,
    /// The person is asked what else the purpose wants to know.
    CaseChecking,
    /// The plan is being carried out.
    CaseActing,
    /// A step cannot be done; an operator has to mend something.
    CaseStuck,
    /// A pass waits for the person.
    CaseReady,
    /// The pass was shown.
    CaseShown,
    /// The case ended.
    CaseClosed,
    /// Somebody took it for fraud.
    CaseFlagged,
    /// Shield mode was switched on or off.
    ShieldChanged,
}

impl Kind {
    /// All kinds, in the order in which one change of a case tells several.
    pub const ALL: [Self; 14] = [
        Self::CaseOpened,
        Self::CaseBound,
        Self::CaseConsented,
        Self::CaseProven,
        Self::CaseReview,
        Self::CaseApproval,
        Self::CaseChecking,
        Self::CaseActing,
        Self::CaseStuck,
        Self::CaseReady,
        Self::CaseShown,
        Self::CaseClosed,
        Self::CaseFlagged,
        Self::ShieldChanged,
    ];

    /// The message's `type`.
    pub fn word(self) -> &'static str {
        match self {
            Self::CaseOpened => "case.opened",
            Self::CaseBound => "case.bound",
            Self::CaseConsented => "case.consented",
            Self::CaseProven => "case.proven",
            Self::CaseReview => "case.review",
            Self::CaseApproval => "case.approval",
            Self::CaseChecking => "case.checking",
            Self::CaseActing => "case.acting",
            Self::CaseStuck => "case.stuck",
            Self::CaseReady => "case.ready",
            Self::CaseShown => "case.shown",
            Self::CaseClosed => "case.closed",
            Self::CaseFlagged => "case.flagged",
            Self::ShieldChanged => "shield.changed",
        }
    }
}

/// The message that a fact makes, if it makes one. Where a case goes is told by its stage instead.
fn of_fact(fact: &Fact) -> Option<Kind> {
    match fact {
        Fact::CaseOpened { .. } => Some(Kind::CaseOpened),
        Fact::BrowserBound => Some(Kind::CaseBound),
        Fact::Consented => Some(Kind::CaseConsented),
        Fact::ProofRead {
            outcome: Outcome::Passed,
            ..
        } => Some(Kind::CaseProven),
        Fact::PassShown => Some(Kind::CaseShown),
        Fact::Closed { .. } => Some(Kind::CaseClosed),
        Fact::CaseFlagged { .. } => Some(Kind::CaseFlagged),
        Fact::ShieldRaised { .. } | Fact::ShieldLowered { .. } => Some(Kind::ShieldChanged),
        _ => None,
    }
}

/// The message that reaching a stage makes, if it makes one; the others are told by their facts.
fn of_stage(stage: Stage) -> Option<Kind> {
    match stage {
        Stage::Review => Some(Kind::CaseReview),
        Stage::Approval => Some(Kind::CaseApproval),
        Stage::Checking => Some(Kind::CaseChecking),
        Stage::Acting => Some(Kind::CaseActing),
        Stage::Stuck => Some(Kind::CaseStuck),
        Stage::Ready => Some(Kind::CaseReady),
        Stage::Invited | Stage::Consent | Stage::Proving | Stage::Comparing | Stage::Answer | Stage::Closed => None,
    }
}

/// Everything that a change tells, with when it happened. What is told of a stage is that the case came to stand there, not that
/// it passed it within one change.
pub fn told(written: &Written<'_>) -> Vec<(Kind, Timestamp)> {
    let facts = written.events.iter();
    let mut told: Vec<_> = facts
        .filter_map(|event| Some((of_fact(&event.fact)?, event.at)))
        // What is told of a case needs the case.
        .filter(|(kind, _)| written.case.is_some() || *kind == Kind::ShieldChanged)
        .collect();
    if let Some(case) = written.case.filter(|case| written.before != Some(case.stage)) {
        told.extend(of_stage(case.stage).map(|kind| (kind, case.changed_at)));
    }
    told.sort_by_key(|(kind, _)| *kind);
    told
}

/// A message as it is sent.
pub fn body(kind: Kind, at: Timestamp, written: &Written<'_>) -> String {
    let data = match (kind, written.case) {
        (Kind::ShieldChanged, _) => json!({ "shield": { "up": is_up(written) } }),
        (_, Some(case)) => json!({ "case": of_case(case) }),
        (_, None) => json!({}),
    };
    json!({ "type": kind.word(), "timestamp": at, "data": data }).to_string()
}

/// Whether the shield is up after what was written.
fn is_up(written: &Written<'_>) -> bool {
    let last = written
        .events
        .iter()
        .rev()
        .find(|event| of_fact(&event.fact) == Some(Kind::ShieldChanged));
    last.is_some_and(|event| matches!(event.fact, Fact::ShieldRaised { .. }))
}

/// A message that tries a receiver out.
pub fn trial(at: Timestamp) -> String {
    json!({ "type": "webhook.test", "timestamp": at, "data": {} }).to_string()
}

/// What is told of a case, as it stood when the change was written.
fn of_case(case: &Case) -> Value {
    // The word alone: why somebody was refused stays here.
    let end = json!(case.end).get("end").cloned();
    json!({
        "id": case.id, "number": case.number, "purpose": case.purpose, "source": case.source,
        "stage": case.stage, "opener": case.opener.word(), "ticket": case.opener.ticket(), "end": end,
        "opened_at": case.opened_at, "changed_at": case.changed_at, "expires_at": case.expires_at,
        "ended_at": case.ended_at,
    })
}
