//! The call, the question what became of it, and taking it back.
//!
//! A call's `webhook-id` is the key of the step, for ever: a receiver that saw it before answers again and acts no more. In
//! which order steps come is left to the gateway.

use doorward_contract::signature::fresh_id;
use doorward_contract::{Account, Action, Receipt, Reconciled, StepKey, VendorError};
use serde_json::Value;

use crate::Webhook;
use crate::answer::{self, Said};
use crate::message::{Data, Kind};
use crate::settings::valid_name;

/// The name of the call, which is all that this connector does.
pub(crate) fn name_of(action: &Action) -> Result<&str, VendorError> {
    match action {
        Action::Call { name } if valid_name(name) => Ok(name),
        Action::Call { .. } => refused("the call's name is not one: lower-case letters, digits, `_`, `-` and `.`"),
        other => refused(&format!(
            "a call to the company's own system is no `{}`",
            other.ability()
        )),
    }
}

impl Webhook {
    pub(crate) async fn call(&self, key: &StepKey, account: &Account, name: &str) -> Result<Receipt, VendorError> {
        let data = Data::of(key, name).on(account, &self.settings);
        let answer = self.send(Kind::Call, &key.0, &data).await?;
        self.ended(answer::of_act(&answer)?, account)
    }

    pub(crate) async fn ask_back(
        &self,
        key: &StepKey,
        account: &Account,
        name: &str,
    ) -> Result<Reconciled, VendorError> {
        let answer = self.send(Kind::Status, &fresh_id(), &Data::of(key, name)).await?;
        match answer::of_question(&answer)? {
            Said::Done(receipt) => Ok(Reconciled::Done(self.receipt(receipt.as_ref(), account))),
            Said::NotDone => Ok(Reconciled::NotDone),
            Said::Pending(pause) => Ok(Reconciled::Later(pause)),
            Said::Unknown => Err(VendorError::Unexpected {
                why: "the company's system cannot tell whether the call was carried out: look there".to_owned(),
            }),
        }
    }

    pub(crate) async fn take_back(
        &self,
        key: &StepKey,
        account: &Account,
        name: &str,
        facts: &Value,
    ) -> Result<Receipt, VendorError> {
        let data = Data::of(key, name)
            .on(account, &self.settings)
            .with_receipt(facts.get("receipt"));
        // An id of its own, and always the same one: the step's own id was seen before and would be dropped.
        let answer = self.send(Kind::Undo, &format!("{key}/undo"), &data).await?;
        self.ended(answer::of_act(&answer)?, account)
    }

    fn ended(&self, said: Said, account: &Account) -> Result<Receipt, VendorError> {
        match said {
            Said::Done(receipt) => Ok(self.receipt(receipt.as_ref(), account)),
            // Begun: what becomes of it is asked after that time.
            Said::Pending(pause) => Err(VendorError::Throttled {
                retry_after: Some(pause),
            }),
            Said::NotDone | Said::Unknown => Err(VendorError::Unexpected {
                why: "it was asked to act and answered a question".to_owned(),
            }),
        }
    }

    fn receipt(&self, receipt: Option<&Value>, account: &Account) -> Receipt {
        Receipt {
            at: self.clock.now(),
            facts: answer::facts(receipt, account),
            pass: None,
        }
    }
}

fn refused<T>(why: &str) -> Result<T, VendorError> {
    Err(VendorError::Refused { why: why.to_owned() })
}
