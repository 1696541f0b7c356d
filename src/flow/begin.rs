//! The first record of a case, whatever it came from: what it holds, who may come back to it and until when.

use std::time::Duration;

use super::{Error, Flow};
use crate::audit::{Event, Fact};
use crate::case::policy::Purpose;
use crate::case::{Case, CaseId, Handle, HandleKind, Opener, Private, Stage, Standing};
use crate::crypto::token::{Digest, reference_number};
use crate::store;
use doorward_contract::Timestamp;

impl Flow {
    /// Writes a new case with its first facts and the ways to it.
    pub(super) async fn begin(
        &self,
        mut case: Case,
        facts: Vec<Fact>,
        handles: Vec<Handle>,
        wake_at: Option<Timestamp>,
    ) -> Result<Case, Error> {
        self.own(&mut case);
        // Two numbers alike are a one in 10^11 chance; the third draw is not needed in this universe.
        for _ in 0..3 {
            let opened = Fact::CaseOpened {
                source: case.source.clone(),
                purpose: case.purpose.clone(),
                opener: case.opener.word(),
                ticket: case.opener.ticket(),
            };
            let events: Vec<Event> = std::iter::once(opened)
                .chain(facts.iter().cloned())
                .map(|fact| Event::of(&case.id, case.opened_at, fact))
                .collect();
            let number = Handle {
                kind: HandleKind::Number,
                digest: Digest::of("number", case.number.as_bytes()),
                until: Timestamp::from_micros(i64::MAX),
            };
            let handles: Vec<Handle> = handles.iter().copied().chain(std::iter::once(number)).collect();
            match self.store.begin(&case, &events, &handles, wake_at).await {
                Ok(()) => {
                    self.bell.notify_one();
                    return Ok(case);
                }
                Err(store::Error::Taken) => case.number = reference_number(),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Store(store::Error::Taken))
    }
}

/// How long browsers and links are remembered after the case can have ended.
pub(super) const REMEMBERED: Duration = Duration::from_secs(48 * 3600);

/// Browsers and links are remembered for a while after the case can have ended, so that whoever comes back late is told
/// how it ended.
pub(super) fn remembered_until(case: &Case) -> Timestamp {
    case.expires_at.plus(REMEMBERED)
}

pub(super) fn fresh(purpose: &Purpose, source: &str, opener: Opener, now: Timestamp) -> Case {
    Case {
        id: CaseId::random(),
        version: 0,
        number: reference_number(),
        purpose: purpose.name.clone(),
        source: source.to_owned(),
        opener,
        stage: Stage::Invited,
        opened_at: now,
        changed_at: now,
        expires_at: now.plus(purpose.case_lifetime),
        browser: None,
        relayed: false,
        standing: Standing::Unasked,
        attempts: Vec::new(),
        explanation: None,
        plan: Vec::new(),
        remember_at: None,
        remembered_until: None,
        conditions: Vec::new(),
        passes: Vec::new(),
        waits: 0,
        pass_until: None,
        end: None,
        ended_at: None,
        verdict: None,
        answer_until: None,
        refusal: None,
        trouble: None,
        hold_until: None,
        forget_at: None,
        erase_at: None,
        back_to: None,
        checks: Vec::new(),
        reduced: false,
        desk: Box::default(),
        erased: false,
        private: Private::default(),
    }
}
