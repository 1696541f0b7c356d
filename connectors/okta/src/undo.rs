//! Taking an act back, as far as Okta lets it be taken back.
//!
//! Follows the User Lifecycle, User Credentials and User Authenticator Enrollments APIs
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserCred/>, August 2026). A password or a link
//! is made void by the next one, which nobody is told. Only what the receipt names is touched: what came later is
//! somebody else's. Whether to take anything back is left to the gateway.

use doorward_contract::{Ability, Account, Action, Receipt, Timestamp, Undoing, VendorError};
use serde_json::{Value, json};

use crate::Okta;
use crate::actions::{fits, user_id};
use crate::client::Call;
use crate::reply::carried_out;
use crate::settings::is_id;
use crate::status::Status;
use crate::wire::{User, moment};

/// What taking `action` back comes to.
pub(crate) fn undoing(action: &Action) -> Undoing {
    match action {
        Action::TemporaryPassword => Undoing::Possible {
            what: "lets Okta choose another temporary password that nobody is told, unless the first was replaced already",
        },
        Action::ResetLink => Undoing::Possible {
            what: "lets Okta make another reset link that nobody is told, unless the first was used already; the \
                   account stays in password reset",
        },
        Action::TemporaryAccessCode { .. } => Undoing::Possible {
            what: "deletes the temporary access code",
        },
        Action::Suspend => Undoing::Possible {
            what: "takes the suspension back",
        },
        Action::Unsuspend => Undoing::Possible {
            what: "suspends the account again",
        },
        Action::Unlock => Undoing::Impossible {
            why: "only Okta locks an account; suspend it to keep everybody out",
        },
        Action::ResetFactors { .. } => Undoing::Impossible {
            why: "factors that were taken off cannot be put back; the person enrols them again",
        },
        Action::RevokeSessions => Undoing::Impossible {
            why: "ended sessions stay ended; people sign in again",
        },
        _ => Undoing::Impossible {
            why: "Okta was never asked for this, so there is nothing to take back",
        },
    }
}

impl Okta {
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
        let id = user_id(account)?;
        if facts.get("account").and_then(Value::as_str) != Some(id) {
            return Err(unfit(
                "the receipt names nothing that was done to this account: there is nothing of ours to take back",
            ));
        }
        if matches!(action, Action::TemporaryAccessCode { .. }) {
            return self.delete_named_code(id, facts).await;
        }
        let user = self.user(id).await?;
        match action {
            Action::TemporaryPassword => self.bury_password(account, &user, facts).await,
            Action::ResetLink => self.bury_link(account, &user, facts).await,
            Action::Suspend => {
                Status::of(&user.status).is_legal(Ability::Unsuspend)?;
                if is_later(facts, "status_changed", user.status_changed.as_deref()) == Some(true) {
                    return Err(unfit(
                        "it was suspended again since, by somebody else: they have to decide",
                    ));
                }
                self.unsuspend(id).await
            }
            _ => {
                Status::of(&user.status).is_legal(Ability::Suspend)?;
                self.suspend(id).await
            }
        }
    }

    async fn delete_named_code(&self, id: &str, facts: &Value) -> Result<Receipt, VendorError> {
        let code = facts.get("enrolment").and_then(Value::as_str);
        let code = code
            .filter(|code| is_id(code))
            .ok_or_else(|| unfit("the receipt names no code: look at the account"))?;
        // An account outside of our resource set is not found either: the list tells that from a code that is gone.
        if !self.enrolled_codes(id).await?.iter().any(|known| known.id == code) {
            return Err(VendorError::Done);
        }
        let call = Call::delete("api/v1/users/{}/authenticator-enrollments/{}", &[id, code]);
        match self.client.raw(&call).await.and_then(carried_out) {
            Ok(answer) => {
                // Okta does not say of a code whether it was used: whoever signed in since may have done so with it.
                let user = self.user(id).await?;
                let since = is_later(facts, "created", user.last_login.as_deref());
                if since.unwrap_or(user.last_login.is_some()) {
                    return Err(VendorError::Done);
                }
                Ok(self.receipt(id, &answer, json!({ "deleted": code })))
            }
            Err(VendorError::Missing { .. }) => Err(VendorError::Done),
            Err(error) => Err(error),
        }
    }

    async fn bury_password(&self, account: &Account, user: &User, facts: &Value) -> Result<Receipt, VendorError> {
        let status = Status::of(&user.status);
        let later = is_later(facts, "password_changed", user.password_changed.as_deref());
        // Whoever has a temporary password is active again only with a password of their own.
        if later.unwrap_or(status == Status::Active) {
            return Err(VendorError::Done);
        }
        status.is_legal(Ability::TemporaryPassword)?;
        fits(account.origin, &Action::TemporaryPassword)?;
        let answer = self.expire_with_temporary(&user.id).await?;
        Ok(self.receipt(&user.id, &answer, json!({ "password_replaced": true })))
    }

    async fn bury_link(&self, account: &Account, user: &User, facts: &Value) -> Result<Receipt, VendorError> {
        let status = Status::of(&user.status);
        let is_replaced = match status {
            Status::Recovery => is_later(facts, "status_changed", user.status_changed.as_deref()).unwrap_or_default(),
            // The reset is over: the link was used, or a temporary password took its place.
            Status::Active | Status::PasswordExpired => true,
            _ => false,
        };
        if is_replaced {
            return Err(VendorError::Done);
        }
        status.is_legal(Ability::ResetLink)?;
        fits(account.origin, &Action::ResetLink)?;
        // Sessions went with the first link, and nobody signs in while the reset lasts.
        let answer = self.reset_password(&user.id, false).await?;
        Ok(self.receipt(&user.id, &answer, json!({ "link_replaced": true })))
    }
}

/// Whether the moment lies after the one in the receipt; `None` where either is not told.
fn is_later(facts: &Value, name: &str, now: Option<&str>) -> Option<bool> {
    let then: Timestamp = moment(facts.get(name).and_then(Value::as_str))?;
    Some(moment(now)? > then)
}

fn unfit(why: &str) -> VendorError {
    VendorError::Unfit { why: why.to_owned() }
}
