//! Whether a user can pass Duo, as far as Duo shows it: the status, the groups, and something to answer with.
//!
//! Follows "Admin API: Users", "Groups", "Phones" and "Bypass Codes" (<https://duo.com/docs/adminapi>, August 2026). What may
//! not be read becomes a note. Not looked at: policies of applications, and the password that comes before Duo.

use doorward_contract::{Account, Condition, VendorError};

use crate::Duo;
use crate::actions::user_id;
use crate::guard::GROUPS;
use crate::link::{PHONES, can_be_activated};
use crate::status::Status;
use crate::wire::{CodeMade, Group, Phone, moment};

impl Duo {
    /// Reads it.
    pub(crate) async fn look_at(&self, account: &Account) -> Result<Condition, VendorError> {
        let id = user_id(account)?;
        let user = match self.user(id).await {
            Ok(user) => user,
            Err(VendorError::Missing { .. }) => return Ok(told(false, "the user is gone")),
            Err(VendorError::Refused { why }) => return Ok(told(true, &format!("the user cannot be read: {why}"))),
            Err(error) => return Err(error),
        };
        let (usable, note) = judge(Status::of(&user));
        let mut found = told(usable, note);
        if Status::of(&user) != Status::Active {
            return Ok(found);
        }
        if let Some(groups) = readable(self.admin.all::<Group>(GROUPS, &[id]).await, "its groups", &mut found)? {
            let is_disabled = |group: &Group| {
                let status = group.status.as_deref().unwrap_or_default();
                status.eq_ignore_ascii_case("disabled")
            };
            if groups.iter().any(is_disabled) {
                found.usable = false;
                note_down(
                    &mut found,
                    "a group it is in is disabled: nobody of that group is let in",
                );
            }
        }
        self.look_at_answers(id, user.is_enrolled, &mut found).await?;
        Ok(found)
    }

    /// What the user could answer a question of Duo's with.
    async fn look_at_answers(
        &self,
        id: &str,
        is_enrolled: Option<bool>,
        found: &mut Condition,
    ) -> Result<(), VendorError> {
        let codes = readable(self.codes(id).await, "its bypass codes", found)?;
        let now = self.clock.now();
        let is_alive = |code: &&CodeMade| moment(code.expiration).is_none_or(|end| now < end);
        let count = codes.map(|codes| codes.iter().filter(is_alive).count());
        match count {
            Some(count) if count > 0 => found.notes.push(format!("bypass codes that still work: {count}")),
            _ => {}
        }
        match is_enrolled {
            Some(true) => {
                let phones = readable(self.admin.all::<Phone>(PHONES, &[id]).await, "its phones", found)?;
                let is_asleep = |phone: &Phone| can_be_activated(phone) && phone.activated == Some(false);
                note_down(found, "a device is registered");
                if phones.unwrap_or_default().iter().any(is_asleep) {
                    note_down(found, "Duo Mobile on a phone of it waits to be activated");
                }
            }
            Some(false) if count == Some(0) => {
                found.usable = false;
                note_down(
                    found,
                    "neither a device nor a bypass code is there: it registers a device first, by an enrolment link or \
                     where an application offers it",
                );
            }
            Some(false) => note_down(found, "no device is registered"),
            None => note_down(found, "Duo does not say whether a device is registered"),
        }
        Ok(())
    }
}

fn judge(status: Status) -> (bool, &'static str) {
    match status {
        Status::Active => (true, "the user is active"),
        Status::Bypass => (true, "the user is in bypass status: it signs in without Duo"),
        Status::Disabled => (false, "the user is disabled: an administrator has to enable it"),
        Status::LockedOut => (false, "the user is locked out: unlock it"),
        Status::PendingDeletion => (false, "the user is in Duo's trash: an administrator has to restore it"),
        Status::Unknown => (
            false,
            "Duo does not say a status that Doorward knows: an administrator has to look at it",
        ),
    }
}

/// A right that is missing is a note.
fn readable<T>(read: Result<T, VendorError>, what: &str, found: &mut Condition) -> Result<Option<T>, VendorError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(VendorError::Refused { .. }) => {
            found.notes.push(format!("{what} cannot be read"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn told(usable: bool, note: &str) -> Condition {
    Condition {
        usable,
        notes: vec![note.to_owned()],
    }
}

fn note_down(found: &mut Condition, what: &str) {
    found.notes.push(what.to_owned());
}
