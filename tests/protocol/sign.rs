//! Keys of relying parties, and what they sign with them: compact JWS (RFC 7515) of any header and claims, right or wrong.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A private key and the one algorithm it signs with.
pub(super) enum Pair {
    Rs256(RsaKeyPair),
    Ps256(RsaKeyPair),
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Pair {
    /// A fresh one; the name is that of the algorithm (RFC 7518 §3.1).
    pub(super) fn new(alg: &str) -> Self {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        match alg {
            "RS256" => Self::Rs256(rsa()),
            "PS256" => Self::Ps256(rsa()),
            "ES256" => Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            "EdDSA" => Self::EdDsa(Ed25519KeyPair::generate().unwrap()),
            other => panic!("no key for {other}"),
        }
    }

    /// The one in a file of the lab: a private JWK on P-256.
    pub(super) fn read(path: &str) -> Self {
        let key: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let point = [vec![4], part("x"), part("y")].concat();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &part("d"), &point);
        Self::Es256(pair.unwrap())
    }

    pub(super) fn alg(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Ps256(_) => "PS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    /// The public half (RFC 7517), with the members of a thumbprint and no others.
    pub(super) fn jwk(&self) -> Value {
        match self {
            Self::Rs256(pair) | Self::Ps256(pair) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({"kty": "RSA", "n": base64url(&public.n), "e": base64url(&public.e)})
            }
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": base64url(&point[1..33]), "y": base64url(&point[33..])})
            }
            Self::EdDsa(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref())})
            }
        }
    }

    /// RFC 7638 with SHA-256. `serde_json` writes members in the order of their names, as is wanted there.
    pub(super) fn thumbprint(&self) -> String {
        base64url(digest(&SHA256, self.jwk().to_string().as_bytes()).as_ref())
    }

    /// A compact JWS; `alg` is put into the header unless it names one.
    pub(super) fn jws(&self, mut header: Value, claims: &Value) -> String {
        let members = header.as_object_mut().unwrap();
        members.entry("alg").or_insert_with(|| self.alg().into());
        let signed = unsigned(&header, claims);
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", base64url(&signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let chance = SystemRandom::new();
        let rsa = |pair: &RsaKeyPair, how| {
            let mut out = vec![0; pair.public_modulus_len()];
            pair.sign(how, &chance, message, &mut out).unwrap();
            out
        };
        match self {
            Self::Rs256(pair) => rsa(pair, &RSA_PKCS1_SHA256),
            Self::Ps256(pair) => rsa(pair, &RSA_PSS_SHA256),
            Self::Es256(pair) => pair.sign(&chance, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// The part of a JWS that is signed.
pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims or the header of a JWS, whoever signed it.
pub(super) fn part(token: &str, at: usize) -> Value {
    let text = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// `value` with some members replaced; `null` takes one out.
pub(super) fn but(value: &Value, changes: &Value) -> Value {
    let mut all = value.clone();
    for (name, change) in changes.as_object().unwrap() {
        if change.is_null() {
            all.as_object_mut().unwrap().remove(name);
        } else {
            all[name] = change.clone();
        }
    }
    all
}
