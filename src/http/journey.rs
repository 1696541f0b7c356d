//! The person's pages: one address that shows whatever comes next for the browser that asks.

use std::time::Duration;

use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::case::{Case, End, Opener, Stage};
use crate::cause::causes;
use crate::crypto::parcel::BrowserKey;
use crate::flow::Error;
use crate::pages::{Consent, Notice, Page, PassReady, PassShown, Retry, RetryCause, Visit, Waiting, What, path};
use crate::source::{Door, kept, looked_at};
use crate::store;
use doorward_contract::{Outcome, Timestamp};

/// How long an answer waits for the verifier to start a proof before the waiting page takes over.
const START_PATIENCE: Duration = Duration::from_secs(6);
/// How long somebody who comes back from the verifier waits for the proof to be read before the waiting page takes over.
const RETURN_PATIENCE: Duration = Duration::from_secs(2);
/// How long somebody who came back is shown that the proof is being read, before they are offered the check again.
const READING: Duration = Duration::from_secs(45);

/// The journey's paths.
pub fn routes() -> Router<Door> {
    Router::new()
        .route(path::CASE, get(show))
        .route(path::STATUS, get(status))
        .route(path::CONSENT, post(consent))
        .route(path::RETRY, post(consent))
        .route(path::WITHDRAW, post(withdraw))
        .route(path::VISIT, post(visit))
        .route(path::REVEAL, post(reveal))
        .route("/return/{verifier}", get(come_back))
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
    let traveller = present(&door, traveller).await;
    door.show(page(&door, &traveller))
}

/// The person is there: what waited for that goes on.
async fn present(door: &Door, traveller: Traveller) -> Traveller {
    let Traveller { case, key } = traveller;
    let away = case.attempt().is_some_and(|attempt| attempt.returned_at.is_none());
    if case.stage != Stage::Comparing || !away {
        return Traveller { case, key };
    }
    let before = case.clone();
    // Whatever stands in the way: the page shows where the case is, and asks again.
    let case = door.flow.come_back(case).await.unwrap_or(before);
    Traveller { case, key }
}

/// What a waiting page asks: which page it would be now.
async fn status(State(door): State<Door>, traveller: Traveller) -> Response {
    let traveller = present(&door, traveller).await;
    Json(json!({"state": page(&door, &traveller).state()})).into_response()
}

/// The person agrees to be checked, for the first time or once more.
async fn consent(
    State(door): State<Door>,
    traveller: Traveller,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &pressed)?;
    let id = case.id.clone();
    if let Err(error) = door.flow.consent(case).await {
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

async fn withdraw(
    State(door): State<Door>,
    traveller: Traveller,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Response> {
    let Traveller { case, .. } = traveller.pressed(&door, &pressed)?;
    match door.flow.withdraw(case).await {
        Ok(_) => Ok(door.on_to(path::CASE)),
        Err(error) => after(&door, &error),
    }
}

/// Shows the pass, once.
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
            kind: shown.kind,
            secret: shown.contents.secret.clone().into(),
            login: shown.contents.login.clone(),
            sign_in_url: shown.contents.sign_in_url.clone(),
            seconds_left: door
                .flow
                .purpose(&shown.case.purpose)
                .map_or(0, |purpose| purpose.pass_lifetime.as_secs()),
            expires_at: shown.contents.expires_at.map(Timestamp::from_micros),
            afterwards: afterwards(&door, &shown.case),
        })),
        Ok(None) if matches!(stage, Stage::Ready | Stage::Closed) => Ok(door.show(Notice::Gone { number })),
        Ok(None) => Ok(door.on_to(path::CASE)),
        Err(error) => Err(door.fail(&error)),
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
    door.flow
        .wait(&id, RETURN_PATIENCE, read)
        .await
        .map_err(|error| door.fail(&error))?;
    Ok(door.on_to(path::CASE))
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

fn afterwards(door: &Door, case: &Case) -> Vec<String> {
    door.flow
        .purpose(&case.purpose)
        .map_or_else(|_| Vec::new(), |purpose| purpose.afterwards.clone())
}

/// The page for where a case stands.
fn page(door: &Door, traveller: &Traveller) -> Page {
    let Traveller { case, key } = traveller;
    let number = case.number.clone();
    let form_token = key.form_token();
    match case.stage {
        Stage::Invited => Notice::NoSession.into(),
        Stage::Consent => match case.attempt().and_then(|attempt| attempt.outcome.as_ref()) {
            None => consent_page(door, case, form_token),
            Some(outcome) => retry_page(door, case, outcome, form_token),
        },
        Stage::Proving => proving_page(door, case, form_token),
        Stage::Comparing => waiting(case, What::Comparing),
        Stage::Acting => waiting(case, What::Acting),
        Stage::Review => Notice::Review { number }.into(),
        Stage::Stuck => Notice::Stuck { number }.into(),
        Stage::Ready => match (&case.pass, case.pass_until) {
            (Some(pass), Some(until)) if door.flow.now() < until => {
                let seconds_left = until.since(door.flow.now()).as_secs();
                PassReady {
                    number,
                    kind: pass.kind,
                    until,
                    seconds_left,
                    form_token,
                }
                .into()
            }
            _ => Notice::Gone { number }.into(),
        },
        Stage::Closed => ended(door, case).into(),
    }
}

fn proving_page(door: &Door, case: &Case, form_token: String) -> Page {
    let Some(attempt) = case.attempt().filter(|attempt| attempt.started) else {
        return waiting(case, What::Starting);
    };
    let just_back = attempt
        .returned_at
        .is_some_and(|at| door.flow.now().since(at) < READING);
    if just_back {
        return waiting(case, What::Reading);
    }
    Visit {
        number: case.number.clone(),
        form_token,
        fresh: attempt.returned_at.is_none(),
    }
    .into()
}

fn waiting(case: &Case, what: What) -> Page {
    let what = if case.trouble.is_some() { What::VendorSlow } else { what };
    Waiting {
        number: case.number.clone(),
        what,
    }
    .into()
}

fn ended(door: &Door, case: &Case) -> Notice {
    let number = case.number.clone();
    match &case.end {
        Some(End::Recovered) => Notice::Done {
            number,
            afterwards: afterwards(door, case),
        },
        Some(End::Refused { .. }) => Notice::Refused { number },
        Some(End::Withdrawn) => Notice::Withdrawn { number },
        Some(End::Unclaimed) => Notice::Gone { number },
        Some(End::Failed) => Notice::Stuck { number },
        Some(End::Expired) | None => Notice::Expired { number: Some(number) },
    }
}

fn retry_page(door: &Door, case: &Case, outcome: &Outcome, form_token: String) -> Page {
    let allowed = door.flow.purpose(&case.purpose).map_or(0, |purpose| purpose.attempts);
    let made = u32::try_from(case.attempts.len()).unwrap_or(u32::MAX);
    let why = if *outcome == Outcome::Expired {
        RetryCause::Expired
    } else {
        RetryCause::Declined
    };
    Retry {
        number: case.number.clone(),
        form_token,
        attempts_left: allowed.saturating_sub(made),
        cause: why,
    }
    .into()
}

fn consent_page(door: &Door, case: &Case, form_token: String) -> Page {
    let Ok(purpose) = door.flow.purpose(&case.purpose) else {
        return Notice::Unavailable {
            number: Some(case.number.clone()),
        }
        .into();
    };
    let requester = match &case.opener {
        Opener::Person => None,
        Opener::Operator { name, .. } => Some(name.clone()),
    };
    let verifier = door.flow.verifiers.get(&purpose.verifier);
    Consent {
        purpose_title: purpose.title.clone(),
        reason: purpose.reason.clone(),
        requester,
        verifier_name: verifier.map_or("", |verifier| verifier.title()).to_owned(),
        looked_at: looked_at(&[purpose]),
        kept: kept(&[purpose]),
        form_token,
        number: case.number.clone(),
    }
    .into()
}
