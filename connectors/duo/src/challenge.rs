//! Further checks of a person by Duo: a push, and the Universal Prompt.
//!
//! What each answer means is [`crate::push`]'s and [`crate::universal`]'s; here it becomes what the gateway asks of every
//! vendor. A factor that a helpdesk can hand out (a bypass code) or that Duo did not ask for is no check of anybody.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::{Account, Begun, Challenge, ChallengeOutcome, Challenger, VendorError};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::universal::{Attested, Callback, Expected, Freshness, Universal, Unproven};
use crate::{Duo, PushState};

/// Duo keeps a question for the state of a push open until something happens. Whoever asks has other people to look after.
const LOOK: Duration = Duration::from_secs(4);
/// A factor of before this does not count: it is asked for anew.
const FRESH_SECONDS: u32 = 300;

/// What is kept of a person who is at the prompt.
#[derive(Serialize, Deserialize)]
struct Visit {
    expected: Expected,
    /// Whose account it is (`DU…`): names can be handed on, this cannot.
    user_id: String,
}

impl Visit {
    fn read(kept: &SecretString) -> Result<Self, VendorError> {
        serde_json::from_str(kept.expose_secret()).map_err(|_| VendorError::Unexpected {
            why: "what was kept of a visit to Duo cannot be read".to_owned(),
        })
    }
}

#[async_trait]
impl Challenger for Duo {
    fn challenges(&self) -> Vec<Challenge> {
        let push = self.poll.is_some().then_some(Challenge::Push);
        let prompt = self.universal.is_some().then_some(Challenge::UniversalPrompt);
        push.into_iter().chain(prompt).collect()
    }

    async fn begin(&self, what: Challenge, account: &Account, from: Option<IpAddr>) -> Result<Begun, VendorError> {
        match what {
            Challenge::Push => {
                let push = self.push(&account.id, from).await?;
                Ok(Begun {
                    kept: push.txid.into(),
                    visit: None,
                    number: push.code,
                })
            }
            Challenge::UniversalPrompt => {
                let universal = self.universal()?;
                universal.healthy().await?;
                let fresh = Freshness {
                    anew: true,
                    max_age_seconds: Some(FRESH_SECONDS),
                };
                let (address, expected) = universal.begin(&account.login, fresh)?;
                let visit = Visit {
                    expected,
                    user_id: account.id.0.clone(),
                };
                let kept = serde_json::to_string(&visit).map_err(|_| VendorError::Unexpected {
                    why: "a visit to Duo cannot be kept".to_owned(),
                })?;
                Ok(Begun {
                    kept: kept.into(),
                    visit: Some(String::from(address).into()),
                    number: None,
                })
            }
        }
    }

    async fn poll(&self, what: Challenge, kept: &SecretString) -> Result<ChallengeOutcome, VendorError> {
        if what.is_visit() {
            return Ok(ChallengeOutcome::Pending);
        }
        // Nothing is lost by hanging up: the state stays what it is until it is read again.
        match tokio::time::timeout(LOOK, self.push_state(kept.expose_secret())).await {
            Ok(state) => Ok(of_push(state?, kept.expose_secret())),
            Err(_) => Ok(ChallengeOutcome::Pending),
        }
    }

    fn belongs(&self, what: Challenge, kept: &SecretString, query: &str) -> bool {
        let Ok(visit) = Visit::read(kept) else {
            return false;
        };
        let mut states = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "state");
        match (states.next(), states.next(), what.is_visit()) {
            (Some((_, state)), None, true) => state.as_bytes().ct_eq(visit.expected.state().as_bytes()).into(),
            _ => false,
        }
    }

    async fn finish(&self, what: Challenge, kept: &SecretString, query: &str) -> Result<ChallengeOutcome, VendorError> {
        if !what.is_visit() {
            return Err(VendorError::Unexpected {
                why: "nobody comes back from a push".to_owned(),
            });
        }
        let Visit { expected, user_id } = Visit::read(kept)?;
        let told = match Callback::read(query) {
            Ok(callback) => self.universal()?.finish(expected, callback).await,
            Err(unproven) => Err(unproven),
        };
        match told {
            Ok(attested) => Ok(of_prompt(&attested, &user_id)),
            Err(unproven) => of_unproven(unproven),
        }
    }
}

impl Duo {
    fn universal(&self) -> Result<&Universal, VendorError> {
        self.universal.as_ref().ok_or_else(|| VendorError::Refused {
            why: "this needs a Web SDK application, and its keys are not set".to_owned(),
        })
    }
}

fn denied(fraud: bool, why: &str) -> ChallengeOutcome {
    let why = why.to_owned();
    ChallengeOutcome::Denied { fraud, why }
}

fn lapsed(why: &str) -> ChallengeOutcome {
    ChallengeOutcome::Lapsed { why: why.to_owned() }
}

fn of_push(state: PushState, txid: &str) -> ChallengeOutcome {
    match state {
        PushState::Waiting => ChallengeOutcome::Pending,
        PushState::Approved => ChallengeOutcome::Passed {
            facts: json!({"factor": "duo_push", "txid": txid}),
        },
        PushState::TimedOut => lapsed("nobody answered the push"),
        PushState::Denied => denied(false, "the push was denied"),
        PushState::LockedOut => denied(false, "Duo locked the user out"),
        PushState::Fraud => denied(true, "the account's owner reported the push as fraud"),
        PushState::Unasked => denied(false, "Duo would let the user in unasked, which proves nothing"),
    }
}

/// Only a factor of the person's own, asked for now, of the very user who was found.
fn of_prompt(attested: &Attested, user_id: &str) -> ChallengeOutcome {
    let same = |told: &str| told.eq_ignore_ascii_case(user_id);
    if !attested.user_id.as_deref().is_none_or(same) {
        return denied(false, "Duo attests another user than was sent");
    }
    if !attested.is_second_factor() {
        return lapsed("Duo let the user in without a factor of their own");
    }
    ChallengeOutcome::Passed {
        facts: json!({"factor": attested.factor, "reason": attested.reason, "txid": attested.txid}),
    }
}

fn of_unproven(unproven: Unproven) -> Result<ChallengeOutcome, VendorError> {
    let why = unproven.to_string();
    match unproven {
        Unproven::Denied => Ok(denied(false, &why)),
        Unproven::Forged { .. } | Unproven::SomebodyElse => {
            tracing::error!(%why, "what came back from Duo proves nothing: look into this");
            Ok(denied(false, &why))
        }
        Unproven::Replayed | Unproven::Stale | Unproven::Over => Ok(lapsed(&why)),
        Unproven::Vendor(error) => Err(error),
    }
}
