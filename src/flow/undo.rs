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
use doorward_contract::{Action, Receipt, Undoing, VendorError};
use serde_json::json;

/// How long vendors that cannot be asked are waited for at least, whatever is forgotten when.
const UNDOING: Duration = Duration::from_secs(3600);
/// What staff are told of a pass that was gone already: the vendor does not say which of these it was.
const GONE: &str = "it was gone before it could be taken back: it was used, replaced, over or switched off, or an earlier request took it \
                    back and the answer was lost. Whoever used it may be in: look at the account's sign-ins, and end its \
                    sessions unless they are the person's own";
/// What they are told of an act that handed nothing out.
const SO_ALREADY: &str =
    "it was so already: somebody else took it back, or an earlier request did and the answer was lost";
/// What they are told of a pass that was there, and may have been used all the same.
const MORE_THAN_ONCE: &str = "it worked more than once, and the vendor does not tell whether it was used. Whoever used it may \
                              be in: look at the account's sign-ins, and end its sessions unless they are the person's own";

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
            Ok(receipt) => self.taken_back(draft, at, receipt).await,
            Err(VendorError::Done) => self.gone_already(draft, at).await,
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

    async fn taken_back(&self, draft: &mut Draft, at: usize, receipt: Receipt) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        let warning = works_more_than_once(&step.act.action).then(|| MORE_THAN_ONCE.to_owned());
        let fact = Fact::StepTakenBack {
            key: step.key.to_string(),
            facts: receipt.facts.clone(),
            warning: warning.clone(),
        };
        let undone = StepState::Undone {
            at: receipt.at,
            facts: receipt.facts,
            warning,
        };
        self.over(draft, at, fact, undone).await
    }

    /// What the step did was gone before it could be taken back. That is no success if it handed something out.
    async fn gone_already(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let step = step_at(draft, at)?;
        let warning = if step.act.action.yields_pass() {
            GONE
        } else {
            SO_ALREADY
        }
        .to_owned();
        tracing::warn!(case.id = %draft.case.id, step = %step.key, warning, "a step was gone before it was taken back");
        let fact = Fact::StepGoneAlready {
            key: step.key.to_string(),
            warning: warning.clone(),
        };
        let undone = StepState::Undone {
            at: self.now(),
            facts: json!({"already": true}),
            warning: Some(warning),
        };
        self.over(draft, at, fact, undone).await
    }

    async fn over(&self, draft: &mut Draft, at: usize, fact: Fact, undone: StepState) -> Result<Turn, Error> {
        draft.note(self.now(), fact);
        draft.case.trouble = None;
        set_state(draft, at, undone);
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

/// Whether what the act hands out is still there after it was used.
fn works_more_than_once(action: &Action) -> bool {
    matches!(
        action,
        Action::TemporaryAccessPass { one_time: false, .. } | Action::TemporaryAccessCode { one_time: false, .. }
    )
}
