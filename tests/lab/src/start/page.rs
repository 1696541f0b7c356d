//! The pages of the start page, each a template and what goes into it.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use doorward_contract::fake::{Fake, Rule};

use super::shown::{Entry, clock_time};
use super::{State, cast, show};
use crate::mailbox::Message;
use crate::people::{LabPerson, everybody};
use crate::sheet::{Purpose, Sheet};

#[derive(Template)]
#[template(path = "start/home.html")]
struct Home<'a> {
    sheet: &'a Sheet,
    cast: Vec<&'static LabPerson>,
    by_link: Vec<&'a Purpose>,
}

/// What can be repaired besides the password at Entra: purpose, heading, what happens.
const REPAIRED: [(&str, &str, &str); 7] = [
    (
        "okta-password",
        "Forgot the Okta password",
        "A temporary password; unlocked first, if too many attempts locked the account.",
    ),
    (
        "okta-link",
        "Choose a new Okta password",
        "A link at which the person chooses it. Whoever opens it first has it: it is shown in their browser only.",
    ),
    (
        "okta-code",
        "Lost Okta Verify",
        "The phone’s factors go; a code stands in for them for an hour.",
    ),
    (
        "lost-phone",
        "Lost the phone",
        "All of Okta’s factors go, and a Duo code lets the person in once.",
    ),
    (
        "lost-everything",
        "Lost everything",
        "Okta’s factors go, and two passes on one page: one opens Entra, the other stands in for Duo, each once.",
    ),
    (
        "duo-new-phone",
        "Duo: a new phone",
        "The same number on another phone: a link makes Duo Mobile work there.",
    ),
    (
        "duo-first-phone",
        "Duo: the first phone",
        "Nothing is registered yet: a link at which a phone is.",
    ),
];

impl Home<'_> {
    /// Those that the settings in use have.
    fn repaired(&self) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
        let has = |name: &str| self.by_link.iter().any(|purpose| purpose.name == name);
        REPAIRED.iter().filter(move |(name, ..)| has(name))
    }
}

pub(super) fn home(state: &State) -> Response {
    let purposes = state.sheet.doorward.purposes.iter();
    let by_link = purposes.filter(|purpose| purpose.sources.iter().any(|name| name == "helpdesk"));
    let home = Home {
        sheet: &state.sheet,
        cast: cast(),
        by_link: by_link.collect(),
    };
    show(StatusCode::OK, &home)
}

struct Letter {
    message: Message,
    person: Option<&'static LabPerson>,
    at: String,
    /// The text in parts, so that the link can be one.
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "start/mailbox.html")]
struct MailboxPage {
    person: Option<&'static LabPerson>,
    letters: Vec<Letter>,
}

pub(super) fn mailbox(person: Option<&'static LabPerson>, messages: Vec<Message>) -> Response {
    let letter = |message: Message| {
        let (before, after) = match &message.link {
            Some(link) => message.text.split_once(link.as_str()).unwrap_or((&message.text, "")),
            None => (message.text.as_str(), ""),
        };
        Letter {
            before: before.to_owned(),
            after: after.to_owned(),
            at: clock_time(message.at),
            person: everybody().iter().find(|person| person.login == message.to),
            message,
        }
    };
    let letters = messages.into_iter().map(letter).collect();
    show(StatusCode::OK, &MailboxPage { person, letters })
}

#[derive(Template)]
#[template(path = "start/vendor.html")]
struct VendorPage<'a> {
    name: &'a str,
    address: &'a str,
    log: &'a str,
    misbehave: &'a str,
    rules: Vec<String>,
    entries: Vec<Entry>,
}

pub(super) fn vendor(state: &State, fake: &Arc<Fake>) -> Response {
    let sheet = &state.sheet;
    let (address, control) = match fake.name() {
        "persona" => (&sheet.persona.address, &sheet.persona.control),
        "okta" => (&sheet.okta_accounts.address, &sheet.okta_accounts.control),
        "duo" => (&sheet.duo.address, &sheet.duo.control),
        "company" => (&sheet.company.address, &sheet.company.control),
        _ => (&sheet.entra.address, &sheet.entra.control),
    };
    let page = VendorPage {
        name: fake.name(),
        address: address.as_str(),
        log: control.log.as_str(),
        misbehave: control.misbehave.as_str(),
        rules: fake.rules().iter().map(told).collect(),
        entries: fake.asked().iter().rev().map(Entry::of).collect(),
    };
    show(StatusCode::OK, &page)
}

/// A rule as the JSON call that made it.
fn told(rule: &Rule) -> String {
    let mut rule = serde_json::to_value(rule).unwrap_or_default();
    if let Some(members) = rule.as_object_mut() {
        // `times` 0 has a meaning of its own: until told otherwise.
        members.retain(|name, value| name == "times" || !(value.is_null() || *value == 0 || *value == false));
    }
    rule.to_string()
}

#[derive(Template)]
#[template(path = "start/gateway.html")]
struct GatewayPage<'a> {
    sheet: &'a Sheet,
    running: bool,
    log: &'a str,
}

pub(super) fn gateway(state: &State, running: bool, log: &str) -> Response {
    let page = GatewayPage {
        sheet: &state.sheet,
        running,
        log,
    };
    show(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "start/settings.html")]
struct SettingsPage<'a> {
    file: &'a str,
    settings: &'a str,
}

pub(super) fn settings(state: &State) -> Response {
    let page = SettingsPage {
        file: &state.sheet.doorward.settings,
        settings: &state.settings,
    };
    show(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "start/trouble.html")]
struct Trouble<'a> {
    what: &'a str,
    said: Option<&'a str>,
}

pub(super) fn trouble(status: StatusCode, what: &str, said: Option<&str>) -> Response {
    show(status, &Trouble { what, said })
}
