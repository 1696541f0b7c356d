//! What clients sign: statements about themselves (RFC 7523 §3, OpenID Connect Core §9) and request objects (RFC 9101,
//! OpenID Connect Core §6.1). One thing is wrong at a time (RFC 8725).

use std::time::Duration;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::party::{Party, Way};
use super::reply::{Reply, Sent};
use super::sign::{Pair, base64url, but, unsigned};
use super::stage::Stage;

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

fn own<'a>(party: &'a Party<'_>) -> (&'a Pair, &'a str) {
    match &party.way {
        Way::Keys(pair, kid) => (pair, kid),
        _ => panic!("{} has no key", party.id),
    }
}

/// The same text signed with a shared secret: whatever of the public key somebody could take for one.
fn confused(key: &Value, claims: &Value, kid: &str) -> Vec<String> {
    let (x, y) = (key["x"].as_str().unwrap(), key["y"].as_str().unwrap());
    [key.to_string(), format!("{x}{y}"), x.to_owned(), String::new()]
        .iter()
        .map(|secret| {
            let text = unsigned(&json!({"alg": "HS256", "kid": kid}), claims);
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text.as_bytes());
            format!("{text}.{}", base64url(tag.as_ref()))
        })
        .collect()
}

/// Signed texts that must pass for nobody's, whatever they say.
fn forged(party: &Party<'_>, claims: &Value) -> Vec<(&'static str, String)> {
    let (pair, kid) = own(party);
    let header = json!({"kid": kid});
    let good = pair.jws(header.clone(), claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = Pair::new("ES256");
    let mut all: Vec<(&str, String)> = confused(&pair.jwk(), claims, kid)
        .into_iter()
        .map(|text| ("key confusion", text))
        .collect();
    for alg in ["none", "None", "nOnE"] {
        let text = unsigned(&json!({"alg": alg, "kid": kid}), claims);
        all.push(("none", format!("{text}.")));
        all.push(("none with a signature", format!("{text}.{signature}")));
    }
    let changed = unsigned(
        &json!({"alg": "ES256", "kid": kid}),
        &but(claims, &json!({"extra": "y"})),
    );
    all.extend([
        ("no signature", format!("{signed}.")),
        ("cut off", signed.to_owned()),
        ("another's claims", format!("{changed}.{signature}")),
        ("another's key under the name", other.jws(header.clone(), claims)),
        ("an unknown key", other.jws(json!({"kid": "unknown"}), claims)),
        (
            "its own key brought along",
            other.jws(json!({"kid": kid, "jwk": other.jwk()}), claims),
        ),
        (
            "a key to be fetched",
            other.jws(json!({"kid": kid, "jku": "https://evil.example/jwks"}), claims),
        ),
        (
            "a certificate brought along",
            other.jws(json!({"kid": kid, "x5c": ["AAAA"]}), claims),
        ),
        (
            "something critical",
            pair.jws(json!({"kid": kid, "crit": ["exp"], "exp": 1}), claims),
        ),
        ("another type", pair.jws(json!({"kid": kid, "typ": "dpop+jwt"}), claims)),
        ("five parts", format!("{good}.e30.e30")),
        ("another alphabet", good.replace('.', "..")),
        ("not signed at all", claims.to_string()),
        (
            "too long",
            pair.jws(header, &but(claims, &json!({"padding": "x".repeat(20_000)}))),
        ),
    ]);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_proves_its_client_only_if_everything_in_it_is_so() {
    let stage = Stage::new().await;
    let party = stage.party("jwt");
    let (pair, kid) = own(&party);
    let now = stage.now();
    let header = json!({"kid": kid});
    let sent = async |assertion: &str| {
        let form = party.asserted(party.redeeming("nonsense"), assertion);
        stage.post("token", &form.encoded(), &[]).await.refusal()
    };
    let client = refused(401, "invalid_client");
    for (what, text) in forged(&party, &party.statement()) {
        assert_eq!(sent(&text).await, client, "{what}");
    }
    for change in [
        json!({"iss": "basic"}),
        json!({"iss": null}),
        json!({"sub": "basic"}),
        json!({"sub": null}),
        json!({"iss": "basic", "sub": "basic"}),
        json!({"aud": "https://evil.example"}),
        json!({"aud": null}),
        json!({"aud": []}),
        json!({"aud": ""}),
        // Meant for somebody else too, who could bring it here.
        json!({"aud": [stage.issuer, "https://evil.example"]}),
        json!({"aud": format!("{}/", stage.issuer)}),
        json!({"aud": stage.issuer.replace("http:", "https:")}),
        json!({"exp": now - 61}),
        json!({"exp": null}),
        json!({"exp": now + 7_200}),
        json!({"exp": "soon"}),
        json!({"exp": now.to_string()}),
        json!({"iat": now + 61}),
        json!({"nbf": now + 61}),
        json!({"iat": now - 7_200}),
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": 5}),
    ] {
        let claims = but(&party.statement(), &change);
        assert_eq!(sent(&pair.jws(header.clone(), &claims)).await, client, "{change}");
    }
    // What is allowed: our name, the endpoint's, the token endpoint's; a type, or none; a minute of another clock.
    for change in [
        json!({}),
        json!({"aud": stage.endpoint("token")}),
        json!({"aud": [stage.issuer]}),
        json!({"aud": [stage.issuer, stage.endpoint("token")]}),
        json!({"iat": null}),
        json!({"nbf": now}),
        json!({"exp": now - 59}),
        json!({"iat": now + 60}),
    ] {
        let claims = but(&party.statement(), &change);
        assert_eq!(
            sent(&pair.jws(header.clone(), &claims)).await,
            refused(400, "invalid_grant"),
            "{change}"
        );
    }
    for typ in ["JWT", "client-authentication+jwt"] {
        let text = pair.jws(json!({"typ": typ}), &party.statement());
        assert_eq!(sent(&text).await, refused(400, "invalid_grant"), "{typ}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_good_once_at_every_endpoint_together() {
    let stage = Stage::new().await;
    let party = stage.party("jwt");
    let (pair, kid) = own(&party);
    let text = pair.jws(json!({"kid": kid}), &party.statement());
    let form = party.asserted(party.redeeming("nonsense"), &text).and("token", "x");
    assert_eq!(
        stage.post("token", &form.encoded(), &[]).await.refusal(),
        refused(400, "invalid_grant")
    );
    for endpoint in ["token", "par", "revoke", "introspect"] {
        let again = stage.post(endpoint, &form.encoded(), &[]).await;
        assert_eq!(again.refusal(), refused(401, "invalid_client"), "{endpoint}");
    }
    // Until it is over, and then it is too old.
    stage.clock.forward(Duration::from_secs(60));
    assert_eq!(
        stage.post("token", &form.encoded(), &[]).await.refusal(),
        refused(401, "invalid_client")
    );
    stage.clock.forward(Duration::from_secs(600));
    assert_eq!(
        stage.post("token", &form.encoded(), &[]).await.refusal(),
        refused(401, "invalid_client")
    );
    // The same name of another client is another name.
    let claims = party.statement();
    let other = stage.party("keys");
    let (pair, kid) = own(&other);
    let theirs = pair.jws(
        json!({"kid": kid}),
        &but(&claims, &json!({"iss": "keys", "sub": "keys"})),
    );
    let mine = own(&party).0.jws(
        json!({}),
        &but(&claims, &json!({"exp": stage.now() + 60, "iat": stage.now()})),
    );
    for (party, text) in [(&other, theirs), (&party, mine)] {
        let claims = super::sign::part(&text, 1);
        let fresh = claims["exp"].as_i64().unwrap() > stage.now() - 60;
        let reply = stage
            .post("token", &party.asserted(party.redeeming("x"), &text).encoded(), &[])
            .await;
        let expected = if fresh {
            refused(400, "invalid_grant")
        } else {
            refused(401, "invalid_client")
        };
        assert_eq!(reply.refusal(), expected, "{}", party.id);
    }
    let half = Sent::of(&[("client_id", "jwt"), ("client_assertion", "x")]);
    assert_eq!(
        stage.post("token", &half.encoded(), &[]).await.refusal(),
        refused(400, "invalid_request")
    );
    let kind = party
        .asserted(Sent::default(), "x")
        .set("client_assertion_type", "urn:example:saml");
    assert_eq!(
        stage.post("token", &kind.encoded(), &[]).await.refusal(),
        refused(401, "invalid_client")
    );
}

/// A form with a request object and what must stand beside it.
fn with(party: &Party<'_>, object: &str) -> Sent {
    Sent::of(&[("client_id", &party.id), ("request", object)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_the_whole_question_and_what_stands_outside_counts_for_nothing() {
    let stage = Stage::proven().await;
    for id in ["jar", "jwt"] {
        let party = stage.party(id);
        let (pair, kid) = own(&party);
        for typ in ["oauth-authz-req+jwt", "JWT"] {
            let claims = party.object(&party.ask().set("prompt", "none"));
            let object = pair.jws(json!({"kid": kid, "typ": typ}), &claims);
            let outside = with(&party, &object)
                .and("response_type", "code")
                .and("scope", "openid")
                .and("redirect_uri", "https://evil.example/cb")
                .and("state", "outside")
                .and("nonce", "outside")
                .and("response_mode", "form_post")
                .and("prompt", "login")
                .and("max_age", "0");
            let answer = stage.authorize(&outside).await;
            assert_eq!(answer.get("state"), Some("af0ifjsldkj"), "{id} {:?}", answer.reply);
            let tokens = party.redeem(&answer.code()).await.json();
            assert_eq!(
                super::sign::part(tokens["id_token"].as_str().unwrap(), 1)["nonce"],
                "n-0S6_WzA2Mj"
            );
            assert_eq!(tokens["scope"], "openid profile");
        }
        // Pushed as well; numbers and objects as JSON has them (RFC 9101 §4, OpenID Connect Core §6.1).
        let claims = but(
            &party.object(&party.ask().set("prompt", "none")),
            &json!({
                "max_age": 3_000, "claims": {"id_token": {"given_name": {"essential": true}}}, "aud": [stage.issuer, "x"],
            }),
        );
        let object = pair.jws(json!({"kid": kid}), &claims);
        let pushed = party.push(&Sent::of(&[("request", &object)])).await.text("request_uri");
        let answer = stage.authorize(&party.named(&pushed)).await;
        let token = party.redeem(&answer.code()).await.text("id_token");
        assert_eq!(stage.verified(&token).await["given_name"], "Maria", "{id}");
        // An object that names itself is good once.
        let again = party.push(&Sent::of(&[("request", &object)])).await;
        assert_eq!(again.refusal(), refused(400, "invalid_request_object"), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_must_sign_its_questions_cannot_ask_without() {
    let stage = Stage::proven().await;
    let party = stage.party("jar");
    assert_eq!(
        party.push(&party.ask()).await.refusal(),
        refused(400, "invalid_request")
    );
    let answer = stage.authorize(&party.ask().set("prompt", "none")).await;
    assert_eq!(
        (answer.get("error"), answer.get("code")),
        (Some("invalid_request"), None)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_taken_only_if_everything_in_it_is_so() {
    let stage = Stage::proven().await;
    let party = stage.party("jar");
    let (pair, kid) = own(&party);
    let now = stage.now();
    let silent = party.ask().set("prompt", "none");
    let refusal = refused(400, "invalid_request_object");
    let mut wrong: Vec<(String, String)> = forged(&party, &party.object(&silent))
        .into_iter()
        .map(|(what, text)| (what.to_owned(), text))
        .collect();
    for change in [
        json!({"iss": "jwt"}),
        json!({"iss": null}),
        json!({"client_id": "jwt"}),
        json!({"client_id": null}),
        json!({"aud": "https://evil.example"}),
        json!({"aud": null}),
        json!({"aud": []}),
        json!({"aud": format!("{}/", stage.issuer)}),
        json!({"exp": now - 61}),
        json!({"exp": null}),
        json!({"exp": now + 7_200}),
        json!({"nbf": now + 61}),
        json!({"iat": now + 61}),
        // A statement of the client about itself is no question (RFC 9101 §10.8).
        json!({"sub": "jar"}),
        json!({"request": "x"}),
        json!({"request_uri": "urn:x"}),
        json!({"client_secret": "x"}),
        json!({"client_assertion": "x"}),
        json!({"client_assertion_type": "x"}),
    ] {
        let claims = but(&party.object(&silent), &change);
        wrong.push((change.to_string(), pair.jws(json!({"kid": kid}), &claims)));
    }
    for (what, object) in &wrong {
        let pushed = party.push(&Sent::of(&[("request", object)])).await;
        assert_eq!(pushed.refusal(), refusal, "{what}");
        let answer = stage
            .authorize(&with(&party, object).and("redirect_uri", &party.redirect))
            .await;
        assert_eq!(
            answer.get("error"),
            Some("invalid_request_object"),
            "{what}: {:?}",
            answer.reply
        );
        // Where to say so is not certain without an address outside.
        assert!(stage.authorize(&with(&party, object)).await.is_shown_here(), "{what}");
    }
    let good = || pair.jws(json!({"kid": kid}), &party.object(&silent));
    let crossed = with(&party, &good()).set("client_id", "jwt");
    assert_eq!(stage.authorize(&crossed).await.get("code"), None);
    let both = party
        .push(&Sent::of(&[("request", &good()), ("request_uri", "urn:x")]))
        .await;
    assert_eq!(both.refusal(), refused(400, "invalid_request"));
    let elsewhere = but(
        &party.object(&silent),
        &json!({"redirect_uri": "https://evil.example/cb"}),
    );
    let elsewhere = pair.jws(json!({"kid": kid}), &elsewhere);
    assert!(stage.authorize(&with(&party, &elsewhere)).await.is_shown_here());
    // And the good one is good.
    assert!(stage.authorize(&with(&party, &good())).await.get("code").is_some());
    let json = stage
        .client
        .post(stage.endpoint("par"))
        .header("content-type", "application/json");
    let statement = pair.jws(json!({"kid": kid}), &party.statement());
    let body = json!({"client_id": "jar", "request": good(), "client_assertion": statement,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"});
    assert_eq!(Reply::of(json.body(body.to_string())).await.status, 201);
}
