//! Signing out (OpenID Connect RP-Initiated Logout 1.0): this browser's earlier proof no longer answers for it.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::{Door, session};
use crate::pages::{Notice, SignOut};
use crate::provider::form::{Body, Parameters};
use crate::provider::logout::Logout;

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
    body: Bytes,
) -> Response {
    let read = if method == Method::POST {
        Parameters::of_body(&headers, &body, Body::Form)
    } else {
        Parameters::of_query(query.as_deref().unwrap_or_default())
    };
    let Ok(parameters) = read else {
        return door.show(Notice::BadRequest { support: None });
    };
    match door.provider.logout(&parameters).await {
        // An ID token of ours for that client: it speaks for somebody who signed in there.
        Ok(logout) if logout.client.is_some() => leave(&door, &headers, logout).await,
        // §2: otherwise the person must be asked.
        Ok(_) => door.show(SignOut {
            action: CONFIRM.to_owned(),
            fields: parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }),
        Err(refusal) => {
            door.provider.note_refusal("logout", None, &refusal).await;
            door.show(Notice::BadRequest { support: None })
        }
    }
}

async fn confirmed(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(parameters) = Parameters::of_body(&headers, &body, Body::Form) else {
        return door.show(Notice::BadRequest { support: None });
    };
    match door.provider.logout(&parameters).await {
        // Our own page may not lead elsewhere from its form: the person goes back by themselves.
        Ok(_) => leave(&door, &headers, Logout::default()).await,
        Err(_) => door.show(Notice::BadRequest { support: None }),
    }
}

async fn leave(door: &Door, headers: &HeaderMap, logout: Logout) -> Response {
    let mut response = match logout.then.as_deref().map(HeaderValue::from_str) {
        Some(Ok(location)) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        _ => door.show(Notice::SignedOut),
    };
    session::forget(door, headers, &mut response).await;
    response
}
