//! Webhooks: is it from Persona, and which inquiry does it concern?
//!
//! Follows "Webhooks" and "Webhook Best Practices" (<https://docs.withpersona.com/webhooks>, autumn 2026). The raw bytes
//! are authenticated before anything parses them, and what they say is never an outcome. Remembering event ids against
//! replay is left to the gateway.

use std::time::Duration;

use aws_lc_rs::hmac;
use doorward_contract::{Reference, Timestamp, VendorError, Woken};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};

use crate::is_id;
use crate::wire::{Delivery, Subject};

/// How far the signed time may be from ours. Persona documents none; five minutes is the usual bound for signed hooks.
const TOLERANCE: Duration = Duration::from_mins(5);
/// The most `name=value` pairs looked at: rotation needs four, and each `v1` costs one HMAC per secret.
const MOST_PAIRS: usize = 16;
/// The length of a SHA-256 digest in hexadecimal.
const DIGEST: usize = 64;
/// The longest event id kept; it is stored against replay.
const LONGEST_ID: usize = 128;
/// The longest event name kept; it goes to the log.
const LONGEST_NAME: usize = 80;

/// One signature with the time it covers.
#[derive(Debug, PartialEq, Eq)]
struct Signature<'a> {
    time: &'a str,
    digest: [u8; DIGEST / 2],
}

/// Whether Persona signed these bytes a moment ago with one of our secrets.
pub(crate) fn authentic(
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[SecretString],
    now: Timestamp,
) -> Result<(), VendorError> {
    let mut found = headers.get_all("persona-signature").iter();
    let header = match (found.next(), found.next()) {
        (Some(header), None) => header
            .to_str()
            .map_err(|_| forged("the signature header is not text"))?,
        (None, _) => return Err(forged("there is no signature header")),
        (Some(_), Some(_)) => return Err(forged("there is more than one signature header")),
    };
    let signatures = parse(header)?;
    let mut stale = false;
    for signature in &signatures {
        if !matches_any(signature, body, secrets) {
            continue;
        }
        if is_recent(signature.time, now) {
            return Ok(());
        }
        stale = true;
    }
    Err(forged(if stale {
        "the signature is too old or from the future"
    } else {
        "no signature matches a secret"
    }))
}

/// Reads `t=…,v1=… t=…,v1=…` as well as `t=…,v1=…,v1=…`: each `v1` belongs to the latest `t` before it.
fn parse(header: &str) -> Result<Vec<Signature<'_>>, VendorError> {
    let mut time = None;
    let mut signatures = Vec::new();
    let parts = header.split([' ', ',']).filter(|part| !part.is_empty());
    for (count, part) in parts.enumerate() {
        if count >= MOST_PAIRS {
            return Err(forged("the signature header has too many parts"));
        }
        match part.split_once('=') {
            Some(("t", value)) if is_seconds(value) => time = Some(value),
            Some(("t", _)) => return Err(forged("the time in the signature header is not a number")),
            Some(("v1", value)) => {
                let time = time.ok_or_else(|| forged("a signature comes before its time"))?;
                // One malformed digest does not spoil another that is right.
                if let Some(digest) = from_hex(value) {
                    signatures.push(Signature { time, digest });
                }
            }
            Some(_) => {}
            None => return Err(forged("the signature header is malformed")),
        }
    }
    if time.is_none() {
        return Err(forged("the signature header has no time"));
    }
    if signatures.is_empty() {
        return Err(forged("the signature header has no signature of 64 hexadecimal digits"));
    }
    Ok(signatures)
}

fn is_seconds(text: &str) -> bool {
    // Twelve digits of seconds reach beyond the year 30000 and cannot overflow.
    (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Every secret is tried, whichever fits, and each comparison takes the same time.
fn matches_any(signature: &Signature<'_>, body: &[u8], secrets: &[SecretString]) -> bool {
    let mut matched = Choice::from(0);
    for secret in secrets {
        // The whole secret as displayed is the key, prefix included.
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        let mut context = hmac::Context::with_key(&key);
        context.update(signature.time.as_bytes());
        context.update(b".");
        context.update(body);
        matched |= context.sign().as_ref().ct_eq(&signature.digest);
    }
    bool::from(matched)
}

fn is_recent(time: &str, now: Timestamp) -> bool {
    let Ok(seconds) = time.parse::<i64>() else {
        return false;
    };
    now.seconds().abs_diff(seconds) <= TOLERANCE.as_secs()
}

/// Lower-case hexadecimal of exactly one digest.
fn from_hex(text: &str) -> Option<[u8; DIGEST / 2]> {
    if text.len() != DIGEST {
        return None;
    }
    let mut digest = [0; DIGEST / 2];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(digest)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// What an authentic delivery concerns. Its body may still be anything.
pub(crate) fn woken(body: &[u8]) -> Result<Woken, VendorError> {
    let delivery: Delivery = serde_json::from_slice(body).map_err(|error| VendorError::Unexpected {
        why: format!("an authentic webhook is not the JSON expected ({:?})", error.classify()),
    })?;
    let event = delivery.data;
    if event.kind != "event" || event.id.is_empty() || event.id.len() > LONGEST_ID {
        return Err(VendorError::Unexpected {
            why: "an authentic webhook holds no event with an id".into(),
        });
    }
    let reference = event
        .attributes
        .payload
        .and_then(|payload| payload.data)
        .and_then(concerned);
    Ok(Woken {
        event_id: event.id,
        reference,
        kind: event
            .attributes
            .name
            .chars()
            .filter(|char| !char.is_control())
            .take(LONGEST_NAME)
            .collect(),
    })
}

/// The inquiry that an event is about, itself or by relation; `None` for what concerns no inquiry.
fn concerned(subject: Subject) -> Option<Reference> {
    let id = if subject.kind.as_deref() == Some("inquiry") {
        subject.id
    } else {
        subject.relationships?.inquiry.id().map(ToOwned::to_owned)
    }?;
    is_id(&id, "inq_").then_some(Reference(id))
}

fn forged(why: &str) -> VendorError {
    VendorError::Forged { why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_header_says_it_is_read_or_refused(header in "[ -~]{0,300}") {
            if let Ok(signatures) = parse(&header) {
                prop_assert!(!signatures.is_empty() && signatures.len() < MOST_PAIRS);
            }
        }

        #[test]
        fn whatever_the_body_says_it_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(woken) = woken(&body) {
                prop_assert!(!woken.event_id.is_empty());
            }
        }
    }
}
