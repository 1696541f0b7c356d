//! What comes next, by tables: every stage with everything that can be recorded of it.

mod bar;
mod check;
mod desk;

use proptest::prelude::*;
use serde_json::json;

use super::Verdict as Told;
use super::plan::{Act, OnFailure, steps};
use super::step::{Step, next};
use super::*;
use crate::crypto::parcel::BrowserKey;
use crate::matching::{Explanation, Preset, Verdict};
use doorward_contract::Action;
use doorward_contract::PassKind;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

/// A case at the very beginning, bound to a browser, with an hour to go.
fn case(stage: Stage) -> Case {
    let (_, address) = BrowserKey::random().unwrap();
    Case {
        id: CaseId::random(),
        version: 1,
        number: "K7QF-3M2P".to_owned(),
        purpose: "recover".to_owned(),
        source: "portal".to_owned(),
        opener: Opener::Person,
        stage,
        opened_at: at(0),
        changed_at: at(0),
        expires_at: at(3600),
        browser: Some(Browser {
            address,
            bound_at: at(0),
        }),
        relayed: false,
        standing: Standing::Open,
        attempts: Vec::new(),
        explanation: None,
        plan: Vec::new(),
        remember_at: None,
        remembered_until: None,
        conditions: Vec::new(),
        passes: Vec::new(),
        waits: 0,
        pass_until: None,
        verdict: None,
        answer_until: None,
        refusal: None,
        end: None,
        ended_at: None,
        trouble: None,
        hold_until: None,
        forget_at: None,
        erase_at: None,
        back_to: None,
        checks: Vec::new(),
        reduced: false,
        // Nobody need agree.
        desk: Box::new(super::desk::Desk {
            quorum: Some(0),
            ..super::desk::Desk::default()
        }),
        erased: false,
        private: Private::default(),
    }
}

fn attempt(started: bool, outcome: Option<Outcome>) -> Attempt {
    Attempt {
        number: 1,
        verifier: "persona".to_owned(),
        subject: SubjectRef("dw-x".to_owned()),
        asked_at: at(0),
        started,
        returned_at: None,
        outcome,
        decided_at: None,
        kind: Kind::Full,
        forgetting: false,
        forgotten: false,
    }
}

fn explained(verdict: Verdict) -> Explanation {
    let mut explanation = crate::matching::compare(
        Preset::Strict,
        &Account {
            id: doorward_contract::AccountId("a".to_owned()),
            login: "a@example.com".to_owned(),
            display_name: None,
            name: doorward_contract::Name::default(),
            birth_date: None,
            enabled: true,
            origin: doorward_contract::Origin::Cloud,
            related_words: Vec::new(),
        },
        &Person::default(),
        0,
    );
    explanation.verdict = verdict;
    explanation
}

fn acting(states: Vec<StepState>) -> Case {
    let mut case = case(Stage::Acting);
    let acts: Vec<Act> = states
        .iter()
        .map(|_| Act {
            connector: "entra".to_owned(),
            action: Action::RevokeSessions,
            on_failure: OnFailure::Stop,
        })
        .collect();
    case.plan = steps(&case.id, &acts);
    case.plan
        .iter_mut()
        .zip(states)
        .for_each(|(step, state)| step.state = state);
    case
}

fn done() -> StepState {
    StepState::Done {
        at: at(1),
        facts: json!({}),
    }
}

fn intended() -> StepState {
    StepState::Intended {
        at: at(1),
        snapshot: json!({}),
    }
}

#[test]
fn before_the_proof_it_waits_for_the_person() {
    let wait = Step::Await(Some(at(3600)));
    assert_eq!(next(&case(Stage::Invited), at(1)), wait);
    assert_eq!(next(&case(Stage::Consent), at(1)), wait);
    let mut unasked = case(Stage::Consent);
    unasked.standing = Standing::Unasked;
    assert_eq!(
        next(&unasked, at(1)),
        wait,
        "nothing is asked that a stranger could tell by its time"
    );
}

#[test]
fn a_proof_is_started_once_and_then_read() {
    let mut case = case(Stage::Proving);
    case.attempts.push(attempt(false, None));
    assert_eq!(next(&case, at(1)), Step::StartProof);
    case.attempts[0].started = true;
    assert_eq!(next(&case, at(1)), Step::ReadProof);
}

#[test]
fn what_was_barred_from_the_start_is_refused_where_everybody_is_compared_and_as_late() {
    let mut barred = case(Stage::Comparing);
    barred.standing = Standing::Barred(Refusal::UnknownAccount);
    barred.hold_until = Some(at(10));
    assert_eq!(next(&barred, at(9)), Step::Await(Some(at(10))));
    let refused = Step::End(End::Refused {
        refusal: Refusal::UnknownAccount,
    });
    assert_eq!(next(&barred, at(10)), refused);

    let mut mismatch = case(Stage::Comparing);
    mismatch.explanation = Some(explained(Verdict::Mismatch));
    mismatch.hold_until = Some(at(10));
    assert_eq!(next(&mismatch, at(9)), Step::Await(Some(at(10))));
    assert_eq!(
        next(&mismatch, at(10)),
        Step::End(End::Refused {
            refusal: Refusal::Mismatch
        })
    );
}

#[test]
fn a_match_goes_on_at_once_and_a_doubt_waits_for_a_human() {
    let mut case = case(Stage::Comparing);
    assert_eq!(next(&case, at(1)), Step::Compare);
    case.explanation = Some(explained(Verdict::Match));
    case.attempts.push(attempt(true, Some(Outcome::Passed)));
    assert_eq!(next(&case, at(1)), Step::Await(Some(at(3600))), "nobody is there yet");
    case.attempts[0].returned_at = Some(at(1));
    assert_eq!(next(&case, at(1)), Step::Plan);
    case.explanation = Some(explained(Verdict::Review));
    assert_eq!(next(&case, at(1)), Step::SeekReview);
}

#[test]
fn a_review_at_the_verifier_is_read_until_it_is_over_and_one_of_ours_waits_for_our_word() {
    let mut case = case(Stage::Review);
    case.attempts
        .push(attempt(true, Some(Outcome::Review { reasons: Vec::new() })));
    assert_eq!(next(&case, at(1)), Step::ReadProof);
    case.attempts[0].outcome = Some(Outcome::Passed);
    assert_eq!(next(&case, at(1)), Step::Compare, "a human is told what it comes to");
    case.explanation = Some(explained(Verdict::Review));
    assert_eq!(next(&case, at(1)), Step::Await(Some(at(3600))));
}

#[test]
fn steps_are_done_in_their_order_and_what_is_unknown_is_settled_first() {
    let waiting = || StepState::Waiting;
    assert_eq!(next(&acting(vec![waiting(), waiting()]), at(1)), Step::Act(0));
    assert_eq!(next(&acting(vec![done(), waiting()]), at(1)), Step::Act(1));
    assert_eq!(next(&acting(vec![done(), intended()]), at(1)), Step::Reconcile(1));
    let mut all_done = acting(vec![done(), done()]);
    assert_eq!(next(&all_done, at(1)), Step::Confirm(0));
    confirmed(&mut all_done);
    assert_eq!(next(&all_done, at(1)), Step::Present);
}

/// Every connector of the plan was asked whether the person can sign in now.
fn confirmed(case: &mut Case) {
    let asked = case.plan.iter().map(|step| Confirmed {
        connector: step.act.connector.clone(),
        usable: None,
        notes: Vec::new(),
    });
    case.conditions = asked.collect();
}

fn sealed(case: &Case, step: usize) -> SealedPass {
    let browser = case.browser.as_ref().unwrap();
    SealedPass {
        kind: PassKind::BypassCode,
        parcel: browser.address.seal(case.id.as_str(), b"secret").unwrap(),
        key: case.plan[step].key.to_string(),
    }
}

#[test]
fn passes_keep_the_order_of_the_plan_and_each_step_has_one() {
    let mut case = acting(vec![done(), done(), done()]);
    let [first, second, third] = [0, 1, 2].map(|step| sealed(&case, step));
    for pass in [&third, &first, &second] {
        case.put_in(pass.clone());
    }
    assert_eq!(case.passes, [first.clone(), second, third.clone()]);
    let again = sealed(&case, 1);
    case.put_in(again.clone());
    assert_eq!(case.passes, [first.clone(), again, third.clone()]);
    let key = case.plan[1].key.to_string();
    case.take_out(&key);
    assert_eq!(case.passes, [first, third]);
}

#[test]
fn a_case_written_before_there_could_be_several_passes_is_read() {
    let mut case = acting(vec![done()]);
    let pass = sealed(&case, 0);
    case.put_in(pass.clone());
    let mut written = serde_json::to_value(&case).unwrap();
    let object = written.as_object_mut().unwrap();
    let passes = object.remove("passes").unwrap();
    object.remove("waits");
    object["plan"][0].as_object_mut().unwrap().remove("on_failure");
    object.insert("pass".to_owned(), passes[0].clone());
    let read: Case = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(read, case);
    for nothing in [Some(serde_json::Value::Null), None] {
        let object = written.as_object_mut().unwrap();
        object.remove("pass");
        object.extend(nothing.map(|nothing| ("pass".to_owned(), nothing)));
        let read: Case = serde_json::from_value(written.clone()).unwrap();
        assert!(read.passes.is_empty());
    }
    let read: Case = serde_json::from_str(&serde_json::to_string(&case).unwrap()).unwrap();
    assert_eq!(read, case);
}

fn failed() -> StepState {
    StepState::Failed {
        at: at(1),
        why: "no licence".to_owned(),
    }
}

/// A plan of these acts; `?` before an act that it can do without.
fn plan_of(words: &[&str], states: Vec<StepState>) -> Case {
    let mut case = acting(states);
    for (step, word) in case.plan.iter_mut().zip(words) {
        step.act.on_failure = match word.strip_prefix('?') {
            Some(_) => OnFailure::GoOn,
            None => OnFailure::Stop,
        };
        step.act.action = match word.trim_start_matches('?') {
            "password" => Action::TemporaryPassword,
            "link" => Action::ResetLink,
            _ => Action::RevokeSessions,
        };
    }
    case
}

#[test]
fn a_plan_goes_on_only_if_it_may_and_if_it_is_worth_it() {
    let waiting = || StepState::Waiting;
    let table: [(&[&str], Vec<StepState>, usize, bool); 9] = [
        (&["sessions", "password"], vec![waiting(), waiting()], 0, false),
        (&["?sessions", "password"], vec![waiting(), waiting()], 0, true),
        (&["?password", "sessions"], vec![waiting(), done()], 0, false),
        (&["?password", "link"], vec![waiting(), waiting()], 0, true),
        (&["?password", "?link"], vec![failed(), waiting()], 1, false),
        (&["?password", "?link"], vec![done(), waiting()], 1, true),
        (&["?sessions", "?sessions"], vec![failed(), waiting()], 1, false),
        (&["?sessions", "?sessions"], vec![done(), waiting()], 1, true),
        (&["?sessions"], vec![waiting()], 7, false),
    ];
    for (words, states, at, goes_on) in table {
        let case = plan_of(words, states);
        assert_eq!(plan::may_go_on(&case.plan, at), goes_on, "{words:?} at {at}");
    }
}

#[test]
fn what_failed_and_was_gone_on_without_has_no_second_turn() {
    assert_eq!(next(&acting(vec![failed(), StepState::Waiting]), at(1)), Step::Act(1));
    let mut rest_done = acting(vec![failed(), done()]);
    assert_eq!(next(&rest_done, at(1)), Step::Confirm(1));
    confirmed(&mut rest_done);
    assert_eq!(next(&rest_done, at(1)), Step::Present);
}

#[test]
fn nothing_half_done_is_left_when_time_runs_out() {
    assert_eq!(next(&acting(vec![intended()]), at(9999)), Step::Reconcile(0));
    assert_eq!(
        next(&acting(vec![done(), StepState::Waiting]), at(9999)),
        Step::End(End::Failed)
    );
    assert_eq!(
        next(&acting(vec![StepState::Waiting]), at(9999)),
        Step::End(End::Expired)
    );
    for stage in [
        Stage::Invited,
        Stage::Consent,
        Stage::Proving,
        Stage::Comparing,
        Stage::Review,
        Stage::Approval,
    ] {
        assert_eq!(next(&case(stage), at(3600)), Step::End(End::Expired), "{stage:?}");
    }
}

#[test]
fn a_pass_waits_for_its_own_time_and_not_for_the_cases() {
    let mut case = case(Stage::Ready);
    case.pass_until = Some(at(4000));
    assert_eq!(next(&case, at(3999)), Step::Await(Some(at(4000))));
    assert_eq!(next(&case, at(4000)), Step::End(End::Unclaimed));
}

#[test]
fn after_the_end_the_verifier_forgets_first_and_then_we_do() {
    let mut case = case(Stage::Closed);
    case.attempts = vec![attempt(false, None), attempt(true, None)];
    (case.forget_at, case.erase_at) = (Some(at(10)), Some(at(20)));
    assert_eq!(next(&case, at(9)), Step::Await(Some(at(10))));
    assert_eq!(
        next(&case, at(10)),
        Step::Forget(1),
        "an attempt that never began has nothing to forget"
    );
    assert_eq!(
        next(&case, at(20)),
        Step::Reduce,
        "a verifier that does not confirm holds nothing else up"
    );
    case.reduced = true;
    assert_eq!(next(&case, at(20)), Step::Forget(1));
    case.attempts[1].forgotten = true;
    assert_eq!(next(&case, at(20)), Step::Erase);
    case.erased = true;
    assert_eq!(next(&case, at(20)), Step::Await(None));
}

#[test]
fn a_remembered_check_stays_with_the_verifier_and_nothing_else_does() {
    let mut case = case(Stage::Closed);
    case.attempts = vec![attempt(true, None), attempt(true, Some(Outcome::Passed))];
    (case.forget_at, case.erase_at) = (Some(at(10)), Some(at(20)));
    case.remembered_until = Some(at(1000));
    assert_eq!(next(&case, at(9)), Step::Await(Some(at(10))));
    assert_eq!(next(&case, at(10)), Step::Forget(0), "the one that was declined");
    case.attempts[0].forgotten = true;
    assert_eq!(next(&case, at(10)), Step::Await(Some(at(20))), "not slept through");
    assert_eq!(next(&case, at(20)), Step::Reduce);
    case.reduced = true;
    assert_eq!(next(&case, at(20)), Step::Await(Some(at(1000))));
    assert_eq!(next(&case, at(1000)), Step::Forget(1));
    case.attempts[1].forgotten = true;
    assert_eq!(next(&case, at(1000)), Step::Erase);
    // Taken back.
    case.attempts[1].forgotten = false;
    (case.remembered_until, case.forget_at) = (None, Some(at(30)));
    assert_eq!(next(&case, at(30)), Step::Forget(1));
}

#[test]
fn closing_leaves_nothing_behind_that_waited_for_the_person() {
    let mut case = case(Stage::Ready);
    case.pass_until = Some(at(10));
    case.private.visit = Some("https://verifier.example/session".to_owned());
    case.close(End::Unclaimed, at(11)).unwrap();
    assert!(case.passes.is_empty());
    assert_eq!((case.pass_until, case.private.visit), (None, None));
    assert_eq!(case.ended_at, Some(at(11)));
}

proptest! {
    #[test]
    fn a_closed_case_never_acts_again(seconds in 0_i64..100_000, barred in any::<bool>()) {
        let mut case = acting(vec![done(), StepState::Waiting]);
        case.close(End::Failed, at(1)).unwrap();
        case.standing = if barred { Standing::Barred(Refusal::Mismatch) } else { Standing::Open };
        prop_assert!(!matches!(next(&case, at(seconds)), Step::Act(_) | Step::Reconcile(_) | Step::Plan));
        for stage in Stage::ALL {
            prop_assert!(case.clone().moved(stage).is_err());
        }
    }

    #[test]
    fn nothing_but_a_match_leads_to_a_plan(stage in 0..Stage::ALL.len(), verdict in 0_usize..3, seconds in 0_i64..4000) {
        let mut case = case(Stage::ALL[stage]);
        case.attempts.push(Attempt { returned_at: Some(at(0)), ..attempt(true, Some(Outcome::Passed)) });
        let verdict = [Verdict::Match, Verdict::Review, Verdict::Mismatch][verdict];
        case.explanation = Some(explained(verdict));
        if next(&case, at(seconds)) == Step::Plan {
            prop_assert!(matches!(case.stage, Stage::Comparing | Stage::Review | Stage::Checking | Stage::Approval));
            prop_assert_eq!(verdict, Verdict::Match);
        }
    }

    #[test]
    fn a_barred_account_is_never_acted_on(seconds in 0_i64..4000, checking in any::<bool>()) {
        let mut case = case(if checking { Stage::Checking } else { Stage::Comparing });
        case.standing = Standing::Barred(Refusal::ProtectedAccount);
        case.explanation = Some(explained(Verdict::Match));
        prop_assert!(!matches!(next(&case, at(seconds)), Step::Plan | Step::Act(_)));
    }
}

/// A case that a relying party opened, with the person back from the verifier.
fn asked(stage: Stage) -> Case {
    let mut case = case(stage);
    case.opener = Opener::Client {
        name: "okta".to_owned(),
    };
    case.attempts = vec![Attempt {
        returned_at: Some(at(5)),
        ..attempt(true, Some(Outcome::Passed))
    }];
    case
}

fn answer(verdict: Told, refusal: Option<Refusal>) -> Step {
    Step::Answer { verdict, refusal }
}

#[test]
fn who_sent_somebody_is_answered_and_nothing_is_planned() {
    let mut case = asked(Stage::Comparing);
    case.explanation = Some(explained(Verdict::Match));
    assert_eq!(next(&case, at(10)), answer(Told::Proven, None));
    case.explanation = Some(explained(Verdict::Mismatch));
    assert_eq!(next(&case, at(10)), answer(Told::Failed, Some(Refusal::Mismatch)));
    case.hold_until = Some(at(20));
    assert_eq!(
        next(&case, at(10)),
        Step::Await(Some(at(20))),
        "a refusal takes as long as any"
    );
    case.hold_until = None;
    case.standing = Standing::Barred(Refusal::ProtectedAccount);
    assert_eq!(
        next(&case, at(10)),
        answer(Told::Failed, Some(Refusal::ProtectedAccount))
    );
}

#[test]
fn who_sent_somebody_hears_when_time_is_over_and_why() {
    let late = |stage, trouble: Option<&str>| {
        let mut case = asked(stage);
        case.trouble = trouble.map(str::to_owned);
        next(&case, at(3600))
    };
    assert_eq!(late(Stage::Consent, None), answer(Told::Late, None));
    assert_eq!(late(Stage::Proving, None), answer(Told::Late, None));
    assert_eq!(
        late(Stage::Proving, Some("unreachable")),
        answer(Told::Unavailable, None)
    );
    assert_eq!(late(Stage::Review, None), answer(Told::Undecided, None));
    assert_eq!(late(Stage::Approval, None), answer(Told::Undecided, None));
}

#[test]
fn an_answer_waits_for_the_browser_and_not_for_ever() {
    let mut case = asked(Stage::Answer);
    case.verdict = Some(Told::Proven);
    case.answer_until = Some(at(4000));
    assert_eq!(
        next(&case, at(3700)),
        Step::Await(Some(at(4000))),
        "the case's own end is past"
    );
    assert_eq!(next(&case, at(4000)), Step::End(End::Expired));
}
