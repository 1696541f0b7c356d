//! The JSON API: everything that the staff can do at the console, for machines and for the console's own scripts.
//!
//! [`ENDPOINTS`] is the one table of what there is and which power it takes. Whoever comes passes the same guard, that reads it.

mod caller;
mod cases;
mod decide;
mod deliveries;
mod mend;
pub(super) mod pace;
mod people;
mod record;
mod repeat;
mod sent;
mod view;

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::form_urlencoded;

use super::App;
use super::authority::{Actor, Authority};
use super::problem::Problem;
use crate::case::role::Power;
pub use caller::Caller;
use pace::{Followers, Pace, Place};
pub use view::view;

/// What the API says of itself (OpenAPI 3.1).
pub const DESCRIPTION: &str = include_str!("openapi.json");

/// What the API knows besides what everybody at the edge does.
#[derive(Debug)]
pub struct Setup {
    /// The settings in force, without a secret.
    pub settings: Value,
    /// How many calls one caller may make in a minute, at this node.
    pub per_minute: u32,
    /// Ends what would go on for ever.
    pub stop: CancellationToken,
    pace: Pace,
    followers: Arc<Followers>,
}

impl Setup {
    /// Of these settings; streams end with `stop`.
    pub fn new(settings: Value, per_minute: u32, stop: CancellationToken) -> Self {
        Self {
            settings,
            per_minute,
            stop,
            pace: Pace::default(),
            followers: Arc::default(),
        }
    }
}

/// One thing that can be asked for.
pub struct Endpoint {
    /// `GET` or `POST`.
    pub method: Method,
    /// Below `/api/v1`.
    pub path: &'static str,
    /// What it takes; nothing but being known if there is none.
    pub power: Option<Power>,
    /// What it does.
    pub summary: &'static str,
    route: Route,
}

type Route = fn() -> MethodRouter<App>;

const fn endpoint(
    method: Method,
    path: &'static str,
    power: Option<Power>,
    summary: &'static str,
    route: Route,
) -> Endpoint {
    Endpoint {
        method,
        path,
        power,
        summary,
        route,
    }
}

const fn reads(path: &'static str, power: Power, summary: &'static str, route: Route) -> Endpoint {
    endpoint(Method::GET, path, Some(power), summary, route)
}

const fn does(path: &'static str, power: Power, summary: &'static str, route: Route) -> Endpoint {
    endpoint(Method::POST, path, Some(power), summary, route)
}

/// Everything there is.
pub static ENDPOINTS: [Endpoint; 37] = [
    Endpoint {
        method: Method::GET,
        path: "/me",
        power: None,
        summary: "Say who asks and what they may",
        route: || get(record::me),
    },
    does("/cases", Power::OpenCase, "Open a case and get its link", || {
        post(cases::open)
    }),
    reads("/cases", Power::ReadCase, "List cases", || get(cases::list)),
    reads("/cases/{id}", Power::ReadCase, "Read a case", || get(cases::read)),
    reads(
        "/cases/{id}/events",
        Power::ReadCase,
        "Read what was written down of a case",
        || get(cases::events),
    ),
    reads(
        "/cases/{id}/stream",
        Power::ReadCase,
        "Follow a case as it moves",
        || get(cases::stream),
    ),
    does("/cases/{id}/link", Power::OpenCase, "Get a fresh link", || {
        post(cases::renew)
    }),
    reads(
        "/cases/{id}/ways",
        Power::OpenCase,
        "Read where the link can be sent",
        || get(cases::ways),
    ),
    does(
        "/cases/{id}/send",
        Power::OpenCase,
        "Send a fresh link to the person",
        || post(cases::send),
    ),
    does(
        "/cases/{id}/code",
        Power::OpenCase,
        "Get a short code to read out",
        || post(cases::code),
    ),
    does("/cases/{id}/cancel", Power::CancelCase, "Call a case off", || {
        post(cases::cancel)
    }),
    does("/cases/{id}/flag", Power::FlagFraud, "Call a case fraud", || {
        post(decide::flag)
    }),
    does(
        "/cases/{id}/flag/clear",
        Power::ClearFlag,
        "Take a fraud flag away",
        || post(decide::clear),
    ),
    does("/cases/{id}/resume", Power::MendCase, "Let a stuck case go on", || {
        post(mend::resume)
    }),
    does("/cases/{id}/retry", Power::MendCase, "Do what failed once more", || {
        post(mend::retry)
    }),
    does("/cases/{id}/undo", Power::MendCase, "Take back what was done", || {
        post(mend::undo)
    }),
    does(
        "/cases/{id}/forget",
        Power::MendCase,
        "Forget a remembered check",
        || post(mend::forget),
    ),
    reads(
        "/cases/{id}/plan",
        Power::MendCase,
        "Read what the plan would do now",
        || get(mend::rehearse),
    ),
    does("/cases/{id}/review", Power::Review, "Take a case for review", || {
        post(decide::take)
    }),
    reads("/cases/{id}/review", Power::Review, "Read the evidence", || {
        get(decide::evidence)
    }),
    does(
        "/cases/{id}/review/judgement",
        Power::Review,
        "Judge the evidence",
        || post(decide::judge),
    ),
    does(
        "/cases/{id}/review/claimed",
        Power::Review,
        "Look at whose account it is said to be",
        || post(decide::claimed),
    ),
    does(
        "/cases/{id}/review/decision",
        Power::Review,
        "Decide whether it is the same person",
        || post(decide::decide),
    ),
    does("/cases/{id}/approvals", Power::Approve, "Agree to a case", || {
        post(decide::agree)
    }),
    does(
        "/cases/{id}/approvals/refuse",
        Power::Approve,
        "Refuse to agree to a case",
        || post(decide::refuse),
    ),
    does("/people/find", Power::FindPerson, "Look somebody up", || {
        post(people::find)
    }),
    does("/people/erase", Power::Erase, "Have somebody forgotten", || {
        post(people::erase)
    }),
    reads("/shield", Power::ReadCase, "Read whether the shield is up", || {
        get(people::shield)
    }),
    does("/shield/raise", Power::Shield, "Raise the shield", || {
        post(people::raise)
    }),
    does("/shield/lower", Power::Shield, "Lower the shield", || {
        post(people::lower)
    }),
    reads("/audit/events", Power::ReadAudit, "Read the record", || {
        get(record::events)
    }),
    reads("/audit/verify", Power::ReadAudit, "Check that the record holds", || {
        get(record::verify)
    }),
    reads(
        "/settings",
        Power::ReadSettings,
        "Read the settings, without secrets",
        || get(record::settings),
    ),
    reads("/vendors", Power::ReadSettings, "Ask every vendor how it is", || {
        get(record::vendors)
    }),
    reads("/deliveries", Power::Deliver, "List what was sent to webhooks", || {
        get(deliveries::list)
    }),
    reads("/deliveries/{id}", Power::Deliver, "Read one delivery", || {
        get(deliveries::read)
    }),
    does("/deliveries/{id}/replay", Power::Deliver, "Send it once more", || {
        post(deliveries::replay)
    }),
];

impl Endpoint {
    /// Whether it is about something that only some may know of.
    fn is_particular(&self) -> bool {
        self.path.contains("{id}")
    }
}

/// The API's paths.
pub fn routes(app: &App) -> Router<App> {
    let table = ENDPOINTS.iter().fold(Router::new(), |table, endpoint| {
        let guarded = middleware::from_fn_with_state((app.clone(), endpoint), guard);
        table.route(endpoint.path, (endpoint.route)().route_layer(guarded))
    });
    table
        .route("/openapi.json", get(description))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method",
                "This method is not known here",
            )
        })
}

/// Lets in who may: known, not too often, with the power that the table names.
async fn guard(State((app, endpoint)): State<(App, &'static Endpoint)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let authority = match Authority::from_request_parts(&mut parts, &app).await {
        Ok(authority) => authority,
        Err(problem) => return problem.into_response(),
    };
    let actor = authority.actor();
    let now = app.door.flow.now();
    let pace = app.api.pace.count(&actor.key(), now, app.api.per_minute);
    if let Some(after) = pace.wait {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests").after(after);
        return pace.told(problem.into_response());
    }
    if let Err(problem) = admitted(endpoint, &authority) {
        return pace.told(problem.into_response());
    }
    parts.extensions.insert(actor.clone());
    parts.extensions.insert(Arc::new(authority));
    let request = Request::from_parts(parts, body);
    let response = if endpoint.method == Method::POST {
        repeat::once(&app, &actor, request, next).await
    } else {
        next.run(request).await
    };
    pace.told(response)
}

/// Whoever may not know of something is told that it is not there; only who might do it is told what it takes.
fn admitted(endpoint: &Endpoint, authority: &Authority) -> Result<(), Problem> {
    let Some(power) = endpoint.power else {
        return Ok(());
    };
    if endpoint.is_particular() && !authority.powers().contains(&power) {
        return Err(Problem::not_found());
    }
    authority.need(power).map(drop)
}

/// Who asks: let in by the guard.
struct Me(Actor);

impl FromRequestParts<App> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Self::Rejection> {
        let actor = parts.extensions.get::<Actor>().cloned();
        actor.map(Self).ok_or_else(Problem::unauthorised)
    }
}

/// A page of a list, with the way to the next one in the body and in a header (RFC 8288): whatever else was asked is asked again.
fn paged(name: &str, items: &[Value], next: Option<&str>, RawQuery(asked): &RawQuery) -> Response {
    let mut headers = HeaderMap::new();
    let link = next.map(|next| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let before = form_urlencoded::parse(asked.as_deref().unwrap_or_default().as_bytes());
        query.extend_pairs(before.filter(|(name, _)| name != "cursor"));
        format!("<?{}>; rel=\"next\"", query.append_pair("cursor", next).finish())
    });
    if let Some(Ok(link)) = link.map(|link| HeaderValue::from_str(&link)) {
        headers.insert(header::LINK, link);
    }
    (headers, Json(json!({name: items, "next": next}))).into_response()
}

/// A place among those who follow cases, given back when it is dropped.
fn follower(app: &App, actor: &Actor) -> Result<Place, Problem> {
    Followers::place(&app.api.followers, &actor.key()).ok_or_else(|| {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-streams",
            "You follow too many cases at a time",
        )
        .detail("Close a stream first.")
    })
}

async fn description() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION)
}
