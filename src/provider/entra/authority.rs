//! The keys of one of Microsoft's authorities, found by its discovery document.
//!
//! Entra.md §1.5 step 3. Both addresses lie at the authority's own origin, which the settings name: a document that points
//! elsewhere is refused. How long keys hold and how often an unknown one is looked for is [`Remote`]'s business.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::http::{Ask, Bounds, Http};
use doorward_contract::{Clock, Timestamp, VendorError};
use http::StatusCode;
use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};
use url::Url;

use super::Cloud;
use crate::provider::json;
use crate::provider::jwk::JwkSet;
use crate::provider::remote::Remote;

/// How long the document is gone by: Entra's own readers look once a day.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// The least time between two looks while it cannot be read.
const PAUSE: Duration = Duration::from_secs(60);
/// Many times what the document has.
const LONGEST: usize = 64 * 1024;

/// Reads an authority's keys. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Authority {
    discovery: Url,
    http: Http,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    place: Option<Place>,
    looked_at: Option<Timestamp>,
}

/// Where the keys are.
#[derive(Clone, Debug)]
struct Place {
    url: Url,
    remote: Remote,
    read_at: Timestamp,
}

impl Authority {
    /// Of a cloud.
    pub fn new(cloud: &Cloud, clock: Arc<dyn Clock>) -> Result<Self, VendorError> {
        let discovery = Url::parse(&cloud.discovery_url()).map_err(|_| VendorError::Refused {
            why: "the authority is not an address".into(),
        })?;
        let bounds = Bounds {
            total: Duration::from_secs(5),
            connect: Duration::from_secs(3),
            answer: LONGEST,
        };
        Ok(Self {
            http: Http::new("entra sign-in", std::slice::from_ref(&discovery), bounds)?,
            discovery,
            clock,
            known: Arc::default(),
        })
    }

    /// Its keys; read anew if they are old, or if the one named is not among them.
    pub async fn keys(&self, kid: &str) -> Result<Arc<JwkSet>, VendorError> {
        let place = self.place().await?;
        place.remote.keys(&place.url, Some(kid)).await
    }

    async fn place(&self) -> Result<Place, VendorError> {
        let mut known = self.known.clone().lock_owned().await;
        let now = self.clock.now();
        if let Some(place) = &known.place
            && now < place.read_at.plus(FRESH)
        {
            return Ok(place.clone());
        }
        if known.looked_at.is_some_and(|at| now < at.plus(PAUSE)) {
            return known.last();
        }
        known.looked_at = Some(now);
        // In a task of its own: a caller who hangs up at once would otherwise use up the look for everybody.
        let authority = self.clone();
        let look = tokio::spawn(async move { authority.look(known, now).await });
        look.await.map_err(|_| VendorError::Unexpected {
            why: "reading the discovery document broke off".into(),
        })?
    }

    async fn look(&self, mut known: OwnedMutexGuard<Known>, now: Timestamp) -> Result<Place, VendorError> {
        let url = match self.read().await {
            Ok(url) => url,
            Err(error) => {
                let last = known.last().map_err(|_| error.clone())?;
                let host = self.discovery.host_str().unwrap_or_default();
                tracing::warn!(host, %error, "where {host} has its keys cannot be read, what it said last holds on");
                return Ok(last);
            }
        };
        let remote = match known.place.take() {
            // The same address: what was read there still holds.
            Some(place) if place.url == url => place.remote,
            _ => Remote::new(std::slice::from_ref(&url), self.clock.clone())?,
        };
        let place = Place {
            url,
            remote,
            read_at: now,
        };
        known.place = Some(place.clone());
        Ok(place)
    }

    /// The address of the keys, which is at the authority and nowhere else.
    async fn read(&self) -> Result<Url, VendorError> {
        let ask = Ask::get(self.discovery.clone()).header(http::header::ACCEPT, "application/json");
        let answer = self.http.send(ask).await?;
        match answer.status {
            StatusCode::OK => {}
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(VendorError::Throttled {
                    retry_after: answer.retry_after(),
                });
            }
            status => {
                return Err(VendorError::Unexpected {
                    why: format!("the discovery document was answered with {}", status.as_u16()),
                });
            }
        }
        let document = json::read_object(&answer.body);
        let url = document
            .as_ref()
            .and_then(|document| document.get("jwks_uri"))
            .and_then(Value::as_str)
            .and_then(|text| Url::parse(text).ok())
            .ok_or_else(|| VendorError::Unexpected {
                why: "the discovery document names no keys".into(),
            })?;
        if url.origin() != self.discovery.origin() || !url.username().is_empty() || url.password().is_some() {
            return Err(VendorError::Unexpected {
                why: "the discovery document names keys that are not at the authority".into(),
            });
        }
        Ok(url)
    }
}

impl Known {
    /// What was read last. For how long the keys themselves hold without being read again is bounded where they are kept.
    fn last(&self) -> Result<Place, VendorError> {
        self.place.clone().ok_or(VendorError::Throttled { retry_after: None })
    }
}
