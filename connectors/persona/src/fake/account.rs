//! Accounts: one per person, deleted with everything below (API description on accounts, August 2026).

use serde_json::{Value, json};

use super::api::Call;
use super::create::text;
use super::inquiry::page;
use super::reply::{Answered, Fault, Reply};
use super::state::Account;
use super::{Desk, fresh_id};

impl Desk<'_> {
    pub(super) fn add_account(&mut self, reference_id: Option<String>) -> String {
        let id = fresh_id("act_");
        self.state.accounts.push(Account {
            id: id.clone(),
            reference_id,
            created_at: self.now,
            updated_at: self.now,
            redaction: None,
            redacted_at: None,
        });
        self.emit_account("account.created", &id);
        id
    }

    pub(super) fn create_account(&mut self, call: &Call) -> Answered {
        let reference = text(call.member("/data/attributes/reference-id"), "reference-id")?;
        let taken = |account: &Account| reference.is_some() && account.reference_id == reference;
        if self.state.accounts.iter().any(taken) {
            return Err(Fault::conflict("Reference ID is already used"));
        }
        let id = self.add_account(reference);
        self.retrieve_account(&id).map(|reply| reply.status(201))
    }

    pub(super) fn retrieve_account(&mut self, id: &str) -> Answered {
        let account = self.state.account_mut(id).ok_or_else(Fault::missing)?;
        let shown = account.clone();
        if let Some(redaction) = &mut account.redaction {
            redaction.looks = redaction.looks.saturating_sub(1);
        }
        Ok(Reply::object(&self.show_account(&shown)))
    }

    pub(super) fn list_accounts(&self, call: &Call) -> Answered {
        let wanted = call.asked("filter[reference-id]");
        let found: Vec<(String, Value)> = self
            .state
            .accounts
            .iter()
            .rev()
            .filter(|account| wanted.is_none_or(|wanted| account.reference_id.as_deref() == Some(wanted)))
            .map(|account| (account.id.clone(), self.show_account(account)))
            .collect();
        page(&found, call)
    }

    pub(super) fn redact_account(&mut self, id: &str) -> Answered {
        let redaction = self.redaction(true);
        let account = self.state.account_mut(id).ok_or_else(Fault::missing)?;
        if account.redaction.is_some() {
            return Err(Fault::conflict("Account is already redacted"));
        }
        account.redaction = Some(redaction);
        let below: Vec<String> = self
            .state
            .inquiries
            .iter()
            .filter(|inquiry| inquiry.account.as_deref() == Some(id))
            .map(|inquiry| inquiry.id.clone())
            .collect();
        for inquiry in below {
            if let Some(inquiry) = self.state.inquiry_mut(&inquiry) {
                let looks = inquiry.redaction.map_or(redaction.looks, |earlier| earlier.looks);
                let done = inquiry.redaction.is_some_and(|earlier| earlier.done);
                inquiry.redaction = Some(super::state::Redaction {
                    looks,
                    done,
                    ..redaction
                });
            }
        }
        let shown = self.state.accounts.iter().find(|account| account.id == id).cloned();
        let shown = shown.ok_or_else(Fault::missing)?;
        Ok(Reply::new(200, json!({ "data": self.show_account(&shown) })))
    }
}
