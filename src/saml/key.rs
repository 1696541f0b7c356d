//! Keys and the algorithms that are taken: RSA with SHA-256 or longer, of keys that the settings name.
//!
//! XML Signature 1.1 §6 and RFC 6931 name them. SHA-1 is none of them, nor is anything that a message brings along: the key
//! that stands in a signature (`KeyInfo`) is not looked at. A certificate is taken as the wrapping of its key, as the SAML 2.0
//! Metadata Interoperability Profile §2.5 has it: the settings are the trust, not its dates or who signed it.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// What we sign with: everybody reads it.
pub(super) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// What we digest with.
pub(super) const SHA_256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// The shortest RSA key (NIST SP 800-131A revision 2 §3).
const SHORTEST_RSA: usize = 2048;

/// A hash that is taken, in signatures and in references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Of a signature with RSA, by the algorithm's name; `None` for every other.
    pub(super) fn of_signature(algorithm: &str) -> Option<Self> {
        match algorithm {
            RSA_SHA256 => Some(Self::Sha256),
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => Some(Self::Sha384),
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Of a reference, by the algorithm's name; `None` for every other.
    pub(super) fn of_digest(algorithm: &str) -> Option<Self> {
        match algorithm {
            SHA_256 => Some(Self::Sha256),
            "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(Self::Sha384),
            "http://www.w3.org/2001/04/xmlenc#sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The digest of some bytes.
    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// Why there is no key in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// Not a certificate.
    #[error("not a certificate")]
    Certificate,
    /// Not of RSA, or shorter than 2048 bits.
    #[error("its key is not RSA of 2048 bits or more")]
    Kind,
}

/// A public key that another party signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifying(Vec<u8>);

impl Verifying {
    /// That of a certificate (DER).
    pub fn of_certificate(der: &[u8]) -> Result<Self, NoKey> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| NoKey::Certificate)?;
        let key = certificate.public_key();
        match key.parsed() {
            Ok(PublicKey::RSA(rsa)) if rest.is_empty() && rsa.key_size() >= SHORTEST_RSA => {
                Ok(Self(key.subject_public_key.data.to_vec()))
            }
            _ => Err(NoKey::Kind),
        }
    }

    /// Those of all certificates in a text (PEM).
    pub fn of_pem(text: &str) -> Result<Vec<Self>, NoKey> {
        let read = CertificateDer::pem_slice_iter(text.as_bytes());
        let keys: Result<Vec<Self>, NoKey> = read
            .map(|der| Self::of_certificate(&der.map_err(|_| NoKey::Certificate)?))
            .collect();
        keys.and_then(|keys| {
            if keys.is_empty() {
                Err(NoKey::Certificate)
            } else {
                Ok(keys)
            }
        })
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = match hash {
            Hash::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Hash::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
            Hash::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
        };
        UnparsedPublicKey::new(algorithm, &self.0)
            .verify(message, signature)
            .is_ok()
    }
}
