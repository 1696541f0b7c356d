//! The signing keys as one look into the database gave them: who follows whom, who signs, who is still published.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::jwk::{Jwk, JwkSet};
use super::keyring::{Error, Standing};
use super::signer::Signer;
use crate::crypto::seal::Key;
use crate::crypto::signing::{Alg, SigningKey};
use crate::store::{SigningKeyRow, Store};
use doorward_contract::Timestamp;

/// What a private half is sealed to.
pub(super) fn place(kid: &str) -> String {
    format!("signing_keys/{kid}")
}

/// A published key.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) kid: String,
    pub(super) made_at: Timestamp,
    pub(super) from_at: Timestamp,
    /// When a key after it begins to sign, or began.
    pub(super) followed_at: Option<Timestamp>,
    pub(super) signer: Signer,
}

impl Held {
    pub(super) fn alg(&self) -> Alg {
        self.signer.alg()
    }
}

/// All published keys, each algorithm's in the order they follow one another.
#[derive(Debug)]
pub(super) struct Ring {
    read_at: Timestamp,
    held: Vec<Held>,
    /// The last key of each algorithm, published or not.
    ends: BTreeMap<Alg, String>,
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            read_at: Timestamp::from_micros(0),
            held: Vec::new(),
            ends: BTreeMap::new(),
        }
    }
}

impl Ring {
    /// Reads the keys; what `known` has opened already is not opened again.
    pub(super) async fn read(store: &Store, sealing: &Key, now: Timestamp, known: &Self) -> Result<Self, Error> {
        let rows = store.signing_keys().await?;
        let mut ring = Self {
            read_at: now,
            ..Self::default()
        };
        for alg in Alg::ALL {
            let chain = chain(&rows, alg);
            if let Some(end) = chain.last() {
                ring.ends.insert(alg, end.kid.clone());
            }
            for (at, row) in chain.iter().enumerate() {
                if row.gone_at.is_some() {
                    continue;
                }
                let signer = match known.held.iter().find(|held| held.kid == row.kid) {
                    Some(held) => held.signer.clone(),
                    None => open(row, sealing)?,
                };
                ring.held.push(Held {
                    kid: row.kid.clone(),
                    made_at: row.made_at,
                    from_at: row.from_at,
                    followed_at: chain.iter().skip(at + 1).map(|later| later.from_at).min(),
                    signer,
                });
            }
        }
        Ok(ring)
    }

    pub(super) fn read_at(&self) -> Timestamp {
        self.read_at
    }

    pub(super) fn held(&self) -> &[Held] {
        &self.held
    }

    fn of(&self, alg: Alg) -> impl DoubleEndedIterator<Item = &Held> {
        self.held.iter().filter(move |held| held.alg() == alg)
    }

    pub(super) fn newest(&self, alg: Alg) -> Option<&Held> {
        self.of(alg).next_back()
    }

    /// What a first key of `alg` would follow.
    pub(super) fn end(&self, alg: Alg) -> &str {
        self.ends.get(&alg).map_or("", String::as_str)
    }

    /// The last key of those that have begun. A node whose clock is behind sees the very first begin later and uses it.
    pub(super) fn signing(&self, alg: Alg, now: Timestamp) -> Option<&Held> {
        let begun = self.of(alg).rfind(|held| held.from_at <= now);
        begun.or_else(|| self.of(alg).next())
    }

    pub(super) fn standing(&self, held: &Held, now: Timestamp) -> Standing {
        let alg = held.alg();
        let signing = self.signing(alg, now).map(|held| held.kid.as_str());
        let mut after = self.of(alg).skip_while(|held| Some(held.kid.as_str()) != signing);
        match after.position(|later| later.kid == held.kid) {
            Some(0) => Standing::Signing,
            Some(_) => Standing::Waiting,
            None => Standing::Past,
        }
    }

    /// RS256 first; of each algorithm the one that signs, for readers that take the first, then from the newest down.
    pub(super) fn in_order(&self, now: Timestamp) -> Vec<&Held> {
        let mut all = Vec::with_capacity(self.held.len());
        for alg in Alg::ALL {
            let signing = self.signing(alg, now).map(|held| held.kid.as_str());
            let first = |held: &&Held| Some(held.kid.as_str()) == signing;
            all.extend(self.of(alg).filter(first));
            all.extend(self.of(alg).rev().filter(|held| !first(held)));
        }
        all
    }

    pub(super) fn published(&self, now: Timestamp) -> JwkSet {
        let keys = self.in_order(now).into_iter();
        JwkSet {
            keys: keys.map(|held| held.signer.public().clone()).collect(),
        }
    }

    pub(super) fn named(&self, kid: &str) -> Option<Jwk> {
        let held = self.held.iter().find(|held| held.kid == kid)?;
        Some(held.signer.public().clone())
    }
}

/// The keys of one algorithm from the first to the last. By their links and not by time: nodes' clocks differ.
fn chain(rows: &[SigningKeyRow], alg: Alg) -> Vec<&SigningKeyRow> {
    let by_place: BTreeMap<&str, &SigningKeyRow> = rows
        .iter()
        .filter(|row| row.alg == alg)
        .map(|row| (row.follows.as_str(), row))
        .collect();
    std::iter::successors(by_place.get("").copied(), |row| by_place.get(row.kid.as_str()).copied()).collect()
}

fn open(row: &SigningKeyRow, sealing: &Key) -> Result<Signer, Error> {
    let damaged = || Error::Damaged { kid: row.kid.clone() };
    let key = SigningKey::from_pkcs8(row.alg, &sealing.open(&place(&row.kid), &row.sealed)?)?;
    let public: Jwk = serde_json::from_str(&row.public).map_err(|_| damaged())?;
    // The public half is not sealed: whoever can write the database must not make us publish a key of theirs.
    let own = Jwk::of(row.alg, &key.public()?, None);
    if public.kid() != Some(row.kid.as_str()) || public.thumbprint() != own.thumbprint() || !public.fits(row.alg) {
        return Err(damaged());
    }
    Ok(Signer::new(Arc::new(key), public))
}
