//! Whether an account's owner can sign in, as far as Okta shows it: the status, and blocks that an active account may have.
//!
//! Follows "About user account status"
//! (<https://help.okta.com/en-us/Content/Topics/users-groups-profiles/usgp-end-user-states.htm>) and the Users API on blocks,
//! August 2026. What may not be read becomes a note. Not looked at: sign-in policies, factors (their list is not the
//! person's), and whether the person knows the password.

use std::time::Duration;

use doorward_contract::{Account, Condition, VendorError};

use crate::Okta;
use crate::actions::user_id;
use crate::status::Status;
use crate::wire::{User, moment};

/// How long a reset link works where nobody changed it. Okta does not tell what an org made of it.
const LINK_LIFE: Duration = Duration::from_hours(1);
/// The word for a block on every device, known or not.
const EVERYWHERE: &str = "ANY_DEVICES";

impl Okta {
    /// Reads it.
    pub(crate) async fn look_at(&self, account: &Account) -> Result<Condition, VendorError> {
        let id = user_id(account)?;
        let user = match self.user(id).await {
            Ok(user) => user,
            Err(VendorError::Missing { .. }) => {
                return Ok(told(false, "the account is gone, or lies outside of our resource set"));
            }
            Err(VendorError::Refused { why }) => {
                return Ok(told(true, &format!("the account cannot be read: {why}")));
            }
            Err(error) => return Err(error),
        };
        let (usable, note) = self.judge(&user);
        let mut found = told(usable, note);
        if Status::of(&user.status) == Status::Active {
            self.look_at_blocks(id, &mut found).await?;
        }
        Ok(found)
    }

    fn judge(&self, user: &User) -> (bool, &'static str) {
        match Status::of(&user.status) {
            Status::Active => (true, "the account is active"),
            Status::PasswordExpired => (
                true,
                "its password has expired, or is a temporary one: the next sign-in sets a new one",
            ),
            Status::Recovery => {
                let since = moment(user.status_changed.as_deref());
                if since.is_some_and(|since| self.clock.now() < since.plus(LINK_LIFE)) {
                    (
                        true,
                        "its password is being reset: only the newest reset link lets its owner in",
                    )
                } else {
                    (
                        false,
                        "its password is being reset, and the newest reset link is over where the org did not make it last \
                         longer than an hour: issue another",
                    )
                }
            }
            Status::LockedOut => (false, "it is locked out after failed attempts: unlock it"),
            Status::Suspended => (
                false,
                "it is suspended: somebody has to decide whether to take that back",
            ),
            Status::Deprovisioned => (false, "it is deactivated: an administrator has to activate it"),
            Status::Staged => (false, "it was never activated: an administrator has to activate it"),
            Status::Provisioned => (
                false,
                "its owner never finished activating it: an administrator has to send the activation again",
            ),
            Status::Other => (
                false,
                "it is changing its status at the moment, or has one that is not known: look again later",
            ),
        }
    }

    /// An active account can be locked too.
    async fn look_at_blocks(&self, id: &str, found: &mut Condition) -> Result<(), VendorError> {
        let note = match self.blocks(id).await {
            Ok(blocks) if blocks.is_empty() => return Ok(()),
            Ok(blocks) => {
                let everywhere = |applies: Option<&str>| applies == Some(EVERYWHERE);
                if blocks.iter().any(|block| everywhere(block.applies_to.as_deref())) {
                    found.usable = false;
                    "it is blocked on every device: unlock it"
                } else {
                    "it is blocked on devices that Okta does not know: unlocking lifts that"
                }
            }
            Err(VendorError::Refused { .. }) => "whether it is blocked on some devices cannot be read",
            Err(error) => return Err(error),
        };
        found.notes.push(note.to_owned());
        Ok(())
    }
}

fn told(usable: bool, note: &str) -> Condition {
    Condition {
        usable,
        notes: vec![note.to_owned()],
    }
}
