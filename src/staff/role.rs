//! What a provider's claims make somebody.
//!
//! Microsoft Entra ID names groups in a token up to a number, and beyond it says only that there are groups (`_claim_names`,
//! `hasgroups`; entra.md, "Group claims and overage"): then absent groups are not no groups.

use serde_json::{Map, Value};

use crate::case::role::{Role, Roles};

/// A claim's value that gives a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The claim: its whole name, or a path with dots.
    pub claim: String,
    /// What it, or one of its members, must be.
    pub value: String,
    /// The role.
    pub role: Role,
}

/// The claim that Entra leaves out where there are too many.
pub(super) const GROUPS: &str = "groups";

/// The roles that the claims give.
pub(super) fn given(rules: &[Rule], claims: &Map<String, Value>) -> Roles {
    let fits = |rule: &&Rule| match find(claims, &rule.claim) {
        Some(Value::Array(members)) => members.iter().any(|member| is(member, &rule.value)),
        Some(value) => is(value, &rule.value),
        None => false,
    };
    rules.iter().filter(fits).map(|rule| rule.role).collect()
}

/// The roles that being in these groups gives.
pub(super) fn given_by_groups(rules: &[Rule], groups: &[String]) -> Roles {
    let fits = |rule: &&Rule| rule.claim == GROUPS && groups.contains(&rule.value);
    rules.iter().filter(fits).map(|rule| rule.role).collect()
}

/// The groups that the rules ask about.
pub(super) fn asked_groups(rules: &[Rule]) -> Vec<String> {
    let about = rules.iter().filter(|rule| rule.claim == GROUPS);
    about.map(|rule| rule.value.clone()).collect()
}

/// Whether a claim that a rule asks about is not there.
pub(super) fn lacks(rules: &[Rule], claims: &Map<String, Value>) -> bool {
    rules.iter().any(|rule| find(claims, &rule.claim).is_none())
}

/// Whether there are groups that the claims do not name.
pub(super) fn leaves_groups_out(claims: &Map<String, Value>) -> bool {
    let elsewhere = claims.get("_claim_names").and_then(|names| names.get(GROUPS));
    let some = match claims.get("hasgroups") {
        Some(Value::Bool(some)) => *some,
        Some(Value::String(some)) => some == "true",
        _ => false,
    };
    elsewhere.is_some() || some
}

fn is(value: &Value, wanted: &str) -> bool {
    value.as_str() == Some(wanted)
}

/// A claim by its whole name, else by its path: names may hold dots themselves (`https://example.com/roles`).
fn find<'c>(claims: &'c Map<String, Value>, path: &str) -> Option<&'c Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    rest.split('.').try_fold(claims.get(first)?, |at, name| at.get(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    fn rule(claim: &str, value: &str, role: Role) -> Rule {
        Rule {
            claim: claim.to_owned(),
            value: value.to_owned(),
            role,
        }
    }

    #[test]
    fn a_role_is_given_by_the_whole_value_and_nothing_like_it() {
        let rules = [
            rule("groups", "desk", Role::Agent),
            rule("https://example.com/roles", "audit", Role::Auditor),
            rule("realm_access.roles", "admin", Role::Admin),
        ];
        let told = |value| given(&rules, &claims(value)).iter().collect::<Vec<_>>();
        assert_eq!(told(json!({"groups": ["sales", "desk"]})), [Role::Agent]);
        assert_eq!(told(json!({"groups": "desk"})), [Role::Agent]);
        assert_eq!(
            told(json!({"https://example.com/roles": "audit", "realm_access": {"roles": ["admin"]}})),
            [Role::Auditor, Role::Admin]
        );
        for nothing in [
            json!({}),
            json!({"groups": ["desks", "DESK", " desk"]}),
            json!({"groups": "sales desk"}),
            json!({"groups": {"desk": true}}),
            json!({"groups": [["desk"]]}),
            json!({"realm_access": "admin"}),
        ] {
            assert!(given(&rules, &claims(nothing.clone())).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn groups_that_are_left_out_are_noticed() {
        for told in [
            json!({"_claim_names": {"groups": "src1"}}),
            json!({"hasgroups": true}),
            json!({"hasgroups": "true"}),
        ] {
            assert!(leaves_groups_out(&claims(told.clone())), "{told}");
        }
        for none in [
            json!({"groups": []}),
            json!({"hasgroups": false}),
            json!({"_claim_names": {"address": "src1"}}),
        ] {
            assert!(!leaves_groups_out(&claims(none.clone())), "{none}");
        }
    }
}
