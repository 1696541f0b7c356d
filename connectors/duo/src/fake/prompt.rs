//! The prompt itself: the signed request, the page, and the way back.
//!
//! After "OIDC Auth API: Authorization Request" (<https://duo.com/docs/oauthapi>, August 2026). A value in the query wins over the
//! same value in the signed request. People are sent back only when they were let in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::pages::{Prompt, Sorry, Trouble, shown};
use super::state::Visit;
use super::{Desk, DuoFake, fresh_code};

/// How long a person may take, and how long a code is good for afterwards.
const VISIT: Duration = Duration::from_mins(10);
const CODE: Duration = Duration::from_secs(60);
/// Limits of state and nonce.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=1024;
/// What a query may say over the signed request.
const IN_QUERY: [&str; 4] = ["redirect_uri", "state", "nonce", "scope"];

type Fakes = State<Arc<DuoFake>>;
type Params = BTreeMap<String, String>;

pub(super) fn routes() -> Router<Arc<DuoFake>> {
    Router::new()
        .route("/oauth/v1/authorize", get(asked).post(asked_by_form))
        .route("/prompt", post(chosen))
}

async fn asked(State(fake): Fakes, Query(params): Query<Params>) -> Response {
    arrive(&fake, &params)
}

async fn asked_by_form(State(fake): Fakes, Form(params): Form<Params>) -> Response {
    arrive(&fake, &params)
}

fn arrive(fake: &DuoFake, params: &Params) -> Response {
    fake.desk(|desk| match desk.arrival(params) {
        Ok(visit) => desk.begin(visit),
        Err(what) => shown(StatusCode::BAD_REQUEST, &Trouble { what }),
    })
}

#[derive(Deserialize)]
struct Pressed {
    visit: String,
    choice: String,
    #[serde(default)]
    passcode: String,
}

async fn chosen(State(fake): Fakes, Form(pressed): Form<Pressed>) -> Response {
    fake.desk(|desk| {
        let now = desk.now;
        let is_it = |visit: &&Visit| visit.id == pressed.visit && visit.code.is_none() && now < visit.expires;
        let Some(user) = desk.state.visits.iter().find(is_it).map(|visit| visit.user.clone()) else {
            return shown(StatusCode::GONE, &Sorry {});
        };
        match pressed.choice.as_str() {
            "approve" => desk.let_in(&pressed.visit, "duo_push", "user_approved"),
            "passcode" if desk.take_code(&user, &pressed.passcode) => {
                desk.let_in(&pressed.visit, "bypass_code", "valid_passcode")
            }
            "passcode" => desk.page(&pressed.visit, "Invalid passcode"),
            _ => desk.page(&pressed.visit, "Login request denied"),
        }
    })
}

impl Desk<'_> {
    /// A visit, if the request is one that Duo takes.
    fn arrival(&self, params: &Params) -> Result<Visit, &'static str> {
        let param = |name: &str| params.get(name).map(String::as_str);
        if param("response_type") != Some("code") {
            return Err("response_type must be code");
        }
        let client = param("client_id").unwrap_or_default();
        let application = self.world.application(client).ok_or("unknown client")?;
        let mut request = param("request")
            .and_then(|token| self.opened(client, token))
            .ok_or("invalid request")?;
        if let Value::Object(request) = &mut request {
            for name in IN_QUERY {
                if let Some(value) = param(name) {
                    request.insert(name.into(), value.into());
                }
            }
        }
        let claim = |name: &str| request.get(name).and_then(Value::as_str);
        let redirect = claim("redirect_uri").unwrap_or_default();
        let base = self.world.public_base.as_str().trim_end_matches('/').to_owned();
        let audiences = [base, self.world.at("oauth/v1/authorize").into()];
        let checks = [
            (claim("response_type") == Some("code"), "response_type is missing"),
            (claim("scope") == Some("openid"), "scope must be openid"),
            (claim("client_id") == Some(client), "client_id differs"),
            (claim("iss").is_none_or(|iss| iss == client), "iss differs"),
            (
                claim("aud").is_none_or(|aud| audiences.iter().any(|own| own == aud)),
                "aud differs",
            ),
            (
                application.redirect_uris.iter().any(|own| own == redirect),
                "redirect_uri is not registered",
            ),
            (
                claim("state").is_some_and(|state| LENGTHS.contains(&state.len())),
                "state is missing",
            ),
            (
                claim("nonce").is_none_or(|nonce| LENGTHS.contains(&nonce.len())),
                "nonce has a wrong length",
            ),
        ];
        if let Some((_, what)) = checks.into_iter().find(|(holds, _)| !holds) {
            return Err(what);
        }
        let user = claim("duo_uname")
            .and_then(|name| self.named(name))
            .ok_or("unknown user")?;
        Ok(Visit {
            id: fresh_code(32),
            client: client.to_owned(),
            user: user.person.id.clone(),
            request,
            expires: self.now.plus(VISIT),
            code: None,
            factor: String::new(),
            reason: String::new(),
        })
    }

    fn begin(&mut self, visit: Visit) -> Response {
        let id = visit.id.clone();
        let status = self
            .state
            .user(&visit.user)
            .map(|user| (user.person.status.clone(), user.is_enrolled()));
        self.state.visits.push(visit);
        match status.as_ref().map(|(status, enrolled)| (status.as_str(), *enrolled)) {
            // Not asked at all.
            Some(("bypass", _)) => self.let_in(&id, "", "bypass_user"),
            Some(("active", true)) => self.page(&id, ""),
            Some(("active", false)) => self.page(&id, "You have no device yet"),
            _ => self.page(&id, "Your account is disabled or locked out"),
        }
    }

    fn page(&self, visit: &str, error: &str) -> Response {
        let found = self.state.visits.iter().find(|known| known.id == visit);
        let name = found
            .and_then(|visit| visit.request.get("duo_uname"))
            .and_then(Value::as_str);
        let user = found.and_then(|visit| self.state.user(&visit.user));
        let application = found.and_then(|visit| self.world.application(&visit.client));
        let page = Prompt {
            name: name.unwrap_or_default(),
            application: application.map(|application| application.name).unwrap_or_default(),
            visit,
            error,
            can_answer: user.is_some_and(|user| user.person.status == "active" && user.is_enrolled()),
            help_links: &self.state.help_links,
            help_text: &self.state.help_text,
        };
        shown(StatusCode::OK, &page)
    }

    fn let_in(&mut self, visit: &str, factor: &str, reason: &str) -> Response {
        let expires = self.now.plus(CODE);
        let Some(visit) = self.state.visits.iter_mut().find(|known| known.id == visit) else {
            return shown(StatusCode::GONE, &Sorry {});
        };
        let code = fresh_code(32);
        visit.code = Some(code.clone());
        visit.expires = expires;
        factor.clone_into(&mut visit.factor);
        reason.clone_into(&mut visit.reason);
        let claim = |name: &str| visit.request.get(name).and_then(Value::as_str).unwrap_or_default();
        let Ok(mut back) = Url::parse(claim("redirect_uri")) else {
            return shown(StatusCode::BAD_REQUEST, &Sorry {});
        };
        let ours = visit.request.get("use_duo_code_attribute").and_then(Value::as_bool) == Some(true);
        back.query_pairs_mut()
            .append_pair("state", claim("state"))
            .append_pair(if ours { "duo_code" } else { "code" }, &code);
        Redirect::to(back.as_str()).into_response()
    }
}
