//! Proving oneself anew before what is dangerous.

use std::time::Duration;

use doorward_lab::staff::Fault;
use reqwest::StatusCode;
use serde_json::json;
use url::Url;

use super::browser::{location, state};
use super::{Bench, Place, on_both};

on_both! {
    who_proves_themselves_anew_may_approve_for_five_minutes
    somebody_else_cannot_prove_it_for_them
    an_old_proof_is_no_new_one
    an_authentication_context_must_be_the_one_asked_for
    a_session_that_ended_meanwhile_stays_ended
    the_old_session_is_over_when_it_was_renewed
    a_proof_counts_in_the_browser_that_went
}

const SESSION: &str = "__Host-doorward-desk";

async fn who_proves_themselves_anew_may_approve_for_five_minutes(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("tomas-vidal").await;
    bench.forward(Duration::from_secs(5 * 60));
    assert_eq!(browser.session().await.unwrap()["fresh"], false);
    let led = browser.get("/desk/probe/approve").await;
    assert_eq!(location(&led), "/desk/step-up?to=%2Fdesk%2Fprobe%2Fapprove");
    let left = browser.get(&location(&led)).await;
    let there: Url = location(&left).parse().unwrap();
    for (name, value) in [
        ("prompt", "login"),
        ("max_age", "0"),
        ("login_hint", "tomas.vidal@example.com"),
    ] {
        let found = there.query_pairs().find(|(key, _)| key == name);
        assert_eq!(found.unwrap().1, value);
    }
    let back = browser.at_provider(there.as_str(), "tomas-vidal").await;
    let arrived = browser.get(&back).await;
    assert_eq!(location(&arrived), "/desk/probe/approve");
    assert_eq!(browser.session().await.unwrap()["fresh"], true);
    assert_eq!(browser.get("/desk/probe/approve").await.status(), StatusCode::OK);
    assert_eq!(
        bench.facts("staff_stepped_up").await,
        [json!({"operator": "corp|sub-of-tomas-vidal", "how": "max_age"})]
    );
    bench.forward(Duration::from_secs(5 * 60));
    assert_eq!(browser.get("/desk/probe/approve").await.status(), StatusCode::SEE_OTHER);
}

async fn somebody_else_cannot_prove_it_for_them(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("tomas-vidal").await;
    bench.forward(Duration::from_secs(6 * 60));
    let refused = browser.try_anew("greta-lindqvist").await;
    assert_eq!(
        (refused.status(), state(refused).await),
        (StatusCode::FORBIDDEN, "staff-somebody-else".to_owned())
    );
    let session = browser.session().await.unwrap();
    assert_eq!(
        (&session["operator"]["name"], &session["fresh"]),
        (&json!("Tomás Vidal"), &json!(false))
    );
    let refused = bench.facts("staff_refused").await;
    assert_eq!(refused.last().unwrap()["operator"], "corp|sub-of-greta-lindqvist");
    assert!(bench.facts("staff_stepped_up").await.is_empty());
}

async fn an_old_proof_is_no_new_one(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("tomas-vidal").await;
    bench.forward(Duration::from_secs(6 * 60));
    for fault in [Fault::StaleAuthTime, Fault::NoAuthTime] {
        bench.idp.misbehave(&[fault]);
        let refused = browser.try_anew("tomas-vidal").await;
        assert_eq!(state(refused).await, "staff-failed", "{fault:?}");
        assert_eq!(
            bench.last_why().await,
            "they did not prove themselves anew",
            "{fault:?}"
        );
        assert_eq!(browser.session().await.unwrap()["fresh"], false, "{fault:?}");
    }
}

async fn an_authentication_context_must_be_the_one_asked_for(place: Place) {
    let wanted = "step_up = { acr_values = [\"urn:example:passkey\", \"urn:example:card\"] }\nroles = [";
    let bench = Bench::with(place, |text| text.replace("roles = [", wanted)).await;
    let mut browser = bench.browser();
    // Having signed in some other way is not having proven oneself in this one.
    browser.sign_in("tomas-vidal").await;
    assert_eq!(browser.session().await.unwrap()["fresh"], false);
    bench.idp.misbehave(&[Fault::OtherAcr]);
    let refused = browser.try_anew("tomas-vidal").await;
    assert_eq!(state(refused).await, "staff-failed");
    assert_eq!(bench.last_why().await, "another authentication context");
    assert_eq!(browser.session().await.unwrap()["fresh"], false);
    bench.idp.misbehave(&[]);
    let arrived = browser.try_anew("tomas-vidal").await;
    assert_eq!(arrived.status(), StatusCode::SEE_OTHER);
    assert_eq!(browser.session().await.unwrap()["fresh"], true);
    assert_eq!(bench.facts("staff_stepped_up").await[0]["how"], "acr");
}

async fn a_session_that_ended_meanwhile_stays_ended(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("tomas-vidal").await;
    let left = browser.get("/desk/step-up").await;
    let back = browser.at_provider(&location(&left), "tomas-vidal").await;
    let (kept, form_token) = (browser.cookies.clone(), browser.form_token().await);
    browser.post("/desk/sign-out", &[("form_token", &form_token)]).await;
    browser.cookies = kept;
    let refused = browser.get(&back).await;
    assert_eq!(state(refused).await, "staff-stale");
    assert!(!browser.is_in().await);
}

async fn the_old_session_is_over_when_it_was_renewed(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    browser.sign_in("tomas-vidal").await;
    let old = browser.cookies.clone();
    let form_token = browser.form_token().await;
    let ends = browser.session().await.unwrap()["ends_at"].clone();
    bench.forward(Duration::from_secs(60));
    browser.try_anew("tomas-vidal").await;
    assert_ne!(browser.cookies[SESSION], old[SESSION]);
    assert_ne!(browser.form_token().await, form_token);
    // Proving oneself makes no session last longer than it would.
    assert_eq!(browser.session().await.unwrap()["ends_at"], ends);
    let mut before = bench.browser();
    before.cookies = old;
    assert!(!before.is_in().await);
}

async fn a_proof_counts_in_the_browser_that_went(place: Place) {
    let bench = Bench::at(place).await;
    let (mut one, mut other) = (bench.browser(), bench.browser());
    one.sign_in("tomas-vidal").await;
    other.sign_in("tomas-vidal").await;
    bench.forward(Duration::from_secs(6 * 60));
    let left = one.get("/desk/step-up").await;
    let back = one.at_provider(&location(&left), "tomas-vidal").await;
    // The same person's other browser, even with what the first one carried.
    for (name, value) in &one.cookies {
        if name != SESSION {
            other.cookies.insert(name.clone(), value.clone());
        }
    }
    assert_eq!(state(other.get(&back).await).await, "staff-stale");
    assert_eq!(other.session().await.unwrap()["fresh"], false);
    let nobody = bench.browser().get("/desk/step-up?to=%2Fdesk%2Fprobe").await;
    assert!(location(&nobody).starts_with("/desk/sign-in?to="));
}
