//! The plan is drawn up: within what the vendors allow now, for accounts that are there and not protected anywhere.

use std::time::Duration;

use super::account::There;
use super::{Draft, Error, Flow, Turn};
use crate::case::plan::{self, Act, OnFailure};
use crate::case::policy::Purpose;
use crate::case::{Refusal, Stage, Standing};
use doorward_contract::{Account, VendorError};

/// How long a plan may take at least, however late it began.
pub(super) const ACTING: Duration = Duration::from_secs(3600);
/// How often in a row a vendor that cannot be asked is waited for before a step that the plan can do without is given up:
/// about half a minute, with the person in front of the page.
pub(super) const WAITS: u32 = 6;

impl Flow {
    /// Draws up the plan within what the vendors allow now.
    pub(super) async fn draw_up(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let purpose = self.purpose(&draft.case.purpose)?;
        let mut acts = Vec::with_capacity(purpose.plan.len());
        for act in &purpose.plan {
            match self.within_bounds(act).await? {
                Ok(act) => acts.push(act),
                Err(error) => return Ok(self.wait_for_vendor(draft, &act.connector, &error)),
            }
        }
        let home = draft
            .case
            .private
            .account
            .clone()
            .ok_or(Error::Incomplete { what: "the account" })?;
        let elsewhere = self.elsewhere(purpose, &home, &draft.case.private.accounts).await?;
        if let Some((name, error)) = awaited(purpose, &elsewhere, draft.case.waits) {
            return Ok(self.wait_again(draft, name, &error));
        }
        if self.take_elsewhere(draft, &elsewhere) {
            return Ok(Turn::On);
        }
        self.own(&mut draft.case);
        // Somebody may have called another case of this person fraud since the account was read.
        if self.is_frozen(&draft.case).await? {
            draft.case.standing = Standing::Barred(Refusal::Frozen);
            return Ok(Turn::On);
        }
        let unfit = self.unfit(&home, &elsewhere, &acts).await?;
        draft.case.plan = plan::steps(&draft.case.id, &acts);
        (draft.case.trouble, draft.case.waits) = (None, 0);
        // What is begun is finished: it does not run out of time half way.
        draft.case.expires_at = draft.case.expires_at.max(self.now().plus(ACTING));
        draft.case.moved(Stage::Acting)?;
        match unfit {
            // Better nothing done than the half of it.
            Some((at, error)) => self.fail(draft, at, &error),
            None => Ok(Turn::On),
        }
    }

    /// The act as the vendor's settings allow it. One that the plan can do without is bounded when its turn comes.
    pub(super) async fn within_bounds(&self, act: &Act) -> Result<Result<Act, VendorError>, Error> {
        let connector = self.connector(&act.connector)?;
        if act.on_failure == OnFailure::GoOn {
            return Ok(Ok(act.clone()));
        }
        Ok(connector.prepare(&act.action).await.map(|prepared| Act {
            action: prepared.action,
            ..act.clone()
        }))
    }

    /// The first act that cannot be done to this person's accounts and that the plan cannot do without, found out by
    /// reading before anything is done.
    pub(super) async fn unfit(
        &self,
        home: &Account,
        elsewhere: &[(&str, There)],
        acts: &[Act],
    ) -> Result<Option<(usize, VendorError)>, Error> {
        for (at, act) in acts.iter().enumerate() {
            if act.on_failure == OnFailure::GoOn {
                continue;
            }
            let connector = self.connector(&act.connector)?;
            let account = match elsewhere.iter().find(|(name, _)| *name == act.connector) {
                None => home,
                Some((_, There::Open(account))) => account,
                Some((_, barred)) => return Ok(barred.error().map(|error| (at, error))),
            };
            match connector.intend(account, &act.action).await {
                Err(error @ VendorError::Unfit { .. }) => return Ok(Some((at, error))),
                Err(error @ VendorError::Premature { .. }) if !is_prepared(&error, act, acts.iter().take(at)) => {
                    return Ok(Some((at, error)));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Keeps what was found elsewhere. True if an account is protected somewhere: then nothing is planned, and the case is
    /// refused as it would be for the directory's own.
    fn take_elsewhere(&self, draft: &mut Draft, elsewhere: &[(&str, There)]) -> bool {
        let now = self.now();
        let mut protected = false;
        for (name, there) in elsewhere {
            let known = draft.case.private.accounts.contains_key(*name);
            match there {
                There::Open(account) => {
                    let account = Account::clone(account);
                    draft.case.private.accounts.insert((*name).to_owned(), account);
                    if known {
                        continue;
                    }
                }
                There::Barred { refusal, .. } => {
                    protected |= *refusal == Refusal::ProtectedAccount;
                    draft.case.private.accounts.remove(*name);
                }
                There::Unsaid(_) => {}
            }
            draft.note(now, there.fact(name));
        }
        if protected {
            draft.case.standing = Standing::Barred(Refusal::ProtectedAccount);
        }
        protected
    }

    /// Waits for a vendor once more, and counts it.
    pub(super) fn wait_again(&self, draft: &mut Draft, name: &str, error: &VendorError) -> Turn {
        draft.case.waits = draft.case.waits.saturating_add(1);
        self.wait_for_vendor(draft, name, error)
    }
}

/// The connector that has to be waited for before the plan can be drawn up. One that the plan can do without is waited for
/// a while only, and asked again when its turn comes.
fn awaited<'p>(purpose: &Purpose, elsewhere: &[(&'p str, There)], waits: u32) -> Option<(&'p str, VendorError)> {
    elsewhere.iter().find_map(|(name, there)| {
        let There::Unsaid(error) = there else { return None };
        let mut steps = purpose.plan.iter().filter(|act| act.connector == *name);
        let needed = steps.any(|act| act.on_failure == OnFailure::Stop);
        (needed || (error.is_passing() && waits < WAITS)).then(|| (*name, error.clone()))
    })
}

/// Whether one of the acts before does what has to be done first; if that comes to nothing, it is found out in its turn.
pub(super) fn is_prepared<'a>(error: &VendorError, act: &Act, mut before: impl Iterator<Item = &'a Act>) -> bool {
    let VendorError::Premature { after, .. } = error else {
        return false;
    };
    before.any(|earlier| earlier.connector == act.connector && earlier.action.ability() == *after)
}
