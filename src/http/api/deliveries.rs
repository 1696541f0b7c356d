//! The list of what was told to systems of the company's own, and telling it once more. Part of the JSON API.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::sent::{Asked, cursor, limit, place, unfit};
use super::{Me, paged};
use crate::case::CaseId;
use crate::flow::Error;
use crate::http::App;
use crate::http::authority::Actor;
use crate::http::problem::Problem;
use crate::store::{Delivery, DeliveryFilter, DeliveryState};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    webhook: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    state: Option<DeliveryState>,
    case: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// The newest deliveries; `next` names the place to go on from.
pub(super) async fn list(
    State(app): State<App>,
    Me(actor): Me,
    query: RawQuery,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let limit = limit(wanted.limit)?;
    let case: Option<CaseId> = wanted
        .case
        .map(|id| id.parse())
        .transpose()
        .map_err(|_| unfit("`case` is not a case id"))?;
    let filter = DeliveryFilter {
        webhook: wanted.webhook,
        kind: wanted.kind,
        state: wanted.state,
        case,
        before: wanted.cursor.as_deref().map(place).transpose()?,
        // One more tells whether there is more.
        limit: limit.saturating_add(1),
    };
    let mut found = app.door.flow.store.deliveries(filter).await.map_err(Error::from)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let last = found.last().filter(|_| more);
    let next = last.map(|delivery| cursor(delivery.made_at, &delivery.id));
    let seen = found.iter().filter(|delivery| may_see(&actor, delivery));
    Ok(paged(
        "deliveries",
        &seen.map(view).collect::<Vec<_>>(),
        next.as_deref(),
        &query,
    ))
}

/// One delivery with what was sent and what came of every attempt.
pub(super) async fn read(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(whole(&find(&app, &actor, &id).await?)))
}

/// Has it sent once more, under the same id.
pub(super) async fn replay(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let found = find(&app, &actor, &id).await?;
    if found.gone_at.is_some() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "webhook-gone",
            "The receiver said that it is gone for good",
        )
        .detail("Give it another address or another secret in the settings; then it is tried again."));
    }
    let flow = &app.door.flow;
    let again = flow.store.replay(&id, actor.called(), flow.now()).await;
    let again = again.map_err(Error::from)?.ok_or_else(Problem::not_found)?;
    if let Some(case) = &again.case {
        // The workers listen for changes.
        let _nobody_listens = flow.changes.send(case.clone());
    }
    Ok((StatusCode::ACCEPTED, Json(whole(&again))))
}

/// A delivery that this caller may see. Any other is as if it were not there.
async fn find(app: &App, actor: &Actor, id: &str) -> Result<Delivery, Problem> {
    let found = app.door.flow.store.delivery(id).await.map_err(Error::from)?;
    found
        .filter(|delivery| may_see(actor, delivery))
        .ok_or_else(Problem::not_found)
}

/// What belongs to no case is for those who may see all.
fn may_see(actor: &Actor, delivery: &Delivery) -> bool {
    match &delivery.purpose {
        Some(purpose) => actor.may_see(purpose),
        None => actor.sees_all(),
    }
}

/// A delivery in a list.
pub(super) fn view(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id, "webhook": delivery.webhook, "type": delivery.kind, "case": delivery.case,
        "state": delivery.state, "made_at": delivery.made_at, "attempts_made": delivery.sent,
        "next_at": delivery.due_at, "ended_at": delivery.ended_at,
    })
}

/// A delivery by itself.
pub(super) fn whole(delivery: &Delivery) -> Value {
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
