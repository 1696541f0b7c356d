//! Sending: a message is claimed for one receiver at a time, so that receivers share nothing, and what came of the attempt is
//! written with how the receiver is. When a message is sent again and when a receiver rests is `notice`'s to say.

use std::time::Duration;

use uuid::Uuid;

use super::db::{Value, values};
use super::deliveries::{count, time};
use super::{Attempt, DeliveryState, Error, Store, sql};
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// The right to make one attempt.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The message's id.
    pub id: String,
    /// What it tells.
    pub kind: String,
    /// What is sent.
    pub body: String,
    /// The how-manieth attempt of this round it is, from 1; those of nodes that died are counted.
    pub tries: u32,
    number: i64,
    lease: String,
}

/// What came of an attempt, to be written. Its [`Attempt::number`] is the claim's.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The attempt.
    pub attempt: Attempt,
    /// What becomes of the delivery.
    pub then: Then,
    /// Whether the receiver is well; unknown if nothing of it can be told.
    pub well: Option<bool>,
    /// Until when the receiver is left alone.
    pub rest_until: Option<Timestamp>,
    /// Whether the receiver said that it is gone for good.
    pub gone: bool,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is sent again at this time.
    Again(Timestamp),
    /// The receiver took it.
    Delivered,
    /// No attempt is left.
    GivenUp,
}

/// How a receiver is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receiver {
    /// Since when it is gone for good, until the settings change.
    pub gone_at: Option<Timestamp>,
    /// How often in a row it was not well.
    pub failures: u32,
    /// Until when it is left alone.
    pub rest_until: Option<Timestamp>,
}

impl Store {
    /// Makes a receiver of the settings known. If they changed since it was last known, whatever it said before is forgotten.
    pub async fn know_receiver(&self, name: &str, fingerprint: &Digest) -> Result<(), Error> {
        let row = values![name, fingerprint];
        self.0.db.run(&sql::KNOW_WEBHOOK, row).await.map(drop)
    }

    /// How a receiver is.
    pub async fn receiver(&self, name: &str) -> Result<Receiver, Error> {
        let Some(row) = self.0.db.one(&sql::WEBHOOK, values![name]).await? else {
            return Ok(Receiver::default());
        };
        Ok(Receiver {
            gone_at: time(&row, "gone_at")?,
            failures: count(&row, "failures")?,
            rest_until: time(&row, "rest_until")?,
        })
    }

    /// When there is something to send to a receiver next, or a lease runs out.
    pub async fn next_delivery(&self, webhook: &str) -> Result<Option<Timestamp>, Error> {
        let row = self.0.db.one(&sql::NEXT_DELIVERY, values![webhook]).await?;
        row.map_or(Ok(None), |row| time(&row, "due_at"))
    }

    /// Takes the message to a receiver that is due longest, for the length of `lease`. However many ask at once, one of them
    /// gets it.
    pub async fn claim_delivery(
        &self,
        webhook: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Sending>, Error> {
        let name = Uuid::new_v4().to_string();
        let row = values![name.as_str(), now.plus(lease), now, webhook];
        let Some(row) = self.0.db.take(&sql::CLAIM_DELIVERY, row).await? else {
            return Ok(None);
        };
        Ok(Some(Sending {
            id: row.get("id")?,
            kind: row.get("kind")?,
            body: row.get("body")?,
            tries: count(&row, "tries")?,
            number: row.get("sent")?,
            lease: name,
        }))
    }

    /// Writes what came of an attempt. False if the lease was lost to somebody else: then the attempt alone is kept.
    pub async fn settle_delivery(&self, webhook: &str, claim: &Sending, settled: Settled) -> Result<bool, Error> {
        let Attempt {
            at,
            took_ms,
            status,
            fault,
            answer,
            ..
        } = settled.attempt;
        let over = Some(at.plus(Duration::from_millis(u64::try_from(took_ms).unwrap_or(0))));
        let (state, again, ended) = match settled.then {
            Then::Again(at) => (DeliveryState::Waiting, Some(at), None),
            Then::Delivered => (DeliveryState::Delivered, None, over),
            Then::GivenUp => (DeliveryState::GivenUp, None, over),
        };
        let mut tx = self.0.db.begin().await?;
        let row = values![claim.id.as_str(), claim.lease.as_str(), state.word(), again, ended];
        let ours = tx.run(&sql::SETTLE_DELIVERY, row).await? > 0;
        let status = Value::Int(status.map(i64::from));
        let row = values![claim.id.as_str(), claim.number, at, took_ms, status, fault, answer];
        tx.run(&sql::ADD_ATTEMPT, row).await?;
        match settled.well {
            Some(true) => drop(tx.run(&sql::WEBHOOK_ANSWERED, values![webhook]).await?),
            Some(false) => drop(tx.run(&sql::WEBHOOK_FAILED, values![webhook]).await?),
            None => {}
        }
        if let Some(until) = settled.rest_until {
            tx.run(&sql::REST_WEBHOOK, values![webhook, until]).await?;
        }
        if settled.gone {
            tx.run(&sql::WEBHOOK_GONE, values![webhook, at]).await?;
        }
        tx.commit().await?;
        Ok(ours)
    }
}
