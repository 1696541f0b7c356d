//! When a message is sent again, when its receiver rests, and when both are given up. Pure but for the jitter.
//!
//! Standard Webhooks 1.0, "Retry schedule" and "Status codes": any 2xx is success; 410 means that the receiver is gone for good; 429
//! and `Retry-After` slow the sender down; redirects are failures.

use std::time::Duration;

use chrono::DateTime;
use rand::RngExt;

use crate::store::{Receiver, Then};
use doorward_contract::Timestamp;

/// How long after each attempt the next one comes: eight attempts over two days. A receiver that restarts is tried within seconds, one
/// that is broken on a Saturday gets its messages on Monday morning.
pub const PAUSES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(15),
    Duration::from_hours(24),
];
/// So much of a pause is left to chance, a tenth up or down, so that what failed together does not come back together.
const JITTER: u32 = 10;
/// The longest `Retry-After` that is obeyed: more would outlive the message.
const LONGEST_WISH: Duration = Duration::from_hours(24);
/// After so many failures in a row a receiver rests: the next messages would fail as well.
pub const TRIPS: u32 = 5;
/// How long it rests the first time; twice as long each further time.
const REST: Duration = Duration::from_secs(30);
/// And at the most, so that it is found well again soon after it is.
const LONGEST_REST: Duration = Duration::from_mins(5);

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// Its `Retry-After`, as it stood there.
    pub retry_after: Option<String>,
}

/// What follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// For the message.
    pub then: Then,
    /// Whether the receiver is well; unknown if it is gone.
    pub well: Option<bool>,
    /// Until when it rests.
    pub rest_until: Option<Timestamp>,
    /// Whether it is gone for good.
    pub gone: bool,
}

/// Judges what came back at `now` from the attempt `tries` (from 1), of a receiver that was so before.
pub fn judge(heard: &Heard, tries: u32, before: &Receiver, now: Timestamp) -> Judged {
    let wish = heard.retry_after.as_deref().and_then(|text| wish(text, now));
    let slower = wish.map(|wish| now.plus(wish));
    let again = match pause(tries) {
        Some(pause) => Then::Again(slower.map_or(now.plus(pause), |slower| slower.max(now.plus(pause)))),
        None => Then::GivenUp,
    };
    let mut judged = Judged {
        then: again,
        well: Some(true),
        rest_until: None,
        gone: false,
    };
    match heard.status {
        Some(200..=299) => judged.then = Then::Delivered,
        Some(410) => (judged.then, judged.well, judged.gone) = (Then::GivenUp, None, true),
        Some(429 | 503) => (judged.well, judged.rest_until) = (Some(false), slower.max(rest(before, now))),
        None | Some(500..=599) => (judged.well, judged.rest_until) = (Some(false), rest(before, now)),
        // It answers, and does not like the message.
        Some(_) => {}
    }
    judged
}

/// The pause after an attempt, with its part of chance; none after the last.
fn pause(tries: u32) -> Option<Duration> {
    let at = usize::try_from(tries).ok()?.checked_sub(1)?;
    let pause = PAUSES.get(at)?;
    let percent = rand::rng().random_range(100 - JITTER..=100 + JITTER);
    Some(*pause * percent / 100)
}

/// Until when a receiver rests that failed once more.
fn rest(before: &Receiver, now: Timestamp) -> Option<Timestamp> {
    let over = before.failures.saturating_add(1).checked_sub(TRIPS)?;
    let rest = 2_u32.checked_pow(over).and_then(|times| REST.checked_mul(times));
    Some(now.plus(rest.unwrap_or(LONGEST_REST).min(LONGEST_REST)))
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
pub(super) fn wish(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let length = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let at = DateTime::parse_from_rfc2822(text).ok()?;
        Timestamp::from_seconds(at.timestamp()).since(now)
    };
    Some(length.min(LONGEST_WISH))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);

    fn heard(status: u16, retry_after: Option<&str>) -> Heard {
        Heard {
            status: Some(status),
            retry_after: retry_after.map(ToOwned::to_owned),
        }
    }

    fn failing(failures: u32) -> Receiver {
        Receiver {
            failures,
            ..Receiver::default()
        }
    }

    /// How long after now something is.
    fn after(then: Then) -> Duration {
        match then {
            Then::Again(at) => at.since(NOW),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn eight_attempts_go_over_two_days_and_none_follows() {
        let mut whole = Duration::ZERO;
        for tries in 1..8 {
            let pause = after(judge(&heard(500, None), tries, &failing(0), NOW).then);
            let meant = PAUSES[usize::try_from(tries).unwrap() - 1];
            assert!(pause >= meant * 9 / 10 && pause <= meant * 11 / 10, "{pause:?}");
            whole += meant;
        }
        assert!(
            whole > Duration::from_hours(47) && whole < Duration::from_hours(49),
            "{whole:?}"
        );
        assert_eq!(judge(&heard(500, None), 8, &failing(0), NOW).then, Then::GivenUp);
        assert_eq!(judge(&Heard::default(), 8, &failing(0), NOW).then, Then::GivenUp);
    }

    #[test]
    fn whatever_is_2xx_is_taken_and_nothing_else() {
        for status in [200, 201, 202, 204, 299] {
            let judged = judge(&heard(status, Some("60")), 1, &failing(9), NOW);
            assert_eq!(
                (judged.then, judged.well, judged.rest_until),
                (Then::Delivered, Some(true), None)
            );
        }
        for status in [301, 302, 307, 400, 401, 404, 409, 422, 429, 500, 502, 503] {
            let judged = judge(&heard(status, None), 1, &failing(0), NOW);
            assert!(matches!(judged.then, Then::Again(_)) && !judged.gone, "{status}");
        }
    }

    #[test]
    fn who_is_gone_is_gone_at_once() {
        let judged = judge(&heard(410, None), 1, &failing(0), NOW);
        assert_eq!((judged.then, judged.gone), (Then::GivenUp, true));
    }

    #[test]
    fn a_wish_to_wait_is_obeyed_in_either_form_and_never_shortens_a_pause() {
        let wished = |text: &str| after(judge(&heard(503, Some(text)), 1, &failing(0), NOW).then);
        assert_eq!(wished("3600"), Duration::from_hours(1));
        // 2026-01-15T10:00:00Z and two hours.
        assert_eq!(wished("Thu, 15 Jan 2026 12:00:00 GMT"), Duration::from_hours(2));
        assert_eq!(wished("999999999"), LONGEST_WISH);
        for ignored in ["0", "soon", "-5", "Thu, 15 Jan 2026 09:00:00 GMT"] {
            assert!(wished(ignored) <= PAUSES[0] * 11 / 10, "{ignored}");
        }
        let late = judge(&heard(429, Some("1")), 5, &failing(0), NOW);
        assert!(after(late.then) > Duration::from_hours(5));
        let rests = judge(&heard(429, Some("90")), 1, &failing(0), NOW).rest_until;
        assert_eq!(rests, Some(NOW.plus(Duration::from_secs(90))));
    }

    #[test]
    fn a_receiver_that_fails_again_and_again_rests_longer_and_longer_up_to_five_minutes() {
        let rest = |failures| judge(&heard(500, None), 1, &failing(failures), NOW).rest_until;
        assert_eq!(rest(TRIPS - 2), None);
        let length = |failures| rest(failures).unwrap().since(NOW);
        assert_eq!(length(TRIPS - 1), REST);
        assert_eq!(length(TRIPS), REST * 2);
        for failures in [TRIPS + 5, 1_000, u32::MAX] {
            assert_eq!(length(failures), LONGEST_REST);
        }
        // One that answers and does not like the message is well.
        assert_eq!(judge(&heard(422, None), 1, &failing(50), NOW).well, Some(true));
    }
}
