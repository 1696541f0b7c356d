//! The times in a signed statement: `exp`, `nbf` and `iat` of RFC 7519 §4.1, held against our clock.

use std::time::Duration;

use doorward_contract::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Number;

/// How far the clocks of two machines may stand apart. FAPI 2.0 Security Profile §5.3.2.1 wants ten seconds tolerated
/// and more than sixty refused.
pub const SKEW: Duration = Duration::from_secs(60);
/// The latest second read: the year 5138, far from any overflow.
const LAST: i64 = 100_000_000_000;

/// A NumericDate (RFC 7519 §2): seconds since 1970; fractions are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        let text = number.to_string();
        let whole = text.split('.').next().unwrap_or_default();
        whole
            .parse::<i64>()
            .ok()
            .filter(|seconds| (0..=LAST).contains(seconds))
            .map(|seconds| Self(Timestamp::from_seconds(seconds)))
            .ok_or_else(|| serde::de::Error::custom("not a time"))
    }
}

/// The times of a statement, as they stand in its claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Times {
    /// Until when it holds.
    #[serde(default)]
    pub exp: Option<Moment>,
    /// From when it holds.
    #[serde(default)]
    pub nbf: Option<Moment>,
    /// When it was made.
    #[serde(default)]
    pub iat: Option<Moment>,
}

/// What is asked of the times.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// How far ahead of now `exp` may lie; `None`: `exp` may be absent and as far as it likes.
    pub ahead: Option<Duration>,
    /// How long ago `nbf` may lie; with this, `nbf` must be there.
    pub begun: Option<Duration>,
}

/// What is wrong with the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No end although one is asked for.
    Endless,
    /// Its end is past.
    Past,
    /// Its end is too far ahead.
    TooLong,
    /// Not valid yet, or made in the future.
    Early,
    /// No beginning although one is asked for.
    Beginningless,
    /// Began too long ago.
    Old,
}

impl Fault {
    /// In our own words, for the audit record.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Endless => "exp missing",
            Self::Past => "expired",
            Self::TooLong => "exp too far ahead",
            Self::Early => "from the future",
            Self::Beginningless => "nbf missing",
            Self::Old => "nbf too long ago",
        }
    }
}

impl Times {
    /// Holds the times against `now`, [`SKEW`] granted.
    pub fn check(&self, now: Timestamp, span: Span) -> Result<(), Fault> {
        match (self.exp, span.ahead) {
            (None, Some(_)) => return Err(Fault::Endless),
            // RFC 7519 §4.1.4: on or after `exp` it must not be accepted.
            (Some(exp), _) if exp.0.plus(SKEW) <= now => return Err(Fault::Past),
            (Some(exp), Some(ahead)) if exp.0 > now.plus(ahead).plus(SKEW) => return Err(Fault::TooLong),
            _ => {}
        }
        for moment in [self.nbf, self.iat].into_iter().flatten() {
            if moment.0 > now.plus(SKEW) {
                return Err(Fault::Early);
            }
        }
        match (self.nbf, span.begun) {
            (None, Some(_)) => Err(Fault::Beginningless),
            (Some(nbf), Some(begun)) if nbf.0 < now.minus(begun).minus(SKEW) => Err(Fault::Old),
            _ => Ok(()),
        }
    }

    /// How long a statement that passed must be remembered, so that it cannot be used again.
    pub fn remembered_until(&self, now: Timestamp) -> Timestamp {
        // A second more than the last at which it would pass: `Past` compares whole seconds with parts of one.
        let end = self.exp.map_or(now, |exp| exp.0);
        end.plus(SKEW).plus(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_768_471_200;
    const ANY: Span = Span {
        ahead: None,
        begun: None,
    };

    fn read(claims: serde_json::Value) -> Option<Times> {
        serde_json::from_value(claims).ok()
    }

    fn check(claims: serde_json::Value, span: Span) -> Result<(), Fault> {
        // Half a second past the whole one, where rounding would show.
        let now = Timestamp::from_micros(NOW * 1_000_000 + 500_000);
        read(claims).unwrap().check(now, span)
    }

    #[test]
    fn a_time_is_a_number_of_seconds_with_or_without_a_fraction() {
        let exp = |value| read(json!({ "exp": value })).map(|times| times.exp.unwrap().0.seconds());
        assert_eq!(exp(json!(NOW)), Some(NOW));
        assert_eq!(exp(json!(1_768_471_200.75)), Some(NOW));
        assert_eq!(exp(json!(0)), Some(0));
        for wrong in [
            json!(-1),
            json!("1768471200"),
            json!(1e300),
            json!(u64::MAX),
            json!([NOW]),
            json!(true),
        ] {
            assert_eq!(exp(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn a_minute_is_granted_in_either_direction_and_not_a_second_more() {
        assert_eq!(check(json!({ "exp": NOW - 59 }), ANY), Ok(()));
        assert_eq!(check(json!({ "exp": NOW - 60 }), ANY), Err(Fault::Past));
        for name in ["nbf", "iat"] {
            assert_eq!(check(json!({ name: NOW + 60 }), ANY), Ok(()));
            assert_eq!(check(json!({ name: NOW + 61 }), ANY), Err(Fault::Early));
        }
    }

    #[test]
    fn an_end_and_a_beginning_are_asked_for_where_the_span_says_so() {
        let ahead = Span {
            ahead: Some(Duration::from_secs(600)),
            ..ANY
        };
        assert_eq!(check(json!({}), ANY), Ok(()));
        assert_eq!(check(json!({}), ahead), Err(Fault::Endless));
        assert_eq!(check(json!({ "exp": NOW + 660 }), ahead), Ok(()));
        assert_eq!(check(json!({ "exp": NOW + 661 }), ahead), Err(Fault::TooLong));
        let begun = Span {
            begun: Some(Duration::from_secs(600)),
            ..ANY
        };
        assert_eq!(check(json!({}), begun), Err(Fault::Beginningless));
        assert_eq!(check(json!({ "nbf": NOW - 659 }), begun), Ok(()));
        assert_eq!(check(json!({ "nbf": NOW - 660 }), begun), Err(Fault::Old));
    }

    #[test]
    fn a_statement_is_remembered_for_as_long_as_it_would_pass() {
        let times = read(json!({ "exp": NOW + 60 })).unwrap();
        let until = times.remembered_until(Timestamp::from_seconds(NOW));
        assert!(times.check(until, ANY).is_err());
    }
}
