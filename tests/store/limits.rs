//! What may happen once and what may happen so often, however many ask at the same time and wherever.

use doorward::case::HandleKind;
use futures_util::future::join_all;

use super::{Base, MINUTE, NOW, handle, maria, on_both, some_digest};

on_both! {
    what_is_used_once_is_used_once
    of_sixteen_uses_at_once_one_counts
    as_many_as_allowed_are_let_through_per_window
    of_forty_at_once_as_many_as_allowed_are_let_through
    nothing_is_let_through_where_nothing_is_allowed
    sweeping_drops_what_has_ended_and_nothing_else
    sweeping_copes_with_many
}

async fn what_is_used_once_is_used_once(base: Base) {
    let digest = some_digest();
    let until = NOW.plus(MINUTE);
    assert!(base.store.use_once("link", &digest, until).await.unwrap());
    assert!(!base.store.use_once("link", &digest, until).await.unwrap());
    assert!(!base.another().await.use_once("link", &digest, until).await.unwrap());
    // Something else of another kind.
    assert!(base.store.use_once("webhook", &digest, until).await.unwrap());
    assert!(base.store.use_once("link", &some_digest(), until).await.unwrap());
}

async fn of_sixteen_uses_at_once_one_counts(base: Base) {
    let digest = some_digest();
    let nodes = [base.store.clone(), base.another().await];
    let uses = (0..16).map(|at| nodes[at % 2].use_once("link", &digest, NOW.plus(MINUTE)));
    let first = join_all(uses)
        .await
        .into_iter()
        .filter(|first| *first.as_ref().unwrap());
    assert_eq!(first.count(), 1);
}

async fn as_many_as_allowed_are_let_through_per_window(base: Base) {
    let (account, other) = (some_digest(), some_digest());
    let count = async |digest, at| base.store.count("account", digest, at, MINUTE, 3).await.unwrap();
    for _ in 0..3 {
        assert!(count(&account, NOW).await);
    }
    assert!(!count(&account, NOW).await);
    assert!(!count(&account, NOW.plus(MINUTE / 2)).await);
    assert!(count(&other, NOW).await);
    assert!(base.store.count("address", &account, NOW, MINUTE, 3).await.unwrap());
    // Another window begins with the first count after the last one ended.
    for _ in 0..3 {
        assert!(count(&account, NOW.plus(MINUTE)).await);
    }
    assert!(!count(&account, NOW.plus(MINUTE)).await);
}

async fn of_forty_at_once_as_many_as_allowed_are_let_through(base: Base) {
    let digest = some_digest();
    let nodes = [base.store.clone(), base.another().await];
    let counts = (0..40).map(|at| nodes[at % 2].count("account", &digest, NOW, MINUTE, 5));
    let let_through = join_all(counts)
        .await
        .into_iter()
        .filter(|within| *within.as_ref().unwrap());
    assert_eq!(let_through.count(), 5);
}

async fn nothing_is_let_through_where_nothing_is_allowed(base: Base) {
    assert!(
        !base
            .store
            .count("account", &some_digest(), NOW, MINUTE, 0)
            .await
            .unwrap()
    );
}

async fn sweeping_drops_what_has_ended_and_nothing_else(base: Base) {
    let (ended, lasting) = (some_digest(), some_digest());
    let [soon, later] = [NOW.plus(MINUTE), NOW.plus(2 * MINUTE)];
    let mut link = handle(HandleKind::Link);
    link.until = soon;
    let case = maria(NOW);
    base.store
        .begin(&case, &[], &[link, handle(HandleKind::Number)], None)
        .await
        .unwrap();
    for (digest, until) in [(&ended, soon), (&lasting, later)] {
        base.store.use_once("link", digest, until).await.unwrap();
        base.store
            .count("account", digest, NOW, until.since(NOW), 1)
            .await
            .unwrap();
    }
    base.store.sweep(soon).await.unwrap();

    let raw = base.raw().await;
    for table in ["once", "limits", "handles"] {
        assert_eq!(raw.number(&format!("select count(*) from {table}")).await, 1, "{table}");
    }
    assert!(base.store.use_once("link", &ended, later).await.unwrap());
    assert!(!base.store.use_once("link", &lasting, later).await.unwrap());
    assert!(!base.store.count("account", &lasting, NOW, MINUTE, 1).await.unwrap());
    assert_eq!(base.read(&case.id).await, case);
}

async fn sweeping_copes_with_many(base: Base) {
    let raw = base.raw().await;
    raw.many_uses(2_500, NOW).await;
    assert_eq!(raw.number("select count(*) from once").await, 2_500);
    base.store.sweep(NOW).await.unwrap();
    assert_eq!(raw.number("select count(*) from once").await, 0);
}
