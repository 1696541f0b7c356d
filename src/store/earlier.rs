//! Earlier proofs: one for an account at most, resting on the case it came of. Known by a digest of the account, sealed
//! under that case's own key, gone with that key, with its time, and when a newer one takes its place.

use super::db::{Tx, values};
use super::{Error, Store, rows, sql};
use crate::case::{CaseId, Remembered};
use crate::crypto::seal::Key;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;
use zeroize::Zeroizing;

/// What becomes of an account's earlier proof, as part of a change to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarlierChange {
    /// The changed case's own takes the place of what was there.
    Keep {
        /// The account.
        account: Digest,
        /// The proof.
        remembered: Box<Remembered>,
    },
    /// The one that rests on that case goes.
    Drop {
        /// The case.
        case: CaseId,
    },
}

impl Store {
    /// The earlier proof of an account, if there is one that is not over.
    pub async fn earlier(&self, account: &Digest, now: Timestamp) -> Result<Option<Remembered>, Error> {
        let Some(row) = self.0.db.one(&sql::EARLIER, values![account, now]).await? else {
            return Ok(None);
        };
        let case: CaseId = row.get::<String>("case_id")?.parse().map_err(|_| Error::Damaged {
            why: "an earlier proof's case is no case",
        })?;
        let key = rows::open_key(&self.0.keys, &case, &row.get::<Vec<u8>>("key_sealed")?)?;
        let plain = key.open(&place(account), &row.get::<Vec<u8>>("sealed")?)?;
        let found: Remembered = serde_json::from_slice(&plain).map_err(|_| Error::Damaged {
            why: "an earlier proof is not readable as JSON",
        })?;
        if found.case != case {
            return Err(Error::Damaged {
                why: "an earlier proof belongs to another case",
            });
        }
        Ok(Some(found))
    }

    /// Whether an earlier proof rests on this case.
    pub async fn is_remembered(&self, case: &CaseId, now: Timestamp) -> Result<bool, Error> {
        Ok(self.0.db.one(&sql::IS_REMEMBERED, values![case, now]).await?.is_some())
    }
}

/// The row of an earlier proof, sealed.
pub(super) fn seal(key: &Key, account: &Digest, remembered: &Remembered) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(remembered).map(Zeroizing::new);
    let plain = plain.map_err(|_| Error::Damaged {
        why: "an earlier proof cannot be written as JSON",
    })?;
    Ok(key.seal(&place(account), &plain)?)
}

/// Puts the changed case's own in the place of what was there, and wakes the case that loses its: its proof is to be
/// forgotten now.
pub(super) async fn keep(
    tx: &mut Tx,
    account: &Digest,
    remembered: &Remembered,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<(), Error> {
    let sealed = Some(sealed);
    loop {
        // Of two cases that end at the same moment the second finds the first one's here.
        let row = values![account, &remembered.case, remembered.until, sealed.clone()];
        if tx.run(&sql::ADD_EARLIER, row).await? > 0 {
            return Ok(());
        }
        // Swept out in between: then there is room.
        if let Some(case) = older(tx, account).await? {
            let row = values![account, &remembered.case, remembered.until, sealed];
            tx.run(&sql::REPLACE_EARLIER, row).await?;
            if case != remembered.case {
                tx.run(&sql::WAKE, values![&case, now]).await?;
            }
            return Ok(());
        }
    }
}

/// Drops the earlier proof that rests on a case, and wakes the case.
pub(super) async fn forget(tx: &mut Tx, case: &CaseId, now: Timestamp) -> Result<(), Error> {
    if tx.run(&sql::DROP_EARLIER, values![case]).await? > 0 {
        tx.run(&sql::WAKE, values![case, now]).await?;
    }
    Ok(())
}

async fn older(tx: &mut Tx, account: &Digest) -> Result<Option<CaseId>, Error> {
    let Some(row) = tx.one(&sql::HOLD_EARLIER, values![account]).await? else {
        return Ok(None);
    };
    let case = row.get::<String>("case_id")?.parse().map_err(|_| Error::Damaged {
        why: "an earlier proof's case is no case",
    })?;
    Ok(Some(case))
}

/// Where an earlier proof is sealed to: its own row.
fn place(account: &Digest) -> String {
    use base64::Engine;
    let name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(account.bytes());
    format!("earlier_proofs/{name}")
}
