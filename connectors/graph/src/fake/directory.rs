//! Roles, groups, domains, and the tenant itself.
//!
//! After "List unifiedRoleAssignments", "List roleEligibilityScheduleInstances", "List a user's memberships" and
//! "directoryObject: checkMemberGroups" (<https://learn.microsoft.com/en-us/graph/api/rbacapplication-list-roleassignments>,
//! August 2026).
//!
//! Two things where the vendor surprises. A tenant without the P2 licence answers the eligibility call with 400
//! `AadPremiumLicenseRequired` (seen in <https://github.com/maester365/maester/issues/1421>). A cast of a transitive list is
//! an advanced query: it needs the header and the count
//! (<https://learn.microsoft.com/en-us/graph/api/user-list-transitivememberof>).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Desk;
use super::api::Call;
use super::filter::principal;
use super::reply::{Answered, Fault, Reply};
use super::rights::{READ_DOMAINS, READ_ELIGIBILITY, READ_GROUPS, READ_ORGANIZATION, READ_ROLES, READ_USERS};
use super::select::narrowed;
use super::state::Group;

/// Groups that one membership check may ask about.
const MOST_ASKED: usize = 20;

impl Desk<'_> {
    pub(super) fn list_assignments(&self, call: &Call) -> Answered {
        call.needs(READ_ROLES)?;
        self.list_roles(
            call,
            "roleManagement/directory/roleAssignments",
            |person| &person.roles,
            true,
        )
    }

    pub(super) fn list_eligibility(&self, call: &Call) -> Answered {
        call.needs(READ_ELIGIBILITY)?;
        if !self.world.premium {
            return Err(Fault::new(
                StatusCode::BAD_REQUEST,
                "AadPremiumLicenseRequired",
                "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
            ));
        }
        let context = "roleManagement/directory/roleEligibilityScheduleInstances";
        self.list_roles(call, context, |person| &person.eligible_roles, false)
    }

    fn list_roles(
        &self,
        call: &Call,
        context: &str,
        held: fn(&super::Resident) -> &Vec<Uuid>,
        with_groups: bool,
    ) -> Answered {
        call.only(&["filter", "select", "top", "skiptoken"])?;
        let wanted = call.asked("filter").map(principal).transpose()?;
        let wanted = match wanted.as_deref().map(Uuid::parse_str) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => return Err(Fault::bad("Invalid GUID in the filter clause.")),
        };
        let mut pairs: Vec<(Uuid, Uuid)> = Vec::new();
        for account in &self.state.accounts {
            let person = &account.person;
            pairs.extend(held(person).iter().map(|role| (person.id, *role)));
            if with_groups {
                let groups = person.groups.iter().chain(&person.owned_groups);
                pairs.extend(groups.flat_map(|group| group.roles.iter().map(|role| (group.id, *role))));
            }
        }
        pairs.sort_unstable();
        // A group is told once for each of its members.
        pairs.dedup();
        let found = pairs
            .into_iter()
            .filter(|(holder, _)| wanted.is_none_or(|wanted| wanted == *holder));
        let shown: Result<Vec<Value>, Fault> = found
            .map(|(holder, role)| {
                let id = URL_SAFE_NO_PAD.encode([holder.as_bytes().as_slice(), role.as_bytes()].concat());
                let all = json!({
                    "id": id, "principalId": holder, "roleDefinitionId": role, "directoryScopeId": "/",
                    "appScopeId": null,
                });
                narrowed(call, &all, "unifiedRoleAssignment")
            })
            .collect();
        self.page(call, context, shown?)
    }

    pub(super) fn list_groups(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_USERS)?;
        if !call.is_advanced() {
            return Err(Fault::unsupported(
                "An OData cast of a transitive list needs ConsistencyLevel: eventual and $count=true.",
            ));
        }
        let account = self.state.account(self.subject(key)?);
        self.show_groups(call, &account.ok_or_else(|| Fault::missing(key))?.person.groups)
    }

    pub(super) fn list_owned(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_USERS)?;
        let account = self.state.account(self.subject(key)?);
        self.show_groups(call, &account.ok_or_else(|| Fault::missing(key))?.person.owned_groups)
    }

    fn show_groups(&self, call: &Call, groups: &[Group]) -> Answered {
        call.only(&["select", "top", "count", "skiptoken"])?;
        let is_readable = call.may(READ_GROUPS);
        let shown: Result<Vec<Value>, Fault> = groups
            .iter()
            .map(|group| {
                // "Limited information returned for inaccessible member objects": the id, and nothing else.
                let all = json!({
                    "id": group.id,
                    "displayName": is_readable.then_some(&group.name),
                    "isAssignableToRole": if is_readable { json!(group.role_assignable.then_some(true)) } else { Value::Null },
                    "securityEnabled": is_readable.then_some(true),
                    "mailEnabled": is_readable.then_some(false),
                    "groupTypes": if is_readable { json!([]) } else { Value::Null },
                    "description": null,
                });
                narrowed(call, &all, "group")
            })
            .collect();
        self.page(call, "groups", shown?)
    }

    pub(super) fn check_member_groups(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_GROUPS)?;
        let account = self
            .state
            .account(self.subject(key)?)
            .ok_or_else(|| Fault::missing(key))?;
        let body = call.body()?;
        let asked: Option<Vec<String>> = body
            .get("groupIds")
            .and_then(|ids| serde_json::from_value(ids.clone()).ok());
        let asked = asked.ok_or_else(|| Fault::bad("The parameter 'groupIds' is missing or not a list."))?;
        if asked.is_empty() || asked.len() > MOST_ASKED || body.len() != 1 {
            return Err(Fault::bad("Between 1 and 20 group ids may be checked at once."));
        }
        let mut found = Vec::new();
        for id in asked {
            let id = Uuid::parse_str(&id).map_err(|_| Fault::bad("Invalid object identifier."))?;
            if account.person.groups.iter().any(|group| group.id == id) {
                found.push(id);
            }
        }
        Ok(Reply::ok(
            json!({ "@odata.context": self.context("Collection(Edm.String)"), "value": found }),
        ))
    }

    /// Every domain of the tenant, and whether it signs in elsewhere.
    pub(super) fn domains(&self) -> Vec<(String, bool)> {
        let mut domains = vec![(self.world.initial_domain(), false)];
        for account in &self.state.accounts {
            let Some((_, domain)) = account.person.upn.rsplit_once('@') else {
                continue;
            };
            let domain = domain.to_lowercase();
            match domains.iter_mut().find(|(known, _)| *known == domain) {
                Some((_, is_federated)) => *is_federated |= account.person.federated,
                None => domains.push((domain, account.person.federated)),
            }
        }
        domains
    }

    pub(super) fn list_domains(&self, call: &Call) -> Answered {
        call.needs(READ_DOMAINS)?;
        call.only(&["select", "top", "skiptoken"])?;
        let shown: Result<Vec<Value>, Fault> = self
            .domains()
            .iter()
            .enumerate()
            .map(|(at, (domain, is_federated))| {
                let all = json!({
                    "id": domain, "authenticationType": if *is_federated { "Federated" } else { "Managed" },
                    "isDefault": at == 0, "isInitial": at == 0, "isRoot": true, "isVerified": true,
                    "isAdminManaged": true, "supportedServices": [],
                });
                narrowed(call, &all, "domain")
            })
            .collect();
        self.page(call, "domains", shown?)
    }

    pub(super) fn list_organization(&self, call: &Call) -> Answered {
        call.needs(READ_ORGANIZATION)?;
        call.only(&["select"])?;
        let domains = self.domains();
        let verified: Vec<Value> = domains
            .iter()
            .enumerate()
            .map(|(at, (name, is_federated))| {
                let kind = if *is_federated { "Federated" } else { "Managed" };
                json!({ "name": name, "isDefault": at == 0, "isInitial": at == 0, "type": kind })
            })
            .collect();
        let is_synchronised = self.state.accounts.iter().any(|account| account.person.synchronised);
        let all = json!({
            "id": self.world.tenant, "displayName": self.world.tenant_name, "verifiedDomains": verified,
            "onPremisesSyncEnabled": is_synchronised.then_some(true), "tenantType": "AAD",
        });
        self.page(call, "organization", vec![narrowed(call, &all, "organization")?])
    }
}
