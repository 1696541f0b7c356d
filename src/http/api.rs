//! The JSON API: opening a case for somebody, following it, mending it, calling it off. It can never see a pass.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::problem::Problem;
use crate::audit::Event;
use crate::case::{Case, CaseId, Opener, PlannedStep, Stage};
use crate::crypto::token::Digest;
use crate::flow::open::Wish;
use crate::flow::rehearse::{Rehearsal, Undo};
use crate::flow::{Error, Flow};
use crate::source::{Kind, link};
use crate::store::Filter;

/// The longest account name or ticket taken.
const LONGEST: usize = 254;

/// Somebody who may call, by the digest of their token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The name in settings, log and audit.
    pub name: String,
    /// What is kept of the token.
    pub digest: Digest,
    /// The purposes they may open; all if empty.
    pub purposes: Vec<String>,
}

impl Caller {
    /// What is kept of a token's text.
    pub fn digest_of(token: &str) -> Digest {
        Digest::of("api token", token.as_bytes())
    }

    /// Whether they may open and see cases of a purpose.
    pub(super) fn may_open(&self, purpose: &str) -> bool {
        self.purposes.is_empty() || self.purposes.iter().any(|name| name == purpose)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(Problem::unauthorised)?;
        let digest = Self::digest_of(token);
        // Every token is compared, whichever fits, so that time tells nothing.
        app.callers
            .iter()
            .fold(None, |found, caller| {
                if caller.digest.matches(&digest) {
                    Some(caller.clone())
                } else {
                    found
                }
            })
            .ok_or_else(Problem::unauthorised)
    }
}

/// The API's paths.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/cases", post(open).get(list))
        .route("/cases/{id}", get(read))
        .route("/cases/{id}/events", get(events))
        .route("/cases/{id}/cancel", post(cancel))
        .route("/cases/{id}/resume", post(resume))
        .route("/cases/{id}/forget", post(forget))
        .route("/cases/{id}/retry", post(retry))
        .route("/cases/{id}/undo", post(undo))
        .route("/cases/{id}/plan", get(rehearse))
        .merge(super::deliveries::routes())
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method",
                "This method is not known here",
            )
        })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    /// The purpose's name.
    purpose: String,
    /// Work e-mail address or user name of the person.
    account: String,
    /// The ticket.
    ticket: Option<String>,
    /// Who asks, where the caller speaks for somebody (shown to the person).
    operator: Option<String>,
}

/// Opens a case and answers with the link for the person. The link is in this answer and nowhere else.
async fn open(
    State(app): State<App>,
    caller: Caller,
    body: Result<Json<Opening>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(opening) = body.map_err(|rejection| malformed(&rejection))?;
    let way = app.door.way(Kind::Link).ok_or_else(Problem::not_found)?;
    let purpose = opening.purpose.trim();
    let allowed = app
        .door
        .purposes_of(&way.name)
        .iter()
        .any(|known| known.name == purpose);
    if !allowed || !caller.may_open(purpose) {
        return Err(Error::Unknown {
            kind: "purpose",
            name: purpose.chars().take(64).collect(),
        }
        .into());
    }
    for (field, text) in [
        ("account", Some(&opening.account)),
        ("ticket", opening.ticket.as_ref()),
        ("operator", opening.operator.as_ref()),
    ] {
        let Some(text) = text else { continue };
        if text.trim().is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(unfit(format!(
                "`{field}` must be 1 to {LONGEST} characters without control characters"
            )));
        }
    }
    let operator = match &opening.operator {
        Some(operator) => format!("{} ({})", operator.trim(), caller.name),
        None => caller.name.clone(),
    };
    let wish = Wish {
        purpose: purpose.to_owned(),
        source: way.name.clone(),
        account: opening.account,
        operator,
        ticket: opening.ticket.map(|ticket| ticket.trim().to_owned()),
        agent: None,
        named: opening.operator.map(|operator| operator.trim().to_owned()),
        reason: None,
        form: None,
    };
    let invitation = app.door.flow.invite(&wish).await?;
    let mut url = app.door.flow.public_url.clone();
    url.set_path(&link::path(&invitation.token));
    let mut view = view(&app.door.flow, &invitation.case);
    if let Some(object) = view.as_object_mut() {
        object.insert("link".to_owned(), json!({"url": url, "expires_at": invitation.until}));
    }
    let location = format!("/api/v1/cases/{}", invitation.case.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)).into_response())
}

/// One case as staff see it.
async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(view(&app.door.flow, &find(&app, &caller, &id).await?)))
}

/// Everything written down of a case.
async fn events(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let case = find(&app, &caller, &id).await?;
    let events: Vec<Event> = app.door.flow.store.events_of(&case.id).await.map_err(Error::from)?;
    Ok(Json(json!({"events": events})))
}

async fn cancel(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let case = find(&app, &caller, &id).await?;
    Ok(Json(view(
        &app.door.flow,
        &app.door.flow.cancel(case, &caller.name).await?,
    )))
}

async fn resume(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let case = find(&app, &caller, &id).await?;
    Ok(Json(view(
        &app.door.flow,
        &app.door.flow.resume(case, &caller.name).await?,
    )))
}

/// Has what failed done once more in a case that ended without it.
async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let case = find(&app, &caller, &id).await?;
    Ok(Json(view(
        &app.door.flow,
        &app.door.flow.retry(case, &caller.name).await?,
    )))
}

/// Has what was done taken back.
async fn undo(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let case = find(&app, &caller, &id).await?;
    Ok(Json(view(
        &app.door.flow,
        &app.door.flow.undo(case, &caller.name).await?,
    )))
}

/// What the plan would do now, found out by reading.
async fn rehearse(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Rehearsal>, Problem> {
    let case = find(&app, &caller, &id).await?;
    Ok(Json(app.door.flow.rehearse_case(&case).await?))
}

/// The check of a closed case that its person had remembered is forgotten at once.
async fn forget(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let case = find(&app, &caller, &id).await?;
    Ok(Json(view(
        &app.door.flow,
        &app.door.flow.forget_remembered(case, &caller.name).await?,
    )))
}

#[derive(Deserialize)]
struct Asked {
    stage: Option<Stage>,
    purpose: Option<String>,
    limit: Option<u32>,
    before: Option<String>,
}

/// The newest cases; `next` names the place to go on from.
async fn list(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Value>, Problem> {
    let limit = asked.limit.unwrap_or(50).clamp(1, 200);
    let before = match asked.before.as_deref().map(str::parse::<CaseId>) {
        None => None,
        Some(Ok(id)) => match app.door.flow.store.case(&id).await.map_err(Error::from)? {
            Some(case) => Some((case.opened_at, case.id)),
            None => return Err(unfit("`before` names no case".to_owned())),
        },
        Some(Err(_)) => return Err(unfit("`before` is not a case id".to_owned())),
    };
    let filter = Filter {
        stage: asked.stage,
        purpose: asked.purpose,
        before,
        limit,
        ..Filter::default()
    };
    let cases = app.door.flow.store.cases(filter).await.map_err(Error::from)?;
    let full = u32::try_from(cases.len()).is_ok_and(|count| count == limit);
    let next = if full {
        cases.last().map(|case| case.id.clone())
    } else {
        None
    };
    let seen: Vec<Value> = cases
        .iter()
        .filter(|case| caller.may_open(&case.purpose))
        .map(|case| view(&app.door.flow, case))
        .collect();
    Ok(Json(json!({"cases": seen, "next": next})))
}

/// A case that this caller may see. Any other is as if it were not there.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<Case, Problem> {
    let id: CaseId = id.parse().map_err(|_| Problem::not_found())?;
    let case = app.door.flow.store.case(&id).await.map_err(Error::from)?;
    case.filter(|case| caller.may_open(&case.purpose))
        .ok_or_else(Problem::not_found)
}

/// What staff see of a case: everything but what identifies the person and what opens anything.
pub fn view(flow: &Flow, case: &Case) -> Value {
    let (opened_by, ticket) = match &case.opener {
        Opener::Person => ("person".to_owned(), None),
        Opener::Operator { name, ticket } => (name.clone(), ticket.clone()),
        Opener::Client { name } => (name.clone(), None),
    };
    let attempts: Vec<Value> = case
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "number": attempt.number, "verifier": attempt.verifier, "asked_at": attempt.asked_at,
                "started": attempt.started, "kind": attempt.kind, "result": attempt.outcome, "forgotten": attempt.forgotten,
            })
        })
        .collect();
    json!({
        "id": case.id, "number": case.number, "purpose": case.purpose, "source": case.source,
        "opened_by": opened_by, "ticket": ticket, "stage": case.stage,
        "end": case.end, "opened_at": case.opened_at, "changed_at": case.changed_at,
        "expires_at": case.expires_at, "ended_at": case.ended_at,
        "bound": case.browser.is_some(), "standing": case.standing,
        "account": case.private.account.as_ref().map(|account| &account.id),
        "attempts": attempts, "checks": case.checks, "match": case.explanation,
        "remembered_until": case.remembered_until,
        "plan": case.plan.iter().map(|step| planned(flow, step)).collect::<Vec<_>>(),
        "failed": case.plan.iter().filter(|step| step.is_failed()).map(|step| &step.key).collect::<Vec<_>>(),
        "usable": usable(case), "conditions": case.conditions, "waiting_for_vendor": case.trouble,
        "pass": {"waiting": !case.passes.is_empty(), "count": case.passes.len(), "until": case.pass_until}, "erased": case.erased,
        "desk": case.desk.told(),
    })
}

/// A step with what taking it back comes to.
fn planned(flow: &Flow, step: &PlannedStep) -> Value {
    let mut view = json!(step);
    if let Some(object) = view.as_object_mut() {
        let undo = flow.undoing(&step.act).map(Undo::from);
        object.insert("undo".to_owned(), json!(undo));
    }
    view
}

/// Whether the person can sign in now everywhere, as far as it was read; absent if it was not, or not everywhere.
fn usable(case: &Case) -> Option<bool> {
    let mut answers = case.conditions.iter().map(|condition| condition.usable);
    if case.conditions.iter().any(|condition| condition.usable == Some(false)) {
        return Some(false);
    }
    (!case.conditions.is_empty() && answers.all(|usable| usable == Some(true))).then_some(true)
}

fn unfit(detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", "The request does not fit").detail(detail)
}

fn malformed(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Send JSON")
                .detail("Set `Content-Type: application/json`.")
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large").detail("Send less.")
        }
        other => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", "The request does not fit")
            .detail(other.body_text()),
    }
}
