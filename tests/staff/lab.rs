//! The staff's way in through the whole lab: what needs Graph for the groups, and Duo to prove oneself anew.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_lab::browser::Browser;
use doorward_lab::staff::{Fault, groups};
use doorward_lab::{Database, Lab};
use serde_json::{Value, json};

use super::{NOW, Place, on_both};

on_both! {
    a_newcomer_signs_in_by_two_clicks
    groups_that_a_token_leaves_out_are_read_at_graph
    who_proves_themselves_on_duos_page_has_proven_it_here
}

/// What the world grows from.
const SEED: u64 = 11;

async fn lab(place: Place, clock: &TurnedClock, change: impl Fn(String) -> String + Send + Sync + 'static) -> Lab {
    let database = match place {
        Place::Sqlite => Database::Sqlite,
        Place::Postgres => Database::Postgres,
    };
    let world = Lab::builder()
        .seed(SEED)
        .listen(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
        .database(database)
        .toml_change(change)
        .in_process(Arc::new(clock.clone()));
    world.start().await.unwrap()
}

async fn session(browser: &mut Browser, lab: &Lab) -> Value {
    let address = lab.sheet().doorward.address.join("desk/session").unwrap();
    let page = browser.visit(address.as_str()).await.unwrap();
    serde_json::from_slice(page.bytes()).unwrap()
}

async fn sign_in(browser: &mut Browser, lab: &Lab, name: &str) {
    browser.visit(lab.sheet().staff.as_str()).await.unwrap();
    browser.follow("Sign in with Example Hospital").await.unwrap();
    browser.form(name).unwrap().press(name).await.unwrap();
}

async fn a_newcomer_signs_in_by_two_clicks(place: Place) {
    let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
    let lab = lab(place, &clock, |text| text).await;
    let mut browser = lab.browser().unwrap();
    sign_in(&mut browser, &lab, "Greta Lindqvist").await;
    let told = session(&mut browser, &lab).await;
    assert_eq!(told["operator"]["roles"], json!(["approver"]));
    // The provider remembers who it is: the next time is one click.
    clock.forward(Duration::from_secs(31 * 60));
    browser.visit(lab.sheet().staff.as_str()).await.unwrap();
    browser.follow("Sign in with Example Hospital").await.unwrap();
    assert_eq!(session(&mut browser, &lab).await["operator"]["name"], "Greta Lindqvist");
    lab.stop().await;
}

async fn groups_that_a_token_leaves_out_are_read_at_graph(place: Place) {
    let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
    let lab = lab(place, &clock, |text| {
        text.replace("groups_from = \"claim\"", "groups_from = \"graph:entra\"")
    })
    .await;
    let account = lab.sheet().people[0].account;
    lab.staff.change("robin-okafor", |member| member.oid = account);
    lab.staff.misbehave(&[Fault::Overage]);
    let mut browser = lab.browser().unwrap();
    // In no group there that gives a role.
    sign_in(&mut browser, &lab, "Robin Okafor").await;
    assert_eq!(
        session(&mut browser, &lab).await["title"],
        "A valid API token is required"
    );
    let (_, agents) = groups()[0];
    let control = lab
        .sheet()
        .entra
        .address
        .join(&format!("_lab/accounts/{account}"))
        .unwrap();
    let change = json!({ "groups": [{ "id": agents, "name": "Service desk" }] });
    let changed = doorward_lab::caller::client()
        .unwrap()
        .post(control)
        .json(&change)
        .send()
        .await
        .unwrap();
    assert!(changed.status().is_success(), "{}", changed.text().await.unwrap());
    let mut browser = lab.browser().unwrap();
    sign_in(&mut browser, &lab, "Robin Okafor").await;
    assert_eq!(session(&mut browser, &lab).await["operator"]["roles"], json!(["agent"]));
    let asked = lab.entra.fake().lines();
    assert!(
        asked.iter().any(|line| line.ends_with("/checkMemberGroups")),
        "{asked:?}"
    );
    // Somebody who is no account there is in no group there.
    let mut other = lab.browser().unwrap();
    sign_in(&mut other, &lab, "Sade Bello").await;
    assert!(session(&mut other, &lab).await.get("operator").is_none());
    lab.stop().await;
}

async fn who_proves_themselves_on_duos_page_has_proven_it_here(place: Place) {
    let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
    let lab = lab(place, &clock, |text| {
        text.replace(
            "step_up = { max_age = true }",
            "step_up = { universal_prompt = \"duo\" }",
        )
    })
    .await;
    let maria = lab.sheet().person("maria-silva").unwrap().person.login.clone();
    lab.staff
        .change("tomas-vidal", |member| member.email = Some(maria.clone()));
    let desk = |path: &str| lab.sheet().doorward.address.join(path).unwrap().to_string();
    let mut browser = lab.browser().unwrap();
    sign_in(&mut browser, &lab, "Tomás Vidal").await;
    assert_eq!(session(&mut browser, &lab).await["fresh"], false);
    let duo = lab.duo.world().public_base.origin();
    for (press, fresh) in [("Deny on the phone", false), ("Approve on the phone", true)] {
        let page = browser.visit(&desk("desk/step-up?to=%2Fdesk%2Fsession")).await.unwrap();
        assert_eq!(page.url().origin(), duo, "{}", page.text());
        browser.form(press).unwrap().press(press).await.unwrap();
        assert_eq!(session(&mut browser, &lab).await["fresh"], fresh, "{press}");
    }
    clock.forward(Duration::from_secs(5 * 60));
    assert_eq!(session(&mut browser, &lab).await["fresh"], false);
    lab.stop().await;
}
