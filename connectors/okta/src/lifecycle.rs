//! Locks, freezes and sessions.
//!
//! Follows the User Lifecycle and User Sessions APIs
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserLifecycle/>, August 2026). An active
//! account can be locked too, towards devices that Okta does not know: only its blocks tell.

use doorward_contract::{Ability, Receipt, Reconciled, VendorError};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Okta;
use crate::client::Call;
use crate::reply::carried_out;
use crate::status::Status;
use crate::wire::Block;

impl Okta {
    pub(crate) async fn lock_snapshot(&self, id: &str) -> Result<Value, VendorError> {
        Ok(json!({ "blocks": self.blocks(id).await?.len() }))
    }

    pub(crate) async fn blocks(&self, id: &str) -> Result<Vec<Block>, VendorError> {
        self.client.all(Call::get("api/v1/users/{}/blocks", &[id])).await
    }

    pub(crate) async fn unlock(&self, id: &str, status: &str, seen: &Value) -> Result<Receipt, VendorError> {
        let blocks = seen.get("blocks").and_then(Value::as_u64).unwrap_or_default();
        if Status::of(status) == Status::Active && blocks == 0 {
            return Err(VendorError::Done);
        }
        let call = Call::post("api/v1/users/{}/lifecycle/unlock", &[id]);
        let answer = self.client.raw(&call).await?;
        let answer = self.settled(id, Ability::Unlock, answer).await?;
        Ok(self.receipt(id, &answer, json!({ "status_before": status, "blocks": blocks })))
    }

    /// Done if nothing keeps the person out any more, whoever lifted it.
    pub(crate) async fn unlocked(&self, id: &str) -> Result<Reconciled, VendorError> {
        let is_locked = Status::of(&self.user(id).await?.status) == Status::LockedOut;
        let is_open = !is_locked && self.blocks(id).await?.is_empty();
        Ok(if is_open {
            self.read_back(id)
        } else {
            Reconciled::NotDone
        })
    }

    pub(crate) async fn revoke(&self, id: &str) -> Result<Receipt, VendorError> {
        let call = Call::delete("api/v1/users/{}/sessions", &[id])
            // Tokens of apps would outlive the sessions, and a known device the proof.
            .query("oauthTokens", "true")
            .query("forgetDevices", "true");
        let answer = carried_out(self.client.raw(&call).await?)?;
        Ok(self.receipt(id, &answer, json!({ "tokens_revoked": true })))
    }

    pub(crate) async fn suspend(&self, id: &str) -> Result<Receipt, VendorError> {
        let begun = Instant::now();
        let call = Call::post("api/v1/users/{}/lifecycle/suspend", &[id]);
        let answer = self.client.raw(&call).await?;
        let answer = self.settled(id, Ability::Suspend, answer).await?;
        let moments = self.moments(id, begun, Status::Suspended, &Value::Null).await;
        Ok(self.receipt(id, &answer, moments))
    }

    pub(crate) async fn unsuspend(&self, id: &str) -> Result<Receipt, VendorError> {
        let call = Call::post("api/v1/users/{}/lifecycle/unsuspend", &[id]);
        let answer = self.client.raw(&call).await?;
        let answer = self.settled(id, Ability::Unsuspend, answer).await?;
        Ok(self.receipt(id, &answer, json!({})))
    }

    /// Done if the status is one of those that the act leads to.
    pub(crate) async fn reached(&self, id: &str, goal: impl Fn(Status) -> bool) -> Result<Reconciled, VendorError> {
        let status = Status::of(&self.user(id).await?.status);
        Ok(if goal(status) {
            self.read_back(id)
        } else {
            Reconciled::NotDone
        })
    }
}
