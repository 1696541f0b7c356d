//! What is to be told to systems of the company's own, written in the transaction of the change it tells of.
//!
//! Which messages a change makes is said by an [`Outbox`], which the store is handed.

use std::sync::Arc;

use super::db::{Tx, values};
use super::{DeliveryState, Error, Store, sql};
use crate::audit::Event;
use crate::case::{Case, Stage};
use doorward_contract::Timestamp;

/// What was written, as an [`Outbox`] sees it.
#[derive(Clone, Copy, Debug)]
pub struct Written<'w> {
    /// Where the case stood before; nowhere if it is new, or if there is none.
    pub before: Option<Stage>,
    /// The case as written, where there is one.
    pub case: Option<&'w Case>,
    /// The facts written with it.
    pub events: &'w [Event],
}

impl<'w> Written<'w> {
    /// A change of a case.
    pub fn new(before: Option<Stage>, case: &'w Case, events: &'w [Event]) -> Self {
        Self {
            before,
            case: Some(case),
            events,
        }
    }

    /// Facts alone.
    pub fn apart(events: &'w [Event]) -> Self {
        Self {
            before: None,
            case: None,
            events,
        }
    }
}

/// Says what is to be told of a change, and to whom.
pub trait Outbox: Send + Sync {
    /// The messages that a change makes.
    fn messages(&self, written: &Written<'_>) -> Vec<NewDelivery>;
}

/// Nobody is told of anything.
pub(super) struct Nobody;

impl Outbox for Nobody {
    fn messages(&self, _: &Written<'_>) -> Vec<NewDelivery> {
        Vec::new()
    }
}

/// A message to one receiver, to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The message's own id.
    pub id: String,
    /// The receiver's name in the settings.
    pub webhook: String,
    /// What it tells (`case.opened`).
    pub kind: &'static str,
    /// When that happened.
    pub at: Timestamp,
    /// What is sent, byte for byte.
    pub body: String,
}

impl Store {
    /// The same store, which tells of changes as `outbox` says.
    #[must_use]
    pub fn telling(self, outbox: Arc<dyn Outbox>) -> Self {
        Self(self.0, outbox)
    }

    /// Writes what is to be told of a change, within its transaction.
    pub(super) async fn put_out(&self, tx: &mut Tx, written: &Written<'_>) -> Result<(), Error> {
        for message in self.1.messages(written) {
            let case = written.case;
            let row = values![
                message.id,
                message.webhook,
                message.kind,
                case.map(|case| case.id.to_string()),
                case.map(|case| case.purpose.clone()),
                message.at,
                DeliveryState::Waiting.word(),
                message.body,
            ];
            tx.run(&sql::ADD_DELIVERY, row).await?;
        }
        Ok(())
    }
}
