//! Cases: begun, read, moved on by compare-and-swap, made to forget.

use super::db::{Tx, Value, values};
use super::{Change, EarlierChange, Error, Filter, Store, Wake, Written, desk, earlier, letters, rows, sql};
use crate::audit::Event;
use crate::case::{Case, CaseId, Handle, HandleKind};
use crate::crypto::seal::Key;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

impl Store {
    /// Writes a new case with its first facts and the ways to it. [`Error::Taken`] if one of those leads elsewhere
    /// already; nothing is written then.
    pub async fn begin(
        &self,
        case: &Case,
        events: &[Event],
        handles: &[Handle],
        wake_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let key = Key::random();
        let sealed_key = rows::seal_key(&self.0.keys, &case.id, &key)?;
        let mut row = values![&case.id];
        row.extend(rows::columns(case)?);
        row.push(Value::from(Some(rows::seal_private(&key, case)?)));

        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::ADD_CASE, row).await? == 0 {
            return Err(Error::Taken);
        }
        tx.run(&sql::ADD_KEY, values![&case.id, Some(sealed_key)]).await?;
        add_handles(&mut tx, &case.id, handles).await?;
        desk::add_people(&mut tx, case, &[]).await?;
        if let Some(at) = wake_at {
            tx.run(&sql::WAKE, values![&case.id, at]).await?;
        }
        self.put_out(&mut tx, &Written::new(None, case, events)).await?;
        Self::record(&mut tx, events).await?;
        tx.commit().await
    }

    /// Reads a case.
    pub async fn case(&self, id: &CaseId) -> Result<Option<Case>, Error> {
        let row = self.0.db.one(&sql::CASE, values![id]).await?;
        row.map(|row| rows::case(&row, &self.0.keys)).transpose()
    }

    /// Reads the case that a handle leads to at the time `now`.
    pub async fn case_by(&self, kind: HandleKind, digest: &Digest, now: Timestamp) -> Result<Option<Case>, Error> {
        let row = self.0.db.one(&sql::CASE_BY, values![kind.word(), digest, now]).await?;
        row.map(|row| rows::case(&row, &self.0.keys)).transpose()
    }

    /// Writes `next` and what belongs to the change, if the case is still as `seen`; the case as written. Otherwise
    /// [`Error::Stale`], and nothing is written.
    pub async fn advance(&self, seen: &Case, next: &Case, mut change: Change) -> Result<Case, Error> {
        let next = following(seen, next);
        let kept = match &change.earlier {
            Some(EarlierChange::Keep { account, remembered }) => Some((account, remembered)),
            _ => None,
        };
        let (mut private, mut sealed, mut letters) = (None, None, Vec::new());
        if next.private != seen.private || kept.is_some() || !change.letters.is_empty() {
            let key = self.key(seen).await?;
            private = Some(rows::seal_private(&key, &next)?);
            sealed = kept
                .map(|(account, remembered)| earlier::seal(&key, account, remembered))
                .transpose()?;
            for letter in std::mem::take(&mut change.letters) {
                let sealed = letters::seal(&key, &letter)?;
                letters.push((letter, sealed));
            }
        }
        let mut row = values![&seen.id, seen.version];
        row.extend(rows::columns(&next)?);
        row.push(Value::from(private));

        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::ADVANCE, row).await? == 0 {
            return Err(not_written(&mut tx, &seen.id).await?);
        }
        for kind in &change.drop_handles {
            tx.run(&sql::DROP_HANDLES, values![&seen.id, kind.word()]).await?;
        }
        add_handles(&mut tx, &seen.id, &change.handles).await?;
        desk::add_people(&mut tx, &next, &seen.desk.who).await?;
        desk::add_marks(&mut tx, &change.marks).await?;
        letters::add(&mut tx, &seen.id, letters, next.changed_at).await?;
        match change.wake {
            Wake::Keep => {}
            Wake::At(at) => drop(tx.run(&sql::WAKE, values![&seen.id, at]).await?),
            Wake::Clear => drop(tx.run(&sql::CLEAR, values![&seen.id, next.changed_at]).await?),
        }
        match (&change.earlier, sealed) {
            (Some(EarlierChange::Keep { account, remembered }), Some(sealed)) => {
                earlier::keep(&mut tx, account, remembered, sealed, next.changed_at).await?;
            }
            (Some(EarlierChange::Drop { case }), _) => {
                earlier::forget(&mut tx, case, next.changed_at).await?;
            }
            _ => {}
        }
        self.put_out(&mut tx, &Written::new(Some(seen.stage), &next, &change.events))
            .await?;
        Self::record(&mut tx, &change.events).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Like [`Store::advance`], and what identifies the person is gone for good: the case's key is dropped, so that
    /// not even an old copy of the row can be read.
    pub async fn erase(&self, seen: &Case, next: &Case, events: &[Event]) -> Result<Case, Error> {
        let mut next = following(seen, next);
        next.private = crate::case::Private::default();
        next.desk.who.clear();
        let mut row = values![&seen.id, seen.version];
        row.extend(rows::columns(&next)?);

        let mut tx = self.0.db.begin().await?;
        if tx.run(&sql::ERASE, row).await? == 0 {
            return Err(not_written(&mut tx, &seen.id).await?);
        }
        tx.run(&sql::DROP_KEY, values![&seen.id]).await?;
        tx.run(&sql::DROP_EARLIER, values![&seen.id]).await?;
        tx.run(&sql::DROP_PEOPLE, values![&seen.id]).await?;
        tx.run(&sql::DROP_LETTERS_OF, values![&seen.id]).await?;
        // What is being exchanged meanwhile leaves another behind that one statement does not see yet.
        while tx.run(&sql::DROP_GRANTS_OF, values![&seen.id]).await? > 0 {}
        self.put_out(&mut tx, &Written::new(Some(seen.stage), &next, events))
            .await?;
        Self::record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Lists cases, newest first.
    pub async fn cases(&self, filter: Filter) -> Result<Vec<Case>, Error> {
        // Nothing is opened later than the end of time; the id does not matter then.
        let (at, id) = match &filter.before {
            Some((at, id)) => (*at, id.as_str()),
            None => (Timestamp::from_micros(i64::MAX), ""),
        };
        let mut values = values![at, id, i64::from(filter.limit)];
        if filter.is_narrow() {
            values.extend(values![
                Value::Text(filter.stage.map(|stage| stage.word().to_owned())),
                Value::Text(filter.purpose),
                Value::Text(filter.source),
                filter.from.unwrap_or(Timestamp::from_micros(i64::MIN)),
                filter.to.unwrap_or(Timestamp::from_micros(i64::MAX)),
                Value::Text(filter.opener),
                Value::Text(filter.number),
            ]);
            let rows = self.0.db.all(&sql::CASES_NARROWED, values).await?;
            return rows.iter().map(|row| rows::case(row, &self.0.keys)).collect();
        }
        let sql = match (filter.stage, &filter.purpose) {
            (None, None) => &sql::CASES,
            (Some(_), None) => &sql::CASES_IN_STAGE,
            (None, Some(_)) => &sql::CASES_FOR_PURPOSE,
            (Some(_), Some(_)) => &sql::CASES_IN_STAGE_FOR_PURPOSE,
        };
        values.extend(filter.stage.map(|stage| Value::from(stage.word())));
        values.extend(filter.purpose.map(Value::from));
        let rows = self.0.db.all(sql, values).await?;
        rows.iter().map(|row| rows::case(row, &self.0.keys)).collect()
    }

    /// How many cases are under way.
    pub async fn open_cases(&self) -> Result<u64, Error> {
        let row = self.0.db.one(&sql::OPEN_CASES, values![]).await?;
        let found = row.map_or(Ok(0), |row| row.get::<i64>("found"))?;
        Ok(u64::try_from(found).unwrap_or(0))
    }

    /// The case's own key. Read apart from the change that uses it: a key never changes, and who erases it makes that
    /// change stale.
    async fn key(&self, seen: &Case) -> Result<Key, Error> {
        let row = self
            .0
            .db
            .one(&sql::CASE, values![&seen.id])
            .await?
            .ok_or(Error::Missing)?;
        if row.get::<i64>("version")? != seen.version {
            return Err(Error::Stale);
        }
        let sealed = row.get::<Option<Vec<u8>>>("sealed")?.ok_or(Error::Damaged {
            why: "a case's key is gone, and something is to be sealed under it",
        })?;
        rows::open_key(&self.0.keys, &seen.id, &sealed)
    }
}

/// `next` as it will stand: the same case, one version on.
fn following(seen: &Case, next: &Case) -> Case {
    Case {
        id: seen.id.clone(),
        version: seen.version.saturating_add(1),
        ..next.clone()
    }
}

async fn not_written(tx: &mut Tx, id: &CaseId) -> Result<Error, Error> {
    let there = tx.one(&sql::CASE_EXISTS, values![id]).await?;
    Ok(if there.is_some() { Error::Stale } else { Error::Missing })
}

async fn add_handles(tx: &mut Tx, id: &CaseId, handles: &[Handle]) -> Result<(), Error> {
    for handle in handles {
        let row = values![handle.kind.word(), &handle.digest, id, handle.until];
        if tx.run(&sql::ADD_HANDLE, row).await? == 0 {
            return Err(Error::Taken);
        }
    }
    Ok(())
}
