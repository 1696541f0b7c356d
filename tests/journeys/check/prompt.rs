//! The Universal Prompt: there and back, and every way in which what comes back is not what was sent for.

use std::time::Duration;

use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, caller};
use url::Url;

use super::{Stage, Wish};

async fn stage(database: Database, checks: &'static [&'static str], turned: bool) -> Stage {
    Stage::of(Wish {
        database,
        checks,
        turned,
        ..Wish::default()
    })
    .await
}

const PROMPT: &[&str] = &["universal_prompt"];

/// At Duo, from Doorward's page.
async fn at_duo(stage: &Stage) -> Walk {
    let mut walk = stage.proven().await;
    walk.expect("prompt").unwrap();
    stage.ready(&mut walk).await;
    let page = walk.browser.page().unwrap();
    assert_eq!(
        page.url().origin(),
        stage.duo.world().public_base.origin(),
        "{}",
        page.text()
    );
    walk
}

/// Approves in the prompt that is open, and stays there: where Duo would send the browser.
async fn approved(stage: &Stage, walk: &Walk) -> Url {
    let visit = walk
        .browser
        .page()
        .unwrap()
        .attribute("input[name=visit]", "value")
        .unwrap();
    let url = stage.duo.world().public_base.join("prompt").unwrap();
    let form = [("visit", visit.as_str()), ("choice", "approve")];
    let answer = caller::client().unwrap().post(url).form(&form).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 303);
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

async fn case_page(stage: &Stage, walk: &mut Walk) {
    let case = stage.lab.sheet().doorward.address.join("case").unwrap();
    walk.browser.visit(case.as_str()).await.unwrap();
}

async fn there_and_back(database: Database) {
    let stage = stage(database, &["universal_prompt", "push"], false).await;
    let mut walk = at_duo(&stage).await;
    let form = walk.browser.form("Approve on the phone").unwrap();
    form.press("Approve on the phone").await.unwrap();
    // One after another, in the purpose's order.
    walk.look_until("push").await.unwrap();
    stage.ready(&mut walk).await;
    let txid = stage.duo.pushes().pop().unwrap();
    assert!(stage.duo.answer_push(&txid, "approve"));
    stage.is_let_in(&mut walk).await;
    assert_eq!(stage.results().await, ["passed", "passed"]);
    let facts = stage.facts("check_answered").await;
    assert_eq!(facts[0]["check"], "universal_prompt");
    assert_eq!(facts[0]["facts"]["factor"], "duo_push");
    assert!(stage.facts("check_refused").await.is_empty());
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_and_back_and_on_to_the_next_check_on_sqlite() {
    Box::pin(there_and_back(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_and_back_and_on_to_the_next_check_on_postgresql() {
    Box::pin(there_and_back(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_no_visit_of_this_browser_changes_nothing_and_is_written_down() {
    let stage = stage(Database::Sqlite, PROMPT, false).await;
    let mut walk = at_duo(&stage).await;
    let back = approved(&stage, &walk).await;
    let with = |change: &dyn Fn(&str, &str) -> Option<String>| {
        let mut url = back.clone();
        let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
        url.query_pairs_mut().clear().extend_pairs(
            pairs
                .iter()
                .filter_map(|(name, value)| change(name, value).map(|value| (name, value))),
        );
        url
    };
    let keep = |value: &str| Some(value.to_owned());
    let mut twice = back.clone();
    twice.query_pairs_mut().append_pair("state", "another");
    let mut other_connector = back.clone();
    other_connector.set_path("/return/duo/entra");
    let wrong = [
        with(&|name, value| (name != "state").then(|| value.to_owned())),
        with(&|name, value| {
            if name == "state" {
                keep("x".repeat(43).as_str())
            } else {
                keep(value)
            }
        }),
        with(&|name, value| if name == "state" { keep("") } else { keep(value) }),
        with(&|_, _| None),
        twice,
        other_connector,
    ];
    for url in &wrong {
        walk.browser.visit(url.as_str()).await.unwrap();
        case_page(&stage, &mut walk).await;
        walk.expect("prompt-again").unwrap();
    }
    // A refusal that somebody made up does not end anybody's visit either.
    let mut refusal = back.clone();
    refusal.set_query(Some("error=access_denied&state=made-up"));
    walk.browser.visit(refusal.as_str()).await.unwrap();
    // Somebody else's browser, without a case and with another's.
    let mut stranger = stage.walk();
    stranger.browser.visit(back.as_str()).await.unwrap();
    stranger.expect("no-session").unwrap();
    let mut other = stage.walk();
    other.enter_portal("omar.al-rashid@example.com").await.unwrap();
    other.browser.visit(back.as_str()).await.unwrap();
    other.expect("consent").unwrap();
    let id = stage.case().await["id"].as_str().unwrap().to_owned();
    let events = stage
        .lab
        .api()
        .get(&format!("cases/{id}/events"))
        .await
        .unwrap()
        .to_string();
    assert!(events.contains("check_refused"), "{events}");
    // The right one still counts, once.
    walk.browser.visit(back.as_str()).await.unwrap();
    stage.is_let_in(&mut walk).await;
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_brought_back_once_counts_once_and_an_older_visit_not_at_all() {
    let stage = stage(Database::Sqlite, &["universal_prompt", "push"], false).await;
    let mut walk = at_duo(&stage).await;
    let first = approved(&stage, &walk).await;
    // Back by hand, and to Duo once more: what the first visit brought belongs to it.
    case_page(&stage, &mut walk).await;
    walk.expect("prompt-again").unwrap();
    stage.ready(&mut walk).await;
    let second = approved(&stage, &walk).await;
    walk.browser.visit(first.as_str()).await.unwrap();
    case_page(&stage, &mut walk).await;
    walk.expect("prompt-again").unwrap();
    walk.browser.visit(second.as_str()).await.unwrap();
    walk.look_until("push").await.unwrap();
    for _ in 0..2 {
        walk.browser.visit(second.as_str()).await.unwrap();
    }
    walk.look_until("push").await.unwrap();
    assert_eq!(stage.results().await, ["passed"]);
    assert!(!stage.facts("check_refused").await.is_empty());
    let redeemed = stage.duo.fake().lines();
    let redeemed = redeemed.iter().filter(|line| line.contains("oauth/v1/token")).count();
    assert_eq!(redeemed, 1);
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_factor_that_a_helpdesk_hands_out_does_not_count() {
    let stage = stage(Database::Sqlite, PROMPT, false).await;
    let mut walk = at_duo(&stage).await;
    let maria = stage
        .duo
        .users()
        .into_iter()
        .find(|user| user.username == "maria.silva@example.com");
    let code = stage
        .duo
        .make_code(&maria.unwrap().id, Duration::from_secs(3600))
        .unwrap();
    let form = walk.browser.form("Use the bypass code").unwrap();
    form.set("passcode", &code).press("Use the bypass code").await.unwrap();
    walk.look_until("prompt-again").await.unwrap();
    assert_eq!(stage.results().await, ["lapsed"]);
    stage.ready(&mut walk).await;
    let form = walk.browser.form("Approve on the phone").unwrap();
    form.press("Approve on the phone").await.unwrap();
    stage.is_let_in(&mut walk).await;
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_not_duos_proves_nothing_and_costs_a_try() {
    let stage = stage(Database::Sqlite, PROMPT, false).await;
    let mut walk = at_duo(&stage).await;
    for count in 1..=3 {
        if count > 1 {
            stage.ready(&mut walk).await;
        }
        let mut back = approved(&stage, &walk).await;
        let of_visit = back
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        back.query_pairs_mut()
            .clear()
            .append_pair("state", &of_visit)
            .append_pair("duo_code", "0123456789abcdef0123456789abcdef");
        walk.browser.visit(back.as_str()).await.unwrap();
        if count < 3 {
            walk.look_until("prompt-again").await.unwrap();
        }
    }
    stage.is_refused(&mut walk, "unchecked").await;
    assert_eq!(stage.results().await, ["lapsed", "lapsed", "lapsed"]);
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duo_that_is_away_is_not_visited_and_costs_no_try() {
    let stage = stage(Database::Sqlite, PROMPT, false).await;
    let mut walk = stage.proven().await;
    stage.duo.fake().misbehave(doorward_contract::fake::Rule {
        path: Some("/oauth/v1/health_check".to_owned()),
        status: Some(503),
        times: Some(0),
        ..doorward_contract::fake::Rule::default()
    });
    for _ in 0..4 {
        case_page(&stage, &mut walk).await;
        stage.ready(&mut walk).await;
        walk.expect("unavailable").unwrap();
    }
    stage.duo.fake().behave();
    case_page(&stage, &mut walk).await;
    stage.ready(&mut walk).await;
    let form = walk.browser.form("Approve on the phone").unwrap();
    form.press("Approve on the phone").await.unwrap();
    stage.is_let_in(&mut walk).await;
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_too_late_goes_again() {
    let stage = stage(Database::Sqlite, PROMPT, true).await;
    let clock = stage.clock.clone().unwrap();
    let mut walk = at_duo(&stage).await;
    let back = approved(&stage, &walk).await;
    clock.forward(Duration::from_secs(601));
    walk.browser.visit(back.as_str()).await.unwrap();
    walk.look_until("prompt-again").await.unwrap();
    let redeemed = stage.duo.fake().lines();
    assert!(
        !redeemed.iter().any(|line| line.contains("oauth/v1/token")),
        "{redeemed:?}"
    );
    stage.lab.stop().await;
}
