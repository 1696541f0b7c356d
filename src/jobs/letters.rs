//! Sends the links that agents have sent to people, and the codes that people have sent to themselves.
//!
//! Each carrier has a worker of its own. A letter is claimed under a lease and asked after before every attempt: one whose link leads
//! nowhere any more is not sent. What came of it is written with the letter's end; a node that dies in between leaves it to
//! another, which sends it again under the same id. So none is lost, and one whose node died after the carrier took it comes
//! twice.

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use tokio::sync::{Semaphore, broadcast};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::audit::{Event, Fact};
use crate::case::CaseId;
use crate::cause::causes;
use crate::flow::{self, Flow};
use crate::notice::carrier::{Carrier, Handed, Outcome};
use crate::store::{self, Letter};

/// How many messages to one carrier are under way at once.
const AT_ONCE: usize = 4;
/// How long the queue is left alone at most: what another node wrote is found by then.
const LOOK: Duration = Duration::from_millis(1000);
/// How much longer than the carrier may take a claim lasts: what came of the attempt is written in it.
const RESERVE: Duration = Duration::from_secs(15);
/// How long after each attempt the next one comes; after the last of these they keep its pace for as long as the link is good. The
/// person is on the phone: what can be mended at once is tried at once, and a server that lists strangers grey asks for some
/// minutes.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(3),
    Duration::from_secs(20),
    Duration::from_mins(1),
    Duration::from_mins(3),
    Duration::from_mins(10),
];
/// So much of a pause is left to chance, a tenth up or down.
const JITTER: u32 = 10;
/// How often one letter is tried at most, those included whose nodes died: it may be what they die of.
const MOST: u32 = 12;

/// Sends until `stop`; what is under way is finished first.
pub async fn run(flow: Flow, carriers: Vec<(String, Carrier)>, stop: CancellationToken) {
    let mut workers = JoinSet::new();
    for (name, carrier) in carriers {
        let worker = Worker {
            flow: flow.clone(),
            name: name.into(),
            carrier: Arc::new(carrier),
        };
        workers.spawn(worker.serve(stop.clone()));
    }
    while workers.join_next().await.is_some() {}
}

/// What sends for one carrier.
#[derive(Clone)]
struct Worker {
    flow: Flow,
    name: Arc<str>,
    carrier: Arc<Carrier>,
}

impl Worker {
    async fn serve(self, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut changes = self.flow.changes.subscribe();
        while !stop.is_cancelled() {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                return;
            };
            match self.next().await {
                Ok(Some(letter)) => {
                    let worker = self.clone();
                    tokio::spawn(async move {
                        worker.one(&letter).await;
                        drop(slot);
                    });
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(
                    carrier = %self.name,
                    error = %causes(&error),
                    "the messages for {} cannot be read; trying again", self.name
                ),
            }
            drop(slot);
            rest(&mut changes, &stop).await;
        }
        let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let _home = slots.acquire_many(all).await;
    }

    /// A look first: an idle node writes nothing.
    async fn next(&self) -> Result<Option<Letter>, store::Error> {
        let (store, now) = (&self.flow.store, self.flow.now());
        if store.next_letter(&self.name).await?.is_none_or(|due| due > now) {
            return Ok(None);
        }
        let lease = self.carrier.timeout() + RESERVE;
        store.claim_letter(&self.name, now, lease).await
    }

    async fn one(&self, letter: &Letter) {
        if let Err(error) = self.attempt(letter).await {
            // The lease runs out by itself and the letter is taken up again.
            tracing::warn!(
                carrier = %self.name,
                case.id = %letter.case,
                message = letter.id,
                error = %causes(&error),
                "a {} could not be worked on; it will be taken up again", letter.kind.word()
            );
        }
    }

    async fn attempt(&self, letter: &Letter) -> Result<(), flow::Error> {
        let Some(outgoing) = self.flow.due_letter(letter).await? else {
            let why = if self.flow.now() < letter.until { "over" } else { "late" };
            return self.give_up(letter, why).await;
        };
        if letter.tries > MOST {
            return self.give_up(letter, "late").await;
        }
        let message = Handed {
            id: &letter.id,
            kind: outgoing.kind,
            to: &outgoing.to,
            subject: &outgoing.subject,
            text: &outgoing.text,
            language: &outgoing.language,
            at: outgoing.at,
        };
        let outcome = self.carrier.send(&message, self.flow.now()).await;
        let (carrier, id) = (&*self.name, &letter.id);
        match outcome {
            Outcome::Taken => {
                tracing::info!(carrier, case.id = %letter.case, message = id, "a {} was sent", letter.kind.word());
                let (way, message) = (letter.way.clone(), letter.id.clone());
                let fact = letter.kind.sent(self.name.to_string(), way, message);
                self.end(letter, fact).await
            }
            Outcome::Refused(why) => {
                tracing::warn!(carrier, case.id = %letter.case, message = id, why, "{carrier} refused a {}", letter.kind.word());
                self.give_up(letter, &format!("refused: {why}")).await
            }
            Outcome::Later(why, wish) => {
                let now = self.flow.now();
                let again = wish.unwrap_or(now).max(now.plus(pause(letter.tries)));
                tracing::warn!(carrier, case.id = %letter.case, message = id, why, again = %again, "{carrier} did not take a {}", letter.kind.word());
                if again >= letter.until || letter.tries >= MOST {
                    return self.give_up(letter, &format!("late: {why}")).await;
                }
                self.flow.store.put_back_letter(letter, again).await?;
                Ok(())
            }
        }
    }

    async fn give_up(&self, letter: &Letter, why: &str) -> Result<(), flow::Error> {
        let (way, message) = (letter.way.clone(), letter.id.clone());
        let fact = letter
            .kind
            .not_sent(self.name.to_string(), way, message, why.to_owned());
        self.end(letter, fact).await
    }

    async fn end(&self, letter: &Letter, fact: Fact) -> Result<(), flow::Error> {
        let event = Event::of(&letter.case, self.flow.now(), fact);
        if self.flow.store.end_letter(letter, event).await? {
            let _nobody_listens = self.flow.changes.send(letter.case.clone());
        }
        Ok(())
    }
}

/// The pause after an attempt, with its part of chance.
fn pause(tries: u32) -> Duration {
    let at = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
    let longest = PAUSES.last().copied().unwrap_or_default();
    let pause = PAUSES.get(at).copied().unwrap_or(longest);
    pause * rand::rng().random_range(100 - JITTER..=100 + JITTER) / 100
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
