//! The record: every fact chained onto the one before, in the transaction of the change it belongs to.
//!
//! The head is one row that each writing transaction holds, last of all it touches and therefore shortly; so places
//! have no gaps and the order of the record is the order of commits.

use super::db::{Row, Tx, Value, values};
use super::{Error, Store, Written, rows, sql};
use crate::audit::{Event, Head, Link};
use crate::case::CaseId;

impl Store {
    /// Writes facts that change no case.
    pub async fn note(&self, events: &[Event]) -> Result<(), Error> {
        let mut tx = self.0.db.begin().await?;
        self.put_out(&mut tx, &Written::apart(events)).await?;
        Self::record(&mut tx, events).await?;
        tx.commit().await
    }

    /// Where the record ends.
    pub async fn head(&self) -> Result<Head, Error> {
        read_head(self.0.db.one(&sql::HEAD, values![]).await?)
    }

    /// The record after the place `after`, in order, `limit` links at most.
    pub async fn links(&self, after: i64, limit: i64) -> Result<Vec<Link>, Error> {
        let rows = self.0.db.all(&sql::LINKS, values![after, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(Link {
                    seq: row.get("seq")?,
                    text: row.get("text")?,
                    hash: row.get("hash")?,
                })
            })
            .collect()
    }

    /// What is recorded of a case, in order.
    pub async fn events_of(&self, case: &CaseId) -> Result<Vec<Event>, Error> {
        let rows = self.0.db.all(&sql::EVENTS_OF, values![case]).await?;
        rows.iter().map(rows::read_event).collect()
    }

    /// Chains `events` on within `tx`. The last thing a transaction does.
    pub(super) async fn record(tx: &mut Tx, events: &[Event]) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        let mut head = read_head(tx.one(&sql::HOLD_HEAD, values![]).await?)?;
        for event in events {
            let (kind, text) = rows::event(event)?;
            let (link, next) = head.then(text);
            let case = Value::Text(event.case.as_ref().map(ToString::to_string));
            let row = values![link.seq, case, event.at, kind, link.text, link.hash];
            tx.run(&sql::ADD_EVENT, row).await?;
            head = next;
        }
        tx.run(&sql::MOVE_HEAD, values![head.seq, head.hash]).await?;
        Ok(())
    }
}

fn read_head(row: Option<Row>) -> Result<Head, Error> {
    let row = row.ok_or(Error::Damaged {
        why: "the record has no head",
    })?;
    Ok(Head {
        seq: row.get("seq")?,
        hash: row.get("hash")?,
    })
}
