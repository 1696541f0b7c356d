//! Signed tokens as Duo and its clients exchange them: HS512 and nothing else.
//!
//! Follows RFC 7515 in compact form and "OIDC Auth API" (<https://duo.com/docs/oauthapi>, August 2026). The key is the bytes of
//! the client secret. What a token says is judged in `judge.rs`.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::Unproven;

/// Longer than any token of Duo: its groups are listed in it.
const LONGEST: usize = 64 * 1024;
const HEADER: &str = r#"{"alg":"HS512","typ":"JWT"}"#;

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// Claims as a signed token.
pub(super) fn signed(claims: &impl Serialize, secret: &SecretString) -> Result<String, serde_json::Error> {
    let claims = serde_json::to_string(claims)?;
    let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
    let tag = hmac::sign(&key(secret), body.as_bytes());
    Ok(format!("{body}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref())))
}

/// The claims of a token, once algorithm and signature are right.
pub(super) fn opened(token: &str, secret: &SecretString) -> Result<Vec<u8>, Unproven> {
    let forged = |check| Unproven::Forged { check };
    if token.len() > LONGEST {
        return Err(forged("the token is longer than any"));
    }
    let (body, tag) = token.rsplit_once('.').ok_or(forged("it is no token"))?;
    let (header, claims) = body.split_once('.').ok_or(forged("it is no token"))?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part);
    let header = decoded(header).map_err(|_| forged("its header cannot be read"))?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| forged("its header cannot be read"))?;
    if header.alg != "HS512" {
        return Err(forged("its algorithm is not HS512"));
    }
    let tag = decoded(tag).map_err(|_| forged("its signature cannot be read"))?;
    // Constant in time.
    hmac::verify(&key(secret), body.as_bytes(), &tag).map_err(|_| forged("its signature is not Duo's"))?;
    decoded(claims).map_err(|_| forged("its claims cannot be read"))
}

fn key(secret: &SecretString) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA512, secret.expose_secret().as_bytes())
}
