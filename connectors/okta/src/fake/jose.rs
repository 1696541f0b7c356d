//! Reading and verifying what a client signed: assertions and proofs.
//!
//! After RFC 7515 §5.2, RFC 7518 §3, RFC 7638 and RFC 9449 §4.3. Written for the imitation alone: nothing of the client's own
//! code is used, so that a mistake there does not meet the same mistake here.

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A compact JWS taken apart; nothing is verified yet.
pub(super) struct Signed<'a> {
    pub(super) header: Value,
    pub(super) claims: Value,
    input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let part = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some(Self {
            header: part(header)?,
            claims: part(claims)?,
            input,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(super) fn head(&self, name: &str) -> &str {
        self.header.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        self.claims.get(name).and_then(Value::as_i64)
    }

    /// Whether this key signed it, with an algorithm that fits the key.
    pub(super) fn is_signed_by(&self, jwk: &Value) -> bool {
        let member = |name: &str| {
            let text = jwk.get(name).and_then(Value::as_str)?;
            URL_SAFE_NO_PAD.decode(text).ok()
        };
        let kind = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let input = self.input.as_bytes();
        match (self.head("alg"), kind("kty"), kind("crv")) {
            ("RS256", "RSA", _) => {
                let (Some(n), Some(e)) = (member("n"), member("e")) else {
                    return false;
                };
                PublicKeyComponents { n, e }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, input, &self.signature)
                    .is_ok()
            }
            ("ES256", "EC", "P-256") => point(member("x"), member("y")).is_some_and(|key| {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
                    .verify(input, &self.signature)
                    .is_ok()
            }),
            ("ES384", "EC", "P-384") => point(member("x"), member("y")).is_some_and(|key| {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key)
                    .verify(input, &self.signature)
                    .is_ok()
            }),
            _ => false,
        }
    }
}

fn point(x: Option<Vec<u8>>, y: Option<Vec<u8>>) -> Option<Vec<u8>> {
    Some([vec![4], x?, y?].concat())
}

/// RFC 7638 §3: the required members only, in alphabetical order.
pub(super) fn thumbprint(jwk: &Value) -> Option<String> {
    let kind = jwk.get("kty")?.as_str()?;
    let names: &[&str] = match kind {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => return None,
    };
    let members: Option<Vec<String>> = names
        .iter()
        .map(|name| Some(format!("{name:?}:{:?}", jwk.get(*name)?.as_str()?)))
        .collect();
    Some(hash(&format!("{{{}}}", members?.join(","))))
}

/// base64url of SHA-256
pub(super) fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, text.as_bytes()))
}
