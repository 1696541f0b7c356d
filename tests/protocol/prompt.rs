//! OpenID Connect Core 1.0 §3.1.2.1 and §3.1.2.3: when the person is asked, and for whom the answer stands. `prompt`,
//! `max_age`, `login_hint`, `id_token_hint`, `acr_values`, and the claims `acr` and `sub` with values (§5.5.1.1).

use std::time::Duration;

use serde_json::json;

use super::reply::Sent;
use super::sign::{but, part, unsigned};
use super::stage::{MARIA, Stage, session_of};

/// What came of a question.
async fn outcome(stage: &Stage, asked: &Sent) -> String {
    let answer = stage.authorize(asked).await;
    match answer.get("error") {
        Some(error) => error.to_owned(),
        None if answer.get("code").is_some() => "code".to_owned(),
        None if answer.opens_a_case() => "case".to_owned(),
        None if answer.reply.body.contains("data-state=\"login\"") => "login".to_owned(),
        None => format!("{:?}", answer.reply),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_asked_again_exactly_when_the_client_says_so() {
    let stage = Stage::proven().await;
    let party = stage.party("session");
    for (prompt, expected) in [
        ("none", "code"),
        ("login", "case"),
        ("consent", "case"),
        ("login consent", "case"),
        // Whoever shall choose an account is asked for one, with what was hinted at filled in.
        ("select_account", "login"),
    ] {
        let asked = party.ask().set("login_hint", MARIA).set("prompt", prompt);
        assert_eq!(outcome(&stage, &asked).await, expected, "{prompt}");
    }
    let shown = stage
        .authorize(&party.ask().set("login_hint", MARIA).set("prompt", "select_account"))
        .await;
    assert!(shown.reply.body.contains(&format!("value=\"{MARIA}\"")));
    assert_eq!(outcome(&stage, &party.ask()).await, "code");
    // A client that wants a fresh check each time never takes an earlier one; neither does a strange browser give one.
    let asked = party.ask().set("prompt", "none");
    for cookie in [
        None,
        Some("doorward-session="),
        Some("doorward-session=AAAA"),
        Some("session=x"),
    ] {
        let answer = stage.authorize_as(cookie, &asked).await;
        assert_eq!(answer.get("error"), Some("login_required"), "{cookie:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_as_old_as_it_says_and_no_older_than_is_wished() {
    let stage = Stage::proven().await;
    let party = stage.party("session");
    let proven_at = stage.now();
    stage.clock.forward(Duration::from_secs(100));
    for (max_age, expected) in [
        ("0", "login_required"),
        ("99", "login_required"),
        ("100", "code"),
        ("10000", "code"),
    ] {
        let asked = party.ask().set("max_age", max_age).set("prompt", "none");
        assert_eq!(outcome(&stage, &asked).await, expected, "{max_age}");
        let openly = party.ask().set("max_age", max_age).set("login_hint", MARIA);
        let expected = if expected == "code" { "code" } else { "case" };
        assert_eq!(outcome(&stage, &openly).await, expected, "{max_age}");
    }
    let tokens = party.tokens_for(&party.ask().set("max_age", "100")).await;
    let claims = stage.verified(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(
        (claims["auth_time"].as_i64(), claims["iat"].as_i64()),
        (Some(proven_at), Some(proven_at + 100))
    );
    // The hour of the registration is the end of it.
    stage.clock.forward(Duration::from_secs(3_499));
    assert_eq!(outcome(&stage, &party.ask().set("prompt", "none")).await, "code");
    stage.clock.forward(Duration::from_secs(1));
    assert_eq!(
        outcome(&stage, &party.ask().set("prompt", "none")).await,
        "login_required"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_about_whom_the_client_named_or_there_is_none() {
    let stage = Stage::proven().await;
    let party = stage.party("session");
    let silent = || party.ask().set("prompt", "none");
    let mine = party.tokens().await["id_token"].as_str().unwrap().to_owned();
    let sub = part(&mine, 1)["sub"].as_str().unwrap().to_owned();
    let others = another(&stage).await;
    let foreign = stage.party("basic").tokens().await["id_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let forged = format!(
        "{}.{}",
        mine.rsplit_once('.').unwrap().0,
        foreign.rsplit('.').next().unwrap()
    );
    let none = format!("{}.", unsigned(&json!({"alg": "none"}), &part(&mine, 1)));
    for (hint, expected) in [
        (&mine, "code"),
        (&others, "login_required"),
        // Given to somebody else, or by nobody.
        (&foreign, "invalid_request"),
        (&forged, "invalid_request"),
        (&none, "invalid_request"),
    ] {
        assert_eq!(outcome(&stage, &silent().set("id_token_hint", hint)).await, expected);
    }
    assert_eq!(
        outcome(
            &stage,
            &party.ask().set("id_token_hint", &others).set("login_hint", MARIA)
        )
        .await,
        "case"
    );
    // An ID token is a hint for longer than it is good.
    stage.clock.forward(Duration::from_secs(1_000));
    assert_eq!(outcome(&stage, &silent().set("id_token_hint", &mine)).await, "code");

    let named =
        |subject: &serde_json::Value| silent().set("claims", &json!({"id_token": {"sub": subject}}).to_string());
    let theirs = part(&others, 1)["sub"].clone();
    for (subject, expected) in [
        (json!({"value": sub}), "code"),
        (json!({"value": theirs}), "login_required"),
        (json!({"values": [theirs, sub]}), "code"),
        (json!({"values": [theirs]}), "login_required"),
        (json!(null), "code"),
    ] {
        assert_eq!(outcome(&stage, &named(&subject)).await, expected, "{subject}");
    }
    for (login, expected) in [
        (MARIA, "code"),
        ("Maria.Silva@Example.COM", "code"),
        ("juergen.mueller@example.com", "login_required"),
        ("maria.silva@example.com.evil.example", "login_required"),
    ] {
        assert_eq!(
            outcome(&stage, &silent().set("login_hint", login)).await,
            expected,
            "{login}"
        );
    }
}

/// An ID token about somebody else, for the same party.
async fn another(stage: &Stage) -> String {
    let party = stage.party("session");
    let mut walk = stage.walk();
    let person = walk.person("juergen-mueller").unwrap();
    let asked = party.ask().set("login_hint", &person.person.login);
    let url = stage
        .through_as(&mut walk, &stage.address(&asked), "juergen-mueller")
        .await;
    let code = url
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("a code")
        .1
        .into_owned();
    party.redeem(&code).await.text("id_token")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_of_one_kind_answers_for_no_other_and_an_essential_kind_is_the_one_that_is_done() {
    let stage = Stage::proven().await;
    let party = stage.party("session");
    let silent = || party.ask().set("prompt", "none");
    for (values, expected) in [
        ("verify", "code"),
        ("urn:example:unknown verify", "code"),
        // Voluntary, and nothing that is known here (OpenID Connect Core §3.1.2.1).
        ("urn:example:unknown 0 1", "code"),
        ("verify-again", "login_required"),
        ("verify-again verify", "code"),
    ] {
        assert_eq!(
            outcome(&stage, &silent().set("acr_values", values)).await,
            expected,
            "{values}"
        );
    }
    let essential = |values: &serde_json::Value| json!({"id_token": {"acr": but(values, &json!({"essential": true}))}});
    for (values, expected) in [
        (json!({"values": ["verify", "other"]}), "code"),
        (json!({"values": ["verify-again"]}), "login_required"),
        (json!({"value": "verify-again"}), "login_required"),
        (json!({}), "code"),
    ] {
        let asked = silent().set("claims", &essential(&values).to_string());
        assert_eq!(outcome(&stage, &asked).await, expected, "{values}");
    }
    let mut walk = stage.walk();
    let claims = essential(&json!({"values": ["verify-again"]}));
    let asked = party.ask().set("login_hint", MARIA).set("claims", &claims.to_string());
    let url = stage.through(&mut walk, &stage.address(&asked)).await;
    let code = url
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("a code")
        .1
        .into_owned();
    let token = party.redeem(&code).await.text("id_token");
    assert_eq!(stage.verified(&token).await["acr"], "verify-again");
    assert!(!session_of(&walk).is_empty());
}
