//! Opaque tokens: 256 random bits, shown once, kept as a digest only.

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::{Rng, RngExt};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A bearer secret of 256 bits (NIST SP 800-63B-4 §4.2.1.1 asks for at least 64). `Debug` hides it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token([u8; 32]);

impl Token {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads one back from its text; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The text that travels: 43 characters, safe in a URL and in a cookie.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored of it.
    pub fn digest(&self) -> Digest {
        Digest::of("token", &self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A SHA-256 digest with the purpose mixed in; what the database knows of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes` for `purpose`; the same bytes for another purpose give another digest.
    pub fn of(purpose: &str, bytes: &[u8]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"doorward/");
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(bytes);
        let mut out = [0; 32];
        out.iter_mut()
            .zip(context.finish().as_ref())
            .for_each(|(to, from)| *to = *from);
        Self(out)
    }

    /// Its bytes, for the database.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads one back from the database; `None` if it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Compares without telling by time where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| Self::from_bytes(&bytes))
            .ok_or_else(|| D::Error::custom("not a digest"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// Characters that are not mistaken for one another when read out (no 0 O 1 I L U).
const READABLE: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A short number for people to quote: eight readable characters in two groups (`K7QF-3M2P`), about 39 bits. It names
/// a case to staff and opens nothing.
pub fn reference_number() -> String {
    readable()
}

/// A short code to be read out and typed in once (`K7QF-3M2P`), about 39 bits: enough only because it lives for minutes and few
/// tries are taken (NIST SP 800-63B-4 §4.2.1.2).
pub fn short_code() -> String {
    readable()
}

fn readable() -> String {
    let mut rng = rand::rng();
    let mut out = String::with_capacity(9);
    for at in 0..8 {
        if at == 4 {
            out.push('-');
        }
        let letter = READABLE
            .get(rng.random_range(0..READABLE.len()))
            .copied()
            .unwrap_or(b'X');
        out.push(char::from(letter));
    }
    out
}
