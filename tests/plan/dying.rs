//! The gateway dies at every call to every vendor, before the call is carried out and after.

use std::collections::BTreeSet;

use super::*;

fn plan() -> Vec<Act> {
    vec![
        act("third", Action::RevokeSessions),
        act("home", Action::TemporaryPassword),
        act("second", CODE),
        spare("second", Action::Suspend),
    ]
}

/// Everything happened once, and both passes are shown, once, and are good.
async fn once(trial: &Trial, what: &str) {
    let case = trial.case().await;
    assert_eq!(states(&case), ["done"; 4], "{what}");
    assert_eq!(trial.third.count("revoke_sessions"), 1, "{what}");
    assert_eq!(trial.home.count("temporary_password"), 1, "{what}");
    assert_eq!(trial.second.count("suspend"), 1, "{what}");
    let password = trial.home.held.lock().unwrap().password.clone().unwrap();
    let codes = trial.second.held.lock().unwrap().codes.clone();
    assert_eq!(codes.len(), 1, "{what}: one code is good");
    let shown = trial.reveal().await;
    assert_eq!(shown.first(), Some(&password), "{what}");
    assert_eq!(shown[1..].iter().cloned().collect::<BTreeSet<_>>(), codes, "{what}");
    assert!(trial.reveal().await.is_empty(), "{what}: a second look");
    let case = trial.case().await;
    assert_eq!(ended(&case), Some(&End::Recovered), "{what}");
    assert_eq!(
        case.conditions.len(),
        3,
        "{what}: every vendor is asked after the last step"
    );
}

async fn dying_at_any_call_does_everything_once(base: Base) {
    let whole = Trial::of(&base, plan()).await;
    whole.until_stage(Stage::Ready).await;
    let calls = whole.world.log();
    once(&whole, "not dying").await;
    assert!(calls.len() > 20, "{calls:?}");
    for (at, call) in calls.iter().enumerate() {
        for carried_out in [false, true] {
            let what = format!("dying at call {} ({call}), carried out: {carried_out}", at + 1);
            let trial = Trial::of(&base, plan()).await;
            trial.world.die_at(at + 1, carried_out);
            trial.until_stage(Stage::Ready).await;
            assert!(trial.world.has_died(), "{what}: did not die");
            once(&trial, &what).await;
        }
    }
}

on_both! { dying_at_any_call_does_everything_once }
