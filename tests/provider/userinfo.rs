//! What an access token opens (OpenID Connect Core §5.3), and how it may be shown (RFC 6750 §2).

use std::time::Duration;

use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::json;

use super::caller::{As, answer};
use super::{Bench, MARIA, on_both, request};

const PATH: &str = "/oauth2/userinfo";

on_both! {
    a_token_opens_the_claims_of_its_scopes_and_wishes
    a_token_is_shown_in_one_way_and_once
    a_token_that_is_not_good_opens_nothing
    a_token_is_good_for_ten_minutes
}

async fn a_token_opens_the_claims_of_its_scopes_and_wishes(bench: Bench) {
    let client = As::Basic("intranet");
    let plain = bench.tokens(&client, &["openid"]).await.text_of("access_token");
    let told = bench.userinfo(&plain).await;
    assert_eq!(
        (told.header("content-type"), told.header("cache-control")),
        ("application/json", "no-store")
    );
    assert_eq!(told.json(), json!({ "sub": MARIA }));

    let profile = bench
        .tokens(&client, &["openid", "profile"])
        .await
        .text_of("access_token");
    assert_eq!(
        bench.userinfo(&profile).await.json(),
        json!({
            "sub": MARIA, "name": "Maria Keller", "given_name": "Maria", "family_name": "Keller",
            "preferred_username": "maria.keller@example.com",
        })
    );

    let mut wish = request("intranet", &["openid"]);
    wish.claims = json!({ "userinfo": { "given_name": null }, "id_token": { "family_name": null } });
    let wished = bench.redeem(&client, &bench.code(&wish).await).await;
    let told = bench.userinfo(&wished.text_of("access_token")).await;
    assert_eq!(told.json(), json!({ "sub": MARIA, "given_name": "Maria" }));
    let id_token = super::id_token::read(&wished.text_of("id_token"));
    assert_eq!(
        (&id_token["family_name"], id_token.get("given_name")),
        (&json!("Keller"), None)
    );
}

async fn a_token_is_shown_in_one_way_and_once(bench: Bench) {
    let token = bench
        .tokens(&As::Basic("intranet"), &["openid"])
        .await
        .text_of("access_token");
    let post = || bench.call(Method::POST, PATH);
    let form = [("access_token", token.as_str())];
    let bearer = format!("Bearer {token}");
    for good in [
        bench
            .call(Method::GET, PATH)
            .header(AUTHORIZATION, format!("bearer {token}")),
        post().header(AUTHORIZATION, &bearer),
        post().form(&form),
    ] {
        assert_eq!(answer(good).await.json(), json!({ "sub": MARIA }));
    }
    for twice in [
        post().form(&form).header(AUTHORIZATION, &bearer),
        post().form(&[form[0], form[0]]),
        bench
            .call(Method::GET, PATH)
            .header(AUTHORIZATION, &bearer)
            .header(AUTHORIZATION, &bearer),
        post().json(&json!({ "access_token": token })),
    ] {
        answer(twice).await.is_refused(400, "invalid_request");
    }
    // Another scheme shows no token.
    let other = bench
        .call(Method::GET, PATH)
        .header(AUTHORIZATION, format!("Basic {token}"));
    assert_eq!(answer(other).await.status, 401);
    // RFC 6750 §3.1: who showed nothing is told of no error. A token in the address is none (RFC 9700 §4.3.2).
    for none in [PATH.to_owned(), format!("{PATH}?access_token={token}")] {
        let told = bench.get(&none).await;
        assert_eq!(told.status, 401);
        let asked: Vec<&str> = told.all("www-authenticate");
        let kinds: Vec<&str> = asked.iter().filter_map(|one| one.split(' ').next()).collect();
        assert_eq!(kinds, ["Bearer", "DPoP"]);
        assert!(asked.iter().all(|one| !one.contains("error")), "{asked:?}");
    }
}

async fn a_token_that_is_not_good_opens_nothing(bench: Bench) {
    let client = As::Basic("intranet");
    let code = bench.code(&request("intranet", &["openid"])).await;
    let told = bench.tokens(&client, &["openid", "offline_access"]).await;
    let access = told.text_of("access_token");
    bench.post("revoke", &client, &[("token", &access)]).await;
    let (refresh, id_token) = (told.text_of("refresh_token"), told.text_of("id_token"));
    for (token, what) in [
        (access.as_str(), "revoked"),
        (&refresh, "a refresh token"),
        (&code, "a code"),
        (&id_token, "an ID token"),
        ("nonsense", "none"),
    ] {
        let told = bench.userinfo(token).await;
        told.is_refused(401, "invalid_token");
        assert_eq!(
            told.header("www-authenticate"),
            r#"Bearer realm="doorward", error="invalid_token""#,
            "{what}"
        );
    }
    let unbound = bench.tokens(&client, &["openid"]).await.text_of("access_token");
    let told = answer(bench.bound_userinfo(&bench.keys.own, &unbound, &json!({}))).await;
    told.is_refused(401, "invalid_token");
}

async fn a_token_is_good_for_ten_minutes(bench: Bench) {
    let token = bench
        .tokens(&As::Basic("intranet"), &["openid"])
        .await
        .text_of("access_token");
    bench.forward(Duration::from_millis(599_999));
    assert_eq!(bench.userinfo(&token).await.status, 200);
    bench.forward(Duration::from_millis(1));
    bench.userinfo(&token).await.is_refused(401, "invalid_token");
}
