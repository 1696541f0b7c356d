//! What must not lead anywhere: each ends in its own clear state, staff learn exactly why, the person learns nothing.

use std::time::Duration;

use doorward_lab::browser::Page;
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab, caller};
use serde_json::{Value, json};

use super::{lab, walk};

/// The inquiry that the browser is at.
pub(super) fn inquiry(walk: &Walk) -> String {
    let url = walk.browser.page().unwrap().url();
    let id = url.query_pairs().find(|(name, _)| name == "inquiry-id");
    id.expect("the browser is at an inquiry").1.into_owned()
}

/// The newest case as staff see it.
pub(super) async fn newest(lab: &Lab) -> Value {
    lab.api().get("cases").await.unwrap()["cases"][0].clone()
}

/// Turns something at the imitated Persona.
pub(super) async fn control(lab: &Lab, what: &str, how: &Value) {
    let url = format!("{}_lab/{what}", lab.sheet().persona.address);
    let answer = caller::client().unwrap().post(url).json(how).send().await.unwrap();
    assert!(answer.status().is_success(), "{what} {how}: {}", answer.status());
}

async fn tampered(change: Value) -> (Value, String) {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    // Only the way back wakes Doorward, when everything is as it shall be.
    control(&lab, "webhooks", &json!({"mode": "off"})).await;
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    let id = inquiry(&walk);
    walk.prove(&maria, "pass").await.unwrap();
    control(&lab, &format!("inquiries/{id}/tamper"), &change).await;
    walk.come_back().await.unwrap();
    walk.expect("refused")
        .unwrap_or_else(|fault| panic!("{change}: {fault}"));
    let page = walk.browser.page().unwrap().text();
    let case = newest(&lab).await;
    assert_eq!(case["stage"], "closed");
    assert!(
        walk.changes(&maria).await.unwrap().is_empty(),
        "{change}: something was done at Entra"
    );
    lab.stop().await;
    (case, page)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_is_not_the_one_asked_for_ends_the_case_whatever_it_says() {
    let stale = "2026-01-01T00:00:00.000Z";
    let changes = [
        ("template", json!({"template": "itmpl_SomebodyElses000000001"})),
        ("environment", json!({"environment": "env_SomebodyElses00000000001"})),
        ("created", json!({ "created_at": stale })),
        ("person", json!({"reference_id": "dw-somebody-else"})),
    ];
    let mut pages = Vec::new();
    for (name, change) in changes {
        let (case, page) = Box::pin(tampered(change)).await;
        assert_eq!(case["end"]["refusal"], "foreign_proof", "{name}: {case}");
        let reasons = case["attempts"][0]["result"]["reasons"].as_array().unwrap();
        assert!(!reasons.is_empty(), "{name}: staff are not told why");
        pages.push(page.replace(case["number"].as_str().unwrap(), "NUMBER"));
    }
    assert!(
        pages.windows(2).all(|two| two[0] == two[1]),
        "the person can tell the causes apart: {pages:?}"
    );
}

/// What a stranger could compare: status, headers that could differ, and the page without what is random.
fn seen(page: &Page, number: Option<String>) -> String {
    let mut text = page.source();
    for random in page
        .attribute("input[name=form_token]", "value")
        .into_iter()
        .chain(number)
    {
        text = text.replace(&random, "…");
    }
    let headers: Vec<String> = page
        .headers()
        .iter()
        .filter(|(name, _)| !["date", "set-cookie", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    format!("{} {headers:?}\n{text}", page.status())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_and_unknown_disabled_and_protected_accounts_look_alike_and_nobody_is_asked() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut logins = vec!["nobody.at.all@example.com".to_owned()];
    logins.extend(lab.sheet().people.iter().map(|person| person.person.login.clone()));
    let mut views = Vec::new();
    for login in logins.iter().take(12) {
        let mut walk = walk(&lab);
        walk.enter_portal(login).await.unwrap();
        let page = walk.browser.page().unwrap();
        views.push(seen(page, page.first(".number .value")).replace(login.as_str(), "LOGIN"));
    }
    for (view, login) in views.iter().zip(&logins) {
        assert_eq!(
            view, &views[0],
            "{login} looks otherwise than an account that does not exist"
        );
    }
    // The policy on passes is the same for everybody; no account is looked at before the proof stands.
    let asked = lab.entra.fake().lines();
    assert!(!asked.iter().any(|line| line.contains("/users")), "{asked:?}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_given_between_the_proof_and_the_act_stops_the_act() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    let account = lab
        .entra
        .accounts()
        .into_iter()
        .find(|one| one.upn == maria.person.login)
        .unwrap();
    let admin = "62e90394-69f5-4237-9190-012177145e10".parse().unwrap();
    lab.entra.set_roles(account.id, vec![admin]);
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.expect("refused").unwrap();
    let case = newest(&lab).await;
    assert_eq!(case["end"]["refusal"], "protected_account");
    let id = case["id"].as_str().unwrap();
    let events = lab.api().get(&format!("cases/{id}/events")).await.unwrap();
    assert!(
        events.to_string().contains("Global Administrator"),
        "staff are not told which role: {events}"
    );
    let account = lab
        .entra
        .accounts()
        .into_iter()
        .find(|one| one.upn == maria.person.login)
        .unwrap();
    assert_eq!(
        (account.password_sets, account.tap_creates, account.sessions_revoked),
        (0, 0, 0)
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_comes_back_in_another_browser_is_held_and_reported() {
    let lab = lab(Database::Sqlite, |text| text).await;
    // The one who wants in, and the one who is made to prove themselves.
    let (mut walk, mut victim) = (walk(&lab), walk(&lab));
    let maria = walk.person("maria-silva").unwrap();
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    let visit = walk.browser.page().unwrap().url().to_string();
    victim.browser.visit(&visit).await.unwrap();
    victim.prove(&maria, "pass").await.unwrap();
    let page = victim
        .browser
        .form("/verify/done")
        .unwrap()
        .press("Done")
        .await
        .unwrap();
    assert_eq!(page.attribute("body", "data-state").as_deref(), Some("no-session"));
    until_held(&mut walk).await;
    let case = newest(&lab).await;
    let id = case["id"].as_str().unwrap();
    let events = lab.api().get(&format!("cases/{id}/events")).await.unwrap();
    assert!(
        events.to_string().contains("returned_elsewhere"),
        "nobody is alerted: {events}"
    );
    assert!(
        walk.changes(&maria).await.unwrap().is_empty(),
        "something was done at Entra"
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_from_elsewhere_and_a_form_without_its_token_do_nothing() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = walk(&lab);
    walk.enter_portal("maria.silva@example.com").await.unwrap();
    let cookie = walk
        .browser
        .jar()
        .cookies()
        .iter()
        .find(|one| one.name == "doorward")
        .unwrap();
    let cookie = format!("doorward={}", cookie.value);
    let token = walk
        .browser
        .page()
        .unwrap()
        .attribute("input[name=form_token]", "value")
        .unwrap();
    let url = lab.sheet().doorward.address.join("case/consent").unwrap();
    let client = caller::client().unwrap();
    let post = |body: String| {
        let request = client.post(url.clone()).header("cookie", &cookie);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let elsewhere = post(format!("form_token={token}"))
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status().as_u16(), 403);
    let foreign = post(format!("form_token={token}"))
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status().as_u16(), 403);
    for body in ["", "form_token=", "form_token=AAAA"] {
        assert_eq!(
            post(body.to_owned()).send().await.unwrap().status().as_u16(),
            403,
            "{body:?}"
        );
    }
    assert_eq!(newest(&lab).await["stage"], "consent");
    lab.stop().await;
}

/// Looks again until the case is held for a human.
async fn until_held(walk: &mut Walk) {
    let held = async {
        loop {
            walk.look().await.unwrap();
            match walk.state().unwrap().as_str() {
                "review" => return,
                "ready" => panic!("the pass is there for somebody who proved nothing"),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), held)
        .await
        .expect("it was never held");
}
