//! Signing keys of the four algorithms that Doorward signs with (RFC 7518 §3, RFC 8037 §3.1), all by aws-lc-rs.
//!
//! Where a key is kept, when it signs and how it is published is left to `provider::keyring` and `provider::jwk`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyUsagePurpose, PKCS_RSA_SHA256, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Error;
use doorward_contract::Timestamp;

/// The last second that a certificate can name (RFC 5280 §4.1.2.5): the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;
/// The longest common name that X.520 allows (RFC 5280 appendix A.1, ub-common-name).
const LONGEST_NAME: usize = 64;

/// An algorithm we sign with. Written as in RFC 7518 §3.1 and RFC 8037 §3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Alg {
    /// RSA 2048, PKCS #1 v1.5, SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSA 2048, PSS, SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256, SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Alg {
    /// All of them, in the order they are published.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// Its name in a JWS header.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Not the name of one of our algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm must be RS256, PS256, ES256 or EdDSA")]
pub struct UnknownAlg;

impl FromStr for Alg {
    type Err = UnknownAlg;

    fn from_str(text: &str) -> Result<Self, UnknownAlg> {
        Self::ALL.into_iter().find(|alg| alg.word() == text).ok_or(UnknownAlg)
    }
}

/// The public half of a signing key, as raw bytes in big-endian order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicPart {
    /// RSA.
    Rsa {
        /// The modulus, without leading zeros.
        n: Vec<u8>,
        /// The exponent, without leading zeros.
        e: Vec<u8>,
    },
    /// A point on P-256, 32 bytes each.
    P256 {
        /// Its first coordinate.
        x: Vec<u8>,
        /// Its second.
        y: Vec<u8>,
    },
    /// An Ed25519 public key, 32 bytes.
    Ed25519 {
        /// The encoded point.
        x: Vec<u8>,
    },
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key of one algorithm. `Debug` hides it.
pub struct SigningKey {
    alg: Alg,
    pair: Pair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, …)", self.alg)
    }
}

impl SigningKey {
    /// A fresh key. RSA takes some tenths of a second of one core: call it where that holds nobody up.
    pub fn generate(alg: Alg) -> Result<Self, Error> {
        let pair = match alg {
            Alg::Rs256 | Alg::Ps256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
            Alg::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256),
            Alg::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        let pair = pair.map_err(|_| Error::Library)?;
        Ok(Self { alg, pair })
    }

    /// Reads a key back from PKCS #8; refuses one of another kind than `alg` signs with.
    pub fn from_pkcs8(alg: Alg, bytes: &[u8]) -> Result<Self, Error> {
        let pair = match alg {
            Alg::Rs256 | Alg::Ps256 => RsaKeyPair::from_pkcs8(bytes).map(Pair::Rsa),
            Alg::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).map(Pair::P256),
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8(bytes).map(Pair::Ed25519),
        };
        let pair = pair.map_err(|_| Error::SigningKey)?;
        Ok(Self { alg, pair })
    }

    /// The private key as PKCS #8, to be sealed.
    pub fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bytes = match &self.pair {
            Pair::Rsa(pair) => pair.as_der().map(|der| der.as_ref().to_vec()),
            Pair::P256(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.to_pkcs8().map(|der| der.as_ref().to_vec()),
        };
        bytes.map(Zeroizing::new).map_err(|_| Error::Library)
    }

    /// What it signs with.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The public half.
    pub fn public(&self) -> Result<PublicPart, Error> {
        Ok(match &self.pair {
            Pair::Rsa(pair) => PublicPart::Rsa {
                n: pair.public_key().modulus().big_endian_without_leading_zero().to_vec(),
                e: pair.public_key().exponent().big_endian_without_leading_zero().to_vec(),
            },
            Pair::P256(pair) => {
                // SEC 1 §2.3.3: 4, then both coordinates.
                let point = pair.public_key().as_ref().strip_prefix(&[4]).ok_or(Error::Library)?;
                let (x, y) = point.split_at_checked(32).ok_or(Error::Library)?;
                PublicPart::P256 {
                    x: x.to_vec(),
                    y: y.to_vec(),
                }
            }
            Pair::Ed25519(pair) => PublicPart::Ed25519 {
                x: pair.public_key().as_ref().to_vec(),
            },
        })
    }

    /// Signs in the format of a JWS (RFC 7518 §3.4: the two numbers of an ES256 signature, 32 bytes each).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding = match self.alg {
                    Alg::Ps256 => &RSA_PSS_SHA256,
                    Alg::Rs256 | Alg::Es256 | Alg::EdDsa => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature)
                    .map_err(|_| Error::Library)?;
                Ok(signature)
            }
            Pair::P256(pair) => pair.sign(&random, message).map(|signature| signature.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
        }
        .map_err(|_| Error::Library)
    }

    /// A self-signed certificate (DER) in `name`, valid from `from` to `until`. RS256 only: no receiver reads the
    /// certificate of another key of ours.
    pub fn certificate(&self, name: &str, from: Timestamp, until: Timestamp) -> Result<Vec<u8>, Error> {
        let (Pair::Rsa(pair), Alg::Rs256) = (&self.pair, self.alg) else {
            return Err(Error::SigningKey);
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let name: String = name.chars().take(LONGEST_NAME).collect();
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let start = rcgen::date_time_ymd(1970, 1, 1);
        params.not_before = start + since_1970(from);
        params.not_after = start + since_1970(until);
        let own = Own {
            key: self,
            public: pair.public_key().as_ref(),
        };
        let certificate = params.self_signed(&own).map_err(|_| Error::Library)?;
        Ok(certificate.der().to_vec())
    }
}

fn since_1970(at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(at.seconds()).unwrap_or(0).min(LAST_SECOND))
}

/// The key as rcgen wants to see it, so that no second copy of the private half is made.
struct Own<'a> {
    key: &'a SigningKey,
    public: &'a [u8],
}

impl rcgen::PublicKeyData for Own<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for Own<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.key.sign(message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// The content of the DER element that `bytes` begins with, and what follows it.
    fn element(bytes: &[u8]) -> (&[u8], &[u8]) {
        let (length, start) = match bytes[1] {
            short @ 0..=0x7f => (usize::from(short), 2),
            0x81 => (usize::from(bytes[2]), 3),
            0x82 => (usize::from(bytes[2]) * 256 + usize::from(bytes[3]), 4),
            _ => panic!("longer than any certificate of ours"),
        };
        bytes[start..].split_at(length)
    }

    fn holds(hay: &[u8], needle: &[u8]) -> bool {
        hay.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn a_key_survives_its_pkcs8_and_is_refused_as_a_key_of_another_kind() {
        for alg in Alg::ALL {
            let key = SigningKey::generate(alg).unwrap();
            let bytes = key.pkcs8().unwrap();
            let again = SigningKey::from_pkcs8(alg, &bytes).unwrap();
            assert_eq!(again.public().unwrap(), key.public().unwrap());
            for other in Alg::ALL {
                let both_rsa = [alg, other].iter().all(|alg| matches!(alg, Alg::Rs256 | Alg::Ps256));
                assert_eq!(
                    SigningKey::from_pkcs8(other, &bytes).is_ok(),
                    alg == other || both_rsa,
                    "{alg} as {other}"
                );
            }
        }
    }

    #[test]
    fn signatures_have_the_lengths_that_jws_prescribes() {
        for (alg, length) in [(Alg::Rs256, 256), (Alg::Ps256, 256), (Alg::Es256, 64), (Alg::EdDsa, 64)] {
            let key = SigningKey::generate(alg).unwrap();
            // The numbers of an ECDSA signature are short now and then; they must be filled up.
            for message in 0..50_u8 {
                assert_eq!(key.sign(&[message]).unwrap().len(), length, "{alg}");
            }
        }
    }

    #[test]
    fn the_certificate_is_signed_by_its_own_key_and_lasts_as_told() {
        let key = SigningKey::generate(Alg::Rs256).unwrap();
        let from = Timestamp::parse("2026-01-15T10:00:00.700Z").unwrap();
        let until = Timestamp::parse("2056-01-15T10:00:00Z").unwrap();
        let name = format!("login.example.com {}", "x".repeat(80));
        let der = key.certificate(&name, from, until).unwrap();

        let (certificate, rest) = element(&der);
        assert!(rest.is_empty());
        let (_, after) = element(certificate);
        let signed = &certificate[..certificate.len() - after.len()];
        let (_, signature) = element(after);
        let (bits, _) = element(signature);
        let Pair::Rsa(pair) = &key.pair else {
            panic!("RS256 is RSA");
        };
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        public.verify(signed, &bits[1..]).unwrap();
        // RFC 5280 §4.1.2.5: two digits of the year until 2049, four from then on.
        assert!(holds(signed, b"260115100000Z") && holds(signed, b"20560115100000Z"));
        assert!(holds(signed, &name.as_bytes()[..LONGEST_NAME]) && !holds(signed, &name.as_bytes()[..65]));
    }

    #[test]
    fn a_certificate_outside_the_years_it_can_name_ends_with_them() {
        let key = SigningKey::generate(Alg::Rs256).unwrap();
        let (first, last) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        let der = key.certificate("login.example.com", first, last).unwrap();
        assert!(holds(&der, b"700101000000Z") && holds(&der, b"99991231235959Z"));
    }

    #[test]
    fn only_the_keys_that_entra_reads_have_certificates() {
        for alg in [Alg::Ps256, Alg::Es256, Alg::EdDsa] {
            let key = SigningKey::generate(alg).unwrap();
            let now = Timestamp::from_seconds(1_768_471_200);
            assert!(key.certificate("login.example.com", now, now).is_err());
        }
    }

    #[test]
    fn algorithms_are_written_as_in_a_header_and_read_back() {
        for alg in Alg::ALL {
            assert_eq!(alg.word().parse(), Ok(alg));
            assert_eq!(serde_json::json!(alg), alg.word());
        }
        for other in ["", "rs256", "RS512", "HS256", "none"] {
            assert_eq!(other.parse::<Alg>(), Err(UnknownAlg));
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let key = SigningKey::generate(Alg::EdDsa).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(EdDSA, …)");
    }
}
