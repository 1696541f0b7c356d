//! Somebody on the staff calls a case fraud: it ends, and with it every other case of the account; later ones end as if they had
//! not fitted, until an admin clears the flag.
//!
//! What was done at a vendor already is not taken back by itself, because the account's owner may be working with it by then:
//! it is named, and an operator decides (`flow/undo.rs`).

use super::person::allowed;
use super::{Draft, Error, Flow};
use crate::audit::{Event, Fact};
use crate::case::desk::{Flag, Staff};
use crate::case::role::{Operator, Power};
use crate::case::{Case, End, PlannedStep, Refusal, Stage, Standing, StepState, Verdict};
use crate::store::{EarlierChange, Mark, MarkKind, Wake};
use doorward_contract::Timestamp;

/// More open cases than anybody has at a time: arrivals are limited.
const OPEN: u32 = 500;
/// A freeze has no end but being cleared.
const FOR_EVER: Timestamp = Timestamp::from_micros(i64::MAX);
const FROZEN: End = End::Refused {
    refusal: Refusal::Frozen,
};

/// What a flag did.
#[derive(Clone, Debug)]
pub struct Flagged {
    /// The case.
    pub case: Case,
    /// What was done to the account already, and stays done until somebody takes it back: the keys of the steps of this case and
    /// of the others that were under way.
    pub done: Vec<String>,
    /// The numbers of the other cases that ended by this.
    pub others: Vec<String>,
}

impl Flow {
    /// Calls a case fraud. Nothing is asked of a vendor, so that it holds at once.
    pub async fn flag(&self, case: Case, operator: &Operator, reason: &str) -> Result<Flagged, Error> {
        allowed(operator, Power::FlagFraud)?;
        let now = self.now();
        let by = Staff::from(operator);
        let case = self
            .change(case, Wake::At(now), |draft| {
                self.own(&mut draft.case);
                let who = draft.case.desk.who.clone();
                for who in &who {
                    let (kind, who) = (MarkKind::Frozen, *who);
                    draft.mark(Mark {
                        kind,
                        who,
                        until: FOR_EVER,
                    });
                }
                let (by, reason) = (by.clone(), reason.to_owned());
                draft.note(
                    now,
                    Fact::CaseFlagged {
                        operator: operator.name.clone(),
                        reason: reason.clone(),
                        done: done(&draft.case),
                    },
                );
                draft.case.desk.flag = Some(Flag {
                    by,
                    at: now,
                    reason,
                    who,
                });
                // A face that a fraud left behind must not open the account the next time.
                if draft.case.remembered_until.take().is_some() {
                    let case = draft.case.id.clone();
                    draft.case.forget_at = Some(draft.case.forget_at.map_or(now, |due| due.min(now)));
                    draft.earlier(EarlierChange::Drop { case });
                }
                self.freeze(draft, now)
            })
            .await?;
        tracing::error!(case.id = %case.id, "a case was called fraud and its account is frozen: look into this case");
        let mut flagged = Flagged {
            done: done(&case),
            others: Vec::new(),
            case,
        };
        // Marked first: whatever is not in this list yet meets the mark.
        for other in self.store.cases_of(&flagged.case.desk.who, OPEN).await? {
            if other.stage == Stage::Closed || other.id == flagged.case.id {
                continue;
            }
            let other = Box::pin(self.freeze_other(other, &flagged.case.number, now)).await?;
            flagged.done.extend(done(&other));
            flagged.others.push(other.number);
        }
        Ok(flagged)
    }

    async fn freeze_other(&self, case: Case, flagged: &str, now: Timestamp) -> Result<Case, Error> {
        self.change(case, Wake::At(now), |draft| {
            if draft.case.stage != Stage::Closed {
                draft.note(
                    now,
                    Fact::CaseFrozen {
                        flagged: flagged.to_owned(),
                        done: done(&draft.case),
                    },
                );
            }
            self.freeze(draft, now)
        })
        .await
    }

    fn freeze(&self, draft: &mut Draft, now: Timestamp) -> Result<(), Error> {
        match draft.case.stage {
            Stage::Closed => Ok(()),
            // Decided, and not carried to whoever asked yet: they hear that it failed.
            Stage::Answer => {
                draft.case.standing = Standing::Barred(Refusal::Frozen);
                (draft.case.verdict, draft.case.refusal) = (Some(Verdict::Failed), Some(Refusal::Frozen));
                Ok(())
            }
            _ => {
                draft.case.standing = Standing::Barred(Refusal::Frozen);
                self.stop(draft, FROZEN, now)
            }
        }
    }

    /// Ends a case on an operator's word, wherever it stands: nothing more is begun, and no pass is left. What is unsettled at a
    /// vendor is settled first.
    pub(super) fn stop(&self, draft: &mut Draft, end: End, now: Timestamp) -> Result<(), Error> {
        if !draft.case.passes.is_empty() {
            draft.case.passes.clear();
            draft.note(now, Fact::PassDropped);
        }
        draft.case.pass_until = None;
        if draft.case.stage == Stage::Answer {
            return self.finish(draft, end, now);
        }
        let unsettled = |step: &PlannedStep| matches!(step.state, StepState::Intended { .. });
        if draft.case.plan.iter().any(unsettled) {
            draft.case.desk.ending = Some(end);
            return Ok(());
        }
        self.conclude(draft, end, now)
    }

    /// Clears a flag: the account may be recovered again. Cases that ended by it stay ended.
    pub async fn clear_flag(&self, case: Case, operator: &Operator, reason: &str) -> Result<Case, Error> {
        allowed(operator, Power::ClearFlag)?;
        let now = self.now();
        let Some(flag) = case.desk.flag.clone() else {
            return Err(Error::Elsewhere);
        };
        let cleared = Fact::FlagCleared {
            operator: operator.name.clone(),
            reason: reason.to_owned(),
        };
        // The mark first: if the case cannot be written after it, clearing once more does no harm.
        let event = Event::of(&case.id, now, cleared);
        self.store.unmark(MarkKind::Frozen, &flag.who, &[event]).await?;
        self.change(case, Wake::Keep, |draft| {
            draft.case.desk.flag = None;
            Ok(())
        })
        .await
    }

    /// Whether somebody called a case of this one's account fraud.
    pub(super) async fn is_frozen(&self, case: &Case) -> Result<bool, Error> {
        Ok(self
            .store
            .is_marked(MarkKind::Frozen, &case.desk.who, self.now())
            .await?)
    }
}

/// The keys of the steps that were done, or may have been, and were not taken back.
fn done(case: &Case) -> Vec<String> {
    let stands = |step: &&PlannedStep| step.is_done() || matches!(step.state, StepState::Intended { .. });
    let steps = case.plan.iter().filter(stands);
    steps.map(|step| step.key.to_string()).collect()
}
