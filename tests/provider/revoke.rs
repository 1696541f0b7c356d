//! Revocation (RFC 7009): a client takes back what is its own.

use super::caller::As;
use super::{Bench, on_both};

const INTRANET: As<'_> = As::Basic("intranet");
const SCOPES: [&str; 2] = ["openid", "offline_access"];

on_both! {
    an_access_token_is_taken_back_alone
    with_a_refresh_token_goes_everything_of_its_family
    what_is_anothers_stays_and_nothing_is_told
    a_stranger_takes_nothing_back
}

async fn an_access_token_is_taken_back_alone(bench: Bench) {
    let told = bench.tokens(&INTRANET, &SCOPES).await;
    let access = told.text_of("access_token");
    // RFC 7009 §2.1: a hint that is wrong changes nothing.
    let form = [("token", access.as_str()), ("token_type_hint", "refresh_token")];
    let answer = bench.post("revoke", &INTRANET, &form).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    bench.userinfo(&access).await.is_refused(401, "invalid_token");
    assert_eq!(
        bench
            .refresh(&INTRANET, &told.text_of("refresh_token"), &[])
            .await
            .status,
        200
    );
}

async fn with_a_refresh_token_goes_everything_of_its_family(bench: Bench) {
    for used in [false, true] {
        let first = bench.tokens(&INTRANET, &SCOPES).await;
        let second = bench.refresh(&INTRANET, &first.text_of("refresh_token"), &[]).await;
        let token = if used { &first } else { &second }.text_of("refresh_token");
        assert_eq!(bench.post("revoke", &INTRANET, &[("token", &token)]).await.status, 200);
        for told in [&first, &second] {
            bench
                .userinfo(&told.text_of("access_token"))
                .await
                .is_refused(401, "invalid_token");
        }
        let told = bench.refresh(&INTRANET, &second.text_of("refresh_token"), &[]).await;
        told.is_refused(400, "invalid_grant");
    }
}

async fn what_is_anothers_stays_and_nothing_is_told(bench: Bench) {
    let told = bench.tokens(&INTRANET, &SCOPES).await;
    let (access, refresh) = (told.text_of("access_token"), told.text_of("refresh_token"));
    for token in [access.as_str(), &refresh, "nonsense", &"A".repeat(43)] {
        for client in [As::Post("wiki"), As::Public("app")] {
            let answer = bench.post("revoke", &client, &[("token", token)]).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
        }
    }
    assert_eq!(bench.userinfo(&access).await.status, 200);
    assert_eq!(bench.refresh(&INTRANET, &refresh, &[]).await.status, 200);
}

async fn a_stranger_takes_nothing_back(bench: Bench) {
    let access = bench.tokens(&INTRANET, &SCOPES).await.text_of("access_token");
    for stranger in [
        As::Nobody,
        As::Public("intranet"),
        As::Post("intranet"),
        As::Public("nobody"),
    ] {
        let answer = bench.post("revoke", &stranger, &[("token", &access)]).await;
        answer.is_refused(401, "invalid_client");
    }
    bench
        .post("revoke", &INTRANET, &[])
        .await
        .is_refused(400, "invalid_request");
    assert_eq!(bench.userinfo(&access).await.status, 200);
}
