//! What was sent to webhooks, the newest first.

use askama::Template;

use super::case::CASE_ID;
use super::frame::{SAMPLE_NOW, Surface};
use super::place::Place;
use super::words::words;
use super::{Choice, Drawn, path, table};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// What was sent to webhooks.
#[derive(Clone, Debug)]
pub struct Deliveries {
    /// The webhooks of the settings.
    pub webhooks: Vec<Choice>,
    /// The webhook that the list is narrowed to; empty for all.
    pub webhook: String,
    /// The state that it is narrowed to, one of [`table::DELIVERY_STATES`]; empty for all.
    pub state: String,
    /// The deliveries.
    pub lines: Vec<DeliveryLine>,
    /// The query of the next page, after the `?`.
    pub older: Option<String>,
    /// The query of the first page, where this is not it.
    pub newest: Option<String>,
}

/// One message to one webhook.
#[derive(Clone, Debug)]
pub struct DeliveryLine {
    /// The delivery's id: the `webhook-id` of every attempt.
    pub id: String,
    /// The webhook's name in the settings.
    pub webhook: String,
    /// The message's type: `case.closed`.
    pub event: String,
    /// The case's id and number, where it is about one.
    pub case: Option<(String, String)>,
    /// Where it stands, one of [`table::DELIVERY_STATES`].
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was made.
    pub at: Timestamp,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
}

words! {
    /// What the screen says.
    Words { title, lead, webhook, state, any, show, none; attempts, next }
}

#[derive(Template)]
#[template(path = "desk/deliveries.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Deliveries,
}

impl View<'_> {
    fn attempts(&self, line: &DeliveryLine) -> String {
        let count = line.attempts.to_string();
        let tried = self.words.attempts.fill(&[("n", &count)]);
        match line.next_at {
            Some(next) => {
                let next = self.words.next.fill(&[("at", &self.desk.moment(next))]);
                format!("{tried} · {next}")
            }
            None => tried,
        }
    }
}

impl DeliveryLine {
    pub(super) fn tone(&self) -> &'static str {
        match self.state {
            "delivered" => "good",
            "failed" | "disabled" => "alert",
            _ => "accent",
        }
    }

    pub(super) fn sample(state: &'static str) -> Self {
        Self {
            id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W".to_owned(),
            webhook: "servicedesk".to_owned(),
            event: "case.closed".to_owned(),
            case: Some((CASE_ID.to_owned(), "K7QF-3M2P".to_owned())),
            state,
            attempts: 3,
            at: Timestamp::from_seconds(SAMPLE_NOW - 420),
            next_at: (state == "waiting").then(|| Timestamp::from_seconds(SAMPLE_NOW + 1_800)),
        }
    }
}

impl Drawn for Deliveries {
    fn state(&self) -> &'static str {
        "desk-deliveries"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Deliveries)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.deliveries;
        View {
            desk,
            words,
            page: self,
        }
        .render()
    }
}

impl Deliveries {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let webhooks = ["servicedesk", "security-chat"].map(|name| Choice {
            value: name.to_owned(),
            title: name.to_owned(),
        });
        let full = Self {
            webhooks: webhooks.to_vec(),
            webhook: String::new(),
            state: String::new(),
            lines: table::DELIVERY_STATES
                .iter()
                .map(|state| DeliveryLine::sample(state))
                .collect(),
            older: Some("before=msg_2KWP".to_owned()),
            newest: None,
        };
        let none = Self {
            webhook: "servicedesk".to_owned(),
            state: "failed".to_owned(),
            lines: Vec::new(),
            older: None,
            newest: Some("state=failed".to_owned()),
            ..full.clone()
        };
        vec![("desk-deliveries", full), ("desk-deliveries-none", none)]
    }
}
