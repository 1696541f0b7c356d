//! The keys that sign hints: made when first needed, published with a certificate each, turned while running.
//!
//! Published as "Signing key rollover in the Microsoft identity platform" describes
//! (<https://learn.microsoft.com/en-us/entra/identity-platform/signing-key-rollover>, August 2026): `kid` and `x5t` are the
//! SHA-1 thumbprint of the certificate in `x5c`, a new key appears beside the old one, and both stay for a while.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

use super::fault::Fault;

/// The name in the certificates, as the vendor's carry one of their own.
const SUBJECT: &str = "sign-in.entra.example";
/// How long a line of PEM is (RFC 7468 §2).
const PEM_LINE: usize = 64;

/// One key.
pub(super) struct Key {
    kid: String,
    pair: KeyPair,
    certificate: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    pub(super) fn generate() -> Result<Arc<Self>, Fault> {
        let broken = |_| Fault::Broken("no certificate for a new key");
        let made = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(broken)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, SUBJECT);
        let certificate = params.self_signed(&made).map_err(broken)?.der().to_vec();
        let pair = KeyPair::from_pkcs8(made.serialized_der()).map_err(|_| Fault::Broken("no new key"))?;
        let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        Ok(Arc::new(Self {
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            pair,
            certificate,
        }))
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// As it is published.
    fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
            "x5c": [STANDARD.encode(&self.certificate)],
        })
    }

    /// The claims signed by this key with RS256, under `kid`.
    pub(super) fn sign(&self, kid: &str, claims: &Value) -> Result<String, Fault> {
        let text = signing_input("RS256", Some(kid), claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| Fault::Broken("no signature"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims under HS256 with the published key as the secret: what a verifier takes that lets the token choose the
    /// algorithm (RFC 8725 §2.1).
    pub(super) fn sign_with_public_half(&self, claims: &Value) -> Result<String, Fault> {
        let info: PublicKeyX509Der<'_> = self
            .pair
            .public_key()
            .as_der()
            .map_err(|_| Fault::Broken("no public key"))?;
        let secret = hmac::Key::new(hmac::HMAC_SHA256, pem(info.as_ref()).as_bytes());
        let text = signing_input("HS256", Some(&self.kid), claims);
        let tag = hmac::sign(&secret, text.as_bytes());
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag)))
    }
}

/// The claims with `alg` `none` (RFC 7518 §3.6).
pub(super) fn unsigned(claims: &Value) -> String {
    format!("{}.", signing_input("none", None, claims))
}

fn signing_input(alg: &str, kid: Option<&str>, claims: &Value) -> String {
    let mut header = json!({ "alg": alg, "typ": "JWT" });
    if let (Some(kid), Some(members)) = (kid, header.as_object_mut()) {
        members.insert("kid".to_owned(), json!(kid));
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(&header), part(claims))
}

fn pem(info: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, letter) in STANDARD.encode(info).chars().enumerate() {
        if at > 0 && at % PEM_LINE == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str("\n-----END PUBLIC KEY-----\n");
    text
}

/// Every key published; the newest signs.
#[derive(Debug, Default)]
pub(super) struct Ring(Mutex<Vec<Arc<Key>>>);

impl Ring {
    /// The key that signs. Made now if there is none yet, because most worlds never sign in this way.
    pub(super) fn signing(&self) -> Result<Arc<Key>, Fault> {
        let mut keys = self.lock();
        if let Some(newest) = keys.last() {
            return Ok(Arc::clone(newest));
        }
        let key = Key::generate()?;
        keys.push(Arc::clone(&key));
        Ok(key)
    }

    /// Publishes a new key that signs from now on; the old ones stay published.
    pub(super) fn turn(&self) -> Result<String, Fault> {
        self.signing()?;
        let key = Key::generate()?;
        let kid = key.kid().to_owned();
        self.lock().push(key);
        Ok(kid)
    }

    /// Takes every key but the newest out of what is published.
    pub(super) fn retire(&self) {
        let mut keys = self.lock();
        let old = keys.len().saturating_sub(1);
        keys.drain(..old);
    }

    /// The JWK set.
    pub(super) fn published(&self) -> Result<Value, Fault> {
        self.signing()?;
        let keys: Vec<Value> = self.lock().iter().map(|key| key.jwk()).collect();
        Ok(json!({ "keys": keys }))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Key>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
