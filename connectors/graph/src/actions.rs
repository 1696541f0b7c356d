//! What is done to an account, and what is read back after an unknown outcome: which file does which, and passwords and
//! sessions themselves.
//!
//! Follows "Update user" and "user: revokeSignInSessions" (<https://learn.microsoft.com/en-us/graph/api/user-update>,
//! August 2026). Passes are in `access.rs`, sign-in methods in `method.rs`. Order among several acts (sessions before a
//! pass) is left to the gateway.

use std::time::Duration;

use doorward_contract::{
    Account, Action, Intent, Origin, Pass, PassKind, Prepared, Receipt, Reconciled, Timestamp, VendorError,
};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use crate::client::Call;
use crate::reply::{Fault, carried_out, request_id};
use crate::wire::{Truth, User, moment};
use crate::{Graph, password};

/// How long after an act the directory may still show the time before it.
pub(crate) const SETTLING: Duration = Duration::from_secs(5);
/// How far the vendor's clock and ours may differ.
pub(crate) const SKEW: Duration = Duration::from_mins(2);

/// An act, with whatever is read after it, takes no longer than one request may: the gateway holds a case no longer.
const WHOLE: Duration = Duration::from_secs(10);

/// What a new password moves.
pub(crate) const PASSWORD_AT: &str = "lastPasswordChangeDateTime";
const SESSIONS_AT: &str = "signInSessionsValidFromDateTime";

impl Graph {
    /// What can be done here at all, and within which bounds.
    pub(crate) async fn foresee(&self, action: &Action) -> Result<Prepared, VendorError> {
        match action {
            Action::TemporaryPassword | Action::RevokeSessions => Ok(Prepared {
                action: action.clone(),
                notes: Vec::new(),
            }),
            Action::TemporaryAccessPass {
                lifetime_minutes,
                one_time,
            } => self.foresee_pass(*lifetime_minutes, *one_time).await,
            Action::RemoveMethods { kinds } => crate::method::foresee(kinds),
            other => Err(unsupported(other)),
        }
    }

    /// What the vendor looks like before the act, and the secret where it is ours to choose.
    pub(crate) async fn plan(&self, account: &Account, action: &Action) -> Result<Intent, VendorError> {
        let id = object_id(account)?;
        match action {
            Action::TemporaryPassword => {
                settable(account)?;
                let snapshot = self.stamp(id, PASSWORD_AT).await?;
                Ok(Intent {
                    snapshot,
                    pass: Some(Pass {
                        kind: PassKind::TemporaryPassword,
                        secret: password::fresh(account)?,
                        expires_at: None,
                        sign_in_url: self.settings.sign_in_url.to_string(),
                        login: account.login.clone(),
                    }),
                })
            }
            Action::TemporaryAccessPass { .. } => self.plan_pass(id).await,
            Action::RevokeSessions => Ok(bare(self.stamp(id, SESSIONS_AT).await?)),
            Action::RemoveMethods { kinds } => self.plan_removal(id, kinds).await,
            other => Err(unsupported(other)),
        }
    }

    /// Does it.
    pub(crate) async fn act(
        &self,
        account: &Account,
        action: &Action,
        intent: &Intent,
    ) -> Result<Receipt, VendorError> {
        let id = object_id(account)?;
        match action {
            Action::TemporaryPassword => {
                settable(account)?;
                let secret = intent.pass.as_ref().map(|pass| pass.secret.clone());
                let secret = secret.ok_or_else(|| VendorError::Unexpected {
                    why: "the intent to set a password has no password".into(),
                })?;
                self.set_password(id, secret, &intent.snapshot).await
            }
            Action::TemporaryAccessPass {
                lifetime_minutes,
                one_time,
            } => self.issue_pass(account, id, *lifetime_minutes, *one_time).await,
            Action::RevokeSessions => self.revoke(id).await,
            Action::RemoveMethods { kinds } => self.remove(id, kinds).await,
            other => Err(unsupported(other)),
        }
    }

    /// Tells whether it happened.
    pub(crate) async fn look_back(
        &self,
        account: &Account,
        action: &Action,
        snapshot: &Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        let id = object_id(account)?;
        // Methods are counted by what is there now; everything else by what changed, which the directory shows late.
        let ready_at = intended_at.plus(SETTLING);
        let now = self.clock.now();
        if now < ready_at && !matches!(action, Action::RemoveMethods { .. }) {
            return Ok(Reconciled::Later(ready_at.since(now)));
        }
        match action {
            Action::TemporaryPassword => self.changed(id, PASSWORD_AT, snapshot, intended_at).await,
            Action::RevokeSessions => self.changed(id, SESSIONS_AT, snapshot, intended_at).await,
            Action::TemporaryAccessPass { .. } => self.void_lost_pass(id, snapshot, intended_at).await,
            Action::RemoveMethods { kinds } => self.removed(id, kinds).await,
            other => Err(unsupported(other)),
        }
    }

    async fn set_password(
        &self,
        id: Uuid,
        secret: secrecy::SecretString,
        snapshot: &Value,
    ) -> Result<Receipt, VendorError> {
        let begun = Instant::now();
        let request = self.put_password(id, secret).await?;
        // It is set: what cannot be read from here on, or is shown late, only makes taking it back less exact.
        let before = moment(snapshot.get(PASSWORD_AT).and_then(Value::as_str));
        let left = WHOLE.saturating_sub(begun.elapsed());
        let read = timeout(left, self.moved_at(id, PASSWORD_AT)).await;
        let after = read.ok().and_then(Result::ok).flatten();
        let shown = after.filter(|after| Some(*after) != before);
        Ok(self.receipt(json!({
            "account": id, "set_at": self.clock.now(), "password_changed_at": shown, "request_id": request,
        })))
    }

    /// Alone in its request: a right missing for anything else would fail it. The vendor's id of the request.
    pub(crate) async fn put_password(
        &self,
        id: Uuid,
        secret: secrecy::SecretString,
    ) -> Result<Option<String>, VendorError> {
        let answer = self.client.raw(Call::SetPassword(id, secret), &[]).await?;
        if answer.status.as_u16() == 400 {
            let message = Fault::of(&answer).message;
            if message.contains("on-premises") || message.contains("federated") {
                return Err(VendorError::Unfit {
                    why: "the password is not Entra's to set; a temporary access pass would fit".into(),
                });
            }
        }
        carried_out(answer).map(|answer| request_id(&answer))
    }

    async fn revoke(&self, id: Uuid) -> Result<Receipt, VendorError> {
        let answer = self.client.call(Call::RevokeSessions(id), &[]).await?;
        if !answer.json::<Truth>()?.value {
            return Err(VendorError::Unexpected {
                why: "Graph says that the sessions were not ended".into(),
            });
        }
        Ok(self.receipt(json!({ "account": id, "request_id": request_id(&answer) })))
    }

    /// The moment that the act will move, as it is now.
    async fn stamp(&self, id: Uuid, field: &str) -> Result<Value, VendorError> {
        let at = self.moved_at(id, field).await?;
        Ok(json!({ field: at }))
    }

    pub(crate) async fn moved_at(&self, id: Uuid, field: &str) -> Result<Option<Timestamp>, VendorError> {
        let select = format!("id,{field}");
        let user: User = self
            .client
            .call(Call::User(id), &[("$select", &select)])
            .await?
            .json()?;
        let text = if field == PASSWORD_AT {
            user.last_password_change_date_time
        } else {
            user.sign_in_sessions_valid_from_date_time
        };
        Ok(moment(text.as_deref()))
    }

    /// Whether the moment moved since the snapshot. One that lies well before the intent was moved by somebody else and
    /// only shown late. Who moved it afterwards cannot be told: an administrator at the same minute would be taken for us.
    async fn changed(
        &self,
        id: Uuid,
        field: &str,
        snapshot: &Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        let before = moment(snapshot.get(field).and_then(Value::as_str));
        let after = self.moved_at(id, field).await?;
        Ok(match after {
            Some(after) if Some(after) != before && after >= intended_at.minus(SKEW) => Reconciled::Done(Receipt {
                at: after,
                facts: json!({
                    "account": id, "read_back": true,
                    "password_changed_at": (field == PASSWORD_AT).then_some(after),
                }),
                pass: None,
            }),
            _ => Reconciled::NotDone,
        })
    }

    pub(crate) fn receipt(&self, facts: Value) -> Receipt {
        Receipt {
            at: self.clock.now(),
            facts,
            pass: None,
        }
    }
}

/// An intent without a secret.
pub(crate) fn bare(snapshot: Value) -> Intent {
    Intent { snapshot, pass: None }
}

/// What is not among the declared abilities; settings that ask for it do not load.
fn unsupported(action: &Action) -> VendorError {
    VendorError::Refused {
        why: format!("Microsoft Graph has no `{}`", action.ability()),
    }
}

pub(crate) fn object_id(account: &Account) -> Result<Uuid, VendorError> {
    Uuid::try_parse(&account.id.0).map_err(|_| VendorError::Missing {
        what: "not an object id".into(),
    })
}

/// Only passwords mastered in Entra can be set there by an application.
pub(crate) fn settable(account: &Account) -> Result<(), VendorError> {
    let why = match account.origin {
        Origin::Cloud => return Ok(()),
        Origin::Synchronised => "it is synchronised from an on-premises directory, which masters its password",
        Origin::Federated => "its domain signs in at another provider, which masters its password",
    };
    Err(VendorError::Unfit {
        why: format!("{why}; a temporary access pass would fit"),
    })
}
