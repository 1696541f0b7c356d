//! One message: what it said, what came of every attempt, and sending it once more.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;

use super::fields::Fields;
use super::{App, At, deliveries};
use crate::case::role::Power;
use crate::flow::Error;
use crate::pages::desk::{Attempt, Delivery as Page, Said, path};
use crate::store::{self, Delivery};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(&path::delivery("{id}"), get(look))
        .route(&path::replay("{id}"), post(replay))
}

async fn look(at: At, Path(id): Path<String>) -> Response {
    match found(&at, &id).await {
        Ok(delivery) => show(&at, &delivery).await,
        Err(refused) => refused,
    }
}

async fn replay(at: At, Path(id): Path<String>, fields: Fields) -> Response {
    let delivery = match found(&at, &id).await {
        Ok(delivery) => delivery,
        Err(refused) => return refused,
    };
    if let Err(refused) = at.pressed(fields.token()).await {
        return refused;
    }
    if delivery.gone_at.is_some() {
        let mut response = show(&at, &delivery).await;
        *response.status_mut() = StatusCode::CONFLICT;
        return response;
    }
    let flow = at.flow();
    match flow.store.replay(&delivery.id, &at.operator().name, flow.now()).await {
        Ok(Some(again)) => {
            if let Some(case) = again.case {
                // The workers listen for changes.
                let _nobody_listens = flow.changes.send(case);
            }
            at.done(&path::delivery(&delivery.id), Said::Replayed)
        }
        Ok(None) => at.nothing().await,
        Err(error) => at.fail(error).await,
    }
}

async fn found(at: &At, id: &str) -> Result<Delivery, Response> {
    at.need_of(Power::Deliver, path::DELIVERIES).await?;
    match at.flow().store.delivery(id).await {
        Ok(Some(delivery)) => Ok(delivery),
        Ok(None) => Err(at.nothing().await),
        Err(error) => Err(at.fail(error).await),
    }
}

async fn show(at: &At, delivery: &Delivery) -> Response {
    match page(at, delivery).await {
        Ok(page) => at.show(page).await,
        Err(error) => at.fail(error).await,
    }
}

async fn page(at: &At, delivery: &Delivery) -> Result<Page, Error> {
    let webhooks = &at.app.house.parts.webhooks;
    let host = webhooks.iter().find(|(name, _)| *name == delivery.webhook);
    let message = delivery
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str(body).ok());
    let mut body = Vec::new();
    tell(&mut body, "", &message.unwrap_or(Value::Null));
    Ok(Page {
        line: deliveries::line(at, delivery).await?,
        host: host.map(|(_, host)| host.clone()).unwrap_or_default(),
        body,
        attempts: delivery.attempts.iter().rev().map(attempt).collect(),
    })
}

fn attempt(attempt: &store::Attempt) -> Attempt {
    Attempt {
        at: attempt.at,
        status: attempt.status,
        took: Duration::from_millis(u64::try_from(attempt.took_ms).unwrap_or(0)),
        error: attempt.fault.clone(),
    }
}

/// Every value with the names that lead to it: `data.case.stage`.
fn tell(body: &mut Vec<(String, String)>, name: &str, value: &Value) {
    let below = |key: &str| {
        if name.is_empty() {
            key.to_owned()
        } else {
            format!("{name}.{key}")
        }
    };
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (key, value) in members {
                tell(body, &below(key), value);
            }
        }
        Value::Array(items) => {
            for (at, value) in (1..).zip(items) {
                tell(body, &below(&format!("{at}")), value);
            }
        }
        Value::String(text) => body.push((name.to_owned(), text.clone())),
        other => body.push((name.to_owned(), other.to_string())),
    }
}
