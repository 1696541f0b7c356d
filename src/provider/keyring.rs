//! The keys that Doorward signs with: made at first start, shared by all nodes through the database, and replaced with an
//! overlap, so that whoever caches them knows a key before it signs.
//!
//! Entra reads keys about once a day and asks for two days between publishing and signing (external MFA provider
//! reference, "Signing key rollover", 2026). A key's life: published and waiting, signing, published for what it signed,
//! withdrawn. Which of these it is follows from three times in its row and from its successor's.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::sync::RwLock;

use super::jwk::{Jwk, JwkSet};
use super::ring::{self, Held, Ring};
use super::signer::Signer;
use crate::crypto;
use crate::crypto::seal::Key;
use crate::crypto::signing::{Alg, SigningKey};
use crate::store::{self, SigningKeyRow, Store};
use doorward_contract::{Clock, Timestamp};

/// How long a node goes by the keys it read: by then another node's new key is everywhere.
pub const FRESH: Duration = Duration::from_secs(30);
/// How long others may keep the keys that they read (`Cache-Control`).
pub const KEPT: Duration = Duration::from_secs(60);
/// How long a key is published at least before it signs: a node may hand out the keys it read [`FRESH`] ago, and who was
/// given them keeps them for [`KEPT`].
pub const KNOWN: Duration = Duration::from_secs(90);
/// How soon a node looks again for a key it does not know, so that made-up names do not become a flood of reads.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The longest life of what these keys sign; a key stays published that long after its last signature.
pub const TOKEN_LIFE: Duration = Duration::from_hours(1);
/// How long a key's certificate lasts. Withdrawing ends a key; the certificate must only never end before that.
const CERTIFICATE_LIFE: Duration = Duration::from_hours(24 * 3650);
/// How far back a certificate begins, for readers whose clock is behind.
const CERTIFICATE_SKEW: Duration = Duration::from_hours(1);

/// When keys are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// How long a key signs.
    pub every: Duration,
    /// How long it is published before it signs, and after it has stopped.
    pub overlap: Duration,
}

impl Default for Rotation {
    /// Every 90 days, two of them overlapping (Entra caches keys for one).
    fn default() -> Self {
        Self {
            every: Duration::from_hours(24 * 90),
            overlap: Duration::from_hours(24 * 2),
        }
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error("the signing keys cannot be read or written")]
    Store(#[from] store::Error),
    /// A key could not be made, sealed or opened.
    #[error("a signing key cannot be made or opened")]
    Crypto(#[from] crypto::Error),
    /// A key's public half is not that of its private half.
    #[error("the signing key {kid} is damaged in the database")]
    Damaged {
        /// Its name.
        kid: String,
    },
    /// There is no key of an algorithm; does not happen once the ring is open.
    #[error("there is no signing key for {alg}")]
    Missing {
        /// The algorithm.
        alg: Alg,
    },
}

/// Where a published key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Published, not signing yet.
    Waiting,
    /// The one that signs.
    Signing,
    /// Published for what it signed before.
    Past,
}

impl Standing {
    /// Its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signing => "signing",
            Self::Past => "past",
        }
    }
}

/// A published key, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub alg: Alg,
    /// Where it is in its life.
    pub standing: Standing,
    /// When it was made and published.
    pub made_at: Timestamp,
    /// When it begins to sign, or began.
    pub from_at: Timestamp,
    /// When it will be withdrawn, if it has a successor.
    pub until: Option<Timestamp>,
}

/// The signing keys. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Keyring(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    sealing: Key,
    name: String,
    rotation: Rotation,
    ring: RwLock<Arc<Ring>>,
}

impl Keyring {
    /// Reads the keys, and makes the first of each algorithm that has none. `sealing` seals the private halves, `name`
    /// is the subject of the certificates.
    pub async fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        sealing: Key,
        name: &str,
        rotation: Rotation,
    ) -> Result<Self, Error> {
        let first = Ring::read(&store, &sealing, clock.now(), &Ring::default()).await?;
        let keyring = Self(Arc::new(Inner {
            store,
            clock,
            sealing,
            name: name.to_owned(),
            rotation,
            ring: RwLock::new(Arc::new(first)),
        }));
        keyring.make_missing().await?;
        Ok(keyring)
    }

    /// Every published key: RS256 first, and of each algorithm the one that signs.
    pub async fn jwks(&self) -> Result<JwkSet, Error> {
        Ok(self.ring().await?.published(self.now()))
    }

    /// The keys as Entra reads them: RS256 with their certificates, nothing else.
    pub async fn entra_jwks(&self) -> Result<JwkSet, Error> {
        let mut set = self.jwks().await?;
        set.keys
            .retain(|key| key.fits(Alg::Rs256) && !key.certificates().is_empty());
        Ok(set)
    }

    /// The certificates of every published RS256 key (base64 of their DER), that of the one that signs first: what SAML calls a
    /// key.
    pub async fn certificates(&self) -> Result<Vec<String>, Error> {
        let set = self.entra_jwks().await?;
        Ok(set
            .keys
            .iter()
            .filter_map(|key| key.certificates().first().cloned())
            .collect())
    }

    /// The published key of that name. Looks again in the database before it says there is none.
    pub async fn key(&self, kid: &str) -> Result<Option<Jwk>, Error> {
        let ring = self.ring().await?;
        let found = ring.named(kid);
        if found.is_some() || self.now().since(ring.read_at()) < LOOK_AGAIN {
            return Ok(found);
        }
        Ok(self.read().await?.named(kid))
    }

    /// What signs with `alg` now.
    pub async fn signer(&self, alg: Alg) -> Result<Signer, Error> {
        let ring = self.ring().await?;
        let held = ring.signing(alg, self.now()).ok_or(Error::Missing { alg })?;
        Ok(held.signer.clone())
    }

    /// Makes a successor of the newest key of `alg`, or of every algorithm, and publishes it. It signs after the
    /// overlap; with `now` as soon as everybody who keeps to `Cache-Control` has read it. A successor that waits already is not followed by another,
    /// unless `now`. The older keys stay published. Returns the newest keys.
    pub async fn rotate(&self, alg: Option<Alg>, now: bool) -> Result<Vec<Listed>, Error> {
        let algs = alg.map_or_else(|| Alg::ALL.to_vec(), |alg| vec![alg]);
        let ring = self.read().await?;
        for alg in &algs {
            let at = self.now();
            let newest = ring.newest(*alg).ok_or(Error::Missing { alg: *alg })?;
            let wait = if now { KNOWN } else { self.0.rotation.overlap };
            if now || newest.from_at <= at {
                self.add(*alg, &newest.kid, at.plus(wait)).await?;
            }
        }
        let ring = self.read().await?;
        let newest: Vec<&str> = algs
            .iter()
            .filter_map(|alg| ring.newest(*alg))
            .map(|held| held.kid.as_str())
            .collect();
        let mut listed = self.listed(&ring);
        listed.retain(|key| newest.contains(&key.kid.as_str()));
        Ok(listed)
    }

    /// Does what has become due: publishes successors, withdraws keys whose last signature nobody needs any more.
    /// Several nodes may do it at once.
    pub async fn tick(&self) -> Result<(), Error> {
        self.make_missing().await?;
        let ring = self.read().await?;
        let (now, Rotation { every, overlap }) = (self.now(), self.0.rotation);
        for alg in Alg::ALL {
            let newest = ring.newest(alg).ok_or(Error::Missing { alg })?;
            if newest.from_at <= now && now.since(newest.from_at) >= every.saturating_sub(overlap) {
                self.add(alg, &newest.kid, now.plus(overlap)).await?;
            }
        }
        for held in ring.held() {
            let over = self.until(held).is_some_and(|until| until <= now);
            if over && self.0.store.withdraw_signing_key(&held.kid, now).await? {
                tracing::info!(kid = %held.kid, "signing key {} of {} is withdrawn", held.kid, held.alg());
            }
        }
        self.read().await.map(drop)
    }

    /// Every published key, as it stands in the database now.
    pub async fn list(&self) -> Result<Vec<Listed>, Error> {
        let ring = self.read().await?;
        Ok(self.listed(&ring))
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn until(&self, held: &Held) -> Option<Timestamp> {
        Some(held.followed_at?.plus(self.0.rotation.overlap + TOKEN_LIFE))
    }

    fn listed(&self, ring: &Ring) -> Vec<Listed> {
        let now = self.now();
        ring.in_order(now)
            .into_iter()
            .map(|held| Listed {
                kid: held.kid.clone(),
                alg: held.alg(),
                standing: ring.standing(held, now),
                made_at: held.made_at,
                from_at: held.from_at,
                until: self.until(held),
            })
            .collect()
    }

    /// The keys as read a short while ago.
    async fn ring(&self) -> Result<Arc<Ring>, Error> {
        let ring = Arc::clone(&*self.0.ring.read().await);
        if self.now().since(ring.read_at()) < FRESH {
            return Ok(ring);
        }
        self.read().await
    }

    /// The keys as they are now.
    async fn read(&self) -> Result<Arc<Ring>, Error> {
        let mut place = self.0.ring.write().await;
        let ring = Ring::read(&self.0.store, &self.0.sealing, self.now(), &place).await?;
        *place = Arc::new(ring);
        Ok(Arc::clone(&place))
    }

    async fn make_missing(&self) -> Result<(), Error> {
        let ring = self.read().await?;
        let now = self.now();
        let missing = Alg::ALL.into_iter().filter(|alg| ring.newest(*alg).is_none());
        let made = try_join_all(missing.map(|alg| self.add(alg, ring.end(alg), now))).await?;
        if !made.is_empty() {
            self.read().await?;
        }
        Ok(())
    }

    /// Makes the key that follows `follows`, unless another node was first.
    async fn add(&self, alg: Alg, follows: &str, from_at: Timestamp) -> Result<(), Error> {
        let made_at = self.now();
        let name = self.0.name.clone();
        // Searching for primes takes a core for a while.
        let made = tokio::task::spawn_blocking(move || make(alg, &name, made_at)).await;
        let (key, public) = made.map_err(|_| crypto::Error::Library)??;
        let kid = public.kid().unwrap_or_default().to_owned();
        let row = SigningKeyRow {
            sealed: self.0.sealing.seal(&ring::place(&kid), &key.pkcs8()?)?,
            public: serde_json::json!(public).to_string(),
            kid,
            alg,
            follows: follows.to_owned(),
            made_at,
            from_at,
            gone_at: None,
        };
        if self.0.store.add_signing_key(&row).await? {
            tracing::info!(kid = %row.kid, "signing key {} for {alg} is published; it signs from {from_at}", row.kid);
        }
        Ok(())
    }
}

fn make(alg: Alg, name: &str, at: Timestamp) -> Result<(SigningKey, Jwk), crypto::Error> {
    let key = SigningKey::generate(alg)?;
    let certificate = match alg {
        Alg::Rs256 => Some(key.certificate(name, at.minus(CERTIFICATE_SKEW), at.plus(CERTIFICATE_LIFE))?),
        Alg::Ps256 | Alg::Es256 | Alg::EdDsa => None,
    };
    let public = Jwk::of(alg, &key.public()?, certificate.as_deref());
    Ok((key, public))
}
