//! Who may call what at the imitated org: a scope for the kind of call, and a role or permission for the act.
//!
//! After "Standard administrator roles and permissions" and "Permissions"
//! (<https://developer.okta.com/docs/api/openapi/okta-management/guides/permissions/>, August 2026).

use super::Desk;
use super::admit::Call;
use super::reply::Fault;
use super::state::RoleHeld;

/// What a help desk administrator may.
const HELP_DESK: [&str; 6] = [
    "okta.users.read",
    "okta.users.credentials.resetPassword",
    "okta.users.credentials.expirePassword",
    "okta.users.credentials.resetFactors",
    "okta.users.lifecycle.unlock",
    "okta.users.lifecycle.clearSessions",
];

impl Desk<'_> {
    /// Refuses a call without this scope, or without a role that allows this.
    pub(super) fn needs(&self, call: &Call, scope: &str, permission: &str) -> Result<(), Fault> {
        let Some(scopes) = &call.scopes else { return Ok(()) };
        let has_scope = scopes.iter().any(|held| held == scope);
        let allowed = self.state.client_roles.iter().any(|role| allows(role, permission));
        if has_scope && allowed {
            Ok(())
        } else {
            Err(Fault::denied())
        }
    }

    /// Refuses a call without this scope; any role will do.
    pub(super) fn needs_scope(&self, call: &Call, scope: &str) -> Result<(), Fault> {
        let Some(scopes) = &call.scopes else { return Ok(()) };
        let has_scope = scopes.iter().any(|held| held == scope);
        if has_scope && !self.state.client_roles.is_empty() {
            Ok(())
        } else {
            Err(Fault::denied())
        }
    }
}

fn allows(role: &RoleHeld, permission: &str) -> bool {
    match role.kind.as_str() {
        "SUPER_ADMIN" | "ORG_ADMIN" | "USER_ADMIN" => true,
        "HELP_DESK_ADMIN" => HELP_DESK.contains(&permission),
        "READ_ONLY_ADMIN" => matches!(permission.rsplit('.').next(), Some("read")),
        "CUSTOM" => role.permissions.iter().any(|held| held == permission),
        _ => false,
    }
}
