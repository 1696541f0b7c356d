//! What is done to a user, and what is read back after an unknown outcome: which file does which, and unlocking itself.
//!
//! Follows "Admin API: Modify User" (<https://duo.com/docs/adminapi#modify-user>, August 2026). Codes are in `bypass.rs`, links
//! in `link.rs`, devices in `device.rs`. Order among several acts (unlocking before a code) is left to the gateway.

use std::time::Duration;

use doorward_contract::{
    Ability, Account, Action, Intent, Pass, PassKind, Prepared, Receipt, Reconciled, Timestamp, VendorError,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::Duo;
use crate::client::Call;
use crate::find::USER;
use crate::reply::{Fault, INVALID};
use crate::settings::is_id;
use crate::status::{Status, fits};
use crate::wire::User;

/// How long after an act Duo may still show the time before it.
pub(crate) const SETTLING: Duration = Duration::from_secs(5);
/// How far the vendor's clock and ours may differ.
pub(crate) const SKEW: Duration = Duration::from_mins(2);

impl Duo {
    /// What can be done here at all, and within which bounds.
    pub(crate) fn foresee(&self, action: &Action) -> Result<Prepared, VendorError> {
        match action {
            Action::BypassCode { lifetime_minutes } => Ok(crate::bypass::foresee(*lifetime_minutes)),
            Action::ActivationLink { lifetime_minutes } => Ok(crate::link::foresee(*lifetime_minutes)),
            Action::EnrolmentLink => {
                self.auth()?;
                Ok(as_wished(action))
            }
            Action::Unlock => Ok(as_wished(action)),
            Action::RemoveDevices { kinds } => crate::device::foresee(kinds),
            other => Err(unsupported(other)),
        }
    }

    /// What the vendor looks like before the act.
    pub(crate) async fn plan(&self, account: &Account, action: &Action) -> Result<Intent, VendorError> {
        let id = user_id(account)?;
        let user = self.user(id).await?;
        fits(action, &user)?;
        let snapshot = match action {
            Action::BypassCode { .. } => self.codes_snapshot(id).await?,
            Action::ActivationLink { .. } => self.phone_snapshot(id).await?,
            Action::EnrolmentLink => enrollable(&user)?,
            Action::Unlock => json!({ "status": Status::of(&user).word() }),
            Action::RemoveDevices { kinds } => self.devices_snapshot(id, kinds).await?,
            other => return Err(unsupported(other)),
        };
        Ok(Intent { snapshot, pass: None })
    }

    /// Does it.
    pub(crate) async fn act(
        &self,
        account: &Account,
        action: &Action,
        intent: &Intent,
    ) -> Result<Receipt, VendorError> {
        let id = user_id(account)?;
        let seen = &intent.snapshot;
        match action {
            Action::BypassCode { lifetime_minutes } => self.issue_code(account, id, *lifetime_minutes, seen).await,
            Action::ActivationLink { lifetime_minutes } => self.activate(account, *lifetime_minutes, seen).await,
            Action::EnrolmentLink => self.enrol(account, id).await,
            Action::Unlock => self.unlock(id).await,
            Action::RemoveDevices { .. } => self.remove_devices(id, seen).await,
            other => Err(unsupported(other)),
        }
    }

    /// Tells whether it happened.
    pub(crate) async fn look_back(
        &self,
        account: &Account,
        action: &Action,
        seen: &Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        let id = user_id(account)?;
        match action {
            Action::BypassCode { lifetime_minutes } => {
                self.void_lost_code(id, *lifetime_minutes, seen, intended_at).await
            }
            Action::ActivationLink { .. } => Ok(self.lost_activation()),
            Action::EnrolmentLink => Ok(self.lost_enrolment(intended_at)),
            Action::Unlock => self.unlocked(id, seen).await,
            Action::RemoveDevices { .. } => self.devices_gone(id, seen).await,
            other => Err(unsupported(other)),
        }
    }

    /// Only ever from locked out to active. The status is read again at once before: what an administrator disabled in
    /// between stays disabled.
    async fn unlock(&self, id: &str) -> Result<Receipt, VendorError> {
        let user = self.user(id).await?;
        fits(&Action::Unlock, &user)?;
        if Status::of(&user) == Status::Active {
            return Err(VendorError::Done);
        }
        let call = Call::post(USER, &[id]).with("status", Status::Active.word());
        let answer = self.admin.raw(&call).await?;
        if Fault::of(&answer).code == INVALID && user.is_synchronised() {
            return Err(VendorError::Unfit {
                why: "it is synchronised from a directory and Duo does not let its status be changed: synchronise \
                      the user there, or let an administrator unlock it"
                    .into(),
            });
        }
        let after: User = self.admin.open(&answer)?.response;
        if Status::of(&after) != Status::Active {
            return Err(VendorError::Unexpected {
                why: "Duo took the change and the user is not active".into(),
            });
        }
        Ok(self.receipt(json!({
            "account": id, "status_before": Status::of(&user).word(), "synchronised": user.is_synchronised(),
        })))
    }

    /// Done if it was locked and is not any more. Who unlocked it cannot be told, and does not matter.
    async fn unlocked(&self, id: &str, seen: &Value) -> Result<Reconciled, VendorError> {
        let was_locked = seen.get("status").and_then(Value::as_str) == Some(Status::LockedOut.word());
        let is_active = Status::of(&self.user(id).await?) == Status::Active;
        Ok(if was_locked && is_active {
            Reconciled::Done(self.receipt(json!({ "account": id, "read_back": true })))
        } else {
            Reconciled::NotDone
        })
    }

    pub(crate) fn receipt(&self, facts: Value) -> Receipt {
        Receipt {
            at: self.clock.now(),
            facts,
            pass: None,
        }
    }

    pub(crate) fn pass(&self, account: &Account, kind: PassKind, secret: SecretString, lasts: Duration) -> Pass {
        Pass {
            kind,
            secret,
            expires_at: Some(self.clock.now().plus(lasts)),
            sign_in_url: self.settings.sign_in_url.to_string(),
            login: account.login.clone(),
        }
    }
}

fn as_wished(action: &Action) -> Prepared {
    Prepared {
        action: action.clone(),
        notes: Vec::new(),
    }
}

/// A wish in minutes within these bounds, and what staff is told of it.
pub(crate) fn clamped(wish: Option<u32>, shortest: u32, longest: u32, default: u32) -> (u32, Vec<String>) {
    let wished = wish.unwrap_or(default);
    let lifetime = wished.clamp(shortest, longest);
    let notes = (lifetime != wished)
        .then(|| format!("Doorward gives it {shortest} to {longest} minutes: {wished} became {lifetime}"))
        .into_iter()
        .collect();
    (lifetime, notes)
}

/// Nothing is asked about a user who has no device yet, except that there is none.
fn enrollable(user: &User) -> Result<Value, VendorError> {
    match user.is_enrolled {
        Some(false) => Ok(json!({ "enrolled": false })),
        Some(true) => Err(VendorError::Premature {
            why: "it has devices already: an activation link or a bypass code would fit, or the devices are removed first"
                .into(),
            after: Ability::RemoveDevices,
        }),
        None => Err(VendorError::Unexpected {
            why: "Duo does not say whether the user has devices".into(),
        }),
    }
}

/// What is not among the declared abilities; settings that ask for it do not load.
fn unsupported(action: &Action) -> VendorError {
    VendorError::Refused {
        why: format!("Duo has no `{}`", action.ability()),
    }
}

pub(crate) fn user_id(account: &Account) -> Result<&str, VendorError> {
    if is_id(&account.id.0, "DU") {
        Ok(&account.id.0)
    } else {
        Err(VendorError::Missing {
            what: "not a user id of Duo".into(),
        })
    }
}
