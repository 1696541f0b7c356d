//! PostgreSQL: opening, and binding values.

use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::query::Query;

use super::Error;
use super::db::{PATIENCE, Value};
use super::sql::Sql;

pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "start", include_str!("migrations/postgres/0001_start.sql")),
    (2, "provider", include_str!("migrations/postgres/0002_provider.sql")),
    (3, "recheck", include_str!("migrations/postgres/0003_recheck.sql")),
    (4, "staff", include_str!("migrations/postgres/0004_staff.sql")),
    (5, "desk", include_str!("migrations/postgres/0005_desk.sql")),
    (6, "delivery", include_str!("migrations/postgres/0006_delivery.sql")),
    (7, "api", include_str!("migrations/postgres/0007_api.sql")),
    (8, "letters", include_str!("migrations/postgres/0008_letters.sql")),
    (9, "capture", include_str!("migrations/postgres/0009_capture.sql")),
    (10, "codes", include_str!("migrations/postgres/0010_codes.sql")),
];

/// What must hold in every session, whatever the server, the database or the role set.
const SESSION: [(&str, &str); 5] = [
    // Each statement sees what was committed before it: the compare-and-swap and the record's head rely on that.
    ("default_transaction_isolation", "read committed"),
    ("synchronous_commit", "on"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    // A node that freezes within a transaction must not hold the record's head, and with it everybody, for long.
    ("idle_in_transaction_session_timeout", "10s"),
];

/// While migrating: tables may be large by then, and other nodes wait for the first.
pub(super) const NO_HURRY: &str = "set statement_timeout = 0; set lock_timeout = 0";

pub(super) async fn open(url: &str, connections: u32) -> Result<PgPool, Error> {
    // The parser's own error may quote the address, and with it a password.
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| Error::Address)?
        .application_name("doorward")
        .options(SESSION)
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    Ok(pool)
}

pub(super) fn bind(sql: &Sql, values: Vec<Value>) -> Query<'static, Postgres, PgArguments> {
    values
        .into_iter()
        .fold(sqlx::query(sql.pg), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Int(int) => query.bind(int),
            Value::Bytes(bytes) => query.bind(bytes),
        })
}
