//! Grants: pushed requests, codes, tokens and sessions of relying parties. Known by digests, sealed, gone with their time.

use super::db::{Tx, Value, values};
use super::{Error, Store, sql};
use crate::case::CaseId;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;
use zeroize::Zeroizing;

/// The kinds of grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// A pushed authorization request.
    Request,
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
    /// A browser that proved itself a while ago.
    Session,
    /// A client's own token for the JSON API.
    Machine,
}

impl GrantKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Code => "code",
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Session => "session",
            Self::Machine => "machine",
        }
    }
}

/// A grant to be kept.
#[derive(Clone)]
pub struct NewGrant {
    /// Of which kind.
    pub kind: GrantKind,
    /// What is kept of the secret that travels.
    pub digest: Digest,
    /// What is revoked together: a code and everything issued from it.
    pub family: String,
    /// The case it came of; erasing the case erases it.
    pub case: Option<CaseId>,
    /// Until when it is good.
    pub until: Timestamp,
    /// What it holds; sealed before it is written.
    pub body: Zeroizing<Vec<u8>>,
}

/// A grant as kept.
#[derive(Clone)]
pub struct Grant {
    /// What is revoked together.
    pub family: String,
    /// The case it came of.
    pub case: Option<CaseId>,
    /// Until when it is good.
    pub until: Timestamp,
    /// Whether it was used up.
    pub used: bool,
    /// What it holds.
    pub body: Zeroizing<Vec<u8>>,
}

impl Store {
    /// Keeps grants.
    pub async fn add_grants(&self, grants: &[NewGrant]) -> Result<(), Error> {
        let mut tx = self.0.db.begin().await?;
        self.put_grants(&mut tx, grants).await?;
        tx.commit().await
    }

    /// A grant that is still good, used or not.
    pub async fn grant(&self, kind: GrantKind, digest: &Digest, now: Timestamp) -> Result<Option<Grant>, Error> {
        let Some(row) = self.0.db.one(&sql::GRANT, values![kind.word(), digest, now]).await? else {
            return Ok(None);
        };
        let case = match row.get::<Option<String>>("case_id")? {
            Some(id) => Some(id.parse().map_err(|_| Error::Damaged {
                why: "a grant's case is no case",
            })?),
            None => None,
        };
        let sealed: Vec<u8> = row.get("sealed")?;
        Ok(Some(Grant {
            family: row.get("family")?,
            case,
            until: Timestamp::from_micros(row.get("until_at")?),
            used: row.get::<Option<i64>>("used_at")?.is_some(),
            body: self.0.grants.open(&place(kind, digest), &sealed)?,
        }))
    }

    /// Uses a grant up and keeps what it was exchanged for, both or neither. False if it was used before, or is over: then
    /// nothing is kept.
    pub async fn exchange(
        &self,
        kind: GrantKind,
        digest: &Digest,
        now: Timestamp,
        grants: &[NewGrant],
    ) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::USE_GRANT, values![kind.word(), digest, now]).await? == 0 {
            return Ok(false);
        }
        self.put_grants(&mut tx, grants).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Revokes a code and everything that was issued from it. True if there was anything.
    pub async fn drop_family(&self, family: &str) -> Result<bool, Error> {
        let mut any = false;
        // A member that is being exchanged meanwhile leaves another behind that this statement did not see yet. Nothing
        // comes of a member that is gone, so this ends.
        while self.0.db.run(&sql::DROP_FAMILY, values![family]).await? > 0 {
            any = true;
        }
        Ok(any)
    }

    /// Revokes one grant. True if there was one.
    pub async fn drop_grant(&self, kind: GrantKind, digest: &Digest) -> Result<bool, Error> {
        Ok(self.0.db.run(&sql::DROP_GRANT, values![kind.word(), digest]).await? > 0)
    }

    /// Until when something that came of a case is good, if anything is.
    pub async fn granted_until(&self, case: &CaseId, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let row = self.0.db.one(&sql::GRANTED_UNTIL, values![case, now]).await?;
        let until = row.map(|row| row.get::<Option<i64>>("until_at")).transpose()?;
        Ok(until.flatten().map(Timestamp::from_micros))
    }

    async fn put_grants(&self, tx: &mut Tx, grants: &[NewGrant]) -> Result<(), Error> {
        for grant in grants {
            let sealed = self.0.grants.seal(&place(grant.kind, &grant.digest), &grant.body)?;
            let case = Value::Text(grant.case.as_ref().map(|id| id.as_str().to_owned()));
            let mut row = values![grant.kind.word(), &grant.digest, grant.family.as_str()];
            row.push(case);
            row.extend(values![grant.until, Some(sealed)]);
            if tx.run(&sql::ADD_GRANT, row).await? == 0 {
                return Err(Error::Taken);
            }
        }
        Ok(())
    }
}

/// Where a grant is sealed to: its own row.
fn place(kind: GrantKind, digest: &Digest) -> String {
    use base64::Engine;
    let name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest.bytes());
    format!("grants/{}/{name}", kind.word())
}
