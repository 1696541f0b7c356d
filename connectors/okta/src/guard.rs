//! Who is protected: administrators, members of listed groups, listed accounts, and whoever it cannot be told of.
//!
//! Follows "List all user role assignments" and "List all group role assignments"
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentAUser/>, August 2026). Roles
//! that come by a group are asked of the groups as well: a list that is shown to us in part must not look empty.

use std::future::Future;

use doorward_contract::{AccountId, Protection, VendorError};
use futures_util::future::try_join_all;

use crate::Okta;
use crate::client::Call;
use crate::settings::is_id;
use crate::wire::{Known, Role};

/// More groups than this are not looked at one by one: each is a request, and the person waits.
const MOST_GROUPS: usize = 100;

type Reasons = Result<Vec<String>, VendorError>;

impl Okta {
    pub(crate) async fn inspect(&self, id: &AccountId) -> Result<Protection, VendorError> {
        if !is_id(&id.0) {
            return Ok(Protection::Protected {
                reasons: vec!["it is not named by an id of Okta".into()],
            });
        }
        let listed = self.settings.protected.accounts.contains(&id.0);
        let mut reasons: Vec<String> = listed
            .then(|| "it is on the operator's list of protected accounts".to_owned())
            .into_iter()
            .collect();
        reasons.extend(told("the account", self.existence(&id.0)).await?);
        reasons.extend(told("administrator roles", self.role_reasons(&id.0)).await?);
        reasons.extend(told("groups", self.group_reasons(&id.0)).await?);
        Ok(if reasons.is_empty() {
            Protection::Ordinary
        } else {
            Protection::Protected { reasons }
        })
    }

    async fn existence(&self, id: &str) -> Reasons {
        let user = self.user(id).await?;
        Ok((user.id != id)
            .then(|| "Okta answered with another account".to_owned())
            .into_iter()
            .collect())
    }

    async fn role_reasons(&self, id: &str) -> Reasons {
        let held: Vec<Role> = self.client.all(Call::get("api/v1/users/{}/roles", &[id])).await?;
        Ok(self.powers(held, "it has the administrator role"))
    }

    async fn group_reasons(&self, id: &str) -> Reasons {
        let groups: Vec<Known> = self.client.all(Call::get("api/v1/users/{}/groups", &[id])).await?;
        let listed = &self.settings.protected.groups;
        let mut reasons: Vec<String> = groups
            .iter()
            .filter(|group| listed.contains(&group.id))
            .map(|group| format!("it is a member of the group {} on the operator's list", group.id))
            .collect();
        if groups.len() > MOST_GROUPS {
            reasons.push(format!(
                "it is a member of more than {MOST_GROUPS} groups, whose roles are not looked at one by one"
            ));
            return Ok(reasons);
        }
        let found = try_join_all(groups.iter().map(|group| self.group_powers(&group.id))).await?;
        reasons.extend(found.into_iter().flatten());
        Ok(reasons)
    }

    async fn group_powers(&self, group: &str) -> Reasons {
        let what = format!("the roles of its group {group}");
        told(&what, async {
            let held: Vec<Role> = self.client.all(Call::get("api/v1/groups/{}/roles", &[group])).await?;
            Ok(self.powers(held, &format!("its group {group} has the administrator role")))
        })
        .await
    }

    fn powers(&self, held: Vec<Role>, verb: &str) -> Vec<String> {
        let harmless = &self.settings.protected.harmless_roles;
        held.into_iter()
            .filter(|role| role.status.as_deref() != Some("INACTIVE"))
            .filter_map(|role| match role.kind {
                Some(kind) if harmless.contains(&kind) => None,
                Some(kind) => Some(match role.custom.filter(|_| kind == "CUSTOM") {
                    Some(custom) => format!("{verb} {}", role.label.unwrap_or(custom)),
                    None => format!("{verb} {kind}"),
                }),
                None => Some(format!("{verb} of a kind that is not readable")),
            })
            .collect()
    }
}

/// What cannot be read is a reason in itself; a vendor out of reach says nothing and is an error.
async fn told(what: &str, reasons: impl Future<Output = Reasons>) -> Reasons {
    match reasons.await {
        Err(error) if !error.is_passing() => Ok(vec![format!("{what} cannot be read: {error}")]),
        outcome => outcome,
    }
}
