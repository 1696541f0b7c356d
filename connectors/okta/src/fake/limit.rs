//! Buckets of the imitated org: so many requests per minute and kind of call, and headers that tell.
//!
//! After "Rate limits overview" (<https://developer.okta.com/docs/reference/rate-limits/>, August 2026).

use std::time::Duration;

use http::{HeaderMap, HeaderName};

use super::Desk;
use super::admit::Call;
use super::reply::{Fault, put};
use super::state::Bucket;

const MINUTE: Duration = Duration::from_mins(1);

impl Desk<'_> {
    /// Counts the call, and refuses it where its bucket is empty.
    pub(super) fn paced(&mut self, call: &Call, extra: &mut HeaderMap) -> Result<(), Fault> {
        let (now, limit) = (self.now, self.state.limit);
        let bucket = self.state.buckets.entry(kind(call)).or_insert(Bucket {
            used: 0,
            full_at: now.plus(MINUTE),
        });
        if bucket.full_at <= now {
            *bucket = Bucket {
                used: 0,
                full_at: now.plus(MINUTE),
            };
        }
        let is_over = bucket.used >= limit;
        bucket.used = bucket.used.saturating_add(1).min(limit);
        let mut tell = |name, value: String| put(extra, HeaderName::from_static(name), &value);
        tell("x-rate-limit-limit", limit.to_string());
        tell("x-rate-limit-remaining", limit.saturating_sub(bucket.used).to_string());
        tell("x-rate-limit-reset", bucket.full_at.seconds().to_string());
        if is_over { Err(Fault::too_many()) } else { Ok(()) }
    }
}

/// The method and the words of the path; everything that may be an id is left out.
fn kind(call: &Call) -> String {
    const WORDS: [&str; 14] = [
        "api",
        "v1",
        "oauth2",
        "users",
        "groups",
        "roles",
        "factors",
        "sessions",
        "blocks",
        "lifecycle",
        "clients",
        "authenticators",
        "authenticator-enrollments",
        "permissions",
    ];
    let words: Vec<&str> = call
        .path
        .iter()
        .map(|part| {
            if WORDS.contains(&part.as_str()) || part.contains('_') {
                part.as_str()
            } else {
                "{}"
            }
        })
        .collect();
    format!("{} {}", call.method, words.join("/"))
}
