//! One attempt: signed now, sent once, and what came back. No redirect is followed, the answer is read no further than it is kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, header};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::schedule::Heard;
use crate::crypto::token::Digest;
use doorward_contract::http::{Ask, Bounds, Http};
use doorward_contract::signature::{ID, SIGNATURE, Signer, TIMESTAMP};
use doorward_contract::{Timestamp, VendorError};

/// How much of an answer is kept: enough for an error's first words.
pub const KEPT_ANSWER: usize = 512;
/// How long it may take to reach a receiver at all.
const CONNECT: Duration = Duration::from_secs(4);

/// A system of the company's own that messages are sent to. Clones share its connections.
#[derive(Clone)]
pub struct Endpoint {
    /// Its name in the settings.
    pub name: String,
    /// Tells whether its settings changed.
    pub fingerprint: Digest,
    /// How long it may take to answer.
    pub timeout: Duration,
    url: Url,
    signer: Arc<Signer>,
    http: Http,
}

/// The address is left out: chat systems put their secret there.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What came of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What follows is judged by this.
    pub heard: Heard,
    /// Why there was no answer.
    pub fault: Option<String>,
    /// How the answer began.
    pub answer: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Endpoint {
    /// One with these settings. Reaches nobody yet.
    pub fn new(name: &str, url: &Url, secrets: &[SecretString], timeout: Duration) -> Result<Self, VendorError> {
        let bounds = Bounds {
            total: timeout,
            connect: CONNECT.min(timeout),
            answer: KEPT_ANSWER,
        };
        // The secrets are random and long: their digest gives nothing away.
        let settings = std::iter::once(url.as_str()).chain(secrets.iter().map(ExposeSecret::expose_secret));
        let settings: Vec<&str> = settings.collect();
        Ok(Self {
            name: name.to_owned(),
            fingerprint: Digest::of("webhook", settings.join("\n").as_bytes()),
            signer: Arc::new(Signer::new(secrets)?),
            http: Http::new("webhook", std::slice::from_ref(url), bounds)?,
            timeout,
            url: url.clone(),
        })
    }

    /// Sends a message under its id, signed as of `now`.
    pub async fn send(&self, id: &str, body: &str, now: Timestamp) -> Sent {
        let seconds = now.seconds();
        let mut ask = Ask::write(Method::POST, self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(ID, id)
            .header(TIMESTAMP, &seconds.to_string())
            .header(SIGNATURE, &self.signer.sign(id, seconds, body.as_bytes()));
        ask.body = Some(body.as_bytes().to_vec());
        let begun = tokio::time::Instant::now();
        let answer = self.http.tell(&ask, KEPT_ANSWER).await;
        let took = begun.elapsed();
        match answer {
            Ok(answer) => Sent {
                heard: Heard {
                    status: Some(answer.status.as_u16()),
                    retry_after: answer.header("retry-after").map(ToOwned::to_owned),
                },
                fault: None,
                answer: kept(&answer.body),
                took,
            },
            Err(error) => Sent {
                heard: Heard::default(),
                fault: Some(told(&error)),
                answer: None,
                took,
            },
        }
    }
}

/// Why there was no answer, in words that hold nothing of the address.
fn told(error: &VendorError) -> String {
    match error {
        VendorError::Unreachable { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

/// The beginning of an answer as text that every database takes.
fn kept(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
    (!text.is_empty()).then_some(text)
}
