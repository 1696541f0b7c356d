//! Sources of kind `duo`: what loads, and what each fault is told as.

use doorward::config::source::Source;

use super::{Folder, GOOD};

const SOURCE: &str = r#"[[source]]
name = "duo"
kind = "duo"
return_to = ["https://apps.example.com/"]
[source.links]
issuer = "service-desk"
secrets = [{ file = "/etc/doorward/intranet.secret" }]
[[verifier]]"#;
const BACK: &str = "https://apps.example.com/";
const SECRETS: &str = "secrets = [{ file = \"/etc/doorward/intranet.secret\" }]";

/// The good settings with a Duo account in them, and one change.
fn text(from: &str, to: &str) -> String {
    let text = GOOD.replacen("[[verifier]]", SOURCE, 1).replacen(
        "sources = [\"portal\"]",
        "sources = [\"portal\", \"duo\"]",
        1,
    );
    assert!(text.contains(from), "{from} is not in the settings");
    text.replacen(from, to, 1)
}

#[test]
fn a_duo_account_needs_its_name_only() {
    let folder = Folder::new();
    let (before, rest) = SOURCE.split_once("return_to").unwrap();
    let config = folder
        .parse(&text(&format!("return_to{rest}"), "[[verifier]]"))
        .unwrap();
    assert!(before.contains("kind = \"duo\""));
    let bare = config.sources.iter().find_map(|source| match source {
        Source::Duo(duo) => Some((duo.return_to.len(), duo.links.is_none())),
        _ => None,
    });
    assert_eq!(bare, Some((0, true)));
}

#[test]
fn links_live_for_fifteen_minutes_unless_the_settings_say_less() {
    let folder = Folder::new();
    for (line, seconds) in [(SECRETS.to_owned(), 900), (format!("{SECRETS}\nlifetime = \"1m\""), 60)] {
        let config = folder.parse(&text(SECRETS, &line)).unwrap();
        let found = config.sources.iter().find_map(|source| match source {
            Source::Duo(duo) => duo.links.as_ref().map(|links| links.lifetime.0.as_secs()),
            _ => None,
        });
        assert_eq!(found, Some(seconds));
    }
}

#[test]
fn single_faults_of_a_duo_account_are_told_exactly() {
    let folder = Folder::new();
    folder.secret("short", "too short");
    let cases = [
        ("a way back in clear", BACK, "http://apps.example.com/"),
        ("a way back that runs", BACK, "javascript:alert(1)"),
        ("a way back to an app", BACK, "com.example.app:/back"),
        ("a way back with a fragment", BACK, "https://apps.example.com/#top"),
        ("a way back with a password", BACK, "https://u:p@apps.example.com/"),
        ("a way back with a tab in it", BACK, "https://apps.example.com/\\t"),
        ("no whole address", BACK, "apps.example.com"),
        ("no issuer", "issuer = \"service-desk\"\n", ""),
        ("no secret", SECRETS, "secrets = []"),
        (
            "a short secret",
            SECRETS,
            "secrets = [{ file = \"/etc/doorward/short\" }]",
        ),
        ("too long", SECRETS, &format!("{SECRETS}\nlifetime = \"16m\"")),
        ("an unknown key", SECRETS, &format!("{SECRETS}\nalgorithm = \"none\"")),
        (
            "it leads nowhere",
            "sources = [\"portal\", \"duo\"]",
            "sources = [\"portal\"]",
        ),
        (
            "nothing would be done",
            "[[purpose.plan]]\nconnector = \"entra\"\naction = \"temporary_password\"\n",
            "",
        ),
        ("nobody's accounts", "directory = \"entra\"\n", ""),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|(name, from, to)| format!("--- {name}\n{}\n", folder.told(&text(from, to))))
        .collect();
    insta::assert_snapshot!("duo_faults", all.concat());
}
