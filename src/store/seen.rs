//! What is remembered of a session to know its pictures and its document again: keyed digests, and whose they were, sealed. It
//! outlives the session and holds no picture.

use std::collections::HashMap;
use std::fmt::Write;

use super::db::{Row, values};
use super::{Error, Store, sql};
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// What a digest is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeenKind {
    /// A file as it was sent.
    Bytes,
    /// The pixels in it.
    Pixels,
    /// A document's issuer and number.
    Document,
    /// A card's own number, another for each printing.
    Printing,
    /// A part of the look of a document.
    Look,
    /// A part of the look of a face.
    Face,
}

impl SeenKind {
    /// Its word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Pixels => "pixels",
            Self::Document => "document",
            Self::Printing => "printing",
            Self::Look => "look",
            Self::Face => "face",
        }
    }
}

/// A session that is remembered: its name among these, and what is known of it, as whoever wrote it wrote it.
pub struct Origin {
    /// Its name here.
    pub id: Digest,
    /// What is known of it.
    pub known: Vec<u8>,
}

impl Store {
    /// Remembers a session and digests of it.
    pub async fn remember_seen(
        &self,
        origin: &Origin,
        until: Timestamp,
        seen: &[(SeenKind, Digest)],
    ) -> Result<(), Error> {
        let sealed = self.0.seen.seal(&place(&origin.id), &origin.known)?;
        let mut tx = self.0.db.begin().await?;
        let row = values![&origin.id, until, Some(sealed)];
        tx.run(&sql::KEEP_ORIGIN, row).await?;
        for (kind, digest) in seen {
            tx.run(&sql::ADD_SEEN, values![kind.word(), digest, &origin.id]).await?;
        }
        tx.commit().await
    }

    /// What is known of a session that is remembered.
    pub async fn origin(&self, id: &Digest) -> Result<Option<Origin>, Error> {
        let row = self.0.db.one(&sql::ORIGIN, values![id]).await?;
        row.map(|row| self.open_origin(&row)).transpose()
    }

    /// Other sessions in which the same was seen.
    pub async fn seen(
        &self,
        (kind, digest): (SeenKind, &Digest),
        not: &Digest,
        now: Timestamp,
    ) -> Result<Vec<Origin>, Error> {
        let rows = values![kind.word(), digest, not, now];
        let rows = self.0.db.all(&sql::SEEN, rows).await?;
        rows.iter().map(|row| self.open_origin(row)).collect()
    }

    /// Other sessions in which at least two of the parts were the same.
    pub async fn seen_near(
        &self,
        (kind, parts): (SeenKind, &[Digest]),
        not: &Digest,
        now: Timestamp,
    ) -> Result<Vec<Origin>, Error> {
        let mut row = values![kind.word()];
        row.extend(parts.iter().map(super::db::Value::from));
        row.extend(values![not, now]);
        let rows = self.0.db.all(&sql::SEEN_NEAR, row).await?;
        let mut times: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut found = Vec::new();
        for row in &rows {
            let times = times.entry(row.get("id")?).or_default();
            *times += 1;
            // Looks that are near share two parts at least; one alone is chance.
            if *times == 2 {
                found.push(self.open_origin(row)?);
            }
        }
        Ok(found)
    }

    fn open_origin(&self, row: &Row) -> Result<Origin, Error> {
        let id = Digest::from_bytes(&row.get::<Vec<u8>>("id")?).ok_or(Error::Damaged {
            why: "a remembered session's name is none",
        })?;
        let known = self.0.seen.open(&place(&id), &row.get::<Vec<u8>>("sealed")?)?;
        Ok(Origin {
            id,
            known: known.to_vec(),
        })
    }
}

fn place(id: &Digest) -> String {
    let mut text = "capture_origins/".to_owned();
    for byte in id.bytes() {
        // Writing to a text does not fail.
        let _written = write!(text, "{byte:02x}");
    }
    text
}
