//! The self-check: the scopes granted, the roles held and what they allow, compared with what the abilities need.
//!
//! Follows "Permissions", "Standard administrator roles and permissions" and the client role assignments API
//! (<https://developer.okta.com/docs/api/openapi/okta-management/guides/permissions/>, August 2026). A scope says what kind
//! of call, a role on whom: both are needed. A token carries the scopes that were asked for; what was granted beyond them
//! does not show.

use std::collections::BTreeSet;

use doorward_contract::{Ability, Finding, FindingLevel, VendorError};

use crate::Okta;
use crate::client::{Access, Call};
use crate::token::{NoToken, TokenSource};
use crate::wire::{Known, Permissions, Role};

/// Finding and guarding people.
const ALWAYS: [(&str, &str); 2] = [
    ("okta.users.read", "people and their groups cannot be read"),
    (
        "okta.roles.read",
        "administrator roles cannot be told, so everybody is protected",
    ),
];
const MANAGE: (&str, &str) = ("okta.users.manage", "nothing can be done to an account");
const AUTHENTICATORS: (&str, &str) = (
    "okta.authenticators.read",
    "the org's limits on temporary access codes cannot be read",
);

/// The scopes that the abilities need, the ones that are always needed first.
fn needed(abilities: &[Ability]) -> Vec<(&'static str, &'static str)> {
    let mut needed = ALWAYS.to_vec();
    if !abilities.is_empty() {
        needed.push(MANAGE);
    }
    if abilities.contains(&Ability::TemporaryAccessCode) {
        needed.push(AUTHENTICATORS);
    }
    needed
}

/// The names of the scopes that a token is asked for.
pub(crate) fn scopes(abilities: &[Ability]) -> Vec<String> {
    needed(abilities)
        .into_iter()
        .map(|(scope, _)| scope.to_owned())
        .collect()
}

/// The permission of a custom role that an ability needs.
fn permission(ability: Ability) -> Option<&'static str> {
    Some(match ability {
        Ability::TemporaryPassword => "okta.users.credentials.expirePassword",
        Ability::ResetLink => "okta.users.credentials.resetPassword",
        Ability::TemporaryAccessCode => "okta.users.credentials.manageTemporaryAccessCode",
        Ability::Unlock => "okta.users.lifecycle.unlock",
        Ability::ResetFactors => "okta.users.credentials.resetFactors",
        Ability::RevokeSessions => "okta.users.lifecycle.clearSessions",
        Ability::Suspend => "okta.users.lifecycle.suspend",
        Ability::Unsuspend => "okta.users.lifecycle.unsuspend",
        _ => return None,
    })
}

/// The ability by which another is taken back, where that takes a permission of its own.
fn way_back(ability: Ability) -> Option<Ability> {
    match ability {
        Ability::Suspend => Some(Ability::Unsuspend),
        Ability::Unsuspend => Some(Ability::Suspend),
        _ => None,
    }
}

/// What the roles held allow, put together.
#[derive(Default)]
struct Power {
    standard: BTreeSet<String>,
    permissions: BTreeSet<String>,
    is_custom: bool,
}

impl Power {
    fn is(&self, role: &str) -> bool {
        self.standard.contains(role)
    }

    /// Whether a standard role is enough for it.
    fn covers(&self, ability: Ability) -> bool {
        let all = self.is("SUPER_ADMIN") || self.is("ORG_ADMIN") || self.is("USER_ADMIN");
        let helpdesk = matches!(
            ability,
            Ability::TemporaryPassword
                | Ability::ResetLink
                | Ability::ResetFactors
                | Ability::Unlock
                | Ability::RevokeSessions
        );
        all || (helpdesk && self.is("HELP_DESK_ADMIN"))
    }
}

impl Okta {
    pub(crate) async fn examine(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        let mut findings = Vec::new();
        match &self.client.access {
            Access::App(tokens) => {
                if !scope_findings(tokens, abilities, &mut findings).await? {
                    return Ok(findings);
                }
            }
            Access::Token(_) => findings.push(finding(
                FindingLevel::Warning,
                "an API token has all the rights of the administrator who made it, and ends after 30 days without use",
                "use a service app with a key pair instead",
            )),
        }
        self.role_findings(abilities, &mut findings).await?;
        self.reach(abilities, &mut findings).await?;
        Ok(findings)
    }

    async fn role_findings(&self, abilities: &[Ability], findings: &mut Vec<Finding>) -> Result<(), VendorError> {
        let roles = match self.own_roles().await {
            Ok(roles) => roles,
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                findings.push(finding(
                    FindingLevel::Note,
                    &format!("our own administrator roles cannot be read: {error}"),
                    "compare them with the list in the connector's README",
                ));
                return Ok(());
            }
        };
        let power = self.power(roles).await?;
        if power.standard.is_empty() && !power.is_custom {
            findings.push(fault(
                "no administrator role is assigned: every call will be refused",
                "assign a custom role with the permissions in the connector's README and a resource set of users",
            ));
            return Ok(());
        }
        findings.extend(lacking(&power, abilities));
        findings.extend(excess(&power, abilities));
        Ok(())
    }

    async fn own_roles(&self) -> Result<Vec<Role>, VendorError> {
        let call = match &self.client.access {
            Access::App(tokens) => Call::get("oauth2/v1/clients/{}/roles", &[tokens.client_id()]),
            Access::Token(_) => {
                let me: Known = self.client.call(Call::get("api/v1/users/me", &[])).await?.json()?;
                Call::get("api/v1/users/{}/roles", &[&me.id])
            }
        };
        self.client.all(call).await
    }

    async fn power(&self, roles: Vec<Role>) -> Result<Power, VendorError> {
        let mut power = Power::default();
        for role in roles {
            match (role.kind.as_deref(), role.custom) {
                (Some("CUSTOM"), Some(id)) => {
                    power.is_custom = true;
                    let call = Call::get("api/v1/iam/roles/{}/permissions", &[&id]);
                    let allowed: Permissions = self.client.call(call).await?.json()?;
                    power
                        .permissions
                        .extend(allowed.permissions.into_iter().map(|permission| permission.label));
                }
                (Some(kind), _) => {
                    power.standard.insert(kind.to_owned());
                }
                (None, _) => {}
            }
        }
        Ok(power)
    }

    /// Reads one user, and the authenticators where codes are wanted.
    async fn reach(&self, abilities: &[Ability], findings: &mut Vec<Finding>) -> Result<(), VendorError> {
        let call = Call::get("api/v1/users", &[]).query("limit", "1");
        match self.client.call(call).await {
            Ok(_) => {}
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => findings.push(fault(
                &format!("users cannot be read: {error}"),
                "grant okta.users.read, and assign a role whose resource set has the users",
            )),
        }
        if abilities.contains(&Ability::TemporaryAccessCode) {
            match self.foresee_code(None, true).await {
                Ok(_) => {}
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => findings.push(fault(
                    &format!("temporary access codes cannot be issued: {error}"),
                    "add the authenticator in the org and switch it on; it needs Identity Engine",
                )),
            }
        }
        Ok(())
    }
}

/// Whether there is a token at all; what is wrong with its scopes.
async fn scope_findings(
    tokens: &TokenSource,
    abilities: &[Ability],
    findings: &mut Vec<Finding>,
) -> Result<bool, VendorError> {
    let grant = match tokens.grant().await {
        Ok(grant) => grant,
        Err(NoToken::Other(error)) => return Err(error),
        Err(NoToken::Scope(_)) => {
            for scope in tokens.scopes() {
                if !tokens.is_granted(scope).await? {
                    let purpose = purpose(scope);
                    findings.push(fault(
                        &format!("the scope {scope} is not granted: no token is given, and without it {purpose}"),
                        &format!("grant {scope} to the service app under Okta API Scopes"),
                    ));
                }
            }
            return Ok(false);
        }
    };
    if !grant.bound {
        findings.push(finding(
            FindingLevel::Warning,
            "the service app's tokens are not bound to a key: whoever steals one can use it",
            "switch on \"Require Demonstrating Proof of Possession\" at the service app",
        ));
    }
    let wanted = needed(abilities);
    for (scope, purpose) in &wanted {
        if !grant.scopes.iter().any(|granted| granted == scope) {
            findings.push(fault(
                &format!("the scope {scope} is missing: {purpose}"),
                &format!("grant {scope} to the service app, and name the ability in the connector's settings"),
            ));
        }
    }
    for scope in &grant.scopes {
        if !wanted.iter().any(|(name, _)| name == scope) {
            findings.push(finding(
                FindingLevel::Warning,
                &format!("the scope {scope} is more than is needed"),
                &format!("take {scope} away from the service app"),
            ));
        }
    }
    Ok(true)
}

fn purpose(scope: &str) -> &'static str {
    let known = ALWAYS.iter().chain([&MANAGE, &AUTHENTICATORS]);
    known
        .into_iter()
        .find(|(name, _)| *name == scope)
        .map_or("something fails", |(_, purpose)| purpose)
}

fn lacking(power: &Power, abilities: &[Ability]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (ability, permission) in abilities.iter().filter_map(|one| Some((*one, permission(*one)?))) {
        if power.permissions.contains(permission) || power.covers(ability) {
            continue;
        }
        findings.push(fault(
            &format!("the permission {permission} is missing: `{ability}` will be refused"),
            &format!("add {permission} to the custom role"),
        ));
    }
    for (ability, back) in abilities.iter().filter_map(|one| Some((*one, way_back(*one)?))) {
        let Some(permission) = permission(back).filter(|_| !abilities.contains(&back)) else {
            continue;
        };
        if !power.permissions.contains(permission) && !power.covers(back) {
            findings.push(finding(
                FindingLevel::Note,
                &format!("the permission {permission} is missing: what `{ability}` did cannot be taken back"),
                &format!("add {permission} to the custom role if it shall be"),
            ));
        }
    }
    let reads = power.permissions.contains("okta.users.read") || !power.standard.is_empty();
    if !reads {
        findings.push(fault(
            "the permission okta.users.read is missing: people cannot be found",
            "add okta.users.read to the custom role",
        ));
    }
    let doubtful = abilities.contains(&Ability::TemporaryPassword)
        && power.is("HELP_DESK_ADMIN")
        && power.standard.len() == 1
        && !power.permissions.contains("okta.users.credentials.expirePassword");
    if doubtful {
        findings.push(finding(
            FindingLevel::Note,
            "whether a help desk administrator may set temporary passwords on active accounts is not documented",
            "try it on a test account, or use a custom role with okta.users.credentials.expirePassword",
        ));
    }
    findings
}

fn excess(power: &Power, abilities: &[Ability]) -> Vec<Finding> {
    const GREAT: [&str; 3] = ["SUPER_ADMIN", "ORG_ADMIN", "APP_ADMIN"];
    let mut findings: Vec<Finding> = GREAT
        .into_iter()
        .filter(|role| power.is(role))
        .map(|role| {
            finding(
                FindingLevel::Warning,
                &format!("the role {role} is far more than is needed"),
                "assign a custom role with the permissions in the connector's README instead",
            )
        })
        .collect();
    let wanted: BTreeSet<&str> = abilities
        .iter()
        .flat_map(|ability| [Some(*ability), way_back(*ability)])
        .filter_map(|ability| permission(ability?))
        .chain(["okta.users.read", "okta.groups.read"])
        .collect();
    findings.extend(
        power
            .permissions
            .iter()
            .filter(|permission| !wanted.contains(permission.as_str()))
            .map(|permission| {
                finding(
                    FindingLevel::Warning,
                    &format!("the permission {permission} is more than is needed"),
                    &format!("take {permission} out of the custom role"),
                )
            }),
    );
    findings
}

fn fault(what: &str, remedy: &str) -> Finding {
    finding(FindingLevel::Fault, what, remedy)
}

fn finding(level: FindingLevel, what: &str, remedy: &str) -> Finding {
    Finding {
        level,
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}
