//! Calls to the company's own system from start to end: an answer that is lost, one that takes its time, one that is no, and
//! Doorward killed while it calls. Whatever happens, one badge is made.

use std::time::Duration;

use doorward_contract::fake::{Cut, Rule};
use doorward_lab::company::CALL;
use doorward_lab::play::walk::{Walk, state};
use doorward_lab::{Database, Lab};
use doorward_webhook::fake::{CallView, Manner, Standing};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{lab, walk};

const PATH: &str = "/hooks/doorward";
/// Far longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// Charlotte comes by a link for a badge and proves who she is; she waits at the end of it.
async fn proven(lab: &Lab) -> Walk {
    let mut walk = walk(lab);
    let charlotte = walk.person("charlotte-van-den-berg").unwrap();
    let link = lab.link(&charlotte.person, "badge", "INC0500").await.unwrap();
    walk.browser.visit(&link).await.unwrap();
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&charlotte, "pass").await.unwrap();
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    walk
}

/// Looks at the case until its page says this.
async fn until(lab: &Lab, walk: &mut Walk, wanted: &str) {
    let mut case = lab.sheet().doorward.address.clone();
    case.set_path("/case");
    let look = async {
        while state(walk.browser.visit(case.as_str()).await.unwrap()).unwrap() != wanted {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let seen = timeout(PATIENCE, look).await;
    assert!(seen.is_ok(), "never {wanted}\n{}", lab.gateway_log());
}

/// Looks at the imitated system until this is so.
async fn company(lab: &Lab, what: &str, so: impl Fn(&[CallView]) -> bool) {
    let look = async {
        while !so(&lab.vendors().company.calls()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(PATIENCE, look).await.is_ok(), "{what}\n{}", lab.gateway_log());
}

fn kinds(lab: &Lab) -> Vec<String> {
    let asked = lab.vendors().company.fake().asked();
    asked
        .iter()
        .map(|asked| asked.body["type"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The newest case as the ticket system sees it.
async fn newest(lab: &Lab) -> Value {
    lab.api().get("cases").await.unwrap()["cases"][0].clone()
}

fn is_one_badge(lab: &Lab) {
    let calls = lab.vendors().company.calls();
    assert!(
        matches!(&calls[..], [call] if call.acts == 1 && call.name == CALL && call.undone == 0),
        "{calls:?}"
    );
}

async fn a_lost_answer_is_asked_about(database: Database) {
    let lab = lab(database, |text| text).await;
    lab.vendors().company.fake().misbehave(Rule {
        cut: Some(Cut::After),
        path: Some(PATH.to_owned()),
        ..Rule::default()
    });
    let mut walk = proven(&lab).await;
    until(&lab, &mut walk, "done").await;
    is_one_badge(&lab);
    assert_eq!(kinds(&lab), ["doorward.call", "doorward.status"]);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_asked_about_and_the_call_is_not_repeated_on_sqlite() {
    Box::pin(a_lost_answer_is_asked_about(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_asked_about_and_the_call_is_not_repeated_on_postgresql() {
    Box::pin(a_lost_answer_is_asked_about(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_call_is_sent_again_under_the_same_id() {
    let lab = lab(Database::Sqlite, |text| text).await;
    lab.vendors().company.fake().misbehave(Rule {
        cut: Some(Cut::Before),
        path: Some(PATH.to_owned()),
        ..Rule::default()
    });
    let mut walk = proven(&lab).await;
    until(&lab, &mut walk, "done").await;
    is_one_badge(&lab);
    assert_eq!(kinds(&lab), ["doorward.call", "doorward.status", "doorward.call"]);
    let ids: Vec<_> = lab
        .vendors()
        .company
        .fake()
        .asked()
        .iter()
        .map(|asked| asked.body["data"]["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0] && id.is_string()), "{ids:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_takes_its_time_is_waited_for() {
    let lab = lab(Database::Sqlite, |text| text).await;
    lab.vendors().company.answer(
        CALL,
        Manner {
            standing: Standing::Pending,
            retry_after: Some(1),
            ..Manner::default()
        },
    );
    let mut walk = proven(&lab).await;
    company(&lab, "never called", |calls| !calls.is_empty()).await;
    let look = async {
        while kinds(&lab).iter().filter(|kind| *kind == "doorward.status").count() < 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(timeout(PATIENCE, look).await.is_ok(), "never asked again");
    assert_eq!(lab.vendors().company.calls()[0].acts, 0);
    lab.vendors()
        .company
        .settle(&lab.vendors().company.calls()[0].id, Standing::Done);
    until(&lab, &mut walk, "done").await;
    is_one_badge(&lab);
    assert_eq!(kinds(&lab).iter().filter(|kind| *kind == "doorward.call").count(), 1);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_says_no_leaves_the_case_to_an_operator_who_has_it_go_on() {
    let lab = lab(Database::Sqlite, |text| text).await;
    lab.vendors().company.answer(
        CALL,
        Manner {
            standing: Standing::Refused,
            reason: Some("printer_is_out_of_cards".to_owned()),
            ..Manner::default()
        },
    );
    let mut walk = proven(&lab).await;
    until(&lab, &mut walk, "stuck").await;
    let case = newest(&lab).await;
    assert!(case.to_string().contains("printer_is_out_of_cards"), "{case}");
    let page = walk.browser.page().unwrap().text();
    assert!(!page.contains("printer"), "the person is not told: {page}");

    lab.vendors().company.answer(CALL, Manner::default());
    let id = case["id"].as_str().unwrap();
    lab.api().post(&format!("cases/{id}/resume"), &json!({})).await.unwrap();
    until(&lab, &mut walk, "done").await;
    is_one_badge(&lab);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doorward_killed_after_the_call_was_carried_out_asks_what_became_of_it() {
    let lab = lab(Database::Sqlite, |text| text).await;
    lab.vendors().company.fake().misbehave(Rule {
        path: Some(PATH.to_owned()),
        cut: Some(Cut::After),
        ..Rule::default()
    });
    let mut walk = proven(&lab).await;
    company(&lab, "never called", |calls| !calls.is_empty()).await;
    lab.kill_gateway().await;
    lab.start_gateway().await.unwrap();
    until(&lab, &mut walk, "done").await;
    is_one_badge(&lab);
    let asked = kinds(&lab);
    assert_eq!(
        asked.iter().filter(|kind| *kind == "doorward.call").count(),
        1,
        "{asked:?}"
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doorward_killed_before_the_call_was_carried_out_sends_it_again_under_the_same_id() {
    let lab = lab(Database::Sqlite, |text| text).await;
    lab.vendors().company.fake().misbehave(Rule {
        path: Some(PATH.to_owned()),
        // The call hangs there until its caller is gone.
        delay_ms: 600_000,
        ..Rule::default()
    });
    let mut walk = proven(&lab).await;
    let held = async {
        while !lab.vendors().company.fake().rules().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(PATIENCE, held).await.is_ok(), "never called");
    lab.kill_gateway().await;
    assert!(lab.vendors().company.calls().is_empty());
    lab.start_gateway().await.unwrap();
    until(&lab, &mut walk, "done").await;
    is_one_badge(&lab);
    assert_eq!(kinds(&lab), ["doorward.status", "doorward.call"]);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_system_told_is_on_record_and_the_person_is_not() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = proven(&lab).await;
    until(&lab, &mut walk, "done").await;
    let case = newest(&lab).await.to_string();
    assert!(case.contains("BADGE-7"), "{case}");
    let log = lab.gateway_log();
    for secret in [&lab.sheet().company.secret[6..], "Charlotte", "charlotte"] {
        assert!(!log.contains(secret), "{secret} is logged");
    }
    lab.stop().await;
}
