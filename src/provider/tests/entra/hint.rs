//! The hint: Entra's word, and everything that only looks like it.

use aws_lc_rs::hmac;

use super::*;

/// What follows any refused hint: a genuine request with the same nonce still passes.
async fn unharmed(lab: &Lab) {
    assert!(lab.check(&json!({})).await.is_ok());
}

#[tokio::test]
async fn a_hint_that_has_ended_is_good_while_it_is_young() {
    let lab = Lab::new().await;
    for (nonce, changes) in [
        ("ended", json!({ "exp": NOW - 86_400 })),
        ("ends later", json!({ "exp": NOW + 3_600 })),
        ("ends never", json!({ "exp": null })),
        ("ends somehow", json!({ "exp": "soon" })),
        ("no beginning", json!({ "nbf": null })),
        ("five minutes old", json!({ "iat": NOW - 300, "nbf": NOW - 300 })),
        ("two minutes ahead", json!({ "iat": NOW + 120, "nbf": NOW + 120 })),
    ] {
        let hint = lab.hint(&changes);
        let checked = lab.check(&json!({ "id_token_hint": hint, "nonce": nonce })).await;
        assert!(checked.is_ok(), "{nonce}: {checked:?}");
    }
}

#[tokio::test]
async fn a_hint_out_of_its_time_is_refused_whatever_its_end() {
    let lab = Lab::new().await;
    for (changes, why) in [
        (json!({ "iat": NOW - 301 }), "hint too old"),
        (json!({ "iat": NOW - 301, "exp": NOW + 3_600 }), "hint too old"),
        (json!({ "nbf": NOW - 301 }), "hint too old"),
        (json!({ "iat": NOW + 121 }), "hint from the future"),
        (json!({ "nbf": NOW + 121 }), "hint from the future"),
        (json!({ "iat": null }), "claims unreadable"),
        (json!({ "iat": NOW.to_string() }), "claims unreadable"),
    ] {
        assert_eq!(local(lab.with_hint(&lab.hint(&changes)).await), why, "{changes}");
    }
    unharmed(&lab).await;
}

#[tokio::test]
async fn a_hint_of_another_tenant_or_of_a_host_that_looks_alike_is_refused_before_anything_is_fetched() {
    let lab = Lab::new().await;
    let right = lab.tenant.hint_issuer();
    let authority = lab.tenant.cloud.authority();
    let other = "11111111-2222-4333-8444-555555555556";
    let mut wrong: Vec<Value> = [
        // The host in every disguise.
        right.replacen(&authority, &format!("{authority}.evil.example"), 1),
        right.replacen("://", "://evil.example/", 1),
        right.replacen("://", "://evil.example@", 1),
        right.replacen("://", "://not-", 1),
        right.replacen("http", "HTTP", 1),
        right.replacen("http", "https", 1),
        right.to_uppercase(),
        "https://login.microsoftonline.com.evil.example/".to_owned() + TENANT + "/v2.0",
        "https://login.microsoftonline.com/".to_owned() + TENANT + "/v2.0",
        format!("https://sts.windows.net/{TENANT}/"),
        // Its end.
        format!("{right}/"),
        right.replace("/v2.0", "/v1.0"),
        right.replace("/v2.0", "/V2.0"),
        right.replace("/v2.0", ""),
        format!(" {right}"),
        // Another tenant.
        right.replace(TENANT, other),
        right.replace(TENANT, "common"),
    ]
    .map(|iss| json!({ "iss": iss }))
    .to_vec();
    wrong.extend([
        json!({ "iss": null }),
        json!({ "iss": [right] }),
        json!({ "tid": other }),
        json!({ "tid": null }),
        json!({ "tid": TENANT.replace('-', "") }),
        json!({ "iss": right.replace(TENANT, other), "tid": other }),
    ]);
    for changes in wrong {
        let why = local(lab.with_hint(&lab.hint(&changes)).await);
        assert_eq!(why, "hint of another tenant or authority", "{changes}");
    }
    assert_eq!(lab.sign_in.read(), (0, 0));
    unharmed(&lab).await;
}

#[tokio::test]
async fn a_hint_for_somebody_else_is_refused() {
    let lab = Lab::new().await;
    for aud in [
        json!("9c1d0000-aaaa-4bbb-8ccc-000000000002"),
        json!(APP.to_uppercase()),
        json!(TENANT),
        json!([APP, "another"]),
        json!([]),
    ] {
        let why = local(lab.with_hint(&lab.hint(&json!({ "aud": aud }))).await);
        assert_eq!(why, "hint for somebody else", "{aud}");
    }
    let none = lab.with_hint(&lab.hint(&json!({ "aud": null }))).await;
    assert_eq!(local(none), "claims unreadable");
    // The application's id, as implementers see it, or the client id, as the text says.
    for (nonce, aud) in [
        ("1", json!(APP)),
        ("2", json!("doorward-acme")),
        ("3", json!([APP, "doorward-acme"])),
    ] {
        let hint = lab.hint(&json!({ "aud": aud }));
        let checked = lab.check(&json!({ "id_token_hint": hint, "nonce": nonce })).await;
        assert!(checked.is_ok(), "{aud}: {checked:?}");
    }
}

#[tokio::test]
async fn a_hint_that_says_not_who_is_sent_is_refused() {
    let lab = Lab::new().await;
    for (changes, why) in [
        (json!({ "oid": null }), "claims unreadable"),
        (json!({ "oid": "ada.kerr@acme.example" }), "claims unreadable"),
        (json!({ "oid": Uuid::nil().to_string() }), "hint without a person"),
        (json!({ "sub": null }), "claims unreadable"),
        (json!({ "sub": "" }), "hint without a person"),
        (json!({ "sub": "x".repeat(256) }), "hint without a person"),
    ] {
        assert_eq!(local(lab.with_hint(&lab.hint(&changes)).await), why, "{changes}");
    }
    unharmed(&lab).await;
}

#[tokio::test]
async fn no_algorithm_but_entras_exists() {
    let lab = Lab::new().await;
    let claims = lab.claims();
    let genuine = lab.hint(&json!({}));
    let signature = genuine.rsplit('.').next().unwrap();
    // `none`, with and without what stands in the place of a signature.
    let unsigned = format!(
        "{}.{}.",
        base64url(br#"{"alg":"none","kid":"0"}"#),
        base64url(claims.to_string().as_bytes())
    );
    // HS256 under the public key, which everybody knows, in the forms in which libraries have taken it for a secret.
    let public = lab.key.jwk();
    let modulus = URL_SAFE_NO_PAD.decode(public["n"].as_str().unwrap()).unwrap();
    let confused = |secret: &[u8]| {
        let head = base64url(br#"{"alg":"HS256","typ":"JWT","kid":"0"}"#);
        let signed = format!("{head}.{}", base64url(claims.to_string().as_bytes()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("{signed}.{}", base64url(tag.as_ref()))
    };
    let under = |alg: &str| lab.key.state(json!({ "alg": alg, "kid": "0" }), &claims);
    for hint in [
        unsigned.clone(),
        format!("{unsigned}{signature}"),
        confused(&modulus),
        confused(public.to_string().as_bytes()),
        under("RS384"),
        under("PS256"),
        under("rs256"),
        Signer::random(Alg::Es256).state(json!({ "kid": "0" }), &claims),
    ] {
        assert_eq!(local(lab.with_hint(&hint).await), "algorithm not allowed", "{hint:.80}");
    }
    unharmed(&lab).await;
}

#[tokio::test]
async fn only_entras_own_signature_counts() {
    let lab = Lab::new().await;
    let claims = lab.claims();
    let stranger = Signer::random(Alg::Rs256);
    let header = json!({ "typ": "JWT", "kid": "0" });
    let genuine = lab.hint(&json!({}));
    let (signed, signature) = genuine.rsplit_once('.').unwrap();
    let altered = but(&claims, &json!({ "oid": TENANT })).to_string();
    let swapped = format!(
        "{}.{}.{signature}",
        signed.split('.').next().unwrap(),
        base64url(altered.as_bytes())
    );
    let embedded = json!({ "typ": "JWT", "kid": "1", "jwk": stranger.jwk(), "jku": "https://evil.example/keys" });
    let long = lab.hint(&json!({ "name": "x".repeat(16 * 1024) }));
    let under = |header: Value| lab.key.state(header, &claims);
    for (hint, why) in [
        (stranger.state(header, &claims), "wrong signature"),
        (swapped, "wrong signature"),
        (format!("{signed}."), "wrong signature"),
        (stranger.state(embedded, &claims), "no key fits"),
        (under(json!({ "kid": "2" })), "no key fits"),
        (under(json!({ "typ": "JWT" })), "no kid in header"),
        (under(json!({ "kid": "0", "typ": "at+jwt" })), "wrong typ"),
        (under(json!({ "kid": "0", "crit": ["exp"] })), "crit in header"),
        (long, "statement too long"),
        (signed.to_owned(), "not a compact JWS"),
        ("hint".to_owned(), "not a compact JWS"),
        (format!("{genuine}.x"), "not a compact JWS"),
    ] {
        assert_eq!(local(lab.with_hint(&hint).await), why, "{hint:.80}");
    }
    let none = lab.check(&json!({ "id_token_hint": null })).await;
    assert_eq!(local(none), "no id_token_hint");
    unharmed(&lab).await;
}

#[tokio::test]
async fn two_claims_of_one_name_are_refused_though_signed() {
    let lab = Lab::new().await;
    let claims = lab.claims().to_string();
    let twice = claims.replacen('{', r#"{"oid":"77777777-0000-4000-8000-000000000001","#, 1);
    let hint = lab.key.write(br#"{"alg":"RS256","kid":"0"}"#, twice.as_bytes());
    assert_eq!(local(lab.with_hint(&hint).await), "claims unreadable");
}
