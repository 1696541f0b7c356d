//! What a colleague is asked to agree to, and their word. Nothing here asks a vendor: what would be done is read from the
//! purpose, and what is known of the account is what the case found.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use super::fields::Fields;
use super::{App, At, approvals, bars, review};
use crate::audit::Fact;
use crate::case::desk::PROTECTED;
use crate::case::role::Power;
use crate::case::{Barred, Case};
use crate::flow::Error;
use crate::pages::desk::{AccountLine, Agreed, Approval, Quorum, Said, StepLine, path};
use doorward_contract::Undoing;

/// The longest note and reason that the pages take.
const LONGEST: usize = 254;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(&path::approval("{id}"), get(look))
        .route(&path::agree("{id}"), post(agree))
        .route(&path::disagree("{id}"), post(disagree))
}

async fn look(at: At, Path(id): Path<String>) -> Response {
    match found(&at, &id).await {
        Ok(case) => page(&at, case, None, false).await,
        Err(refused) => refused,
    }
}

async fn agree(at: At, Path(id): Path<String>, fields: Fields) -> Response {
    let case = match sent(&at, &id, &fields).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    let note = fields.text(path::NOTE, LONGEST);
    let before = case.clone();
    match at.flow().approve(case, at.operator(), note).await {
        Ok(_) => at.done(path::APPROVALS, Said::Agreed),
        Err(Error::MayNot(barred)) => {
            let mut response = page(&at, before, Some(barred), false).await;
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
        Err(error) => at.fail_at(&before.id, error).await,
    }
}

async fn disagree(at: At, Path(id): Path<String>, fields: Fields) -> Response {
    let case = match sent(&at, &id, &fields).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    let Some(reason) = fields.text(path::REASON, LONGEST) else {
        return page(&at, case, None, true).await;
    };
    let id = case.id.clone();
    match at.flow().refuse_approval(case, at.operator(), &reason).await {
        Ok(_) => at.done(path::APPROVALS, Said::Disagreed),
        Err(error) => at.fail_at(&id, error).await,
    }
}

/// The case, if somebody's word is wanted on it and this operator is one who may say it.
async fn found(at: &At, id: &str) -> Result<Case, Response> {
    if !at.may(Power::Approve) {
        return Err(at.nothing().await);
    }
    let case = at.case(id).await?;
    if approvals::is_asked(&case) {
        Ok(case)
    } else {
        Err(at.fail_at(&case.id, Error::Elsewhere).await)
    }
}

async fn sent(at: &At, id: &str, fields: &Fields) -> Result<Case, Response> {
    at.need_of(Power::Approve, &path::approval(id)).await?;
    at.pressed(fields.token()).await?;
    found(at, id).await
}

async fn page(at: &At, case: Case, barred: Option<Barred>, reason_missing: bool) -> Response {
    match asked(at, &case, barred, reason_missing).await {
        Ok(page) => at.show(page).await,
        Err(error) => at.fail(error).await,
    }
}

async fn asked(at: &At, case: &Case, barred: Option<Barred>, reason_missing: bool) -> Result<Approval, Error> {
    let barred = match barred {
        None => at.flow().barred_from_approving(case, at.operator()).await?,
        told => told,
    };
    let account = case.private.account.as_ref();
    let directory = at.flow().purpose(&case.purpose)?.directory.clone();
    Ok(Approval {
        id: case.id.to_string(),
        number: case.number.clone(),
        purpose: at.purpose(case),
        account: AccountLine {
            name: account.and_then(|account| account.display_name.clone()),
            login: account.map(|account| account.login.clone()),
            id: account.map(|account| account.id.to_string()).zip(directory),
        },
        protected: protected(at, case).await?,
        opener: approvals::opener(case),
        ticket: case.opener.ticket(),
        reason: case.private.reason.clone(),
        would: would(at, case)?,
        explained: case.explanation.as_ref().map(review::explained),
        quorum: quorum(at, case)?,
        barred: barred.as_ref().map(bars::word),
        reason_missing,
    })
}

/// Why the account is protected, as the directory told it last.
async fn protected(at: &At, case: &Case) -> Result<Vec<String>, Error> {
    if !case.desk.protected {
        return Ok(Vec::new());
    }
    let events = at.flow().store.events_of(&case.id).await?;
    let told = events.into_iter().rev().find_map(|event| match event.fact {
        Fact::AccountLookedUp { reasons, .. } => Some(reasons),
        _ => None,
    });
    Ok(told.unwrap_or_default())
}

/// The purpose's plan, with what each step comes to if it has to be taken back.
fn would(at: &At, case: &Case) -> Result<Vec<StepLine>, Error> {
    let plan = &at.flow().purpose(&case.purpose)?.plan;
    let line = |act: &crate::case::plan::Act| {
        let undoing = at.flow().undoing(act).map(|undoing| match undoing {
            Undoing::Possible { what } => what.to_owned(),
            Undoing::Impossible { why } => why.to_owned(),
        });
        StepLine {
            connector: act.connector.clone(),
            action: act.action.ability().word().to_owned(),
            state: "waiting",
            at: None,
            facts: Vec::new(),
            why: None,
            notes: undoing.into_iter().collect(),
        }
    };
    Ok(plan.iter().map(line).collect())
}

fn quorum(at: &At, case: &Case) -> Result<Quorum, Error> {
    let (desk, purpose) = (&case.desk, at.flow().purpose(&case.purpose)?);
    let by_purpose = desk.quorum.unwrap_or_default();
    let floor = if desk.protected { PROTECTED } else { 0 };
    let reasons = [
        (purpose.approvals > 0, "purpose"),
        (by_purpose > purpose.approvals.max(floor), "tier"),
        (desk.protected, "protected"),
        (desk.shielded, "shield"),
        (desk.over_cap, "cap"),
    ];
    let given = desk.approvals.iter().map(|approval| Agreed {
        who: approval.approver.name.clone(),
        at: approval.at,
        note: approval.note.clone(),
    });
    Ok(Quorum {
        needed: desk.needed().unwrap_or_default(),
        why: reasons
            .into_iter()
            .filter_map(|(holds, why)| holds.then_some(why))
            .collect(),
        given: given.collect(),
    })
}
