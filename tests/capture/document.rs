//! Documents that are not taken, or not at once.

use doorward::builtin::{Answer, Hand, Hint};
use doorward_builtin::specimen::{Licence, barcode};

use super::*;

on_both! {
    a_document_past_its_days_ends_it
    a_check_digit_that_is_wrong_on_two_pictures_ends_it
    what_cannot_be_read_is_asked_for_three_times_with_one_hint_each
    a_kind_that_is_not_taken_is_said_so_and_another_may_be_chosen
    a_licence_is_read_from_both_sides
    nothing_is_taken_out_of_turn
}

async fn a_document_past_its_days_ends_it(bench: Bench) {
    let mut old = maria();
    old.expiry = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
    let file = passport(&old, "maria-silva", 1);
    let strict = request("C-1");
    let (reference, session) = bench.proof(&strict).await;
    let answer = bench.passport(&session, &file).await;
    assert!(matches!(answer, Answer::Ended(_)), "{answer:?}");
    assert_eq!(declined(&bench.read(&reference, &strict).await), ["expired_document"]);

    let mut lenient = request("C-2");
    lenient.here.documents.grace_days = 90;
    let (_, session) = bench.proof(&lenient).await;
    let answer = bench.passport(&session, &passport(&old, "maria-silva", 2)).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
}

async fn a_check_digit_that_is_wrong_on_two_pictures_ends_it(bench: Bench) {
    let mut wrong = lines(Format::Td3, &maria());
    // The number's own digit, plus one.
    let digit = wrong[1].as_bytes()[9];
    let other = char::from(b'0' + (digit - b'0' + 1) % 10);
    wrong[1].replace_range(9..10, &other.to_string());
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    let answer = bench.passport(&session, &page(&wrong, "maria-silva", 1)).await;
    assert!(matches!(answer, Answer::Again { left: 2, .. }), "{answer:?}");
    // The same picture again is no second one.
    let session = bench.session(&reference).await;
    let answer = bench.passport(&session, &page(&wrong, "maria-silva", 1)).await;
    assert!(matches!(answer, Answer::Again { left: 1, .. }), "{answer:?}");
    let answer = bench.passport(&session, &page(&wrong, "maria-silva", 2)).await;
    assert!(matches!(answer, Answer::Ended(_)), "{answer:?}");
    assert_eq!(declined(&bench.read(&reference, &request).await), ["check_digit"]);
}

async fn what_cannot_be_read_is_asked_for_three_times_with_one_hint_each(bench: Bench) {
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    let blank = |shade: u8| {
        let mut file = std::io::Cursor::new(Vec::new());
        let page = RgbImage::from_pixel(640, 480, image::Rgb([shade; 3]));
        page.write_to(&mut file, image::ImageFormat::Png).unwrap();
        file.into_inner()
    };
    for left in [2, 1] {
        let answer = bench.passport(&session, &blank(10)).await;
        let Answer::Again { hint, left: said } = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((hint, said), (Hint::Dark, left));
    }
    let session = bench.session(&reference).await;
    assert_eq!((session.hint, session.tries.front), (Some(Hint::Dark), 1));
    let answer = bench.passport(&session, &blank(120)).await;
    assert!(matches!(answer, Answer::Ended(_)), "{answer:?}");
    assert_eq!(declined(&bench.read(&reference, &request).await), ["unreadable"]);
    // Two people whose cameras were covered are not one.
    let (_, other) = bench.proof(&super::request("C-2")).await;
    assert!(matches!(bench.passport(&other, &blank(10)).await, Answer::Again { .. }));
}

async fn a_kind_that_is_not_taken_is_said_so_and_another_may_be_chosen(bench: Bench) {
    let mut request = request("C-1");
    request.here.documents.kinds = vec![DocumentKind::IdentityCard, DocumentKind::DrivingLicence];
    let (reference, session) = bench.proof(&request).await;
    let chosen = bench.builtin.choose(&session, DocumentKind::Passport).await;
    assert!(matches!(chosen, Err(doorward::builtin::Error::Elsewhere)));
    let session = bench
        .builtin
        .choose(&session, DocumentKind::DrivingLicence)
        .await
        .unwrap();
    assert!(session.another);
    let session = bench.builtin.another(&session).await.unwrap();
    assert_eq!((session.place, session.kind), (Place::Kind, None));

    let mut only = super::request("C-2");
    only.here.documents.countries = vec!["USA".to_owned()];
    let (other, session) = bench.proof(&only).await;
    for seed in 1..=2 {
        let answer = bench.passport(&session, &passport(&maria(), "maria-silva", seed)).await;
        assert!(
            matches!(
                answer,
                Answer::Again {
                    hint: Hint::Unwanted,
                    ..
                }
            ),
            "{answer:?}"
        );
    }
    let session = bench.builtin.another(&bench.session(&other).await).await.unwrap();
    let answer = bench.passport(&session, &passport(&maria(), "maria-silva", 3)).await;
    assert!(
        matches!(answer, Answer::Ended(_)),
        "another document does not begin the count anew: {answer:?}"
    );
    assert_eq!(declined(&bench.read(&other, &only).await), ["not_accepted"]);
    assert_eq!(bench.session(&reference).await.place, Place::Kind);
}

async fn a_licence_is_read_from_both_sides(bench: Bench) {
    let photo = |side: &Drawn<'_>, seed| {
        let mut chance = Chance::new(seed);
        let shot = Shot {
            glare: 0.0,
            ..Shot::of(Level::Easy, &mut chance)
        };
        Bytes::from(shot.take(&draw(side, seed), &mut chance))
    };
    let request = request("C-1");
    let (_, session) = bench.proof(&request).await;
    let session = bench
        .builtin
        .choose(&session, DocumentKind::DrivingLicence)
        .await
        .unwrap();
    let nobody = Drawn::Front {
        portrait: None,
        words: &["SAMPLETON", "MORGAN LEE"],
    };
    let answer = bench
        .builtin
        .side(&session, Side::Front, photo(&nobody, 2), camera())
        .await;
    assert!(
        matches!(answer, Ok(Answer::Again { hint: Hint::NoFace, .. })),
        "{answer:?}"
    );
    let portrait = picture("maria-silva-portrait.jpg");
    let front = Drawn::Front {
        portrait: Some(&portrait),
        words: &["SAMPLETON", "MORGAN LEE"],
    };
    let answer = bench
        .builtin
        .side(&session, Side::Front, photo(&front, 3), camera())
        .await;
    let Ok(Answer::Taken(session)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(session.place, Place::Side(Side::Back));
    let code = barcode(&Licence::example(10).text(), 13).unwrap();
    let back = Drawn::Bars {
        code: &code,
        lines: &[],
    };
    let answer = bench
        .builtin
        .side(&session, Side::Back, photo(&back, 4), camera())
        .await;
    let Ok(Answer::Taken(session)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(session.place, Place::Selfie);
}

async fn nothing_is_taken_out_of_turn(bench: Bench) {
    use doorward::builtin::Error;
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    let file = || Bytes::from(selfie("maria-silva"));
    let side = |side| bench.builtin.side(&session, side, file(), camera());
    assert!(
        matches!(side(Side::Front).await, Err(Error::Elsewhere)),
        "no kind was chosen"
    );
    assert!(matches!(
        bench.builtin.begin_selfie(&session).await,
        Err(Error::Elsewhere)
    ));
    let session = bench.builtin.choose(&session, DocumentKind::Passport).await.unwrap();
    let back = bench.builtin.side(&session, Side::Back, file(), camera()).await;
    assert!(matches!(back, Err(Error::Elsewhere)));
    let upload = How {
        upload: true,
        ..camera()
    };
    let uploaded = bench.builtin.side(&session, Side::Front, file(), upload).await;
    assert!(matches!(uploaded, Err(Error::Elsewhere)), "this purpose takes no files");
    let text = Bytes::from_static(b"%PDF-1.7 and no picture at all");
    let refused = bench.builtin.side(&session, Side::Front, text, camera()).await;
    assert!(matches!(refused, Err(Error::Refused(_))));
    let session = bench.session(&reference).await;
    assert_eq!(
        (session.tries.front, session.by),
        (3, Hand::Own),
        "none of it was a try"
    );
    bench.clock.forward(LIFETIME);
    assert!(matches!(bench.builtin.session(&reference).await, Err(Error::Gone)));
    assert_eq!(bench.read(&reference, &request).await.outcome, Outcome::Expired);
}
