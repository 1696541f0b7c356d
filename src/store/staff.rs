//! Operators who are signed in: known by digests, sealed, ended together with what is recorded of it.

use super::db::{Tx, Value, values};
use super::{Error, Store, sql};
use crate::audit::Event;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;
use zeroize::Zeroizing;

/// One browser of an operator's that is signed in.
pub struct StaffSession {
    /// What is kept of the token in the cookie.
    pub digest: Digest,
    /// The provider that vouched, by its name in the settings.
    pub provider: String,
    /// A keyed digest of who it is there.
    pub subject: Digest,
    /// A keyed digest of the provider's own session, where it named one.
    pub sid: Option<Digest>,
    /// When it ends in any case.
    pub ends: Timestamp,
    /// When it ends unless it is used.
    pub until: Timestamp,
    /// What it holds; sealed before it is written.
    pub body: Zeroizing<Vec<u8>>,
}

/// Whose sessions a provider ends (OpenID Connect Back-Channel Logout 1.0 §2.4: by subject, by session, or by both).
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// All of somebody's.
    Subject(Digest),
    /// Those that came of one session of the provider's.
    Session(Digest),
    /// Those of somebody's that came of one session of the provider's.
    Both(Digest, Digest),
}

impl Store {
    /// Begins a session, in the place of another if one is named. False if that one has ended: then nothing is written.
    pub async fn begin_staff(
        &self,
        session: &StaffSession,
        instead: Option<&Digest>,
        now: Timestamp,
        events: &[Event],
    ) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        if let Some(old) = instead
            && tx.run(&sql::END_STAFF, values![old, now]).await? == 0
        {
            return Ok(false);
        }
        self.put_staff(&mut tx, session).await?;
        Self::record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The session of that token, if it has not ended. Its `sid` is not read back.
    pub async fn staff_session(&self, digest: &Digest, now: Timestamp) -> Result<Option<StaffSession>, Error> {
        let Some(row) = self.0.db.one(&sql::STAFF, values![digest, now]).await? else {
            return Ok(None);
        };
        let subject = Digest::from_bytes(&row.get::<Vec<u8>>("subject")?).ok_or(Error::Damaged {
            why: "an operator's digest has another length",
        })?;
        Ok(Some(StaffSession {
            digest: *digest,
            provider: row.get("provider")?,
            subject,
            sid: None,
            ends: Timestamp::from_micros(row.get("ends_at")?),
            until: Timestamp::from_micros(row.get("until_at")?),
            body: self.0.staff.open(&place(digest), &row.get::<Vec<u8>>("sealed")?)?,
        }))
    }

    /// A session was used: it lasts until `until`, if it has not ended meanwhile and that is not beyond its end.
    pub async fn use_staff(&self, digest: &Digest, now: Timestamp, until: Timestamp) -> Result<(), Error> {
        self.0.db.run(&sql::USE_STAFF, values![digest, now, until]).await?;
        Ok(())
    }

    /// Ends one session and records it. False, and nothing recorded, if it had ended.
    pub async fn end_staff(&self, digest: &Digest, now: Timestamp, events: &[Event]) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::END_STAFF, values![digest, now]).await? == 0 {
            return Ok(false);
        }
        Self::record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends sessions of a provider's, and records what `told` makes of how many there were. `once` names the order and until when
    /// it is remembered: false, and nothing done, if it came before.
    pub async fn end_staff_of(
        &self,
        provider: &str,
        whose: Whose,
        (once, until): (&Digest, Timestamp),
        told: impl FnOnce(u64) -> Event + Send,
    ) -> Result<bool, Error> {
        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::USE_ONCE, values!["staff logout", once, until]).await? == 0 {
            return Ok(false);
        }
        let ended = match &whose {
            Whose::Subject(subject) => tx.run(&sql::END_STAFF_SUBJECT, values![provider, subject]).await?,
            Whose::Session(sid) => tx.run(&sql::END_STAFF_SID, values![provider, sid]).await?,
            Whose::Both(subject, sid) => tx.run(&sql::END_STAFF_BOTH, values![provider, subject, sid]).await?,
        };
        Self::record(&mut tx, &[told(ended)]).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn put_staff(&self, tx: &mut Tx, session: &StaffSession) -> Result<(), Error> {
        let sealed = self.0.staff.seal(&place(&session.digest), &session.body)?;
        let mut row = values![&session.digest, session.provider.as_str(), &session.subject];
        row.push(Value::Bytes(session.sid.map(|sid| sid.bytes().to_vec())));
        row.extend(values![session.ends, session.until, Some(sealed)]);
        if tx.run(&sql::ADD_STAFF, row).await? == 0 {
            return Err(Error::Taken);
        }
        Ok(())
    }
}

/// Where a session is sealed to: its own row.
fn place(digest: &Digest) -> String {
    use base64::Engine;
    let name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest.bytes());
    format!("staff_sessions/{name}")
}
