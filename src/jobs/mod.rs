//! Background work: whoever is free claims the case that is due, works it, and puts it back for when it is due again.
//!
//! A case has at most one piece of work outstanding, kept in the database with the case. A worker that dies leaves a
//! lease behind; when that runs out, another takes the case up where the record says it stands.

pub mod deliver;
pub mod letters;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::cause::causes;
use crate::flow::{Error, Flow, LEASE, Lease};
use crate::provider::keyring::Keyring;
use crate::store::{self, Claim};
use doorward_contract::Timestamp;

/// How many cases are worked at once. Most of the time goes into waiting for vendors.
const AT_ONCE: usize = 16;
/// How long the queue is left alone at most: work written by another node is found by then.
const LOOK: Duration = Duration::from_millis(1000);
/// How often expired links, limits and marks are swept out, and the signing keys are looked after.
const SWEEP: Duration = Duration::from_secs(600);
/// The shortest pause after a fault of ours.
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Works cases until `stop`; what has begun is finished first.
pub async fn run(flow: Flow, keys: Keyring, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut swept: Option<Timestamp> = None;
    while !stop.is_cancelled() {
        let now = flow.now();
        if swept.is_none_or(|at| now.since(at) >= SWEEP) {
            swept = Some(now);
            if let Err(error) = flow.store.sweep(now).await {
                tracing::warn!(
                    error = %causes(&error),
                    "what has expired could not be swept out"
                );
            }
            if let Err(error) = keys.tick().await {
                tracing::error!(error = %causes(&error), "the signing keys could not be looked after; trying again");
            }
        }
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        match claim(&flow, now).await {
            Ok(Some(claim)) => {
                let flow = flow.clone();
                tokio::spawn(async move {
                    one(&flow, Lease::new(claim, now.plus(LEASE))).await;
                    drop(slot);
                });
            }
            Ok(None) => {
                drop(slot);
                rest(&flow, &stop).await;
            }
            Err(error) => {
                drop(slot);
                tracing::error!(
                    error = %causes(&error),
                    "the queue cannot be read; trying again"
                );
                rest(&flow, &stop).await;
            }
        }
    }
    // What is being worked is finished: every slot comes home.
    let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
    let _home = slots.acquire_many(all).await;
}

/// A look first: an idle node writes nothing.
async fn claim(flow: &Flow, now: Timestamp) -> Result<Option<Claim>, store::Error> {
    if flow.store.next_due().await?.is_none_or(|due| due > now) {
        return Ok(None);
    }
    flow.store.claim(now, LEASE).await
}

async fn rest(flow: &Flow, stop: &CancellationToken) {
    tokio::select! {
        () = flow.bell.notified() => {}
        () = tokio::time::sleep(LOOK) => {}
        () = stop.cancelled() => {}
    }
}

async fn one(flow: &Flow, lease: Lease) {
    let worked = tokio::select! {
        worked = flow.work(&lease) => worked,
        // The work is dropped where it stands; whoever took the lease over finds out what was done.
        () = keep(flow, &lease) => Err(Error::LeaseLost),
    };
    let claim = lease.claim;
    let again = match worked {
        Ok(pause) => pause,
        // Whoever holds the lease by now goes on; our release changes nothing.
        Err(Error::LeaseLost) => None,
        // Somebody else wrote the case while we worked it: look again at once.
        Err(Error::Store(store::Error::Stale)) => Some(flow.now()),
        Err(error) => {
            let pause = pause_after_fault(flow, &claim).await;
            tracing::error!(
                case.id = %claim.case,
                error = %causes(&error),
                "case {} could not be worked; again in {} s", claim.case, pause.as_secs()
            );
            Some(flow.now().plus(pause))
        }
    };
    let case = claim.case.clone();
    if let Err(error) = flow.store.release(claim, again).await {
        // The lease runs out by itself and the case is taken up again.
        tracing::warn!(case.id = %case, error = %causes(&error), "a case could not be put back");
    }
    // It may have been woken while it was worked.
    flow.bell.notify_one();
}

/// Renews a lease for as long as it is ours.
async fn keep(flow: &Flow, lease: &Lease) {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        match flow.renew(lease).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(error = %causes(&error), "a lease could not be renewed; trying again"),
        }
    }
}

/// The longer a case has stood still, the longer the next pause: a quarter of it, within bounds.
async fn pause_after_fault(flow: &Flow, claim: &Claim) -> Duration {
    let case = flow.store.case(&claim.case).await.ok().flatten();
    let still = case.map_or(Duration::ZERO, |case| flow.now().since(case.changed_at));
    (still / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}
