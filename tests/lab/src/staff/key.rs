//! The provider's key, and the ways to sign that nobody may believe.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// One key, under a name.
pub(super) struct Key {
    kid: &'static str,
    pair: KeyPair,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    #[expect(clippy::expect_used, reason = "an imitation without a key is none")]
    pub(super) fn generate(kid: &'static str) -> Self {
        Self {
            kid,
            pair: KeyPair::generate(KeySize::Rsa2048).expect("a key is made"),
        }
    }

    /// As it is published.
    pub(super) fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// Signed with RS256; `claims` is the text itself, so that it may be odd JSON.
    pub(super) fn sign(&self, header: &Value, claims: &str) -> String {
        let text = input(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // A signature that could not be made is a wrong one.
        let _made = self
            .pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Under HS256 with the public half as the secret (RFC 8725 §2.1).
    pub(super) fn sign_with_public_half(&self, claims: &str) -> String {
        let der: Option<PublicKeyX509Der<'_>> = self.pair.public_key().as_der().ok();
        let secret = der.map_or_else(Vec::new, |der| der.as_ref().to_vec());
        let text = input(&json!({ "alg": "HS256", "kid": self.kid }), claims);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    pub(super) fn header(&self) -> Value {
        json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid })
    }

    /// Whether it signed that token.
    pub(super) fn signed(&self, token: &str) -> bool {
        let Some((text, signature)) = token.rsplit_once('.') else {
            return false;
        };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return false;
        };
        let public = self.pair.public_key();
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, public.as_ref())
            .verify(text.as_bytes(), &signature)
            .is_ok()
    }
}

/// Without any signature (RFC 7518 §3.6).
pub(super) fn unsigned(claims: &str) -> String {
    format!("{}.", input(&json!({ "alg": "none" }), claims))
}

fn input(header: &Value, claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", part(&header.to_string()), part(claims))
}
