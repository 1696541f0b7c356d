//! The signed statement by which an application with a certificate proves who it is.
//!
//! Follows "Certificate credentials" (<https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials>,
//! August 2026): PS256, the certificate named by `x5t#S256`. One is made for each token request and never kept.

use std::time::Duration;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::{Timestamp, VendorError};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

/// The vendor asks for five to ten minutes; the shortest, since each is used at once.
const LIFETIME: Duration = Duration::from_mins(5);

/// A certificate's name and its key.
pub(crate) struct Signer {
    thumbprint: String,
    key: RsaKeyPair,
}

impl Signer {
    /// Reads certificate and key; refuses what is not RSA, and a key that is not the certificate's.
    pub(crate) fn new(certificate_pem: &str, key_pem: &SecretString) -> Result<Self, VendorError> {
        let refused = |why: &str| VendorError::Refused { why: why.to_owned() };
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
            .map_err(|_| refused("the certificate is not PEM"))?;
        let key = PrivateKeyDer::from_pem_slice(key_pem.expose_secret().as_bytes())
            .map_err(|_| refused("the certificate's key is not an unencrypted PEM key"))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(refused("the certificate's key must be an RSA key")),
        }
        .map_err(|_| refused("the certificate's key must be an RSA key of 2048 bits or more"))?;
        // The certificate holds the public key as it stands in the pair (RFC 5280 §4.1.2.7, RFC 8017 §A.1.1).
        let public = aws_lc_rs::signature::KeyPair::public_key(&key).as_ref();
        if !certificate.windows(public.len()).any(|part| part == public) {
            return Err(refused("the key does not belong to the certificate"));
        }
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &certificate)),
            key,
        })
    }

    /// A fresh assertion for one request to `token_url`.
    pub(crate) fn assertion(
        &self,
        token_url: &str,
        client_id: Uuid,
        now: Timestamp,
    ) -> Result<SecretString, VendorError> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint }));
        let body = part(json!({
            "aud": token_url, "iss": client_id, "sub": client_id, "jti": Uuid::new_v4(),
            "nbf": now.seconds(), "iat": now.seconds(), "exp": now.plus(LIFETIME).seconds(),
        }));
        let signed = format!("{head}.{body}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| VendorError::Refused {
                why: "the certificate's key cannot sign".into(),
            })?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}
