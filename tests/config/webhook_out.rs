//! `[[webhook]]`: what loads, and what each fault is told as.

use std::time::Duration;

use doorward::app::webhook_out::kind;
use doorward::config::webhook_out::{Told, Webhook};
use doorward::notice::Kind;

use super::{Folder, GOOD};

const URL: &str = "url = \"https://hooks.example.com/doorward/cases\"";
const SECRET: &str = "{ file = \"/etc/doorward/tickets.secret\" }";

/// Settings with one webhook that says little, and this besides.
fn text(change: &[(&str, &str)], more: &str) -> String {
    let mut text = format!("{GOOD}\n[[webhook]]\nname = \"tickets\"\n{URL}\nsecrets = [{SECRET}]\n{more}\n");
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

fn read(more: &str) -> Webhook {
    let [webhook] = Folder::new()
        .parse(&text(&[], more))
        .unwrap()
        .webhooks
        .try_into()
        .unwrap();
    webhook
}

#[test]
fn little_has_to_be_said() {
    let bare = read("");
    assert_eq!(bare.events, None);
    assert!(bare.purposes.is_empty());
    assert_eq!(bare.timeout.0, Duration::from_secs(10));
    let told = read("events = [\"case.closed\", \"shield.changed\"]\npurposes = [\"recover\"]\ntimeout = \"3s\"");
    assert_eq!(told.events, Some(vec![Told::CaseClosed, Told::ShieldChanged]));
    assert_eq!(told.timeout.0, Duration::from_secs(3));
    assert!(!format!("{told:?}").contains("YW5vdGhlciBzZWNyZXQ"));
}

#[test]
fn whatever_is_told_can_be_asked_for_by_its_type() {
    for known in Kind::ALL {
        let read = read(&format!("events = [\"{}\"]", known.word()));
        assert_eq!(read.events.map(|events| kind(events[0])), Some(known));
    }
}

/// What stands there, and what takes its place.
type Changes = &'static [(&'static str, &'static str)];

/// What is changed, one fault at a time, and what is said besides.
const CASES: &[(&str, Changes, &str)] = &[
    ("in clear", &[(URL, "url = \"http://hooks.example.com/doorward\"")], ""),
    (
        "a key in the address",
        &[(URL, "url = \"https://hooks.example.com/?key=1\"")],
        "",
    ),
    (
        "no secret",
        &[("secrets = [{ file = \"/etc/doorward/tickets.secret\" }]", "")],
        "",
    ),
    (
        "an empty list of secrets",
        &[("[{ file = \"/etc/doorward/tickets.secret\" }]", "[]")],
        "",
    ),
    (
        "three secrets",
        &[(
            "[{ file",
            "[{ file = \"/etc/doorward/tickets.secret\" }, { file = \"/etc/doorward/tickets.secret\" }, { file",
        )],
        "",
    ),
    ("another kind of secret", &[("tickets.secret", "intranet.secret")], ""),
    ("no such event", &[], "events = [\"case.close\"]"),
    ("told of nothing", &[], "events = []"),
    ("no such purpose", &[], "purposes = [\"recovery\"]"),
    ("too patient", &[], "timeout = \"31s\""),
    (
        "two of one name",
        &[],
        "[[webhook]]\nname = \"tickets\"\nurl = \"https://hooks.example.com/other\"\nsecrets = [{ file = \"/etc/doorward/tickets.secret\" }]",
    ),
];

#[test]
fn each_fault_is_told_with_its_place_and_its_remedy() {
    let told = |change: &[(&str, &str)], more: &str| Folder::new().told(&text(change, more));
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change, more)| format!("--- {name}\n{}\n", told(change, more)))
        .collect();
    let all = all.concat();
    assert!(!all.contains("YW5vdGhlciBzZWNyZXQ") && !all.contains("a-client-secret-of-more"));
    insta::assert_snapshot!("webhook_out", all);
}
