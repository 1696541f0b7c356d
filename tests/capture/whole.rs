//! From the first picture to the proof.

use doorward::builtin::{Answer, Error, Place};
use doorward_contract::{Decided, Expectation, Outcome, Shows, SubjectRef, VendorError, Verifier};
use secrecy::ExposeSecret;

use super::*;

on_both! {
    a_person_with_their_own_passport_is_left_to_a_reviewer
    somebody_passes_without_a_reviewer_only_where_the_purpose_says_so
    a_proof_is_begun_once_and_nobody_else_s_counts
    another_node_goes_on_where_one_was_killed
}

async fn a_person_with_their_own_passport_is_left_to_a_reviewer(bench: Bench) {
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    assert_eq!(bench.read(&reference, &request).await.outcome, Outcome::Pending);
    let answer = bench
        .everything(&session, &passport(&maria(), "maria-silva", 1), "maria-silva")
        .await;
    let Answer::Taken(session) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(session.place, Place::Done);

    let proof = bench.read(&reference, &request).await;
    assert!(matches!(proof.outcome, Outcome::Review { .. }), "{:?}", proof.outcome);
    let person = proof.person.unwrap();
    assert_eq!(person.name.family.as_deref(), Some("SAMPLETON"));
    assert_eq!(person.name.given.as_deref(), Some("MORGAN LEE"));
    assert_eq!(person.birth_date, Some(maria().birth));
    // What goes to the record names nobody.
    let record = serde_json::to_string(&(&proof.outcome, &proof.checks, &proof.facts)).unwrap();
    for secret in ["SAMPLETON", "MORGAN", "L7K294P1X", "1988", "camera2"] {
        assert!(!record.contains(secret), "{secret} in {record}");
    }
    assert!(record.contains("not certified"), "{record}");

    let exhibits = bench.builtin.exhibits(&reference).await.unwrap();
    let shows: Vec<Shows> = exhibits.pictures.iter().map(|picture| picture.shows).collect();
    assert_eq!(shows[..4], [Shows::Front, Shows::Portrait, Shows::Selfie, Shows::Face]);
    assert!(
        shows[4..].iter().all(|shows| matches!(shows, Shows::Frame(_))) && shows.len() >= 8,
        "{shows:?}"
    );
    let number = exhibits.read.iter().find(|field| field.field == "number").unwrap();
    assert_eq!((number.value.as_str(), number.checked), ("L7K294P1X", Some(true)));
    assert_eq!(exhibits.similarity.unwrap().1, "alike");
    for picture in &exhibits.pictures {
        let jpeg = bench
            .builtin
            .picture(&reference, &picture.name, "ana · 10:00")
            .await
            .unwrap();
        assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]), "{}", picture.name);
    }
    let missing = bench.builtin.picture(&reference, "frame-99", "ana").await;
    assert!(matches!(missing, Err(VendorError::Missing { .. })));
}

async fn somebody_passes_without_a_reviewer_only_where_the_purpose_says_so(bench: Bench) {
    let mut request = request("C-1");
    request.here.documents.automatic = true;
    let (reference, session) = bench.proof(&request).await;
    bench
        .everything(&session, &passport(&maria(), "maria-silva", 1), "maria-silva")
        .await;
    let proof = bench.read(&reference, &request).await;
    // What the photograph leaves in doubt is a reviewer's all the same: then nothing but that may be named.
    let findings = bench.builtin.exhibits(&reference).await.unwrap().findings;
    let odd = findings
        .iter()
        .filter(|remark| remark.weight != doorward_contract::Weight::Fact);
    match odd.count() {
        0 => assert_eq!(proof.outcome, Outcome::Passed),
        _ => assert!(matches!(proof.outcome, Outcome::Review { .. }), "{findings:?}"),
    }
    assert_eq!(proof.outcome, Outcome::Passed, "{findings:?}");
}

async fn a_proof_is_begun_once_and_nobody_else_s_counts(bench: Bench) {
    let request = request("C-1");
    let (reference, _) = bench.proof(&request).await;
    let (again, _) = bench.proof(&request).await;
    assert_eq!(reference, again);
    assert_eq!(bench.rows("captures").await, 1);
    let (other, session) = bench.proof(&super::request("C-2")).await;
    assert_ne!(reference, other);
    let started = bench.builtin.resume(&reference, &request).await.unwrap();
    assert_eq!(started.visit.expose_secret(), "https://recover.example.com/capture");

    // An end that needs no picture of a person: a document that is past its days.
    let mut old = maria();
    old.expiry = chrono::NaiveDate::from_ymd_opt(2024, 2, 28).unwrap();
    bench.passport(&session, &passport(&old, "maria-silva", 4)).await;
    let expect = |subject: &str, created_after| Expectation {
        subject: SubjectRef(subject.to_owned()),
        against: None,
        created_after,
        required: Vec::new(),
    };
    for foreign in [
        expect("somebody else", NOW),
        expect("subject of C-2", NOW.plus(BETWEEN)),
    ] {
        let proof = bench.builtin.read(&other, &foreign).await.unwrap();
        assert!(matches!(proof.outcome, Outcome::Foreign { .. }), "{:?}", proof.outcome);
    }
    let unknown = Reference("no such proof".to_owned());
    let proof = bench
        .builtin
        .read(&unknown, &expect("subject of C-2", NOW))
        .await
        .unwrap();
    assert_eq!(proof.outcome, Outcome::Expired);
    assert!(matches!(bench.builtin.session(&unknown).await, Err(Error::Gone)));
    let forged = bench.builtin.wake(&http::HeaderMap::new(), b"{}", NOW);
    assert!(matches!(forged, Err(VendorError::Forged { .. })));
}

async fn another_node_goes_on_where_one_was_killed(mut bench: Bench) {
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    bench.passport(&session, &passport(&maria(), "maria-silva", 1)).await;
    let film = film("maria-silva");
    let session = bench.session(&reference).await;
    let prompt = bench.builtin.begin_selfie(&session).await.unwrap();
    bench.frame(&session, &prompt, &film[0]).await;
    // Killed: nothing but the database is left.
    bench.builtin = bench.another().await;
    bench.frame(&session, &prompt, &film[4]).await;
    bench.builtin = bench.another().await;
    let Next::Step(mut prompt) = bench.frame(&session, &prompt, &film[8]).await.next else {
        panic!("three frames straight ahead are the first step");
    };
    let nonce = loop {
        match bench.step(&session, &prompt, &film).await {
            Next::Step(next) => prompt = next,
            Next::Still { nonce } => break nonce,
            next => panic!("{next:?}"),
        }
    };
    assert_eq!(bench.session(&reference).await.still.as_deref(), Some(nonce.as_str()));
    bench.builtin = bench.another().await;
    let answer = bench.still(&session, &nonce, &selfie("maria-silva")).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    let proof = bench.read(&reference, &request).await;
    assert!(
        !reasons(&proof.outcome).contains(&"challenge_not_done"),
        "{:?}",
        proof.outcome
    );
    let decided = Decided {
        account: None,
        document: Some(false),
        face: Some(true),
        accepted: true,
    };
    bench.builtin.decided(&reference, &decided).await.unwrap();
}
