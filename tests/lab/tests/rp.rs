//! The relying party's own care, before any provider: it takes nothing that it did not ask for, and says what went wrong.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use doorward_contract::clock::SystemClock;
use doorward_lab::caller;
use doorward_lab::rp::{Rp, RpWorld};
use tokio::net::TcpListener;
use url::Url;

/// A relying party whose provider is not there: its port was free a moment ago.
async fn alone() -> (Url, String) {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let world = RpWorld {
        base: base.clone(),
        issuer: format!("http://{gone}/").parse().unwrap(),
        client_id: "rp".into(),
        client_secret: "a-secret-of-this-relying-party-only".to_owned().into(),
        scopes: vec!["openid".into(), "profile".into()],
    };
    let rp = Rp::new(world, Arc::new(SystemClock)).unwrap();
    tokio::spawn(async move { axum::serve(listener, rp.router()).await });
    (base, format!("http://{gone}"))
}

async fn text(request: reqwest::RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn the_page_names_the_provider_and_what_it_asks_for() {
    let (base, issuer) = alone().await;
    let (status, page) = text(caller::client().unwrap().get(base)).await;
    assert_eq!(status, 200);
    assert!(page.contains("Sign in with Doorward"));
    assert!(page.contains(&issuer));
    assert!(page.contains("openid profile"));
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_not_taken() {
    let (base, issuer) = alone().await;
    let client = caller::client().unwrap();
    let callback = base.join("callback").unwrap();
    let fields = [("code", "somebodys"), ("state", "guessed"), ("iss", issuer.as_str())];
    for request in [
        client.get(callback.clone()).query(&fields),
        client.post(callback).form(&fields),
    ] {
        let (status, page) = text(request.header("cookie", "lab_rp=made-up")).await;
        assert_eq!(status, 400);
        assert!(page.contains("did not ask for it"));
    }
}

#[tokio::test]
async fn another_site_cannot_press_its_buttons() {
    let (base, _) = alone().await;
    let client = caller::client().unwrap();
    for button in ["sign-in", "refresh", "revoke", "sign-out"] {
        let request = client
            .post(base.join(button).unwrap())
            .header("origin", "https://evil.example");
        let (status, _) = text(
            request
                .header("sec-fetch-site", "cross-site")
                .form(&[("scope", "openid")]),
        )
        .await;
        assert_eq!(status, 403, "{button}");
    }
}

#[tokio::test]
async fn a_provider_that_is_away_and_a_wish_that_is_none_are_said_plainly() {
    let (base, _) = alone().await;
    let client = caller::client().unwrap();
    let sign_in = base.join("sign-in").unwrap();
    let (status, page) = text(client.post(sign_in.clone()).form(&[("scope", "openid")])).await;
    assert_eq!(status, 502);
    assert!(page.contains("asking the provider what it offers"));
    let (status, page) = text(client.post(sign_in).form(&[("max_age", "a while")])).await;
    assert_eq!(status, 400);
    assert!(page.contains("max_age is a number of seconds"));
}
