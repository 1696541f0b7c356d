//! A rehearsal reads, and changes nothing anywhere.

use super::*;

fn plan() -> Vec<Act> {
    vec![
        spare("third", Action::RevokeSessions),
        act("second", CODE),
        act("home", Action::TemporaryPassword),
    ]
}

async fn a_rehearsal_reads_and_changes_nothing(base: Base) {
    let trial = Trial::of(&base, plan()).await;
    trial.home.refuse("temporary_password");
    let before = (trial.case().await, trial.facts().await);
    let by_login = trial.flow().rehearse("recover", LOGIN).await.unwrap();
    let of_case = trial.flow().rehearse_case(&before.0).await.unwrap();
    assert_eq!((trial.case().await, trial.facts().await), before);
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    for rehearsal in [by_login, of_case] {
        let told: Vec<_> = rehearsal
            .accounts
            .iter()
            .map(|place| (place.connector.as_str(), place.result.as_str()))
            .collect();
        assert_eq!(told, [("home", "found"), ("second", "found")]);
        let fits: Vec<_> = rehearsal.steps.iter().map(|step| step.fits).collect();
        assert_eq!(fits, [Some(true), Some(true), Some(false)]);
        assert!(
            rehearsal.steps[2]
                .why
                .as_ref()
                .unwrap()
                .contains("the right is missing")
        );
        let clamped = Action::BypassCode {
            lifetime_minutes: Some(10),
        };
        assert_eq!(rehearsal.steps[1].action, clamped, "as the vendor allows it");
        assert_eq!(rehearsal.steps[1].notes, ["clamped"]);
        assert!(!rehearsal.is_clear());
        let undo: Vec<_> = rehearsal
            .steps
            .iter()
            .map(|step| step.undo.as_ref().unwrap().possible)
            .collect();
        assert_eq!(undo, [false, true, false]);
        let text = serde_json::to_string(&rehearsal).unwrap();
        assert!(
            !text.contains("Password-0"),
            "a secret chosen on the way is dropped: {text}"
        );
    }
}

async fn a_rehearsal_of_a_case_half_way_says_what_is_done(base: Base) {
    let trial = Trial::of(&base, plan()).await;
    trial.home.refuse("temporary_password");
    let case = trial.until_stage(Stage::Stuck).await;
    trial.home.behave(|manners| manners.refused.clear());
    trial.world.forget_log();
    let found = trial
        .flow()
        .case_named(&case.number.to_lowercase())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found, case);
    let rehearsal = trial.flow().rehearse_case(&case).await.unwrap();
    let fits: Vec<_> = rehearsal.steps.iter().map(|step| step.fits).collect();
    assert_eq!(fits, [None, None, Some(true)]);
    assert!(rehearsal.is_clear());
    assert!(rehearsal.steps[0].done.as_ref().unwrap().is_done());
    assert_eq!(trial.world.writes(), Vec::<String>::new());
}

async fn a_rehearsal_says_where_an_account_is_missing_or_protected(base: Base) {
    let trial = Trial::of(&base, plan()).await;
    trial.second.behave(|manners| manners.there = There::Unknown);
    let rehearsal = trial.flow().rehearse("recover", LOGIN).await.unwrap();
    assert_eq!(rehearsal.accounts[1].result, "unknown");
    assert_eq!(rehearsal.steps[1].fits, Some(false));
    trial.home.behave(|manners| manners.there = There::Protected);
    let rehearsal = trial.flow().rehearse("recover", LOGIN).await.unwrap();
    assert_eq!(rehearsal.accounts[0].result, "protected");
    assert_eq!(rehearsal.accounts[0].reasons, ["holds a role"]);
    assert!(rehearsal.steps.iter().all(|step| step.fits == Some(false)));
    let nobody = trial.flow().rehearse("recover", "nobody@example.com").await.unwrap();
    assert_eq!(nobody.accounts[0].result, "unknown");
}

on_both! {
    a_rehearsal_reads_and_changes_nothing
    a_rehearsal_of_a_case_half_way_says_what_is_done
    a_rehearsal_says_where_an_account_is_missing_or_protected
}
