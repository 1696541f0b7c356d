//! Tokens: three credentials, renewal in time, one request for many, and what staff are told.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::fake::Rule;
use doorward_contract::http::Bounds;
use doorward_contract::{Directory, VendorError};
use doorward_graph::{Credential, connect};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use serde_json::json;

use crate::stand::{ADA, SECRET, Stand, id};

/// A self-signed certificate and its key.
fn certificate() -> (String, String) {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate = CertificateParams::new(Vec::<String>::new())
        .unwrap()
        .self_signed(&key)
        .unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn with(certificate_pem: &str, key_pem: &str) -> Credential {
    Credential::Certificate {
        certificate_pem: certificate_pem.into(),
        key_pem: key_pem.into(),
    }
}

async fn found(stand: &Stand) -> bool {
    stand.graph.find(&id(&ADA)).await.unwrap().is_some()
}

#[tokio::test]
async fn a_secret_gets_one_token_for_many_calls() {
    let stand = Stand::usual().await;
    for _ in 0..3 {
        assert!(found(&stand).await);
    }
    assert_eq!(stand.token_requests(), 1);
}

#[tokio::test]
async fn a_certificate_makes_a_fresh_assertion_for_each_token() {
    let (certificate_pem, key_pem) = certificate();
    let stand = Stand::of(
        |world| {
            world.client_secret = None;
            world.certificate_pem = Some(certificate_pem.clone());
        },
        |settings| settings.credential = with(&certificate_pem, &key_pem),
    )
    .await;
    assert!(found(&stand).await);
    // The imitation takes no assertion twice and none that is old.
    stand.clock.forward(Duration::from_hours(2));
    assert!(found(&stand).await);
    stand.clock.forward(Duration::from_hours(2));
    assert!(found(&stand).await);
    assert_eq!(stand.token_requests(), 3);
}

#[tokio::test]
async fn a_certificate_that_is_not_registered_is_told_to_staff() {
    let ((registered, _), (other, key)) = (certificate(), certificate());
    let stand = Stand::of(
        |world| world.certificate_pem = Some(registered),
        |settings| settings.credential = with(&other, &key),
    )
    .await;
    let error = stand.graph.find(&id(&ADA)).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Refused { why } if why.contains("not registered") && why.contains("700027")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_key_of_another_certificate_does_not_connect() {
    let ((one, _), (_, another)) = (certificate(), certificate());
    let stand = Stand::usual().await;
    let mut settings = stand.settings.clone();
    for (pem, key) in [
        (one.as_str(), another.as_str()),
        ("", another.as_str()),
        (&one, "no key"),
    ] {
        settings.credential = with(pem, key);
        let refused = connect(settings.clone(), Arc::new(stand.clock.clone())).unwrap_err();
        assert_eq!(refused.remedy(), "refused");
    }
}

#[tokio::test]
async fn a_federated_token_is_read_anew_each_time() {
    let file = std::env::temp_dir().join(format!("doorward-{}", uuid::Uuid::new_v4()));
    std::fs::write(&file, "first.outside.token\n").unwrap();
    let stand = Stand::of(
        |_| {},
        |settings| settings.credential = Credential::FederatedToken { file: file.clone() },
    )
    .await;
    // The imitation trusts no outside issuer: what it was sent is what counts here.
    assert_eq!(stand.graph.find(&id(&ADA)).await.unwrap_err().remedy(), "refused");
    std::fs::write(&file, "second.outside.token").unwrap();
    assert_eq!(stand.graph.find(&id(&ADA)).await.unwrap_err().remedy(), "refused");
    let asked = stand.fake.fake().asked();
    std::fs::remove_file(&file).unwrap();
    let bodies: Vec<String> = asked.iter().map(|asked| asked.body.to_string()).collect();
    assert!(
        bodies[0].contains("client_assertion=first.outside.token&")
            || bodies[0].contains("client_assertion=first.outside.token\""),
        "{bodies:?}"
    );
    assert!(bodies[1].contains("second.outside.token"), "{bodies:?}");
    assert!(bodies.iter().all(|body| body.contains("jwt-bearer")));

    let error = stand.graph.find(&id(&ADA)).await.unwrap_err();
    assert!(
        matches!(&error, VendorError::Refused { why } if why.contains("file")),
        "{error:?}"
    );
    assert!(!error.to_string().contains("doorward-"), "the path is not told");
}

#[tokio::test]
async fn many_callers_share_one_token_request() {
    let stand = Stand::usual().await;
    let finds = (0..8).map(|_| found(&stand));
    let mut running = Vec::new();
    for find in finds {
        running.push(Box::pin(find));
    }
    let mut all = true;
    for one in join_all(running).await {
        all &= one;
    }
    assert!(all);
    assert_eq!(stand.token_requests(), 1);
}

/// Polls all of them until all are done.
async fn join_all<F: Future<Output = bool> + Unpin>(futures: Vec<F>) -> Vec<bool> {
    let mut waiting: Vec<(F, Option<bool>)> = futures.into_iter().map(|one| (one, None)).collect();
    std::future::poll_fn(move |cx| {
        for (future, done) in &mut waiting {
            if done.is_none()
                && let std::task::Poll::Ready(value) = std::pin::Pin::new(future).poll(cx)
            {
                *done = Some(value);
            }
        }
        match waiting.iter().map(|(_, done)| *done).collect::<Option<Vec<bool>>>() {
            Some(all) => std::task::Poll::Ready(all),
            None => std::task::Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let stand = Stand::usual().await;
    assert!(found(&stand).await);
    // Tokens live an hour at least.
    stand.clock.forward(Duration::from_mins(54));
    assert!(found(&stand).await);
    assert_eq!(stand.token_requests(), 1);
    stand.clock.forward(Duration::from_mins(36));
    assert!(found(&stand).await);
    assert_eq!(stand.token_requests(), 2);
}

#[tokio::test]
async fn a_valid_token_outlasts_a_token_endpoint_out_of_order() {
    let stand = Stand::usual().await;
    let given = json!({ "token_type": "Bearer", "expires_in": 360, "access_token": "not.known.here" });
    stand.fake.fake().misbehave(Rule {
        path: Some("/token".into()),
        status: Some(200),
        body: Some(given),
        ..Rule::default()
    });
    stand.fake.fake().misbehave(Rule {
        path: Some("/v1.0/users/".into()),
        status: Some(200),
        body: Some(json!({ "id": ADA, "userPrincipalName": "ada.kerr@acme.example" })),
        times: Some(0),
        ..Rule::default()
    });
    stand.fake.fake().misbehave(Rule {
        path: Some("/v1.0/domains".into()),
        status: Some(200),
        body: Some(json!({ "value": [] })),
        times: Some(0),
        ..Rule::default()
    });
    assert!(found(&stand).await);
    stand.fake.fake().misbehave(Rule {
        path: Some("/token".into()),
        status: Some(503),
        times: Some(0),
        ..Rule::default()
    });
    // Two minutes on it wants to be renewed, and is still good for four.
    stand.clock.forward(Duration::from_mins(2));
    assert!(found(&stand).await);
    stand.clock.forward(Duration::from_mins(5));
    assert_eq!(stand.graph.find(&id(&ADA)).await.unwrap_err().remedy(), "unreachable");
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_replaced_once() {
    let stand = Stand::usual().await;
    assert!(found(&stand).await);
    let refusal = |times| Rule {
        path: Some("/v1.0/users".into()),
        status: Some(401),
        body: Some(json!({ "error": { "code": "InvalidAuthenticationToken", "message": "no" } })),
        times,
        ..Rule::default()
    };
    stand.fake.fake().misbehave(refusal(None));
    assert!(found(&stand).await);
    assert_eq!(stand.token_requests(), 2);

    stand.fake.fake().misbehave(refusal(Some(0)));
    let error = stand.graph.find(&id(&ADA)).await.unwrap_err();
    assert_eq!(error.remedy(), "refused");
    assert_eq!(stand.token_requests(), 3);
}

#[tokio::test]
async fn staff_are_told_what_to_mend() {
    let table = [
        (7_000_215, 401, "refused", "value"),
        (7_000_222, 401, "refused", "expired"),
        (700_016, 400, "refused", "admin consent"),
        (90_002, 400, "refused", "cloud"),
        (700_024, 401, "refused", "clock"),
        (700_027, 401, "refused", "registered"),
        (7_000_214, 401, "refused", "revoked"),
        (1_000_502, 401, "refused", "expired"),
        (700_213, 401, "refused", "subject"),
        (7_000_272, 401, "unreachable", "issuer"),
        (50_196, 400, "unreachable", "loop"),
        (99_999, 400, "refused", "99999"),
        (99_999, 503, "unreachable", "503"),
    ];
    for (code, status, remedy, word) in table {
        let stand = Stand::usual().await;
        stand.fake.fake().misbehave(Rule {
            path: Some("/token".into()),
            status: Some(status),
            body: Some(json!({
                "error": "invalid_client", "error_codes": [code],
                "error_description": format!("AADSTS{code}: something about {SECRET} of ada.kerr@acme.example"),
            })),
            times: Some(0),
            ..Rule::default()
        });
        let error = stand.another(Bounds::default()).find(&id(&ADA)).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.remedy(), remedy, "{code}: {text}");
        assert!(text.contains(word), "{code}: {text}");
        assert!(!text.contains(SECRET) && !text.contains("ada.kerr"), "{code}: {text}");
    }
}
