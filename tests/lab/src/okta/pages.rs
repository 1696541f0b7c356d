//! The pages of an org: sign-in, the guarded actions, an app behind the IdP authenticator. Plain forms without scripts.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use secrecy::SecretString;
use serde::Deserialize;
use tower_http::csrf::CsrfLayer;
use url::Url;

use super::OktaOrg;
use super::fault::Fault;
use super::grant::Operation;
use super::verification::{Decision, Return};
use super::world::Vendor;

/// The shortest new password taken, as in Okta's default password policy.
const SHORTEST_PASSWORD: usize = 8;

type Org = State<Arc<OktaOrg>>;

pub(super) fn routes() -> Router<Arc<OktaOrg>> {
    Router::new()
        .route("/", get(home))
        .route("/signin", post(sign_in))
        .route("/account", post(account))
        .route("/account/verify", get(verify))
        .route("/account/continue/{grant}", get(proceed).post(finish))
        .route("/idp/identity-verification", get(leave))
        .route("/idp/identity-verification/callback", get(back))
        .route("/app/payroll", get(app).post(open_app))
        .route("/oauth2/v1/authorize/callback", get(app_back))
        // Other sites open in the same browser must not fill in these forms.
        .layer(CsrfLayer::new())
}

#[derive(Template)]
#[template(path = "okta_signin.html")]
struct SignIn<'a> {
    org: &'a str,
    said: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "okta_verify.html")]
struct Verify<'a> {
    org: &'a str,
    vendor: &'a Vendor,
    state: &'a str,
}

#[derive(Template)]
#[template(path = "okta_continue.html")]
struct Continue<'a> {
    org: &'a str,
    grant: &'a str,
    login: &'a str,
    operation: Operation,
    said: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "okta_done.html")]
struct Done<'a> {
    org: &'a str,
    title: &'a str,
    text: &'a str,
}

#[derive(Template)]
#[template(path = "okta_denied.html")]
struct Denied<'a> {
    org: &'a str,
    title: &'a str,
    text: &'a str,
    /// Login and operation to try again with.
    again: Option<(&'a str, &'static str)>,
    reason: &'a str,
    fault: &'a str,
}

#[derive(Template)]
#[template(path = "okta_app.html")]
struct App<'a> {
    org: &'a str,
    vendor: &'a str,
}

#[derive(Deserialize)]
struct Typed {
    login: String,
    #[serde(default)]
    password: SecretString,
}

#[derive(Deserialize)]
struct Wish {
    login: String,
    operation: Operation,
}

#[derive(Deserialize)]
struct Ticket {
    #[serde(rename = "stateTokenExternalId", default)]
    state: String,
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    password: Option<SecretString>,
}

async fn home(State(org): Org) -> Response {
    signing_in(&org, StatusCode::OK, None)
}

fn signing_in(org: &OktaOrg, status: StatusCode, said: Option<&str>) -> Response {
    let org = &org.world().name;
    shown(status, &SignIn { org, said })
}

async fn sign_in(State(org): Org, Form(typed): Form<Typed>) -> Response {
    if !org.signs_in(&typed.login, &typed.password) {
        return signing_in(&org, StatusCode::UNAUTHORIZED, Some("Unable to sign in."));
    }
    done(
        &org,
        "You are signed in",
        "This is where the apps of the company would be.",
    )
}

async fn account(State(org): Org, headers: HeaderMap, Form(wish): Form<Wish>) -> Response {
    match org.prompt(&entrance(&org, &headers), &wish.login, wish.operation) {
        Ok(state) => to(&format!("/account/verify?stateTokenExternalId={state}")),
        // Okta cannot hide who exists in flows under this policy.
        Err(Fault::Nobody) => signing_in(
            &org,
            StatusCode::NOT_FOUND,
            Some("There is no account with this username."),
        ),
        Err(_) => signing_in(
            &org,
            StatusCode::FORBIDDEN,
            Some("Contact your administrator for assistance."),
        ),
    }
}

async fn verify(State(org): Org, Query(ticket): Query<Ticket>) -> Response {
    if let Err(fault) = org.waiting(&ticket.state, false) {
        return denied(&org, None, &fault);
    }
    let page = Verify {
        org: &org.world().name,
        vendor: &org.world().vendor,
        state: &ticket.state,
    };
    shown(StatusCode::OK, &page)
}

async fn leave(State(org): Org, Query(ticket): Query<Ticket>) -> Response {
    let known = org.waiting(&ticket.state, false).ok();
    match org.push(&ticket.state).await {
        Ok(there) => to(there.as_str()),
        Err(fault) => {
            let login = known.as_ref().and_then(|waiting| org.user_of(&waiting.user));
            let again = login
                .zip(known.as_ref())
                .map(|(user, waiting)| (user.login.as_str(), waiting.operation));
            denied(&org, again, &fault)
        }
    }
}

async fn back(State(org): Org, Query(back): Query<Return>) -> Response {
    let outcome = org.callback(&back).await;
    match &outcome.decision {
        Decision::Allow { grant } => to(&format!("/account/continue/{grant}")),
        Decision::Deny(fault) => denied(&org, outcome.login.as_deref().zip(outcome.operation), fault),
    }
}

async fn proceed(State(org): Org, Path(grant): Path<String>) -> Response {
    continuing(&org, StatusCode::OK, &grant, None)
}

fn continuing(org: &OktaOrg, status: StatusCode, grant: &str, said: Option<&str>) -> Response {
    let granted = match org.granted(grant) {
        Ok(granted) => granted,
        Err(fault) => return denied(org, None, &fault),
    };
    let page = Continue {
        org: &org.world().name,
        grant,
        login: org.user_of(&granted.user).map_or("", |user| &user.login),
        operation: granted.operation,
        said,
    };
    shown(status, &page)
}

async fn finish(State(org): Org, Path(grant): Path<String>, Form(chosen): Form<Chosen>) -> Response {
    let long = |password: &SecretString| {
        use secrecy::ExposeSecret;
        password.expose_secret().chars().count() >= SHORTEST_PASSWORD
    };
    let password = chosen.password.filter(long);
    match org.complete(&grant, password.as_ref()) {
        Ok(Operation::Recover) => done(&org, "Your password is new", "Sign in with it from now on."),
        Ok(Operation::Unlock) => done(&org, "Your account is unlocked", "Sign in as you always do."),
        Ok(Operation::Enroll) => done(
            &org,
            "Your authenticator is set up",
            "You will be asked for it next time.",
        ),
        Err(Fault::Missing(_)) => {
            let said = Some("Choose a password of at least eight characters.");
            continuing(&org, StatusCode::UNPROCESSABLE_ENTITY, &grant, said)
        }
        Err(fault) => denied(&org, None, &fault),
    }
}

async fn app(State(org): Org) -> Response {
    let Some(authenticator) = &org.world().authenticator else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = App {
        org: &org.world().name,
        vendor: &authenticator.name,
    };
    shown(StatusCode::OK, &page)
}

async fn open_app(State(org): Org, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    match org.begin_app_at(&entrance(&org, &headers), &typed.login) {
        Ok(there) => to(there.as_str()),
        Err(fault) => kept_out(&org, &fault),
    }
}

async fn app_back(State(org): Org, Query(back): Query<Return>) -> Response {
    let outcome = org.app_callback(&back).await;
    match (&outcome.entered, &outcome.login) {
        (Ok(()), Some(login)) => done(
            &org,
            "Example Payroll",
            &format!("Welcome, {login}. Your payslips are here."),
        ),
        (Err(fault), _) => kept_out(&org, fault),
        (Ok(()), None) => kept_out(&org, &Fault::NoFlow),
    }
}

fn done(org: &OktaOrg, title: &str, text: &str) -> Response {
    let org = &org.world().name;
    shown(StatusCode::OK, &Done { org, title, text })
}

fn denied(org: &OktaOrg, again: Option<(&str, Operation)>, fault: &Fault) -> Response {
    let word = |operation| match operation {
        Operation::Recover => "recover",
        Operation::Unlock => "unlock",
        Operation::Enroll => "enroll",
    };
    let page = Denied {
        org: &org.world().name,
        title: "We could not verify your identity",
        text: "Nothing was changed. You can try again, or ask your help desk.",
        again: again.map(|(login, operation)| (login, word(operation))),
        reason: &fault.reason(),
        fault: &fault.to_string(),
    };
    shown(StatusCode::FORBIDDEN, &page)
}

fn kept_out(org: &OktaOrg, fault: &Fault) -> Response {
    let page = Denied {
        org: &org.world().name,
        title: "You cannot open this app now",
        text: "Your sign-in could not be completed. Open the app again to try once more.",
        again: None,
        reason: "FAILURE",
        fault: &fault.to_string(),
    };
    shown(StatusCode::FORBIDDEN, &page)
}

/// The address that this browser came in on.
fn entrance(org: &OktaOrg, headers: &HeaderMap) -> Url {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    org.world().entrance(host).clone()
}

/// 302, as Okta redirects.
fn to(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => {
            let headers = [(header::LOCATION, address), (header::CACHE_CONTROL, NO_STORE)];
            (StatusCode::FOUND, headers).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

fn shown(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            // The address may hold a state or a grant; it goes to no other site.
            let policy = HeaderValue::from_static("same-origin");
            let headers = [(header::CACHE_CONTROL, NO_STORE), (header::REFERRER_POLICY, policy)];
            (status, headers, Html(html)).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
