//! An SMS gateway, imitated: takes signed messages and delivers them to phones.
//!
//! Verifies as Standard Webhooks 1.0 tells receivers to, in code of its own ([`crate::tickets`]), and takes a message that it saw before
//! without sending it again, by its id: each SMS costs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::Clock;
use serde::Deserialize;

use crate::mailbox::{Mailbox, Message};
use crate::tickets::verified;

/// A number as E.164 has it, its `+` included.
const LONGEST: usize = 16;

/// The gateway. Clones share what they saw.
#[derive(Clone, Debug)]
pub struct SmsGateway {
    key: Arc<hmac::Key>,
    clock: Arc<dyn Clock>,
    mailbox: Arc<Mailbox>,
    seen: Arc<Mutex<HashSet<String>>>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    data: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    kind: String,
    to: String,
    #[serde(rename = "subject")]
    _subject: String,
    text: String,
    #[serde(rename = "language")]
    _language: String,
    message_id: String,
}

impl SmsGateway {
    /// One that delivers to `mailbox`; messages are signed with `secret`.
    pub(crate) fn new(secret: &str, clock: Arc<dyn Clock>, mailbox: Arc<Mailbox>) -> Self {
        let bytes = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default();
        Self {
            key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes)),
            clock,
            mailbox,
            seen: Arc::default(),
        }
    }

    /// Takes a message.
    pub(crate) fn take(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let now = self.clock.now();
        let Some(id) = verified(&self.key, headers, body, now) else {
            return StatusCode::UNAUTHORIZED;
        };
        let Ok(body) = serde_json::from_slice::<Body>(body) else {
            return StatusCode::BAD_REQUEST;
        };
        if body.kind == "webhook.test" {
            return StatusCode::NO_CONTENT;
        }
        let Ok(data) = serde_json::from_value::<Data>(body.data) else {
            return StatusCode::UNPROCESSABLE_ENTITY;
        };
        let digits = data.to.strip_prefix('+').unwrap_or_default();
        let number =
            data.to.len() <= LONGEST && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        let fits = body.kind == "message.send" && data.kind == "sms" && data.message_id == id && number;
        if !fits {
            return StatusCode::UNPROCESSABLE_ENTITY;
        }
        let new = self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        if new {
            self.mailbox.deliver(Message {
                id: 0,
                to: data.to,
                from: "SMS".to_owned(),
                subject: "SMS".to_owned(),
                link: crate::mailbox::link_in(&data.text),
                text: data.text,
                at: now,
            });
        }
        StatusCode::ACCEPTED
    }
}
