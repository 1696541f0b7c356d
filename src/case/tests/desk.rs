//! What comes next where staff have a say: by tables, and by properties.

use super::*;
use crate::case::desk::{Agreement, Approval, Decision, Review, Staff};
use crate::case::step::needs_review;

/// Proven, compared, and back in front of the page.
fn fits(stage: Stage, verdict: Verdict) -> Case {
    let mut case = case(stage);
    case.attempts = vec![Attempt {
        returned_at: Some(at(1)),
        ..attempt(true, Some(Outcome::Passed))
    }];
    case.explanation = Some(explained(verdict));
    case
}

fn confirm(case: &mut Case) {
    case.desk.review = Some(Review {
        reviewer: staff(0),
        claimed_at: at(1),
        judgement: None,
        shown: true,
        named: true,
        decision: Some(Decision {
            same_person: true,
            reason: "the face".to_owned(),
            ..Decision::default()
        }),
    });
}

fn staff(number: u32) -> Staff {
    Staff {
        id: format!("staff|{number}"),
        name: format!("Colleague {number}"),
    }
}

fn agree(case: &mut Case, times: u32) {
    case.desk.approvals = (0..times)
        .map(|number| Approval {
            approver: staff(number),
            at: at(1),
            note: None,
        })
        .collect();
}

#[test]
fn how_many_must_agree_is_found_out_before_anything_is_planned() {
    let mut case = fits(Stage::Comparing, Verdict::Match);
    case.desk.quorum = None;
    assert_eq!(next(&case, at(2)), Step::Weigh);
    case.desk.quorum = Some(0);
    assert_eq!(next(&case, at(2)), Step::Plan);
}

#[test]
fn colleagues_are_asked_and_the_last_one_lets_it_go_on() {
    // Purpose and tier, shield, over the cap, agreed already: how many more.
    let table = [
        (0, false, false, 0, 0),
        (1, false, false, 0, 1),
        (1, false, false, 1, 0),
        (2, false, false, 1, 1),
        (0, false, true, 0, 1),
        (2, false, true, 2, 1),
        (0, true, false, 0, 2),
        (1, true, false, 1, 1),
        (3, true, false, 2, 1),
        (3, true, true, 3, 1),
        (1, true, true, 3, 0),
    ];
    for (quorum, shielded, over_cap, agreed, more) in table {
        for stage in [Stage::Comparing, Stage::Review, Stage::Checking, Stage::Approval] {
            let mut case = fits(stage, Verdict::Match);
            (case.desk.quorum, case.desk.shielded, case.desk.over_cap) = (Some(quorum), shielded, over_cap);
            confirm(&mut case);
            agree(&mut case, agreed);
            let expected = match (more, stage) {
                (0, _) => Step::Plan,
                (_, Stage::Approval) => Step::Await(Some(at(3600))),
                _ => Step::SeekApproval,
            };
            let what = (quorum, shielded, over_cap, agreed, stage);
            assert_eq!(next(&case, at(2)), expected, "{what:?}");
            assert_eq!(case.desk.agreement() == Agreement::Enough, more == 0, "{what:?}");
        }
    }
}

#[test]
fn who_was_agreed_to_waits_until_the_person_is_there() {
    let mut case = fits(Stage::Approval, Verdict::Match);
    case.desk.quorum = Some(1);
    agree(&mut case, 1);
    case.attempts[0].returned_at = None;
    assert_eq!(next(&case, at(2)), Step::Await(Some(at(3600))));
    case.attempts[0].returned_at = Some(at(2));
    assert_eq!(next(&case, at(2)), Step::Plan);
}

#[test]
fn a_doubt_a_relayed_proof_and_the_shield_each_ask_for_a_human() {
    for (verdict, relayed, shielded, asks) in [
        (Verdict::Match, false, false, false),
        (Verdict::Review, false, false, true),
        (Verdict::Match, true, false, true),
        (Verdict::Match, false, true, true),
    ] {
        for stage in [Stage::Comparing, Stage::Review, Stage::Checking, Stage::Approval] {
            let mut case = fits(stage, verdict);
            (case.relayed, case.desk.shielded) = (relayed, shielded);
            agree(&mut case, 2);
            assert_eq!(needs_review(&case), asks);
            let before = next(&case, at(2));
            assert_eq!(
                before != Step::Plan,
                asks,
                "{verdict:?} {relayed} {shielded} {stage:?}: {before:?}"
            );
            confirm(&mut case);
            assert_eq!(
                next(&case, at(2)),
                Step::Plan,
                "{verdict:?} {relayed} {shielded} {stage:?}"
            );
        }
    }
}

#[test]
fn whom_fraud_was_called_on_is_ended_once_nothing_is_unsettled() {
    let end = End::Refused {
        refusal: Refusal::Frozen,
    };
    let mut case = acting(vec![done(), intended(), StepState::Waiting]);
    case.desk.ending = Some(end.clone());
    assert_eq!(next(&case, at(2)), Step::Reconcile(1));
    case.plan[1].state = done();
    assert_eq!(next(&case, at(2)), Step::End(end));
}

#[test]
fn a_case_written_before_staff_had_a_desk_is_read() {
    let mut written = serde_json::to_value(fits(Stage::Comparing, Verdict::Match)).unwrap();
    written.as_object_mut().unwrap().remove("desk");
    let read: Case = serde_json::from_value(written).unwrap();
    assert_eq!(next(&read, at(2)), Step::Weigh);
}

proptest! {
    #[test]
    fn nothing_is_done_without_the_human_and_the_colleagues_that_are_asked_for(
        stage in 0..Stage::ALL.len(),
        verdict in 0_usize..3,
        switches in any::<[bool; 6]>(),
        quorum in proptest::option::of(0_u32..4),
        agreed in 0_u32..5,
        seconds in 0_i64..4000,
    ) {
        let [relayed, shielded, over_cap, confirmed, client, barred] = switches;
        let mut case = fits(Stage::ALL[stage], [Verdict::Match, Verdict::Review, Verdict::Mismatch][verdict]);
        (case.relayed, case.desk.shielded, case.desk.over_cap, case.desk.quorum) = (relayed, shielded, over_cap, quorum);
        if confirmed {
            confirm(&mut case);
        }
        if client {
            case.opener = Opener::Client { name: "okta".to_owned() };
        }
        if barred {
            case.standing = Standing::Barred(Refusal::Frozen);
        }
        agree(&mut case, agreed);
        let goes_on = matches!(next(&case, at(seconds)), Step::Plan | Step::Answer { verdict: Told::Proven, .. });
        if goes_on {
            let needed = quorum.unwrap().max(if shielded { 2 } else { 0 }) + u32::from(over_cap);
            prop_assert!(agreed >= needed);
            prop_assert!(confirmed || !(relayed || shielded || verdict == 1));
            prop_assert!(!barred && verdict != 2);
        }
    }
}
