//! `POST /inquiries`: every member that is accepted, and nothing else ("Creating Inquiries",
//! <https://docs.withpersona.com/creating-inquiries>, autumn 2026).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::state::{Inquiry, Lives};
use super::{Desk, fresh_id};

const ATTRIBUTES: [&str; 13] = [
    "inquiry-template-id",
    "inquiry-template-version-id",
    "template-id",
    "account-id",
    "reference-id",
    "creator-email-address",
    "redirect-uri",
    "note",
    "fields",
    "tags",
    "theme-set-id",
    "theme-id",
    "initial-step-name",
];
const META: [&str; 9] = [
    "auto-create-account",
    "auto-create-account-type-id",
    "auto-create-account-reference-id",
    "auto-create-inquiry-session",
    "auto-create-one-time-link",
    "expiration-after-create-interval-seconds",
    "expiration-after-start-interval-seconds",
    "expiration-after-resume-interval-seconds",
    "one-time-link-expiration-seconds",
];
/// Life of an inquiry unless told otherwise, in seconds.
const DAY: u64 = 86_400;
/// Life of a device hand-off link unless told otherwise, in seconds.
const HOUR: u64 = 3_600;

impl Desk<'_> {
    pub(super) fn create(&mut self, call: &Call) -> Answered {
        let attributes = members(call, "/data/attributes")?;
        let meta = members(call, "/meta").unwrap_or_default();
        only(&attributes, &ATTRIBUTES, "data.attributes")?;
        only(&meta, &META, "meta")?;
        envelope(call)?;
        let (template, template_version) = self.template_of(&attributes)?;
        let redirect_uri = self.redirect(attributes.get("redirect-uri"))?;
        let lives = lives(&meta)?;
        let account = self.account_for(&attributes, &meta)?;
        let inquiry = Inquiry {
            id: fresh_id("inq_"),
            reference_id: account.as_ref().and_then(|(_, reference)| reference.clone()),
            account: account.map(|(id, _)| id),
            template,
            template_version,
            status: "created".into(),
            redirect_uri,
            note: text(attributes.get("note"), "note")?,
            tags: tags(attributes.get("tags"))?,
            fields: fields(attributes.get("fields"))?,
            lives,
            created_at: self.now,
            updated_at: self.now,
            expires_at: self.now.plus(std::time::Duration::from_secs(lives.created)),
            times: BTreeMap::new(),
            step: "start".into(),
            redaction: None,
            specimen: None,
            environment: None,
            hide_names: false,
        };
        let id = inquiry.id.clone();
        self.state.inquiries.push(inquiry);
        self.emit_inquiry("inquiry.created", &id);
        let is_on = |name: &str| meta.get(name).and_then(Value::as_bool).unwrap_or(false);
        let mut ways = json!({ "session-token": null, "one-time-link": null, "one-time-link-short": null });
        if is_on("auto-create-inquiry-session") {
            let session = self.open_session(&id)?;
            set(&mut ways, "session-token", json!(session.token));
        }
        if is_on("auto-create-one-time-link") {
            let link = self.make_link(&id, None)?;
            set(&mut ways, "one-time-link", json!(link));
            set(&mut ways, "one-time-link-short", json!(link));
        }
        let shown = self.inquiry_named(&id)?;
        Ok(Reply::object(&self.show_inquiry(&shown)).with("meta", ways).status(201))
    }

    /// Exactly one kind of template, and one that exists here: its id and its version.
    fn template_of(&self, attributes: &Map<String, Value>) -> Result<(String, String), Fault> {
        let kinds = ["inquiry-template-id", "inquiry-template-version-id", "template-id"];
        let mut given = kinds.into_iter().filter_map(|name| {
            attributes
                .get(name)
                .filter(|value| !value.is_null())
                .map(|id| (name, id))
        });
        let Some((name, id)) = given.next() else {
            return Err(Fault::invalid(
                "Inquiry template must exist",
                "/data/attributes/inquiry-template-id",
            ));
        };
        if given.next().is_some() {
            return Err(Fault::bad("Only one kind of template may be given"));
        }
        let found = self.world.templates().find(|(template, version)| match name {
            "inquiry-template-id" => id.as_str() == Some(template),
            "inquiry-template-version-id" => id.as_str() == Some(version),
            _ => false,
        });
        let Some((template, version)) = found else {
            return Err(Fault::invalid(
                "Inquiry template must exist",
                &format!("/data/attributes/{name}"),
            ));
        };
        if self.state.knobs.template_status == "active" {
            Ok((template.to_owned(), version.to_owned()))
        } else {
            Err(Fault::invalid(
                "Inquiry template must be active",
                &format!("/data/attributes/{name}"),
            ))
        }
    }

    /// A return address must be an address and, where domains are configured, of one of them.
    pub(super) fn redirect(&self, value: Option<&Value>) -> Result<Option<String>, Fault> {
        const POINTER: &str = "/data/attributes/redirect-uri";
        let Some(text) = text(value, "redirect-uri")? else {
            return Ok(None);
        };
        let url = Url::parse(&text).map_err(|_| Fault::invalid("Redirect URI is invalid", POINTER))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Fault::invalid("Redirect URI scheme is not allowed", POINTER));
        }
        let domains = &self.state.knobs.redirect_domains;
        let host = url.host_str().unwrap_or_default();
        if domains.is_empty() || domains.iter().any(|domain| domain == host) {
            Ok(Some(text))
        } else {
            Err(Fault::invalid("Redirect URI is not on the list of domains", POINTER))
        }
    }

    /// The account the inquiry hangs on: a given one, the one with the reference, a new one, or none.
    fn account_for(
        &mut self,
        attributes: &Map<String, Value>,
        meta: &Map<String, Value>,
    ) -> Result<Option<(String, Option<String>)>, Fault> {
        let auto = meta.get("auto-create-account").and_then(Value::as_bool).unwrap_or(true);
        let reference = text(
            meta.get("auto-create-account-reference-id"),
            "auto-create-account-reference-id",
        )?;
        if reference.is_some() && !auto {
            return Err(Fault::bad("auto-create-account-reference-id needs auto-create-account"));
        }
        if let Some(id) = text(attributes.get("account-id"), "account-id")? {
            let found = self.state.accounts.iter().find(|account| account.id == id);
            return found
                .map(|account| Some((account.id.clone(), account.reference_id.clone())))
                .ok_or_else(|| Fault::invalid("Account must exist", "/data/attributes/account-id"));
        }
        let reference = match reference {
            Some(reference) => Some(reference),
            None => text(attributes.get("reference-id"), "reference-id")?,
        };
        if !auto {
            return Ok(None);
        }
        let known = self
            .state
            .accounts
            .iter()
            .find(|account| reference.is_some() && account.reference_id == reference)
            .map(|account| account.id.clone());
        let id = known.unwrap_or_else(|| self.add_account(reference.clone()));
        Ok(Some((id, reference)))
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(member) = object.get_mut(name) {
        *member = value;
    }
}

/// The members at a place of the body; an error where it is missing or no object.
pub(super) fn members(call: &Call, pointer: &str) -> Result<Map<String, Value>, Fault> {
    match call.member(pointer) {
        Some(Value::Object(members)) => Ok(members.clone()),
        _ => Err(Fault::bad(format!("{pointer} must be an object"))),
    }
}

/// Refuses any member that is not on the list.
pub(super) fn only(members: &Map<String, Value>, allowed: &[&str], place: &str) -> Result<(), Fault> {
    match members.keys().find(|name| !allowed.contains(&name.as_str())) {
        Some(name) => Err(Fault::bad(format!("{place} does not accept {name}"))),
        None => Ok(()),
    }
}

/// Nothing beside `data` and `meta`, and a `meta` that is an object where it is given.
fn envelope(call: &Call) -> Result<(), Fault> {
    let body = members(call, "")?;
    only(&body, &["data", "meta"], "the body")?;
    match body.get("meta") {
        None | Some(Value::Null | Value::Object(_)) => Ok(()),
        Some(_) => Err(Fault::bad("meta must be an object")),
    }
}

pub(super) fn text(value: Option<&Value>, name: &str) -> Result<Option<String>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Fault::bad(format!("{name} must be a string"))),
    }
}

pub(super) fn tags(value: Option<&Value>) -> Result<Vec<String>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(value) => serde_json::from_value(value.clone()).map_err(|_| Fault::bad("tags must be a list of strings")),
    }
}

/// Fields go in as plain values and come out with their type.
pub(super) fn fields(value: Option<&Value>) -> Result<BTreeMap<String, Value>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(given)) => Ok(given
            .iter()
            .map(|(name, value)| (name.clone(), field(name, value)))
            .collect()),
        Some(_) => Err(Fault::bad("fields must be an object")),
    }
}

pub(super) fn field(name: &str, value: &Value) -> Value {
    let kind = if name == "birthdate" { "date" } else { "string" };
    json!({ "type": kind, "value": value })
}

fn lives(meta: &Map<String, Value>) -> Result<Lives, Fault> {
    let length = |name: &str, usual: u64| match meta.get(name) {
        None | Some(Value::Null) => Ok(usual),
        Some(value) => value
            .as_u64()
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| Fault::bad(format!("{name} must be a positive number"))),
    };
    let created = length("expiration-after-create-interval-seconds", DAY)?;
    Ok(Lives {
        created,
        started: length("expiration-after-start-interval-seconds", created)?,
        resumed: length("expiration-after-resume-interval-seconds", DAY)?,
        handed_off: length("one-time-link-expiration-seconds", HOUR)?,
    })
}
