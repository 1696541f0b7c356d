//! What is handed out to clients and asked back: each once, all of a family together, sealed where it lies.

use std::time::Duration;

use doorward::crypto::token::Digest;
use doorward::store::{Error, GrantKind, NewGrant};
use doorward_contract::Timestamp;
use zeroize::Zeroizing;

use super::erasure::erased;
use super::raw::{Raw, holds};
use super::{Base, MARIA, MINUTE, NOW, on_both, some_digest};

on_both! {
    a_grant_is_exchanged_once_and_for_all_or_nothing
    a_grant_is_good_until_its_time
    a_grant_of_one_kind_is_none_of_another
    a_family_ends_together_and_alone
    what_came_of_a_case_goes_with_it
    a_case_is_needed_while_the_last_of_what_came_of_it_is_good
    what_a_grant_holds_is_readable_nowhere_else
}

const LATER: Timestamp = Timestamp::from_micros(NOW.micros() + 1);

fn grant(kind: GrantKind, digest: Digest, family: &str) -> NewGrant {
    NewGrant {
        kind,
        digest,
        family: family.to_owned(),
        case: None,
        until: NOW.plus(MINUTE),
        body: Zeroizing::new(MARIA[0].as_bytes().to_vec()),
    }
}

impl Base {
    async fn granted(&self, kind: GrantKind, family: &str) -> Digest {
        let digest = some_digest();
        self.store.add_grants(&[grant(kind, digest, family)]).await.unwrap();
        digest
    }

    async fn is_good(&self, kind: GrantKind, digest: &Digest) -> bool {
        self.store.grant(kind, digest, LATER).await.unwrap().is_some()
    }
}

async fn a_grant_is_exchanged_once_and_for_all_or_nothing(base: Base) {
    let code = base.granted(GrantKind::Code, "one").await;
    let (access, refresh) = (some_digest(), some_digest());
    let taken = base.granted(GrantKind::Refresh, "another").await;
    let exchange = async |refresh| {
        let new = [
            grant(GrantKind::Access, access, "one"),
            grant(GrantKind::Refresh, refresh, "one"),
        ];
        base.store.exchange(GrantKind::Code, &code, LATER, &new).await
    };
    assert!(matches!(exchange(taken).await, Err(Error::Taken)));
    assert!(!base.is_good(GrantKind::Access, &access).await);
    let kept = base.store.grant(GrantKind::Code, &code, LATER).await.unwrap().unwrap();
    assert!(!kept.used);

    assert!(exchange(refresh).await.unwrap());
    assert!(base.is_good(GrantKind::Access, &access).await && base.is_good(GrantKind::Refresh, &refresh).await);
    let kept = base.store.grant(GrantKind::Code, &code, LATER).await.unwrap().unwrap();
    assert!(kept.used);
    let late = some_digest();
    let new = [grant(GrantKind::Access, late, "one")];
    assert!(!base.store.exchange(GrantKind::Code, &code, LATER, &new).await.unwrap());
    assert!(!base.is_good(GrantKind::Access, &late).await);
}

async fn a_grant_is_good_until_its_time(base: Base) {
    let code = base.granted(GrantKind::Code, "one").await;
    let end = NOW.plus(MINUTE);
    let before = end.minus(Duration::from_micros(1));
    let read = async |at| base.store.grant(GrantKind::Code, &code, at).await.unwrap();
    assert_eq!(read(before).await.unwrap().body.as_slice(), MARIA[0].as_bytes());
    assert!(read(end).await.is_none());
    assert!(!base.store.exchange(GrantKind::Code, &code, end, &[]).await.unwrap());
    assert!(base.store.exchange(GrantKind::Code, &code, before, &[]).await.unwrap());
    base.store.sweep(end).await.unwrap();
    assert_eq!(base.raw().await.number("select count(*) from grants").await, 0);
}

async fn a_grant_of_one_kind_is_none_of_another(base: Base) {
    let digest = base.granted(GrantKind::Refresh, "one").await;
    for kind in [
        GrantKind::Request,
        GrantKind::Code,
        GrantKind::Access,
        GrantKind::Session,
    ] {
        assert!(!base.is_good(kind, &digest).await, "{kind:?}");
        assert!(!base.store.exchange(kind, &digest, LATER, &[]).await.unwrap());
        assert!(!base.store.drop_grant(kind, &digest).await.unwrap());
    }
    assert!(base.is_good(GrantKind::Refresh, &digest).await);
}

async fn a_family_ends_together_and_alone(base: Base) {
    let code = base.granted(GrantKind::Code, "one").await;
    let (access, refresh) = (
        base.granted(GrantKind::Access, "one").await,
        base.granted(GrantKind::Refresh, "one").await,
    );
    let other = base.granted(GrantKind::Access, "other").await;
    assert!(base.store.drop_family("one").await.unwrap());
    assert!(!base.store.drop_family("one").await.unwrap());
    for (kind, digest) in [
        (GrantKind::Code, code),
        (GrantKind::Access, access),
        (GrantKind::Refresh, refresh),
    ] {
        assert!(!base.is_good(kind, &digest).await, "{kind:?}");
    }
    assert!(base.is_good(GrantKind::Access, &other).await);
}

async fn what_came_of_a_case_goes_with_it(base: Base) {
    let case = base.case().await;
    let (own, other) = (some_digest(), base.granted(GrantKind::Refresh, "other").await);
    let mut new = grant(GrantKind::Refresh, own, "one");
    new.case = Some(case.id.clone());
    base.store.add_grants(&[new]).await.unwrap();
    let kept = base
        .store
        .grant(GrantKind::Refresh, &own, LATER)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.case.as_ref(), Some(&case.id));
    erased(&base, &case).await;
    assert!(!base.is_good(GrantKind::Refresh, &own).await);
    assert!(base.is_good(GrantKind::Refresh, &other).await);
}

async fn a_case_is_needed_while_the_last_of_what_came_of_it_is_good(base: Base) {
    let (case, other) = (base.case().await, base.case().await);
    assert_eq!(base.store.granted_until(&case.id, LATER).await.unwrap(), None);
    let last = NOW.plus(3 * MINUTE);
    for (of, until) in [(&case, NOW.plus(MINUTE)), (&case, last), (&other, NOW.plus(9 * MINUTE))] {
        let mut new = grant(GrantKind::Refresh, some_digest(), "one");
        (new.case, new.until) = (Some(of.id.clone()), until);
        base.store.add_grants(&[new]).await.unwrap();
    }
    assert_eq!(base.store.granted_until(&case.id, LATER).await.unwrap(), Some(last));
    assert_eq!(base.store.granted_until(&case.id, last).await.unwrap(), None);
}

async fn what_a_grant_holds_is_readable_nowhere_else(base: Base) {
    let digest = base.granted(GrantKind::Code, "one").await;
    let raw = base.raw().await;
    let sealed = raw.blob("select sealed from grants").await;
    assert!(!holds(&sealed, MARIA[0].as_bytes()) && !holds(&base.files(), MARIA[0].as_bytes()));
    // Put under another kind it does not open: a code is no session.
    raw.run("update grants set kind = 'session'").await;
    let moved = base.store.grant(GrantKind::Session, &digest, LATER).await;
    assert!(matches!(moved, Err(Error::Sealed { .. })));
}

/// Begins `ending` while a grant is being exchanged, and ends the exchange when `ending` waits for it. PostgreSQL alone lets
/// two write at once.
async fn meanwhile(base: &Base, digest: &Digest, ending: impl Future<Output = ()> + Send + 'static) {
    let Raw::Pg(pool) = base.raw().await else {
        unreachable!()
    };
    let mut exchange = pool.begin().await.unwrap();
    let steps = [
        "update grants set used_at = 1 where digest = $1",
        "insert into grants (kind, digest, family, case_id, until_at, sealed) \
         select kind, sha256($1), family, case_id, until_at, sealed from grants where digest = $1",
    ];
    for step in steps {
        let step = sqlx::query(step).bind(digest.bytes());
        step.execute(&mut *exchange).await.unwrap();
    }
    let ending = tokio::spawn(ending);
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while base.raw().await.number(waiting).await == 0 {}
    exchange.commit().await.unwrap();
    ending.await.unwrap();
    assert_eq!(base.raw().await.number("select count(*) from grants").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_family_ends_what_was_just_being_exchanged() {
    let base = Base::postgres().await;
    let digest = base.granted(GrantKind::Refresh, "one").await;
    let store = base.store.clone();
    let ending = async move { assert!(store.drop_family("one").await.unwrap()) };
    meanwhile(&base, &digest, ending).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_case_ends_what_was_just_being_exchanged() {
    let base = Base::postgres().await;
    let case = base.case().await;
    let mut new = grant(GrantKind::Refresh, some_digest(), "one");
    new.case = Some(case.id.clone());
    base.store.add_grants(std::slice::from_ref(&new)).await.unwrap();
    let store = base.store.clone();
    let ending = async move {
        let mut next = case.clone();
        next.erased = true;
        store.erase(&case, &next, &[]).await.unwrap();
    };
    Box::pin(meanwhile(&base, &new.digest, ending)).await;
}
