//! What is kept, for how long, and that nobody reads it who has the database alone.

use doorward::builtin::Answer;
use doorward_contract::{Decided, Erased, Outcome};

use super::*;
use crate::store::raw::holds;

on_both! {
    pictures_go_when_it_is_decided_and_what_reviewers_said_stays_without_anybody
    pictures_stay_after_the_decision_as_long_as_the_settings_say
    erasing_leaves_nothing_and_may_be_repeated
    pictures_go_by_their_own_date_whatever_else_happens
    the_database_alone_tells_nothing
}

const OF_A_SESSION: [&str; 4] = ["captures", "capture_pictures", "capture_frames", "capture_ways"];

async fn left(bench: &Bench) -> Vec<i64> {
    let mut left = Vec::new();
    for table in OF_A_SESSION {
        left.push(bench.rows(table).await);
    }
    left
}

/// A session to which everything was given, and a phone's code beside.
async fn given(bench: &Bench) -> (ProofRequest, Reference) {
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    bench.builtin.offer_phone(&session).await.unwrap();
    let answer = bench
        .everything(&session, &passport(&maria(), "maria-silva", 1), "maria-silva")
        .await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    assert!(
        left(bench).await.iter().all(|rows| *rows > 0),
        "there is something of each"
    );
    (request, reference)
}

fn accepted() -> Decided {
    Decided {
        account: Some("a".to_owned()),
        document: Some(false),
        face: Some(true),
        accepted: true,
    }
}

async fn pictures_go_when_it_is_decided_and_what_reviewers_said_stays_without_anybody(bench: Bench) {
    let (request, reference) = given(&bench).await;
    for _ in 0..2 {
        bench.builtin.decided(&reference, &accepted()).await.unwrap();
        assert_eq!(left(&bench).await, [0; 4]);
    }
    assert_eq!(bench.rows("capture_scores").await, 1, "said once, written once");
    let raw = bench.raw().await;
    let scores = raw
        .texts("select month, likeness, cast(document as text), cast(face as text), cast(accepted as text) from capture_scores")
        .await;
    assert_eq!(scores, [["2026-11", "alike", "0", "1", "1"]]);
    assert!(raw.number("select similarity from capture_scores").await >= 45);
    let exhibits = bench.builtin.exhibits(&reference).await.unwrap();
    assert!(exhibits.pictures.is_empty() && exhibits.read.is_empty());
    assert_eq!(bench.read(&reference, &request).await.outcome, Outcome::Expired);
}

async fn pictures_stay_after_the_decision_as_long_as_the_settings_say(mut bench: Bench) {
    bench.settings.keep_pictures = Duration::from_hours(24);
    bench.builtin = bench.another().await;
    let (_, reference) = given(&bench).await;
    bench.builtin.decided(&reference, &accepted()).await.unwrap();
    bench.clock.forward(Duration::from_hours(23));
    bench.store.sweep(bench.clock.now()).await.unwrap();
    assert_eq!(
        bench
            .builtin
            .exhibits(&reference)
            .await
            .unwrap()
            .pictures
            .first()
            .unwrap()
            .name,
        "front"
    );
    bench.clock.forward(Duration::from_hours(1));
    bench.store.sweep(bench.clock.now()).await.unwrap();
    assert_eq!(left(&bench).await, [0; 4]);
}

async fn erasing_leaves_nothing_and_may_be_repeated(bench: Bench) {
    let (_, reference) = given(&bench).await;
    for _ in 0..2 {
        assert_eq!(bench.builtin.erase(&reference).await.unwrap(), Erased::Confirmed);
        assert_eq!(left(&bench).await, [0; 4]);
    }
}

async fn pictures_go_by_their_own_date_whatever_else_happens(bench: Bench) {
    let (_, reference) = given(&bench).await;
    bench.clock.forward(Duration::from_hours(24));
    bench.store.sweep(bench.clock.now()).await.unwrap();
    assert!(
        !bench.builtin.exhibits(&reference).await.unwrap().pictures.is_empty(),
        "a reviewer has a day"
    );
    bench.clock.forward(Duration::from_hours(2));
    assert!(
        bench.builtin.exhibits(&reference).await.unwrap().pictures.is_empty(),
        "past its date, swept or not"
    );
    bench.store.sweep(bench.clock.now()).await.unwrap();
    assert_eq!(left(&bench).await, [0; 4]);
    assert!(
        bench.rows("capture_seen").await > 0,
        "pictures are known again for longer"
    );
    bench.clock.forward(Duration::from_hours(24 * 400));
    bench.store.sweep(bench.clock.now()).await.unwrap();
    assert_eq!(
        bench.rows("capture_seen").await + bench.rows("capture_origins").await,
        0
    );
}

async fn the_database_alone_tells_nothing(bench: Bench) {
    let request = request("C-47110815");
    let (reference, session) = bench.proof(&request).await;
    let code = bench.builtin.offer_phone(&session).await.unwrap();
    bench
        .everything(&session, &passport(&maria(), "maria-silva", 1), "maria-silva")
        .await;
    let bytes = bench.raw().await.bytes().await;
    // The search itself works: what may be there is found.
    assert!(holds(&bytes, session.id.as_str().as_bytes()));
    let plain = code.replace('-', "");
    for secret in [
        "SAMPLETON",
        "MORGAN",
        "L7K294P1X",
        "1988",
        "C-47110815",
        "login of",
        "subject of",
        "facing back",
        &reference.0,
        &plain,
    ] {
        assert!(!holds(&bytes, secret.as_bytes()), "{secret} is in the database");
    }
    for marker in [&[0xFF_u8, 0xD8, 0xFF][..], b"JFIF", b"Exif"] {
        // Three bytes come together by chance once in sixteen million places: of a JPEG file there is more.
        let found = if marker.len() == 3 {
            [0xE0_u8, 0xE1, 0xDB, 0xC0, 0xC4].iter().any(|next| {
                let start = [marker, &[*next, 0x00]].concat();
                holds(&bytes, &start)
            })
        } else {
            holds(&bytes, marker) && holds(&bytes, b"\0\x10JFIF")
        };
        assert!(!found, "a picture is in the database");
    }
    assert!(!holds(&bytes, bench.master.bytes()));
}
