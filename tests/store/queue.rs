//! Work: done once at a time, taken up again after a crash, and never forgotten.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use doorward::case::{Case, CaseId};
use doorward::store::{Change, Store, Wake};
use doorward_contract::Timestamp;
use futures_util::future::join_all;

use super::{Base, MINUTE, NOW, maria, on_both};

on_both! {
    work_is_claimed_when_it_is_due_and_not_before
    work_that_is_due_longest_comes_first
    eight_workers_claim_each_of_500_jobs_once
    finished_work_is_gone
    work_put_off_comes_back_at_its_time
    work_whose_lease_ran_out_is_taken_up_again_and_the_old_worker_has_no_say
    a_renewed_lease_keeps_others_away
    a_wake_up_during_the_work_is_not_lost
    a_wake_up_for_later_during_the_work_waits_for_its_time
    the_sooner_of_two_wake_ups_counts
    a_change_can_set_keep_and_take_back_the_wake_up
    no_wake_up_is_lost_between_four_wakers_and_three_workers
}

/// A case in the store that is due at `at`.
async fn due(base: &Base, at: Timestamp) -> CaseId {
    let case = maria(NOW);
    base.store.begin(&case, &[], &[], Some(at)).await.unwrap();
    case.id
}

async fn claimed(store: &Store, at: Timestamp) -> Option<CaseId> {
    store.claim(at, MINUTE).await.unwrap().map(|claim| claim.case)
}

async fn work_is_claimed_when_it_is_due_and_not_before(base: Base) {
    let case = due(&base, NOW).await;
    let just_before = Timestamp::from_micros(NOW.micros() - 1);
    assert_eq!(base.store.next_due().await.unwrap(), Some(NOW));
    assert_eq!(claimed(&base.store, just_before).await, None);
    assert_eq!(claimed(&base.store, NOW).await, Some(case));
    assert_eq!(claimed(&base.store, NOW).await, None);
    // The next thing to look out for is the end of the lease.
    assert_eq!(base.store.next_due().await.unwrap(), Some(NOW.plus(MINUTE)));
}

async fn work_that_is_due_longest_comes_first(base: Base) {
    let second = due(&base, NOW.minus(MINUTE)).await;
    let third = due(&base, NOW).await;
    let first = due(&base, NOW.minus(2 * MINUTE)).await;
    for expected in [first, second, third] {
        assert_eq!(claimed(&base.store, NOW).await, Some(expected));
    }
}

async fn eight_workers_claim_each_of_500_jobs_once(base: Base) {
    let cases: Vec<_> = (0..500).map(|_| maria(NOW)).collect();
    for some in cases.chunks(50) {
        join_all(some.iter().map(|case| base.store.begin(case, &[], &[], Some(NOW))))
            .await
            .into_iter()
            .for_each(|begun| begun.unwrap());
    }
    let nodes = [base.store.clone(), base.another().await];
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let store = nodes[worker % 2].clone();
            tokio::spawn(async move {
                let mut worked = Vec::new();
                while let Some(claim) = store.claim(NOW, MINUTE).await.unwrap() {
                    assert_eq!(claim.tries, 1);
                    worked.push(claim.case.clone());
                    assert!(store.release(claim, None).await.unwrap());
                }
                worked
            })
        })
        .collect();
    let mut worked = HashMap::new();
    for worker in workers {
        for case in worker.await.unwrap() {
            *worked.entry(case).or_insert(0) += 1;
        }
    }
    assert_eq!(worked.len(), 500);
    assert!(worked.values().all(|times| *times == 1));
    assert_eq!(base.store.next_due().await.unwrap(), None);
}

async fn finished_work_is_gone(base: Base) {
    due(&base, NOW).await;
    let claim = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    assert!(base.store.release(claim.clone(), None).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), None);
    assert_eq!(claimed(&base.store, NOW.plus(100 * MINUTE)).await, None);
    assert!(!base.store.release(claim, Some(NOW)).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), None);
}

async fn work_put_off_comes_back_at_its_time(base: Base) {
    let case = due(&base, NOW).await;
    let later = NOW.plus(5 * MINUTE);
    let claim = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    assert!(base.store.release(claim, Some(later)).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), Some(later));
    assert_eq!(claimed(&base.store, NOW.plus(4 * MINUTE)).await, None);
    let claim = base.store.claim(later, MINUTE).await.unwrap().unwrap();
    assert_eq!((claim.case, claim.tries), (case, 1));
}

async fn work_whose_lease_ran_out_is_taken_up_again_and_the_old_worker_has_no_say(base: Base) {
    let case = due(&base, NOW).await;
    let end = NOW.plus(MINUTE);
    let dead = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    assert_eq!(dead.tries, 1);
    let alive = base.another().await.claim(end, MINUTE).await.unwrap().unwrap();
    assert_eq!((&alive.case, alive.tries), (&case, 2));

    assert!(!base.store.renew(&dead, NOW.plus(9 * MINUTE)).await.unwrap());
    assert!(!base.store.release(dead.clone(), None).await.unwrap());
    assert!(!base.store.release(dead, Some(NOW)).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), Some(end.plus(MINUTE)));
    assert!(base.store.release(alive, None).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), None);
}

async fn a_renewed_lease_keeps_others_away(base: Base) {
    let case = due(&base, NOW).await;
    let claim = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    assert!(base.store.renew(&claim, NOW.plus(3 * MINUTE)).await.unwrap());
    assert_eq!(claimed(&base.store, NOW.plus(2 * MINUTE)).await, None);
    assert_eq!(claimed(&base.store, NOW.plus(3 * MINUTE)).await, Some(case));
}

async fn a_wake_up_during_the_work_is_not_lost(base: Base) {
    let case = due(&base, NOW).await;
    for again in [None, Some(NOW.plus(9 * MINUTE))] {
        let claim = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
        base.store.wake(&case, NOW).await.unwrap();
        // Not while it is being worked on.
        assert_eq!(claimed(&base.store, NOW).await, None);
        assert!(base.store.release(claim, again).await.unwrap());
        assert_eq!(base.store.next_due().await.unwrap(), Some(NOW));
    }
    // And if the worker dies instead of letting go, the end of its lease does the same.
    base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    base.store.wake(&case, NOW).await.unwrap();
    assert_eq!(claimed(&base.store, NOW.plus(MINUTE)).await, Some(case));
}

async fn a_wake_up_for_later_during_the_work_waits_for_its_time(base: Base) {
    let case = due(&base, NOW).await;
    let later = NOW.plus(20 * MINUTE);
    let claim = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    base.store.wake(&case, later).await.unwrap();
    assert!(base.store.release(claim, None).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), Some(later));
}

async fn the_sooner_of_two_wake_ups_counts(base: Base) {
    let case = due(&base, NOW.plus(5 * MINUTE)).await;
    for (wake, due) in [(7, 5), (3, 3), (4, 3)] {
        base.store.wake(&case, NOW.plus(wake * MINUTE)).await.unwrap();
        assert_eq!(base.store.next_due().await.unwrap(), Some(NOW.plus(due * MINUTE)));
    }
}

async fn a_change_can_set_keep_and_take_back_the_wake_up(base: Base) {
    let mut case = base.case().await;
    let later = NOW.plus(5 * MINUTE);
    case = woken(&base, &case, Wake::At(later)).await;
    assert_eq!(base.store.next_due().await.unwrap(), Some(later));
    case = woken(&base, &case, Wake::Keep).await;
    assert_eq!(base.store.next_due().await.unwrap(), Some(later));
    case = woken(&base, &case, Wake::Clear).await;
    assert_eq!(base.store.next_due().await.unwrap(), None);

    // What is due already was asked for by somebody: it stays.
    let before = NOW.minus(MINUTE);
    for due in [NOW, before] {
        base.store.wake(&case.id, due).await.unwrap();
        case = woken(&base, &case, Wake::Clear).await;
        assert_eq!(base.store.next_due().await.unwrap(), Some(due));
    }

    // The worker's own changes leave its lease alone.
    let claim = base.store.claim(NOW, MINUTE).await.unwrap().unwrap();
    case = woken(&base, &case, Wake::Keep).await;
    case = woken(&base, &case, Wake::Clear).await;
    case = woken(&base, &case, Wake::At(later)).await;
    woken(&base, &case, Wake::Clear).await;
    assert_eq!(base.store.next_due().await.unwrap(), Some(NOW.plus(MINUTE)));
    assert!(base.store.release(claim, None).await.unwrap());
    assert_eq!(base.store.next_due().await.unwrap(), Some(later));
}

async fn woken(base: &Base, seen: &Case, wake: Wake) -> Case {
    let change = Change {
        wake,
        ..Change::default()
    };
    base.store.advance(seen, seen, change).await.unwrap()
}

/// Wakers count something up and then wake the case; workers look at the count. Whatever the order, the last count is
/// looked at: else a wake-up was lost.
async fn no_wake_up_is_lost_between_four_wakers_and_three_workers(base: Base) {
    const EACH: u32 = 40;
    let case = base.case().await.id;
    let (counted, looked) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let wakers: Vec<_> = (0..4)
        .map(|_| {
            let (store, case, counted) = (base.store.clone(), case.clone(), counted.clone());
            tokio::spawn(async move {
                for _ in 0..EACH {
                    counted.fetch_add(1, Ordering::SeqCst);
                    store.wake(&case, NOW).await.unwrap();
                }
            })
        })
        .collect();
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (store, counted, looked) = (base.store.clone(), counted.clone(), looked.clone());
            tokio::spawn(async move {
                while looked.load(Ordering::SeqCst) < 4 * EACH {
                    if let Some(claim) = store.claim(NOW, MINUTE).await.unwrap() {
                        looked.fetch_max(counted.load(Ordering::SeqCst), Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        assert!(store.release(claim, None).await.unwrap());
                    } else if store.next_due().await.unwrap().is_none() && counted.load(Ordering::SeqCst) == 4 * EACH {
                        break;
                    }
                }
            })
        })
        .collect();
    join_all(wakers).await.into_iter().for_each(|waker| waker.unwrap());
    join_all(workers).await.into_iter().for_each(|worker| worker.unwrap());
    // Those that woke last may have done so after the workers left; then the work is still there.
    while let Some(claim) = base.store.claim(NOW, MINUTE).await.unwrap() {
        looked.fetch_max(counted.load(Ordering::SeqCst), Ordering::SeqCst);
        base.store.release(claim, None).await.unwrap();
    }
    assert_eq!(looked.load(Ordering::SeqCst), 4 * EACH);
}
