//! Proofs of a key (RFC 9449): one thing is wrong at a time; the numbers are those of §4.3.

use std::time::Duration;

use serde_json::{Value, json};

use super::party::{Party, hash};
use super::reply::{Reply, Sent};
use super::sign::{Pair, base64url, but, unsigned};
use super::stage::{ALGS, Stage};

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

fn headed(pair: &Pair) -> Value {
    json!({"typ": "dpop+jwt", "jwk": pair.jwk()})
}

/// The nonce that the token endpoint gives out now.
async fn nonce(party: &Party<'_>, pair: &Pair) -> String {
    let proof = pair.jws(headed(pair), &party.proof("POST", &party.stage.endpoint("token")));
    let reply = party.post("token", &party.redeeming("x"), &[("dpop", &proof)]).await;
    assert_eq!(reply.refusal(), refused(400, "use_dpop_nonce"));
    reply.header("dpop-nonce").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_asked_for_its_nonce_and_then_taken_for_ten_minutes_at_most() {
    let stage = Stage::proven().await;
    let party = stage.party("bound");
    let pair = Pair::new("ES256");
    let address = stage.endpoint("token");
    let first = nonce(&party, &pair).await; // §8.1: letters that a header can carry
    assert!(
        first
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)),
        "{first}"
    );
    let redeem = async |code: &str, nonce: &str| {
        let proof = pair.jws(
            headed(&pair),
            &but(&party.proof("POST", &address), &json!({"nonce": nonce})),
        );
        party.post("token", &party.redeeming(code), &[("dpop", &proof)]).await
    };
    for wrong in ["", "nonsense", &first[1..]] {
        let reply = redeem("x", wrong).await;
        assert_eq!(reply.refusal(), refused(400, "use_dpop_nonce"), "{wrong}");
        assert_eq!(reply.header("dpop-nonce"), Some(first.as_str()));
    }
    let reply = redeem(&party.code().await, &first).await;
    assert_eq!((reply.status, reply.text("token_type").as_str()), (200, "DPoP"));
    // §8.2: the next one comes with the answer.
    assert_eq!(reply.header("dpop-nonce"), Some(first.as_str()));
    stage.clock.forward(Duration::from_secs(300));
    let reply = redeem(&party.code().await, &first).await;
    assert_eq!(reply.status, 200);
    let second = reply.header("dpop-nonce").unwrap().to_owned();
    assert_ne!(second, first);
    stage.clock.forward(Duration::from_secs(300));
    let code = party.code().await;
    assert_eq!(redeem(&code, &first).await.refusal(), refused(400, "use_dpop_nonce"));
    assert_eq!(redeem(&code, &second).await.status, 200);
}

/// Every way in which a proof for the token endpoint can be wrong, with the nonce that is right.
fn wrong(party: &Party<'_>, pair: &Pair, nonce: &str) -> Vec<(String, String)> {
    let stage = party.stage;
    let address = stage.endpoint("token");
    let claims = || but(&party.proof("POST", &address), &json!({"nonce": nonce}));
    let good = pair.jws(headed(pair), &claims());
    let (signed, _) = good.rsplit_once('.').unwrap();
    let other = Pair::new("ES256");
    let secret = json!({"kty": "oct", "k": base64url(b"secret")});
    let private = but(&pair.jwk(), &json!({"d": base64url(&[1; 32])}));
    let mut all: Vec<(String, String)> = [
        ("2. not a JWT", "nonsense".to_owned()),
        ("2. empty", String::new()),
        ("2. two in one", format!("{good}, {good}")),
        (
            "4. another type",
            pair.jws(json!({"typ": "JWT", "jwk": pair.jwk()}), &claims()),
        ),
        ("4. no type", pair.jws(json!({"jwk": pair.jwk()}), &claims())),
        (
            "5. none",
            format!("{}.", unsigned(&but(&headed(pair), &json!({"alg": "none"})), &claims())),
        ),
        (
            "5. a shared secret",
            pair.jws(but(&headed(pair), &json!({"alg": "HS256"})), &claims()),
        ),
        (
            "5. a secret key",
            pair.jws(json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": secret}), &claims()),
        ),
        (
            "5. another algorithm",
            pair.jws(but(&headed(pair), &json!({"alg": "ES384"})), &claims()),
        ),
        ("6. no signature", format!("{signed}.")),
        ("6. another's signature", other.jws(headed(pair), &claims())),
        ("6. no key", pair.jws(json!({"typ": "dpop+jwt"}), &claims())),
        (
            "6. a named key",
            pair.jws(json!({"typ": "dpop+jwt", "kid": "bound-1"}), &claims()),
        ),
        (
            "7. a private key",
            pair.jws(json!({"typ": "dpop+jwt", "jwk": private}), &claims()),
        ),
        (
            "something critical",
            pair.jws(but(&headed(pair), &json!({"crit": ["b64"]})), &claims()),
        ),
    ]
    .map(|(what, proof)| (what.to_owned(), proof))
    .to_vec();
    let now = stage.now();
    for change in [
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": 5}),
        json!({"htm": null}),
        json!({"htm": "GET"}),
        json!({"htm": "post"}),
        json!({"htu": null}),
        json!({"htu": stage.endpoint("userinfo")}),
        json!({"htu": stage.issuer}),
        json!({"htu": "https://evil.example/oauth2/token"}),
        json!({"htu": "/oauth2/token"}),
        json!({"htu": format!("{address}/")}),
        json!({"htu": address.replace("http:", "https:")}),
        json!({"iat": null}),
        json!({"iat": now - 61}),
        json!({"iat": now + 61}),
        json!({"iat": now.to_string()}),
    ] {
        all.push((change.to_string(), pair.jws(headed(pair), &but(&claims(), &change))));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_taken_only_if_everything_in_it_is_so_and_once() {
    let stage = Stage::proven().await;
    let party = stage.party("bound");
    let pair = Pair::new("ES256");
    let nonce = nonce(&party, &pair).await;
    let address = stage.endpoint("token");
    let code = party.code().await;
    let form = party.redeeming(&code);
    let refusal = refused(400, "invalid_dpop_proof");
    for (what, proof) in wrong(&party, &pair, &nonce) {
        assert_eq!(
            party.post("token", &form, &[("dpop", &proof)]).await.refusal(),
            refusal,
            "{what}"
        );
    }
    let good = || {
        pair.jws(
            headed(&pair),
            &but(&party.proof("POST", &address), &json!({"nonce": nonce})),
        )
    };
    // 1.: one header, and there must be one.
    let both = [("dpop", good()), ("dpop", good())];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(party.post("token", &form, &both).await.refusal(), refusal);
    assert_eq!(party.post("token", &form, &[]).await.refusal(), refusal);
    // 9.: written in one way (RFC 3986 §6.2.2); 11.: a minute of another clock.
    let loud = address.replace("http:", "HTTP:");
    for change in [
        json!({"htu": loud}),
        json!({"htu": format!("{address}?a=b#c")}),
        json!({"iat": stage.now() - 59}),
        json!({"iat": stage.now() + 60}),
    ] {
        let proof = but(&party.proof("POST", &address), &but(&json!({"nonce": nonce}), &change));
        let proof = pair.jws(headed(&pair), &proof);
        let reply = party.post("token", &party.redeeming("x"), &[("dpop", &proof)]).await;
        assert_eq!(reply.refusal(), refused(400, "invalid_grant"), "{change}");
    }
    let proof = good();
    assert_eq!(party.post("token", &form, &[("dpop", &proof)]).await.status, 200);
    // §11.1: a proof that was seen is worth nothing, here or anywhere.
    let again = party.redeeming(&party.code().await);
    assert_eq!(
        party.post("token", &again, &[("dpop", &proof)]).await.refusal(),
        refusal
    );
    assert_eq!(
        party.post("par", &party.ask(), &[("dpop", &proof)]).await.refusal(),
        refusal
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_token_opens_nothing_without_its_key() {
    let stage = Stage::proven().await;
    let address = stage.endpoint("userinfo");
    for alg in ALGS {
        let party = stage.party("bound").holding(alg);
        let tokens = party.tokens().await;
        assert_eq!(tokens["token_type"], "DPoP");
        let pair = party.held.as_ref().unwrap();
        let said = stage.introspect(&tokens["access_token"]).await;
        assert_eq!(
            (&said["token_type"], &said["cnf"]),
            (&json!("DPoP"), &json!({"jkt": pair.thumbprint()})),
            "{alg}"
        );
        assert_eq!(party.userinfo(&tokens["access_token"]).await.status, 200, "{alg}");
    }
    let party = stage.party("bound").holding("ES256");
    let (pair, other) = (party.held.as_ref().unwrap(), Pair::new("ES256"));
    let tokens = party.tokens().await;
    let token = tokens["access_token"].as_str().unwrap();
    let proven = |by: &Pair, change: &Value| {
        let claims = but(&party.proof("GET", &address), &json!({"ath": hash(token)}));
        by.jws(headed(by), &but(&claims, change))
    };
    let show = async |scheme: &str, proofs: &[String]| {
        let request = stage
            .client
            .get(&address)
            .header("authorization", format!("{scheme} {token}"));
        Reply::of(
            proofs
                .iter()
                .fold(request, |request, proof| request.header("dpop", proof)),
        )
        .await
    };
    let good = proven(pair, &json!({}));
    for (what, scheme, proofs, error) in [
        ("as a bearer token", "Bearer", vec![], "invalid_token"),
        (
            "as a bearer token with a proof",
            "Bearer",
            vec![proven(pair, &json!({}))],
            "invalid_token",
        ),
        ("without a proof", "DPoP", vec![], "invalid_token"),
        (
            "another's proof",
            "DPoP",
            vec![proven(&other, &json!({}))],
            "invalid_token",
        ),
        (
            "two proofs",
            "DPoP",
            vec![proven(pair, &json!({})), proven(pair, &json!({}))],
            "invalid_dpop_proof",
        ),
        (
            "no hash",
            "DPoP",
            vec![proven(pair, &json!({"ath": null}))],
            "invalid_dpop_proof",
        ),
        (
            "another hash",
            "DPoP",
            vec![proven(pair, &json!({"ath": hash("x")}))],
            "invalid_dpop_proof",
        ),
        (
            "half a hash",
            "DPoP",
            vec![proven(pair, &json!({"ath": hash(token)[..22]}))],
            "invalid_dpop_proof",
        ),
        (
            "another method",
            "DPoP",
            vec![proven(pair, &json!({"htm": "POST"}))],
            "invalid_dpop_proof",
        ),
        (
            "another place",
            "DPoP",
            vec![proven(pair, &json!({"htu": stage.endpoint("token")}))],
            "invalid_dpop_proof",
        ),
        (
            "too old",
            "DPoP",
            vec![proven(pair, &json!({"iat": stage.now() - 61}))],
            "invalid_dpop_proof",
        ),
        (
            "a made-up nonce",
            "DPoP",
            vec![proven(pair, &json!({"nonce": "x"}))],
            "use_dpop_nonce",
        ),
    ] {
        let reply = show(scheme, &proofs).await;
        assert_eq!(reply.refusal(), refused(401, error), "{what}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with("DPoP ") && challenge.contains(&format!("error=\"{error}\"")),
            "{challenge}"
        );
        assert!(challenge.contains("algs=\"PS256 ES256 EdDSA RS256\""), "{challenge}");
        assert_eq!(
            reply.header("dpop-nonce").is_some(),
            error == "use_dpop_nonce",
            "{what}"
        );
    }
    assert_eq!(show("DPoP", std::slice::from_ref(&good)).await.status, 200);
    let again = show("DPoP", &[good]).await;
    assert_eq!(again.refusal(), refused(401, "invalid_dpop_proof"));
    // In a form it is a bearer token, whatever stands beside.
    let (form, proof) = (
        Sent::of(&[("access_token", token)]),
        proven(pair, &json!({"htm": "POST"})),
    );
    let reply = stage.post("userinfo", &form.encoded(), &[("dpop", &proof)]).await;
    assert_eq!(reply.refusal(), refused(401, "invalid_token"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_do_without_a_proof_is_bound_by_the_one_it_sends() {
    let stage = Stage::proven().await;
    for id in ["basic", "public"] {
        let plain = stage.party(id).tokens().await;
        assert_eq!(plain["token_type"], "Bearer", "{id}");
        let party = stage.party(id).holding("EdDSA");
        let bound = party.tokens().await;
        assert_eq!(bound["token_type"], "DPoP", "{id}");
        // §5: a public client's refresh token is its key's, a confidential one's keeps to proofs.
        let form = Party::refreshing(&bound["refresh_token"]);
        assert_eq!(
            stage.party(id).token(&form).await.refusal(),
            refused(400, "invalid_grant"),
            "{id}"
        );
        let other = stage.party(id).holding("EdDSA").token(&form).await;
        if id == "public" {
            assert_eq!(other.refusal(), refused(400, "invalid_grant"));
            assert_eq!(party.token(&form).await.status, 200);
        } else {
            assert_eq!((other.status, other.text("token_type").as_str()), (200, "DPoP"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_bound_to_a_key_is_redeemed_with_that_key() {
    let stage = Stage::proven().await;
    let party = stage.party("basic").holding("ES256");
    let pair = party.held.as_ref().unwrap();
    let (own, other) = (pair.thumbprint(), Pair::new("ES256").thumbprint());
    let address = stage.endpoint("par");
    let silent = party.ask().set("prompt", "none");
    let proof = || pair.jws(headed(pair), &party.proof("POST", &address));
    // §10: named in the address; §10.1: named or proven when it is pushed, and both only if they agree.
    let mut codes = vec![(
        stage.authorize(&silent.clone().set("dpop_jkt", &own)).await.code(),
        true,
    )];
    codes.push((
        stage.authorize(&silent.clone().set("dpop_jkt", &other)).await.code(),
        false,
    ));
    for (asked, headers) in [
        (silent.clone(), vec![("dpop", proof())]),
        (silent.clone().set("dpop_jkt", &own), vec![]),
        (silent.clone().set("dpop_jkt", &own), vec![("dpop", proof())]),
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let name = party.post("par", &asked, &headers).await.text("request_uri");
        codes.push((stage.authorize(&party.named(&name)).await.code(), true));
    }
    for (code, fits) in codes {
        let without = stage.party("basic").redeem(&code).await;
        assert_eq!(without.refusal(), refused(400, "invalid_grant"), "no proof");
        let stranger = stage.party("basic").holding("ES256").redeem(&code).await;
        assert_eq!(stranger.refusal(), refused(400, "invalid_grant"), "another key");
        let reply = party.redeem(&code).await;
        assert_eq!(reply.status, if fits { 200 } else { 400 }, "{}", reply.body);
    }
    let both = party
        .post("par", &silent.clone().set("dpop_jkt", &other), &[("dpop", &proof())])
        .await;
    assert_eq!(both.refusal(), refused(400, "invalid_dpop_proof"));
    for jkt in ["short", &format!("{own}="), &"A".repeat(44)] {
        let reply = party.push(&silent.clone().set("dpop_jkt", jkt)).await;
        assert_eq!(reply.refusal(), refused(400, "invalid_request"), "{jkt}");
    }
    let bad = party.post("par", &silent, &[("dpop", "nonsense")]).await;
    assert_eq!(bad.refusal(), refused(400, "invalid_dpop_proof"));
}
