//! The answer, held against the keys and the document that Entra reads.

use super::*;
use crate::provider::entra::{Unanswered, document};
use crate::provider::jose::{Rules, Typ, Unproven};
use crate::provider::refusal::Code;

/// The token of an answer: its header and its claims, checked with the keys as published.
async fn token(lab: &Lab, fields: &[(&'static str, String)]) -> (Value, Value) {
    let (_, text) = fields.iter().find(|(name, _)| *name == "id_token").unwrap();
    let rules = Rules {
        algs: &[Alg::Rs256],
        typ: Typ::Exactly("jwt"),
    };
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap();
    let keys = lab.entra.jwks().await.unwrap();
    let claims = Unproven::read(text, &rules).unwrap().prove(&keys).unwrap();
    (
        serde_json::from_slice(&header).unwrap(),
        Value::Object(claims.into_members()),
    )
}

#[tokio::test]
async fn a_proof_is_told_as_the_reference_has_it_and_nothing_more() {
    let lab = Lab::new().await;
    let (asked, _) = lab.check(&json!({})).await.unwrap();
    lab.clock.forward(Duration::from_secs(130));
    let fields = lab.entra.answer(&asked).await.unwrap();
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["id_token", "state"]);
    assert_eq!(fields[1].1, "S0-9a77");
    let (header, claims) = token(&lab, &fields).await;
    let keys = json!(lab.entra.jwks().await.unwrap());
    assert_eq!(
        header,
        json!({ "alg": "RS256", "typ": "JWT", "kid": keys["keys"][0]["kid"] })
    );
    assert_eq!(
        claims,
        json!({
            "iss": "https://doorward.example.com/entra/acme",
            "aud": "doorward-acme",
            "sub": "kZ2mXo-pairwise-subject",
            "nonce": "N0-4f1c",
            "iat": NOW + 130,
            "exp": NOW + 430,
            "acr": "possessionorinherence",
            "amr": ["face"],
        })
    );
}

#[tokio::test]
async fn a_request_without_state_is_answered_without() {
    let lab = Lab::new().await;
    let (asked, _) = lab.check(&json!({ "state": null })).await.unwrap();
    let fields = lab.entra.answer(&asked).await.unwrap();
    assert!(fields.iter().all(|(name, _)| *name == "id_token"));
    assert_eq!(asked.refuse(Code::AccessDenied), error("access_denied", None));
}

#[tokio::test]
async fn that_nothing_was_proven_is_told_in_one_word() {
    let lab = Lab::new().await;
    let (asked, _) = lab.check(&json!({})).await.unwrap();
    assert_eq!(
        asked.refuse(Code::AccessDenied),
        error("access_denied", Some("S0-9a77"))
    );
}

#[tokio::test]
async fn nothing_is_signed_for_what_the_settings_no_longer_say() {
    let lab = Lab::new().await;
    let (asked, _) = lab.check(&json!({})).await.unwrap();
    let signer = lab.keyring.signer(Alg::Rs256).await.unwrap();
    let now = Timestamp::from_seconds(NOW);
    assert!(asked.answer(&lab.tenant, &signer, now).is_ok());
    let moved = [
        Tenant {
            cloud: Cloud::Global,
            ..lab.tenant.clone()
        },
        Tenant {
            client_id: "doorward".to_owned(),
            ..lab.tenant.clone()
        },
        tenant("other", &lab.tenant.cloud),
    ];
    for tenant in moved {
        let answer = asked.answer(&tenant, &signer, now);
        assert!(matches!(answer, Err(Unanswered::Moved)), "{tenant:?}");
    }
    let gone = Asked {
        tenant: "gone".to_owned(),
        ..asked
    };
    assert!(matches!(lab.entra.answer(&gone).await, Err(Unanswered::Moved)));
}

#[tokio::test]
async fn entra_reads_rsa_keys_with_certificates_and_two_while_they_turn() {
    let lab = Lab::new().await;
    let (asked, _) = lab.check(&json!({})).await.unwrap();
    let before = json!(lab.entra.jwks().await.unwrap());
    assert_eq!(before["keys"].as_array().unwrap().len(), 1);
    lab.keyring.rotate(Some(Alg::Rs256), false).await.unwrap();
    let during = json!(lab.entra.jwks().await.unwrap());
    assert_eq!(during["keys"].as_array().unwrap().len(), 2);
    for key in during["keys"].as_array().unwrap() {
        assert_eq!(
            (&key["kty"], &key["use"], &key["alg"]),
            (&json!("RSA"), &json!("sig"), &json!("RS256"))
        );
        assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
        assert!(key.get("d").is_none());
    }
    // The old one signs until Entra has had time to read the new one, and the new one after that.
    let kid = |header: &Value| header["kid"].as_str().unwrap().to_owned();
    let (header, _) = token(&lab, &lab.entra.answer(&asked).await.unwrap()).await;
    let old = kid(&header);
    assert_eq!(before["keys"][0]["kid"], old.as_str());
    lab.clock.forward(Rotation::default().overlap);
    let (header, _) = token(&lab, &lab.entra.answer(&asked).await.unwrap()).await;
    assert_ne!(kid(&header), old);
}

#[test]
fn the_document_says_the_issuer_to_the_letter_wherever_it_is() {
    for issuer in [
        "https://doorward.example.com/entra/acme",
        "https://doorward.example.com:8443/entra/acme",
        "http://127.0.0.1:7400/entra/acme",
    ] {
        let tenant = Tenant {
            issuer: issuer.to_owned(),
            ..tenant("acme", &Cloud::Global)
        };
        let document = document(&tenant);
        assert_eq!(document["issuer"], issuer);
        assert_eq!(document["authorization_endpoint"], format!("{issuer}/authorize"));
        assert_eq!(document["jwks_uri"], format!("{issuer}/keys"));
        for (name, value) in [
            ("scopes_supported", "openid"),
            ("response_types_supported", "id_token"),
            ("response_modes_supported", "form_post"),
            ("grant_types_supported", "implicit"),
            ("subject_types_supported", "public"),
            ("id_token_signing_alg_values_supported", "RS256"),
            ("claim_types_supported", "normal"),
        ] {
            assert_eq!(document[name], json!([value]), "{name}");
        }
    }
}
