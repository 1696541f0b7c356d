//! Further checks of a purpose, and the Duo account that makes them: each fault alone, as an operator reads it.

use super::{Folder, GOOD};

const CHECKS: &str =
    "checks = [{ connector = \"duo\", check = \"push\" }, { connector = \"duo\", check = \"universal_prompt\" }]";
const AUTH: &str =
    "auth = { integration_key = \"DIEXAMPLEAUTH0000001\", secret_key = { file = \"/etc/doorward/duo-auth.key\" } }\n";
const UNIVERSAL: &str = "universal = { client_id = \"DIZZZZZZZZZZZZZZZZZZ\", client_secret = { file = \"/etc/doorward/intranet.secret\" } }\n";

/// The good settings with further checks, and one change.
fn text(from: &str, to: &str) -> String {
    let connector = format!(
        "[[connector]]\nname = \"duo\"\nkind = \"duo\"\nhost = \"api-12345678.duosecurity.com\"\n\
         admin = {{ integration_key = \"DIEXAMPLEADMIN000001\", secret_key = {{ file = \"/etc/doorward/duo-admin.key\" }} }}\n\
         {AUTH}{UNIVERSAL}sign_in_url = \"https://apps.example.com/\"\n[[purpose]]"
    );
    let text = GOOD.replacen("[[purpose]]", &connector, 1).replacen(
        "verifier = \"persona\"\n",
        &format!("verifier = \"persona\"\n{CHECKS}\n"),
        1,
    );
    assert!(text.contains(from), "{from} is not in the settings");
    text.replacen(from, to, 1)
}

#[test]
fn a_push_needs_the_auth_api_and_the_prompt_its_own_application() {
    let folder = Folder::new();
    let config = folder.parse(&text("", "")).unwrap();
    assert_eq!(config.purposes[0].checks.len(), 2);
    let without = |key: &str, check: &str| {
        let only = format!("checks = [{{ connector = \"duo\", check = \"{check}\" }}]");
        folder.parse(&text(key, "").replacen(CHECKS, &only, 1))
    };
    assert!(without(AUTH, "universal_prompt").is_ok());
    assert!(without(AUTH, "push").is_err());
    assert!(without(UNIVERSAL, "push").is_ok());
    assert!(without(UNIVERSAL, "universal_prompt").is_err());
}

#[test]
fn single_faults_of_further_checks_are_told_exactly() {
    let folder = Folder::new();
    let cases = [
        (
            "no such connector",
            "connector = \"duo\", check = \"push\"",
            "connector = \"dou\", check = \"push\"",
        ),
        ("no such check", "check = \"push\"", "check = \"sms\""),
        (
            "a connector that asks nobody",
            "connector = \"duo\", check = \"push\"",
            "connector = \"entra\", check = \"push\"",
        ),
        ("without the keys", AUTH, ""),
        ("the same twice", "check = \"universal_prompt\"", "check = \"push\""),
        ("not a host of Duo", "api-12345678.duosecurity.com", "duo.example.com"),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|(name, from, to)| format!("--- {name}\n{}\n", folder.told(&text(from, to))))
        .collect();
    insta::assert_snapshot!("check_faults", all.concat());
}
