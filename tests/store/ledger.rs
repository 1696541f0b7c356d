//! The record: chained with every change, and whatever is done to it past the store shows.

use doorward::audit::{Event, Fact, Fault, Head, Link, verify};
use doorward::case::{Case, Stage};
use doorward::store::{Change, Store};
use futures_util::future::join_all;

use super::{Base, NOW, fact, on_both};

on_both! {
    a_new_record_is_empty
    facts_are_kept_in_order_with_their_case_and_without
    links_are_read_in_pages
    the_chain_holds_after_writers_on_two_nodes
    an_altered_event_is_named
    an_altered_event_with_a_hash_to_match_is_named
    a_deleted_event_is_named
    a_cut_end_is_named
    swapped_events_are_named
    an_event_put_in_between_is_named
}

/// Checks the whole record as an auditor does: from its start, link after link, to where its head says it ends.
async fn audit(store: &Store) -> Result<Head, Fault> {
    let head = store.head().await.unwrap();
    let mut reached = Head::start();
    loop {
        let links = store.links(reached.seq, 7).await.unwrap();
        if links.is_empty() {
            break;
        }
        reached = verify(reached, links)?;
    }
    if reached == head {
        return Ok(head);
    }
    Err(Fault::Cut {
        expected: head.seq,
        found: reached.seq,
    })
}

/// A case with ten facts, which is all there is in the record.
async fn ten_facts(base: &Base) -> Case {
    let mut case = base.case().await;
    for _ in 0..8 {
        let change = fact(&case, Fact::Consented);
        case = base.store.advance(&case, &case, change).await.unwrap();
    }
    let lost = Event::apart(NOW, Fact::PassShown);
    base.store.note(&[lost]).await.unwrap();
    assert_eq!(audit(&base.store).await.unwrap().seq, 10);
    case
}

async fn a_new_record_is_empty(base: Base) {
    assert_eq!(base.store.head().await.unwrap(), Head::start());
    assert_eq!(base.store.links(0, 10).await.unwrap(), []);
    base.store.note(&[]).await.unwrap();
    assert_eq!(audit(&base.store).await, Ok(Head::start()));
}

async fn facts_are_kept_in_order_with_their_case_and_without(base: Base) {
    let seen = base.case().await;
    let other = base.case().await;
    let [bound, agreed] = [Fact::BrowserBound, Fact::Consented].map(|fact| Event::of(&seen.id, NOW, fact));
    let refused = Event::apart(
        NOW,
        Fact::WebhookRefused {
            verifier: "persona".to_owned(),
            why: "no signature".to_owned(),
        },
    );
    let change = Change {
        events: vec![bound.clone(), agreed.clone()],
        ..Change::default()
    };
    let mut next = seen.clone();
    next.moved(Stage::Comparing).unwrap();
    base.store.advance(&seen, &next, change).await.unwrap();
    base.store.note(std::slice::from_ref(&refused)).await.unwrap();

    let facts = base.store.events_of(&seen.id).await.unwrap();
    assert_eq!(facts.len(), 3);
    assert_eq!(facts[1..], [bound.clone(), agreed.clone()]);
    assert_eq!(base.store.events_of(&other.id).await.unwrap().len(), 1);
    let links = base.store.links(2, 10).await.unwrap();
    let recorded: Vec<Event> = links
        .iter()
        .map(|link| serde_json::from_str(&link.text).unwrap())
        .collect();
    assert_eq!(recorded, [bound, agreed, refused]);
    let words = base.raw().await.texts("select kind from events order by seq").await;
    let words: Vec<_> = words.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(
        words,
        [
            "case_opened",
            "case_opened",
            "browser_bound",
            "consented",
            "webhook_refused"
        ]
    );
    assert!(audit(&base.store).await.is_ok());
}

async fn links_are_read_in_pages(base: Base) {
    ten_facts(&base).await;
    let places = async |after, limit| {
        let links = base.store.links(after, limit).await.unwrap();
        links.into_iter().map(|Link { seq, .. }| seq).collect::<Vec<_>>()
    };
    assert_eq!(places(0, 3).await, [1, 2, 3]);
    assert_eq!(places(3, 3).await, [4, 5, 6]);
    assert_eq!(places(9, 3).await, [10]);
    assert!(places(10, 3).await.is_empty());
}

async fn the_chain_holds_after_writers_on_two_nodes(base: Base) {
    let nodes = [base.store.clone(), base.another().await];
    let writers = (0..12).map(|writer| {
        let (store, base) = (nodes[writer % 2].clone(), &base);
        async move {
            let mut case = base.case().await;
            for _ in 0..4 {
                case = store.advance(&case, &case, fact(&case, Fact::Consented)).await.unwrap();
                let lost = Event::apart(NOW, Fact::PassShown);
                store.note(&[lost.clone(), lost]).await.unwrap();
            }
            assert_eq!(store.events_of(&case.id).await.unwrap().len(), 5);
        }
    });
    join_all(writers).await;
    assert_eq!(audit(&base.store).await.unwrap().seq, 12 * (1 + 4 * 3));
}

async fn an_altered_event_is_named(base: Base) {
    ten_facts(&base).await;
    let raw = base.raw().await;
    raw.run("update events set text = replace(text, 'consented', 'withdrawn') where seq = 4")
        .await;
    assert_eq!(audit(&base.store).await, Err(Fault::Altered { seq: 4 }));
}

async fn an_altered_event_with_a_hash_to_match_is_named(base: Base) {
    ten_facts(&base).await;
    let links = base.store.links(0, 10).await.unwrap();
    let before = Head {
        seq: 3,
        hash: links[2].hash.clone(),
    };
    let (forged, _) = before.then(links[3].text.replace("consented", "withdrawn"));
    let Link { seq, text, hash } = forged;
    let raw = base.raw().await;
    raw.run(&format!(
        "update events set text = '{text}', hash = '{hash}' where seq = {seq}"
    ))
    .await;
    // The forged event follows from the one before; the next no longer follows from it.
    assert_eq!(audit(&base.store).await, Err(Fault::Altered { seq: 5 }));
}

async fn a_deleted_event_is_named(base: Base) {
    ten_facts(&base).await;
    base.raw().await.run("delete from events where seq = 6").await;
    let gap = Fault::Gap { expected: 6, found: 7 };
    assert_eq!(audit(&base.store).await, Err(gap));
    // Closing the gap does not help.
    let raw = base.raw().await;
    for seq in 7..=10 {
        raw.run(&format!("update events set seq = {seq} - 1 where seq = {seq}"))
            .await;
    }
    assert_eq!(audit(&base.store).await, Err(Fault::Altered { seq: 6 }));
}

async fn a_cut_end_is_named(base: Base) {
    ten_facts(&base).await;
    base.raw().await.run("delete from events where seq > 8").await;
    let cut = Fault::Cut { expected: 10, found: 8 };
    assert_eq!(audit(&base.store).await, Err(cut));
}

async fn swapped_events_are_named(base: Base) {
    ten_facts(&base).await;
    base.raw()
        .await
        .run(
            "update events set seq = -9 where seq = 9; \
             update events set seq = 9 where seq = 10; \
             update events set seq = 10 where seq = -9",
        )
        .await;
    assert_eq!(audit(&base.store).await, Err(Fault::Altered { seq: 9 }));
}

async fn an_event_put_in_between_is_named(base: Base) {
    ten_facts(&base).await;
    let raw = base.raw().await;
    for seq in (5..=10).rev() {
        raw.run(&format!("update events set seq = {seq} + 1 where seq = {seq}"))
            .await;
    }
    raw.run(
        "insert into events (seq, case_id, at, kind, text, hash) \
         select 5, case_id, at, kind, text, hash from events where seq = 4",
    )
    .await;
    assert_eq!(audit(&base.store).await, Err(Fault::Altered { seq: 5 }));
}
