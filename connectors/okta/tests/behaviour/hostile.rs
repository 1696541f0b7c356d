//! Answers that the imitation does not give: a server of a few lines that says what a test tells it to.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use doorward_contract::clock::TurnedClock;
use doorward_contract::fake::serve;
use doorward_contract::{Action, Connector, Directory, VendorError};
use doorward_okta::{Credential, Okta};
use http::HeaderMap;
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

use crate::stand::{ADA, API_TOKEN, BEGIN, Stand, id};

/// A connector for a server that answers with `answer`, given how many requests came before.
async fn against(
    answer: impl Fn(usize, &str) -> Response + Clone + Send + Sync + 'static,
) -> (Okta, Arc<Mutex<Vec<HeaderMap>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = Stand::usual().await.settings;
    settings.org = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    settings.credential = Credential::ApiToken(API_TOKEN.into());
    let seen: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let kept = Arc::clone(&seen);
    serve(
        listener,
        Router::new().fallback(move |request: Request| async move {
            let mut kept = kept.lock().unwrap();
            kept.push(request.headers().clone());
            answer(kept.len() - 1, request.uri().path())
        }),
    );
    (Okta::new(settings, Arc::new(TurnedClock::at(BEGIN))).unwrap(), seen)
}

fn user() -> Response {
    let user = json!({ "id": ADA, "status": "ACTIVE", "profile": { "login": "ada.kerr@acme.example" } });
    axum::Json(user).into_response()
}

#[tokio::test]
async fn a_next_page_on_another_host_is_not_followed() {
    let (okta, seen) = against(|_, path| {
        if path.ends_with("/factors") {
            let link = "<https://elsewhere.example/api/v1/users>; rel=\"next\"";
            return ([("link", link)], "[]").into_response();
        }
        user()
    })
    .await;
    let account = okta.find(&id(ADA)).await.unwrap().unwrap();
    let found = okta.intend(&account, &Action::ResetFactors { kinds: Vec::new() }).await;
    assert!(
        matches!(&found, Err(VendorError::Unexpected { why }) if why.contains("elsewhere")),
        "{found:?}"
    );
    assert_eq!(seen.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_collection_without_an_end_is_given_up() {
    let place: Arc<Mutex<String>> = Arc::default();
    let known = Arc::clone(&place);
    let (okta, seen) = against(move |_, path| {
        if path.ends_with("/factors") {
            let next = known.lock().unwrap().clone();
            let link = format!("<{next}>; rel=\"self\", <{next}>; rel=\"next\"");
            return ([("link", link)], "[]").into_response();
        }
        user()
    })
    .await;
    let host = |seen: &[HeaderMap]| seen[0]["host"].to_str().unwrap().to_owned();
    let account = okta.find(&id(ADA)).await.unwrap().unwrap();
    let address = format!("http://{}/api/v1/users/{ADA}/factors", host(&seen.lock().unwrap()));
    *place.lock().unwrap() = address;
    let found = okta.intend(&account, &Action::ResetFactors { kinds: Vec::new() }).await;
    assert!(
        matches!(&found, Err(VendorError::Unexpected { why }) if why.contains("pages")),
        "{found:?}"
    );
    assert_eq!(seen.lock().unwrap().len(), 42);
}

#[tokio::test]
async fn a_repeated_read_names_the_first_request_and_waits_by_the_servers_clock() {
    let (okta, seen) = against(|number, _| {
        if number < 2 {
            let request = if number == 0 { "first-request" } else { "second-request" };
            // Full again at the very second that the server's own clock shows, years before ours.
            let headers = [
                ("x-okta-request-id", request),
                ("x-rate-limit-reset", "1000000000"),
                ("date", "Sun, 09 Sep 2001 01:46:40 GMT"),
            ];
            let body = json!({ "errorCode": "E0000047" });
            return (http::StatusCode::TOO_MANY_REQUESTS, headers, axum::Json(body)).into_response();
        }
        user()
    })
    .await;
    assert!(okta.find(&id(ADA)).await.unwrap().is_some());
    let seen = seen.lock().unwrap();
    let told: Vec<_> = seen
        .iter()
        .map(|headers| {
            let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            (text("x-okta-retry-for"), text("x-okta-retry-count"))
        })
        .collect();
    let again = |count: &str| (Some("first-request".to_owned()), Some(count.to_owned()));
    assert_eq!(told, [(None, None), again("1"), again("2")]);
}

#[tokio::test]
async fn someone_else_in_answer_to_an_id_is_nobody() {
    let (okta, _) = against(|_, _| user()).await;
    assert_eq!(okta.find(&id("00uother000000000001")).await.unwrap(), None);
}
