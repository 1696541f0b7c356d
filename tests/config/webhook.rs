//! Connectors of kind `webhook`: what loads, and what each fault is told as.

use std::time::Duration;

use doorward::config::connector::Connector;
use doorward::config::connector::webhook::Told;

use super::Folder;

const GOOD: &str = include_str!("../../config/examples/webhook.toml");

fn text(change: &[(&str, &str)]) -> String {
    let mut text = GOOD.to_owned();
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

#[test]
fn little_has_to_be_said_and_nothing_is_sent_of_the_person_unless_it_is() {
    let read = |change: &[(&str, &str)]| {
        let config = Folder::new().parse(&text(change)).unwrap();
        let found = config.connectors.into_iter().find_map(|connector| match connector {
            Connector::Webhook(webhook) => Some(webhook),
            _ => None,
        });
        found.unwrap()
    };
    let bare = read(&[(SEND, ""), ("undo = true", "")]);
    assert!(bare.send.is_empty() && !bare.undo);
    assert_eq!(bare.timeout.0, Duration::from_secs(10));
    let told = read(&[(SEND, "send = [\"display_name\", \"login\"]\ntimeout = \"3s\"")]);
    assert_eq!(told.send, [Told::DisplayName, Told::Login]);
    assert!(told.undo);
    assert_eq!(told.timeout.0, Duration::from_secs(3));
    let two = format!("[{SECRET}, {SECRET}]");
    assert_eq!(read(&[(&format!("[{SECRET}]"), &two)]).secrets.len(), 2);
}

const URL: &str = "https://hooks.example.com/doorward";
const SECRET: &str = "{ file = \"/etc/doorward/company.secret\" }";
const FIVE: &str = "[{ file = \"/etc/doorward/company.secret\" }, { file = \"/etc/doorward/company.secret\" }, { file = \"/etc/doorward/company.secret\" }, { file = \"/etc/doorward/company.secret\" }, { file = \"/etc/doorward/company.secret\" }]";
const SEND: &str = "send = [\"login\"]";
const CALL: &str = "name = \"order_laptop\"";

/// What is changed, one fault at a time.
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("in clear", &[(URL, "http://hooks.example.com/doorward")]),
    (
        "a key in the address",
        &[(URL, "https://hooks.example.com/doorward?code=1")],
    ),
    (
        "no secret",
        &[("secrets = [{ file = \"/etc/doorward/company.secret\" }]", "")],
    ),
    (
        "an empty list of secrets",
        &[("[{ file = \"/etc/doorward/company.secret\" }]", "[]")],
    ),
    (
        "five secrets",
        &[("[{ file = \"/etc/doorward/company.secret\" }]", FIVE)],
    ),
    (
        "another kind of secret",
        &[("/etc/doorward/company.secret", "/etc/doorward/intranet.secret")],
    ),
    (
        "a secret in the open",
        &[(SECRET, "\"whsec_b25lIHNlY3JldCBvZiB0aGlydHktdHdvIGJ5dGVzLi4=\"")],
    ),
    ("more than is told", &[(SEND, "send = [\"birth_date\"]")]),
    ("too patient", &[(SEND, "timeout = \"2m\"")]),
    ("a call without a name", &[(CALL, "")]),
    ("a name with a space", &[(CALL, "name = \"order a laptop\"")]),
    (
        "a name for something else",
        &[(
            "action = \"revoke_sessions\"",
            "action = \"revoke_sessions\"\nname = \"x\"",
        )],
    ),
    (
        "a call of somebody who takes none",
        &[("connector = \"company\"", "connector = \"entra\"")],
    ),
    (
        "asked for what it is not called for",
        &[(
            "action = \"call\"\nname = \"order_laptop\"",
            "action = \"revoke_sessions\"",
        )],
    ),
    (
        "as a directory",
        &[("directory = \"entra\"", "directory = \"company\"")],
    ),
];

#[test]
fn each_fault_is_told_with_its_place_and_its_remedy() {
    let told = |change: &[(&str, &str)]| Folder::new().told(&text(change));
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change)| format!("--- {name}\n{}\n", told(change)))
        .collect();
    let all = all.concat();
    assert!(!all.contains("b25lIHNlY3JldC") && !all.contains("a-client-secret-of-more"));
    insta::assert_snapshot!("webhook", all);
}
