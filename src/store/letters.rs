//! Links and codes on their way to a person: written with the change of the case that made them, claimed by one worker at a time, and gone
//! as soon as they were sent or are over. Address and text are sealed under the case's own key; what came of each is a fact.
//!
//! When one is sent again is `jobs`' to say.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::db::{Row, Tx, values};
use super::deliveries::{count, time};
use super::{Error, Store, rows, sql};
use crate::audit::{Event, Fact};
use crate::case::CaseId;
use crate::crypto::seal::Key;
use doorward_contract::Timestamp;

/// What a letter brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// A link to a case that nobody took up yet.
    Link,
    /// A code for a further check.
    Code,
}

impl LetterKind {
    /// The word in the database, and in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Code => "code",
        }
    }

    fn of(word: &str) -> Self {
        if word == Self::Code.word() {
            Self::Code
        } else {
            Self::Link
        }
    }

    /// That the carrier took it.
    pub fn sent(self, carrier: String, way: String, message: String) -> Fact {
        match self {
            Self::Link => Fact::LinkSent { carrier, way, message },
            Self::Code => Fact::CheckCodeSent { carrier, way, message },
        }
    }

    /// That it was given up, and why.
    pub fn not_sent(self, carrier: String, way: String, message: String, why: String) -> Fact {
        match self {
            Self::Link => Fact::LinkNotSent {
                carrier,
                way,
                message,
                why,
            },
            Self::Code => Fact::CheckCodeNotSent {
                carrier,
                way,
                message,
                why,
            },
        }
    }
}

/// A letter to be written with a change of its case.
#[derive(Clone, Debug)]
pub struct NewLetter {
    /// The message's own id, which the receiver sees.
    pub id: String,
    /// What it brings.
    pub kind: LetterKind,
    /// The carrier's name in the settings.
    pub carrier: String,
    /// The way, which names carrier and contact and tells no address.
    pub way: String,
    /// Nobody sends it from then on.
    pub until: Timestamp,
    /// Address and text, as the carrier's worker reads them.
    pub content: SecretString,
}

/// The right to send a letter once.
#[derive(Clone)]
pub struct Letter {
    /// The message's id.
    pub id: String,
    /// What it brings.
    pub kind: LetterKind,
    /// Whose case's.
    pub case: CaseId,
    /// The way.
    pub way: String,
    /// The how-manieth attempt it is, from 1; those of nodes that died are counted.
    pub tries: u32,
    /// Nobody sends it from then on.
    pub until: Timestamp,
    /// Address and text; nothing if the case's key is gone.
    pub content: Option<SecretString>,
    lease: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// When there is a letter for a carrier next, or a lease runs out.
    pub async fn next_letter(&self, carrier: &str) -> Result<Option<Timestamp>, Error> {
        let row = self.0.db.one(&sql::NEXT_LETTER, values![carrier]).await?;
        row.map_or(Ok(None), |row| time(&row, "due_at"))
    }

    /// Takes the letter for a carrier that is due longest, for the length of `lease`. However many ask at once, one of them
    /// gets it.
    pub async fn claim_letter(&self, carrier: &str, now: Timestamp, lease: Duration) -> Result<Option<Letter>, Error> {
        let name = Uuid::new_v4().to_string();
        let row = values![name.as_str(), now.plus(lease), now, carrier];
        let Some(row) = self.0.db.take(&sql::CLAIM_LETTER, row).await? else {
            return Ok(None);
        };
        let (id, case): (String, CaseId) = (row.get("id")?, case_of(&row)?);
        let content = match self.0.db.one(&sql::CASE_KEY, values![&case]).await? {
            None => None,
            Some(key) => {
                let key = rows::open_key(&self.0.keys, &case, &key.get::<Vec<u8>>("sealed")?)?;
                let plain = key.open(&place(&id), &row.get::<Vec<u8>>("sealed")?)?;
                let text = std::str::from_utf8(&plain).map_err(|_| Error::Damaged {
                    why: "a letter is not text",
                })?;
                Some(text.to_owned().into())
            }
        };
        Ok(Some(Letter {
            id,
            kind: LetterKind::of(&row.get::<String>("kind")?),
            case,
            way: row.get("way")?,
            tries: count(&row, "tries")?,
            until: Timestamp::from_micros(row.get("until_at")?),
            content,
            lease: name,
        }))
    }

    /// Has a letter sent again at `at`. False if the lease was lost to somebody else.
    pub async fn put_back_letter(&self, letter: &Letter, at: Timestamp) -> Result<bool, Error> {
        let row = values![letter.id.as_str(), letter.lease.as_str(), at];
        Ok(self.0.db.run(&sql::PUT_BACK_LETTER, row).await? > 0)
    }

    /// Drops a letter and writes down what came of it. False, and nothing is written, if the lease was lost to somebody else.
    pub async fn end_letter(&self, letter: &Letter, event: Event) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        let row = values![letter.id.as_str(), letter.lease.as_str()];
        let ours = tx.run(&sql::END_LETTER, row).await? > 0;
        if ours {
            Self::record(&mut tx, &[event]).await?;
            tx.commit().await?;
        }
        Ok(ours)
    }

    /// Drops what nobody sent in time, because no node knows its carrier any more.
    pub(super) async fn sweep_letters(&self, now: Timestamp) -> Result<(), Error> {
        loop {
            let mut tx = self.0.db.begin().await?;
            let Some(row) = tx.one(&sql::LATE_LETTER, values![now]).await? else {
                return Ok(());
            };
            let kind = LetterKind::of(&row.get::<String>("kind")?);
            let (carrier, way) = (row.get("carrier")?, row.get("way")?);
            let fact = kind.not_sent(carrier, way, row.get("id")?, "late".to_owned());
            Self::record(&mut tx, &[Event::of(&case_of(&row)?, now, fact)]).await?;
            tx.commit().await?;
        }
    }
}

/// Seals a letter under its case's key.
pub(super) fn seal(key: &Key, letter: &NewLetter) -> Result<Vec<u8>, Error> {
    Ok(key.seal(&place(&letter.id), letter.content.expose_secret().as_bytes())?)
}

/// Writes letters, sealed, due at once.
pub(super) async fn add(
    tx: &mut Tx,
    case: &CaseId,
    letters: Vec<(NewLetter, Vec<u8>)>,
    now: Timestamp,
) -> Result<(), Error> {
    for (letter, sealed) in letters {
        let row = values![
            letter.id,
            case,
            letter.carrier,
            letter.kind.word(),
            letter.way,
            letter.until,
            now,
            Some(sealed)
        ];
        tx.run(&sql::ADD_LETTER, row).await?;
    }
    Ok(())
}

fn case_of(row: &Row) -> Result<CaseId, Error> {
    row.get::<String>("case_id")?.parse().map_err(|_| Error::Damaged {
        why: "a letter's case is no case",
    })
}

fn place(id: &str) -> String {
    format!("letters/{id}")
}
