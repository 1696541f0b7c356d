//! The statements and the tables are the same on both databases; this stands for checking them at compile time.

use doorward::store::sql::ALL;
use sqlx::{AssertSqlSafe, Column, Either, Executor, Row, SqlSafeStr, Statement};

use super::Base;
use super::raw::Raw;

/// A database of either kind; the bases are held because their files go with them.
struct Both {
    lite: Raw,
    pg: Raw,
    _bases: [Base; 2],
}

async fn both() -> Both {
    let bases = [Base::sqlite().await, Base::postgres().await];
    Both {
        lite: bases[0].raw().await,
        pg: bases[1].raw().await,
        _bases: bases,
    }
}

/// How many values a statement takes, and the names of the columns it gives.
async fn shape(raw: &Raw, sql: &'static str) -> (usize, Vec<String>) {
    fn of<S: Statement>(statement: &S) -> (usize, Vec<String>) {
        let parameters = match statement.parameters() {
            Some(Either::Left(types)) => types.len(),
            Some(Either::Right(number)) => number,
            None => 0,
        };
        let columns = statement.columns().iter();
        (parameters, columns.map(|column| column.name().to_owned()).collect())
    }
    match raw {
        Raw::Lite(pool) => of(&pool.prepare(sql.into_sql_str()).await.unwrap()),
        Raw::Pg(pool) => of(&pool.prepare(sql.into_sql_str()).await.unwrap()),
    }
}

#[tokio::test]
async fn every_statement_prepares_on_both_and_has_the_same_shape() {
    let Both { lite, pg, _bases } = both().await;
    for sql in ALL {
        assert_eq!(shape(&lite, sql.lite).await, shape(&pg, sql.pg).await, "{}", sql.name);
    }
}

#[tokio::test]
async fn both_migrations_make_the_same_tables_and_columns() {
    let Both { lite, pg, _bases } = both().await;
    let columns = lite.columns().await;
    assert!(
        columns
            .iter()
            .any(|column| column == &["jobs", "due_at", "integer", "or empty"])
    );
    assert_eq!(columns, pg.columns().await);
}

#[tokio::test]
async fn both_migrations_make_the_same_indexes() {
    let Both { lite, pg, _bases } = both().await;
    let on_lite =
        lite.texts("select tbl_name, name from sqlite_master where type = 'index' and sql is not null order by 1, 2");
    let on_pg = pg.texts(
        "select tablename::text, indexname::text from pg_indexes \
         where schemaname = current_schema() and indexname not like '%_pkey' order by 1, 2",
    );
    assert_eq!(on_lite.await, on_pg.await);
}

/// A statement that walks through a whole table or sorts it gets slower with every case that was ever opened.
#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let base = Base::sqlite().await;
    let Raw::Lite(pool) = base.raw().await else {
        panic!("this is SQLite");
    };
    for sql in ALL {
        let plan = AssertSqlSafe(format!("explain query plan {}", sql.lite));
        for row in sqlx::raw_sql(plan).fetch_all(&pool).await.unwrap() {
            let step: String = row.get("detail");
            let walks = step.starts_with("SCAN") && !step.contains("USING") && !step.contains("CONSTANT ROW");
            // The table of migrations is a few rows long.
            let short = step.contains("_sqlx_migrations") || step.contains("sqlite_master");
            assert!((!walks || short) && !step.contains("B-TREE"), "{}: {step}", sql.name);
        }
    }
}
