//! What goes wrong: a carrier that fails, a link that is dead by the time it is sent, too many of them, and who may not.

use std::time::Duration;

use doorward::audit::Fact;
use doorward::case::role::{Operator, Role};
use doorward::case::{Barred, Refusal};
use doorward::flow::Error;
use doorward::flow::open::Bar;
use doorward::flow::send::Progress;
use doorward_contract::clock::TurnedClock;
use doorward_contract::{Clock, Timestamp};
use doorward_lab::Database;
use doorward_lab::smtp::{Manner, Point};

use super::{PRIVATE, World, agent, on_both, until};

const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);

on_both! {
    what_may_pass_is_tried_again_under_the_same_id_and_comes_once
    what_is_refused_is_given_up_and_what_the_server_said_of_it_is_kept_nowhere
    a_link_that_leads_nowhere_any_more_is_not_sent
    an_account_and_an_agent_have_so_many_links_a_day
    nobody_has_a_link_sent_without_the_right_or_to_a_way_that_is_none
    whom_somebody_called_a_fraud_is_sent_nothing
}

/// Waits until the mail server heard so many senders.
async fn attempted(world: &World, times: usize) {
    let senders = || {
        world
            .lab
            .mail
            .said()
            .iter()
            .filter(|line| line.starts_with("MAIL"))
            .count()
    };
    until("an attempt is made", async || senders() >= times).await;
}

/// Waits until the letter waits for its next turn.
async fn put_back(world: &World, clock: &TurnedClock) {
    until("the letter waits", async || {
        let due = world.flow.store.next_letter("mail").await.unwrap();
        // Under a lease it would be due no sooner than the carrier may take.
        due.is_some_and(|due| due.since(clock.now()) < Duration::from_secs(25))
    })
    .await;
}

async fn what_may_pass_is_tried_again_under_the_same_id_and_comes_once(database: Database) {
    let clock = TurnedClock::at(NOW);
    let world = World::turned(database, &clock).await;
    let (id, _) = world.opened().await;
    world
        .lab
        .mail
        .misbehave(Point::To, Manner::Say("450 4.2.0 grey".to_owned()));
    world.send(&id, "m•••@home.example").await;
    attempted(&world, 1).await;
    put_back(&world, &clock).await;
    assert!(world.mail(PRIVATE).is_empty());
    assert_eq!(world.ways(&id).await[0].last, Some(Progress::UnderWay));
    // The second time the sign-in fails: that can be mended as well.
    world
        .lab
        .mail
        .misbehave(Point::Auth, Manner::Say("535 5.7.8 no".to_owned()));
    clock.forward(Duration::from_secs(4));
    until("the sign-in was tried again", async || {
        world.lab.mail.said().iter().filter(|line| *line == "AUTH").count() >= 2
    })
    .await;
    put_back(&world, &clock).await;
    clock.forward(Duration::from_secs(25));
    assert_eq!(world.ended(&id, 1).await, [None]);
    assert_eq!(world.mail(PRIVATE).len(), 1);
    assert_eq!(world.lab.mail.taken().len(), 1);
    assert_eq!(world.flow.store.next_letter("mail").await.unwrap(), None);
    world.lab.stop().await;
}

async fn what_is_refused_is_given_up_and_what_the_server_said_of_it_is_kept_nowhere(database: Database) {
    let clock = TurnedClock::at(NOW);
    let world = World::turned(database, &clock).await;
    let (id, _) = world.opened().await;
    let words = format!("550 5.1.1 <{PRIVATE}> lives here no more");
    world.lab.mail.misbehave(Point::To, Manner::Say(words));
    world.send(&id, "m•••@home.example").await;
    assert_eq!(world.ended(&id, 1).await, [Some("refused: it answered 550".to_owned())]);
    assert_eq!(world.ways(&id).await[0].last, Some(Progress::Failed));
    assert_eq!(world.flow.store.next_letter("mail").await.unwrap(), None);
    let record = format!("{:?}", world.facts(&id).await);
    assert!(!record.contains(PRIVATE) && !record.contains("lives here"), "{record}");
    // The agent may try another way, or the same again.
    world.send(&id, "m•••@home.example").await;
    assert_eq!(world.ended(&id, 2).await.last(), Some(&None));
    assert_eq!(world.ways(&id).await[0].last, Some(Progress::Sent));
    world.lab.stop().await;
}

async fn a_link_that_leads_nowhere_any_more_is_not_sent(database: Database) {
    let clock = TurnedClock::at(NOW);
    let world = World::turned(database, &clock).await;
    let (id, _) = world.opened().await;
    let grey = || Manner::Say("451 4.7.1 grey".to_owned());
    world.lab.mail.misbehave(Point::To, grey());
    world.send(&id, "m•••@home.example").await;
    attempted(&world, 1).await;
    put_back(&world, &clock).await;
    // The agent reads a fresh link out instead.
    world.flow.renew_link(world.case(&id).await, &agent()).await.unwrap();
    clock.forward(Duration::from_secs(4));
    assert_eq!(world.ended(&id, 1).await, [Some("over".to_owned())]);

    // And one that cannot be sent as long as it is good is late.
    world.lab.mail.misbehave(Point::To, grey());
    world.send(&id, "m•••@home.example").await;
    attempted(&world, 2).await;
    put_back(&world, &clock).await;
    clock.forward(Duration::from_hours(25));
    assert_eq!(world.ended(&id, 2).await.last(), Some(&Some("late".to_owned())));
    assert!(world.lab.mail.taken().is_empty());
    world.lab.stop().await;
}

async fn an_account_and_an_agent_have_so_many_links_a_day(database: Database) {
    let clock = TurnedClock::at(NOW);
    let world = World::turned(database, &clock).await;
    let (id, _) = world.opened().await;
    for sent in 1..=5 {
        world.send(&id, "m•••@home.example").await;
        world.ended(&id, sent).await;
    }
    let way = &world.ways(&id).await[0];
    let sixth = world.flow.send_link(world.case(&id).await, &agent(), &way.id).await;
    assert!(matches!(sixth, Err(Error::TooMany(_))), "{sixth:?}");
    assert_eq!(world.mail(PRIVATE).len(), 5);
    // The last one sent still leads there.
    let link = world.mail(PRIVATE).pop().unwrap().link.unwrap();
    let mut browser = world.lab.browser().unwrap();
    assert_eq!(browser.visit(&link).await.unwrap().status().as_u16(), 200);
    // Another case of the same account is counted with it.
    let (other, _) = world.opened().await;
    let way = &world.ways(&other).await[0];
    let seventh = world.flow.send_link(world.case(&other).await, &agent(), &way.id).await;
    assert!(matches!(seventh, Err(Error::TooMany(_))), "{seventh:?}");
    world.lab.stop().await;
}

async fn nobody_has_a_link_sent_without_the_right_or_to_a_way_that_is_none(database: Database) {
    let clock = TurnedClock::at(NOW);
    let world = World::turned(database, &clock).await;
    let (id, _) = world.opened().await;
    for role in [Role::Reviewer, Role::Approver, Role::Auditor, Role::Admin] {
        let other = Operator {
            roles: [role].into_iter().collect(),
            ..agent()
        };
        let seen = world.flow.ways_of(&world.case(&id).await, &other).await;
        assert!(
            matches!(seen, Err(Error::MayNot(Barred::Powerless))),
            "{role}: {seen:?}"
        );
        let sent = world.flow.send_link(world.case(&id).await, &other, "mail-1").await;
        assert!(
            matches!(sent, Err(Error::MayNot(Barred::Powerless))),
            "{role}: {sent:?}"
        );
    }
    // Neither a number by mail, nor a place that is none, nor an address.
    for way in [
        "mail-2",
        "sms-1",
        "mail-0",
        "mail-9",
        "sms-2 ",
        "",
        "eve@evil.example",
        "fax-1",
    ] {
        let sent = world.flow.send_link(world.case(&id).await, &agent(), way).await;
        assert!(matches!(sent, Err(Error::Elsewhere)), "{way}: {sent:?}");
    }
    let facts = world.facts(&id).await;
    assert!(
        !facts.iter().any(|fact| matches!(fact, Fact::LinkOrdered { .. })),
        "{facts:?}"
    );
    world.lab.stop().await;
}

async fn whom_somebody_called_a_fraud_is_sent_nothing(database: Database) {
    let clock = TurnedClock::at(NOW);
    let world = World::turned(database, &clock).await;
    let (id, _) = world.opened().await;
    let (other, _) = world.opened().await;
    let case = world.case(&id).await;
    let (digest, until_at) = (case.desk.who[0], clock.now().plus(Duration::from_hours(24)));
    let mark = doorward::store::Mark {
        kind: doorward::store::MarkKind::Frozen,
        who: digest,
        until: until_at,
    };
    let change = doorward::store::Change {
        marks: vec![mark],
        ..doorward::store::Change::default()
    };
    world.flow.store.advance(&case, &case, change).await.unwrap();
    let sent = world.flow.send_link(world.case(&other).await, &agent(), "mail-1").await;
    let frozen = matches!(
        sent,
        Err(Error::Barred(Bar {
            refusal: Refusal::Frozen,
            ..
        }))
    );
    assert!(frozen, "{sent:?}");
    world.lab.stop().await;
}
