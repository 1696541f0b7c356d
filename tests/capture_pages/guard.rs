//! What is refused: calls that are not of our own pages, somebody else's, too much, and out of turn.

use serde_json::json;

use super::{Call, at_the_computer, begun, blank_picture, choose, here, lab, preview, state, token};

/// A header of an answer.
fn header<'r>(headers: &'r reqwest::header::HeaderMap, name: &str) -> &'r str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_our_own_pages_may_send_pictures() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    at_the_computer(&mut maria).await;
    choose(&mut maria.browser, "passport").await;
    assert_eq!(state(&maria.browser), "capture-front");
    let calls = [
        "/capture/look",
        "/capture/picture/front",
        "/capture/selfie/begin",
        "/capture/selfie/frame",
        "/capture/selfie/still",
    ];
    for path in calls {
        let call = Call::from(&maria.browser).without_token();
        assert_eq!(call.post(&lab, path, preview()).await.status(), 403, "{path}");
    }
    // Somebody else's token fits somebody else's cookie only.
    let mut other = begun(&lab).await;
    at_the_computer(&mut other).await;
    choose(&mut other.browser, "passport").await;
    let theirs = token(&other.browser);
    let call = Call::from(&maria.browser).with_token(&theirs);
    assert_eq!(call.post(&lab, "/capture/look", preview()).await.status(), 403);
    let call = Call::from(&maria.browser);
    assert_eq!(call.post(&lab, "/capture/look", preview()).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_without_a_case_finds_nothing_to_photograph() {
    let lab = lab(false).await;
    let maria = begun(&lab).await;
    let mut stranger = maria.stranger().unwrap();
    stranger.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(stranger.page().unwrap().status().as_u16(), 403);
    assert_eq!(state(&stranger), "no-session");
    let call = Call {
        browser: &stranger,
        token: Some("x".to_owned()),
        headers: Vec::new(),
    };
    let answer = call.post(&lab, "/capture/look", preview()).await;
    assert_eq!(answer.status(), 410);
    assert_eq!(super::json(answer).await, json!({"next": "/capture"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_its_turn_changes_nothing_and_leads_to_the_page() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    at_the_computer(&mut maria).await;
    for path in ["/capture/picture/front", "/capture/selfie/begin"] {
        let answer = Call::from(&maria.browser).post(&lab, path, blank_picture()).await;
        assert_eq!(answer.status(), 409, "{path}");
        assert_eq!(super::json(answer).await, json!({"next": "/capture"}), "{path}");
    }
    choose(&mut maria.browser, "passport").await;
    let answer = Call::from(&maria.browser)
        .post(&lab, "/capture/picture/back", blank_picture())
        .await;
    assert_eq!(answer.status(), 409);
    let answer = Call::from(&maria.browser)
        .post(&lab, "/capture/picture/edge", blank_picture())
        .await;
    assert_eq!(answer.status(), 400);
    let frame = Call::from(&maria.browser).header("x-step", "0").header("x-nonce", "x");
    assert_eq!(frame.post(&lab, "/capture/selfie/frame", preview()).await.status(), 409);
    maria.browser.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&maria.browser), "capture-front");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_is_taken_is_refused_in_words() {
    let lab = lab(true).await;
    let mut maria = begun(&lab).await;
    at_the_computer(&mut maria).await;
    choose(&mut maria.browser, "passport").await;
    let answer = Call::from(&maria.browser)
        .post(&lab, "/capture/look", vec![0; 301 * 1024])
        .await;
    assert_eq!(answer.status(), 413);
    let answer = Call::from(&maria.browser)
        .post(&lab, "/capture/picture/front", vec![0; 12 * 1024 * 1024 + 10])
        .await;
    // Taken whole, and then found too large.
    assert_eq!(answer.status(), 413);
    assert_eq!(super::json(answer).await, json!({"hint": "file_too_large"}));
    let answer = Call::from(&maria.browser)
        .post(&lab, "/capture/picture/front", b"no picture".to_vec())
        .await;
    assert_eq!(super::json(answer).await["hint"], "not_a_picture");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_camera_may_be_asked_for_where_pictures_are_taken_and_nowhere_else() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    at_the_computer(&mut maria).await;
    choose(&mut maria.browser, "passport").await;
    let page = maria.browser.page().unwrap();
    assert!(header(page.headers(), "permissions-policy").starts_with("camera=(self),"));
    assert_eq!(header(page.headers(), "cache-control"), "no-store");
    assert!(header(page.headers(), "content-security-policy").contains("script-src 'self';"));
    for path in ["/case", "/", "/p/7KQM2-RTBX9"] {
        maria.browser.visit(&here(&lab, path)).await.unwrap();
        let headers = maria.browser.page().unwrap().headers();
        assert!(
            header(headers, "permissions-policy").starts_with("camera=(),"),
            "{path}"
        );
        assert_eq!(header(headers, "cache-control"), "no-store", "{path}");
    }
}
