//! Private keys and the compact JWS they sign.
//!
//! Follows RFC 7515 §3.1, RFC 7517 and RFC 7518 §3.3, §3.4 and §6, as far as "Build a JWT for client authentication"
//! (<https://developer.okta.com/docs/guides/build-self-signed-jwt/java/main/>, August 2026) uses them. What is claimed is
//! left to `token.rs` and `proof.rs`.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::VendorError;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// The least modulus that RS256 may have (RFC 7518 §3.3), in bytes.
const SHORTEST_MODULUS: usize = 256;
/// Bytes of a coordinate of P-256 and of P-384.
const P256: usize = 32;
const P384: usize = 48;
/// The first byte of a point written whole (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

/// A private key. `Debug` is not implemented: there is nothing to show.
pub(crate) struct Key(Pair);

/// A private key as it stands in JSON; only what is read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(default)]
    crv: String,
    #[serde(flatten)]
    members: std::collections::HashMap<String, Value>,
}

impl Key {
    /// Reads PKCS #8 PEM or a JWK; tells its `kid` where the JWK has one.
    pub(crate) fn read(text: &SecretString) -> Result<(Self, Option<String>), VendorError> {
        let text = text.expose_secret().trim();
        if text.starts_with('{') {
            return Self::of_jwk(text);
        }
        let refused = || {
            VendorError::Refused {
            why: "the service app's key must be unencrypted PKCS #8 PEM or a JWK: RSA of 2048 bits or more, P-256 or P-384"
                .into(),
        }
        };
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).map_err(|_| refused())?;
        let der = der.secret_pkcs8_der();
        let pair = if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            long_enough(pair)?
        } else if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der) {
            Pair::P256(pair)
        } else {
            Pair::P384(EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der).map_err(|_| refused())?)
        };
        Ok((Self(pair), None))
    }

    fn of_jwk(text: &str) -> Result<(Self, Option<String>), VendorError> {
        let refused = |why: &str| VendorError::Refused {
            why: format!("the service app's JWK {why}"),
        };
        // What the parser says may quote the key.
        let jwk: Jwk = serde_json::from_str(text).map_err(|_| refused("is not a JWK"))?;
        let member = |name: &str| -> Result<Zeroizing<Vec<u8>>, VendorError> {
            let text = jwk.members.get(name).and_then(Value::as_str);
            let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
            bytes
                .map(Zeroizing::new)
                .ok_or_else(|| refused(&format!("lacks `{name}`: it must be the private key")))
        };
        let pair = match (jwk.kty.as_str(), jwk.crv.as_str()) {
            ("RSA", _) => {
                let parts = KeyPairComponents {
                    public_key: PublicKeyComponents {
                        n: member("n")?,
                        e: member("e")?,
                    },
                    d: member("d")?,
                    p: member("p")?,
                    q: member("q")?,
                    dP: member("dp")?,
                    dQ: member("dq")?,
                    qInv: member("qi")?,
                };
                let pair = RsaKeyPair::from_components(&parts).map_err(|_| refused("does not hold together"))?;
                long_enough(pair)?
            }
            ("EC", "P-256") => Pair::P256(
                ec(
                    &ECDSA_P256_SHA256_FIXED_SIGNING,
                    &member("d")?,
                    &member("x")?,
                    &member("y")?,
                )
                .ok_or_else(|| refused("does not hold together"))?,
            ),
            ("EC", "P-384") => Pair::P384(
                ec(
                    &ECDSA_P384_SHA384_FIXED_SIGNING,
                    &member("d")?,
                    &member("x")?,
                    &member("y")?,
                )
                .ok_or_else(|| refused("does not hold together"))?,
            ),
            _ => return Err(refused("is of a kind that Okta does not take: RSA, P-256 or P-384")),
        };
        Ok((Self(pair), jwk.kid))
    }

    /// A fresh key on P-256 that lives in memory only.
    pub(crate) fn fresh() -> Result<Self, VendorError> {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map(|pair| Self(Pair::P256(pair)))
            .map_err(|_| VendorError::Unexpected {
                why: "no key could be made on this machine".into(),
            })
    }

    /// Its algorithm as RFC 7518 §3.1 writes it.
    pub(crate) fn alg(&self) -> &'static str {
        match &self.0 {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
            Pair::P384(_) => "ES384",
        }
    }

    /// Its public half: the members that RFC 7638 §3.2 names and no other.
    pub(crate) fn public(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = |pair: &EcdsaKeyPair, curve: &str, length: usize| {
            let whole = pair.public_key().as_ref();
            let (x, y) = whole
                .get(1..)
                .unwrap_or_default()
                .split_at_checked(length)
                .unwrap_or_default();
            json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) })
        };
        match &self.0 {
            Pair::Rsa(pair) => json!({
                "kty": "RSA",
                "n": text(pair.public_key().modulus().big_endian_without_leading_zero()),
                "e": text(pair.public_key().exponent().big_endian_without_leading_zero()),
            }),
            Pair::P256(pair) => point(pair, "P-256", P256),
            Pair::P384(pair) => point(pair, "P-384", P384),
        }
    }

    /// A compact JWS of these two parts.
    pub(crate) fn compact(&self, header: &Value, claims: &Value) -> Result<String, VendorError> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let random = SystemRandom::new();
        let signature = match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
                    .map(|()| signature)
            }
            Pair::P256(pair) | Pair::P384(pair) => pair
                .sign(&random, signed.as_bytes())
                .map(|signature| signature.as_ref().to_vec()),
        }
        .map_err(|_| VendorError::Refused {
            why: "the service app's key cannot sign".into(),
        })?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn long_enough(pair: RsaKeyPair) -> Result<Pair, VendorError> {
    if pair.public_modulus_len() < SHORTEST_MODULUS {
        return Err(VendorError::Refused {
            why: "the service app's RSA key must have 2048 bits or more".into(),
        });
    }
    Ok(Pair::Rsa(Box::new(pair)))
}

fn ec(curve: &'static EcdsaSigningAlgorithm, d: &[u8], x: &[u8], y: &[u8]) -> Option<EcdsaKeyPair> {
    let point = [&[UNCOMPRESSED], x, y].concat();
    EcdsaKeyPair::from_private_key_and_public_key(curve, d, &point).ok()
}
