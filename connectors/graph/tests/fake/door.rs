//! What every call of Graph has in common.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stand::{NILS, Stand, code, told};

#[tokio::test]
async fn errors_carry_the_envelope_and_the_ids_of_both_sides() {
    let stand = Stand::usual().await;
    let id = "6a0d2d3e-1111-4222-8333-0123456789ab";
    let request = stand.request("GET", "users/nobody@acme.example");
    let response = request
        .header("client-request-id", id)
        .header("return-client-request-id", "true")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 404);
    let headers = response.headers().clone();
    assert_eq!(headers["client-request-id"], id);
    assert_eq!(headers["date"], "Thu, 15 Jan 2026 10:00:00 GMT");
    let body: Value = response.json().await.unwrap();
    assert_eq!(code(&body), "Request_ResourceNotFound");
    let inner = &body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], id);
    assert_eq!(inner["request-id"], headers["request-id"].to_str().unwrap());
    assert_eq!(inner["date"], "2026-01-15T10:00:00");
}

#[tokio::test]
async fn the_callers_id_comes_back_only_if_asked_for() {
    let stand = Stand::usual().await;
    let request = stand
        .request("GET", "domains")
        .header("client-request-id", NILS.to_string());
    let response = request.send().await.unwrap();
    assert!(response.headers().contains_key("request-id"));
    assert!(!response.headers().contains_key("client-request-id"));
}

#[tokio::test]
async fn no_token_or_a_wrong_one_is_unauthenticated() {
    let stand = Stand::usual().await;
    let url = stand.base.join("/v1.0/domains").unwrap();
    for request in [
        stand.client.get(url.clone()),
        stand.client.get(url.clone()).bearer_auth("a.b.c"),
        stand.client.get(url.clone()).basic_auth("a", Some("b")),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(response.status(), 401);
        let body = response.json().await.unwrap();
        assert_eq!(code(&body), "InvalidAuthenticationToken");
    }
}

#[tokio::test]
async fn a_post_that_does_not_say_how_long_it_is_is_refused() {
    let stand = Stand::usual().await;
    let address = stand.base.socket_addrs(|| None).unwrap()[0];
    let mut line = TcpStream::connect(address).await.unwrap();
    let request =
        format!("POST /v1.0/users/{NILS}/revokeSignInSessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    line.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 411 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_not_called_json_is_refused() {
    let stand = Stand::usual().await;
    let path = format!("users/{NILS}/authentication/temporaryAccessPassMethods");
    let (status, _) = told(stand.request("POST", &path).body("{}")).await;
    assert_eq!(status, 415);
    let (status, _) = told(
        stand
            .request("POST", &path)
            .header("content-type", "text/plain")
            .body("{}"),
    )
    .await;
    assert_eq!(status, 415);
    assert_eq!(stand.account(NILS).tap_creates, 0);
    let json = "application/json; charset=utf-8";
    let (status, _) = told(stand.request("POST", &path).header("content-type", json).body("{}")).await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn unknown_segments_versions_and_methods_are_refused() {
    let stand = Stand::usual().await;
    for (path, status) in [
        ("nonsense".to_owned(), 400),
        (format!("users/{NILS}/nonsense"), 400),
        (format!("users/{NILS}/authentication/nonsense"), 400),
    ] {
        assert_eq!(stand.get(&path).await.0, status, "{path}");
    }
    let hardware = format!("users/{NILS}/authentication/hardwareOathMethods/{NILS}");
    assert_eq!(stand.send_nothing("DELETE", &hardware).await.0, 400, "beta only");
    let beta = stand.base.join(&format!("/beta/users/{NILS}")).unwrap();
    assert_eq!(told(stand.client.get(beta)).await.0, 404);
    assert_eq!(stand.send_nothing("DELETE", &format!("users/{NILS}")).await.0, 405);
    assert_eq!(stand.get(&format!("users/{NILS}/revokeSignInSessions")).await.0, 405);
}

/// Every call there is, with a body where it takes one.
fn calls() -> Vec<(&'static str, String, Option<Value>)> {
    let user = format!("users/{NILS}");
    let body = json!({ "passwordProfile": { "password": "Quiet-Otter-77-swims" } });
    vec![
        ("GET", user.clone(), None),
        ("GET", "users".into(), None),
        ("PATCH", user.clone(), Some(body)),
        ("PATCH", user.clone(), Some(json!({ "accountEnabled": false }))),
        ("POST", format!("{user}/revokeSignInSessions"), None),
        (
            "POST",
            format!("{user}/checkMemberGroups"),
            Some(json!({ "groupIds": [NILS] })),
        ),
        ("GET", format!("{user}/transitiveMemberOf/microsoft.graph.group"), None),
        ("GET", format!("{user}/ownedObjects/microsoft.graph.group"), None),
        ("GET", format!("{user}/authentication/methods"), None),
        ("GET", format!("{user}/authentication/temporaryAccessPassMethods"), None),
        (
            "POST",
            format!("{user}/authentication/temporaryAccessPassMethods"),
            Some(json!({})),
        ),
        (
            "GET",
            format!("{user}/authentication/temporaryAccessPassMethods/{NILS}"),
            None,
        ),
        (
            "DELETE",
            format!("{user}/authentication/temporaryAccessPassMethods/{NILS}"),
            None,
        ),
        ("DELETE", format!("{user}/authentication/phoneMethods/{NILS}"), None),
        ("DELETE", format!("{user}/authentication/fido2Methods/{NILS}"), None),
        ("GET", "domains".into(), None),
        ("GET", "organization".into(), None),
        ("GET", "roleManagement/directory/roleAssignments".into(), None),
        (
            "GET",
            "roleManagement/directory/roleEligibilityScheduleInstances".into(),
            None,
        ),
        (
            "GET",
            "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass".into(),
            None,
        ),
    ]
}

#[tokio::test]
async fn each_call_needs_its_permission() {
    let stand = Stand::granting(&["Mail.Send"]).await;
    for (method, path, body) in calls() {
        let (status, answer) = match body {
            Some(body) => stand.send(method, &path, body).await,
            None => stand.send_nothing(method, &path).await,
        };
        assert_eq!(
            (status, code(&answer)),
            (403, "Authorization_RequestDenied"),
            "{method} {path}"
        );
    }
    assert_eq!(
        stand.account(NILS).password_sets + stand.account(NILS).sessions_revoked,
        0
    );
}
