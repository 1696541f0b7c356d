//! ID tokens (OpenID Connect Core §2), and those of ours that come back as hints.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::client::{Client, Profile};
use super::jose::{Audience, Rules, Typ, Unproven};
use super::refusal::{Code, Refusal};
use super::request::Request;
use super::{Proven, Provider, claims, okta};
use crate::cause::causes;
use crate::crypto::signing::Alg;

/// Okta reads `iat` without any skew (okta.md §1.8): ours lies a little in the past.
const OKTA_BACK: Duration = Duration::from_secs(5);

impl Provider {
    /// An ID token for what was proven; with an access token beside it, bound to that.
    pub(super) async fn id_token(
        &self,
        client: &Client,
        request: &Request,
        proven: &Proven,
        access_token: Option<&str>,
    ) -> Result<String, Refusal> {
        let now = self.clock.now();
        let signer = self.keyring.signer(client.id_token_alg).await.map_err(|error| {
            tracing::error!(error = %causes(&error), "an ID token could not be signed");
            broken("no key to sign with")
        })?;
        let mut members = match client.profile {
            Profile::OktaVendor => okta::id_token_claims(request, proven, client.matched),
            _ => claims::id_token(request, proven, client.profile),
        };
        let (issued, life) = match client.profile {
            Profile::OktaVendor => (now.minus(OKTA_BACK), self.lifetimes.okta_id_token),
            _ => (now, self.lifetimes.id_token),
        };
        members.insert("iss".to_owned(), json!(self.issuer));
        // One audience, as text: every receiver takes that, some nothing else.
        members.insert("aud".to_owned(), json!(client.id));
        members.insert("sub".to_owned(), json!(self.subject(proven, client)));
        members.insert("iat".to_owned(), json!(issued.seconds()));
        members.insert("exp".to_owned(), json!(now.plus(life).seconds()));
        if let Some(nonce) = &request.nonce {
            members.insert("nonce".to_owned(), json!(nonce));
        }
        if let Some(token) = access_token {
            members.insert("at_hash".to_owned(), json!(half_hash(signer.alg(), token)));
        }
        signer.sign_compact(&[], &Value::Object(members)).map_err(|error| {
            tracing::error!(error = %causes(&error), "an ID token could not be signed");
            broken("signing failed")
        })
    }

    /// The subject and the audience of an ID token of ours. Its time does not matter: it is a hint (OpenID Connect Core
    /// §3.1.2.1, RP-Initiated Logout §2).
    pub async fn hinted(&self, token: &str) -> Option<(String, Audience)> {
        let rules = Rules {
            algs: &[Alg::Rs256, Alg::Ps256, Alg::Es256, Alg::EdDsa],
            typ: Typ::OneOfOrAbsent(&["jwt"]),
        };
        let keys = self.keyring.jwks().await.ok()?;
        let proven = Unproven::read(token, &rules).ok()?.prove(&keys).ok()?;
        let hint: Hint = proven.claims().ok()?;
        (hint.iss == self.issuer).then_some((hint.sub, hint.aud))
    }
}

/// The claims of a hint that matter.
#[derive(serde::Deserialize)]
struct Hint {
    iss: String,
    sub: String,
    aud: Audience,
}

/// The left half of the hash that goes with the signature's algorithm (OpenID Connect Core §3.1.3.6); Ed25519 hashes with
/// SHA-512.
fn half_hash(alg: Alg, token: &str) -> String {
    let hash = match alg {
        Alg::Rs256 | Alg::Ps256 | Alg::Es256 => digest::digest(&digest::SHA256, token.as_bytes()),
        Alg::EdDsa => digest::digest(&digest::SHA512, token.as_bytes()),
    };
    let bytes = hash.as_ref();
    URL_SAFE_NO_PAD.encode(bytes.get(..bytes.len() / 2).unwrap_or(bytes))
}

fn broken(why: &'static str) -> Refusal {
    Refusal::new(Code::ServerError, "try again", why)
}
