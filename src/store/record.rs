//! The record as it is looked at: the newest facts that fit, and whether it is whole from its first entry to its last.

use super::db::values;
use super::{Error, Store, sql};
use crate::audit::chain::Fault;
use crate::audit::{self, Head, Link};
use crate::case::CaseId;
use doorward_contract::Timestamp;

/// How much of the record is read at once.
const PAGE: i64 = 1_000;

/// Which facts to list.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only those of this word.
    pub kind: Option<String>,
    /// Only those of this case.
    pub case: Option<CaseId>,
    /// Only those from then on.
    pub from: Option<Timestamp>,
    /// Only those before then.
    pub until: Option<Timestamp>,
    /// Only those before this place.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: u32,
}

/// What came of checking the record from its first entry to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Where it ended when checking began: what came meanwhile is left for the next time.
    pub head: Head,
    /// What is wrong, if anything is.
    pub fault: Option<Fault>,
}

impl Store {
    /// Facts that fit, newest first.
    pub async fn events(&self, filter: EventFilter) -> Result<Vec<Link>, Error> {
        let before = filter.before.unwrap_or(i64::MAX);
        let case = filter.case.map(|case| case.to_string());
        let row = values![
            before,
            i64::from(filter.limit),
            filter.kind,
            case,
            filter.from,
            filter.until
        ];
        let rows = self.0.db.all(&sql::EVENTS, row).await?;
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

    /// Holds every entry against the one before it, in constant memory.
    pub async fn check_record(&self) -> Result<Checked, Error> {
        let head = self.head().await?;
        let fault = self.fault_before(&head).await?;
        Ok(Checked { head, fault })
    }

    async fn fault_before(&self, head: &Head) -> Result<Option<Fault>, Error> {
        let mut at = Head::start();
        while at.seq < head.seq {
            let links = self.links(at.seq, PAGE).await?;
            let links: Vec<Link> = links.into_iter().filter(|link| link.seq <= head.seq).collect();
            if links.is_empty() {
                let (expected, found) = (head.seq, at.seq);
                return Ok(Some(Fault::Cut { expected, found }));
            }
            match audit::verify(at, links) {
                Ok(next) => at = next,
                Err(fault) => return Ok(Some(fault)),
            }
        }
        if at != *head {
            return Ok(Some(Fault::Altered { seq: head.seq }));
        }
        let beyond = self.links(head.seq, 1).await?;
        let now = self.head().await?;
        let added = beyond.first().filter(|link| link.seq > now.seq);
        Ok(added.map(|link| Fault::Cut {
            expected: now.seq,
            found: link.seq,
        }))
    }
}
