//! The log of deliveries: what is or was to be told to systems of the company's own, with what came of every attempt, and
//! sending one once more.

use std::time::Duration;

use super::db::{Row, Value, values};
use super::limits::BATCH;
use super::{Error, Store, sql};
use crate::audit::{Event, Fact};
use crate::case::CaseId;
use doorward_contract::Timestamp;

/// How long what ended is kept: long enough to find out on a Monday what went wrong before a week's holiday.
const KEPT: Duration = Duration::from_hours(14 * 24);
/// What was not sent by then is news to nobody: a receiver that was away or switched off all the while.
const TOO_OLD: Duration = Duration::from_hours(3 * 24);

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be sent, or sent again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// No attempt is left, or it became too old.
    GivenUp,
}

impl DeliveryState {
    /// The word in the database and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }

    fn of(word: &str) -> Result<Self, Error> {
        [Self::Waiting, Self::Delivered, Self::GivenUp]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or(Error::Damaged {
                why: "a delivery stands nowhere",
            })
    }
}

/// One attempt and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Attempt {
    /// From 1. A gap is an attempt whose node died.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// What the receiver answered, if it did.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub fault: Option<String>,
    /// How the answer began.
    pub answer: Option<String>,
}

/// A delivery as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message's id, which the receiver sees.
    pub id: String,
    /// The receiver's name in the settings.
    pub webhook: String,
    /// What it tells.
    pub kind: String,
    /// Of which case.
    pub case: Option<CaseId>,
    /// The case's purpose.
    pub purpose: Option<String>,
    /// When it was written.
    pub made_at: Timestamp,
    /// How it stands.
    pub state: DeliveryState,
    /// Attempts in this round.
    pub tries: u32,
    /// Attempts in all.
    pub sent: u32,
    /// When it is sent next.
    pub due_at: Option<Timestamp>,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
    /// What is sent; left out of lists.
    pub body: Option<String>,
    /// Since when the receiver is gone for good; left out of lists.
    pub gone_at: Option<Timestamp>,
    /// Until when the receiver is left alone; left out of lists.
    pub rest_until: Option<Timestamp>,
    /// Every attempt; left out of lists.
    pub attempts: Vec<Attempt>,
}

/// Which deliveries to list.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// Only those to this receiver.
    pub webhook: Option<String>,
    /// Only those that tell this.
    pub kind: Option<String>,
    /// Only those that stand so.
    pub state: Option<DeliveryState>,
    /// Only those of this case.
    pub case: Option<CaseId>,
    /// Only those after this place: the last of the page before.
    pub before: Option<(Timestamp, String)>,
    /// How many at most.
    pub limit: u32,
}

impl Store {
    /// Lists deliveries, newest first.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<Delivery>, Error> {
        // Nothing is made later than the end of time; the id does not matter then.
        let (at, id) = filter
            .before
            .unwrap_or((Timestamp::from_micros(i64::MAX), String::new()));
        let state = filter.state.map(|state| state.word().to_owned());
        let mut row = values![at, id, i64::from(filter.limit), filter.webhook, filter.kind, state];
        let sql = match filter.case {
            None => &sql::DELIVERIES,
            Some(case) => {
                row.push(Value::from(&case));
                &sql::DELIVERIES_OF
            }
        };
        let rows = self.0.db.all(sql, row).await?;
        rows.iter().map(delivery).collect()
    }

    /// Reads a delivery with every attempt.
    pub async fn delivery(&self, id: &str) -> Result<Option<Delivery>, Error> {
        let Some(row) = self.0.db.one(&sql::DELIVERY, values![id]).await? else {
            return Ok(None);
        };
        let attempts = self.0.db.all(&sql::ATTEMPTS, values![id]).await?;
        Ok(Some(Delivery {
            body: row.get("body")?,
            gone_at: time(&row, "gone_at")?,
            rest_until: time(&row, "rest_until")?,
            attempts: attempts.iter().map(attempt).collect::<Result<_, _>>()?,
            ..delivery(&row)?
        }))
    }

    /// Has a message sent once more, under the same id and with all its attempts, and writes down who wanted it. One that is
    /// being sent at this moment goes on as it was. The delivery as it stands then; nothing if there is none.
    pub async fn replay(&self, id: &str, by: &str, now: Timestamp) -> Result<Option<Delivery>, Error> {
        let Some(found) = self.delivery(id).await? else {
            return Ok(None);
        };
        let mut tx = self.0.db.begin().await?;
        let row = values![id, now, DeliveryState::Waiting.word()];
        if tx.run(&sql::REPLAY_DELIVERY, row).await? > 0 {
            let fact = Fact::DeliveryReplayed {
                operator: by.to_owned(),
                delivery: id.to_owned(),
            };
            let event = match &found.case {
                Some(case) => Event::of(case, now, fact),
                None => Event::apart(now, fact),
            };
            Self::record(&mut tx, &[event]).await?;
        }
        tx.commit().await?;
        self.delivery(id).await
    }

    /// Gives up what waited too long, and drops what ended long ago.
    pub(super) async fn sweep_deliveries(&self, now: Timestamp) -> Result<(), Error> {
        let db = &self.0.db;
        let given_up = DeliveryState::GivenUp.word();
        while db
            .run(
                &sql::GIVE_UP_DELIVERIES,
                values![now.minus(TOO_OLD), BATCH, now, given_up],
            )
            .await?
            > 0
        {}
        while db.run(&sql::SWEEP_DELIVERIES, values![now.minus(KEPT), BATCH]).await? > 0 {}
        Ok(())
    }
}

fn delivery(row: &Row) -> Result<Delivery, Error> {
    let case: Option<String> = row.get("case_id")?;
    let case = case.map(|id| id.parse()).transpose().map_err(|_| Error::Damaged {
        why: "a delivery's case is no case",
    })?;
    Ok(Delivery {
        id: row.get("id")?,
        webhook: row.get("webhook")?,
        kind: row.get("kind")?,
        case,
        purpose: row.get("purpose")?,
        made_at: Timestamp::from_micros(row.get("made_at")?),
        state: DeliveryState::of(&row.get::<String>("state")?)?,
        tries: count(row, "tries")?,
        sent: count(row, "sent")?,
        due_at: time(row, "due_at")?,
        ended_at: time(row, "ended_at")?,
        body: None,
        gone_at: None,
        rest_until: None,
        attempts: Vec::new(),
    })
}

fn attempt(row: &Row) -> Result<Attempt, Error> {
    let status: Option<i64> = row.get("status")?;
    Ok(Attempt {
        number: row.get("number")?,
        at: Timestamp::from_micros(row.get("at")?),
        took_ms: row.get("took_ms")?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        fault: row.get("fault")?,
        answer: row.get("answer")?,
    })
}

pub(super) fn time(row: &Row, column: &str) -> Result<Option<Timestamp>, Error> {
    Ok(row.get::<Option<i64>>(column)?.map(Timestamp::from_micros))
}

pub(super) fn count(row: &Row, column: &str) -> Result<u32, Error> {
    Ok(u32::try_from(row.get::<i64>(column)?).unwrap_or(u32::MAX))
}
