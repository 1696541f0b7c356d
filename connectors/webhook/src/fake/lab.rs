//! The lab's hand on the imitated endpoint.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Given;
use axum::http::StatusCode;
use serde::Deserialize;

use super::Company;
use super::state::{CallView, Manner, Standing};

pub(super) async fn calls(Given(company): Given<Arc<Company>>) -> Json<Vec<CallView>> {
    Json(company.calls())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settled {
    id: String,
    standing: Standing,
}

pub(super) async fn settle(Given(company): Given<Arc<Company>>, Json(settled): Json<Settled>) -> StatusCode {
    if company.lock().settle(&settled.id, settled.standing) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

#[derive(Deserialize)]
pub(super) struct Taught {
    #[serde(default)]
    call: String,
    #[serde(default)]
    manner: Manner,
}

pub(super) async fn manner(Given(company): Given<Arc<Company>>, Json(taught): Json<Taught>) -> StatusCode {
    company.answer(&taught.call, taught.manner);
    StatusCode::NO_CONTENT
}
