//! What a receiver may answer, as `schema/answer.schema.json` describes it, sorted by what is to be done.
//!
//! Answers are strangers' text: only words from lists decide, reasons are words, receipts are small and flat and do not
//! name the person. The record keeps them in clear.

use std::time::Duration;

use doorward_contract::http::Answer;
use doorward_contract::{Account, Sent, VendorError};
use serde::Deserialize;
use serde_json::{Value, json};

/// Reasons are words for a table, not sentences.
const LONGEST_REASON: usize = 60;
/// Ticket numbers, ids, counts; more belongs into the receiver's own record.
const LONGEST_RECEIPT: usize = 2048;
/// A receipt is an object of values, lists of them, or objects of them.
const DEEPEST_RECEIPT: usize = 4;
/// Shorter names would be found in any text.
const SHORTEST_NAME: usize = 3;
/// How long until a receiver is asked again that names no time.
const USUAL_PAUSE: Duration = Duration::from_secs(15);
/// No receiver is asked more often than that, nor put off for longer than the other.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3600));

/// What a receiver says of a step.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// It is done; the receipt as it was given.
    Done(Option<Value>),
    /// It is begun; ask again after this long.
    Pending(Duration),
    /// It did not happen, or came to nothing.
    NotDone,
    /// The receiver cannot tell.
    Unknown,
}

#[derive(Default, Deserialize)]
struct Body {
    status: Option<Word>,
    #[serde(default)]
    reason: Value,
    receipt: Option<Value>,
    retry_after: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Done,
    Pending,
    NotDone,
    Unknown,
    Refused,
    Unfit,
    Missing,
}

/// Sorts the answer to a call, an undoing or a ping.
pub(crate) fn of_act(answer: &Answer) -> Result<Said, VendorError> {
    let code = answer.status.as_u16();
    if answer.status.is_success() {
        if is_empty(answer) {
            return Ok(match code {
                // "Accepted" promises nothing (RFC 9110 §15.3.3).
                202 => Said::Pending(pause(answer, None)),
                _ => Said::Done(None),
            });
        }
        return said(answer, &answer.json()?);
    }
    Err(refusal(answer))
}

/// Sorts the answer to a question: an empty one, by a receiver that knows no questions, is none.
pub(crate) fn of_question(answer: &Answer) -> Result<Said, VendorError> {
    if !answer.status.is_success() {
        return Err(refusal(answer));
    }
    if is_empty(answer) {
        return Err(unexpected("it was asked what became of a call and answered nothing"));
    }
    match said(answer, &answer.json()?) {
        // It came to an end without being done: the same call again is told why.
        Err(VendorError::Refused { .. } | VendorError::Unfit { .. } | VendorError::Missing { .. }) => Ok(Said::NotDone),
        told => told,
    }
}

fn said(answer: &Answer, body: &Body) -> Result<Said, VendorError> {
    match body.status {
        None => Err(unexpected("it answered without a status")),
        Some(Word::Done) => Ok(Said::Done(body.receipt.clone())),
        Some(Word::Pending) => Ok(Said::Pending(pause(answer, body.retry_after))),
        Some(Word::NotDone) => Ok(Said::NotDone),
        Some(Word::Unknown) => Ok(Said::Unknown),
        Some(word) => Err(worded(word, &body.reason)),
    }
}

/// An answer that is no success. What its body says goes before its number, except where the number is about us.
fn refusal(answer: &Answer) -> VendorError {
    let code = answer.status.as_u16();
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    match code {
        300..=399 => VendorError::Refused {
            why: format!(
                "the endpoint sends us elsewhere ({code}), and is not followed: set the address that it means"
            ),
        },
        401 | 403 => VendorError::Refused {
            why: format!("the endpoint does not take our signature ({code}): compare the secrets and both clocks"),
        },
        429 => VendorError::Throttled {
            retry_after: answer.retry_after(),
        },
        503 if answer.retry_after().is_some() => VendorError::Throttled {
            retry_after: answer.retry_after(),
        },
        408 | 425 | 500..=599 => VendorError::Unreachable {
            sent: Sent::Perhaps,
            why: format!("the company's system has trouble of its own ({code})"),
        },
        409 if body.status == Some(Word::Done) => VendorError::Done,
        // Something on the way says "conflict" too: without the word nobody knows what is so already.
        409 => unexpected("it answered 409 without saying that it is done"),
        400..=499 => match body.status {
            Some(word @ (Word::Refused | Word::Unfit | Word::Missing)) => worded(word, &body.reason),
            _ if code == 404 => VendorError::Missing {
                what: "the endpoint, or what the call names (404)".to_owned(),
            },
            _ => VendorError::Refused {
                why: format!("the company's system does not take the message ({code})"),
            },
        },
        _ => unexpected(&format!("it answered {code}")),
    }
}

fn worded(word: Word, reason: &Value) -> VendorError {
    let reason = told(reason);
    match word {
        Word::Unfit => VendorError::Unfit { why: reason },
        Word::Missing => VendorError::Missing { what: reason },
        _ => VendorError::Refused {
            why: format!("the company's system refuses: {reason}"),
        },
    }
}

/// The reason where it is a word; a sentence could say anything of anybody.
fn told(reason: &Value) -> String {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    match reason.as_str() {
        None => "no reason given".to_owned(),
        Some(word) if (1..=LONGEST_REASON).contains(&word.len()) && word.bytes().all(is_plain) => word.to_owned(),
        Some(_) => "a reason that is not one word, and is not repeated".to_owned(),
    }
}

/// What goes on record of a receipt.
pub(crate) fn facts(receipt: Option<&Value>, account: &Account) -> Value {
    let Some(receipt) = receipt else {
        return json!({});
    };
    let left_out = if !receipt.is_object() {
        "it is not an object"
    } else if receipt.to_string().len() > LONGEST_RECEIPT {
        "it is too long"
    } else if depth(receipt) > DEEPEST_RECEIPT {
        "it is too deep"
    } else if names(&receipt.to_string(), account) {
        "it names the person"
    } else {
        return json!({ "receipt": receipt });
    };
    json!({ "receipt_left_out": left_out })
}

fn names(text: &str, account: &Account) -> bool {
    let text = text.to_lowercase();
    let known = [Some(&account.login), account.display_name.as_ref()];
    known
        .into_iter()
        .flatten()
        .any(|name| name.len() >= SHORTEST_NAME && text.contains(&name.to_lowercase()))
}

/// A value by itself is one deep.
fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => None,
    };
    inner.unwrap_or(0).saturating_add(1)
}

fn pause(answer: &Answer, told: Option<u64>) -> Duration {
    let wish = told.map(Duration::from_secs).or_else(|| answer.retry_after());
    wish.unwrap_or(USUAL_PAUSE).clamp(PAUSES.0, PAUSES.1)
}

fn is_empty(answer: &Answer) -> bool {
    answer.body.iter().all(u8::is_ascii_whitespace)
}

fn unexpected(why: &str) -> VendorError {
    VendorError::Unexpected { why: why.to_owned() }
}
