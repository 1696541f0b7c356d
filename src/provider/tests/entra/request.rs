//! The request: who may be answered at all, and what they are answered.

use super::*;

#[tokio::test]
async fn a_request_as_entra_posts_it_is_taken_up() {
    let lab = Lab::new().await;
    let (asked, hint) = lab.check(&json!({})).await.unwrap();
    let expected = Asked {
        tenant: "acme".to_owned(),
        redirect_uri: format!("{}common/federation/externalauthprovider", lab.address),
        state: Some("S0-9a77".to_owned()),
        nonce: "N0-4f1c".to_owned(),
        acr: "possessionorinherence".to_owned(),
        amr: "face".to_owned(),
        sub: "kZ2mXo-pairwise-subject".to_owned(),
        client_id: "doorward-acme".to_owned(),
        client_request_id: Some(SUPPORT.to_owned()),
        received_at: Timestamp::from_seconds(NOW),
    };
    assert_eq!(asked, expected);
    let expected = Hint {
        oid: OID.parse().unwrap(),
        tid: TENANT.parse().unwrap(),
        sub: "kZ2mXo-pairwise-subject".to_owned(),
        name: Some("Ada Kerr".to_owned()),
        preferred_username: Some("ada.kerr@acme.example".to_owned()),
    };
    assert_eq!(hint, expected);
}

#[tokio::test]
async fn what_is_kept_of_a_request_is_read_back_as_it_was() {
    let lab = Lab::new().await;
    let (asked, _) = lab.check(&json!({})).await.unwrap();
    let text = serde_json::to_string(&asked).unwrap();
    assert_eq!(serde_json::from_str::<Asked>(&text).unwrap(), asked);
}

#[tokio::test]
async fn an_unknown_client_is_answered_nowhere() {
    let lab = Lab::new().await;
    for client in [json!(null), json!("doorward-Acme"), json!("doorward-acme "), json!(APP)] {
        let why = local(lab.check(&json!({ "client_id": client })).await);
        assert_eq!(why, "unknown client_id", "{client}");
    }
    assert_eq!(lab.sign_in.read(), (0, 0));
}

#[tokio::test]
async fn an_address_that_is_not_this_clouds_to_the_letter_is_answered_nowhere() {
    let lab = Lab::new().await;
    let right = lab.tenant.cloud.redirect_uri();
    let host = lab.address.host_str().unwrap();
    let mut wrong = vec![
        format!("{right}/"),
        format!("{right}/more"),
        format!("{right}?x=1"),
        format!("{right}#x"),
        format!(" {right}"),
        right.replacen("http", "HTTP", 1),
        right.replace("federation", "Federation"),
        right.replacen("http", "https", 1),
        right.replacen(host, "127.0.0.1.evil.example", 1),
        right.replacen(host, "evil.example", 1),
        right.replacen("://", "://evil.example@", 1),
        right.replace("common", &lab.tenant.tenant.to_string()),
        "https://evil.example/".to_owned(),
    ];
    wrong.extend([Cloud::Global, Cloud::UsGov, Cloud::China].map(|cloud| cloud.redirect_uri()));
    for wrong in wrong {
        let why = local(lab.check(&json!({ "redirect_uri": wrong })).await);
        assert_eq!(why, "unknown redirect_uri", "{wrong}");
    }
    assert_eq!(
        local(lab.check(&json!({ "redirect_uri": null })).await),
        "unknown redirect_uri"
    );
    assert_eq!(lab.sign_in.read(), (0, 0));
}

#[test]
fn each_cloud_has_addresses_of_its_own() {
    let clouds = [
        (Cloud::Global, "https://login.microsoftonline.com"),
        (Cloud::UsGov, "https://login.microsoftonline.us"),
        (Cloud::China, "https://login.partner.microsoftonline.cn"),
        (
            Cloud::At("https://login.example.com:443/".parse().unwrap()),
            "https://login.example.com",
        ),
        (
            Cloud::At("http://127.0.0.1:7403/".parse().unwrap()),
            "http://127.0.0.1:7403",
        ),
    ];
    for (cloud, authority) in clouds {
        assert_eq!(
            cloud.redirect_uri(),
            format!("{authority}/common/federation/externalauthprovider")
        );
        assert_eq!(
            cloud.discovery_url(),
            format!("{authority}/common/v2.0/.well-known/openid-configuration")
        );
        assert_eq!(
            tenant("acme", &cloud).hint_issuer(),
            format!("{authority}/{TENANT}/v2.0")
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_genuine_request_is_told_and_uses_nothing_up() {
    let lab = Lab::new().await;
    let claims =
        |acr: &str, amr: &str| format!(r#"{{"id_token":{{"acr":{{"values":[{acr}]}},"amr":{{"values":[{amr}]}}}}}}"#);
    let (acr, amr) = (r#""inherence""#, r#""face""#);
    let wrong = [
        json!({ "response_type": "code" }),
        json!({ "response_type": "id_token token" }),
        json!({ "response_type": null }),
        json!({ "response_mode": "query" }),
        json!({ "response_mode": null }),
        json!({ "scope": "profile" }),
        json!({ "scope": "openidx" }),
        json!({ "scope": null }),
        json!({ "nonce": null }),
        json!({ "nonce": "x".repeat(2049) }),
        json!({ "claims": null }),
        json!({ "claims": "{" }),
        json!({ "claims": "[]" }),
        json!({ "claims": r#"{"userinfo":{}}"# }),
        json!({ "claims": r#"{"id_token":null}"# }),
        // No value of `acr` takes a face.
        json!({ "claims": claims(r#""possession","knowledge","knowledgeorpossession""#, amr) }),
        json!({ "claims": claims(r#""Inherence""#, amr) }),
        json!({ "claims": claims("7,null", amr) }),
        json!({ "claims": claims("", amr) }),
        json!({ "claims": r#"{"id_token":{"acr":null,"amr":{"values":["face"]}}}"# }),
        json!({ "claims": r#"{"id_token":{"amr":{"values":["face"]}}}"# }),
        // No face is wanted.
        json!({ "claims": claims(acr, r#""otp","fido""#) }),
        json!({ "claims": claims(acr, "") }),
        json!({ "claims": r#"{"id_token":{"acr":{"values":["inherence"]}}}"# }),
        // Two readers could read two requests.
        json!({ "claims": r#"{"id_token":{},"id_token":{"acr":{"value":"inherence"},"amr":{"value":"face"}}}"# }),
    ];
    for wrong in wrong {
        let (to, fields) = told(lab.check(&wrong).await);
        assert_eq!(to, lab.tenant.cloud.redirect_uri(), "{wrong}");
        assert_eq!(fields, error("invalid_request", Some("S0-9a77")), "{wrong}");
    }
    let (_, fields) = told(lab.check(&json!({ "state": null, "scope": null })).await);
    assert_eq!(fields, error("invalid_request", None));
    assert!(lab.check(&json!({})).await.is_ok());
}

#[tokio::test]
async fn what_the_reference_leaves_open_is_taken_either_way() {
    let lab = Lab::new().await;
    let open = [
        json!({ "response_type": "Id_token", "nonce": "1" }),
        json!({ "scope": "profile openid", "nonce": "2" }),
        json!({ "nonce": "x".repeat(2048) }),
        json!({ "something": "else", "nonce": "3" }),
        json!({ "claims": r#"{"id_token":{"acr":{"value":"inherence"},"amr":{"value":"face"}}}"#, "nonce": "4" }),
    ];
    for open in open {
        assert!(lab.check(&open).await.is_ok(), "{open}");
    }
}

#[tokio::test]
async fn the_first_acr_that_takes_a_face_is_chosen_to_the_letter() {
    let lab = Lab::new().await;
    let offers = [
        (r#""possessionorinherence""#, "possessionorinherence"),
        (
            r#""possession","knowledgeorinherence","inherence""#,
            "knowledgeorinherence",
        ),
        (r#""inherence","possessionorinherence""#, "inherence"),
        (
            r#""unheard-of","knowledgeorpossession","knowledgeorpossessionorinherence""#,
            "knowledgeorpossessionorinherence",
        ),
    ];
    for (offered, chosen) in offers {
        let claims = format!(r#"{{"id_token":{{"acr":{{"values":[{offered}]}},"amr":{{"values":["otp","face"]}}}}}}"#);
        let (asked, _) = lab.check(&json!({ "claims": claims, "nonce": chosen })).await.unwrap();
        assert_eq!((asked.acr.as_str(), asked.amr.as_str()), (chosen, "face"), "{offered}");
    }
}

#[tokio::test]
async fn a_purpose_without_a_face_answers_that_it_cannot() {
    let lab = Lab::new().await;
    assert_eq!(Method::of(&[doorward_contract::CheckName::GovernmentId]), None);
    let checked = lab.entra.check(&lab.tenant, &posted(&lab.form()), None).await;
    assert_eq!(told(checked).1, error("invalid_request", Some("S0-9a77")));
}

#[tokio::test]
async fn a_nonce_is_taken_once_in_a_tenant_for_as_long_as_its_hint_could_come_again() {
    let lab = Lab::new().await;
    let late = lab.hint(&json!({ "iat": NOW + 120, "nbf": NOW + 120 }));
    let late = || json!({ "id_token_hint": late });
    assert!(lab.check(&late()).await.is_ok());
    assert!(matches!(lab.check(&late()).await, Err(Refused::Again)));
    // The last moment at which the hint is fresh.
    lab.minutes(7);
    assert!(matches!(lab.check(&late()).await, Err(Refused::Again)));
    lab.clock.forward(Duration::from_secs(1));
    assert_eq!(local(lab.check(&late()).await), "hint too old");
}

#[tokio::test]
async fn another_tenant_may_have_the_same_nonce() {
    let lab = Lab::new().await;
    assert!(lab.check(&json!({})).await.is_ok());
    let other = lab.entra.tenant("other").unwrap();
    let checked = lab.entra.check(other, &posted(&lab.form()), Some(Method::Face)).await;
    assert_eq!(checked.unwrap().0.tenant, "other");
}

#[tokio::test]
async fn only_a_guid_is_kept_for_support() {
    let lab = Lab::new().await;
    let ids = [
        (json!(SUPPORT.to_uppercase()), Some(SUPPORT)),
        (json!(null), None),
        (json!("<b>6a0d2d3e</b>"), None),
        (json!(SUPPORT.replace('-', "")), None),
        (json!(format!("{{{SUPPORT}}}")), None),
    ];
    for (at, (id, kept)) in ids.into_iter().enumerate() {
        let changes = json!({ "client-request-id": id, "nonce": at.to_string() });
        let (asked, _) = lab.check(&changes).await.unwrap();
        assert_eq!(asked.client_request_id.as_deref(), kept, "{id}");
    }
}

#[test]
fn nothing_personal_shows_in_a_trace() {
    let hint = Hint {
        oid: OID.parse().unwrap(),
        tid: TENANT.parse().unwrap(),
        sub: "subject".to_owned(),
        name: Some("Ada Kerr".to_owned()),
        preferred_username: Some("ada.kerr@acme.example".to_owned()),
    };
    let shown = format!("{hint:?}");
    for secret in [OID, "subject", "Ada", "ada"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
