//! Handing over to a phone.

use doorward::builtin::{Error, Hand, Offer};
use secrecy::ExposeSecret;

use super::*;

on_both! {
    a_code_is_good_once_and_for_five_minutes
    a_phone_can_do_nothing_before_the_other_screen_confirms_it
    a_phone_loses_its_power_when_the_pictures_are_taken_back_and_at_the_end
}

async fn a_code_is_good_once_and_for_five_minutes(bench: Bench) {
    let (_, session) = bench.proof(&request("C-1")).await;
    let first = bench.builtin.offer_phone(&session).await.unwrap();
    let code = bench.builtin.offer_phone(&session).await.unwrap();
    assert!(
        !bench.builtin.peek_phone(&first).await.unwrap(),
        "a new one ends the old"
    );
    assert!(bench.builtin.peek_phone(&code).await.unwrap());
    assert!(
        bench
            .builtin
            .peek_phone(&code.to_lowercase().replace('-', " "))
            .await
            .unwrap()
    );
    let handed = bench.builtin.open_on_phone(&code, "phone").await.unwrap();
    assert_ne!(handed.words[0], handed.words[1]);
    assert!(!bench.builtin.peek_phone(&code).await.unwrap(), "used up");
    assert!(matches!(
        bench.builtin.open_on_phone(&code, "another").await,
        Err(Error::Gone)
    ));

    let late = bench.builtin.offer_phone(&session).await.unwrap();
    let token = handed.token.expose_secret();
    assert!(
        matches!(bench.builtin.session_of_phone(token).await, Err(Error::Gone)),
        "a new offer ends the old phone"
    );
    bench.clock.forward(Duration::from_secs(301));
    assert!(!bench.builtin.peek_phone(&late).await.unwrap());
    assert!(matches!(
        bench.builtin.open_on_phone(&late, "late").await,
        Err(Error::Gone)
    ));
}

async fn a_phone_can_do_nothing_before_the_other_screen_confirms_it(bench: Bench) {
    let (reference, session) = bench.proof(&request("C-1")).await;
    let code = bench.builtin.offer_phone(&session).await.unwrap();
    let handed = bench.builtin.open_on_phone(&code, "phone").await.unwrap();
    let phone = bench
        .builtin
        .session_of_phone(handed.token.expose_secret())
        .await
        .unwrap();
    assert_eq!((phone.by, phone.hand), (Hand::Phone, Hand::Own));
    let chosen = bench.builtin.choose(&phone, DocumentKind::Passport).await;
    assert!(matches!(chosen, Err(Error::Elsewhere)));
    assert!(
        matches!(bench.builtin.confirm_phone(&phone, true).await, Err(Error::Elsewhere)),
        "not by itself"
    );
    assert!(matches!(bench.builtin.take_back(&phone).await, Err(Error::Elsewhere)));
    assert!(matches!(bench.builtin.offer_phone(&phone).await, Err(Error::Elsewhere)));

    let own = bench.session(&reference).await;
    let Some(Offer::Opened { words, .. }) = &own.offer else {
        panic!("{:?}", own.offer)
    };
    assert_eq!(*words, handed.words, "both screens show the same");
    let own = bench.builtin.confirm_phone(&own, false).await.unwrap();
    assert_eq!((own.hand, &own.offer), (Hand::Own, &None));
    let gone = bench.builtin.session_of_phone(handed.token.expose_secret()).await;
    assert!(matches!(gone, Err(Error::Gone)));
    assert!(
        matches!(bench.builtin.confirm_phone(&own, true).await, Err(Error::Elsewhere)),
        "there is nothing to confirm"
    );
}

async fn a_phone_loses_its_power_when_the_pictures_are_taken_back_and_at_the_end(bench: Bench) {
    let request = request("C-1");
    let (reference, session) = bench.proof(&request).await;
    let code = bench.builtin.offer_phone(&session).await.unwrap();
    let first = bench.builtin.open_on_phone(&code, "phone").await.unwrap();
    let own = bench.builtin.confirm_phone(&session, true).await.unwrap();
    assert_eq!((own.hand, own.offer.clone()), (Hand::Phone, Some(Offer::Confirmed)));
    assert!(matches!(
        bench.builtin.choose(&own, DocumentKind::Passport).await,
        Err(Error::Elsewhere)
    ));
    let phone = bench
        .builtin
        .session_of_phone(first.token.expose_secret())
        .await
        .unwrap();
    let phone = bench.builtin.choose(&phone, DocumentKind::Passport).await.unwrap();
    let own = bench.builtin.take_back(&own).await.unwrap();
    assert_eq!((own.hand, own.place), (Hand::Own, Place::Side(Side::Front)));
    let file = Bytes::from(passport(&maria(), "maria-silva", 1));
    let answer = bench.builtin.side(&phone, Side::Front, file.clone(), camera()).await;
    assert!(matches!(answer, Err(Error::Elsewhere)), "{answer:?}");
    assert!(matches!(
        bench.builtin.session_of_phone(first.token.expose_secret()).await,
        Err(Error::Gone)
    ));

    // Handed over once more, and done to its end there.
    let code = bench.builtin.offer_phone(&own).await.unwrap();
    let handed = bench.builtin.open_on_phone(&code, "phone").await.unwrap();
    bench.builtin.confirm_phone(&own, true).await.unwrap();
    let phone = bench
        .builtin
        .session_of_phone(handed.token.expose_secret())
        .await
        .unwrap();
    bench.everything(&phone, &file, "maria-silva").await;
    let phone = bench
        .builtin
        .session_of_phone(handed.token.expose_secret())
        .await
        .unwrap();
    assert_eq!(phone.place, Place::Done, "it may say so");
    assert_eq!(bench.builtin.reference_of(&phone).await.unwrap(), reference);
    let more = bench.builtin.side(&phone, Side::Front, file, camera()).await;
    assert!(matches!(more, Err(Error::Elsewhere)));
    bench.clock.forward(LIFETIME);
    assert!(matches!(
        bench.builtin.session_of_phone(handed.token.expose_secret()).await,
        Err(Error::Gone)
    ));
}
