//! What was sent to webhooks, newest first.

use axum::Router;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use url::form_urlencoded;

use super::{App, At};
use crate::case::role::Power;
use crate::flow::Error;
use crate::pages::desk::{Choice, Deliveries, DeliveryLine, path};
use crate::store::{Delivery, DeliveryFilter, DeliveryState};

/// How many a page has.
const PAGE: u32 = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route(path::DELIVERIES, get(look))
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    webhook: String,
    #[serde(default)]
    state: String,
    before: Option<String>,
}

async fn look(at: At, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if let Err(refused) = at.need(Power::Deliver, path::DELIVERIES).await {
        return refused;
    }
    let Query(asked) = asked.unwrap_or_default();
    match page(&at, asked).await {
        Ok(page) => at.show(page).await,
        Err(error) => at.fail(error).await,
    }
}

async fn page(at: &At, asked: Asked) -> Result<Deliveries, Error> {
    let store = &at.flow().store;
    let place = match &asked.before {
        Some(id) => store.delivery(id).await?.map(|place| (place.made_at, place.id)),
        None => None,
    };
    let filter = DeliveryFilter {
        webhook: (!asked.webhook.is_empty()).then(|| asked.webhook.clone()),
        state: state(&asked.state),
        before: place.clone(),
        limit: PAGE,
        ..DeliveryFilter::default()
    };
    let found = store.deliveries(filter).await?;
    let full = u32::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let last = found.last().filter(|_| full).map(|last| last.id.clone());
    let mut lines = Vec::with_capacity(found.len());
    for delivery in &found {
        lines.push(line(at, delivery).await?);
    }
    let webhooks = at.app.house.parts.webhooks.iter().map(|(name, _)| Choice {
        value: name.clone(),
        title: name.clone(),
    });
    Ok(Deliveries {
        webhooks: webhooks.collect(),
        older: last.map(|last| query(&asked, Some(&last))),
        newest: place.map(|_| query(&asked, None)),
        webhook: asked.webhook,
        state: asked.state,
        lines,
    })
}

/// The state that a word of the page's stands for. What is switched off there has been given up here.
fn state(word: &str) -> Option<DeliveryState> {
    match word {
        "waiting" => Some(DeliveryState::Waiting),
        "delivered" => Some(DeliveryState::Delivered),
        "failed" | "disabled" => Some(DeliveryState::GivenUp),
        _ => None,
    }
}

/// One of them, as the list and its own page name it.
pub(super) async fn line(at: &At, delivery: &Delivery) -> Result<DeliveryLine, Error> {
    let case = match &delivery.case {
        Some(id) => at.flow().store.case(id).await?,
        None => None,
    };
    let state = match delivery.state {
        DeliveryState::Delivered => "delivered",
        _ if delivery.gone_at.is_some() => "disabled",
        DeliveryState::Waiting => "waiting",
        DeliveryState::GivenUp => "failed",
    };
    Ok(DeliveryLine {
        id: delivery.id.clone(),
        webhook: delivery.webhook.clone(),
        event: delivery.kind.clone(),
        case: case.map(|case| (case.id.to_string(), case.number)),
        state,
        attempts: delivery.sent,
        at: delivery.made_at,
        next_at: delivery.due_at,
    })
}

fn query(asked: &Asked, before: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("webhook", &asked.webhook), ("state", &asked.state)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(before) = before {
        query.append_pair("before", before);
    }
    query.finish()
}
