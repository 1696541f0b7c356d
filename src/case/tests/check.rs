//! Further checks: nothing is done, and nobody is answered, before every one of them has passed.

use std::time::Duration;

use super::super::check::{self, CodeBy, Reach, Wanted};
use super::*;
use doorward_contract::{Challenge, Contact};

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

#[test]
fn a_code_goes_to_what_was_named_and_neither_to_the_own_mailbox_nor_to_what_was_just_changed() {
    let code = |contacts: &[Reach]| Wanted::Carrier {
        carrier: "mail".to_owned(),
        check: CodeBy::EmailCode,
        contacts: contacts.to_vec(),
    };
    let mail = |text: &str| Contact::mail(text).unwrap();
    let number = Contact::phone("+46 70 174 06 11").unwrap();
    let own = Contact {
        own: true,
        ..mail("maria@work.example")
    };
    let by_login = mail("Maria.Silva@example.com");
    let private = mail("maria@home.example");
    let takes = |reach: Reach| {
        let wanted = code(&[reach]);
        [&private, &own, &by_login, &number].map(|contact| wanted.takes(contact, "maria.silva@example.com", at(0)))
    };
    assert_eq!(takes(Reach::PrivateMail), [true, false, false, false]);
    assert_eq!(takes(Reach::WorkMail), [false, true, true, false]);
    assert_eq!(takes(Reach::Mobile), [false, false, false, true]);
    let changed = Contact {
        changed_at: Some(at(0)),
        ..private
    };
    let after = |days: u64| at(0).plus(Duration::from_hours(days * 24));
    let counts = |now| code(&[Reach::PrivateMail]).takes(&changed, "", now);
    assert!(!counts(after(6)) && counts(after(7)));
}

#[test]
fn a_check_is_written_with_who_asks_and_read_back() {
    let code = Wanted::Carrier {
        carrier: "sms".to_owned(),
        check: CodeBy::PhoneCode,
        contacts: vec![Reach::Mobile],
    };
    let push = Wanted::Connector {
        connector: "duo".to_owned(),
        check: Challenge::Push,
    };
    let checks = check::all(&[code, push]);
    let written = serde_json::to_value(&checks).unwrap();
    assert_eq!(written[0]["carrier"], "sms");
    // As cases have it that were written before there were codes.
    let before = serde_json::json!({"connector": "duo", "check": "push", "tries": 0, "state": "waiting"});
    assert_eq!(written[1], before);
    let read: Vec<check::FurtherCheck> = serde_json::from_value(written).unwrap();
    assert_eq!(read, checks);
}
