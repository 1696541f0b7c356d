//! What a verifier promises of a recheck: a face held against an earlier proof. Asked by `verifier::ask_everything`.

use super::verifier::{ERASURES, Stand, forgotten};
use crate::error::VendorError;
use crate::verifier::{CheckName, Earlier, Expectation, Outcome, ProofRequest, SubjectRef};

/// Asks every question below of whoever can recheck, and the last one of whoever cannot.
pub async fn ask_everything(stand: &dyn Stand) {
    if stand.verifier().can_recheck() {
        the_same_face_is_recognised_and_says_nothing_more(stand).await;
        another_face_is_declined(stand).await;
        a_recheck_and_a_full_proof_are_not_taken_for_each_other(stand).await;
        nobody_is_recognised_by_a_forgotten_proof(stand).await;
        forgetting_a_recheck_leaves_the_earlier_proof(stand).await;
    } else {
        who_cannot_recheck_refuses_to(stand).await;
    }
}

/// A full proof of the stand's person, passed.
async fn proven(stand: &dyn Stand, key: &str) -> Earlier {
    let request = stand.request(key);
    let started = stand.verifier().start(&request).await.expect("starts");
    stand.pass(&started.reference).await;
    let proof = stand.verifier().read(&started.reference, &stand.expectation(key)).await;
    assert_eq!(proof.expect("reads").outcome, Outcome::Passed);
    Earlier {
        subject: request.subject,
        reference: started.reference,
    }
}

fn recheck(stand: &dyn Stand, key: &str, earlier: &Earlier) -> ProofRequest {
    ProofRequest {
        subject: earlier.subject.clone(),
        against: Some(earlier.clone()),
        ..stand.request(key)
    }
}

fn recognised(stand: &dyn Stand, key: &str, earlier: &Earlier) -> Expectation {
    Expectation {
        subject: earlier.subject.clone(),
        against: Some(earlier.clone()),
        required: vec![CheckName::Selfie, CheckName::SameFace],
        ..stand.expectation(key)
    }
}

/// The same face passes, again and again, and no document is read for it.
pub async fn the_same_face_is_recognised_and_says_nothing_more(stand: &dyn Stand) {
    let earlier = proven(stand, "to be recognised").await;
    for key in ["recognised", "recognised once more"] {
        let request = recheck(stand, key, &earlier);
        let before = stand.begun();
        let started = stand.verifier().start(&request).await.expect("starts");
        let again = stand.verifier().start(&request).await.expect("starts again");
        assert!(
            started.reference == again.reference,
            "the same key names another recheck"
        );
        assert_eq!(stand.begun(), before + 1, "the same key began a second recheck");
        assert!(
            started.reference != earlier.reference,
            "a recheck is a proof of its own"
        );

        let expect = recognised(stand, key, &earlier);
        let early = stand.verifier().read(&started.reference, &expect).await.expect("reads");
        assert_eq!(early.outcome, Outcome::Pending);
        stand.pass(&started.reference).await;
        let proof = stand.verifier().read(&started.reference, &expect).await.expect("reads");
        assert_eq!(proof.outcome, Outcome::Passed);
        assert!(proof.person.is_none(), "no document was looked at");
        assert!(proof.decided_at.is_some());
    }
}

/// Another face is declined, and has not become a face to hold others against.
pub async fn another_face_is_declined(stand: &dyn Stand) {
    let earlier = proven(stand, "not somebody else").await;
    for key in ["somebody else", "somebody else once more"] {
        let request = recheck(stand, key, &earlier);
        let started = stand.verifier().start(&request).await.expect("starts");
        stand.pass_with_another_face(&started.reference).await;
        let expect = recognised(stand, key, &earlier);
        let proof = stand.verifier().read(&started.reference, &expect).await.expect("reads");
        assert!(matches!(proof.outcome, Outcome::Declined { .. }), "{:?}", proof.outcome);
        assert!(proof.person.is_none());
    }
}

/// A recheck answers no question for a full proof, nor the other way round, nor one against somebody else's proof.
pub async fn a_recheck_and_a_full_proof_are_not_taken_for_each_other(stand: &dyn Stand) {
    let earlier = proven(stand, "one of two").await;
    let other = proven(stand, "the other of two").await;
    let request = recheck(stand, "mistaken", &earlier);
    let started = stand.verifier().start(&request).await.expect("starts");
    stand.pass(&started.reference).await;

    let full = Expectation {
        subject: earlier.subject.clone(),
        ..stand.expectation("mistaken")
    };
    let against_another = recognised(stand, "mistaken", &other);
    let against_another_of_that_name = Expectation {
        subject: earlier.subject.clone(),
        ..recognised(stand, "mistaken", &other)
    };
    let full_as_recheck = recognised(stand, "one of two", &earlier);
    for (reference, expect) in [
        (&started.reference, full),
        (&started.reference, against_another),
        (&started.reference, against_another_of_that_name),
        (&earlier.reference, full_as_recheck),
    ] {
        let proof = stand.verifier().read(reference, &expect).await.expect("reads");
        assert!(proof.outcome != Outcome::Passed && proof.person.is_none(), "{expect:?}");
    }
}

/// Once the earlier proof is forgotten nobody passes by it: neither who comes then, nor who passed but was not read yet.
pub async fn nobody_is_recognised_by_a_forgotten_proof(stand: &dyn Stand) {
    let earlier = proven(stand, "to be forgotten").await;
    let request = recheck(stand, "before it was forgotten", &earlier);
    let before = stand.verifier().start(&request).await.expect("starts");
    stand.pass(&before.reference).await;
    // What it was needed for still lives: that may be waited for before it is confirmed, and lets nobody pass.
    for _ in 0..ERASURES {
        stand.verifier().erase(&earlier.reference).await.expect("erases");
    }
    let expect = recognised(stand, "before it was forgotten", &earlier);
    match stand.verifier().read(&before.reference, &expect).await {
        Ok(proof) => assert!(proof.outcome != Outcome::Passed, "{:?}", proof.outcome),
        Err(error) => assert!(matches!(error, VendorError::Missing { .. }), "{error:?}"),
    }

    let request = recheck(stand, "after it was forgotten", &earlier);
    match stand.verifier().start(&request).await {
        Ok(after) => {
            stand.pass(&after.reference).await;
            let expect = recognised(stand, "after it was forgotten", &earlier);
            match stand.verifier().read(&after.reference, &expect).await {
                Ok(proof) => assert!(proof.outcome != Outcome::Passed, "{:?}", proof.outcome),
                Err(error) => assert!(matches!(error, VendorError::Missing { .. }), "{error:?}"),
            }
            forgotten(stand, &after.reference).await;
        }
        Err(error) => assert!(matches!(error, VendorError::Missing { .. }), "{error:?}"),
    }
    forgotten(stand, &before.reference).await;
    forgotten(stand, &earlier.reference).await;
}

/// Forgetting one recheck is confirmed while the earlier proof is kept, and the next one passes.
pub async fn forgetting_a_recheck_leaves_the_earlier_proof(stand: &dyn Stand) {
    let earlier = proven(stand, "to be kept").await;
    let request = recheck(stand, "soon forgotten", &earlier);
    let first = stand.verifier().start(&request).await.expect("starts");
    stand.pass(&first.reference).await;
    forgotten(stand, &first.reference).await;
    match stand
        .verifier()
        .read(&first.reference, &recognised(stand, "soon forgotten", &earlier))
        .await
    {
        Ok(proof) => assert!(proof.outcome != Outcome::Passed, "{:?}", proof.outcome),
        Err(error) => assert!(matches!(error, VendorError::Missing { .. }), "{error:?}"),
    }

    let request = recheck(stand, "the next one", &earlier);
    let second = stand.verifier().start(&request).await.expect("starts");
    stand.pass(&second.reference).await;
    let expect = recognised(stand, "the next one", &earlier);
    let proof = stand.verifier().read(&second.reference, &expect).await.expect("reads");
    assert_eq!(proof.outcome, Outcome::Passed);

    forgotten(stand, &second.reference).await;
    forgotten(stand, &earlier.reference).await;
}

/// Who cannot recheck says so before anybody is sent anywhere.
pub async fn who_cannot_recheck_refuses_to(stand: &dyn Stand) {
    let earlier = Earlier {
        subject: SubjectRef("somebody".to_owned()),
        reference: stand.unknown(),
    };
    let before = stand.begun();
    let refused = stand
        .verifier()
        .start(&recheck(stand, "cannot recheck", &earlier))
        .await;
    assert!(matches!(refused, Err(VendorError::Refused { .. })), "{refused:?}");
    assert_eq!(stand.begun(), before);
}
