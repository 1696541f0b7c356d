//! Encryption at rest: AES-256-GCM-SIV (RFC 8452) under keys derived with HKDF-SHA-256 (RFC 5869).
//!
//! One master key from the settings; one random key per case, sealed under a key derived from the master key. Dropping
//! the case key makes everything sealed under it unreadable for good: that is what erasing a person means here.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Error;
use super::token::Digest;

/// Written before every sealed value, so that a later scheme can be told from this one.
const SCHEME: u8 = 1;

/// A 256-bit key. `Debug` hides it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

impl Key {
    /// A fresh random key.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads a master key from its base64 text, blanks around it ignored.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| Error::MasterKey)?);
        Ok(Self(bytes.as_slice().try_into().map_err(|_| Error::MasterKey)?))
    }

    /// The base64 text of a key, for `doorward keys new`.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }

    /// A key for one purpose only.
    pub fn derive(&self, purpose: &str) -> Result<Self, Error> {
        let info = [b"doorward/", purpose.as_bytes()];
        let mut out = [0; 32];
        Salt::new(HKDF_SHA256, &[])
            .extract(&self.0)
            .expand(&info, Bytes32)
            .and_then(|okm| okm.fill(&mut out))
            .map_err(|_| Error::Library)?;
        Ok(Self(out))
    }

    /// Seals `plain`, bound to `place` (table and row): it opens there and nowhere else.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = plain.to_vec();
        self.aead()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| Error::Library)?;
        let mut out = Vec::with_capacity(1 + NONCE_LEN + sealed.len());
        out.push(SCHEME);
        out.extend_from_slice(&nonce);
        out.append(&mut sealed);
        Ok(out)
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let rest = sealed.strip_prefix(&[SCHEME]).ok_or(Error::Unopenable)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(Error::Unopenable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::Unopenable)?;
        let mut body = body.to_vec();
        let length = self
            .aead()?
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut body)
            .map_err(|_| Error::Unopenable)?
            .len();
        body.truncate(length);
        Ok(Zeroizing::new(body))
    }

    /// A keyed digest: the same value gives the same digest in this installation and tells nothing elsewhere.
    pub fn digest(&self, purpose: &str, value: &[u8]) -> Digest {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        Digest::of(purpose, hmac::sign(&key, value).as_ref())
    }

    /// The seed of a signing key for `purpose`; the same for the same master key.
    pub fn seed(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        Ok(Zeroizing::new(self.derive(purpose)?.0))
    }

    /// Its raw bytes, to be sealed under another key.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads raw bytes back.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self(bytes.try_into().map_err(|_| Error::Unopenable)?))
    }

    fn aead(&self) -> Result<LessSafeKey, Error> {
        Ok(LessSafeKey::new(
            UnboundKey::new(&AES_256_GCM_SIV, &self.0).map_err(|_| Error::Library)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let key = Key::random();
        let sealed = key.seal("cases/one", b"Maria").unwrap();
        assert_eq!(&**key.open("cases/one", &sealed).unwrap(), b"Maria");
        assert!(key.open("cases/two", &sealed).is_err());
        assert!(Key::random().open("cases/one", &sealed).is_err());
    }

    #[test]
    fn no_altered_byte_goes_unnoticed() {
        let key = Key::random();
        let sealed = key.seal("here", b"Maria").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.open("here", &altered).is_err(), "byte {at}");
            assert!(key.open("here", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_key_survives_its_text_and_derives_the_same_keys_again() {
        let key = Key::random();
        let again = Key::parse(&format!(" {}\n", *key.text())).unwrap();
        assert_eq!(key.derive("a").unwrap().bytes(), again.derive("a").unwrap().bytes());
        assert_ne!(key.derive("a").unwrap().bytes(), key.derive("b").unwrap().bytes());
        assert!(Key::parse("c2hvcnQ=").is_err());
        assert!(Key::parse("not base64").is_err());
    }
}
