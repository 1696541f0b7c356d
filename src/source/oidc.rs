//! Relying parties by OpenID Connect: somebody arrives with an authorization request, and leaves with its answer.
//!
//! OpenID Connect Core §3.1.2 and RFC 6749 §4.1.1; pushed requests RFC 9126; Okta's profile of it okta.md §1.6. The same
//! routes serve every client of the provider; which rules hold is the client's profile's business.

use std::time::Duration;

use axum::Router;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::client::Client as Visitor;
use super::{Door, reply, session};
use crate::case::Case;
use crate::crypto::token::{Digest, Token};
use crate::flow::answer::Question;
use crate::pages::{Login, LoginError, Notice, path};
use crate::provider::asked::{Asked, Refused};
use crate::provider::client::{Client, Profile};
use crate::provider::form::{Parameters, Sent};
use crate::provider::refusal::Code;
use crate::provider::{Prompt, Request};
use doorward_contract::{Subject, SubjectKey};

/// Where a person without a `login_hint` says whose account it is.
const IDENTIFY: &str = "/oauth2/identify";
/// What Okta gives a person until it forgets why it sent them (okta.md §0).
const OKTA_BUDGET: Duration = Duration::from_secs(600);
/// How long the question whose account it is waits for the person.
const IDENTIFY_WAITS: Duration = Duration::from_secs(600);

/// The paths that other sites send browsers to: no cookie of ours counts there, and forms of others may post there.
pub fn crossing() -> Router<Door> {
    Router::new()
        .route("/oauth2/authorize", get(authorize).post(authorize).head(looked_at))
        .route("/oauth2/idv-authorize", get(authorize).head(looked_at))
}

/// Who only looks whether anybody is there takes no request up: links are looked at by scanners.
async fn looked_at() {}

/// The paths of our own pages.
pub fn routes() -> Router<Door> {
    Router::new().route(IDENTIFY, post(identify))
}

/// What is kept with a case of what was asked, until it is answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The request.
    pub request: Request,
    /// What is kept of the `request_uri` it was pushed under: who comes again with it in the same browser is led on.
    pub pushed_as: Option<String>,
}

async fn authorize(
    State(door): State<Door>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Sent,
) -> Response {
    let asked = match Parameters::of_arrival(&method, query.as_deref(), &headers, body) {
        Ok(parameters) => door.provider.asked(parameters).await,
        Err(refusal) => Err(Refused::here(&refusal)),
    };
    match asked {
        Ok(asked) => arrive(&door, &headers, asked).await,
        // The same browser once more with a request that was taken up (okta.md §1.6): it goes on where it was.
        Err(refused) => match refused {
            Refused::Used { digest } if came_before(&door, &headers, &digest).await => door.on_to(path::CASE),
            refused => reply::refuse(&door, refused).await,
        },
    }
}

/// A request that may be asked: answered from a session, refused because nobody may be asked, or a case.
async fn arrive(door: &Door, headers: &HeaderMap, asked: Asked) -> Response {
    let (request, client) = (&asked.request, &asked.client);
    if let Some((proven, case)) = session::fitting(door, headers, request, client).await {
        return reply::proven(door, request, client, &proven, case.as_ref()).await;
    }
    if request.prompt.contains(&Prompt::None) {
        return reply::error(door, request, client, Code::LoginRequired);
    }
    match subject(request, client) {
        // OpenID Connect Core §3.1.2.1: who shall choose is asked, whatever was hinted at.
        Some(named) if request.prompt.contains(&Prompt::SelectAccount) => {
            ask_whose(door, &asked, None, named.value).await
        }
        Some(subject) => begin(door, asked, subject, None).await,
        None => ask_whose(door, &asked, None, String::new()).await,
    }
}

/// Whose account it is, if the request says so.
fn subject(request: &Request, client: &Client) -> Option<Subject> {
    let key = match client.profile {
        Profile::OktaVendor => SubjectKey::Id,
        _ => SubjectKey::Login,
    };
    request.login_hint.clone().map(|value| Subject { key, value })
}

/// The purpose that fits the request best: the first one asked for that the client has, or else the client's first.
fn purpose(request: &Request, client: &Client) -> Option<String> {
    let wished = request.acr_values.iter().find(|name| client.purposes.contains(name));
    wished.or(client.purposes.first()).cloned()
}

async fn begin(door: &Door, asked: Asked, subject: Subject, typed_from: Option<Digest>) -> Response {
    let Asked {
        request,
        client,
        record,
        pushed_as,
    } = asked;
    let Some(purpose) = purpose(&request, &client) else {
        return reply::error(door, &request, &client, Code::ServerError);
    };
    let kept = Kept {
        request: request.clone(),
        pushed_as: pushed_as.as_ref().map(written),
    };
    let Ok(text) = serde_json::to_string(&kept) else {
        return reply::error(door, &request, &client, Code::ServerError);
    };
    let question = Question {
        purpose,
        source: client.source.clone(),
        client: client.name.clone(),
        subject,
        record,
        request: text,
        recognise: false,
        budget: (client.profile == Profile::OktaVendor).then_some(OKTA_BUDGET),
        typed_from,
    };
    match door.flow.open_question(question).await {
        Ok(bound) => door.bind(&bound.key, path::CASE),
        Err(error) => door.fail(&error),
    }
}

fn written(digest: &Digest) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest.bytes())
}

/// Whether the browser is bound to the case that this pushed request opened.
async fn came_before(door: &Door, headers: &HeaderMap, digest: &Digest) -> bool {
    let Some(key) = door.browser_key(headers) else {
        return false;
    };
    let case = door.flow.case_of(&key).await;
    matches!(case, Ok(Some(case)) if kept(&case).is_some_and(|kept| kept.pushed_as == Some(written(digest))))
}

/// What a case's relying party asked.
pub(super) fn kept(case: &Case) -> Option<Kept> {
    serde_json::from_str(case.private.request.as_deref()?).ok()
}

/// What the form sends that asks whose account it is.
#[derive(Deserialize)]
struct Named {
    /// The question it belongs to.
    #[serde(rename = "purpose")]
    question: String,
    #[serde(default)]
    login: String,
}

/// Asks whose account it is. The question is kept here; the page carries what names it.
async fn ask_whose(door: &Door, asked: &Asked, error: Option<LoginError>, value: String) -> Response {
    let token = Token::random();
    match door
        .provider
        .park(&token, asked, door.flow.now().plus(IDENTIFY_WAITS))
        .await
    {
        Ok(()) => door.show(login(&token, error, value)),
        Err(refusal) => reply::refuse(door, Refused::back(asked, refusal)).await,
    }
}

async fn identify(State(door): State<Door>, Visitor(address): Visitor, Form(named): Form<Named>) -> Response {
    let Some(token) = Token::parse(&named.question) else {
        return door.show(Notice::Expired { number: None });
    };
    let typed = named.login.trim();
    if let Some((error, shown)) = LoginError::of(typed) {
        return door.show(login(&token, Some(error), shown));
    }
    match door.provider.unpark(&token).await {
        Ok(Some(asked)) => {
            let (key, value) = (SubjectKey::Login, typed.to_owned());
            begin(&door, asked, Subject { key, value }, Some(address)).await
        }
        Ok(None) => door.show(Notice::Expired { number: None }),
        Err(refusal) => reply::refuse(&door, Refused::here(&refusal)).await,
    }
}

fn login(token: &Token, error: Option<LoginError>, value: String) -> Login {
    Login {
        purpose: token.text(),
        action: IDENTIFY.to_owned(),
        return_to: None,
        error,
        value,
    }
}
