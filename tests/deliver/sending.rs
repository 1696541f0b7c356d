//! Sending: signed, in time, again when it failed, and once more when an operator wants it.

use std::time::Duration;

use doorward::audit::Fact;
use doorward::notice::schedule::PAUSES;
use doorward::store::{DeliveryState, Receiver as Receiving};
use doorward_contract::Clock;

use super::stand::{Manner, Receiver};
use super::{Base, NOW, SECRET, endpoint, endpoint_with, on_both, until};

on_both! {
    a_message_is_signed_and_delivered_once
    eight_attempts_over_two_days_under_one_id_and_then_none
    a_wish_to_wait_is_obeyed
    both_secrets_sign_while_one_is_changed
    an_operator_sends_once_more_under_the_same_id_and_it_stands_in_the_record
    what_was_given_up_gets_eight_attempts_more
    of_an_answer_its_first_words_are_kept_and_its_status_counts
    a_redirect_is_not_followed
}

async fn a_message_is_signed_and_delivered_once(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    let case = base.opened().await;
    let [delivery] = base.all_ended().await.try_into().unwrap();
    node.stop().await;
    let [message] = receiver.heard().try_into().unwrap();
    assert!(message.is_by(SECRET));
    assert!(!message.is_by("whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBhbHRvZ2V0aGVy"));
    assert_eq!((&message.id, message.seconds), (&delivery.id, NOW.seconds()));
    assert_eq!(message.content_type, "application/json");
    assert_eq!(message.kind(), "case.opened");
    assert_eq!(message.body()["data"]["case"]["id"], case.id.as_str());
    assert_eq!(delivery.state, DeliveryState::Delivered);
    let [attempt] = base.only().await.attempts.try_into().unwrap();
    assert_eq!((attempt.number, attempt.status, attempt.at), (1, Some(204), NOW));
}

async fn eight_attempts_over_two_days_under_one_id_and_then_none(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    receiver.answers(Manner::Status(500));
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.opened().await;
    for (tries, pause) in (1..).zip(PAUSES) {
        let delivery = base.attempted(tries).await;
        let waits = delivery.due_at.unwrap().since(base.clock.now());
        assert!(
            waits >= pause * 9 / 10 && waits <= pause * 11 / 10,
            "after {tries}: {waits:?}"
        );
        assert_eq!(receiver.heard().len(), tries);
        base.turn_to(delivery.due_at.unwrap());
    }
    let delivery = base.attempted(8).await;
    assert_eq!((delivery.state, delivery.due_at), (DeliveryState::GivenUp, None));
    node.stop().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 8);
    assert!(
        heard
            .iter()
            .all(|message| message.id == delivery.id && message.is_by(SECRET))
    );
    // Each is signed when it is sent: a receiver takes no old ones.
    assert!(heard.windows(2).all(|two| two[0].seconds < two[1].seconds));
    let two_days = Duration::from_hours(48);
    let whole = delivery.attempts[7].at.since(NOW);
    assert!(whole > two_days * 8 / 10 && whole < two_days * 12 / 10, "{whole:?}");
}

async fn a_wish_to_wait_is_obeyed(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    receiver.answers_next(Manner::Later(429, "7200".to_owned()));
    receiver.answers_next(Manner::Later(503, "Thu, 15 Jan 2026 18:00:00 GMT".to_owned()));
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.opened().await;
    for (tries, hours) in [(1, 2), (2, 8)] {
        let delivery = base.attempted(tries).await;
        let again = delivery.due_at.unwrap();
        assert_eq!(again, NOW.plus(Duration::from_hours(hours)));
        // The whole receiver is left alone so long.
        let rests = base.store.receiver("tickets").await.unwrap().rest_until;
        assert_eq!(rests, Some(again));
        base.turn_to(again);
    }
    let [delivery] = base.all_ended().await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.sent), (DeliveryState::Delivered, 3));
    assert_eq!(base.store.receiver("tickets").await.unwrap(), Receiving::default());
    node.stop().await;
}

async fn both_secrets_sign_while_one_is_changed(base: Base) {
    const NEW: &str = "whsec_dGhlIG5ldyBzZWNyZXQgb2YgdGhlIHRpY2tldCBzeXN0ZW0=";
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    for (secrets, old, new) in [
        (&[SECRET][..], true, false),
        (&[NEW, SECRET], true, true),
        (&[NEW], false, true),
    ] {
        let node = base.node(vec![endpoint_with("tickets", &receiver, secrets)]);
        let before = receiver.heard().len();
        base.opened().await;
        let heard = receiver.hears(before + 1).await;
        assert_eq!((heard[before].is_by(SECRET), heard[before].is_by(NEW)), (old, new));
        base.all_ended().await;
        node.stop().await;
    }
}

async fn an_operator_sends_once_more_under_the_same_id_and_it_stands_in_the_record(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    let case = base.opened().await;
    let [first] = base.all_ended().await.try_into().unwrap();
    let now = base.clock.now();
    let waiting = base.store.replay(&first.id, "Robin", now).await.unwrap().unwrap();
    assert_eq!(waiting.id, first.id);
    let heard = receiver.hears(2).await;
    assert_eq!(heard[0].id, heard[1].id);
    assert_eq!(heard[0].text, heard[1].text);
    base.all_ended().await;
    let delivery = base.only().await;
    assert_eq!((delivery.sent, delivery.attempts.len()), (2, 2));
    let events = base.store.events_of(&case.id).await.unwrap();
    let replayed = Fact::DeliveryReplayed {
        operator: "Robin".to_owned(),
        delivery: first.id,
    };
    assert_eq!(events.last().unwrap().fact, replayed);
    assert_eq!(base.store.replay("msg_nobodys", "Robin", now).await.unwrap(), None);
    node.stop().await;
}

async fn what_was_given_up_gets_eight_attempts_more(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    base.opened().await;
    // It became too old while nobody sent.
    base.clock.forward(Duration::from_hours(80));
    base.store.sweep(base.clock.now()).await.unwrap();
    let id = base.only().await.id;
    receiver.answers(Manner::Status(422));
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.store
        .replay(&id, "Robin", base.clock.now())
        .await
        .unwrap()
        .unwrap();
    let delivery = base.attempted(1).await;
    assert_eq!((delivery.state, delivery.tries), (DeliveryState::Waiting, 1));
    // And is not too old again at once.
    base.store.sweep(base.clock.now()).await.unwrap();
    assert_eq!(base.only().await.state, DeliveryState::Waiting);
    node.stop().await;
}

async fn of_an_answer_its_first_words_are_kept_and_its_status_counts(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    receiver.answers_next(Manner::Status(400));
    receiver.answers_next(Manner::Long);
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.opened().await;
    let due = base.attempted(1).await.due_at.unwrap();
    base.turn_to(due);
    until("it is delivered", async || base.only().await.ended_at.is_some()).await;
    let attempts = base.only().await.attempts;
    assert_eq!(attempts[0].answer.as_deref(), Some("said \u{fffd} by the receiver"));
    assert_eq!(attempts[1].status, Some(200));
    assert_eq!(attempts[1].answer.as_deref(), Some("x".repeat(512).as_str()));
    node.stop().await;
}

async fn a_redirect_is_not_followed(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    let elsewhere = Receiver::start().await;
    receiver.answers(Manner::Elsewhere(elsewhere.url.clone()));
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.opened().await;
    let delivery = base.attempted(1).await;
    assert_eq!(delivery.attempts[0].status, Some(307));
    assert_eq!(delivery.state, DeliveryState::Waiting);
    node.stop().await;
    assert!(elsewhere.heard().is_empty());
}
