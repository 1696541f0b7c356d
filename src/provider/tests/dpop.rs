//! Proofs of a key: RFC 9449's own, and each check of its §4.3 broken alone.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;

use super::*;
use crate::provider::dpop::{For, Held, Nonce, bound_to};
use crate::provider::form::Parameters;
use crate::provider::refusal::{Challenge, Code, Refusal};

/// The proof of RFC 9449 figure 5, decoded in figure 4.
const TOKEN_REQUEST: &str = "\
    eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZ\
    OXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIs\
    ImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmV\
    yLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4Pt\
    FLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
/// The proof of RFC 9449 figure 13, decoded in figure 14.
const RESOURCE_REQUEST: &str = "\
    eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZ\
    OXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIs\
    ImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJ\
    jZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05\
    yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmc\
    w6Fy1dqd-jfxSYoMxhAJpLjA";
/// The thumbprint of the key in both (RFC 9449 figure 8).
const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
/// The access token of RFC 9449 figure 13.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

const AT_PAR: For<'_> = For {
    method: &Method::POST,
    url: PAR,
    profile: Profile::Plain,
    nonce: Nonce::Optional,
    token: None,
};

async fn ask(bench: &Bench, proof: &str, what: &For<'_>) -> Result<Held, Refusal> {
    let headers = HeaderMap::from_iter([("dpop".parse().unwrap(), HeaderValue::from_str(proof).unwrap())]);
    let held = bench.checks.held(&headers, what).await?;
    Ok(held.expect("a proof was sent"))
}

async fn why(bench: &Bench, proof: &str, what: &For<'_>) -> &'static str {
    ask(bench, proof, what).await.map_or_else(|refusal| refusal.why, |_| "")
}

fn header(signer: &Signer) -> Value {
    json!({ "typ": "dpop+jwt", "jwk": signer.jwk() })
}

fn claims() -> Value {
    json!({ "jti": "first", "htm": "POST", "htu": PAR, "iat": NOW })
}

#[tokio::test]
async fn the_proofs_that_the_specification_prints_are_good_at_their_time_and_place() {
    let bench = Bench::at(1_562_262_618).await;
    let asked = For {
        url: "https://server.example.com/token",
        ..AT_PAR
    };
    assert_eq!(ask(&bench, TOKEN_REQUEST, &asked).await.unwrap().jkt, THUMBPRINT);
    let shown = For {
        method: &Method::GET,
        url: "https://resource.example.org/protectedresource",
        token: Some(TOKEN),
        ..AT_PAR
    };
    assert_eq!(ask(&bench, RESOURCE_REQUEST, &shown).await.unwrap().jkt, THUMBPRINT);
    let late = Bench::new().await;
    assert_eq!(why(&late, TOKEN_REQUEST, &asked).await, "proof too old");
}

#[tokio::test]
async fn a_request_without_a_proof_holds_no_key_and_one_with_two_is_refused() {
    let bench = Bench::new().await;
    let mut headers = HeaderMap::new();
    assert_eq!(bench.checks.held(&headers, &AT_PAR).await, Ok(None));
    let signer = Signer::random(Alg::Es256);
    for name in ["first", "second"] {
        let proof = signer.state(header(&signer), &but(&claims(), &json!({ "jti": name })));
        headers.append("dpop", HeaderValue::from_str(&proof).unwrap());
    }
    assert_eq!(
        bench.checks.held(&headers, &AT_PAR).await.unwrap_err().why,
        "several proofs"
    );
}

#[tokio::test]
async fn each_flaw_of_a_proof_is_enough_to_refuse_it() {
    let bench = Bench::new().await;
    let (signer, other) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    for (changes, expected) in [
        (json!({ "typ": "JWT" }), "wrong typ"),
        (json!({ "typ": null }), "wrong typ"),
        (json!({ "alg": "none" }), "algorithm not allowed"),
        (json!({ "alg": "HS256" }), "algorithm not allowed"),
        (json!({ "crit": ["exp"] }), "crit in header"),
        (json!({ "jwk": null }), "proof without a key"),
        (json!({ "jwk": "the key" }), "key of the proof unreadable"),
        (
            json!({ "jwk": but(&signer.jwk(), &json!({ "d": "AAAA" })) }),
            "proof with a private key",
        ),
        (
            json!({ "jwk": { "kty": "oct", "k": "AAAA" } }),
            "proof with a private key",
        ),
        (json!({ "jwk": other.jwk() }), "wrong signature"),
    ] {
        let proof = signer.state(but(&header(&signer), &changes), &claims());
        assert_eq!(why(&bench, &proof, &AT_PAR).await, expected, "{changes}");
    }
    for (changes, expected) in [
        (json!({ "htm": "GET" }), "proof for another method"),
        (json!({ "htm": "post" }), "proof for another method"),
        (json!({ "htm": null }), "claims unreadable"),
        (json!({ "htu": null }), "claims unreadable"),
        (json!({ "iat": null }), "claims unreadable"),
        (json!({ "iat": NOW.to_string() }), "claims unreadable"),
        (json!({ "jti": null }), "claims unreadable"),
        (json!({ "jti": "" }), "replayed proof"),
        (json!({ "iat": NOW - 61 }), "proof too old"),
        (json!({ "iat": NOW + 61 }), "proof from the future"),
        (json!({ "nonce": "made up" }), "proof with a nonce of another time"),
    ] {
        let proof = signer.state(header(&signer), &but(&claims(), &changes));
        assert_eq!(why(&bench, &proof, &AT_PAR).await, expected, "{changes}");
    }
    assert_eq!(why(&bench, "not a proof", &AT_PAR).await, "not a compact JWS");
    // Nothing above used the name up: the same proof without a flaw passes, once.
    let proof = signer.state(header(&signer), &claims());
    assert_eq!(why(&bench, &proof, &AT_PAR).await, "");
    assert_eq!(why(&bench, &proof, &AT_PAR).await, "replayed proof");
}

#[tokio::test]
async fn a_proof_stays_used_until_it_is_too_old() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let proof = signer.state(header(&signer), &but(&claims(), &json!({ "iat": NOW + 60 })));
    assert_eq!(why(&bench, &proof, &AT_PAR).await, "");
    for (seconds, expected) in [(120, "replayed proof"), (1, "proof too old")] {
        bench.clock.forward(Duration::from_secs(seconds));
        bench.checks.store.sweep(bench.checks.clock.now()).await.unwrap();
        assert_eq!(why(&bench, &proof, &AT_PAR).await, expected);
    }
}

#[tokio::test]
async fn the_address_is_compared_as_addresses_are_and_without_query_and_fragment() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::Es256);
    for (number, (address, good)) in [
        ("https://doorward.example.com/oauth2/par", true),
        ("HTTPS://Doorward.Example.COM:443/oauth2/par", true),
        ("https://doorward.example.com/oauth2/./x/../par", true),
        ("https://doorward.example.com/oauth2/par?a=b#c", true),
        ("https://doorward.example.com/oauth2/par/", false),
        ("https://doorward.example.com/oauth2/PAR", false),
        ("https://doorward.example.com/oauth2/token", false),
        ("https://doorward.example.com:8443/oauth2/par", false),
        ("http://doorward.example.com/oauth2/par", false),
        ("https://evil.example/oauth2/par", false),
        ("https://doorward.example.com@evil.example/oauth2/par", false),
        ("https://maria@doorward.example.com/oauth2/par", false),
        ("/oauth2/par", false),
        ("", false),
    ]
    .into_iter()
    .enumerate()
    {
        let changes = json!({ "htu": address, "jti": number.to_string() });
        let proof = signer.state(header(&signer), &but(&claims(), &changes));
        let expected = if good { "" } else { "proof for another address" };
        assert_eq!(why(&bench, &proof, &AT_PAR).await, expected, "{address}");
    }
}

#[tokio::test]
async fn where_a_token_is_shown_the_proof_goes_with_that_token() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let shown = For {
        token: Some(TOKEN),
        ..AT_PAR
    };
    let hash = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
    for (name, ath, expected) in [
        ("none", json!(null), "proof for another token"),
        ("padded", json!(format!("{hash}=")), "proof for another token"),
        ("another", json!(THUMBPRINT), "proof for another token"),
        ("right", json!(hash), ""),
    ] {
        let proof = signer.state(header(&signer), &but(&claims(), &json!({ "ath": ath, "jti": name })));
        assert_eq!(why(&bench, &proof, &shown).await, expected, "{name}");
    }
    let refusal = ask(&bench, "not a proof", &shown).await.unwrap_err();
    assert_eq!(refusal.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refusal.challenge, Some(Challenge::Dpop));
    let refusal = ask(&bench, "not a proof", &AT_PAR).await.unwrap_err();
    assert_eq!((refusal.status, refusal.challenge), (StatusCode::BAD_REQUEST, None));
}

#[tokio::test]
async fn a_nonce_is_asked_for_given_and_good_for_five_to_ten_minutes() {
    let bench = Bench::new().await;
    let signer = Signer::random(Alg::EdDsa);
    let required = For {
        nonce: Nonce::Required,
        ..AT_PAR
    };
    let refusal = ask(&bench, &signer.state(header(&signer), &claims()), &required)
        .await
        .unwrap_err();
    assert_eq!(
        (refusal.code, refusal.status),
        (Code::UseDpopNonce, StatusCode::BAD_REQUEST)
    );
    let nonce = refusal.dpop_nonce.unwrap();
    assert_eq!(nonce, bench.checks.nonce());
    let with = |name: &str, iat: i64| {
        let changes = json!({ "nonce": nonce, "jti": name, "iat": iat });
        signer.state(header(&signer), &but(&claims(), &changes))
    };
    // The tests begin at the very beginning of a slot.
    assert_eq!(NOW % 300, 0);
    assert_eq!(why(&bench, &with("at once", NOW), &required).await, "");
    bench.clock.forward(Duration::from_secs(599));
    assert_ne!(nonce, bench.checks.nonce());
    assert_eq!(why(&bench, &with("late", NOW + 599), &required).await, "");
    bench.clock.forward(Duration::from_secs(1));
    let refusal = ask(&bench, &with("too late", NOW + 600), &required).await.unwrap_err();
    assert_eq!(refusal.code, Code::UseDpopNonce);
    assert_eq!(refusal.dpop_nonce, Some(bench.checks.nonce()));
}

#[tokio::test]
async fn a_nonce_of_another_installation_is_none_of_ours() {
    let (ours, theirs) = (Bench::new().await, Bench::new().await);
    let signer = Signer::random(Alg::EdDsa);
    let proof = signer.state(
        header(&signer),
        &but(&claims(), &json!({ "nonce": theirs.checks.nonce() })),
    );
    assert_eq!(why(&ours, &proof, &AT_PAR).await, "proof with a nonce of another time");
}

#[tokio::test]
async fn a_proof_of_each_algorithm_names_the_thumbprint_of_its_key_and_fapi_takes_no_rs256() {
    let bench = Bench::new().await;
    for alg in [Alg::Rs256, Alg::Ps256, Alg::Es256, Alg::EdDsa] {
        let signer = Signer::random(alg);
        let proof = signer.state(header(&signer), &claims());
        let fapi = For {
            profile: Profile::Fapi2,
            ..AT_PAR
        };
        let refused = why(&bench, &proof, &fapi).await;
        assert_eq!(refused, if alg == Alg::Rs256 { "algorithm not allowed" } else { "" });
        let proof = signer.state(header(&signer), &but(&claims(), &json!({ "jti": "second" })));
        let held = ask(&bench, &proof, &AT_PAR).await.unwrap();
        assert_eq!(held.jkt, set_of(&[&signer]).keys[0].thumbprint(), "{alg:?}");
    }
}

#[test]
fn a_code_is_bound_to_the_key_that_is_proven_or_named_and_both_must_agree() {
    let held = Held {
        jkt: THUMBPRINT.to_owned(),
    };
    let none = Parameters::default();
    let mut named = Parameters::default();
    named.set("dpop_jkt", THUMBPRINT);
    let bound = Ok(Some(THUMBPRINT.to_owned()));
    assert_eq!(bound_to(&none, None), Ok(None));
    assert_eq!(bound_to(&none, Some(&held)), bound);
    assert_eq!(bound_to(&named, None), bound);
    assert_eq!(bound_to(&named, Some(&held)), bound);
    named.set("dpop_jkt", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    assert_eq!(bound_to(&named, Some(&held)).unwrap_err().code, Code::InvalidDpopProof);
    named.set("dpop_jkt", "short");
    assert_eq!(bound_to(&named, None).unwrap_err().code, Code::InvalidRequest);
}
