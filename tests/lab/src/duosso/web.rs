//! Its pages: where somebody begins, what sends them to Doorward, and what they see afterwards.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use url::Url;

use super::DuoSso;
use super::answer::SignedIn;

/// What goes along with a request and must come back.
const STATE: &str = "https://sso.example.com/resume?step=2&to=<mail>";

type Here = State<Arc<DuoSso>>;

pub(super) fn routes(service: &Arc<DuoSso>) -> Router {
    let path = |address: &str| Url::parse(address).map_or_else(|_| "/none".to_owned(), |url| url.path().to_owned());
    Router::new()
        .route("/duo-sso", get(start).post(begin))
        .route("/_lab/duo-sso", get(answers))
        .route(&path(&service.provider.entity_id), get(metadata))
        .route(&path(&service.provider.acs), post(arrive))
        .with_state(Arc::clone(service))
}

#[derive(Template)]
#[template(path = "duosso_start.html")]
struct Start;

#[derive(Template)]
#[template(path = "duosso_send.html")]
struct Send<'a> {
    action: &'a str,
    fields: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "duosso_done.html")]
struct Done<'a> {
    signed_in: &'a SignedIn,
}

#[derive(Template)]
#[template(path = "duosso_refused.html")]
struct Refused<'a> {
    why: &'a str,
}

fn show(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn start() -> Response {
    show(StatusCode::OK, &Start)
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    login: String,
    #[serde(default)]
    binding: String,
}

async fn begin(State(service): Here, Form(wish): Form<Wish>) -> Response {
    let person = Some(wish.login.trim()).filter(|login| !login.is_empty());
    let request = service.ask(person, Some(STATE));
    let (sso, key) = (&service.provider.sso, &service.key);
    if wish.binding == "post" {
        return match request.form(Some(STATE), key) {
            Some(fields) => {
                let action = sso.as_str();
                show(
                    StatusCode::OK,
                    &Send {
                        action,
                        fields: &fields,
                    },
                )
            }
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
    }
    match request.address(sso, Some(STATE), key) {
        Some(url) => Redirect::to(url.as_str()).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn metadata(State(service): Here) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/samlmetadata+xml")];
    (kind, service.provider.metadata(service.key.certificate())).into_response()
}

async fn answers(State(service): Here) -> Response {
    Json(service.answers()).into_response()
}

#[derive(Deserialize)]
struct Posted {
    #[serde(rename = "SAMLResponse")]
    response: String,
    #[serde(rename = "RelayState")]
    relay_state: Option<String>,
}

async fn arrive(State(service): Here, Form(posted): Form<Posted>) -> Response {
    match service.receive(&posted.response, posted.relay_state.as_deref()).await {
        Ok(signed_in) => show(StatusCode::OK, &Done { signed_in: &signed_in }),
        Err(fault) => {
            let why = fault.to_string();
            show(StatusCode::FORBIDDEN, &Refused { why: &why })
        }
    }
}
