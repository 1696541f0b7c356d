//! The helpdesk's link: one use, bound to the first browser.
//!
//! Opening it by GET consumes nothing, because mail scanners open every link (persona.md §2.3); only the button on the
//! page does.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use serde::Deserialize;

use super::Door;
use super::client::Client;
use crate::case::{Case, Opener};
use crate::crypto::token::Token;
use crate::flow::open::Landing;
use crate::pages::path::{CASE, ENTER_CODE};
use crate::pages::{EnterCode, Invited, Notice};

/// The link's paths.
pub fn routes() -> Router<Door> {
    Router::new()
        .route("/l/{token}", get(land).post(accept))
        .route(ENTER_CODE, get(ask_code).post(take_code))
}

/// The path of a link.
pub fn path(token: &Token) -> String {
    format!("/l/{}", token.text())
}

async fn land(State(door): State<Door>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let Some(token) = Token::parse(&token) else {
        return door.show(Notice::NotFound);
    };
    match door.flow.landing(&token).await {
        Ok(Landing::Open(case)) => door.show(invited(&door, &case, &token)),
        // Whoever used it may come back by it; everybody else is told that it was used.
        Ok(Landing::Used(case)) if owns(&door, &headers, &case).await => door.on_to(CASE),
        Ok(Landing::Used(_)) => door.show(Notice::LinkUsed),
        Ok(Landing::Late(_) | Landing::Over) => door.show(Notice::LinkExpired),
        Err(error) => door.fail(&error),
    }
}

async fn accept(State(door): State<Door>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let Some(token) = Token::parse(&token) else {
        return door.show(Notice::NotFound);
    };
    match door.flow.landing(&token).await {
        Ok(Landing::Used(case)) if owns(&door, &headers, &case).await => return door.on_to(CASE),
        Ok(Landing::Late(_) | Landing::Over) => {
            let _late = door.flow.accept(&token).await;
            return door.show(Notice::LinkExpired);
        }
        Ok(_) => {}
        Err(error) => return door.fail(&error),
    }
    match door.flow.accept(&token).await {
        Ok(Some(bound)) => door.bind(&bound.key, CASE),
        Ok(None) => door.show(Notice::LinkUsed),
        Err(error) => door.fail(&error),
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    code: String,
}

/// Where a short code is typed in that somebody read out.
async fn ask_code(State(door): State<Door>) -> Response {
    door.show(EnterCode { wrong: false })
}

/// The right code leads to the link's own page, where nothing is used up yet but the code.
async fn take_code(State(door): State<Door>, Client(address): Client, Form(typed): Form<Typed>) -> Response {
    if typed.code.len() > EnterCode::MAX_LENGTH {
        return door.show(EnterCode { wrong: true });
    }
    match door.flow.take_code(&typed.code, address).await {
        Ok(Some(token)) => (StatusCode::SEE_OTHER, [(header::LOCATION, path(&token))]).into_response(),
        Ok(None) => door.show(EnterCode { wrong: true }),
        Err(error) => door.fail(&error),
    }
}

/// Whether the browser that asks is the one the case is bound to.
pub(super) async fn owns(door: &Door, headers: &HeaderMap, case: &Case) -> bool {
    let Some(key) = door.browser_key(headers) else {
        return false;
    };
    matches!(door.flow.case_of(&key).await, Ok(Some(own)) if own.id == case.id)
}

fn invited(door: &Door, case: &Case, token: &Token) -> Invited {
    let (requester, ticket) = match &case.opener {
        Opener::Person | Opener::Client { .. } => (String::new(), None),
        Opener::Operator { name, ticket } => (name.clone(), ticket.clone()),
    };
    let title = door
        .flow
        .purpose(&case.purpose)
        .map_or_else(|_| String::new(), |purpose| purpose.title.clone());
    Invited {
        company: door.company.to_string(),
        requester,
        ticket,
        purpose_title: title,
        words: case.desk.words.as_ref().map(ToString::to_string),
        action: path(token),
    }
}
