//! What comes next. One function decides; to learn why something happened, read [`next`].

use super::check::{self, CheckState};
use super::desk::Agreement;
use super::{Case, End, PlannedStep, Refusal, Stage, Standing, StepState, Verdict};
use crate::matching;
use doorward_contract::{Outcome, Timestamp};

/// What is done next with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing until somebody outside does something, or until the time given.
    Await(Option<Timestamp>),
    /// Start a proof at the verifier.
    StartProof,
    /// Read the proof.
    ReadProof,
    /// Compare the proven person with the account, read afresh.
    Compare,
    /// Begin with the further checks.
    BeginChecks,
    /// Look what came of the check at this place.
    ReadCheck(usize),
    /// Have a human look at it.
    SeekReview,
    /// Find out how many colleagues must agree.
    Weigh,
    /// Ask colleagues to agree.
    SeekApproval,
    /// Draw up the plan and begin it.
    Plan,
    /// Do the step at this place of the plan.
    Act(usize),
    /// Find out whether the step at this place was done.
    Reconcile(usize),
    /// Ask the connector of the step at this place whether the person can sign in now.
    Confirm(usize),
    /// Take the step at this place back.
    TakeBack(usize),
    /// Leave the step at this place done: it could not be taken back in time.
    LeaveDone(usize),
    /// Put the answer out for whoever sent the person.
    Answer {
        /// What they are told.
        verdict: Verdict,
        /// Why it is refused, for staff.
        refusal: Option<Refusal>,
    },
    /// Everything is done: put the pass out for the person, or end.
    Present,
    /// End it.
    End(End),
    /// Have the verifier forget the attempt at this place.
    Forget(usize),
    /// Let go of everything personal but what the verifier still needs to be asked by.
    Reduce,
    /// Make everything personal unreadable.
    Erase,
}

/// Decides what comes next. What is recorded of the case and the time decide; nothing else does.
pub fn next(case: &Case, now: Timestamp) -> Step {
    if case.stage == Stage::Closed {
        return afterwards(case, now);
    }
    // A step whose outcome is unknown is settled before anything else, time or no time: nothing half done is left.
    if let Some(at) = unsettled(case) {
        return Step::Reconcile(at);
    }
    // Fraud, or a person who is to be forgotten: nothing more is begun.
    if let Some(end) = &case.desk.ending {
        return Step::End(end.clone());
    }
    if let Some(until) = case.pass_until {
        return if now >= until {
            Step::End(End::Unclaimed)
        } else {
            Step::Await(Some(until))
        };
    }
    if case.stage == Stage::Answer {
        return match case.answer_until {
            Some(until) if now < until => Step::Await(Some(until)),
            _ => Step::End(End::Expired),
        };
    }
    if now >= case.expires_at {
        if case.opener.is_client() {
            let (verdict, refusal) = (out_of_time(case), None);
            return Step::Answer { verdict, refusal };
        }
        return Step::End(if case.plan.iter().any(PlannedStep::is_done) {
            End::Failed
        } else {
            End::Expired
        });
    }
    match case.stage {
        Stage::Proving => proving(case),
        Stage::Comparing => comparing(case, now),
        Stage::Review => reviewing(case, now),
        Stage::Checking => checking(case),
        Stage::Approval => approving(case),
        Stage::Acting => acting(case),
        Stage::Invited | Stage::Consent | Stage::Stuck | Stage::Ready | Stage::Answer | Stage::Closed => {
            Step::Await(Some(case.expires_at))
        }
    }
}

/// Start, or read. How often it is read is the flow's business.
fn proving(case: &Case) -> Step {
    match case.attempt() {
        Some(attempt) if !attempt.started => Step::StartProof,
        Some(_) => Step::ReadProof,
        None => Step::Await(Some(case.expires_at)),
    }
}

/// A review at the verifier may end there: keep reading. One of ours ends by a human's word, once it is known what the proof
/// comes to.
fn reviewing(case: &Case, now: Timestamp) -> Step {
    match case.attempt().and_then(|attempt| attempt.outcome.as_ref()) {
        Some(Outcome::Review { .. }) if !case.desk.unsure => Step::ReadProof,
        Some(Outcome::Passed | Outcome::Review { .. }) => comparing(case, now),
        _ => Step::Await(Some(case.expires_at)),
    }
}

/// Whether it waits for a reviewer here, and not for somebody at the verifier or for being compared.
pub fn awaits_reviewer(case: &Case) -> bool {
    let proven = match case.attempt().and_then(|attempt| attempt.outcome.as_ref()) {
        Some(Outcome::Passed) => true,
        Some(Outcome::Review { .. }) => case.desk.unsure,
        _ => false,
    };
    case.stage == Stage::Review && proven && case.explanation.is_some() && needs_review(case)
}

/// The proof stands. What was barred from the start is refused here, where everybody else is compared, and every
/// refusal takes the same time.
fn comparing(case: &Case, now: Timestamp) -> Step {
    let refusal = match (&case.explanation, case.standing) {
        (_, Standing::Barred(refusal)) => refusal,
        (None, _) => return Step::Compare,
        (Some(explanation), _) => match explanation.verdict {
            matching::Verdict::Match | matching::Verdict::Review => return compared(case),
            matching::Verdict::Mismatch => Refusal::Mismatch,
        },
    };
    match case.hold_until {
        Some(until) if now < until => Step::Await(Some(until)),
        _ => refused(case, refusal),
    }
}

/// Nothing speaks against it. A human looks first, where one has to.
fn compared(case: &Case) -> Step {
    if needs_review(case) {
        return if case.stage == Stage::Review {
            Step::Await(Some(case.expires_at))
        } else {
            Step::SeekReview
        };
    }
    // Nothing is done before the person is back: a pass must not run out while nobody is there to take it, and a proof that
    // comes back elsewhere must have had the time to show.
    if !is_back(case) {
        return Step::Await(Some(case.expires_at));
    }
    if check::next(&case.checks).is_some() {
        return Step::BeginChecks;
    }
    fitting(case)
}

/// Whether a human has to look, and none has yet: the verifier left it to us, the match leaves a doubt, the proof came back
/// elsewhere, or the shield is up, under which nobody gets in unattended.
pub fn needs_review(case: &Case) -> bool {
    let in_doubt = |explanation: &matching::Explanation| explanation.verdict == matching::Verdict::Review;
    let unsure =
        case.relayed || case.desk.shielded || case.desk.unsure || case.explanation.as_ref().is_some_and(in_doubt);
    unsure && !case.desk.is_confirmed()
}

/// Why a human has to look, for staff.
pub fn doubts(case: &Case) -> Vec<String> {
    let doubt = case.explanation.as_ref().map(|explanation| explanation.verdict);
    let why = [
        (case.desk.unsure, "the verifier leaves it to a human"),
        (
            doubt == Some(matching::Verdict::Review),
            "the comparison leaves a doubt",
        ),
        (case.relayed, "the proof came back in another browser"),
        (case.desk.shielded, "the shield is up"),
    ];
    let holding = why.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, reason)| reason.to_owned()).collect()
}

/// Whether the proof fits the account, by the match or by a human's word. Whatever else the record says goes no further.
fn fits(case: &Case) -> bool {
    case.explanation
        .as_ref()
        .is_some_and(|explanation| match explanation.verdict {
            matching::Verdict::Match => true,
            matching::Verdict::Review => case.desk.is_confirmed(),
            matching::Verdict::Mismatch => false,
        })
}

/// The checks one after another. When to ask is the person's to say; that nobody says anything is seen by the clock.
fn checking(case: &Case) -> Step {
    match case.standing {
        Standing::Barred(refusal) => return refused(case, refusal),
        _ if !fits(case) => return Step::Await(Some(case.expires_at)),
        _ if needs_review(case) => return Step::SeekReview,
        _ => {}
    }
    let Some(at) = check::next(&case.checks) else {
        return fitting(case);
    };
    match case.checks.get(at).map(|check| &check.state) {
        Some(CheckState::Asked { .. }) => Step::ReadCheck(at),
        Some(CheckState::Failed { fraud, .. }) => {
            let refusal = if *fraud {
                Refusal::ReportedFraud
            } else {
                Refusal::Unchecked
            };
            refused(case, refusal)
        }
        _ => Step::Await(Some(case.expires_at)),
    }
}

/// Colleagues have to agree. What was looked at before may have changed meanwhile.
fn approving(case: &Case) -> Step {
    match case.standing {
        Standing::Barred(refusal) => refused(case, refusal),
        _ if !fits(case) => Step::Await(Some(case.expires_at)),
        _ if needs_review(case) => Step::SeekReview,
        _ if !is_back(case) => Step::Await(Some(case.expires_at)),
        _ => fitting(case),
    }
}

/// Everything that was asked is answered well, and whoever had to agree did.
fn fitting(case: &Case) -> Step {
    match case.desk.agreement() {
        Agreement::Unweighed => return Step::Weigh,
        Agreement::Lacking(_) if case.stage == Stage::Approval => return Step::Await(Some(case.expires_at)),
        Agreement::Lacking(_) => return Step::SeekApproval,
        Agreement::Enough => {}
    }
    if case.opener.is_client() {
        let (verdict, refusal) = (Verdict::Proven, None);
        return Step::Answer { verdict, refusal };
    }
    Step::Plan
}

fn refused(case: &Case, refusal: Refusal) -> Step {
    if case.opener.is_client() {
        let (verdict, refusal) = (Verdict::Failed, Some(refusal));
        return Step::Answer { verdict, refusal };
    }
    Step::End(End::Refused { refusal })
}

/// What whoever sent the person is told when there is no time left.
fn out_of_time(case: &Case) -> Verdict {
    match case.stage {
        Stage::Review | Stage::Approval => Verdict::Undecided,
        _ if case.trouble.is_some() => Verdict::Unavailable,
        _ => Verdict::Late,
    }
}

/// Every step has its turn once; one that failed and that the plan goes on without is not tried again by itself.
fn acting(case: &Case) -> Step {
    case.plan
        .iter()
        .position(|step| step.state == StepState::Waiting)
        .map(Step::Act)
        .or_else(|| unconfirmed(case).map(Step::Confirm))
        .unwrap_or(Step::Present)
}

/// After the end: what was ordered to be taken back is, last step first; the verifier forgets first, while its references can still be read; then everything personal goes.
fn afterwards(case: &Case, now: Timestamp) -> Step {
    if case.erased {
        return Step::Await(None);
    }
    let ordered = |step: &PlannedStep| matches!(step.state, StepState::Undoing { .. });
    if let Some(at) = case.plan.iter().rposition(ordered) {
        return match case.erase_at {
            Some(due) if now >= due => Step::LeaveDone(at),
            _ => Step::TakeBack(at),
        };
    }
    if !case.reduced && case.erase_at.is_some_and(|due| now >= due) {
        return Step::Reduce;
    }
    let unforgotten = case
        .attempts
        .iter()
        .enumerate()
        .filter(|(_, attempt)| attempt.started && !attempt.forgotten)
        .filter_map(|(at, _)| Some((forget_at(case, at)?, at)));
    if let Some((due, at)) = unforgotten.min() {
        if now >= due {
            return Step::Forget(at);
        }
        // What a remembered check leaves here goes in its own time, long before the verifier's copy does.
        let reduce_at = case.erase_at.filter(|_| !case.reduced);
        return Step::Await(Some(reduce_at.map_or(due, |reduce| reduce.min(due))));
    }
    match case.erase_at {
        Some(due) if now >= due => Step::Erase,
        due => Step::Await(due),
    }
}

/// When the verifier shall forget the attempt at this place: the one that is remembered later than the others.
fn forget_at(case: &Case, at: usize) -> Option<Timestamp> {
    let is_last = at + 1 == case.attempts.len();
    match case.remembered_until {
        Some(until) if is_last => Some(until),
        _ => case.forget_at,
    }
}

fn is_back(case: &Case) -> bool {
    case.attempt().is_some_and(|attempt| attempt.returned_at.is_some())
}

/// Every connector that did something is asked once, after the last step.
fn unconfirmed(case: &Case) -> Option<usize> {
    let asked = |step: &PlannedStep| {
        case.conditions
            .iter()
            .any(|known| known.connector == step.act.connector)
    };
    case.plan.iter().position(|step| step.is_done() && !asked(step))
}

fn unsettled(case: &Case) -> Option<usize> {
    case.plan
        .iter()
        .position(|step| matches!(step.state, StepState::Intended { .. }))
}
