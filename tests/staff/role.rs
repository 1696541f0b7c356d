//! What a provider's claims make somebody, and who is nobody here.

use doorward_lab::staff::Fault;
use reqwest::StatusCode;
use serde_json::json;

use super::browser::state;
use super::{Bench, Place, on_both};

on_both! {
    everybody_gets_the_role_of_their_group_and_no_other
    who_has_no_role_gets_a_calm_page_and_no_session
    groups_that_are_left_out_are_not_believed_to_be_none
    claims_are_read_at_the_userinfo_endpoint_where_the_settings_say_so
    a_person_is_the_same_whatever_they_are_called
}

async fn everybody_gets_the_role_of_their_group_and_no_other(place: Place) {
    let bench = Bench::at(place).await;
    for (member, role) in [
        ("robin-okafor", "agent"),
        ("noor-haddad", "reviewer"),
        ("tomas-vidal", "approver"),
        ("ewan-price", "auditor"),
        ("sade-bello", "admin"),
    ] {
        let mut browser = bench.browser();
        browser.sign_in(member).await;
        assert_eq!(browser.session().await.unwrap()["operator"]["roles"], json!([role]));
    }
}

async fn who_has_no_role_gets_a_calm_page_and_no_session(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    let refused = browser.try_in("kim-larsen").await;
    assert_eq!(
        (refused.status(), state(refused).await),
        (StatusCode::FORBIDDEN, "staff-no-role".to_owned())
    );
    assert!(!browser.is_in().await);
    let refused = bench.facts("staff_refused").await;
    assert_eq!(
        refused,
        [json!({
            "provider": "corp", "operator": "corp|sub-of-kim-larsen",
            "why": "nothing that the provider says of them gives a role",
        })]
    );
    // Whoever is in already stays who they are.
    browser.theirs.clear();
    browser.sign_in("robin-okafor").await;
    browser.theirs.clear();
    browser.try_in("kim-larsen").await;
    assert_eq!(browser.session().await.unwrap()["operator"]["name"], "Robin Okafor");
}

async fn groups_that_are_left_out_are_not_believed_to_be_none(place: Place) {
    let bench = Bench::at(place).await;
    for fault in [Fault::Overage, Fault::HasGroups] {
        bench.idp.misbehave(&[fault]);
        let mut browser = bench.browser();
        let refused = browser.try_in("sade-bello").await;
        assert_eq!(state(refused).await, "staff-no-role", "{fault:?}");
        assert!(!browser.is_in().await);
    }
}

async fn claims_are_read_at_the_userinfo_endpoint_where_the_settings_say_so(place: Place) {
    for (userinfo, lets_in) in [(false, false), (true, true)] {
        let bench = Bench::with(place, |text| {
            text.replace("roles = [", &format!("userinfo = {userinfo}\nroles = ["))
        })
        .await;
        bench.idp.misbehave(&[Fault::GroupsAtUserinfo]);
        let mut browser = bench.browser();
        browser.try_in("sade-bello").await;
        assert_eq!(browser.is_in().await, lets_in);
        if userinfo {
            bench
                .idp
                .misbehave(&[Fault::GroupsAtUserinfo, Fault::UserinfoOfAnother]);
            let mut other = bench.browser();
            assert_eq!(state(other.try_in("sade-bello").await).await, "staff-failed");
            assert_eq!(bench.last_why().await, "the userinfo is about somebody else");
        }
    }
}

async fn a_person_is_the_same_whatever_they_are_called(place: Place) {
    let bench = Bench::at(place).await;
    let mut browser = bench.browser();
    bench.idp.change("robin-okafor", |member| {
        member.name = "Robin\u{7} O\u{2019}Kafor\n<b>".to_owned();
        member.email = None;
    });
    browser.sign_in("robin-okafor").await;
    let session = browser.session().await.unwrap();
    assert_eq!(session["operator"]["id"], "corp|sub-of-robin-okafor");
    assert_eq!(session["operator"]["name"], "Robin O\u{2019}Kafor<b>");
    assert_eq!(session["operator"]["email"], json!(null));
}
