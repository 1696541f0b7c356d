//! The company's recovery page: work e-mail address or user name, nothing else.
//!
//! The same page, the same answer and the same time for every name (OWASP Forgot Password; threats T20, T21): a case is
//! opened whatever is typed, and the directory is asked later, in the background.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::client::Client;
use super::{Door, Kind, kept, looked_at};
use crate::pages::{Choice, Login, LoginError, Notice, Welcome, path};

/// Where a person names the account.
const RECOVER: &str = "/recover";

/// The portal's paths.
pub fn routes() -> Router<Door> {
    Router::new()
        .route(path::START, get(welcome))
        .route(RECOVER, get(ask).post(open))
}

/// Who asks, why, and what will happen.
async fn welcome(State(door): State<Door>) -> Response {
    let Some(way) = door.way(Kind::Portal) else {
        return door.show(Notice::NotFound);
    };
    if let Some(closed) = closed(&door).await {
        return closed;
    }
    let purposes = door.purposes_of(&way.name);
    let choices = purposes
        .iter()
        .map(|purpose| Choice {
            name: purpose.name.clone(),
            title: purpose.title.clone(),
        })
        .collect();
    door.show(Welcome {
        choices,
        form_action: RECOVER.to_owned(),
        return_to: None,
        looked_at: looked_at(&purposes),
        kept: kept(&purposes),
    })
}

#[derive(Deserialize)]
struct Chosen {
    purpose: Option<String>,
}

async fn ask(State(door): State<Door>, Query(chosen): Query<Chosen>) -> Response {
    if let Some(closed) = closed(&door).await {
        return closed;
    }
    match offered(&door, chosen.purpose.as_deref()) {
        Some(purpose) => door.show(login(purpose, None, String::new())),
        None => door.show(Notice::NotFound),
    }
}

#[derive(Deserialize)]
struct Named {
    purpose: Option<String>,
    #[serde(default)]
    login: String,
}

async fn open(State(door): State<Door>, Client(address): Client, Form(named): Form<Named>) -> Response {
    let Some(way) = door.way(Kind::Portal).map(|way| way.name.clone()) else {
        return door.show(Notice::NotFound);
    };
    let Some(purpose) = offered(&door, named.purpose.as_deref()) else {
        return door.show(Notice::NotFound);
    };
    let typed = named.login.trim();
    if let Some((error, shown)) = LoginError::of(typed) {
        return door.show(login(purpose, Some(error), shown));
    }
    match door.flow.open_portal(&purpose, &way, typed, address, None).await {
        Ok(bound) => door.bind(&bound.key, path::CASE),
        Err(error) => door.fail(&error),
    }
}

/// What everybody is shown while nobody helps themselves, before they type anything.
pub(super) async fn closed(door: &Door) -> Option<Response> {
    match door.flow.raised().await {
        Ok(None) => None,
        Ok(Some(_)) => Some(door.show(Notice::Shielded)),
        Err(error) => Some(door.fail(&error)),
    }
}

/// The purpose asked for if the portal offers it; the only one it offers if none is asked for.
fn offered(door: &Door, asked: Option<&str>) -> Option<String> {
    let way = door.way(Kind::Portal)?;
    let purposes = door.purposes_of(&way.name);
    match asked {
        Some(name) => purposes
            .into_iter()
            .find(|purpose| purpose.name == name)
            .map(|purpose| purpose.name.clone()),
        None if purposes.len() == 1 => purposes.first().map(|purpose| purpose.name.clone()),
        None => None,
    }
}

fn login(purpose: String, error: Option<LoginError>, value: String) -> Login {
    Login {
        purpose,
        action: RECOVER.to_owned(),
        return_to: None,
        error,
        value,
    }
}
