//! The page of one case: where it stands, what the person has before them, what was found, done and written down, and what this
//! operator may do with it now. What they must not know yet is left out here, and nowhere sent.

use axum::extract::Path;
use axum::response::Response;

use super::explained::{explained, quorum, steps};
use super::{At, timeline};
use crate::audit::{Event, Fact};
use crate::case::bar;
use crate::case::role::Power;
use crate::case::{Attempt, Case, CheckState, Confirmed, End, FurtherCheck, Opener, Stage, StepState};
use crate::flow::Error;
use crate::http::shown;
use crate::pages::desk::{AccountLine, Act, AttemptLine, CasePage, CheckLine, Condition};
use doorward_contract::{Outcome, SubjectKey, Undoing};

pub(super) async fn look(at: At, Path(id): Path<String>) -> Result<Response, Response> {
    let case = at.case(&id).await?;
    match page(&at, &case).await {
        Ok(page) => Ok(at.show(page).await),
        Err(error) => Err(at.fail(error).await),
    }
}

async fn page(at: &At, case: &Case) -> Result<CasePage, Error> {
    let events = at.flow().store.events_of(&case.id).await?;
    let blind = bar::is_blind(case, at.operator());
    let open = case.stage != Stage::Closed;
    let purpose = at.flow().purpose(&case.purpose);
    let words = case.desk.words.as_ref().filter(|_| open).map(|words| {
        let (first, second) = words.pair();
        (first.to_owned(), second.to_owned())
    });
    Ok(CasePage {
        id: case.id.to_string(),
        number: case.number.clone(),
        purpose: purpose.map_or_else(|_| case.purpose.clone(), |purpose| purpose.title.clone()),
        source: case.source.clone(),
        opener: match &case.opener {
            Opener::Person => None,
            opener => Some(opener.word()),
        },
        ticket: case.opener.ticket(),
        // Said in an operator's own words, which may name the person.
        reason: case.private.reason.clone().filter(|_| !blind),
        stage: case.stage.word(),
        reached: reached(case, &events).word(),
        end: case.end.as_ref().map(End::word),
        refusal: refusal(case),
        opened_at: case.opened_at,
        changed_at: case.changed_at,
        expires_at: open.then_some(case.expires_at),
        ended_at: case.ended_at,
        account: account(at, case).filter(|_| !blind),
        words,
        sight: shown::sight(&at.app.door, case),
        trouble: trouble(case, &events),
        attempts: case.attempts.iter().map(attempt).collect(),
        explained: case.explanation.as_ref().filter(|_| !blind).map(explained),
        checks: case.checks.iter().map(check).collect(),
        quorum: quorum(at, case),
        plan: steps(at, case),
        conditions: case.conditions.iter().map(condition).collect(),
        pass_until: case.pass_until.filter(|_| !case.passes.is_empty()),
        remembered_until: case.remembered_until,
        flagged: case
            .desk
            .flag
            .as_ref()
            .map(|flag| (flag.by.name.clone(), flag.at, flag.reason.clone())),
        erased: case.erased,
        events: events.iter().rev().map(|event| timeline::line(event, blind)).collect(),
        acts: acts(at, case),
        may_review: may_review(at, case),
        may_approve: may_approve(at, case).await?,
    })
}

/// What this operator may do with the case now. The flow decides once more when it is done.
pub(super) fn acts(at: &At, case: &Case) -> Vec<Act> {
    let kept = !case.reduced && !case.erased;
    let over = case.stage == Stage::Closed;
    let ended_well = matches!(case.end, Some(End::Recovered | End::Unclaimed));
    let now = at.flow().now();
    let possible = |act: &Act| match act {
        Act::NewLink => case.stage == Stage::Invited && now < case.expires_at,
        Act::Cancel => !matches!(case.stage, Stage::Acting | Stage::Ready | Stage::Answer | Stage::Closed),
        Act::Flag => case.desk.flag.is_none() && !case.erased,
        Act::ClearFlag => case.desk.flag.is_some(),
        Act::Resume => case.stage == Stage::Stuck,
        Act::Retry => {
            ended_well && kept && case.desk.flag.is_none() && case.plan.iter().any(crate::case::PlannedStep::is_failed)
        }
        Act::Undo => (case.stage == Stage::Stuck || (over && kept)) && has_undoable(at, case),
        Act::Forget => over && case.remembered_until.is_some(),
    };
    Act::ALL
        .into_iter()
        .filter(|act| at.may(act.power()) && possible(act))
        .collect()
}

fn has_undoable(at: &At, case: &Case) -> bool {
    case.plan.iter().any(|step| {
        matches!(step.state, StepState::Done { .. })
            && matches!(at.flow().undoing(&step.act), Some(Undoing::Possible { .. }))
    })
}

fn may_review(at: &At, case: &Case) -> bool {
    let somebody_elses = case
        .desk
        .review
        .as_ref()
        .is_some_and(|review| review.reviewer.id != at.operator().id);
    case.stage == Stage::Review && !somebody_elses && bar::reviewer(case, at.operator()).is_ok()
}

async fn may_approve(at: &At, case: &Case) -> Result<bool, Error> {
    if case.stage != Stage::Approval || !at.may(Power::Approve) {
        return Ok(false);
    }
    let past = at.flow().past_of(at.operator()).await?;
    Ok(bar::approver(case, at.operator(), past).is_ok())
}

/// The furthest stage that the record tells of; where it stands, while it is open.
fn reached(case: &Case, events: &[Event]) -> Stage {
    if case.stage != Stage::Closed {
        return case.stage;
    }
    let stage = |event: &Event| match event.fact {
        Fact::BrowserBound => Some(Stage::Consent),
        Fact::ProofStarted { .. } => Some(Stage::Proving),
        Fact::Compared { .. } => Some(Stage::Comparing),
        Fact::ReviewSought { .. } => Some(Stage::Review),
        Fact::ChecksBegun => Some(Stage::Checking),
        Fact::ApprovalSought { .. } => Some(Stage::Approval),
        Fact::StepIntended { .. } => Some(Stage::Acting),
        Fact::PassReady { .. } => Some(Stage::Ready),
        Fact::AnswerReady { .. } => Some(Stage::Answer),
        _ => None,
    };
    let place = |stage: &Stage| Stage::ALL.iter().position(|known| known == stage);
    events
        .iter()
        .filter_map(stage)
        .max_by_key(place)
        .unwrap_or(Stage::Invited)
}

fn refusal(case: &Case) -> Option<&'static str> {
    match &case.end {
        Some(End::Refused { refusal }) => Some(refusal.word()),
        _ => case.refusal.map(crate::case::Refusal::word),
    }
}

fn account(at: &At, case: &Case) -> Option<AccountLine> {
    let known = &case.private;
    let connector = at
        .flow()
        .purpose(&case.purpose)
        .ok()
        .and_then(|purpose| purpose.directory.clone());
    if let Some(account) = &known.account {
        return Some(AccountLine {
            name: account.display_name.clone(),
            login: Some(account.login.clone()),
            id: connector.map(|connector| (account.id.to_string(), connector)),
        });
    }
    let subject = known.subject.as_ref()?;
    let is_login = subject.key == SubjectKey::Login;
    Some(AccountLine {
        name: None,
        login: is_login.then(|| subject.value.clone()),
        id: connector
            .filter(|_| !is_login)
            .map(|connector| (subject.value.clone(), connector)),
    })
}

/// The vendor that is waited for, as the record last told of it.
fn trouble(case: &Case, events: &[Event]) -> Option<(String, String)> {
    case.trouble.as_ref()?;
    events.iter().rev().find_map(|event| match &event.fact {
        Fact::VendorWaited { vendor, why, .. } => Some((vendor.clone(), why.clone())),
        _ => None,
    })
}

fn attempt(attempt: &Attempt) -> AttemptLine {
    let (outcome, reasons) = match &attempt.outcome {
        None | Some(Outcome::Pending) => ("pending", Vec::new()),
        Some(Outcome::Passed) => ("passed", Vec::new()),
        Some(Outcome::Declined { reasons }) => ("declined", reasons.clone()),
        Some(Outcome::Review { reasons }) => ("review", reasons.clone()),
        Some(Outcome::Expired) => ("expired", Vec::new()),
        Some(Outcome::Foreign { reasons }) => ("foreign", reasons.clone()),
    };
    AttemptLine {
        number: attempt.number,
        verifier: attempt.verifier.clone(),
        at: attempt.asked_at,
        outcome,
        reasons,
        forgotten: attempt.forgotten,
    }
}

fn check(check: &FurtherCheck) -> CheckLine {
    let (result, why) = match &check.state {
        CheckState::Waiting => ("waiting", None),
        CheckState::Asked { .. } => ("asked", None),
        CheckState::Passed { .. } => ("passed", None),
        CheckState::Failed { why, .. } => ("failed", Some(why.clone())),
    };
    CheckLine {
        by: check.wanted.by().to_owned(),
        check: check.wanted.word(),
        result,
        why,
    }
}

fn condition(condition: &Confirmed) -> Condition {
    Condition {
        connector: condition.connector.clone(),
        usable: condition.usable,
        notes: condition.notes.clone(),
    }
}
