//! Every request to the imitated APIs: who asks, what for, and with which parameters.
//!
//! After the two API pages (<https://duo.com/docs/adminapi>, <https://duo.com/docs/authapi>, August 2026). Each application reaches
//! its own API; ids that are none are not found; a parameter that does not exist is let pass, as at the vendor.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Request;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::reply::{Answered, Fault, Reply};
use super::signed::Came;
use super::{Desk, DuoFake};

const BODY_LIMIT: usize = 1024 * 1024;
/// What the vendor shows at once if nobody says how much.
const USUAL_PAGE: usize = 100;

/// A request whose signature was right.
pub(super) struct Call {
    pub(super) method: String,
    params: BTreeMap<String, String>,
}

impl Call {
    /// A parameter, if it was sent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str)
    }

    pub(super) fn needs(&self, name: &str) -> Result<&str, Fault> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Fault::absent(name))
    }

    /// A number within these bounds.
    pub(super) fn number(&self, name: &str, default: u64, bounds: std::ops::RangeInclusive<u64>) -> Result<u64, Fault> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        let number = text.parse().map_err(|_| Fault::invalid(name))?;
        if bounds.contains(&number) {
            Ok(number)
        } else {
            Err(Fault::invalid(name))
        }
    }

    /// The part of a list that was asked for.
    pub(super) fn page(&self, all: Vec<Value>, most: u64, desk: &Desk<'_>) -> Answered {
        let usual = u64::try_from(USUAL_PAGE).unwrap_or(most);
        let limit = self.number("limit", usual, 1..=u64::MAX)?.min(most);
        let limit = usize::try_from(limit).unwrap_or(USUAL_PAGE);
        let limit = desk.state.page_limit.map_or(limit, |own| own.min(limit));
        let offset = usize::try_from(self.number("offset", 0, 0..=u64::MAX)?).unwrap_or(usize::MAX);
        Ok(Reply::page(all, offset, limit))
    }
}

/// The parameters, wherever they belong: a body with a read, or a query with a write, is not what was signed.
fn params(came: &Came<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let query = came.parts.uri.query().unwrap_or_default();
    let decoded = |raw: &[u8]| form_urlencoded::parse(raw).into_owned().collect();
    if came.parts.method != http::Method::POST {
        return Ok(decoded(query.as_bytes()));
    }
    if !query.is_empty() {
        return Err(Fault::bad_signature());
    }
    if came.is_form() {
        return Ok(decoded(came.body));
    }
    let body: Value = serde_json::from_slice(came.body).map_err(|_| Fault::invalid("body"))?;
    let Value::Object(body) = body else {
        return Err(Fault::invalid("body"));
    };
    body.into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            Value::Bool(truth) => Ok((name, truth.to_string())),
            Value::Number(number) => Ok((name, number.to_string())),
            _ => Err(Fault::invalid(&name)),
        })
        .collect()
}

/// Everything that is no page.
pub(super) async fn answer(State(fake): State<Arc<DuoFake>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return Fault::invalid("body").into_response();
    };
    let came = Came {
        parts: &parts,
        body: &body,
    };
    let answered = fake.desk(|desk| desk.asked(&came));
    match answered {
        Ok(reply) => reply.into_response(),
        Err(fault) => fault.into_response(),
    }
}

impl Desk<'_> {
    fn asked(&mut self, came: &Came<'_>) -> Answered {
        let path: Vec<&str> = came.parts.uri.path().trim_start_matches('/').split('/').collect();
        match path.as_slice() {
            // The one that is not signed.
            ["auth", "v2", "ping"] => Ok(Reply::of(json!({ "time": self.now.seconds() }))),
            ["auth", "v2", rest @ ..] => {
                let call = self.call(came, Application::Auth)?;
                self.auth(&call, rest)
            }
            ["admin", version @ ("v1" | "v2"), rest @ ..] => {
                let call = self.call(came, Application::Admin)?;
                if let Some(left) = &mut self.state.allowance {
                    *left = left.checked_sub(1).ok_or_else(Fault::too_many)?;
                }
                self.admin(&call, version, rest)
            }
            _ => Err(Fault::unknown()),
        }
    }

    fn call(&self, came: &Came<'_>, wanted: Application) -> Result<Call, Fault> {
        let pairs = [&self.world.admin, &self.world.auth, &self.world.web];
        let signer = came.signer(&pairs, self.now)?;
        let is_wanted = match wanted {
            Application::Admin => signer == 0,
            Application::Auth => signer == 1,
        };
        if !is_wanted {
            return Err(Fault::wrong_type());
        }
        Ok(Call {
            method: came.parts.method.to_string(),
            params: params(came)?,
        })
    }
}

/// Which application an API belongs to.
#[derive(Clone, Copy)]
enum Application {
    Admin,
    Auth,
}
