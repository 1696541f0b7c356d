//! Whether a message is from Doorward, as Standard Webhooks says a receiver finds out.
//!
//! Follows "Verifying signatures" of the specification: three headers, the raw body, five minutes, constant time, every
//! signature against every secret.

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::Timestamp;

/// How far a message's time may be from ours, in seconds.
const TOLERANCE: u64 = 5 * 60;
/// Ids are ids.
const LONGEST_ID: usize = 256;

/// What the receiver insists on.
pub(super) struct Rules<'a> {
    pub(super) secrets: &'a [String],
    pub(super) takes_unsigned: bool,
    pub(super) takes_old: bool,
}

/// The message's id, or the word for what is wrong.
pub(super) fn verified(
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    rules: &Rules<'_>,
) -> Result<String, &'static str> {
    let id = only(headers, "webhook-id").ok_or("no_id")?;
    let time = only(headers, "webhook-timestamp").ok_or("no_timestamp")?;
    let signatures = only(headers, "webhook-signature").ok_or("no_signature")?;
    // The signed text is put together with full stops: one in the id would let it be read in two ways.
    if id.is_empty() || id.len() > LONGEST_ID || id.contains('.') {
        return Err("bad_id");
    }
    let is_number = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = time.parse().ok().filter(|_| is_number).ok_or("bad_timestamp")?;
    if now.seconds().abs_diff(seconds) > TOLERANCE && !rules.takes_old {
        return Err("too_old_or_too_new");
    }
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    let given: Vec<Vec<u8>> = signatures
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|one| STANDARD.decode(one).ok())
        .collect();
    let fits = rules.secrets.iter().filter_map(|secret| key(secret)).any(|key| {
        given
            .iter()
            .any(|signature| hmac::verify(&key, &signed, signature).is_ok())
    });
    if fits || rules.takes_unsigned {
        Ok(id.to_owned())
    } else {
        Err("bad_signature")
    }
}

fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn key(secret: &str) -> Option<hmac::Key> {
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}
