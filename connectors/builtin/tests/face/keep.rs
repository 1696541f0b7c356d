//! Frames that wait for the next request, on whatever node it arrives.

use doorward_builtin::face::{Embedding, Likeness, Seen};

use crate::people::{faces, film, frame, portrait, selfie};

#[test]
fn a_frame_that_was_kept_is_judged_like_the_one_that_was_seen() {
    let frames = film("maria-silva");
    let seen = faces().look(&frame(&frames, 2)).expect("models");
    let written = serde_json::to_string(&seen).expect("written");
    let kept: Seen = serde_json::from_str(&written).expect("read again");
    assert_eq!(
        (kept.size, kept.face, kept.company),
        (seen.size, seen.face, seen.company)
    );
    assert!(kept.grain == seen.grain);
    let likeness = seen.embedding.as_ref().zip(kept.embedding.as_ref());
    let likeness = likeness
        .map(|(before, after)| before.similarity(after))
        .expect("a face");
    assert!((likeness - 1.0).abs() < 1e-5, "{likeness}");
    // Sixty-four of them lie in one row of a table.
    assert!(written.len() < 16_000, "{} bytes", written.len());
}

#[test]
fn a_comparison_is_kept_in_words() {
    let comparison = faces()
        .compare(&portrait("maria-silva"), &selfie("maria-silva"))
        .expect("models");
    assert_eq!(comparison.likeness, Some(Likeness::Alike));
    let written = serde_json::to_string(&comparison).expect("written");
    assert!(written.contains("\"likeness\":\"alike\""), "{written}");
    assert_eq!(
        serde_json::from_str::<doorward_builtin::face::Comparison>(&written).expect("read again"),
        comparison
    );
}

#[test]
fn numbers_that_make_no_face_are_not_taken_back() {
    for broken in ["[]", "[1.0]", "null", "\"AAAA\""] {
        assert!(serde_json::from_str::<Embedding>(broken).is_err(), "{broken}");
    }
}
