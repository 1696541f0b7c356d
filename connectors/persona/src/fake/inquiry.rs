//! Reading, listing, changing and deleting inquiries (API description on inquiries, "Pagination", "Resuming Inquiries",
//! <https://docs.withpersona.com/pagination>, autumn 2026).

use std::time::Duration;

use doorward_contract::Timestamp;
use serde_json::{Value, json};

use super::Desk;
use super::api::Call;
use super::create::{field, members, only, tags, text};
use super::reply::{Answered, Fault, Reply};
use super::state::Inquiry;

/// What may come along with an inquiry.
const INCLUDES: [&str; 8] = [
    "verifications",
    "account",
    "documents",
    "selfies",
    "sessions",
    "reports",
    "template",
    "inquiry-template",
];
/// What a list of inquiries may be narrowed by.
const FILTERS: [&str; 8] = [
    "filter[inquiry-id]",
    "filter[account-id]",
    "filter[reference-id]",
    "filter[inquiry-template-id]",
    "filter[template-id]",
    "filter[status]",
    "filter[created-at-start]",
    "filter[created-at-end]",
];
const NOTE_FILTER: &str = "filter[note]";
const PAGES: [&str; 3] = ["page[after]", "page[before]", "page[size]"];
/// Objects on a page unless told otherwise, and at most.
const PAGE: (usize, usize) = (10, 100);

impl Desk<'_> {
    /// A copy of an inquiry, or 404.
    pub(super) fn inquiry_named(&self, id: &str) -> Result<Inquiry, Fault> {
        self.state.inquiry(id).cloned().ok_or_else(Fault::missing)
    }

    /// A copy of an inquiry that was not deleted, or 404 or 409.
    pub(super) fn living(&self, id: &str) -> Result<Inquiry, Fault> {
        let inquiry = self.inquiry_named(id)?;
        if inquiry.redaction.is_some() {
            return Err(Fault::conflict("Inquiry is already redacted"));
        }
        Ok(inquiry)
    }

    pub(super) fn retrieve(&mut self, id: &str, call: &Call) -> Answered {
        let inquiry = self.inquiry_named(id)?;
        let mut included = Vec::new();
        for name in call.asked("include").into_iter().flat_map(|list| list.split(',')) {
            if !INCLUDES.contains(&name) {
                return Err(Fault::bad(format!("cannot include {name}")));
            }
            included.extend(self.along(&inquiry, name));
        }
        let shown = self.show_inquiry(&inquiry);
        self.looked_at(id);
        let mut reply = Reply::object(&shown).with("included", Value::Array(included));
        reply.environment = inquiry.environment;
        Ok(reply)
    }

    fn along(&self, inquiry: &Inquiry, name: &str) -> Vec<Value> {
        match name {
            "verifications" => self
                .state
                .verifications_of(&inquiry.id)
                .map(|one| self.show_verification(one))
                .collect(),
            "account" => self
                .state
                .accounts
                .iter()
                .filter(|account| Some(&account.id) == inquiry.account.as_ref())
                .map(|account| self.show_account(account))
                .collect(),
            "sessions" => self
                .state
                .sessions
                .iter()
                .filter(|session| session.inquiry == inquiry.id)
                .map(|session| self.show_session(session))
                .collect(),
            "inquiry-template" => vec![self.show_template(&inquiry.template)],
            _ => Vec::new(),
        }
    }

    /// A deleted object is still seen undeleted a few times.
    fn looked_at(&mut self, id: &str) {
        let less = |redaction: &mut Option<super::state::Redaction>| {
            if let Some(redaction) = redaction {
                redaction.looks = redaction.looks.saturating_sub(1);
            }
        };
        if let Some(inquiry) = self.state.inquiry_mut(id) {
            less(&mut inquiry.redaction);
        }
        for verification in self.state.verifications.iter_mut().filter(|one| one.inquiry == id) {
            less(&mut verification.redaction);
        }
    }

    pub(super) fn list_inquiries(&self, call: &Call) -> Answered {
        for (name, _) in &call.query {
            let name = name.as_str();
            if name != NOTE_FILTER && !FILTERS.contains(&name) && !PAGES.contains(&name) {
                return Err(Fault::bad(format!("{name} is not accepted here")));
            }
        }
        let narrowed = call
            .query
            .iter()
            .filter(|(name, _)| name.starts_with("filter["))
            .count();
        if call.asked(NOTE_FILTER).is_some() && narrowed > 1 {
            return Err(Fault::bad("filter[note] cannot be combined with other filters"));
        }
        let found: Vec<(String, Value)> = self
            .state
            .inquiries
            .iter()
            .rev()
            .filter(|inquiry| fits(inquiry, call))
            .map(|inquiry| (inquiry.id.clone(), self.show_inquiry(inquiry)))
            .collect();
        page(&found, call)
    }

    pub(super) fn update(&mut self, id: &str, call: &Call) -> Answered {
        self.living(id)?;
        let given = members(call, "/data/attributes")?;
        only(&given, &["note", "fields", "tags", "redirect-uri"], "data.attributes")?;
        let redirect = self.redirect(given.get("redirect-uri"))?;
        let note = text(given.get("note"), "note")?;
        let tags = tags(given.get("tags"))?;
        let now = self.now;
        let inquiry = self.state.inquiry_mut(id).ok_or_else(Fault::missing)?;
        if given.contains_key("redirect-uri") {
            inquiry.redirect_uri = redirect;
        }
        if given.contains_key("note") {
            inquiry.note = note;
        }
        if given.contains_key("tags") {
            inquiry.tags = tags;
        }
        for (name, value) in given.get("fields").and_then(Value::as_object).into_iter().flatten() {
            inquiry.fields.insert(name.clone(), field(name, value));
        }
        inquiry.updated_at = now;
        let shown = inquiry.clone();
        Ok(Reply::object(&self.show_inquiry(&shown)))
    }

    pub(super) fn resume(&mut self, id: &str) -> Answered {
        let inquiry = self.living(id)?;
        if !matches!(inquiry.status.as_str(), "pending" | "expired") {
            return Err(Fault::conflict("Inquiry must be pending or expired to be resumed"));
        }
        let expires_at = self.now.plus(Duration::from_secs(inquiry.lives.resumed));
        let now = self.now;
        if let Some(inquiry) = self.state.inquiry_mut(id) {
            inquiry.status = "pending".into();
            inquiry.expires_at = expires_at;
            inquiry.updated_at = now;
        }
        let session = self.unused_session(id)?;
        let shown = self.show_inquiry(&self.inquiry_named(id)?);
        Ok(Reply::object(&shown).with("meta", json!({ "session-token": session.token })))
    }

    pub(super) fn move_by_hand(&mut self, id: &str, action: &str) -> Answered {
        let inquiry = self.living(id)?;
        let decided = matches!(inquiry.status.as_str(), "approved" | "declined");
        let running = matches!(inquiry.status.as_str(), "created" | "pending");
        let allowed = if action == "expire" {
            running
        } else {
            !decided && inquiry.status != "expired"
        };
        if !allowed {
            return Err(Fault::conflict(format!("Inquiry is {} already", inquiry.status)));
        }
        match action {
            "approve" => self.decide(id, "approved"),
            "decline" => self.decide(id, "declined"),
            "expire" => self.expire(id),
            _ => self.mark_for_review(id),
        }
        let shown = self.show_inquiry(&self.inquiry_named(id)?);
        Ok(Reply::object(&shown))
    }

    pub(super) fn redact_inquiry(&mut self, id: &str) -> Answered {
        self.living(id)?;
        let redaction = self.redaction(false);
        if let Some(inquiry) = self.state.inquiry_mut(id) {
            inquiry.redaction = Some(redaction);
        }
        let shown = self.show_inquiry(&self.inquiry_named(id)?);
        Ok(Reply::object(&shown))
    }

    pub(super) fn retrieve_verification(&self, id: &str) -> Answered {
        let found = self.state.verifications.iter().find(|one| one.id == id);
        Ok(Reply::object(
            &self.show_verification(found.ok_or_else(Fault::missing)?),
        ))
    }

    pub(super) fn redact_verification(&mut self, id: &str) -> Answered {
        let redaction = self.redaction(false);
        let found = self.state.verifications.iter_mut().find(|one| one.id == id);
        let found = found.ok_or_else(Fault::missing)?;
        if found.redaction.is_some() {
            return Err(Fault::conflict("Verification is already redacted"));
        }
        found.redaction = Some(redaction);
        let shown = found.clone();
        Ok(Reply::object(&self.show_verification(&shown)))
    }
}

fn fits(inquiry: &Inquiry, call: &Call) -> bool {
    let is = |name: &str, value: Option<&str>| call.asked(name).is_none_or(|wanted| Some(wanted) == value);
    let moment = |name: &str| call.asked(name).and_then(Timestamp::parse);
    is("filter[inquiry-id]", Some(&inquiry.id))
        && is("filter[account-id]", inquiry.account.as_deref())
        && is("filter[reference-id]", inquiry.reference_id.as_deref())
        && is("filter[inquiry-template-id]", Some(&inquiry.template))
        && is("filter[template-id]", None)
        && is("filter[status]", Some(&inquiry.status))
        && is(NOTE_FILTER, inquiry.note.as_deref())
        && moment("filter[created-at-start]").is_none_or(|start| inquiry.created_at >= start)
        && moment("filter[created-at-end]").is_none_or(|end| inquiry.created_at <= end)
}

/// One page of `found`, newest first, with relative links to its neighbours.
pub(super) fn page(found: &[(String, Value)], call: &Call) -> Answered {
    let size = match call.asked("page[size]") {
        None => PAGE.0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=PAGE.1).contains(size))
            .ok_or_else(|| Fault::bad("page[size] must be between 1 and 100"))?,
    };
    let place = |name: &str| match call.asked(name) {
        None => Ok(None),
        Some(id) => match found.iter().position(|(known, _)| known == id) {
            Some(at) => Ok(Some(at)),
            None => Err(Fault::bad(format!("{name} names nothing on this list"))),
        },
    };
    let start = match (place("page[after]")?, place("page[before]")?) {
        (Some(at), _) => at + 1,
        (None, Some(at)) => at.saturating_sub(size),
        (None, None) => 0,
    };
    let shown: Vec<&(String, Value)> = found.iter().skip(start).take(size).collect();
    let link = |name: &str, id: Option<&&(String, Value)>| {
        id.map(|(id, _)| format!("/api/v1/{}?page[{name}]={id}&page[size]={size}", call.path.join("/")))
    };
    let more = start + shown.len() < found.len();
    Ok(Reply::new(
        200,
        json!({
            "data": shown.iter().map(|(_, value)| value).collect::<Vec<_>>(),
            "links": {
                "next": link("after", shown.last().filter(|_| more)),
                "prev": link("before", shown.first().filter(|_| start > 0)),
            },
        }),
    ))
}
