//! Sorting what Graph and the token endpoint answer by what is to be done.
//!
//! Follows "Microsoft Graph error responses" (<https://learn.microsoft.com/en-us/graph/errors>) and the error numbers of
//! the identity platform (August 2026). A message of the vendor is looked at where nothing else tells two cases apart,
//! and never passed on: it may name people, and it is no contract.

use doorward_contract::http::Answer;
use doorward_contract::{Sent, VendorError};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

/// Longer than any error code.
const LONGEST_CODE: usize = 80;

/// What a refusal of Graph says.
#[derive(Default)]
pub(crate) struct Fault {
    /// The outer code.
    pub(crate) code: String,
    /// Every inner code.
    pub(crate) inner: Vec<String>,
    /// In lower case; for telling cases apart only.
    pub(crate) message: String,
}

impl Fault {
    /// Reads the error envelope; empty where there is none.
    pub(crate) fn of(answer: &Answer) -> Self {
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            return Self::default();
        };
        let Some(error) = body.get("error") else {
            return Self::default();
        };
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut inner = Vec::new();
        let mut deeper = below(error);
        while let Some(value) = deeper {
            inner.push(text(value, "code"));
            deeper = below(value);
        }
        Self {
            code: text(error, "code"),
            inner,
            message: text(error, "message").to_lowercase(),
        }
    }

    /// Whether any of its codes is this one.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code || self.inner.iter().any(|inner| inner == code)
    }
}

/// The inner error; the vendor spells its name in two ways.
fn below(value: &Value) -> Option<&Value> {
    value.get("innerError").or_else(|| value.get("innererror"))
}

/// A successful answer of Graph, or what is to be done.
pub(crate) fn sorted(answer: Answer) -> Result<Answer, VendorError> {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return Ok(answer);
    }
    let told = told(&answer);
    Err(match status {
        401 => VendorError::Refused {
            why: format!("Graph does not take the application's token ({told}): wrong cloud, tenant or audience"),
        },
        403 => VendorError::Refused {
            why: format!("a permission, a directory role or a licence is missing, or the account is above us ({told})"),
        },
        404 => VendorError::Missing {
            what: format!("Graph does not know it ({told})"),
        },
        429 => VendorError::Throttled {
            retry_after: answer.retry_after(),
        },
        500..=599 => VendorError::Unreachable {
            sent: Sent::Perhaps,
            why: format!("Graph has trouble of its own ({told})"),
        },
        _ => VendorError::Unexpected {
            why: format!("Graph did not take the request ({told})"),
        },
    })
}

/// A write that answers nothing: 204, and not whatever else something in between may answer.
pub(crate) fn carried_out(answer: Answer) -> Result<Answer, VendorError> {
    let answer = sorted(answer)?;
    if answer.status != StatusCode::NO_CONTENT {
        return Err(VendorError::Unexpected {
            why: format!("Graph did not confirm the change ({})", told(&answer)),
        });
    }
    Ok(answer)
}

/// Status, code and request id: what the vendor's support asks for, and nothing personal.
pub(crate) fn told(answer: &Answer) -> String {
    let mut told = answer.status.as_u16().to_string();
    let code = Fault::of(answer).code;
    if is_plain(&code) {
        told.push(' ');
        told.push_str(&code);
    }
    if let Some(id) = request_id(answer) {
        told.push_str(", request-id ");
        told.push_str(&id);
    }
    told
}

/// The vendor's id of the request.
pub(crate) fn request_id(answer: &Answer) -> Option<String> {
    answer.header("request-id").filter(|id| is_plain(id)).map(str::to_owned)
}

/// Codes and ids are words; anything else is not repeated.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_CODE
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[derive(Deserialize)]
struct TokenFault {
    #[serde(default)]
    error_codes: Vec<u32>,
}

/// A token endpoint's answer with a token in it, or what is to be done.
pub(crate) fn token_given(answer: Answer) -> Result<Answer, VendorError> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    let codes = serde_json::from_slice::<TokenFault>(&answer.body)
        .map(|fault| fault.error_codes)
        .unwrap_or_default();
    if let Some((code, what)) = codes.iter().find_map(|code| meaning(*code).map(|what| (code, what))) {
        let why = format!("{what} (AADSTS{code})");
        return Err(match code {
            // A key that cannot be fetched and a loop noticed by the vendor pass by themselves. No account was touched.
            7_000_272 | 50_196 => VendorError::Unreachable { sent: Sent::No, why },
            _ => VendorError::Refused { why },
        });
    }
    let number = codes.first().map(|code| format!(" (AADSTS{code})")).unwrap_or_default();
    Err(match answer.status.as_u16() {
        429 => VendorError::Throttled {
            retry_after: answer.retry_after(),
        },
        status @ 500..=599 => VendorError::Unreachable {
            sent: Sent::No,
            why: format!("the token endpoint answers {status}{number}"),
        },
        status => VendorError::Refused {
            why: format!("the token endpoint answers {status}{number}: check tenant, client id and credential"),
        },
    })
}

/// What the platform's numbers mean for an operator.
fn meaning(code: u32) -> Option<&'static str> {
    Some(match code {
        7_000_215 => "the client secret is wrong: paste the secret's value, not its id",
        7_000_222 => "the client secret has expired: make a new one and replace it",
        700_016 => "the application is not in this tenant: check client id and tenant, and grant admin consent",
        90_002 => "the tenant does not exist in this cloud: check the tenant id and the cloud",
        700_024 => "the assertion is outside its time: set this machine's clock right",
        700_027 => "the certificate is not registered at the application: upload it",
        7_000_214 => "the certificate was revoked: register a new one",
        1_000_502 => "the certificate has expired: register a new one",
        7_000_272 => {
            "the federated issuer's signing key could not be found; if it stays so, check the issuer's address"
        }
        70_021 | 700_211..=700_213 => {
            "no federated credential fits the token's issuer, subject and audience: compare them with the token file"
        }
        50_196 => "the vendor noticed a loop of token requests",
        1_002_012 => "the scope is not of this cloud: check the cloud",
        7_000_218 => "the application needs a credential and none was sent",
        7_000_112 => "the application is disabled in this tenant: enable it",
        _ => return None,
    })
}
