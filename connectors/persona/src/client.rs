//! Requests to Persona's API: headers, idempotency, and sorting its answers by remedy.
//!
//! Follows "Protocol", "Versioning", "Idempotence", "Errors", "Rate Limiting" and "Request IDs"
//! (<https://docs.withpersona.com/errors> and neighbours, autumn 2026). What an answer means is left to the callers.

use std::time::Duration;

use doorward_contract::http::{Answer, Ask, Bounds, Http};
use doorward_contract::{Sent, VendorError};
use http::{HeaderName, Method, StatusCode};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::Settings;
use crate::wire::Faults;

/// The dated version everything here was written against; a pinned header makes later versions harmless.
const VERSION: &str = "2025-12-08";
/// How often a write without an answer is repeated with the same key while somebody waits.
const REPEATS: u32 = 2;
/// The first pause between repeats; doubled each time. Persona suggests 5 s, which is for jobs: here a person waits, and
/// a caller that gets [`VendorError::Unreachable`] comes back later with the same key.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause a vendor may ask for that we pass on.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// How much of the vendor's error text is kept for staff.
const DETAILS: usize = 300;

/// Whose environment an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Environment {
    /// The one configured.
    Ours,
    /// Not the one configured.
    Another,
}

/// Speaks to one environment of Persona with one key.
pub(crate) struct Client {
    http: Http,
    api: Url,
    key: SecretString,
    environment: String,
}

impl Client {
    /// A client that reaches the API's host and no other.
    pub(crate) fn new(settings: &Settings, bounds: Bounds) -> Result<Self, VendorError> {
        Ok(Self {
            http: Http::new("persona", std::slice::from_ref(&settings.api), bounds)?,
            api: settings.api.clone(),
            key: settings.key.clone(),
            environment: settings.environment.clone(),
        })
    }

    /// Reads. The answer may have any status; see [`sorted`].
    pub(crate) async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Answer, VendorError> {
        let mut url = self.address(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.send(self.signed(Ask::get(url))).await
    }

    /// Writes under an idempotency key. Repeats by itself with the same key and body where no answer came or the
    /// vendor gave up waiting (408); never on 5xx, which Persona stores under the key and would only replay.
    pub(crate) async fn post(&self, path: &[&str], body: Option<&Value>, key: &str) -> Result<Answer, VendorError> {
        let mut pause = FIRST_PAUSE;
        for _ in 0..REPEATS {
            match self.post_once(path, body, key).await {
                Err(VendorError::Unreachable { .. }) => {}
                Ok(answer) if answer.status == StatusCode::REQUEST_TIMEOUT => {}
                outcome => return outcome,
            }
            let jitter = Duration::from_millis(rand::rng().random_range(0..100));
            tokio::time::sleep(pause + jitter).await;
            pause *= 2;
        }
        self.post_once(path, body, key).await
    }

    async fn post_once(&self, path: &[&str], body: Option<&Value>, key: &str) -> Result<Answer, VendorError> {
        let mut ask =
            Ask::write(Method::POST, self.address(path)?).header(HeaderName::from_static("idempotency-key"), key);
        if let Some(body) = body {
            ask = ask.json(body);
        }
        self.http.send(self.signed(ask)).await
    }

    /// Deletes. A second call is answered 409, so repeating is harmless.
    pub(crate) async fn delete(&self, path: &[&str]) -> Result<Answer, VendorError> {
        let ask = Ask::write(Method::DELETE, self.address(path)?).repeatable();
        self.http.send(self.signed(ask)).await
    }

    /// Whose environment the answer came from. One that names none is no answer of Persona's.
    pub(crate) fn environment(&self, answer: &Answer) -> Result<Environment, VendorError> {
        match answer.header("persona-environment-id") {
            Some(named) if named == self.environment => Ok(Environment::Ours),
            Some(_) => Ok(Environment::Another),
            None => Err(VendorError::Unexpected {
                why: with_request(answer, "the answer names no environment"),
            }),
        }
    }

    /// A successful answer of our own environment, or why not.
    pub(crate) fn pinned(&self, answer: Answer) -> Result<Answer, VendorError> {
        let answer = sorted(answer)?;
        match self.environment(&answer)? {
            Environment::Ours => Ok(answer),
            Environment::Another => Err(VendorError::Refused {
                why: with_request(
                    &answer,
                    "the answer came from another environment than the one configured",
                ),
            }),
        }
    }

    fn signed(&self, ask: Ask) -> Ask {
        ask.bearer(self.key.expose_secret())
            .header(HeaderName::from_static("persona-version"), VERSION)
            .header(HeaderName::from_static("key-inflection"), "kebab")
    }

    fn address(&self, path: &[&str]) -> Result<Url, VendorError> {
        let mut url = self.api.clone();
        url.path_segments_mut()
            .map_err(|()| VendorError::Refused {
                why: "the address of Persona's API cannot carry a path".into(),
            })?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}

/// A successful answer, or the remedy for what it says instead.
pub(crate) fn sorted(answer: Answer) -> Result<Answer, VendorError> {
    match answer.status.as_u16() {
        200..=299 => Ok(answer),
        401 => Err(VendorError::Refused {
            why: told(&answer, "the API key is not accepted"),
        }),
        // Missing permission, quota used up, address not on the key's list, environment switched off.
        403 => Err(VendorError::Refused {
            why: told(&answer, "the API key may not do this"),
        }),
        404 => Err(VendorError::Missing {
            what: told(&answer, "the object is deleted or belongs to another environment"),
        }),
        400 | 422 => Err(VendorError::Refused {
            why: told(&answer, "the request was not accepted"),
        }),
        429 => Err(VendorError::Throttled {
            retry_after: pause(&answer),
        }),
        408 | 500..=599 => Err(VendorError::Unreachable {
            sent: Sent::Perhaps,
            why: with_request(&answer, &format!("status {}", answer.status.as_u16())),
        }),
        409 => Err(VendorError::Unexpected {
            why: told(&answer, "a conflict"),
        }),
        other => Err(VendorError::Unexpected {
            why: with_request(&answer, &format!("status {other}")),
        }),
    }
}

/// How long to wait: the rate limit's reset, the quota's if it is the quota that ran out, else `Retry-After`.
fn pause(answer: &Answer) -> Option<Duration> {
    let seconds = |name: &str| answer.header(name)?.trim().parse::<u64>().ok();
    let used_up = |name: &str| seconds(name) == Some(0);
    let quota = seconds("quota-reset").or_else(|| seconds("quotalimit-reset"));
    let reset = if used_up("quota-remaining") && !used_up("ratelimit-remaining") {
        quota
    } else {
        seconds("ratelimit-reset").or(quota)
    };
    reset
        .map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE))
        .or_else(|| answer.retry_after())
}

/// What Persona says, for staff. The body is read as its error envelope and nothing else of it is repeated.
fn told(answer: &Answer, meaning: &str) -> String {
    let faults: Faults = serde_json::from_slice(&answer.body).unwrap_or_default();
    let mut text = meaning.to_owned();
    if let Some(fault) = faults.errors.first() {
        let parts = [
            fault.title.as_deref(),
            fault.details.as_deref(),
            fault.source.as_ref().and_then(|source| source.pointer.as_deref()),
        ];
        for part in parts.into_iter().flatten() {
            text.push_str(" · ");
            text.extend(part.chars().filter(|char| !char.is_control()).take(DETAILS));
        }
    }
    with_request(answer, &text)
}

fn with_request(answer: &Answer, text: &str) -> String {
    match request_id(answer) {
        Some(id) => format!("{text} ({id})"),
        None => text.to_owned(),
    }
}

/// Persona's own name of the request, quoted to its support and in the audit log.
pub(crate) fn request_id(answer: &Answer) -> Option<&str> {
    answer.header("request-id").filter(|id| crate::is_id(id, "req_"))
}

/// A key that no other request has.
pub(crate) fn fresh_key() -> String {
    format!("doorward-{:032x}", rand::rng().random::<u128>())
}
