//! `[staff]`: what loads, and what each fault is told as.

use std::time::Duration;

use doorward::config::staff::{GroupsFrom, StepUp};

use super::{Folder, GOOD};

const STAFF: &str = r#"[staff]
session_idle = "10m"
[[staff.provider]]
name = "corp"
title = "Example Corp"
issuer = "https://login.example.com/tenant"
client_id = "doorward-desk"
client_secret = { file = "/etc/doorward/intranet.secret" }
roles = [{ claim = "groups", value = "agents", role = "agent" }]
"#;
const SECRET: &str = "client_secret = { file = \"/etc/doorward/intranet.secret\" }\n";
const ROLES: &str = "roles = [{ claim = \"groups\", value = \"agents\", role = \"agent\" }]\n";

/// The good settings with a provider in them, and one change.
fn text(from: &str, to: &str) -> String {
    let text = format!("{GOOD}{STAFF}");
    assert!(text.contains(from), "{from} is not in the settings");
    text.replacen(from, to, 1)
}

#[test]
fn what_is_not_said_has_its_default() {
    let folder = Folder::new();
    let none = folder.parse(GOOD).unwrap().staff;
    assert!(none.providers.is_empty() && !none.break_glass);
    assert_eq!(none.session_idle.0, Duration::from_secs(30 * 60));
    assert_eq!(none.session_lifetime.0, Duration::from_secs(8 * 3600));
    assert_eq!(none.step_up.0, Duration::from_secs(5 * 60));
    let staff = folder.parse(&text("", "")).unwrap().staff;
    let provider = &staff.providers[0];
    assert_eq!(staff.session_idle.0, Duration::from_secs(600));
    assert_eq!(*provider.step_up.get_ref(), StepUp::MaxAge(true));
    assert_eq!(*provider.groups_from.get_ref(), GroupsFrom::Claim);
    assert_eq!(provider.issuer.0, "https://login.example.com/tenant");
    assert!(!provider.userinfo);
}

#[test]
fn a_key_and_groups_at_graph_load() {
    let folder = Folder::new();
    let to = "key = { file = \"/etc/doorward/okta.pem\" }\nkey_id = \"k1\"\ngroups_from = \"graph:entra\"\n";
    let staff = folder.parse(&text(SECRET, to)).unwrap().staff;
    assert!(staff.providers[0].key.is_some());
    assert_eq!(
        *staff.providers[0].groups_from.get_ref(),
        GroupsFrom::Connector("entra".to_owned())
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one list")]
fn single_faults_of_the_staff_are_told_exactly() {
    let folder = Folder::new();
    let with = |line: &str| format!("{SECRET}{line}\n");
    let cases = [
        (
            "too short",
            "session_idle = \"10m\"",
            "session_idle = \"4m\"".to_owned(),
        ),
        (
            "too long",
            "session_idle = \"10m\"",
            "session_lifetime = \"25h\"".to_owned(),
        ),
        (
            "a proof too old",
            "session_idle = \"10m\"",
            "step_up = \"31m\"".to_owned(),
        ),
        (
            "idle longer than it lasts",
            "session_idle = \"10m\"",
            "session_idle = \"2h\"\nsession_lifetime = \"1h\"".to_owned(),
        ),
        ("an issuer in clear", "https://login", "http://login".to_owned()),
        ("nothing to prove itself with", SECRET, String::new()),
        (
            "two credentials",
            SECRET,
            with("key = { file = \"/etc/doorward/okta.pem\" }"),
        ),
        (
            "no key",
            SECRET,
            "key = { file = \"/etc/doorward/intranet.secret\" }\n".to_owned(),
        ),
        ("a name for no key", SECRET, with("key_id = \"k1\"")),
        ("no openid", SECRET, with("scopes = [\"profile\"]")),
        ("no algorithm", SECRET, with("algs = []")),
        ("a shared secret as key", SECRET, with("algs = [\"HS256\"]")),
        ("nobody", ROLES, String::new()),
        ("no such role", "role = \"agent\"", "role = \"boss\"".to_owned()),
        ("a rule without a value", "value = \"agents\", ", String::new()),
        ("never anew", SECRET, with("step_up = { max_age = false }")),
        ("no context", SECRET, with("step_up = { acr_values = [] }")),
        (
            "two ways anew",
            SECRET,
            with("step_up = { max_age = true, acr_values = [\"a\"] }"),
        ),
        ("nobody asks", SECRET, with("step_up = { universal_prompt = \"duo\" }")),
        (
            "it does not ask",
            SECRET,
            with("step_up = { universal_prompt = \"entra\" }"),
        ),
        ("groups from anywhere", SECRET, with("groups_from = \"ldap\"")),
        ("groups of nobody", SECRET, with("groups_from = \"graph:azure\"")),
        ("an unknown key", SECRET, with("response_mode = \"form_post\"")),
        ("no name", "name = \"corp\"\n", String::new()),
        (
            "twice",
            STAFF,
            format!(
                "{STAFF}{}",
                STAFF.split_once('\n').unwrap().1.split_once('\n').unwrap().1
            ),
        ),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|(name, from, to)| format!("--- {name}\n{}\n", folder.told(&text(from, to))))
        .collect();
    insta::assert_snapshot!("staff_faults", all.concat());
}
