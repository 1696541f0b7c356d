//! One message: verified, read strictly, and answered.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Company;
use super::state::{CallView, Manner, Standing, State};
use super::verify::{Rules, verified};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    data: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallData {
    id: String,
    name: String,
    account: AccountData,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusData {
    id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoData {
    id: String,
    name: String,
    account: AccountData,
    #[serde(default)]
    receipt: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountData {
    id: String,
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
}

pub(super) async fn take(Given(company): Given<Arc<Company>>, headers: HeaderMap, body: Bytes) -> Response {
    let now = company.fake.now();
    let mut state = company.lock();
    let rules = Rules {
        secrets: &state.secrets,
        takes_unsigned: state.takes_unsigned,
        takes_old: state.takes_old,
    };
    let id = match verified(&headers, &body, now, &rules) {
        Ok(id) => id,
        Err(reason) => return refuse(StatusCode::UNAUTHORIZED, reason),
    };
    let is_json = headers.get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("application/json"));
    if !is_json {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json");
    }
    let Ok(message) = serde_json::from_slice::<Message>(&body) else {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "not_a_message");
    };
    if doorward_contract::Timestamp::parse(&message.timestamp).is_none() {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "bad_timestamp");
    }
    let seen = state.seen.insert(id.clone(), message.kind.clone());
    if seen.is_some_and(|kind| kind != message.kind) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "id_of_another_message");
    }
    match message.kind.as_str() {
        "doorward.call" => match serde_json::from_value(message.data) {
            Ok(data) => call(&mut state, &id, data),
            Err(_) => refuse(StatusCode::UNPROCESSABLE_ENTITY, "bad_data"),
        },
        "doorward.status" => match serde_json::from_value(message.data) {
            Ok(data) => status(&state, &data),
            Err(_) => refuse(StatusCode::UNPROCESSABLE_ENTITY, "bad_data"),
        },
        "doorward.undo" if company.world.undoes => match serde_json::from_value(message.data) {
            Ok(data) => undo(&mut state, &data),
            Err(_) => refuse(StatusCode::UNPROCESSABLE_ENTITY, "bad_data"),
        },
        "doorward.ping" if message.data == json!({}) => StatusCode::NO_CONTENT.into_response(),
        _ => refuse(StatusCode::UNPROCESSABLE_ENTITY, "unknown_type"),
    }
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({ "status": "refused", "reason": reason }))).into_response()
}

/// Does it once; the same id again is answered again.
fn call(state: &mut State, id: &str, data: CallData) -> Response {
    if data.id != id {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "ids_differ");
    }
    let manner = state.manner(&data.name);
    if let Some(known) = state.calls.iter_mut().find(|known| known.id == id) {
        if known.name != data.name || known.account != data.account.id {
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, "id_of_another_call");
        }
        // What came to nothing may come to something now: an operator has mended it.
        if !matches!(known.standing, Standing::Done | Standing::Pending) {
            known.standing = manner.standing;
            known.acts += u32::from(manner.standing == Standing::Done);
        }
        return answered(known.standing, &manner);
    }
    let call = CallView {
        id: data.id,
        name: data.name,
        account: data.account.id,
        login: data.account.login,
        display_name: data.account.display_name,
        standing: manner.standing,
        acts: u32::from(manner.standing == Standing::Done),
        undone: 0,
    };
    state.calls.push(call);
    answered(manner.standing, &manner)
}

fn answered(standing: Standing, manner: &Manner) -> Response {
    let status = manner
        .http
        .and_then(|code| StatusCode::from_u16(code).ok())
        .unwrap_or(StatusCode::OK);
    let mut response = if manner.bare {
        status.into_response()
    } else {
        let mut body = json!({ "status": standing });
        if let Some(members) = body.as_object_mut() {
            let more = [
                ("reason", manner.reason.clone().map(Value::String)),
                ("receipt", manner.receipt.clone()),
                ("retry_after", manner.retry_after.map(Value::from)),
            ];
            members.extend(
                more.into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?))),
            );
        }
        (status, Json(body)).into_response()
    };
    if let Some(location) = manner.location.as_deref().and_then(|to| HeaderValue::from_str(to).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if let Some(seconds) = manner.retry_after_header {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn status(state: &State, data: &StatusData) -> Response {
    if state.forgetful {
        return Json(json!({ "status": "unknown" })).into_response();
    }
    let known = state.calls.iter().find(|known| known.id == data.id);
    match known {
        None => Json(json!({ "status": "not_done" })).into_response(),
        Some(known) if known.name != data.name => refuse(StatusCode::UNPROCESSABLE_ENTITY, "id_of_another_call"),
        Some(known) => {
            let manner = Manner {
                bare: false,
                http: None,
                ..state.manner(&data.name)
            };
            answered(known.standing, &manner)
        }
    }
}

/// Takes a call back, once.
fn undo(state: &mut State, data: &UndoData) -> Response {
    let manner = state.manner(&data.name);
    let Some(known) = state.calls.iter_mut().find(|known| known.id == data.id) else {
        return (
            StatusCode::NOT_FOUND,
            Json(json!({ "status": "missing", "reason": "no_such_call" })),
        )
            .into_response();
    };
    if known.name != data.name || known.account != data.account.id {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "id_of_another_call");
    }
    // What the call told must come back unchanged: receivers find their own record by it.
    if known.standing == Standing::Done && data.receipt != manner.receipt {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "not_our_receipt");
    }
    if known.undone > 0 {
        return (StatusCode::CONFLICT, Json(json!({ "status": "done" }))).into_response();
    }
    known.undone = 1;
    Json(json!({ "status": "done", "receipt": { "undone": true } })).into_response()
}
