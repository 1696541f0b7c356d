//! Work: each case has at most one piece of it, claimed by one worker at a time under a lease.
//!
//! A wake-up is never lost: one that comes while the case is worked on is kept apart from what the worker took up, and
//! makes the case due again when the worker lets go.

use std::time::Duration;

use uuid::Uuid;

use super::db::{Row, values};
use super::{Error, Store, sql};
use crate::case::CaseId;
use doorward_contract::Timestamp;

/// The right to work on a case until the lease runs out.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which case.
    pub case: CaseId,
    /// How often it was claimed since somebody last let go of it: more than 1 means that a lease ran out.
    pub tries: u32,
    lease: String,
}

impl Store {
    /// Makes a case due at `at`, or sooner if it was to be sooner.
    pub async fn wake(&self, case: &CaseId, at: Timestamp) -> Result<(), Error> {
        match self.0.db.run(&sql::WAKE, values![case, at]).await? {
            0 => Err(Error::Missing),
            _ => Ok(()),
        }
    }

    /// Takes the work that is due longest, for the length of `lease`. However many ask at once, one of them gets it.
    pub async fn claim(&self, now: Timestamp, lease: Duration) -> Result<Option<Claim>, Error> {
        // Names the lease, and is no secret: only who reads the database sees it.
        let name = Uuid::new_v4().to_string();
        let row = self
            .0
            .db
            .take(&sql::CLAIM, values![name.as_str(), now.plus(lease), now])
            .await?;
        row.map(|row| claim(&row, name)).transpose()
    }

    /// Makes a lease last until `until`. False if it was lost to somebody else.
    pub async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<bool, Error> {
        let row = values![&claim.case, claim.lease.as_str(), until];
        Ok(self.0.db.run(&sql::RENEW, row).await? > 0)
    }

    /// Lets go of a case, to be taken up at `again` or when it was woken meanwhile, whichever is sooner; if neither,
    /// there is no work left. False if the lease was lost to somebody else: then nothing is changed.
    pub async fn release(&self, claim: Claim, again: Option<Timestamp>) -> Result<bool, Error> {
        let Claim { case, lease, .. } = claim;
        let db = &self.0.db;
        let touched = match again {
            Some(at) => db.run(&sql::LET_GO_UNTIL, values![&case, lease, at]).await?,
            // Two statements and no transaction: while the lease lasts a wake-up can only be added between them.
            None => match db.run(&sql::FINISH, values![&case, lease.as_str()]).await? {
                0 => db.run(&sql::LET_GO, values![&case, lease]).await?,
                finished => finished,
            },
        };
        Ok(touched > 0)
    }

    /// When there will be work next: something due, or a lease that runs out.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Error> {
        let row = self.0.db.one(&sql::NEXT_DUE, values![]).await?;
        let at = row.map(|row| row.get::<Option<i64>>("due_at")).transpose()?.flatten();
        Ok(at.map(Timestamp::from_micros))
    }
}

fn claim(row: &Row, lease: String) -> Result<Claim, Error> {
    let case = row.get::<String>("case_id")?.parse().map_err(|_| Error::Damaged {
        why: "a job names no case",
    })?;
    let tries = u32::try_from(row.get::<i64>("tries")?).unwrap_or(u32::MAX);
    Ok(Claim { case, tries, lease })
}
