//! Who is at the page: browsers by cookie, what each of them asked, and what was answered.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};

use super::hold::Held;

/// The cookie's name. Hosts share cookies across ports, so it is one that nothing else in the lab uses.
const COOKIE: &str = "lab_rp";
/// More browsers and questions than any afternoon in the lab has; then it forgets them all.
const MOST: usize = 1000;

/// A question that is not answered yet, with what the answer is checked against.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) state: CsrfToken,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) max_age: Option<Duration>,
}

#[derive(Debug, Default)]
struct Visitor {
    pending: Vec<Pending>,
    held: Option<Held>,
}

/// Everybody at the page.
#[derive(Debug, Default)]
pub(super) struct Visitors(Mutex<HashMap<String, Visitor>>);

impl Visitors {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Visitor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a question of this browser, or of one that is new; returns the browser's name.
    pub(super) fn expect(&self, visitor: Option<String>, pending: Pending) -> String {
        let mut visitors = self.open();
        if visitors.values().map(|one| one.pending.len() + 1).sum::<usize>() > MOST {
            visitors.clear();
        }
        // A name that we did not give was not chosen by us: it may be somebody else's, who would see what comes of it.
        let known = visitor.filter(|name| visitors.contains_key(name));
        let name = known.unwrap_or_else(|| CsrfToken::new_random().into_secret());
        visitors.entry(name.clone()).or_default().pending.push(pending);
        name
    }

    /// The question of this browser with this state; the first time only.
    pub(super) fn take(&self, visitor: Option<&str>, state: &str) -> Option<Pending> {
        let mut visitors = self.open();
        let pending = &mut visitors.get_mut(visitor?)?.pending;
        let at = pending.iter().position(|one| one.state.secret() == state)?;
        Some(pending.swap_remove(at))
    }

    /// What this browser's person was given.
    pub(super) fn held(&self, visitor: Option<&str>) -> Option<Held> {
        self.open().get(visitor?)?.held.clone()
    }

    /// Keeps what this browser's person was given.
    pub(super) fn hold(&self, visitor: Option<&str>, held: Held) {
        let mut visitors = self.open();
        if let Some(one) = visitor.and_then(|name| visitors.get_mut(name)) {
            one.held = Some(held);
        }
    }

    /// Forgets this browser's person.
    pub(super) fn forget(&self, visitor: Option<&str>) {
        if let Some(name) = visitor {
            self.open().remove(name);
        }
    }
}

/// The name in a browser's cookie.
pub(super) fn of(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split("; "));
    let value = pairs.find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='));
    value.map(str::to_owned)
}

/// The answer, with the browser's name to keep. Every host of the lab is one site, so `Lax` lets a posted answer through.
pub(super) fn bound(visitor: &str, mut response: Response) -> Response {
    let cookie = format!("{COOKIE}={visitor}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
