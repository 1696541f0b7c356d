//! Further checks: nothing is done, and nobody is answered, before every one of them has passed.

use super::super::check::{self, Wanted};
use super::*;
use doorward_contract::Challenge;

fn asked_further(state: CheckState) -> Case {
    let mut case = case(Stage::Checking);
    case.explanation = Some(explained(Verdict::Match));
    let mut attempt = attempt(true, Some(Outcome::Passed));
    attempt.returned_at = Some(at(1));
    case.attempts.push(attempt);
    let wanted = |check| Wanted::Connector {
        connector: "duo".to_owned(),
        check,
    };
    case.checks = check::all(&[wanted(Challenge::Push), wanted(Challenge::UniversalPrompt)]);
    case.checks[0].state = state;
    case
}

#[test]
fn nothing_is_done_before_every_further_check_has_passed() {
    let passed = || CheckState::Passed {
        at: at(2),
        facts: serde_json::Value::Null,
    };
    let failed = |fraud| CheckState::Failed {
        at: at(2),
        fraud,
        why: String::new(),
    };
    let asked = CheckState::Asked {
        at: at(2),
        until: at(92),
    };
    let await_person = Step::Await(Some(at(3600)));
    let mut comparing = asked_further(CheckState::Waiting);
    comparing.stage = Stage::Comparing;
    assert_eq!(next(&comparing, at(3)), Step::BeginChecks);
    assert_eq!(next(&asked_further(CheckState::Waiting), at(3)), await_person);
    assert_eq!(next(&asked_further(asked), at(3)), Step::ReadCheck(0));
    let mut second = asked_further(passed());
    assert_eq!(next(&second, at(3)), await_person, "the second was not asked yet");
    second.checks[1].state = passed();
    assert_eq!(next(&second, at(3)), Step::Plan);
    for (fraud, refusal) in [(false, Refusal::Unchecked), (true, Refusal::ReportedFraud)] {
        let mut case = asked_further(failed(fraud));
        assert_eq!(next(&case, at(3)), Step::End(End::Refused { refusal }));
        case.opener = Opener::Client { name: "rp".to_owned() };
        let answer = Step::Answer {
            verdict: Told::Failed,
            refusal: Some(refusal),
        };
        assert_eq!(next(&case, at(3)), answer);
    }
}

#[test]
fn who_sent_a_person_hears_of_a_proof_only_after_the_further_checks() {
    let mut case = asked_further(CheckState::Waiting);
    case.opener = Opener::Client { name: "rp".to_owned() };
    assert_eq!(next(&case, at(3)), Step::Await(Some(at(3600))));
    for check in &mut case.checks {
        check.state = CheckState::Passed {
            at: at(2),
            facts: serde_json::Value::Null,
        };
    }
    let answer = Step::Answer {
        verdict: Told::Proven,
        refusal: None,
    };
    assert_eq!(next(&case, at(3)), answer);
}
