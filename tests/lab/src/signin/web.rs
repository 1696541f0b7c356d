//! The imitated sign-in as pages and documents.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawForm, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::attempt::{Outcome, PostForm};
use super::fault::Fault;
use super::options::Options;
use super::request::{CALLBACK, issuer};
use super::{Signin, SigninPerson};

/// Names the browser in which a sign-in was begun.
const COOKIE: &str = "external-mfa-browser";
/// Stands for the tenant in the document that all tenants share.
const ANY_TENANT: &str = "{tenantid}";

type Here = State<Arc<Signin>>;

pub(super) fn routes(signin: &Arc<Signin>) -> Router {
    Router::new()
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(tenant_configuration),
        )
        .route("/common/v2.0/.well-known/openid-configuration", get(configuration))
        .route("/{tenant}/discovery/v2.0/keys", get(keys))
        .route("/common/discovery/v2.0/keys", get(keys))
        .route("/external-mfa", get(start).post(sign_in))
        .route(CALLBACK, post(take_answer))
        .with_state(Arc::clone(signin))
}

pub(super) fn controls(signin: &Arc<Signin>) -> Router {
    let own = Router::new()
        .route("/_lab/external-mfa", get(attempts))
        .route("/_lab/external-mfa/options", get(read_options).post(write_options))
        .route("/_lab/external-mfa/rollover", post(rollover))
        .route("/_lab/external-mfa/retire", post(retire))
        .route("/_lab/external-mfa/forget-metadata", post(forget_metadata))
        .with_state(Arc::clone(signin));
    own.nest("/_lab/external-mfa", signin.fake().controls())
}

async fn configuration(State(signin): Here) -> Json<Value> {
    Json(document(&signin, ANY_TENANT, "common"))
}

async fn tenant_configuration(State(signin): Here, Path(tenant): Path<String>) -> Response {
    if tenant == signin.world().tenant.to_string() {
        return Json(document(&signin, &tenant, &tenant)).into_response();
    }
    let text = "AADSTS90002: Tenant not found. Check to make sure you have the correct tenant ID.";
    let body = json!({ "error": "invalid_tenant", "error_description": text, "error_codes": [90_002] });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn document(signin: &Signin, tenant: &str, below: &str) -> Value {
    let authority = signin.world().authority;
    let base = authority.as_str().trim_end_matches('/');
    json!({
        "issuer": issuer(&authority, tenant),
        "authorization_endpoint": format!("{base}/{below}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/{below}/oauth2/v2.0/token"),
        "jwks_uri": format!("{base}/{below}/discovery/v2.0/keys"),
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
    })
}

async fn keys(State(signin): Here) -> Response {
    match signin.published_keys() {
        Ok(keys) => Json(keys).into_response(),
        Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, fault.to_string()).into_response(),
    }
}

#[derive(Template)]
#[template(path = "signin_start.html")]
struct Start<'a> {
    people: &'a [SigninPerson],
    login: &'a str,
    error: &'a str,
}

#[derive(Template)]
#[template(path = "signin_send.html")]
struct Send<'a> {
    form: &'a PostForm,
    login: &'a str,
    script_nonce: &'a str,
}

#[derive(Template)]
#[template(path = "signin_done.html")]
struct Done<'a> {
    login: &'a str,
    acr: &'a str,
    amr: &'a str,
}

#[derive(Template)]
#[template(path = "signin_refused.html")]
struct Refused<'a> {
    text: &'a str,
    code: Option<&'a str>,
}

/// The first factor, as typed. No `Debug`: somebody may type a real password all the same.
#[derive(Deserialize)]
struct Credentials {
    login: String,
    password: String,
}

async fn start(State(signin): Here) -> Response {
    start_page(&signin, StatusCode::OK, "", "")
}

fn start_page(signin: &Signin, status: StatusCode, login: &str, error: &str) -> Response {
    let world = signin.world();
    let page = Start {
        people: &world.people,
        login,
        error,
    };
    shown(status, &page, "form-action 'self'")
}

async fn sign_in(State(signin): Here, headers: HeaderMap, Form(given): Form<Credentials>) -> Response {
    if given.password.is_empty() {
        let error = "Type a password. Any will do here.";
        return start_page(&signin, StatusCode::UNAUTHORIZED, &given.login, error);
    }
    let browser = browser_of(&headers).unwrap_or_else(fresh);
    let form = match signin.begin_in(&given.login, Some(browser.clone())).await {
        Ok(form) => form,
        Err(Fault::NoPerson) => {
            let error = "We could not sign you in. Check what you typed and try again.";
            return start_page(&signin, StatusCode::UNAUTHORIZED, &given.login, error);
        }
        Err(fault) => return refused(StatusCode::BAD_GATEWAY, &fault.to_string(), Some(fault.code())),
    };
    let script_nonce = fresh();
    let page = Send {
        form: &form,
        login: given.login.trim(),
        script_nonce: &script_nonce,
    };
    let target = form.action.origin().ascii_serialization();
    let policy = format!("form-action {target}; script-src 'nonce-{script_nonce}'");
    let mut response = shown(StatusCode::OK, &page, &policy);
    if let Ok(cookie) = HeaderValue::from_str(&cookie(&signin, &browser)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The answer comes from another site, so the vendor's cookies are `SameSite=None`, which browsers keep over TLS only.
/// On loopback every port is one site.
fn cookie(signin: &Signin, browser: &str) -> String {
    let reach = if signin.world().authority.scheme() == "https" {
        "SameSite=None; Secure"
    } else {
        "SameSite=Lax"
    };
    format!("{COOKIE}={browser}; Path=/; HttpOnly; {reach}")
}

fn browser_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

async fn take_answer(State(signin): Here, headers: HeaderMap, RawForm(body): RawForm) -> Response {
    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let browser = browser_of(&headers).unwrap_or_default();
    match signin.answer_from(&fields, Some(&browser)).await {
        Outcome::SignedIn { login, acr, amr, .. } => {
            let page = Done {
                login: &login,
                acr: &acr,
                amr: &amr,
            };
            shown(StatusCode::OK, &page, "form-action 'none'")
        }
        Outcome::Failed { error } => refused(StatusCode::FORBIDDEN, &error, None),
        Outcome::Refused { fault } => refused(StatusCode::BAD_REQUEST, &fault.to_string(), Some(fault.code())),
    }
}

fn refused(status: StatusCode, text: &str, code: Option<&str>) -> Response {
    shown(status, &Refused { text, code }, "form-action 'none'")
}

fn shown(status: StatusCode, page: &impl Template, policy: &str) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy =
        format!("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; {policy}");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn attempts(State(signin): Here) -> Json<Value> {
    Json(json!({ "attempts": signin.attempts(), "strays": signin.strays() }))
}

async fn read_options(State(signin): Here) -> Json<Options> {
    Json(signin.options())
}

async fn write_options(State(signin): Here, Json(options): Json<Options>) -> StatusCode {
    signin.set_options(options);
    StatusCode::NO_CONTENT
}

async fn rollover(State(signin): Here) -> Response {
    match signin.rollover() {
        Ok(kid) => Json(json!({ "kid": kid })).into_response(),
        Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, fault.to_string()).into_response(),
    }
}

async fn retire(State(signin): Here) -> StatusCode {
    signin.retire_old_keys();
    StatusCode::NO_CONTENT
}

async fn forget_metadata(State(signin): Here) -> StatusCode {
    signin.forget_metadata();
    StatusCode::NO_CONTENT
}
