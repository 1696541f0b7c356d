//! `kill -9` at every stage, and between any two calls to a vendor: one password set, one pass shown, none lost.
//!
//! Each trial makes a vendor hold an answer back, waits until the vendor has been asked, kills Doorward there, starts it again, and
//! walks on as a person would who finds the page gone and opens it again.

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::fake::{Cut, Fake, Rule};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};
use tokio::time::timeout;

use super::several::planned;
use super::{lab, walk};

/// Which vendor is held.
#[derive(Clone, Copy, Debug)]
enum Vendor {
    Persona,
    Entra,
}

/// A call at which Doorward dies.
struct At {
    name: &'static str,
    vendor: Vendor,
    method: &'static str,
    path: &'static str,
    /// Whether the vendor has carried it out, and only the answer is lost.
    carried_out: bool,
    /// Fitting calls that pass before.
    after: u32,
}

const fn at(name: &'static str, vendor: Vendor, method: &'static str, path: &'static str) -> At {
    At {
        name,
        vendor,
        method,
        path,
        carried_out: false,
        after: 0,
    }
}

/// Every kind of call that a recovery makes, before and after it was carried out.
const CALLS: [At; 12] = [
    at("finding the account", Vendor::Entra, "GET", "/v1.0/users"),
    at("asking for roles", Vendor::Entra, "GET", "roleAssignments"),
    at("creating the inquiry", Vendor::Persona, "POST", "/inquiries"),
    At {
        carried_out: true,
        ..at("creating the inquiry, made", Vendor::Persona, "POST", "/inquiries")
    },
    at("reading the proof", Vendor::Persona, "GET", "/inquiries/"),
    At {
        after: 1,
        ..at("finding the account again", Vendor::Entra, "GET", "ownedObjects")
    },
    at("ending sessions", Vendor::Entra, "POST", "revokeSignInSessions"),
    At {
        carried_out: true,
        ..at("ending sessions, ended", Vendor::Entra, "POST", "revokeSignInSessions")
    },
    at("setting the password", Vendor::Entra, "PATCH", "/users/"),
    At {
        carried_out: true,
        ..at("setting the password, set", Vendor::Entra, "PATCH", "/users/")
    },
    at("redacting the inquiry", Vendor::Persona, "DELETE", "/inquiries/"),
    At {
        carried_out: true,
        ..at(
            "redacting the inquiry, redacted",
            Vendor::Persona,
            "DELETE",
            "/inquiries/",
        )
    },
];

fn fake(lab: &Lab, vendor: Vendor) -> &Arc<Fake> {
    match vendor {
        Vendor::Persona => lab.persona.fake(),
        Vendor::Entra => lab.entra.fake(),
    }
}

/// Holds the call, and dies when it has been asked. Everything waits at most a minute.
async fn die(lab: &Lab, call: &At) {
    let fake = fake(lab, call.vendor);
    let asked = async {
        while !fake.rules().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if call.carried_out {
            // The rule is used up when the call arrives; it is carried out when the log has it.
            while !fake
                .lines()
                .iter()
                .any(|line| line.starts_with(call.method) && line.contains(call.path))
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    timeout(Duration::from_secs(60), asked)
        .await
        .unwrap_or_else(|_| panic!("{}: never asked\n{}", call.name, lab.gateway_log()));
    lab.kill_gateway().await;
    fake.behave();
    lab.start_gateway().await.unwrap();
}

fn rule(call: &At) -> Rule {
    Rule {
        method: Some(call.method.to_owned()),
        path: Some(call.path.to_owned()),
        after: call.after,
        times: Some(1),
        // Held until Doorward is dead; then nobody waits for it any more and it is not carried out.
        delay_ms: if call.carried_out { 0 } else { 60_000 },
        cut: call.carried_out.then_some(Cut::After),
        ..Rule::default()
    }
}

/// Goes on from wherever the person is, until the pass is there.
async fn go_on(walk: &mut Walk, proven: &mut bool) {
    let maria = walk.person("maria-silva").unwrap();
    // Bounded by what the case itself allows, not by this test's patience.
    for _ in 0..600 {
        walk.look().await.unwrap();
        match walk.state().unwrap().as_str() {
            "consent" => walk.agree().await.unwrap(),
            "visit" if *proven => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            "visit" => walk.at_persona().await.unwrap(),
            "ready" => return,
            other => panic!("the case is at {other}"),
        }
        walk.prove(&maria, "pass").await.unwrap();
        *proven = true;
        // The way back may lead to nobody: then the page is opened again.
        let _back = walk.come_back().await;
    }
    panic!("the case never came to its pass");
}

async fn dies_and_goes_on(database: Database, call: &At, settings: fn(String) -> String) {
    let lab = lab(database, settings).await;
    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    let ends_after_the_pass = call.method == "DELETE";
    if !ends_after_the_pass {
        fake(&lab, call.vendor).misbehave(rule(call));
    }
    let mut proven = false;
    let first = async {
        // Whatever step the death comes at, the person only sees that the page is gone.
        walk.enter_portal(&maria.person.login).await?;
        walk.agree().await?;
        walk.prove(&maria, "pass").await?;
        walk.come_back().await
    };
    if ends_after_the_pass {
        first.await.unwrap();
        proven = true;
    } else {
        let (_whatever, ()) = tokio::join!(first, die(&lab, call));
        proven |= lab
            .persona
            .fake()
            .lines()
            .iter()
            .any(|line| line.contains("POST /verify/outcome"));
    }
    go_on(&mut walk, &mut proven).await;
    if ends_after_the_pass {
        fake(&lab, call.vendor).misbehave(rule(call));
    }
    let (secret, sign_in) = walk.take_pass().await.unwrap();
    if ends_after_the_pass {
        die(&lab, call).await;
    }
    back_in_once(&lab, &mut walk, (&secret, &sign_in), call.name).await;
    lab.stop().await;
}

/// The person is back in, everything happened once, and the record holds.
async fn back_in_once(lab: &Lab, walk: &mut Walk, (secret, sign_in): (&str, &url::Url), name: &str) {
    let maria = walk.person("maria-silva").unwrap();
    walk.sign_in_with_password(&maria, secret, sign_in).await.unwrap();
    let account = lab
        .entra
        .accounts()
        .into_iter()
        .find(|account| account.upn == maria.person.login)
        .unwrap();
    // One set by Doorward, one chosen by the person at the sign-in.
    assert_eq!(account.password_sets, 1, "{}: passwords set\n{}", name, told(lab).await);
    assert!(account.sessions_revoked >= 1, "{name}: sessions ended");
    // A pass whose answer was lost is made void before another is made.
    assert_eq!(
        account.taps.len(),
        usize::from(account.tap_creates > 0),
        "{name}: passes"
    );
    forgotten(lab, name).await;
    let verified = std::process::Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["audit", "verify", "--config"])
        .arg(lab.folder().join("doorward.toml"))
        .output()
        .unwrap();
    assert!(
        verified.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&verified.stderr)
    );
}

/// What is written down of the newest case, for whoever has to find out what went wrong.
async fn told(lab: &Lab) -> String {
    let cases = lab.api().get("cases").await.unwrap();
    let id = cases["cases"][0]["id"].as_str().unwrap().to_owned();
    let events = lab.api().get(&format!("cases/{id}/events")).await.unwrap();
    let lines: Vec<String> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    format!("{}\n{}", lines.join("\n"), lab.gateway_log())
}

/// The verifier forgets in the end, whatever happened on the way.
async fn forgotten(lab: &Lab, name: &str) {
    let confirmed = async {
        loop {
            let cases = lab.api().get("cases").await.unwrap();
            let attempts = cases["cases"][0]["attempts"].as_array().unwrap().clone();
            if attempts.iter().all(|attempt| attempt["forgotten"] == true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(60), confirmed)
        .await
        .unwrap_or_else(|_| panic!("{name}: the verifier never forgot\n{}", lab.gateway_log()));
}

/// Some at a time: two cores, and each trial runs three servers.
async fn all(databases: fn() -> Database, calls: &'static [At], settings: fn(String) -> String) {
    let mut running = tokio::task::JoinSet::new();
    for call in calls {
        if running.len() >= 3 {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(dies_and_goes_on(databases(), call, settings));
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_any_call_loses_nothing_and_does_nothing_twice_on_sqlite() {
    all(|| Database::Sqlite, &CALLS, |text| text).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_any_call_loses_nothing_and_does_nothing_twice_on_postgresql() {
    all(|| Database::Postgres, &CALLS[6..10], |text| text).await;
}

/// Every call of a plan over three connectors that changes something, before and after it was carried out.
const ACTS: [At; 6] = [
    at("setting the password", Vendor::Entra, "PATCH", "/users/"),
    At {
        carried_out: true,
        ..at("setting the password, set", Vendor::Entra, "PATCH", "/users/")
    },
    at("ending sessions", Vendor::Entra, "POST", "revokeSignInSessions"),
    At {
        carried_out: true,
        ..at("ending sessions, ended", Vendor::Entra, "POST", "revokeSignInSessions")
    },
    at("issuing a pass", Vendor::Entra, "POST", "temporaryAccessPassMethods"),
    At {
        carried_out: true,
        ..at(
            "issuing a pass, issued",
            Vendor::Entra,
            "POST",
            "temporaryAccessPassMethods",
        )
    },
];

/// Three connectors, each with an act of its own. Two more connectors to the lab's tenant stand in for other vendors.
fn over_three(text: &str) -> String {
    let plan = r#"
        [[purpose.plan]]
        connector = "entra-three"
        action = "temporary_password"
        [[purpose.plan]]
        connector = "entra-two"
        action = "revoke_sessions"
        [[purpose.plan]]
        connector = "entra"
        action = "temporary_access_pass"
    "#;
    planned(text, &["entra-two", "entra-three"], plan)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_any_act_of_a_plan_over_three_connectors_does_each_once_on_sqlite() {
    all(|| Database::Sqlite, &ACTS, |text| over_three(&text)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_any_act_of_a_plan_over_three_connectors_does_each_once_on_postgresql() {
    all(|| Database::Postgres, &ACTS, |text| over_three(&text)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_between_any_two_pages_changes_nothing_for_the_person() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let mut walk = walk(&lab);
    let maria = walk.person("maria-silva").unwrap();
    let again = async || {
        lab.kill_gateway().await;
        lab.start_gateway().await.unwrap();
    };
    walk.enter_portal(&maria.person.login).await.unwrap();
    again().await;
    walk.agree().await.unwrap();
    again().await;
    walk.prove(&maria, "pass").await.unwrap();
    again().await;
    walk.come_back().await.unwrap();
    walk.expect("ready").unwrap();
    again().await;
    let (secret, sign_in) = walk.take_pass().await.unwrap();
    again().await;
    walk.look().await.unwrap();
    walk.expect("done").unwrap();
    walk.sign_in_with_password(&maria, &secret, &sign_in).await.unwrap();
    lab.stop().await;
}
