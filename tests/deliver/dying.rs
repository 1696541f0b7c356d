//! Nodes that die, and several at once: no message is lost, and one comes twice only if its node died after it was sent.

use std::collections::HashMap;
use std::time::Duration;

use doorward::store::DeliveryState;
use doorward_contract::Clock;

use super::stand::{Manner, Receiver};
use super::{Base, endpoint, on_both, until};

on_both! {
    what_was_written_before_a_death_is_sent_by_the_next_node
    a_message_whose_node_died_before_the_answer_comes_once_more_under_the_same_id
    a_message_that_every_node_dies_with_is_given_up
    two_nodes_send_each_of_100_messages_once
    a_node_that_stops_finishes_what_it_sends
}

async fn what_was_written_before_a_death_is_sent_by_the_next_node(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    // Nobody sends yet: the process ended between the commit and the sending.
    base.opened().await;
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.all_ended().await;
    assert_eq!(receiver.heard().len(), 1);
    node.stop().await;
}

async fn a_message_whose_node_died_before_the_answer_comes_once_more_under_the_same_id(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    receiver.answers_next(Manner::Hold);
    let dying = base.node(vec![endpoint("tickets", &receiver)]);
    base.opened().await;
    receiver.hears(1).await;
    dying.die();
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    // The dead one's lease: what the receiver may take, and what is written afterwards.
    base.clock.forward(Duration::from_secs(71));
    base.all_ended().await;
    node.stop().await;
    let delivery = base.only().await;
    assert_eq!((delivery.state, delivery.sent), (DeliveryState::Delivered, 2));
    // The gap is the attempt whose node died.
    let numbers: Vec<i64> = delivery.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [2]);
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|message| message.id == delivery.id));
}

async fn a_message_that_every_node_dies_with_is_given_up(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    base.opened().await;
    for _ in 0..8 {
        let lease = Duration::from_secs(30);
        let claim = base.store.claim_delivery("tickets", base.clock.now(), lease);
        assert!(claim.await.unwrap().is_some());
        base.clock.forward(Duration::from_secs(31));
    }
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    let [delivery] = base.all_ended().await.try_into().unwrap();
    node.stop().await;
    assert_eq!(delivery.state, DeliveryState::GivenUp);
    assert!(receiver.heard().is_empty());
}

async fn two_nodes_send_each_of_100_messages_once(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    let nodes = [0, 1].map(|_| base.node(vec![endpoint("tickets", &receiver)]));
    for _ in 0..100 {
        base.opened().await;
    }
    let all = base.all_ended().await;
    for node in nodes {
        node.stop().await;
    }
    assert_eq!(all.len(), 100);
    let mut heard: HashMap<String, u32> = HashMap::new();
    for message in receiver.heard() {
        *heard.entry(message.id).or_default() += 1;
    }
    assert_eq!(heard.len(), 100);
    assert!(heard.values().all(|times| *times == 1));
    assert!(all.iter().all(|delivery| delivery.sent == 1));
}

async fn a_node_that_stops_finishes_what_it_sends(base: Base) {
    let (base, receiver) = (base.telling(&["tickets"]), Receiver::start().await);
    receiver.answers_next(Manner::Hold);
    let node = base.node(vec![endpoint("tickets", &receiver)]);
    base.opened().await;
    receiver.hears(1).await;
    let (stopped, ()) = tokio::join!(node.stop(), async {
        until("it is still held", async || base.only().await.ended_at.is_none()).await;
        receiver.release();
    });
    let () = stopped;
    assert_eq!(base.only().await.state, DeliveryState::Delivered);
    assert_eq!(receiver.heard().len(), 1);
}
