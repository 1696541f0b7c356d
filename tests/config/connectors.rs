//! Connectors of kinds `okta` and `duo`, and what plans may ask of them: what loads, and what each fault is told as.

use doorward_contract::Ability;

use super::{Folder, GOOD, read};

const CONNECTORS: &str = r#"[[connector]]
name = "okta"
kind = "okta"
org = "https://example.okta.com"
credential = { client_id = "0oaExample0000000001", key = { file = "/etc/doorward/okta.pem" }, kid = "doorward-1" }
birth_date_attribute = "birthDate"
[[connector]]
name = "duo"
kind = "duo"
host = "api-12345678.duosecurity.com"
admin = { integration_key = "DIEXAMPLEADMIN000001", secret_key = { file = "/etc/doorward/duo-admin.key" } }
auth = { integration_key = "DIEXAMPLEAUTH0000001", secret_key = { file = "/etc/doorward/duo-auth.key" } }
sign_in_url = "https://sso.example.com/"
[[purpose]]
name = "lost-phone"
title = "Sign in without your phone"
sources = ["portal"]
directory = "okta"
verifier = "persona"
[[purpose.plan]]
connector = "okta"
action = "reset_factors"
[[purpose.plan]]
connector = "duo"
action = "bypass_code"
[[purpose]]"#;

/// The good settings with both connectors in them, and its changes.
fn text(change: &[(&str, &str)]) -> String {
    let mut text = GOOD.replacen("[[purpose]]", CONNECTORS, 1);
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

fn told(change: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    folder.secret("short.key", "tooshort");
    folder.secret(
        "hollow.pem",
        "-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n",
    );
    folder.told(&text(change))
}

const ORG: &str = "https://example.okta.com";
const APP: &str =
    "{ client_id = \"0oaExample0000000001\", key = { file = \"/etc/doorward/okta.pem\" }, kid = \"doorward-1\" }";
const HOST: &str = "host = \"api-12345678.duosecurity.com\"";
const ADMIN: &str = "DIEXAMPLEADMIN000001";
const RESET: &str = "action = \"reset_factors\"";
const CODE: &str = "action = \"bypass_code\"";

/// What loads just as well.
const TAKEN: &[(&str, &[(&str, &str)])] = &[
    ("as it is", &[]),
    (
        "token",
        &[(APP, "{ api_token = { file = \"/etc/doorward/okta.secret\" } }")],
    ),
    ("imitated org", &[(ORG, "http://127.0.0.1:7409")]),
    ("imitated host", &[(HOST, "host = \"http://127.0.0.1:7410\"")]),
    ("federal host", &[(HOST, "host = \"api-12345678.duofederal.com\"")]),
    (
        "loose names",
        &[(HOST, "names = \"simple\"\nhost = \"api-1.duosecurity.com\"")],
    ),
    (
        "attributes",
        &[(
            "kind = \"okta\"",
            "kind = \"okta\"\nlogin_attributes = [\"login\", \"employeeNumber\"]",
        )],
    ),
    (
        "protected",
        &[
            (
                "kind = \"okta\"",
                "kind = \"okta\"\nprotected = { accounts = [\"00u1\"], groups = [\"00g1\"], harmless_roles = [\"READ_ONLY_ADMIN\"] }",
            ),
            (
                "kind = \"duo\"",
                "kind = \"duo\"\nprotected = { users = [\"DUEXAMPLEOWNER000001\"], groups = [\"DGEXAMPLEADMINS00001\"] }",
            ),
        ],
    ),
    (
        "named factors",
        &[(
            RESET,
            "action = \"reset_factors\"\nkinds = [\"push\", \"token:software:totp\"]",
        )],
    ),
    ("minutes", &[(CODE, "action = \"bypass_code\"\nlifetime_minutes = 5")]),
    (
        "access code",
        &[
            (
                RESET,
                "action = \"temporary_access_code\"\nlifetime_minutes = 14400\none_time = false",
            ),
            (CODE, "action = \"unlock\""),
        ],
    ),
    (
        "devices",
        &[(CODE, "action = \"remove_devices\"\nkinds = [\"phone\", \"desktop\"]")],
    ),
    (
        "names alone",
        &[
            ("birth_date_attribute = \"birthDate\"\n", ""),
            ("verifier = \"persona\"", "verifier = \"persona\"\nmatch = \"names\""),
        ],
    ),
];

#[test]
fn what_the_vendors_have_loads() {
    let folder = Folder::new();
    for (name, change) in TAKEN {
        if let Err(faults) = folder.parse(&text(change)) {
            panic!("{name}: {faults:?}");
        }
    }
}

/// What is changed, one fault at a time.
const CASES: &[(&str, &[(&str, &str)])] = &[
    ("org with a path", &[(ORG, "https://example.okta.com/admin")]),
    ("administration console", &[(ORG, "https://example-admin.okta.com")]),
    ("org in clear", &[(ORG, "http://example.okta.com")]),
    ("no credential", &[(APP, "{}")]),
    (
        "two credentials",
        &[(
            "credential = { client_id",
            "credential = { api_token = { file = \"/etc/doorward/okta.secret\" }, client_id",
        )],
    ),
    (
        "app without a key",
        &[(APP, "{ client_id = \"0oaExample0000000001\" }")],
    ),
    ("app without an id", &[("client_id = \"0oaExample0000000001\", ", "")]),
    ("wrong id of the app", &[("0oaExample0000000001", "my app")]),
    (
        "key with nothing in it",
        &[("/etc/doorward/okta.pem", "/etc/doorward/hollow.pem")],
    ),
    ("key nobody can name", &[(", kid = \"doorward-1\"", "")]),
    (
        "found by name",
        &[(
            "kind = \"okta\"",
            "kind = \"okta\"\nlogin_attributes = [\"login\", \"lastName\"]",
        )],
    ),
    (
        "found by nothing",
        &[("kind = \"okta\"", "kind = \"okta\"\nlogin_attributes = []")],
    ),
    ("no name of an attribute", &[("\"birthDate\"", "\"birth date\"")]),
    (
        "no attribute for strict",
        &[("birth_date_attribute = \"birthDate\"\n", "")],
    ),
    (
        "protected by name",
        &[(
            "kind = \"okta\"",
            "kind = \"okta\"\nprotected = { accounts = [\"ada@example.com\"], harmless_roles = [\"SUPER_ADMIN\"] }",
        )],
    ),
    ("foreign host", &[(HOST, "host = \"api.example.com\"")]),
    (
        "host with a path",
        &[(HOST, "host = \"https://api-1.duosecurity.com/admin\"")],
    ),
    ("no integration key", &[(ADMIN, "DIEXAMPLE")]),
    (
        "short secret key",
        &[("/etc/doorward/duo-admin.key", "/etc/doorward/short.key")],
    ),
    ("one application twice", &[(ADMIN, "DIEXAMPLEAUTH0000001")]),
    ("no admin", &[("admin = {", "auth2 = {")]),
    (
        "other names",
        &[(HOST, "names = \"loose\"\nhost = \"api-1.duosecurity.com\"")],
    ),
    (
        "protected Duo user by name",
        &[("kind = \"duo\"", "kind = \"duo\"\nprotected = { users = [\"ada\"] }")],
    ),
    (
        "people looked up at Duo",
        &[("directory = \"okta\"", "directory = \"duo\"")],
    ),
    (
        "Okta asked for Duo's act",
        &[("connector = \"duo\"", "connector = \"okta\"")],
    ),
    (
        "link without Auth API",
        &[
            (
                "auth = { integration_key = \"DIEXAMPLEAUTH0000001\", secret_key = { file = \"/etc/doorward/duo-auth.key\" } }\n",
                "",
            ),
            (CODE, "action = \"enrolment_link\""),
        ],
    ),
    (
        "unknown factor",
        &[(RESET, "action = \"reset_factors\"\nkinds = [\"pusch\"]")],
    ),
    ("no factor", &[(RESET, "action = \"reset_factors\"\nkinds = []")]),
    (
        "a method of another vendor",
        &[(RESET, "action = \"reset_factors\"\nkinds = [\"authenticator_app\"]")],
    ),
    ("no devices", &[(CODE, "action = \"remove_devices\"")]),
    (
        "unknown device",
        &[(CODE, "action = \"remove_devices\"\nkinds = [\"phone\", \"fridge\"]")],
    ),
    (
        "code for a week",
        &[(CODE, "action = \"bypass_code\"\nlifetime_minutes = 10080")],
    ),
    (
        "no minutes at all",
        &[(CODE, "action = \"bypass_code\"\nlifetime_minutes = 0")],
    ),
    (
        "minutes of an unlock",
        &[(CODE, "action = \"unlock\"\nlifetime_minutes = 10")],
    ),
    (
        "one time of a bypass code",
        &[(CODE, "action = \"bypass_code\"\none_time = true")],
    ),
    (
        "kinds of a link",
        &[
            (RESET, "action = \"reset_link\"\nkinds = [\"push\"]"),
            (CODE, "action = \"unlock\""),
        ],
    ),
    (
        "minutes of a pass at Entra",
        &[(
            "action = \"temporary_password\"",
            "action = \"temporary_access_pass\"\nlifetime_minutes = 5",
        )],
    ),
];

#[test]
fn faults_of_connectors_are_told_exactly() {
    let all: Vec<String> = CASES
        .iter()
        .map(|(name, change)| format!("--- {name}\n{}\n", told(change)))
        .collect();
    insta::assert_snapshot!("connector_faults", all.concat());
}

#[test]
fn secrets_of_connectors_stay_secret() {
    let folder = Folder::new();
    let shown = format!("{:?}", folder.parse(&text(&[])).unwrap());
    let key = std::fs::read_to_string(folder.path("okta.pem")).unwrap();
    let line = key.lines().nth(1).unwrap();
    for secret in [line, "ADMINadmin0123456789", "AUTHauth012345678901"] {
        assert!(!shown.contains(secret));
    }
    for wrong in ["\"hunter2-hunter2\"", "{ vault = \"hunter2-hunter2\" }"] {
        for place in ["/etc/doorward/okta.pem", "/etc/doorward/duo-admin.key"] {
            let text = told(&[(&format!("{{ file = \"{place}\" }}"), wrong)]);
            assert!(!text.contains("hunter2"), "{place} as {wrong}: {text}");
        }
    }
}

#[test]
fn entra_is_not_answered_about_people_of_another_vendor() {
    let source = "[[source]]\nname = \"entra-mfa\"\nkind = \"entra\"\ntenant = \"11111111-2222-4333-8444-555555555555\"\n\
                  client_id = \"doorward\"\napp_id = \"9c1d0000-aaaa-4bbb-8ccc-000000000002\"\n[[verifier]]";
    let purpose = "[[purpose]]\nname = \"second-factor\"\ntitle = \"Confirm that it is you\"\nsources = [\"entra-mfa\"]\n\
                   directory = \"okta\"\nverifier = \"persona\"\n[[purpose]]";
    let told = told(&[("[[verifier]]", source), ("[[purpose]]", purpose)]);
    assert!(told.contains("Entra names people by their id in its tenant"), "{told}");
}

/// The words of a documented list stand in the settings that explain every key.
#[test]
fn every_action_and_every_kind_is_explained() {
    let documented = read("config/doorward.toml");
    let config = Folder::new().parse(&text(&[])).unwrap();
    let abilities = config
        .connectors
        .iter()
        .flat_map(doorward::config::connector::Connector::abilities);
    let words = abilities.map(Ability::word);
    let kinds = doorward_graph::removable_methods()
        .chain(doorward_okta::KINDS)
        .chain(doorward_duo::kinds());
    for word in words.chain(kinds) {
        assert!(
            documented.contains(word),
            "`{word}` is not explained in config/doorward.toml"
        );
    }
}
