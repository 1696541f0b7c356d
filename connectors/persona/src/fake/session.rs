//! Inquiry sessions and the links that open an inquiry ("Inquiry Sessions", "Inquiry One-Time Links",
//! <https://docs.withpersona.com/inquiry-sessions>, autumn 2026).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::{Link, Session};
use super::{Desk, fresh_id, fresh_text};

/// Sessions an inquiry may have.
const MOST: usize = 25;
/// A one-time link works once, and for this long after its first use.
const GRACE: Duration = Duration::from_mins(5);
/// Life of a one-time link unless told otherwise.
const LINK_LIFE: Duration = Duration::from_hours(24);

impl Desk<'_> {
    /// A new session; it ends when the inquiry would end now.
    pub(super) fn open_session(&mut self, inquiry: &str) -> Result<Session, Fault> {
        let expires_at = self.inquiry_named(inquiry)?.expires_at;
        if self.state.sessions.iter().filter(|one| one.inquiry == inquiry).count() >= MOST {
            return Err(Fault::invalid(
                "Inquiry has too many sessions",
                "/data/attributes/inquiry-id",
            ));
        }
        let session = Session {
            id: fresh_id("iqse_"),
            inquiry: inquiry.to_owned(),
            token: token(inquiry),
            status: "new".into(),
            created_at: self.now,
            expires_at,
        };
        self.state.sessions.push(session.clone());
        Ok(session)
    }

    /// The session of a token, if it still opens something.
    pub(super) fn live_session(&self, token: &str) -> Option<&Session> {
        self.state
            .session_by_token(token)
            .filter(|session| session.status != "expired" && session.expires_at > self.now)
    }

    /// A session nobody has used yet, or a new one.
    pub(super) fn unused_session(&mut self, inquiry: &str) -> Result<Session, Fault> {
        let now = self.now;
        let found = self
            .state
            .sessions
            .iter()
            .find(|one| one.inquiry == inquiry && one.status == "new" && one.expires_at > now)
            .cloned();
        found.map_or_else(|| self.open_session(inquiry), Ok)
    }

    pub(super) fn close_sessions(&mut self, inquiry: &str) {
        for session in self.state.sessions.iter_mut().filter(|one| one.inquiry == inquiry) {
            session.status = "expired".into();
        }
        let closed: Vec<String> = self
            .state
            .sessions
            .iter()
            .filter(|one| one.inquiry == inquiry)
            .map(|one| one.id.clone())
            .collect();
        self.state.links.retain(|link| !closed.contains(&link.session));
    }

    /// A one-time link and the session it opens.
    pub(super) fn make_link(&mut self, inquiry: &str, life: Option<Duration>) -> Result<String, Fault> {
        let session = self.open_session(inquiry)?;
        let code = format!("us1-{}", fresh_text(24));
        let ends = self.now.plus(life.unwrap_or(LINK_LIFE));
        self.state.links.push(Link {
            code: code.clone(),
            session: session.id,
            expires_at: ends.min(session.expires_at),
            used_at: None,
        });
        let mut url = self.world.hosted_base.clone();
        url.set_path("/verify");
        url.query_pairs_mut().clear().append_pair("code", &code);
        Ok(url.into())
    }

    /// Uses a one-time link: its session, once and within the grace.
    pub(super) fn use_link(&mut self, code: &str) -> Option<Session> {
        let now = self.now;
        let link = self.state.links.iter_mut().find(|link| link.code == code)?;
        let usable = link.expires_at > now && link.used_at.is_none_or(|used| used.plus(GRACE) > now);
        if !usable {
            return None;
        }
        link.used_at.get_or_insert(now);
        let session = link.session.clone();
        self.state.sessions.iter().find(|one| one.id == session).cloned()
    }

    pub(super) fn one_time_link(&mut self, id: &str, call: &Call) -> Answered {
        let inquiry = self.inquiry_named(id)?;
        if !matches!(inquiry.status.as_str(), "created" | "pending") || inquiry.redaction.is_some() {
            return Err(Fault::conflict("Inquiry must be created or pending"));
        }
        let life = match call.member("/meta/expires-in-seconds") {
            None => None,
            Some(value) => match value.as_u64() {
                Some(seconds) if seconds > 0 => Some(Duration::from_secs(seconds)),
                _ => return Err(Fault::invalid("must be greater than 0", "/meta/expires-in-seconds")),
            },
        };
        let link = self.make_link(id, life)?;
        let shown = self.show_inquiry(&self.inquiry_named(id)?);
        Ok(Reply::object(&shown).with("meta", json!({ "one-time-link": link, "one-time-link-short": link })))
    }

    pub(super) fn list_sessions(&self) -> Reply {
        let data: Vec<Value> = self
            .state
            .sessions
            .iter()
            .rev()
            .map(|one| self.show_session(one))
            .collect();
        Reply::new(200, json!({ "data": data, "links": { "next": null, "prev": null } }))
    }

    pub(super) fn retrieve_session(&self, id: &str) -> Answered {
        let session = self.state.sessions.iter().find(|one| one.id == id);
        Ok(Reply::object(&self.show_session(session.ok_or_else(Fault::missing)?)))
    }

    pub(super) fn create_session(&mut self, call: &Call) -> Answered {
        let id = call
            .member("/data/attributes/inquiry-id")
            .and_then(Value::as_str)
            .ok_or_else(|| Fault::invalid("Inquiry must exist", "/data/attributes/inquiry-id"))?
            .to_owned();
        let session = self.open_session(&id)?;
        let meta = json!({ "session-token": session.token });
        Ok(Reply::object(&self.show_session(&session))
            .with("meta", meta)
            .status(201))
    }

    pub(super) fn expire_session(&mut self, id: &str) -> Answered {
        let session = self.state.sessions.iter_mut().find(|one| one.id == id);
        let session = session.ok_or_else(Fault::missing)?;
        session.status = "expired".into();
        let session = session.clone();
        Ok(Reply::object(&self.show_session(&session)))
    }

    pub(super) fn expire_sessions(&mut self, call: &Call) -> Answered {
        let ids: Vec<String> = call
            .member("/meta/inquiry-ids")
            .and_then(|ids| serde_json::from_value(ids.clone()).ok())
            .ok_or_else(|| Fault::bad("meta.inquiry-ids must be a list of ids"))?;
        for id in &ids {
            self.close_sessions(id);
        }
        Ok(Reply::new(200, json!({ "data": [] })))
    }
}

/// Looks like the signed token that Persona hands out; here nobody reads its parts.
fn token(inquiry: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(json!({ "alg": "HS256" })),
        part(json!({ "sub": inquiry, "jti": fresh_text(24) })),
        fresh_text(43)
    )
}
