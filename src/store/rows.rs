//! Rows to types and back: a case's clear text, its sealed part, and the key that seals it.

use super::Error;
use super::db::{Row, Value, values};
use crate::audit::Event;
use crate::case::{Case, CaseId, Private};
use crate::crypto::seal::Key;

/// A case as its columns from `version` on, in the order that all statements on `cases` keep.
pub(super) fn columns(case: &Case) -> Result<Vec<Value>, Error> {
    let body = serde_json::to_string(case).map_err(|_| Error::Damaged {
        why: "a case cannot be written as JSON",
    })?;
    Ok(values![
        case.version,
        case.stage.word(),
        case.purpose.as_str(),
        case.source.as_str(),
        case.opened_at,
        case.changed_at,
        case.expires_at,
        body,
    ])
}

/// Reads a case with what is sealed of it.
pub(super) fn case(row: &Row, keys: &Key) -> Result<Case, Error> {
    let mut case: Case = serde_json::from_str(&row.get::<String>("body")?).map_err(|_| Error::Damaged {
        why: "a case's text is not a case",
    })?;
    if case.id.as_str() != row.get::<String>("id")? || case.version != row.get::<i64>("version")? {
        return Err(Error::Damaged {
            why: "a case's text belongs to another row",
        });
    }
    let private: Option<Vec<u8>> = row.get("private")?;
    let sealed: Option<Vec<u8>> = row.get("sealed")?;
    case.private = match (private, sealed) {
        (Some(private), Some(sealed)) => open_private(&open_key(keys, &case.id, &sealed)?, &case.id, &private)?,
        (None, None) => Private::default(),
        _ => {
            return Err(Error::Damaged {
                why: "a case's sealed part and its key do not go together",
            });
        }
    };
    Ok(case)
}

pub(super) fn seal_private(key: &Key, case: &Case) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(&case.private).map(zeroize::Zeroizing::new);
    let plain = plain.map_err(|_| Error::Damaged {
        why: "what identifies a person cannot be written as JSON",
    })?;
    Ok(key.seal(&format!("cases/{}", case.id), &plain)?)
}

fn open_private(key: &Key, id: &CaseId, sealed: &[u8]) -> Result<Private, Error> {
    let plain = key.open(&format!("cases/{id}"), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Error::Damaged {
        why: "what identifies a person is not readable as JSON",
    })
}

pub(super) fn seal_key(keys: &Key, id: &CaseId, key: &Key) -> Result<Vec<u8>, Error> {
    Ok(keys.seal(&format!("case_keys/{id}"), key.bytes())?)
}

pub(super) fn open_key(keys: &Key, id: &CaseId, sealed: &[u8]) -> Result<Key, Error> {
    let plain = keys.open(&format!("case_keys/{id}"), sealed)?;
    Ok(Key::from_bytes(&plain)?)
}

/// An event's word and its exact text.
pub(super) fn event(event: &Event) -> Result<(String, String), Error> {
    let unwritable = || Error::Damaged {
        why: "an event cannot be written as JSON",
    };
    let text = serde_json::to_string(event).map_err(|_| unwritable())?;
    let fact = serde_json::to_value(&event.fact).map_err(|_| unwritable())?;
    let kind = fact
        .get("event")
        .and_then(|word| word.as_str())
        .ok_or_else(unwritable)?;
    Ok((kind.to_owned(), text))
}

pub(super) fn read_event(row: &Row) -> Result<Event, Error> {
    serde_json::from_str(&row.get::<String>("text")?).map_err(|_| Error::Damaged {
        why: "an event's text is not an event",
    })
}
