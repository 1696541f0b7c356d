//! Users at Duo in every status, and every code that Duo can answer: the right end, exact words for staff, the same neutral words
//! for every person.

use doorward_contract::fake::{Cut, Rule};
use doorward_duo::fake::{GroupOf, Permissions, UserView};
use doorward_lab::{Database, Lab};
use serde_json::{Value, json};

use super::lab;
use super::staff::{doorward, said};
use super::vendors::{TELLING, agreed, asked, end, record};

fn user(lab: &Lab, id: &str) -> UserView {
    let all = lab.duo.users();
    all.into_iter().find(|one| one.id == id).unwrap()
}

/// What staff are told of a user in this status at Duo, for a code, an activation link, an enrolment link.
const AT_DUO: [(&str, [&str; 3]); 6] = [
    ("active", ["made", "made", "it has devices already"]),
    ("locked out", ["unlock it first"; 3]),
    ("bypass", ["account-barred protected_account"; 3]),
    ("disabled", ["account-barred protected_account"; 3]),
    ("pending deletion", ["account-barred protected_account"; 3]),
    ("hibernated", ["account-barred protected_account"; 3]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_are_told_of_every_status_at_duo_before_a_link_is_made() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    for (status, expected) in AT_DUO {
        lab.duo.change(&maria.duo_user, |person| person.status = status.into());
        for (purpose, words) in ["lost-phone", "duo-new-phone", "duo-first-phone"]
            .into_iter()
            .zip(expected)
        {
            let told = asked(&lab, purpose, &maria.person.login).await;
            let fits = if words == "made" {
                told == words
            } else {
                told.contains(words)
            };
            assert!(fits, "{purpose} in {status}: {told}");
        }
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_are_told_who_is_known_at_duo_and_which_group_protects() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let omar = lab.sheet().person("omar-al-rashid").unwrap().clone();
    let login = maria.person.login.clone();
    for (status, protects) in [("Active", false), ("Bypass", true), ("Disabled", true)] {
        lab.duo.change(&maria.duo_user, |person| {
            person.groups = vec![GroupOf {
                id: "DG0123456789ABCDEFGH".into(),
                name: "Night shift".into(),
                status: status.into(),
            }];
        });
        let told = asked(&lab, "lost-phone", &login).await;
        let words = if protects {
            "DG0123456789ABCDEFGH, which is not active"
        } else {
            "made"
        };
        assert!(told.contains(words), "{status}: {told}");
        assert!(!told.contains("Night"), "{told}");
    }
    lab.duo.change(&maria.duo_user, |person| person.groups.clear());
    // A directory is the master: what Doorward does at Duo is open to such a user all the same.
    lab.duo.change(&maria.duo_user, |person| person.synchronised = true);
    assert_eq!(asked(&lab, "lost-phone", &login).await, "made");
    lab.duo
        .change(&omar.duo_user, |person| person.email = Some(login.clone()));
    let told = asked(&lab, "lost-phone", &login).await;
    assert!(told.contains("ambiguous_account") && told.contains("duo"), "{told}");
    lab.duo.change(&omar.duo_user, |person| person.email = None);
    lab.duo.change(&maria.duo_user, |person| {
        (person.username, person.email) = ("m.silva".into(), None);
    });
    let told = asked(&lab, "lost-phone", &login).await;
    assert!(told.contains("unknown_account") && told.contains("duo"), "{told}");
    lab.stop().await;
}

/// The user changes between the link and the act: status, whether a directory is the master, the end, what staff read.
const MEANWHILE: [(&str, bool, &str, &str); 9] = [
    ("active", false, "ready", ""),
    ("active", true, "ready", ""),
    (
        "locked out",
        false,
        "stuck",
        "it is locked out, and what it would be given does not help: unlock it first",
    ),
    ("locked out", true, "stuck", "unlock it first"),
    (
        "bypass",
        false,
        "refused",
        "its status is `bypass`, which somebody decided",
    ),
    (
        "disabled",
        false,
        "refused",
        "its status is `disabled`, which somebody decided",
    ),
    (
        "disabled",
        true,
        "refused",
        "its status is `disabled`, which somebody decided",
    ),
    (
        "pending deletion",
        false,
        "refused",
        "its status is `pending deletion`, which somebody decided",
    ),
    // A word that came later than our list.
    (
        "hibernated",
        false,
        "refused",
        "its status is not told, or not known to Doorward",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_at_duo_that_changes_meanwhile_leads_to_its_own_end_and_to_no_words_for_the_person() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    // How a refusal looks that has nothing to do with Duo.
    let mut walk = agreed(&lab, "lost-phone").await;
    lab.okta_accounts
        .change(&maria.okta_user, |person| person.status = "SUSPENDED".into());
    let (state, page) = end(&lab, &mut walk).await;
    assert_eq!(state, "refused");
    lab.okta_accounts
        .change(&maria.okta_user, |person| person.status = "ACTIVE".into());
    let (mut refused, mut stuck) = (vec![page], Vec::new());

    for (status, synchronised, state, words) in MEANWHILE {
        let what = format!("{status}, synchronised: {synchronised}");
        let mut walk = agreed(&lab, "lost-phone").await;
        lab.duo.change(&maria.duo_user, |person| {
            (person.status, person.synchronised) = (status.into(), synchronised);
        });
        let resets = || {
            let all = lab.okta_accounts.accounts();
            all.iter()
                .find(|one| one.id == maria.okta_user)
                .unwrap()
                .count("reset_factors")
        };
        let before = (user(&lab, &maria.duo_user), resets());
        let (found, page) = end(&lab, &mut walk).await;
        let (case, events) = record(&lab).await;
        assert_eq!(found, state, "{what}: {case} {events}");
        assert!(events.contains(words), "{what}: {events}");
        if state == "ready" {
            assert_eq!(
                user(&lab, &maria.duo_user).codes.len(),
                before.0.codes.len() + 1,
                "{what}"
            );
        } else {
            assert_eq!(
                before,
                (user(&lab, &maria.duo_user), resets()),
                "{what}: something was done"
            );
            assert!(TELLING.iter().all(|word| !page.contains(word)), "{what}: {page}");
            if state == "refused" {
                assert_eq!(case["end"]["refusal"], "protected_account", "{what}: {case}");
                refused.push(page);
            } else {
                stuck.push(page);
            }
        }
        lab.duo.change(&maria.duo_user, |person| {
            (person.status, person.synchronised) = ("active".into(), false);
        });
    }
    for pages in [refused, stuck] {
        assert!(
            pages.windows(2).all(|two| two[0] == two[1]),
            "the person can tell the causes apart: {pages:?}"
        );
    }
    lab.stop().await;
}

/// The lab's settings with an act at Duo before the one at the end of a plan.
fn preceded(text: &str, act: &str, first: &str) -> String {
    let plan = format!("[[purpose.plan]]\nconnector = \"duo\"\naction = \"{act}\"");
    let changed = text.replace(
        &plan,
        &format!("[[purpose.plan]]\nconnector = \"duo\"\n{first}\n\n{plan}"),
    );
    assert_ne!(changed, text);
    changed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_user_is_unlocked_by_a_plan_that_says_so_unless_a_directory_is_the_master() {
    let lab = lab(Database::Sqlite, |text| {
        preceded(&text, "bypass_code", "action = \"unlock\"")
    })
    .await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let login = maria.person.login.clone();
    for (synchronised, state) in [(false, "ready"), (true, "stuck")] {
        lab.duo.change(&maria.duo_user, |person| {
            (person.status, person.synchronised) = ("locked out".into(), synchronised);
        });
        let rehearsed = doorward(&lab, &["plan", "--purpose", "lost-phone", "--account", &login]);
        let told = said(&rehearsed);
        assert!(
            rehearsed.status.success() && told.contains("after the step before") && told.contains("unlock it first"),
            "{told}"
        );
        let before = user(&lab, &maria.duo_user);
        let mut walk = agreed(&lab, "lost-phone").await;
        let (found, _) = end(&lab, &mut walk).await;
        let (case, events) = record(&lab).await;
        let after = user(&lab, &maria.duo_user);
        assert_eq!(found, state, "synchronised: {synchronised}: {case} {events}");
        if synchronised {
            assert!(events.contains("synchronised from a directory"), "{events}");
            assert_eq!(after.codes_made, before.codes_made);
        } else {
            assert_eq!(
                (after.status.as_str(), after.status_changes),
                ("active", before.status_changes + 1)
            );
            assert_eq!(after.codes_made, before.codes_made + 1);
        }
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_takes_the_old_phone_off_first_registers_another() {
    let lab = lab(Database::Sqlite, |text| {
        let first = "action = \"remove_devices\"\nkinds = [\"phone\"]";
        preceded(&text, "enrolment_link", first)
    })
    .await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    assert_eq!(user(&lab, &maria.duo_user).devices.len(), 1);
    let mut walk = agreed(&lab, "duo-first-phone").await;
    let (found, _) = end(&lab, &mut walk).await;
    let (case, events) = record(&lab).await;
    assert_eq!(found, "ready", "{case} {events}");
    let after = user(&lab, &maria.duo_user);
    assert_eq!((after.devices.len(), after.links), (0, 1));
    lab.stop().await;
}

fn refusal(code: u32) -> Value {
    // Names of people are in the vendor's texts at times, and never in ours.
    json!({"stat": "FAIL", "code": code, "message": "Maria Silva as told by the vendor", "message_detail": "Maria Silva"})
}

/// At the call that makes the code.
fn making(rule: Rule) -> Rule {
    Rule {
        method: Some("POST".into()),
        path: Some("/bypass_codes".into()),
        ..rule
    }
}

/// The codes of Duo, at the call that makes the code: the status they come with, the end, what staff read.
const CODED: [(u16, u32, &str, &str); 16] = [
    (400, 40_001, "ready", "did not take the request (40001)"),
    (400, 40_002, "stuck", "does not give this user a bypass code (40002)"),
    (400, 40_003, "ready", "did not take the request (40003)"),
    (401, 40_101, "stuck", "found no credentials in the request (40101)"),
    (401, 40_102, "stuck", "does not know the integration key (40102)"),
    (401, 40_103, "stuck", "does not take the signature (40103)"),
    (401, 40_199, "stuck", "refuses the application (40199)"),
    (403, 40_301, "stuck", "Duo forbids it (40301)"),
    (403, 40_399, "stuck", "refuses the application (40399)"),
    (404, 40_401, "stuck", "does not know it (40401)"),
    (404, 40_499, "stuck", "does not know it (40499)"),
    (405, 40_501, "ready", "did not take the request (40501)"),
    (429, 42_901, "ready", "slow down"),
    (500, 50_001, "ready", "trouble of its own (50001)"),
    (503, 50_301, "ready", "trouble of its own (50301)"),
    // The code counts, whatever the status says.
    (200, 40_301, "stuck", "Duo forbids it (40301)"),
];

/// How Duo fails at that call, and what comes of it: the page, how many codes were made, words for staff.
fn failures() -> Vec<(String, Rule, &'static str, u64, &'static str)> {
    let coded = |(status, code, state, words)| {
        let rule = Rule {
            status: Some(status),
            body: Some(refusal(code)),
            ..Rule::default()
        };
        let made = u64::from(state == "ready");
        (format!("{code} in a {status}"), making(rule), state, made, words)
    };
    let without_code = Rule {
        status: Some(403),
        ..Rule::default()
    };
    let cut = |cut| Rule {
        cut: Some(cut),
        ..Rule::default()
    };
    let malformed = Rule {
        malformed: true,
        ..Rule::default()
    };
    let others = [
        (
            "a 403 of somebody else's",
            without_code,
            "stuck",
            0,
            "refuses the application (403)",
        ),
        ("cut before", cut(Cut::Before), "ready", 1, ""),
        // The one that nobody has is deleted, and another made.
        ("cut after", cut(Cut::After), "ready", 2, ""),
        ("malformed", malformed, "ready", 1, ""),
    ];
    let others = others.map(|(name, rule, state, made, words)| (name.to_owned(), making(rule), state, made, words));
    CODED.map(coded).into_iter().chain(others).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_duo_fails_with_the_case_ends_well_or_waits_for_an_operator() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let mut stuck = Vec::new();
    for (name, rule, state, made, words) in failures() {
        let before = user(&lab, &maria.duo_user);
        let since = |lab: &Lab| {
            let now = user(lab, &maria.duo_user);
            (now.codes_made - before.codes_made, now.codes.len() - before.codes.len())
        };
        let mut walk = agreed(&lab, "lost-phone").await;
        lab.duo.fake().misbehave(rule);
        let (mut found, page) = end(&lab, &mut walk).await;
        if state == "ready" {
            walk.look_until("ready")
                .await
                .unwrap_or_else(|fault| panic!("{name}: {fault}"));
            found = walk.state().unwrap();
        }
        let (case, events) = record(&lab).await;
        assert_eq!(found, state, "{name}: {case} {events}");
        assert!(events.contains(words), "{name}: {events}");
        assert!(!events.contains("Silva"), "{name}: a name in the record: {events}");
        lab.duo.fake().behave();
        if state == "stuck" {
            assert_eq!(since(&lab), (0, 0), "{name}: {events}");
            assert!(
                case["plan"][1]["why"].as_str().unwrap().contains(words),
                "{name}: {case}"
            );
            stuck.push(page);
            // What stopped it is mended, and the operator lets it go on.
            let id = case["id"].as_str().unwrap();
            lab.api().post(&format!("cases/{id}/resume"), &json!({})).await.unwrap();
            walk.look_until("ready")
                .await
                .unwrap_or_else(|fault| panic!("{name}, resumed: {fault}"));
            assert_eq!(since(&lab), (1, 1), "{name}");
        } else {
            assert_eq!(since(&lab), (made, 1), "{name}: {events}");
        }
    }
    assert!(
        stuck.windows(2).all(|two| two[0] == two[1]),
        "the person can tell the causes apart: {stuck:?}"
    );
    assert!(TELLING.iter().all(|word| !stuck[0].contains(word)), "{}", stuck[0]);
    lab.stop().await;
}

/// How Duo fails at the first thing it is asked, and what staff who want a link are told.
const AT_THE_DOOR: [(u16, u32, &str); 9] = [
    (400, 40_001, "did not take the request (40001)"),
    (401, 40_101, "vendor-refused"),
    (401, 40_102, "compare key and API host"),
    (401, 40_103, "does not take the signature (40103)"),
    (403, 40_301, "a permission is not granted"),
    (404, 40_401, "does not know it (40401)"),
    (429, 42_901, "vendor-unreachable"),
    (500, 50_001, "vendor-unreachable"),
    (503, 50_301, "trouble of its own (50301)"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_who_want_a_link_are_told_what_duo_answers_and_nothing_is_changed() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let before = lab.duo.users();
    for (status, code, words) in AT_THE_DOOR {
        lab.duo.fake().misbehave(Rule {
            path: Some("/admin/v1/users".into()),
            times: Some(0),
            status: Some(status),
            body: Some(refusal(code)),
            ..Rule::default()
        });
        let told = asked(&lab, "lost-phone", &maria.person.login).await;
        lab.duo.fake().behave();
        assert!(told.contains(words), "{code}: {told}");
        assert!(!told.contains("Silva"), "{code}: {told}");
    }
    assert_eq!(lab.duo.users(), before);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_of_duo_taken_away_meanwhile_is_waited_for_and_nothing_is_done_without_it() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let maria = lab.sheet().person("maria-silva").unwrap().clone();
    let mut walk = agreed(&lab, "lost-phone").await;
    let before = user(&lab, &maria.duo_user);
    lab.duo.permit(Permissions {
        read: false,
        write: false,
        ..Permissions::default()
    });
    // Nothing is done anywhere until the person is back, so they come back while somebody mends it.
    let mend = async {
        let told = waiting(&lab).await;
        assert!(told.contains("Duo forbids it (40301)"), "{told}");
        assert_eq!(user(&lab, &maria.duo_user), before, "something was done");
        lab.duo.permit(Permissions::default());
    };
    let ((state, _), ()) = tokio::join!(end(&lab, &mut walk), mend);
    assert_eq!(state, "ready");
    assert_eq!(user(&lab, &maria.duo_user).codes_made, before.codes_made + 1);
    lab.stop().await;
}

/// What the newest case waits for, once it does.
async fn waiting(lab: &Lab) -> String {
    let waits = async {
        loop {
            let (case, events) = record(lab).await;
            if !case["waiting_for_vendor"].is_null() || case["stage"] == "closed" {
                return format!("{case} {events}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(60), waits).await;
    waited.expect("the case waits for Duo")
}
