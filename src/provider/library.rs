//! How openidconnect sees our keys: the traits through which it verifies and signs.

use aws_lc_rs::digest::{self, SHA256, SHA512};
use openidconnect::core::{CoreJsonWebKeyType, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm};
use openidconnect::{
    JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyId, JsonWebKeySet, PrivateSigningKey, SignatureVerificationError,
    SigningError,
};

use super::jwk::{Jwk, JwkSet, Shape};
use super::signer::Signer;
use crate::crypto::signing::Alg;

/// The algorithm's name there.
pub(crate) fn name_of(alg: Alg) -> &'static CoreJwsSigningAlgorithm {
    match alg {
        Alg::Rs256 => &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Alg::Ps256 => &CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        Alg::Es256 => &CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Alg::EdDsa => &CoreJwsSigningAlgorithm::EdDsa,
    }
}

/// The algorithm of that name; `None` for those we never use.
fn alg_of(name: &CoreJwsSigningAlgorithm) -> Option<Alg> {
    Alg::ALL.into_iter().find(|alg| name_of(*alg) == name)
}

impl JsonWebKey for Jwk {
    type KeyUse = CoreJsonWebKeyUse;
    type SigningAlgorithm = CoreJwsSigningAlgorithm;

    fn key_id(&self) -> Option<&JsonWebKeyId> {
        self.kid.as_ref()
    }

    fn key_type(&self) -> &CoreJsonWebKeyType {
        match self.shape {
            Shape::Rsa { .. } => &CoreJsonWebKeyType::RSA,
            Shape::Ec { .. } => &CoreJsonWebKeyType::EllipticCurve,
            Shape::Okp { .. } => &CoreJsonWebKeyType::OctetKeyPair,
            Shape::Shared => &CoreJsonWebKeyType::Symmetric,
        }
    }

    fn key_use(&self) -> Option<&CoreJsonWebKeyUse> {
        self.purpose.as_ref()
    }

    fn signing_alg(&self) -> JsonWebKeyAlgorithm<&CoreJwsSigningAlgorithm> {
        match self.alg.as_deref().map(str::parse) {
            None => JsonWebKeyAlgorithm::Unspecified,
            Some(Ok(alg)) => JsonWebKeyAlgorithm::Algorithm(name_of(alg)),
            Some(Err(_)) => JsonWebKeyAlgorithm::Unsupported,
        }
    }

    fn new_symmetric(_key: Vec<u8>) -> Self {
        Self::shared()
    }

    fn verify_signature(
        &self,
        signature_alg: &CoreJwsSigningAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureVerificationError> {
        let alg = alg_of(signature_alg)
            .ok_or_else(|| SignatureVerificationError::UnsupportedAlg(format!("{signature_alg:?}")))?;
        if !self.fits(alg) {
            let why = format!("this key does not verify {alg}");
            return Err(SignatureVerificationError::InvalidKey(why));
        }
        if !self.verify(alg, message, signature) {
            return Err(SignatureVerificationError::CryptoError("bad signature".to_owned()));
        }
        Ok(())
    }

    /// For `at_hash` and `c_hash` (OpenID Connect Core §3.1.3.6): the hash that the algorithm itself uses.
    fn hash_bytes(&self, bytes: &[u8], alg: &CoreJwsSigningAlgorithm) -> Result<Vec<u8>, String> {
        let alg = alg_of(alg).filter(|alg| self.shape.signs(*alg));
        let hash = match alg.ok_or("this key does not go with that algorithm")? {
            Alg::Rs256 | Alg::Ps256 | Alg::Es256 => &SHA256,
            Alg::EdDsa => &SHA512,
        };
        Ok(digest::digest(hash, bytes).as_ref().to_vec())
    }
}

impl From<JwkSet> for JsonWebKeySet<Jwk> {
    fn from(set: JwkSet) -> Self {
        Self::new(set.keys)
    }
}

impl PrivateSigningKey for Signer {
    type VerificationKey = Jwk;

    fn sign(&self, signature_alg: &CoreJwsSigningAlgorithm, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        // A key signs with one algorithm only, also where its type would allow two.
        if alg_of(signature_alg) != Some(self.alg()) {
            return Err(SigningError::UnsupportedAlg(format!("{signature_alg:?}")));
        }
        self.key.sign(message).map_err(|_| SigningError::CryptoError)
    }

    fn as_verification_key(&self) -> Jwk {
        self.public.clone()
    }
}
