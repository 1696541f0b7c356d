//! Accounts at Okta in every status, and every way in which Okta can fail: the right end, exact words for staff, the same
//! neutral words for every person.

use std::process::Command;

use doorward_contract::fake::{Cut, Rule};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab, caller};
use doorward_okta::fake::RoleHeld;
use serde_json::{Value, json};

use super::refused::newest;
use super::{lab, walk};

/// Words that would tell a person what is the matter with an account.
pub(super) const TELLING: [&str; 8] = [
    "Okta",
    "Duo",
    "suspend",
    "locked",
    "deactivat",
    "disabled",
    "protected",
    "bypass",
];

/// What the helpdesk is told when it asks for a link: `made`, or the problem's kind with its refusal or its detail.
pub(super) async fn asked(lab: &Lab, purpose: &str, login: &str) -> String {
    let wish = json!({"purpose": purpose, "account": login, "ticket": "INC-1", "operator": "Noor Haddad"});
    match lab.api().post("cases", &wish).await {
        Ok(_) => "made".to_owned(),
        Err(caller::Error::Refused { body, .. }) => {
            let told = ["refusal", "detail"].map(|key| body[key].as_str().unwrap_or_default().to_owned());
            let kind = body["type"]
                .as_str()
                .unwrap_or_default()
                .rsplit(['/', ':'])
                .next()
                .unwrap_or_default();
            format!("{kind} {}", told.join(" "))
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        }
        Err(error) => panic!("{purpose} for {login}: {error}"),
    }
}

/// What staff are told of an account in this status at Okta, for a new password, a link, a code.
const AT_OKTA: [(&str, [&str; 3]); 9] = [
    ("ACTIVE", ["made"; 3]),
    ("PASSWORD_EXPIRED", ["made"; 3]),
    // Planning lets it pass: a step before may unlock it.
    ("LOCKED_OUT", ["made"; 3]),
    (
        "RECOVERY",
        ["its password is being reset", "made", "its password is being reset"],
    ),
    ("PROVISIONED", ["its owner never finished activating it"; 3]),
    ("STAGED", ["account-barred disabled_account"; 3]),
    ("SUSPENDED", ["account-barred disabled_account"; 3]),
    ("DEPROVISIONED", ["account-barred disabled_account"; 3]),
    // A word that came later than our list.
    ("HIBERNATED", ["account-barred disabled_account"; 3]),
];

async fn staff_are_told_of_every_status(database: Database) {
    let lab = lab(database, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    for (status, expected) in AT_OKTA {
        lab.okta_accounts
            .change(&maria.okta_user, |person| person.status = status.into());
        for (purpose, words) in ["okta-password", "okta-link", "okta-code"].into_iter().zip(expected) {
            let told = asked(&lab, purpose, &maria.person.login).await;
            let fits = if words == "made" {
                told == words
            } else {
                told.contains(words)
            };
            assert!(fits, "{purpose} in {status}: {told}");
        }
    }
    let writes: u64 = account(&lab, &maria.okta_user).counts.values().sum();
    assert_eq!(writes, 0, "asking for a link changed something");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_are_told_of_every_status_at_okta_before_a_link_is_made_on_sqlite() {
    Box::pin(staff_are_told_of_every_status(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_are_told_of_every_status_at_okta_before_a_link_is_made_on_postgresql() {
    Box::pin(staff_are_told_of_every_status(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_are_told_who_masters_an_account_and_which_role_protects_it() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let login = |id: &str| lab.sheet().person(id).unwrap().person.login.clone();
    for (purpose, id, words) in [
        (
            "okta-password",
            "nguyen-minh-anh",
            "it is locked in the directory that masters it",
        ),
        (
            "okta-link",
            "nguyen-minh-anh",
            "its password is mastered by another directory",
        ),
        ("okta-password", "amara-okafor", "SUPER_ADMIN"),
        ("okta-link", "tomas-dvorak", "HELP_DESK_ADMIN"),
    ] {
        let told = asked(&lab, purpose, &login(id)).await;
        assert!(told.contains(words), "{purpose} for {id}: {told}");
    }
    assert!(
        asked(&lab, "okta-link", "nobody.at.all@example.com")
            .await
            .contains("unknown_account")
    );
    let (maria, omar) = (login("maria-silva"), lab.sheet().person("omar-al-rashid").unwrap());
    lab.okta_accounts.change(&omar.okta_user, |person| {
        person.profile.insert("login".into(), json!(maria));
    });
    assert!(asked(&lab, "okta-link", &maria).await.contains("ambiguous_account"));
    lab.stop().await;
}

fn account(lab: &Lab, id: &str) -> doorward_okta::fake::AccountView {
    let all = lab.okta_accounts.accounts();
    all.into_iter().find(|one| one.id == id).unwrap()
}

/// Somebody at the point where they have agreed, after the helpdesk's link.
pub(super) async fn agreed(lab: &Lab, purpose: &str) -> Walk {
    let maria = lab.sheet().person("maria-silva").unwrap();
    let link = lab.link(&maria.person, purpose, "INC-1").await.unwrap();
    let mut walk = walk(lab);
    walk.browser.visit(&link).await.unwrap();
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    walk.agree().await.unwrap();
    walk
}

/// Proves who they are, comes back, and returns the state of the page with its words, the case's own apart.
pub(super) async fn end(lab: &Lab, walk: &mut Walk) -> (String, String) {
    let maria = walk.person("maria-silva").unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    let number = newest(lab).await["number"].as_str().unwrap().to_owned();
    let words = walk.browser.page().unwrap().text().replace(&number, "NUMBER");
    (walk.state().unwrap(), words)
}

/// What staff read of the newest case.
pub(super) async fn record(lab: &Lab) -> (Value, String) {
    let case = newest(lab).await;
    let events = lab
        .api()
        .get(&format!("cases/{}/events", case["id"].as_str().unwrap()))
        .await
        .unwrap();
    (case, events.to_string())
}

/// The account changes between the link and the act: what the person sees, what staff read.
const MEANWHILE: [(&str, &str, &str, &str); 9] = [
    ("okta-password", "ACTIVE", "ready", ""),
    ("okta-password", "PASSWORD_EXPIRED", "ready", ""),
    ("okta-password", "LOCKED_OUT", "ready", ""),
    ("okta-link", "LOCKED_OUT", "stuck", "it is locked out: unlock it first"),
    (
        "okta-password",
        "RECOVERY",
        "stuck",
        "only a reset link lets anybody in",
    ),
    (
        "okta-password",
        "PROVISIONED",
        "stuck",
        "its owner never finished activating it",
    ),
    ("okta-password", "STAGED", "refused", "disabled"),
    ("okta-password", "SUSPENDED", "refused", "disabled"),
    ("okta-password", "DEPROVISIONED", "refused", "disabled"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_changes_meanwhile_leads_to_its_own_end_and_to_no_words_for_the_person() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let (mut refused, mut stuck) = (Vec::new(), Vec::new());
    for (purpose, status, state, words) in MEANWHILE {
        lab.okta_accounts
            .change(&maria.okta_user, |person| person.status = "ACTIVE".into());
        let mut walk = agreed(&lab, purpose).await;
        lab.okta_accounts
            .change(&maria.okta_user, |person| person.status = status.into());
        let before = account(&lab, &maria.okta_user).counts;
        let (found, page) = end(&lab, &mut walk).await;
        let (case, events) = record(&lab).await;
        assert_eq!(found, state, "{purpose} in {status}: {case} {events}");
        assert!(events.contains(words), "{purpose} in {status}: {events}");
        if state != "ready" {
            let after = account(&lab, &maria.okta_user).counts;
            assert_eq!(before, after, "{purpose} in {status} did something");
            assert!(TELLING.iter().all(|word| !page.contains(word)), "{page}");
            if state == "refused" {
                refused.push(page);
            } else {
                stuck.push(page);
            }
        }
    }
    for pages in [refused, stuck] {
        assert!(
            pages.windows(2).all(|two| two[0] == two[1]),
            "the person can tell the causes apart: {pages:?}"
        );
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_at_okta_given_meanwhile_stops_the_act() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = agreed(&lab, "okta-password").await;
    lab.okta_accounts.change(&maria.okta_user, |person| {
        person.roles = vec![RoleHeld::standard("APP_ADMIN")];
    });
    let (state, page) = end(&lab, &mut walk).await;
    let (case, events) = record(&lab).await;
    assert_eq!(
        (state.as_str(), &case["end"]["refusal"]),
        ("refused", &json!("protected_account"))
    );
    assert!(events.contains("APP_ADMIN"), "{events}");
    assert!(TELLING.iter().all(|word| !page.contains(word)), "{page}");
    assert!(account(&lab, &maria.okta_user).counts.is_empty());
    lab.stop().await;
}

/// How Okta fails at the call that sets the password, and what comes of it: the page, the calls carried out, words for staff.
fn failures() -> Vec<(&'static str, Rule, &'static str, u64, &'static str)> {
    let rule = |rule: Rule| Rule {
        method: Some("POST".into()),
        path: Some("expire_password_with_temp_password".into()),
        ..rule
    };
    let status = |status: u16, code: &str| {
        rule(Rule {
            status: Some(status),
            body: Some(json!({"errorCode": code, "errorSummary": "as told by the vendor", "errorCauses": []})),
            ..Rule::default()
        })
    };
    vec![
        ("down", status(503, "E0000010"), "ready", 1, ""),
        ("broken", status(500, "E0000009"), "ready", 1, ""),
        (
            "throttled",
            rule(Rule {
                throttle: Some(1),
                ..Rule::default()
            }),
            "ready",
            1,
            "",
        ),
        (
            "cut before",
            rule(Rule {
                cut: Some(Cut::Before),
                ..Rule::default()
            }),
            "ready",
            1,
            "",
        ),
        // Doing it again makes the lost one void: Okta has no other way.
        (
            "cut after",
            rule(Rule {
                cut: Some(Cut::After),
                ..Rule::default()
            }),
            "ready",
            2,
            "",
        ),
        (
            "malformed",
            rule(Rule {
                malformed: true,
                ..Rule::default()
            }),
            "ready",
            1,
            "",
        ),
        ("token gone", status(401, "E0000011"), "ready", 1, ""),
        ("right gone", status(403, "E0000006"), "stuck", 0, "refused"),
        ("account gone", status(404, "E0000007"), "stuck", 0, "not found"),
        ("said to be done", status(403, "E0000016"), "stuck", 0, "already done"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_okta_fails_with_the_case_ends_well_or_waits_for_an_operator() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let mut stuck = Vec::new();
    for (name, rule, state, carried_out, words) in failures() {
        let count = |lab: &Lab| account(lab, &maria.okta_user).count("temp_password");
        let before = count(&lab);
        let mut walk = agreed(&lab, "okta-password").await;
        lab.okta_accounts.fake().misbehave(rule);
        let (mut found, page) = end(&lab, &mut walk).await;
        if state == "ready" {
            walk.look_until("ready")
                .await
                .unwrap_or_else(|fault| panic!("{name}: {fault}"));
            found = walk.state().unwrap();
        }
        let (case, events) = record(&lab).await;
        assert_eq!(found, state, "{name}: {case} {events}");
        assert_eq!(count(&lab) - before, carried_out, "{name}: {events}");
        assert!(events.contains(words), "{name}: {events}");
        if state == "stuck" {
            stuck.push(page);
            // What stopped it is mended, and the operator lets it go on.
            lab.okta_accounts.fake().behave();
            let id = case["id"].as_str().unwrap();
            lab.api().post(&format!("cases/{id}/resume"), &json!({})).await.unwrap();
            walk.look_until("ready")
                .await
                .unwrap_or_else(|fault| panic!("{name}, resumed: {fault}"));
            assert_eq!(count(&lab) - before, 1, "{name}");
        }
        lab.okta_accounts.fake().behave();
    }
    assert!(
        stuck.windows(2).all(|two| two[0] == two[1]),
        "the person can tell the causes apart: {stuck:?}"
    );
    assert!(TELLING.iter().all(|word| !stuck[0].contains(word)), "{}", stuck[0]);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_self_check_reaches_okta_and_duo_and_names_the_missing_right() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        let settings = lab.folder().join("doorward.toml");
        let output = command.arg("check").arg("--config").arg(settings).output().unwrap();
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let stands = || (lab.okta_accounts.accounts(), lab.duo.users());
    let before = stands();
    let (well, said) = check();
    assert!(well, "{said}");
    for (name, fake) in [("okta", lab.okta_accounts.fake()), ("duo", lab.duo.fake())] {
        assert!(!fake.asked().is_empty(), "{name} was not asked");
    }
    assert_eq!(stands(), before, "the self-check changed something");
    lab.okta_accounts
        .set_granted(&["okta.users.read", "okta.roles.read", "okta.authenticators.read"]);
    let (well, said) = check();
    assert!(!well && said.contains("okta.users.manage"), "{said}");
    lab.stop().await;
}

/// The codes of Okta's catalogue that say what has to be mended, at the call that sets the password: what staff read.
const TO_BE_MENDED: [(u16, &str, &str); 32] = [
    (400, "E0000001", "does not take the values sent"),
    (401, "E0000004", "does not take the credential"),
    (403, "E0000005", "does not take the form of the token"),
    (
        403,
        "E0000006",
        "an administrator role, its resource set or a scope is missing",
    ),
    (404, "E0000007", "does not know it"),
    (404, "E0000008", "the org does not have this call"),
    (403, "E0000013", "does not take the client app"),
    (
        403,
        "E0000014",
        "the password policy or the directory behind Okta refused the password",
    ),
    (401, "E0000015", "the org does not have the feature"),
    (403, "E0000016", "already done"),
    (403, "E0000017", "its password cannot be reset in its status"),
    (405, "E0000022", "the org does not support the call for us"),
    (403, "E0000023", "another system is the master of its profile"),
    (403, "E0000032", "unlock it in the directory that masters it"),
    (403, "E0000034", "this way to a password is not open to it"),
    (403, "E0000035", "this way to a password is not open to it"),
    (403, "E0000036", "this way to a password is not open to it"),
    (
        403,
        "E0000038",
        "does not allow it in the account's status, which is ACTIVE",
    ),
    (501, "E0000060", "the org does not support the call for us"),
    (401, "E0000064", "its password has expired"),
    (403, "E0000068", "the factor was refused"),
    (403, "E0000069", "the factor was refused"),
    (403, "E0000073", "the factor was refused"),
    (403, "E0000078", "the attribute is reserved"),
    (403, "E0000079", "not at that point of signing in"),
    (403, "E0000080", "does not meet the policy"),
    (403, "E0000081", "the attribute is reserved"),
    (403, "E0000082", "the factor was refused"),
    (403, "E0000095", "does not know it"),
    (403, "E0000105", "the link is over or was used"),
    (403, "E0000110", "the link is over or was used"),
    (403, "E0000119", "it is locked"),
];

/// Those that pass by themselves, or say that this request was made wrongly: staff read why it was waited.
const TO_BE_WAITED: [(u16, &str, &str); 20] = [
    (400, "E0000002", "malformed"),
    (400, "E0000003", "malformed"),
    (400, "E0000018", "malformed"),
    (400, "E0000019", "malformed"),
    (400, "E0000020", "malformed"),
    (400, "E0000021", "malformed"),
    (400, "E0000028", "malformed"),
    (400, "E0000030", "malformed"),
    (400, "E0000031", "malformed"),
    (400, "E0000033", "malformed"),
    (400, "E0000037", "malformed"),
    (400, "E0000063", "malformed"),
    (500, "E0000009", "trouble of its own"),
    (503, "E0000010", "read-only"),
    (429, "E0000047", "slow down"),
    (504, "E0000067", "the factor's own service"),
    (409, "E0000112", "still being activated"),
    (429, "E0000109", "slow down"),
    (429, "E0000133", "slow down"),
    // One that came later than our list.
    (400, "E0000174", "did not take the request (400 E0000174"),
];

/// Okta answers the call that sets the password once with a code of its catalogue.
fn coded(status: u16, code: &str) -> Rule {
    Rule {
        method: Some("POST".into()),
        path: Some("expire_password_with_temp_password".into()),
        status: Some(status),
        body: Some(json!({
            "errorCode": code, "errorSummary": "Maria Silva as told by the vendor", "errorLink": code,
            "errorId": "oaeInvented00000000001", "errorCauses": [{"errorSummary": "Maria Silva once more"}],
        })),
        ..Rule::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_code_of_okta_that_somebody_has_to_mend_stops_the_case_with_words_for_staff_alone() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let mut pages = Vec::new();
    for (status, code, words) in TO_BE_MENDED {
        let before = account(&lab, &maria.okta_user).count("temp_password");
        let mut walk = agreed(&lab, "okta-password").await;
        lab.okta_accounts.fake().misbehave(coded(status, code));
        let (state, page) = end(&lab, &mut walk).await;
        lab.okta_accounts.fake().behave();
        let (case, events) = record(&lab).await;
        assert_eq!(state, "stuck", "{code}: {case} {events}");
        assert_eq!(account(&lab, &maria.okta_user).count("temp_password"), before, "{code}");
        let why = case["plan"][2]["why"].as_str().unwrap_or_default();
        assert!(why.contains(words), "{code}: {case}");
        assert!(!events.contains("Silva"), "{code}: a name in the record: {events}");
        pages.push(page);
    }
    assert!(
        pages.windows(2).all(|two| two[0] == two[1]),
        "the person can tell the causes apart: {pages:?}"
    );
    assert!(TELLING.iter().all(|word| !pages[0].contains(word)), "{}", pages[0]);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_code_of_okta_that_passes_is_waited_for_and_the_password_set_once() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    for (status, code, words) in TO_BE_WAITED {
        let before = account(&lab, &maria.okta_user).count("temp_password");
        let mut walk = agreed(&lab, "okta-password").await;
        lab.okta_accounts.fake().misbehave(coded(status, code));
        end(&lab, &mut walk).await;
        walk.look_until("ready")
            .await
            .unwrap_or_else(|fault| panic!("{code}: {fault}"));
        let (case, events) = record(&lab).await;
        assert_eq!(
            account(&lab, &maria.okta_user).count("temp_password"),
            before + 1,
            "{code}"
        );
        assert!(events.contains(words), "{code}: {case} {events}");
        assert!(!events.contains("Silva"), "{code}: a name in the record: {events}");
    }
    lab.stop().await;
}
