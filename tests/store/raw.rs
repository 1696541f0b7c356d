//! The database past the store: to tamper with it, and to look at every byte it holds.

use doorward::store::Settings;
use doorward_contract::Timestamp;
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, PgPool, Row, SqlitePool};

/// A connection of our own.
pub(crate) enum Raw {
    Lite(SqlitePool),
    Pg(PgPool),
}

impl Raw {
    pub(crate) async fn open(settings: &Settings) -> Self {
        let url = settings.url.expose_secret();
        if url.starts_with("sqlite:") {
            Self::Lite(SqlitePool::connect(url).await.unwrap())
        } else {
            Self::Pg(PgPool::connect(url).await.unwrap())
        }
    }

    /// Runs statements that both databases understand, all of them in one transaction.
    pub(crate) async fn run(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Lite(pool) => drop(sql.execute(pool).await.unwrap()),
            Self::Pg(pool) => drop(sql.execute(pool).await.unwrap()),
        }
    }

    /// The one number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Lite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
            Self::Pg(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// The one value of bytes that a query gives.
    pub(crate) async fn blob(&self, sql: &str) -> Vec<u8> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Lite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
            Self::Pg(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// Writes down so many things that were used once and may be forgotten at `until`.
    pub(crate) async fn many_uses(&self, times: u32, until: Timestamp) {
        let digest = match self {
            Self::Lite(_) => "cast(n as blob)",
            Self::Pg(_) => "convert_to(n::text, 'UTF8')",
        };
        self.run(&format!(
            "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {times}) \
             insert into once (kind, digest, until_at) select 'link', {digest}, {} from numbers",
            until.micros()
        ))
        .await;
    }

    /// The rows of a query, each a list of texts.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<Vec<String>> {
        fn read<R: Row>(rows: &[R]) -> Vec<Vec<String>>
        where
            for<'r> String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            usize: sqlx::ColumnIndex<R>,
        {
            rows.iter()
                .map(|row| (0..row.len()).map(|at| row.get::<String, _>(at)).collect())
                .collect()
        }
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Lite(pool) => read(&sqlx::query(sql).fetch_all(pool).await.unwrap()),
            Self::Pg(pool) => read(&sqlx::query(sql).fetch_all(pool).await.unwrap()),
        }
    }

    /// Every column of every table: table, column, type in SQLite's words, whether it may be empty.
    pub(crate) async fn columns(&self) -> Vec<Vec<String>> {
        self.texts(match self {
            Self::Lite(_) => {
                "select t.name, c.name, lower(c.type), case c.\"notnull\" when 1 then 'full' else 'or empty' end \
                 from sqlite_master t, pragma_table_info(t.name) c \
                 where t.type = 'table' and t.name not like '\\_%' escape '\\' order by 1, 2"
            }
            Self::Pg(_) => {
                "select table_name::text, column_name::text, case data_type when 'bigint' then 'integer' \
                 when 'bytea' then 'blob' else data_type end::text, \
                 case is_nullable when 'NO' then 'full' else 'or empty' end \
                 from information_schema.columns \
                 where table_schema = current_schema() and table_name not like '\\_%' order by 1, 2"
            }
        })
        .await
    }

    /// Every value of every column of ours, as bytes, one after another.
    pub(crate) async fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for column in self.columns().await {
            let [table, column, kind, _] = column.as_slice() else {
                panic!("columns() gives four texts");
            };
            let column = format!("\"{column}\"");
            let sql = match (self, kind.as_str()) {
                (Self::Lite(_), _) => format!("select cast({column} as blob) from {table} where {column} is not null"),
                (Self::Pg(_), "blob") => format!("select {column} from {table} where {column} is not null"),
                (Self::Pg(_), _) => {
                    format!("select convert_to({column}::text, 'UTF8') from {table} where {column} is not null")
                }
            };
            let sql = AssertSqlSafe(sql);
            let values: Vec<Vec<u8>> = match self {
                Self::Lite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
                Self::Pg(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            };
            all.extend(values.into_iter().flat_map(|value| [value, vec![0]].concat()));
        }
        all
    }
}

/// Whether `needle` is anywhere in `hay`.
pub(crate) fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}
