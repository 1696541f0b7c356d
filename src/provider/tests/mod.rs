//! What these tests share: real keys, statements signed with them, a store on a file, and a clock that is turned.

mod authenticate;
mod check;
mod claims;
mod dpop;
mod entra;
mod jose;
mod metadata;
mod object;
mod okta;
mod remote;
mod told;
mod verified;

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::checks::Checks;
use super::client::{Auth, Client, Keys, Profile, secret_digest};
use super::jwk::JwkSet;
use super::remote::{Remote, read_set};
use crate::crypto::seal::Key;
use crate::crypto::signing::Alg;
use crate::store::{Settings, Store};

/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
const ISSUER: &str = "https://doorward.example.com";
const PAR: &str = "https://doorward.example.com/oauth2/par";
const SECRET: &str = "a long secret: of+intranet";

/// A private key of somebody else.
enum Signer {
    Rsa(RsaKeyPair, Alg),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    fn random(alg: Alg) -> Self {
        match alg {
            Alg::Rs256 | Alg::Ps256 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap(), alg),
            Alg::Es256 => Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            Alg::EdDsa => Self::Ed(Ed25519KeyPair::generate().unwrap()),
        }
    }

    fn alg(&self) -> Alg {
        match self {
            Self::Rsa(_, alg) => *alg,
            Self::Ec(_) => Alg::Es256,
            Self::Ed(_) => Alg::EdDsa,
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let chance = SystemRandom::new();
        match self {
            Self::Rsa(pair, alg) => {
                let mut out = vec![0; pair.public_modulus_len()];
                if *alg == Alg::Rs256 {
                    pair.sign(&RSA_PKCS1_SHA256, &chance, message, &mut out).unwrap();
                } else {
                    pair.sign(&RSA_PSS_SHA256, &chance, message, &mut out).unwrap();
                }
                out
            }
            Self::Ec(pair) => pair.sign(&chance, message).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    fn jwk(&self) -> Value {
        match self {
            Self::Rsa(pair, _) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({ "kty": "RSA", "n": base64url(&public.n), "e": base64url(&public.e) })
            }
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(&point[1..33]), "y": base64url(&point[33..]) })
            }
            Self::Ed(pair) => json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref()) }),
        }
    }

    /// Signs these claims under this header, into which `alg` is put unless it is there.
    fn state(&self, mut header: Value, claims: &Value) -> String {
        let members = header.as_object_mut().unwrap();
        members.entry("alg").or_insert_with(|| self.alg().word().into());
        self.write(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    fn write(&self, header: &[u8], claims: &[u8]) -> String {
        let signed = format!("{}.{}", base64url(header), base64url(claims));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", base64url(&signature))
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A set with the public halves of these keys, named `0`, `1`, ….
fn set_of(signers: &[&Signer]) -> JwkSet {
    let named = signers.iter().enumerate().map(|(number, signer)| {
        let mut key = signer.jwk();
        key["kid"] = number.to_string().into();
        key
    });
    let set = json!({ "keys": named.collect::<Vec<_>>() });
    read_set(set.to_string().as_bytes()).unwrap()
}

/// The base with some members replaced; `null` takes one out.
fn but(base: &Value, changes: &Value) -> Value {
    let mut all = base.clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            all.as_object_mut().unwrap().remove(name);
        } else {
            all[name] = value.clone();
        }
    }
    all
}

/// The checks, on a database and a clock of their own.
struct Bench {
    checks: Checks,
    clock: TurnedClock,
    _folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        Self::at(NOW).await
    }

    async fn at(seconds: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            url: format!("sqlite:{}", folder.path().join("doorward.db").display()).into(),
            connections: 2,
        };
        let master = Key::random();
        let store = Store::open(&settings, &master).await.unwrap();
        store.migrate().await.unwrap();
        let clock = TurnedClock::at(Timestamp::from_seconds(seconds));
        let checks = Checks {
            store,
            clock: Arc::new(clock.clone()),
            issuer: ISSUER.to_owned(),
            remote: Remote::new(&[], Arc::new(clock.clone())).unwrap(),
            nonces: master.derive("dpop nonces").unwrap(),
        };
        Self {
            checks,
            clock,
            _folder: folder,
        }
    }
}

/// The relying party of these tests, with a secret.
fn intranet() -> Client {
    Client {
        id: "intranet".to_owned(),
        name: "intranet".to_owned(),
        title: "Example Intranet".to_owned(),
        source: "sso".to_owned(),
        profile: Profile::Plain,
        auth: Auth::SecretBasic,
        secrets: vec![secret_digest("the next one"), secret_digest(SECRET)],
        keys: None,
        redirect_uris: vec!["https://intranet.example.com/cb".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        purposes: Vec::new(),
        id_token_alg: Alg::Es256,
        pairwise: false,
        dpop: false,
        signed_requests: false,
        session: Duration::ZERO,
        refresh: Duration::ZERO,
        resource_server: false,
        api_scopes: Vec::new(),
        api_purposes: Vec::new(),
        matched: false,
    }
}

/// The same, proving itself with these keys.
fn with_keys(profile: Profile, signers: &[&Signer]) -> Client {
    Client {
        profile,
        auth: Auth::PrivateKeyJwt,
        secrets: Vec::new(),
        keys: Some(Keys::Fixed(Arc::new(set_of(signers)))),
        ..intranet()
    }
}
