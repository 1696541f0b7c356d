//! What may happen once, what may happen so often, and the end of both. Shared by all nodes on one database.

use std::time::Duration;

use super::db::values;
use super::{Error, Store, sql};
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// How many rows a sweep deletes in one statement: some milliseconds' work.
pub(super) const BATCH: i64 = 1_000;

impl Store {
    /// True the first time only, remembered until `until`.
    pub async fn use_once(&self, kind: &str, digest: &Digest, until: Timestamp) -> Result<bool, Error> {
        Ok(self.0.db.run(&sql::USE_ONCE, values![kind, digest, until]).await? > 0)
    }

    /// Counts one more; true while within `most` per `window`. A window begins with its first count.
    pub async fn count(
        &self,
        what: &str,
        digest: &Digest,
        now: Timestamp,
        window: Duration,
        most: u32,
    ) -> Result<bool, Error> {
        if most == 0 {
            return Ok(false);
        }
        let row = values![what, digest, now.plus(window), now, i64::from(most)];
        Ok(self.0.db.run(&sql::COUNT, row).await? > 0)
    }

    /// How much was counted in the window that runs now.
    pub async fn counted(&self, what: &str, digest: &Digest, now: Timestamp) -> Result<u32, Error> {
        let row = self.0.db.one(&sql::USED, values![what, digest, now]).await?;
        let used = row.map(|row| row.get::<i64>("used")).transpose()?;
        Ok(used.map_or(0, |used| u32::try_from(used).unwrap_or(u32::MAX)))
    }

    /// Drops what has ended by `now`: handles, counts, what was used once, marks, answers, sessions of the
    /// built-in verifier with their pictures. Then nothing overwritten is left in
    /// SQLite's log either.
    pub async fn sweep(&self, now: Timestamp) -> Result<(), Error> {
        for sql in [
            &sql::SWEEP_HANDLES,
            &sql::SWEEP_ONCE,
            &sql::SWEEP_LIMITS,
            &sql::SWEEP_GRANTS,
            &sql::SWEEP_EARLIER,
            &sql::SWEEP_STAFF,
            &sql::SWEEP_MARKS,
            &sql::SWEEP_ANSWERS,
            &sql::SWEEP_CAPTURES,
            &sql::SWEEP_CAPTURE_WAYS,
            &sql::SWEEP_ORIGINS,
        ] {
            while self.0.db.run(sql, values![now, BATCH]).await? > 0 {}
        }
        self.sweep_deliveries(now).await?;
        self.sweep_letters(now).await?;
        self.0.db.settle().await
    }
}
