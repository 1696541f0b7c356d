//! Carries out the plan: the intent is written before the vendor is called, the receipt after it; what is unknown after
//! a crash is found out by reading the vendor.

use super::account::{self, Hindrance};
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::plan::{Act, OnFailure};
use crate::case::{End, PlannedStep, Refusal, SealedPass, StepState};
use doorward_contract::{Account, Intent, Pass, Receipt, Reconciled, Sent, Timestamp, VendorError};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

/// What a parcel holds: everything the last page shows.
#[derive(Serialize, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Contents {
    /// The secret.
    pub secret: String,
    /// What the person signs in as.
    pub login: String,
    /// Where.
    pub sign_in_url: String,
    /// When the vendor stops taking it, in microseconds.
    pub expires_at: Option<i64>,
}

/// A step whose turn has come, as it will be done.
struct Ready {
    account: Account,
    act: Act,
    intent: Intent,
}

impl Flow {
    /// Does the step at `at`, after making sure once more that the account is protected nowhere.
    pub(super) async fn act(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        let Ready { account, act, intent } = match self.make_ready(draft, &step).await? {
            Ok(ready) => ready,
            Err(hindrance) => return self.hindered(draft, at, hindrance),
        };
        let connector = self.connector(&act.connector)?;
        if let Some(planned) = draft.case.plan.get_mut(at) {
            planned.act = act.clone();
        }
        Self::record_intent(draft, at, &intent, self.now())?;
        self.write(draft).await?;
        self.hold_lease(draft).await?;
        // Read after the write: whoever calls a case of this person fraud either finds this one or is found here.
        if self.is_frozen(&draft.case).await? {
            self.undo_intent(draft, at);
            let refusal = Refusal::Frozen;
            draft.case.desk.ending = Some(End::Refused { refusal });
            return Ok(Turn::On);
        }
        match connector.perform(&step.key, &account, &act.action, &intent).await {
            Ok(receipt) => {
                let turn = self.record_receipt(draft, at, receipt, false)?;
                // A pass that only this process knows must not wait for the next step.
                self.write(draft).await?;
                Ok(turn)
            }
            // Only what hands out nothing can be done already: nobody has the pass of somebody else's act.
            Err(VendorError::Done) if !step.act.action.yields_pass() => {
                let facts = serde_json::json!({"already": true});
                self.record_receipt(
                    draft,
                    at,
                    Receipt {
                        at: self.now(),
                        facts,
                        pass: None,
                    },
                    false,
                )
            }
            // It never left: as if nothing had been intended.
            Err(error @ VendorError::Unreachable { sent: Sent::No, .. }) => {
                self.undo_intent(draft, at);
                self.set_back(draft, at, &act.connector, &error)
            }
            // An answer that nobody can read tells as little as none: it is found out by reading.
            Err(error) if error.may_have_happened() || matches!(error, VendorError::Unexpected { .. }) => {
                Ok(self.wait_for_vendor(draft, &act.connector, &error))
            }
            Err(error) => self.fail(draft, at, &error),
        }
    }

    /// Everything that is read before a step is done; what stands in its way otherwise.
    async fn make_ready(&self, draft: &mut Draft, step: &PlannedStep) -> Result<Result<Ready, Hindrance>, Error> {
        let purpose = self.purpose(&draft.case.purpose)?;
        let mut act = step.act.clone();
        let (account, found) = match self.guarded(purpose, &act.connector, &draft.case).await? {
            Ok(guarded) => guarded,
            Err(hindrance) => return Ok(Err(hindrance)),
        };
        if let Some(fact) = found {
            draft.note(self.now(), fact);
            let accounts = &mut draft.case.private.accounts;
            accounts.insert(act.connector.clone(), account.clone());
        }
        let connector = self.connector(&act.connector)?;
        let hindrance = |error| Hindrance::Vendor {
            name: step.act.connector.clone(),
            error,
            guarding: false,
        };
        if act.on_failure == OnFailure::GoOn {
            match connector.prepare(&act.action).await {
                Ok(prepared) => act.action = prepared.action,
                Err(error) => return Ok(Err(hindrance(error))),
            }
        }
        Ok(match connector.intend(&account, &act.action).await {
            Ok(intent) => Ok(Ready { account, act, intent }),
            Err(error) => Err(hindrance(error)),
        })
    }

    /// Finds out whether the step at `at`, whose outcome is unknown, was done.
    pub(super) async fn reconcile(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        let StepState::Intended {
            at: intended_at,
            snapshot,
        } = &step.state
        else {
            return Ok(Turn::On);
        };
        let account = account::of(&draft.case.private, &step.act.connector)?;
        let connector = self.connector(&step.act.connector)?;
        let found = connector
            .reconcile(&step.key, &account, &step.act.action, snapshot, *intended_at)
            .await;
        match found {
            Ok(Reconciled::Done(receipt)) => self.record_receipt(draft, at, receipt, true),
            Ok(Reconciled::NotDone) if step.tries >= INTENTS => {
                let why = format!("it was tried {} times and came to nothing", step.tries);
                self.fail(draft, at, &VendorError::Unexpected { why })
            }
            Ok(Reconciled::NotDone) => {
                self.undo_intent(draft, at);
                Ok(Turn::On)
            }
            Ok(Reconciled::Later(after)) => Ok(Turn::Pause(Some(self.now().plus(after)))),
            // Whatever stands in the way of reading: the outcome stays unknown until it is read.
            Err(error) => Ok(self.wait_for_vendor(draft, &step.act.connector, &error)),
        }
    }

    fn record_intent(draft: &mut Draft, at: usize, intent: &Intent, now: Timestamp) -> Result<(), Error> {
        let step = step_at(draft, at)?;
        if let Some(pass) = &intent.pass {
            put_in(draft, &step, pass)?;
        }
        draft.note(
            now,
            Fact::StepIntended {
                key: step.key.to_string(),
                connector: step.act.connector.clone(),
                action: serde_json::json!(step.act.action),
            },
        );
        if let Some(step) = draft.case.plan.get_mut(at) {
            step.tries = step.tries.saturating_add(1);
        }
        set_state(
            draft,
            at,
            StepState::Intended {
                at: now,
                snapshot: intent.snapshot.clone(),
            },
        );
        Ok(())
    }

    fn record_receipt(&self, draft: &mut Draft, at: usize, receipt: Receipt, reconciled: bool) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        if let Some(pass) = &receipt.pass {
            put_in(draft, &step, pass)?;
        }
        let facts = receipt.facts.clone();
        draft.note(
            self.now(),
            Fact::StepDone {
                key: step.key.to_string(),
                facts,
                reconciled,
            },
        );
        (draft.case.trouble, draft.case.waits) = (None, 0);
        set_state(
            draft,
            at,
            StepState::Done {
                at: receipt.at,
                facts: receipt.facts,
            },
        );
        Ok(Turn::On)
    }

    fn undo_intent(&self, draft: &mut Draft, at: usize) {
        let Some(key) = draft.case.plan.get(at).map(|step| step.key.to_string()) else {
            return;
        };
        draft.case.take_out(&key);
        draft.note(self.now(), Fact::StepUndone { key });
        set_state(draft, at, StepState::Waiting);
    }
}

/// How often a step is intended before an operator has to look why it comes to nothing.
const INTENTS: u32 = 5;

pub(super) fn set_state(draft: &mut Draft, at: usize, state: StepState) {
    if let Some(step) = draft.case.plan.get_mut(at) {
        step.state = state;
    }
}

pub(super) fn step_at(draft: &Draft, at: usize) -> Result<PlannedStep, Error> {
    let step = draft.case.plan.get(at).ok_or(Error::Incomplete { what: "the step" })?;
    Ok(step.clone())
}

/// Seals a pass to the case's browser. From here on only that browser can read it.
fn put_in(draft: &mut Draft, step: &PlannedStep, pass: &Pass) -> Result<(), Error> {
    let browser = draft
        .case
        .browser
        .as_ref()
        .ok_or(Error::Incomplete { what: "the browser" })?;
    let contents = Contents {
        secret: pass.secret.expose_secret().to_owned(),
        login: pass.login.clone(),
        sign_in_url: pass.sign_in_url.clone(),
        expires_at: pass.expires_at.map(Timestamp::micros),
    };
    let plain =
        zeroize::Zeroizing::new(serde_json::to_vec(&contents).map_err(|_| Error::Incomplete { what: "the pass" })?);
    let parcel = browser.address.seal(draft.case.id.as_str(), &plain)?;
    draft.case.put_in(SealedPass {
        kind: pass.kind,
        parcel,
        key: step.key.to_string(),
    });
    Ok(())
}
