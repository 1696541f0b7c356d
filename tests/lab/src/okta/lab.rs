//! The lab's controls of an org: options, System Log, what became of its people. Unlogged.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::OktaOrg;
use super::options::OrgOptions;
use super::system_log::LogEvent;

pub(super) fn routes() -> Router<Arc<OktaOrg>> {
    Router::new()
        .route("/_lab/options", get(options).post(set_options))
        .route("/_lab/system-log", get(system_log).delete(forget))
        .route("/_lab/users", get(users))
}

async fn options(State(org): State<Arc<OktaOrg>>) -> Json<OrgOptions> {
    Json(org.options())
}

async fn set_options(State(org): State<Arc<OktaOrg>>, Json(options): Json<OrgOptions>) -> StatusCode {
    org.set_options(options);
    StatusCode::NO_CONTENT
}

async fn system_log(State(org): State<Arc<OktaOrg>>) -> Json<Vec<LogEvent>> {
    Json(org.system_log())
}

async fn forget(State(org): State<Arc<OktaOrg>>) -> StatusCode {
    org.forget_system_log();
    StatusCode::NO_CONTENT
}

async fn users(State(org): State<Arc<OktaOrg>>) -> Json<Vec<Value>> {
    let users = org.world().users.iter().map(|user| {
        let standing = org.standing(&user.login).unwrap_or_default();
        json!({
            "id": user.id,
            "login": user.login,
            "status": standing.status,
            "enrolled": standing.enrolled,
            "passwordChanges": standing.password_changes,
        })
    });
    Json(users.collect())
}
