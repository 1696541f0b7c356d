//! The edge: the table of paths, and what stands around every one of them.

pub mod api;
pub mod authority;
mod capture;
pub mod desk;
pub mod headers;
pub mod health;
pub mod hooks;
pub mod journey;
pub mod live;
pub mod problem;
pub mod problems;
pub mod provider;
mod shown;
pub mod staff;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, OriginalUri, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::pages::Notice;
use crate::provider::form::LONGEST_BODY;
use crate::source::{Door, duo, entra, link, logout, oidc, portal, saml};
pub use api::Caller;

/// The largest body taken: a webhook with everything included stays far below (persona.md §9).
const LARGEST_BODY: usize = 1024 * 1024;
/// The longest that one request may take; the longest wait for a vendor is shorter.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// What the handlers are given. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What every way in shares.
    pub door: Door,
    /// Who may call the API.
    pub callers: std::sync::Arc<Vec<Caller>>,
    /// What the API knows besides.
    pub api: std::sync::Arc<api::Setup>,
    /// Who of the staff is at a browser.
    pub staff: crate::staff::Staff,
    /// The header that tells browsers what a page may do.
    pub policy: std::sync::Arc<str>,
    /// Our own origin, as browsers name it.
    pub origin: String,
    /// What the console tells of this installation itself.
    pub house: std::sync::Arc<desk::house::House>,
}

impl axum::extract::FromRef<App> for Door {
    fn from_ref(app: &App) -> Self {
        app.door.clone()
    }
}

/// Everything Doorward serves.
pub fn router(app: &App) -> Result<Router, tower_http::csrf::ConfigError> {
    // Where the settings have a verifier that takes its pictures here.
    let taken = app.door.capture.as_ref().map(|_| capture::routes()).unwrap_or_default();
    // Where people come whom somebody else sent, perhaps in a window of theirs.
    let sent = Router::new()
        .merge(taken)
        .merge(journey::routes())
        .merge(oidc::routes())
        .merge(logout::routes())
        .merge(saml::routes())
        .layer(middleware::map_response(headers::opened_by_others));
    // Pages of people: only our own pages may post to them.
    let people = Router::new()
        .merge(portal::routes())
        .merge(link::routes())
        .merge(duo::routes())
        .merge(sent)
        .with_state(app.door.clone())
        .layer(CsrfLayer::new().add_trusted_origin(app.origin.clone())?)
        .layer(middleware::from_fn(headers::without_null_origin));
    // The staff's door and console: as the people's.
    let desk = staff::routes()
        .merge(desk::routes())
        .with_state(app.clone())
        .layer(CsrfLayer::new().add_trusted_origin(app.origin.clone())?)
        .layer(middleware::from_fn(headers::without_null_origin));
    // Where others send browsers: their pages may post here, and no cookie of ours counts.
    let crossing = Router::new()
        .merge(oidc::crossing())
        .merge(logout::crossing())
        .merge(entra::crossing())
        .merge(saml::crossing())
        .merge(provider::routes())
        .layer(middleware::map_response(headers::opened_by_others))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(app.door.clone());
    // Machines: they carry a token or a signature, and no cookie counts.
    let machines = Router::new()
        .nest("/api/v1", api::routes(app))
        .merge(staff::machines())
        .route("/hooks/{verifier}", post(hooks::receive))
        .with_state(app.clone());
    let rest = Router::new()
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/assets/{name}", get(asset))
        .route("/robots.txt", get(robots))
        .route("/problems/{kind}", get(problems::explain))
        .fallback(nowhere)
        .with_state(app.door.clone());
    Ok(people
        .merge(desk)
        .merge(crossing)
        .merge(machines)
        .merge(rest)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            LONGEST_REQUEST,
        ))
        .layer(middleware::from_fn_with_state(app.clone(), headers::around))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), problems::finish))
        .layer(TraceLayer::new_for_http().make_span_with(span)))
}

/// A request in the log: method and route, never the path itself, which may hold a link's token, nor the query.
fn span(request: &Request) -> tracing::Span {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    tracing::info_span!("request", method = %request.method(), route)
}

async fn asset(State(door): State<Door>, OriginalUri(address): OriginalUri) -> Response {
    let Some(asset) = door.pages.asset(address.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // The name changes with the content: it may be kept for ever.
    let keep = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    };
    let headers = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, keep)];
    (headers, asset.bytes.to_vec()).into_response()
}

async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /\n"
}

async fn nowhere(State(door): State<Door>) -> Response {
    door.show(Notice::NotFound)
}
