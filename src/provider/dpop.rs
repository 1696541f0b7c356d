//! Proofs that a caller holds a key: DPoP (RFC 9449).
//!
//! At the endpoints that clients call, and where an access token is shown. That a token is bound to the key that
//! [`Held`] names is compared by whoever reads the token.

use std::time::Duration;

use aws_lc_rs::digest;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use url::Url;

use super::checks::Checks;
use super::client::Profile;
use super::form::Parameters;
use super::jose::{Fault, Rules, Typ, Unproven};
use super::jwk::{Jwk, Unfit};
use super::moment::{Moment, SKEW};
use super::refusal::{Challenge, Code, Refusal, Why};

const DPOP: HeaderName = HeaderName::from_static("dpop");
/// How old a proof may be. RFC 9449 §11.1: seconds or minutes.
const AGE: Duration = Duration::from_secs(60);
/// How long one nonce is given out; it is good for one slot more. RFC 9449 §8.2 leaves it to us.
const SLOT_SECONDS: i64 = 300;
/// What a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct For<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The address of the endpoint as the world sees it.
    pub url: &'a str,
    /// The rules of the client.
    pub profile: Profile,
    /// Whether the proof must hold a nonce of ours.
    pub nonce: Nonce,
    /// The access token that the proof goes with, where a token is shown.
    pub token: Option<&'a str>,
}

/// Whether a proof must hold a nonce of ours (RFC 9449 §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// It must.
    Required,
    /// It need not, but one that it holds must be good.
    Optional,
}

/// A key that the caller holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its thumbprint (RFC 7638), as it stands in `cnf.jkt`.
    pub jkt: String,
}

/// The claims of a proof (RFC 9449 §4.2).
#[derive(Deserialize)]
struct Proof {
    jti: String,
    htm: String,
    htu: String,
    iat: Moment,
    nonce: Option<String>,
    ath: Option<String>,
}

impl Checks {
    /// The key that the caller proves to hold; `None` if the request has no proof. The numbers are those of RFC 9449
    /// §4.3.
    pub async fn held(&self, headers: &HeaderMap, what: &For<'_>) -> Result<Option<Held>, Refusal> {
        // 1.
        let mut proofs = headers.get_all(DPOP).iter();
        let proof = match (proofs.next(), proofs.next()) {
            (None, _) => return Ok(None),
            (Some(proof), None) => proof.to_str().map_err(|_| what.refuse("proof is not text"))?,
            (Some(_), Some(_)) => return Err(what.refuse("several proofs")),
        };
        // 2. to 7.
        let (proof, jkt) = read(proof, what.profile).map_err(|why| what.refuse(why))?;
        // 8.
        if proof.htm != what.method.as_str() {
            return Err(what.refuse("proof for another method"));
        }
        // 9.
        if !same_place(&proof.htu, what.url) {
            return Err(what.refuse("proof for another address"));
        }
        // 10.
        self.check_nonce(proof.nonce.as_deref(), what)?;
        // 11.
        let now = self.clock.now();
        if proof.iat.0 > now.plus(SKEW) {
            return Err(what.refuse("proof from the future"));
        }
        if proof.iat.0.plus(AGE) < now {
            return Err(what.refuse("proof too old"));
        }
        // 12.
        if let Some(token) = what.token
            && !is_hash_of(proof.ath.as_deref().unwrap_or_default(), token)
        {
            return Err(what.refuse("proof for another token"));
        }
        // §11.1: once. Remembered by key and name, whatever the address: narrower than asked.
        let until = proof.iat.0.plus(AGE).plus(Duration::from_secs(1));
        if proof.jti.is_empty() || !self.first_use("dpop", [&jkt, &proof.jti], until).await? {
            return Err(what.refuse("replayed proof"));
        }
        Ok(Some(Held { jkt }))
    }

    /// A nonce for the proofs to come (RFC 9449 §8): good for five minutes at least and ten at most, on every node.
    pub fn nonce(&self) -> String {
        self.nonce_of(self.slot())
    }

    fn check_nonce(&self, given: Option<&str>, what: &For<'_>) -> Result<(), Refusal> {
        let why = match (given, what.nonce) {
            (None, Nonce::Optional) => return Ok(()),
            (None, Nonce::Required) => "proof without nonce",
            (Some(given), _) => {
                let slot = self.slot();
                let is = |slot: i64| self.nonce_of(slot).as_bytes().ct_eq(given.as_bytes());
                if (is(slot) | is(slot - 1)).into() {
                    return Ok(());
                }
                "proof with a nonce of another time"
            }
        };
        let mut refusal = what.refuse(why);
        refusal.code = Code::UseDpopNonce;
        refusal.description = "use the nonce of the DPoP-Nonce header in the proof";
        Err(refusal.with_nonce(self.nonce()))
    }

    fn slot(&self) -> i64 {
        self.clock.now().seconds().div_euclid(SLOT_SECONDS)
    }

    fn nonce_of(&self, slot: i64) -> String {
        URL_SAFE_NO_PAD.encode(self.nonces.digest("dpop nonce", &slot.to_be_bytes()).bytes())
    }
}

impl For<'_> {
    /// RFC 9449 §5: where tokens are given out, 400; §7.1: where one is shown, 401 with a challenge.
    fn refuse(&self, why: Why) -> Refusal {
        let refusal = Refusal::new(Code::InvalidDpopProof, "the DPoP proof is not valid", why);
        if self.token.is_some() {
            refusal
                .with_status(StatusCode::UNAUTHORIZED)
                .challenging(Challenge::Dpop)
        } else {
            refusal
        }
    }
}

/// The thumbprint that an authorization request binds its code to (RFC 9449 §10): from the proof, from `dpop_jkt`, or
/// from both if they agree.
pub fn bound_to(parameters: &Parameters, held: Option<&Held>) -> Result<Option<String>, Refusal> {
    let proven = held.map(|held| held.jkt.as_str());
    let Some(named) = parameters.get("dpop_jkt") else {
        return Ok(proven.map(str::to_owned));
    };
    // RFC 7638 §3 with SHA-256: 32 bytes.
    if URL_SAFE_NO_PAD.decode(named).map(|bytes| bytes.len()) != Ok(32) {
        return Err(Refusal::new(
            Code::InvalidRequest,
            "dpop_jkt is not a SHA-256 thumbprint",
            "dpop_jkt malformed",
        ));
    }
    // RFC 9449 §10.1.
    if proven.is_some_and(|proven| proven != named) {
        return Err(Refusal::new(
            Code::InvalidDpopProof,
            "dpop_jkt is not the key of the DPoP proof",
            "dpop_jkt of another key",
        ));
    }
    Ok(Some(named.to_owned()))
}

/// The proof, and the thumbprint of the key that signed it and stands in it.
fn read(proof: &str, profile: Profile) -> Result<(Proof, String), Why> {
    let rules = Rules {
        algs: profile.algs(),
        typ: Typ::Exactly("dpop+jwt"),
    };
    let unproven = Unproven::read(proof, &rules).map_err(Fault::why)?;
    let key = unproven.header("jwk").ok_or("proof without a key")?;
    let key = Jwk::from_public(key).map_err(|unfit| match unfit {
        Unfit::Private => "proof with a private key",
        Unfit::Unknown => "key of the proof unreadable",
    })?;
    let proven = unproven.prove_with(&key).map_err(Fault::why)?;
    Ok((proven.claims().map_err(Fault::why)?, key.thumbprint()))
}

/// RFC 9449 §4.3, 9.: without query and fragment, written in one way (RFC 3986 §6.2.2, §6.2.3), as the WHATWG's reader
/// does it. Our paths hold nothing that could be percent-encoded.
fn same_place(said: &str, ours: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    bare(said).is_some_and(|said| Some(said) == bare(ours))
}

/// RFC 9449 §4.2, `ath`.
fn is_hash_of(hash: &str, token: &str) -> bool {
    let own = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()));
    own.as_bytes().ct_eq(hash.as_bytes()).into()
}
