//! How often somebody may call, and how many cases they may follow at a time.
//!
//! Counted at each node by itself: it guards this node, and nothing is written for it. Told as the IETF's draft has it
//! (draft-ietf-httpapi-ratelimit-headers-10).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use doorward_contract::Timestamp;

/// What calls are counted for.
const WINDOW: Duration = Duration::from_secs(60);
/// How many cases one caller follows at a time: an agent's open tabs, and not a copy of all there is.
const STREAMS: usize = 20;
/// More callers than there are tokens and operators: beyond, those whose minute is over are forgotten first.
const CALLERS: usize = 10_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// How often each caller called in this minute of theirs.
#[derive(Debug, Default)]
pub(in crate::http) struct Pace(Mutex<HashMap<String, (Timestamp, u32)>>);

/// How a caller stands.
pub(in crate::http) struct Standing {
    most: u32,
    left: u32,
    resets: Duration,
    /// How long they must wait, if they called too often.
    pub(in crate::http) wait: Option<Duration>,
}

impl Pace {
    /// Counts one more call.
    pub(in crate::http) fn count(&self, caller: &str, now: Timestamp, most: u32) -> Standing {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |begun: Timestamp| now < begun || begun.plus(WINDOW) <= now;
        if known.len() >= CALLERS {
            known.retain(|_, (begun, _)| !is_over(*begun));
        }
        let (begun, used) = known.entry(caller.to_owned()).or_insert((now, 0));
        if is_over(*begun) {
            (*begun, *used) = (now, 0);
        }
        let resets = begun.plus(WINDOW).since(now);
        let full = *used >= most;
        if !full {
            *used = used.saturating_add(1);
        }
        Standing {
            most,
            left: most.saturating_sub(*used),
            resets,
            wait: full.then_some(resets),
        }
    }
}

impl Standing {
    /// Says in an answer how the caller stands.
    pub(super) fn told(&self, mut response: Response) -> Response {
        let policy = format!("\"api\";q={};w={}", self.most, WINDOW.as_secs());
        // Rounded up: who waits that long may come.
        let left = format!("\"api\";r={};t={}", self.left, seconds(self.resets));
        for (name, value) in [(POLICY, policy), (LEFT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// A length of time in whole seconds, rounded up.
pub(super) fn seconds(length: Duration) -> u64 {
    length.as_secs().saturating_add(u64::from(length.subsec_nanos() > 0))
}

/// How many cases each caller follows.
#[derive(Debug, Default)]
pub(super) struct Followers(Mutex<HashMap<String, usize>>);

/// One of somebody's places.
pub(super) struct Place {
    followers: Arc<Followers>,
    caller: String,
}

impl Followers {
    /// A place for one more stream, if there is one.
    pub(super) fn place(followers: &Arc<Self>, caller: &str) -> Option<Place> {
        let mut known = followers.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = known.entry(caller.to_owned()).or_insert(0);
        if *taken >= STREAMS {
            return None;
        }
        *taken = taken.saturating_add(1);
        Some(Place {
            followers: Arc::clone(followers),
            caller: caller.to_owned(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut known = self.followers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = known.get_mut(&self.caller) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                known.remove(&self.caller);
            }
        }
    }
}
