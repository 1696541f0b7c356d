//! What carries a message to a person: a mail server, or a gateway that takes signed messages (Standard Webhooks 1.0). One attempt,
//! and what it comes to.
//!
//! A gateway is sent `{"type": "message.send", "timestamp": …, "data": {"kind", "to", "subject", "text", "language", "message_id"}}`. The id
//! is the same whenever it is sent again, in the header too: whoever pays for each SMS drops what came before.

use std::time::Duration;

use serde_json::json;

use super::mail::Mail;
use super::message;
use super::schedule::wish;
use super::send::{Endpoint, Sent};
use doorward_contract::signature::fresh_id;
use doorward_contract::{ContactKind, Timestamp};

/// A message as it is handed over.
pub struct Handed<'m> {
    /// Its id.
    pub id: &'m str,
    /// By mail or by SMS.
    pub kind: ContactKind,
    /// Where to.
    pub to: &'m str,
    /// What it is about.
    pub subject: &'m str,
    /// What it says.
    pub text: &'m str,
    /// In which language.
    pub language: &'m str,
    /// When it was written.
    pub at: Timestamp,
}

/// What an attempt comes to. The reasons hold nothing of address or message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The carrier took it.
    Taken,
    /// It may take it another time, not before the moment given.
    Later(String, Option<Timestamp>),
    /// It will not take it.
    Refused(String),
}

impl Outcome {
    /// Another time, whenever that is.
    pub(super) fn later(why: &str) -> Self {
        Self::Later(why.to_owned(), None)
    }
}

/// What carries messages.
#[derive(Debug)]
pub enum Carrier {
    /// A mail server.
    Smtp(Box<Mail>),
    /// A gateway.
    Gateway(Box<Endpoint>),
}

impl Carrier {
    /// How long one attempt may take.
    pub fn timeout(&self) -> Duration {
        match self {
            Self::Smtp(mail) => mail.timeout(),
            Self::Gateway(endpoint) => endpoint.timeout,
        }
    }

    /// Hands a message over, once, as of `now`.
    pub async fn send(&self, message: &Handed<'_>, now: Timestamp) -> Outcome {
        match self {
            Self::Smtp(mail) => mail.send(message).await,
            Self::Gateway(endpoint) => judged(&endpoint.send(message.id, &body(message), now).await, now),
        }
    }

    /// Tries the carrier without a message to anybody: a mail server as far as signing in, a gateway with a signed trial. What
    /// stands in the way.
    pub async fn try_out(&self, now: Timestamp) -> Result<(), String> {
        match self {
            Self::Smtp(mail) => mail.try_out().await,
            Self::Gateway(endpoint) => {
                let sent = endpoint.send(&fresh_id(), &message::trial(now), now).await;
                match judged(&sent, now) {
                    Outcome::Taken => Ok(()),
                    Outcome::Later(why, _) | Outcome::Refused(why) => Err(why),
                }
            }
        }
    }
}

fn body(message: &Handed<'_>) -> String {
    let kind = match message.kind {
        ContactKind::Mail => "mail",
        ContactKind::Phone => "sms",
    };
    json!({
        "type": "message.send", "timestamp": message.at,
        "data": {
            "kind": kind, "to": message.to, "subject": message.subject, "text": message.text,
            "language": message.language, "message_id": message.id,
        },
    })
    .to_string()
}

/// What a gateway's answer comes to. One that dislikes the message will dislike it again.
fn judged(sent: &Sent, now: Timestamp) -> Outcome {
    let wished = sent.heard.retry_after.as_deref().and_then(|text| wish(text, now));
    let wished = wished.map(|length| now.plus(length));
    match sent.heard.status {
        Some(200..=299) => Outcome::Taken,
        // Too slow, too early, too many (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4), or its own trouble.
        Some(status @ (408 | 425 | 429 | 500..=599)) => Outcome::Later(format!("it answered {status}"), wished),
        Some(status) => Outcome::Refused(format!("it answered {status}")),
        None => Outcome::Later(sent.fault.clone().unwrap_or_default(), None),
    }
}
