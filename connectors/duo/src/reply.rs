//! Sorting what Duo answers by what is to be done.
//!
//! Follows "Admin API: Response Format" and the codes seen in the official clients (<https://duo.com/docs/adminapi>, August
//! 2026). The status of an answer is the first three digits of its code; where they differ the code counts. A message is
//! never passed on: it may name people.

use doorward_contract::http::Answer;
use doorward_contract::{Sent, Timestamp, VendorError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wire::{Envelope, Metadata};

/// Codes that callers tell apart.
pub(crate) const INVALID: u32 = 40_002;
pub(crate) const UNKNOWN: u32 = 40_401;
/// A clock that is off by more than this is named in a refusal of the signature.
const SKEW_SECONDS: u64 = 60;
/// Words that may stand in `message_detail` and are repeated: names of parameters, and one sentence of the vendor.
const DETAILS: [&str; 14] = [
    "username",
    "email",
    "user_id",
    "phone_id",
    "count",
    "reuse_count",
    "valid_secs",
    "preserve_existing",
    "status",
    "limit",
    "offset",
    "factor",
    "device",
    "Wrong integration type for this API.",
];

/// What a refusal says.
#[derive(Default)]
pub(crate) struct Fault {
    /// The vendor's code; 0 where there is none.
    pub(crate) code: u32,
    /// For telling cases apart.
    pub(crate) detail: String,
}

#[derive(Deserialize)]
struct Told {
    code: Option<Value>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    message_detail: Option<String>,
}

impl Fault {
    /// Reads the envelope of a failure; empty where there is none.
    pub(crate) fn of(answer: &Answer) -> Self {
        let Ok(told) = serde_json::from_slice::<Told>(&answer.body) else {
            return Self::default();
        };
        let code = match told.code {
            Some(Value::Number(number)) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            Some(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        Self {
            code: code.unwrap_or_default(),
            detail: told.message_detail.or(told.message).unwrap_or_default(),
        }
    }

    /// The status that the code stands for, or else that of the answer.
    fn class(&self, answer: &Answer) -> u32 {
        match self.code {
            10_000..=99_999 => self.code / 100,
            _ => u32::from(answer.status.as_u16()),
        }
    }

    /// The code and, where it is one of the vendor's own words, the detail.
    fn shown(&self, answer: &Answer) -> String {
        let mut shown = if self.code == 0 {
            answer.status.as_u16().to_string()
        } else {
            self.code.to_string()
        };
        if let Some(known) = DETAILS.iter().find(|known| **known == self.detail) {
            shown.push_str(": ");
            shown.push_str(known);
        }
        shown
    }
}

/// What a call was for: the response, and where the next page begins.
pub(crate) struct Opened<T> {
    pub(crate) response: T,
    pub(crate) metadata: Metadata,
}

/// The response of a successful answer, or what is to be done.
pub(crate) fn opened<T: DeserializeOwned>(answer: &Answer, now: Timestamp) -> Result<Opened<T>, VendorError> {
    if answer.status.as_u16() != 200 || Fault::of(answer).code != 0 {
        return Err(sorted(answer, now));
    }
    let envelope: Envelope<T> = answer.json()?;
    match (envelope.stat.as_str(), envelope.response) {
        ("OK", Some(response)) => Ok(Opened {
            response,
            metadata: envelope.metadata.unwrap_or_default(),
        }),
        ("OK", None) => unexpected("Duo says OK and nothing else"),
        _ => unexpected("Duo answers 200 and does not say OK"),
    }
}

fn unexpected<T>(why: &str) -> Result<T, VendorError> {
    Err(VendorError::Unexpected { why: why.to_owned() })
}

/// A failure by what is to be done about it.
pub(crate) fn sorted(answer: &Answer, now: Timestamp) -> VendorError {
    let fault = Fault::of(answer);
    let shown = fault.shown(answer);
    match (fault.code, fault.class(answer)) {
        (40_101, _) => VendorError::Refused {
            why: format!("Duo found no credentials in the request ({shown}): something on the way takes them out"),
        },
        (40_102, _) => VendorError::Refused {
            why: format!("Duo does not know the integration key ({shown}): compare key and API host"),
        },
        (40_103, _) => VendorError::Refused {
            why: format!(
                "Duo does not take the signature ({shown}): {}compare secret key and API host",
                skew(answer, now)
            ),
        },
        (40_301, _) => VendorError::Refused {
            why: format!(
                "Duo forbids it ({shown}): a permission is not granted, the application is of another type, or the \
                 edition has no such feature"
            ),
        },
        (_, 401 | 403) => VendorError::Refused {
            why: format!("Duo refuses the application ({shown}): check keys, permissions and allowed networks"),
        },
        (_, 404) => VendorError::Missing {
            what: format!("Duo does not know it ({shown})"),
        },
        (_, 429) => VendorError::Throttled {
            retry_after: answer.retry_after(),
        },
        (_, 500..=599) => VendorError::Unreachable {
            sent: Sent::Perhaps,
            why: format!("Duo has trouble of its own ({shown})"),
        },
        _ => VendorError::Unexpected {
            why: format!("Duo did not take the request ({shown})"),
        },
    }
}

/// A clock that is off is the usual reason for a refused signature: Duo's own time is in every answer.
fn skew(answer: &Answer, now: Timestamp) -> String {
    let theirs = answer
        .header("date")
        .and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok());
    match theirs {
        Some(theirs) if theirs.timestamp().abs_diff(now.seconds()) > SKEW_SECONDS => format!(
            "this machine's clock is {} s away from Duo's: set it right; then ",
            theirs.timestamp().abs_diff(now.seconds())
        ),
        _ => "check this machine's clock, then ".to_owned(),
    }
}
