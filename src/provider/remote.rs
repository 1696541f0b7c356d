//! The public keys of others, from where they publish them (RFC 7517 §5), kept for a while.
//!
//! An unknown key name makes us look again, since that is how keys are turned (OpenID Connect Core §10.1.1), but not
//! more often than once a minute: anybody can name an unknown key. While the other side is down, what was read last
//! goes on to hold for a day.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::http::{Ask, Bounds, Http};
use doorward_contract::{Clock, Timestamp, VendorError};
use http::StatusCode;
use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};
use url::Url;

use super::json;
use super::jwk::JwkSet;

/// How long keys are used without looking again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// The least time between two looks.
const PAUSE: Duration = Duration::from_secs(60);
/// How long keys are used while their publisher cannot be reached. A key withdrawn in that time is still believed, so
/// it is no longer than a day.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// Twice what Microsoft's long list of keys with certificates needs.
const LONGEST: usize = 256 * 1024;
/// Sets are a handful; more is not a set of keys of one machine.
const MOST_KEYS: usize = 100;

/// Reads keys at the addresses it was made for. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Remote(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: Http,
    clock: Arc<dyn Clock>,
    /// One lock for each address: who finds the keys stale looks, the others wait for what is found.
    kept: BTreeMap<Url, Arc<Mutex<Kept>>>,
}

#[derive(Debug, Default)]
struct Kept {
    keys: Option<(Arc<JwkSet>, Timestamp)>,
    looked_at: Option<Timestamp>,
}

impl Remote {
    /// For these addresses and no others.
    pub fn new(addresses: &[Url], clock: Arc<dyn Clock>) -> Result<Self, VendorError> {
        let bounds = Bounds {
            total: Duration::from_secs(5),
            connect: Duration::from_secs(3),
            answer: LONGEST,
        };
        Ok(Self(Arc::new(Inner {
            http: Http::new("keys", addresses, bounds)?,
            clock,
            kept: addresses.iter().map(|url| (url.clone(), Arc::default())).collect(),
        })))
    }

    /// The keys at `url`; read anew if they are old, or if `kid` is named and not among them.
    pub async fn keys(&self, url: &Url, kid: Option<&str>) -> Result<Arc<JwkSet>, VendorError> {
        let kept = self.0.kept.get(url).ok_or_else(|| VendorError::Refused {
            why: "the address is not one that keys are read from".into(),
        })?;
        let mut kept = kept.clone().lock_owned().await;
        let now = self.0.clock.now();
        if let Some(keys) = kept.good(kid, now) {
            return Ok(keys);
        }
        if kept.looked_at.is_some_and(|at| now < at.plus(PAUSE)) {
            return kept.last(now);
        }
        kept.looked_at = Some(now);
        // In a task of its own: a caller who hangs up at once would otherwise use up the look for everybody.
        let (inner, url) = (self.0.clone(), url.clone());
        let look = tokio::spawn(async move { inner.look(&url, kept, now).await });
        look.await.map_err(|_| VendorError::Unexpected {
            why: "reading the keys broke off".into(),
        })?
    }
}

impl Inner {
    async fn look(
        &self,
        url: &Url,
        mut kept: OwnedMutexGuard<Kept>,
        now: Timestamp,
    ) -> Result<Arc<JwkSet>, VendorError> {
        match self.read(url).await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                kept.keys = Some((keys.clone(), now));
                Ok(keys)
            }
            Err(error) => {
                let last = kept.last(now).map_err(|_| error.clone())?;
                let host = url.host_str().unwrap_or_default();
                tracing::warn!(host, %error, "the keys of {host} cannot be read, those known are used on");
                Ok(last)
            }
        }
    }

    async fn read(&self, url: &Url) -> Result<JwkSet, VendorError> {
        let ask = Ask::get(url.clone()).header(http::header::ACCEPT, "application/jwk-set+json, application/json");
        let answer = self.http.send(ask).await?;
        match answer.status {
            StatusCode::OK => read_set(&answer.body).ok_or_else(|| VendorError::Unexpected {
                why: "what is published there is not a set of keys".into(),
            }),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(VendorError::Throttled {
                    retry_after: answer.retry_after(),
                })
            }
            status => Err(VendorError::Unexpected {
                why: format!("the keys were answered with {}", status.as_u16()),
            }),
        }
    }
}

impl Kept {
    /// What needs no second look.
    fn good(&self, kid: Option<&str>, now: Timestamp) -> Option<Arc<JwkSet>> {
        let (keys, read_at) = self.keys.as_ref()?;
        let knows = kid.is_none_or(|kid| keys.keys.iter().any(|key| key.kid() == Some(kid)));
        (knows && now < read_at.plus(FRESH)).then(|| keys.clone())
    }

    /// What was read last, if that is not too long ago.
    fn last(&self, now: Timestamp) -> Result<Arc<JwkSet>, VendorError> {
        match &self.keys {
            Some((keys, read_at)) if now < read_at.plus(STALE) => Ok(keys.clone()),
            _ => Err(VendorError::Throttled { retry_after: None }),
        }
    }
}

/// Reads a set; keys of a kind that we do not know are passed over (RFC 7517 §5).
pub fn read_set(bytes: &[u8]) -> Option<JwkSet> {
    let set = JwkSet::deserialize(json::read(bytes)?).ok()?;
    (set.keys.len() <= MOST_KEYS).then_some(set)
}
