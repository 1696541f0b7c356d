//! What is done to an account, and what is read back after an unknown outcome: which file does which, and the status that
//! decides whether an act is legal.
//!
//! Follows the User Lifecycle, User Credentials and User Sessions APIs
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserLifecycle/>, August 2026). Passwords and
//! links are in `password.rs`, codes in `code.rs`, factors in `factor.rs`, the rest in `lifecycle.rs`. Order among several
//! acts (unlock before a link, sessions after factors) is left to the gateway.

use doorward_contract::http::Answer;
use doorward_contract::{
    Ability, Account, Action, Intent, Origin, Pass, PassKind, Prepared, Receipt, Reconciled, Timestamp, VendorError,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::Okta;
use crate::reply::{INVALID, WRONG_STATUS, carried_out, code, request_id};
use crate::settings::is_id;
use crate::status::Status;
use crate::wire::User;

impl Okta {
    /// What can be done here at all, and within which bounds.
    pub(crate) async fn foresee(&self, action: &Action) -> Result<Prepared, VendorError> {
        match action {
            Action::TemporaryAccessCode {
                lifetime_minutes,
                one_time,
            } => self.foresee_code(*lifetime_minutes, *one_time).await,
            Action::ResetFactors { kinds } => crate::factor::foresee(kinds),
            Action::TemporaryPassword
            | Action::ResetLink
            | Action::RevokeSessions
            | Action::Unlock
            | Action::Suspend
            | Action::Unsuspend => Ok(Prepared {
                action: action.clone(),
                notes: Vec::new(),
            }),
            other => Err(unsupported(other)),
        }
    }

    /// What the account looks like before the act. Its secrets are all the vendor's to choose.
    pub(crate) async fn plan(&self, account: &Account, action: &Action) -> Result<Intent, VendorError> {
        let id = user_id(account)?;
        let user = self.user(id).await?;
        Status::of(&user.status).may_become_legal(action.ability())?;
        fits(account.origin, action)?;
        let more = match action {
            Action::TemporaryPassword | Action::ResetLink => Self::password_snapshot(&user),
            Action::TemporaryAccessCode { .. } => self.code_snapshot(id).await?,
            Action::ResetFactors { kinds } => self.factor_snapshot(id, kinds).await?,
            Action::Unlock => self.lock_snapshot(id).await?,
            Action::RevokeSessions | Action::Suspend | Action::Unsuspend => json!({}),
            other => return Err(unsupported(other)),
        };
        Ok(Intent {
            snapshot: json!({ "status": user.status, "seen": more }),
            pass: None,
        })
    }

    /// Does it, once.
    pub(crate) async fn act(
        &self,
        account: &Account,
        action: &Action,
        intent: &Intent,
    ) -> Result<Receipt, VendorError> {
        let id = user_id(account)?;
        let status = intent
            .snapshot
            .get("status")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let seen = intent.snapshot.get("seen").unwrap_or(&Value::Null);
        Status::of(status).is_legal(action.ability())?;
        fits(account.origin, action)?;
        match action {
            Action::TemporaryPassword => self.set_temporary(account, id, seen).await,
            Action::ResetLink => self.issue_link(account, id, seen).await,
            Action::TemporaryAccessCode {
                lifetime_minutes,
                one_time,
            } => self.issue_code(account, id, *lifetime_minutes, *one_time).await,
            Action::ResetFactors { kinds } => self.reset(id, kinds, seen).await,
            Action::Unlock => self.unlock(id, status, seen).await,
            Action::RevokeSessions => self.revoke(id).await,
            Action::Suspend => self.suspend(id).await,
            Action::Unsuspend => self.unsuspend(id).await,
            other => Err(unsupported(other)),
        }
    }

    /// Tells whether it happened, as far as Okta shows it.
    pub(crate) async fn look_back(
        &self,
        account: &Account,
        action: &Action,
        snapshot: &Value,
    ) -> Result<Reconciled, VendorError> {
        let id = user_id(account)?;
        let seen = snapshot.get("seen").unwrap_or(&Value::Null);
        match action {
            Action::TemporaryPassword | Action::ResetLink => self.lost_password(id, snapshot).await,
            Action::TemporaryAccessCode { .. } => self.void_lost_code(id, seen).await,
            Action::ResetFactors { kinds } => self.reset_before(id, kinds, seen).await,
            Action::Unlock => self.unlocked(id).await,
            // Okta shows no sessions; ending them twice is the same as once.
            Action::RevokeSessions => Ok(Reconciled::NotDone),
            Action::Suspend => self.reached(id, |status| status == Status::Suspended).await,
            Action::Unsuspend => self.reached(id, |status| status != Status::Suspended).await,
            other => Err(unsupported(other)),
        }
    }

    /// A write's answer, sorted. A refusal for the status is told in the words for the status that the account has now.
    pub(crate) async fn settled(&self, id: &str, ability: Ability, answer: Answer) -> Result<Answer, VendorError> {
        let wrong = match code(&answer).as_str() {
            WRONG_STATUS => true,
            INVALID => matches!(ability, Ability::Suspend | Ability::Unsuspend),
            _ => false,
        };
        if !wrong {
            return carried_out(answer);
        }
        let user = self.user(id).await?;
        Status::of(&user.status).is_legal(ability)?;
        Err(VendorError::Unfit {
            why: format!(
                "Okta does not allow it in the account's status, which is {}",
                plain(&user)
            ),
        })
    }

    pub(crate) fn receipt(&self, id: &str, answer: &Answer, facts: Value) -> Receipt {
        let mut all = json!({ "account": id, "request_id": request_id(answer) });
        if let (Some(all), Value::Object(facts)) = (all.as_object_mut(), facts) {
            all.extend(facts);
        }
        Receipt {
            at: self.clock.now(),
            facts: all,
            pass: None,
        }
    }

    pub(crate) fn read_back(&self, id: &str) -> Reconciled {
        Reconciled::Done(Receipt {
            at: self.clock.now(),
            facts: json!({ "account": id, "read_back": true }),
            pass: None,
        })
    }

    pub(crate) fn pass(
        &self,
        account: &Account,
        kind: PassKind,
        secret: SecretString,
        expires_at: Option<Timestamp>,
    ) -> Pass {
        Pass {
            kind,
            secret,
            expires_at,
            sign_in_url: self.settings.sign_in_url(),
            login: account.login.clone(),
        }
    }
}

/// The status as a word, where it is one.
fn plain(user: &User) -> &str {
    let is_word = user
        .status
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if is_word { &user.status } else { "unknown" }
}

pub(crate) fn user_id(account: &Account) -> Result<&str, VendorError> {
    if is_id(&account.id.0) {
        Ok(&account.id.0)
    } else {
        Err(VendorError::Missing {
            what: "not an id of Okta".into(),
        })
    }
}

/// What is not Okta's to change on an account that something else masters.
pub(crate) fn fits(origin: Origin, action: &Action) -> Result<(), VendorError> {
    let why = match (action, origin) {
        (Action::TemporaryPassword | Action::ResetLink, Origin::Synchronised) => {
            "its password is mastered by another directory: reset it there; a temporary access code would fit"
        }
        (Action::TemporaryPassword | Action::ResetLink, Origin::Federated) => {
            "it signs in at another provider and has no password in Okta: reset it there"
        }
        (Action::Unlock, Origin::Synchronised) => "it is locked in the directory that masters it: unlock it there",
        _ => return Ok(()),
    };
    Err(VendorError::Unfit { why: why.to_owned() })
}

/// What is not among the declared abilities; settings that ask for it do not load.
fn unsupported(action: &Action) -> VendorError {
    VendorError::Refused {
        why: format!("Okta has no `{}`", action.ability()),
    }
}
