//! What staff do from the command line and the API, and what they are told.

use std::process::{Command, Output};

use doorward_lab::{Database, Lab, caller};
use serde_json::json;

use super::{lab, walk};

pub(super) fn doorward(lab: &Lab, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command
        .args(words)
        .arg("--config")
        .arg(lab.folder().join("doorward.toml"));
    command.output().unwrap()
}

pub(super) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_makes_a_link_that_works_and_says_exactly_why_it_makes_none() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let link = |account: &str| {
        let words = [
            "link",
            "--purpose",
            "recover",
            "--ticket",
            "INC-1",
            "--account",
            account,
            "--json",
        ];
        doorward(&lab, &words)
    };
    let made = link("maria.silva@example.com");
    assert!(made.status.success(), "{}", said(&made));
    let told: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let mut walk = walk(&lab);
    let page = walk.browser.visit(told["link"]["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(page.attribute("body", "data-state").as_deref(), Some("invited"));
    let unknown = link("nobody.at.all@example.com");
    assert!(!unknown.status.success());
    assert!(said(&unknown).contains("no account answers"), "{}", said(&unknown));
    let admin = lab.sheet().person("amara-okafor").unwrap().person.login.clone();
    let protected = link(&admin);
    assert!(
        said(&protected).contains("Global Administrator"),
        "{}",
        said(&protected)
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_checked_offline_and_an_altered_one_is_named() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = walk(&lab);
    walk.enter_portal("maria.silva@example.com").await.unwrap();
    let verified = doorward(&lab, &["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    let file = lab.folder().join("record.jsonl");
    let exported = doorward(&lab, &["audit", "export", "--out", file.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", said(&exported));
    let offline = |file: &std::path::Path| {
        Command::new(env!("CARGO_BIN_EXE_doorward"))
            .args(["audit", "verify", "--export"])
            .arg(file)
            .output()
            .unwrap()
    };
    assert!(offline(&file).status.success(), "{}", said(&offline(&file)));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("portal", "portax", 1)).unwrap();
    let altered = offline(&file);
    assert!(!altered.status.success());
    assert!(said(&altered).contains("event 1 was altered"), "{}", said(&altered));
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_keys_are_listed_and_rotated_from_the_command_line() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let list = || {
        let output = doorward(&lab, &["keys", "list", "--json"]);
        assert!(output.status.success(), "{}", said(&output));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        told["keys"].as_array().unwrap().clone()
    };
    let tells = |keys: &[serde_json::Value]| {
        keys.iter()
            .map(|key| format!("{} {}", key["alg"].as_str().unwrap(), key["standing"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let first = list();
    assert_eq!(
        tells(&first),
        ["RS256 signing", "PS256 signing", "ES256 signing", "EdDSA signing"]
    );

    let rotated = doorward(&lab, &["keys", "rotate", "--alg", "ES256"]);
    assert!(rotated.status.success(), "{}", said(&rotated));
    let second = list();
    let expected = [
        "RS256 signing",
        "PS256 signing",
        "ES256 signing",
        "ES256 waiting",
        "EdDSA signing",
    ];
    assert_eq!(tells(&second), expected);
    assert!(
        first
            .iter()
            .all(|key| second.iter().any(|later| later["kid"] == key["kid"]))
    );
    let new = second[3]["kid"].as_str().unwrap();
    assert!(said(&rotated).contains(new), "{}", said(&rotated));
    assert!(said(&doorward(&lab, &["keys", "list"])).contains(new));

    let unknown = doorward(&lab, &["keys", "rotate", "--alg", "HS256"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        said(&unknown).contains("RS256, PS256, ES256 or EdDSA"),
        "{}",
        said(&unknown)
    );
    assert_eq!(list(), second);
    lab.stop().await;
}

#[test]
fn settings_that_do_not_fit_are_told_whole_and_end_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doorward.toml");
    std::fs::write(
        &file,
        "[server]\nlisten = \"nowhere\"\npublic_url = \"http://example.com\"\n[brand]\nname = 3\n",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["serve", "--config"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = said(&output);
    for part in [
        "listen",
        "public_url",
        "master_key",
        "name",
        "contact",
        "line 2, column 10",
    ] {
        assert!(told.contains(part), "{part} is not told:\n{told}");
    }
    assert!(!told.contains("panicked"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_takes_nobody_without_a_token_and_never_answers_with_a_person() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let base = lab.sheet().doorward.api.clone();
    let client = caller::client().unwrap();
    let url = format!("{}/cases", base.as_str().trim_end_matches('/'));
    for token in [None, Some("Bearer wrong"), Some("Basic YTpi")] {
        let mut request = client
            .post(&url)
            .json(&json!({"purpose": "recover", "account": "maria.silva@example.com"}));
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let wish = json!({"purpose": "recover", "account": "maria.silva@example.com", "ticket": "INC-7"});
    let opened = lab.api().post("cases", &wish).await.unwrap();
    let id = opened["id"].as_str().unwrap();
    for path in [format!("cases/{id}"), format!("cases/{id}/events"), "cases".to_owned()] {
        let text = lab.api().get(&path).await.unwrap().to_string().to_lowercase();
        assert!(!text.contains("maria") && !text.contains("silva"), "{path}: {text}");
        assert!(!text.contains("/l/"), "{path} repeats the link");
    }
    let synchronised = lab
        .sheet()
        .people
        .iter()
        .find(|one| one.person.directory.synchronised)
        .unwrap();
    let unfit = lab
        .api()
        .post(
            "cases",
            &json!({"purpose": "recover", "account": synchronised.person.login}),
        )
        .await;
    assert!(
        unfit.unwrap_err().to_string().contains("422"),
        "a password cannot fit a synchronised account"
    );
    lab.stop().await;
}
