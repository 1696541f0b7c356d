//! Codes at the token endpoint: each is good once, for a minute, to whom it was given (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::caller::{As, answer, basic, but, redemption};
use super::party::{SECRET, challenge, redirect_of};
use super::{Bench, ISSUER, on_both, request};

const INTRANET: As<'_> = As::Basic("intranet");

on_both! {
    a_code_is_exchanged_for_tokens
    each_way_of_proving_oneself_works_and_no_other_does
    a_code_opens_only_to_whom_it_was_given
    a_verifier_is_good_only_for_a_challenge
    a_code_is_good_for_a_minute
    a_code_that_comes_twice_ends_what_came_of_it
    of_many_who_come_at_once_one_is_served_and_nothing_stays_good
    a_stranger_with_a_used_code_ends_nothing
    no_refresh_token_without_leave
    only_known_grants_are_made
}

async fn a_code_is_exchanged_for_tokens(bench: Bench) {
    let code = bench
        .code(&request("intranet", &["openid", "profile", "offline_access"]))
        .await;
    let told = bench.redeem(&INTRANET, &code).await;
    assert_eq!(told.status, 200);
    assert_eq!(
        (told.header("cache-control"), told.header("pragma")),
        ("no-store", "no-cache")
    );
    let body = told.json();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert_eq!(body["scope"], "openid profile offline_access");
    assert_eq!(bench.userinfo(&told.text_of("access_token")).await.status, 200);
    assert!(bench.facts("client_refused").await.is_empty());
}

async fn each_way_of_proving_oneself_works_and_no_other_does(bench: Bench) {
    for client in [INTRANET, As::Post("wiki"), As::Public("app")] {
        let code = bench.code(&request(client.id(), &["openid"])).await;
        // Registered for another way each.
        let others = match client {
            As::Basic(id) => [As::Post(id), As::Public(id)],
            As::Post(id) => [As::Basic(id), As::Public(id)],
            As::Public(id) => [As::Basic(id), As::Post(id)],
            As::Nobody => unreachable!(),
        };
        for other in others {
            bench.redeem(&other, &code).await.is_refused(401, "invalid_client");
        }
        assert_eq!(bench.redeem(&client, &code).await.status, 200);
    }

    let code = bench.code(&request("vault", &["openid"])).await;
    let own = bench.keys.vault.statement("vault", ISSUER, bench.now());
    let anothers = bench.keys.other.statement("vault", ISSUER, bench.now());
    let elsewhere = bench
        .keys
        .vault
        .statement("vault", "https://other.example.com", bench.now());
    for (statement, status) in [(&anothers, 401), (&elsewhere, 401), (&own, 200)] {
        let mut form = redemption(&As::Post("vault"), &code);
        form.extend([
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", statement),
        ]);
        assert_eq!(bench.post("token", &As::Nobody, &form).await.status, status);
    }
}

async fn a_code_opens_only_to_whom_it_was_given(bench: Bench) {
    let code = bench.code(&request("intranet", &["openid"])).await;
    let mine = redemption(&INTRANET, &code);
    let other_address = "https://intranet.example.com/other";
    let other_verifier = "another-verifier-of-the-right-length-0123456789";
    let cut = &code[..42];
    let unknown = "A".repeat(43);
    for (changes, why) in [
        (vec![("redirect_uri", other_address)], "redirect_uri is another"),
        (vec![("redirect_uri", "")], "redirect_uri is another"),
        (vec![("code_verifier", other_verifier)], "verifier of another challenge"),
        (vec![("code_verifier", "")], "verifier missing"),
        (vec![("code", cut)], "code malformed"),
        (vec![("code", &unknown)], "code unknown or expired"),
    ] {
        let told = bench.post("token", &INTRANET, &but(&mine, &changes)).await;
        told.is_refused(400, "invalid_grant");
        assert_eq!(bench.last_why().await, why);
    }
    let told = bench
        .redeem_but(&As::Post("wiki"), &code, &[("redirect_uri", redirect_of("intranet"))])
        .await;
    told.is_refused(400, "invalid_grant");
    assert_eq!(bench.last_why().await, "code of another client");
    bench
        .redeem_but(&INTRANET, &code, &[("code", "")])
        .await
        .is_refused(400, "invalid_request");

    let mut twice = mine.clone();
    twice.push(("code", &code));
    bench
        .post("token", &INTRANET, &twice)
        .await
        .is_refused(400, "invalid_request");
    let stranger = bench.form("token", &As::Nobody, &mine);
    for credentials in [
        basic("intranet", "another secret of 32 letters, at least"),
        basic("nobody", SECRET),
    ] {
        let told = stranger.try_clone().unwrap().header("authorization", credentials);
        let told = answer(told).await;
        told.is_refused(401, "invalid_client");
        assert!(told.header("www-authenticate").starts_with("Basic "));
    }

    // None of these used it up.
    assert_eq!(bench.redeem(&INTRANET, &code).await.status, 200);
}

async fn a_verifier_is_good_only_for_a_challenge(bench: Bench) {
    let mut plain = request("intranet", &["openid"]);
    plain.challenge = None;
    let code = bench.code(&plain).await;
    bench.redeem(&INTRANET, &code).await.is_refused(400, "invalid_grant");
    assert_eq!(bench.last_why().await, "verifier without a challenge");
    assert_eq!(
        bench
            .redeem_but(&INTRANET, &code, &[("code_verifier", "")])
            .await
            .status,
        200
    );

    // What a challenge would be under `plain` is none here.
    let mut sent = request("intranet", &["openid"]);
    let verifier = challenge("anything at all");
    sent.challenge = Some(verifier.clone());
    let code = bench.code(&sent).await;
    let told = bench
        .redeem_but(&INTRANET, &code, &[("code_verifier", &verifier)])
        .await;
    told.is_refused(400, "invalid_grant");
}

async fn a_code_is_good_for_a_minute(bench: Bench) {
    let [early, late] = [&["openid"], &["openid"]].map(|scopes| request("intranet", scopes));
    let (early, late) = (bench.code(&early).await, bench.code(&late).await);
    bench.forward(Duration::from_millis(59_999));
    assert_eq!(bench.redeem(&INTRANET, &early).await.status, 200);
    bench.forward(Duration::from_millis(1));
    bench.redeem(&INTRANET, &late).await.is_refused(400, "invalid_grant");
}

async fn a_code_that_comes_twice_ends_what_came_of_it(bench: Bench) {
    let scopes = ["openid", "offline_access"];
    let others = bench.tokens(&INTRANET, &scopes).await;
    let code = bench.code(&request("intranet", &scopes)).await;
    let first = bench.redeem(&INTRANET, &code).await;
    let later = bench.refresh(&INTRANET, &first.text_of("refresh_token"), &[]).await;
    bench.redeem(&INTRANET, &code).await.is_refused(400, "invalid_grant");

    for tokens in [&first, &later] {
        assert_eq!(bench.userinfo(&tokens.text_of("access_token")).await.status, 401);
        let told = bench.refresh(&INTRANET, &tokens.text_of("refresh_token"), &[]).await;
        told.is_refused(400, "invalid_grant");
    }
    assert_eq!(bench.facts("code_reused").await, [json!({ "client": "intranet" })]);
    // Of another code came other tokens.
    assert_eq!(bench.userinfo(&others.text_of("access_token")).await.status, 200);
}

async fn of_many_who_come_at_once_one_is_served_and_nothing_stays_good(bench: Bench) {
    let code = bench.code(&request("intranet", &["openid", "offline_access"])).await;
    let answers = join_all((0..6).map(|_| bench.redeem(&INTRANET, &code))).await;
    let served: Vec<_> = answers.iter().filter(|told| told.status == 200).collect();
    assert_eq!(served.len(), 1);
    for told in answers.iter().filter(|told| told.status != 200) {
        told.is_refused(400, "invalid_grant");
    }
    assert_eq!(bench.userinfo(&served[0].text_of("access_token")).await.status, 401);
    let told = bench.refresh(&INTRANET, &served[0].text_of("refresh_token"), &[]).await;
    told.is_refused(400, "invalid_grant");
}

async fn a_stranger_with_a_used_code_ends_nothing(bench: Bench) {
    let code = bench.code(&request("intranet", &["openid"])).await;
    let first = bench.redeem(&INTRANET, &code).await;
    // A code that leaked is worth nothing without the client's credentials and verifier, not even to do harm.
    bench
        .redeem_but(&INTRANET, &code, &[("code_verifier", "")])
        .await
        .is_refused(400, "invalid_grant");
    let told = bench
        .redeem_but(&As::Post("wiki"), &code, &[("redirect_uri", redirect_of("intranet"))])
        .await;
    told.is_refused(400, "invalid_grant");
    assert_eq!(bench.userinfo(&first.text_of("access_token")).await.status, 200);
    assert!(bench.facts("code_reused").await.is_empty());
}

async fn no_refresh_token_without_leave(bench: Bench) {
    // Not asked for; and asked for by a client that has none.
    for (client, scopes) in [("intranet", &["openid"][..]), ("school", &["openid", "offline_access"])] {
        let told = bench.tokens(&As::Basic(client), scopes).await;
        assert_eq!(told.json().get("refresh_token"), None, "{client}");
    }
}

async fn only_known_grants_are_made(bench: Bench) {
    let told = bench
        .post("token", &INTRANET, &[("grant_type", "client_credentials")])
        .await;
    told.is_refused(400, "unauthorized_client");
    for kind in ["password", "implicit", "AUTHORIZATION_CODE"] {
        let told = bench.post("token", &INTRANET, &[("grant_type", kind)]).await;
        told.is_refused(400, "unsupported_grant_type");
    }
    bench
        .post("token", &INTRANET, &[])
        .await
        .is_refused(400, "invalid_request");
}
