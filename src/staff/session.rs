//! Sessions of operators: begun anew at every sign-in and at every proof (session fixation), ended by rest, by age, by the
//! operator, or by whoever vouched for them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::glass::BREAK_GLASS;
use super::signin::Vouched;
use super::{Refused, Staff, StepUp};
use crate::audit::{Event, Fact};
use crate::case::role::Operator;
use crate::crypto::token::{Digest, Token};
use crate::store::{self, StaffSession};
use doorward_contract::Timestamp;

/// How much longer a session must last by being used before that is written: a page with many parts is one use.
const STEP: Duration = Duration::from_secs(60);

/// An operator at a browser. `Debug` shows who it is, and no secret.
#[derive(Clone)]
pub struct Session {
    /// Who it is.
    pub operator: Operator,
    /// When they last proved themselves as the settings ask for dangerous acts; long ago if they only signed in.
    pub proven_at: Timestamp,
    /// Whether that holds now.
    pub is_fresh: bool,
    /// What forms on our pages send along; never in an address.
    pub csrf: String,
    /// The provider that vouched, by its name in the settings.
    pub provider: String,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// When it ends unless it is used.
    pub until: Timestamp,
    pub(super) digest: Digest,
    pub(super) subject: String,
    pub(super) sid: Option<String>,
    pub(super) id_token: Option<String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("operator", &self.operator.id)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

/// What is sealed of it.
#[derive(Serialize, Deserialize)]
struct Body {
    operator: Operator,
    proven_at: Timestamp,
    csrf: String,
    subject: String,
    sid: Option<String>,
    id_token: Option<String>,
}

/// What a new session is made of.
pub(super) struct New {
    pub(super) operator: Operator,
    pub(super) provider: String,
    pub(super) subject: String,
    pub(super) sid: Option<String>,
    pub(super) id_token: Option<String>,
    pub(super) proven_at: Timestamp,
    pub(super) ends_at: Timestamp,
}

impl New {
    /// For somebody whom a provider vouched for just now.
    pub(super) fn of(vouched: Vouched, proven_at: Timestamp, ends_at: Timestamp) -> Self {
        Self {
            operator: vouched.operator,
            provider: vouched.provider,
            subject: vouched.subject,
            sid: vouched.sid,
            id_token: Some(vouched.id_token),
            proven_at,
            ends_at,
        }
    }

    /// For the operator of that session, who proved themselves just now.
    pub(super) fn renewing(session: &Session, proven_at: Timestamp) -> Self {
        Self {
            operator: session.operator.clone(),
            provider: session.provider.clone(),
            subject: session.subject.clone(),
            sid: session.sid.clone(),
            id_token: session.id_token.clone(),
            proven_at,
            ends_at: session.ends_at,
        }
    }
}

impl Staff {
    /// The session of the browser that brings this token, if it has not ended; lasts longer by that.
    pub async fn session(&self, token: &Token) -> Result<Option<Session>, store::Error> {
        let (digest, now) = (token_digest(token), self.now());
        let Some(kept) = self.store.staff_session(&digest, now).await? else {
            return Ok(None);
        };
        // Who vouches no longer has no sessions either.
        let stands = self.providers.iter().any(|provider| provider.name == kept.provider)
            || (self.break_glass && kept.provider == BREAK_GLASS);
        if !stands {
            return Ok(None);
        }
        let body: Body = serde_json::from_slice(&kept.body).map_err(|_| store::Error::Damaged {
            why: "an operator's session is not readable as JSON",
        })?;
        let until = now.plus(self.idle).min(kept.ends);
        if kept.until.plus(STEP) <= until {
            self.store.use_staff(&digest, now, until).await?;
        }
        Ok(Some(Session {
            is_fresh: now < body.proven_at.plus(self.step_up),
            operator: body.operator,
            proven_at: body.proven_at,
            csrf: body.csrf,
            provider: kept.provider,
            ends_at: kept.ends,
            until: until.max(kept.until),
            digest,
            subject: body.subject,
            sid: body.sid,
            id_token: body.id_token,
        }))
    }

    /// Whether a session stands still. Does not make it last longer.
    pub async fn stands(&self, session: &Session) -> Result<bool, store::Error> {
        let kept = self.store.staff_session(&session.digest, self.now()).await?;
        Ok(kept.is_some())
    }

    /// Begins a session, in the place of `instead` if that has not ended; the token for the cookie.
    pub(super) async fn begin_session(
        &self,
        new: New,
        instead: Option<&Digest>,
        fact: Fact,
    ) -> Result<(Token, Duration), Refused> {
        let (token, now) = (Token::random(), self.now());
        let ends = new.ends_at;
        let body = Body {
            operator: new.operator,
            proven_at: new.proven_at,
            csrf: Token::random().text(),
            subject: new.subject,
            sid: new.sid,
            id_token: new.id_token,
        };
        let plain = serde_json::to_vec(&body).map(Zeroizing::new);
        let session = StaffSession {
            digest: token_digest(&token),
            subject: self.digest("staff subject", &new.provider, &body.subject),
            sid: body
                .sid
                .as_deref()
                .map(|sid| self.digest("staff sid", &new.provider, sid)),
            provider: new.provider,
            ends,
            until: now.plus(self.idle).min(ends),
            body: plain.map_err(|_| store::Error::Damaged {
                why: "an operator's session cannot be written as JSON",
            })?,
        };
        let events = [Event::apart(now, fact)];
        if self.store.begin_staff(&session, instead, now, &events).await? {
            Ok((token, ends.since(now)))
        } else {
            Err(Refused::Stale)
        }
    }

    /// Ends a session because another begins in its browser; nothing is recorded of that.
    pub(super) async fn replace(&self, token: &Token) -> Result<(), store::Error> {
        self.store.end_staff(&token_digest(token), self.now(), &[]).await?;
        Ok(())
    }

    /// Whether the provider's own word that somebody proved themselves counts as the settings ask.
    pub(super) fn counts(step_up: &StepUp, acr: &[String]) -> bool {
        match step_up {
            StepUp::MaxAge => true,
            StepUp::Acr(wanted) => acr.iter().any(|one| wanted.contains(one)),
            StepUp::Prompt(_) => false,
        }
    }
}

pub(super) fn token_digest(token: &Token) -> Digest {
    Digest::of("staff session", token.digest().bytes())
}
