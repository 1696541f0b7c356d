//! Proofs of possession: what binds a token to this process.
//!
//! Follows RFC 9449 §4.2 and "Configure OAuth 2.0 Demonstrating Proof-of-Possession"
//! (<https://developer.okta.com/docs/guides/dpop/oktaresourceserver/main/>, August 2026). The key is made anew with each
//! process and never leaves it. When a nonce is wanted is told by the vendor and kept by the callers.

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::{Timestamp, VendorError};
use http::Method;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use crate::key::Key;

/// The key that tokens are bound to.
pub(crate) struct Prover(Key);

impl Prover {
    /// With a fresh key.
    pub(crate) fn new() -> Result<Self, VendorError> {
        Key::fresh().map(Self)
    }

    /// A proof for one request: its `jti` is never used again. `token` where one goes along, `nonce` where one was given.
    pub(crate) fn proof(
        &self,
        method: &Method,
        url: &Url,
        token: Option<&str>,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<String, VendorError> {
        let header = json!({ "typ": "dpop+jwt", "alg": self.0.alg(), "jwk": self.0.public() });
        let mut claims = json!({
            "htm": method.as_str(), "htu": place(url), "iat": now.seconds(), "jti": Uuid::new_v4(),
        });
        if let Some(members) = claims.as_object_mut() {
            if let Some(token) = token {
                members.insert("ath".into(), json!(token_hash(token)));
            }
            if let Some(nonce) = nonce {
                members.insert("nonce".into(), json!(nonce));
            }
        }
        self.0.compact(&header, &claims)
    }
}

/// The address without query and fragment. Paths are made of ids, so that encoded and decoded form are the same.
fn place(url: &Url) -> String {
    let mut place = url.clone();
    place.set_query(None);
    place.set_fragment(None);
    place.into()
}

/// `ath`
pub(crate) fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_token_is_that_of_the_vector() {
        assert_eq!(
            token_hash("doorward.example.access-token"),
            "dfn5bFwa9lGnt6mPLuy39eIbVNhhXs0OVlW-g05swmg"
        );
    }
}
