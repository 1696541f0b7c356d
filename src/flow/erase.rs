//! Forgetting: first the verifier, confirmed by reading back; then everything personal in the case.

use std::time::Duration;

use super::{Draft, Error, Flow, Turn};
use crate::audit::{Event, Fact};
use crate::case::Private;
use crate::store::EarlierChange;
use doorward_contract::{Erased, Timestamp};

/// How soon a verifier that has not confirmed yet is asked again, and how that grows with the time since the end.
fn patience(since_end: Duration) -> Duration {
    // A tenth of the time waited so far, between five seconds and an hour.
    (since_end / 10).clamp(Duration::from_secs(5), Duration::from_secs(3600))
}

impl Flow {
    /// Sets everything that is known of the person of a closed case to be forgotten now, a remembered check with it.
    pub(super) fn forget_now(draft: &mut Draft, now: Timestamp) {
        let due = |date: Option<Timestamp>| Some(date.map_or(now, |date| date.min(now)));
        draft.case.forget_at = due(draft.case.forget_at);
        draft.case.erase_at = due(draft.case.erase_at);
        if draft.case.remembered_until.take().is_some() {
            let case = draft.case.id.clone();
            draft.earlier(EarlierChange::Drop { case });
        }
    }

    /// Has the verifier forget the attempt at `at`.
    pub(super) async fn forget(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let now = self.now();
        let again = now.plus(patience(
            draft.case.ended_at.map_or(Duration::ZERO, |ended| now.since(ended)),
        ));
        let Some(attempt) = draft.case.attempts.get(at) else {
            return Err(Error::Incomplete { what: "the attempt" });
        };
        let (verifier, asked) = (attempt.verifier.clone(), attempt.forgetting);
        let place = draft
            .case
            .attempts
            .iter()
            .take(at)
            .filter(|attempt| attempt.started)
            .count();
        let Some(reference) = draft.case.private.references.get(place).cloned() else {
            return Err(Error::Incomplete {
                what: "the proof's reference",
            });
        };
        let erased = match self.verifier(&verifier)?.erase(&reference).await {
            Ok(erased) => erased,
            Err(error) => {
                tracing::warn!(case.id = %draft.case.id, vendor = verifier, %error, "the verifier could not be asked to forget; it will be asked again");
                return Ok(Turn::Pause(Some(again)));
            }
        };
        let confirmed = erased == Erased::Confirmed;
        if let Some(attempt) = draft.case.attempts.get_mut(at) {
            attempt.forgetting = true;
            attempt.forgotten = confirmed;
        }
        if confirmed || !asked {
            draft.note(now, Fact::ProofErased { verifier, confirmed });
        }
        Ok(if confirmed { Turn::On } else { Turn::Pause(Some(again)) })
    }

    /// When the time has come and the verifier has not confirmed yet: only its references stay, so that it can still be
    /// asked.
    pub(super) async fn reduce(&self, draft: &mut Draft) -> Result<Turn, Error> {
        if self.is_needed(draft).await? {
            return Ok(Turn::On);
        }
        let references = std::mem::take(&mut draft.case.private.references);
        draft.case.private = Private {
            references,
            ..Private::default()
        };
        draft.case.reduced = true;
        Ok(Turn::On)
    }

    /// What was issued from a case speaks of its person until it is over: the case is kept that long.
    async fn is_needed(&self, draft: &mut Draft) -> Result<bool, Error> {
        let until = self.store.granted_until(&draft.case.id, self.now()).await?;
        if until.is_some() {
            draft.case.erase_at = until;
        }
        Ok(until.is_some())
    }

    /// Drops the case's key: what was sealed under it is unreadable from here on, here and in every later backup.
    pub(super) async fn erase(&self, draft: &mut Draft) -> Result<Turn, Error> {
        if self.is_needed(draft).await? {
            return Ok(Turn::On);
        }
        self.write(draft).await?;
        let now = self.now();
        let mut next = draft.case.clone();
        next.private = Private::default();
        next.erased = true;
        next.changed_at = now;
        let event = Event::of(&next.id, now, Fact::PersonErased);
        let written = self.store.erase(&draft.case, &next, &[event]).await?;
        draft.written(written);
        // The dropped key is wiped from the database's journal too.
        self.store.sweep(now).await?;
        Ok(Turn::On)
    }
}
