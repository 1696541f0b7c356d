//! Works a case: reads it, asks [`step::next`], runs the file of that step, writes, and repeats until somebody outside
//! has to do something. Steps never call one another.

mod account;
pub mod act;
pub mod answer;
pub mod approve;
mod begin;
pub mod check;
pub mod code;
mod code_text;
pub mod compare;
mod confirm;
pub mod consent;
pub mod draft;
pub mod erase;
pub mod exhibit;
pub mod flag;
pub mod give;
pub mod look;
pub mod open;
pub mod person;
mod plan;
pub mod prove;
pub mod recall;
pub mod rehearse;
pub mod reveal;
pub mod review;
pub mod send;
pub mod shield;
pub mod signed;
pub mod stop;
mod stuck;
mod undo;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use url::Url;

use crate::case::policy::{Caps, Purpose};
use crate::case::step::{self, Step};
use crate::case::{Barred, Case, CaseId, IllegalMove};
use crate::crypto;
use crate::crypto::seal::Key;
use crate::store::{self, Claim, Store, Wake};
use doorward_contract::{Clock, Connector, Directory, Timestamp, VendorError, Verifier};
pub use draft::Draft;
pub use shield::Shield;

/// How long a claim on a case lasts before another worker may take it up: how long a person waits at most after a node
/// died. A living worker renews it all the while.
pub const LEASE: Duration = Duration::from_secs(12);
/// A call that changes something at a vendor begins only with this much of the lease left.
const LEASE_RESERVE: Duration = Duration::from_secs(4);

/// A claim and until when it lasts, as last renewed. Clones share it.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The claim.
    pub claim: Claim,
    until: Arc<AtomicI64>,
}

impl Lease {
    /// A claim that lasts until then.
    pub fn new(claim: Claim, until: Timestamp) -> Self {
        Self {
            claim,
            until: Arc::new(AtomicI64::new(until.micros())),
        }
    }

    fn until(&self) -> Timestamp {
        Timestamp::from_micros(self.until.load(Ordering::Acquire))
    }
}
/// How often somebody outside finds the case just written by somebody else before they are told so.
const TRIES: u32 = 8;

/// What can go wrong while a case is worked. Vendor troubles that the case itself records are not among these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed, or somebody else wrote the case first.
    #[error("the case could not be read or written")]
    Store(#[from] store::Error),
    /// Something sealed could not be opened or sealed.
    #[error("a secret could not be sealed or opened")]
    Crypto(#[from] crypto::Error),
    /// A move that the stages do not allow.
    #[error("the case refused a move")]
    Move(#[from] IllegalMove),
    /// The settings no longer name what the case needs.
    #[error("the settings do not name the {kind} `{name}` that a case needs: put it back or close the case")]
    Unknown {
        /// `purpose`, `connector`, `challenger` or `verifier`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A vendor failed where the caller waits for the answer.
    #[error("a vendor could not be asked")]
    Vendor(#[from] VendorError),
    /// The lease ran out while working; whoever holds it now goes on.
    #[error("the lease on the case was lost")]
    LeaseLost,
    /// The case is not where this can be done; the person's page shows where it is.
    #[error("the case is past this")]
    Elsewhere,
    /// Nothing of what was done can be taken back; why, for staff.
    #[error("nothing of what was done can be taken back")]
    Lasting(Vec<String>),
    /// A part of the case that should be there is not.
    #[error("the record of the case lacks {what}")]
    Incomplete {
        /// Which part.
        what: &'static str,
    },
    /// Too many arrivals.
    #[error("too many arrivals; again after {0:?}")]
    TooMany(Duration),
    /// The account cannot be recovered this way; for staff only.
    #[error("the account cannot be recovered this way")]
    Barred(open::Bar),
    /// This operator may not do this; for them to read.
    #[error("this operator may not do this")]
    MayNot(#[from] Barred),
    /// The shield is up: nobody helps themselves.
    #[error("the shield is up")]
    Shielded,
}

/// When a case wants to be worked again; `None`: when somebody wakes it.
pub type Pause = Option<Timestamp>;

/// What works cases. Cheap to clone.
#[derive(Clone)]
pub struct Flow(Arc<Parts>);

/// What a flow is made of.
pub struct Parts {
    /// Where cases are remembered.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The purposes, by name.
    pub purposes: HashMap<String, Purpose>,
    /// The verifiers, by name.
    pub verifiers: HashMap<String, Arc<dyn Verifier>>,
    /// The connectors, by name.
    pub connectors: HashMap<String, Arc<dyn Connector>>,
    /// How many cases one client address may open in an hour at the portal.
    pub per_address_hour: u32,
    /// How many cases may be opened for one account in a day at the portal.
    pub per_account_day: u32,
    /// How much one person on the staff may do.
    pub caps: Caps,
    /// What links are sent with.
    pub sending: send::Sending,
    /// What was last read of the shield.
    pub shield: Shield,
    /// The address people reach us under.
    pub public_url: Url,
    /// Key for digests of what a person types.
    pub digests: Key,
    /// Rung when there is work.
    pub bell: Notify,
    /// Says which case was just written.
    pub changes: broadcast::Sender<CaseId>,
}

impl std::ops::Deref for Flow {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Flow {
    /// A flow of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A purpose by its name.
    pub fn purpose(&self, name: &str) -> Result<&Purpose, Error> {
        self.purposes.get(name).ok_or_else(|| Error::Unknown {
            kind: "purpose",
            name: name.to_owned(),
        })
    }

    fn verifier(&self, name: &str) -> Result<&Arc<dyn Verifier>, Error> {
        self.verifiers.get(name).ok_or_else(|| Error::Unknown {
            kind: "verifier",
            name: name.to_owned(),
        })
    }

    fn connector(&self, name: &str) -> Result<&Arc<dyn Connector>, Error> {
        self.connectors.get(name).ok_or_else(|| Error::Unknown {
            kind: "connector",
            name: name.to_owned(),
        })
    }

    fn directory(&self, name: &str) -> Result<&dyn Directory, Error> {
        self.connector(name)?.directory().ok_or_else(|| Error::Unknown {
            kind: "directory",
            name: name.to_owned(),
        })
    }

    /// The directory that holds a purpose's accounts.
    fn directory_of(&self, purpose: &Purpose) -> Result<&dyn Directory, Error> {
        let name = purpose.directory.as_deref().ok_or(Error::Incomplete {
            what: "the purpose's directory",
        })?;
        self.directory(name)
    }

    /// Works a claimed case as far as it goes now. The answer is when to work it again.
    pub async fn work(&self, lease: &Lease) -> Result<Pause, Error> {
        let Some(case) = self.store.case(&lease.claim.case).await? else {
            return Ok(None);
        };
        let mut draft = Draft::new(case, Some(lease.clone()));
        self.recall(&mut draft).await?;
        loop {
            self.heed_shield(&mut draft).await?;
            let step = step::next(&draft.case, self.now());
            tracing::debug!(case.id = %draft.case.id, ?step, "next step");
            if let Turn::Pause(until) = self.run(step, &mut draft).await? {
                self.write(&mut draft).await?;
                return Ok(until);
            }
        }
    }

    async fn run(&self, step: Step, draft: &mut Draft) -> Result<Turn, Error> {
        match step {
            Step::Await(until) => Ok(Turn::Pause(until)),
            Step::StartProof => self.start_proof(draft).await,
            Step::ReadProof => self.read_proof(draft).await,
            Step::Compare => self.compare(draft).await,
            Step::BeginChecks => self.begin_checks(draft).await,
            Step::ReadCheck(at) => self.read_check(draft, at).await,
            Step::SeekReview => self.seek_review(draft),
            Step::Weigh => self.weigh(draft).await,
            Step::SeekApproval => self.seek_approval(draft).await,
            Step::Plan => self.draw_up(draft).await,
            Step::Act(at) => self.act(draft, at).await,
            Step::Reconcile(at) => self.reconcile(draft, at).await,
            Step::Confirm(at) => self.confirm(draft, at).await,
            Step::TakeBack(at) => self.take_back(draft, at).await,
            Step::LeaveDone(at) => self.give_up_undoing(draft, at),
            Step::Answer { verdict, refusal } => self.put_answer(draft, verdict, refusal),
            Step::Present => self.present(draft),
            Step::End(end) => self.end(draft, end),
            Step::Forget(at) => self.forget(draft, at).await,
            Step::Reduce => self.reduce(draft).await,
            Step::Erase => self.erase(draft).await,
        }
    }

    /// Writes what the draft has gathered, if anything.
    async fn write(&self, draft: &mut Draft) -> Result<(), Error> {
        self.write_and(draft, Wake::Keep).await
    }

    /// Writes what the draft has gathered and when the case shall be worked next.
    async fn write_and(&self, draft: &mut Draft, wake: Wake) -> Result<(), Error> {
        let Some((seen, next, change)) = draft.take(self.now(), wake) else {
            return Ok(());
        };
        let written = self.store.advance(&seen, &next, change).await?;
        self.tell(&written.id, wake);
        self.tell_decided(&seen, &written).await;
        draft.written(written);
        Ok(())
    }

    fn tell(&self, id: &CaseId, wake: Wake) {
        let _nobody_listens = self.changes.send(id.clone());
        if matches!(wake, Wake::At(_)) {
            self.bell.notify_one();
        }
    }

    /// Makes sure that enough of the lease is left to change something at a vendor.
    async fn hold_lease(&self, draft: &Draft) -> Result<(), Error> {
        let lease = draft.lease.as_ref().ok_or(Error::LeaseLost)?;
        if self.now().plus(LEASE_RESERVE) <= lease.until() || self.renew(lease).await? {
            return Ok(());
        }
        Err(Error::LeaseLost)
    }

    /// Renews a lease; false if it is somebody else's by now.
    pub async fn renew(&self, lease: &Lease) -> Result<bool, Error> {
        let until = self.now().plus(LEASE);
        let ours = self.store.renew(&lease.claim, until).await?;
        if ours {
            lease.until.store(until.micros(), Ordering::Release);
        }
        Ok(ours)
    }

    /// Writes what somebody outside does to a case. A worker may write the case at the same moment: then it is read again
    /// and `change` decides anew.
    async fn change(
        &self,
        case: Case,
        wake: Wake,
        change: impl Fn(&mut Draft) -> Result<(), Error>,
    ) -> Result<Case, Error> {
        let mut draft = Draft::new(case, None);
        for _ in 0..TRIES {
            change(&mut draft)?;
            // Apart, so that whoever waits for this need not hold the whole of a case as many times.
            match Box::pin(self.write_and(&mut draft, wake)).await {
                Err(Error::Store(store::Error::Stale)) => {}
                other => return other.map(|()| draft.case),
            }
            let Some(case) = self.store.case(&draft.case.id).await? else {
                return Err(Error::Elsewhere);
            };
            draft = Draft::new(case, None);
        }
        Err(Error::Store(store::Error::Stale))
    }

    /// Has the case worked now, by whichever worker is free.
    pub async fn wake(&self, case: &CaseId) -> Result<(), Error> {
        self.store.wake(case, self.now()).await?;
        self.bell.notify_one();
        Ok(())
    }

    /// Waits until `reached` holds of the case, at most `patience`. The case as it stands then.
    pub async fn wait(
        &self,
        id: &CaseId,
        patience: Duration,
        reached: impl Fn(&Case) -> bool,
    ) -> Result<Option<Case>, Error> {
        // Another node may write the case: look ourselves now and then.
        const LOOK: Duration = Duration::from_millis(500);
        let mut changes = self.changes.subscribe();
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let case = self.store.case(id).await?;
            let Some(left) = deadline.checked_duration_since(tokio::time::Instant::now()) else {
                return Ok(case);
            };
            if case.as_ref().is_none_or(&reached) || left.is_zero() {
                return Ok(case);
            }
            let ours = async { while changes.recv().await.is_ok_and(|changed| changed != *id) {} };
            let _either = tokio::time::timeout(left.min(LOOK), ours).await;
        }
    }
}

/// Whether the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Ask for the next step.
    On,
    /// Stop here until the time given, or until somebody wakes the case.
    Pause(Pause),
}
