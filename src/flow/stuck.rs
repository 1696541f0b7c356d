//! A step cannot be done: the plan stops or goes on without it, as the purpose says, and an operator may let it go on.

use super::account::Hindrance;
use super::act::{set_state, step_at};
use super::open::REMEMBERED;
use super::plan::{ACTING, WAITS};
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::plan;
use crate::case::{Browser, Case, End, Refusal, Stage, Standing, StepState};
use crate::store::Wake;
use doorward_contract::VendorError;

impl Flow {
    /// Something stands in the way of the step at `at`, and nothing of it was begun.
    pub(super) fn hindered(&self, draft: &mut Draft, at: usize, hindrance: Hindrance) -> Result<Turn, Error> {
        match hindrance {
            Hindrance::Protected { reasons } => {
                let why = format!("the account became protected: {}", reasons.join("; "));
                self.refuse_protected(draft, at, &why)
            }
            // Without that answer nothing is done, and an operator mends it while the case waits.
            Hindrance::Vendor {
                name,
                error,
                guarding: true,
            } if !plan::may_go_on(&draft.case.plan, at) => Ok(self.wait_for_vendor(draft, &name, &error)),
            Hindrance::Vendor { name, error, .. } => self.set_back(draft, at, &name, &error),
        }
    }

    /// Waits for what passes by itself, with a step that the plan can do without only for a while; anything else is a
    /// failure.
    pub(super) fn set_back(
        &self,
        draft: &mut Draft,
        at: usize,
        name: &str,
        error: &VendorError,
    ) -> Result<Turn, Error> {
        let patient = draft.case.waits < WAITS || !plan::may_go_on(&draft.case.plan, at);
        if error.is_passing() && patient {
            return Ok(self.wait_again(draft, name, error));
        }
        self.fail(draft, at, error)
    }

    /// The step at `at` cannot be done.
    pub(super) fn fail(&self, draft: &mut Draft, at: usize, error: &VendorError) -> Result<Turn, Error> {
        let now = self.now();
        let step = step_at(draft, at)?;
        let goes_on = plan::may_go_on(&draft.case.plan, at);
        tracing::error!(
            case.id = %draft.case.id,
            step = %step.key,
            %error,
            goes_on,
            "a step cannot be done; an operator has to mend this and have it done again"
        );
        let key = step.key.to_string();
        draft.case.take_out(&key);
        draft.note(
            now,
            Fact::StepFailed {
                key,
                remedy: error.remedy().to_owned(),
                why: error.to_string(),
                goes_on,
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
        (draft.case.trouble, draft.case.waits) = (None, 0);
        if !goes_on {
            // An operator may not be there before tomorrow.
            super::prove::extend_for_review(&mut draft.case, now);
            draft.case.moved(Stage::Stuck)?;
        }
        Ok(Turn::On)
    }

    /// Protected just before acting: refused if nothing was done yet, visible as failed otherwise.
    fn refuse_protected(&self, draft: &mut Draft, at: usize, why: &str) -> Result<Turn, Error> {
        let now = self.now();
        let step = step_at(draft, at)?;
        let fact = Fact::StepFailed {
            key: step.key.to_string(),
            remedy: "protected".to_owned(),
            why: why.to_owned(),
            goes_on: false,
        };
        draft.note(now, fact);
        draft.case.standing = Standing::Barred(Refusal::ProtectedAccount);
        set_state(
            draft,
            at,
            StepState::Failed {
                at: now,
                why: why.to_owned(),
            },
        );
        let end = if draft.case.plan.iter().any(plan::PlannedStep::is_done) {
            End::Failed
        } else {
            End::Refused {
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
                if step.is_failed() {
                    step.begin_again();
                }
            }
            draft.case.conditions.clear();
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
    /// An operator has what failed done again in a case that went on without it and has ended, until it is forgotten. What
    /// hands out a pass is done again only while the case's browser is still known here: nobody else could open it.
    pub async fn retry(&self, case: Case, operator: &str) -> Result<Case, Error> {
        let now = self.now();
        let lifetime = self.purpose(&case.purpose)?.case_lifetime;
        self.change(case, Wake::At(now), |draft| {
            let case = &mut draft.case;
            let over = matches!(case.end, Some(End::Recovered | End::Unclaimed));
            // What was called fraud is not finished.
            if !over || case.reduced || case.erased || case.desk.flag.is_some() {
                return Err(Error::Elsewhere);
            }
            let remembered = |browser: &Browser| now < browser.bound_at.plus(lifetime).plus(REMEMBERED);
            let there = case.browser.as_ref().is_some_and(remembered);
            let mut steps = Vec::new();
            for step in &mut case.plan {
                if step.is_failed() && (there || !step.act.action.yields_pass()) {
                    step.begin_again();
                    steps.push(step.key.to_string());
                }
            }
            if steps.is_empty() {
                return Err(Error::Elsewhere);
            }
            case.reopen(now.plus(ACTING));
            draft.note(
                now,
                Fact::Retried {
                    operator: operator.to_owned(),
                    steps,
                },
            );
            Ok(())
        })
        .await
    }
}
