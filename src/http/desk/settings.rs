//! The settings as they are in force, secrets masked, and how the vendors are.

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use super::fields::Fields;
use super::{App, At};
use crate::case::role::Power;
use crate::crypto::token::Digest;
use crate::flow::Error;
use crate::pages::desk::{Said, Settings, path};

/// How often all vendors may be asked, whoever presses: each time it costs calls at every one of them.
const ASKED_A_MINUTE: u32 = 3;
const MINUTE: Duration = Duration::from_mins(1);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(path::SETTINGS, get(look))
        .route(path::SETTINGS_CHECK, post(check))
}

async fn look(at: At) -> Response {
    if let Err(refused) = at.need(Power::ReadSettings, path::SETTINGS).await {
        return refused;
    }
    let house = &at.app.house;
    let (checked_at, vendors) = house.vendors(at.flow());
    at.show(Settings {
        vendors,
        checked_at,
        sections: house.parts.settings.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
    .await
}

async fn check(at: At, fields: Fields) -> Response {
    if let Err(refused) = at.need(Power::ReadSettings, path::SETTINGS).await {
        return refused;
    }
    if let Err(refused) = at.pressed(fields.token()).await {
        return refused;
    }
    let (flow, all) = (at.flow(), Digest::of("vendor checks", b"all"));
    let counted = flow
        .store
        .count("vendor checks", &all, flow.now(), MINUTE, ASKED_A_MINUTE);
    match counted.await {
        Ok(true) => {}
        Ok(false) => return at.fail(Error::TooMany(MINUTE)).await,
        Err(error) => return at.fail(error).await,
    }
    at.app.house.ask(flow, &at.app.staff).await;
    at.done(path::SETTINGS, Said::Checked)
}
