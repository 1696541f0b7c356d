//! The lab's start page: explains the world, leads through the journeys, and shows what every part of it was asked.
//!
//! Works without scripts. Everything a page does, a script can do by the same addresses; `world.json` lists them.

mod desk;
mod page;
mod shown;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Form, Path, Query, State as Given};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use doorward_contract::fake::{Cut, Fake, Rule};
use serde::Deserialize;
use tower_http::csrf::CsrfLayer;

use crate::desk::Desk;
use crate::gateway::{Gateway, tail};
use crate::hands::Hands;
use crate::mailbox::{Mailbox, Message};
use crate::people::{LabPerson, everybody, named};
use crate::sheet::Sheet;
use crate::sms::SmsGateway;
use crate::specimen::{self, Sheet as Paper};
use crate::vendors::Vendors;

/// Where the ticket system hears from Doorward.
pub(crate) const HOOKS: &str = "desk/hooks";
/// Where the SMS gateway hears from Doorward.
pub(crate) const SMS: &str = "sms/hooks";
/// How much of the gateway's log a page shows.
const LOG_SHOWN: usize = 30_000;
/// The longest ticket number typed here.
const LONGEST_TICKET: usize = 40;

/// What the pages are made from.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) sheet: Arc<Sheet>,
    pub(crate) vendors: Vendors,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) desk: Desk,
    pub(crate) sms: SmsGateway,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) settings: Arc<str>,
    /// The clock that everybody lives by, if it may be turned.
    pub(crate) hands: Option<Hands>,
}

/// All pages.
pub(crate) fn router(state: State) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/world.json", get(world))
        .route("/people/{id}/{picture}", get(picture))
        .route("/people/{id}/photo/{sheet}", get(photo))
        .route("/people/{id}/film/{sheet}", get(film))
        .route("/desk", get(desk::page))
        .route("/desk/link", post(send_link))
        .route("/desk/signed", post(sign_link))
        .route("/desk/tickets.json", get(desk::list))
        .route("/desk/hooks", post(desk::hear))
        .route("/sms/hooks", post(sms))
        .route("/mailbox", get(mailbox))
        .route("/mailbox/{person}", get(mailbox_of))
        .route("/mailbox.json", get(mail))
        .route("/vendors/{name}", get(vendor))
        .route("/vendors/{name}/misbehave", post(misbehave))
        .route("/vendors/{name}/forget", post(forget))
        .route("/gateway", get(gateway))
        .route("/gateway/log", get(log))
        .route("/gateway/kill", post(kill))
        .route("/gateway/start", post(start))
        .route("/clock", post(forward))
        .route("/settings", get(settings))
        .route("/lab.css", get(style))
        // Other sites open in the same browser must not play with the lab; scripts send no origin and are welcome.
        .layer(CsrfLayer::new())
        .with_state(state)
}

async fn home(Given(state): Given<State>) -> Response {
    page::home(&state)
}

async fn world(Given(state): Given<State>) -> Response {
    Json(&*state.sheet).into_response()
}

async fn picture(Path((id, file)): Path<(String, String)>) -> Response {
    let Some(person) = named(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let bytes = match file.as_str() {
        "document.png" => person.document_picture(),
        "selfie.png" => person.selfie(),
        "face.jpg" => return face(person),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let name = format!("inline; filename=\"{id}-{file}\"");
    (
        [
            (header::CONTENT_TYPE, "image/png".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response()
}

/// A rendered face, as a selfie.
fn face(person: &LabPerson) -> Response {
    match std::fs::read(specimen::selfie_of(&person.id)) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A photograph of somebody's document: `passport`, `front` or `back`, with whatever is wished to be the matter with it.
async fn photo(Path((id, sheet)): Path<(String, Paper)>, Query(wish): Query<specimen::Wish>) -> Response {
    taken(id, "jpg", "image/jpeg", move |person| {
        specimen::photograph(person, sheet, wish)
    })
    .await
}

/// The same before a camera, for a browser that has none.
async fn film(Path((id, sheet)): Path<(String, Paper)>, Query(wish): Query<specimen::Wish>) -> Response {
    taken(id, "mjpeg", "video/x-motion-jpeg", move |person| {
        specimen::film(person, sheet, wish)
    })
    .await
}

async fn taken(
    id: String,
    ending: &str,
    kind: &'static str,
    take: impl FnOnce(&'static LabPerson) -> Option<Vec<u8>> + Send + 'static,
) -> Response {
    let Some(person) = named(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Drawing takes a second: not on the threads that answer.
    match tokio::task::spawn_blocking(move || take(person)).await {
        Ok(Some(bytes)) => {
            let name = format!("inline; filename=\"{id}-document.{ending}\"");
            let heads = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (heads, bytes).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Wish {
    person: String,
    purpose: String,
    #[serde(default)]
    ticket: String,
}

async fn send_link(Given(state): Given<State>, Form(wish): Form<Wish>) -> Response {
    let Some(person) = named(&wish.person) else {
        return page::trouble(StatusCode::NOT_FOUND, "Nobody has that name here.", None);
    };
    let typed = wish.ticket.trim();
    let ticket = if typed.is_empty() || typed.len() > LONGEST_TICKET {
        format!("INC{:04}", state.mailbox.all().len() + 1)
    } else {
        typed.to_owned()
    };
    match state.desk.send_link(person, &wish.purpose, &ticket).await {
        Ok(_) => Redirect::to(&format!("/mailbox/{}", person.id)).into_response(),
        Err(error) => {
            let said = match error {
                crate::caller::Error::Refused { status, body } => format!("{status}: {}", shown::pretty(&body)),
                other => other.to_string(),
            };
            page::trouble(StatusCode::BAD_GATEWAY, "Doorward made no link.", Some(&said))
        }
    }
}

#[derive(Deserialize)]
struct Signing {
    person: String,
}

async fn sign_link(Given(state): Given<State>, Form(wish): Form<Signing>) -> Response {
    let Some(person) = named(&wish.person) else {
        return page::trouble(StatusCode::NOT_FOUND, "Nobody has that name here.", None);
    };
    let ticket = format!("INC{:04}", state.mailbox.all().len() + 1);
    state.desk.sign_link(person, &ticket);
    Redirect::to(&format!("/mailbox/{}", person.id)).into_response()
}

async fn mailbox(Given(state): Given<State>) -> Response {
    page::mailbox(None, state.mailbox.all())
}

async fn mailbox_of(Given(state): Given<State>, Path(id): Path<String>) -> Response {
    match named(&id) {
        Some(person) => page::mailbox(Some(person), state.mailbox.of(&person.login)),
        None => page::trouble(StatusCode::NOT_FOUND, "Nobody has that name here.", None),
    }
}

/// A message of Doorward's to a phone.
async fn sms(Given(state): Given<State>, headers: HeaderMap, body: Bytes) -> StatusCode {
    state.sms.take(&headers, &body)
}

#[derive(Deserialize)]
struct Addressee {
    to: Option<String>,
}

async fn mail(Given(state): Given<State>, Query(addressee): Query<Addressee>) -> Json<Vec<Message>> {
    Json(match addressee.to {
        Some(login) => state.mailbox.of(&login),
        None => state.mailbox.all(),
    })
}

fn fake<'a>(state: &'a State, name: &str) -> Option<&'a Arc<Fake>> {
    state
        .vendors
        .fakes()
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, fake)| fake)
}

async fn vendor(Given(state): Given<State>, Path(name): Path<String>) -> Response {
    match fake(&state, &name) {
        Some(fake) => page::vendor(&state, fake),
        None => page::trouble(StatusCode::NOT_FOUND, "There is no such vendor here.", None),
    }
}

#[derive(Deserialize)]
struct Manner {
    how: String,
}

async fn misbehave(Given(state): Given<State>, Path(name): Path<String>, Form(manner): Form<Manner>) -> Response {
    let Some(fake) = fake(&state, &name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match rule(&manner.how) {
        Some(rule) => fake.misbehave(rule),
        None => fake.behave(),
    }
    Redirect::to(&format!("/vendors/{name}")).into_response()
}

/// What the buttons do. Everything else takes a JSON call.
fn rule(how: &str) -> Option<Rule> {
    let base = Rule::default();
    match how {
        "down" => Some(Rule {
            status: Some(503),
            times: Some(1),
            ..base
        }),
        "gone" => Some(Rule {
            status: Some(503),
            times: Some(0),
            ..base
        }),
        "slow" => Some(Rule {
            delay_ms: 3_000,
            times: Some(5),
            ..base
        }),
        "throttle" => Some(Rule {
            throttle: Some(2),
            times: Some(2),
            ..base
        }),
        "cut-before" => Some(Rule {
            cut: Some(Cut::Before),
            ..base
        }),
        "cut-after" => Some(Rule {
            cut: Some(Cut::After),
            ..base
        }),
        "malformed" => Some(Rule {
            malformed: true,
            ..base
        }),
        _ => None,
    }
}

async fn forget(Given(state): Given<State>, Path(name): Path<String>) -> Response {
    let Some(fake) = fake(&state, &name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    fake.forget();
    Redirect::to(&format!("/vendors/{name}")).into_response()
}

async fn gateway(Given(state): Given<State>) -> Response {
    let log = state.gateway.log();
    page::gateway(&state, state.gateway.is_running().await, tail(&log, LOG_SHOWN))
}

async fn log(Given(state): Given<State>) -> String {
    state.gateway.log()
}

async fn kill(Given(state): Given<State>) -> Redirect {
    state.gateway.kill().await;
    Redirect::to("/gateway")
}

async fn start(Given(state): Given<State>) -> Response {
    match state.gateway.start().await {
        Ok(()) => Redirect::to("/gateway").into_response(),
        Err(error) => page::trouble(
            StatusCode::BAD_GATEWAY,
            "Doorward did not start.",
            Some(&error.to_string()),
        ),
    }
}

#[derive(Deserialize)]
struct Turn {
    minutes: u32,
}

async fn forward(Given(state): Given<State>, Form(turn): Form<Turn>) -> Response {
    let Some(hands) = &state.hands else {
        return page::trouble(StatusCode::NOT_FOUND, "This lab lives by the machine's clock.", None);
    };
    hands.forward(Duration::from_secs(u64::from(turn.minutes) * 60));
    Redirect::to("/gateway").into_response()
}

async fn settings(Given(state): Given<State>) -> Response {
    page::settings(&state)
}

async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("../../assets/lab.css"),
    )
        .into_response()
}

/// Shows a rendered template.
fn show(status: StatusCode, template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the lab could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The people, those first whom a recovery may help.
fn cast() -> Vec<&'static crate::people::LabPerson> {
    let mut cast: Vec<_> = everybody().iter().collect();
    cast.sort_by_key(|person| !person.recoverable());
    cast
}
