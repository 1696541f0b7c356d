//! How we sign in: assertions, proofs, nonces, keys of every kind, and the API token.

use std::collections::HashSet;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::fake::Asked;
use doorward_contract::{Action, Directory, VendorError};
use doorward_okta::Credential;
use serde_json::{Value, json};

use crate::stand::{ADA, API_TOKEN, CLIENT, KEY_ID, Stand, id, key_pair, pem};

fn tokens(stand: &Stand) -> Vec<Asked> {
    let mut asked = stand.fake.fake().asked();
    asked.retain(|asked| asked.path.ends_with("/token"));
    asked
}

fn header<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let found = asked.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

/// The header and claims of a compact JWS.
fn parts(text: &str) -> (Value, Value) {
    let mut parts = text
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap_or(Value::Null));
    (parts.next().unwrap(), parts.next().unwrap())
}

fn assertion(asked: &Asked) -> (Value, Value) {
    let form = asked.body.as_str().unwrap();
    let found = url::form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == "client_assertion");
    parts(&found.unwrap().1)
}

#[tokio::test]
async fn the_first_token_takes_a_nonce_and_every_assertion_and_proof_is_new() {
    let stand = Stand::usual().await;
    stand.account(ADA).await;
    let asked = tokens(&stand);
    assert_eq!(asked.iter().map(|asked| asked.status).collect::<Vec<_>>(), [400, 200]);
    let (head, first) = assertion(&asked[0]);
    let (_, second) = assertion(&asked[1]);
    assert_eq!(head, json!({ "alg": "ES256", "kid": KEY_ID, "typ": "JWT" }));
    assert_ne!(first["jti"], second["jti"]);
    assert_eq!(first["aud"], json!(format!("{}oauth2/v1/token", stand.base)));
    let (proof_head, without) = parts(header(&asked[0], "dpop").unwrap());
    let (_, with) = parts(header(&asked[1], "dpop").unwrap());
    assert_eq!(proof_head["typ"], "dpop+jwt");
    let members: HashSet<&str> = proof_head["jwk"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(members, HashSet::from(["kty", "crv", "x", "y"]));
    assert!(without["nonce"].is_null() && with["nonce"].is_string());
    assert_ne!(without["jti"], with["jti"]);
}

#[tokio::test]
async fn each_request_carries_a_proof_of_its_own_for_its_own_address() {
    let stand = Stand::usual().await;
    stand.account(ADA).await;
    stand.fake.fake().forget();
    stand.account(ADA).await;
    let account = stand.fresh("ACTIVE").await;
    stand.perform(&account, &Action::RevokeSessions).await.unwrap();
    let asked = stand.fake.fake().asked();
    let mut seen = HashSet::new();
    for one in &asked {
        assert!(header(one, "authorization").unwrap().starts_with("DPoP "));
        let (_, claims) = parts(header(one, "dpop").unwrap());
        assert_eq!(claims["htm"], json!(one.method));
        assert_eq!(
            claims["htu"],
            json!(format!("{}{}", stand.base, one.path.trim_start_matches('/')))
        );
        assert!(claims["ath"].is_string());
        assert!(seen.insert(claims["jti"].to_string()), "a proof is used twice");
    }
    assert!(asked.len() > 3);
}

#[tokio::test]
async fn one_token_serves_until_a_fifth_of_its_life_is_left() {
    let stand = Stand::usual().await;
    stand.account(ADA).await;
    stand.fake.fake().forget();
    stand.wait(Duration::from_mins(47)).await;
    stand.account(ADA).await;
    assert_eq!(tokens(&stand).len(), 0);
    stand.wait(Duration::from_mins(2)).await;
    stand.account(ADA).await;
    // The nonce of the first time still works.
    assert_eq!(tokens(&stand).len(), 1);
}

#[tokio::test]
async fn a_new_nonce_is_taken_over_at_the_token_endpoint_and_at_a_call_even_of_a_write() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.renew_nonce(true);
    stand.perform(&account, &Action::Suspend).await.unwrap();
    let view = stand.view(&account);
    assert_eq!((view.status.as_str(), view.count("suspend")), ("SUSPENDED", 1));
    stand.fake.revoke_tokens();
    stand.fake.renew_nonce(true);
    stand.perform(&account, &Action::Unsuspend).await.unwrap();
    assert_eq!(stand.view(&account).count("unsuspend"), 1);
}

#[tokio::test]
async fn a_token_that_is_not_taken_any_more_is_replaced_once() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    stand.fake.fake().forget();
    stand.fake.revoke_tokens();
    stand.perform(&account, &Action::Suspend).await.unwrap();
    assert_eq!(stand.view(&account).count("suspend"), 1);
    assert_eq!(tokens(&stand).len(), 1);
}

#[tokio::test]
async fn callers_that_come_together_share_one_token() {
    let stand = Stand::usual().await;
    let (one, two) = (id(ADA), id(ADA));
    let (one, two) = tokio::join!(stand.okta.find(&one), stand.okta.find(&two));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(tokens(&stand).len(), 2, "one refusal for the nonce, one token");
}

#[tokio::test]
async fn an_app_without_proof_of_possession_is_served_by_bearer_tokens() {
    let stand = Stand::of(|world| world.dpop = false, |_| {}).await;
    stand.account(ADA).await;
    let asked = stand.fake.fake().asked();
    let call = asked.iter().find(|asked| asked.method == "GET").unwrap();
    assert!(header(call, "authorization").unwrap().starts_with("Bearer "));
    assert_eq!(header(call, "dpop"), None);
}

#[tokio::test]
async fn an_api_token_is_the_second_choice() {
    let stand = Stand::of(|_| {}, |set| set.credential = Credential::ApiToken(API_TOKEN.into())).await;
    let account = stand.fresh("ACTIVE").await;
    stand.perform(&account, &Action::Suspend).await.unwrap();
    assert_eq!(tokens(&stand).len(), 0);
    let stand = Stand::of(|_| {}, |set| set.credential = Credential::ApiToken("00wrong".into())).await;
    let found = stand.okta.find(&id(ADA)).await;
    assert!(matches!(found, Err(VendorError::Refused { .. })), "{found:?}");
}

/// Whether the connector with this key is served by an org that knows its public half.
async fn is_served(key: String, key_id: Option<&str>, public: Value) -> Result<(), VendorError> {
    let stand = Stand::of(
        |world| world.keys = vec![public],
        |set| {
            set.credential = Credential::ServiceApp {
                client_id: CLIENT.into(),
                key: key.into(),
                key_id: key_id.map(Into::into),
            };
        },
    )
    .await;
    stand.okta.find(&id(ADA)).await.map(|_| ())
}

#[tokio::test]
async fn a_jwk_names_its_own_id() {
    let (_, public, private) = key_pair();
    is_served(private.to_string(), None, public).await.unwrap();
}

#[tokio::test]
async fn a_key_on_p384_signs() {
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let public =
        json!({ "kty": "EC", "crv": "P-384", "kid": "p384", "x": text(&point[1..49]), "y": text(&point[49..]) });
    is_served(pem(pair.to_pkcs8v1().unwrap().as_ref()), Some("p384"), public)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_rsa_key_signs_as_pem_and_as_jwk() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let numbers = rsa_numbers(der.as_ref());
    let names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
    let mut private = json!({ "kty": "RSA", "kid": "rsa" });
    for (name, number) in names.iter().zip(&numbers) {
        private[*name] = json!(URL_SAFE_NO_PAD.encode(number));
    }
    let public = json!({ "kty": "RSA", "kid": "rsa", "n": private["n"], "e": private["e"] });
    is_served(pem(der.as_ref()), Some("rsa"), public.clone()).await.unwrap();
    is_served(private.to_string(), None, public).await.unwrap();
}

#[tokio::test]
async fn another_key_or_another_id_is_refused_and_the_remedy_told() {
    let (pem, public, _) = key_pair();
    let (other, _, _) = key_pair();
    for (key, key_id) in [(other, KEY_ID), (pem, "unknown")] {
        let found = is_served(key, Some(key_id), public.clone()).await;
        assert!(
            matches!(&found, Err(VendorError::Refused { why }) if why.contains("invalid_client")),
            "{found:?}"
        );
    }
}

/// The eight numbers of an RSA key in PKCS #8 (RFC 8017 §A.1.2), without leading zeros.
fn rsa_numbers(der: &[u8]) -> Vec<Vec<u8>> {
    // PrivateKeyInfo: version, algorithm, key as an octet string that holds RSAPrivateKey.
    let info = element(der).1;
    let after_version = element(info).2;
    let key = element(element(after_version).2).1;
    let mut rest = element(element(key).1).2;
    let mut numbers = Vec::new();
    for _ in 0..8 {
        let (_, content, after) = element(rest);
        numbers.push(content.iter().copied().skip_while(|byte| *byte == 0).collect());
        rest = after;
    }
    numbers
}

/// Tag, content and what follows the first DER element.
fn element(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (short, from) = (usize::from(bytes[1]), 2);
    let (length, from) = if short < 0x80 {
        (short, from)
    } else {
        let digits = short - 0x80;
        let length = bytes[from..from + digits]
            .iter()
            .fold(0, |sum, digit| sum * 256 + usize::from(*digit));
        (length, from + digits)
    };
    (bytes[0], &bytes[from..from + length], &bytes[from + length..])
}
