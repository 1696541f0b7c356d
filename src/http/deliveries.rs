//! The list of what was told to systems of the company's own, and telling it once more. Part of the JSON API.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::api::Caller;
use super::problem::Problem;
use crate::case::CaseId;
use crate::flow::Error;
use crate::store::{Delivery, DeliveryFilter, DeliveryState};

/// How many are listed unless told otherwise, and at the most.
const USUAL_PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 200;

/// The paths.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/deliveries", get(list))
        .route("/deliveries/{id}", get(read))
        .route("/deliveries/{id}/replay", post(replay))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    webhook: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    state: Option<DeliveryState>,
    case: Option<String>,
    limit: Option<u32>,
    before: Option<String>,
}

/// The newest deliveries; `next` names the place to go on from.
async fn list(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Value>, Problem> {
    let store = &app.door.flow.store;
    let limit = asked.limit.unwrap_or(USUAL_PAGE).clamp(1, LONGEST_PAGE);
    let before = match &asked.before {
        None => None,
        Some(id) => match store.delivery(id).await.map_err(Error::from)? {
            Some(place) => Some((place.made_at, place.id)),
            None => return Err(unfit("`before` names no delivery")),
        },
    };
    let case: Option<CaseId> = asked
        .case
        .map(|id| id.parse())
        .transpose()
        .map_err(|_| unfit("`case` is not a case id"))?;
    let filter = DeliveryFilter {
        webhook: asked.webhook,
        kind: asked.kind,
        state: asked.state,
        case,
        before,
        limit,
    };
    let found = store.deliveries(filter).await.map_err(Error::from)?;
    let full = u32::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().filter(|_| full).map(|delivery| &delivery.id);
    let seen = found.iter().filter(|delivery| may_see(&caller, delivery));
    let shown: Vec<Value> = seen.map(view).collect();
    Ok(Json(json!({"deliveries": shown, "next": next})))
}

/// One delivery with what was sent and what came of every attempt.
async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(whole(&find(&app, &caller, &id).await?)))
}

/// Has it sent once more, under the same id.
async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let found = find(&app, &caller, &id).await?;
    if found.gone_at.is_some() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "webhook-gone",
            "The receiver said that it is gone for good",
        )
        .detail("Give it another address or another secret in the settings; then it is tried again."));
    }
    let flow = &app.door.flow;
    let again = flow.store.replay(&id, &caller.name, flow.now()).await;
    let again = again.map_err(Error::from)?.ok_or_else(Problem::not_found)?;
    if let Some(case) = &again.case {
        // The workers listen for changes.
        let _nobody_listens = flow.changes.send(case.clone());
    }
    Ok((StatusCode::ACCEPTED, Json(whole(&again))))
}

/// A delivery that this caller may see. Any other is as if it were not there.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<Delivery, Problem> {
    let found = app.door.flow.store.delivery(id).await.map_err(Error::from)?;
    found
        .filter(|delivery| may_see(caller, delivery))
        .ok_or_else(Problem::not_found)
}

/// What belongs to no case is for those who may see all.
fn may_see(caller: &Caller, delivery: &Delivery) -> bool {
    match &delivery.purpose {
        Some(purpose) => caller.may_open(purpose),
        None => caller.purposes.is_empty(),
    }
}

/// A delivery in a list.
pub fn view(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id, "webhook": delivery.webhook, "type": delivery.kind, "case": delivery.case,
        "state": delivery.state, "made_at": delivery.made_at, "attempts_made": delivery.sent,
        "next_at": delivery.due_at, "ended_at": delivery.ended_at,
    })
}

/// A delivery by itself.
pub fn whole(delivery: &Delivery) -> Value {
    let mut shown = view(delivery);
    if let Some(object) = shown.as_object_mut() {
        let message = delivery
            .body
            .as_deref()
            .and_then(|body| serde_json::from_str(body).ok());
        object.insert("message".to_owned(), message.unwrap_or(Value::Null));
        object.insert("attempts".to_owned(), json!(delivery.attempts));
        object.insert("webhook_gone_at".to_owned(), json!(delivery.gone_at));
        object.insert("webhook_rests_until".to_owned(), json!(delivery.rest_until));
    }
    shown
}

fn unfit(detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", "The request does not fit").detail(detail)
}
