//! What a browser keeps, how long that holds, and what it opens.

use std::time::Duration;

use doorward::http::authority::CSRF_HEADER;
use reqwest::{StatusCode, header};
use serde_json::Value;

use super::browser::{location, state};
use super::{Bench, Place, on_both};

on_both! {
    a_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts
    a_session_that_was_planted_is_not_the_one_that_signs_in
    a_session_ends_when_it_is_not_used
    a_session_ends_however_much_it_is_used
    every_browser_has_a_session_of_its_own
    nobody_is_led_out_of_the_desk
    who_is_not_signed_in_is_led_to_the_door
    what_a_role_may_not_do_is_refused
    a_call_with_a_cookie_says_that_it_is_the_consoles
    a_machine_never_does_what_wants_a_fresh_proof
    an_altered_cookie_opens_nothing
}

const SESSION: &str = "__Host-doorward-desk";
const VISIT: &str = "__Host-doorward-desk-visit";

async fn a_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let left = browser.get("/desk/sign-in/corp").await;
    let back = browser.at_provider(&location(&left), "robin-okafor").await;
    let arrived = browser.get(&back).await;
    let set: Vec<String> = [&left, &arrived]
        .iter()
        .flat_map(|response| response.headers().get_all(header::SET_COOKIE))
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    for (name, length) in [(VISIT, 600), (SESSION, 8 * 3600), (VISIT, 0)] {
        let found = set
            .iter()
            .find(|text| text.starts_with(&format!("{name}=")) && text.contains(&format!("Max-Age={length};")));
        let text = found.unwrap_or_else(|| panic!("{name} {length}: {set:?}"));
        for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(text.split("; ").any(|own| own == part), "{part}: {text}");
        }
        assert!(!text.contains("Domain"), "{text}");
    }
    assert_eq!(arrived.headers()[header::CACHE_CONTROL], "no-store");
    // Nothing of it stands in an address.
    let token = browser.cookies[SESSION].clone();
    assert!(!location(&arrived).contains(&token) && !location(&left).contains(&browser.cookies[SESSION]));
}

async fn a_session_that_was_planted_is_not_the_one_that_signs_in(place: Place) {
    let bench = Bench::at(place).await;
    let mut attacker = bench.browser();
    attacker.sign_in("robin-okafor").await;
    let planted = attacker.cookies[SESSION].clone();
    let mut victim = bench.browser();
    victim.cookies.insert(SESSION.to_owned(), planted.clone());
    victim.sign_in("sade-bello").await;
    assert_ne!(victim.cookies[SESSION], planted);
    assert_eq!(victim.session().await.unwrap()["operator"]["name"], "Sade Bello");
    // What was there before is over, in whatever browser.
    assert!(!attacker.is_in().await);
    // And again when somebody signs in who is in already.
    let before = victim.cookies.clone();
    victim.sign_in("sade-bello").await;
    let mut old = bench.browser();
    old.cookies = before;
    assert!(!old.is_in().await);
    assert!(victim.is_in().await);
}

async fn a_session_ends_when_it_is_not_used(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    for _ in 0..4 {
        bench.forward(Duration::from_secs(29 * 60));
        assert!(browser.is_in().await);
    }
    bench.forward(Duration::from_secs(30 * 60));
    assert!(!browser.is_in().await);
}

async fn a_session_ends_however_much_it_is_used(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    for _ in 0..31 {
        bench.forward(Duration::from_secs(15 * 60));
        assert!(browser.is_in().await);
    }
    bench.forward(Duration::from_secs(15 * 60));
    assert!(!browser.is_in().await, "after eight hours");
}

async fn every_browser_has_a_session_of_its_own(place: Place) {
    let bench = Bench::at(place).await;
    let (mut one, mut other) = (bench.browser(), bench.browser());
    one.sign_in("robin-okafor").await;
    other.sign_in("robin-okafor").await;
    assert_ne!(one.cookies[SESSION], other.cookies[SESSION]);
    let form_token = one.form_token().await;
    assert_ne!(form_token, other.form_token().await);
    // One's form does not sign the other out.
    let refused = other.post("/desk/sign-out", &[("form_token", &form_token)]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    one.post("/desk/sign-out", &[("form_token", &form_token)]).await;
    assert!(!one.is_in().await);
    assert!(other.is_in().await);
}

async fn nobody_is_led_out_of_the_desk(place: Place) {
    let bench = Bench::at(place).await;
    for (to, then) in [
        ("/desk/cases?stage=review", "/desk/cases?stage=review"),
        ("/desk", "/desk"),
        ("https://evil.example/desk", "/desk"),
        ("//evil.example/desk", "/desk"),
        ("/\\evil.example/desk", "/desk"),
        ("/desk/../../evil", "/desk"),
        ("/desk/..//evil.example/desk/", "/desk"),
        ("/deskevil", "/desk"),
        ("/oauth2/authorize", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk/\r\nset-cookie: a=b", "/desk"),
        ("/desk/sign-out", "/desk"),
        ("/desk/step-up?to=/desk", "/desk"),
        ("", "/desk"),
    ] {
        let mut browser = bench.browser();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("to", to)
            .finish();
        let left = browser.get(&format!("/desk/sign-in/corp?{query}")).await;
        let back = browser.at_provider(&location(&left), "robin-okafor").await;
        let arrived = browser.get(&back).await;
        assert_eq!(location(&arrived), then, "{to}");
    }
}

async fn who_is_not_signed_in_is_led_to_the_door(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let led = browser.get("/desk/probe?a=1&b=2").await;
    assert_eq!(led.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&led), "/desk/sign-in?to=%2Fdesk%2Fprobe%3Fa%3D1%26b%3D2");
    let door = browser.get(&location(&led)).await.text().await.unwrap();
    assert!(
        door.contains("/desk/sign-in/corp?to=%2Fdesk%2Fprobe%3Fa%3D1%26b%3D2"),
        "{door}"
    );
    // What was to be sent is not sent again by itself.
    let sent = browser.post("/desk/probe", &[("x", "y")]).await;
    assert_eq!(location(&sent), "/desk/sign-in");
    let call = browser.get("/probe/read").await;
    assert_eq!(call.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(call.headers()[header::CONTENT_TYPE], "application/problem+json");
}

async fn what_a_role_may_not_do_is_refused(place: Place) {
    let bench = Bench::at(place).await;
    for (member, page, read, erase) in [
        ("robin-okafor", 403, 200, 403),
        ("tomas-vidal", 303, 200, 403),
        ("ewan-price", 403, 200, 403),
        // May, and has not proven who it is just now.
        ("sade-bello", 403, 200, 403),
    ] {
        let mut browser = bench.browser();
        browser.sign_in(member).await;
        bench.forward(Duration::from_secs(6 * 60));
        assert_eq!(browser.get("/desk/probe").await.status(), StatusCode::OK);
        let found = browser.get("/desk/probe/approve").await;
        assert_eq!(found.status().as_u16(), page, "{member}");
        assert_eq!(browser.get("/probe/read").await.status().as_u16(), read, "{member}");
        let problem = browser.get("/probe/erase").await;
        assert_eq!(problem.status().as_u16(), erase, "{member}");
        let kind = problem.json::<Value>().await.unwrap()["type"].clone();
        let wanted = if member == "sade-bello" {
            "/problems/step-up-required"
        } else {
            "/problems/forbidden"
        };
        assert_eq!(kind, wanted, "{member}");
    }
}

async fn a_call_with_a_cookie_says_that_it_is_the_consoles(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    let form_token = browser.form_token().await;
    for (said, status) in [(None, 403), (Some("guessed"), 403), (Some(form_token.as_str()), 200)] {
        let mut request = bench.client.post(browser.here("/probe/read"));
        if let Some(said) = said {
            request = request.header(CSRF_HEADER, said);
        }
        assert_eq!(browser.send(request).await.status().as_u16(), status, "{said:?}");
    }
}

async fn a_machine_never_does_what_wants_a_fresh_proof(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    for (path, token, status) in [
        ("/probe/read", "0123456789abcdef0123456789abcdef", 200),
        ("/probe/erase", "0123456789abcdef0123456789abcdef", 403),
        ("/probe/read", "0123456789abcdef0123456789abcdee", 401),
    ] {
        let request = bench.client.get(browser.here(path)).bearer_auth(token);
        assert_eq!(browser.send(request).await.status().as_u16(), status, "{path}");
    }
    // A wrong token is not made good by a cookie that comes along.
    browser.sign_in("robin-okafor").await;
    let request = bench.client.get(browser.here("/probe/read")).bearer_auth("wrong");
    assert_eq!(browser.send(request).await.status(), StatusCode::UNAUTHORIZED);
}

async fn an_altered_cookie_opens_nothing(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("robin-okafor").await;
    let right = browser.cookies[SESSION].clone();
    let other = if right.starts_with('A') { "B" } else { "A" };
    for wrong in [
        format!("{other}{}", &right[1..]),
        String::new(),
        "x".repeat(4_000),
        format!("{right}A"),
    ] {
        browser.cookies.insert(SESSION.to_owned(), wrong);
        assert!(!browser.is_in().await);
    }
    browser.cookies.insert(SESSION.to_owned(), right);
    assert!(browser.is_in().await);
    // What is carried to the provider is sealed: an altered one is none.
    let there = browser.leave().await;
    let back = browser.at_provider(&there, "robin-okafor").await;
    let carried = browser.cookies[VISIT].clone();
    let (start, last) = carried.split_at(carried.len() - 1);
    let last = if last == "A" { "g" } else { "A" };
    browser.cookies.insert(VISIT.to_owned(), format!("{start}{last}"));
    assert_eq!(state(browser.get(&back).await).await, "staff-stale");
}
