//! What waits for a reviewer, the longest waiting first. Nothing here says whose account it is.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::{App, At, COUNTED, bars, review};
use crate::case::role::Power;
use crate::case::{Case, Stage, bar, step};
use crate::flow::Error;
use crate::pages::desk::{ReviewLine, Reviews, path};
use crate::store::Filter;
use doorward_contract::Timestamp;

pub(super) fn routes() -> Router<App> {
    Router::new().route(path::REVIEWS, get(look))
}

async fn look(at: At) -> Response {
    if let Err(refused) = at.need(Power::Review, path::REVIEWS).await {
        return refused;
    }
    match lines(&at).await {
        Ok(lines) => at.show(Reviews { lines }).await,
        Err(error) => at.fail(error).await,
    }
}

async fn lines(at: &At) -> Result<Vec<ReviewLine>, Error> {
    let filter = Filter {
        stage: Some(Stage::Review),
        limit: COUNTED,
        ..Filter::default()
    };
    let cases = at.flow().store.cases(filter).await?;
    let ours = cases.iter().filter(|case| step::awaits_reviewer(case));
    let mut lines: Vec<ReviewLine> = ours.map(|case| line(at, case)).collect();
    lines.sort_by_key(|line| line.since);
    Ok(lines)
}

fn line(at: &At, case: &Case) -> ReviewLine {
    ReviewLine {
        id: case.id.to_string(),
        number: case.number.clone(),
        purpose: at.purpose(case),
        cause: review::cause(case),
        since: since(case),
        held_by: review::holder(at, case),
        barred: bar::reviewer(case, at.operator())
            .err()
            .map(|barred| bars::word(&barred)),
    }
}

/// Since when the person waits for somebody here: since their proof was decided on.
pub(super) fn since(case: &Case) -> Timestamp {
    let decided = case.attempt().and_then(|attempt| attempt.decided_at);
    decided.unwrap_or(case.changed_at)
}
