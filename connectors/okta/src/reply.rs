//! Sorting what Okta answers by what is to be done.
//!
//! Follows "Okta error codes and descriptions" (<https://developer.okta.com/docs/reference/error-codes/>, August 2026).
//! Only the code decides; summaries and causes change, may name people, and are never passed on.

use std::time::Duration;

use doorward_contract::http::Answer;
use doorward_contract::{Sent, VendorError};
use serde::Deserialize;

use crate::pace;

/// Longer than any code or id.
const LONGEST_CODE: usize = 80;
/// How long the vendor wants between two messages to one telephone.
const BETWEEN_MESSAGES: Duration = Duration::from_secs(30);
/// Not allowed in the account's present status.
pub(crate) const WRONG_STATUS: &str = "E0000038";
/// Values, or a status, that the vendor does not take.
pub(crate) const INVALID: &str = "E0000001";
/// A token that is over, revoked or another org's.
pub(crate) const STALE: &str = "E0000011";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(default)]
    error_code: String,
    #[serde(default)]
    error_id: String,
}

/// The code of a refusal; empty where there is none.
pub(crate) fn code(answer: &Answer) -> String {
    envelope(answer).error_code
}

fn envelope(answer: &Answer) -> Envelope {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A successful answer, or what is to be done.
pub(crate) fn sorted(answer: Answer) -> Result<Answer, VendorError> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    Err(meaning(&answer))
}

fn meaning(answer: &Answer) -> VendorError {
    let told = told(answer);
    let code = code(answer);
    of_account(&code, &told)
        .or_else(|| of_us(&code, &told))
        .or_else(|| of_time(&code, &told, answer))
        .unwrap_or_else(|| by_status(answer, &told))
}

/// Codes that say something of the account.
fn of_account(code: &str, told: &str) -> Option<VendorError> {
    let what = match code {
        "E0000007" | "E0000095" => {
            return Some(VendorError::Missing {
                what: format!("Okta does not know it, or it lies outside of our resource set ({told})"),
            });
        }
        "E0000016" => return Some(VendorError::Done),
        "E0000014" => "the password policy or the directory behind Okta refused the password",
        "E0000017" => "its password cannot be reset in its status: it has to be activated first",
        "E0000023" => "another system is the master of its profile: change it there",
        "E0000032" => "Okta may not unlock it: unlock it in the directory that masters it",
        "E0000034" | "E0000035" | "E0000036" => "this way to a password is not open to it: use another act",
        WRONG_STATUS => "its status does not allow it",
        "E0000064" => "its password has expired",
        "E0000068" | "E0000069" | "E0000073" | "E0000082" => "the factor was refused, is locked, or its code was used",
        "E0000079" => "it is not at that point of signing in",
        "E0000080" => "the password does not meet the policy",
        "E0000105" | "E0000110" => "the link is over or was used: issue another after checking again",
        "E0000119" => "it is locked: unlock it first",
        _ => return None,
    };
    Some(VendorError::Unfit {
        why: format!("{what} ({told})"),
    })
}

/// Codes that say something of us: our rights, our settings, or how we ask.
fn of_us(code: &str, told: &str) -> Option<VendorError> {
    let what = match code {
        INVALID => "Okta does not take the values sent, or the account's status does not allow it",
        "E0000004" => "Okta does not take the credential",
        "E0000005" => "Okta does not take the form of the token: is proof of possession as the app demands it?",
        "E0000006" => {
            "an administrator role, its resource set or a scope is missing, or the account is a higher administrator's"
        }
        "E0000008" => "the org does not have this call: check its address, and whether it has the feature",
        STALE => "Okta does not take the token: it is another org's, or its app or its administrator was switched off",
        "E0000013" => "Okta does not take the client app: check its settings",
        "E0000015" => "the org does not have the feature, or does not let us use it",
        "E0000022" | "E0000060" => "the org does not support the call for us: check role, feature and address",
        "E0000078" | "E0000081" => "the attribute is reserved or cannot be changed",
        code if is_ours(code) => {
            return Some(VendorError::Unexpected {
                why: format!("Okta says that our request is malformed ({told})"),
            });
        }
        _ => return None,
    };
    Some(VendorError::Refused {
        why: format!("{what} ({told})"),
    })
}

/// Codes that pass by themselves.
fn of_time(code: &str, told: &str, answer: &Answer) -> Option<VendorError> {
    let (sent, what) = match code {
        "E0000009" => (Sent::Perhaps, "Okta has trouble of its own"),
        "E0000010" => (Sent::No, "Okta is read-only at the moment"),
        "E0000067" => (Sent::Perhaps, "the factor's own service has trouble"),
        "E0000112" => (Sent::No, "the account is still being activated"),
        "E0000047" => {
            return Some(VendorError::Throttled {
                retry_after: pace::wait(answer),
            });
        }
        "E0000109" | "E0000133" => {
            return Some(VendorError::Throttled {
                retry_after: Some(BETWEEN_MESSAGES),
            });
        }
        _ => return None,
    };
    Some(VendorError::Unreachable {
        sent,
        why: format!("{what} ({told})"),
    })
}

/// Codes that say that a request was made wrongly.
fn is_ours(code: &str) -> bool {
    const OURS: [&str; 12] = [
        "E0000002", "E0000003", "E0000018", "E0000019", "E0000020", "E0000021", "E0000028", "E0000030", "E0000031",
        "E0000033", "E0000037", "E0000063",
    ];
    OURS.contains(&code)
}

fn by_status(answer: &Answer, told: &str) -> VendorError {
    match answer.status.as_u16() {
        401 | 403 => VendorError::Refused {
            why: format!("Okta refuses us ({told})"),
        },
        404 => VendorError::Missing {
            what: format!("Okta does not know it ({told})"),
        },
        429 => VendorError::Throttled {
            retry_after: pace::wait(answer),
        },
        500..=599 => VendorError::Unreachable {
            sent: Sent::Perhaps,
            why: format!("Okta has trouble of its own ({told})"),
        },
        _ if is_proof_refused(answer) => VendorError::Refused {
            why: format!("Okta does not take our proof of possession: set this machine's clock right ({told})"),
        },
        _ => VendorError::Unexpected {
            why: format!("Okta did not take the request ({told})"),
        },
    }
}

/// A write that answers nothing: what else something in between may answer is no confirmation.
pub(crate) fn carried_out(answer: Answer) -> Result<Answer, VendorError> {
    let answer = sorted(answer)?;
    let is_empty = answer.body.iter().all(u8::is_ascii_whitespace)
        || serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&answer.body).is_ok();
    if is_empty {
        Ok(answer)
    } else {
        Err(VendorError::Unexpected {
            why: format!("Okta did not confirm the change ({})", told(&answer)),
        })
    }
}

/// Whether the refusal is of the proof and not of what was asked.
fn is_proof_refused(answer: &Answer) -> bool {
    answer
        .header("www-authenticate")
        .is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("dpop"))
}

/// Whether the vendor wants the same request again with the nonce that it gave along (RFC 9449 §9).
pub(crate) fn wants_nonce(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 400 | 401)
        && is_proof_refused(answer)
        && answer
            .header("www-authenticate")
            .is_some_and(|text| text.contains("use_dpop_nonce"))
}

/// Status, code and ids: what the vendor's support asks for, and nothing personal.
pub(crate) fn told(answer: &Answer) -> String {
    let mut told = answer.status.as_u16().to_string();
    let envelope = envelope(answer);
    if is_plain(&envelope.error_code) {
        told.push(' ');
        told.push_str(&envelope.error_code);
    }
    if is_plain(&envelope.error_id) {
        told.push_str(", error id ");
        told.push_str(&envelope.error_id);
    }
    if let Some(id) = request_id(answer) {
        told.push_str(", request id ");
        told.push_str(&id);
    }
    told
}

/// The vendor's id of the request.
pub(crate) fn request_id(answer: &Answer) -> Option<String> {
    answer
        .header("x-okta-request-id")
        .filter(|id| is_plain(id))
        .map(str::to_owned)
}

/// Codes and ids are words; anything else is not repeated.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_CODE
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
