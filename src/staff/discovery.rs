//! What a provider publishes about itself (OpenID Connect Discovery 1.0 §4), kept for a while.
//!
//! The document is believed only if it calls itself by the very name of the settings (§4.3), and names only addresses that are
//! https, or loopback where the provider itself is. While the provider is down, what was read last holds for a day.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::http::{Ask, Bounds, Http};
use doorward_contract::{Clock, Timestamp, VendorError};
use http::StatusCode;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::{Host, Url};

use crate::provider::json;
use crate::provider::remote::Remote;

/// How long it is used without looking again.
const FRESH: Duration = Duration::from_secs(3600);
/// The least time between two looks.
const PAUSE: Duration = Duration::from_secs(30);
/// How long it is used while the provider cannot be reached.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// Long documents have about ten kilobytes.
const LONGEST: usize = 128 * 1024;

/// What of the document is used.
#[derive(Clone, Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    userinfo_endpoint: Option<Url>,
    #[serde(default)]
    end_session_endpoint: Option<Url>,
    /// RFC 9207 §3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What is known of a provider.
#[derive(Debug)]
pub(super) struct Known {
    /// Where people sign in.
    pub(super) authorize: Url,
    /// Where codes are exchanged.
    pub(super) token: Url,
    /// Where its keys are.
    pub(super) jwks: Url,
    /// Where more claims are.
    pub(super) userinfo: Option<Url>,
    /// Where people sign out.
    pub(super) end_session: Option<Url>,
    /// Whether its answers always say whose they are.
    pub(super) names_itself: bool,
    /// Reaches its endpoints, and nothing else.
    pub(super) http: Http,
    /// Its keys.
    pub(super) keys: Remote,
}

/// Reads what a provider publishes. Reaches nobody until it is asked.
#[derive(Debug)]
pub struct Discovery {
    issuer: String,
    address: Url,
    http: Http,
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    known: Option<(Arc<Known>, Timestamp)>,
    looked_at: Option<Timestamp>,
}

impl Discovery {
    /// Of the provider of that name.
    pub fn new(issuer: &str, clock: Arc<dyn Clock>) -> Result<Self, VendorError> {
        let odd = |_| VendorError::Unexpected {
            why: "the issuer is no address".to_owned(),
        };
        // §4.1: a slash at the name's end is dropped before the path is put on.
        let text = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let address: Url = text.parse().map_err(odd)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            http: Http::new("staff provider", std::slice::from_ref(&address), bounds())?,
            address,
            clock,
            kept: Mutex::default(),
        })
    }

    /// What is known of it, read anew if that is old.
    pub(super) async fn known(&self) -> Result<Arc<Known>, VendorError> {
        // Whoever finds it old looks, the others wait for what is found.
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        let last = |kept: &Kept, longest: Duration| match &kept.known {
            Some((known, read_at)) if now < read_at.plus(longest) => Some(Arc::clone(known)),
            _ => None,
        };
        if let Some(known) = last(&kept, FRESH) {
            return Ok(known);
        }
        if kept.looked_at.is_some_and(|at| now < at.plus(PAUSE)) {
            return last(&kept, STALE).ok_or(VendorError::Throttled { retry_after: None });
        }
        match self.read().await {
            Ok(document) => {
                let known = Arc::new(self.understood(document)?);
                kept.known = Some((Arc::clone(&known), now));
                Ok(known)
            }
            Err(error) => {
                kept.looked_at = Some(now);
                let Some(known) = last(&kept, STALE) else {
                    return Err(error);
                };
                tracing::warn!(issuer = self.issuer, %error, "a staff provider cannot be read, what is known is used on");
                Ok(known)
            }
        }
    }

    /// Reaches it, whatever is known of it already.
    pub async fn reach(&self) -> Result<(), VendorError> {
        self.understood(self.read().await?).map(drop)
    }

    async fn read(&self) -> Result<Document, VendorError> {
        let ask = Ask::get(self.address.clone()).header(http::header::ACCEPT, "application/json");
        let answer = self.http.send(ask).await?;
        if answer.status != StatusCode::OK {
            return Err(match answer.status {
                status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                    VendorError::Throttled {
                        retry_after: answer.retry_after(),
                    }
                }
                status => unexpected(format!("its discovery document was answered with {}", status.as_u16())),
            });
        }
        let document = json::read(&answer.body).and_then(|value| Document::deserialize(value).ok());
        let document =
            document.ok_or_else(|| unexpected("what is published there is no discovery document".to_owned()))?;
        if document.issuer != self.issuer {
            return Err(unexpected(
                "its discovery document calls itself by another name".to_owned(),
            ));
        }
        Ok(document)
    }

    fn understood(&self, document: Document) -> Result<Known, VendorError> {
        let called = [
            Some(&document.token_endpoint),
            Some(&document.jwks_uri),
            document.userinfo_endpoint.as_ref(),
        ];
        let seen = [
            Some(&document.authorization_endpoint),
            document.end_session_endpoint.as_ref(),
        ];
        let safe = |url: &Url| url.scheme() == "https" || (is_loopback(url) && is_loopback(&self.address));
        if !called.into_iter().chain(seen).flatten().all(safe) {
            return Err(unexpected("it names an endpoint that is not https".to_owned()));
        }
        let called: Vec<Url> = called.into_iter().flatten().cloned().collect();
        Ok(Known {
            http: Http::new("staff provider", &called, bounds())?,
            keys: Remote::new(std::slice::from_ref(&document.jwks_uri), Arc::clone(&self.clock))?,
            authorize: document.authorization_endpoint,
            token: document.token_endpoint,
            jwks: document.jwks_uri,
            userinfo: document.userinfo_endpoint,
            end_session: document.end_session_endpoint,
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }
}

fn bounds() -> Bounds {
    Bounds {
        total: Duration::from_secs(8),
        connect: Duration::from_secs(3),
        answer: LONGEST,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn unexpected(why: String) -> VendorError {
    VendorError::Unexpected { why }
}
