//! What identifies a person: sealed in its place, and gone for good once erased.

use std::error::Error as _;

use doorward::audit::{Event, Fact};
use doorward::case::{Case, Private};
use doorward::store::{Change, Error};

use super::raw::holds;
use super::{Base, MARIA, MINUTE, NOW, on_both};

on_both! {
    an_erased_case_is_there_and_the_person_is_not
    an_old_copy_of_an_erased_case_stays_closed
    nothing_can_be_sealed_in_an_erased_case_again
    what_was_sealed_for_one_case_does_not_open_in_another
    a_case_put_into_another_row_is_noticed
    a_sealed_part_that_was_altered_does_not_open
}

pub(super) async fn erased(base: &Base, seen: &Case) -> Case {
    let mut next = seen.clone();
    next.erased = true;
    next.changed_at = NOW.plus(MINUTE);
    let facts = [Event::of(&seen.id, NOW, Fact::PersonErased)];
    base.store.erase(seen, &next, &facts).await.unwrap()
}

async fn an_erased_case_is_there_and_the_person_is_not(base: Base) {
    let begun = base.case().await;
    let other = base.case().await;
    let gone = erased(&base, &begun).await;
    assert_eq!((gone.version, gone.erased), (1, true));
    assert_eq!(gone.private, Private::default());
    assert_eq!(base.read(&begun.id).await, gone);
    assert_eq!(base.read(&other.id).await, other);
    let facts = base.store.events_of(&begun.id).await.unwrap();
    assert_eq!(facts.last().unwrap().fact, Fact::PersonErased);
    let keys = "select count(*) from case_keys";
    assert_eq!(base.raw().await.number(keys).await, 1);
    // The case itself can still be written.
    let written = base.store.advance(&gone, &gone, Change::default()).await.unwrap();
    assert_eq!(base.read(&begun.id).await, written);
}

async fn an_old_copy_of_an_erased_case_stays_closed(base: Base) {
    let raw = base.raw().await;
    let begun = base.case().await;
    raw.run("create table backup as select * from cases").await;
    erased(&base, &begun).await;
    raw.run(
        "update cases set version = (select version from backup), body = (select body from backup), \
         private = (select private from backup)",
    )
    .await;
    let read = base.store.case(&begun.id).await;
    assert!(matches!(read, Err(Error::Damaged { .. })), "{read:?}");
}

async fn nothing_can_be_sealed_in_an_erased_case_again(base: Base) {
    let begun = base.case().await;
    let gone = erased(&base, &begun).await;
    let advanced = base.store.advance(&gone, &begun, Change::default()).await;
    assert!(matches!(advanced, Err(Error::Damaged { .. })), "{advanced:?}");
    assert_eq!(base.read(&begun.id).await, gone);
}

async fn what_was_sealed_for_one_case_does_not_open_in_another(base: Base) {
    let (maria, other) = (base.case().await, base.case().await);
    let raw = base.raw().await;
    let copy = |table: &str, id: &str, column: &str| {
        format!(
            "update {table} set {column} = (select {column} from {table} where {id} = '{}') where {id} = '{}'",
            maria.id, other.id
        )
    };
    raw.run(&copy("cases", "id", "private")).await;
    let read = base.store.case(&other.id).await;
    assert!(matches!(read, Err(Error::Sealed { .. })), "{read:?}");
    // Nor with its key beside it.
    raw.run(&copy("case_keys", "case_id", "sealed")).await;
    let read = base.store.case(&other.id).await;
    assert!(matches!(read, Err(Error::Sealed { .. })), "{read:?}");
    assert_eq!(base.read(&maria.id).await, maria);
}

async fn a_case_put_into_another_row_is_noticed(base: Base) {
    let (maria, other) = (base.case().await, base.case().await);
    let copied = format!(
        "update cases set body = (select body from cases where id = '{}') where id = '{}'",
        maria.id, other.id
    );
    base.raw().await.run(&copied).await;
    let read = base.store.case(&other.id).await;
    assert!(matches!(read, Err(Error::Damaged { .. })), "{read:?}");
}

async fn a_sealed_part_that_was_altered_does_not_open(base: Base) {
    let begun = base.case().await;
    // One way to alter bytes that both databases know: another sealed value in their place.
    let swapped = "update cases set private = (select sealed from case_keys)";
    base.raw().await.run(swapped).await;
    let error = base.store.case(&begun.id).await.unwrap_err();
    assert!(matches!(error, Error::Sealed { .. }));
    let said = format!("{error} {error:?} {}", error.source().unwrap());
    assert!(MARIA.iter().all(|value| !said.contains(value)), "{said}");
}

#[tokio::test]
async fn a_dropped_key_is_not_left_in_the_files_of_sqlite() {
    let base = Base::sqlite().await;
    let begun = base.case().await;
    let before = base.files();
    let key = base.raw().await.blob("select sealed from case_keys").await;
    assert!(holds(&before, &key), "the key is in the files while it is needed");
    erased(&base, &begun).await;
    base.store.sweep(NOW).await.unwrap();
    assert!(!holds(&base.files(), &key));
}
