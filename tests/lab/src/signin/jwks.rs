//! The provider's keys: each an RSA key for RS256, each with a certificate that is about this very key.
//!
//! Rules: the section on certificates of the vendor's provider reference (see `metadata.rs`), RFC 7517 §4 and RFC 7518
//! §6.3. Dates in certificates are left alone, because the vendor's page says nothing of them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::certificate::{RsaKey, bare, certified_key};
use super::fault::KeyFault;

/// RFC 7518 §3.3: at least this long, in bytes.
const SHORTEST_MODULUS: usize = 256;

/// A JWK set.
#[derive(Deserialize)]
pub(super) struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x5c: Option<Vec<String>>,
    d: Option<serde::de::IgnoredAny>,
}

/// Every key by its id, once every rule is kept.
pub(super) fn check(set: Set) -> Result<Vec<(String, RsaKey)>, KeyFault> {
    let mut keys: Vec<(String, RsaKey)> = Vec::new();
    for jwk in set.keys {
        let (kid, key) = jwk.check()?;
        if keys.iter().any(|(known, _)| *known == kid) {
            return Err(KeyFault::Twice(kid));
        }
        keys.push((kid, key));
    }
    if keys.is_empty() {
        return Err(KeyFault::Empty);
    }
    Ok(keys)
}

impl Jwk {
    fn check(self) -> Result<(String, RsaKey), KeyFault> {
        let kid = self.kid.filter(|kid| !kid.is_empty()).ok_or(KeyFault::NoId)?;
        let letters = kid.trim_end_matches('=');
        if !letters
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
        {
            return Err(KeyFault::Id(kid));
        }
        let wrong = |rule| KeyFault::Kind { kid: kid.clone(), rule };
        if self.d.is_some() {
            return Err(wrong("the private half is published"));
        }
        if self.kty.as_deref() != Some("RSA") {
            return Err(wrong("not an RSA key"));
        }
        if self.purpose.is_some_and(|purpose| purpose != "sig") {
            return Err(wrong("not for signatures"));
        }
        if self.alg.is_some_and(|alg| alg != "RS256") {
            return Err(wrong("not for RS256"));
        }
        let number = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok().filter(|bytes| !bytes.is_empty());
        let n = number(self.n).ok_or_else(|| wrong("n is not base64url"))?;
        let e = number(self.e).ok_or_else(|| wrong("e is not base64url"))?;
        // RFC 7518 §2, Base64urlUInt: no leading zeros.
        if n.first() == Some(&0) || e.first() == Some(&0) {
            return Err(wrong("n or e has leading zeros"));
        }
        if n.len() < SHORTEST_MODULUS {
            return Err(wrong("shorter than 2048 bits"));
        }
        let Some(leaf) = self.x5c.and_then(|chain| chain.into_iter().next()) else {
            return Err(KeyFault::NoCertificate(kid));
        };
        // RFC 7517 §4.7: base64, not base64url, of DER.
        let Some(certified) = STANDARD.decode(leaf).ok().and_then(|der| certified_key(&der)) else {
            return Err(KeyFault::Certificate(kid));
        };
        let key = RsaKey {
            n: bare(&n).to_vec(),
            e: bare(&e).to_vec(),
        };
        if certified != key {
            return Err(KeyFault::OtherKey(kid));
        }
        Ok((kid, key))
    }
}
