//! People whom somebody else sent: what they came for outlives a killed gateway, a slow person, a vendor that is away; and
//! whoever waits for the answer gets the right one, once.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_contract::fake::Rule;
use doorward_lab::okta::{Auth, Body, JUDGED, Operation, OrgOptions, Shape};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};

use super::{lab, walk};

const MARIA: &str = "maria-silva";

/// Sent by Okta, up to the question.
async fn sent(lab: &Lab, walk: &mut Walk) {
    let okta = lab.sheet().okta.address.clone();
    let login = walk.person(MARIA).unwrap().person.login;
    walk.browser.visit(okta.as_str()).await.unwrap();
    let form = walk.browser.form("/signin").unwrap().set("login", &login);
    form.press("recover").await.unwrap();
    let form = walk.browser.form("/idp/identity-verification").unwrap();
    form.press("Continue").await.unwrap();
    walk.expect("consent").unwrap();
}

/// How each evaluation ended, with Okta's reason and what it says of it.
fn verdicts(lab: &Lab) -> Vec<String> {
    let log = lab.okta.system_log();
    let ended = log.into_iter().filter(|line| line.event_type == JUDGED);
    let told = ended.map(|line| {
        let why = line.debug_context.debug_data.get("reasonForFailure").cloned();
        [Some(line.outcome.result), line.outcome.reason, why]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    });
    told.collect()
}

/// There was one evaluation, and it ended so.
fn judged(lab: &Lab, parts: [&str; 2]) {
    let all = verdicts(lab);
    let [one] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert!(parts.iter().all(|part| one.contains(part)), "{one}");
}

async fn killed_between_all_pages(database: Database) {
    let lab = lab(database, |text| text).await;
    let mut walk = walk(&lab);
    let maria = walk.person(MARIA).unwrap();
    let okta = lab.sheet().okta.address.clone();
    let again = async || {
        lab.kill_gateway().await;
        lab.start_gateway().await.unwrap();
    };
    sent(&lab, &mut walk).await;
    again().await;
    walk.agree().await.unwrap();
    again().await;
    walk.prove(&maria, "pass").await.unwrap();
    again().await;
    walk.come_back_to(&okta).await.unwrap();
    assert_eq!(walk.browser.page().unwrap().heading(), "Reset your password");
    judged(&lab, ["ALLOW", "CLAIMS_VERIFIED"]);
    again().await;
    // What was answered stays answered.
    walk.look().await.unwrap();
    walk.expect("returned").unwrap();
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn okta_is_answered_whenever_the_gateway_was_killed_on_sqlite() {
    Box::pin(killed_between_all_pages(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn okta_is_answered_whenever_the_gateway_was_killed_on_postgresql() {
    Box::pin(killed_between_all_pages(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_takes_too_long_goes_back_with_an_error_and_not_with_a_token() {
    let clock = Arc::new(TurnedClock::at(Timestamp::from_seconds(1_800_000_000)));
    let lab = Lab::start(clock.clone()).await.unwrap();
    let mut walk = walk(&lab);
    let okta = lab.sheet().okta.address.clone();
    sent(&lab, &mut walk).await;
    walk.agree().await.unwrap();
    clock.forward(Duration::from_secs(601));
    let mut case = lab.sheet().doorward.address.clone();
    case.set_path("/case");
    let mut tries = 0;
    while walk.browser.visit(case.as_str()).await.unwrap().url().origin() != okta.origin() {
        tries += 1;
        assert!(tries < 200, "{}", walk.browser.page().unwrap().text());
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    judged(&lab, ["DENY ERROR_RESPONSE", "access_denied"]);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushed_request_leads_one_browser_to_one_case() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = walk(&lab);
    let login = walk.person(MARIA).unwrap().person.login;
    let address = lab.okta.begin(&login, Operation::Recover).await.unwrap();
    let address = address.as_str();
    walk.browser.visit(address).await.unwrap();
    walk.expect("consent").unwrap();
    // The same browser once more: on with the same case.
    walk.browser.visit(address).await.unwrap();
    walk.expect("consent").unwrap();
    let mut stranger = walk.stranger().unwrap();
    let page = stranger.visit(address).await.unwrap();
    assert_eq!(page.attribute("body", "data-state").as_deref(), Some("bad-request"));
    let cases = lab.api().get("cases").await.unwrap();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1, "{cases}");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verifier_that_is_away_is_told_as_that_and_the_vendors_options_are_all_understood() {
    let clock = Arc::new(TurnedClock::at(Timestamp::from_seconds(1_800_000_000)));
    let lab = Lab::start(clock.clone()).await.unwrap();
    let mut away = walk(&lab);
    let okta = lab.sheet().okta.address.clone();
    sent(&lab, &mut away).await;
    let down = Rule {
        path: Some("/api/v1/inquiries".to_owned()),
        status: Some(503),
        times: Some(0),
        ..Rule::default()
    };
    lab.vendors().persona.fake().misbehave(down);
    away.browser
        .form("/case/consent")
        .unwrap()
        .press("agree")
        .await
        .unwrap();
    clock.forward(Duration::from_secs(601));
    let mut case = lab.sheet().doorward.address.clone();
    case.set_path("/case");
    let mut tries = 0;
    while away.browser.visit(case.as_str()).await.unwrap().url().origin() != okta.origin() {
        tries += 1;
        assert!(tries < 200, "{}", away.browser.page().unwrap().text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    judged(&lab, ["DENY ERROR_RESPONSE", "temporarily_unavailable"]);
    lab.stop().await;
}

/// What is changed of how the org writes.
type Change = fn(&mut OrgOptions);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_okta_has_written_in_its_guide_is_understood() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let kinds: [(&str, Change); 6] = [
        ("json", |options| options.body = Body::Json),
        ("old claims", |options| options.shape = Shape::OldGuide),
        ("the prose's framework", |options| {
            options.trust_framework_of_prose = true;
        }),
        ("misspelt", |options| options.bithdate = true),
        ("basic", |options| options.auth = Auth::Basic),
        ("client id", |options| options.client_id_on_authorize = true),
    ];
    for (name, change) in kinds {
        let mut options = OrgOptions::default();
        change(&mut options);
        lab.okta.set_options(options);
        let heading = proven(&lab).await;
        assert_eq!(heading, "Reset your password", "{name}: {:?}", verdicts(&lab));
    }
    // What no document shows is not confirmed, and an administrator who asks for it hears so.
    lab.okta.set_options(OrgOptions::default().everything());
    proven(&lab).await;
    let last = verdicts(&lab).pop().unwrap();
    assert!(last.contains("DENY") && last.contains("email"), "{last}");
    lab.stop().await;
}

/// Sent by Okta and proven; the heading of the page at Okta then.
async fn proven(lab: &Lab) -> String {
    let mut walk = walk(lab);
    let maria = walk.person(MARIA).unwrap();
    sent(lab, &mut walk).await;
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back_to(&lab.sheet().okta.address).await.unwrap();
    walk.browser.page().unwrap().heading()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_alone_are_not_enough() {
    let lab = lab(Database::Sqlite, |text| text).await;
    // Nobody decides by a name alone, and there is no time for a human to.
    lab.okta.set_options(OrgOptions::default().names_only());
    let mut walk = walk(&lab);
    let maria = walk.person(MARIA).unwrap();
    sent(&lab, &mut walk).await;
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    walk.look_until("review").await.unwrap();
    assert_eq!(verdicts(&lab), Vec::<String>::new());
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_no_longer_fits_into_the_time_is_not_begun() {
    let clock = Arc::new(TurnedClock::at(Timestamp::from_seconds(1_800_000_000)));
    let lab = Lab::start(clock.clone()).await.unwrap();
    let mut walk = walk(&lab);
    sent(&lab, &mut walk).await;
    let text = walk.browser.page().unwrap().text();
    assert!(text.contains("About 10 minutes"), "{text}");
    clock.forward(Duration::from_secs(545));
    walk.browser
        .form("/case/consent")
        .unwrap()
        .press("agree")
        .await
        .unwrap();
    walk.expect("too-little-time").unwrap();
    assert!(
        lab.persona.fake().asked().is_empty(),
        "the verifier was asked for nothing"
    );
    walk.browser.follow("Go back").await.unwrap();
    judged(&lab, ["DENY ERROR_RESPONSE", "access_denied"]);
    lab.stop().await;
}
