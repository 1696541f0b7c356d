//! Colleagues agree before anything is done: how many must, who may, and what becomes of it.
//!
//! Threat T18: never whoever opened or reviewed the case, never the person or the one they report to, nobody who was recovered
//! themselves lately, each once, and so many a day. A directory that does not say whom somebody reports to bars nobody for it;
//! that it was not known stands in the record beside the approval, for the auditor.

use std::time::Duration;

use super::review::step_back;
use super::{Draft, Error, Flow, Turn};
use crate::audit::{Event, Fact};
use crate::case::bar::{self, Barred, Past};
use crate::case::desk::{Agreement, Approval, PROTECTED, Staff};
use crate::case::policy::Purpose;
use crate::case::role::{Operator, Power};
use crate::case::{Case, End, Refusal, Stage, Standing, Verdict};
use crate::crypto::token::Digest;
use crate::store::{Mark, MarkKind, Wake};
use doorward_contract::{SubjectKey, Timestamp, VendorError};

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);

impl Flow {
    /// Finds out how many must agree by the purpose and by whose account it is: the highest of what applies.
    pub(super) async fn weigh(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let purpose = self.purpose(&draft.case.purpose)?;
        self.own(&mut draft.case);
        // Nobody is asked about what is going to be refused.
        if self.is_frozen(&draft.case).await? {
            draft.case.standing = Standing::Barred(Refusal::Frozen);
            return Ok(Turn::On);
        }
        let mut needed = purpose.approvals;
        if draft.case.desk.protected {
            needed = needed.max(PROTECTED);
        }
        match self.tier_of(purpose, &draft.case).await {
            Ok(tier) => needed = needed.max(tier),
            Err(Error::Vendor(error)) => {
                let vendor = purpose.directory.as_deref().unwrap_or("directory");
                return Ok(self.wait_for_vendor(draft, vendor, &error));
            }
            Err(error) => return Err(error),
        }
        draft.case.trouble = None;
        draft.case.desk.quorum = Some(needed);
        Ok(Turn::On)
    }

    async fn tier_of(&self, purpose: &Purpose, case: &Case) -> Result<u32, Error> {
        let Some(account) = case.private.account.as_ref().filter(|_| !purpose.tiers.is_empty()) else {
            return Ok(0);
        };
        let groups: Vec<String> = purpose.tiers.iter().flat_map(|tier| tier.groups.clone()).collect();
        let member_of = if groups.is_empty() || purpose.directory.is_none() {
            groups
        } else {
            match self.directory_of(purpose)?.groups_among(&account.id, &groups).await {
                // A directory that is not asked about groups: everybody is treated as a member of the strictest.
                Err(VendorError::Unfit { .. }) => groups,
                told => told?,
            }
        };
        let applies = purpose.tiers.iter().filter(|tier| {
            tier.accounts.contains(&account.id.0) || tier.groups.iter().any(|group| member_of.contains(group))
        });
        Ok(applies.map(|tier| tier.approvals).max().unwrap_or(0))
    }

    /// Asks colleagues to agree. Whom the person reports to is read here, once: approvers ask no vendor for anything.
    pub(super) async fn seek_approval(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let purpose = self.purpose(&draft.case.purpose)?;
        let now = self.now();
        if let (Some(vendor), Some(account)) = (&purpose.directory, &draft.case.private.account) {
            match self.directory(vendor)?.manager(account).await {
                Ok(manager) => draft.case.private.manager = manager.map(Box::new),
                Err(error) => return Ok(self.wait_for_vendor(draft, vendor, &error)),
            }
        }
        draft.case.trouble = None;
        draft.case.moved(Stage::Approval)?;
        // Who sent the person waits minutes and no longer (okta.md §0, entra.md §1.9).
        if !draft.case.opener.is_client() {
            draft.case.expires_at = draft.case.expires_at.max(now.plus(purpose.case_lifetime));
        }
        let manager = draft.case.private.manager.as_ref();
        let sought = Fact::ApprovalSought {
            needed: draft.case.desk.needed().unwrap_or(0),
            why: Self::reasons(purpose, &draft.case),
            manager: manager.map(|one| one.id.to_string()),
        };
        draft.note(now, sought);
        Ok(Turn::On)
    }

    fn reasons(purpose: &Purpose, case: &Case) -> Vec<String> {
        let desk = &case.desk;
        let by_purpose = desk.quorum.unwrap_or(0);
        let reasons = [
            (
                purpose.approvals > 0,
                format!("the purpose asks for {}", purpose.approvals),
            ),
            (
                by_purpose > purpose.approvals,
                format!("this account asks for {by_purpose}"),
            ),
            (desk.protected, "the account is protected".to_owned()),
            (desk.shielded, "the shield is up".to_owned()),
            (desk.over_cap, "whoever opened it opened many that day".to_owned()),
        ];
        let holding = reasons.into_iter().filter(|(holds, _)| *holds);
        holding.map(|(_, reason)| reason).collect()
    }

    /// A colleague agrees. With the last one that is needed the case goes on, as soon as the person's browser is there.
    pub async fn approve(&self, case: Case, operator: &Operator, note: Option<String>) -> Result<Case, Error> {
        let past = self.past_of(operator).await?;
        self.may("approve", &case, operator, bar::approver(&case, operator, past))
            .await?;
        is_asked(&case)?;
        let now = self.now();
        let by = self.staff_digest(&operator.id);
        let most = self.caps.approvals_per_approver;
        if !self.store.count("approvals per approver", &by, now, DAY, most).await? {
            self.may("approve", &case, operator, Err(Barred::Capped)).await?;
        }
        self.change(case, Wake::At(now), |draft| {
            is_asked(&draft.case)?;
            // Another one may have agreed, or reviewed it, meanwhile.
            bar::approver(&draft.case, operator, past)?;
            draft.case.desk.approvals.push(Approval {
                approver: Staff::from(operator),
                at: now,
                note: note.clone(),
            });
            let given = u32::try_from(draft.case.desk.approvals.len()).unwrap_or(u32::MAX);
            let needed = draft.case.desk.needed().unwrap_or(given);
            draft.note(
                now,
                Fact::Approved {
                    approver: operator.name.clone(),
                    note: note.clone(),
                    given,
                    needed,
                },
            );
            if draft.case.desk.agreement() == Agreement::Enough {
                step_back(&mut draft.case);
            }
            Ok(())
        })
        .await
    }

    /// A colleague does not agree: the case ends. Whoever may agree to anything may say no to everything.
    pub async fn refuse_approval(&self, case: Case, operator: &Operator, reason: &str) -> Result<Case, Error> {
        super::person::allowed(operator, Power::Approve)?;
        let now = self.now();
        self.change(case, Wake::At(now), |draft| {
            is_asked(&draft.case)?;
            draft.note(
                now,
                Fact::ApprovalRefused {
                    approver: operator.name.clone(),
                    reason: reason.to_owned(),
                },
            );
            let refusal = Refusal::Disapproved;
            self.conclude(draft, End::Refused { refusal }, now)
        })
        .await
    }

    /// Why this operator may not agree to this case, if they may not: for the page, before the button is pressed.
    pub async fn barred_from_approving(&self, case: &Case, operator: &Operator) -> Result<Option<Barred>, Error> {
        Ok(bar::approver(case, operator, self.past_of(operator).await?).err())
    }

    /// What bars an operator from agreeing to anything, whatever the case.
    pub async fn past_of(&self, operator: &Operator) -> Result<Past, Error> {
        Ok(Past {
            recovered: self.was_recovered(operator).await?,
        })
    }

    /// Lets somebody decide, or writes down that they wanted to and must not: at most once a minute for one of them, one case and
    /// one cause.
    pub(super) async fn may(
        &self,
        what: &str,
        case: &Case,
        operator: &Operator,
        barred: Result<(), Barred>,
    ) -> Result<(), Error> {
        let Err(barred) = barred else {
            return Ok(());
        };
        let now = self.now();
        let barrier = format!("{}\n{}\n{what}\n{barred}", case.id, operator.id);
        let digest = Digest::of("barred", barrier.as_bytes());
        if self.store.count("barred", &digest, now, MINUTE, 1).await? {
            let fact = Fact::DecisionBarred {
                operator: operator.name.clone(),
                what: what.to_owned(),
                why: barred.to_string(),
            };
            self.store.note(&[Event::of(&case.id, now, fact)]).await?;
        }
        Err(Error::MayNot(barred))
    }

    async fn was_recovered(&self, operator: &Operator) -> Result<bool, Error> {
        let who: Vec<Digest> = bar::logins(operator)
            .iter()
            .map(|login| self.typed_digest(login))
            .collect();
        Ok(self.store.is_marked(MarkKind::Recovered, &who, self.now()).await?)
    }

    /// Remembers that somebody's access was recovered, so that they do not agree to others' cases for a while: whoever got in as
    /// them would open the door for the next one.
    pub(super) fn remember_recovery(&self, draft: &mut Draft, end: &End, now: Timestamp) {
        let recovered = matches!(
            end,
            End::Recovered
                | End::Answered {
                    verdict: Verdict::Proven
                }
        );
        if !recovered || self.caps.recovered_approver.is_zero() {
            return;
        }
        let private = &draft.case.private;
        let typed = private
            .subject
            .iter()
            .filter(|subject| subject.key == SubjectKey::Login);
        let accounts = private.account.iter().chain(private.accounts.values());
        let logins: Vec<Digest> = accounts
            .map(|account| account.login.as_str())
            .chain(typed.map(|subject| subject.value.as_str()))
            .map(|login| self.typed_digest(login))
            .collect();
        let until = now.plus(self.caps.recovered_approver);
        for who in logins {
            let kind = MarkKind::Recovered;
            draft.mark(Mark { kind, who, until });
        }
    }
}

fn is_asked(case: &Case) -> Result<(), Error> {
    if case.stage == Stage::Approval && case.desk.agreement() != Agreement::Enough {
        Ok(())
    } else {
        Err(Error::Elsewhere)
    }
}
