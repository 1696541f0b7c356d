//! The shield: one switch for times of attack. While it is up nobody helps themselves, every case is looked at by a human, and two
//! colleagues agree.
//!
//! Mandiant's guidance (threats.md §2): self-service is switched off in a threat period. The switch is in the database, so that
//! every node has it; each asks at most every two seconds. It holds for cases under way as long as nothing of them was decided:
//! one that is being carried out runs its course, and a pass that waits may still be taken.

use std::sync::Mutex;
use std::time::Duration;

use super::person::allowed;
use super::{Draft, Error, Flow};
use crate::audit::{Event, Fact};
use crate::case::Stage;
use crate::case::role::{Operator, Power};
use crate::store::{Filter, Raised};
use doorward_contract::Timestamp;

/// How long what was read of the switch is taken for true.
const FRESH: Duration = Duration::from_secs(2);
/// How many cases are looked through at once when the shield goes down.
const PAGE: u32 = 200;

/// What was last read of the switch.
#[derive(Debug, Default)]
pub struct Shield(Mutex<Option<Reading>>);

/// What was read, and when.
#[derive(Clone, Debug)]
struct Reading {
    at: Timestamp,
    raised: Option<Raised>,
}

impl Shield {
    fn known(&self, now: Timestamp) -> Option<Reading> {
        let known = self.0.lock().ok()?;
        // A clock that was set back must not keep it for ever.
        let fresh = |reading: &&Reading| reading.at <= now && now < reading.at.plus(FRESH);
        known.as_ref().filter(fresh).cloned()
    }

    fn learn(&self, now: Timestamp, raised: Option<Raised>) {
        if let Ok(mut known) = self.0.lock() {
            *known = Some(Reading { at: now, raised });
        }
    }
}

impl Flow {
    /// The shield, if it is up; at most two seconds old.
    pub async fn raised(&self) -> Result<Option<Raised>, Error> {
        let now = self.now();
        if let Some(known) = self.shield.known(now) {
            return Ok(known.raised);
        }
        let raised = self.store.shield().await?;
        self.shield.learn(now, raised.clone());
        Ok(raised)
    }

    /// Raises the shield; false if it was up already.
    pub async fn raise_shield(&self, operator: &Operator, reason: &str) -> Result<bool, Error> {
        allowed(operator, Power::Shield)?;
        let now = self.now();
        let raised = Raised {
            at: now,
            by: operator.name.clone(),
            reason: reason.to_owned(),
        };
        let fact = Fact::ShieldRaised {
            operator: operator.name.clone(),
            reason: reason.to_owned(),
        };
        let new = self.store.raise(&raised, Event::apart(now, fact)).await?;
        if new {
            tracing::error!(operator = %operator.name, "the shield is up: nobody helps themselves, every case is looked at");
            self.shield.learn(now, Some(raised));
            self.wake_undecided().await?;
        }
        Ok(new)
    }

    /// Lowers the shield; false if it was down already. What waited for it alone goes on.
    pub async fn lower_shield(&self, operator: &Operator, reason: &str) -> Result<bool, Error> {
        allowed(operator, Power::Shield)?;
        let now = self.now();
        let fact = Fact::ShieldLowered {
            operator: operator.name.clone(),
            reason: reason.to_owned(),
        };
        if !self.store.lower(Event::apart(now, fact)).await? {
            return Ok(false);
        }
        tracing::warn!(operator = %operator.name, "the shield is down");
        self.shield.learn(now, None);
        self.wake_undecided().await?;
        Ok(true)
    }

    /// What waits for staff is weighed anew.
    async fn wake_undecided(&self) -> Result<(), Error> {
        for stage in [Stage::Review, Stage::Approval] {
            self.wake_all(stage).await?;
        }
        Ok(())
    }

    async fn wake_all(&self, stage: Stage) -> Result<(), Error> {
        let mut before = None;
        loop {
            let filter = Filter {
                stage: Some(stage),
                before: before.take(),
                limit: PAGE,
                ..Filter::default()
            };
            let cases = self.store.cases(filter).await?;
            for case in &cases {
                // Another node may not have heard yet: after that long it has.
                self.store.wake(&case.id, self.now().plus(FRESH)).await?;
                before = Some((case.opened_at, case.id.clone()));
            }
            if before.is_none() {
                self.bell.notify_one();
                return Ok(());
            }
        }
    }

    /// Nobody helps themselves while the shield is up.
    pub(super) async fn is_open_to_all(&self) -> Result<(), Error> {
        match self.raised().await? {
            Some(_) => Err(Error::Shielded),
            None => Ok(()),
        }
    }

    /// Writes into a case under way whether the shield is up, as long as that changes what becomes of it.
    pub(super) async fn heed_shield(&self, draft: &mut Draft) -> Result<(), Error> {
        let undecided = matches!(
            draft.case.stage,
            Stage::Consent | Stage::Proving | Stage::Comparing | Stage::Review | Stage::Checking | Stage::Approval
        );
        if undecided {
            draft.case.desk.shielded = self.raised().await?.is_some();
        }
        Ok(())
    }
}
