//! The token endpoint: every credential that is wrong in one point is refused with its own code.

use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKey, KeySize};
use aws_lc_rs::{digest, signature};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};

use crate::stand::{ALL, BEGIN, CLIENT, SCOPE, Stand, TENANT, code, good_fields, world};

async fn refused(stand: &Stand, name: &str, value: &str) -> (u16, String, Value) {
    let fields = good_fields().map(|(key, good)| (key, if key == name { value } else { good }));
    let (status, body) = stand.ask_token(TENANT, &fields).await;
    (
        status,
        body["error"].as_str().unwrap().into(),
        body["error_codes"].clone(),
    )
}

#[tokio::test]
async fn a_token_names_the_granted_permissions_and_lives_sixty_to_ninety_minutes() {
    let stand = Stand::usual().await;
    let (status, body) = stand.ask_token(TENANT, &good_fields()).await;
    assert_eq!(status, 200);
    assert_eq!(body["token_type"], "Bearer");
    assert!((3599..=5400).contains(&body["expires_in"].as_u64().unwrap()));
    let token = body["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["roles"], json!(ALL));
    assert_eq!(
        claims["exp"].as_u64().unwrap() - 1,
        1_768_471_200 + body["expires_in"].as_u64().unwrap()
    );
    let (status, _) = stand.ask_token("acme.example", &good_fields()).await;
    assert_eq!(status, 200, "a domain of the tenant names it too");
}

#[tokio::test]
async fn each_wrong_field_has_its_own_error() {
    let stand = Stand::usual().await;
    let other = "9c1d0000-aaaa-4bbb-8ccc-000000000002";
    for (name, value, status, error, number) in [
        ("client_secret", "wrong", 401, "invalid_client", 7_000_215),
        ("client_id", other, 400, "unauthorized_client", 700_016),
        ("client_id", "", 400, "invalid_request", 900_144),
        (
            "scope",
            "https://graph.microsoft.com/User.Read",
            400,
            "invalid_scope",
            1_002_012,
        ),
        ("grant_type", "password", 400, "unsupported_grant_type", 70_003),
    ] {
        assert_eq!(
            refused(&stand, name, value).await,
            (status, error.to_owned(), json!([number])),
            "{name}={value}"
        );
    }
    for tenant in ["common", "11111111-2222-4333-8444-000000000000", "other.example"] {
        let (status, body) = stand.ask_token(tenant, &good_fields()).await;
        assert_eq!((status, &body["error_codes"]), (400, &json!([90_002])), "{tenant}");
    }
    let (status, body) = stand.ask_token(TENANT, &good_fields()[..3]).await;
    assert_eq!((status, &body["error_codes"]), (401, &json!([7_000_218])));
    let twice = [&good_fields()[..], &[("scope", SCOPE)]].concat();
    assert_eq!(stand.ask_token(TENANT, &twice).await.0, 400);
    for member in ["error_description", "timestamp", "trace_id", "correlation_id"] {
        assert!(body[member].is_string(), "{member}");
    }
}

#[tokio::test]
async fn only_a_form_is_taken() {
    let stand = Stand::usual().await;
    let url = stand.base.join(&format!("/{TENANT}/oauth2/v2.0/token")).unwrap();
    let fields: serde_json::Map<_, _> = good_fields()
        .iter()
        .map(|(key, value)| ((*key).into(), json!(value)))
        .collect();
    let response = stand.client.post(url.clone()).json(&fields).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(stand.client.get(url).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_token_ends_and_keeps_the_permissions_it_was_given_with() {
    let mut stand = Stand::usual().await;
    stand.fake.set_granted(Vec::new());
    assert_eq!(stand.get("domains").await.0, 200, "the old token still carries them");
    stand.clock.forward(Duration::from_mins(59));
    assert_eq!(stand.get("domains").await.0, 200);
    stand.clock.forward(Duration::from_mins(31));
    let (status, body) = stand.get("domains").await;
    assert_eq!((status, code(&body)), (401, "InvalidAuthenticationToken"));
    stand.renew().await;
    let (status, body) = stand.get("domains").await;
    assert_eq!((status, code(&body)), (403, "Authorization_RequestDenied"));
}

/// An application with a certificate, and everything needed to sign as it.
struct Signer {
    key: RsaKey,
    thumbprint: String,
    pem: String,
}

fn signer() -> Signer {
    let key = RsaKey::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'static>>::as_der(&key).unwrap();
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der.as_ref()), &rcgen::PKCS_RSA_SHA256);
    let certificate = CertificateParams::default().self_signed(&pair.unwrap()).unwrap();
    Signer {
        key,
        thumbprint: URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, certificate.der())),
        pem: certificate.pem(),
    }
}

impl Signer {
    fn assertion(&self, header: &Value, claims: &Value) -> String {
        let text = [header, claims]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
            .join(".");
        let mut signed = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&signature::RSA_PSS_SHA256, &random, text.as_bytes(), &mut signed)
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signed))
    }
}

async fn present(stand: &Stand, assertion: &str) -> (u16, Value) {
    let [grant, client, scope, _] = good_fields();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let fields = [
        grant,
        client,
        scope,
        ("client_assertion_type", kind),
        ("client_assertion", assertion),
    ];
    let (status, body) = stand.ask_token(TENANT, &fields).await;
    (status, body["error_codes"][0].clone())
}

#[tokio::test]
async fn an_assertion_is_taken_once_and_refused_when_anything_about_it_is_wrong() {
    let signer = signer();
    let mut world = world();
    (world.client_secret, world.certificate_pem) = (None, Some(signer.pem.clone()));
    let stand = Stand::of(world).await;
    let now = BEGIN.seconds();
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": signer.thumbprint });
    let audience = format!("{}{TENANT}/oauth2/v2.0/token", stand.base);
    let claims = |jti: &str| json!({ "aud": audience, "iss": CLIENT, "sub": CLIENT, "jti": jti, "nbf": now, "iat": now, "exp": now + 300 });
    let good = signer.assertion(&header, &claims("one"));
    assert_eq!(present(&stand, &good).await, (200, Value::Null));
    assert_eq!(present(&stand, &good).await, (401, json!(50_027)), "the same again");

    for (name, value, number) in [
        ("aud", json!(format!("{}common/oauth2/v2.0/token", stand.base)), 700_023),
        ("iss", json!(TENANT), 700_021),
        ("sub", json!(TENANT), 700_021),
        ("exp", json!(now), 700_024),
        ("exp", json!(now + 601), 700_024),
        ("nbf", json!(now + 301), 700_024),
        ("exp", json!("1768471500"), 50_027),
    ] {
        let mut wrong = claims(name);
        wrong[name] = value;
        let assertion = signer.assertion(&header, &wrong);
        assert_eq!(present(&stand, &assertion).await, (401, json!(number)), "{wrong}");
    }
    for (name, value) in [("alg", "RS256"), ("x5t#S256", "AAAA"), ("typ", "at+jwt")] {
        let mut wrong = header.clone();
        wrong[name] = json!(value);
        let assertion = signer.assertion(&wrong, &claims(name));
        assert_eq!(present(&stand, &assertion).await, (401, json!(700_027)), "{wrong}");
    }
    let stranger = Signer {
        key: RsaKey::generate(KeySize::Rsa2048).unwrap(),
        ..signer
    };
    let forged = stranger.assertion(&header, &claims("forged"));
    assert_eq!(present(&stand, &forged).await, (401, json!(700_027)));
}
