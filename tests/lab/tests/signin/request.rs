//! What is sent to the provider is what the vendor documents, and every lie differs from it in its own way only.

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Clock;
use doorward_lab::signin::{Lie, Options, PostForm, SentState};
use serde_json::{Value, json};

use super::scene::{ADA, APP, LOGIN, Scene, TENANT, hint, part, scene};

/// Whether the hint's signature is of the published key that its `kid` names.
fn verifies(scene: &Scene, form: &PostForm) -> bool {
    let token = form.field("id_token_hint").unwrap();
    let header = part(token, 0);
    let keys = scene.signin.published_keys().unwrap();
    let Some(key) = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
    else {
        return false;
    };
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let (text, signature) = token.rsplit_once('.').unwrap();
    let (n, e) = (number("n"), number("e"));
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    header["alg"] == "RS256"
        && PublicKeyComponents { n, e }
            .verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature)
            .is_ok()
}

#[tokio::test]
async fn the_form_carries_the_documented_parameters_and_no_other() {
    let scene = scene().await;
    let form = scene.signin.begin(" Ada.Kerr@acme.example ").await.unwrap();
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "scope",
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "nonce",
        "state",
        "id_token_hint",
        "claims",
        "client-request-id",
    ];
    assert_eq!(names, expected);
    assert_eq!(form.action.as_str(), format!("{}/authorize", scene.provider.issuer));
    for (name, value) in [
        ("scope", "openid"),
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("client_id", "doorward-acme"),
    ] {
        assert_eq!(form.field(name), Some(value));
    }
    let base = scene.authority.as_str().trim_end_matches('/');
    let callback = format!("{base}/common/federation/externalauthprovider");
    assert_eq!(form.field("redirect_uri"), Some(callback.as_str()));
    assert!(form.field("state").unwrap().len() > 500);
    assert_eq!(form.field("client-request-id"), Some(form.attempt.to_string().as_str()));
    let claims: Value = serde_json::from_str(form.field("claims").unwrap()).unwrap();
    let asked = &claims["id_token"];
    assert_eq!(
        asked["acr"],
        json!({ "essential": true, "values": ["possessionorinherence"] })
    );
    assert_eq!(asked["amr"]["essential"], true);
    assert_eq!(asked["amr"]["values"].as_array().unwrap().len(), 13);
}

#[tokio::test]
async fn the_hint_is_about_the_person_signed_and_expired_as_it_is_made() {
    let scene = scene().await;
    let form = scene.signin.begin(LOGIN).await.unwrap();
    assert!(verifies(&scene, &form));
    let now = scene.clock.now().seconds();
    let base = scene.authority.as_str().trim_end_matches('/');
    let claims = hint(&form);
    let expected = json!({
        "ver": "2.0",
        "iss": format!("{base}/{TENANT}/v2.0"),
        "sub": claims["sub"],
        "aud": APP,
        "iat": now,
        "nbf": now,
        "exp": now - 1,
        "name": "Ada Kerr",
        "preferred_username": LOGIN,
        "oid": ADA,
        "tid": TENANT,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn the_subject_is_the_same_each_time_and_another_for_another_application() {
    let scene = scene().await;
    let sub = async || hint(&scene.signin.begin(LOGIN).await.unwrap())["sub"].clone();
    let first = sub().await;
    assert_eq!(first, sub().await);
    scene.signin.change(|world| world.app_id = uuid::Uuid::nil());
    assert_ne!(first, sub().await);
}

#[tokio::test]
async fn nonce_state_and_request_id_are_new_each_time() {
    let scene = scene().await;
    let one = scene.signin.begin(LOGIN).await.unwrap();
    let two = scene.signin.begin(LOGIN).await.unwrap();
    for name in ["nonce", "state", "client-request-id"] {
        assert_ne!(one.field(name), two.field(name), "{name}");
    }
}

/// A form begun while telling this lie.
async fn lying(scene: &Scene, lie: Lie) -> PostForm {
    scene.signin.set_options(Options::lying(lie));
    scene.signin.begin(LOGIN).await.unwrap()
}

#[tokio::test]
async fn each_lie_about_the_claims_is_signed_with_the_true_key_and_is_in_its_own_claims_only() {
    let scene = scene().await;
    let honest = hint(&scene.signin.begin(LOGIN).await.unwrap());
    for (lie, changed) in [
        (Lie::OtherTenant, vec!["iss", "tid"]),
        (Lie::OtherTid, vec!["tid"]),
        (Lie::LookAlikeIssuer, vec!["iss"]),
        (Lie::OtherAudience, vec!["aud"]),
        (Lie::OldHint, vec!["exp", "iat", "nbf"]),
        (Lie::FutureHint, vec!["exp", "iat", "nbf"]),
        (Lie::ExpiredLongAgo, vec!["exp"]),
    ] {
        let form = lying(&scene, lie).await;
        assert!(verifies(&scene, &form), "{lie:?}");
        let claims = hint(&form);
        let members = honest.as_object().unwrap().iter();
        let mut different: Vec<&str> = members
            .filter(|(name, value)| claims[*name] != **value)
            .map(|(name, _)| name.as_str())
            .collect();
        different.sort_unstable();
        assert_eq!(different, changed, "{lie:?}");
    }
    let look_alike = hint(&lying(&scene, Lie::LookAlikeIssuer).await);
    let iss = look_alike["iss"].as_str().unwrap();
    assert!(iss.starts_with("http://127.0.0.1.evil.example/"), "{iss}");
}

#[tokio::test]
async fn each_lie_about_the_signature_keeps_the_honest_claims() {
    let scene = scene().await;
    let honest = hint(&scene.signin.begin(LOGIN).await.unwrap());
    let published = scene.signin.published_keys().unwrap()["keys"][0]["kid"].clone();
    for (lie, alg, known) in [
        (Lie::Unsigned, "none", false),
        (Lie::PublicKeyAsSecret, "HS256", true),
        (Lie::UnknownKid, "RS256", false),
        (Lie::OtherKey, "RS256", true),
    ] {
        let form = lying(&scene, lie).await;
        let header = part(form.field("id_token_hint").unwrap(), 0);
        assert!(!verifies(&scene, &form), "{lie:?}");
        assert_eq!(hint(&form), honest, "{lie:?}");
        assert_eq!(header["alg"], alg);
        assert_eq!(header["kid"] == published, known, "{lie:?}");
    }
}

#[tokio::test]
async fn the_forged_hs256_hint_would_convince_who_takes_the_public_key_for_a_secret() {
    let scene = scene().await;
    let form = lying(&scene, Lie::PublicKeyAsSecret).await;
    let keys = scene.signin.published_keys().unwrap();
    let number = |name: &str| URL_SAFE_NO_PAD.decode(keys["keys"][0][name].as_str().unwrap()).unwrap();
    let secret = public_pem(&number("n"), &number("e"));
    let (text, tag) = form.field("id_token_hint").unwrap().rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, text.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).unwrap()).unwrap();
}

/// The key as a `SubjectPublicKeyInfo` in PEM.
fn public_pem(n: &[u8], e: &[u8]) -> String {
    use aws_lc_rs::encoding::AsDer;
    let der = PublicKeyComponents {
        n: n.to_vec(),
        e: e.to_vec(),
    }
    .as_der()
    .unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

#[tokio::test]
async fn each_lie_about_the_way_back_names_another_place() {
    let scene = scene().await;
    let base = scene.authority.as_str().trim_end_matches('/').to_owned();
    let path = "/common/federation/externalauthprovider";
    for (lie, expected) in [
        (Lie::OtherCloud, format!("https://login.microsoftonline.us{path}")),
        (Lie::TrailingSlash, format!("{base}{path}/")),
        (Lie::ExtraPath, format!("{base}{path}/more")),
        (Lie::UpperCaseHost, format!("{}{path}", base.replace("http", "HTTP"))),
    ] {
        let form = lying(&scene, lie).await;
        assert_eq!(form.field("redirect_uri"), Some(expected.as_str()));
        assert!(verifies(&scene, &form));
    }
    scene
        .signin
        .change(|world| world.authority = "https://login.example.test".parse().unwrap());
    let form = lying(&scene, Lie::UpperCaseHost).await;
    assert_eq!(
        form.field("redirect_uri"),
        Some(format!("https://LOGIN.EXAMPLE.TEST{path}").as_str())
    );
}

#[tokio::test]
async fn a_replayed_nonce_is_that_of_the_sign_in_before() {
    let scene = scene().await;
    let first = scene.signin.begin(LOGIN).await.unwrap();
    let second = lying(&scene, Lie::ReplayedNonce).await;
    assert_eq!(first.field("nonce"), second.field("nonce"));
    assert_ne!(first.field("state"), second.field("state"));
}

#[tokio::test]
async fn a_state_can_be_any_text() {
    let scene = scene().await;
    let text = "\"><script>alert(1)</script>&+ %";
    scene.signin.set_options(Options {
        state: SentState::Exactly(text.to_owned()),
        ..Options::default()
    });
    let form = scene.signin.begin(LOGIN).await.unwrap();
    assert_eq!(form.field("state"), Some(text));
    let posted: Vec<(String, String)> = url::form_urlencoded::parse(form.body().as_bytes())
        .into_owned()
        .collect();
    assert_eq!(posted, form.fields);
    assert!(scene.answer_honestly(&form).await.is_signed_in());
}

#[tokio::test]
async fn a_new_key_signs_at_once_and_the_old_one_stays_published_until_it_is_retired() {
    let scene = scene().await;
    let old = scene.signin.begin(LOGIN).await.unwrap();
    let kid = scene.signin.rollover().unwrap();
    let new = scene.signin.begin(LOGIN).await.unwrap();
    assert_eq!(part(new.field("id_token_hint").unwrap(), 0)["kid"], json!(kid));
    assert!(verifies(&scene, &old) && verifies(&scene, &new));
    scene.signin.retire_old_keys();
    assert!(!verifies(&scene, &old) && verifies(&scene, &new));
}
