//! Further checks of a purpose, by codes too, and the Duo account that makes them: each fault alone, as an operator reads it.

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

const CODES: &str =
    "checks = [{ carrier = \"mail\", check = \"email_code\" }, { carrier = \"sms\", check = \"phone_code\" }]";
const CARRIERS: &str = "[[carrier]]\nname = \"mail\"\nkind = \"smtp\"\nurl = \"smtps://mail.example.com\"\n\
                        from = \"service.desk@example.com\"\n\
                        [[carrier]]\nname = \"sms\"\nkind = \"webhook\"\nurl = \"https://sms.example.com/doorward\"\n\
                        secrets = [{ file = \"/etc/doorward/tickets.secret\" }]\n[[purpose]]";

/// The good settings with codes, and some changes.
fn coded(changes: &[(&str, &str)]) -> String {
    let text = text(CHECKS, CODES).replacen("[[purpose]]", CARRIERS, 1);
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in the settings");
        text.replacen(from, to, 1)
    })
}

#[test]
fn a_code_goes_to_private_addresses_and_mobile_numbers_unless_the_settings_say_otherwise() {
    use doorward::config::challenge::FurtherCheck;
    use doorward::config::challenge::ReachWord::{Mobile, PrivateMail, WorkMail};
    let folder = Folder::new();
    let config = folder.parse(&coded(&[])).unwrap();
    let checks = config.purposes[0].checks.iter();
    let reaches: Vec<_> = checks.map(FurtherCheck::reaches).collect();
    assert_eq!(reaches, [vec![PrivateMail], vec![Mobile]]);
    assert_eq!(
        (config.limits.codes_per_contact, config.limits.codes_per_account),
        (5, 10)
    );
    // A gateway may carry e-mail too, and a plan that lets nobody in leaves the own mailbox a place for a code.
    let gateway = coded(&[
        ("carrier = \"mail\"", "carrier = \"sms\""),
        ("url = \"https://sms", "carries = \"mail\"\nurl = \"https://sms"),
        (", { carrier = \"sms\", check = \"phone_code\" }", ""),
    ]);
    assert!(folder.parse(&gateway).is_ok());
    let harmless = coded(&[
        (
            "check = \"email_code\"",
            "check = \"email_code\", contacts = [\"work_mail\", \"private_mail\"]",
        ),
        ("action = \"temporary_password\"", "action = \"revoke_sessions\""),
    ]);
    let config = folder.parse(&harmless);
    let reaches = config.map(|config| config.purposes[0].checks[0].reaches());
    assert_eq!(reaches.ok(), Some(vec![WorkMail, PrivateMail]));
}

/// What a case is called, and what stands there instead.
type Changed = (&'static str, &'static [(&'static str, &'static str)]);

#[test]
fn single_faults_of_codes_are_told_exactly() {
    let folder = Folder::new();
    let cases: [Changed; 12] = [
        ("no such carrier", &[("carrier = \"mail\"", "carrier = \"mial\"")]),
        ("no carriers at all", &[(CARRIERS, "[[purpose]]")]),
        (
            "a connector for a code",
            &[("carrier = \"mail\"", "connector = \"duo\"")],
        ),
        (
            "a carrier for a push",
            &[("check = \"email_code\"", "check = \"push\"")],
        ),
        (
            "both",
            &[("carrier = \"mail\"", "connector = \"duo\", carrier = \"mail\"")],
        ),
        ("neither", &[("carrier = \"mail\", ", "")]),
        (
            "a mail server for an SMS",
            &[("carrier = \"sms\"", "carrier = \"mail\"")],
        ),
        (
            "nothing that carries mail",
            &[("carrier = \"mail\"", "carrier = \"sms\"")],
        ),
        (
            "a mailbox for an SMS",
            &[(
                "check = \"phone_code\"",
                "check = \"phone_code\", contacts = [\"work_mail\"]",
            )],
        ),
        (
            "nowhere to go",
            &[("check = \"email_code\"", "check = \"email_code\", contacts = []")],
        ),
        (
            "contacts for a push",
            &[(
                "carrier = \"mail\", check = \"email_code\"",
                "connector = \"duo\", check = \"push\", contacts = [\"mobile\"]",
            )],
        ),
        (
            "the mailbox that the plan opens",
            &[(
                "check = \"email_code\"",
                "check = \"email_code\", contacts = [\"work_mail\"]",
            )],
        ),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|(name, changes)| format!("--- {name}\n{}\n", folder.told(&coded(changes))))
        .collect();
    insta::assert_snapshot!("code_faults", all.concat());
}
