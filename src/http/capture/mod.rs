//! Where the built-in verifier's pictures are taken: one address that shows whatever is wanted next, for the case's own browser and
//! for a phone that helps out.
//!
//! Nothing is remembered here; [`Builtin`] says where a session stands, and who may do what next. What comes of the pictures is read
//! as every proof is, when the case is woken.

mod answer;
mod form;
mod phone;
mod picture;
mod show;
mod who;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Extension, Query, State};
use axum::http::HeaderMap;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::api::pace::Pace;
use super::headers;
use crate::builtin::{Builtin, Place, Session};
use crate::case::HandleKind;
use crate::cause::causes;
use crate::pages::path;
use crate::source::Door;
use show::{Shown, shown};
use who::Photographer;

/// The largest picture, and what a form adds around it.
const LARGEST_PICTURE: usize = 12 * 1024 * 1024 + 16 * 1024;
/// The largest preview or frame (builtin-verifier.md §2).
const LARGEST_FRAME: usize = 300 * 1024;
/// Pictures from one address in a minute: a person at the challenge sends four a second for ten seconds and one a second before that, and
/// an office with one address has several of them.
const PICTURES_A_MINUTE: u32 = 3_000;
/// Codes tried from one address in a minute. A code has fifty bits and five minutes; this keeps the log readable.
const CODES_A_MINUTE: u32 = 60;

/// The paths, where the settings have the built-in verifier.
pub(super) fn routes() -> Router<Door> {
    let pace = Arc::new(Pace::default());
    let frames = Router::new()
        .route(path::CAPTURE_LOOK, post(picture::look))
        .route(path::CAPTURE_FRAME, post(picture::frame))
        .layer(DefaultBodyLimit::max(LARGEST_FRAME));
    let pictures = Router::new()
        .route("/capture/picture/{side}", post(picture::side))
        .route(path::CAPTURE_STILL, post(picture::still))
        .route("/capture/upload/{what}", post(form::upload))
        .layer(DefaultBodyLimit::max(LARGEST_PICTURE));
    Router::new()
        .route(path::CAPTURE, get(show_page))
        .route(path::CAPTURE_STATUS, get(status))
        .route(path::CAPTURE_KIND, post(form::kind))
        .route(path::CAPTURE_ANOTHER, post(form::another))
        .route(path::CAPTURE_BEGIN, post(picture::begin))
        .route(path::CAPTURE_PHONE, post(phone::offer))
        .route(path::CAPTURE_CONFIRM, post(phone::confirm))
        .route(path::CAPTURE_BACK, post(phone::back))
        .merge(frames)
        .merge(pictures)
        // Only here may a page ask for the camera.
        .layer(middleware::map_response(headers::with_camera))
        .route("/p/{code}", get(phone::door).post(phone::open))
        .layer(Extension(pace))
}

/// What the address may say.
#[derive(Deserialize)]
struct Asked {
    /// The person takes this very computer.
    here: Option<String>,
}

/// Whatever is wanted next.
async fn show_page(
    State(door): State<Door>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    who: Photographer,
) -> Response {
    let here = asked.here.is_some() || !is_desktop(&headers);
    if who.session.place == Place::Done {
        wake(&door, &who.builtin, &who.session).await;
    }
    shown(&door, &who, here).into_response(&door)
}

/// What a page that follows asks: which page it would be now.
async fn status(State(door): State<Door>, headers: HeaderMap, who: Photographer) -> Response {
    let state = match shown(&door, &who, !is_desktop(&headers)) {
        Shown::Page(page) => page.state(),
        Shown::Away(_) => "capture-done",
    };
    Json(json!({"state": state})).into_response()
}

/// Whether the browser is a computer's: phones say that they are (User-Agent Client Hints §4.4) or have it in their name.
fn is_desktop(headers: &HeaderMap) -> bool {
    let says = |name: &str, what: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains(what))
    };
    !says("sec-ch-ua-mobile", "?1") && !says("user-agent", "Mobi")
}

/// Everything was given: the case is to read it now. Whoever waits on another screen is told by that.
async fn wake(door: &Door, builtin: &Builtin, session: &Session) {
    let woken = async {
        let reference = builtin.reference_of(session).await?;
        let digest = door.flow.digests.digest("proof", reference.0.as_bytes());
        let now = door.flow.now();
        if let Some(case) = door.flow.store.case_by(HandleKind::Proof, &digest, now).await? {
            door.flow.wake(&case.id).await.map_err(Box::new)?;
        }
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    };
    // The case wakes by itself as well, only later.
    if let Err(error) = woken.await {
        tracing::warn!(error = %causes(error.as_ref()), "a case could not be woken for its pictures");
    }
}
