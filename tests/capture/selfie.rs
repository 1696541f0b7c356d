//! The challenge and the picture at its end.

use doorward::builtin::{Answer, Error, Hint};

use super::*;

on_both! {
    another_face_is_refused_at_its_second_picture
    a_picture_without_a_face_or_with_two_is_asked_for_again
    a_challenge_that_is_not_done_three_times_goes_to_a_reviewer
    a_frame_counts_only_for_its_own_step
    a_challenge_that_is_left_counts
    an_uploaded_picture_needs_no_challenge_and_a_reviewer
}

/// A session that waits for the selfie.
async fn at_the_selfie(bench: &Bench, request: &ProofRequest) -> (Reference, Session) {
    let (reference, session) = bench.proof(request).await;
    let answer = bench.passport(&session, &passport(&maria(), "maria-silva", 1)).await;
    let Answer::Taken(session) = answer else {
        panic!("{answer:?}")
    };
    (reference, session)
}

async fn another_face_is_refused_at_its_second_picture(bench: Bench) {
    let request = request("C-1");
    let (reference, session) = at_the_selfie(&bench, &request).await;
    let Next::Still { nonce } = bench.challenge(&session, &film("stranger")).await else {
        panic!("the stranger does what is asked");
    };
    let first = bench.still(&session, &nonce, &selfie("stranger")).await;
    assert!(
        matches!(
            first,
            Answer::Again {
                hint: Hint::Retake,
                left: 2
            }
        ),
        "{first:?}"
    );
    assert_eq!(bench.read(&reference, &request).await.outcome, Outcome::Pending);
    let second = bench.still(&session, &nonce, &selfie("stranger")).await;
    assert!(matches!(second, Answer::Ended(_)), "{second:?}");
    assert_eq!(declined(&bench.read(&reference, &request).await), ["face_different"]);
}

async fn a_picture_without_a_face_or_with_two_is_asked_for_again(bench: Bench) {
    let request = request("C-1");
    let (reference, session) = at_the_selfie(&bench, &request).await;
    let prompt = bench.builtin.begin_selfie(&session).await.unwrap();
    for (name, hint) in [("no-face", Hint::NoFace), ("two-faces", Hint::SeveralFaces)] {
        let answer = bench.frame(&session, &prompt, &film(name)[0]).await;
        assert_eq!((answer.hint, answer.reached), (Some(hint), false), "{name}");
    }
    let Next::Still { nonce } = bench.challenge(&session, &film("maria-silva")).await else {
        panic!("the film shows what is asked");
    };
    for (name, hint) in [("no-face", Hint::NoFace), ("two-faces", Hint::SeveralFaces)] {
        let answer = bench.still(&session, &nonce, &film(name)[0]).await;
        let Answer::Again { hint: said, .. } = answer else {
            panic!("{name}: {answer:?}")
        };
        assert_eq!(said, hint, "{name}");
    }
    let wrong = bench
        .builtin
        .selfie(&session, "no such nonce", Bytes::from(selfie("maria-silva")), camera());
    assert!(matches!(wrong.await, Err(Error::Elsewhere)));
    let answer = bench.still(&session, &nonce, &selfie("maria-silva")).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    let proof = bench.read(&reference, &request).await;
    assert!(matches!(proof.outcome, Outcome::Review { .. }), "{:?}", proof.outcome);
}

async fn a_challenge_that_is_not_done_three_times_goes_to_a_reviewer(bench: Bench) {
    let mut request = request("C-1");
    request.here.documents.automatic = true;
    let (reference, session) = at_the_selfie(&bench, &request).await;
    // A photograph that is waved looks everywhere and turns nowhere.
    let still = film("waved-still");
    for left in [2, 1] {
        let next = bench.challenge(&session, &still).await;
        assert!(
            matches!(next, Next::Again { left: said, .. } if said == left),
            "{next:?}"
        );
    }
    let Next::Still { nonce } = bench.challenge(&session, &still).await else {
        panic!("the last one counts as it is");
    };
    assert!(matches!(
        bench.builtin.begin_selfie(&session).await,
        Err(Error::Elsewhere)
    ));
    let answer = bench.still(&session, &nonce, &selfie("maria-silva")).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    let proof = bench.read(&reference, &request).await;
    assert!(matches!(proof.outcome, Outcome::Review { .. }), "{:?}", proof.outcome);
    assert!(
        reasons(&proof.outcome).contains(&"challenge_not_done"),
        "{:?}",
        proof.outcome
    );
}

async fn a_frame_counts_only_for_its_own_step(bench: Bench) {
    let request = request("C-1");
    let (_, session) = at_the_selfie(&bench, &request).await;
    let film = film("maria-silva");
    let first = bench.builtin.begin_selfie(&session).await.unwrap();
    let Next::Step(second) = bench.step(&session, &first, &film).await else {
        panic!("looking straight is the first step");
    };
    assert_eq!((first.step, second.step), (0, 1));
    let before = bench.rows("capture_frames").await;
    let stray = Prompt {
        nonce: first.nonce.clone(),
        ..second.clone()
    };
    for prompt in [&first, &stray] {
        let answer = bench.frame(&session, prompt, &film[0]).await;
        // Whoever is late is told where it stands.
        assert!(matches!(answer.next, Next::Step(now) if now == second));
    }
    assert_eq!(bench.rows("capture_frames").await, before, "nothing of it is kept");
    let heavy = vec![0xFF; 300_001];
    let answer = bench.frame(&session, &second, &heavy).await;
    assert_eq!(answer.hint, Some(Hint::FileTooLarge));
    let answer = bench.frame(&session, &second, b"no picture").await;
    assert_eq!(answer.hint, Some(Hint::NotAPicture));
    assert_eq!(bench.rows("capture_frames").await, before);
}

async fn a_challenge_that_is_left_counts(bench: Bench) {
    let request = request("C-1");
    let (reference, session) = at_the_selfie(&bench, &request).await;
    for left in [2, 1, 0] {
        bench.builtin.begin_selfie(&session).await.unwrap();
        assert_eq!(bench.session(&reference).await.tries.challenge, left);
    }
    assert!(matches!(
        bench.builtin.begin_selfie(&session).await,
        Err(Error::Elsewhere)
    ));
    let nonce = bench.session(&reference).await.still.unwrap();
    let answer = bench.still(&session, &nonce, &selfie("maria-silva")).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    let proof = bench.read(&reference, &request).await;
    assert!(
        reasons(&proof.outcome).contains(&"challenge_not_done"),
        "{:?}",
        proof.outcome
    );
}

async fn an_uploaded_picture_needs_no_challenge_and_a_reviewer(bench: Bench) {
    let upload = || How {
        upload: true,
        ..camera()
    };
    let closed = request("C-1");
    let (_, session) = at_the_selfie(&bench, &closed).await;
    let file = || Bytes::from(selfie("maria-silva"));
    let refused = bench.builtin.selfie(&session, "", file(), upload()).await;
    assert!(matches!(refused, Err(Error::Elsewhere)));

    let mut open = request("C-2");
    (open.here.documents.upload, open.here.documents.automatic) = (true, true);
    let (reference, session) = bench.proof(&open).await;
    let session = bench.builtin.choose(&session, DocumentKind::Passport).await.unwrap();
    let front = Bytes::from(passport(&maria(), "maria-silva", 5));
    let answer = bench.builtin.side(&session, Side::Front, front, upload()).await;
    let Ok(Answer::Taken(session)) = answer else {
        panic!("{answer:?}")
    };
    let answer = bench.builtin.selfie(&session, "", file(), upload()).await;
    assert!(matches!(answer, Ok(Answer::Taken(_))), "{answer:?}");
    let proof = bench.read(&reference, &open).await;
    let reasons = reasons(&proof.outcome);
    assert!(
        reasons.contains(&"upload") && reasons.contains(&"challenge_not_done"),
        "{reasons:?}"
    );
}
