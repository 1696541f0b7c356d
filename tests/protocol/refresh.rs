//! What becomes of tokens: refreshed (RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §12), revoked (RFC 7009), and said
//! to be worth something (RFC 7662).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::party::Party;
use super::reply::Sent;
use super::sign::part;
use super::stage::Stage;

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_works_once_and_the_next_one_goes_on() {
    let stage = Stage::proven().await;
    let proven_at = stage.now();
    for id in ["basic", "public", "bound"] {
        let mut party = stage.party(id);
        if id == "bound" {
            party = party.holding("ES256");
        }
        let first = party.tokens().await;
        stage.clock.forward(Duration::from_secs(30));
        let reply = party.token(&Party::refreshing(&first["refresh_token"])).await;
        assert_eq!(
            (reply.status, reply.header("cache-control")),
            (200, Some("no-store")),
            "{}",
            reply.body
        );
        let second = reply.json();
        for member in ["access_token", "refresh_token", "id_token"] {
            assert_ne!(second[member], first[member], "{id} {member}");
        }
        assert_eq!(second["scope"], first["scope"]);
        assert_eq!(second["token_type"], first["token_type"]);
        // OpenID Connect Core §12.2.
        let (old, new) = (claims(&stage, &first).await, claims(&stage, &second).await);
        for member in ["iss", "sub", "aud", "auth_time", "acr", "amr"] {
            assert_eq!(new[member], old[member], "{id} {member}");
        }
        assert_eq!(new["auth_time"], proven_at);
        assert_eq!(new["iat"], stage.now());
        assert_eq!(new.get("nonce"), None, "a nonce belongs to the question");
        assert_eq!(party.userinfo(&second["access_token"]).await.status, 200);
        // Once more: somebody stole it, and nobody can tell who.
        let again = party.token(&Party::refreshing(&first["refresh_token"])).await;
        assert_eq!(again.refusal(), refused(400, "invalid_grant"), "{id}");
        for tokens in [&first, &second] {
            assert_eq!(party.userinfo(&tokens["access_token"]).await.status, 401, "{id}");
        }
        let next = party.token(&Party::refreshing(&second["refresh_token"])).await;
        assert_eq!(next.refusal(), refused(400, "invalid_grant"), "{id}");
    }
}

async fn claims(stage: &Stage, tokens: &Value) -> Value {
    stage.verified(tokens["id_token"].as_str().unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_is_its_clients_for_a_day_and_never_gives_more() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let first = party.tokens().await;
    let again = Party::refreshing(&first["refresh_token"]);
    for id in ["post", "public", "jwt", "session"] {
        assert_eq!(
            stage.party(id).token(&again).await.refusal(),
            refused(400, "invalid_grant"),
            "{id}"
        );
    }
    for (form, error) in [
        (again.clone().without("refresh_token"), "invalid_request"),
        (again.clone().set("refresh_token", "nonsense"), "invalid_grant"),
        (
            again
                .clone()
                .set("refresh_token", first["access_token"].as_str().unwrap()),
            "invalid_grant",
        ),
        (
            again.clone().and("scope", "openid profile identity_assurance"),
            "invalid_scope",
        ),
        (again.clone().and("scope", "email"), "invalid_scope"),
    ] {
        assert_eq!(party.token(&form).await.refusal(), refused(400, error), "{form:?}");
    }
    // Narrowed for this access token, and not for those to come (RFC 6749 §6).
    let narrow = party.token(&again.clone().and("scope", "openid")).await.json();
    assert_eq!(narrow["scope"], "openid");
    assert_eq!(party.userinfo(&narrow["access_token"]).await.json().get("name"), None);
    let whole = party.token(&Party::refreshing(&narrow["refresh_token"])).await.json();
    assert_eq!(whole["scope"], first["scope"]);
    // As long as the first one would have lived.
    stage.clock.forward(Duration::from_secs(86_399));
    let late = party.token(&Party::refreshing(&whole["refresh_token"])).await.json();
    stage.clock.forward(Duration::from_secs(1));
    let over = party.token(&Party::refreshing(&late["refresh_token"])).await;
    assert_eq!(over.refusal(), refused(400, "invalid_grant"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_bring_one_refresh_token_at_once_at_most_one_is_given_tokens() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let first = party.tokens().await;
    let form = Party::refreshing(&first["refresh_token"]);
    let replies = join_all((0..8).map(|_| party.token(&form))).await;
    let given: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert!(given.len() <= 1);
    for reply in given {
        assert_eq!(party.userinfo(&reply.json()["access_token"]).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fapi_clients_refresh_token_stays_as_it_is() {
    // FAPI 2.0 Security Profile §5.3.2.1: no rotation; the token is of use to nobody without the client's key.
    let stage = Stage::proven().await;
    let party = stage.party("fapi2").holding("PS256");
    let first = party.tokens().await;
    let form = Party::refreshing(&first["refresh_token"]);
    for _ in 0..2 {
        let reply = party.token(&form).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let next = reply.json();
        assert_eq!(next.get("refresh_token"), None);
        assert_eq!(next["token_type"], "DPoP");
        assert_eq!(party.userinfo(&next["access_token"]).await.status, 200);
    }
    assert_eq!(party.userinfo(&first["access_token"]).await.status, 200);
    // Revoked, it is over, and so is everything that came of it.
    let revoked = Sent::of(&[("token", first["refresh_token"].as_str().unwrap())]);
    assert_eq!(party.post("revoke", &revoked, &[]).await.status, 200);
    assert_eq!(party.token(&form).await.refusal(), refused(400, "invalid_grant"));
    assert_eq!(party.userinfo(&first["access_token"]).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_revokes_its_own_tokens_and_learns_nothing_of_others() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let revoke = |token: &Value| Sent::of(&[("token", token.as_str().unwrap())]);
    let (one, two) = (party.tokens().await, party.tokens().await);
    // Somebody else's wish is no wish.
    let other = stage.party("post");
    assert_eq!(
        other.post("revoke", &revoke(&one["access_token"]), &[]).await.status,
        200
    );
    assert_eq!(party.userinfo(&one["access_token"]).await.status, 200);
    // An access token alone.
    let reply = party.post("revoke", &revoke(&one["access_token"]), &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(party.userinfo(&one["access_token"]).await.status, 401);
    assert_eq!(stage.introspect(&one["access_token"]).await, json!({"active": false}));
    let next = party.token(&Party::refreshing(&one["refresh_token"])).await;
    assert_eq!(next.status, 200);
    // A refresh token, and with it what it gave (RFC 7009 §2.1); a wrong hint changes nothing.
    let hinted = revoke(&two["refresh_token"]).and("token_type_hint", "access_token");
    assert_eq!(party.post("revoke", &hinted, &[]).await.status, 200);
    assert_eq!(party.userinfo(&two["access_token"]).await.status, 401);
    // Once more, unknown or nonsense: as good as done (§2.2).
    for token in [two["refresh_token"].as_str().unwrap(), "nonsense", "id.token.here"] {
        let reply = party.post("revoke", &Sent::of(&[("token", token)]), &[]).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, ""), "{token}");
    }
    assert_eq!(
        party.post("revoke", &Sent::default(), &[]).await.refusal(),
        refused(400, "invalid_request")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_resource_server_learns_what_a_token_is_worth() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let tokens = party.tokens().await;
    let said = stage.introspect(&tokens["access_token"]).await;
    let sub = part(tokens["id_token"].as_str().unwrap(), 1)["sub"].clone();
    assert_eq!(
        said,
        json!({
            "active": true, "iss": stage.issuer, "sub": sub, "client_id": "basic", "token_type": "Bearer",
            "scope": "openid profile offline_access", "iat": stage.now(), "exp": stage.now() + 600,
        })
    );
    let asked = Sent::of(&[("token", tokens["access_token"].as_str().unwrap())]);
    assert_eq!(
        party.post("introspect", &asked, &[]).await.refusal(),
        refused(400, "unauthorized_client")
    );
    let server = stage.party("resource-server");
    assert_eq!(
        server.post("introspect", &Sent::default(), &[]).await.refusal(),
        refused(400, "invalid_request")
    );
    let reply = server.post("introspect", &asked, &[]).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    // Everything else is told apart by nothing (RFC 7662 §2.2).
    for other in ["refresh_token", "id_token"] {
        assert_eq!(
            stage.introspect(&tokens[other]).await,
            json!({"active": false}),
            "{other}"
        );
    }
    assert_eq!(stage.introspect(&json!("nonsense")).await, json!({"active": false}));
    stage.clock.forward(Duration::from_secs(600));
    assert_eq!(
        stage.introspect(&tokens["access_token"]).await,
        json!({"active": false})
    );
    assert_eq!(party.userinfo(&tokens["access_token"]).await.status, 401);
}
