//! `Idempotency-Key`: the same call, sent again because its answer was lost, is answered again and not done again
//! (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! A key is its caller's own. What was answered is kept for a day, sealed, because answers hold links. A fault of ours is not
//! kept: whoever sends it again means it to be done. If the node dies between the act and its answer, the key is taken for
//! free after a minute and the act is asked for anew; the flow then refuses what was done, and a case that was opened in vain has a
//! link that nobody was given.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use zeroize::Zeroizing;

use crate::crypto::token::Digest;
use crate::flow::Error;
use crate::http::authority::Actor;
use crate::http::problem::Problem;
use crate::http::{App, LARGEST_BODY};
use crate::store::Repeat;

/// The header that names a call.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long a call is taken to be under way at most: longer than any request is let run.
const UNDERWAY: Duration = Duration::from_secs(60);
/// The longest key: a UUID fits seven times.
const LONGEST_KEY: usize = 255;
/// The headers of an answer that belong to it.
const OWN: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Has a call done, once for each key.
pub(super) async fn once(app: &App, actor: &Actor, request: Request, next: Next) -> Response {
    let key = match key(request.headers()) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(problem) => return problem.into_response(),
    };
    match repeated(app, actor, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn repeated(app: &App, actor: &Actor, key: &str, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Err(Problem::too_large());
    };
    let asked = format!("{} {}\n", parts.method, parts.uri);
    let asked = Digest::of("api request", &[asked.as_bytes(), &body].concat());
    let key = Digest::of("idempotency key", format!("{}\n{key}", actor.key()).as_bytes());
    let store = app.door.flow.store.clone();
    let now = app.door.flow.now();
    let found = store
        .claim_answer(&key, &asked, now, now.plus(UNDERWAY), now.plus(KEPT))
        .await
        .map_err(Error::from)?;
    match found {
        Repeat::Answered(kept) => return again(&kept),
        Repeat::Other => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This key was used for another request",
            )
            .detail("Draw a fresh key for every request, and keep it for sending the same one again."));
        }
        Repeat::UnderWay => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "idempotency-key-in-use",
                "The request with this key is still under way",
            )
            .after(Duration::from_secs(1)));
        }
        Repeat::First => {}
    }
    let request = Request::from_parts(parts, Body::from(body));
    // Apart, so that it is done and kept even if the caller goes away.
    let doing = async move {
        let response = next.run(request).await;
        let kept = keep(&store, &key, &asked, response).await;
        if kept.is_err() {
            store.drop_answer(&key, &asked).await?;
        }
        kept
    };
    let done = tokio::spawn(doing.in_current_span());
    match done.await {
        Ok(response) => response.map_err(|error| Error::from(error).into()),
        Err(_) => Err(Problem::fault()),
    }
}

/// Keeps an answer, unless it is a fault of ours, and gives it out.
async fn keep(
    store: &crate::store::Store,
    key: &Digest,
    asked: &Digest,
    response: Response,
) -> Result<Response, crate::store::Error> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if parts.status.is_server_error() {
        store.drop_answer(key, asked).await?;
    } else {
        let own = OWN.iter().filter_map(|name| {
            let value = parts.headers.get(name)?.to_str().ok()?;
            Some((name.to_string(), value.to_owned()))
        });
        let kept = Kept {
            status: parts.status.as_u16(),
            headers: own.collect(),
            body: STANDARD.encode(&body),
        };
        let kept = serde_json::to_vec(&kept).map(Zeroizing::new).unwrap_or_default();
        store.keep_answer(key, asked, &kept).await?;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// What was answered before.
fn again(kept: &[u8]) -> Result<Response, Problem> {
    let kept: Kept = serde_json::from_slice(kept).map_err(|_| Problem::fault())?;
    let body = STANDARD.decode(kept.body).map_err(|_| Problem::fault())?;
    let status = StatusCode::from_u16(kept.status).map_err(|_| Problem::fault())?;
    let mut response = (status, Bytes::from(body)).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// The key of a call: a string of structured fields (RFC 8941 §3.3.3), or, as many clients send it, its bare text.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    let bare = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    let fits = (1..=LONGEST_KEY).contains(&bare.len()) && bare.chars().all(|letter| letter.is_ascii_graphic());
    if !fits || bare.contains('"') || values.next().is_some() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency-key",
            "This is not an idempotency key",
        )
        .detail(format!(
            "Send one `Idempotency-Key` of 1 to {LONGEST_KEY} visible characters, a UUID for instance."
        )));
    }
    Ok(Some(bare.to_owned()))
}
