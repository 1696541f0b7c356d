//! The provider's signing keys: each one follows another, and no two follow the same.

use super::db::{Row, Value, values};
use super::{Error, Store, sql};
use crate::crypto::signing::Alg;
use doorward_contract::Timestamp;

/// A signing key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub alg: Alg,
    /// The key it succeeds; empty for the first of its algorithm.
    pub follows: String,
    /// When it was made, and so published.
    pub made_at: Timestamp,
    /// When it begins to sign.
    pub from_at: Timestamp,
    /// When it was withdrawn.
    pub gone_at: Option<Timestamp>,
    /// The public half, a JWK as JSON.
    pub public: String,
    /// The private half, sealed; empty once it is withdrawn.
    pub sealed: Vec<u8>,
}

impl Store {
    /// Every signing key there ever was.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error> {
        let rows = self.0.db.all(&sql::SIGNING_KEYS, values![]).await?;
        rows.iter().map(read).collect()
    }

    /// Adds a key; false if the key it follows has a successor already.
    pub async fn add_signing_key(&self, key: &SigningKeyRow) -> Result<bool, Error> {
        let row = values![
            key.kid.as_str(),
            key.alg.word(),
            key.follows.as_str(),
            key.made_at,
            key.from_at,
            key.public.as_str(),
            Some(key.sealed.clone()),
        ];
        Ok(self.0.db.run(&sql::ADD_SIGNING_KEY, row).await? > 0)
    }

    /// Withdraws a key for good: its private half is forgotten. False if it was withdrawn before.
    pub async fn withdraw_signing_key(&self, kid: &str, at: Timestamp) -> Result<bool, Error> {
        let row = values![kid, at, Value::Bytes(Some(Vec::new()))];
        Ok(self.0.db.run(&sql::WITHDRAW_SIGNING_KEY, row).await? > 0)
    }
}

fn read(row: &Row) -> Result<SigningKeyRow, Error> {
    let alg: String = row.get("alg")?;
    let gone_at: Option<i64> = row.get("gone_at")?;
    Ok(SigningKeyRow {
        kid: row.get("kid")?,
        alg: alg.parse().map_err(|_| Error::Damaged {
            why: "a signing key is of an algorithm that does not exist",
        })?,
        follows: row.get("follows")?,
        made_at: Timestamp::from_micros(row.get("made_at")?),
        from_at: Timestamp::from_micros(row.get("from_at")?),
        gone_at: gone_at.map(Timestamp::from_micros),
        public: row.get("public")?,
        sealed: row.get("sealed")?,
    })
}
