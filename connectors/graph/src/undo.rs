//! Taking an act back, as far as Entra lets it be taken back.
//!
//! Follows "Delete temporaryAccessPassAuthenticationMethod" and "Update user"
//! (<https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethod-delete>, August 2026). Only what the
//! receipt names is touched: a pass or a password that came later is somebody else's. Whether to take anything back is
//! left to the gateway.

use doorward_contract::{Account, Action, Receipt, Sent, Timestamp, Undoing, VendorError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{PASSWORD_AT, SETTLING, SKEW, object_id, settable};
use crate::wire::{IssuedPass, moment};
use crate::{Graph, password};

/// Why a pass that nobody can have used does not work (`methodUsabilityReason`).
const NOT_YET: &str = "NotYetValid";

/// What taking `action` back comes to.
pub(crate) fn undoing(action: &Action) -> Undoing {
    match action {
        Action::TemporaryAccessPass { .. } => Undoing::Possible {
            what: "deletes the Temporary Access Pass",
        },
        Action::TemporaryPassword => Undoing::Possible {
            what: "sets another random password that nobody knows, unless the temporary one was replaced already",
        },
        Action::RevokeSessions => Undoing::Impossible {
            why: "ended sessions stay ended; people sign in again",
        },
        Action::RemoveMethods { .. } => Undoing::Impossible {
            why: "removed sign-in methods cannot be restored; the person registers them again",
        },
        _ => Undoing::Impossible {
            why: "Microsoft Graph was never asked for this, so there is nothing to take back",
        },
    }
}

impl Graph {
    /// Takes it back; what is gone already is done.
    pub(crate) async fn take_back(
        &self,
        account: &Account,
        action: &Action,
        facts: &Value,
    ) -> Result<Receipt, VendorError> {
        if let Undoing::Impossible { why } = undoing(action) {
            return Err(unfit(why));
        }
        let id = object_id(account)?;
        if named(facts, "account") != Some(id) {
            return Err(unfit(
                "the receipt names nothing that was done to this account: there is nothing of ours to take back",
            ));
        }
        match action {
            Action::TemporaryPassword => self.bury_password(account, id, facts).await,
            _ => self.delete_named_pass(id, facts).await,
        }
    }

    async fn delete_named_pass(&self, id: Uuid, facts: &Value) -> Result<Receipt, VendorError> {
        let pass = named(facts, "method").ok_or_else(|| unfit("the receipt names no pass: look at the account"))?;
        // A used pass stays in the list until it is deleted: that it can be deleted does not mean that it was in time.
        let is_over = self
            .passes(id)
            .await?
            .iter()
            .any(|known| known.id == pass && is_over(known));
        match self.delete_pass(id, pass).await {
            Ok(_) if is_over => Err(VendorError::Done),
            Ok(request) => Ok(self.receipt(json!({ "account": id, "deleted": pass, "request_id": request }))),
            Err(VendorError::Missing { .. }) => Err(self.why_missing(id, pass, facts).await?),
            Err(error) => Err(error),
        }
    }

    /// The directory shows late what is new: a pass that is not found may only not be everywhere yet.
    async fn why_missing(&self, id: Uuid, pass: Uuid, facts: &Value) -> Result<VendorError, VendorError> {
        let settled_at = at(facts, "issued_at").map(|at| at.plus(SETTLING));
        let is_young = settled_at.is_some_and(|at| self.clock.now() < at);
        let is_there = self.passes(id).await?.iter().any(|known| known.id == pass);
        Ok(if is_young || is_there {
            VendorError::Unreachable {
                sent: Sent::No,
                why: "the directory does not show the pass everywhere yet".into(),
            }
        } else {
            VendorError::Done
        })
    }

    /// A password cannot be taken away, only followed by another: one that is drawn here and kept by nobody.
    async fn bury_password(&self, account: &Account, id: Uuid, facts: &Value) -> Result<Receipt, VendorError> {
        settable(account)?;
        if self.is_replaced(id, facts).await? {
            return Err(VendorError::Done);
        }
        let request = self.put_password(id, password::fresh(account)?).await?;
        Ok(self.receipt(json!({ "account": id, "password_replaced": true, "request_id": request })))
    }

    /// Whether another password was set after the one of the receipt. An older moment than the receipt's is a directory
    /// that lags.
    async fn is_replaced(&self, id: Uuid, facts: &Value) -> Result<bool, VendorError> {
        let last = match (at(facts, "password_changed_at"), at(facts, "set_at")) {
            (Some(shown), _) => shown,
            // What the directory showed after the act was still the time before it: two clocks are compared.
            (None, Some(ours)) => ours.plus(SKEW),
            (None, None) => return Err(unfit("the receipt does not say when the password was set")),
        };
        let now = self.moved_at(id, PASSWORD_AT).await?;
        Ok(now.is_some_and(|now| now > last))
    }
}

/// Whether a pass works no more: it was used up, its time is over, or something else of which nobody knows since when.
fn is_over(pass: &IssuedPass) -> bool {
    let reason = pass.method_usability_reason.as_deref().unwrap_or_default();
    pass.is_usable == Some(false) && !reason.eq_ignore_ascii_case(NOT_YET)
}

fn named(facts: &Value, name: &str) -> Option<Uuid> {
    let text = facts.get(name).and_then(Value::as_str)?;
    Uuid::try_parse(text).ok()
}

fn at(facts: &Value, name: &str) -> Option<Timestamp> {
    moment(facts.get(name).and_then(Value::as_str))
}

fn unfit(why: &str) -> VendorError {
    VendorError::Unfit { why: why.to_owned() }
}
