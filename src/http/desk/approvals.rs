//! What waits for an approver, the longest waiting first.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::{App, At, COUNTED, bars, line, reviews};
use crate::case::desk::Agreement;
use crate::case::role::Power;
use crate::case::{Case, Opener, Stage, bar};
use crate::flow::Error;
use crate::pages::desk::{ApprovalLine, Approvals, path};
use crate::store::Filter;

pub(super) fn routes() -> Router<App> {
    Router::new().route(path::APPROVALS, get(look))
}

async fn look(at: At) -> Response {
    // Looking wants no fresh proof: that is asked for when somebody agrees.
    if !at.may(Power::Approve) {
        return at.forbidden().await;
    }
    match lines(&at).await {
        Ok(lines) => at.show(Approvals { lines }).await,
        Err(error) => at.fail(error).await,
    }
}

async fn lines(at: &At) -> Result<Vec<ApprovalLine>, Error> {
    let filter = Filter {
        stage: Some(Stage::Approval),
        limit: COUNTED,
        ..Filter::default()
    };
    let cases = at.flow().store.cases(filter).await?;
    let past = at.flow().past_of(at.operator()).await?;
    let asked = cases.iter().filter(|case| is_asked(case));
    let mut lines: Vec<ApprovalLine> = asked
        .map(|case| ApprovalLine {
            id: case.id.to_string(),
            number: case.number.clone(),
            person: line::person(at, case),
            purpose: at.purpose(case),
            opener: opener(case),
            since: reviews::since(case),
            given: u32::try_from(case.desk.approvals.len()).unwrap_or(u32::MAX),
            needed: case.desk.needed().unwrap_or_default(),
            barred: bar::approver(case, at.operator(), past)
                .err()
                .map(|barred| bars::word(&barred)),
        })
        .collect();
    lines.sort_by_key(|line| line.since);
    Ok(lines)
}

/// Whether somebody's word is still wanted. Enough may have agreed while the person is away.
pub(super) fn is_asked(case: &Case) -> bool {
    case.stage == Stage::Approval && case.desk.agreement() != Agreement::Enough
}

/// Who opened it, where it was not the person.
pub(super) fn opener(case: &Case) -> Option<String> {
    match &case.opener {
        Opener::Person => None,
        opener => Some(opener.word()),
    }
}
