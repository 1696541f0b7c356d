//! Starts a proof, reads it, and leads a person back into one they left.

use std::time::Duration;

use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::{Attempt, Case, End, Handle, HandleKind, IllegalMove, Refusal, Stage};
use crate::store::Wake;
use doorward_contract::{
    CheckName, Earlier, Expectation, Here, Outcome, Proof, ProofRequest, StepKey, Timestamp, VendorError,
};

/// Every refusal comes this long after the proof was read, whatever its cause: longer than a directory takes to answer all
/// that is asked of it about an account that exists.
const HOLD: Duration = Duration::from_secs(3);
/// A human at the verifier or here may take this long.
const REVIEW: Duration = Duration::from_secs(24 * 3600);

impl Flow {
    /// Starts the attempt under way. The request's key is the attempt's own: asked twice, the verifier starts once.
    pub(super) async fn start_proof(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let now = self.now();
        let request = self.proof_request(&draft.case)?;
        let attempt = latest(&draft.case)?;
        let (verifier, number) = (attempt.verifier.clone(), attempt.number);
        match self.verifier(&verifier)?.start(&request).await {
            Ok(started) => {
                let digest = self.digests.digest("proof", started.reference.0.as_bytes());
                let until = super::open::remembered_until(&draft.case);
                draft.handle(Handle {
                    kind: HandleKind::Proof,
                    digest,
                    until,
                });
                draft.case.private.references.push(started.reference);
                draft.case.private.visit = Some(secrecy::ExposeSecret::expose_secret(&started.visit).to_owned());
                if let Some(attempt) = draft.case.attempts.last_mut() {
                    attempt.started = true;
                }
                draft.note(
                    now,
                    Fact::ProofStarted {
                        verifier,
                        attempt: number,
                    },
                );
                Ok(Turn::Pause(Some(now.plus(reading_pace(Duration::ZERO, None)))))
            }
            Err(error) => Ok(self.wait_for_vendor(draft, &verifier, &error)),
        }
    }

    /// A fresh way into the proof under way, for the browser only.
    pub async fn visit(&self, case: Case) -> Result<String, Error> {
        if case.stage != Stage::Proving {
            return Err(Error::Elsewhere);
        }
        let attempt = latest(&case)?;
        let reference = case.reference().ok_or(Error::Elsewhere)?;
        let request = self.proof_request(&case)?;
        let resumed = self.verifier(&attempt.verifier)?.resume(reference, &request).await;
        let started = match resumed {
            // It is over there: reading it will say how.
            Err(VendorError::Done) => {
                self.come_back(case).await?;
                return Err(Error::Elsewhere);
            }
            other => other?,
        };
        let visit = secrecy::ExposeSecret::expose_secret(&started.visit).to_owned();
        let now = self.now();
        self.change(case, Wake::Keep, |draft| {
            if draft.case.stage != Stage::Proving {
                return Err(Error::Elsewhere);
            }
            draft.case.private.visit = Some(visit.clone());
            draft.note(now, Fact::ProofResumed);
            Ok(())
        })
        .await?;
        Ok(visit)
    }

    /// The person is back from the verifier, which says nothing about the proof but that now is a good time to read it.
    pub async fn come_back(&self, case: Case) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if !matches!(
                draft.case.stage,
                Stage::Proving | Stage::Review | Stage::Comparing | Stage::Approval
            ) {
                return Err(Error::Elsewhere);
            }
            if let Some(attempt) = draft.case.attempts.last_mut() {
                attempt.returned_at = Some(now);
            }
            Ok(())
        })
        .await
    }

    /// Somebody came back from the verifier in a browser that is not the case's own. The reference they bring is not
    /// trusted for anything but this: the case goes on only by a human's word, and a pass that waits is not shown.
    pub async fn returned_elsewhere(&self, reference: &str) -> Result<(), Error> {
        let now = self.now();
        let digest = self.digests.digest("proof", reference.as_bytes());
        let Some(case) = self.store.case_by(HandleKind::Proof, &digest, now).await? else {
            return Ok(());
        };
        if case.relayed || case.stage == Stage::Closed {
            return Ok(());
        }
        tracing::error!(
            case.id = %case.id,
            "a proof came back in another browser than the one that asked for it: look into this case"
        );
        let written = self.change(case, Wake::At(now), |draft| {
            draft.case.relayed = true;
            // Whoever looked before did not know this.
            draft.case.desk.review = None;
            draft.note(now, Fact::ReturnedElsewhere);
            match draft.case.stage {
                Stage::Ready => {
                    draft.note(now, Fact::PassDropped);
                    self.finish(
                        draft,
                        End::Refused {
                            refusal: Refusal::Relayed,
                        },
                        now,
                    )
                }
                Stage::Comparing | Stage::Checking | Stage::Approval => {
                    extend_for_review(&mut draft.case, now);
                    Ok(draft.case.moved(Stage::Review)?)
                }
                _ => Ok(()),
            }
        });
        written.await.map(|_| ())
    }

    /// Reads the proof: the only thing that ever decides.
    pub(super) async fn read_proof(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let now = self.now();
        let purpose = self.purpose(&draft.case.purpose)?;
        let attempt = latest(&draft.case)?;
        let (verifier, asked_at) = (attempt.verifier.clone(), attempt.asked_at);
        let against = against(&draft.case)?;
        let expect = Expectation {
            subject: attempt.subject.clone(),
            created_after: attempt.asked_at,
            required: match against {
                // The document was looked at then.
                Some(_) => vec![CheckName::Selfie, CheckName::SameFace],
                None => purpose.required.clone(),
            },
            against,
        };
        let reference = draft
            .case
            .reference()
            .ok_or(Error::Incomplete {
                what: "the proof's reference",
            })?
            .clone();
        let proof = match self.verifier(&verifier)?.read(&reference, &expect).await {
            Ok(proof) => proof,
            Err(error) => return Ok(self.wait_for_vendor(draft, &verifier, &error)),
        };
        draft.case.trouble = None;
        if proof.outcome == Outcome::Pending || latest(&draft.case)?.outcome.as_ref() == Some(&proof.outcome) {
            let back = latest(&draft.case)?.returned_at;
            let next = now.plus(reading_pace(now.since(asked_at), back.map(|at| now.since(at))));
            return Ok(Turn::Pause(Some(next.min(draft.case.expires_at))));
        }
        // Without a person there would be nobody to compare: then somebody there has to look.
        let ours = self.verifier(&verifier)?.reviews_here() && (proof.person.is_some() || draft.case.is_recheck());
        draft.case.desk.unsure = ours && matches!(proof.outcome, Outcome::Review { .. });
        self.take_proof(draft, proof, purpose.attempts, now)
    }

    fn take_proof(&self, draft: &mut Draft, proof: Proof, allowed: u32, now: Timestamp) -> Result<Turn, Error> {
        let Proof {
            outcome,
            person,
            checks,
            facts,
            decided_at,
            ..
        } = proof;
        draft.note(
            now,
            Fact::ProofRead {
                outcome: outcome.clone(),
                checks,
                facts,
            },
        );
        let made = u32::try_from(draft.case.attempts.len()).unwrap_or(u32::MAX);
        if let Some(attempt) = draft.case.attempts.last_mut() {
            attempt.outcome = Some(outcome.clone());
            attempt.decided_at = Some(decided_at.unwrap_or(now));
        }
        match outcome {
            Outcome::Pending => {}
            Outcome::Passed => {
                draft.case.private.person = person;
                passed(&mut draft.case, now)?;
            }
            // A reviewer here decides, once it is known how it compares.
            Outcome::Review { .. } if draft.case.desk.unsure => {
                draft.case.private.person = person;
                passed(&mut draft.case, now)?;
            }
            // Still under review there, for other reasons than before.
            Outcome::Review { .. } if draft.case.stage == Stage::Review => {}
            Outcome::Review { .. } => {
                draft.case.moved(Stage::Review)?;
                extend_for_review(&mut draft.case, now);
            }
            Outcome::Declined { .. } | Outcome::Expired if made < allowed => {
                draft.case.private.visit = None;
                draft.case.moved(Stage::Consent)?;
            }
            Outcome::Declined { .. } => self.conclude(draft, refused(Refusal::Declined), now)?,
            Outcome::Expired => self.conclude(draft, End::Expired, now)?,
            Outcome::Foreign { ref reasons } => {
                tracing::error!(
                    case.id = %draft.case.id,
                    ?reasons,
                    "a proof was read that is not the one asked for; the case is refused"
                );
                self.conclude(draft, refused(Refusal::ForeignProof), now)?;
            }
        }
        Ok(Turn::On)
    }

    fn proof_request(&self, case: &Case) -> Result<ProofRequest, Error> {
        let attempt = latest(case)?;
        let mut return_url = self.public_url.clone();
        return_url.set_path(&format!("/return/{}", attempt.verifier));
        Ok(ProofRequest {
            key: StepKey(format!("{}/proof/{}", case.id, attempt.number)),
            subject: attempt.subject.clone(),
            against: against(case)?,
            return_url,
            // The same for every repeat of the same attempt, or the vendor would take the repeat for another request.
            lifetime: case.expires_at.since(attempt.asked_at),
            language: None,
            here: self.here(case)?,
        })
    }

    /// What a verifier of ours knows of the case.
    fn here(&self, case: &Case) -> Result<Here, Error> {
        let purpose = self.purpose(&case.purpose)?;
        Ok(Here {
            number: case.number.clone(),
            account: self.account_mark(case),
            login: self.login_mark(case),
            documents: purpose.documents.clone(),
        })
    }

    /// A vendor that cannot be asked now: noted once per kind of trouble, tried again while the case lives.
    pub(super) fn wait_for_vendor(&self, draft: &mut Draft, vendor: &str, error: &VendorError) -> Turn {
        let now = self.now();
        if error.is_passing() {
            tracing::warn!(case.id = %draft.case.id, vendor, %error, "a vendor could not be asked; it will be tried again");
        } else {
            tracing::error!(
                case.id = %draft.case.id,
                vendor,
                %error,
                "a vendor refuses and a person waits: mend this; it is tried again every minute"
            );
        }
        let trouble = Fact::VendorWaited {
            vendor: vendor.to_owned(),
            remedy: error.remedy().to_owned(),
            why: error.to_string(),
        };
        if draft.case.trouble.as_deref() != Some(error.remedy()) {
            draft.case.trouble = Some(error.remedy().to_owned());
            draft.note(now, trouble);
        }
        let pause = match error {
            VendorError::Throttled {
                retry_after: Some(after),
            } => *after,
            error if error.is_passing() => Duration::from_secs(5),
            VendorError::Unexpected { .. } => Duration::from_secs(10),
            // Somebody has to mend something: look again once a minute, so that the case goes on when they have.
            _ => Duration::from_secs(60),
        };
        // The end of the case is looked at in time, but what is unsettled then goes on at its own pace.
        let again = now.plus(pause);
        let end = draft.case.expires_at;
        Turn::Pause(Some(if now < end { again.min(end) } else { again }))
    }
}

fn refused(refusal: Refusal) -> End {
    End::Refused { refusal }
}

/// The proof stands: it is compared next, or a human decides because it came back elsewhere.
fn passed(case: &mut Case, now: Timestamp) -> Result<(), IllegalMove> {
    case.private.visit = None;
    case.hold_until = Some(now.plus(HOLD));
    if !case.relayed {
        return case.moved(Stage::Comparing);
    }
    extend_for_review(case, now);
    if case.stage == Stage::Review {
        Ok(())
    } else {
        case.moved(Stage::Review)
    }
}

/// A human has to look: the case waits for them, and so does its browser.
pub(super) fn extend_for_review(case: &mut Case, now: Timestamp) {
    // Who sent the person waits minutes, not a day (okta.md §0, entra.md §1.9).
    if case.opener.is_client() {
        return;
    }
    case.expires_at = case.expires_at.max(now.plus(REVIEW));
}

/// How often a proof is read without being asked to: every few seconds while a person who came back waits for it, then
/// often enough that a lost webhook does not keep them for long.
fn reading_pace(since_asked: Duration, since_return: Option<Duration>) -> Duration {
    if since_return.is_some_and(|length| length < Duration::from_secs(60)) {
        return Duration::from_secs(2);
    }
    if since_asked < Duration::from_secs(600) {
        Duration::from_secs(15)
    } else {
        Duration::from_secs(60)
    }
}

/// The earlier proof that the attempt under way is held against, if it is.
fn against(case: &Case) -> Result<Option<Earlier>, Error> {
    if !case.is_recheck() {
        return Ok(None);
    }
    let against = case.private.against.as_ref().ok_or(Error::Incomplete {
        what: "the earlier proof",
    })?;
    Ok(Some(against.earlier()))
}

fn latest(case: &Case) -> Result<&Attempt, Error> {
    case.attempt().ok_or(Error::Incomplete { what: "the attempt" })
}
