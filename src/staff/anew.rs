//! Proving oneself anew, before what is dangerous: at the provider, or on the page of Duo's Universal Prompt.
//!
//! OpenID Connect Core §3.1.2.1 (`prompt=login`, `max_age`, `acr_values`), RFC 9470 for what is asked; duo.md §2 by way of the
//! contract's [`Challenger`]. Whoever comes back must be the one who went, and gets a new session in the place of the old one.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::library::{self, Wish};
use super::session::New;
use super::signin::{auth_time, contexts};
use super::visit::{self, Visit};
use super::{Arrived, Leave, Provider, Refused, Session, Staff, StepUp};
use crate::audit::Fact;
use crate::crypto::token::Token;
use doorward_contract::{Challenge, ChallengeOutcome, Challenger, Connector, Subject, SubjectKey, VendorError};

/// How somebody proved themselves anew, as the record names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// By signing in afresh.
    MaxAge,
    /// By an authentication context, afresh.
    Acr,
    /// On Duo's page.
    UniversalPrompt,
}

impl Anew {
    /// The word in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::MaxAge => "max_age",
            Self::Acr => "acr",
            Self::UniversalPrompt => "universal_prompt",
        }
    }
}

impl Staff {
    /// The way to where the operator of a session proves themselves anew. `from` is where their browser is.
    pub async fn prove_anew(
        &self,
        session: &Session,
        to: Option<&str>,
        from: Option<IpAddr>,
    ) -> Result<Leave, Refused> {
        // Who came without a provider has none to prove themselves to.
        let provider = self.provider(&session.provider)?;
        let mut visit = Visit::new(&provider.name, &self.way_back(to), self.now()).anew(&session.digest);
        let to = match &provider.step_up {
            StepUp::Prompt(connector) => {
                let challenger = challenger(connector.as_ref())?;
                let account = account(connector.as_ref(), session).await?;
                let begun = challenger.begin(Challenge::UniversalPrompt, &account, from).await?;
                visit.kept = Some(begun.kept.expose_secret().to_owned());
                let to = begun.visit.ok_or_else(|| VendorError::Unexpected {
                    why: "a visit without an address".to_owned(),
                })?;
                to.expose_secret().to_owned()
            }
            step_up => {
                let wish = match step_up {
                    StepUp::Acr(contexts) => Wish::Anew(contexts.clone()),
                    _ => Wish::Anew(Vec::new()),
                };
                let known = provider.discovery.known().await?;
                let back = provider.back(&self.origin);
                let hint = session.operator.email.as_deref();
                library::way(provider, &known, &back, &visit, &wish, hint)?.into()
            }
        };
        Ok(Leave {
            to,
            visit: self.sealed(&visit)?,
            length: visit::LONGEST,
        })
    }

    /// The provider vouched again.
    pub(super) async fn proved_anew(
        &self,
        provider: &Provider,
        visit: &Visit,
        session: Option<(&Token, &Session)>,
        claims: &Map<String, Value>,
        id_token: String,
    ) -> Result<Arrived, Refused> {
        let session = gone_from(visit, session)?;
        if session.provider != provider.name
            || Some(session.subject.as_str()) != claims.get("sub").and_then(Value::as_str)
        {
            return Err(Refused::SomebodyElse);
        }
        let now = self.now();
        let at = auth_time(claims).map_or(now, |at| at.min(now));
        let how = match &provider.step_up {
            StepUp::Acr(_) if Self::counts(&provider.step_up, &contexts(claims)) => Anew::Acr,
            _ => Anew::MaxAge,
        };
        let mut new = New::renewing(session, at);
        // The provider may have begun a session of its own with it, which is then the one that it ends.
        new.sid = claims
            .get("sid")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
            .or(new.sid);
        new.id_token = Some(id_token);
        self.renew(session, new, how, visit.to.clone()).await
    }

    /// Somebody comes back from Duo's page.
    pub(super) async fn back_from_prompt(
        &self,
        connector: &dyn Connector,
        visit: &Visit,
        kept: &str,
        session: Option<(&Token, &Session)>,
        query: &str,
    ) -> Result<Arrived, Refused> {
        let session = gone_from(visit, session)?;
        let challenger = challenger(connector)?;
        let kept = SecretString::from(kept.to_owned());
        // A stranger's link must not end somebody's visit: looked at first, used up second, redeemed last.
        if !challenger.belongs(Challenge::UniversalPrompt, &kept, query) {
            return Err(Refused::Stale);
        }
        self.used(visit).await?;
        match challenger.finish(Challenge::UniversalPrompt, &kept, query).await? {
            ChallengeOutcome::Passed { .. } => {
                let new = New::renewing(session, self.now());
                self.renew(session, new, Anew::UniversalPrompt, visit.to.clone()).await
            }
            ChallengeOutcome::Denied { fraud, .. } => {
                if fraud {
                    tracing::error!(
                        operator = session.operator.id,
                        "an operator says that it was not them who proved themselves: look into this now"
                    );
                }
                Err(Refused::Denied(if fraud { "fraud" } else { "denied" }.to_owned()))
            }
            ChallengeOutcome::Lapsed { .. } | ChallengeOutcome::Pending => Err(Refused::Stale),
        }
    }

    async fn renew(&self, session: &Session, new: New, how: Anew, to: String) -> Result<Arrived, Refused> {
        let fact = Fact::StaffSteppedUp {
            operator: session.operator.id.clone(),
            how: how.word().to_owned(),
        };
        let (token, length) = self.begin_session(new, Some(&session.digest), fact).await?;
        Ok(Arrived { token, length, to })
    }
}

/// The session that went away to be proven: it must be the one that is at this browser still.
fn gone_from<'s>(visit: &Visit, session: Option<(&Token, &'s Session)>) -> Result<&'s Session, Refused> {
    match session {
        Some((_, session)) if visit.is_of(&session.digest) => Ok(session),
        _ => Err(Refused::Stale),
    }
}

fn challenger(connector: &dyn Connector) -> Result<&dyn Challenger, VendorError> {
    connector.challenger().ok_or_else(|| VendorError::Unfit {
        why: "the connector asks nobody".to_owned(),
    })
}

/// The operator's own account at the vendor.
async fn account(connector: &dyn Connector, session: &Session) -> Result<doorward_contract::Account, VendorError> {
    let missing = || VendorError::Missing {
        what: "the operator's account".to_owned(),
    };
    let login = session.operator.email.clone().ok_or_else(missing)?;
    let directory = connector.directory().ok_or_else(missing)?;
    let subject = Subject {
        key: SubjectKey::Login,
        value: login,
    };
    directory.find(&subject).await?.ok_or_else(missing)
}
