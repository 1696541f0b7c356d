//! Journeys in worlds of their own: all of them by name, through a power cut, into the next day, with other settings.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod program;

use std::process::Command;
use std::sync::Arc;

use doorward_contract::clock::SystemClock;
use doorward_lab::Lab;
use doorward_lab::browser::Browser;
use doorward_lab::caller::client;
use doorward_lab::doors::USUAL;
use doorward_lab::play::JOURNEYS;
use doorward_lab::sheet::Sheet;
use serde_json::Value;

use program::{PROGRAM, open, sheet, stop};

#[test]
fn every_journey_ends_as_its_line_says() {
    let names = JOURNEYS.iter().map(|journey| journey.name);
    let output = Command::new(PROGRAM)
        .args(["play", "--json"])
        .args(names)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let outcomes: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for outcome in &outcomes {
        assert_eq!(outcome["result"], "ok", "{outcome}");
        assert!(
            outcome["case"].is_string() && !outcome["steps"].as_array().unwrap().is_empty(),
            "{outcome}"
        );
    }
    assert_eq!(outcomes.len(), JOURNEYS.len());
    assert!(output.status.success());
}

#[tokio::test]
async fn a_power_cut_loses_no_case() {
    let (lab, told) = open(&[]);
    let sheet = sheet(&told).await;
    let mut browser = Browser::new(Arc::new(SystemClock)).unwrap();
    let number = begin(&sheet, &mut browser, "maria.silva@example.com").await;
    let client = client().unwrap();
    client.post(sheet.lab.kill_gateway.clone()).send().await.unwrap();
    assert!(client.get(sheet.doorward.live.clone()).send().await.is_err());
    let started = client.post(sheet.lab.start_gateway.clone()).send().await.unwrap();
    assert!(started.status().is_redirection());
    let page = browser.reload().await.unwrap();
    assert_eq!(page.first(".number .value").unwrap(), number);
    assert!(page.has_form("/case/consent"));
    stop(lab);
}

#[tokio::test]
async fn a_world_goes_on_the_next_day() {
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data", folder.path().to_str().unwrap()];
    let (lab, told) = open(&data);
    let first = sheet(&told).await;
    let played = Command::new(PROGRAM)
        .args(["play", "link-password", "--world", first.lab.address.as_str()])
        .output()
        .unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    let before = memory(&first).await;
    stop(lab);
    // Without `--listen`, everything is where it was.
    let mut again = Command::new(PROGRAM);
    let (lab, told) = program::read(again.args(data).arg("--json"));
    let second = sheet(&told).await;
    assert_eq!(second.doorward.address, first.doorward.address);
    assert_eq!(memory(&second).await, before);
    let juergen = before[0]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["upn"] == "juergen.mueller@example.com")
        .unwrap();
    assert_eq!(
        (&juergen["password_sets"], &juergen["must_change"]),
        (&1.into(), &false.into())
    );
    assert_eq!(before[1].as_array().unwrap().len(), 1);
    stop(lab);
}

/// What became of the accounts, and the mail.
async fn memory(sheet: &Sheet) -> [Value; 2] {
    let client = client().unwrap();
    let read = async |url: &url::Url| {
        client
            .get(url.clone())
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap()
    };
    [
        read(&sheet.entra.knobs["accounts"]).await,
        read(&sheet.lab.mailbox).await,
    ]
}

#[tokio::test]
async fn one_changed_line_gives_a_pass_instead_of_a_password() {
    let lab = Lab::builder()
        .listen((USUAL.ip(), 0).into())
        .in_process(Arc::new(SystemClock))
        .toml_change(|text| {
            text.replacen(
                "action = \"temporary_password\"",
                "action = \"temporary_access_pass\"",
                1,
            )
        })
        .start()
        .await
        .unwrap();
    assert_eq!(lab.sheet().doorward.purposes[0].gives, "temporary_access_pass");
    let mut browser = lab.browser().unwrap();
    begin(lab.sheet(), &mut browser, "maria.silva@example.com").await;
    browser.form("/case/consent").unwrap().press("agree").await.unwrap();
    browser.form("/verify/begin").unwrap().press("Begin").await.unwrap();
    let document = browser
        .form("Use this document")
        .unwrap()
        .set("specimen", "maria-silva");
    document.press("Use this document").await.unwrap();
    browser.form("/verify/selfie").unwrap().press("Take").await.unwrap();
    browser
        .form("/verify/outcome")
        .unwrap()
        .set("outcome", "pass")
        .press("Finish")
        .await
        .unwrap();
    browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    browser.until(|page| page.has_form("/case/reveal")).await.unwrap();
    let page = browser.form("/case/reveal").unwrap().press("").await.unwrap();
    assert!(page.heading().contains("access pass"), "{}", page.heading());
    let maria = lab
        .entra
        .accounts()
        .into_iter()
        .find(|one| one.upn == "maria.silva@example.com")
        .unwrap();
    assert_eq!((maria.tap_creates, maria.password_sets), (1, 0));
}

/// Opens a case at the recovery page; returns its number.
async fn begin(sheet: &Sheet, browser: &mut Browser, login: &str) -> String {
    let page = sheet.doorward.address.join("recover?purpose=recover").unwrap();
    browser.visit(page.as_str()).await.unwrap();
    let form = browser.form("/recover").unwrap().set("login", login);
    form.press("Continue").await.unwrap().first(".number .value").unwrap()
}
