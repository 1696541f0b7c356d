//! Temporary access passes: the tenant's policy, issuing, and making void what was lost on the way.
//!
//! Follows "Create temporaryAccessPassMethod" and "Configure Temporary Access Pass"
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/howto-authentication-temporary-access-pass>, August
//! 2026). The pass is told once by the vendor: what is lost can only be replaced. Whom the policy includes is told by the
//! vendor when a pass is issued, not before.

use std::sync::Arc;

use doorward_contract::connector::minutes;
use doorward_contract::{
    Account, Action, Intent, Pass, PassKind, Prepared, Receipt, Reconciled, Timestamp, VendorError,
};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Graph;
use crate::actions::{SKEW, bare};
use crate::client::Call;
use crate::reply::{Fault, carried_out, request_id, sorted};
use crate::wire::{IssuedPass, PassPolicy, moment};

/// Minutes that no policy can go beyond.
const SHORTEST: u32 = 10;
const LONGEST: u32 = 43_200;
/// What a tenant has until somebody changes it.
const DEFAULT_SHORTEST: u32 = 60;
const DEFAULT_LONGEST: u32 = 480;
const DEFAULT: u32 = 60;

impl Graph {
    /// Clamps the wish into the policy.
    pub(crate) async fn foresee_pass(&self, wish: Option<u32>, one_time: bool) -> Result<Prepared, VendorError> {
        let policy = self.pass_policy().await?;
        if !policy
            .state
            .as_deref()
            .is_some_and(|state| state.eq_ignore_ascii_case("enabled"))
        {
            return Err(VendorError::Refused {
                why: "temporary access passes are switched off in the tenant's authentication methods policy".into(),
            });
        }
        let shortest = policy
            .minimum_lifetime_in_minutes
            .unwrap_or(DEFAULT_SHORTEST)
            .max(SHORTEST);
        let longest = policy
            .maximum_lifetime_in_minutes
            .unwrap_or(DEFAULT_LONGEST)
            .clamp(shortest, LONGEST.max(shortest));
        let wished = wish.unwrap_or(policy.default_lifetime_in_minutes.unwrap_or(DEFAULT));
        let lifetime = wished.clamp(shortest, longest);
        let mut notes = Vec::new();
        if lifetime != wished {
            notes.push(format!(
                "the tenant allows {shortest} to {longest} minutes: {wished} became {lifetime}"
            ));
        }
        let forced = policy.is_usable_once == Some(true) && !one_time;
        if forced {
            notes.push("the tenant requires passes that work once".to_owned());
        }
        Ok(Prepared {
            action: Action::TemporaryAccessPass {
                lifetime_minutes: Some(lifetime),
                one_time: one_time || forced,
            },
            notes,
        })
    }

    async fn pass_policy(&self) -> Result<Arc<PassPolicy>, VendorError> {
        if let Some(policy) = self.policy.fresh() {
            return Ok(policy);
        }
        let call = Call::read(&[
            "policies",
            "authenticationMethodsPolicy",
            "authenticationMethodConfigurations",
            "TemporaryAccessPass",
        ]);
        match self.client.call(call, &[]).await {
            Ok(answer) => Ok(self.policy.keep(answer.json()?)),
            Err(VendorError::Missing { .. }) => Err(VendorError::Refused {
                why: "this cloud has no temporary access passes".into(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Remembers which passes are there already, expired ones too.
    pub(crate) async fn plan_pass(&self, id: Uuid) -> Result<Intent, VendorError> {
        let known: Vec<Uuid> = self.passes(id).await?.into_iter().map(|pass| pass.id).collect();
        Ok(bare(json!({ "passes": known })))
    }

    pub(crate) async fn passes(&self, id: Uuid) -> Result<Vec<IssuedPass>, VendorError> {
        self.client.all(Call::Passes(id), &[]).await
    }

    pub(crate) async fn issue_pass(
        &self,
        account: &Account,
        id: Uuid,
        lifetime: Option<u32>,
        one_time: bool,
    ) -> Result<Receipt, VendorError> {
        let mut wish = json!({ "isUsableOnce": one_time });
        if let (Some(minutes), Value::Object(members)) = (lifetime, &mut wish) {
            members.insert("lifetimeInMinutes".into(), json!(minutes));
        }
        let answer = self.client.raw(Call::IssuePass(id, wish), &[]).await?;
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN) {
            // Whatever it was, the policy that was read before is not the one that is in force.
            self.policy.forget();
            if Fault::of(&answer).message.contains("usercredentialpolicy") {
                return Err(VendorError::Unfit {
                    why: "the tenant's policy does not let this account have a temporary access pass: include it there"
                        .into(),
                });
            }
        }
        let answer = sorted(answer)?;
        let issued: IssuedPass = answer.json()?;
        if issued.is_usable == Some(false) && issued.method_usability_reason.as_deref() == Some("DisabledByPolicy") {
            self.withdraw(id, issued.id).await?;
            return Err(VendorError::Refused {
                why: "the tenant's policy does not let the pass be used; it was withdrawn".into(),
            });
        }
        let secret = issued.temporary_access_pass.ok_or_else(|| VendorError::Unexpected {
            why: "a pass was issued and its text was not told".into(),
        })?;
        let starts_at = moment(issued.start_date_time.as_deref())
            .or_else(|| moment(issued.created_date_time.as_deref()))
            .unwrap_or_else(|| self.clock.now());
        let lasts = issued.lifetime_in_minutes.or(lifetime);
        Ok(Receipt {
            at: self.clock.now(),
            facts: json!({
                "account": id, "method": issued.id, "lifetime_minutes": lasts, "one_time": issued.is_usable_once,
                "issued_at": self.clock.now(), "request_id": request_id(&answer),
            }),
            pass: Some(Pass {
                kind: PassKind::TemporaryAccessPass,
                secret,
                expires_at: lasts.map(|count| starts_at.plus(minutes(count))),
                sign_in_url: self.settings.sign_in_url.to_string(),
                login: account.login.clone(),
            }),
        })
    }

    /// A pass issued since the intent is one whose text nobody has: it is withdrawn, and another may be issued.
    pub(crate) async fn void_lost_pass(
        &self,
        id: Uuid,
        snapshot: &Value,
        intended_at: Timestamp,
    ) -> Result<Reconciled, VendorError> {
        let known: Vec<Uuid> = snapshot
            .get("passes")
            .and_then(|passes| serde_json::from_value(passes.clone()).ok())
            .unwrap_or_default();
        for pass in self.passes(id).await? {
            let is_new = moment(pass.created_date_time.as_deref()).is_none_or(|at| at >= intended_at.minus(SKEW));
            if is_new && !known.contains(&pass.id) {
                self.withdraw(id, pass.id).await?;
            }
        }
        Ok(Reconciled::NotDone)
    }

    async fn withdraw(&self, id: Uuid, pass: Uuid) -> Result<(), VendorError> {
        match self.delete_pass(id, pass).await {
            Ok(_) | Err(VendorError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes this very pass; the vendor's id of the request.
    pub(crate) async fn delete_pass(&self, id: Uuid, pass: Uuid) -> Result<Option<String>, VendorError> {
        let (id, pass) = (id.to_string(), pass.to_string());
        let call = Call::delete(&["users", &id, "authentication", "temporaryAccessPassMethods", &pass]);
        let answer = self.client.raw(call, &[]).await?;
        carried_out(answer).map(|answer| request_id(&answer))
    }
}
