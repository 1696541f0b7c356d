//! What every imitated vendor has in common: a log of what it was asked, and a way to make it misbehave.
//!
//! `GET /_lab/log` answers the log as JSON, `DELETE /_lab/log` empties it, `POST /_lab/misbehave` takes one [`Rule`],
//! `GET /_lab/misbehave` lists those in force and `DELETE /_lab/misbehave` clears them. Paths under `/_lab/` are never
//! logged and never misbehave.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{Clock, Timestamp};

/// The longest log kept; older entries fall off.
const LOG_LENGTH: usize = 5_000;
/// The longest request body an imitated vendor reads.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// One request that a fake was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query as sent.
    pub query: Option<String>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body: JSON where it is JSON, text where it is text, its length otherwise.
    pub body: Value,
    /// The status answered; 0 where the connection was cut.
    pub status: u16,
}

/// How a fake shall misbehave. All given parts apply, in this order: delay, then the answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Only for this method; any if absent.
    pub method: Option<String>,
    /// Only for paths that contain this; any if absent.
    pub path: Option<String>,
    /// How many requests it applies to; 0 means until cleared, absent means 1.
    pub times: Option<u32>,
    /// How many fitting requests pass unharmed first.
    pub after: u32,
    /// Wait this long first.
    pub delay_ms: u64,
    /// Answer this status instead of the real answer, without carrying the request out.
    pub status: Option<u16>,
    /// The body that goes with `status`.
    pub body: Option<Value>,
    /// Answer 429 with this many seconds of `Retry-After`, without carrying the request out.
    pub throttle: Option<u64>,
    /// Break the connection off: `before` or `after` the request was carried out.
    pub cut: Option<Cut>,
    /// Answer 200 with something that is not JSON, without carrying the request out.
    pub malformed: bool,
    /// Answer 200 with this many bytes, without carrying the request out.
    pub oversized: Option<usize>,
}

/// When the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Nothing was done.
    Before,
    /// It was done, and the answer is lost.
    After,
}

/// The common part of an imitated vendor.
#[derive(Debug)]
pub struct Fake {
    name: &'static str,
    clock: Arc<dyn Clock>,
    log: Mutex<VecDeque<Asked>>,
    rules: Mutex<Vec<Rule>>,
}

impl Fake {
    /// A fake with an empty log and good manners.
    pub fn new(name: &'static str, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            name,
            clock,
            log: Mutex::default(),
            rules: Mutex::default(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The clock it lives by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The time it lives in.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Everything it was asked, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// `"METHOD /path"` of everything it was asked, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.asked()
            .into_iter()
            .map(|asked| format!("{} {}", asked.method, asked.path))
            .collect()
    }

    /// Forgets what it was asked.
    pub fn forget(&self) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Misbehaves from now on as `rule` says.
    pub fn misbehave(&self, rule: Rule) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Behaves again.
    pub fn behave(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How it misbehaves at the moment.
    pub fn rules(&self) -> Vec<Rule> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The vendor's routes under the log and the misbehaviour, with the controls.
    pub fn wrap(self: &Arc<Self>, vendor: Router) -> Router {
        self.watch(vendor).nest("/_lab", self.controls())
    }

    /// The vendor's routes under the log and the misbehaviour. The controls are apart, for two imitations at one address.
    pub fn watch(self: &Arc<Self>, vendor: Router) -> Router {
        vendor.layer(middleware::from_fn_with_state(Arc::clone(self), stand_between))
    }

    /// `/log` and `/misbehave`, to be nested under a path that begins with `/_lab`.
    pub fn controls(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/log", get(read_log).delete(clear_log))
            .route("/misbehave", get(read_rules).post(add_rule).delete(clear_rules))
            .with_state(Arc::clone(self))
    }

    /// The first rule that fits, used up by one.
    fn rule_for(&self, method: &Method, path: &str) -> Option<Rule> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let at = rules.iter().position(|rule| {
            rule.method
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
                && rule.path.as_deref().is_none_or(|part| path.contains(part))
        })?;
        let rule = rules.get_mut(at)?;
        if rule.after > 0 {
            rule.after -= 1;
            return None;
        }
        let found = rule.clone();
        match rule.times {
            Some(0) => {}
            Some(times) if times > 1 => rule.times = Some(times - 1),
            _ => {
                rules.remove(at);
            }
        }
        Some(found)
    }

    fn note(&self, asked: Asked) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() >= LOG_LENGTH {
            log.pop_front();
        }
        log.push_back(asked);
    }
}

async fn stand_between(State(fake): State<Arc<Fake>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut asked = Asked {
        at: fake.now(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(ToOwned::to_owned),
        headers: listed(&parts.headers),
        body: shown(&bytes),
        status: 0,
    };
    let rule = fake.rule_for(&parts.method, parts.uri.path());
    let request = Request::from_parts(parts, Body::from(bytes));
    let Some(rule) = rule else {
        let response = next.run(request).await;
        asked.status = response.status().as_u16();
        fake.note(asked);
        return response;
    };
    if rule.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(rule.delay_ms)).await;
    }
    let response = answer_badly(&rule, request, next).await;
    asked.status = if rule.cut.is_some() {
        0
    } else {
        response.status().as_u16()
    };
    fake.note(asked);
    response
}

async fn answer_badly(rule: &Rule, request: Request, next: Next) -> Response {
    if let Some(cut) = rule.cut {
        if cut == Cut::After {
            // Carried out to the last byte; only the answer is lost.
            let _lost = next.run(request).await.into_body().collect().await;
        }
        return broken_off();
    }
    if let Some(seconds) = rule.throttle {
        let body = rule
            .body
            .clone()
            .unwrap_or_else(|| json!({"error": {"code": "TooManyRequests", "message": "slow down"}}));
        let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    if let Some(status) = rule.status {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return (status, Json(rule.body.clone().unwrap_or(json!({})))).into_response();
    }
    if rule.malformed {
        return ([(header::CONTENT_TYPE, "application/json")], "{\"data\": <html>").into_response();
    }
    if let Some(length) = rule.oversized {
        return ([(header::CONTENT_TYPE, "application/json")], vec![b' '; length]).into_response();
    }
    next.run(request).await
}

/// An answer whose connection breaks before it is whole.
fn broken_off() -> Response {
    let cut = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    let mut response = Response::new(Body::from_stream(cut));
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("4096"));
    response
}

async fn read_log(State(fake): State<Arc<Fake>>) -> Json<Vec<Asked>> {
    Json(fake.asked())
}

async fn clear_log(State(fake): State<Arc<Fake>>) -> StatusCode {
    fake.forget();
    StatusCode::NO_CONTENT
}

async fn read_rules(State(fake): State<Arc<Fake>>) -> Json<Vec<Rule>> {
    Json(fake.rules())
}

async fn add_rule(State(fake): State<Arc<Fake>>, Json(rule): Json<Rule>) -> StatusCode {
    fake.misbehave(rule);
    StatusCode::NO_CONTENT
}

async fn clear_rules(State(fake): State<Arc<Fake>>) -> StatusCode {
    fake.behave();
    StatusCode::NO_CONTENT
}

fn listed(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

fn shown(bytes: &Bytes) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    if let Ok(value) = serde_json::from_slice(bytes) {
        return value;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.len() <= 16 * 1024 => Value::String(text.to_owned()),
        _ => json!({"bytes": bytes.len()}),
    }
}

/// Serves `router` on `listener` until the process ends or the handle is aborted.
pub fn serve(listener: tokio::net::TcpListener, router: Router) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "an imitated vendor stopped serving");
        }
    })
}
