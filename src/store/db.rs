//! One way to run a statement on either database. Here, in `sqlite` and in `postgres` sqlx ends: the rest of the store
//! knows [`Value`]s going in and [`Row`]s coming out.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgPool, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{ColumnIndex, Connection as _, Decode, Row as _, SqlSafeStr, Transaction, Type};

use super::sql::Sql;
use super::{Error, postgres, sqlite};
use crate::case::CaseId;
use crate::crypto::token::Digest;
use doorward_contract::Timestamp;

/// How long anybody waits for a connection before the database counts as unavailable.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How SQLite begins to write: alone from the start, so that what is read is not overtaken before it is written.
const ALONE: &str = "begin immediate";

/// What is bound to a `$n`.
pub(super) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&CaseId> for Value {
    fn from(id: &CaseId) -> Self {
        Self::from(id.as_str())
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(Some(int))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Int(at.map(Timestamp::micros))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::from(at.micros())
    }
}

impl From<&Digest> for Value {
    fn from(digest: &Digest) -> Self {
        Self::Bytes(Some(digest.bytes().to_vec()))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

/// The values of a statement in the order of their `$n`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::db::Value::from($value)),*] };
}
pub(super) use values;

/// Writes one expression for both databases, so that both are compiled from it.
macro_rules! on {
    ($of:ident, $it:expr, |$db:ident, $bind:ident| $do:expr) => {
        match $it {
            $of::Lite($db) => {
                use sqlite::bind as $bind;
                $do
            }
            $of::Pg($db) => {
                use postgres::bind as $bind;
                $do
            }
        }
    };
}

/// A row of either database.
pub(super) enum Row {
    Lite(SqliteRow),
    Pg(PgRow),
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Lite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self::Pg(row)
    }
}

impl Row {
    pub(super) fn get<'r, T>(&'r self, column: &str) -> Result<T, Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
        for<'c> &'c str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Lite(row) => row.try_get(column),
            Self::Pg(row) => row.try_get(column),
        }
        .map_err(|_| Error::Damaged {
            why: "a column is missing or of another type than the schema says",
        })
    }
}

/// Connections to one of the two.
pub(super) enum Pool {
    Lite(SqlitePool),
    Pg(PgPool),
}

/// The database: connections that write, and connections that read (on PostgreSQL the same).
pub(super) struct Db {
    write: Pool,
    read: Pool,
}

/// A transaction. Dropped before [`Tx::commit`], it leaves nothing.
pub(super) enum Tx {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

impl Db {
    pub(super) async fn open(url: &str, connections: u32) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            // In memory each connection would have a database of its own, and nothing would be remembered.
            if path.is_empty() || path.contains(":memory:") {
                return Err(Error::Address);
            }
            let (write, read) = sqlite::open(path, connections).await?;
            Ok(Self {
                write: Pool::Lite(write),
                read: Pool::Lite(read),
            })
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = postgres::open(url, connections).await?;
            Ok(Self {
                write: Pool::Pg(pool.clone()),
                read: Pool::Pg(pool),
            })
        } else {
            Err(Error::Address)
        }
    }

    /// The newest schema this program knows.
    pub(super) fn newest(&self) -> i64 {
        self.migrations()
            .iter()
            .map(|(version, ..)| *version)
            .max()
            .unwrap_or(0)
    }

    fn migrations(&self) -> &'static [(i64, &'static str, &'static str)] {
        match self.write {
            Pool::Lite(_) => sqlite::MIGRATIONS,
            Pool::Pg(_) => postgres::MIGRATIONS,
        }
    }

    pub(super) async fn migrate(&self) -> Result<(), Error> {
        let migrator = Migrator {
            migrations: self
                .migrations()
                .iter()
                .map(|(version, name, sql)| {
                    let (name, sql) = (Cow::Borrowed(*name), sql.into_sql_str());
                    Migration::new(*version, name, MigrationType::Simple, sql, false)
                })
                .collect(),
            ..Migrator::DEFAULT
        };
        // `run_direct` is what `run` calls; of `run` the compiler cannot tell that it may move between threads.
        match &self.write {
            Pool::Lite(pool) => {
                // sqlx holds a lock while it migrates PostgreSQL; on SQLite two programs would run into each other.
                let mut tx = pool.begin_with(ALONE).await?;
                migrator
                    .run_direct(None, &mut *tx, false)
                    .await
                    .map_err(sqlx::Error::from)?;
                tx.commit().await?;
            }
            Pool::Pg(pool) => {
                // A connection of its own, closed afterwards: a failure must not leave sqlx's lock in the pool.
                let mut connection = pool.acquire().await?.detach();
                sqlx::raw_sql(postgres::NO_HURRY).execute(&mut connection).await?;
                let done = migrator.run_direct(None, &mut connection, false).await;
                done.map_err(sqlx::Error::from)?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    /// Begins to write.
    pub(super) async fn begin(&self) -> Result<Tx, Error> {
        Ok(match &self.write {
            Pool::Lite(pool) => Tx::Lite(pool.begin_with(ALONE).await?),
            Pool::Pg(pool) => Tx::Pg(pool.begin().await?),
        })
    }

    /// One statement that writes, in a transaction of its own: how many rows it touched.
    pub(super) async fn run(&self, sql: &Sql, values: Vec<Value>) -> Result<u64, Error> {
        on!(Pool, &self.write, |pool, bind| Ok(bind(sql, values)
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// One statement that writes and says of what: the row it touched.
    pub(super) async fn take(&self, sql: &Sql, values: Vec<Value>) -> Result<Option<Row>, Error> {
        // All rows are fetched, because a statement of SQLite's that is left half way is not committed for certain.
        on!(Pool, &self.write, |pool, bind| {
            let rows = bind(sql, values).fetch_all(pool).await?;
            Ok(rows.into_iter().next().map(Row::from))
        })
    }

    pub(super) async fn one(&self, sql: &Sql, values: Vec<Value>) -> Result<Option<Row>, Error> {
        on!(Pool, &self.read, |pool, bind| Ok(bind(sql, values)
            .fetch_optional(pool)
            .await?
            .map(Row::from)))
    }

    pub(super) async fn all(&self, sql: &Sql, values: Vec<Value>) -> Result<Vec<Row>, Error> {
        on!(Pool, &self.read, |pool, bind| {
            let rows = bind(sql, values).fetch_all(pool).await?;
            Ok(rows.into_iter().map(Row::from).collect())
        })
    }

    /// Overwrites what the database keeps of overwritten pages beside its file. PostgreSQL keeps old rows until it
    /// vacuums and old log until it recycles it; that is its operator's to set.
    pub(super) async fn settle(&self) -> Result<(), Error> {
        match &self.write {
            Pool::Lite(pool) => sqlite::checkpoint(pool).await,
            Pool::Pg(_) => Ok(()),
        }
    }
}

impl Tx {
    pub(super) async fn run(&mut self, sql: &Sql, values: Vec<Value>) -> Result<u64, Error> {
        on!(Tx, self, |tx, bind| Ok(bind(sql, values)
            .execute(&mut **tx)
            .await?
            .rows_affected()))
    }

    pub(super) async fn one(&mut self, sql: &Sql, values: Vec<Value>) -> Result<Option<Row>, Error> {
        on!(Tx, self, |tx, bind| Ok(bind(sql, values)
            .fetch_optional(&mut **tx)
            .await?
            .map(Row::from)))
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Lite(tx) => tx.commit().await?,
            Self::Pg(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
