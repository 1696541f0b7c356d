//! Taking an act back, as far as Duo lets it be taken back: a bypass code, and nothing else.
//!
//! Follows "Admin API: Delete Bypass Code" (<https://duo.com/docs/adminapi>, August 2026). Duo answers 200 to the removal of a
//! code that never was, and takes a code's id without saying whose it is: the user's own list tells both. An activation
//! link could be replaced by another, but Duo shows neither whether a link is out nor whether it was replaced, so that
//! nobody could say that it is gone.

use doorward_contract::{Account, Action, Receipt, Undoing, VendorError};
use serde_json::{Value, json};

use crate::Duo;
use crate::actions::user_id;
use crate::bypass::CODE;
use crate::client::Call;
use crate::settings::is_id;

/// What taking `action` back comes to.
pub(crate) fn undoing(action: &Action) -> Undoing {
    let why = match action {
        Action::BypassCode { .. } => {
            return Undoing::Possible {
                what: "deletes the bypass code; other codes stay",
            };
        }
        Action::EnrolmentLink => {
            "Duo takes no enrolment link back: it is over five minutes after it was made; if a device was registered by it, \
             remove that device"
        }
        Action::ActivationLink { .. } => {
            "Duo takes no activation link back: it is over at the time that was set, a day after it was made at the latest; \
             to end it at once, take the phone off the user"
        }
        Action::Unlock => "only Duo locks a user; an administrator can disable the user to keep everybody out",
        Action::RemoveDevices { .. } => {
            "removed devices are not put back; the person registers them again, or an administrator attaches a phone or a \
             token that is still in the account"
        }
        _ => "Duo was never asked for this, so there is nothing to take back",
    };
    Undoing::Impossible { why }
}

impl Duo {
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
        let told = |name: &str| facts.get(name).and_then(Value::as_str);
        if told("account") != Some(id) {
            return Err(unfit(
                "the receipt names nothing that was done to this user: there is nothing of ours to take back",
            ));
        }
        let code = told("bypass_code").filter(|code| is_id(code, "DB")).ok_or_else(|| {
            unfit(
                "the receipt does not name the code, for Duo did not show which one it was: delete it in the Duo admin panel, \
                 or wait until its time is over",
            )
        })?;
        if !self.codes(id).await?.iter().any(|known| known.bypass_code_id == code) {
            return Err(VendorError::Done);
        }
        self.admin.remove(&Call::delete(CODE, &[code])).await?;
        Ok(self.receipt(json!({ "account": id, "deleted": code })))
    }
}

fn unfit(why: &str) -> VendorError {
    VendorError::Unfit { why: why.to_owned() }
}
