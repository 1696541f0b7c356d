//! Sends what is to be told to systems of the company's own.
//!
//! Each receiver has a worker of its own with places of its own, so that one that is slow or away holds up no other; its
//! messages come in no particular order. A message is claimed under a lease: a node that dies with one leaves it to another, which sends
//! it again under the same id. What is written is the message, before; and what came of it, after: so none is lost, and one whose
//! node died in between comes twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, broadcast};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::case::CaseId;
use crate::cause::causes;
use crate::notice::schedule::{Heard, Judged, PAUSES, TRIPS, judge};
use crate::notice::send::{Endpoint, Sent};
use crate::store::{self, Attempt, Receiver, Sending, Settled, Store, Then};
use doorward_contract::Clock;

/// How many messages to one receiver are under way at once.
const AT_ONCE: usize = 4;
/// How long the queue is left alone at most: what another node wrote is found by then.
const LOOK: Duration = Duration::from_millis(1000);
/// How much longer than the receiver may take a claim lasts: what came of the attempt is written in it.
const RESERVE: Duration = Duration::from_secs(10);

/// What sends.
#[derive(Clone)]
pub struct Post {
    /// Where messages are kept.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Says which case was just written.
    pub changes: broadcast::Sender<CaseId>,
}

/// Sends until `stop`; what is under way is finished first.
pub async fn run(post: Post, endpoints: Vec<Endpoint>, stop: CancellationToken) {
    let mut workers = JoinSet::new();
    for endpoint in endpoints {
        workers.spawn(serve(post.clone(), endpoint, stop.clone()));
    }
    while workers.join_next().await.is_some() {}
}

async fn serve(post: Post, endpoint: Endpoint, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut changes = post.changes.subscribe();
    let mut known = false;
    while !stop.is_cancelled() {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        // This one's place is taken already.
        let alone = slots.available_permits() + 1 == AT_ONCE;
        match next(&post, &endpoint, &mut known, alone).await {
            Ok(Some((claim, before))) => {
                let (post, endpoint) = (post.clone(), endpoint.clone());
                tokio::spawn(async move {
                    one(&post, &endpoint, &claim, &before).await;
                    drop(slot);
                });
            }
            Ok(None) => {
                drop(slot);
                rest(&mut changes, &stop).await;
            }
            Err(error) => {
                drop(slot);
                tracing::error!(
                    webhook = endpoint.name,
                    error = %causes(&error),
                    "the messages to {} cannot be read; trying again", endpoint.name
                );
                rest(&mut changes, &stop).await;
            }
        }
    }
    let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
    let _home = slots.acquire_many(all).await;
}

/// A look first: an idle node writes nothing.
async fn next(
    post: &Post,
    endpoint: &Endpoint,
    known: &mut bool,
    alone: bool,
) -> Result<Option<(Sending, Receiver)>, store::Error> {
    let store = &post.store;
    if !*known {
        store.know_receiver(&endpoint.name, &endpoint.fingerprint).await?;
        *known = true;
    }
    let now = post.clock.now();
    if store.next_delivery(&endpoint.name).await?.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let receiver = store.receiver(&endpoint.name).await?;
    let rests = receiver.rest_until.is_some_and(|until| until > now);
    // One that failed again and again is tried with one message at a time until it takes one.
    let waits = receiver.failures >= TRIPS && !alone;
    if receiver.gone_at.is_some() || rests || waits {
        return Ok(None);
    }
    let lease = endpoint.timeout + RESERVE;
    let claim = store.claim_delivery(&endpoint.name, now, lease).await?;
    Ok(claim.map(|claim| (claim, receiver)))
}

async fn rest(changes: &mut broadcast::Receiver<CaseId>, stop: &CancellationToken) {
    let written = async {
        if matches!(changes.recv().await, Err(broadcast::error::RecvError::Closed)) {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = written => {}
        () = tokio::time::sleep(LOOK) => {}
        () = stop.cancelled() => {}
    }
    // However much was written meanwhile, one look is enough.
    *changes = changes.resubscribe();
}

async fn one(post: &Post, endpoint: &Endpoint, claim: &Sending, before: &Receiver) {
    let at = post.clock.now();
    let sent = if usize::try_from(claim.tries).is_ok_and(|tries| tries > PAUSES.len() + 1) {
        // Nodes died with it again and again: it may be what they die of.
        Sent {
            heard: Heard::default(),
            fault: Some("not sent: no attempt was left".to_owned()),
            answer: None,
            took: Duration::ZERO,
        }
    } else {
        endpoint.send(&claim.id, &claim.body, at).await
    };
    let judged = judge(&sent.heard, claim.tries, before, post.clock.now());
    tell(endpoint, claim, &sent, &judged);
    let settled = Settled {
        attempt: Attempt {
            number: 0,
            at,
            took_ms: i64::try_from(sent.took.as_millis()).unwrap_or(i64::MAX),
            status: sent.heard.status,
            fault: sent.fault,
            answer: sent.answer,
        },
        then: judged.then,
        well: judged.well,
        rest_until: judged.rest_until,
        gone: judged.gone,
    };
    if let Err(error) = post.store.settle_delivery(&endpoint.name, claim, settled).await {
        // The lease runs out by itself and the message is sent again.
        tracing::warn!(
            webhook = endpoint.name,
            delivery = claim.id,
            error = %causes(&error),
            "what came of a message could not be written; it will be sent again"
        );
    }
}

/// What became of an attempt, for the log. What the receiver said stays in the list of deliveries.
fn tell(endpoint: &Endpoint, claim: &Sending, sent: &Sent, judged: &Judged) {
    let (webhook, delivery, kind) = (&endpoint.name, &claim.id, &claim.kind);
    let status = sent.heard.status.unwrap_or_default();
    let duration_ms = u64::try_from(sent.took.as_millis()).unwrap_or(u64::MAX);
    match judged.then {
        Then::Delivered => {
            tracing::debug!(webhook, delivery, kind, status, duration_ms, "a message was delivered");
        }
        Then::Again(at) => {
            tracing::info!(webhook, delivery, kind, status, duration_ms, again = %at, "{webhook} did not take a message");
        }
        Then::GivenUp if judged.gone => {
            tracing::error!(
                webhook,
                delivery,
                kind,
                status,
                "{webhook} says that it is gone: nothing more is sent there until its settings change"
            );
        }
        Then::GivenUp => {
            tracing::warn!(webhook, delivery, kind, status, "a message to {webhook} was given up");
        }
    }
}
