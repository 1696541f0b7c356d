//! The person's pages: one address that shows whatever comes next for the browser that asks.

use std::time::Duration;

use axum::extract::{Form, FromRequestParts, Path, Query, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::shown::{afterwards, fits, page, waiting};
use crate::case::{Case, Stage};
use crate::cause::causes;
use crate::crypto::parcel::BrowserKey;
use crate::flow::Error;
use crate::flow::act::Contents;
use crate::flow::consent::Choice;
use crate::pages::{CheckCode, Notice, OnePass, PassShown, What, path};
use crate::source::client::ClientAddress;
use crate::source::{Door, duo, reply};
use crate::store;
use doorward_contract::{PassKind, Timestamp};

/// How long an answer waits for the verifier to start a proof before the waiting page takes over.
const START_PATIENCE: Duration = Duration::from_secs(6);
/// How long somebody who comes back from the verifier waits for the proof to be read before the waiting page takes over.
const RETURN_PATIENCE: Duration = Duration::from_secs(2);

/// The journey's paths.
pub fn routes() -> Router<Door> {
    Router::new()
        // Looking takes no answer away.
        .route(path::CASE, get(show).head(|| async { StatusCode::OK }))
        .route(path::STATUS, get(status))
        .route(path::CONSENT, post(consent))
        .route(path::RETRY, post(consent))
        .route(path::FORGET, post(forget))
        .route(path::WITHDRAW, post(withdraw))
        .route(path::VISIT, post(visit))
        .route(path::REVEAL, post(reveal))
        .route(path::CHECK, post(check))
        .route(path::CHECK_CODE, post(enter_code))
        .route("/return/{verifier}", get(come_back))
        .route("/return/duo/{connector}", get(come_back_from_duo))
}

/// A browser that is bound to a case; anybody else is sent back to the beginning.
pub struct Traveller {
    case: Case,
    key: BrowserKey,
}

impl FromRequestParts<Door> for Traveller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Self::Rejection> {
        let key = door
            .browser_key(&parts.headers)
            .ok_or_else(|| door.show(Notice::NoSession))?;
        match door.flow.case_of(&key).await {
            Ok(Some(case)) => Ok(Self { case, key }),
            Ok(None) => Err(door.show(Notice::NoSession)),
            Err(error) => Err(door.fail(&error)),
        }
    }
}

/// What a verifier adds to the way back, as far as it is looked at.
#[derive(Deserialize)]
struct Hint {
    #[serde(rename = "inquiry-id")]
    reference: Option<String>,
}

/// What every form of ours sends.
#[derive(Deserialize)]
struct Pressed {
    #[serde(default)]
    form_token: String,
}

/// What the form of agreement sends.
#[derive(Deserialize)]
struct Agreed {
    #[serde(flatten)]
    pressed: Pressed,
    /// Any value: a box that is not ticked sends none.
    remember: Option<String>,
    check: Option<String>,
}

/// What the form of a further check sends: for a code, where to, and how many the page knew of.
#[derive(Deserialize)]
struct Ready {
    #[serde(flatten)]
    pressed: Pressed,
    contact: Option<String>,
    sent: Option<String>,
}

impl Ready {
    fn code(&self) -> Option<(u32, u32)> {
        Some((
            self.contact.as_deref()?.parse().ok()?,
            self.sent.as_deref()?.parse().ok()?,
        ))
    }
}

/// What the form of a code sends.
#[derive(Deserialize)]
struct Typed {
    #[serde(flatten)]
    pressed: Pressed,
    #[serde(default)]
    code: String,
}

impl Traveller {
    /// Whether a verifier's reference is one of this case's own.
    fn owns(&self, reference: &str) -> bool {
        self.case.private.references.iter().any(|own| own.0 == reference)
    }

    /// The form was on a page that we showed to this browser.
    fn pressed(self, door: &Door, pressed: &Pressed) -> Result<Self, Response> {
        let right: bool = self
            .key
            .form_token()
            .as_bytes()
            .ct_eq(pressed.form_token.as_bytes())
            .into();
        if right {
            Ok(self)
        } else {
            Err(door.show(Notice::Forbidden))
        }
    }
}

async fn show(State(door): State<Door>, traveller: Traveller) -> Response {
    let traveller = Box::pin(present(&door, traveller)).await;
    // Whoever sent the person is answered by the person's own browser, as soon as it comes.
    if traveller.case.stage == Stage::Answer {
        return Box::pin(reply::due(&door, traveller.case)).await;
    }
    door.show(page(&door, &traveller.case, &traveller.key))
}

/// On to where the case is. Not by a redirect if that leads away from here: a browser holds every hop of a form that was
/// sent against the form's own page (Content Security Policy Level 3 §6.4.1), so a page stands in between and goes on by
/// itself.
fn onward(door: &Door, case: &Case) -> Response {
    match case.stage {
        Stage::Answer => door.show(waiting(case, What::Returning)),
        _ => door.on_to(path::CASE),
    }
}

/// The person is there: what waited for that goes on.
async fn present(door: &Door, traveller: Traveller) -> Traveller {
    let Traveller { case, key } = traveller;
    let away = case.attempt().is_some_and(|attempt| attempt.returned_at.is_none());
    if !matches!(case.stage, Stage::Comparing | Stage::Approval) || !away {
        return Traveller { case, key };
    }
    let before = case.clone();
    // Whatever stands in the way: the page shows where the case is, and asks again.
    let case = door.flow.come_back(case).await.unwrap_or(before);
    Traveller { case, key }
}

/// What a waiting page asks: which page it would be now.
async fn status(State(door): State<Door>, traveller: Traveller) -> Response {
    let traveller = Box::pin(present(&door, traveller)).await;
    Json(json!({"state": page(&door, &traveller.case, &traveller.key).state()})).into_response()
}

/// The person agrees to be checked, for the first time or once more.
async fn consent(
    State(door): State<Door>,
    traveller: Traveller,
    Form(agreed): Form<Agreed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &agreed.pressed)?;
    let choice = Choice {
        remember: agreed.remember.is_some(),
        full: agreed.check.as_deref() == Some(path::FULL),
    };
    let id = case.id.clone();
    if !fits(&door, &case, choice.full) {
        let number = Some(case.number.clone());
        return match door.flow.give_up(case).await {
            Ok(_) => Ok(door.show(Notice::TooLittleTime { number, back: true })),
            Err(error) => after(&door, &error),
        };
    }
    if let Err(error) = door.flow.consent(case, choice).await {
        return after(&door, &error);
    }
    let begun = |case: &Case| case.stage != Stage::Proving || case.private.visit.is_some();
    let case = door
        .flow
        .wait(&id, START_PATIENCE, begun)
        .await
        .map_err(|error| door.fail(&error))?;
    Ok(match case.and_then(|case| case.private.visit) {
        Some(visit) => away(&visit),
        None => door.on_to(path::CASE),
    })
}

/// The person takes back that an earlier check is remembered; the page they were on is there without it.
async fn forget(
    State(door): State<Door>,
    traveller: Traveller,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &pressed)?;
    match door.flow.forget_earlier(case).await {
        Ok(_) => Ok(door.on_to(path::CASE)),
        Err(error) => after(&door, &error),
    }
}

/// Back into a check that was left.
async fn visit(
    State(door): State<Door>,
    traveller: Traveller,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &pressed)?;
    match door.flow.visit(case).await {
        Ok(visit) => Ok(away(&visit)),
        Err(error) => after(&door, &error),
    }
}

/// The person is ready for a further check, or wants a code sent.
async fn check(
    State(door): State<Door>,
    traveller: Traveller,
    ClientAddress(from): ClientAddress,
    Form(ready): Form<Ready>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &ready.pressed)?;
    if let Some((place, seen)) = ready.code() {
        return match Box::pin(door.flow.send_code(case, place, seen)).await {
            Ok(_) => Ok(door.on_to(path::CASE)),
            Err(error) => after(&door, &error),
        };
    }
    match Box::pin(door.flow.ask(case, from)).await {
        Ok(Some(visit)) => Ok(away(&visit)),
        Ok(None) => Ok(door.on_to(path::CASE)),
        Err(error) => after(&door, &error),
    }
}

/// The person types in the code that they were sent. The page says whether it was the one.
async fn enter_code(
    State(door): State<Door>,
    traveller: Traveller,
    Form(typed): Form<Typed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &typed.pressed)?;
    let id = case.id.clone();
    // Longer than any code with all its blanks: not worth a look.
    let code: String = typed.code.chars().take(CheckCode::MAX_LENGTH).collect();
    if let Err(error) = Box::pin(door.flow.enter_code(case, &code)).await {
        return after(&door, &error);
    }
    let settled = |case: &Case| !matches!(case.stage, Stage::Acting);
    let case = door
        .flow
        .wait(&id, RETURN_PATIENCE, settled)
        .await
        .map_err(|error| door.fail(&error))?;
    Ok(case.map_or_else(|| door.on_to(path::CASE), |case| onward(&door, &case)))
}

/// Back from Duo's page. Everything in the query is a stranger's text until it is held against what was kept of the visit.
async fn come_back_from_duo(
    State(door): State<Door>,
    Path(connector): Path<String>,
    RawQuery(query): RawQuery,
    traveller: Traveller,
) -> Result<Response, Response> {
    let id = traveller.case.id.clone();
    let query = query.unwrap_or_default();
    if let Err(error) = Box::pin(door.flow.come_back_from(traveller.case, &connector, &query)).await {
        return after(&door, &error);
    }
    let done = |case: &Case| !matches!(case.stage, Stage::Acting);
    let case = door
        .flow
        .wait(&id, RETURN_PATIENCE, done)
        .await
        .map_err(|error| door.fail(&error))?;
    Ok(case.map_or_else(|| door.on_to(path::CASE), |case| onward(&door, &case)))
}

async fn withdraw(
    State(door): State<Door>,
    traveller: Traveller,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &pressed)?;
    match door.flow.withdraw(case).await {
        Ok(case) => Ok(onward(&door, &case)),
        Err(error) => after(&door, &error),
    }
}

/// Shows the passes, once.
async fn reveal(
    State(door): State<Door>,
    traveller: Traveller,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    let Traveller { case, key } = traveller.pressed(&door, &pressed)?;
    let (number, stage) = (case.number.clone(), case.stage);
    match door.flow.reveal(case, &key).await {
        Ok(Some(shown)) => Ok(door.show(PassShown {
            number,
            passes: shown.passes.iter().map(drawn).collect(),
            seconds_left: door
                .flow
                .purpose(&shown.case.purpose)
                .map_or(0, |purpose| purpose.pass_lifetime.as_secs()),
            afterwards: afterwards(&door, &shown.case),
            back_to: duo::way_back(&door, &shown.case),
        })),
        Ok(None) if matches!(stage, Stage::Ready | Stage::Closed) => Ok(door.show(Notice::Gone { number })),
        Ok(None) => Ok(door.on_to(path::CASE)),
        Err(error) => Err(door.fail(&error)),
    }
}

fn drawn((kind, contents): &(PassKind, Contents)) -> OnePass {
    OnePass {
        kind: *kind,
        secret: contents.secret.clone().into(),
        login: contents.login.clone(),
        sign_in_url: contents.sign_in_url.clone(),
        expires_at: contents.expires_at.map(Timestamp::from_micros),
    }
}

/// Back from the verifier. The query is unsigned and holds personal data (persona.md §7.3): nothing is decided by it, the
/// next address does not carry it, and of all it says only the reference is looked at, to tell whose proof came back
/// where.
async fn come_back(
    State(door): State<Door>,
    Query(hint): Query<Hint>,
    traveller: Result<Traveller, Response>,
) -> Result<Response, Response> {
    let reference = hint.reference.unwrap_or_default();
    let traveller = match traveller {
        Ok(traveller) if reference.is_empty() || traveller.owns(&reference) => traveller,
        other => {
            // Somebody else's proof, or nobody's browser: said to nobody but the record.
            if let Err(error) = door.flow.returned_elsewhere(&reference).await {
                tracing::warn!(error = %causes(&error), "a return from elsewhere could not be looked into");
            }
            other?
        }
    };
    let id = traveller.case.id.clone();
    match door.flow.come_back(traveller.case).await {
        Ok(_) => {}
        Err(error) => return after(&door, &error),
    }
    let read = |case: &Case| !matches!(case.stage, Stage::Proving | Stage::Comparing | Stage::Acting);
    let case = door
        .flow
        .wait(&id, RETURN_PATIENCE, read)
        .await
        .map_err(|error| door.fail(&error))?;
    Ok(case.map_or_else(|| door.on_to(path::CASE), |case| onward(&door, &case)))
}

/// Away to the verifier.
fn away(visit: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, visit)]).into_response()
}

/// The case went on meanwhile: its page says where it is. Anything else failed.
fn after(door: &Door, error: &Error) -> Result<Response, Response> {
    match error {
        Error::Elsewhere | Error::Store(store::Error::Stale) => Ok(door.on_to(path::CASE)),
        error => Err(door.fail(error)),
    }
}
