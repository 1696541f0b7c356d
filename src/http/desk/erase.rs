//! Everything known of a person is forgotten: looked up, confirmed by typing the login, done. Every step wants a fresh proof.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use super::fields::Fields;
use super::{App, At};
use crate::case::role::Power;
use crate::flow::Error;
use crate::flow::person::Erasable;
use crate::pages::desk::{Erase, EraseStep, path};
use crate::store::EventFilter;

/// The longest login that the pages take.
const LONGEST: usize = 254;
/// The word of the fact that is the receipt.
const ORDERED: &str = "erasure_ordered";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(path::ERASE, get(look).post(find))
        .route(path::ERASE_CONFIRM, post(confirm))
}

async fn look(at: At) -> Response {
    if let Err(refused) = at.need(Power::Erase, path::ERASE).await {
        return refused;
    }
    show(&at, EraseStep::Ask { unknown: None }).await
}

async fn find(at: At, fields: Fields) -> Response {
    if let Err(refused) = sent(&at, &fields).await {
        return refused;
    }
    let Some(login) = fields.text(path::ACCOUNT, LONGEST) else {
        return show(&at, EraseStep::Ask { unknown: None }).await;
    };
    ask(&at, login, false).await
}

async fn confirm(at: At, fields: Fields) -> Response {
    if let Err(refused) = sent(&at, &fields).await {
        return refused;
    }
    let Some(login) = fields.text(path::ACCOUNT, LONGEST) else {
        return show(&at, EraseStep::Ask { unknown: None }).await;
    };
    if !same(&login, fields.get(path::CONFIRM)) {
        return ask(&at, login, true).await;
    }
    match erase(&at, &login).await {
        Ok(step) => show(&at, step).await,
        Err(error) => at.fail(error).await,
    }
}

async fn sent(at: &At, fields: &Fields) -> Result<(), Response> {
    at.need(Power::Erase, path::ERASE).await?;
    at.pressed(fields.token()).await
}

/// As sign-ins are compared everywhere: nobody types capitals for them.
fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// What is known of somebody, to be confirmed.
async fn ask(at: &At, login: String, differs: bool) -> Response {
    let step = match at.flow().erasable(at.operator(), &login).await {
        Ok(Some(Erasable {
            display_name,
            cases,
            open,
        })) => EraseStep::Confirm {
            login,
            name: display_name,
            cases: number(cases),
            open: number(open),
            differs,
        },
        Ok(None) => EraseStep::Ask { unknown: Some(login) },
        Err(error) => return at.fail(error).await,
    };
    let mut response = show(at, step).await;
    if differs && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

async fn erase(at: &At, login: &str) -> Result<EraseStep, Error> {
    let done = at.flow().erase_everywhere(at.operator(), login).await?;
    let newest = EventFilter {
        kind: Some(ORDERED.to_owned()),
        limit: 1,
        ..EventFilter::default()
    };
    let entry = at.flow().store.events(newest).await?;
    Ok(EraseStep::Done {
        receipt: entry.first().map(|link| link.seq.to_string()).unwrap_or_default(),
        cases: number(done.cases.len()),
        pending: number(done.pending),
    })
}

async fn show(at: &At, step: EraseStep) -> Response {
    at.show(Erase { step }).await
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
