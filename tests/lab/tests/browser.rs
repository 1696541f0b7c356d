//! The browser against a real server: what it sends is what a browser without scripts would send.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Multipart, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use doorward_contract::clock::SystemClock;
use doorward_lab::browser::{Browser, Error, Upload};

const FORMS: &str = r#"<!doctype html><title>Forms</title><body>
<form id="first" action="/echo" method="post">
  <input type="hidden" name="form_token" value="t&amp;1">
  <input name="login"><input name="off" value="x" disabled>
  <input type="checkbox" name="agree" value="yes"><input type="checkbox" name="news" checked>
  <input type="radio" name="colour" value="red" checked><input type="radio" name="colour" value="blue">
  <select name="size"><option>small</option><option value="L">large</option></select>
  <textarea name="note">as it was</textarea>
  <button name="way" value="left">Go <b>left</b></button><button name="way" value="right">Go right</button>
  <button type="button">Nothing</button>
</form>
<form action="/search"><input name="q" value="a b"><input type="submit" value="Search"></form>
<form action="/upload" method="post" enctype="multipart/form-data">
  <input type="hidden" name="id" value="7"><input type="file" name="picture"><button>Upload</button>
</form>
<a href="/loop">round</a>"#;

#[expect(clippy::too_many_lines, reason = "a list of routes")]
async fn server() -> (String, Browser) {
    let router = Router::new()
        .route("/", get(|| async { Html(FORMS) }))
        .route(
            "/echo",
            post(
                |headers: HeaderMap, Form(pairs): Form<Vec<(String, String)>>| async move {
                    let head = |name: &str| {
                        headers
                            .get(name)
                            .map_or("-", |value| value.to_str().unwrap())
                            .to_owned()
                    };
                    format!("{pairs:?} origin={} site={}", head("origin"), head("sec-fetch-site"))
                },
            ),
        )
        .route(
            "/search",
            get(|RawQuery(query): RawQuery| async { query.unwrap_or_default() }),
        )
        .route(
            "/upload",
            post(|mut parts: Multipart| async move {
                let mut seen = Vec::new();
                while let Some(part) = parts.next_field().await.unwrap() {
                    let (name, file) = (part.name().unwrap().to_owned(), part.file_name().map(ToOwned::to_owned));
                    seen.push((name, file, part.bytes().await.unwrap().len()));
                }
                format!("{seen:?}")
            }),
        )
        .route(
            "/quiet",
            get(|| async { ([(header::REFERRER_POLICY, "no-referrer")], Html(FORMS)) }),
        )
        .route("/post-then-303", post(|| async { Redirect::to("/method") }))
        .route("/post-then-307", post(|| async { Redirect::temporary("/method") }))
        .route("/method", get(|| async { "got" }).post(|| async { "posted" }))
        .route(
            "/poster",
            get(|| async {
                Html(
                    "<form method=post action=/post-then-303><button>three</button></form>\
                  <form method=post action=/post-then-307><button>seven</button></form>",
                )
            }),
        )
        .route("/loop", get(|| async { Redirect::to("/loop") }))
        .route(
            "/waits",
            get(|| async {
                Html("<head><noscript><meta http-equiv=refresh content=\"0; url=/done\"></noscript></head><p>wait")
            }),
        )
        .route(
            "/done",
            get(|| async { (StatusCode::OK, Html("<h1>Done</h1>")).into_response() }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, Browser::new(Arc::new(SystemClock)).unwrap())
}

#[tokio::test]
async fn a_form_sends_hidden_fields_choices_and_the_pressed_button_only() {
    let (address, mut browser) = server().await;
    browser.visit(&address).await.unwrap();
    let form = browser
        .form("Go right")
        .unwrap()
        .set("login", "a@example.com")
        .set("agree", "yes")
        .set("size", "L");
    let page = form.set("colour", "blue").press("Go right").await.unwrap();
    let wanted = r#"[("form_token", "t&1"), ("login", "a@example.com"), ("agree", "yes"), ("news", "on"), ("colour", "blue"), ("size", "L"), ("note", "as it was"), ("way", "right")]"#;
    assert_eq!(page.source(), format!("{wanted} origin={address} site=same-origin"));
}

#[tokio::test]
async fn a_field_or_button_that_is_not_there_cannot_be_used() {
    let (address, mut browser) = server().await;
    browser.visit(&address).await.unwrap();
    for (name, value) in [("absent", "x"), ("off", "x"), ("colour", "green"), ("size", "huge")] {
        let pressed = browser.form("first").unwrap().set(name, value).press("Go right").await;
        assert!(matches!(pressed, Err(Error::Absent { .. })), "{name}");
    }
    assert!(matches!(
        browser.form("first").unwrap().press("Nothing").await,
        Err(Error::Absent { .. })
    ));
    assert!(matches!(browser.form("No such"), Err(Error::Absent { .. })));
    assert_eq!(browser.history().len(), 1);
}

#[tokio::test]
async fn a_get_form_goes_into_the_query() {
    let (address, mut browser) = server().await;
    browser.visit(&address).await.unwrap();
    assert_eq!(
        browser.form("/search").unwrap().press("Search").await.unwrap().source(),
        "q=a+b"
    );
}

#[tokio::test]
async fn a_file_is_uploaded_with_its_name_and_bytes() {
    let (address, mut browser) = server().await;
    browser.visit(&address).await.unwrap();
    let upload = Upload {
        name: "id.png".into(),
        kind: "image/png".into(),
        bytes: vec![1, 2, 3, 13, 10],
    };
    let page = browser
        .form("Upload")
        .unwrap()
        .file("picture", upload)
        .press("Upload")
        .await
        .unwrap();
    assert_eq!(page.source(), r#"[("id", None, 1), ("picture", Some("id.png"), 5)]"#);
}

#[tokio::test]
async fn a_page_without_referrer_hides_its_origin() {
    let (address, mut browser) = server().await;
    browser.visit(&format!("{address}/quiet")).await.unwrap();
    let page = browser.form("first").unwrap().press("Go left").await.unwrap();
    assert!(
        page.source().ends_with("origin=null site=same-origin"),
        "{}",
        page.source()
    );
}

#[tokio::test]
async fn redirects_keep_the_method_only_where_they_must() {
    let (address, mut browser) = server().await;
    browser.visit(&format!("{address}/poster")).await.unwrap();
    assert_eq!(
        browser.form("three").unwrap().press("three").await.unwrap().source(),
        "got"
    );
    browser.visit(&format!("{address}/poster")).await.unwrap();
    assert_eq!(
        browser.form("seven").unwrap().press("seven").await.unwrap().source(),
        "posted"
    );
    browser.visit(&address).await.unwrap();
    assert!(matches!(browser.follow("round").await, Err(Error::Loop(_))));
}

#[tokio::test]
async fn a_waiting_page_is_followed_without_scripts() {
    let (address, mut browser) = server().await;
    browser.visit(&format!("{address}/waits")).await.unwrap();
    let page = browser.until(|page| page.heading() == "Done").await.unwrap();
    assert!(page.url().path() == "/done");
    assert!(matches!(
        browser.until(|page| page.says("more")).await,
        Err(Error::StillWaiting(_))
    ));
}
