//! How fast the vendor may be asked.
//!
//! Follows "Rate limits overview" (<https://developer.okta.com/docs/reference/rate-limits/>, August 2026): every answer
//! tells how much of its bucket is left and when it is full again. The last part is left to others, so that nobody meets
//! a 429 because of us.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::DateTime;
use doorward_contract::http::Answer;
use doorward_contract::{Timestamp, VendorError};

/// One part in this many of a bucket is left untouched.
const LEFT_PART: u64 = 10;
/// Buckets are filled once a minute; what says more than this is a clock gone wrong.
const LONGEST: Duration = Duration::from_hours(1);

#[derive(Clone, Copy)]
struct Bucket {
    limit: u64,
    remaining: u64,
    full_at: Timestamp,
}

/// What is known of the vendor's buckets, one for each kind of call.
#[derive(Default)]
pub(crate) struct Pace(Mutex<HashMap<&'static str, Bucket>>);

impl Pace {
    /// Refuses a call whose bucket is nearly empty, before it is sent.
    pub(crate) fn admit(&self, kind: &'static str, now: Timestamp) -> Result<(), VendorError> {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match buckets.get(kind) {
            Some(bucket) if bucket.remaining <= bucket.limit / LEFT_PART && now < bucket.full_at => {
                Err(VendorError::Throttled {
                    retry_after: Some(bucket.full_at.since(now)),
                })
            }
            _ => Ok(()),
        }
    }

    /// Remembers what an answer tells of its bucket.
    pub(crate) fn note(&self, kind: &'static str, answer: &Answer, now: Timestamp) {
        let (Some(limit), Some(remaining), Some(wait)) = (
            number(answer, "x-rate-limit-limit"),
            number(answer, "x-rate-limit-remaining"),
            until_full(answer),
        ) else {
            return;
        };
        // Both zero: too many at once, which says nothing of the bucket.
        if limit == 0 {
            return;
        }
        let bucket = Bucket {
            limit,
            remaining,
            full_at: now.plus(wait),
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(kind, bucket);
    }
}

/// How long a refused caller is asked to wait.
pub(crate) fn wait(answer: &Answer) -> Option<Duration> {
    answer.retry_after().or_else(|| until_full(answer))
}

/// From the vendor's own clock: ours may be off.
fn until_full(answer: &Answer) -> Option<Duration> {
    let reset = i64::try_from(number(answer, "x-rate-limit-reset")?).ok()?;
    let date = DateTime::parse_from_rfc2822(answer.header("date")?).ok()?.timestamp();
    let seconds = u64::try_from(reset.saturating_sub(date)).unwrap_or(0);
    Some(Duration::from_secs(seconds).min(LONGEST))
}

fn number(answer: &Answer, name: &str) -> Option<u64> {
    answer.header(name)?.trim().parse().ok()
}
