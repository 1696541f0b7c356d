//! Introspection (RFC 7662): resource servers learn what a token is worth, nobody else learns anything.

use std::time::Duration;

use serde_json::json;

use super::caller::{As, answer, redemption};
use super::{Bench, ISSUER, MARIA, NOW, on_both, request};

const ARCHIVE: As<'_> = As::Basic("archive");
const INTRANET: As<'_> = As::Basic("intranet");

on_both! {
    a_resource_server_learns_what_a_token_is_worth
    a_bound_token_is_told_with_its_key
    of_a_token_that_is_not_good_nothing_is_told
    who_is_no_resource_server_learns_nothing
}

async fn a_resource_server_learns_what_a_token_is_worth(bench: Bench) {
    let access = bench
        .tokens(&INTRANET, &["openid", "profile"])
        .await
        .text_of("access_token");
    bench.forward(Duration::from_secs(60));
    let told = bench.post("introspect", &ARCHIVE, &[("token", &access)]).await;
    assert_eq!(told.header("cache-control"), "no-store");
    assert_eq!(
        told.json(),
        json!({
            "active": true, "iss": ISSUER, "sub": MARIA, "client_id": "intranet", "scope": "openid profile",
            "iat": NOW, "exp": NOW + 600, "token_type": "Bearer",
        })
    );
}

async fn a_bound_token_is_told_with_its_key(bench: Bench) {
    let client = As::Basic("bound");
    let code = bench.code(&request("bound", &["openid"])).await;
    let call = bench.form("token", &client, &redemption(&client, &code));
    let told = answer(call.header("dpop", bench.proof(&bench.keys.own, "token"))).await;
    let told = bench
        .post("introspect", &ARCHIVE, &[("token", &told.text_of("access_token"))])
        .await;
    let told = told.json();
    assert_eq!(told["token_type"], "DPoP");
    // RFC 9449 §6.2.
    assert_eq!(told["cnf"], json!({ "jkt": bench.keys.own.thumbprint() }));
}

async fn of_a_token_that_is_not_good_nothing_is_told(bench: Bench) {
    let told = bench.tokens(&INTRANET, &["openid", "offline_access"]).await;
    let (refresh, id_token) = (told.text_of("refresh_token"), told.text_of("id_token"));
    let revoked = bench.tokens(&INTRANET, &["openid"]).await.text_of("access_token");
    bench.post("revoke", &INTRANET, &[("token", &revoked)]).await;
    for token in [revoked.as_str(), &refresh, &id_token, "nonsense"] {
        let said = bench.post("introspect", &ARCHIVE, &[("token", token)]).await;
        assert_eq!((said.status.as_u16(), said.json()), (200, json!({ "active": false })));
    }
    bench.forward(Duration::from_secs(600));
    let said = bench
        .post("introspect", &ARCHIVE, &[("token", &told.text_of("access_token"))])
        .await;
    assert_eq!(said.json(), json!({ "active": false }));
}

async fn who_is_no_resource_server_learns_nothing(bench: Bench) {
    let access = bench.tokens(&INTRANET, &["openid"]).await.text_of("access_token");
    // Not even of its own.
    for client in [INTRANET, As::Public("app"), As::Post("wiki")] {
        let told = bench.post("introspect", &client, &[("token", &access)]).await;
        told.is_refused(400, "unauthorized_client");
    }
    for stranger in [As::Nobody, As::Public("archive")] {
        let told = bench.post("introspect", &stranger, &[("token", &access)]).await;
        told.is_refused(401, "invalid_client");
    }
    bench
        .post("introspect", &ARCHIVE, &[])
        .await
        .is_refused(400, "invalid_request");
}
