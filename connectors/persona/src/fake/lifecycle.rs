//! How an inquiry moves, what runs out by itself, and the events that tell of it ("Inquiry Model Lifecycle", "Inquiry
//! Expiration", "Events", <https://docs.withpersona.com/model-lifecycle>, autumn 2026).

use std::time::Duration;

use serde_json::{Value, json};

use super::state::{Delivery, Mode, Redaction};
use super::{Desk, fresh_id, written};

impl Desk<'_> {
    /// Everything that became due by now: expiries, deletions, secrets.
    pub(super) fn settle(&mut self) {
        let now = self.now;
        let over: Vec<String> = self
            .state
            .inquiries
            .iter()
            .filter(|one| matches!(one.status.as_str(), "created" | "pending") && one.expires_at <= now)
            .map(|one| one.id.clone())
            .collect();
        for id in over {
            self.expire(&id);
        }
        for session in &mut self.state.sessions {
            if session.expires_at <= now {
                session.status = "expired".into();
            }
        }
        let is_valid = |secret: &super::state::Secret| secret.expires_at.is_none_or(|ends| ends > now);
        self.state.secrets.retain(is_valid);
        self.forget_verifications();
        self.forget_inquiries();
        self.forget_accounts();
    }

    /// The order to delete, as slow as the lab wants it.
    pub(super) fn redaction(&self, with_account: bool) -> Redaction {
        Redaction {
            due: self
                .now
                .plus(Duration::from_millis(self.state.knobs.redaction_delay_ms)),
            looks: self.state.knobs.redaction_looks,
            with_account,
            done: false,
        }
    }

    fn is_due(&self, redaction: Option<Redaction>) -> bool {
        redaction.is_some_and(|order| !order.done && order.looks == 0 && order.due <= self.now)
    }

    /// Field values go, the inquiry stays; its verifications follow later.
    fn forget_inquiries(&mut self) {
        let due: Vec<String> = self
            .state
            .inquiries
            .iter()
            .filter(|one| self.is_due(one.redaction))
            .map(|one| one.id.clone())
            .collect();
        let (now, follows) = (self.now, self.redaction(false));
        for id in due {
            if let Some(inquiry) = self.state.inquiry_mut(&id) {
                for field in inquiry.fields.values_mut() {
                    if let Some(value) = field.get_mut("value") {
                        *value = Value::Null;
                    }
                }
                inquiry.note = None;
                inquiry.tags.clear();
                inquiry.specimen = None;
                inquiry.times.insert("redacted".into(), now);
                if let Some(order) = &mut inquiry.redaction {
                    order.done = true;
                }
            }
            for verification in self.state.verifications.iter_mut().filter(|one| one.inquiry == id) {
                verification.redaction.get_or_insert(follows);
            }
            self.close_sessions(&id);
            self.emit_inquiry("inquiry.redacted", &id);
        }
    }

    fn forget_verifications(&mut self) {
        let now = self.now;
        for verification in &mut self.state.verifications {
            let Some(order) = &mut verification.redaction else {
                continue;
            };
            if order.done || order.looks > 0 || order.due > now {
                continue;
            }
            order.done = true;
            verification.face = None;
            if let Some(read) = &mut verification.extracted {
                read.name_first = None;
                read.name_middle = None;
                read.name_last = None;
                read.birthdate = None;
                read.document_number = None;
            }
        }
    }

    fn forget_accounts(&mut self) {
        let due: Vec<String> = self
            .state
            .accounts
            .iter()
            .filter(|one| self.is_due(one.redaction))
            .map(|one| one.id.clone())
            .collect();
        let now = self.now;
        for id in due {
            for inquiry in self
                .state
                .inquiries
                .iter_mut()
                .filter(|one| one.account.as_deref() == Some(&id))
            {
                inquiry.reference_id = None;
            }
            if let Some(account) = self.state.account_mut(&id) {
                account.reference_id = None;
                account.redacted_at = Some(now);
                if let Some(order) = &mut account.redaction {
                    order.done = true;
                }
            }
            self.emit_account("account.redacted", &id);
        }
    }

    /// The person submitted a first document.
    pub(super) fn begin(&mut self, id: &str) {
        let now = self.now;
        if let Some(inquiry) = self.state.inquiry_mut(id)
            && inquiry.status == "created"
        {
            inquiry.expires_at = now.plus(Duration::from_secs(inquiry.lives.started));
            self.reach(id, "pending", "started", "inquiry.started");
        }
    }

    /// The person reached the end of the flow; a workflow decides, if there is one.
    pub(super) fn finish(&mut self, id: &str, completed: bool) {
        if completed {
            self.reach(id, "completed", "completed", "inquiry.completed");
        } else {
            self.reach(id, "failed", "failed", "inquiry.failed");
        }
    }

    pub(super) fn decide(&mut self, id: &str, status: &str) {
        self.reach(id, status, "decisioned", &format!("inquiry.{status}"));
    }

    pub(super) fn mark_for_review(&mut self, id: &str) {
        self.reach(id, "needs_review", "reviewed", "inquiry.marked-for-review");
    }

    /// Sessions and links close, running verifications are cancelled.
    pub(super) fn expire(&mut self, id: &str) {
        for verification in self.state.verifications.iter_mut().filter(|one| one.inquiry == id) {
            if matches!(verification.status.as_str(), "initiated" | "submitted") {
                verification.status = "canceled".into();
            }
        }
        self.close_sessions(id);
        self.reach(id, "expired", "expired", "inquiry.expired");
    }

    fn reach(&mut self, id: &str, status: &str, time: &str, event: &str) {
        let now = self.now;
        if let Some(inquiry) = self.state.inquiry_mut(id) {
            status.clone_into(&mut inquiry.status);
            inquiry.updated_at = now;
            inquiry.times.insert(time.to_owned(), now);
            self.emit_inquiry(event, id);
        }
    }

    pub(super) fn emit_inquiry(&mut self, event: &str, id: &str) {
        let shown = self.state.inquiry(id).map(|inquiry| self.show_inquiry(inquiry));
        self.emit(event, shown);
    }

    pub(super) fn emit_verification(&mut self, event: &str, id: &str) {
        let found = self.state.verifications.iter().find(|one| one.id == id);
        let shown = found.map(|one| self.show_verification(one));
        self.emit(event, shown);
    }

    pub(super) fn emit_account(&mut self, event: &str, id: &str) {
        let found = self.state.accounts.iter().find(|one| one.id == id);
        let shown = found.map(|one| self.show_account(one));
        self.emit(event, shown);
    }

    pub(super) fn emit_session(&mut self, event: &str, id: &str) {
        let found = self.state.sessions.iter().find(|one| one.id == id);
        let shown = found.map(|one| self.show_session(one));
        self.emit(event, shown);
    }

    /// Puts an event on its way. `included` is empty, as for every webhook created since 28 January 2026.
    fn emit(&mut self, name: &str, object: Option<Value>) {
        let Some(object) = object else { return };
        let hooks = self.state.hooks;
        if hooks.mode == Mode::Off {
            return;
        }
        let event = fresh_id("evt_");
        let body = json!({ "data": {
            "type": "event",
            "id": event,
            "attributes": {
                "name": name,
                "payload": { "data": object, "included": [] },
                "created-at": written(self.now),
            },
        } });
        let wait = if hooks.mode == Mode::Delay { hooks.delay_ms } else { 0 };
        let copies = if hooks.mode == Mode::Duplicate { 2 } else { 1 };
        for _ in 0..copies {
            self.state.sequence += 1;
            self.state.outbox.push(Delivery {
                sequence: self.state.sequence,
                event: event.clone(),
                name: name.to_owned(),
                body: body.to_string(),
                attempts: 0,
                first_attempted_at: None,
                due: self.now.plus(Duration::from_millis(wait)),
            });
        }
    }
}
