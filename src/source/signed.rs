//! A link that a helpdesk or a ticket system signed by itself: what it must say, and what breaks it.
//!
//! A compact JWS (RFC 7515) with HS256 over the claims of duo.md §1.6; read as RFC 8725 asks: one algorithm, no duplicate
//! members, an audience of its own, a short life. That it opens one case only is the store's to see to.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::duo::Links;
use crate::pages::LoginError;
use crate::provider::json;
use doorward_contract::Timestamp;

/// The longest that is read: the claims of a link are a few hundred bytes.
const LONGEST: usize = 4096;
/// How far ahead of ours the signer's clock may be. Behind costs the link a part of its life, and nothing else.
const AHEAD: Duration = Duration::from_secs(60);
/// An id that two links of one signer do not share by accident, and that no signer needs longer.
const ID: std::ops::RangeInclusive<usize> = 8..=128;
/// As long as tickets' names are taken elsewhere.
const LONGEST_TICKET: usize = 100;

/// What a link says, once it is known whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    /// Duo user name or work e-mail address.
    pub(super) sub: String,
    /// Names the link: it opens one case.
    pub(super) jti: String,
    iat: i64,
    exp: i64,
    /// The purpose's name; needed only where the source opens several.
    #[serde(default)]
    pub(super) purpose: Option<String>,
    /// For which ticket.
    #[serde(default)]
    pub(super) ticket: Option<String>,
}

impl Claims {
    /// Who signed it.
    pub(super) fn iss(&self) -> &str {
        &self.iss
    }
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It was good once.
    Late,
    /// It never was, for this reason: in our own words, for the record.
    Unfit(&'static str),
}

impl Fault {
    /// In our own words, for the record.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Late => "signed link: over",
            Self::Unfit(why) => why,
        }
    }
}

/// Reads a link; every check alone, in this order.
pub(super) fn read(token: &str, links: &Links, now: Timestamp) -> Result<Claims, Fault> {
    let unfit = |why| Err(Fault::Unfit(why));
    if token.len() > LONGEST {
        return unfit("signed link: too long");
    }
    // RFC 8725 §3.1: one algorithm, `none` and all others refused; RFC 7515 §4.1.11: no extension is understood.
    let Some((signed, header, claims, signature)) = parts(token) else {
        return unfit("signed link: not a compact JWS");
    };
    if header.get("alg").and_then(Value::as_str) != Some("HS256") {
        return unfit("signed link: algorithm not allowed");
    }
    if header.contains_key("crit") {
        return unfit("signed link: crit in header");
    }
    let typ = header.get("typ");
    if typ.is_some_and(|typ| !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("jwt"))) {
        return unfit("signed link: wrong typ");
    }
    if !is_signed(links, signed, &signature) {
        return unfit("signed link: wrong signature");
    }
    let Ok(claims) = Claims::deserialize(Value::Object(claims)) else {
        return unfit("signed link: a claim is missing or of another kind");
    };
    judge(claims, links, now)
}

/// The signed part, header, claims and signature.
type Parts<'a> = (&'a str, Map<String, Value>, Map<String, Value>, Vec<u8>);

fn parts(token: &str) -> Option<Parts<'_>> {
    let (signed, signature) = token.rsplit_once('.')?;
    // A fourth part would leave a dot in the claims, which is not base64url.
    let (header, claims) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header = json::read_object(&decode(header)?)?;
    let claims = json::read_object(&decode(claims)?)?;
    Some((signed, header, claims, decode(signature)?))
}

fn is_signed(links: &Links, signed: &str, signature: &[u8]) -> bool {
    links.secrets.iter().any(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        // Compares in constant time.
        hmac::verify(&key, signed.as_bytes(), signature).is_ok()
    })
}

fn judge(claims: Claims, links: &Links, now: Timestamp) -> Result<Claims, Fault> {
    let unfit = |why| Err(Fault::Unfit(why));
    if claims.iss != links.issuer {
        return unfit("signed link: wrong iss");
    }
    // RFC 8725 §3.9: one audience, and nobody else's.
    if claims.aud != links.audience {
        return unfit("signed link: wrong aud");
    }
    if Timestamp::from_seconds(claims.iat) > now.plus(AHEAD) {
        return unfit("signed link: from the future");
    }
    let longest = i64::try_from(links.lifetime.as_secs()).unwrap_or(i64::MAX);
    let life = claims.exp.saturating_sub(claims.iat);
    if !(1..=longest).contains(&life) {
        return unfit("signed link: good for too long");
    }
    if Timestamp::from_seconds(claims.exp) <= now {
        return Err(Fault::Late);
    }
    if !ID.contains(&claims.jti.len()) || !claims.jti.bytes().all(|byte| byte.is_ascii_graphic()) {
        return unfit("signed link: unfit jti");
    }
    if LoginError::of(claims.sub.trim()).is_some() {
        return unfit("signed link: unfit sub");
    }
    let fits = |ticket: &str| ticket.chars().count() <= LONGEST_TICKET && !ticket.chars().any(char::is_control);
    if !claims.ticket.as_deref().is_none_or(fits) {
        return unfit("signed link: unfit ticket");
    }
    Ok(claims)
}
