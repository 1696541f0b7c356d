//! Signing out: by the operator, at the provider too, and by the provider behind their back.

use std::time::Duration;

use doorward_lab::staff::{Fault, Order};
use reqwest::StatusCode;
use serde_json::{Map, Value, json};

use super::browser::{location, state};
use super::{Bench, Place, on_both};

on_both! {
    who_signs_out_is_out_and_may_sign_out_at_the_provider_too
    a_provider_ends_one_session_or_all_of_somebodys
    each_fault_of_a_logout_token_alone_ends_nothing
    a_logout_token_works_once
    an_id_token_is_no_logout_token
}

const PATH: &str = "/desk/back-channel/corp";

async fn who_signs_out_is_out_and_may_sign_out_at_the_provider_too(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    let token = browser.form_token().await;
    // Asking is no doing, and a form of nobody's does nothing.
    assert!(browser.is_in().await);
    for wrong in [vec![], vec![("form_token", "guessed")]] {
        let refused = browser.post("/desk/sign-out", &wrong).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }
    let elsewhere = bench
        .client
        .post(browser.here("/desk/sign-out"))
        .header("sec-fetch-site", "cross-site")
        .form(&[("form_token", &token)]);
    assert_eq!(browser.send(elsewhere).await.status(), StatusCode::FORBIDDEN);
    assert!(browser.is_in().await);
    let kept = browser.cookies.clone();
    let page = browser
        .post("/desk/sign-out", &[("form_token", &token)])
        .await
        .text()
        .await
        .unwrap();
    assert!(!browser.is_in().await);
    let mut before = bench.browser();
    before.cookies = kept;
    assert!(!before.is_in().await, "the session itself is over");
    assert_eq!(
        bench.facts("staff_signed_out").await,
        [json!({"operator": "corp|sub-of-robin-okafor"})]
    );

    let further = scraper::Html::parse_document(&page);
    let links = scraper::Selector::parse("main a").unwrap();
    let further = further
        .select(&links)
        .find_map(|link| link.value().attr("href").filter(|href| href.contains("/logout")));
    let answered = bench.client.get(further.unwrap()).send().await.unwrap();
    let back = location(&answered);
    assert!(
        back.starts_with("https://doorward.example.com/desk/signed-out?state="),
        "{back}"
    );
    assert_eq!(state(bench.browser().get("/desk/sign-in").await).await, "staff-sign-in");
    let stranger = bench.browser().get(&back).await;
    assert_eq!(location(&stranger), "/desk/sign-in");
    assert_eq!(state(browser.get(&back).await).await, "staff-signed-out");
}

async fn send(bench: &Bench, token: &str) -> StatusCode {
    let sent = bench
        .client
        .post(bench.browser().here(PATH))
        .form(&[("logout_token", token)]);
    sent.send().await.unwrap().status()
}

async fn a_provider_ends_one_session_or_all_of_somebodys(place: Place) {
    let bench = Bench::at(place).await;
    let (mut one, mut two, mut other) = (bench.browser(), bench.browser(), bench.browser());
    one.sign_in("robin-okafor").await;
    two.sign_in("robin-okafor").await;
    other.sign_in("sade-bello").await;
    let sessions = bench.idp.sessions();
    let sid = sessions[0].1.clone();
    let sub = bench.idp.subject("robin-okafor");
    // Somebody else's name with it: nothing fits both.
    let odd = Order {
        sub: Some(bench.idp.subject("sade-bello")),
        sid: Some(sid.clone()),
        ..Order::default()
    };
    assert_eq!(send(&bench, &bench.idp.logout_token(&odd)).await, StatusCode::OK);
    assert!(one.is_in().await && two.is_in().await && other.is_in().await);
    let by_sid = Order {
        sid: Some(sid),
        ..Order::default()
    };
    assert_eq!(send(&bench, &bench.idp.logout_token(&by_sid)).await, StatusCode::OK);
    assert!(!one.is_in().await && two.is_in().await && other.is_in().await);
    one.sign_in("robin-okafor").await;
    let by_sub = Order {
        sub: Some(sub.clone()),
        ..Order::default()
    };
    assert_eq!(send(&bench, &bench.idp.logout_token(&by_sub)).await, StatusCode::OK);
    assert!(!one.is_in().await && !two.is_in().await && other.is_in().await);
    let ended = bench.facts("staff_sessions_ended").await;
    let counts: Vec<&Value> = ended.iter().map(|fact| &fact["sessions"]).collect();
    assert_eq!(counts, [&json!(0), &json!(1), &json!(2)]);
    assert_eq!(ended[2]["operator"], json!(format!("corp|{sub}")));
}

async fn each_fault_of_a_logout_token_alone_ends_nothing(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    let right = Order {
        sub: Some(bench.idp.subject("robin-okafor")),
        ..Order::default()
    };
    let now = super::NOW;
    let instead = |name: &str, value: Value| Order {
        instead: Map::from_iter([(name.to_owned(), value)]),
        ..right.clone()
    };
    let signed = |fault| Order {
        fault: Some(fault),
        ..right.clone()
    };
    for (order, why) in [
        (signed(Fault::WrongKey), "wrong signature"),
        (signed(Fault::Unsigned), "algorithm not allowed"),
        (signed(Fault::PublicKeyAsSecret), "algorithm not allowed"),
        (signed(Fault::Critical), "crit in header"),
        (signed(Fault::Twice), "claims unreadable"),
        (
            instead("iss", json!("https://login.example.net")),
            "the logout token is of another issuer",
        ),
        (
            instead("aud", json!("another-client")),
            "the logout token is for somebody else",
        ),
        (instead("iat", Value::Null), "iat missing"),
        (instead("iat", json!(now + 3_600)), "from the future"),
        (instead("exp", Value::Null), "exp missing"),
        (instead("exp", json!(now - 3_600)), "expired"),
        (instead("exp", json!(now + 86_400)), "exp too far ahead"),
        (instead("jti", Value::Null), "the logout token lacks something"),
        (instead("events", Value::Null), "the logout token lacks something"),
        (
            instead("events", json!({"https://example.com/other": {}})),
            "it is no logout token",
        ),
        (
            instead(
                "events",
                json!({"http://schemas.openid.net/event/backchannel-logout": true}),
            ),
            "it is no logout token",
        ),
        (instead("nonce", json!("n-0S6_WzA2Mj")), "a nonce in the logout token"),
        (instead("sub", Value::Null), "the logout token is about nobody"),
    ] {
        let status = send(&bench, &bench.idp.logout_token(&order)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{order:?}");
        assert_eq!(bench.last_why().await, why, "{order:?}");
        assert!(browser.is_in().await, "{order:?}");
    }
    let nowhere = bench.client.post(browser.here("/desk/back-channel/other"));
    let nowhere = nowhere
        .form(&[("logout_token", bench.idp.logout_token(&right))])
        .send()
        .await
        .unwrap();
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    let nothing = bench
        .client
        .post(browser.here(PATH))
        .form(&[("x", "y")])
        .send()
        .await
        .unwrap();
    assert_eq!(nothing.status(), StatusCode::BAD_REQUEST);
    assert!(browser.is_in().await);
    assert_eq!(send(&bench, &bench.idp.logout_token(&right)).await, StatusCode::OK);
    assert!(!browser.is_in().await);
}

async fn a_logout_token_works_once(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    let order = Order {
        sub: Some(bench.idp.subject("robin-okafor")),
        jti: Some("the-same".to_owned()),
        ..Order::default()
    };
    let token = bench.idp.logout_token(&order);
    assert_eq!(send(&bench, &token).await, StatusCode::OK);
    browser.sign_in("robin-okafor").await;
    assert_eq!(send(&bench, &token).await, StatusCode::BAD_REQUEST);
    // Made anew under a name that was used.
    assert_eq!(
        send(&bench, &bench.idp.logout_token(&order)).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(bench.last_why().await, "the logout token was used before");
    bench.forward(Duration::from_secs(100));
    assert!(browser.is_in().await);
}

async fn an_id_token_is_no_logout_token(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    let token = browser.form_token().await;
    let mut other = bench.browser();
    other.sign_in("robin-okafor").await;
    let page = browser
        .post("/desk/sign-out", &[("form_token", &token)])
        .await
        .text()
        .await
        .unwrap();
    let (_, rest) = page.split_once("id_token_hint=").unwrap();
    let id_token = rest.split("&amp;").next().unwrap().split('&').next().unwrap();
    assert_eq!(send(&bench, id_token).await, StatusCode::BAD_REQUEST);
    assert!(other.is_in().await);
}
