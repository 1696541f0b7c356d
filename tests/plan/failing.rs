//! What cannot be done: the plan stops, or goes on without it, and an operator mends it.

use doorward_contract::{Condition, Sent, VendorError};

use super::*;

async fn a_plan_goes_on_without_what_it_can_do_without_and_an_operator_has_it_done_later(base: Base) {
    let plan = vec![
        spare("third", Action::RevokeSessions),
        act("home", Action::TemporaryPassword),
        spare("second", CODE),
    ];
    let trial = Trial::of(&base, plan).await;
    trial.third.refuse("revoke_sessions");
    trial.second.behave(|manners| manners.there = There::Unknown);
    let case = trial.until_stage(Stage::Ready).await;
    assert_eq!(states(&case), ["failed", "done", "failed"]);
    assert_eq!(trial.reveal().await.len(), 1, "the pass that there is");
    let case = trial.case().await;
    assert_eq!(ended(&case), Some(&End::Recovered));
    let failed: Vec<bool> = trial
        .facts()
        .await
        .iter()
        .filter_map(|fact| match fact {
            Fact::StepFailed { goes_on, .. } => Some(*goes_on),
            _ => None,
        })
        .collect();
    assert_eq!(failed, [true, true]);

    trial.third.behave(|manners| manners.refused.clear());
    trial.second.behave(|manners| manners.there = There::Usual);
    trial.flow().retry(case, "agent").await.unwrap();
    let case = trial.until_stage(Stage::Ready).await;
    assert_eq!(states(&case), ["done"; 3]);
    assert_eq!(
        trial.home.count("temporary_password"),
        1,
        "what was done is not done again"
    );
    assert_eq!(trial.reveal().await, ["second-code-1"], "the new pass alone");
    let case = trial.case().await;
    assert_eq!(ended(&case), Some(&End::Recovered));
    assert!(
        trial.flow().retry(case, "agent").await.is_err(),
        "nothing is left to be done"
    );
}

async fn what_hands_out_a_pass_is_not_done_again_for_a_browser_that_is_forgotten(base: Base) {
    let plan = vec![
        act("home", Action::TemporaryPassword),
        spare("third", Action::RevokeSessions),
        spare("second", CODE),
    ];
    let mut trial = Trial::of(&base, plan).await;
    trial.purpose.keep_personal = Duration::from_secs(30 * 24 * 3600);
    trial.third.refuse("revoke_sessions");
    trial.second.refuse("bypass_code");
    trial.until_stage(Stage::Ready).await;
    trial.reveal().await;
    trial.third.behave(|manners| manners.refused.clear());
    trial.second.behave(|manners| manners.refused.clear());
    trial.clock.forward(Duration::from_secs(51 * 3600));
    trial.flow().retry(trial.case().await, "agent").await.unwrap();
    let case = trial.until_stage(Stage::Closed).await;
    assert_eq!(states(&case), ["done", "done", "failed"]);
    assert_eq!(trial.second.count("bypass_code"), 0);
}

async fn a_vendor_that_is_away_is_waited_for_only_as_long_as_the_plan_can_do_without_it(base: Base) {
    let plan = || vec![spare("second", Action::Suspend), act("home", Action::TemporaryPassword)];
    let brief = Trial::of(&base, plan()).await;
    brief.second.behave(|manners| manners.away = 2);
    let case = brief.until_stage(Stage::Ready).await;
    assert_eq!(states(&case), ["done", "done"]);
    brief.reveal().await;

    let long = Trial::of(&base, plan()).await;
    long.second.behave(|manners| manners.away = u32::MAX);
    let case = long.until_stage(Stage::Ready).await;
    assert_eq!(states(&case), ["failed", "done"]);
    assert!(
        case.changed_at.since(NOW) < Duration::from_secs(300),
        "the person waits in front of the page: {:?}",
        case.changed_at.since(NOW)
    );
    long.reveal().await;
}

async fn an_account_that_is_protected_at_any_vendor_is_not_touched_at_any(base: Base) {
    let plan = vec![act("home", Action::TemporaryPassword), spare("second", Action::Suspend)];
    let trial = Trial::of(&base, plan).await;
    trial.second.behave(|manners| manners.there = There::Protected);
    let case = trial.until_stage(Stage::Closed).await;
    assert!(matches!(ended(&case), Some(End::Refused { .. })), "{:?}", case.end);
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    let told = trial.facts().await.into_iter().any(|fact| {
        matches!(fact, Fact::AccountElsewhere { connector, result, reasons, .. }
            if connector == "second" && result == "protected" && reasons == ["holds a role"])
    });
    assert!(told);
}

async fn the_last_hope_of_a_pass_is_not_gone_on_without(base: Base) {
    let plan = vec![spare("home", Action::TemporaryPassword), spare("second", CODE)];
    let trial = Trial::of(&base, plan).await;
    trial.home.refuse("temporary_password");
    trial.second.behave(|manners| manners.there = There::Disabled);
    let case = trial.until_stage(Stage::Stuck).await;
    assert_eq!(states(&case), ["failed", "failed"]);
    trial.second.behave(|manners| manners.there = There::Usual);
    trial.flow().resume(case, "agent").await.unwrap();
    let case = trial.until_stage(Stage::Ready).await;
    assert_eq!(states(&case), ["failed", "done"]);
    trial.reveal().await;
}

async fn whether_the_person_can_sign_in_is_told_to_staff_and_keeps_nobody_from_the_pass(base: Base) {
    let plan = || vec![act("home", Action::TemporaryPassword), act("second", CODE)];
    let trial = Trial::of(&base, plan()).await;
    trial.home.behave(|manners| {
        manners.condition = Some(Ok(Condition {
            usable: false,
            notes: vec!["locked".to_owned()],
        }));
    });
    trial.second.behave(|manners| {
        manners.condition = Some(Err(VendorError::Unreachable {
            sent: Sent::No,
            why: "nobody there".to_owned(),
        }));
    });
    let case = trial.until_stage(Stage::Ready).await;
    let told: Vec<(&str, Option<bool>)> = case
        .conditions
        .iter()
        .map(|told| (told.connector.as_str(), told.usable))
        .collect();
    assert_eq!(told, [("home", Some(false)), ("second", None)]);
    let asked = trial.world.log();
    let asked = asked.iter().filter(|line| *line == "second condition").count();
    assert_eq!(asked, 3);
    assert_eq!(trial.reveal().await.len(), 2);
}

on_both! {
    a_plan_goes_on_without_what_it_can_do_without_and_an_operator_has_it_done_later
    what_hands_out_a_pass_is_not_done_again_for_a_browser_that_is_forgotten
    a_vendor_that_is_away_is_waited_for_only_as_long_as_the_plan_can_do_without_it
    an_account_that_is_protected_at_any_vendor_is_not_touched_at_any
    the_last_hope_of_a_pass_is_not_gone_on_without
    whether_the_person_can_sign_in_is_told_to_staff_and_keeps_nobody_from_the_pass
}
