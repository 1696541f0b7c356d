//! `[[carrier]]`: what loads, and what each fault is told as.

use std::time::Duration;

use doorward::config::carrier::{Carrier, Carries, Protection};

use super::{Folder, GOOD};

const MAIL: &str = "[[carrier]]\nname = \"mail\"\nkind = \"smtp\"\nurl = \"smtps://mail.example.com\"\n\
                    user = \"doorward\"\npassword = { file = \"/etc/doorward/ticket-system.token\" }\n\
                    from = \"service.desk@example.com\"\n";
const SMS: &str = "[[carrier]]\nname = \"sms\"\nkind = \"webhook\"\nurl = \"https://sms.example.com/doorward\"\n\
                   secrets = [{ file = \"/etc/doorward/tickets.secret\" }]\n";

fn text(change: &[(&str, &str)]) -> String {
    let mut text = format!("{GOOD}\n{MAIL}\n{SMS}");
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

fn read(change: &[(&str, &str)]) -> Vec<Carrier> {
    Folder::new().parse(&text(change)).unwrap().carriers
}

#[test]
fn little_has_to_be_said() {
    let carriers = read(&[]);
    let [Carrier::Smtp(mail), Carrier::Gateway(sms)] = carriers.as_slice() else {
        panic!("{carriers:?}");
    };
    assert_eq!((mail.url.host.as_str(), mail.url.port), ("mail.example.com", 465));
    assert_eq!(mail.timeout.0, Duration::from_secs(30));
    assert_eq!((sms.carries, sms.timeout.0), (Carries::Phone, Duration::from_secs(10)));
    assert!(mail.purposes.is_empty() && sms.purposes.is_empty());
    assert!(!format!("{carriers:?}").contains("0123456789abcdef"));
}

#[test]
fn how_a_connection_is_protected_is_told_by_its_address() {
    for (url, host, port, protection) in [
        (
            "smtps://mail.example.com:4465",
            "mail.example.com",
            4465,
            Protection::Implicit,
        ),
        ("smtp://mail.example.com", "mail.example.com", 587, Protection::StartTls),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Protection::StartTls),
        (
            "smtp+plaintext://127.0.0.1:2525",
            "127.0.0.1",
            2525,
            Protection::Plaintext,
        ),
        ("smtp+plaintext://[::1]:2525/", "::1", 2525, Protection::Plaintext),
        ("smtp+plaintext://localhost", "localhost", 587, Protection::Plaintext),
    ] {
        let carriers = read(&[("smtps://mail.example.com", url)]);
        let Some(Carrier::Smtp(mail)) = carriers.first() else {
            panic!("{carriers:?}");
        };
        assert_eq!(
            (mail.url.host.as_str(), mail.url.port, mail.url.protection),
            (host, port, protection)
        );
    }
}

/// What stands there, and what takes its place.
type Changes = &'static [(&'static str, &'static str)];

const CASES: &[(&str, Changes)] = &[
    ("in the clear", &[("smtps://mail", "smtp+plaintext://mail")]),
    ("a web address", &[("smtps://mail", "https://mail")]),
    (
        "a password in the address",
        &[("smtps://mail", "smtps://doorward:secret@mail")],
    ),
    (
        "more than a host",
        &[("smtps://mail.example.com", "smtps://mail.example.com/inbox")],
    ),
    ("no host", &[("smtps://mail.example.com", "smtps://")]),
    (
        "a user without a password",
        &[("password = { file = \"/etc/doorward/ticket-system.token\" }\n", "")],
    ),
    ("a password without a user", &[("user = \"doorward\"\n", "")]),
    (
        "a name beside the address",
        &[("\"service.desk@example.com\"", "\"Desk <service.desk@example.com>\"")],
    ),
    ("no sender", &[("from = \"service.desk@example.com\"\n", "")]),
    (
        "an unsigned gateway",
        &[("[{ file = \"/etc/doorward/tickets.secret\" }]", "[]")],
    ),
    ("a gateway in the clear", &[("https://sms", "http://sms")]),
    (
        "no such kind",
        &[(
            "kind = \"webhook\"\nurl = \"https://sms",
            "kind = \"sms\"\nurl = \"https://sms",
        )],
    ),
    (
        "no such purpose",
        &[("name = \"sms\"", "name = \"sms\"\npurposes = [\"recovery\"]")],
    ),
    ("two of one name", &[("name = \"sms\"", "name = \"mail\"")]),
    (
        "too patient",
        &[("name = \"mail\"", "name = \"mail\"\ntimeout = \"2m\"")],
    ),
];

#[test]
fn each_fault_is_told_with_its_place_and_its_remedy() {
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change)| format!("--- {name}\n{}\n", Folder::new().told(&text(change))))
        .collect();
    let all = all.concat();
    assert!(!all.contains("0123456789abcdef") && !all.contains("YW5vdGhlciBzZWNyZXQ"));
    insta::assert_snapshot!("carrier", all);
}
