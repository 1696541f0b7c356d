//! What the provider publishes must keep every rule before anybody is sent there.

use std::time::Duration;

use doorward_lab::signin::{DiscoveryFault, Fault, KeyFault};
use serde_json::{Value, json};

use super::provider::{KEYS, Manner, Shown};
use super::scene::{APP, LOGIN, Scene, header, scene, with_token};

/// What the sign-in says after this one change at the provider.
async fn fault_after(change: impl FnOnce(&mut Shown)) -> Fault {
    let scene = scene().await;
    scene.provider.change(change);
    refused(&scene).await
}

async fn refused(scene: &Scene) -> Fault {
    let fault = scene.signin.begin(LOGIN).await.unwrap_err();
    let attempts = scene.signin.attempts();
    assert_eq!(attempts.last().unwrap().outcome.as_ref().unwrap().fault(), Some(&fault));
    fault
}

fn missing(member: &'static str) -> Fault {
    DiscoveryFault::Missing(member).into()
}

fn member(member: &'static str, rule: &'static str) -> Fault {
    DiscoveryFault::Member { member, rule }.into()
}

#[tokio::test]
async fn the_document_must_come_whole_with_its_length_and_its_type() {
    let manner = |manner| fault_after(move |shown| shown.discovery_manner = manner);
    assert_eq!(manner(Manner::Chunked).await, DiscoveryFault::NoLength.into());
    assert_eq!(manner(Manner::Status(302)).await, DiscoveryFault::Status(302).into());
    assert_eq!(manner(Manner::Text).await, DiscoveryFault::NotJson.into());
}

#[tokio::test]
async fn each_required_member_must_be_there() {
    for name in [
        "issuer",
        "authorization_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        let fault = fault_after(|shown| {
            shown.discovery.as_object_mut().unwrap().remove(name);
        });
        assert_eq!(fault.await, missing(name));
    }
    let fault = fault_after(|shown| shown.discovery["response_types_supported"] = json!(["id_token", "code"]));
    assert_eq!(fault.await, missing("token_endpoint"));
}

#[tokio::test]
async fn the_issuer_must_be_the_address_character_for_character() {
    for change in [
        |issuer: &str| format!("{issuer}/"),
        |issuer: &str| issuer.to_uppercase(),
        |_: &str| "https://door.example.net".to_owned(),
    ] {
        let scene = scene().await;
        let wrong = change(&scene.provider.issuer);
        scene.provider.change(|shown| shown.discovery["issuer"] = json!(wrong));
        assert_eq!(refused(&scene).await, DiscoveryFault::Issuer(wrong).into());
    }
}

#[tokio::test]
async fn the_address_of_the_document_must_be_as_the_vendor_wants_it() {
    for (address, why) in [
        (
            "http://door.example.net/.well-known/openid-configuration",
            "is not https",
        ),
        (
            "https://door.example.net/.well-known/openid-configuration?client_id=x",
            "has a query or a fragment",
        ),
        (
            "https://door.example.net/.well-known/openid-configuration#x",
            "has a query or a fragment",
        ),
        (
            "https://door.example.net/.well-known/openid-configuration/",
            "does not end in /.well-known/openid-configuration",
        ),
    ] {
        let scene = scene().await;
        scene
            .signin
            .change(|world| world.discovery_url = address.parse().unwrap());
        assert_eq!(refused(&scene).await, DiscoveryFault::Address(why).into());
    }
}

#[tokio::test]
async fn each_list_must_contain_what_the_exchange_needs() {
    for (name, value) in [
        ("response_types_supported", json!(["token"])),
        ("id_token_signing_alg_values_supported", json!(["ES256"])),
        ("scopes_supported", json!(["profile"])),
        ("response_modes_supported", json!(["query"])),
        ("grant_types_supported", json!(["client_credentials"])),
        ("claim_types_supported", json!(["aggregated"])),
    ] {
        let fault = fault_after(|shown| shown.discovery[name] = value).await;
        assert_eq!(fault, member(name, "does not contain the value needed"));
    }
    let fault = fault_after(|shown| shown.discovery["subject_types_supported"] = json!([])).await;
    assert_eq!(fault, member("subject_types_supported", "is empty"));
}

#[tokio::test]
async fn the_addresses_inside_must_be_safe_and_the_one_of_the_keys_plain() {
    for name in ["authorization_endpoint", "jwks_uri"] {
        let fault = fault_after(|shown| shown.discovery[name] = json!("http://door.example.net/x"));
        assert_eq!(fault.await, member(name, "is not an https address"));
    }
    let fault = fault_after(|shown| {
        let plain = shown.discovery["jwks_uri"].as_str().unwrap().to_owned();
        shown.discovery["jwks_uri"] = json!(format!("{plain}?v=1"));
    });
    assert_eq!(fault.await, member("jwks_uri", "has a query or a fragment"));
}

#[tokio::test]
async fn the_authorization_endpoint_must_be_a_reply_url_of_the_application() {
    let scene = scene().await;
    scene.signin.change(|world| world.reply_urls.clear());
    let fault = refused(&scene).await;
    assert_eq!(fault.code(), "IDSTS50161");
    assert_eq!(
        fault,
        Fault::AuthorizationUrl(format!("{}/authorize", scene.provider.issuer))
    );
}

#[tokio::test]
async fn without_consent_there_is_no_service_principal_and_without_an_account_no_sign_in() {
    let scene = scene().await;
    scene.signin.change(|world| world.consented = false);
    let fault = refused(&scene).await;
    assert_eq!((fault.code(), fault), ("AADSTS900491", Fault::NoServicePrincipal(APP)));
    assert_eq!(scene.signin.begin("nobody@acme.example").await, Err(Fault::NoPerson));
    assert_eq!(scene.provider.shown.lock().unwrap().fetched, 0);
}

/// What the sign-in says when the one key is published like this.
async fn key_fault(change: impl FnOnce(&mut Value)) -> Fault {
    let fault = fault_after(|shown| change(&mut shown.jwks["keys"][0])).await;
    assert_eq!(fault.code(), "IDSTS50012");
    fault
}

#[tokio::test]
async fn each_key_must_carry_a_certificate_of_itself() {
    let kid = || "a2V5".to_owned();
    let absent = key_fault(|key| {
        key.as_object_mut().unwrap().remove("x5c");
    });
    assert_eq!(absent.await, KeyFault::NoCertificate(kid()).into());
    let empty = key_fault(|key| key["x5c"] = json!([]));
    assert_eq!(empty.await, KeyFault::NoCertificate(kid()).into());
    let other = key_fault(|key| key["x5c"] = json!([KEYS[1].certificate]));
    assert_eq!(other.await, KeyFault::OtherKey(kid()).into());
    let url_letters = KEYS[0].certificate.replace('+', "-").replace('/', "_");
    let encoded_for_addresses = key_fault(|key| key["x5c"] = json!([url_letters]));
    assert_eq!(encoded_for_addresses.await, KeyFault::Certificate(kid()).into());
    let cut_short = key_fault(|key| key["x5c"] = json!([KEYS[0].certificate[..400]]));
    assert_eq!(cut_short.await, KeyFault::Certificate(kid()).into());
}

#[tokio::test]
async fn each_key_must_be_an_rsa_key_for_rs256_with_an_id_of_its_own() {
    let kind = |rule| {
        Fault::from(KeyFault::Kind {
            kid: "a2V5".to_owned(),
            rule,
        })
    };
    assert_eq!(key_fault(|key| key["kty"] = json!("EC")).await, kind("not an RSA key"));
    assert_eq!(
        key_fault(|key| key["use"] = json!("enc")).await,
        kind("not for signatures")
    );
    assert_eq!(
        key_fault(|key| key["alg"] = json!("PS256")).await,
        kind("not for RS256")
    );
    assert_eq!(
        key_fault(|key| key["n"] = json!("AQAB")).await,
        kind("shorter than 2048 bits")
    );
    assert_eq!(
        key_fault(|key| key["e"] = json!("AAEAAQ")).await,
        kind("n or e has leading zeros")
    );
    assert_eq!(
        key_fault(|key| key["d"] = json!("AQAB")).await,
        kind("the private half is published")
    );
    assert_eq!(key_fault(|key| key["kid"] = json!("")).await, KeyFault::NoId.into());
    let id = "key one";
    assert_eq!(
        key_fault(|key| key["kid"] = json!(id)).await,
        KeyFault::Id(id.to_owned()).into()
    );
    let twice = fault_after(|shown| shown.jwks = json!({ "keys": [KEYS[0].jwk("eA"), KEYS[1].jwk("eA")] }));
    assert_eq!(twice.await, KeyFault::Twice("eA".to_owned()).into());
    assert_eq!(
        fault_after(|shown| shown.jwks = json!({ "keys": [] })).await,
        KeyFault::Empty.into()
    );
    let status = fault_after(|shown| shown.jwks_manner = Manner::Status(404)).await;
    assert_eq!(status, KeyFault::Status(404).into());
}

#[tokio::test]
async fn metadata_is_kept_for_a_day_so_a_key_swapped_at_once_breaks_sign_in_until_then() {
    let scene = scene().await;
    let form = scene.signin.begin(LOGIN).await.unwrap();
    assert!(scene.answer_honestly(&form).await.is_signed_in());

    scene
        .provider
        .change(|shown| shown.jwks = json!({ "keys": [KEYS[1].jwk("bmV3")] }));
    let mut new_header = header();
    new_header["kid"] = json!("bmV3");
    let answer = async || {
        let form = scene.signin.begin(LOGIN).await.unwrap();
        let token = KEYS[1].sign(&new_header, &scene.claims(&form));
        scene.signin.answer(&with_token(&form, token)).await
    };
    let early = answer().await;
    assert_eq!(early.fault(), Some(&Fault::Signature("bmV3".to_owned())));
    assert_eq!(scene.provider.shown.lock().unwrap().fetched, 1);

    scene.clock.forward(Duration::from_hours(24));
    assert!(answer().await.is_signed_in());
    assert_eq!(scene.provider.shown.lock().unwrap().fetched, 2);

    scene.signin.forget_metadata();
    assert!(answer().await.is_signed_in());
    assert_eq!(scene.provider.shown.lock().unwrap().fetched, 3);
}

#[tokio::test]
async fn two_published_keys_both_verify_during_a_change() {
    let scene = scene().await;
    scene
        .provider
        .change(|shown| shown.jwks = json!({ "keys": [KEYS[1].jwk("bmV3"), KEYS[0].jwk("a2V5")] }));
    for (key, kid) in [(&KEYS[0], "a2V5"), (&KEYS[1], "bmV3")] {
        let form = scene.signin.begin(LOGIN).await.unwrap();
        let mut header = header();
        header["kid"] = json!(kid);
        let token = key.sign(&header, &scene.claims(&form));
        assert!(scene.signin.answer(&with_token(&form, token)).await.is_signed_in());
    }
}
