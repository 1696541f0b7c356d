//! Opening: the right key, a schema this program knows, an address that is one; and errors that tell no secret.

use std::error::Error as _;

use doorward::crypto::seal::Key;
use doorward::store::{Error, Settings, Store};
use futures_util::future::join_all;

use super::{Base, on_both};

on_both! {
    another_master_key_is_refused
    a_newer_schema_is_refused
    migrating_again_changes_nothing
    four_nodes_may_begin_at_once_on_an_empty_database
    an_open_database_answers
}

async fn another_master_key_is_refused(base: Base) {
    let opened = Store::open(&base.settings, &Key::random()).await;
    assert!(matches!(opened, Err(Error::MasterKey)), "{opened:?}");
    Store::open(&base.settings, &base.master).await.unwrap();
}

async fn a_newer_schema_is_refused(base: Base) {
    let known = base.store.newest_schema();
    assert_eq!(base.store.schema_version().await.unwrap(), known);
    base.raw()
        .await
        .run(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             select 999, 'later', success, checksum, 0 from _sqlx_migrations where version = 1",
        )
        .await;
    let opened = Store::open(&base.settings, &base.master).await;
    assert!(matches!(opened, Err(Error::NewerSchema { found: 999, known: here }) if here == known));
}

async fn migrating_again_changes_nothing(base: Base) {
    let case = base.case().await;
    base.store.migrate().await.unwrap();
    base.another().await.migrate().await.unwrap();
    assert_eq!(base.read(&case.id).await, case);
    assert_eq!(base.store.head().await.unwrap().seq, 1);
}

async fn four_nodes_may_begin_at_once_on_an_empty_database(base: Base) {
    let fresh = base.fresh_beside().await;
    let nodes = (0..4).map(|_| {
        let (fresh, master) = (fresh.clone(), base.master.clone());
        tokio::spawn(async move {
            let store = Store::open(&fresh, &master).await?;
            store.migrate().await?;
            Ok::<_, Error>((store.schema_version().await?, store.newest_schema()))
        })
    });
    for node in join_all(nodes).await {
        let (is, should) = node.unwrap().unwrap();
        assert_eq!(is, should);
    }
}

async fn an_open_database_answers(base: Base) {
    base.store.ping().await.unwrap();
}

#[tokio::test]
async fn what_is_no_address_is_refused_and_not_repeated() {
    for url in [
        "",
        "doorward.db",
        "sqlite:",
        "sqlite::memory:",
        "mysql://maria:hunter2@db.example/doorward",
        "postgres://maria:hunter2@db.example:port/doorward",
    ] {
        let settings = Settings {
            url: url.to_owned().into(),
            connections: 1,
        };
        let error = Store::open(&settings, &Key::random()).await.unwrap_err();
        assert!(matches!(error, Error::Address), "{url}: {error}");
        assert!(!format!("{error} {error:?} {settings:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_unavailable_and_its_password_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "postgres://maria:hunter2@127.0.0.1:1/doorward".to_owned(),
        format!("sqlite:{}", folder.path().join("hunter2/doorward.db").display()),
    ] {
        let settings = Settings {
            url: url.into(),
            connections: 1,
        };
        let error = Store::open(&settings, &Key::random()).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }));
        let said = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_of_sqlite_are_their_owners_alone() {
    use std::os::unix::fs::MetadataExt;
    let base = Base::sqlite().await;
    base.case().await;
    let mut seen = 0;
    for file in base.folder.path().read_dir().unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().mode() & 0o777, 0o600);
        seen += 1;
    }
    assert_eq!(seen, 3, "the database, its log and the log's index");
}
