//! A signing key with its name: signs what openidconnect builds, and compact JWTs of any type (RFC 7515 §3.1).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Map, Value};

use super::jwk::Jwk;
use super::library::name_of;
use crate::crypto;
use crate::crypto::signing::{Alg, SigningKey};

/// A private key and the public key that verifies what it signs. Clones share the key.
#[derive(Clone, Debug)]
pub struct Signer {
    pub(super) key: Arc<SigningKey>,
    pub(super) public: Jwk,
}

impl Signer {
    /// Of a key and its public half as published.
    pub fn new(key: Arc<SigningKey>, public: Jwk) -> Self {
        Self { key, public }
    }

    /// What it signs with.
    pub fn alg(&self) -> Alg {
        self.key.alg()
    }

    /// The private key: what is signed in other formats than JWTs.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Its algorithm under openidconnect's name.
    pub fn core_alg(&self) -> CoreJwsSigningAlgorithm {
        name_of(self.alg()).clone()
    }

    /// The public key, as published.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// Signs `claims` as a compact JWT. The header says `alg`, `kid` and `typ` (`JWT` unless `extra` says otherwise),
    /// and what else `extra` adds.
    pub fn sign_compact(&self, extra: &[(&str, Value)], claims: &Value) -> Result<String, crypto::Error> {
        let mut header = Map::new();
        header.insert("typ".to_owned(), Value::from("JWT"));
        for (name, value) in extra {
            header.insert((*name).to_owned(), value.clone());
        }
        // Last, so that nothing replaces them.
        header.insert("alg".to_owned(), Value::from(self.alg().word()));
        header.insert("kid".to_owned(), Value::from(self.public.kid()));
        let signed = [
            URL_SAFE_NO_PAD.encode(Value::Object(header).to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string()),
        ]
        .join(".");
        let signature = self.key.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::core::CoreJsonWebKey;
    use openidconnect::{JsonWebKey, PrivateSigningKey};
    use serde_json::json;

    use super::*;

    fn signer(alg: Alg) -> Signer {
        let key = SigningKey::generate(alg).unwrap();
        let public = Jwk::of(alg, &key.public().unwrap(), None);
        Signer::new(Arc::new(key), public)
    }

    fn read(part: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_compact_token_names_its_key_and_verifies_elsewhere() {
        for alg in Alg::ALL {
            let signer = signer(alg);
            let claims = json!({"iss": "https://door.example", "aud": "intranet"});
            let token = signer.sign_compact(&[], &claims).unwrap();
            let [header, body, signature] = token.split('.').collect::<Vec<_>>()[..] else {
                panic!("three parts");
            };
            let kid = signer.public().kid();
            assert_eq!(read(header), json!({"alg": alg.word(), "kid": kid, "typ": "JWT"}));
            assert_eq!(read(body), claims);
            let key: CoreJsonWebKey = serde_json::from_value(json!(signer.public())).unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let message = format!("{header}.{body}");
            key.verify_signature(&signer.core_alg(), message.as_bytes(), &signature)
                .unwrap();
        }
    }

    #[test]
    fn a_header_may_say_more_but_not_another_algorithm_or_key() {
        let signer = signer(Alg::Es256);
        let extra = [
            ("typ", json!("at+jwt")),
            ("alg", json!("none")),
            ("kid", json!("theirs")),
            ("x5t#S256", json!("print")),
        ];
        let token = signer.sign_compact(&extra, &json!({})).unwrap();
        let kid = signer.public().kid();
        assert_eq!(
            read(token.split('.').next().unwrap()),
            json!({"alg": "ES256", "kid": kid, "typ": "at+jwt", "x5t#S256": "print"})
        );
    }

    #[test]
    fn a_key_signs_with_no_algorithm_but_its_own() {
        let signer = signer(Alg::Rs256);
        let other = CoreJwsSigningAlgorithm::RsaSsaPssSha256;
        assert!(PrivateSigningKey::sign(&signer, &other, b"message").is_err());
        assert!(PrivateSigningKey::sign(&signer, &signer.core_alg(), b"message").is_ok());
    }
}
