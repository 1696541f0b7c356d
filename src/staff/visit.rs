//! What a browser carries while its operator is away at the provider: sealed, for this browser's cookie only, and good once.
//!
//! Nothing is kept here of somebody who has not come back: whoever asks for the way to the provider costs no row.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use subtle::ConstantTimeEq;

use super::{Refused, Staff};
use crate::crypto::token::{Digest, Token};
use doorward_contract::Timestamp;

/// How long an operator may be away; signing in with a new phone takes minutes.
pub(super) const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Where it is sealed to.
const PLACE: &str = "staff visit";

/// A visit to a provider.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Visit {
    /// The provider.
    pub(super) provider: String,
    /// What the answer must bring back (RFC 6749 §10.12).
    pub(super) state: String,
    /// What the ID token must say (OpenID Connect Core §3.1.2.1).
    pub(super) nonce: String,
    /// What the code is bound to (RFC 7636).
    pub(super) verifier: String,
    /// Where to go then.
    pub(super) to: String,
    /// When it began.
    pub(super) begun_at: Timestamp,
    /// The session that this is to prove anew, by its digest.
    pub(super) anew: Option<String>,
    /// What the vendor of the Universal Prompt is asked by.
    pub(super) kept: Option<String>,
}

impl Visit {
    /// A fresh one.
    pub(super) fn new(provider: &str, to: &str, now: Timestamp) -> Self {
        let random = || Token::random().text();
        Self {
            provider: provider.to_owned(),
            state: random(),
            nonce: random(),
            // 43 characters of the unreserved ones: what RFC 7636 §4.1 asks for.
            verifier: random(),
            to: to.to_owned(),
            begun_at: now,
            anew: None,
            kept: None,
        }
    }

    /// To prove that session anew.
    pub(super) fn anew(mut self, session: &Digest) -> Self {
        self.anew = Some(URL_SAFE_NO_PAD.encode(session.bytes()));
        self
    }

    /// Whether it is to prove that session anew.
    pub(super) fn is_of(&self, session: &Digest) -> bool {
        self.anew.as_deref() == Some(URL_SAFE_NO_PAD.encode(session.bytes()).as_str())
    }

    /// Whether what came back belongs to it.
    pub(super) fn expects(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }
}

impl Staff {
    /// What the browser carries.
    pub(super) fn sealed(&self, visit: &Visit) -> Result<String, Refused> {
        let plain = serde_json::to_vec(visit).map_err(|_| crate::crypto::Error::Library)?;
        Ok(URL_SAFE_NO_PAD.encode(self.sealing.seal(PLACE, &plain)?))
    }

    /// The visit that a browser carries, if it is one to that provider and not over.
    pub(super) fn opened(&self, provider: &str, cookie: Option<&str>) -> Option<Visit> {
        let sealed = URL_SAFE_NO_PAD.decode(cookie?).ok()?;
        let plain = self.sealing.open(PLACE, &sealed).ok()?;
        let visit: Visit = serde_json::from_slice(&plain).ok()?;
        let now = self.now();
        let good = visit.begun_at <= now && now < visit.begun_at.plus(LONGEST);
        (good && visit.provider == provider).then_some(visit)
    }

    /// Uses a visit up: of two answers to it, one is taken.
    pub(super) async fn used(&self, visit: &Visit) -> Result<(), Refused> {
        let digest = Digest::of("staff visit", visit.state.as_bytes());
        let until = visit.begun_at.plus(LONGEST);
        if self.store.use_once("staff visit", &digest, until).await? {
            Ok(())
        } else {
            Err(Refused::Stale)
        }
    }
}
