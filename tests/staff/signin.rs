//! Signing in, and every way in which it must not work.

use std::time::Duration;

use doorward::crypto::signing::{Alg, SigningKey};
use doorward::provider::jwk::Jwk;
use doorward_contract::fake::Rule;
use doorward_lab::staff::Fault;
use reqwest::StatusCode;
use serde_json::json;
use url::Url;

use super::browser::state;
use super::{Bench, Place, on_both};

on_both! {
    an_operator_signs_in_and_is_who_the_provider_says
    what_a_provider_says_wrongly_lets_nobody_in
    an_answer_to_another_visit_is_refused_and_ends_no_visit
    an_answer_is_taken_once
    a_code_of_another_visit_is_worth_nothing
    who_says_no_at_the_provider_is_told_calmly
    a_visit_ends_after_ten_minutes
    a_key_stands_in_for_a_secret
    while_the_provider_is_away_nobody_gets_in_and_afterwards_everybody_does
    a_document_of_another_name_is_not_believed
    two_values_of_one_name_are_no_answer
}

async fn an_operator_signs_in_and_is_who_the_provider_says(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let door = browser.get("/desk/sign-in").await.text().await.unwrap();
    assert!(door.contains("Sign in with Example Corp"));
    browser.sign_in("robin-okafor").await;
    let session = browser.session().await.unwrap();
    let operator = json!({
        "id": "corp|sub-of-robin-okafor", "name": "Robin Okafor", "email": "robin.okafor@example.com", "roles": ["agent"],
    });
    assert_eq!(session["operator"], operator);
    assert_eq!(
        bench.facts("staff_signed_in").await,
        [
            json!({"operator": "corp|sub-of-robin-okafor", "name": "Robin Okafor", "roles": ["agent"], "provider": "corp"})
        ]
    );
    assert!(bench.facts("staff_refused").await.is_empty());
    // What was asked for at the provider: a code, bound to the visit.
    let asked: Url = browser.leave().await.parse().unwrap();
    let said = |name: &str| {
        let found = asked.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    assert_eq!(said("response_type").as_deref(), Some("code"));
    assert_eq!(said("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(said("scope").as_deref(), Some("openid profile email"));
    assert_eq!(said("prompt"), None);
    let another: Url = browser.leave().await.parse().unwrap();
    for name in ["state", "nonce", "code_challenge"] {
        let found = another.query_pairs().find(|(key, _)| key == name);
        assert_ne!(found.map(|(_, value)| value.into_owned()), said(name), "{name}");
    }
}

async fn what_a_provider_says_wrongly_lets_nobody_in(place: Place) {
    let bench = Bench::at(place).await;
    for (fault, why) in [
        (Fault::WrongKey, "wrong signature"),
        (Fault::Unsigned, "algorithm not allowed"),
        (Fault::PublicKeyAsSecret, "algorithm not allowed"),
        (Fault::Critical, "crit in header"),
        (Fault::Twice, "claims unreadable"),
        (Fault::Nonce, "the ID token belongs to another visit"),
        (Fault::NoNonce, "the ID token belongs to another visit"),
        (Fault::Issuer, "the ID token is of another issuer"),
        (Fault::Audience, "the ID token is for somebody else"),
        (Fault::TwoAudiences, "the ID token is for somebody else"),
        (Fault::Azp, "made for another party"),
        (Fault::Expired, "the ID token is out of its time"),
        (Fault::Endless, "the tokens are unreadable"),
        (Fault::Old, "the ID token is out of its time"),
        (Fault::Early, "the ID token is out of its time"),
        (Fault::AtHash, "the access token is another one's"),
        (Fault::NoSubject, "the tokens are unreadable"),
        (Fault::NoIdToken, "no ID token"),
        (Fault::AnswerIssuer, "the answer is of another issuer"),
        (Fault::NoAnswerIssuer, "the answer does not say whose it is"),
    ] {
        let mut browser = bench.browser();
        bench.idp.misbehave(&[fault]);
        let refused = browser.try_in("sade-bello").await;
        assert_eq!(refused.status(), StatusCode::BAD_GATEWAY, "{fault:?}");
        assert_eq!(state(refused).await, "staff-failed", "{fault:?}");
        assert_eq!(bench.last_why().await, why, "{fault:?}");
        assert!(!browser.is_in().await, "{fault:?}");
        bench.idp.misbehave(&[]);
        browser.sign_in("sade-bello").await;
    }
}

async fn an_answer_to_another_visit_is_refused_and_ends_no_visit(place: Place) {
    let bench = Bench::at(place).await;
    let (mut victim, mut stranger) = (bench.browser(), bench.browser());
    let theirs = stranger.leave().await;
    let planted = stranger.at_provider(&theirs, "kim-larsen").await;
    // With a stranger's whole answer, or with none of the visit's own.
    let there = victim.leave().await;
    let mut own: Url = victim.at_provider(&there, "robin-okafor").await.parse().unwrap();
    let right = own.to_string();
    for wrong in [
        planted,
        altered(&mut own, "state", Some("another")),
        altered(&mut own, "state", None),
    ] {
        let refused = victim.get(&wrong).await;
        assert_eq!(
            (refused.status(), state(refused).await),
            (StatusCode::FORBIDDEN, "staff-stale".to_owned())
        );
        assert!(!victim.is_in().await);
    }
    // Nobody else's browser can use it.
    assert_eq!(stranger.get(&right).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(bench.browser().get(&right).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(victim.get(&right).await.status(), StatusCode::SEE_OTHER);
    assert!(victim.is_in().await);
}

/// The address with one value changed, or taken out.
fn altered(address: &mut Url, name: &str, value: Option<&str>) -> String {
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let mut changed = address.clone();
    let kept = pairs.into_iter().filter_map(|(key, old)| match (key == name, value) {
        (true, Some(new)) => Some((key, new.to_owned())),
        (true, None) => None,
        (false, _) => Some((key, old)),
    });
    changed.query_pairs_mut().clear().extend_pairs(kept);
    changed.to_string()
}

async fn an_answer_is_taken_once(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let there = browser.leave().await;
    let carried = browser.cookies.clone();
    let back = browser.at_provider(&there, "robin-okafor").await;
    assert_eq!(browser.get(&back).await.status(), StatusCode::SEE_OTHER);
    let asked = bench.idp.fake().lines().len();
    // Somebody who got hold of the address, and even of what the browser carried.
    let mut thief = bench.browser();
    thief.cookies = carried;
    let refused = thief.get(&back).await;
    assert_eq!(state(refused).await, "staff-stale");
    assert!(!thief.is_in().await);
    assert_eq!(bench.idp.fake().lines().len(), asked, "the provider was asked again");
}

async fn a_code_of_another_visit_is_worth_nothing(place: Place) {
    let bench = Bench::at(place).await;
    let (mut one, mut other) = (bench.browser(), bench.browser());
    let there = one.leave().await;
    let first: Url = one.at_provider(&there, "sade-bello").await.parse().unwrap();
    let stolen = first
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let there = other.leave().await;
    let mut back: Url = other.at_provider(&there, "kim-larsen").await.parse().unwrap();
    let refused = other.get(&altered(&mut back, "code", Some(&stolen))).await;
    assert_eq!(state(refused).await, "staff-denied");
    assert_eq!(bench.last_why().await, "the provider answered with `invalid_grant`");
    assert!(!other.is_in().await);
}

async fn who_says_no_at_the_provider_is_told_calmly(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let refused = browser.try_in("nobody-at-all").await;
    assert_eq!(
        (refused.status(), state(refused).await),
        (StatusCode::FORBIDDEN, "staff-denied".to_owned())
    );
    assert_eq!(bench.last_why().await, "the provider answered with `access_denied`");
}

async fn a_visit_ends_after_ten_minutes(place: Place) {
    let bench = Bench::at(place).await;
    for (minutes, lets_in) in [(9, true), (10, false)] {
        let mut browser = bench.browser();
        let there = browser.leave().await;
        bench.forward(Duration::from_secs(minutes * 60));
        let back = browser.at_provider(&there, "robin-okafor").await;
        browser.get(&back).await;
        assert_eq!(browser.is_in().await, lets_in, "{minutes}");
    }
}

async fn a_key_stands_in_for_a_secret(place: Place) {
    let secret = "client_secret = { file = \"/etc/doorward/staff.secret\" }";
    let key = "key = { file = \"/etc/doorward/staff.pem\" }\nkey_id = \"desk-2026\"";
    let bench = Bench::with(place, |text| text.replace(secret, key)).await;
    let mut browser = bench.browser();
    let refused = browser.try_in("robin-okafor").await;
    assert_eq!(state(refused).await, "staff-denied");
    assert_eq!(bench.last_why().await, "the provider answered with `invalid_client`");

    let pem = std::fs::read_to_string(bench.file("staff.pem")).unwrap();
    let der = rcgen::KeyPair::from_pem(&pem).unwrap().serialize_der();
    let public = SigningKey::from_pkcs8(Alg::Es256, &der).unwrap().public().unwrap();
    let jwk = Jwk::of(Alg::Es256, &public, None).called("desk-2026");
    bench
        .idp
        .register(|client| client.keys = Some(json!({ "keys": [jwk] })));
    browser.sign_in("robin-okafor").await;
}

async fn while_the_provider_is_away_nobody_gets_in_and_afterwards_everybody_does(place: Place) {
    let bench = Bench::at(place).await;
    let broken = |path: &str| Rule {
        path: Some(path.to_owned()),
        times: Some(0),
        status: Some(503),
        ..Rule::default()
    };
    bench.idp.fake().misbehave(broken("openid-configuration"));
    let mut browser = bench.browser();
    let refused = browser.get("/desk/sign-in/corp").await;
    assert_eq!(
        (refused.status(), state(refused).await),
        (StatusCode::SERVICE_UNAVAILABLE, "staff-away".to_owned())
    );
    bench.idp.fake().behave();
    bench.forward(Duration::from_secs(31));
    browser.sign_in("robin-okafor").await;
    // What is known of it holds on when it is away later; keys and codes need it there.
    bench.idp.fake().misbehave(broken("openid-configuration"));
    bench.forward(Duration::from_secs(2 * 3600));
    browser.sign_in("robin-okafor").await;
    bench.idp.fake().misbehave(broken("/token"));
    assert_eq!(browser.try_in("robin-okafor").await.status(), StatusCode::BAD_GATEWAY);
}

async fn a_document_of_another_name_is_not_believed(place: Place) {
    // The very same address but for a slash at its end, where the document says none.
    let bench = Bench::with(place, |text| text.replace("/staff\"", "/staff/\"")).await;
    let refused = bench.browser().get("/desk/sign-in/corp").await;
    assert_eq!(state(refused).await, "staff-failed");
}

async fn two_values_of_one_name_are_no_answer(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let there = browser.leave().await;
    let back = browser.at_provider(&there, "robin-okafor").await;
    let refused = browser.get(&format!("{back}&code=another")).await;
    assert_eq!(state(refused).await, "staff-failed");
    assert_eq!(browser.get(&back).await.status(), StatusCode::SEE_OTHER);
}
