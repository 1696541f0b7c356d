//! The custom identity-verification vendor: pushed request, redirect, callback, verdict.
//!
//! All of it can be driven without a browser: [`OktaOrg::begin`], then [`OktaOrg::callback`].

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::call::{Members, written};
use super::claim::{Pushed, requested};
use super::fault::{Fault, Leg};
use super::grant::Operation;
use super::options::{Auth, Body, OrgOptions};
use super::system_log::{Actor, JUDGED, LogEvent, STARTED, Verdict};
use super::token::{Expected, checked};
use super::user::OktaUser;
use super::world::at;
use super::{OktaOrg, fresh, judge};

/// The vendor's page must support ten minutes; the org itself waits somewhat longer.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Letters of an external state token.
pub(super) const STATE: usize = 32;

/// What the browser brings back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Return {
    /// The code.
    pub code: Option<String>,
    /// The state, unchanged.
    pub state: Option<String>,
    /// An OAuth error instead.
    pub error: Option<String>,
}

impl Return {
    /// As in the query of an address.
    pub fn of(address: &Url) -> Self {
        let mut back = Self::default();
        for (name, value) in address.query_pairs() {
            match &*name {
                "code" => back.code = Some(value.into_owned()),
                "state" => back.state = Some(value.into_owned()),
                "error" => back.error = Some(value.into_owned()),
                _ => {}
            }
        }
        back
    }
}

/// How a verification ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Whose it was, if known.
    pub login: Option<String>,
    /// What it guarded, if known.
    pub operation: Option<Operation>,
    /// Let through or not.
    pub decision: Decision,
    /// The claims of the ID token, once its signature and its claims about itself were right.
    pub claims: Option<Value>,
}

/// Let through or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let through; the grant is for [`OktaOrg::complete`], once.
    Allow {
        /// Names the guarded action.
        grant: String,
    },
    /// Not let through.
    Deny(Fault),
}

impl Outcome {
    /// The reason in the System Log.
    pub fn reason(&self) -> String {
        match &self.decision {
            Decision::Allow { .. } => "CLAIMS_VERIFIED".to_owned(),
            Decision::Deny(fault) => fault.reason(),
        }
    }

    /// The grant, if let through.
    pub fn grant(&self) -> Option<&str> {
        match &self.decision {
            Decision::Allow { grant } => Some(grant),
            Decision::Deny(_) => None,
        }
    }
}

/// Somebody on their way.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) user: String,
    pub(super) operation: Operation,
    entrance: Url,
    reference: String,
    begun_at: Timestamp,
    sent: Option<Sent>,
}

/// What only the org knows of a pushed request.
#[derive(Clone)]
struct Sent {
    nonce: String,
    verifier: String,
    pushed: Pushed,
    options: OrgOptions,
}

impl OktaOrg {
    /// Sends the owner of `login` on their way from the org's own address; answers where their browser goes.
    pub async fn begin(&self, login: &str, operation: Operation) -> Result<Url, Fault> {
        let state = self.prompt(&self.world.base.clone(), login, operation)?;
        self.push(&state).await
    }

    /// The policy asks for a verification of somebody who came in on `entrance`; answers the external state token.
    pub fn prompt(&self, entrance: &Url, login: &str, operation: Operation) -> Result<String, Fault> {
        let user = self.allowed(login)?.clone();
        let (now, state) = (self.fake.now(), fresh(STATE));
        let waiting = Waiting {
            user: user.id.clone(),
            operation,
            entrance: entrance.clone(),
            reference: format!("idv{}", fresh(17)),
            begun_at: now,
            sent: None,
        };
        let verdict = Verdict {
            result: "SUCCESS".to_owned(),
            reason: None,
        };
        self.note(self.event(STARTED, Some(&waiting), verdict));
        let mut flows = self.flows();
        flows
            .verifications
            .retain(|_, waiting| now.since(waiting.begun_at) < PATIENCE);
        flows.verifications.insert(state.clone(), waiting);
        Ok(state)
    }

    /// Pushes the request of a prompted verification; answers where the browser goes. A failure ends the verification.
    pub async fn push(&self, state: &str) -> Result<Url, Fault> {
        let waiting = self.waiting(state, false).inspect_err(|fault| {
            self.note(self.event(JUDGED, None, Verdict::of(Err(fault))).because(Some(fault)));
        })?;
        let pushed = self.pushed(state, &waiting).await;
        if let Err(fault) = &pushed {
            self.flows().verifications.remove(state);
            let event = self.event(JUDGED, Some(&waiting), Verdict::of(Err(fault)));
            self.note(event.because(Some(fault)));
        }
        pushed
    }

    async fn pushed(&self, state: &str, waiting: &Waiting) -> Result<Url, Fault> {
        let (vendor, options) = (&self.world.vendor, self.options());
        let user = self.user_of(&waiting.user).ok_or(Fault::Nobody)?;
        let pushed = profile(user, &options)?;
        let sent = Sent {
            nonce: fresh(STATE),
            verifier: code_verifier(),
            pushed,
            options,
        };
        let mut members: Members = vec![
            ("response_type", "code".to_owned()),
            ("client_id", vendor.client_id.clone()),
            ("scope", self.scope()),
            ("code_challenge", code_challenge(&sent.verifier)),
            ("code_challenge_method", "S256".to_owned()),
            ("nonce", sent.nonce.clone()),
            ("state", state.to_owned()),
            ("login_hint", user.id.clone()),
            ("redirect_uri", callback_at(&waiting.entrance)),
        ];
        members.push(("claims", requested(&sent.pushed, &sent.options).to_string()));
        let client = (vendor.client_id.as_str(), &vendor.client_secret);
        let ask = written(&vendor.par, members, client, sent.options.auth, sent.options.body);
        let mut there = self.out.push(&vendor.authorize, ask).await?;
        if sent.options.client_id_on_authorize {
            there.query_pairs_mut().append_pair("client_id", &vendor.client_id);
        }
        // Over in the meantime: nothing would wait for the answer.
        let mut flows = self.flows();
        let kept = flows.verifications.get_mut(state).ok_or(Fault::NoFlow)?;
        kept.sent = Some(sent);
        Ok(there)
    }

    /// The browser is back. Ends the verification, whatever came of it.
    pub async fn callback(&self, back: &Return) -> Outcome {
        let state = back.state.as_deref().unwrap_or_default();
        let waiting = self.waiting(state, true);
        let mut claims = None;
        let judged = match &waiting {
            Ok(waiting) => self.judged(waiting, back, &mut claims).await,
            Err(fault) => Err(fault.clone()),
        };
        let waiting = waiting.ok();
        let event = self.event(JUDGED, waiting.as_ref(), Verdict::of(judged.as_ref().copied()));
        self.note(event.told(claims.as_ref()).because(judged.as_ref().err()));
        let decision = match (&waiting, judged) {
            (Some(waiting), Ok(())) => Decision::Allow {
                grant: self.grant(&waiting.user, waiting.operation),
            },
            (_, Err(fault)) => Decision::Deny(fault),
            (None, Ok(())) => Decision::Deny(Fault::NoFlow),
        };
        let user = waiting.as_ref().and_then(|waiting| self.user_of(&waiting.user));
        Outcome {
            login: user.map(|user| user.login.clone()),
            operation: waiting.map(|waiting| waiting.operation),
            decision,
            claims,
        }
    }

    async fn judged(&self, waiting: &Waiting, back: &Return, claims: &mut Option<Value>) -> Result<(), Fault> {
        let vendor = &self.world.vendor;
        let sent = waiting.sent.as_ref().ok_or(Fault::NoFlow)?;
        if let Some(error) = &back.error {
            return Err(Fault::Refused {
                leg: Leg::Authorize,
                error: error.clone(),
            });
        }
        let code = back.code.as_ref().filter(|code| !code.is_empty()).ok_or(Fault::Lacks {
            leg: Leg::Authorize,
            member: "code",
        })?;
        let mut members: Members = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.clone()),
            ("code_verifier", sent.verifier.clone()),
            ("redirect_uri", callback_at(&waiting.entrance)),
        ];
        if sent.options.auth == Auth::Post {
            members.push(("client_id", vendor.client_id.clone()));
        }
        let client = (vendor.client_id.as_str(), &vendor.client_secret);
        let ask = written(&vendor.token, members, client, sent.options.auth, Body::Form);
        let token = self.out.redeem(ask).await?;
        let keys = self.out.keys(&vendor.jwks).await?;
        let expected = Expected {
            issuer: &vendor.issuer,
            audience: &vendor.client_id,
            nonce: &sent.nonce,
            now: self.fake.now(),
        };
        let told = checked(&token, &keys, &expected)?;
        *claims = Some(Value::Object(told.clone()));
        self.one_subject_each(
            &waiting.user,
            told.get("sub").and_then(Value::as_str).unwrap_or_default(),
        )?;
        judge::judge(&told, &sent.pushed, sent.options.shape)
    }

    /// A subject is unique to its user.
    fn one_subject_each(&self, user: &str, subject: &str) -> Result<(), Fault> {
        let mut state = self.lock();
        let owner = state
            .subjects
            .entry(subject.to_owned())
            .or_insert_with(|| user.to_owned());
        if owner == user {
            Ok(())
        } else {
            Err(Fault::SharedSubject)
        }
    }

    /// The verification under this state, while it lasts; taken away if the browser came back.
    pub(super) fn waiting(&self, state: &str, back: bool) -> Result<Waiting, Fault> {
        let now = self.fake.now();
        let mut flows = self.flows();
        let waiting = if back {
            flows.verifications.remove(state)
        } else {
            flows.verifications.get(state).cloned()
        };
        let open = waiting.filter(|waiting| now.since(waiting.begun_at) < PATIENCE);
        open.ok_or(Fault::NoFlow)
    }

    fn scope(&self) -> String {
        let fixed = ["openid", "profile", "identity_assurance"].into_iter();
        let scopes = fixed.chain(self.world.vendor.scopes.iter().map(String::as_str));
        scopes.collect::<Vec<_>>().join(" ")
    }

    fn event(&self, kind: &str, waiting: Option<&Waiting>, verdict: Verdict) -> LogEvent {
        let user = waiting.and_then(|waiting| self.user_of(&waiting.user));
        let actor = user.map_or_else(Actor::unknown, |user| Actor {
            id: user.id.clone(),
            alternate_id: user.login.clone(),
        });
        let event = LogEvent::new(kind, self.fake.now(), actor, verdict);
        let flow = self
            .world
            .vendor
            .scopes
            .iter()
            .find(|scope| scope.starts_with("idv_flow_"));
        let event = match flow {
            Some(flow) => event.with("IdvFlowId", flow),
            None => event,
        };
        match waiting {
            Some(waiting) => event.with("IdvReferenceId", &waiting.reference),
            None => event,
        }
    }
}

/// The mapped attributes: a required one that is empty fails, another is left out.
fn profile(user: &OktaUser, options: &OrgOptions) -> Result<Pushed, Fault> {
    let mut pushed = Pushed::new();
    for mapping in &options.mapped {
        match user.attribute(mapping.claim) {
            Some(value) => pushed.push((mapping.claim, value.to_owned())),
            None if mapping.required => return Err(Fault::ProfileLacks(mapping.claim)),
            None => {}
        }
    }
    Ok(pushed)
}

fn callback_at(entrance: &Url) -> String {
    at(entrance, "/idp/identity-verification/callback").into()
}

/// RFC 7636 §4.1: 32 random bytes.
pub(super) fn code_verifier() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// RFC 7636 §4.2.
pub(super) fn code_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}
