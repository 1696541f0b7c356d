//! The ticket system's page, and where it hears from Doorward.

use askama::Template;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::shown::clock_time;
use super::{State, show};
use crate::tickets::Ticket;

struct Row {
    ticket: Ticket,
    as_of: Option<String>,
}

#[derive(Template)]
#[template(path = "start/tickets.html")]
struct TicketsPage {
    rows: Vec<Row>,
    refused: u32,
}

pub(super) async fn page(Given(state): Given<State>) -> Response {
    let tickets = &state.desk.tickets;
    let row = |ticket: Ticket| Row {
        as_of: ticket.as_of.map(clock_time),
        ticket,
    };
    let page = TicketsPage {
        rows: tickets.all().into_iter().map(row).collect(),
        refused: tickets.refused(),
    };
    show(StatusCode::OK, &page)
}

pub(super) async fn list(Given(state): Given<State>) -> Json<Vec<Ticket>> {
    Json(state.desk.tickets.all())
}

/// A message of Doorward's.
pub(super) async fn hear(Given(state): Given<State>, headers: HeaderMap, body: Bytes) -> StatusCode {
    state.desk.tickets.take(&headers, &body)
}
