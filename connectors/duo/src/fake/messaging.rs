//! What the account tells people at the prompt: the custom help links and text, by the Admin API and in the admin panel.
//!
//! After duo.md §1.3: `GET` and `POST /admin/v1/branding/custom_messaging` ("Grant settings"): at most two links that begin
//! with http or https, separated by a comma; at most 200 characters of text without a link. The panel's page is ours.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Router, routing};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Call;
use super::pages::{Messaging, shown};
use super::reply::{Answered, Fault, Reply};
use super::{Desk, DuoFake};

const MOST_LINKS: usize = 2;
const LONGEST_TEXT: usize = 200;

type Fakes = State<Arc<DuoFake>>;

pub(super) fn routes() -> Router<Arc<DuoFake>> {
    Router::new().route("/panel/messaging", routing::get(look).post(save))
}

async fn look(State(fake): Fakes) -> Response {
    fake.desk(|desk| desk.panel(""))
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    help_links: String,
    #[serde(default)]
    help_text: String,
}

async fn save(State(fake): Fakes, Form(typed): Form<Typed>) -> Response {
    fake.desk(
        |desk| match desk.set_messaging(Some(&typed.help_links), Some(&typed.help_text)) {
            Ok(()) => Redirect::to("/panel/messaging").into_response(),
            Err(what) => desk.panel(what),
        },
    )
}

impl Desk<'_> {
    fn panel(&self, error: &str) -> Response {
        let status = if error.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        let page = Messaging {
            help_links: &self.state.help_links.join(","),
            help_text: &self.state.help_text,
            error,
        };
        shown(status, &page)
    }

    /// What an administrator or the API says; nothing is changed if any of it is wrong.
    fn set_messaging(&mut self, links: Option<&str>, text: Option<&str>) -> Result<(), &'static str> {
        let links = links.map(|links| {
            let each = links.split(',').map(str::trim).filter(|link| !link.is_empty());
            each.map(str::to_owned).collect::<Vec<_>>()
        });
        let is_web = |link: &String| link.starts_with("http://") || link.starts_with("https://");
        if links
            .as_ref()
            .is_some_and(|links| links.len() > MOST_LINKS || !links.iter().all(is_web))
        {
            return Err("help_links");
        }
        if text.is_some_and(|text| text.chars().count() > LONGEST_TEXT || text.contains("://")) {
            return Err("help_text");
        }
        if let Some(links) = links {
            self.state.help_links = links;
        }
        if let Some(text) = text {
            text.clone_into(&mut self.state.help_text);
        }
        Ok(())
    }

    pub(super) fn change_messaging(&mut self, call: &Call) -> Answered {
        self.set_messaging(call.get("help_links"), call.get("help_text"))
            .map_err(Fault::invalid)?;
        Ok(Reply::of(self.messaging()))
    }

    pub(super) fn messaging(&self) -> Value {
        json!({ "help_links": self.state.help_links, "help_text": self.state.help_text, "locale": "en_US" })
    }
}
