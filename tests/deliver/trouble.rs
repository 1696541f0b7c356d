//! One receiver's trouble is nobody else's: slow, away, gone for good.

use std::time::Duration;

use doorward::notice::schedule::TRIPS;
use doorward::notice::send::Endpoint;
use doorward::store::{DeliveryState, Receiver as Receiving};
use doorward_contract::Clock;

use super::stand::{Manner, Receiver};
use super::{Base, SECRET, endpoint, endpoint_with, on_both, until};

on_both! {
    a_receiver_that_does_not_answer_holds_up_no_other
    a_receiver_that_fails_again_and_again_rests_and_is_tried_again
    who_is_gone_hears_nothing_more_until_the_settings_change
    nobody_there_is_written_down_without_the_address
}

async fn a_receiver_that_does_not_answer_holds_up_no_other(base: Base) {
    let base = base.telling(&["slow", "quick"]);
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.answers(Manner::Hold);
    let node = base.node(vec![endpoint("slow", &slow), endpoint("quick", &quick)]);
    for _ in 0..20 {
        base.opened().await;
    }
    quick.hears(20).await;
    until("the quick one's are written", async || {
        let list = base.list().await;
        let quick = list.iter().filter(|delivery| delivery.webhook == "quick");
        quick.clone().count() == 20 && quick.into_iter().all(|delivery| delivery.ended_at.is_some())
    })
    .await;
    // It was held all the while, and was not asked more than a few at once.
    let list = base.list().await;
    assert!(
        list.iter()
            .all(|delivery| delivery.webhook == "quick" || delivery.ended_at.is_none())
    );
    assert!(slow.heard().len() <= 4, "{} at once", slow.heard().len());
    slow.answers(Manner::Status(200));
    slow.release();
    base.all_ended().await;
    node.stop().await;
}

async fn a_receiver_that_fails_again_and_again_rests_and_is_tried_again(base: Base) {
    let base = base.telling(&["broken", "well"]);
    let (broken, well) = (Receiver::start().await, Receiver::start().await);
    broken.answers(Manner::Status(502));
    let node = base.node(vec![endpoint("broken", &broken), endpoint("well", &well)]);
    for _ in 0..12 {
        base.opened().await;
    }
    until("the broken one rests", async || {
        let receiver = base.store.receiver("broken").await.unwrap();
        receiver.failures >= TRIPS && receiver.rest_until.is_some()
    })
    .await;
    // What was under way when it tripped is written down.
    until("nothing is under way", async || {
        let heard = broken.heard().len();
        let mut attempts = 0;
        for delivery in base.list().await {
            attempts += base.store.delivery(&delivery.id).await.unwrap().unwrap().attempts.len();
        }
        attempts - well.heard().len() == heard && heard == broken.heard().len() && well.heard().len() == 12
    })
    .await;
    let tried = broken.heard().len();
    assert!(tried < 12, "{tried} were tried though it failed each time");
    for _ in 0..3 {
        base.opened().await;
    }
    well.hears(15).await;
    assert_eq!(broken.heard().len(), tried);
    // One message finds out that it is well again; then all the others go.
    broken.answers(Manner::Status(200));
    base.clock.forward(Duration::from_hours(1));
    let all = base.all_ended().await;
    assert!(all.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
    assert_eq!(base.store.receiver("broken").await.unwrap(), Receiving::default());
    node.stop().await;
}

async fn who_is_gone_hears_nothing_more_until_the_settings_change(base: Base) {
    let base = base.telling(&["leaving", "staying"]);
    let (leaving, staying) = (Receiver::start().await, Receiver::start().await);
    leaving.answers_next(Manner::Status(410));
    let endpoints = || vec![endpoint("leaving", &leaving), endpoint("staying", &staying)];
    let node = base.node(endpoints());
    base.opened().await;
    until("it is gone", async || {
        base.store.receiver("leaving").await.unwrap().gone_at.is_some()
    })
    .await;
    // Not even after a restart with the same settings.
    node.stop().await;
    let node = base.node(endpoints());
    base.opened().await;
    base.clock.forward(Duration::from_hours(1));
    base.opened().await;
    staying.hears(3).await;
    assert_eq!(leaving.heard().len(), 1);
    node.stop().await;
    // Another secret is another receiver.
    let changed = "whsec_dGhlIG5ldyBzZWNyZXQgb2YgdGhlIHRpY2tldCBzeXN0ZW0=";
    let node = base.node(vec![endpoint_with("leaving", &leaving, &[changed, SECRET])]);
    leaving.hears(3).await;
    let list = base.all_ended().await;
    let given_up = list.iter().filter(|delivery| delivery.state == DeliveryState::GivenUp);
    assert_eq!(given_up.count(), 1);
    node.stop().await;
}

async fn nobody_there_is_written_down_without_the_address(base: Base) {
    let base = base.telling(&["nobody"]);
    // A port that nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}/hooks/a-path-like-a-secret").parse().unwrap();
    let secrets = [SECRET.to_owned().into()];
    let nobody = Endpoint::new("nobody", &url, &secrets, Duration::from_secs(5)).unwrap();
    assert!(!format!("{nobody:?}").contains("a-path-like-a-secret"));
    let node = base.node(vec![nobody]);
    base.opened().await;
    let delivery = base.attempted(1).await;
    let fault = delivery.attempts[0].fault.clone().unwrap();
    assert!(delivery.attempts[0].status.is_none());
    assert!(
        !fault.contains("a-path-like-a-secret") && !fault.contains("127.0.0.1"),
        "{fault}"
    );
    assert!(delivery.due_at.unwrap() > base.clock.now());
    node.stop().await;
}
