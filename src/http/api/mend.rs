//! What is done for a case that went wrong: going on, doing again, taking back, forgetting; and what its plan would do.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::Me;
use super::cases::find;
use super::view::told;
use crate::flow::rehearse::Rehearsal;
use crate::http::App;
use crate::http::problem::Problem;

type Told = Result<Json<Value>, Problem>;

/// Lets a stuck case go on.
pub(super) async fn resume(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.resume(case, actor.called()).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// Has what failed done once more in a case that ended without it.
pub(super) async fn retry(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.retry(case, actor.called()).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// Has what was done taken back.
pub(super) async fn undo(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.undo(case, actor.called()).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// The check of a closed case that its person had remembered is forgotten at once.
pub(super) async fn forget(State(app): State<App>, Me(actor): Me, Path(id): Path<String>) -> Told {
    let (flow, case) = (&app.door.flow, find(&app, &actor, &id).await?);
    let case = flow.forget_remembered(case, actor.called()).await?;
    Ok(Json(told(flow, &case, &actor)))
}

/// What the plan would do now, found out by reading.
pub(super) async fn rehearse(
    State(app): State<App>,
    Me(actor): Me,
    Path(id): Path<String>,
) -> Result<Json<Rehearsal>, Problem> {
    let case = find(&app, &actor, &id).await?;
    Ok(Json(app.door.flow.rehearse_case(&case).await?))
}
