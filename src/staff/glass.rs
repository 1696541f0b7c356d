//! Breaking the glass: one session for one role while no provider can be reached, by somebody with access to the machine.
//!
//! Off unless the settings say otherwise. The link is good for ten minutes and once, the session for an hour, and it is never
//! fresh enough for what is dangerous, because nobody proved who they are. Making and using it are recorded, and alarms.

use std::time::Duration;

use super::session::New;
use super::{Arrived, Refused, Staff};
use crate::audit::{Event, Fact};
use crate::case::role::{Operator, Role};
use crate::crypto::token::{Digest, Token};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};

/// What such sessions have in the place of a provider's name.
pub const BREAK_GLASS: &str = "break-glass";
/// How long a link is good.
pub const LINK_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long the session lasts that it opens.
const SESSION: Duration = Duration::from_secs(3600);
/// Where a link is sealed to.
const PLACE: &str = "break glass";

/// A way in without any provider.
#[derive(Clone, Serialize, Deserialize)]
pub struct Glass {
    name: String,
    role: Role,
    once: String,
    until: Timestamp,
}

impl Staff {
    /// Makes a link for somebody with a role. Recorded, and said aloud in the log, before it exists.
    pub async fn break_glass(&self, name: &str, role: Role) -> Result<String, Refused> {
        if !self.break_glass {
            return Err(Refused::Unknown);
        }
        let now = self.now();
        let glass = Glass {
            name: name.to_owned(),
            role,
            once: Token::random().text(),
            until: now.plus(LINK_LIFETIME),
        };
        let fact = Fact::BreakGlassOpened {
            name: glass.name.clone(),
            role: role.word().to_owned(),
            until: glass.until,
        };
        tracing::error!(
            role = role.word(),
            "the glass is broken: a link was made that lets in without any provider"
        );
        self.store.note(&[Event::apart(now, fact)]).await?;
        let plain = serde_json::to_vec(&glass).map_err(|_| crate::crypto::Error::Library)?;
        let token = URL_SAFE_NO_PAD.encode(self.sealing.seal(PLACE, &plain)?);
        Ok(format!("{}/desk/break-glass/{token}", self.origin))
    }

    /// Lets in whoever holds a link.
    pub async fn through_glass(&self, token: &str) -> Result<Arrived, Refused> {
        let now = self.now();
        let opened = URL_SAFE_NO_PAD.decode(token).ok();
        let plain = opened.and_then(|sealed| self.sealing.open(PLACE, &sealed).ok());
        let glass: Option<Glass> = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        let glass = glass.filter(|glass| self.break_glass && now < glass.until);
        let glass = glass.ok_or(Refused::Stale)?;
        let once = Digest::of(PLACE, glass.once.as_bytes());
        if !self.store.use_once(PLACE, &once, glass.until).await? {
            return Err(Refused::Stale);
        }
        tracing::error!(role = glass.role.word(), "somebody was let in without any provider");
        let operator = Operator {
            id: format!("{BREAK_GLASS}|{}", glass.name),
            name: glass.name.clone(),
            email: None,
            roles: [glass.role].into_iter().collect(),
        };
        let fact = Fact::StaffSignedIn {
            operator: operator.id.clone(),
            name: operator.name.clone(),
            roles: vec![glass.role.word().to_owned()],
            provider: BREAK_GLASS.to_owned(),
        };
        let new = New {
            operator,
            provider: BREAK_GLASS.to_owned(),
            subject: glass.name,
            sid: None,
            id_token: None,
            proven_at: Timestamp::from_seconds(0),
            ends_at: now.plus(SESSION),
        };
        let (token, length) = self.begin_session(new, None, fact).await?;
        Ok(Arrived {
            token,
            length,
            to: "/desk".to_owned(),
        })
    }
}
