//! The Universal Prompt, from the health check to the attested factor, as a browser would walk it.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::http::{Ask, Bounds};
use doorward_contract::{Action, VendorError};
use doorward_duo::fake::Protected;
use doorward_duo::universal::{Application, Attested, Callback, Expected, Freshness, Universal, Unproven};
use doorward_duo::{Host, Keys, Names};
use http::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use crate::stand::{BACK, Stand, WEB, keys};

fn prompt_with(stand: &Stand, keys: Keys) -> Universal {
    let host = Host::custom(stand.base.clone()).unwrap();
    let application = Application::new(host, keys, Url::parse(BACK).unwrap(), Names::Whole).unwrap();
    Universal::new(application, Arc::new(stand.clock.clone()), Bounds::default()).unwrap()
}

fn prompt(stand: &Stand) -> Universal {
    prompt_with(stand, keys(WEB))
}

/// What a page says, and where it sends the browser.
async fn press(stand: &Stand, fields: &[(&str, &str)]) -> (StatusCode, Option<String>, String) {
    press_at(stand, "prompt", fields).await
}

async fn press_at(stand: &Stand, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Option<String>, String) {
    let mut ask = Ask::write(Method::POST, stand.base.join(path).unwrap())
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    ask.body = Some(form.into_bytes());
    let answer = stand.http.send(ask).await.unwrap();
    let back = answer.header("location").map(str::to_owned);
    (answer.status, back, String::from_utf8(answer.body).unwrap())
}

/// Opens the prompt; the hidden visit in its form.
async fn visit(stand: &Stand, url: &Url) -> (String, String) {
    let answer = stand.open(Method::GET, url.as_str()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = String::from_utf8(answer.body).unwrap();
    let visit = page
        .split("name=\"visit\" value=\"")
        .nth(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned());
    (visit.unwrap_or_default(), page)
}

fn query(back: &str) -> String {
    assert!(back.starts_with(BACK), "{back}");
    Url::parse(back).unwrap().query().unwrap().to_owned()
}

/// Begins, approves and brings the answer back.
async fn approved(stand: &Stand, universal: &Universal, name: &str) -> (Expected, String) {
    let (url, expected) = universal.begin(name, Freshness::default()).unwrap();
    let (visit, _) = visit(stand, &url).await;
    let (status, back, _) = press(stand, &[("visit", &visit), ("choice", "approve")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    (expected, query(&back.unwrap()))
}

async fn finished(universal: &Universal, expected: Expected, query: &str) -> Result<Attested, Unproven> {
    universal.finish(expected, Callback::read(query).unwrap()).await
}

#[tokio::test]
async fn a_person_who_approves_is_attested() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    universal.healthy().await.unwrap();
    let account = stand.fresh().await;
    let (expected, query) = approved(&stand, &universal, &account.login).await;
    assert_eq!(Callback::read(&query).unwrap().state(), expected.state());
    let attested = finished(&universal, expected, &query).await.unwrap();
    assert!(attested.is_second_factor());
    assert_eq!(attested.user_id, Some(account.id.0));
    assert_eq!(attested.factor.as_deref(), Some("duo_push"));
    assert_eq!(attested.authenticated_at, Some(stand.fake.fake().now()));
    assert!(attested.txid.is_some() && !attested.once.is_empty());
}

#[tokio::test]
async fn an_alias_is_the_person_too() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let (expected, query) = approved(&stand, &universal, "ada.kerr.alias").await;
    let attested = finished(&universal, expected, &query).await.unwrap();
    assert_eq!(attested.user_id.as_deref(), Some(crate::stand::ADA));
}

#[tokio::test]
async fn a_bypass_code_is_let_in_and_is_no_second_factor() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let action = Action::BypassCode { lifetime_minutes: None };
    let (_, receipt) = stand.perform(&account, &action).await.unwrap();
    let code = receipt.pass.unwrap().secret;
    let (url, expected) = universal.begin(&account.login, Freshness::default()).unwrap();
    let (visit, _) = visit(&stand, &url).await;
    let typed = [
        ("visit", visit.as_str()),
        ("choice", "passcode"),
        ("passcode", code.expose_secret()),
    ];
    let (_, back, _) = press(&stand, &typed).await;
    let attested = finished(&universal, expected, &query(&back.unwrap())).await.unwrap();
    assert!(!attested.is_second_factor(), "{attested:?}");
}

#[tokio::test]
async fn a_user_whom_duo_does_not_ask_is_no_second_factor() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh_with(|person| person.status = "bypass".into()).await;
    let (url, expected) = universal.begin(&account.login, Freshness::default()).unwrap();
    let answer = stand.open(Method::GET, url.as_str()).await;
    let attested = finished(&universal, expected, &query(answer.header("location").unwrap()))
        .await
        .unwrap();
    assert!(!attested.is_second_factor(), "{attested:?}");
}

#[tokio::test]
async fn who_is_denied_stays_at_the_prompt_with_the_help_link() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    for status in ["active", "locked out", "disabled"] {
        let account = stand.fresh_with(|person| person.status = status.into()).await;
        let (url, _) = universal.begin(&account.login, Freshness::default()).unwrap();
        let (visit, page) = visit(&stand, &url).await;
        assert!(page.contains("href=\"https://door.example.com/duo/start\""), "{page}");
        if status == "active" {
            let (status, back, page) = press(&stand, &[("visit", &visit), ("choice", "deny")]).await;
            assert_eq!((status, back), (StatusCode::OK, None));
            assert!(page.contains("denied"));
        } else {
            assert!(visit.is_empty(), "nothing to press");
        }
    }
}

#[tokio::test]
async fn an_answer_counts_for_its_own_visit_and_once() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let (one, first) = approved(&stand, &universal, &account.login).await;
    let (other, second) = approved(&stand, &universal, &account.login).await;
    // The answer of one visit in another.
    assert_eq!(
        finished(&universal, other.clone(), &first).await,
        Err(Unproven::Replayed)
    );
    // The code of one visit with the state of another: the nonce tells.
    let code = |query: &str| query.split("duo_code=").nth(1).unwrap().to_owned();
    let mixed = format!("state={}&duo_code={}", other.state(), code(&first));
    assert_eq!(
        finished(&universal, other.clone(), &mixed).await,
        Err(Unproven::Replayed)
    );
    // That code is used up now.
    assert_eq!(finished(&universal, one, &first).await, Err(Unproven::Over));
    assert!(finished(&universal, other.clone(), &second).await.is_ok());
    assert_eq!(finished(&universal, other, &second).await, Err(Unproven::Over));
}

#[tokio::test]
async fn a_visit_that_takes_too_long_is_over() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let (expected, query) = approved(&stand, &universal, &account.login).await;
    stand.clock.forward(Duration::from_mins(10));
    stand.fake.fake().forget();
    assert_eq!(finished(&universal, expected, &query).await, Err(Unproven::Over));
    assert!(stand.lines().is_empty());
}

#[tokio::test]
async fn what_was_expected_survives_a_restart() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let (expected, query) = approved(&stand, &universal, &account.login).await;
    let kept = serde_json::to_string(&expected).unwrap();
    let expected: Expected = serde_json::from_str(&kept).unwrap();
    assert!(finished(&prompt(&stand), expected, &query).await.is_ok());
}

#[tokio::test]
async fn a_health_check_that_fails_says_what_is_to_be_done() {
    let stand = Stand::usual().await;
    let secret = "x".repeat(40);
    for (key, secret) in [(WEB.0, secret.as_str()), ("DIUNKNOWNUNKNOWNUNKN", WEB.1)] {
        let healthy = prompt_with(&stand, Keys::new(key, secret.into()).unwrap())
            .healthy()
            .await;
        assert!(matches!(healthy, Err(VendorError::Refused { .. })), "{healthy:?}");
    }
    let fail = |code: serde_json::Value| json!({ "stat": "FAIL", "code": code, "message": "invalid_client" });
    let table = [
        (400, fail(json!(40_002)), "refused"),
        (200, fail(json!("40002")), "refused"),
        (403, fail(json!(40_301)), "refused"),
        (200, json!({ "response": {} }), "unexpected"),
        (503, json!({}), "unreachable"),
        (429, fail(json!(42_901)), "throttled"),
    ];
    for (status, body, remedy) in table {
        stand.fake.fake().misbehave(Rule {
            status: Some(status),
            body: Some(body.clone()),
            times: Some(0),
            ..Rule::default()
        });
        let error = prompt(&stand).healthy().await.unwrap_err();
        stand.fake.fake().behave();
        assert_eq!(error.remedy(), remedy, "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn an_exchange_with_wrong_keys_is_for_an_operator() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let (expected, query) = approved(&stand, &universal, &account.login).await;
    let wrong = prompt_with(&stand, Keys::new(WEB.0, "x".repeat(40).into()).unwrap());
    let refused = finished(&wrong, expected, &query).await;
    assert!(
        matches!(refused, Err(Unproven::Vendor(VendorError::Refused { .. }))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_code_is_sent_in_the_body_and_never_in_an_address() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let (expected, query) = approved(&stand, &universal, &account.login).await;
    stand.fake.fake().forget();
    finished(&universal, expected, &query).await.unwrap();
    let asked = stand.fake.fake().asked();
    assert_eq!((asked.len(), asked[0].query.clone()), (1, None));
}

#[tokio::test]
async fn a_help_link_that_an_administrator_enters_is_the_prompts_and_a_wrong_one_is_not_kept() {
    let stand = Stand::usual().await;
    let universal = prompt(&stand);
    let account = stand.fresh().await;
    let panel = |links: &'static str, text: &'static str| [("help_links", links), ("help_text", text)];
    let link = "https://door.example.com/duo/start?return_to=https%3A%2F%2Fvpn.example.com%2F";
    for wrong in [
        panel("ftp://door.example.com/", ""),
        panel("https://a.example/,https://b.example/,https://c.example/", ""),
        panel("https://a.example/", "Go to https://b.example/"),
    ] {
        let (status, _, _) = press_at(&stand, "panel/messaging", &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    }
    let shown = async || {
        let (url, _) = universal.begin(&account.login, Freshness::default()).unwrap();
        visit(&stand, &url).await.1
    };
    assert!(shown().await.contains("href=\"https://door.example.com/duo/start\""));
    let (status, _, _) = press_at(&stand, "panel/messaging", &panel(link, "Lost your phone?")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let page = shown().await;
    assert!(
        page.contains(&format!("href=\"{link}\"")) && page.contains("Lost your phone?"),
        "{page}"
    );
    assert!(!page.contains("href=\"https://door.example.com/duo/start\""), "{page}");
}

#[tokio::test]
async fn a_code_of_one_application_is_worth_nothing_at_another() {
    const VPN: (&str, &str) = ("DIVPNVPNVPNVPNVPNVPN", "vpnsecretvpnsecretvpnsecretvpnsecretvpns");
    let stand = Stand::of(
        |world| {
            world.protected = vec![Protected {
                keys: (VPN.0.to_owned(), VPN.1.to_owned()),
                name: "Example VPN".to_owned(),
                redirect_uris: vec![BACK.to_owned()],
            }];
        },
        |_| {},
    )
    .await;
    let (own, vpn) = (prompt(&stand), prompt_with(&stand, keys(VPN)));
    vpn.healthy().await.unwrap();
    let account = stand.fresh().await;
    let (expected, _) = approved(&stand, &own, &account.login).await;
    let (theirs, query) = approved(&stand, &vpn, &account.login).await;
    // The state is ours, the code is not.
    let code = Url::parse(&format!("{BACK}?{query}")).unwrap();
    let code = code
        .query_pairs()
        .find(|(name, _)| name == "duo_code")
        .unwrap()
        .1
        .into_owned();
    let swapped = format!("state={}&duo_code={code}", expected.state());
    let error = finished(&own, expected, &swapped).await.unwrap_err();
    assert!(matches!(error, Unproven::Over), "{error:?}");
    // Asking with it did not use it up.
    assert!(finished(&vpn, theirs, &query).await.unwrap().is_second_factor());
}
