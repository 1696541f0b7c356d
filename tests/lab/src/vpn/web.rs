//! Its pages: where somebody signs in, and what they see once Duo let them in, or did not.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::{CALLBACK, PATH, Vpn};

/// The state, in the browser that was sent to Duo with it: nobody else's answer counts here.
const COOKIE: &str = "vpn_state";

type Here = State<Arc<Vpn>>;

pub(super) fn routes(vpn: &Arc<Vpn>) -> Router {
    Router::new()
        .route(&format!("/{PATH}"), get(start).post(begin))
        .route(&format!("/{CALLBACK}"), get(back))
        .with_state(Arc::clone(vpn))
}

#[derive(Template)]
#[template(path = "vpn_start.html")]
struct Start;

#[derive(Template)]
#[template(path = "vpn_done.html")]
struct Done<'a> {
    login: &'a str,
    factor: &'a str,
}

#[derive(Template)]
#[template(path = "vpn_trouble.html")]
struct Trouble<'a> {
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
struct Typed {
    #[serde(default)]
    login: String,
}

async fn begin(State(vpn): Here, Form(typed): Form<Typed>) -> Response {
    match vpn.begin(typed.login.trim()).await {
        Ok((prompt, state)) => {
            let mut response = Redirect::to(prompt.as_str()).into_response();
            let cookie = format!("{COOKIE}={state}; Path=/{PATH}; HttpOnly; SameSite=Lax");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(fault) => show(
            StatusCode::BAD_GATEWAY,
            &Trouble {
                why: &fault.to_string(),
            },
        ),
    }
}

#[derive(Deserialize)]
struct Brought {
    #[serde(default)]
    state: String,
    #[serde(default)]
    duo_code: String,
}

async fn back(State(vpn): Here, headers: HeaderMap, Query(brought): Query<Brought>) -> Response {
    let own = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let wanted = format!("{COOKIE}={}", brought.state);
    let is_own = own.flat_map(|line| line.split("; ")).any(|cookie| cookie == wanted);
    let told = if is_own {
        vpn.finish(&brought.state, &brought.duo_code).await
    } else {
        Err(super::Fault::Unknown)
    };
    match told {
        Ok(connected) => show(
            StatusCode::OK,
            &Done {
                login: &connected.login,
                factor: &connected.factor,
            },
        ),
        Err(fault) => show(
            StatusCode::FORBIDDEN,
            &Trouble {
                why: &fault.to_string(),
            },
        ),
    }
}
