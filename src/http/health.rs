//! `/live`: the process answers. `/ready`: it can also serve.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::cause::causes;
use crate::source::Door;

/// The process answers.
pub async fn live() -> Json<Value> {
    Json(json!({"status": "live"}))
}

/// The database answers too.
pub async fn ready(State(door): State<Door>) -> (StatusCode, Json<Value>) {
    match door.flow.store.ping().await {
        Ok(()) => (StatusCode::OK, Json(json!({"status": "ready"}))),
        Err(error) => {
            tracing::error!(error = %causes(&error), "the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({"status": "database does not answer"})),
            )
        }
    }
}
