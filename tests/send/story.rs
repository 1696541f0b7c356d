//! What an agent and the person see of it, with the shipped program: the ways, the message, the links, the record, the log, and a
//! `kill -9` while a message is under way.

use doorward::audit::Fact;
use doorward::case::CaseId;
use doorward::flow::Error;
use doorward::flow::send::Progress;
use doorward_contract::ContactKind;
use doorward_lab::Database;
use doorward_lab::smtp::{Manner, Point};

use super::{NUMBER, PRIVATE, World, agent, maria, on_both, until};

on_both! {
    a_sent_link_works_and_the_one_before_is_dead
    a_message_under_way_when_the_program_is_killed_comes_again_under_its_id
}

async fn a_sent_link_works_and_the_one_before_is_dead(database: Database) {
    let world = World::shipped(database, |text| text).await;
    let (id, first) = world.opened().await;
    let ways = world.ways(&id).await;
    let shown: Vec<_> = ways.iter().map(|way| (way.kind, way.to.as_str(), way.last)).collect();
    assert_eq!(
        shown,
        [
            (ContactKind::Mail, "m•••@home.example", None),
            (ContactKind::Phone, "••• 0611", None),
            (ContactKind::Mail, "m•••@example.com", None),
        ]
    );

    world.send(&id, "m•••@home.example").await;
    assert_eq!(world.ended(&id, 1).await, [None]);
    let [mail] = world.lab.mail.taken().try_into().unwrap();
    assert_eq!(mail.to, [PRIVATE]);
    assert_eq!(mail.user.as_deref(), Some("doorward"));
    assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(mail.headers("Bcc").is_empty() && mail.headers("Cc").is_empty());
    let [message] = world.mail(PRIVATE).try_into().unwrap();
    assert!(message.text.contains("service-desk (INC4711) opened this page for you"));
    let second = message.link.unwrap();
    assert_ne!(first, second);

    let mut browser = world.lab.browser().unwrap();
    assert_eq!(browser.visit(&first).await.unwrap().status().as_u16(), 410);
    assert_eq!(browser.visit(&second).await.unwrap().status().as_u16(), 200);

    // By SMS the same: one message, and again only the newest leads there.
    let way = world.send(&id, "••• 0611").await;
    assert_eq!(world.ended(&id, 2).await, [None, None]);
    let [sms] = world.mail(NUMBER).try_into().unwrap();
    assert!(
        sms.text.chars().count() <= 160 && sms.text.contains("Nobody will ever ask you for a code"),
        "{}",
        sms.text
    );
    let third = sms.link.unwrap();
    assert_eq!(browser.visit(&second).await.unwrap().status().as_u16(), 410);
    browser.visit(&third).await.unwrap();
    let sent = world
        .ways(&id)
        .await
        .into_iter()
        .map(|way| way.last)
        .collect::<Vec<_>>();
    assert_eq!(sent, [Some(Progress::Sent), Some(Progress::Sent), None]);
    browser.form("/l/").unwrap().press("").await.unwrap();

    // Who took the link up is sent no other, and where they were reached is forgotten.
    assert!(world.ways(&id).await.is_empty());
    assert_eq!(world.case(&id).await.private.contacts, None);
    let late = world.flow.send_link(world.case(&id).await, &agent(), &way.id).await;
    assert!(matches!(late, Err(Error::Elsewhere)), "{late:?}");

    names_nobody(&world, &id, [&first, &second, &third]).await;
    world.lab.stop().await;
}

/// What is written down and logged names nobody and opens nothing.
async fn names_nobody(world: &World, id: &CaseId, links: [&String; 3]) {
    let events = world.flow.store.events_of(id).await.unwrap();
    let record = format!("{events:?}{}", world.lab.gateway_log());
    let openers = links.map(|link| link.rsplit('/').next().unwrap());
    let people = [PRIVATE, NUMBER, "0611", maria().login.as_str()];
    for secret in openers.into_iter().chain(people) {
        assert!(!record.contains(secret), "{secret}");
    }
    assert!(record.contains("a link was sent"));
}

async fn a_message_under_way_when_the_program_is_killed_comes_again_under_its_id(database: Database) {
    let hasty = |text: String| text.replacen("from = \"service.desk", "timeout = \"1s\"\nfrom = \"service.desk", 1);
    let world = World::shipped(database, hasty).await;
    let (id, _) = world.opened().await;
    world.lab.mail.misbehave(Point::End, Manner::Hold);
    world.send(&id, "m•••@home.example").await;
    until("the server has the message", async || world.lab.mail.taken().len() == 1).await;
    world.lab.kill_gateway().await;
    // While nobody sends, the database holds neither the address nor the link.
    let [held] = world.mail(PRIVATE).try_into().unwrap();
    let link = held.link.unwrap();
    let opener = link.rsplit('/').next().unwrap();
    let bytes = world.lab.database_bytes();
    for secret in [PRIVATE, opener] {
        assert!(
            !bytes.windows(secret.len()).any(|part| part == secret.as_bytes()),
            "{secret}"
        );
    }
    world.lab.mail.release();
    world.lab.start_gateway().await.unwrap();
    assert_eq!(world.ended(&id, 1).await, [None]);
    let taken = world.lab.mail.taken();
    assert!(taken.len() >= 2, "{}", taken.len());
    let ids: Vec<_> = taken.iter().map(|mail| mail.header("Message-ID")).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && id.is_some()), "{ids:?}");
    assert!(taken.iter().all(|mail| mail.raw == taken[0].raw));
    // The message's id is the one in the record.
    let ordered = world.facts(&id).await.into_iter().find_map(|fact| match fact {
        Fact::LinkOrdered { message, .. } => Some(message),
        _ => None,
    });
    assert!(ids[0].as_ref().unwrap().contains(&ordered.unwrap()));
    world.lab.stop().await;
}
