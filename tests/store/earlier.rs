//! Earlier proofs: one for an account, gone with its time, with the person, with a newer one; whoever loses one is woken.

use std::time::Duration;

use doorward::case::{Case, Remembered};
use doorward::crypto::token::Digest;
use doorward::store::{Change, EarlierChange, Error};
use doorward_contract::{CheckName, Reference, SubjectRef, Timestamp};

use super::erasure::erased;
use super::raw::holds;
use super::{Base, MINUTE, NOW, on_both, some_digest};

const DAY: Duration = Duration::from_hours(24);

on_both! {
    what_is_remembered_is_found_until_its_time_is_over
    nothing_is_remembered_when_the_change_is_stale
    a_newer_one_takes_the_place_and_wakes_the_case_that_loses_its
    of_two_cases_that_end_at_once_one_stays_and_the_other_is_woken
    the_same_case_may_write_its_own_again
    one_that_is_dropped_wakes_its_case
    an_erased_person_is_not_remembered
    one_that_is_over_is_swept_out
    nothing_of_it_is_readable_in_the_database
    one_put_into_another_accounts_row_does_not_open
}

fn remembered(case: &Case, until: Timestamp) -> Remembered {
    Remembered {
        case: case.id.clone(),
        number: case.number.clone(),
        purpose: case.purpose.clone(),
        verifier: "persona".to_owned(),
        subject: SubjectRef("dw-marias-random-name".to_owned()),
        reference: Reference("inq_mariasinquiry".to_owned()),
        checks: vec![CheckName::GovernmentId, CheckName::Selfie, CheckName::FaceMatch],
        proven_at: NOW,
        until,
        record: "marias-record".to_owned(),
    }
}

fn keep(account: Digest, case: &Case, until: Timestamp) -> Change {
    Change {
        earlier: Some(EarlierChange::Keep {
            account,
            remembered: Box::new(remembered(case, until)),
        }),
        ..Change::default()
    }
}

/// A case that was written once more, with its check remembered for ten days.
async fn kept(base: &Base, account: Digest) -> (Case, Remembered) {
    let case = base.case().await;
    let until = NOW.plus(10 * DAY);
    let case = base
        .store
        .advance(&case, &case, keep(account, &case, until))
        .await
        .unwrap();
    let remembered = remembered(&case, until);
    (case, remembered)
}

/// The cases that are due at `NOW`, each claimed.
async fn woken(base: &Base) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(claim) = base.store.claim(NOW.plus(MINUTE), MINUTE).await.unwrap() {
        ids.push(claim.case.to_string());
    }
    ids.sort_unstable();
    ids
}

async fn what_is_remembered_is_found_until_its_time_is_over(base: Base) {
    let account = some_digest();
    let (case, remembered) = kept(&base, account).await;
    let last = remembered.until.minus(Duration::from_micros(1));
    for at in [NOW, last] {
        assert_eq!(
            base.store.earlier(&account, at).await.unwrap(),
            Some(remembered.clone())
        );
        assert!(base.store.is_remembered(&case.id, at).await.unwrap());
    }
    assert_eq!(base.store.earlier(&account, remembered.until).await.unwrap(), None);
    assert!(!base.store.is_remembered(&case.id, remembered.until).await.unwrap());
    assert_eq!(base.store.earlier(&some_digest(), NOW).await.unwrap(), None);
    let other = base.case().await;
    assert!(!base.store.is_remembered(&other.id, NOW).await.unwrap());
    // Another process finds it too.
    assert!(base.another().await.earlier(&account, NOW).await.unwrap().is_some());
}

async fn nothing_is_remembered_when_the_change_is_stale(base: Base) {
    let account = some_digest();
    let seen = base.case().await;
    base.store.advance(&seen, &seen, Change::default()).await.unwrap();
    let late = base
        .store
        .advance(&seen, &seen, keep(account, &seen, NOW.plus(DAY)))
        .await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    assert_eq!(base.store.earlier(&account, NOW).await.unwrap(), None);
}

async fn a_newer_one_takes_the_place_and_wakes_the_case_that_loses_its(base: Base) {
    let account = some_digest();
    let (older, _) = kept(&base, account).await;
    assert_eq!(woken(&base).await, [""; 0]);
    let (newer, remembered) = kept(&base, account).await;
    assert_eq!(base.store.earlier(&account, NOW).await.unwrap(), Some(remembered));
    assert!(!base.store.is_remembered(&older.id, NOW).await.unwrap());
    assert!(base.store.is_remembered(&newer.id, NOW).await.unwrap());
    assert_eq!(woken(&base).await, [older.id.to_string()]);
    // Another account's is nobody's business.
    kept(&base, some_digest()).await;
    assert!(base.store.is_remembered(&newer.id, NOW).await.unwrap());
}

async fn of_two_cases_that_end_at_once_one_stays_and_the_other_is_woken(base: Base) {
    for _ in 0..10 {
        let account = some_digest();
        let (one, other) = tokio::join!(kept(&base, account), kept(&base, account));
        let found = base.store.earlier(&account, NOW).await.unwrap().unwrap();
        let loser = if found.case == one.0.id { other.0.id } else { one.0.id };
        assert_ne!(found.case, loser);
        assert_eq!(woken(&base).await, [loser.to_string()]);
    }
}

async fn the_same_case_may_write_its_own_again(base: Base) {
    let account = some_digest();
    let (case, _) = kept(&base, account).await;
    let until = NOW.plus(20 * DAY);
    base.store
        .advance(&case, &case, keep(account, &case, until))
        .await
        .unwrap();
    assert_eq!(base.store.earlier(&account, NOW).await.unwrap().unwrap().until, until);
    assert_eq!(woken(&base).await, [""; 0]);
}

async fn one_that_is_dropped_wakes_its_case(base: Base) {
    let account = some_digest();
    let (case, _) = kept(&base, account).await;
    let other = base.case().await;
    let drop = |case: &Case| Change {
        earlier: Some(EarlierChange::Drop { case: case.id.clone() }),
        ..Change::default()
    };
    let other = base.store.advance(&other, &other, drop(&other)).await.unwrap();
    assert!(base.store.is_remembered(&case.id, NOW).await.unwrap());
    assert_eq!(woken(&base).await, [""; 0]);
    base.store.advance(&other, &other, drop(&case)).await.unwrap();
    assert_eq!(base.store.earlier(&account, NOW).await.unwrap(), None);
    assert_eq!(woken(&base).await, [case.id.to_string()]);
}

async fn an_erased_person_is_not_remembered(base: Base) {
    let account = some_digest();
    let (case, _) = kept(&base, account).await;
    erased(&base, &case).await;
    assert_eq!(base.store.earlier(&account, NOW).await.unwrap(), None);
    assert_eq!(base.raw().await.number("select count(*) from earlier_proofs").await, 0);
}

async fn one_that_is_over_is_swept_out(base: Base) {
    let (account, longer) = (some_digest(), some_digest());
    let (case, remembered) = kept(&base, account).await;
    let other = base.case().await;
    let change = keep(longer, &other, remembered.until.plus(DAY));
    base.store.advance(&other, &other, change).await.unwrap();
    base.store.sweep(remembered.until.minus(MINUTE)).await.unwrap();
    let rows = "select count(*) from earlier_proofs";
    assert_eq!(base.raw().await.number(rows).await, 2);
    base.store.sweep(remembered.until).await.unwrap();
    assert_eq!(base.raw().await.number(rows).await, 1);
    assert!(!base.store.is_remembered(&case.id, NOW).await.unwrap());
    assert!(base.store.earlier(&longer, NOW).await.unwrap().is_some());
}

async fn nothing_of_it_is_readable_in_the_database(base: Base) {
    let account = some_digest();
    let (case, _) = kept(&base, account).await;
    let bytes = [base.raw().await.bytes().await, base.files()].concat();
    // The search itself works: what may be there is found.
    assert!(holds(&bytes, case.id.as_str().as_bytes()) && holds(&bytes, account.bytes()));
    for secret in ["inq_mariasinquiry", "dw-marias-random-name", "marias-record"] {
        assert!(!holds(&bytes, secret.as_bytes()), "{secret} is in the database");
    }
}

async fn one_put_into_another_accounts_row_does_not_open(base: Base) {
    let (account, other) = (some_digest(), some_digest());
    kept(&base, account).await;
    kept(&base, other).await;
    let raw = base.raw().await;
    raw.run(
        "update earlier_proofs set sealed = (select sealed from earlier_proofs order by sealed desc limit 1), \
         case_id = (select case_id from earlier_proofs order by sealed desc limit 1)",
    )
    .await;
    let (one, two) = (
        base.store.earlier(&account, NOW).await,
        base.store.earlier(&other, NOW).await,
    );
    let opened = [one.is_ok(), two.is_ok()];
    assert_eq!(opened.iter().filter(|ok| **ok).count(), 1, "{one:?} {two:?}");
}
