//! What the staff's side remembers beside the cases: whose cases they are, who is frozen or was recovered lately, and whether
//! the shield is up.
//!
//! People are known here by keyed digests only, so that a copied database names nobody.

use super::db::{Tx, values};
use super::{Error, Store, Written, rows, sql};
use crate::audit::Event;
use crate::case::{Case, CaseId};
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// What is remembered of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A case of theirs was called fraud.
    Frozen,
    /// Their access was recovered lately.
    Recovered,
}

impl MarkKind {
    fn word(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Recovered => "recovered",
        }
    }
}

/// Something to be remembered of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What.
    pub kind: MarkKind,
    /// Of whom.
    pub who: Digest,
    /// Until when.
    pub until: Timestamp,
}

/// The shield, while it is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Since when.
    pub at: Timestamp,
    /// Who raised it.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Store {
    /// The newest cases of any of these people, `limit` at most.
    pub async fn cases_of(&self, who: &[Digest], limit: u32) -> Result<Vec<Case>, Error> {
        let mut found: Vec<Case> = Vec::new();
        for digest in who {
            let rows = self.0.db.all(&sql::CASES_OF, values![digest, i64::from(limit)]).await?;
            for row in &rows {
                let case = rows::case(row, &self.0.keys)?;
                if !found.iter().any(|known| known.id == case.id) {
                    found.push(case);
                }
            }
        }
        found.sort_by(|one, other| (other.opened_at, other.id.as_str()).cmp(&(one.opened_at, one.id.as_str())));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// Whether any of these people has that mark.
    pub async fn is_marked(&self, kind: MarkKind, who: &[Digest], now: Timestamp) -> Result<bool, Error> {
        for digest in who {
            let row = values![kind.word(), digest, now];
            if self.0.db.one(&sql::IS_MARKED, row).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes a mark off these people, with the facts that go with it.
    pub async fn unmark(&self, kind: MarkKind, who: &[Digest], events: &[Event]) -> Result<(), Error> {
        let mut tx = self.0.db.begin().await?;
        for digest in who {
            tx.run(&sql::UNMARK, values![kind.word(), digest]).await?;
        }
        Self::record(&mut tx, events).await?;
        tx.commit().await
    }

    /// The shield, if it is up.
    pub async fn shield(&self) -> Result<Option<Raised>, Error> {
        let Some(row) = self.0.db.one(&sql::SHIELD, values![]).await? else {
            return Ok(None);
        };
        Ok(Some(Raised {
            at: Timestamp::from_micros(row.get("raised_at")?),
            by: row.get("raised_by")?,
            reason: row.get("reason")?,
        }))
    }

    /// Raises the shield; false, and nothing is written, if it is up.
    pub async fn raise(&self, raised: &Raised, event: Event) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        let row = values![raised.at, raised.by.as_str(), raised.reason.as_str()];
        if tx.run(&sql::RAISE, row).await? == 0 {
            return Ok(false);
        }
        Self::record(&mut tx, std::slice::from_ref(&event)).await?;
        self.put_out(&mut tx, &Written::apart(std::slice::from_ref(&event)))
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Lowers the shield; false, and nothing is written, if it is down.
    pub async fn lower(&self, event: Event) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::LOWER, values![]).await? == 0 {
            return Ok(false);
        }
        Self::record(&mut tx, std::slice::from_ref(&event)).await?;
        self.put_out(&mut tx, &Written::apart(std::slice::from_ref(&event)))
            .await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Writes whose case it is, as far as it was not written yet.
pub(super) async fn add_people(tx: &mut Tx, id: &CaseId, known: &[Digest], who: &[Digest]) -> Result<(), Error> {
    for digest in who.iter().filter(|digest| !known.contains(digest)) {
        tx.run(&sql::ADD_PERSON, values![digest, id]).await?;
    }
    Ok(())
}

/// Writes marks. One that is there lasts as long as the longer of the two.
pub(super) async fn add_marks(tx: &mut Tx, marks: &[Mark]) -> Result<(), Error> {
    for mark in marks {
        tx.run(&sql::MARK, values![mark.kind.word(), &mark.who, mark.until])
            .await?;
    }
    Ok(())
}
