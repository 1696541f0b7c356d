//! The authority's keys: cached for a day, turned, and read from nowhere else.

use super::*;

/// Whether a hint signed by this key under this name is taken now.
async fn takes(lab: &Lab, key: &Signer, kid: &str, nonce: &str) -> Result<(Asked, Hint), Refused> {
    let now = i64::try_from(lab.clock_seconds()).unwrap();
    let claims = but(&lab.claims(), &json!({ "iat": now, "nbf": now }));
    let hint = key.state(json!({ "kid": kid }), &claims);
    lab.check(&json!({ "id_token_hint": hint, "nonce": nonce })).await
}

impl Lab {
    fn clock_seconds(&self) -> u64 {
        use doorward_contract::Clock;
        u64::try_from(self.clock.now().seconds()).unwrap()
    }
}

#[tokio::test]
async fn keys_are_read_when_they_are_needed_and_then_kept() {
    let lab = Lab::new().await;
    assert_eq!(lab.sign_in.read(), (0, 0));
    for nonce in ["1", "2", "3"] {
        assert!(takes(&lab, &lab.key, "0", nonce).await.is_ok());
    }
    assert_eq!(lab.sign_in.read(), (1, 1));
}

#[tokio::test]
async fn a_turned_key_is_known_within_a_minute_and_made_up_names_fetch_nothing_more() {
    let lab = Lab::new().await;
    let next = Signer::random(Alg::Rs256);
    assert!(takes(&lab, &lab.key, "0", "1").await.is_ok());
    lab.sign_in.publish(&[&lab.key, &next]);
    assert_eq!(local(takes(&lab, &next, "1", "2").await), "no key fits");
    lab.minutes(1);
    assert!(takes(&lab, &next, "1", "3").await.is_ok());
    assert!(takes(&lab, &lab.key, "0", "4").await.is_ok());
    for nonce in ["5", "6", "7"] {
        assert_eq!(local(takes(&lab, &next, "made-up", nonce).await), "no key fits");
    }
    assert_eq!(lab.sign_in.read(), (1, 2));
}

#[tokio::test]
async fn known_keys_hold_while_the_authority_is_down_but_not_for_ever() {
    let lab = Lab::new().await;
    assert!(takes(&lab, &lab.key, "0", "1").await.is_ok());
    lab.sign_in.break_down();
    lab.minutes(24 * 60 - 1);
    assert!(takes(&lab, &lab.key, "0", "2").await.is_ok());
    lab.minutes(2);
    let (_, fields) = told(takes(&lab, &lab.key, "0", "3").await);
    assert_eq!(fields, error("temporarily_unavailable", Some("S0-9a77")));
}

#[tokio::test]
async fn an_authority_that_is_down_from_the_start_is_told_so_and_recovers() {
    let lab = Lab::new().await;
    let document = lab.sign_in.document.lock().unwrap().clone();
    for (status, body) in [
        (500, ""),
        (404, ""),
        (302, ""),
        (200, "<html>"),
        (200, r#"{"issuer":"x"}"#),
    ] {
        *lab.sign_in.document.lock().unwrap() = (status, body.to_owned());
        let (to, fields) = told(takes(&lab, &lab.key, "0", "1").await);
        assert_eq!(to, lab.tenant.cloud.redirect_uri());
        assert_eq!(
            fields,
            error("temporarily_unavailable", Some("S0-9a77")),
            "{status} {body}"
        );
        // Once in a minute is enough.
        told(takes(&lab, &lab.key, "0", "1").await);
        lab.minutes(1);
    }
    assert_eq!(lab.sign_in.read(), (5, 0));
    *lab.sign_in.document.lock().unwrap() = document;
    assert!(takes(&lab, &lab.key, "0", "1").await.is_ok());
}

#[tokio::test]
async fn keys_that_are_said_to_be_elsewhere_are_not_read() {
    let lab = Lab::new().await;
    let (elsewhere, other) = SignIn::start().await;
    elsewhere.publish(&[&lab.key]);
    let port = lab.address.port().unwrap();
    for keys in [
        other.join("/common/discovery/v2.0/keys").unwrap().to_string(),
        format!("http://evil.example:{port}/common/discovery/v2.0/keys"),
        format!("https://127.0.0.1:{port}/common/discovery/v2.0/keys"),
        format!("http://somebody@127.0.0.1:{port}/common/discovery/v2.0/keys"),
        "/common/discovery/v2.0/keys".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        lab.sign_in.points_to(&keys);
        let (_, fields) = told(takes(&lab, &lab.key, "0", "1").await);
        assert_eq!(fields, error("temporarily_unavailable", Some("S0-9a77")), "{keys}");
        lab.minutes(1);
    }
    assert_eq!((lab.sign_in.read().1, elsewhere.read()), (0, (0, 0)));
}

#[tokio::test]
async fn a_document_that_moves_the_keys_at_the_authority_is_followed_after_a_day() {
    let lab = Lab::new().await;
    assert!(takes(&lab, &lab.key, "0", "1").await.is_ok());
    let moved = lab.address.join("/common/discovery/v2.0/keys?moved").unwrap();
    lab.sign_in.points_to(moved.as_str());
    lab.minutes(24 * 60);
    assert!(takes(&lab, &lab.key, "0", "2").await.is_ok());
    assert_eq!(lab.sign_in.read(), (2, 2));
}
