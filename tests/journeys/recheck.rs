//! Entra's short path: who was checked with a document and agreed to be recognised shows a face the next time. When it is
//! offered, to whom, against what, until when, and what the verifier keeps meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_lab::play::walk::Walk;
use doorward_lab::sheet::Person;
use doorward_lab::signin::{Attempt, Outcome};
use doorward_lab::{Database, Lab};
use serde_json::{Value, json};

use super::{lab, walk};

const BEGIN: Timestamp = Timestamp::from_seconds(1_800_000_000);
const DAY: Duration = Duration::from_hours(24);
/// Slow machines take their time.
const PATIENCE: Duration = Duration::from_secs(120);

/// A world in this process, with a clock to turn.
async fn turned(database: Database, change: fn(String) -> String) -> (Lab, TurnedClock) {
    let clock = TurnedClock::at(BEGIN);
    let lab = Lab::builder()
        .seed(11)
        .listen(super::ANYWHERE)
        .database(database)
        .in_process(Arc::new(clock.clone()))
        .toml_change(change)
        .start()
        .await
        .unwrap();
    (lab, clock)
}

fn lucia(walk: &Walk) -> Person {
    walk.person("lucia-fernandez-ibanez").unwrap()
}

/// Sent by Entra, up to the question, in a browser of its own.
async fn sent(lab: &Lab) -> Walk {
    let mut walk = walk(lab);
    let login = lucia(&walk).person.login;
    let start = walk.sheet.entra.external_mfa.clone();
    walk.browser.visit(start.as_str()).await.unwrap();
    let form = walk.browser.form("/external-mfa").unwrap().set("login", &login);
    form.set("password", "anything").press("Sign in").await.unwrap();
    let form = walk.browser.form("/authorize").unwrap();
    form.press("Approve with Doorward").await.unwrap();
    walk.expect("consent").unwrap();
    walk
}

/// Back from the verifier and on to Entra; what it says.
async fn answered(walk: &mut Walk) -> String {
    let entra = walk.sheet.entra.address.clone();
    walk.come_back_by_form(&entra).await.unwrap();
    walk.browser.page().unwrap().text()
}

/// A full check with the box ticked; the number of its case.
async fn remembered(lab: &Lab) -> String {
    let mut walk = sent(lab).await;
    assert!(!walk.is_short().unwrap());
    let person = lucia(&walk);
    walk.agree_and_be_remembered().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    let said = answered(&mut walk).await;
    assert!(said.contains("You are signed in"), "{said}");
    number(&newest(lab).await)
}

/// Sent once more, to a page that asks for a face alone.
async fn sent_shortly(lab: &Lab) -> Walk {
    let walk = sent(lab).await;
    assert!(walk.is_short().unwrap(), "{}", walk.browser.page().unwrap().text());
    walk
}

async fn glanced(lab: &Lab) {
    let mut walk = sent_shortly(lab).await;
    let person = lucia(&walk);
    walk.agree().await.unwrap();
    walk.show_face(&person, "pass").await.unwrap();
    let said = answered(&mut walk).await;
    assert!(said.contains("You are signed in"), "{said}");
}

async fn cases(lab: &Lab) -> Vec<Value> {
    lab.api().get("cases").await.unwrap()["cases"]
        .as_array()
        .unwrap()
        .clone()
}

async fn newest(lab: &Lab) -> Value {
    cases(lab).await[0].clone()
}

fn number(case: &Value) -> String {
    case["number"].as_str().unwrap().to_owned()
}

async fn numbered(lab: &Lab, wanted: &str) -> Value {
    let all = cases(lab).await;
    all.into_iter().find(|case| case["number"] == wanted).unwrap()
}

async fn facts(lab: &Lab, case: &Value) -> Vec<Value> {
    let path = format!("cases/{}/events", case["id"].as_str().unwrap());
    lab.api().get(&path).await.unwrap()["events"]
        .as_array()
        .unwrap()
        .clone()
}

fn told<'f>(facts: &'f [Value], event: &str) -> Vec<&'f Value> {
    facts.iter().filter(|fact| fact["event"] == event).collect()
}

/// How many of a case's proofs the verifier still has.
fn kept(case: &Value) -> usize {
    let attempts = case["attempts"].as_array().unwrap();
    attempts.iter().filter(|attempt| attempt["forgotten"] == false).count()
}

/// Waits until the verifier has forgotten all proofs of a case; a clock that is turned goes on meanwhile.
async fn forgotten(lab: &Lab, number: &str, clock: Option<&TurnedClock>) {
    let since = Instant::now();
    while kept(&numbered(lab, number).await) > 0 {
        assert!(
            since.elapsed() < PATIENCE,
            "the verifier never forgot\n{}",
            lab.gateway_log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        if let Some(clock) = clock {
            clock.forward(Duration::from_secs(60));
        }
    }
}

/// The imitated verifier's inquiries, oldest first: which still hold what they were made of.
fn inquiries(lab: &Lab) -> Vec<Value> {
    let state = lab.persona.state();
    state["inquiries"].as_array().unwrap().clone()
}

/// Whether Entra let the person in.
fn let_in(attempt: &Attempt) -> bool {
    attempt.outcome.as_ref().is_some_and(Outcome::is_signed_in)
}

fn deleted_accounts(lab: &Lab) -> usize {
    let lines = lab.persona.fake().lines();
    lines
        .iter()
        .filter(|line| line.contains("DELETE /api/v1/accounts"))
        .count()
}

async fn a_face_is_enough(database: Database) {
    let lab = lab(database, |text| text).await;
    let first = remembered(&lab).await;
    let full = numbered(&lab, &first).await;
    assert!(
        full["remembered_until"].is_string() || full["remembered_until"].is_number(),
        "{full}"
    );
    assert_eq!(full["attempts"][0]["kind"], "full");
    assert_eq!(told(&facts(&lab, &full).await, "proof_remembered").len(), 1);

    for time in 1..3 {
        let mut walk = sent_shortly(&lab).await;
        let text = walk.browser.page().unwrap().text();
        assert!(
            text.contains("about a minute") && text.contains("Your earlier check"),
            "{text}"
        );
        assert!(!text.contains("passport"), "{text}");
        let person = lucia(&walk);
        walk.agree().await.unwrap();
        walk.show_face(&person, "pass").await.unwrap();
        let said = answered(&mut walk).await;
        assert!(said.contains("You are signed in"), "{said}");

        let short = newest(&lab).await;
        assert_eq!(short["attempts"][0]["kind"], "recheck");
        assert_eq!(short["match"]["verdict"], "match");
        let summary = format!("same person as the proof of case {first}");
        assert_eq!(short["match"]["summary"], summary.as_str());
        let facts = facts(&lab, &short).await;
        assert_eq!(told(&facts, "recognised")[0]["earlier"], first.as_str());
        assert_eq!(told(&facts, "account_looked_up")[0]["result"], "found", "read afresh");
        assert!(told(&facts, "proof_remembered").is_empty());
        // The glance is forgotten at once, and what it was held against is not.
        forgotten(&lab, &number(&short), None).await;
        assert_eq!(kept(&numbered(&lab, &first).await), 1);
        let inquiries = inquiries(&lab);
        assert_eq!(inquiries.len(), 1 + time);
        assert_eq!(inquiries[time]["account"], inquiries[0]["account"]);
        assert!(inquiries[0]["redaction"].is_null());
        assert_eq!(deleted_accounts(&lab), 0);
    }
    let attempts = lab.signin.attempts();
    assert_eq!(attempts.len(), 3);
    for attempt in attempts {
        assert!(let_in(&attempt) && attempt.answers.len() == 1, "{attempt:?}");
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_agreed_to_be_recognised_shows_a_face_the_next_time_on_sqlite() {
    Box::pin(a_face_is_enough(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_agreed_to_be_recognised_shows_a_face_the_next_time_on_postgresql() {
    Box::pin(a_face_is_enough(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_face_is_refused_and_a_full_check_instead_is_not() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let first = remembered(&lab).await;
    let mut walk = sent_shortly(&lab).await;
    let (person, other) = (lucia(&walk), walk.person("maria-silva").unwrap());
    walk.agree().await.unwrap();
    for attempt in 1..=3 {
        walk.show_face(&other, "pass").await.unwrap();
        walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
        walk.wait().await.unwrap();
        if attempt < 3 {
            walk.try_again().await.unwrap();
        }
    }
    walk.expect("passage").unwrap();
    let entra = walk.sheet.entra.address.clone();
    walk.browser.form(entra.as_str()).unwrap().press("").await.unwrap();
    assert!(walk.browser.page().unwrap().text().contains("access_denied"));
    let refused = newest(&lab).await;
    assert!(told(&facts(&lab, &refused).await, "recognised").is_empty());
    assert!(!let_in(lab.signin.attempts().last().unwrap()));
    forgotten(&lab, &number(&refused), None).await;
    assert_eq!(
        kept(&numbered(&lab, &first).await),
        1,
        "a stranger's attempt takes nothing away"
    );

    // The owner fails too, and has the document at hand.
    let mut walk = sent_shortly(&lab).await;
    walk.agree().await.unwrap();
    walk.show_face(&person, "fail").await.unwrap();
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    walk.wait().await.unwrap();
    walk.expect("retry").unwrap();
    walk.browser.form("/case/retry").unwrap().press("full").await.unwrap();
    walk.at_persona().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    let said = answered(&mut walk).await;
    assert!(said.contains("You are signed in"), "{said}");
    let full = newest(&lab).await;
    let kinds = [&full["attempts"][0]["kind"], &full["attempts"][1]["kind"]];
    assert_eq!(kinds, ["recheck", "full"]);
    // Nobody was asked whether to remember it.
    assert!(full["remembered_until"].is_null());
    glanced(&lab).await;
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_full_check_can_be_chosen_from_the_start() {
    let lab = lab(Database::Sqlite, |text| text).await;
    remembered(&lab).await;
    let mut walk = sent_shortly(&lab).await;
    let person = lucia(&walk);
    walk.browser.form("/case/consent").unwrap().press("full").await.unwrap();
    walk.at_persona().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    let said = answered(&mut walk).await;
    assert!(said.contains("You are signed in"), "{said}");
    assert_eq!(newest(&lab).await["attempts"][0]["kind"], "full");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_box_nothing_is_remembered_and_the_verifier_forgets() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = sent(&lab).await;
    let person = lucia(&walk);
    let page = walk.browser.page().unwrap().source();
    assert!(
        page.contains("name=\"remember\"") && !page.contains("checked"),
        "{page}"
    );
    walk.agree().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    assert!(answered(&mut walk).await.contains("You are signed in"));
    let case = newest(&lab).await;
    assert!(case["remembered_until"].is_null());
    forgotten(&lab, &number(&case), None).await;
    assert!(deleted_accounts(&lab) > 0);
    assert!(!sent(&lab).await.is_short().unwrap());
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_does_not_end_well_is_not_remembered_whatever_was_ticked() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = sent(&lab).await;
    let person = lucia(&walk);
    walk.agree_and_be_remembered().await.unwrap();
    walk.prove(&person, "wrong-name").await.unwrap();
    assert!(answered(&mut walk).await.contains("access_denied"));
    let case = newest(&lab).await;
    assert!(case["remembered_until"].is_null());
    forgotten(&lab, &number(&case), None).await;
    assert!(!sent(&lab).await.is_short().unwrap());
    lab.stop().await;
}

async fn over_after_ninety_days(database: Database) {
    let (lab, clock) = turned(database, |text| text).await;
    let first = remembered(&lab).await;
    // What identifies the person here goes in its own time; what the verifier has stays.
    clock.forward(DAY * 60);
    glanced(&lab).await;
    assert_eq!(kept(&numbered(&lab, &first).await), 1);
    // Too little is left for a case: the last minutes count for nothing.
    clock.forward(DAY * 29 + Duration::from_secs(24 * 3600 - 120));
    assert!(!sent(&lab).await.is_short().unwrap());
    assert_eq!(kept(&numbered(&lab, &first).await), 1);
    clock.forward(Duration::from_secs(121));
    forgotten(&lab, &first, Some(&clock)).await;
    assert!(inquiries(&lab)[0]["redaction"]["done"].as_bool().unwrap());
    assert!(deleted_accounts(&lab) > 0);
    let since = Instant::now();
    while numbered(&lab, &first).await["erased"] == false {
        assert!(since.elapsed() < PATIENCE, "the case never forgot");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!sent(&lab).await.is_short().unwrap());
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ninety_days_everything_is_asked_again_and_the_verifier_has_forgotten_on_sqlite() {
    Box::pin(over_after_ninety_days(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ninety_days_everything_is_asked_again_and_the_verifier_has_forgotten_on_postgresql() {
    Box::pin(over_after_ninety_days(Database::Postgres)).await;
}

async fn taken_back(database: Database) {
    let lab = lab(database, |text| text).await;
    // By the person, on the page that would use it.
    let first = remembered(&lab).await;
    let mut walk = sent_shortly(&lab).await;
    walk.browser.form("/case/forget").unwrap().press("").await.unwrap();
    assert!(!walk.is_short().unwrap());
    forgotten(&lab, &first, None).await;
    let case = newest(&lab).await;
    let facts = facts(&lab, &case).await;
    assert_eq!(told(&facts, "earlier_forgotten")[0]["earlier"], first.as_str());
    // The same visit goes on with everything.
    let person = lucia(&walk);
    walk.agree_and_be_remembered().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    assert!(answered(&mut walk).await.contains("You are signed in"));

    // By staff, for the person.
    let path = format!("cases/{}/forget", case["id"].as_str().unwrap());
    let mut begun = sent_shortly(&lab).await;
    lab.api().post(&path, &json!({})).await.unwrap();
    forgotten(&lab, &number(&case), None).await;
    assert!(!sent(&lab).await.is_short().unwrap());
    let again = lab.api().post(&path, &json!({})).await;
    assert!(again.is_err(), "{again:?}");
    // Who had begun by then is recognised by nobody any more, and can still do the full check.
    begun.agree().await.unwrap();
    begun.show_face(&person, "pass").await.unwrap();
    begun.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    begun.wait().await.unwrap();
    begun.expect("retry").unwrap();
    begun.browser.form("/case/retry").unwrap().press("full").await.unwrap();
    begun.at_persona().await.unwrap();
    begun.prove(&person, "pass").await.unwrap();
    assert!(answered(&mut begun).await.contains("You are signed in"));
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_is_forgotten_at_once_on_sqlite() {
    Box::pin(taken_back(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_is_forgotten_at_once_on_postgresql() {
    Box::pin(taken_back(Database::Postgres)).await;
}

/// Gives Lucía's account another family name.
fn rename(lab: &Lab, from: &str, to: &str) {
    let state = lab.entra.state().to_string();
    let changed = state.replace(&format!("\"{from}\""), &format!("\"{to}\""));
    assert_ne!(changed, state, "{from} is in the directory");
    lab.entra.restore(serde_json::from_str(&changed).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_name_in_the_directory_is_not_recognised_by_a_face() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let first = remembered(&lab).await;
    let mut walk = sent_shortly(&lab).await;
    let person = lucia(&walk);
    walk.agree().await.unwrap();
    rename(&lab, "Fernández Ibáñez", "Fernández");
    walk.show_face(&person, "pass").await.unwrap();
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    walk.wait().await.unwrap();
    walk.expect("retry").unwrap();
    let heading = walk.browser.page().unwrap().heading();
    assert_eq!(heading, "Please do the full check this time");
    let case = newest(&lab).await;
    let facts = facts(&lab, &case).await;
    assert!(told(&facts, "recognised").is_empty());
    let explained = &told(&facts, "compared")[0]["explanation"];
    assert_eq!(explained["verdict"], "review");
    assert!(explained["summary"].as_str().unwrap().contains("changed since"));
    // The document says who it is.
    rename(&lab, "Fernández", "Fernández Ibáñez");
    walk.browser.form("/case/retry").unwrap().press("").await.unwrap();
    walk.at_persona().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    assert!(answered(&mut walk).await.contains("You are signed in"));
    // The earlier check is good for nothing any more; its account goes with the last proof that hangs on it.
    forgotten(&lab, &first, None).await;
    assert!(!sent(&lab).await.is_short().unwrap());
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_account_is_refused_whoever_is_recognised() {
    let lab = lab(Database::Sqlite, |text| text).await;
    remembered(&lab).await;
    let mut walk = sent_shortly(&lab).await;
    let person = lucia(&walk);
    walk.agree().await.unwrap();
    lab.entra.set_enabled(person.account, false);
    walk.show_face(&person, "pass").await.unwrap();
    assert!(answered(&mut walk).await.contains("access_denied"));
    assert_eq!(newest(&lab).await["standing"]["barred"], "disabled_account");
    lab.stop().await;
}

async fn the_newer_replaces_the_older(database: Database) {
    let lab = lab(database, |text| text).await;
    let (mut one, mut other) = (sent(&lab).await, sent(&lab).await);
    let mut numbers = Vec::new();
    for walk in [&mut one, &mut other] {
        let person = lucia(walk);
        walk.agree_and_be_remembered().await.unwrap();
        walk.prove(&person, "pass").await.unwrap();
        assert!(answered(walk).await.contains("You are signed in"));
    }
    for case in cases(&lab).await {
        numbers.push(number(&case));
    }
    // Newest first; the first to be opened ended first.
    forgotten(&lab, &numbers[1], None).await;
    let mut walk = sent_shortly(&lab).await;
    let person = lucia(&walk);
    walk.agree().await.unwrap();
    walk.show_face(&person, "pass").await.unwrap();
    assert!(answered(&mut walk).await.contains("You are signed in"));
    let facts = facts(&lab, &newest(&lab).await).await;
    assert_eq!(told(&facts, "recognised")[0]["earlier"], numbers[0].as_str());
    assert_eq!(kept(&numbered(&lab, &numbers[0]).await), 1);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_full_check_has_the_older_one_forgotten_on_sqlite() {
    Box::pin(the_newer_replaces_the_older(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_full_check_has_the_older_one_forgotten_on_postgresql() {
    Box::pin(the_newer_replaces_the_older(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_face_still_fits_into_time_that_is_too_short_for_a_document() {
    let (lab, clock) = turned(Database::Sqlite, |text| text).await;
    let mut full = sent(&lab).await;
    clock.forward(Duration::from_secs(170));
    full.browser
        .form("/case/consent")
        .unwrap()
        .press("agree")
        .await
        .unwrap();
    full.expect("too-little-time").unwrap();
    remembered(&lab).await;

    let mut walk = sent_shortly(&lab).await;
    assert!(walk.browser.page().unwrap().source().contains("name=\"check\""));
    clock.forward(Duration::from_secs(170));
    walk.look().await.unwrap();
    assert!(walk.is_short().unwrap());
    assert!(!walk.browser.page().unwrap().source().contains("name=\"check\""));
    let person = lucia(&walk);
    walk.agree().await.unwrap();
    walk.show_face(&person, "pass").await.unwrap();
    assert!(answered(&mut walk).await.contains("You are signed in"));

    let mut late = sent_shortly(&lab).await;
    clock.forward(Duration::from_secs(190));
    late.browser
        .form("/case/consent")
        .unwrap()
        .press("agree")
        .await
        .unwrap();
    late.expect("too-little-time").unwrap();
    lab.stop().await;
}

/// One purpose for Entra and for the intranet.
#[expect(clippy::needless_pass_by_value, reason = "as every change of settings is given")]
fn shared(text: String) -> String {
    let begin = text.find("# Entra gives five minutes").unwrap();
    let purpose = begin + text[begin..].find("[[purpose]]").unwrap();
    let end = purpose + text[purpose + 1..].find("\n[[purpose]]").unwrap() + 1;
    let without = format!("{}{}", &text[..begin], &text[end..]);
    let changed = without.replacen(
        "sources = [\"sso\"]",
        "sources = [\"sso\", \"entra-mfa\"]\nrecheck = \"90d\"",
        1,
    );
    assert_ne!(changed, without);
    changed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_not_sent_by_entra_learns_nothing_of_an_earlier_check() {
    let lab = lab(Database::Sqlite, shared).await;
    remembered(&lab).await;
    let mut walk = walk(&lab);
    let (person, rp) = (lucia(&walk), walk.sheet.rp.clone());
    walk.browser.visit(rp.as_str()).await.unwrap();
    let form = walk
        .browser
        .form("/sign-in")
        .unwrap()
        .set("login_hint", &person.person.login);
    form.press("Sign in with Doorward").await.unwrap();
    assert!(!walk.is_short().unwrap());
    walk.agree_and_be_remembered().await.unwrap();
    walk.prove(&person, "pass").await.unwrap();
    walk.come_back_to(&rp).await.unwrap();
    assert_eq!(newest(&lab).await["attempts"][0]["kind"], "full");
    // What was remembered there is good at Entra.
    let number = number(&newest(&lab).await);
    glanced(&lab).await;
    let facts = facts(&lab, &newest(&lab).await).await;
    assert_eq!(told(&facts, "recognised")[0]["earlier"], number.as_str());
    lab.stop().await;
}

async fn killed_between_all_pages(database: Database) {
    let lab = lab(database, |text| text).await;
    let again = async || {
        lab.kill_gateway().await;
        lab.start_gateway().await.unwrap();
    };
    let mut walk = sent(&lab).await;
    let person = lucia(&walk);
    again().await;
    walk.agree_and_be_remembered().await.unwrap();
    again().await;
    walk.prove(&person, "pass").await.unwrap();
    again().await;
    assert!(answered(&mut walk).await.contains("You are signed in"));
    again().await;

    let mut walk = sent_shortly(&lab).await;
    again().await;
    walk.agree().await.unwrap();
    again().await;
    walk.show_face(&person, "pass").await.unwrap();
    again().await;
    assert!(answered(&mut walk).await.contains("You are signed in"));
    again().await;
    // What was answered stays answered.
    walk.look().await.unwrap();
    walk.expect("returned").unwrap();
    let attempts = lab.signin.attempts();
    assert_eq!(attempts.len(), 2);
    for attempt in attempts {
        assert!(let_in(&attempt) && attempt.answers.len() == 1, "{attempt:?}");
    }
    let short = newest(&lab).await;
    forgotten(&lab, &number(&short), None).await;
    assert_eq!(kept(&cases(&lab).await[1]), 1);
    assert_eq!(told(&facts(&lab, &short).await, "recognised").len(), 1);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_face_is_recognised_whenever_the_gateway_was_killed_on_sqlite() {
    Box::pin(killed_between_all_pages(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_face_is_recognised_whenever_the_gateway_was_killed_on_postgresql() {
    Box::pin(killed_between_all_pages(Database::Postgres)).await;
}
