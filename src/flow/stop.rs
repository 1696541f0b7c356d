//! A case ends: how, and what becomes of what is known of the person.

use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::{Case, End, Stage, StepState, Verdict};
use crate::store::Wake;
use doorward_contract::Timestamp;

impl Flow {
    /// Time ran out, or nothing may be done.
    pub(super) fn end(&self, draft: &mut Draft, end: End) -> Result<Turn, Error> {
        let now = self.now();
        if !draft.case.passes.is_empty() {
            draft.note(now, Fact::PassDropped);
        }
        self.finish(draft, end, now)?;
        Ok(Turn::On)
    }

    /// Ends the case, or, where somebody who sent the person waits for an answer, puts that answer out first.
    pub(super) fn conclude(&self, draft: &mut Draft, end: End, now: Timestamp) -> Result<(), Error> {
        let (verdict, refusal) = match &end {
            _ if !draft.case.opener.is_client() => return self.finish(draft, end, now),
            End::Refused { refusal } => (Verdict::Failed, Some(*refusal)),
            End::Withdrawn => (Verdict::Declined, None),
            End::Expired => (Verdict::Late, None),
            _ => return self.finish(draft, end, now),
        };
        Self::put_out(draft, verdict, refusal, now)
    }

    /// Closes the case and sets the dates by which the verifier and we ourselves forget.
    pub(super) fn finish(&self, draft: &mut Draft, end: End, now: Timestamp) -> Result<(), Error> {
        // A purpose that was taken out of the settings keeps nothing.
        let kept = self
            .purposes
            .get(&draft.case.purpose)
            .map(|purpose| (purpose.keep_proof, purpose.keep_personal));
        let (proof, personal) = kept.unwrap_or_default();
        // A case that ended before keeps the date of its first end.
        draft.case.forget_at = draft.case.forget_at.or(Some(now.plus(proof)));
        draft.case.erase_at = Some(now.plus(personal));
        self.remember(draft, &end, now);
        self.remember_recovery(draft, &end, now);
        draft.note(now, Fact::Closed { end: end.clone() });
        draft.case.close(end, now)?;
        if draft.case.desk.erase_at_end {
            Self::forget_now(draft, now);
        }
        Ok(())
    }

    /// An operator calls a case off. Possible until something is done at a vendor.
    pub async fn cancel(&self, case: Case, operator: &str) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if matches!(
                draft.case.stage,
                Stage::Acting | Stage::Ready | Stage::Answer | Stage::Closed
            ) {
                return Err(Error::Elsewhere);
            }
            let begun = draft
                .case
                .plan
                .iter()
                .any(|step| matches!(step.state, StepState::Done { .. }));
            draft.note(
                now,
                Fact::Cancelled {
                    operator: operator.to_owned(),
                },
            );
            self.conclude(draft, if begun { End::Failed } else { End::Withdrawn }, now)
        })
        .await
    }
}
