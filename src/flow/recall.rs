//! A full check is remembered, where the person agreed, so that the next time a face held against it is enough; and how that
//! ends. What is remembered is a row that rests on the case of the full check: while the row is there, the verifier keeps
//! its proof, and not a moment longer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::policy::Purpose;
use crate::case::{Case, End, Remembered, Stage, Verdict};
use crate::crypto::token::Digest;
use crate::matching;
use crate::store::{EarlierChange, Wake};
use doorward_contract::{Account, Outcome, Subject, SubjectKey, Timestamp};

impl Flow {
    /// Whether somebody who is checked in this case may ask to be recognised the next time.
    pub fn may_remember(&self, case: &Case) -> bool {
        let wanted = self.purpose(&case.purpose).is_ok_and(|purpose| {
            let able = self
                .verifiers
                .get(&purpose.verifier)
                .is_some_and(|one| one.can_recheck());
            purpose.recheck.is_some() && purpose.directory.is_some() && able
        });
        wanted && case.private.record.is_none()
    }

    /// The full check that a face may be held against in a case that begins now, if it lasts beyond the case.
    pub(super) async fn remembered(
        &self,
        purpose: &Purpose,
        subject: &Subject,
        case: &Case,
    ) -> Result<Option<Box<Remembered>>, Error> {
        let (Some(directory), Some(_), SubjectKey::Id) = (&purpose.directory, purpose.recheck, subject.key) else {
            return Ok(None);
        };
        let able = self.verifier(&purpose.verifier)?.can_recheck();
        let account = self.account_digest(directory, &subject.value);
        let found = self.store.earlier(&account, case.expires_at).await?;
        // What was asked for then must be all that is asked for now: settings change.
        let enough = |found: &Remembered| {
            able && found.purpose == purpose.name
                && found.verifier == purpose.verifier
                && purpose.required.iter().all(|check| found.checks.contains(check))
        };
        Ok(found.filter(enough).map(Box::new))
    }

    /// Remembers the full check that a case ends with, if the person agreed and it is one.
    pub(super) fn remember(&self, draft: &mut Draft, end: &End, now: Timestamp) {
        let proven = matches!(
            end,
            End::Recovered
                | End::Answered {
                    verdict: Verdict::Proven
                }
        );
        if !proven || draft.case.remember_at.is_none() || !self.may_remember(&draft.case) {
            return;
        }
        let Some(purpose) = self.purposes.get(&draft.case.purpose) else {
            return;
        };
        let case = &draft.case;
        let parts = (
            purpose.recheck,
            &purpose.directory,
            &case.private.account,
            case.attempt(),
            case.reference(),
        );
        let (Some(length), Some(directory), Some(account), Some(attempt), Some(reference)) = parts else {
            return;
        };
        // One that came back in another browser may show another face than the account's owner's (threat T2).
        if case.is_recheck() || case.relayed || attempt.outcome != Some(Outcome::Passed) {
            return;
        }
        let until = now.plus(length);
        let remembered = Remembered {
            case: case.id.clone(),
            number: case.number.clone(),
            purpose: purpose.name.clone(),
            verifier: attempt.verifier.clone(),
            subject: attempt.subject.clone(),
            reference: reference.clone(),
            checks: purpose.required.clone(),
            proven_at: attempt.decided_at.unwrap_or(now),
            until,
            record: self.record_digest(account),
        };
        let account = self.account_digest(directory, &account.id.0);
        draft.earlier(EarlierChange::Keep {
            account,
            remembered: Box::new(remembered),
        });
        draft.case.remembered_until = Some(until);
        draft.note(now, Fact::ProofRemembered { until });
    }

    /// A closed case whose check was remembered and is not any more, because a newer one took its place or it was taken
    /// back: the verifier shall forget it now.
    pub(super) async fn recall(&self, draft: &mut Draft) -> Result<(), Error> {
        let now = self.now();
        let case = &mut draft.case;
        let waits = case.stage == Stage::Closed && case.remembered_until.is_some_and(|until| now < until);
        if waits && !self.store.is_remembered(&case.id, now).await? {
            case.remembered_until = None;
            case.forget_at = Some(case.forget_at.map_or(now, |due| due.min(now)));
        }
        Ok(())
    }

    /// The person takes back that they are recognised. The case goes on with a full check.
    pub async fn forget_earlier(&self, case: Case) -> Result<Case, Error> {
        let now = self.now();
        let case = self
            .change(case, Wake::Keep, |draft| {
                if draft.case.stage != Stage::Consent {
                    return Err(Error::Elsewhere);
                }
                let against = draft.case.private.against.take().ok_or(Error::Elsewhere)?;
                draft.note(
                    now,
                    Fact::EarlierForgotten {
                        earlier: against.number.clone(),
                        by: None,
                    },
                );
                draft.earlier(EarlierChange::Drop { case: against.case });
                Ok(())
            })
            .await?;
        // The earlier case was woken with it.
        self.bell.notify_one();
        Ok(case)
    }

    /// An operator has the check of a closed case forgotten that was remembered, because the person asked for that.
    pub async fn forget_remembered(&self, case: Case, operator: &str) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if draft.case.stage != Stage::Closed || draft.case.remembered_until.take().is_none() {
                return Err(Error::Elsewhere);
            }
            draft.case.forget_at = Some(draft.case.forget_at.map_or(now, |due| due.min(now)));
            let case = draft.case.id.clone();
            draft.earlier(EarlierChange::Drop { case });
            draft.note(
                now,
                Fact::EarlierForgotten {
                    earlier: draft.case.number.clone(),
                    by: Some(operator.to_owned()),
                },
            );
            Ok(())
        })
        .await
    }

    /// The face was that of the earlier proof. That counts if the proof is still remembered for the account as found now,
    /// and the directory still has the person who was proven then; otherwise everything is checked anew.
    pub(super) async fn recognise(
        &self,
        draft: &mut Draft,
        purpose: &Purpose,
        account: &Account,
    ) -> Result<Turn, Error> {
        let now = self.now();
        let against = draft.case.private.against.clone().ok_or(Error::Incomplete {
            what: "the earlier proof",
        })?;
        let directory = purpose.directory.as_deref().ok_or(Error::Incomplete {
            what: "the purpose's directory",
        })?;
        let digest = self.account_digest(directory, &account.id.0);
        let stands = self.store.earlier(&digest, now).await?.as_ref() == Some(&*against);
        let same = self.record_digest(account) == against.record;
        let explanation = if stands && same {
            matching::recognised(purpose.preset, &against.number)
        } else if stands {
            matching::changed(purpose.preset, &against.number)
        } else {
            matching::forgotten(purpose.preset, &against.number)
        };
        draft.note(
            now,
            Fact::Compared {
                explanation: explanation.clone(),
            },
        );
        if stands && same {
            draft.note(
                now,
                Fact::Recognised {
                    earlier: against.number,
                },
            );
            draft.case.explanation = Some(explanation);
            return Ok(Turn::On);
        }
        draft.case.private.against = None;
        if stands {
            draft.earlier(EarlierChange::Drop { case: against.case });
        }
        let made = u32::try_from(draft.case.attempts.len()).unwrap_or(u32::MAX);
        if made < purpose.attempts {
            draft.case.moved(Stage::Consent)?;
        } else {
            draft.case.explanation = Some(explanation);
            super::compare::to_review(draft, now)?;
        }
        Ok(Turn::On)
    }

    fn account_digest(&self, directory: &str, id: &str) -> Digest {
        // A directory's name has no line feed in it.
        self.digests
            .digest("earlier proof", format!("{directory}\n{id}").as_bytes())
    }

    fn record_digest(&self, account: &Account) -> String {
        let name = &account.name;
        let parts = [&name.given, &name.middle, &name.family, &name.suffix];
        let birth_date = account.birth_date.map(|date| date.to_string());
        // Debug of optional texts tells absent from empty and one part from the next.
        let text = format!("{parts:?} {birth_date:?}");
        URL_SAFE_NO_PAD.encode(self.digests.digest("earlier record", text.as_bytes()).bytes())
    }
}
