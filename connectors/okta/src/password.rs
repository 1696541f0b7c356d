//! Temporary passwords and reset links. Okta chooses both and tells each once.
//!
//! Follows the User Credentials API
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserCred/>, August 2026). Each call makes
//! what the call before gave out void; there is no other way to take a lost one back. A password is never set by us: we
//! would know it.

use std::time::Duration;

use doorward_contract::http::Answer;
use doorward_contract::{Ability, Account, PassKind, Receipt, Reconciled, VendorError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use url::Url;

use crate::Okta;
use crate::client::Call;
use crate::settings::is_safe;
use crate::status::Status;
use crate::wire::{Link, TemporaryPassword, User, moment};

/// An act, with whatever is read after it, takes no longer than one request may: the gateway holds a case no longer.
const WHOLE: Duration = Duration::from_secs(10);

impl Okta {
    /// What each of the two calls moves.
    pub(crate) fn password_snapshot(user: &User) -> Value {
        json!({
            "password_changed": moment(user.password_changed.as_deref()),
            "status_changed": moment(user.status_changed.as_deref()),
        })
    }

    pub(crate) async fn set_temporary(
        &self,
        account: &Account,
        id: &str,
        seen: &Value,
    ) -> Result<Receipt, VendorError> {
        let begun = Instant::now();
        let answer = self.expire_with_temporary(id).await?;
        let secret = answer
            .json::<TemporaryPassword>()?
            .temp_password
            .ok_or_else(|| untold("a temporary password"))?;
        let moments = self.moments(id, begun, Status::PasswordExpired, seen).await;
        Ok(Receipt {
            pass: Some(self.pass(account, PassKind::TemporaryPassword, secret, None)),
            ..self.receipt(id, &answer, moments)
        })
    }

    /// The password before is void from here on.
    pub(crate) async fn expire_with_temporary(&self, id: &str) -> Result<Answer, VendorError> {
        // Sessions are an act of their own; ending them along would be an act that nobody planned.
        let call = Call::post("api/v1/users/{}/lifecycle/expire_password_with_temp_password", &[id])
            .query("revokeSessions", "false");
        let answer = self.client.raw(&call).await?;
        self.settled(id, Ability::TemporaryPassword, answer).await
    }

    pub(crate) async fn issue_link(&self, account: &Account, id: &str, seen: &Value) -> Result<Receipt, VendorError> {
        // Whoever took the account over is thrown out with the password.
        let begun = Instant::now();
        let answer = self.reset_password(id, true).await?;
        let secret = answer
            .json::<Link>()?
            .reset_password_url
            .filter(leads_somewhere_safe)
            .ok_or_else(|| untold("a reset link"))?;
        let mut facts = self.moments(id, begun, Status::Recovery, seen).await;
        if let Some(facts) = facts.as_object_mut() {
            facts.insert("sessions_revoked".into(), json!(true));
        }
        Ok(Receipt {
            pass: Some(self.pass(account, PassKind::ResetLink, secret, None)),
            ..self.receipt(id, &answer, facts)
        })
    }

    /// The link before is void from here on.
    pub(crate) async fn reset_password(&self, id: &str, revoke_sessions: bool) -> Result<Answer, VendorError> {
        // Never by mail: the address may be the attacker's.
        let call = Call::post("api/v1/users/{}/lifecycle/reset_password", &[id])
            .query("sendEmail", "false")
            .query("revokeSessions", revoke_sessions.to_string());
        let answer = self.client.raw(&call).await?;
        self.settled(id, Ability::ResetLink, answer).await
    }

    /// What the act moved, for whoever takes it back. It is done and its secret in our hands: what cannot be read, or does
    /// not show the act yet, only makes taking it back less exact.
    pub(crate) async fn moments(&self, id: &str, begun: Instant, expected: Status, seen: &Value) -> Value {
        let left = WHOLE.saturating_sub(begun.elapsed());
        let user = timeout(left, self.user(id)).await.ok().and_then(Result::ok);
        let shown = user.filter(|user| Status::of(&user.status) == expected);
        let moments = shown.map(|user| Self::password_snapshot(&user));
        moments.filter(|moments| moments != seen).unwrap_or_else(|| json!({}))
    }

    /// Whatever was given out is lost: doing it again makes it void. Whether there was anything is for the log only.
    pub(crate) async fn lost_password(&self, id: &str, snapshot: &Value) -> Result<Reconciled, VendorError> {
        let user = self.user(id).await?;
        let before = snapshot.get("seen").unwrap_or(&Value::Null);
        let was_carried_out = Self::password_snapshot(&user) != *before;
        tracing::info!(
            was_carried_out,
            "the answer to a password act was lost; the next one replaces it"
        );
        Ok(Reconciled::NotDone)
    }
}

fn leads_somewhere_safe(link: &SecretString) -> bool {
    Url::parse(link.expose_secret()).is_ok_and(|url| is_safe(&url))
}

fn untold(what: &str) -> VendorError {
    VendorError::Unexpected {
        why: format!("{what} was made and not told"),
    }
}
