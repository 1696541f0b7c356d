//! Tokens for the Management API: fetched with a signed assertion and a proof, kept, and renewed in time.
//!
//! Follows "Implement OAuth for Okta with a service app"
//! (<https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/>) and the DPoP guide (August 2026):
//! only the org's own authorization server mints them, each lives for an hour, and the server asks for a nonce by refusing
//! first. A proof goes along from the beginning: without one the org's log would show a failed grant.

use std::sync::{Mutex as Cell, PoisonError};
use std::time::Duration;

use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{Clock, Sent, Timestamp, VendorError};
use http::{HeaderName, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use crate::key::Key;
use crate::pace;
use crate::proof::Prover;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The vendor takes up to an hour and recommends one to five minutes; each is used at once.
const ASSERTION_LIFE: Duration = Duration::from_mins(2);
/// What is assumed where the answer does not say how long the token lives.
const ASSUMED: Duration = Duration::from_mins(10);
/// A token is renewed when a fifth of its life is left.
const LAST_PART: u32 = 5;
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");
pub(crate) const NONCE: &str = "dpop-nonce";
/// Longer than any nonce; what is longer is none.
const LONGEST_NONCE: usize = 512;

/// A token in hand.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) token: SecretString,
    /// Whether it is bound to our proofs.
    pub(crate) bound: bool,
    pub(crate) scopes: Vec<String>,
    renew_at: Timestamp,
    ends_at: Timestamp,
}

/// Why there is no token, as far as callers tell cases apart.
pub(crate) enum NoToken {
    /// One of the scopes is unknown, or not granted.
    Scope(VendorError),
    Other(VendorError),
}

impl From<NoToken> for VendorError {
    fn from(none: NoToken) -> Self {
        match none {
            NoToken::Scope(error) | NoToken::Other(error) => error,
        }
    }
}

/// Gives out tokens for one service app.
pub(crate) struct TokenSource {
    http: Http,
    url: Url,
    client_id: String,
    key: Key,
    key_id: String,
    pub(crate) prover: Prover,
    scopes: Vec<String>,
    clock: Arc<dyn Clock>,
    nonce: Cell<Option<String>>,
    kept: Cell<Option<Grant>>,
    /// Held while a token is fetched.
    fetching: Mutex<()>,
}

#[derive(Deserialize)]
struct Given {
    token_type: String,
    access_token: SecretString,
    expires_in: Option<u64>,
    scope: Option<String>,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
}

impl TokenSource {
    /// A source for this app. Reads the key, reaches nobody.
    pub(crate) fn new(
        org: &Url,
        (client_id, key, key_id): (&str, &SecretString, Option<&str>),
        scopes: Vec<String>,
        clock: Arc<dyn Clock>,
        bounds: Bounds,
    ) -> Result<Self, VendorError> {
        let (key, named) = Key::read(key)?;
        let key_id = key_id
            .map(str::to_owned)
            .or(named)
            .ok_or_else(|| VendorError::Refused {
                why: "the key's id (`kid`) as registered at the service app is missing".into(),
            })?;
        let mut url = org.clone();
        url.set_path("/oauth2/v1/token");
        Ok(Self {
            http: Http::new("okta", std::slice::from_ref(org), bounds)?,
            url,
            client_id: client_id.to_owned(),
            key,
            key_id,
            prover: Prover::new()?,
            scopes,
            clock,
            nonce: Cell::new(None),
            kept: Cell::new(None),
            fetching: Mutex::new(()),
        })
    }

    /// The app's id.
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The scopes that a token is asked for.
    pub(crate) fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// A valid token: the one in hand, or a fresh one.
    pub(crate) async fn grant(&self) -> Result<Grant, NoToken> {
        if let Some(grant) = self.in_hand(|grant| grant.renew_at) {
            return Ok(grant);
        }
        // Nearly over but still good: whoever comes while it is being renewed does not have to wait.
        let _held = match (self.fetching.try_lock(), self.in_hand(|grant| grant.ends_at)) {
            (Ok(held), _) => held,
            (Err(_), Some(grant)) => return Ok(grant),
            (Err(_), None) => self.fetching.lock().await,
        };
        if let Some(grant) = self.in_hand(|grant| grant.renew_at) {
            return Ok(grant);
        }
        match self.fetch(&self.scopes).await {
            Ok(grant) => {
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(grant.clone());
                Ok(grant)
            }
            Err(NoToken::Other(error)) if error.is_passing() => {
                let Some(grant) = self.in_hand(|grant| grant.ends_at) else {
                    return Err(NoToken::Other(error));
                };
                tracing::warn!(%error, "the token for Okta could not be renewed yet; the old one is still valid");
                Ok(grant)
            }
            Err(none) => Err(none),
        }
    }

    /// Whether this scope alone is granted. Only for finding out which of several is not.
    pub(crate) async fn is_granted(&self, scope: &str) -> Result<bool, VendorError> {
        match self.fetch(&[scope.to_owned()]).await {
            Ok(_) => Ok(true),
            Err(NoToken::Scope(_)) => Ok(false),
            Err(NoToken::Other(error)) => Err(error),
        }
    }

    /// Drops this token, which Okta did not take. Another that came meanwhile stays.
    pub(crate) fn discard(&self, token: &SecretString) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept
            .as_ref()
            .is_some_and(|kept| kept.token.expose_secret() == token.expose_secret())
        {
            *kept = None;
        }
    }

    fn in_hand(&self, until: impl Fn(&Grant) -> Timestamp) -> Option<Grant> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        kept.as_ref().filter(|kept| now < until(kept)).cloned()
    }

    async fn fetch(&self, scopes: &[String]) -> Result<Grant, NoToken> {
        let first = self.once(scopes).await.map_err(NoToken::Other)?;
        let wants_nonce =
            first.status.as_u16() == 400 && refusal(&first) == "use_dpop_nonce" && nonce_of(&first).is_some();
        // A new proof and a new assertion: each is taken once.
        let answer = if wants_nonce {
            self.once(scopes).await.map_err(NoToken::Other)?
        } else {
            first
        };
        self.given(&answer)
    }

    async fn once(&self, scopes: &[String]) -> Result<Answer, VendorError> {
        let now = self.clock.now();
        let header = json!({ "alg": self.key.alg(), "kid": self.key_id, "typ": "JWT" });
        let claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.url.as_str(), "jti": Uuid::new_v4(),
            "iat": now.seconds(), "exp": now.plus(ASSERTION_LIFE).seconds(),
        });
        let assertion = self.key.compact(&header, &claims)?;
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let proof = self
            .prover
            .proof(&Method::POST, &self.url, None, nonce.as_deref(), now)?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &scopes.join(" "))
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", &assertion)
            .finish();
        let mut ask = Ask::write(Method::POST, self.url.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(DPOP, &proof);
        ask.body = Some(form.into_bytes());
        let answer = self.http.send(ask).await.map_err(untouched)?;
        if let Some(fresh) = nonce_of(&answer) {
            *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        }
        Ok(answer)
    }

    fn given(&self, answer: &Answer) -> Result<Grant, NoToken> {
        if !answer.status.is_success() {
            return Err(sorted(answer));
        }
        let given: Given = answer.json().map_err(NoToken::Other)?;
        let bound = given.token_type.eq_ignore_ascii_case("DPoP");
        if !bound && !given.token_type.eq_ignore_ascii_case("Bearer") {
            return Err(NoToken::Other(VendorError::Unexpected {
                why: "the token is of a kind that nobody knows".into(),
            }));
        }
        let now = self.clock.now();
        let life = given.expires_in.map_or(ASSUMED, Duration::from_secs);
        Ok(Grant {
            token: given.access_token,
            bound,
            scopes: given
                .scope
                .map(|text| text.split_whitespace().map(str::to_owned).collect())
                .unwrap_or_default(),
            renew_at: now.plus(life.saturating_sub(life / LAST_PART)),
            ends_at: now.plus(life),
        })
    }
}

/// A nonce that the vendor gave along.
pub(crate) fn nonce_of(answer: &Answer) -> Option<String> {
    answer
        .header(NONCE)
        .filter(|nonce| !nonce.is_empty() && nonce.len() <= LONGEST_NONCE)
        .map(str::to_owned)
}

fn refusal(answer: &Answer) -> String {
    serde_json::from_slice::<Refusal>(&answer.body)
        .unwrap_or_default()
        .error
}

/// Whatever happens while a token is fetched, no account was touched.
fn untouched(error: VendorError) -> VendorError {
    match error {
        VendorError::Unreachable { why, .. } => VendorError::Unreachable { sent: Sent::No, why },
        other => other,
    }
}

fn sorted(answer: &Answer) -> NoToken {
    let refused = |why: String| VendorError::Refused { why };
    let error = refusal(answer);
    let status = answer.status.as_u16();
    NoToken::Other(match (status, error.as_str()) {
        (_, "invalid_scope" | "consent_required") => {
            return NoToken::Scope(refused(format!(
                "a scope is not granted to the service app ({error}): grant it under Okta API Scopes"
            )));
        }
        (_, "invalid_client") => refused(
            "Okta does not take the service app's assertion (invalid_client): compare client id, key and its id, and set \
             this machine's clock right"
                .into(),
        ),
        (_, "access_denied") => {
            refused("a network zone or a policy of the org keeps the service app out (access_denied)".into())
        }
        (_, "invalid_dpop_proof" | "use_dpop_nonce") => refused(format!(
            "Okta does not take our proof of possession ({error}): set this machine's clock right, and use the address \
             under which Okta knows itself"
        )),
        (429, _) => VendorError::Throttled {
            retry_after: pace::wait(answer),
        },
        (404, _) => VendorError::Missing {
            what: "there is no token endpoint: check the org's address".into(),
        },
        (500..=599, _) => VendorError::Unreachable {
            sent: Sent::No,
            why: format!("the token endpoint answers {status}"),
        },
        (400..=403, _) => refused(format!("the token endpoint answers {status}: check client id and key")),
        _ => VendorError::Unexpected {
            why: format!("the token endpoint answers {status}"),
        },
    })
}
