//! Whether a user may be recovered without a second agreement, read afresh each time.
//!
//! Follows "Admin API: Users" and "Groups" (<https://duo.com/docs/adminapi>, August 2026). What cannot be told is protected.
//! Not looked at: whether the person is an administrator of Duo itself, for that takes a permission that could also change
//! administrators; those people belong on the operator's list.

use std::future::Future;

use doorward_contract::{AccountId, Protection, VendorError};

use crate::Duo;
use crate::settings::is_id;
use crate::status::Status;
use crate::wire::Group;

pub(crate) const GROUPS: &str = "admin/v1/users/{}/groups";

type Reasons = Result<Vec<String>, VendorError>;

impl Duo {
    pub(crate) async fn inspect(&self, id: &AccountId) -> Result<Protection, VendorError> {
        if !is_id(&id.0, "DU") {
            let reasons = vec!["it has no user id of Duo".to_owned()];
            return Ok(Protection::Protected { reasons });
        }
        let (user, groups) = tokio::try_join!(
            told("the user", self.user_reasons(&id.0)),
            told("its groups", self.group_reasons(&id.0)),
        )?;
        let reasons = [user, groups].concat();
        Ok(if reasons.is_empty() {
            Protection::Ordinary
        } else {
            Protection::Protected { reasons }
        })
    }

    async fn user_reasons(&self, id: &str) -> Reasons {
        let mut reasons = Vec::new();
        let listed = &self.settings.protected.users;
        if listed.iter().any(|listed| listed.eq_ignore_ascii_case(id)) {
            reasons.push("it is on the operator's list of users".to_owned());
        }
        match Status::of(&self.user(id).await?) {
            // A lock is what recovery is for.
            Status::Active | Status::LockedOut => {}
            Status::Unknown => reasons.push("its status is not told, or not known to Doorward".to_owned()),
            other => reasons.push(format!("its status is `{}`, which somebody decided", other.word())),
        }
        Ok(reasons)
    }

    async fn group_reasons(&self, id: &str) -> Reasons {
        let groups: Vec<Group> = self.admin.all(GROUPS, &[id]).await?;
        let listed = &self.settings.protected.groups;
        let mut reasons = Vec::new();
        for group in groups {
            let name = &group.group_id;
            if listed.iter().any(|listed| listed.eq_ignore_ascii_case(name)) {
                reasons.push(format!("it is a member of the group {name} on the operator's list"));
            }
            // The status of a group counts for its members: bypass and disabled are decisions here too.
            match group.status.as_deref() {
                Some(status) if status.eq_ignore_ascii_case("active") => {}
                Some(_) => reasons.push(format!("it is a member of the group {name}, which is not active")),
                None => reasons.push(format!("it is a member of the group {name}, whose status is not told")),
            }
        }
        Ok(reasons)
    }
}

/// What cannot be read is a reason in itself; a vendor out of reach says nothing and is an error.
async fn told(what: &str, reasons: impl Future<Output = Reasons>) -> Reasons {
    match reasons.await {
        Err(error) if !error.is_passing() => Ok(vec![format!("{what} cannot be read: {error}")]),
        outcome => outcome,
    }
}
