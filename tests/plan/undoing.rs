//! What was done is taken back, last step first, whatever happens on the way.

use doorward::flow::Error;

use super::*;

/// Everything is done but the last step, which no vendor lets us do.
async fn stuck(base: &Base) -> Trial {
    let plan = vec![
        act("second", CODE),
        act("third", Action::RevokeSessions),
        act("second", Action::Suspend),
        act("home", Action::TemporaryPassword),
    ];
    let trial = Trial::of(base, plan).await;
    trial.home.refuse("temporary_password");
    let case = trial.until_stage(Stage::Stuck).await;
    assert_eq!(states(&case), ["done", "done", "done", "failed"]);
    trial.world.forget_log();
    trial
}

fn settled(case: &Case) -> bool {
    case.stage == Stage::Closed && !states(case).contains(&"undoing")
}

async fn taken_back(trial: &Trial, what: &str) {
    let case = trial.case().await;
    assert_eq!(states(&case), ["undone", "done", "undone", "failed"], "{what}");
    assert_eq!(ended(&case), Some(&End::Undone), "{what}");
    let held = trial.second.held.lock().unwrap();
    assert!(held.codes.is_empty() && !held.suspended, "{what}");
    assert!(case.passes.is_empty(), "{what}: nobody is shown what is void");
}

async fn what_was_done_is_taken_back_in_reverse_and_what_stays_is_told(base: Base) {
    let trial = stuck(&base).await;
    let case = trial.flow().undo(trial.case().await, "agent").await.unwrap();
    assert_eq!(
        states(&case),
        ["undoing", "done", "undoing", "failed"],
        "written before a vendor is asked"
    );
    assert_eq!(trial.world.writes(), Vec::<String>::new());
    trial.until(settled).await;
    assert_eq!(trial.world.writes(), ["second undo suspend", "second undo bypass_code"]);
    taken_back(&trial, "undone").await;
    let lasting = trial.facts().await.into_iter().find_map(|fact| match fact {
        Fact::UndoOrdered {
            operator,
            steps,
            lasting,
        } => Some((operator, steps.len(), lasting)),
        _ => None,
    });
    let (operator, steps, lasting) = lasting.unwrap();
    assert_eq!((operator.as_str(), steps, lasting.len()), ("agent", 2, 1));
    assert!(
        lasting[0].contains("revoke_sessions: what was replaced is gone"),
        "{lasting:?}"
    );
    let again = trial.flow().undo(trial.case().await, "agent").await;
    assert!(matches!(again, Err(Error::Lasting(why)) if why.len() == 1));
}

async fn dying_at_any_call_takes_everything_back(base: Base) {
    let whole = stuck(&base).await;
    whole.flow().undo(whole.case().await, "agent").await.unwrap();
    whole.until(settled).await;
    let calls = whole.world.log();
    assert_eq!(calls.len(), 2, "{calls:?}");
    for at in 1..=calls.len() {
        for carried_out in [false, true] {
            let what = format!("dying at {}, carried out: {carried_out}", calls[at - 1]);
            let trial = stuck(&base).await;
            trial.flow().undo(trial.case().await, "agent").await.unwrap();
            trial.world.die_at(at, carried_out);
            trial.until(settled).await;
            assert!(trial.world.has_died(), "{what}");
            taken_back(&trial, &what).await;
        }
    }
}

async fn what_ended_well_can_be_taken_back_until_it_is_forgotten(base: Base) {
    let trial = Trial::of(&base, vec![act("second", CODE)]).await;
    trial.until_stage(Stage::Ready).await;
    assert!(
        matches!(
            trial.flow().undo(trial.case().await, "agent").await,
            Err(Error::Elsewhere)
        ),
        "not while the pass waits"
    );
    trial.reveal().await;
    trial.flow().undo(trial.case().await, "agent").await.unwrap();
    let case = trial.until(settled).await;
    assert_eq!((states(&case), ended(&case)), (vec!["undone"], Some(&End::Undone)));

    let forgotten = Trial::of(&base, vec![act("second", CODE)]).await;
    forgotten.until_stage(Stage::Ready).await;
    forgotten.reveal().await;
    forgotten.clock.forward(Duration::from_secs(25 * 3600));
    let case = forgotten.until(|case| case.erased).await;
    assert!(matches!(
        forgotten.flow().undo(case, "agent").await,
        Err(Error::Elsewhere)
    ));
}

async fn what_a_vendor_does_not_take_back_stays_done_and_may_be_asked_for_again(base: Base) {
    let trial = stuck(&base).await;
    trial.second.behave(|manners| (manners.keeps, manners.away) = (true, 3));
    trial.flow().undo(trial.case().await, "agent").await.unwrap();
    let case = trial.until(settled).await;
    assert_eq!(states(&case), ["done", "done", "done", "failed"]);
    trial.second.behave(|manners| manners.keeps = false);
    trial.flow().undo(case, "agent").await.unwrap();
    trial.until(settled).await;
    taken_back(&trial, "asked for again").await;
}

async fn a_vendor_that_never_answers_keeps_nobody_from_being_forgotten(base: Base) {
    let trial = stuck(&base).await;
    trial.second.behave(|manners| manners.away = u32::MAX);
    trial.flow().undo(trial.case().await, "agent").await.unwrap();
    trial.clock.forward(Duration::from_secs(25 * 3600));
    let case = trial.until(|case| case.erased).await;
    assert_eq!(
        states(&case),
        ["done", "done", "done", "failed"],
        "and it is not said to be gone"
    );
}

on_both! {
    what_was_done_is_taken_back_in_reverse_and_what_stays_is_told
    dying_at_any_call_takes_everything_back
    what_ended_well_can_be_taken_back_until_it_is_forgotten
    what_a_vendor_does_not_take_back_stays_done_and_may_be_asked_for_again
    a_vendor_that_never_answers_keeps_nobody_from_being_forgotten
}
