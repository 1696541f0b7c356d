//! One message to one webhook: what it said, every attempt to deliver it, and a button to send it once more.

use std::time::Duration;

use askama::Template;

use super::deliveries::DeliveryLine;
use super::frame::{SAMPLE_NOW, Surface};
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// One message to one webhook.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What the list says of it.
    pub line: DeliveryLine,
    /// Where it goes, without what may be secret in an address.
    pub host: String,
    /// What it says: every value with the names that lead to it, `data.case.stage`. Nothing that identifies the person.
    pub body: Vec<(String, String)>,
    /// Every attempt, the newest first.
    pub attempts: Vec<Attempt>,
}

/// One attempt to deliver a message.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// The HTTP status that came back.
    pub status: Option<u16>,
    /// How long it took.
    pub took: Duration,
    /// What went wrong, where no answer came back.
    pub error: Option<String>,
}

words! {
    /// What the screen says.
    Words {
        back, webhook, host, id, case, made, next, attempts, attempts_none, answered, no_answer, body, replay, replay_text, gone,
        replay_button;
        title, took
    }
}

#[derive(Template)]
#[template(path = "desk/delivery.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Delivery,
    title: String,
}

impl View<'_> {
    fn took(&self, attempt: &Attempt) -> String {
        let milliseconds = attempt.took.as_millis().to_string();
        self.words.took.fill(&[("ms", &milliseconds)])
    }
}

impl Attempt {
    fn tone(&self) -> &'static str {
        match self.status {
            Some(200..300) => "good",
            _ => "alert",
        }
    }
}

impl Drawn for Delivery {
    fn state(&self) -> &'static str {
        "desk-delivery"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Deliveries)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.delivery;
        View {
            desk,
            words,
            page: self,
            title: words.title.fill(&[("event", &self.line.event)]),
        }
        .render()
    }
}

impl Delivery {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let attempt = |seconds, status, error: Option<&str>| Attempt {
            at: Timestamp::from_seconds(SAMPLE_NOW - seconds),
            status,
            took: Duration::from_millis(184),
            error: error.map(str::to_owned),
        };
        let body = [
            ("type", "case.closed"),
            ("timestamp", "2026-01-15T10:23:00Z"),
            ("data.case.number", "K7QF-3M2P"),
            ("data.case.stage", "closed"),
            ("data.case.end", "recovered"),
        ];
        let delivered = Self {
            line: DeliveryLine::sample("delivered"),
            host: "servicedesk.example.com".to_owned(),
            body: body.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            attempts: vec![
                attempt(60, Some(204), None),
                attempt(240, Some(503), None),
                attempt(420, None, Some("no connection within 5 seconds")),
            ],
        };
        let new = Self {
            line: DeliveryLine {
                attempts: 0,
                ..DeliveryLine::sample("waiting")
            },
            attempts: Vec::new(),
            ..delivered.clone()
        };
        let gone = Self {
            line: DeliveryLine::sample("disabled"),
            ..delivered.clone()
        };
        vec![
            ("desk-delivery", delivered),
            ("desk-delivery-gone", gone),
            ("desk-delivery-waiting", new),
        ]
    }
}
