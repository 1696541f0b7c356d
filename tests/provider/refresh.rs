//! Refresh tokens: each is good once, and one that comes twice ends all of its family (RFC 6749 §6, RFC 9700 §4.14.2).

use std::time::Duration;

use serde_json::json;

use super::caller::As;
use super::id_token::read;
use super::{Bench, MARIA, on_both};

const INTRANET: As<'_> = As::Basic("intranet");
const SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];

on_both! {
    a_refresh_token_is_exchanged_for_the_next
    a_refresh_token_that_comes_twice_ends_its_family
    a_scope_can_be_narrowed_for_one_token_and_never_widened
    a_family_lives_no_longer_than_its_first_token_would_have
    a_refresh_token_is_its_clients_own
    a_refresh_token_is_nothing_else
}

async fn a_refresh_token_is_exchanged_for_the_next(bench: Bench) {
    for client in [INTRANET, As::Public("app")] {
        let first = bench.tokens(&client, &SCOPES).await;
        bench.forward(Duration::from_secs(60));
        let second = bench.refresh(&client, &first.text_of("refresh_token"), &[]).await;
        for name in ["access_token", "refresh_token", "id_token"] {
            assert_ne!(second.text_of(name), first.text_of(name), "{name}");
        }
        assert_eq!(second.header("cache-control"), "no-store");
        assert_eq!(second.text_of("scope"), SCOPES.join(" "));
        assert_eq!(
            bench.userinfo(&second.text_of("access_token")).await.json()["sub"],
            MARIA
        );

        // OpenID Connect Core §12.2: the same person, the same proof, another time, no nonce.
        let [old, new] = [&first, &second].map(|told| read(&told.text_of("id_token")));
        for name in ["iss", "sub", "aud", "auth_time", "acr", "amr"] {
            assert_eq!(new[name], old[name], "{name}");
        }
        assert_eq!(new["iat"], json!(bench.now()));
        assert_eq!((old.get("nonce").is_some(), new.get("nonce")), (true, None));
    }
}

async fn a_refresh_token_that_comes_twice_ends_its_family(bench: Bench) {
    let others = bench.tokens(&INTRANET, &SCOPES).await;
    let first = bench.tokens(&INTRANET, &SCOPES).await;
    let second = bench.refresh(&INTRANET, &first.text_of("refresh_token"), &[]).await;
    let third = bench.refresh(&INTRANET, &second.text_of("refresh_token"), &[]).await;
    assert_eq!(third.status, 200);
    let again = bench.refresh(&INTRANET, &first.text_of("refresh_token"), &[]).await;
    again.is_refused(400, "invalid_grant");

    for told in [&first, &second, &third] {
        assert_eq!(bench.userinfo(&told.text_of("access_token")).await.status, 401);
    }
    let told = bench.refresh(&INTRANET, &third.text_of("refresh_token"), &[]).await;
    told.is_refused(400, "invalid_grant");
    assert_eq!(bench.facts("refresh_reused").await, [json!({ "client": "intranet" })]);
    let told = bench.refresh(&INTRANET, &others.text_of("refresh_token"), &[]).await;
    assert_eq!(told.status, 200);
}

async fn a_scope_can_be_narrowed_for_one_token_and_never_widened(bench: Bench) {
    let first = bench.tokens(&INTRANET, &["openid", "offline_access"]).await;
    let token = first.text_of("refresh_token");
    let wider = bench.refresh(&INTRANET, &token, &[("scope", "openid profile")]).await;
    wider.is_refused(400, "invalid_scope");

    // The refusal did not use it up.
    let narrow = bench.refresh(&INTRANET, &token, &[("scope", "offline_access")]).await;
    assert_eq!(narrow.text_of("scope"), "offline_access");
    let told = bench.userinfo(&narrow.text_of("access_token")).await;
    told.is_refused(403, "insufficient_scope");
    assert!(
        told.header("www-authenticate")
            .contains(r#"error="insufficient_scope""#)
    );

    // RFC 6749 §6: what is not asked for is what was granted first.
    let next = bench.refresh(&INTRANET, &narrow.text_of("refresh_token"), &[]).await;
    assert_eq!(next.text_of("scope"), "openid offline_access");
    assert_eq!(bench.userinfo(&next.text_of("access_token")).await.status, 200);
}

async fn a_family_lives_no_longer_than_its_first_token_would_have(bench: Bench) {
    let first = bench.tokens(&INTRANET, &SCOPES).await;
    bench.forward(Duration::from_millis(3_599_999));
    let last = bench.refresh(&INTRANET, &first.text_of("refresh_token"), &[]).await;
    assert_eq!(last.status, 200);
    bench.forward(Duration::from_millis(1));
    let told = bench.refresh(&INTRANET, &last.text_of("refresh_token"), &[]).await;
    told.is_refused(400, "invalid_grant");
}

async fn a_refresh_token_is_its_clients_own(bench: Bench) {
    let token = bench.tokens(&INTRANET, &SCOPES).await.text_of("refresh_token");
    for other in [As::Post("wiki"), As::Public("app")] {
        bench
            .refresh(&other, &token, &[])
            .await
            .is_refused(400, "invalid_grant");
        assert_eq!(bench.last_why().await, "refresh token of another client");
    }
    bench
        .refresh(&As::Public("intranet"), &token, &[])
        .await
        .is_refused(401, "invalid_client");
    // Neither used it up nor ended it.
    assert_eq!(bench.refresh(&INTRANET, &token, &[]).await.status, 200);
}

async fn a_refresh_token_is_nothing_else(bench: Bench) {
    let told = bench.tokens(&INTRANET, &SCOPES).await;
    let (access, refresh) = (told.text_of("access_token"), told.text_of("refresh_token"));
    bench
        .refresh(&INTRANET, &access, &[])
        .await
        .is_refused(400, "invalid_grant");
    bench.redeem(&INTRANET, &refresh).await.is_refused(400, "invalid_grant");
    bench.redeem(&INTRANET, &access).await.is_refused(400, "invalid_grant");
    assert_eq!(bench.userinfo(&refresh).await.status, 401);
    bench
        .refresh(&INTRANET, "", &[])
        .await
        .is_refused(400, "invalid_request");
}
