//! Signing out (OpenID Connect RP-Initiated Logout 1.0): this browser's earlier proof no longer answers for it.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::{Door, session};
use crate::pages::{Notice, SignOut};
use crate::provider::form::{Body, Parameters, Sent};
use crate::provider::logout::Logout;
use crate::provider::refusal::Refusal;

/// Where the person's own yes goes.
const CONFIRM: &str = "/oauth2/logout/confirm";

/// Where relying parties send browsers.
pub fn crossing() -> Router<Door> {
    Router::new().route("/oauth2/logout", get(asked).post(asked))
}

/// The path of our own page.
pub fn routes() -> Router<Door> {
    Router::new().route(CONFIRM, post(confirmed))
}

async fn asked(
    State(door): State<Door>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Sent,
) -> Response {
    let parameters = match Parameters::of_arrival(&method, query.as_deref(), &headers, body) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&door, &refusal).await,
    };
    match door.provider.logout(&parameters).await {
        // An ID token of ours that speaks of whoever this browser remembers: nobody needs to be asked.
        Ok(logout) if speaks_of_this(&door, &headers, &logout).await => leave(&door, &headers, logout).await,
        // §2: otherwise the person must be asked.
        Ok(_) => door.show(SignOut {
            action: CONFIRM.to_owned(),
            fields: parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }),
        Err(refusal) => refused(&door, &refusal).await,
    }
}

/// Whether the hint's person is the one whose proof this browser keeps, or it keeps none.
async fn speaks_of_this(door: &Door, headers: &HeaderMap, logout: &Logout) -> bool {
    let Some((client, subject)) = &logout.hinted else {
        return false;
    };
    let kept = session::kept(door, headers).await;
    kept.is_none_or(|(proven, _)| door.provider.subject(&proven, client) == *subject)
}

async fn confirmed(State(door): State<Door>, headers: HeaderMap, body: Sent) -> Response {
    let parameters = match Parameters::of_sent(&headers, body, Body::Form) {
        Ok(parameters) => parameters,
        Err(refusal) => return refused(&door, &refusal).await,
    };
    match door.provider.logout(&parameters).await {
        // Our own page may not lead elsewhere from its form: the person goes back by themselves.
        Ok(_) => leave(&door, &headers, Logout::default()).await,
        Err(refusal) => refused(&door, &refusal).await,
    }
}

async fn refused(door: &Door, refusal: &Refusal) -> Response {
    door.provider.note_refusal("logout", None, refusal).await;
    door.show(Notice::BadRequest { support: None })
}

async fn leave(door: &Door, headers: &HeaderMap, logout: Logout) -> Response {
    let mut response = match logout.then.as_deref().map(HeaderValue::from_str) {
        Some(Ok(location)) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        _ => door.show(Notice::SignedOut),
    };
    session::forget(door, headers, &mut response).await;
    response
}
