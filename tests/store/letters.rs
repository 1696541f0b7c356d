//! Letters: written with the case, sealed, sent by one worker at a time, gone with their end, with their time and with the person.

use std::time::Duration;

use doorward::audit::{Event, Fact};
use doorward::case::Case;
use doorward::store::{Change, LetterKind, NewLetter};
use secrecy::ExposeSecret;

use super::{Base, MINUTE, NOW, maria, on_both};

/// Where a letter goes and what it says.
const CONTENT: &str = "maria@home.example https://recover.example.com/l/a-link-that-opens-a-case";
const LEASE: Duration = Duration::from_secs(30);

on_both! {
    a_letter_is_claimed_by_one_and_by_another_once_its_lease_is_over
    whoever_lost_the_lease_neither_ends_a_letter_nor_puts_it_back
    a_letter_at_rest_tells_neither_address_nor_link
    what_nobody_sent_in_time_is_swept_out_and_written_down
    erasing_a_person_takes_their_letters_along
}

async fn with_letter(base: &Base) -> Case {
    let case = maria(NOW);
    base.store.begin(&case, &[], &[], None).await.unwrap();
    let letter = NewLetter {
        id: "msg_one".to_owned(),
        kind: LetterKind::Link,
        carrier: "mail".to_owned(),
        way: "mail-1".to_owned(),
        until: NOW.plus(30 * MINUTE),
        content: CONTENT.to_owned().into(),
    };
    let change = Change {
        letters: vec![letter],
        ..Change::default()
    };
    base.store.advance(&case, &case, change).await.unwrap()
}

fn sent(case: &Case) -> Event {
    let fact = Fact::LinkSent {
        carrier: "mail".to_owned(),
        way: "mail-1".to_owned(),
        message: "msg_one".to_owned(),
    };
    Event::of(&case.id, NOW, fact)
}

async fn a_letter_is_claimed_by_one_and_by_another_once_its_lease_is_over(base: Base) {
    let case = with_letter(&base).await;
    assert!(base.store.claim_letter("sms", NOW, LEASE).await.unwrap().is_none());
    let first = base.store.claim_letter("mail", NOW, LEASE).await.unwrap().unwrap();
    assert_eq!((&first.case, first.tries, first.way.as_str()), (&case.id, 1, "mail-1"));
    assert_eq!(first.content.as_ref().unwrap().expose_secret(), CONTENT);
    let other = base.another().await;
    assert!(other.claim_letter("mail", NOW, LEASE).await.unwrap().is_none());
    let again = other
        .claim_letter("mail", NOW.plus(LEASE), LEASE)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((again.id.as_str(), again.tries), ("msg_one", 2));
    assert!(other.end_letter(&again, sent(&case)).await.unwrap());
    assert_eq!(other.next_letter("mail").await.unwrap(), None);
}

async fn whoever_lost_the_lease_neither_ends_a_letter_nor_puts_it_back(base: Base) {
    let case = with_letter(&base).await;
    let lost = base.store.claim_letter("mail", NOW, LEASE).await.unwrap().unwrap();
    let later = NOW.plus(LEASE);
    let ours = base.store.claim_letter("mail", later, LEASE).await.unwrap().unwrap();
    assert!(!base.store.end_letter(&lost, sent(&case)).await.unwrap());
    assert!(!base.store.put_back_letter(&lost, NOW).await.unwrap());
    assert!(base.store.events_of(&case.id).await.unwrap().is_empty());
    let due = later.plus(MINUTE);
    assert!(base.store.put_back_letter(&ours, due).await.unwrap());
    assert_eq!(base.store.next_letter("mail").await.unwrap(), Some(due));
}

async fn a_letter_at_rest_tells_neither_address_nor_link(base: Base) {
    with_letter(&base).await;
    let files = base.files();
    for secret in ["maria@home.example", "a-link-that-opens"] {
        assert!(
            !files.windows(secret.len()).any(|part| part == secret.as_bytes()),
            "{secret}"
        );
    }
    let claimed = base.store.claim_letter("mail", NOW, LEASE).await.unwrap().unwrap();
    assert!(!format!("{claimed:?}").contains("home"));
}

async fn what_nobody_sent_in_time_is_swept_out_and_written_down(base: Base) {
    let case = with_letter(&base).await;
    base.store.sweep(NOW.plus(29 * MINUTE)).await.unwrap();
    assert_eq!(base.store.next_letter("mail").await.unwrap(), Some(NOW));
    // Whoever is sending it ends it.
    let late = NOW.plus(30 * MINUTE);
    let claimed = base.store.claim_letter("mail", late, LEASE).await.unwrap().unwrap();
    base.store.sweep(late).await.unwrap();
    assert!(base.store.put_back_letter(&claimed, late).await.unwrap());
    base.store.sweep(late).await.unwrap();
    assert_eq!(base.store.next_letter("mail").await.unwrap(), None);
    let [event] = base.store.events_of(&case.id).await.unwrap().try_into().unwrap();
    assert!(matches!(event.fact, Fact::LinkNotSent { why, .. } if why == "late"));
}

async fn erasing_a_person_takes_their_letters_along(base: Base) {
    let case = with_letter(&base).await;
    base.store.erase(&case, &case, &[]).await.unwrap();
    assert_eq!(base.store.next_letter("mail").await.unwrap(), None);
}
