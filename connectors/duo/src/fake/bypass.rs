//! Bypass codes, with the vendor's defaults for whatever is not said.
//!
//! After "Admin API: Create Bypass Codes for User" (<https://duo.com/docs/adminapi>, August 2026).

use std::time::Duration;

use doorward_contract::Timestamp;
use serde_json::{Value, json};

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::{CodeView, User};
use super::{Desk, fresh_digits};

/// The most codes of a user.
const MOST: usize = 100;
/// The longest life a code may be given; the vendor's page names none.
const LONGEST: u64 = 366 * 24 * 60 * 60;

impl Desk<'_> {
    pub(super) fn create_codes(&mut self, call: &Call, id: &str) -> Answered {
        let count = call.number("count", 10, 1..=10)?;
        let reuse_count = call.number("reuse_count", 1, 0..=u64::MAX)?;
        let valid_secs = call.number("valid_secs", 0, 0..=LONGEST)?;
        let keeps = match call.get("preserve_existing") {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(_) => return Err(Fault::invalid("preserve_existing")),
        };
        if call.get("codes").is_some() {
            return Err(Fault::invalid("codes"));
        }
        let now = self.now;
        let expires = (valid_secs > 0).then(|| now.plus(Duration::from_secs(valid_secs)));
        let user = self.known_mut(id)?;
        if !keeps {
            user.codes.clear();
        }
        user.codes.retain(|code| code.is_alive(now));
        if user.codes.len() + usize::try_from(count).unwrap_or(MOST) > MOST {
            return Err(Fault::invalid("count"));
        }
        let made: Vec<String> = (0..count).map(|_| fresh_digits(9)).collect();
        for code in &made {
            user.add_code(code.clone(), "", now, expires, reuse_count);
        }
        Ok(Reply::of(json!(made)))
    }

    /// An administrator makes a code in the panel: one use.
    pub(super) fn panel_code(&mut self, id: &str, lasts: Duration) -> Option<String> {
        let (now, text) = (self.now, fresh_digits(9));
        let user = self.state.user_mut(id)?;
        user.add_code(text.clone(), "admin@acme.example", now, Some(now.plus(lasts)), 1);
        Some(text)
    }

    /// A person types a code.
    pub(super) fn take_code(&mut self, id: &str, text: &str) -> bool {
        let now = self.now;
        let Some(user) = self.state.user_mut(id) else {
            return false;
        };
        // A user who is locked out is not asked for anything.
        if user.person.status != "active" {
            return false;
        }
        let Some(at) = user
            .codes
            .iter()
            .position(|code| code.is_alive(now) && code.text == text)
        else {
            return false;
        };
        let Some(code) = user.codes.get_mut(at) else {
            return false;
        };
        match code.reuse_count {
            0 => {}
            1 => {
                user.codes.remove(at);
            }
            _ => code.reuse_count -= 1,
        }
        true
    }
}

impl super::state::Code {
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl User {
    pub(super) fn codes_shown(&self, now: Timestamp) -> Vec<Value> {
        let alive = self.codes.iter().filter(|code| code.is_alive(now));
        let shown = |code: &super::state::Code| {
            json!({
                "bypass_code_id": code.id, "admin_email": code.admin_email, "created": code.created.seconds(),
                "expiration": code.expires.map(Timestamp::seconds), "reuse_count": code.reuse_count,
            })
        };
        alive.map(shown).collect()
    }

    pub(super) fn code_views(&self, now: Timestamp) -> Vec<CodeView> {
        let alive = self.codes.iter().filter(|code| code.is_alive(now));
        let view = |code: &super::state::Code| CodeView {
            id: code.id.clone(),
            expires: code.expires,
            reuse_count: code.reuse_count,
        };
        alive.map(view).collect()
    }
}
