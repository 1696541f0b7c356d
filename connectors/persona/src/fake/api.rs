//! The door of the imitated API: who calls, limits, versions, idempotency, and which operation is meant.
//!
//! In the order that Persona documents: key and limits are checked before the idempotency layer, everything else behind it
//! ("Protocol", "Idempotence", "Rate Limiting", <https://docs.withpersona.com/idempotence>, autumn 2026).

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::reply::{Answered, Fault, Inflection, Reply};
use super::state::Replay;
use super::{Desk, PersonaFake, fresh_id, hex};

/// The dated versions there are.
const VERSIONS: [&str; 9] = [
    "2020-05-18",
    "2021-02-21",
    "2021-05-14",
    "2021-07-05",
    "2021-08-18",
    "2022-09-01",
    "2023-01-05",
    "2025-10-27",
    "2025-12-08",
];
/// How long the first answer to a key is kept.
const REPLAYS: Duration = Duration::from_hours(24);
/// Length of the window of the limits, in seconds.
const WINDOW: i64 = 60;

/// One request, taken apart.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    raw: Bytes,
}

impl Call {
    /// A query parameter.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A member of `data.attributes` or `meta`.
    pub(super) fn member(&self, pointer: &str) -> Option<&Value> {
        self.body.as_ref()?.pointer(pointer).filter(|value| !value.is_null())
    }

    fn is_create(&self) -> bool {
        self.method == Method::POST && self.path.len() == 1 && self.path.first().is_some_and(|one| one == "inquiries")
    }

    fn digest(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [self.method.as_str(), &self.path.join("/")] {
            context.update(part.as_bytes());
            context.update(b"\n");
        }
        context.update(&self.raw);
        hex(context.finish().as_ref())
    }
}

/// Answers any request under `/api/v1/`.
pub(super) async fn answer(
    State(fake): State<Arc<PersonaFake>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let call = Call {
        method,
        path: uri
            .path()
            .trim_start_matches("/api/v1/")
            .split('/')
            .map(ToOwned::to_owned)
            .collect(),
        query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        body: None,
        raw,
    };
    let response = fake.desk(|desk| desk.admit(call, &headers));
    fake.send_soon();
    response
}

impl Desk<'_> {
    fn admit(&mut self, mut call: Call, headers: &HeaderMap) -> Response {
        if !self.is_known(headers) {
            return with_headers(Fault::unauthorized().into_reply(), &[]);
        }
        let inflection = headers
            .get("key-inflection")
            .map_or(Some(Inflection::Kebab), |value| Inflection::named(value.to_str().ok()?));
        let limited = self.limit(&call);
        let reply = match limited {
            Err(fault) => fault.into_reply(),
            Ok(()) => self.replayed(&mut call, headers, inflection.is_some()),
        };
        let named = self.named_headers(&call, reply.environment.as_deref());
        let body = inflection.unwrap_or(Inflection::Kebab).apply(reply.body);
        with_headers(Reply::new(reply.status, body), &named)
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let wanted = format!("Bearer {}", self.world.api_key);
        headers
            .get(header::AUTHORIZATION)
            .is_some_and(|given| bool::from(given.as_bytes().ct_eq(wanted.as_bytes())))
    }

    /// Counts the request; 429 where a limit is used up.
    fn limit(&mut self, call: &Call) -> Result<(), Fault> {
        let minute = self.now.seconds().div_euclid(WINDOW);
        let (knobs, window) = (&self.state.knobs, &mut self.state.window);
        if window.minute != minute {
            *window = super::state::Window {
                minute,
                ..Default::default()
            };
        }
        if window.requests >= knobs.requests_per_minute {
            return Err(Fault::limited("Rate limit exceeded"));
        }
        window.requests += 1;
        if call.is_create() {
            if window.creates >= knobs.creates_per_minute {
                return Err(Fault::limited("Quota exceeded"));
            }
            window.creates += 1;
        }
        Ok(())
    }

    /// The first answer to a key again, or a new one that is kept.
    fn replayed(&mut self, call: &mut Call, headers: &HeaderMap, inflection: bool) -> Reply {
        let key = headers
            .get("idempotency-key")
            .filter(|_| call.method == Method::POST)
            .and_then(|key| key.to_str().ok().map(ToOwned::to_owned));
        let horizon = self.now.minus(REPLAYS);
        self.state.replays.retain(|_, replay| replay.at > horizon);
        let of = call.digest();
        if let Some(replay) = key.as_ref().and_then(|key| self.state.replays.get(key)) {
            return if replay.of == of {
                Reply::new(replay.status, replay.body.clone())
            } else {
                Fault::bad("The idempotency key was used with different parameters").into_reply()
            };
        }
        let reply = understand(call, headers, inflection)
            .and_then(|()| self.operate(call))
            .unwrap_or_else(Fault::into_reply);
        let reply = self.perhaps_broken(call, reply);
        if let Some(key) = key {
            let first = Replay {
                of,
                status: reply.status,
                body: reply.body.clone(),
                at: self.now,
            };
            self.state.replays.insert(key, first);
        }
        reply
    }

    /// The lab may have a create carried out and answered as if it had not been.
    fn perhaps_broken(&mut self, call: &Call, reply: Reply) -> Reply {
        if call.is_create() && reply.status == 201 && self.state.knobs.broken_creates > 0 {
            self.state.knobs.broken_creates -= 1;
            return Fault::broken().into_reply();
        }
        reply
    }

    fn operate(&mut self, call: &Call) -> Answered {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (call.method.as_str(), path.as_slice()) {
            ("POST", ["inquiries"]) => self.create(call),
            ("GET", ["inquiries"]) => self.list_inquiries(call),
            ("GET", ["inquiries", id]) => self.retrieve(id, call),
            ("PATCH", ["inquiries", id]) => self.update(id, call),
            ("DELETE", ["inquiries", id]) => self.redact_inquiry(id),
            ("POST", ["inquiries", id, "perform-simulate-actions"]) => self.simulate(id, call),
            ("POST", ["inquiries", id, "generate-one-time-link"]) => self.one_time_link(id, call),
            ("POST", ["inquiries", id, "resume"]) => self.resume(id),
            (
                "POST",
                [
                    "inquiries",
                    id,
                    action @ ("approve" | "decline" | "mark-for-review" | "expire"),
                ],
            ) => self.move_by_hand(id, action),
            ("GET", ["verifications" | "verification", .., id]) => self.retrieve_verification(id),
            ("DELETE", ["verifications", id]) => self.redact_verification(id),
            ("GET", ["accounts"]) => self.list_accounts(call),
            ("POST", ["accounts"]) => self.create_account(call),
            ("GET", ["accounts", id]) => self.retrieve_account(id),
            ("DELETE", ["accounts", id]) => self.redact_account(id),
            ("GET", ["inquiry-sessions"]) => Ok(self.list_sessions()),
            ("POST", ["inquiry-sessions"]) => self.create_session(call),
            ("POST", ["inquiry-sessions", "expire-all"]) => self.expire_sessions(call),
            ("GET", ["inquiry-sessions", id]) => self.retrieve_session(id),
            ("POST", ["inquiry-sessions", id, "expire"]) => self.expire_session(id),
            ("GET", ["inquiry-templates", id]) if self.world.templates().any(|(known, _)| known == *id) => {
                Ok(Reply::object(&self.show_template(id)))
            }
            _ => Err(Fault::missing()),
        }
    }

    fn named_headers(&self, call: &Call, environment: Option<&str>) -> Vec<(&'static str, String)> {
        let (knobs, window) = (&self.state.knobs, &self.state.window);
        let reset = WINDOW - self.now.seconds().rem_euclid(WINDOW);
        let mut named = vec![
            (
                "persona-environment-id",
                environment.unwrap_or(&self.world.environment).to_owned(),
            ),
            ("persona-organization-id", self.world.organization.clone()),
            ("ratelimit-limit", knobs.requests_per_minute.to_string()),
            (
                "ratelimit-remaining",
                knobs.requests_per_minute.saturating_sub(window.requests).to_string(),
            ),
            ("ratelimit-reset", reset.to_string()),
        ];
        if call.is_create() {
            let left = knobs.creates_per_minute.saturating_sub(window.creates);
            named.push(("quota-limit", knobs.creates_per_minute.to_string()));
            named.push(("quota-remaining", left.to_string()));
            named.push(("quota-reset", reset.to_string()));
        }
        named
    }
}

/// Version, inflection and body, in this order.
fn understand(call: &mut Call, headers: &HeaderMap, inflection: bool) -> Result<(), Fault> {
    if let Some(version) = headers.get("persona-version")
        && !version.to_str().is_ok_and(|version| VERSIONS.contains(&version))
    {
        return Err(Fault::bad("Persona-Version names no version"));
    }
    if !inflection {
        return Err(Fault::bad("Key-Inflection must be kebab, camel or snake"));
    }
    if call.raw.is_empty() {
        return Ok(());
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.and_then(|media| media.split(';').next()).map(str::trim);
    if media != Some("application/json") {
        return Err(Fault::bad("Content-Type must be application/json"));
    }
    let body = serde_json::from_slice(&call.raw).map_err(|_| Fault::bad("The body is not JSON"))?;
    // Requests are accepted in any inflection.
    call.body = Some(Inflection::Kebab.apply(body));
    Ok(())
}

fn with_headers(reply: Reply, named: &[(&'static str, String)]) -> Response {
    let status = http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(reply.body)).into_response();
    let request = ("request-id", fresh_id("req_"));
    for (name, value) in named.iter().chain([&request]) {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
