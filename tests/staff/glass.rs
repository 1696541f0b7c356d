//! Breaking the glass: never by default, once, loudly, and not enough for what is dangerous.

use std::time::Duration;

use doorward::case::role::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::browser::{location, state};
use super::{Bench, ORIGIN, Place, on_both};

on_both! {
    there_is_no_glass_unless_the_settings_say_so
    a_link_lets_in_once_for_an_hour_and_proves_nothing
    a_link_ends_after_ten_minutes
}

fn breakable(text: &str) -> String {
    text.replace("[staff]\n", "[staff]\nbreak_glass = true\n")
}

async fn there_is_no_glass_unless_the_settings_say_so(place: Place) {
    let bench = Bench::at(place).await;
    assert!(bench.app.staff.break_glass("Sade Bello", Role::Admin).await.is_err());
    assert!(bench.facts("break_glass_opened").await.is_empty());
    let mut browser = bench.browser();
    assert_eq!(
        browser.get("/desk/break-glass/whatever").await.status(),
        StatusCode::NOT_FOUND
    );
    let refused = browser.post("/desk/break-glass", &[("token", "whatever")]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

async fn a_link_lets_in_once_for_an_hour_and_proves_nothing(place: Place) {
    let bench = Bench::with(place, |text| breakable(&text)).await;
    let link = bench.app.staff.break_glass("Sade Bello", Role::Approver).await.unwrap();
    assert_eq!(bench.facts("break_glass_opened").await[0]["role"], "approver");
    let path = link.strip_prefix(ORIGIN).unwrap();
    let token = path.rsplit('/').next().unwrap();
    let (mut browser, mut second) = (bench.browser(), bench.browser());
    // Looking is no using.
    assert_eq!(state(browser.get(path).await).await, "staff-glass");
    assert!(!browser.is_in().await);
    let arrived = browser.post("/desk/break-glass", &[("token", token)]).await;
    assert_eq!(location(&arrived), "/desk");
    let session = browser.session().await.unwrap();
    assert_eq!(session["operator"]["id"], "break-glass|Sade Bello");
    assert_eq!(
        (&session["operator"]["roles"], &session["fresh"]),
        (&json!(["approver"]), &json!(false))
    );
    assert_eq!(bench.facts("staff_signed_in").await[0]["provider"], "break-glass");
    let again = second.post("/desk/break-glass", &[("token", token)]).await;
    assert_eq!(state(again).await, "staff-stale");
    assert!(!second.is_in().await);
    // There is nobody to prove it to.
    assert_eq!(browser.get("/desk/probe/approve").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/desk/step-up").await.status(), StatusCode::NOT_FOUND);
    for _ in 0..3 {
        bench.forward(Duration::from_secs(19 * 60));
        assert!(browser.is_in().await);
    }
    bench.forward(Duration::from_secs(4 * 60));
    assert!(!browser.is_in().await);
}

async fn a_link_ends_after_ten_minutes(place: Place) {
    let bench = Bench::with(place, |text| breakable(&text)).await;
    let link = bench.app.staff.break_glass("Sade Bello", Role::Admin).await.unwrap();
    bench.forward(Duration::from_secs(10 * 60));
    let mut browser = bench.browser();
    let token = link.rsplit('/').next().unwrap();
    let refused = browser.post("/desk/break-glass", &[("token", token)]).await;
    assert_eq!(state(refused).await, "staff-stale");
}
