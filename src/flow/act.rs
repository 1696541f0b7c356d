//! Carries out the plan: the intent is written before the vendor is called, the receipt after it; what is unknown after
//! a crash is found out by reading the vendor.

use std::time::Duration;

use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::plan::{self, Act};
use crate::case::{Case, PlannedStep, Refusal, SealedPass, Stage, StepState};
use crate::store::Wake;
use doorward_contract::{Account, Intent, Pass, Protection, Receipt, Reconciled, Sent, Timestamp, VendorError};
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

impl Flow {
    /// Draws up the plan within what the vendors allow now.
    pub(super) async fn draw_up(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let purpose = self.purpose(&draft.case.purpose)?;
        let mut acts = Vec::with_capacity(purpose.plan.len());
        for act in &purpose.plan {
            match self.connector(&act.connector)?.prepare(&act.action).await {
                Ok(prepared) => acts.push(Act {
                    connector: act.connector.clone(),
                    action: prepared.action,
                }),
                Err(error) => return Ok(self.wait_for_vendor(draft, &act.connector, &error)),
            }
        }
        draft.case.plan = plan::steps(&draft.case.id, &acts);
        let account = draft
            .case
            .private
            .account
            .clone()
            .ok_or(Error::Incomplete { what: "the account" })?;
        let unfit = self.unfit(&account, &acts).await;
        draft.case.trouble = None;
        // What is begun is finished: it does not run out of time half way.
        draft.case.expires_at = draft.case.expires_at.max(self.now().plus(ACTING));
        draft.case.moved(Stage::Acting)?;
        match unfit {
            // Better nothing done than the half of it.
            Some((at, error)) => self.fail(draft, at, &error),
            None => Ok(Turn::On),
        }
    }

    /// The first act that cannot fit this account, found out by reading before anything is done.
    pub(super) async fn unfit(&self, account: &Account, acts: &[Act]) -> Option<(usize, VendorError)> {
        for (at, act) in acts.iter().enumerate() {
            let connector = self.connector(&act.connector).ok()?;
            if let Err(error @ VendorError::Unfit { .. }) = connector.intend(account, &act.action).await {
                return Some((at, error));
            }
        }
        None
    }

    /// Does the step at `at`, after making sure once more that the account is not protected.
    pub(super) async fn act(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let (step, account) = step_and_account(draft, at)?;
        let connector = self.connector(&step.act.connector)?;
        let purpose = self.purpose(&draft.case.purpose)?;
        match self.directory_of(purpose)?.guard(&account.id).await {
            Ok(Protection::Ordinary) => {}
            Ok(Protection::Protected { reasons }) => {
                let why = format!("the account became protected: {}", reasons.join("; "));
                return self.refuse_protected(draft, at, &why);
            }
            Err(error) => {
                return Ok(self.wait_for_vendor(draft, purpose.directory.as_deref().unwrap_or("directory"), &error));
            }
        }
        let intent = match connector.intend(&account, &step.act.action).await {
            Ok(intent) => intent,
            Err(error) if error.is_passing() => return Ok(self.wait_for_vendor(draft, &step.act.connector, &error)),
            Err(error) => return self.fail(draft, at, &error),
        };
        let now = self.now();
        Self::record_intent(draft, at, &step, &intent, now)?;
        self.write(draft).await?;
        self.hold_lease(draft).await?;
        match connector.perform(&step.key, &account, &step.act.action, &intent).await {
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
                Ok(self.wait_for_vendor(draft, &step.act.connector, &error))
            }
            // An answer that nobody can read tells as little as none: it is found out by reading.
            Err(error) if error.may_have_happened() || matches!(error, VendorError::Unexpected { .. }) => {
                Ok(self.wait_for_vendor(draft, &step.act.connector, &error))
            }
            Err(error) => self.fail(draft, at, &error),
        }
    }

    /// Finds out whether the step at `at`, whose outcome is unknown, was done.
    pub(super) async fn reconcile(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let (step, account) = step_and_account(draft, at)?;
        let StepState::Intended {
            at: intended_at,
            snapshot,
        } = &step.state
        else {
            return Ok(Turn::On);
        };
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

    fn record_intent(
        draft: &mut Draft,
        at: usize,
        step: &PlannedStep,
        intent: &Intent,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(pass) = &intent.pass {
            put_in(draft, step, pass)?;
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
        let (step, _) = step_and_account(draft, at)?;
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
        draft.case.trouble = None;
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
        if draft.case.pass.as_ref().is_some_and(|pass| pass.key == key) {
            draft.case.pass = None;
        }
        draft.note(self.now(), Fact::StepUndone { key });
        set_state(draft, at, StepState::Waiting);
    }

    fn fail(&self, draft: &mut Draft, at: usize, error: &VendorError) -> Result<Turn, Error> {
        let now = self.now();
        let (step, _) = step_and_account(draft, at)?;
        tracing::error!(
            case.id = %draft.case.id,
            step = %step.key,
            %error,
            "a step cannot be done; an operator has to mend this and resume the case"
        );
        let key = step.key.to_string();
        if draft.case.pass.as_ref().is_some_and(|pass| pass.key == key) {
            draft.case.pass = None;
        }
        draft.note(
            now,
            Fact::StepFailed {
                key,
                remedy: error.remedy().to_owned(),
                why: error.to_string(),
            },
        );
        set_state(
            draft,
            at,
            StepState::Failed {
                at: now,
                why: error.to_string(),
            },
        );
        // An operator may not be there before tomorrow.
        super::prove::extend_for_review(&mut draft.case, now);
        draft.case.moved(Stage::Stuck)?;
        Ok(Turn::On)
    }

    /// Protected just before acting: refused if nothing was done yet, visible as failed otherwise.
    fn refuse_protected(&self, draft: &mut Draft, at: usize, why: &str) -> Result<Turn, Error> {
        let now = self.now();
        let (step, _) = step_and_account(draft, at)?;
        let fact = Fact::StepFailed {
            key: step.key.to_string(),
            remedy: "protected".to_owned(),
            why: why.to_owned(),
        };
        draft.note(now, fact);
        draft.case.standing = crate::case::Standing::Barred(Refusal::ProtectedAccount);
        set_state(
            draft,
            at,
            StepState::Failed {
                at: now,
                why: why.to_owned(),
            },
        );
        let anything_done = draft
            .case
            .plan
            .iter()
            .any(|step| matches!(step.state, StepState::Done { .. }));
        let end = if anything_done {
            crate::case::End::Failed
        } else {
            crate::case::End::Refused {
                refusal: Refusal::ProtectedAccount,
            }
        };
        self.finish(draft, end, now)?;
        Ok(Turn::On)
    }

    /// An operator lets a stuck case go on, after mending what stopped it.
    pub async fn resume(&self, case: Case, operator: &str) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            if draft.case.stage != Stage::Stuck {
                return Err(Error::Elsewhere);
            }
            for step in &mut draft.case.plan {
                if matches!(step.state, StepState::Failed { .. }) {
                    step.state = StepState::Waiting;
                    step.tries = 0;
                }
            }
            draft.case.moved(Stage::Acting)?;
            draft.note(
                now,
                Fact::Resumed {
                    operator: operator.to_owned(),
                },
            );
            Ok(())
        })
        .await
    }
}

/// How long a plan may take at least, however late it began.
const ACTING: Duration = Duration::from_secs(3600);
/// How often a step is intended before an operator has to look why it comes to nothing.
const INTENTS: u32 = 5;

fn set_state(draft: &mut Draft, at: usize, state: StepState) {
    if let Some(step) = draft.case.plan.get_mut(at) {
        step.state = state;
    }
}

fn step_and_account(draft: &Draft, at: usize) -> Result<(PlannedStep, Account), Error> {
    let step = draft
        .case
        .plan
        .get(at)
        .ok_or(Error::Incomplete { what: "the step" })?
        .clone();
    let account = draft
        .case
        .private
        .account
        .clone()
        .ok_or(Error::Incomplete { what: "the account" })?;
    Ok((step, account))
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
    draft.case.pass = Some(SealedPass {
        kind: pass.kind,
        parcel,
        key: step.key.to_string(),
    });
    Ok(())
}
