//! Who takes pictures: the browser that the case belongs to, or a phone that was let in by it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::answer::Fault;
use crate::builtin::{Builtin, Error, Session};
use crate::case::Stage;
use crate::crypto::token::Digest;
use crate::http::api::pace::Pace;
use crate::pages::capture::Said;
use crate::pages::{Notice, path};
use crate::source::Door;
use crate::source::client::Client;

/// What scripts send the form's token in.
const TOKEN_HEADER: &str = "x-form-token";

/// A browser with a session that may be gone on with.
pub(super) struct Photographer {
    pub(super) builtin: Builtin,
    /// The verifier's name in the settings.
    pub(super) verifier: Arc<str>,
    pub(super) session: Session,
    /// Whether it is the case's own browser.
    pub(super) own: bool,
    pub(super) form_token: String,
}

impl Photographer {
    /// The form was on a page that we showed to this browser.
    pub(super) fn pressed(&self, token: &str) -> Result<(), Fault> {
        let right: bool = self.form_token.as_bytes().ct_eq(token.as_bytes()).into();
        if right { Ok(()) } else { Err(Fault::Forbidden) }
    }

    /// The script was on one.
    pub(super) fn scripted(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let token = headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
        self.pressed(token.unwrap_or_default())
    }

    /// What only the case's own browser may do.
    pub(super) fn owner(&self) -> Result<(), Fault> {
        if self.own { Ok(()) } else { Err(Fault::Forbidden) }
    }
}

/// How often an address called in this minute.
pub(super) struct Meter {
    pace: Arc<Pace>,
    client: Client,
}

impl FromRequestParts<Door> for Meter {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Self::Rejection> {
        let client = Client::from_request_parts(parts, door).await?;
        let pace = parts.extensions.get::<Arc<Pace>>().cloned().unwrap_or_default();
        Ok(Self { pace, client })
    }
}

impl Meter {
    /// Counts one more call of that sort; refused when there were `most` in this minute.
    pub(super) fn count(&self, door: &Door, what: &str, most: u32) -> Result<(), Fault> {
        let caller = format!("{what} {}", URL_SAFE_NO_PAD.encode(self.client.0.bytes()));
        match self.pace.count(&caller, door.flow.now(), most).wait {
            None => Ok(()),
            Some(wait) => Err(Fault::TooMany(wait)),
        }
    }
}

/// The cookie of a phone; `__Host-` keeps sibling hosts from planting one (RFC 6265bis §4.1.3.2).
pub(super) fn phone_cookie(door: &Door) -> &'static str {
    if door.secure {
        "__Host-doorward-phone"
    } else {
        "doorward-phone"
    }
}

/// A value that only pages shown to this phone can send back.
fn token_of_phone(cookie: &str) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of("phone form", cookie.as_bytes()).bytes())
}

/// What stands in the way of somebody who has no session to go on with.
enum Lost {
    /// Nobody known.
    Nobody,
    /// A case that waits for something else.
    Elsewhere,
    /// A session of the case's own browser that is over: the case knows what came of it.
    Over,
    /// A phone's session that is over, or was taken back.
    PhoneOver,
    /// A failure.
    Failed(Fault),
}

impl FromRequestParts<Door> for Photographer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Self::Rejection> {
        let scripted = parts
            .headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accept| accept.contains("application/json"));
        let Some((verifier, builtin)) = door.capture.clone() else {
            return Err(door.show(Notice::NotFound));
        };
        let found = find(door, &parts.headers, &verifier, builtin).await;
        found.map_err(|lost| lost.answered(door, &verifier, scripted))
    }
}

/// The session of this browser. A browser may hold two cookies: what it did last was to lend itself out, unless it did so to itself.
async fn find(door: &Door, headers: &HeaderMap, verifier: &Arc<str>, builtin: Builtin) -> Result<Photographer, Lost> {
    let own = own_session(door, headers, verifier, &builtin).await;
    let cookie = Door::cookie(headers, phone_cookie(door));
    let phone = match cookie {
        None => None,
        Some(cookie) => match builtin.session_of_phone(cookie).await {
            Ok(session) => Some((session, token_of_phone(cookie))),
            Err(Error::Gone | Error::Elsewhere) => None,
            Err(error) => return Err(Lost::Failed(error.into())),
        },
    };
    let is_known = cookie.is_some();
    let (session, form_token, own) = match (own, phone) {
        (Ok((session, _)), Some((lent, token))) if session.id != lent.id => (lent, token, false),
        (Ok((session, token)), _) => (session, token, true),
        (Err(_), Some((session, token))) => (session, token, false),
        (Err(Lost::Nobody), None) if is_known => return Err(Lost::PhoneOver),
        (Err(lost), None) => return Err(lost),
    };
    Ok(Photographer {
        builtin,
        verifier: Arc::clone(verifier),
        session,
        own,
        form_token,
    })
}

async fn own_session(
    door: &Door,
    headers: &HeaderMap,
    verifier: &str,
    builtin: &Builtin,
) -> Result<(Session, String), Lost> {
    let key = door.browser_key(headers).ok_or(Lost::Nobody)?;
    let case = door.flow.case_of(&key).await;
    let case = case.map_err(|error| Lost::Failed(error.into()))?.ok_or(Lost::Nobody)?;
    let ours = case.attempt().is_some_and(|attempt| attempt.verifier == verifier);
    let reference = case.reference().filter(|_| ours && case.stage == Stage::Proving);
    let reference = reference.ok_or(Lost::Elsewhere)?;
    match builtin.session(reference).await {
        Ok(session) => Ok((session, key.form_token())),
        Err(Error::Gone) => Err(Lost::Over),
        Err(error) => Err(Lost::Failed(error.into())),
    }
}

impl Lost {
    fn answered(self, door: &Door, verifier: &str, scripted: bool) -> Response {
        // A script only learns that the page itself says more.
        if scripted && !matches!(self, Self::Failed(_)) {
            return Fault::Gone.scripted();
        }
        match self {
            Self::Nobody => door.show(Notice::NoSession),
            Self::Elsewhere => door.on_to(path::CASE),
            Self::Over => to_return(verifier),
            Self::PhoneOver => door.show(Said::PhoneGone),
            Self::Failed(fault) if scripted => fault.scripted(),
            Self::Failed(fault) => fault.shown(door, None),
        }
    }
}

/// On to where the case looks what came of it.
pub(super) fn to_return(verifier: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, return_path(verifier))]).into_response()
}

/// Where the case looks what came of it.
pub(super) fn return_path(verifier: &str) -> String {
    format!("/return/{verifier}")
}
