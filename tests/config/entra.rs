//! Sources of kind `entra`: what loads, and what each fault is told as.

use doorward::config::source::Source;

use super::{Folder, GOOD};

const SOURCE: &str = r#"[[source]]
name = "entra-mfa"
kind = "entra"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "doorward-acme"
app_id = "9c1d0000-aaaa-4bbb-8ccc-000000000002"
[[verifier]]"#;
const PURPOSE: &str = r#"[[purpose]]
name = "second-factor"
title = "Confirm that it is you"
sources = ["entra-mfa"]
directory = "entra"
verifier = "persona"
"#;

/// The good settings with an external method in them, and its changes.
fn text(change: &[(&str, &str)]) -> String {
    let mut text = format!("{}{PURPOSE}", GOOD.replacen("[[verifier]]", SOURCE, 1));
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

const APP: &str = "9c1d0000-aaaa-4bbb-8ccc-000000000002";
const CLIENT: &str = "client_id = \"doorward-acme\"";

/// The address of the authority that the settings lead to.
fn cloud(cloud: &str) -> String {
    let with_cloud = format!("{CLIENT}\ncloud = {cloud}");
    let config = Folder::new().parse(&text(&[(CLIENT, &with_cloud)])).unwrap();
    let found = config.sources.iter().find_map(|source| match source {
        Source::Entra(entra) => Some(format!("{:?}", entra.cloud)),
        _ => None,
    });
    found.unwrap().split('(').next().unwrap().to_owned()
}

#[test]
fn every_cloud_can_be_named_and_an_authority_of_ones_own() {
    assert!(Folder::new().parse(&text(&[])).is_ok());
    assert_eq!(cloud("\"global\""), "Global");
    assert_eq!(cloud("\"us_gov\""), "UsGov");
    assert_eq!(cloud("\"china\""), "China");
    assert_eq!(cloud("{ authority = \"http://127.0.0.1:7403\" }"), "At");
}

/// What is changed, one fault at a time.
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("unknown cloud", &[(CLIENT, "client_id = \"d\"\ncloud = \"us_dod\"")]),
    (
        "authority in clear",
        &[(
            CLIENT,
            "client_id = \"d\"\ncloud = { authority = \"http://login.example.com\" }",
        )],
    ),
    (
        "authority with a path",
        &[(
            CLIENT,
            "client_id = \"d\"\ncloud = { authority = \"https://login.example.com/common\" }",
        )],
    ),
    (
        "cloud with more than an authority",
        &[(
            CLIENT,
            "client_id = \"d\"\ncloud = { authority = \"https://login.example.com\", graph = \"x\" }",
        )],
    ),
    ("app id is no guid", &[(APP, "doorward")]),
    (
        "tenant by its domain",
        &[(
            "kind = \"entra\"\ntenant = \"11111111-2222-4333-8444-555555555555\"",
            "kind = \"entra\"\ntenant = \"acme.example\"",
        )],
    ),
    ("client id with a space", &[(CLIENT, "client_id = \"doorward acme\"")]),
    ("no client id", &[(CLIENT, "")]),
    (
        "no app id",
        &[("app_id = \"9c1d0000-aaaa-4bbb-8ccc-000000000002\"\n", "")],
    ),
    (
        "unknown key",
        &[(CLIENT, "client_id = \"d\"\ndiscovery = \"https://x.example\"")],
    ),
    ("no purpose", &[("sources = [\"entra-mfa\"]", "sources = [\"portal\"]")]),
    (
        "two purposes",
        &[(
            "[[purpose]]\nname = \"second-factor\"",
            "[[purpose]]\nname = \"other\"\ntitle = \"Other\"\nsources = [\"entra-mfa\"]\ndirectory = \"entra\"\n\
             verifier = \"persona\"\n[[purpose]]\nname = \"second-factor\"",
        )],
    ),
    (
        "no face",
        &[(
            "sources = [\"entra-mfa\"]",
            "sources = [\"entra-mfa\"]\nrequired = [\"government_id\", \"selfie\"]",
        )],
    ),
    (
        "directory of another tenant",
        &[(
            "kind = \"entra\"\ntenant = \"11111111-2222-4333-8444-555555555555\"",
            "kind = \"entra\"\ntenant = \"11111111-2222-4333-8444-666666666666\"",
        )],
    ),
    (
        "no directory",
        &[(
            "sources = [\"entra-mfa\"]\ndirectory = \"entra\"\n",
            "sources = [\"entra-mfa\"]\n",
        )],
    ),
];

#[test]
fn single_faults_of_an_external_method_are_told_exactly() {
    let folder = Folder::new();
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change)| format!("--- {name}\n{}\n", folder.told(&text(change))))
        .collect();
    insta::assert_snapshot!("entra_faults", all.concat());
}
