//! The door of the console: to the provider and back, proving oneself anew, signing out. What each check is stands in
//! [`crate::staff`]; here is what a browser brings and what it is shown.

use std::time::Duration;

use axum::extract::{Form, Path, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;

use super::App;
use super::authority::{Staff, cookie_name, led, session};
use super::problem::Problem;
use crate::case::role::Role;
use crate::cause::causes;
use crate::flow;
use crate::pages::{Notice, StaffDoor, path};
use crate::provider::form::{Body, Parameters, Sent};
use crate::source::Door;
use crate::source::client::{Client, ClientAddress};
use crate::staff::{Arrived, Leave, Refused};

/// How often somebody at one address may come back from a provider in an hour: each time a code is exchanged.
const RETURNS_AN_HOUR: u32 = 120;
const HOUR: Duration = Duration::from_secs(3600);

/// What operators' browsers ask for.
pub fn routes() -> Router<App> {
    Router::new()
        .route(path::STAFF_SIGN_IN, get(choose))
        .route("/desk/sign-in/{provider}", get(leave))
        .route("/desk/return/{provider}", get(come_back))
        .route(path::STAFF_STEP_UP, get(prove_anew))
        .route(path::STAFF_SIGN_OUT, get(ask_to_sign_out).post(sign_out))
        .route(path::STAFF_SIGNED_OUT, get(signed_out))
        .route(path::STAFF_SESSION, get(stands))
        .route("/desk/break-glass/{token}", get(look_through_glass))
        .route(path::STAFF_GLASS, post(through_glass))
}

/// What providers call themselves.
pub fn machines() -> Router<App> {
    Router::new().route("/desk/back-channel/{provider}", post(ordered_out))
}

#[derive(Deserialize)]
struct Wanted {
    to: Option<String>,
}

#[derive(Deserialize)]
struct Pressed {
    #[serde(default)]
    form_token: String,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(default)]
    token: String,
}

/// Who vouches for them?
async fn choose(State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    if app.staff.providers.is_empty() {
        return app.door.show(Notice::NotFound);
    }
    let to = app.staff.way_back(wanted.to.as_deref());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("to", &to)
        .finish();
    let ways = app.staff.providers.iter().map(|provider| {
        let address = format!("{}/{}?{query}", path::STAFF_SIGN_IN, provider.name);
        (provider.title.clone(), address)
    });
    app.door.show(StaffDoor::SignIn { ways: ways.collect() })
}

async fn leave(State(app): State<App>, Path(provider): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    match app.staff.leave(&provider, wanted.to.as_deref()).await {
        Ok(leave) => away(&app, &leave),
        Err(refused) => refusal(&app.door, &refused),
    }
}

/// Back from the provider. Everything in the query is a stranger's text until it is held against what the browser carried.
async fn come_back(
    State(app): State<App>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    client: Client,
) -> Response {
    let (now, store) = (app.door.flow.now(), &app.door.flow.store);
    match store
        .count("staff returns", &client.0, now, HOUR, RETURNS_AN_HOUR)
        .await
    {
        Ok(true) => {}
        Ok(false) => return app.door.fail(&flow::Error::TooMany(HOUR)),
        Err(error) => return app.door.fail(&error.into()),
    }
    let before = match session(&app, &headers).await {
        Ok(before) => before,
        Err(error) => return app.door.fail(&error.into()),
    };
    let carried = Door::cookie(&headers, visit_name(&app));
    let before = before.as_ref().map(|(token, session)| (token, session));
    let query = query.unwrap_or_default();
    let arrived = Box::pin(app.staff.come_back(&provider, carried, before, &query)).await;
    match arrived {
        Ok(arrived) => let_in(&app, &arrived),
        Err(refused) => refusal(&app.door, &refused),
    }
}

async fn prove_anew(
    State(app): State<App>,
    Staff(session): Staff,
    ClientAddress(from): ClientAddress,
    Query(wanted): Query<Wanted>,
) -> Response {
    match Box::pin(app.staff.prove_anew(&session, wanted.to.as_deref(), from)).await {
        Ok(leave) => away(&app, &leave),
        Err(refused) => refusal(&app.door, &refused),
    }
}

async fn ask_to_sign_out(State(app): State<App>, Staff(session): Staff) -> Response {
    app.door.show(StaffDoor::SignOut {
        form_token: session.csrf,
    })
}

async fn sign_out(State(app): State<App>, staff: Staff, Form(pressed): Form<Pressed>) -> Result<Response, Response> {
    staff.pressed(&app.door, &pressed.form_token)?;
    let out = app.staff.sign_out(&staff.0).await;
    let out = out.map_err(|refused| refusal(&app.door, &refused))?;
    // A link and no redirect: a browser holds every hop of a form against the form's own page (Content Security Policy Level 3
    // §6.4.1), and whoever shares the provider's session with other work may want to keep it.
    let state = out.further.as_ref().map(|further| further.state.clone());
    let mut response = app.door.show(StaffDoor::SignedOut {
        further: out.further.map(|further| (further.title, further.address)),
    });
    app.door.set_cookie(&mut response, cookie_name(&app), "", 0);
    let kept = state.as_deref().unwrap_or_default();
    app.door.set_cookie(
        &mut response,
        out_name(&app),
        kept,
        if state.is_some() { 600 } else { 0 },
    );
    Ok(response)
}

/// Back from having signed out at the provider. It says so only to the browser that went.
async fn signed_out(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let said = Parameters::of_query(&query.unwrap_or_default()).unwrap_or_default();
    let went = Door::cookie(&headers, out_name(&app)).filter(|state| !state.is_empty());
    if went.is_none() || went != said.get("state") {
        return led(path::STAFF_SIGN_IN, None);
    }
    let mut response = app.door.show(StaffDoor::SignedOut { further: None });
    app.door.set_cookie(&mut response, out_name(&app), "", 0);
    response
}

/// What the console's scripts ask: whether they are signed in still, and how long.
async fn stands(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = session(&app, &headers).await;
    let found = found.map_err(|error| Problem::from(flow::Error::from(error)))?;
    let (_, session) = found.ok_or_else(Problem::unauthorised)?;
    let roles: Vec<&str> = session.operator.roles.iter().map(Role::word).collect();
    Ok(Json(json!({
        "operator": {
            "id": session.operator.id, "name": session.operator.name, "email": session.operator.email, "roles": roles,
        },
        "provider": session.provider,
        "fresh": session.is_fresh,
        "proven_at": session.proven_at,
        "until": session.until,
        "ends_at": session.ends_at,
    }))
    .into_response())
}

/// Shown before anything is done: link scanners look at every link.
async fn look_through_glass(State(app): State<App>, Path(token): Path<String>) -> Response {
    if app.staff.break_glass {
        app.door.show(StaffDoor::Glass { token })
    } else {
        app.door.show(Notice::NotFound)
    }
}

async fn through_glass(State(app): State<App>, Form(opened): Form<Opened>) -> Response {
    match app.staff.through_glass(&opened.token).await {
        Ok(arrived) => let_in(&app, &arrived),
        Err(refused) => refusal(&app.door, &refused),
    }
}

/// A provider orders sessions to be ended (OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8).
async fn ordered_out(State(app): State<App>, Path(provider): Path<String>, headers: HeaderMap, body: Sent) -> Response {
    let sent = Parameters::of_sent(&headers, body, Body::Form);
    let token = sent.as_ref().ok().and_then(|sent| sent.get("logout_token"));
    let Some(token) = token else {
        return oauth_error("the logout token is missing");
    };
    match app.staff.ordered_out(&provider, token).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(Refused::Unknown) => Problem::not_found().into_response(),
        Err(Refused::Vendor(_) | Refused::Store(_) | Refused::Crypto(_)) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "away", "It cannot be checked now").into_response()
        }
        Err(_) => oauth_error("the logout token does not hold"),
    }
}

/// §2.8: what was refused is told as OAuth tells it.
fn oauth_error(description: &str) -> Response {
    let body = json!({ "error": "invalid_request", "error_description": description });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn away(app: &App, leave: &Leave) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, leave.to.as_str())]).into_response();
    app.door
        .set_cookie(&mut response, visit_name(app), &leave.visit, leave.length.as_secs());
    response
}

fn let_in(app: &App, arrived: &Arrived) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, arrived.to.as_str())]).into_response();
    let (token, length) = (arrived.token.text(), arrived.length.as_secs());
    app.door.set_cookie(&mut response, cookie_name(app), &token, length);
    app.door.set_cookie(&mut response, visit_name(app), "", 0);
    response
}

/// What somebody sees who is not let in; the record has the reason.
fn refusal(door: &Door, refused: &Refused) -> Response {
    match refused {
        Refused::Unknown => door.show(Notice::NotFound),
        Refused::Stale => door.show(StaffDoor::Stale),
        Refused::Denied(_) => door.show(StaffDoor::Denied),
        Refused::NoRole => door.show(StaffDoor::NoRole),
        Refused::SomebodyElse => door.show(StaffDoor::SomebodyElse),
        Refused::Unproven(_) => door.show(StaffDoor::Failed),
        Refused::Vendor(error) => {
            if error.is_passing() {
                tracing::warn!(%error, "a staff provider is out of reach");
                return door.show(StaffDoor::Away);
            }
            tracing::error!(%error, "a staff provider refuses and nobody can sign in: mend this");
            door.show(StaffDoor::Failed)
        }
        Refused::Store(_) | Refused::Crypto(_) => {
            let reference = crate::crypto::token::reference_number();
            tracing::error!(%reference, error = %causes(refused), "a sign-in failed ({reference})");
            door.show(Notice::Fault { reference })
        }
    }
}

/// What a browser carries while its operator is away.
fn visit_name(app: &App) -> &'static str {
    if app.door.secure {
        "__Host-doorward-desk-visit"
    } else {
        "doorward-desk-visit"
    }
}

/// What a browser brings back from having signed out at the provider.
fn out_name(app: &App) -> &'static str {
    if app.door.secure {
        "__Host-doorward-desk-out"
    } else {
        "doorward-desk-out"
    }
}
