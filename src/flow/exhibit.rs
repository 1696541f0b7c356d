//! What a verifier of ours has to show of a proof: to the reviewer who has the case and to nobody else, each picture with who looks and
//! when written all over it. And what the verifier is told when the case is decided, so that it drops what was kept for that.

use super::review::{held, is_ours};
use super::{Error, Flow};
use crate::audit::Fact;
use crate::case::bar;
use crate::case::role::Operator;
use crate::case::{Case, End, Stage, Verdict};
use crate::store::Wake;
use doorward_contract::{Decided, Exhibits, Reference, Timestamp, Verifier};

/// Sets the parts of a mark apart, as whoever draws it expects.
const BREAK: &str = " · ";

impl Flow {
    /// What there is to see, where the proof is left to reviewers here; nothing in it where it is gone.
    pub(super) async fn exhibits(&self, case: &Case) -> Result<Option<Exhibits>, Error> {
        match self.shower(case) {
            Some((verifier, reference)) => Ok(Some(verifier.exhibits(reference).await?)),
            None => Ok(None),
        }
    }

    /// One picture as JPEG: to the reviewer who has the case, until they decide. That pictures were looked at is written down once
    /// for each taking of the case.
    pub async fn picture(&self, case: Case, operator: &Operator, name: &str) -> Result<Vec<u8>, Error> {
        bar::reviewer(&case, operator)?;
        is_ours(&case)?;
        held(&case, operator)?;
        let now = self.now();
        let mark = [operator.name.clone(), case.number.clone(), minute(now)].join(BREAK);
        let (verifier, reference) = self.shower(&case).ok_or(Error::Elsewhere)?;
        let picture = verifier.picture(reference, name, &mark).await?;
        // Written before it is shown: what was seen and is in no record must not be.
        self.change(case, Wake::Keep, |draft| {
            is_ours(&draft.case)?;
            bar::reviewer(&draft.case, operator)?;
            if held(&draft.case, operator)?.shown {
                return Ok(());
            }
            if let Some(review) = &mut draft.case.desk.review {
                review.shown = true;
            }
            draft.note(
                now,
                Fact::PicturesShown {
                    reviewer: operator.name.clone(),
                },
            );
            Ok(())
        })
        .await?;
        Ok(picture)
    }

    /// Tells the verifier that it was decided, if this write did that. A failure is logged and costs nothing but time: what is kept
    /// goes by its own date as well.
    pub(super) async fn tell_decided(&self, before: &Case, case: &Case) {
        let decision = |case: &Case| case.desk.review.as_ref().and_then(|review| review.decision.clone());
        let (reviewed, over) = (decision(case), case.stage == Stage::Closed);
        let news = (reviewed.is_some() && decision(before).is_none()) || (over && before.stage != Stage::Closed);
        let Some((verifier, reference)) = self.shower(case).filter(|_| news) else {
            return;
        };
        let judgement = case.desk.review.as_ref().and_then(|review| review.judgement.as_ref());
        let ended_well = matches!(
            case.end,
            Some(
                End::Recovered
                    | End::Answered {
                        verdict: Verdict::Proven
                    }
            )
        );
        let decided = Decided {
            account: self.account_mark(case),
            document: judgement.and_then(|judgement| judgement.document),
            face: judgement.and_then(|judgement| judgement.face),
            // The reviewer's own word, where there is one: the case may end otherwise for other reasons.
            accepted: reviewed.map_or(ended_well, |decision| decision.same_person),
        };
        if let Err(error) = verifier.decided(reference, &decided).await {
            tracing::warn!(
                case.id = %case.id,
                vendor = verifier.vendor(),
                %error,
                "a verifier could not be told that a case was decided; what it keeps goes by its date"
            );
        }
    }

    /// Who made the proof under way, where reviewers here decide on it, and the proof.
    fn shower<'c>(&'c self, case: &'c Case) -> Option<(&'c dyn Verifier, &'c Reference)> {
        let verifier = self.verifiers.get(&case.attempt()?.verifier)?;
        let reference = case.reference()?;
        verifier.reviews_here().then_some((verifier.as_ref(), reference))
    }
}

/// A time to the minute.
fn minute(at: Timestamp) -> String {
    at.to_chrono()
        .map_or_else(|| at.to_string(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}
