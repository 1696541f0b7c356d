//! Every fault, told with its place and its remedy.

use doorward::config;
use proptest::prelude::*;

use super::{Folder, GOOD};

/// The good settings with one line changed; what they are told as.
fn told(change: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    folder.secret("empty.key", " \n");
    folder.secret("short.key", "c2hvcnQ=");
    folder.secret("sandbox.key", "persona_sandbox_0f5b1c8e3a47");
    folder.secret("short.token", "tooshort");
    folder.secret("hollow.pem", "-----BEGIN CERTIFICATE-----\nnothing\n");
    folder.secret("hollow.key", "-----BEGIN PRIVATE KEY-----\nnothing\n");
    folder.secret("mysql.url", "mysql://u:hunter2@db.example/door");
    folder.secret("large.key", &"A".repeat(100_000));
    std::fs::write(folder.path("open.key"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(folder.path("open.key"), mode).unwrap();
    let mut text = GOOD.to_owned();
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    folder.told(&text)
}

const MASTER: &str = "/etc/doorward/master.key";
const PLAN: &str = "action = \"temporary_password\"";
/// What is changed in the good settings, one fault at a time.
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("unknown key", &[("public_url", "pubilc_url = 1\npublic_url")]),
    ("missing file", &[(MASTER, "/etc/doorward/nowhere.key")]),
    ("empty file", &[(MASTER, "/etc/doorward/empty.key")]),
    ("file for all", &[(MASTER, "/etc/doorward/open.key")]),
    ("short master key", &[(MASTER, "/etc/doorward/short.key")]),
    (
        "variable not set",
        &[(
            "{ file = \"/etc/doorward/master.key\" }",
            "{ env = \"DOORWARD_TEST_NOT_SET\" }",
        )],
    ),
    (
        "secret inline",
        &[("{ file = \"/etc/doorward/master.key\" }", "\"c2VjcmV0\"")],
    ),
    (
        "secret from elsewhere",
        &[("{ file = \"/etc/doorward/master.key\" }", "{ vault = \"x\" }")],
    ),
    (
        "plain http",
        &[("https://recover.example.com", "http://recover.example.com")],
    ),
    (
        "path in address",
        &[("https://recover.example.com", "https://recover.example.com/door")],
    ),
    (
        "http beyond this machine",
        &[(
            "public_url = \"https://recover.example.com\"",
            "public_url = \"http://127.0.0.1:8080\"\nlisten = \"0.0.0.0:8080\"",
        )],
    ),
    ("nobody to call", &[(", phone = \"+1 555 0100\"", "")]),
    ("unknown kind", &[("kind = \"persona\"", "kind = \"perso\"")]),
    ("missing kind", &[("kind = \"graph\"\n", "")]),
    (
        "sandbox key",
        &[("/etc/doorward/persona.key", "/etc/doorward/sandbox.key")],
    ),
    ("wrong template", &[("itmpl_Example1", "tmpl_Example1")]),
    ("not a guid", &[("9c1d0000-aaaa-4bbb-8ccc-000000000001", "9c1d")]),
    ("common tenant", &[("11111111-2222-4333-8444-555555555555", "common")]),
    (
        "two credentials",
        &[(
            "credential = { secret =",
            "credential = { federated_token_file = \"/x\", secret =",
        )],
    ),
    (
        "no credential",
        &[("{ secret = { file = \"/etc/doorward/entra.secret\" } }", "{}")],
    ),
    (
        "unknown cloud",
        &[("kind = \"graph\"", "kind = \"graph\"\ncloud = \"mars\"")],
    ),
    ("unknown source", &[("sources = [\"portal\"]", "sources = [\"portl\"]")]),
    (
        "unknown verifier",
        &[("verifier = \"persona\"", "verifier = \"someone\"")],
    ),
    (
        "unknown connector",
        &[("directory = \"entra\"", "directory = \"entre\"")],
    ),
    ("unknown action", &[(PLAN, "action = \"temporary_pasword\"")]),
    (
        "going on without the only pass",
        &[(
            PLAN,
            "action = \"revoke_sessions\"\non_failure = \"go_on\"\n[[purpose.plan]]\nconnector = \"entra\"\n\
             action = \"temporary_password\"\non_failure = \"go_on\"",
        )],
    ),
    (
        "accounts where nothing is done",
        &[(
            "directory = \"entra\"",
            "directory = \"entra\"\naccounts = [{ connector = \"entra\" }, { connector = \"entre\", by = \"user_name\" }]",
        )],
    ),
    (
        "accounts by a name",
        &[(
            "directory = \"entra\"",
            "directory = \"entra\"\naccounts = [{ connector = \"entra\", by = \"name\" }]",
        )],
    ),
    (
        "foreign option",
        &[(PLAN, "action = \"temporary_password\"\none_time = true")],
    ),
    ("methods without kinds", &[(PLAN, "action = \"remove_methods\"")]),
    (
        "too long",
        &[(
            "title = \"Get back in\"",
            "title = \"Get back in\"\npass_lifetime = \"1h\"",
        )],
    ),
    (
        "no length of time",
        &[(
            "title = \"Get back in\"",
            "title = \"Get back in\"\ncase_lifetime = \"soon\"",
        )],
    ),
    (
        "wrong type",
        &[(
            "title = \"Get back in\"",
            "title = \"Get back in\"\nattempts = \"three\"",
        )],
    ),
    (
        "bad attribute",
        &[("extension_9c1d0000aaaa4bbb8ccc000000000001_birthDate", "birthday")],
    ),
    (
        "short token",
        &[(
            "[brand]",
            "[[api_token]]\nname = \"t\"\nsecret = { file = \"/etc/doorward/short.token\" }\n[brand]",
        )],
    ),
    (
        "no attribute for strict",
        &[(
            "birth_date_attribute = \"extension_9c1d0000aaaa4bbb8ccc000000000001_birthDate\"\n",
            "",
        )],
    ),
    (
        "no pass in china",
        &[
            ("kind = \"graph\"", "kind = \"graph\"\ncloud = \"china\""),
            (PLAN, "action = \"temporary_access_pass\""),
        ],
    ),
    (
        "half a cloud in clear",
        &[(
            "kind = \"graph\"",
            "kind = \"graph\"\ncloud = { authority = \"http://login.example.com\", scope = \"s\" }",
        )],
    ),
    (
        "half a cloud",
        &[(
            "kind = \"graph\"",
            "kind = \"graph\"\ncloud = { authority = \"https://login.example.com\" }",
        )],
    ),
    (
        "certificate with nothing in it",
        &[(
            "{ secret = { file = \"/etc/doorward/entra.secret\" } }",
            "{ certificate = \"/etc/doorward/hollow.pem\", key = { file = \"/etc/doorward/hollow.key\" } }",
        )],
    ),
    (
        "password in the address",
        &[(
            "[brand]",
            "[database]\nurl = \"postgres://u:hunter2@db.example/door\"\n[brand]",
        )],
    ),
    (
        "password among parameters",
        &[(
            "[brand]",
            "[database]\nurl = \"postgres://u@db.example/door?password=hunter2\"\n[brand]",
        )],
    ),
    (
        "database of another kind",
        &[(
            "[brand]",
            "[database]\nurl = { file = \"/etc/doorward/mysql.url\" }\n[brand]",
        )],
    ),
    (
        "no check",
        &[("verifier = \"persona\"", "verifier = \"persona\"\nrequired = []")],
    ),
    (
        "check twice",
        &[(
            "verifier = \"persona\"",
            "verifier = \"persona\"\nrequired = [\"selfie\", \"selfie\"]",
        )],
    ),
    (
        "five secrets of one webhook",
        &[(
            "environment =",
            "webhook_secrets = [{ env = \"HOME\" }, { env = \"HOME\" }, { env = \"HOME\" }, { env = \"HOME\" }, { env = \"HOME\" }]\nenvironment =",
        )],
    ),
    (
        "nobody may come",
        &[("[brand]", "[limits]\nper_address_hour = 0\n[brand]")],
    ),
    (
        "one token twice",
        &[(
            "[brand]",
            "[[api_token]]\nname = \"a\"\nsecret = { file = \"/etc/doorward/ticket-system.token\" }\n\
             [[api_token]]\nname = \"b\"\nsecret = { file = \"/etc/doorward/ticket-system.token\" }\n[brand]",
        )],
    ),
    (
        "unknown purpose of a token",
        &[(
            "[brand]",
            "[[api_token]]\nname = \"a\"\npurposes = [\"recovr\"]\n\
             secret = { file = \"/etc/doorward/ticket-system.token\" }\n[brand]",
        )],
    ),
    (
        "a machine that would approve",
        &[(
            "[brand]",
            "[[api_token]]\nname = \"a\"\nscopes = [\"read_case\", \"approve\"]\n\
             secret = { file = \"/etc/doorward/ticket-system.token\" }\n[brand]",
        )],
    ),
    (
        "two of one name and one unused",
        &[(
            "[[verifier]]",
            "[[source]]\nname = \"portal\"\nkind = \"link\"\n[[source]]\nname = \"desk\"\nkind = \"portal\"\n[[verifier]]",
        )],
    ),
    (
        "no plan",
        &[(
            "[[purpose.plan]]\nconnector = \"entra\"\naction = \"temporary_password\"\n",
            "plan = []\n",
        )],
    ),
    (
        "letters that drive a terminal",
        &[("[brand]", "[brand]\n\"a\\u001b[31m\\u202eb\" = 1")],
    ),
    ("no file but a device", &[(MASTER, "/dev/zero")]),
    ("far too large a file", &[(MASTER, "/etc/doorward/large.key")]),
    (
        "secret as a number",
        &[("key = { file = \"/etc/doorward/persona.key\" }", "key = 12345")],
    ),
    ("not toml", &[("[brand]", "[brand\n= 3")]),
];

#[test]
fn single_faults_are_told_exactly() {
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change)| format!("--- {name}\n{}\n", told(change)))
        .collect();
    insta::assert_snapshot!("single_faults", all.concat());
}

#[test]
fn every_fault_is_told_at_once_in_the_order_of_the_file() {
    let text = told(&[
        ("public_url = \"https://recover.example.com\"", "lissten = 3"),
        ("name = \"Example Corp\"", "nmae = \"Example Corp\""),
        ("template = \"itmpl_Example1\"\n", ""),
        ("env_Example1", "Example1"),
        ("client_id = \"9c1d0000-aaaa-4bbb-8ccc-000000000001\"", "client_id = 7"),
        ("title = \"Get back in\"", "attempts = 99"),
        ("action = \"temporary_password\"", "action = \"explode\""),
    ]);
    insta::assert_snapshot!("all_at_once", text);
}

#[test]
fn one_fault_hides_no_other() {
    let text = told(&[
        ("public_url = \"https://recover.example.com\"\n", ""),
        ("name = \"Example Corp\"", "name = \"\""),
        ("name = \"entra\"", "name = \"entra\"\ncloud = \"mars\""),
        ("title = \"Get back in\"\n", ""),
        ("sources = [\"portal\"]", "sources = [\"portl\", \"portal\"]"),
        ("directory = \"entra\"", "directory = \"okta\""),
        ("verifier = \"persona\"", "verifier = \"persoona\""),
        ("connector = \"entra\"", "connector = \"entrra\""),
    ]);
    insta::assert_snapshot!("hides_no_other", text);
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let places = [
        "{ file = \"/etc/doorward/master.key\" }",
        "{ file = \"/etc/doorward/persona.key\" }",
        "{ file = \"/etc/doorward/entra.secret\" }",
        "{ secret = { file = \"/etc/doorward/entra.secret\" } }",
    ];
    for place in places {
        for wrong in [
            "\"hunter2-hunter2\"",
            "[\"hunter2-hunter2\"]",
            "{ vault = \"hunter2-hunter2\" }",
        ] {
            let text = told(&[(place, wrong)]);
            assert!(!text.contains("hunter2"), "{place} as {wrong}: {text}");
        }
    }
}

#[test]
fn a_fault_in_the_environment_is_told_by_the_variables_name() {
    let folder = Folder::new();
    let variables = [("DOORWARD__SERVER__LISTEN".to_owned(), "nonsense".to_owned())];
    let faults = config::parse(&folder.here(GOOD), &variables).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].place, "variable DOORWARD__SERVER__LISTEN");
    assert_eq!(faults[0].position, None);
}

#[test]
fn a_file_that_is_not_there_is_told_too() {
    let faults = config::load(std::path::Path::new("/nowhere/doorward.toml"), &[]).unwrap_err();
    assert!(faults.to_string().contains("it cannot be read"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_it_panic(text in "\\PC{0,400}") {
        let _whatever = config::parse(&text, &[]);
    }

    #[test]
    fn no_cut_or_changed_settings_make_it_panic(at in 0_usize..900, letter in "[\\[\\]{}\"=a-z0-9\\n]{0,3}") {
        let folder = Folder::new();
        let mut text = folder.here(GOOD);
        let at = text.floor_char_boundary(at.min(text.len()));
        text.insert_str(at, &letter);
        let _whatever = config::parse(&text, &[]);
        let _whatever = config::parse(&text[..at], &[]);
    }
}
