//! Signing out: by the operator, with the way to sign out at the provider too (RP-Initiated Logout 1.0 §2), and by the provider
//! behind their back (Back-Channel Logout 1.0 §2.5, §2.6).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::{Provider, Refused, Session, Staff};
use crate::audit::{Event, Fact};
use crate::crypto::token::{Digest, Token};
use crate::provider::jose::{Audience, Rules, Typ, Unproven};
use crate::provider::moment::{Span, Times};
use crate::store::Whose;

/// What a logout token says that it is about (§2.4).
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How far ahead a logout token may end: it is good for minutes (§2.4 asks for two at most, and some providers take more).
const AHEAD: Duration = Duration::from_secs(10 * 60);

/// Somebody who signed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOut {
    /// Where they can sign out at the provider too.
    pub further: Option<Further>,
}

/// The way to sign out at the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Further {
    /// What operators read the provider as.
    pub title: String,
    /// The address; it holds an ID token, which is no secret of ours and nobody else's business.
    pub address: String,
    /// What the browser must bring back.
    pub state: String,
}

impl std::fmt::Debug for Further {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Further")
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

/// What a logout token says (§2.4).
#[derive(Deserialize)]
struct Order {
    iss: String,
    aud: Audience,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    sid: Option<String>,
    jti: String,
    events: Map<String, Value>,
    #[serde(flatten)]
    times: Times,
}

impl Staff {
    /// Ends a session, as its operator wishes.
    pub async fn sign_out(&self, session: &Session) -> Result<SignedOut, Refused> {
        let now = self.now();
        let fact = Fact::StaffSignedOut {
            operator: session.operator.id.clone(),
        };
        self.store
            .end_staff(&session.digest, now, &[Event::apart(now, fact)])
            .await?;
        let further = match self.provider(&session.provider) {
            Ok(provider) => self.further(provider, session).await,
            Err(_) => None,
        };
        Ok(SignedOut { further })
    }

    /// Where to sign out at the provider too, if it can be told: here the operator is signed out in any case.
    async fn further(&self, provider: &Provider, session: &Session) -> Option<Further> {
        let known = provider.discovery.known().await.ok()?;
        let mut address: Url = known.end_session.clone()?;
        let state = Token::random().text();
        {
            let mut query = address.query_pairs_mut();
            if let Some(id_token) = &session.id_token {
                query.append_pair("id_token_hint", id_token);
            }
            query
                .append_pair("client_id", &provider.client_id)
                .append_pair("post_logout_redirect_uri", &format!("{}/desk/signed-out", self.origin))
                .append_pair("state", &state);
        }
        Some(Further {
            title: provider.title.clone(),
            address: address.into(),
            state,
        })
    }

    /// A provider orders sessions to be ended.
    pub async fn ordered_out(&self, provider: &str, token: &str) -> Result<(), Refused> {
        let provider = self.provider(provider)?;
        let ended = self.obey(provider, token).await;
        if let Err(refused) = &ended {
            self.note_refused(&provider.name, None, refused).await;
        }
        ended
    }

    async fn obey(&self, provider: &Provider, token: &str) -> Result<(), Refused> {
        let now = self.now();
        let order = self.order(provider, token).await?;
        let digest = |what, value: &String| self.digest(what, &provider.name, value);
        // §2.6 step 6: about somebody, or about a session.
        let whose = match (&order.sub, &order.sid) {
            (Some(sub), Some(sid)) => Whose::Both(digest("staff subject", sub), digest("staff sid", sid)),
            (Some(sub), None) => Whose::Subject(digest("staff subject", sub)),
            (None, Some(sid)) => Whose::Session(digest("staff sid", sid)),
            (None, None) => return Err(Refused::Unproven("the logout token is about nobody")),
        };
        let operator = order.sub.as_ref().map(|sub| format!("{}|{sub}", provider.name));
        let told = |sessions| {
            let provider = provider.name.clone();
            let fact = Fact::StaffSessionsEnded {
                provider,
                operator,
                sessions,
            };
            Event::apart(now, fact)
        };
        let once = Digest::of("staff logout", format!("{}|{}", provider.name, order.jti).as_bytes());
        let until = order.times.remembered_until(now);
        if self
            .store
            .end_staff_of(&provider.name, whose, (&once, until), told)
            .await?
        {
            Ok(())
        } else {
            Err(Refused::Unproven("the logout token was used before"))
        }
    }

    /// What a logout token orders, if everything about it holds (§2.6, in its order).
    async fn order(&self, provider: &Provider, token: &str) -> Result<Order, Refused> {
        // Steps 2 and 3: an algorithm of the settings, never `none`, a key of the provider's.
        let rules = Rules {
            algs: &provider.algs,
            typ: Typ::OneOfOrAbsent(&["logout+jwt", "jwt"]),
        };
        let known = provider.discovery.known().await?;
        let read = Unproven::read(token, &rules).map_err(|fault| Refused::Unproven(fault.why()))?;
        let keys = known.keys.keys(&known.jwks, read.kid()).await?;
        let proven = read.prove(&keys).map_err(|fault| Refused::Unproven(fault.why()))?;
        let order: Order = proven
            .claims()
            .map_err(|_| Refused::Unproven("the logout token lacks something"))?;
        // Step 4.
        if order.iss != provider.issuer {
            return Err(Refused::Unproven("the logout token is of another issuer"));
        }
        if !order.aud.contains(&provider.client_id) {
            return Err(Refused::Unproven("the logout token is for somebody else"));
        }
        if order.times.iat.is_none() {
            return Err(Refused::Unproven("iat missing"));
        }
        let span = Span {
            ahead: Some(AHEAD),
            begun: None,
        };
        order
            .times
            .check(self.now(), span)
            .map_err(|fault| Refused::Unproven(fault.why()))?;
        // Step 7.
        if !order.events.get(LOGOUT).is_some_and(Value::is_object) {
            return Err(Refused::Unproven("it is no logout token"));
        }
        // Step 8: else an ID token could be taken for one.
        if proven.into_members().contains_key("nonce") {
            return Err(Refused::Unproven("a nonce in the logout token"));
        }
        Ok(order)
    }
}
