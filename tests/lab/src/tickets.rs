//! The tickets of the imitated ticket system: what Doorward's signed messages say becomes of each.
//!
//! Verifies as Standard Webhooks 1.0 tells receivers to ("Verifying signatures": three headers, the raw body, five minutes,
//! constant time), in code of its own. A message seen before is taken again and changes nothing; messages come in any order, so
//! a ticket stands where the youngest one says.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::{Clock, Timestamp};
use serde::{Deserialize, Serialize};

/// How far a message's time may be from ours, in seconds.
const TOLERANCE: u64 = 5 * 60;

/// A ticket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Its number.
    pub number: String,
    /// Who called, by login.
    pub caller: String,
    /// What they need, as the purpose is named.
    pub purpose: String,
    /// The case's number, once it is known.
    pub case: Option<String>,
    /// Where it stands: the case's stage, and how it ended.
    pub state: String,
    /// As of when.
    pub as_of: Option<Timestamp>,
    /// What was told of it, in the order in which it came.
    pub told: Vec<Told>,
}

/// One message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
}

#[derive(Debug, Default)]
struct Book {
    tickets: Vec<Ticket>,
    seen: HashSet<String>,
    refused: u32,
}

/// All tickets. Clones share them.
#[derive(Clone, Debug)]
pub struct Tickets {
    book: Arc<Mutex<Book>>,
    key: Arc<hmac::Key>,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    case: Option<Case>,
}

#[derive(Deserialize)]
struct Case {
    number: String,
    ticket: Option<String>,
    stage: String,
    end: Option<String>,
    changed_at: Timestamp,
}

impl Tickets {
    /// None yet; messages are signed with `secret`.
    pub(crate) fn new(secret: &str, clock: Arc<dyn Clock>) -> Self {
        let bytes = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default();
        Self {
            book: Arc::default(),
            key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes)),
            clock,
        }
    }

    /// A ticket is opened.
    pub(crate) fn open(&self, number: &str, caller: &str, purpose: &str) {
        self.lock().tickets.push(Ticket {
            number: number.to_owned(),
            caller: caller.to_owned(),
            purpose: purpose.to_owned(),
            case: None,
            state: "waiting for Doorward".to_owned(),
            as_of: None,
            told: Vec::new(),
        });
    }

    /// All of them, newest first.
    pub fn all(&self) -> Vec<Ticket> {
        self.lock().tickets.iter().rev().cloned().collect()
    }

    /// How many messages were refused.
    pub fn refused(&self) -> u32 {
        self.lock().refused
    }

    /// Takes a message.
    pub(crate) fn take(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let now = self.clock.now();
        let mut book = self.lock();
        let Some(id) = verified(&self.key, headers, body, now) else {
            book.refused += 1;
            return StatusCode::UNAUTHORIZED;
        };
        let Ok(message) = serde_json::from_slice::<Message>(body) else {
            book.refused += 1;
            return StatusCode::UNPROCESSABLE_ENTITY;
        };
        if book.seen.insert(id.clone()) {
            book.note(id, message);
        }
        StatusCode::NO_CONTENT
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn note(&mut self, id: String, message: Message) {
        let Some(case) = message.data.case else {
            return;
        };
        // Cases that no ticket asked for are nobody's here. Of tickets with one number the newest counts.
        let mut tickets = self.tickets.iter_mut().rev();
        let Some(ticket) = tickets.find(|ticket| Some(&ticket.number) == case.ticket.as_ref()) else {
            return;
        };
        ticket.told.push(Told {
            id,
            kind: message.kind,
            at: message.timestamp,
        });
        ticket.case = Some(case.number);
        if ticket.as_of.is_none_or(|known| known <= case.changed_at) {
            ticket.as_of = Some(case.changed_at);
            ticket.state = match case.end {
                Some(end) => format!("{} ({end})", case.stage),
                None => case.stage,
            };
        }
    }
}

/// The message's id, if it is from Doorward.
pub(crate) fn verified(key: &hmac::Key, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Option<String> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let (id, time) = (header("webhook-id")?, header("webhook-timestamp")?);
    let seconds: i64 = time.parse().ok()?;
    if now.seconds().abs_diff(seconds) > TOLERANCE {
        return None;
    }
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    let mut signatures = header("webhook-signature")?.split(' ');
    let fits = signatures.any(|signature| {
        let bytes = signature
            .strip_prefix("v1,")
            .and_then(|text| STANDARD.decode(text).ok());
        bytes.is_some_and(|bytes| hmac::verify(key, &signed, &bytes).is_ok())
    });
    fits.then(|| id.to_owned())
}
