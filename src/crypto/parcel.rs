//! A parcel that one browser can open: HPKE (RFC 9180), base mode, X25519 + HKDF-SHA-256 + AES-256-GCM.
//!
//! When a browser is bound to a case it gets the private half in its cookie and we keep the public half: from then on
//! we can put something in for that browser and cannot take it out again ourselves, not even from a copied database.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkePrivateKey, HpkePublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Error;
use super::token::{Digest, Token};

/// What the browser keeps in its cookie: a token that names its case, and the key that opens its parcel.
pub struct BrowserKey {
    token: Token,
    private: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for BrowserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserKey(…)")
    }
}

/// What we keep of a browser: enough to recognise it and to address a parcel to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// Something sealed to one browser, as text for the database.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    encapsulated: String,
    sealed: String,
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parcel(…)")
    }
}

fn suite() -> &'static dyn Hpke {
    DH_KEM_X25519_HKDF_SHA256_AES_256
}

impl BrowserKey {
    /// A fresh key for a browser, and the address that stays with us.
    pub fn random() -> Result<(Self, Address), Error> {
        let (public, private) = suite().generate_key_pair().map_err(|_| Error::Library)?;
        let key = Self {
            token: Token::random(),
            private: Zeroizing::new(private.secret_bytes().to_vec()),
        };
        Ok((key, Address(URL_SAFE_NO_PAD.encode(&public.0))))
    }

    /// The cookie's value.
    pub fn cookie(&self) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "{}.{}",
            self.token.text(),
            URL_SAFE_NO_PAD.encode(&*self.private)
        ))
    }

    /// Reads a cookie's value back; `None` if it is not one.
    pub fn parse(cookie: &str) -> Option<Self> {
        let (token, private) = cookie.split_once('.')?;
        let private = Zeroizing::new(URL_SAFE_NO_PAD.decode(private).ok()?);
        (private.len() == 32).then_some(())?;
        Some(Self {
            token: Token::parse(token)?,
            private,
        })
    }

    /// What names the browser's case in the database.
    pub fn digest(&self) -> Digest {
        self.token.digest()
    }

    /// A value that only pages shown to this browser can send back (OWASP: per-session token against forged requests).
    pub fn form_token(&self) -> String {
        let digest = Digest::of("form", self.token.text().as_bytes());
        URL_SAFE_NO_PAD.encode(digest.bytes())
    }

    /// Opens a parcel that was sealed for `label`.
    pub fn open(&self, label: &str, parcel: &Parcel) -> Result<Zeroizing<Vec<u8>>, Error> {
        let encapsulated = URL_SAFE_NO_PAD
            .decode(&parcel.encapsulated)
            .map_err(|_| Error::Unopenable)?;
        let sealed = URL_SAFE_NO_PAD.decode(&parcel.sealed).map_err(|_| Error::Unopenable)?;
        suite()
            .open(
                &EncapsulatedSecret(encapsulated),
                b"doorward pass",
                label.as_bytes(),
                &sealed,
                &HpkePrivateKey::from(self.private.to_vec()),
            )
            .map(Zeroizing::new)
            .map_err(|_| Error::Unopenable)
    }
}

impl Address {
    /// Seals `plain` so that only this browser opens it, and only under the same `label`.
    pub fn seal(&self, label: &str, plain: &[u8]) -> Result<Parcel, Error> {
        let public = HpkePublicKey(URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| Error::Unopenable)?);
        let (encapsulated, sealed) = suite()
            .seal(b"doorward pass", label.as_bytes(), plain, &public)
            .map_err(|_| Error::Library)?;
        Ok(Parcel {
            encapsulated: URL_SAFE_NO_PAD.encode(encapsulated.0),
            sealed: URL_SAFE_NO_PAD.encode(sealed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_browser_it_is_addressed_to_opens_a_parcel() {
        let (key, address) = BrowserKey::random().unwrap();
        let (other, _) = BrowserKey::random().unwrap();
        let parcel = address.seal("case_a", b"secret").unwrap();
        let cookie = key.cookie();
        let again = BrowserKey::parse(&cookie).unwrap();
        assert_eq!(&**again.open("case_a", &parcel).unwrap(), b"secret");
        assert!(other.open("case_a", &parcel).is_err());
        assert!(
            key.open("case_b", &parcel).is_err(),
            "a parcel moved to another case must not open"
        );
    }

    #[test]
    fn a_parcel_and_its_address_hold_nothing_of_the_secret_or_the_key() {
        let (key, address) = BrowserKey::random().unwrap();
        let parcel = address.seal("case_a", b"correct-horse").unwrap();
        let kept = serde_json::json!([address, parcel]).to_string();
        let cookie = key.cookie();
        let (token, private) = cookie.split_once('.').unwrap();
        for secret in ["correct-horse", token, private] {
            assert!(!kept.contains(secret));
        }
    }

    #[test]
    fn what_is_not_a_cookie_of_ours_is_none() {
        for text in ["", ".", "a.b", "AAAA.AAAA", "no dot"] {
            assert!(BrowserKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let (key, address) = BrowserKey::random().unwrap();
        let parcel = address.seal("a", b"b").unwrap();
        assert_eq!(
            format!("{key:?}{address:?}{parcel:?}"),
            "BrowserKey(…)Address(…)Parcel(…)"
        );
    }
}
