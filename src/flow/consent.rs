//! The person agrees to be checked, tries again, or withdraws.

use super::{Error, Flow};
use crate::audit::Fact;
use crate::case::{Attempt, Case, End, Kind, Stage};
use crate::store::Wake;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::SubjectRef;
use rand::Rng;

/// What the person chose beside agreeing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// To be recognised by this check the next time.
    pub remember: bool,
    /// Everything anew, though an earlier proof would do.
    pub full: bool,
}

impl Flow {
    /// The person agrees: from here on the verifier may be asked. Agreeing twice is agreeing once.
    pub async fn consent(&self, case: Case, choice: Choice) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if draft.case.stage != Stage::Consent {
                return Err(Error::Elsewhere);
            }
            let against = draft.case.private.against.as_ref().filter(|_| !choice.full);
            let (kind, verifier, subject) = match against {
                // Under the name of the earlier proof: that is where the verifier has the face.
                Some(against) => (Kind::Recheck, against.verifier.clone(), against.subject.clone()),
                None => (
                    Kind::Full,
                    self.purpose(&draft.case.purpose)?.verifier.clone(),
                    random_subject(),
                ),
            };
            // Asked once, before the first check of a document; trying again takes nothing back.
            if choice.remember && kind == Kind::Full && self.may_remember(&draft.case) {
                draft.case.remember_at = Some(now);
            }
            let made = u32::try_from(draft.case.attempts.len()).unwrap_or(u32::MAX);
            draft.case.moved(Stage::Proving)?;
            draft.case.attempts.push(Attempt {
                number: made.saturating_add(1),
                verifier,
                subject,
                asked_at: now,
                started: false,
                returned_at: None,
                outcome: None,
                decided_at: None,
                kind,
                forgetting: false,
                forgotten: false,
            });
            draft.note(now, Fact::Consented);
            Ok(())
        })
        .await
    }

    /// The person withdraws. Possible until something is done at a vendor; after that the case runs its course.
    pub async fn withdraw(&self, case: Case) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if !matches!(
                draft.case.stage,
                Stage::Consent | Stage::Proving | Stage::Review | Stage::Checking | Stage::Approval
            ) {
                return Err(Error::Elsewhere);
            }
            draft.note(now, Fact::Withdrawn);
            self.conclude(draft, End::Withdrawn, now)
        })
        .await
    }
}

/// The name under which a verifier knows the person: random, new for each attempt, so that two cases of one person
/// cannot be told to be one there (persona.md §2.6: no e-mail address or employee number in it).
fn random_subject() -> SubjectRef {
    let mut bytes = [0; 18];
    rand::rng().fill_bytes(&mut bytes);
    SubjectRef(format!("dw-{}", URL_SAFE_NO_PAD.encode(bytes)))
}
