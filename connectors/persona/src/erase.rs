//! Redaction, asked for and confirmed.
//!
//! Follows the API description on `DELETE /inquiries`, `DELETE /accounts` and "Security and Privacy Overview"
//! (<https://help.withpersona.com/articles/4SxXLtuLwYAWSkxWbHQtoo/>, autumn 2026). Redaction runs in its own time at
//! Persona: `redacted-at` on inquiry and account, and documents that can no longer be read, are the confirmation. When to
//! ask again is left to the caller.

use doorward_contract::http::Answer;
use doorward_contract::{Erased, Reference, VendorError};
use http::StatusCode;

use crate::client::{Environment, sorted};
use crate::verification::Attempts;
use crate::wire::{Account, Document, Inquiry, Listing};
use crate::{Persona, is_id};

/// How many of an account's newest inquiries are looked through before it is deleted with everything below it.
const LOOK_BACK: &str = "100";

/// What Persona still remembers of one inquiry.
struct Memory {
    /// The inquiry has no `redacted-at`.
    inquiry: bool,
    /// Its documents can still be read.
    readable: bool,
    /// It was a recheck, under the account of an earlier proof.
    guest: bool,
    /// The account that is ours to delete, if it still holds anything.
    account: Option<String>,
}

impl Persona {
    pub(crate) async fn redact(&self, reference: &Reference) -> Result<Erased, VendorError> {
        if !is_id(&reference.0, "inq_") {
            return Err(VendorError::Missing {
                what: "not the id of an inquiry".into(),
            });
        }
        let Some(before) = self.remembered(reference).await? else {
            return Ok(Erased::Confirmed);
        };
        if before.inquiry {
            self.forget(&["inquiries", &reference.0]).await?;
        }
        let mut shared = false;
        if let Some(account) = &before.account {
            shared = self.is_shared(account, reference).await?;
            if !shared {
                self.forget(&["accounts", account]).await?;
            }
        }
        // A recheck is a guest of the account: what that holds besides came of the earlier proof, and goes with it.
        let stays = shared && before.guest;
        match self.remembered(reference).await? {
            Some(after) if after.inquiry || after.readable => Ok(Erased::Pending),
            Some(after) if after.account.is_some() && !stays => Ok(Erased::Pending),
            _ => Ok(Erased::Confirmed),
        }
    }

    /// Reads back what is left; `None` where Persona no longer knows the inquiry at all.
    async fn remembered(&self, reference: &Reference) -> Result<Option<Memory>, VendorError> {
        let query = [("include", "verifications")];
        let answer = self.client.get(&["inquiries", &reference.0], &query).await?;
        let Some(answer) = self.unless_gone(answer)? else {
            return Ok(None);
        };
        let document: Document<Inquiry> = answer.json()?;
        let account = match document.data.relationships.account.id() {
            Some(id) if is_id(id, "act_") => self.remembered_account(id, &document.data.attributes).await?,
            _ => None,
        };
        let template = document.data.relationships.inquiry_template.id();
        Ok(Some(Memory {
            guest: template.is_some() && template == self.settings.recheck_template.as_deref(),
            inquiry: document.data.attributes.redacted_at.is_none(),
            readable: Attempts::pick(document.included)?.is_readable(),
            account,
        }))
    }

    /// The account, if it is not redacted yet and was made for this inquiry: both carry the same random name.
    async fn remembered_account(&self, id: &str, inquiry: &Inquiry) -> Result<Option<String>, VendorError> {
        let answer = self.client.get(&["accounts", id], &[]).await?;
        let Some(answer) = self.unless_gone(answer)? else {
            return Ok(None);
        };
        let account: Document<Account> = answer.json()?;
        let account = account.data.attributes;
        let ours = account.reference_id.is_some() && account.reference_id == inquiry.reference_id;
        Ok((ours && account.redacted_at.is_none()).then(|| id.to_owned()))
    }

    /// Whether other proofs of the person still live under the account: deleting it would take them along.
    async fn is_shared(&self, account: &str, reference: &Reference) -> Result<bool, VendorError> {
        let query = [("filter[account-id]", account), ("page[size]", LOOK_BACK)];
        let answer = self.client.get(&["inquiries"], &query).await?;
        let listing: Listing<Inquiry> = self.client.pinned(answer)?.json()?;
        Ok(listing.data.iter().any(|other| {
            other.id != reference.0 && other.attributes.redacted_at.is_none() && other.attributes.status != "expired"
        }))
    }

    /// Asks for deletion. 404 and 409 say that there is nothing left to ask for.
    async fn forget(&self, path: &[&str]) -> Result<(), VendorError> {
        let answer = self.client.delete(path).await?;
        if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::CONFLICT) {
            return Ok(());
        }
        self.client.pinned(answer).map(|_| ())
    }

    fn unless_gone(&self, answer: Answer) -> Result<Option<Answer>, VendorError> {
        if answer.status == StatusCode::NOT_FOUND {
            // A 404 of our own environment says "deleted"; one of another, or of something in between, says nothing.
            return match self.client.environment(&answer) {
                Ok(Environment::Ours) => Ok(None),
                _ => sorted(answer).map(Some),
            };
        }
        self.client.pinned(answer).map(Some)
    }
}
