//! Each row of the table of decisions.

use doorward_builtin::challenge::{Ask, Facts, Shortfall, Signal as Odd};
use doorward_builtin::document::Contradiction;
use doorward_builtin::mrz::Checked;

use super::*;

fn reading(text: &str) -> Reading {
    let mut value = serde_json::json!({
        "kind": "passport", "country": "UTO", "number": "L898902C3", "family": "ERIKSSON", "given": "ANNA", "suffix": null,
        "birth": {"year": 1974, "month": 8, "day": 12}, "expiry": "2032-04-15", "zone": null, "card": null,
        "corners": [null, null], "looks": [null, null], "contradictions": [], "signals": [], "unwanted": null,
    });
    let more: Value = serde_json::from_str(text).unwrap();
    for (key, one) in more.as_object().unwrap() {
        value[key] = one.clone();
    }
    serde_json::from_value(value).unwrap()
}

fn judgement(outcome: Outcome) -> Judgement {
    Judgement {
        outcome,
        shortfalls: Vec::new(),
        signals: Vec::new(),
        facts: Facts {
            frames: 12,
            size: None,
            interval: None,
            delays: Vec::new(),
        },
        strip: Vec::new(),
    }
}

fn comparison(likeness: Likeness) -> Comparison {
    Comparison {
        similarity: Some(0.5),
        likeness: Some(likeness),
        portrait: Vec::new(),
        selfie: Vec::new(),
    }
}

/// Decides on something that is fine but for what the edit changes.
fn decided<'a>(edit: impl FnOnce(&mut Found<'a>)) -> Decision {
    // A few hundred bytes that outlive whatever the edit borrows.
    let mut found: Found<'a> = Found {
        ended: None,
        reading: Some(Box::leak(Box::new(reading("{}")))),
        portrait: &[],
        comparison: Some(Box::leak(Box::new(comparison(Likeness::Alike)))),
        different: 0,
        judgement: Some(Box::leak(Box::new(judgement(Outcome::Done)))),
        changed: false,
        known: &[],
        cameras: vec!["FaceTime HD Camera"],
        agents: &[],
        uploads: Vec::new(),
        edited: Vec::new(),
        automatic: true,
    };
    edit(&mut found);
    found.decide()
}

fn review(word: &str) -> Decision {
    Decision::Review(vec![word.to_owned()])
}

#[test]
fn nobody_passes_by_software_alone_unless_the_purpose_says_so_and_nothing_is_odd() {
    assert_eq!(decided(|_| {}), Decision::Passed);
    assert_eq!(decided(|found| found.automatic = false), review(ALWAYS));
}

#[test]
fn what_ended_early_is_refused_with_its_reason_whatever_else_was_found() {
    for end in [
        End::Unreadable,
        End::NotAccepted,
        End::Expired,
        End::CheckDigit,
        End::Issuer,
        End::ReusedPicture,
        End::ReusedDocument,
        End::FaceDifferent,
        End::NoFace,
    ] {
        let decision = decided(|found| found.ended = Some(end));
        assert_eq!(decision, Decision::Declined(vec![end.word().to_owned()]));
    }
}

#[test]
fn a_face_that_is_not_clearly_the_same_is_looked_at() {
    for (likeness, expected) in [
        (Likeness::Alike, Decision::Passed),
        (Likeness::ProbablyAlike, Decision::Passed),
        (Likeness::Unclear, review("faces_unclear")),
        (Likeness::Different, review("faces_different")),
    ] {
        let comparison = comparison(likeness);
        assert_eq!(decided(|found| found.comparison = Some(&comparison)), expected);
    }
    assert_eq!(decided(|found| found.comparison = None), review("faces_not_compared"));
    assert_eq!(decided(|found| found.different = 1), review("faces_different_once"));
    assert_eq!(decided(|found| found.changed = true), review("face_changed"));
    let mut weak = comparison(Likeness::Alike);
    weak.selfie.push(Finding::Small);
    assert_eq!(decided(|found| found.comparison = Some(&weak)), review("weak_selfie"));
    assert_eq!(
        decided(|found| found.portrait = &[Finding::Grey]),
        review("weak_portrait")
    );
}

#[test]
fn a_challenge_that_was_not_done_or_was_odd_is_looked_at_and_never_refused() {
    let mut not_done = judgement(Outcome::NotDone);
    not_done.shortfalls.push(Shortfall::Missed(Ask::Left));
    assert_eq!(
        decided(|found| found.judgement = Some(&not_done)),
        review("challenge_not_done")
    );
    assert_eq!(decided(|found| found.judgement = None), review("challenge_not_done"));
    let mut odd = judgement(Outcome::Done);
    odd.signals.push(Odd::Repeated);
    assert_eq!(decided(|found| found.judgement = Some(&odd)), review("repeated"));
}

#[test]
fn what_was_seen_before_counts_by_whose_it_was() {
    for (what, whose, expected) in [
        (Again::Document, Whose::Same, Decision::Passed),
        (Again::Document, Whose::Unsure, review("document_seen_elsewhere")),
        (Again::Near, Whose::Same, Decision::Passed),
        (Again::Near, Whose::Unsure, review("near_reuse")),
        (Again::Near, Whose::Other, review("near_reuse")),
    ] {
        let known = [Known {
            what,
            whose,
            number: "C-123".to_owned(),
        }];
        assert_eq!(decided(|found| found.known = &known), expected, "{what:?} {whose:?}");
    }
}

#[test]
fn only_remarks_name_another_case_and_reasons_do_not() {
    let known = [Known {
        what: Again::Near,
        whose: Whose::Unsure,
        number: "C-123".to_owned(),
    }];
    let mut remarks = Vec::new();
    let decision = decided(|found| {
        found.known = &known;
        remarks = found.remarks();
    });
    assert!(!format!("{decision:?}").contains("C-123"));
    assert!(remarks.iter().any(|remark| remark.about.as_deref() == Some("C-123")));
}

#[test]
fn a_camera_that_is_a_program_an_upload_and_an_edited_file_are_looked_at() {
    assert_eq!(
        decided(|found| found.cameras = vec!["OBS Virtual Camera"]),
        review("virtual_camera")
    );
    assert_eq!(decided(|found| found.uploads = vec!["front"]), review("upload"));
    assert_eq!(decided(|found| found.edited = vec!["front"]), review("edited"));
    let agents = [
        (Hand::Own, Digest::of("agent", b"one")),
        (Hand::Own, Digest::of("agent", b"other")),
    ];
    assert_eq!(decided(|found| found.agents = &agents), review("browser_changed"));
    let handed = [
        (Hand::Own, Digest::of("agent", b"one")),
        (Hand::Phone, Digest::of("agent", b"other")),
    ];
    assert_eq!(decided(|found| found.agents = &handed), Decision::Passed);
}

#[test]
fn what_the_document_leaves_in_doubt_is_looked_at() {
    let mut doubtful = reading("{}");
    doubtful.signals.push(Signal::Uncertain);
    assert_eq!(decided(|found| found.reading = Some(&doubtful)), review("uncertain"));
    let mut wrong = reading("{}");
    wrong.contradictions.push(Contradiction::CheckDigit(Checked::Number));
    assert_eq!(decided(|found| found.reading = Some(&wrong)), review("check_digit"));
    let partial = reading(r#"{"birth": {"year": 1974, "month": null, "day": null}}"#);
    assert_eq!(
        decided(|found| found.reading = Some(&partial)),
        review("birth_date_in_part")
    );
    let mut cut = reading("{}");
    cut.signals.push(Signal::CutNames);
    assert_eq!(decided(|found| found.reading = Some(&cut)), Decision::Passed);
    assert_eq!(decided(|found| found.reading = None), review("nothing_read"));
}

#[test]
fn the_gravest_stands_first() {
    let mut wrong = reading("{}");
    wrong.contradictions.push(Contradiction::SameSide);
    let decision = decided(|found| {
        found.uploads = vec!["front"];
        found.reading = Some(&wrong);
    });
    assert_eq!(
        decision,
        Decision::Review(vec!["same_side".to_owned(), "upload".to_owned()])
    );
}
