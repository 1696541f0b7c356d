//! The sign-in page of the imitated org: what a person does with a password, a code or a link.
//!
//! After "About user account status" (<https://help.okta.com/en-us/Content/Topics/users-groups-profiles/usgp-end-user-states.htm>,
//! August 2026): who is locked out, suspended or being reset gets in by nothing but what mends that.

use std::sync::Arc;

use axum::Form;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use serde::Deserialize;

use super::state::Visit;
use super::{Desk, OktaFake, fresh_text};

type Org = State<Arc<OktaFake>>;

/// The vendor's least length where nobody changed it.
const SHORTEST: usize = 8;

pub(super) fn routes() -> Router<Arc<OktaFake>> {
    Router::new()
        .route("/signin", get(show).post(enter))
        .route("/signin/change", get(show_change).post(change))
        .route("/signin/reset-password/{token}", get(show_reset).post(reset))
        .route("/signin/done", get(done))
}

#[derive(Deserialize)]
struct First {
    login: String,
    password: String,
}

#[derive(Deserialize)]
struct Second {
    visit: String,
    password: String,
}

#[derive(Deserialize)]
struct New {
    password: String,
}

#[derive(Deserialize)]
struct Of {
    visit: String,
}

async fn show() -> Html<String> {
    page(
        "<form method=\"post\"><input name=\"login\"><input name=\"password\" type=\"password\"><button>Sign in</button></form>",
    )
}

async fn enter(State(fake): Org, Form(form): Form<First>) -> Response {
    fake.desk(|desk| desk.enter(&form)).unwrap_or_else(refused)
}

async fn show_change(Query(of): Query<Of>) -> Html<String> {
    page(&format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"visit\" value=\"{}\"><input name=\"password\" \
         type=\"password\"><button>Change</button></form>",
        escaped(&of.visit)
    ))
}

async fn change(State(fake): Org, Form(form): Form<Second>) -> Response {
    fake.desk(|desk| desk.change(&form)).unwrap_or_else(refused)
}

async fn show_reset(State(fake): Org, Path(token): Path<String>) -> Response {
    match fake.desk(|desk| desk.owner_of(&token)) {
        Some(_) => {
            page("<form method=\"post\"><input name=\"password\" type=\"password\"><button>Reset</button></form>")
                .into_response()
        }
        None => refused(),
    }
}

async fn reset(State(fake): Org, Path(token): Path<String>, Form(form): Form<New>) -> Response {
    fake.desk(|desk| desk.reset(&token, &form.password))
        .unwrap_or_else(refused)
}

async fn done(State(fake): Org, Query(of): Query<Of>) -> Response {
    let login = fake.desk(|desk| {
        let visit = desk
            .state
            .visits
            .iter()
            .find(|visit| visit.id == of.visit && visit.is_done)?;
        desk.state
            .find(&visit.account)
            .map(|account| account.person.text("login").to_owned())
    });
    match login {
        Some(login) => page(&format!("<p>You are signed in as {}.</p>", escaped(&login))).into_response(),
        None => refused(),
    }
}

impl Desk<'_> {
    fn enter(&mut self, form: &First) -> Option<Response> {
        let now = self.now;
        let id = self.state.find(form.login.trim())?.person.id.clone();
        let account = self.state.account_mut(&id)?;
        let by_password = account.person.password == form.password;
        let by_code = account
            .tac
            .as_mut()
            .filter(|tac| tac.code == form.password && tac.is_good(now));
        match (account.person.status.as_str(), by_password, by_code) {
            ("ACTIVE", true, _) => Some(self.let_in(&id)),
            ("PASSWORD_EXPIRED", true, _) => Some(self.lead_on(&id, "/signin/change", false)),
            ("ACTIVE" | "PASSWORD_EXPIRED", _, Some(tac)) => {
                tac.used = true;
                Some(self.let_in(&id))
            }
            _ => None,
        }
    }

    fn change(&mut self, form: &Second) -> Option<Response> {
        let at = self
            .state
            .visits
            .iter()
            .position(|visit| visit.id == form.visit && !visit.is_done)?;
        let id = self.state.visits.get(at)?.account.clone();
        self.renew(&id, &form.password)
    }

    fn owner_of(&mut self, token: &str) -> Option<String> {
        let now = self.now;
        let owner = self.state.accounts.iter().find(|account| {
            account.person.status == "RECOVERY"
                && account
                    .reset
                    .as_ref()
                    .is_some_and(|reset| reset.token == token && now < reset.ends_at)
        });
        owner.map(|account| account.person.id.clone())
    }

    fn reset(&mut self, token: &str, password: &str) -> Option<Response> {
        let id = self.owner_of(token)?;
        self.renew(&id, password)
    }

    /// A new password that the person chose.
    fn renew(&mut self, id: &str, password: &str) -> Option<Response> {
        let now = self.now;
        let account = self.state.account_mut(id)?;
        if password.chars().count() < SHORTEST || password == account.person.password {
            return Some(
                (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "the password does not meet the policy",
                )
                    .into_response(),
            );
        }
        password.clone_into(&mut account.person.password);
        account.password_changed_at = now;
        account.reset = None;
        account.becomes("ACTIVE", now);
        Some(self.let_in(id))
    }

    fn let_in(&mut self, id: &str) -> Response {
        let now = self.now;
        if let Some(account) = self.state.account_mut(id) {
            account.signed_in_at = Some(now);
            account.sessions += 1;
        }
        self.lead_on(id, "/signin/done", true)
    }

    fn lead_on(&mut self, id: &str, path: &str, is_done: bool) -> Response {
        let visit = Visit {
            id: fresh_text(24),
            account: id.to_owned(),
            is_done,
        };
        let to = format!("{path}?visit={}", visit.id);
        self.state.visits.push(visit);
        Redirect::to(&to).into_response()
    }
}

fn refused() -> Response {
    (StatusCode::UNAUTHORIZED, page("<p>Unable to sign in.</p>")).into_response()
}

fn page(body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><title>Okta, imitated</title><body>{body}</body></html>"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
