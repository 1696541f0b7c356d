//! What waits for whoever is signed in.

use axum::response::Response;

use super::At;
use super::line;
use crate::case::role::Power;
use crate::case::{Case, Stage};
use crate::flow::Error;
use crate::pages::desk::Home;
use crate::store::Filter;

/// How many of each are listed; the lists have the rest.
const LISTED: usize = 10;
/// How many are looked through for an operator's own.
const LOOKED_THROUGH: u32 = 200;

pub(super) async fn look(at: At) -> Response {
    match home(&at).await {
        Ok(home) => at.show(home).await,
        Err(error) => at.fail(error).await,
    }
}

async fn home(at: &At) -> Result<Home, Error> {
    let lines = |cases: &[Case]| line::all(at, cases, LISTED);
    Ok(Home {
        reviews: lines(&at.waiting(Power::Review).await?),
        approvals: lines(&at.waiting(Power::Approve).await?),
        stuck: lines(&stuck(at).await?),
        mine: lines(&mine(at).await?),
    })
}

async fn stuck(at: &At) -> Result<Vec<Case>, Error> {
    if !at.may(Power::MendCase) {
        return Ok(Vec::new());
    }
    let filter = Filter {
        stage: Some(Stage::Stuck),
        limit: LOOKED_THROUGH,
        ..Filter::default()
    };
    Ok(at.flow().store.cases(filter).await?)
}

async fn mine(at: &At) -> Result<Vec<Case>, Error> {
    if !at.may(Power::OpenCase) {
        return Ok(Vec::new());
    }
    let filter = Filter {
        limit: LOOKED_THROUGH,
        ..Filter::default()
    };
    let mut cases = at.flow().store.cases(filter).await?;
    let own = |case: &Case| {
        let opener = case.desk.opened_by.as_ref();
        opener.is_some_and(|opener| opener.id == at.operator().id) && case.stage != Stage::Closed
    };
    cases.retain(own);
    Ok(cases)
}
