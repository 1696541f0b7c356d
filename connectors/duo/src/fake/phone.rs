//! Duo Mobile imitated: the phone in its owner's hand, as a page of the lab.
//!
//! `GET /phone` lists who has one, `GET /phone/{DU…}` shows the newest login request that waits there, and `POST` answers it
//! (`txid`, `answer`: `approve`, `deny`, `fraud`; `code` where the push is a verified one). A request is gone from the screen
//! after a minute. Nothing like these addresses exists at the vendor, so they are neither logged nor misbehave.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::pages::{Owner, Phone, Phones, Sorry, shown};
use super::state::{Push, User};
use super::{Desk, DuoFake};

/// How long a request is on the screen (duo.md §4: a push ends after about a minute).
const SHOWN: Duration = Duration::from_secs(60);

type Lab = State<Arc<DuoFake>>;

/// Who has a phone.
pub(super) async fn all(State(fake): Lab) -> Response {
    fake.desk(|desk| {
        let with = desk.state.users.iter().filter(|user| user.has_app());
        let owners = with.map(|user| Owner {
            id: &user.person.id,
            name: &user.person.username,
            waits: desk.waiting(&user.person.id).is_some(),
        });
        let owners: Vec<_> = owners.collect();
        shown(StatusCode::OK, &Phones { owners: &owners })
    })
}

/// One phone.
pub(super) async fn one(State(fake): Lab, Path(id): Path<String>) -> Response {
    fake.desk(|desk| desk.screen(&id, ""))
}

/// What its owner presses.
#[derive(Deserialize)]
pub(super) struct Pressed {
    txid: String,
    answer: String,
    #[serde(default)]
    code: String,
}

/// Its owner presses something.
pub(super) async fn press(State(fake): Lab, Path(id): Path<String>, Form(pressed): Form<Pressed>) -> Response {
    fake.desk(|desk| {
        let Some(push) = desk.waiting(&id).filter(|push| push.txid == pressed.txid) else {
            return desk.screen(&id, "That login request is over");
        };
        let is_right = push.code.as_deref().is_none_or(|code| code == pressed.code.trim());
        match pressed.answer.as_str() {
            // The wrong number answers nothing: the request stays, as on the phone.
            "approve" if !is_right => desk.screen(&id, "That is not the number"),
            answer @ ("approve" | "deny" | "fraud") => {
                desk.state.answer_push(&pressed.txid, answer);
                let said = match answer {
                    "approve" => "approved",
                    "deny" => "denied",
                    _ => "reported",
                };
                Redirect::to(&format!("/phone/{id}?{said}")).into_response()
            }
            _ => desk.screen(&id, "There is no such button"),
        }
    })
}

impl Desk<'_> {
    /// The newest request on somebody's screen.
    fn waiting(&self, id: &str) -> Option<&Push> {
        let on_screen = |push: &&Push| push.user == id && push.answer.is_none() && self.now < push.at.plus(SHOWN);
        self.state.pushes.iter().rev().find(on_screen)
    }

    fn screen(&self, id: &str, error: &str) -> Response {
        let Some(user) = self.state.user(id).filter(|user| user.has_app()) else {
            return shown(StatusCode::NOT_FOUND, &Sorry {});
        };
        let last = self.state.pushes.iter().rev().find(|push| push.user == id);
        let answered = last.and_then(|push| push.answer.as_ref());
        let page = Phone {
            name: &user.person.username,
            push: self.waiting(id),
            said: match answered.map(|(_, status)| status.as_str()) {
                Some("allow") => "You approved the last one.",
                Some("deny") => "You denied the last one.",
                Some("fraud") => "You reported the last one: it was not you.",
                _ => "",
            },
            error,
        };
        shown(StatusCode::OK, &page)
    }
}

impl User {
    /// Whether Duo Mobile works on a phone of theirs.
    fn has_app(&self) -> bool {
        self.person.devices.iter().any(|device| device.activated)
    }
}
