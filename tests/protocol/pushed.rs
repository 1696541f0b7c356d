//! Pushed authorization requests (RFC 9126): one use, one minute, one client; and requests that are too large, doubled or
//! mixed up (RFC 6749 §3.1 and §3.2).

use std::time::Duration;

use serde_json::{Value, json};

use super::reply::{Answer, Reply, Sent};
use super::sign::base64url;
use super::stage::{MARIA, Stage};

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_pushed_taken_up_and_answered_as_it_was_pushed() {
    let stage = Stage::proven().await;
    for id in ["basic", "post", "jwt", "public", "keys", "fapi2"] {
        let party = stage.party(id).holding("ES256");
        let reply = party.push(&party.ask().set("prompt", "none")).await;
        assert_eq!(
            (reply.status, reply.header("cache-control")),
            (201, Some("no-store")),
            "{id}: {}",
            reply.body
        );
        let said = reply.json();
        assert_eq!(said["expires_in"], 60);
        let name = said["request_uri"].as_str().unwrap().to_owned();
        // RFC 9126 §7.1: not to be guessed.
        assert!(name.strip_prefix(PREFIX).unwrap().len() >= 43, "{name}");
        // What stands outside counts for nothing (RFC 9126 §4, RFC 9101 §6.3).
        let named = party
            .named(&name)
            .and("state", "of the address")
            .and("nonce", "of the address")
            .and("redirect_uri", "https://evil.example/cb")
            .and("scope", "openid")
            .and("response_type", "token")
            .and("response_mode", "form_post")
            .and("prompt", "login")
            .and("code_challenge", &base64url(&[1; 32]));
        // Who only looks takes nothing up.
        let looked = stage.client.head(stage.address(&named)).send().await.unwrap();
        assert_eq!(looked.status(), 200);
        let answer = stage.authorize(&named).await;
        assert_eq!(answer.get("state"), Some("af0ifjsldkj"), "{id}");
        let tokens = party.redeem(&answer.code()).await.json();
        assert_eq!(
            super::sign::part(tokens["id_token"].as_str().unwrap(), 1)["nonce"],
            "n-0S6_WzA2Mj"
        );
        // §7.3: once.
        assert!(stage.authorize(&party.named(&name)).await.is_shown_here(), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushed_request_is_its_clients_for_a_minute() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let push = async || party.push(&party.ask().set("prompt", "none")).await.text("request_uri");
    let name = push().await;
    for (what, named) in [
        ("another client's", stage.party("post").named(&name)),
        ("nobody's", stage.party("post").named(&name).set("client_id", "nobody")),
        ("without a client", party.named(&name).without("client_id")),
        ("unknown", party.named(&format!("{PREFIX}{}", base64url(&[9; 32])))),
        ("longer", party.named(&format!("{name}A"))),
        ("shorter", party.named(&name[..name.len() - 1])),
        ("none at all", party.named(PREFIX)),
        ("spelled otherwise", party.named(&name.to_uppercase())),
        ("twice", party.named(&name).and("request_uri", &name)),
        (
            "with a signed one",
            party.named(&name).and("request", "x").and("client_id", "basic"),
        ),
    ] {
        let answer = stage.authorize(&named).await;
        assert!(answer.is_shown_here(), "{what}: {:?}", answer.reply);
        assert!(!answer.reply.body.contains(&name), "{what}: the name is shown");
    }
    // None of these used it up.
    assert!(stage.authorize(&party.named(&name)).await.get("code").is_some());
    let (early, late) = (push().await, push().await);
    stage.clock.forward(Duration::from_secs(59));
    assert!(stage.authorize(&party.named(&early)).await.get("code").is_some());
    stage.clock.forward(Duration::from_secs(1));
    assert!(stage.authorize(&party.named(&late)).await.is_shown_here());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_that_began_with_a_pushed_request_may_come_again_with_it_and_no_other() {
    let stage = Stage::new().await;
    let party = stage.party("basic");
    let name = party
        .push(&party.ask().set("login_hint", MARIA))
        .await
        .text("request_uri");
    let address = stage.address(&party.named(&name));
    let mut walk = stage.walk();
    walk.browser.visit(&address).await.unwrap();
    walk.expect("consent").unwrap();
    walk.browser.visit(&address).await.unwrap();
    walk.expect("consent").unwrap();
    assert_eq!(stage.cases().await, 1);
    let mut other = stage.walk();
    other.browser.visit(&address).await.unwrap();
    other.expect("bad-request").unwrap();
    assert_eq!(stage.cases().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_request_is_said_when_it_is_pushed() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let pushed = party.push(&party.ask()).await.text("request_uri");
    for (asked, error) in [
        (party.ask().and("request_uri", &pushed), "invalid_request"),
        (
            party.ask().and("request_uri", "https://client.example.com/r.jwt"),
            "invalid_request",
        ),
        (
            party.ask().set("redirect_uri", "http://127.0.0.1:1/basic/"),
            "invalid_request",
        ),
        (
            party.ask().set("redirect_uri", "http://127.0.0.1:1/post"),
            "invalid_request",
        ),
        (party.ask().without("redirect_uri"), "invalid_request"),
        (party.ask().without("response_type"), "invalid_request"),
        (party.ask().set("response_type", "token"), "unsupported_response_type"),
        (party.ask().set("scope", "profile"), "invalid_scope"),
        (party.ask().set("code_challenge_method", "plain"), "invalid_request"),
        (party.ask().set("prompt", "none login"), "invalid_request"),
        (party.ask().set("claims", "[]"), "invalid_request"),
        (party.ask().and("request", "nonsense"), "invalid_request_object"),
        (party.ask().set("dpop_jkt", "short"), "invalid_request"),
        (party.ask().set("state", "a\u{1}b"), "invalid_request"),
    ] {
        assert_eq!(party.push(&asked).await.refusal(), refused(400, error), "{asked:?}");
    }
    for id in ["post", "nobody"] {
        let asked = party.ask().set("client_id", id);
        assert_eq!(
            party.push(&asked).await.refusal(),
            refused(401, "invalid_client"),
            "{id}"
        );
    }
    let unproven = stage.post("par", &party.ask().encoded(), &[]).await;
    assert_eq!(unproven.refusal(), refused(401, "invalid_client"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parameter_that_stands_there_twice_is_refused_wherever_it_stands() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let asked = party.ask().set("prompt", "none");
    let before = stage.cases().await;
    for (name, value) in asked.0.clone() {
        for twice in [value.as_str(), "other", ""] {
            let polluted = asked.clone().and(&name, twice);
            assert_eq!(
                party.push(&polluted).await.refusal(),
                refused(400, "invalid_request"),
                "{name}={twice}"
            );
            assert!(stage.authorize(&polluted).await.is_shown_here(), "{name}={twice}");
            let posted = Answer::of(stage.post("authorize", &polluted.encoded(), &[]).await);
            assert!(posted.is_shown_here(), "{name}={twice}");
        }
    }
    // The same name written otherwise, and names that only look alike.
    let spelled = format!("{}&%73tate=other", asked.encoded());
    let posted = Answer::of(stage.post("authorize", &spelled, &[]).await);
    assert!(posted.is_shown_here());
    let reply = stage
        .get(&format!("/oauth2/authorize?{}&state%5B%5D=x&State=y", asked.encoded()))
        .await;
    let cookie = [("cookie", stage.cookie.as_deref().unwrap())];
    assert_eq!(Answer::of(reply).get("error"), Some("login_required"));
    let posted = Answer::of(
        stage
            .post("authorize", &format!("{}&STATE=x", asked.encoded()), &cookie)
            .await,
    );
    assert_eq!(posted.get("state"), Some("af0ifjsldkj"));
    // The address of a form adds nothing to it.
    let crossed = format!(
        "par?{}",
        Sent::of(&[("scope", "openid"), ("prompt", "login")]).encoded()
    );
    assert_eq!(party.post(&crossed, &asked, &[]).await.status, 201);
    let doubled = br#"{"client_id":"basic","client_id":"post"}"#;
    let json = stage
        .client
        .post(stage.endpoint("par"))
        .header("content-type", "application/json");
    assert_eq!(
        Reply::of(json.body(doubled.to_vec())).await.refusal(),
        refused(400, "invalid_request")
    );
    assert_eq!(stage.cases().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_is_refused_cleanly_and_the_next_request_is_served() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    // More than is taken, and no more than the line holds: who is refused half way through might not read the answer.
    let asked = party.ask().and("extra", &"x".repeat(70 * 1024));
    for endpoint in ["par", "token", "revoke", "introspect"] {
        assert_eq!(
            party.post(endpoint, &asked, &[]).await.refusal(),
            refused(413, "invalid_request"),
            "{endpoint}"
        );
    }
    let posted = stage.post("userinfo", &asked.encoded(), &[]).await;
    assert_eq!(posted.refusal(), refused(413, "invalid_request"));
    let posted = stage.post("authorize", &asked.encoded(), &[]).await;
    assert!(Answer::of(posted).is_shown_here());
    let many = (0..101).fold(party.ask(), |asked, at| asked.and(&format!("p{at}"), "x"));
    assert_eq!(party.push(&many).await.refusal(), refused(400, "invalid_request"));
    assert!(stage.authorize(&many).await.is_shown_here());
    let long = stage.authorize(&party.ask().and("extra", &"x".repeat(33 * 1024))).await;
    assert!(long.is_shown_here(), "{:?}", long.reply);
    for wish in [json!({"id_token": {"x": {"value": "y".repeat(17_000)}}}), deep()] {
        let asked = party.ask().set("claims", &wish.to_string());
        assert_eq!(party.push(&asked).await.refusal(), refused(400, "invalid_request"));
    }
    assert_eq!(party.push(&party.ask()).await.status, 201);
}

/// Objects in objects, more than anybody writes.
fn deep() -> Value {
    (0..200).fold(json!(null), |inner, _| json!({"id_token": inner}))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_encoded_text_is_refused() {
    let stage = Stage::proven().await;
    let base = stage.party("basic").ask().encoded();
    for broken in [
        "&state2=%",
        "&x=%4",
        "&x=%zz",
        "&x=%ff",
        "&%ff=x",
        "&x=%00",
        "&%00=x",
        "&x=%C3%28",
    ] {
        let reply = Answer::of(stage.get(&format!("/oauth2/authorize?{base}{broken}")).await);
        assert!(reply.is_shown_here(), "{broken}");
        let reply = stage.post("par", &format!("{base}{broken}"), &[]).await;
        assert_eq!(reply.refusal(), refused(400, "invalid_request"), "{broken}");
    }
}
