//! What each kind of problem means and what to do about it, at the address that names it (RFC 9457 §4); and the last touch to
//! every problem that leaves.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;
use super::problem::{PLACE, Problem};

/// No problem is longer.
const LARGEST: usize = 64 * 1024;
const PROBLEM: &str = "application/problem+json";

/// Every kind: its word, what it means, what to do.
pub const KINDS: [(&str, &str, &str); 30] = [
    (
        "account-barred",
        "The account cannot be recovered this way; `refusal` says why.",
        "Follow your own procedure for such accounts.",
    ),
    (
        "account-unfit",
        "What the purpose does does not fit this account.",
        "Choose another purpose, or mend what `detail` names at the vendor.",
    ),
    (
        "away",
        "Something that is needed for the answer cannot be reached.",
        "Ask again.",
    ),
    (
        "csrf",
        "A call with the cookie of a session did not carry the session's token.",
        "Send it in `X-Doorward-Csrf`.",
    ),
    (
        "fault",
        "Something failed here.",
        "Ask again; if it stays, look into the log under the number in `detail`.",
    ),
    (
        "forbidden",
        "You are known, and this is not yours to do.",
        "Ask whoever keeps the settings for the power that `detail` names.",
    ),
    (
        "idempotency-key",
        "The header `Idempotency-Key` is not one visible text of 1 to 255 characters.",
        "Send a UUID.",
    ),
    (
        "idempotency-key-in-use",
        "The first request with this key is still under way.",
        "Wait as long as `Retry-After` says and send the same again.",
    ),
    (
        "idempotency-key-reused",
        "The key was used for another request within the last day.",
        "Draw a fresh key for every request.",
    ),
    (
        "may-not",
        "You may do such things, and not to this case.",
        "Have a colleague do it; `detail` says why not you.",
    ),
    (
        "media-type",
        "The body is not JSON.",
        "Set `Content-Type: application/json`.",
    ),
    (
        "method",
        "There is something here, and it knows no such method.",
        "Use one that the header `Allow` names.",
    ),
    (
        "not-found",
        "There is no such thing, or not for you.",
        "Look at the address, and at what your token is for.",
    ),
    (
        "nothing-to-undo",
        "Nothing of what was done can be taken back.",
        "See in `detail` what stays; mend it at the vendor.",
    ),
    (
        "past-this",
        "The case is not at a stage where this can be done.",
        "Read the case again.",
    ),
    (
        "shielded",
        "The shield is up: nobody helps themselves.",
        "Open a case by an operator, or lower the shield.",
    ),
    (
        "stale",
        "Somebody else wrote the case meanwhile.",
        "Read it again, and decide anew.",
    ),
    (
        "step-up-required",
        "This wants a proof, minutes old, of who you are.",
        "Go to the step-up page, come back and ask again.",
    ),
    (
        "timeout",
        "It took longer than a request is let run. It may have been done.",
        "Look what became of it, or send the same again under the same idempotency key.",
    ),
    ("too-large", "The request is larger than what is read.", "Send less."),
    (
        "too-many",
        "You asked too often.",
        "Wait as long as `Retry-After` says.",
    ),
    (
        "too-many-streams",
        "You follow as many cases as one may at a time.",
        "Close a stream.",
    ),
    (
        "unauthorised",
        "No token, or none that is known.",
        "Send `Authorization: Bearer` with a valid token.",
    ),
    (
        "unfit",
        "The request does not fit; `detail` says where.",
        "Mend the request: the API's description has the form.",
    ),
    (
        "unknown-name",
        "The settings do not name what the request names.",
        "Use a name of the settings.",
    ),
    (
        "vendor-refused",
        "A vendor refused.",
        "Mend its settings or rights, as `detail` says.",
    ),
    ("vendor-unreachable", "A vendor could not be asked.", "Ask again later."),
    (
        "webhook-gone",
        "The receiver said that it is gone for good.",
        "Give it another address or another secret in the settings.",
    ),
    (
        "ambiguous",
        "More than one account answers to this.",
        "Name the account so that only one does.",
    ),
    ("malformed", "What was sent cannot be read.", "Mend the request."),
];

/// What a kind of problem means.
pub(super) async fn explain(Path(kind): Path<String>) -> Result<Json<Value>, Problem> {
    let known = KINDS
        .iter()
        .find(|(word, ..)| *word == kind)
        .ok_or_else(Problem::not_found)?;
    let (word, meaning, remedy) = known;
    Ok(Json(json!({"problem": word, "meaning": meaning, "remedy": remedy})))
}

/// Gives a problem's kind its whole address; and what the layers around the API answer in their own way becomes a problem.
pub(super) async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if !failed {
        return response;
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_problem = kind.is_some_and(|kind| kind.as_bytes().starts_with(PROBLEM.as_bytes()));
    if is_problem {
        return whole(&app, response).await;
    }
    if !is_api {
        return response;
    }
    // Answered by a layer, in no words of ours.
    let headers = response.headers().clone();
    let problem = match response.status() {
        StatusCode::SERVICE_UNAVAILABLE => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "It took too long"),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        status if status.is_server_error() => Problem::fault(),
        status => Problem::new(status, "malformed", "The request cannot be read"),
    };
    whole(&app, with(problem.into_response(), &headers)).await
}

fn with(mut response: Response, headers: &HeaderMap) -> Response {
    for (name, value) in headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

async fn whole(app: &App, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let mut problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let place = problem
        .get("type")
        .and_then(Value::as_str)
        .filter(|kind| kind.starts_with(PLACE));
    let place = place.map(|kind| format!("{}{kind}", app.origin));
    if let (Some(place), Some(members)) = (place, problem.as_object_mut()) {
        members.insert("type".to_owned(), Value::String(place));
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::from(problem.to_string()));
    }
    Response::from_parts(parts, Body::from(body))
}
