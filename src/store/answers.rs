//! Answers of the API that are given again to whoever sends the same call again. Known by digests, sealed, gone after their time.

use super::db::values;
use super::{Error, Store, sql};
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;
use zeroize::Zeroizing;

/// What is known of a call that names itself.
pub enum Repeat {
    /// Nothing: it is to be done, and nobody else does it meanwhile.
    First,
    /// Somebody is doing it.
    UnderWay,
    /// It was done, and this was answered.
    Answered(Zeroizing<Vec<u8>>),
    /// Another call had that name.
    Other,
}

impl Store {
    /// Takes a call up under its key, or says what became of it. One that was taken up and not answered by `busy_until` is taken
    /// up anew.
    pub async fn claim_answer(
        &self,
        key: &Digest,
        asked: &Digest,
        now: Timestamp,
        busy_until: Timestamp,
        until: Timestamp,
    ) -> Result<Repeat, Error> {
        let row = values![key, asked, busy_until, until, now];
        if self.0.db.run(&sql::CLAIM_ANSWER, row).await? > 0 {
            return Ok(Repeat::First);
        }
        let Some(row) = self.0.db.one(&sql::ANSWER, values![key]).await? else {
            // Given up at this very moment: whoever asks again finds it free.
            return Ok(Repeat::UnderWay);
        };
        if row.get::<Vec<u8>>("asked")? != asked.bytes() {
            return Ok(Repeat::Other);
        }
        match row.get::<Option<Vec<u8>>>("sealed")? {
            Some(sealed) => Ok(Repeat::Answered(self.0.answers.open(&place(key), &sealed)?)),
            None => Ok(Repeat::UnderWay),
        }
    }

    /// Keeps what was answered.
    pub async fn keep_answer(&self, key: &Digest, asked: &Digest, answer: &[u8]) -> Result<(), Error> {
        let sealed = self.0.answers.seal(&place(key), answer)?;
        self.0
            .db
            .run(&sql::KEEP_ANSWER, values![key, asked, Some(sealed)])
            .await?;
        Ok(())
    }

    /// Gives a call up that was not answered: it may be taken up anew.
    pub async fn drop_answer(&self, key: &Digest, asked: &Digest) -> Result<(), Error> {
        self.0.db.run(&sql::DROP_ANSWER, values![key, asked]).await?;
        Ok(())
    }
}

/// Where an answer is sealed to: its own row.
fn place(key: &Digest) -> String {
    use base64::Engine;
    let name = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(key.bytes());
    format!("api_answers/{name}")
}
