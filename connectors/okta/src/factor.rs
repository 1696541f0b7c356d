//! Taking factors off an account: all of them by one call, or the named ones one by one.
//!
//! Follows the User Factors API
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor/>, August 2026). The list shows
//! what the policy evaluated for *us* names, and may hide what the person has. A confirmed primary address enrols itself
//! again, so that an e-mail factor that stays says nothing. Ending the sessions is an act of its own.

use doorward_contract::{Ability, Action, Prepared, Receipt, Reconciled, VendorError};
use http::StatusCode;
use serde_json::{Value, json};

use crate::Okta;
use crate::client::Call;
use crate::wire::Factor;

/// The kinds of factor that [`Ability::ResetFactors`] may be asked to take off: every one of the vendor's list.
pub const KINDS: [&str; 13] = [
    "call",
    "email",
    "push",
    "question",
    "signed_nonce",
    "sms",
    "token",
    "token:hardware",
    "token:hotp",
    "token:software:totp",
    "u2f",
    "web",
    "webauthn",
];
/// Enrols itself again.
const EMAIL: &str = "email";
/// Those whose telephone number may also be a way to recover the account.
const TELEPHONE: [&str; 2] = ["call", "sms"];

/// Refuses words that are no kind, and says what goes along.
pub(crate) fn foresee(kinds: &[String]) -> Result<Prepared, VendorError> {
    if !kinds.iter().all(|kind| KINDS.contains(&kind.as_str())) {
        return Err(VendorError::Refused {
            why: format!("a kind of factor is unknown; known are {}", KINDS.join(", ")),
        });
    }
    let has = |word: &str| kinds.iter().any(|kind| kind == word);
    let mut notes = Vec::new();
    if has("push") || has("signed_nonce") {
        notes.push("with `push` or `signed_nonce` everything of Okta Verify goes".to_owned());
    }
    Ok(Prepared {
        action: Action::ResetFactors { kinds: kinds.to_vec() },
        notes,
    })
}

impl Okta {
    /// Which of them are there.
    pub(crate) async fn factor_snapshot(&self, id: &str, kinds: &[String]) -> Result<Value, VendorError> {
        let ids: Vec<String> = self.doomed(id, kinds).await?.into_iter().map(|one| one.id).collect();
        Ok(json!({ "factors": ids }))
    }

    pub(crate) async fn reset(&self, id: &str, kinds: &[String], seen: &Value) -> Result<Receipt, VendorError> {
        if kinds.is_empty() {
            let call = Call::post("api/v1/users/{}/lifecycle/reset_factors", &[id]);
            let answer = self.client.raw(&call).await?;
            let answer = self.settled(id, Ability::ResetFactors, answer).await?;
            return Ok(self.receipt(id, &answer, json!({ "reset": "all", "factors": seen.get("factors") })));
        }
        let doomed = self.doomed(id, kinds).await?;
        if doomed.is_empty() {
            return Err(VendorError::Done);
        }
        let mut gone = Vec::new();
        let mut last = None;
        for factor in doomed {
            let mut call = Call::delete("api/v1/users/{}/factors/{}", &[id, &factor.id]);
            if TELEPHONE.contains(&factor.factor_type.as_str()) {
                // A lost telephone must not let its finder recover the account either.
                call = call.query("removeRecoveryEnrollment", "true");
            }
            let answer = self.client.raw(&call).await?;
            // One may have gone along with another.
            if answer.status != StatusCode::NOT_FOUND {
                last = Some(self.settled(id, Ability::ResetFactors, answer).await?);
                gone.push(json!({ "kind": factor.factor_type, "factor": factor.id }));
            }
        }
        let Some(answer) = last else {
            return Err(VendorError::Done);
        };
        Ok(self.receipt(id, &answer, json!({ "removed": gone.len(), "factors": gone })))
    }

    /// Done if there were some and none of them is left. Where none was to be seen before, none to be seen now says
    /// nothing; doing it again is harmless.
    pub(crate) async fn reset_before(
        &self,
        id: &str,
        kinds: &[String],
        seen: &Value,
    ) -> Result<Reconciled, VendorError> {
        let before = seen.get("factors").and_then(Value::as_array).map_or(0, Vec::len);
        let is_done = before > 0 && self.doomed(id, kinds).await?.is_empty();
        Ok(if is_done {
            self.read_back(id)
        } else {
            Reconciled::NotDone
        })
    }

    /// The factors of these kinds; all but e-mail where none is named.
    async fn doomed(&self, id: &str, kinds: &[String]) -> Result<Vec<Factor>, VendorError> {
        let mut factors: Vec<Factor> = self.client.all(Call::get("api/v1/users/{}/factors", &[id])).await?;
        factors.retain(|factor| {
            if kinds.is_empty() {
                factor.factor_type != EMAIL
            } else {
                kinds.contains(&factor.factor_type)
            }
        });
        Ok(factors)
    }
}
