//! Takes back what a plan did, on an operator's word: in reverse order, each step that its connector can take back. That it
//! shall be done is written before a vendor is called, what came of it after; taking back is safe to repeat, so that a
//! crash in between costs nothing.

use std::time::Duration;

use super::account;
use super::act::{set_state, step_at};
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::plan::Act;
use crate::case::{Case, End, Stage, StepState};
use crate::store::Wake;
use doorward_contract::{Timestamp, Undoing, VendorError};
use serde_json::{Value, json};

/// How long vendors that cannot be asked are waited for at least, whatever is forgotten when.
const UNDOING: Duration = Duration::from_secs(3600);

impl Flow {
    /// What taking an act back comes to, if its connector is still in the settings.
    pub fn undoing(&self, act: &Act) -> Option<Undoing> {
        let connector = self.connector(&act.connector).ok()?;
        Some(connector.undoing(&act.action))
    }

    /// An operator has what was done taken back, as far as it can be: of a case that is stuck, which ends with that, or of
    /// one that ended and is not forgotten yet.
    pub async fn undo(&self, case: Case, operator: &str) -> Result<Case, Error> {
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            let over = draft.case.stage == Stage::Closed && !draft.case.reduced && !draft.case.erased;
            if draft.case.stage != Stage::Stuck && !over {
                return Err(Error::Elsewhere);
            }
            let (mut steps, mut lasting) = (Vec::new(), Vec::new());
            for step in &mut draft.case.plan {
                let StepState::Done { at, facts } = &step.state else {
                    continue;
                };
                match self.connector(&step.act.connector)?.undoing(&step.act.action) {
                    Undoing::Possible { .. } => {
                        let (done_at, facts) = (*at, facts.clone());
                        step.state = StepState::Undoing {
                            at: now,
                            done_at,
                            facts,
                        };
                        steps.push(step.key.to_string());
                    }
                    Undoing::Impossible { why } => lasting.push(format!("{}: {why}", step.key)),
                }
            }
            if steps.is_empty() {
                return Err(Error::Lasting(lasting));
            }
            draft.note(
                now,
                Fact::UndoOrdered {
                    operator: operator.to_owned(),
                    steps,
                    lasting,
                },
            );
            if over {
                draft.case.end = Some(End::Undone);
            } else {
                self.finish(draft, End::Undone, now)?;
            }
            draft.case.erase_at = draft.case.erase_at.max(Some(now.plus(UNDOING)));
            Ok(())
        })
        .await
    }

    /// Takes the step at `at` back.
    pub(super) async fn take_back(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        let StepState::Undoing { facts, .. } = &step.state else {
            return Ok(Turn::On);
        };
        let account = account::of(&draft.case.private, &step.act.connector)?;
        let connector = self.connector(&step.act.connector)?;
        self.hold_lease(draft).await?;
        match connector.undo(&step.key, &account, &step.act.action, facts).await {
            Ok(receipt) => self.taken_back(draft, at, receipt.at, receipt.facts).await,
            Err(VendorError::Done) => self.taken_back(draft, at, self.now(), json!({"already": true})).await,
            Err(error) if error.is_passing() => Ok(self.wait_for_vendor(draft, &step.act.connector, &error)),
            Err(error) => {
                tracing::error!(
                    case.id = %draft.case.id,
                    step = %step.key,
                    %error,
                    "a step cannot be taken back; an operator has to mend this and ask again"
                );
                self.leave_done(draft, at, error.remedy(), error.to_string())
            }
        }
    }

    async fn taken_back(&self, draft: &mut Draft, at: usize, when: Timestamp, facts: Value) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        draft.note(
            self.now(),
            Fact::StepTakenBack {
                key: step.key.to_string(),
                facts: facts.clone(),
            },
        );
        draft.case.trouble = None;
        set_state(draft, at, StepState::Undone { at: when, facts });
        self.write(draft).await?;
        Ok(Turn::On)
    }

    /// The time to forget has come, and a vendor was never to be asked: what was done stays done, and that is said.
    pub(super) fn give_up_undoing(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let why = "the vendor could not be asked until the case was to be forgotten".to_owned();
        self.leave_done(draft, at, "unreachable", why)
    }

    fn leave_done(&self, draft: &mut Draft, at: usize, remedy: &str, why: String) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        let StepState::Undoing { done_at, facts, .. } = step.state else {
            return Ok(Turn::On);
        };
        draft.note(
            self.now(),
            Fact::StepNotTakenBack {
                key: step.key.to_string(),
                remedy: remedy.to_owned(),
                why,
            },
        );
        draft.case.trouble = None;
        set_state(draft, at, StepState::Done { at: done_at, facts });
        Ok(Turn::On)
    }
}
