//! SQLite: opening, and binding values.

use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::query::Query;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::Error;
use super::db::{PATIENCE, Value};
use super::sql::Sql;

pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "start", include_str!("migrations/sqlite/0001_start.sql")),
    (2, "provider", include_str!("migrations/sqlite/0002_provider.sql")),
    (3, "recheck", include_str!("migrations/sqlite/0003_recheck.sql")),
    (4, "staff", include_str!("migrations/sqlite/0004_staff.sql")),
    (5, "desk", include_str!("migrations/sqlite/0005_desk.sql")),
    (6, "delivery", include_str!("migrations/sqlite/0006_delivery.sql")),
    (7, "api", include_str!("migrations/sqlite/0007_api.sql")),
    (8, "letters", include_str!("migrations/sqlite/0008_letters.sql")),
    (9, "capture", include_str!("migrations/sqlite/0009_capture.sql")),
    (10, "codes", include_str!("migrations/sqlite/0010_codes.sql")),
];

/// How long a writer waits for one of another process (the command line beside the server).
const BUSY: Duration = Duration::from_secs(5);

/// Opens the file, made if missing and then readable by its owner only: one writer, because SQLite has one and asking
/// it in turn is fairer than letting connections poll for the lock; `readers` beside it.
pub(super) async fn open(path: &str, readers: u32) -> Result<(SqlitePool, SqlitePool), Error> {
    create(path).await?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // The record and what was done to accounts survive a power cut, not only a crash of ours.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // A dropped case key is overwritten, not only unlinked.
        .pragma("secure_delete", "on")
        .disable_statement_logging();
    let write = pool(1).connect_with(options.clone()).await?;
    let read = pool(readers).connect_with(options.pragma("query_only", "on")).await?;
    Ok((write, read))
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(PATIENCE)
}

/// SQLite gives its side files (-wal, -shm) the rights of the file itself.
async fn create(path: &str) -> Result<(), Error> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(path).await {
        Ok(_made) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(sqlx::Error::Io(error).into()),
    }
}

/// Empties the write-ahead log into the file, so that what was overwritten there is not left here.
pub(super) async fn checkpoint(write: &SqlitePool) -> Result<(), Error> {
    sqlx::query("pragma wal_checkpoint(truncate)").fetch_all(write).await?;
    Ok(())
}

pub(super) fn bind(sql: &Sql, values: Vec<Value>) -> Query<'static, Sqlite, SqliteArguments> {
    values
        .into_iter()
        .fold(sqlx::query(sql.lite), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Int(int) => query.bind(int),
            Value::Bytes(bytes) => query.bind(bytes),
        })
}
