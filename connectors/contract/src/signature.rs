//! Signatures by Standard Webhooks, symmetric scheme (`v1`).
//!
//! Follows "Standard Webhooks" 1.0, "Signature scheme" and "Zero downtime secret rotation"
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, autumn 2026).
//! Asymmetric signatures (`v1a`) are left out. Shared by the connector to the company's own system and by the gateway's
//! outgoing messages.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::VendorError;

/// The header that names a message; the same whenever it is sent again.
pub const ID: HeaderName = HeaderName::from_static("webhook-id");
/// The header that says when a message was signed, in seconds since 1970.
pub const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// The header that holds the signatures.
pub const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// How a written secret begins.
const PREFIX: &str = "whsec_";
/// The fewest bytes of a secret that the specification allows.
const FEWEST: usize = 24;
/// And the most.
const MOST: usize = 64;

/// Whether `text` is a secret: `whsec_` and base64 of 24 to 64 bytes. The fault never repeats it.
pub fn valid_secret(text: &str) -> Result<(), &'static str> {
    bytes(text).map(drop)
}

fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let Some(encoded) = text.strip_prefix(PREFIX) else {
        return Err("a secret begins with `whsec_`");
    };
    let Ok(bytes) = STANDARD.decode(encoded).map(Zeroizing::new) else {
        return Err("behind `whsec_` a secret is base64 with its padding");
    };
    if (FEWEST..=MOST).contains(&bytes.len()) {
        Ok(bytes)
    } else {
        Err("a secret has 24 to 64 bytes")
    }
}

/// Signs with every secret at once, so that either end may change first.
pub struct Signer {
    keys: Vec<hmac::Key>,
}

impl Signer {
    /// With these secrets.
    pub fn new(secrets: &[SecretString]) -> Result<Self, VendorError> {
        let key = |secret: &SecretString| match bytes(secret.expose_secret()) {
            Ok(bytes) => Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes)),
            Err(why) => Err(VendorError::Refused { why: why.to_owned() }),
        };
        Ok(Self {
            keys: secrets.iter().map(key).collect::<Result<_, _>>()?,
        })
    }

    /// With a secret that nobody else has.
    pub fn stranger() -> Self {
        let secret = Zeroizing::new(rand::rng().random::<[u8; FEWEST]>());
        Self {
            keys: vec![hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice())],
        }
    }

    /// The header's value: one signature for each secret, with a space between.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let signature = |key: &hmac::Key| {
            let mut context = hmac::Context::with_key(key);
            context.update(format!("{id}.{seconds}.").as_bytes());
            context.update(body);
            format!("v1,{}", STANDARD.encode(context.sign()))
        };
        self.keys.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} keys)", self.keys.len())
    }
}

/// An id for a message that nothing else names: receivers drop ids that they saw before.
pub fn fresh_id() -> String {
    format!("msg_{:032x}", rand::rng().random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let signer = Signer::new(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()]).unwrap();
        let header = signer.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_told_without_repeating_it() {
        for (text, why) in [
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "begins with"),
            ("whsec_not base64!", "base64"),
            ("whsec_c2hvcnQ=", "24 to 64"),
            ("", "begins with"),
        ] {
            let told = valid_secret(text).unwrap_err();
            assert!(told.contains(why), "{told}");
            assert!(text.len() < 10 || !told.contains(&text[6..]));
        }
        let longest = format!("whsec_{}", STANDARD.encode([7; MOST]));
        assert_eq!(valid_secret(&longest), Ok(()));
        let longer = format!("whsec_{}", STANDARD.encode([7; MOST + 1]));
        assert!(valid_secret(&longer).is_err());
    }
}
