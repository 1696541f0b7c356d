//! The lab as its users meet it: the program, the sheet, the start page.

#![expect(clippy::unwrap_used, reason = "tests")]

mod program;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use doorward_contract::clock::SystemClock;
use doorward_lab::Lab;
use doorward_lab::browser::Browser;
use doorward_lab::people::everybody;
use doorward_lab::sheet::Sheet;
use rustix::process::{Pid, test_kill_process};
use serde_json::Value;

use program::{PROGRAM, Running, open, read, sheet, stop};

/// The gateway that a lab runs.
fn gateway_of(lab: &Running) -> Pid {
    let children = format!("/proc/{0}/task/{0}/children", lab.0.id());
    let text = std::fs::read_to_string(children).unwrap_or_default();
    let seen = text.split_whitespace().next().map(ToOwned::to_owned);
    // The child may have been started by another thread of the lab.
    let seen = seen.or_else(|| {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", lab.0.id())).unwrap();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).ok())
            .find_map(|text| text.split_whitespace().next().map(ToOwned::to_owned))
    });
    Pid::from_raw(seen.unwrap().parse().unwrap()).unwrap()
}

fn until_gone(pid: Pid) {
    while test_kill_process(pid).is_ok() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn it_says_where_everything_is_in_one_line_and_leaves_nothing_behind() {
    let (lab, told) = open(&["--seed", "11"]);
    for part in [
        "lab", "world", "doorward", "persona", "entra", "graph", "api", "mailbox", "data",
    ] {
        assert!(told[part].is_string(), "{part} in {told}");
    }
    assert_eq!(told["seed"], 11);
    let (gateway, data) = (gateway_of(&lab), told["data"].as_str().unwrap().to_owned());
    assert!(Path::new(&data).join("doorward.toml").exists());
    stop(lab);
    assert!(test_kill_process(gateway).is_err(), "the gateway outlived the lab");
    assert!(!Path::new(&data).exists(), "the folder outlived the lab");
}

#[tokio::test]
async fn a_gateway_whose_lab_was_killed_ends_too() {
    let (mut lab, told) = open(&[]);
    let gateway = gateway_of(&lab);
    lab.0.kill().unwrap();
    lab.0.wait().unwrap();
    until_gone(gateway);
    std::fs::remove_dir_all(told["data"].as_str().unwrap()).unwrap();
}

#[tokio::test]
async fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    let (one, told_one) = open(&["--seed", "3"]);
    let (two, told_two) = open(&["--seed", "3"]);
    let (other, told_other) = open(&["--seed", "4"]);
    let (sheet_one, sheet_two, sheet_other) =
        (sheet(&told_one).await, sheet(&told_two).await, sheet(&told_other).await);
    for lab in [one, two, other] {
        stop(lab);
    }
    let secrets = |sheet: &Sheet| {
        let (persona, entra) = (sheet.persona.clone(), sheet.entra.clone());
        let mut all = vec![
            persona.key,
            persona.template,
            persona.environment,
            entra.tenant.to_string(),
            entra.client_id.to_string(),
        ];
        all.extend([
            entra.client_id.to_string(),
            entra.client_secret,
            sheet.doorward.tokens[0].token.clone(),
        ]);
        all.extend(persona.webhook_secrets);
        all.extend(sheet.people.iter().map(|person| person.account.to_string()));
        all
    };
    assert_eq!(secrets(&sheet_one), secrets(&sheet_two));
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (
        secrets(&sheet_one).into_iter().collect(),
        secrets(&sheet_other).into_iter().collect(),
    );
    assert!(ours.is_disjoint(&theirs));
}

#[tokio::test]
async fn a_folder_keeps_its_world_and_refuses_another_seed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let (lab, first) = open(&["--data", path, "--seed", "8"]);
    stop(lab);
    let output = Command::new(PROGRAM)
        .args(["--data", path, "--seed", "9", "--json"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("seed 8"));
    assert!(output.stdout.is_empty());
    let (lab, second) = read(Command::new(PROGRAM).args(["--data", path, "--json"]));
    stop(lab);
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_way_out() {
    let (lab, told) = open(&[]);
    let taken = told["lab"]
        .as_str()
        .unwrap()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let output = Command::new(PROGRAM).args(["--listen", &taken]).output().unwrap();
    stop(lab);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains(&taken) && said.contains("the start page") && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let output = Command::new(PROGRAM).args(["--listen", "0.0.0.0:0"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("loopback"));
}

#[test]
fn the_journeys_are_listed_one_a_line() {
    let output = Command::new(PROGRAM).args(["--", "play", "--list"]).output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let names: BTreeSet<_> = said
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(names.len(), said.lines().count());
    for name in [
        "portal-password",
        "link-password",
        "link-tap",
        "wrong-name",
        "declined",
        "needs-review",
        "expired",
        "unknown-email",
        "protected",
        "second-browser",
        "link-twice",
        "forged-webhook",
    ] {
        assert!(names.contains(name), "{name}");
    }
}

#[test]
fn an_unknown_journey_is_refused_before_anything_starts() {
    let output = Command::new(PROGRAM)
        .args(["play", "no-such-journey"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--list"));
}

#[tokio::test]
async fn the_sheet_holds_all_that_an_outside_client_needs_and_its_addresses_answer() {
    let lab = Lab::start(Arc::new(SystemClock)).await.unwrap();
    let client = doorward_lab::caller::client().unwrap();
    let sheet = lab.sheet();
    assert_eq!(sheet.people.len(), everybody().len());
    for person in &sheet.people {
        for picture in [&person.document_picture, &person.selfie] {
            let bytes = client.get(picture.clone()).send().await.unwrap().bytes().await.unwrap();
            assert!(bytes.starts_with(b"\x89PNG"), "{picture}");
        }
    }
    let mut readable = vec![
        &sheet.lab.address,
        &sheet.lab.world,
        &sheet.lab.mailbox,
        &sheet.lab.gateway_log,
    ];
    readable.extend([
        &sheet.doorward.ready,
        &sheet.persona.control.log,
        &sheet.persona.control.misbehave,
    ]);
    for control in [&sheet.entra.control, &sheet.okta_accounts.control, &sheet.duo.control] {
        readable.extend([&control.log, &control.misbehave]);
    }
    readable.extend(sheet.okta_accounts.knobs.get("accounts"));
    readable.extend(["users", "pushes"].iter().filter_map(|name| sheet.duo.knobs.get(*name)));
    readable.extend([&sheet.duo.messaging, &sheet.duo.phones, &sheet.duo.application]);
    for url in readable {
        let status = client.get(url.clone()).send().await.unwrap().status();
        assert!(status.is_success(), "{url}: {status}");
    }
    let people: Value = client
        .get(sheet.lab.world.clone())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let maria = &people["people"][0];
    for key in [
        "id",
        "login",
        "given",
        "family",
        "birth_date",
        "document",
        "directory",
        "account",
        "mailbox",
    ] {
        assert!(!maria[key].is_null(), "{key}");
    }
    assert!(
        people["examples"]["open_case"]
            .as_str()
            .unwrap()
            .contains(&sheet.doorward.tokens[0].token)
    );
}

#[tokio::test]
async fn the_sheet_tells_what_cases_may_be_opened_for_and_who_sends_people() {
    let lab = Lab::start(Arc::new(SystemClock)).await.unwrap();
    let sheet = lab.sheet();
    assert_eq!(sheet.doorward.purposes.len(), 22);
    let sources: Vec<&str> = sheet.saml_providers.iter().map(|one| one.source.as_str()).collect();
    assert_eq!(sources, ["duo-sso", "saml-library"]);
    assert!(sheet.relying_parties.iter().any(|party| party.client_id == "rp"));
}

#[tokio::test]
async fn whoever_sends_people_is_where_the_sheet_says() {
    let lab = Lab::start(Arc::new(SystemClock)).await.unwrap();
    let sheet = lab.sheet();
    for sender in [
        &sheet.okta.address,
        &sheet.rp,
        &sheet.entra.external_mfa,
        &sheet.duo_sso,
    ] {
        let mut browser = Browser::new(Arc::new(SystemClock)).unwrap();
        let page = browser.visit(sender.as_str()).await.unwrap();
        assert!(page.status().is_success(), "{sender}");
    }
}

#[tokio::test]
async fn the_start_page_offers_both_ways_and_everybody_without_scripts() {
    let lab = Lab::start(Arc::new(SystemClock)).await.unwrap();
    let mut browser = Browser::new(Arc::new(SystemClock)).unwrap();
    let page = browser.visit(lab.sheet().lab.address.as_str()).await.unwrap();
    assert_eq!(
        page.link("Open the recovery page").unwrap(),
        lab.sheet()
            .doorward
            .address
            .join("recover?purpose=recover-here")
            .unwrap()
    );
    assert!(page.has_form("Send the link"));
    assert!(page.has_form("Sign a link"));
    assert!(!page.source().contains("<script"));
    for person in everybody() {
        assert!(page.says(&person.name()), "{}", person.id);
    }
    for purpose in [
        "okta-password",
        "lost-phone",
        "lost-everything",
        "duo-new-phone",
        "recover-checked",
        "codes",
    ] {
        assert!(page.has_form(&format!("link-{purpose}")), "{purpose}");
    }
    for link in ["Mailbox", "Persona", "Entra", "Gateway", "Settings"] {
        let page = browser.follow(link).await.unwrap();
        assert!(page.status().is_success(), "{link}");
    }
    assert!(browser.page().unwrap().says("temporary_access_pass"));
}

#[tokio::test]
async fn another_site_cannot_play_with_the_lab() {
    let lab = Lab::start(Arc::new(SystemClock)).await.unwrap();
    let client = doorward_lab::caller::client().unwrap();
    let kill = client.post(lab.sheet().lab.kill_gateway.clone());
    let status = kill
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap()
        .status();
    assert_eq!(status, 403);
    let ready = client.get(lab.sheet().doorward.ready.clone()).send().await.unwrap();
    assert!(ready.status().is_success());
}
