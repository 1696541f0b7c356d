//! Remembers: cases, the work on them, what names them from outside, what may happen once or so often, and the record.
//!
//! One [`Store`] over SQLite or PostgreSQL; nobody outside knows which, nor sqlx. Each method is one transaction. What
//! identifies a person is sealed here, under a key of the case's own that is itself sealed under the master key.

mod answers;
mod capture;
mod cases;
mod db;
mod deliveries;
mod desk;
mod earlier;
mod grants;
mod keys;
mod ledger;
mod letters;
mod limits;
mod outbox;
mod postgres;
mod queue;
mod record;
mod rows;
mod seen;
mod sending;
pub mod sql;
mod sqlite;
mod staff;

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::audit::Event;
use crate::case::{CaseId, Handle, HandleKind, Stage};
use crate::crypto::{self, seal::Key};
use db::{Db, values};
use doorward_contract::Timestamp;

pub use answers::Repeat;
pub use capture::{Capture, CaptureChange, CaptureId, CaptureWay, Frame, NewCapture, NewFrame, Score, Taken};
pub use deliveries::{Attempt, Delivery, DeliveryFilter, DeliveryState};
pub use desk::{Mark, MarkKind, Raised};
pub use earlier::EarlierChange;
pub use grants::{Grant, GrantKind, NewGrant};
pub use keys::SigningKeyRow;
pub use letters::{Letter, LetterKind, NewLetter};
pub use outbox::{NewDelivery, Outbox, Written};
pub use queue::Claim;
pub use record::{Checked, EventFilter};
pub use seen::{Origin, SeenKind};
pub use sending::{Receiver, Sending, Settled, Then};
pub use staff::{StaffSession, Whose};

/// Where the canary is sealed to, and what it says.
const CANARY: (&str, &[u8]) = ("canary/1", b"the master key fits this database");

/// Which database, and how many connections to it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite:PATH`, or `postgres://…` (which may hold a password).
    pub url: SecretString,
    /// How many connections at most; on SQLite, how many that read beside the one that writes.
    pub connections: u32,
}

/// What can go wrong. No text holds anything of a case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else wrote the case since it was read; read it again.
    #[error("the case was changed since it was read")]
    Stale,
    /// There is no such case.
    #[error("there is no such case")]
    Missing,
    /// A handle leads to another case already; draw another.
    #[error("a handle or an id is taken by another case")]
    Taken,
    /// The database cannot be used right now, or refuses.
    #[error("the database cannot be used")]
    Unavailable {
        /// What it said.
        #[source]
        source: Cause,
    },
    /// What is stored is not what was written.
    #[error("what is stored is damaged: {why}")]
    Damaged {
        /// How it shows.
        why: &'static str,
    },
    /// Sealed data does not open, or cannot be sealed.
    #[error("what identifies the person cannot be sealed or opened")]
    Sealed {
        /// Why.
        #[from]
        source: crypto::Error,
    },
    /// Not an address of a database.
    #[error("the database's address must be `sqlite:` and a path, or `postgres://` and what follows")]
    Address,
    /// A newer program has been here.
    #[error("the database has schema {found}, this program knows up to {known}: start the newer program")]
    NewerSchema {
        /// The database's.
        found: i64,
        /// This program's newest.
        known: i64,
    },
    /// The master key is not the one this database was begun with.
    #[error("the master key is not the one this database was made with")]
    MasterKey,
}

/// What the database said. Shows its message only: its details may quote values.
pub struct Cause(sqlx::Error);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cause({})", self.0)
    }
}

impl std::error::Error for Cause {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable { source: Cause(error) }
    }
}

/// When a case is to be worked on next, as part of a change to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wake {
    /// As it was.
    #[default]
    Keep,
    /// At this time, or sooner if it was to be sooner.
    At(Timestamp),
    /// What was set for later is taken back. What is due already or being worked on stays: no wake-up is ever lost.
    Clear,
}

/// What is written together with a case.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Facts, in their order.
    pub events: Vec<Event>,
    /// New ways to the case, or longer ones.
    pub handles: Vec<Handle>,
    /// Kinds of ways that end, before the new ones begin.
    pub drop_handles: Vec<HandleKind>,
    /// What becomes of an account's earlier proof.
    pub earlier: Option<EarlierChange>,
    /// What is remembered of its person.
    pub marks: Vec<Mark>,
    /// Links that are to be sent to its person.
    pub letters: Vec<NewLetter>,
    /// When to work on it next.
    pub wake: Wake,
}

/// Which cases to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that stand here.
    pub stage: Option<Stage>,
    /// Only those for this.
    pub purpose: Option<String>,
    /// Only those that came by this.
    pub source: Option<String>,
    /// Only those that whoever is called this opened; `person` for those that nobody opened for somebody.
    pub opener: Option<String>,
    /// Only those whose number begins like this.
    pub number: Option<String>,
    /// Only those opened then or later.
    pub from: Option<Timestamp>,
    /// Only those opened before this.
    pub to: Option<Timestamp>,
    /// Only those after this place: the last case of the page before.
    pub before: Option<(Timestamp, CaseId)>,
    /// How many at most.
    pub limit: u32,
}

impl Filter {
    /// Whether it asks for more than a stage and a purpose.
    fn is_narrow(&self) -> bool {
        self.source.is_some()
            || self.opener.is_some()
            || self.number.is_some()
            || self.from.is_some()
            || self.to.is_some()
    }
}

/// Remembers. Clones share one set of connections.
#[derive(Clone)]
pub struct Store(Arc<Inner>, Arc<dyn Outbox>);

struct Inner {
    db: Db,
    /// Seals the keys of the cases.
    keys: Key,
    /// Seals the canary.
    canary: Key,
    /// Seals grants.
    grants: Key,
    /// Seals operators' sessions.
    staff: Key,
    /// Seals answers of the API.
    answers: Key,
    /// Seals the keys of the built-in verifier's sessions.
    captures: Key,
    /// Seals whose the pictures were that it remembers.
    seen: Key,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(…)")
    }
}

impl Store {
    /// Connects, and refuses a database of a newer program or of another master key. A new database has no tables yet:
    /// see [`Store::migrate`].
    pub async fn open(settings: &Settings, master: &Key) -> Result<Self, Error> {
        let inner = Arc::new(Inner {
            keys: master.derive("case keys")?,
            canary: master.derive("canary")?,
            grants: master.derive("grants")?,
            staff: master.derive("staff sessions")?,
            answers: master.derive("api answers")?,
            captures: master.derive("capture keys")?,
            seen: master.derive("capture seen")?,
            db: Db::open(settings.url.expose_secret(), settings.connections).await?,
        });
        let store = Self(inner, Arc::new(outbox::Nobody));
        if store.schema_version().await? > 0 {
            store.check_canary().await?;
        }
        Ok(store)
    }

    /// Brings the tables up to what this program needs. Safe to repeat.
    pub async fn migrate(&self) -> Result<(), Error> {
        self.0.db.migrate().await?;
        let sealed = self.0.canary.seal(CANARY.0, CANARY.1)?;
        self.0.db.run(&sql::ADD_CANARY, values![Some(sealed)]).await?;
        self.check_canary().await
    }

    /// The schema the database has; 0 before the first.
    pub async fn schema_version(&self) -> Result<i64, Error> {
        let table = self.0.db.one(&sql::HAS_SCHEMA, values![]).await?;
        let found = match table {
            Some(row) if row.get::<i64>("found")? > 0 => match self.0.db.one(&sql::SCHEMA, values![]).await? {
                Some(row) => row.get::<Option<i64>>("version")?.unwrap_or(0),
                None => 0,
            },
            _ => 0,
        };
        let known = self.newest_schema();
        if found > known {
            return Err(Error::NewerSchema { found, known });
        }
        Ok(found)
    }

    /// The schema this program needs.
    pub fn newest_schema(&self) -> i64 {
        self.0.db.newest()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        self.0.db.one(&sql::PING, values![]).await.map(drop)
    }

    async fn check_canary(&self) -> Result<(), Error> {
        let Some(row) = self.0.db.one(&sql::CANARY, values![]).await? else {
            return Ok(());
        };
        match self.0.canary.open(CANARY.0, &row.get::<Vec<u8>>("sealed")?) {
            Ok(text) if text.as_slice() == CANARY.1 => Ok(()),
            _ => Err(Error::MasterKey),
        }
    }
}
