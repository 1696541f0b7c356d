//! The short check: what loads, and what each fault is told as.

use std::time::Duration;

use super::{Folder, GOOD};

const SOURCE: &str = r#"[[source]]
name = "entra-mfa"
kind = "entra"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "doorward-acme"
app_id = "9c1d0000-aaaa-4bbb-8ccc-000000000002"
[[verifier]]
recheck_template = "itmpl_Selfie1"
recheck_template_version = "itmplv_Selfie1""#;
const PURPOSE: &str = r#"[[purpose]]
name = "second-factor"
title = "Confirm that it is you"
sources = ["entra-mfa"]
directory = "entra"
verifier = "persona"
recheck = "90d"
"#;
const TEMPLATE: &str = "recheck_template = \"itmpl_Selfie1\"\n";
const VERSION: &str = "recheck_template_version = \"itmplv_Selfie1\"\n";
const RECHECK: &str = "recheck = \"90d\"";

/// The good settings with an external method and a short check in them, and its changes.
fn text(change: &[(&str, &str)]) -> String {
    let mut text = format!("{}{PURPOSE}", GOOD.replacen("[[verifier]]", SOURCE, 1));
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

#[test]
fn a_short_check_is_off_unless_a_purpose_asks_for_it() {
    let config = Folder::new().parse(&text(&[])).unwrap();
    let lengths = config
        .purposes
        .iter()
        .map(|purpose| purpose.recheck.as_ref().map(|length| length.0));
    let last = Some(Duration::from_hours(90 * 24));
    assert_eq!(lengths.clone().next_back().unwrap(), last);
    assert!(lengths.rev().skip(1).all(|length| length.is_none()));
    for length in ["1d", "365d"] {
        let changed = format!("recheck = \"{length}\"");
        assert!(Folder::new().parse(&text(&[(RECHECK, &changed)])).is_ok(), "{length}");
    }
}

/// What is changed, one fault at a time.
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("no template", &[(TEMPLATE, ""), (VERSION, "")]),
    ("a version of no template", &[(TEMPLATE, ""), (RECHECK, "")]),
    ("the template of the full check", &[("itmpl_Selfie1", "itmpl_Example1")]),
    ("no template id", &[("itmpl_Selfie1", "vtmpl_1")]),
    (
        "nobody from Entra",
        &[("sources = [\"portal\"", "recheck = \"90d\"\nsources = [\"portal\"")],
    ),
    (
        "no face on the document",
        &[(RECHECK, "recheck = \"90d\"\nrequired = [\"government_id\"]")],
    ),
    ("for hours", &[(RECHECK, "recheck = \"23h\"")]),
    ("for more than a year", &[(RECHECK, "recheck = \"366d\"")]),
];

#[test]
fn single_faults_of_a_short_check_are_told_exactly() {
    let folder = Folder::new();
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change)| format!("--- {name}\n{}\n", folder.told(&text(change))))
        .collect();
    insta::assert_snapshot!("recheck_faults", all.concat());
}
