//! One case over several connectors: the same person's account is found at each, and every pass is shown on one page, once.
//!
//! Where a second vendor is not at hand, a second connector to the same tenant stands in for it.

use doorward_lab::{Database, Lab};
use serde_json::{Value, json};

use super::staff::{doorward, said};
use super::{lab, walk};

/// The lab's settings with the connectors `names` besides, made like the first, and with this plan for the purpose
/// `recover`.
pub(super) fn planned(text: &str, names: &[&str], plan: &str) -> String {
    let start = text.find("[[connector]]").unwrap();
    let end = start + text[start..].find("# --- what cases are for").unwrap();
    let next = text[start + 1..].find("[[connector]]").map(|at| start + 1 + at);
    let first = &text[start..next.unwrap_or(end)];
    let others: String = names
        .iter()
        .map(|name| first.replacen("name = \"entra\"", &format!("name = {name:?}"), 1))
        .collect();
    let (before, after) = text.split_at(end);
    let begin = after.find("[[purpose.plan]]").unwrap();
    let next = begin + after[begin..].find("[[purpose]]").unwrap();
    format!("{before}{others}{}{plan}\n{}", &after[..begin], &after[next..])
}

/// The newest case, as staff see it.
pub(super) async fn newest(lab: &Lab) -> Value {
    let cases = lab.api().get("cases").await.unwrap();
    let id = cases["cases"][0]["id"].as_str().unwrap().to_owned();
    lab.api().get(&format!("cases/{id}")).await.unwrap()
}

fn two_passes(text: &str) -> String {
    let plan = r#"
        [[purpose.plan]]
        connector = "entra"
        action = "temporary_password"
        [[purpose.plan]]
        connector = "entra-two"
        action = "temporary_access_pass"
    "#;
    planned(text, &["entra-two"], plan)
}

async fn two_passes_are_shown_together_once_and_both_work(database: Database) {
    let lab = lab(database, |text| two_passes(&text)).await;
    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.expect("ready").unwrap();
    assert!(
        walk.browser
            .page()
            .unwrap()
            .text()
            .contains("2 things are ready for you")
    );
    let case = newest(&lab).await;
    assert_eq!(case["pass"]["count"], 2);
    assert_eq!(case["plan"][1]["state"], "done", "{case}");

    walk.browser.form("/case/reveal").unwrap().press("").await.unwrap();
    walk.expect("shown").unwrap();
    let page = walk.browser.page().unwrap();
    let password = page.first("#secret").unwrap();
    let access_pass = page.first("#secret-2").unwrap();
    let sign_in = page.link("sign-in page").unwrap();
    assert_ne!(password, access_pass);
    let text = page.text();
    assert!(
        text.find("1. Your temporary password") < text.find("2. Your temporary access pass"),
        "in the order of the plan: {text}"
    );

    walk.look().await.unwrap();
    walk.expect("done").unwrap();
    let again = walk.browser.page().unwrap().source();
    assert!(!again.contains(&password) && !again.contains(&access_pass));
    let case = newest(&lab).await;
    assert_eq!(
        (&case["end"]["end"], &case["pass"]["count"]),
        (&json!("recovered"), &json!(0))
    );
    walk.sign_in_with_password(&maria, &password, &sign_in).await.unwrap();
    let tenant = lab.entra.accounts();
    let account = tenant.iter().find(|account| account.upn == maria.person.login).unwrap();
    assert_eq!(account.password_sets, 1);
    assert_eq!(
        (account.tap_creates, account.taps.len()),
        (1, 1),
        "the pass is at the vendor"
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_passes_are_shown_together_once_and_both_work_on_sqlite() {
    Box::pin(two_passes_are_shown_together_once_and_both_work(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_passes_are_shown_together_once_and_both_work_on_postgresql() {
    Box::pin(two_passes_are_shown_together_once_and_both_work(Database::Postgres)).await;
}

/// At the second connector people are known by their user names, and nobody answers to one in this tenant.
fn by_user_name(text: &str) -> String {
    let plan = r#"
        [[purpose.plan]]
        connector = "entra"
        action = "temporary_password"
        [[purpose.plan]]
        connector = "entra-two"
        action = "revoke_sessions"
    "#;
    let by = "directory = \"entra\"\naccounts = [{ connector = \"entra-two\", by = \"user_name\" }]";
    planned(text, &["entra-two"], plan).replacen("directory = \"entra\"", by, 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_missing_at_one_connector_is_told_to_staff_before_anything_is_done() {
    let lab = lab(Database::Sqlite, |text| by_user_name(&text)).await;
    let wish = json!({"purpose": "recover", "account": "maria.silva@example.com", "ticket": "INC-9"});
    let refused = lab.api().post("cases", &wish).await.unwrap_err().to_string();
    assert!(
        refused.contains("422") && refused.contains("unknown_account") && refused.contains("entra-two"),
        "{refused}"
    );

    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.expect("stuck").unwrap();
    let case = newest(&lab).await;
    assert_eq!(case["stage"], "stuck");
    assert_eq!(
        case["plan"][0]["state"], "waiting",
        "better nothing done than the half of it"
    );
    assert_eq!(case["plan"][1]["state"], "failed");
    assert_eq!(writes(&lab), Vec::<String>::new());
    lab.stop().await;
}

fn without_a_licence(text: &str) -> String {
    let plan = r#"
        [[purpose.plan]]
        connector = "entra-two"
        action = "temporary_access_pass"
        on_failure = "go_on"
        [[purpose.plan]]
        connector = "entra"
        action = "revoke_sessions"
        [[purpose.plan]]
        connector = "entra-three"
        action = "temporary_password"
    "#;
    planned(text, &["entra-two", "entra-three"], plan)
}

/// What a vendor was asked that could change something: no reading, no sign-in of ours, no question put as a POST.
fn writes(lab: &Lab) -> Vec<String> {
    let harmless = ["/oauth2/", "checkMember", "getMember"];
    let lines = lab.entra.fake().lines();
    let changes = |line: &String| !line.starts_with("GET") && !harmless.iter().any(|part| line.contains(part));
    lines.into_iter().filter(changes).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_plan_can_do_without_fails_visibly_and_a_rehearsal_says_so_and_changes_nothing() {
    let lab = lab(Database::Sqlite, |text| without_a_licence(&text)).await;
    let policy = doorward_graph::fake::TapPolicy {
        enabled: false,
        ..doorward_graph::fake::TapPolicy::default()
    };
    lab.entra.set_tap_policy(policy);
    let rehearsed = doorward(
        &lab,
        &["plan", "--purpose", "recover", "--account", "maria.silva@example.com"],
    );
    let text = said(&rehearsed);
    assert!(!rehearsed.status.success(), "{text}");
    assert!(
        text.contains("1. entra-two: temporary_access_pass: CANNOT be done"),
        "{text}"
    );
    assert!(text.contains("2. entra: revoke_sessions: can be done"), "{text}");
    assert!(text.contains("account at entra-three: found"), "{text}");
    assert!(!text.to_lowercase().contains("silva"), "no personal datum: {text}");
    assert_eq!(writes(&lab), Vec::<String>::new());

    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    walk.enter_portal(&maria.person.login).await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    let case = newest(&lab).await;
    assert_eq!(case["plan"][0]["state"], "failed", "{case}");
    assert_eq!(case["failed"], json!([case["plan"][0]["key"]]));
    assert_eq!(case["usable"], true, "{case}");
    assert!(case["plan"][1]["undo"]["text"].is_string());
    let before = writes(&lab);
    let id = case["id"].as_str().unwrap();
    let told = lab.api().get(&format!("cases/{id}/plan")).await.unwrap();
    assert_eq!(told["steps"][0]["fits"], false, "{told}");
    assert_eq!(told["steps"][2]["done"]["state"], "done", "{told}");
    let by_number = doorward(&lab, &["plan", "--case", case["number"].as_str().unwrap(), "--json"]);
    let by_number: Value = serde_json::from_slice(&by_number.stdout).unwrap();
    assert_eq!(by_number["steps"][2]["done"], told["steps"][2]["done"]);
    assert_eq!(writes(&lab), before);
    let still = lab.api().get(&format!("cases/{id}")).await.unwrap();
    assert_eq!(still, case);

    let (secret, sign_in) = walk.take_pass().await.unwrap();
    walk.sign_in_with_password(&maria, &secret, &sign_in).await.unwrap();
    let retry = lab.api().post(&format!("cases/{id}/retry"), &json!({})).await.unwrap();
    assert_eq!(retry["stage"], "acting");
    assert_eq!(retry["plan"][0]["state"], "waiting");
    lab.stop().await;
}
