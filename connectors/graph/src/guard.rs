//! Whether an account may be recovered without a second agreement, read afresh each time.
//!
//! Follows "Privileged roles and permissions in Microsoft Entra ID"
//! (<https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/privileged-roles-permissions>), "List
//! unifiedRoleAssignments", "List roleEligibilityScheduleInstances", "List a user's memberships" and "directoryObject:
//! checkMemberGroups" (August 2026). Entra does not protect role holders from an application that may issue passes, so
//! this does. What cannot be told is protected. A disabled account is told by [`Account::enabled`]. Not looked at:
//! eligibility for groups, roles of Azure resources, Exchange and Intune, owners of applications; those belong on the
//! operator's list.
//!
//! [`Account::enabled`]: doorward_contract::Account::enabled

use std::future::Future;

use doorward_contract::{AccountId, Protection, VendorError};
use serde_json::json;
use uuid::Uuid;

use crate::Graph;
use crate::client::Call;
use crate::reply::{Fault, sorted};
use crate::role;
use crate::wire::{Group, Ids, Page, RoleHeld, User};

/// The most groups one membership check may ask about.
const GROUPS_AT_ONCE: usize = 20;
/// The answers of a tenant without the licence for eligible roles: nobody is eligible there.
const UNLICENSED: [&str; 2] = [
    "AadPremiumLicenseRequired",
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
];

type Reasons = Result<Vec<String>, VendorError>;

impl Graph {
    pub(crate) async fn inspect(&self, id: &AccountId) -> Result<Protection, VendorError> {
        let Ok(id) = Uuid::try_parse(&id.0) else {
            let reasons = vec!["it has no object id of this directory".to_owned()];
            return Ok(Protection::Protected { reasons });
        };
        let (account, roles, groups, owned, eligible, listed) = tokio::try_join!(
            told("the account", self.account_reasons(id)),
            told("its directory roles", self.role_reasons(id)),
            told("its groups", self.group_reasons(id)),
            told("the groups it owns", self.owned_reasons(id)),
            told("the roles it may activate", self.eligible_reasons(id)),
            told(
                "its membership in groups on the operator's list",
                self.listed_reasons(id)
            ),
        )?;
        let reasons = [account, roles, groups, owned, eligible, listed].concat();
        Ok(if reasons.is_empty() {
            Protection::Ordinary
        } else {
            Protection::Protected { reasons }
        })
    }

    async fn account_reasons(&self, id: Uuid) -> Reasons {
        let mut reasons = Vec::new();
        if self.settings.protected.accounts.contains(&id) {
            reasons.push("it is on the operator's list of accounts".to_owned());
        }
        let query = [("$select", "id,accountEnabled,userType,isManagementRestricted")];
        let user: User = self.client.call(Call::User(id), &query).await?.json()?;
        // Null means false, for an application that may read it; one that may not gets no account state either.
        if user.is_management_restricted == Some(true) {
            reasons.push("it is in an administrative unit with restricted management".to_owned());
        }
        if user.account_enabled.is_none() {
            reasons.push("its properties are not readable: grant User.Read.All".to_owned());
        }
        match user.user_type.as_deref() {
            Some(kind) if kind.eq_ignore_ascii_case("Member") => {}
            Some(kind) if kind.eq_ignore_ascii_case("Guest") => {
                if !self.settings.protected.allow_guests {
                    reasons.push("it is a guest of another tenant".to_owned());
                }
            }
            Some(_) => reasons.push("it is neither a member nor a guest".to_owned()),
            None => reasons.push("its user type is not told: it may be a guest".to_owned()),
        }
        Ok(reasons)
    }

    async fn role_reasons(&self, id: Uuid) -> Reasons {
        let filter = format!("principalId eq '{id}'");
        let call = Call::read(&["roleManagement", "directory", "roleAssignments"]);
        let held: Vec<RoleHeld> = self.client.all(call, &[("$filter", &filter)]).await?;
        Ok(self.powers(held, "it holds"))
    }

    async fn eligible_reasons(&self, id: Uuid) -> Reasons {
        let filter = format!("principalId eq '{id}'");
        let query = [("$filter", filter.as_str())];
        let path = ["roleManagement", "directory", "roleEligibilityScheduleInstances"];
        let first = self.client.raw(Call::read(&path), &query).await?;
        if !first.status.is_success() {
            let fault = Fault::of(&first);
            if matches!(first.status.as_u16(), 400 | 403) && UNLICENSED.iter().any(|code| fault.is(code)) {
                return Ok(Vec::new());
            }
        }
        let held: Vec<RoleHeld> = self.client.rest(sorted(first)?.json::<Page<_>>()?, false).await?;
        Ok(self.powers(held, "it may activate"))
    }

    fn powers(&self, held: Vec<RoleHeld>, verb: &str) -> Vec<String> {
        let harmless = &self.settings.protected.harmless_roles;
        held.into_iter()
            .filter_map(|held| match held.role_definition_id {
                Some(role) if harmless.contains(&role) => None,
                Some(role) => Some(format!("{verb} {}", role::title(role))),
                None => Some(format!("{verb} a role that is not readable")),
            })
            .collect()
    }

    async fn group_reasons(&self, id: Uuid) -> Reasons {
        let call = Call::Read(below(id, &["transitiveMemberOf", "microsoft.graph.group"]));
        // A cast of a transitive list is an advanced query.
        let query = [("$select", "id,displayName,isAssignableToRole"), ("$count", "true")];
        Ok(assignable(self.client.all(call, &query).await?, "a member"))
    }

    async fn owned_reasons(&self, id: Uuid) -> Reasons {
        let call = Call::Read(below(id, &["ownedObjects", "microsoft.graph.group"]));
        let query = [("$select", "id,displayName,isAssignableToRole"), ("$count", "true")];
        Ok(assignable(self.client.all(call, &query).await?, "an owner"))
    }

    async fn listed_reasons(&self, id: Uuid) -> Reasons {
        let found = self.member_of(id, &self.settings.protected.groups).await?;
        let reason = |group| format!("it is a member of the group {group} on the operator's list");
        Ok(found.into_iter().map(reason).collect())
    }

    /// Which of these groups somebody is in, directly or through others.
    async fn member_of(&self, id: Uuid, groups: &[Uuid]) -> Result<Vec<Uuid>, VendorError> {
        let mut all = Vec::new();
        for groups in groups.chunks(GROUPS_AT_ONCE) {
            let call = Call::Ask(below(id, &["checkMemberGroups"]), json!({ "groupIds": groups }));
            let found: Ids = self.client.call(call, &[]).await?.json()?;
            all.extend(found.value);
        }
        Ok(all)
    }

    /// The same for ids as settings have them. What is no object id cannot be asked about, and is refused rather than counted either way.
    pub(crate) async fn among(&self, id: &AccountId, groups: &[String]) -> Result<Vec<String>, VendorError> {
        let parsed = |text: &str| {
            Uuid::try_parse(text).map_err(|_| VendorError::Unfit {
                why: format!("{text} is no object id of the directory"),
            })
        };
        let id = parsed(&id.0)?;
        let wanted: Vec<(Uuid, &String)> = groups
            .iter()
            .map(|group| Ok((parsed(group)?, group)))
            .collect::<Result<_, VendorError>>()?;
        let ids: Vec<Uuid> = wanted.iter().map(|(id, _)| *id).collect();
        let found = self.member_of(id, &ids).await?;
        let named = wanted.into_iter().filter(|(id, _)| found.contains(id));
        Ok(named.map(|(_, group)| group.clone()).collect())
    }
}

/// A reason for every group that can be given power over the tenant, or that cannot be told from one.
fn assignable(groups: Vec<Group>, what: &str) -> Vec<String> {
    groups
        .into_iter()
        .filter_map(|group| match (group.is_assignable_to_role, group.display_name) {
            (Some(true), _) => Some(format!("it is {what} of the role-assignable group {}", group.id)),
            // Null is the same as false, except where everything but the id is null: then it may not be read.
            (None, None) => Some(format!(
                "it is {what} of the group {}, which is not readable: grant GroupMember.Read.All",
                group.id
            )),
            _ => None,
        })
        .collect()
}

/// A path below one user.
pub(crate) fn below(id: Uuid, path: &[&str]) -> Vec<String> {
    ["users".to_owned(), id.to_string()]
        .into_iter()
        .chain(path.iter().map(|&part| part.to_owned()))
        .collect()
}

/// What cannot be read is a reason in itself; a vendor out of reach says nothing and is an error.
async fn told(what: &str, reasons: impl Future<Output = Reasons>) -> Reasons {
    match reasons.await {
        Err(error) if !error.is_passing() => Ok(vec![format!("{what} cannot be read: {error}")]),
        outcome => outcome,
    }
}
