//! What is written down to be told: with the change or not at all, to those who hear of it, and nothing of the person.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorward::audit::{Event, Fact};
use doorward::case::{Case, End, Opener, Refusal, Stage};
use doorward::notice::{Hearer, Hearers, Kind};
use doorward::store::{Change, Error};
use doorward_contract::{Clock, Outcome};
use serde_json::{Value, json};

use super::{Base, NOW, on_both};
use crate::store::{MARIA, maria};

on_both! {
    a_change_that_is_not_written_tells_nothing
    a_new_case_that_is_not_written_tells_nothing
    every_stage_is_told_once_to_whom_hears_of_it
    a_message_names_the_case_and_nothing_of_the_person
    a_refusal_is_told_and_not_why
    what_is_not_heard_of_is_not_written
    what_waits_too_long_is_given_up_and_what_ended_long_ago_is_dropped
}

/// Moves a case on, with facts.
async fn on(base: &Base, case: &Case, stage: Stage, facts: Vec<Fact>) -> Case {
    let now = base.clock.now();
    let next = Case {
        stage,
        changed_at: now,
        ..case.clone()
    };
    let events = facts.into_iter().map(|fact| Event::of(&case.id, now, fact)).collect();
    let change = Change {
        events,
        ..Change::default()
    };
    base.store.advance(case, &next, change).await.unwrap()
}

/// What is told, oldest first.
async fn told(base: &Base) -> Vec<String> {
    let mut kinds: Vec<String> = base.list().await.into_iter().map(|delivery| delivery.kind).collect();
    kinds.reverse();
    kinds
}

async fn a_change_that_is_not_written_tells_nothing(base: Base) {
    let base = base.telling(&["tickets"]);
    let seen = base.opened().await;
    let written = on(&base, &seen, Stage::Comparing, Vec::new()).await;
    let change = Change {
        events: vec![Event::of(&seen.id, NOW, Fact::Closed { end: End::Expired })],
        ..Change::default()
    };
    let closed = Case {
        stage: Stage::Closed,
        ..seen.clone()
    };
    let stale = base.store.advance(&seen, &closed, change).await;
    assert!(matches!(stale, Err(Error::Stale)));
    assert_eq!(told(&base).await, ["case.opened"]);
    assert_eq!(base.store.case(&seen.id).await.unwrap(), Some(written));
}

async fn a_new_case_that_is_not_written_tells_nothing(base: Base) {
    let base = base.telling(&["tickets"]);
    let case = base.opened().await;
    let opened = Fact::CaseOpened {
        source: case.source.clone(),
        purpose: case.purpose.clone(),
        opener: case.opener.word(),
        ticket: None,
    };
    let events = [Event::of(&case.id, NOW, opened)];
    let taken = base.store.begin(&case, &events, &[], None).await;
    assert!(matches!(taken, Err(Error::Taken)));
    assert_eq!(base.list().await.len(), 1);
}

async fn every_stage_is_told_once_to_whom_hears_of_it(base: Base) {
    let base = base.telling(&["tickets"]);
    let mut case = base.opened().await;
    let passed = Fact::ProofRead {
        outcome: Outcome::Passed,
        checks: Vec::new(),
        facts: Value::Null,
    };
    let pending = Fact::ProofRead {
        outcome: Outcome::Pending,
        checks: Vec::new(),
        facts: Value::Null,
    };
    for (stage, facts, expected) in [
        (Stage::Consent, vec![Fact::BrowserBound], vec!["case.bound"]),
        (Stage::Proving, vec![Fact::Consented], vec!["case.consented"]),
        (Stage::Proving, vec![pending], vec![]),
        (Stage::Review, vec![passed], vec!["case.proven", "case.review"]),
        (Stage::Checking, vec![], vec!["case.checking"]),
        (Stage::Acting, vec![], vec!["case.acting"]),
        (Stage::Stuck, vec![], vec!["case.stuck"]),
        (Stage::Acting, vec![], vec!["case.acting"]),
        (Stage::Acting, vec![], vec![]),
        (Stage::Ready, vec![], vec!["case.ready"]),
        (
            Stage::Closed,
            vec![Fact::PassShown, Fact::Closed { end: End::Recovered }],
            vec!["case.shown", "case.closed"],
        ),
        (Stage::Closed, vec![Fact::PersonErased], vec![]),
    ] {
        let before = base.list().await.len();
        base.clock.forward(std::time::Duration::from_secs(1));
        case = on(&base, &case, stage, facts).await;
        let mut new: Vec<String> = told(&base).await.split_off(before);
        // Those of one change have one time.
        new.sort_by_key(|kind| Kind::ALL.iter().position(|known| known.word() == kind));
        assert_eq!(new, expected, "{stage:?}");
    }
}

async fn a_message_names_the_case_and_nothing_of_the_person(base: Base) {
    let base = base.telling(&["tickets"]);
    let case = Case {
        opener: Opener::Operator {
            name: "Robin".to_owned(),
            ticket: Some("INC0042".to_owned()),
        },
        ..maria(NOW)
    };
    let opened = Fact::CaseOpened {
        source: case.source.clone(),
        purpose: case.purpose.clone(),
        opener: case.opener.word(),
        ticket: case.opener.ticket(),
    };
    let events = [Event::of(&case.id, NOW, opened)];
    base.store.begin(&case, &events, &[], None).await.unwrap();
    let body = base.only().await.body.unwrap();
    for word in MARIA {
        assert!(!body.contains(word), "{word} is told");
    }
    let message: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "type": "case.opened",
        "timestamp": "2026-01-15T10:00:00.000000Z",
        "data": {"case": {
            "id": case.id, "number": case.number, "purpose": "recovery", "source": "portal", "stage": "proving",
            "opener": "Robin", "ticket": "INC0042", "end": null,
            "opened_at": "2026-01-15T10:00:00.000000Z", "changed_at": "2026-01-15T10:00:00.000000Z",
            "expires_at": "2026-01-15T10:30:00.000000Z", "ended_at": null,
        }},
    });
    assert_eq!(message, expected);
}

async fn a_refusal_is_told_and_not_why(base: Base) {
    let base = base.telling(&["tickets"]);
    let case = base.opened().await;
    let end = End::Refused {
        refusal: Refusal::Mismatch,
    };
    let closed = Case {
        stage: Stage::Closed,
        end: Some(end.clone()),
        ended_at: Some(NOW),
        changed_at: NOW,
        ..case.clone()
    };
    let change = Change {
        events: vec![Event::of(&case.id, NOW, Fact::Closed { end })],
        ..Change::default()
    };
    base.store.advance(&case, &closed, change).await.unwrap();
    let list = base.list().await;
    let ended = list.iter().find(|delivery| delivery.kind == "case.closed").unwrap();
    let body = base.store.delivery(&ended.id).await.unwrap().unwrap().body.unwrap();
    let message: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(message["data"]["case"]["end"], "refused");
    assert!(!body.contains("mismatch"), "{body}");
}

async fn what_is_not_heard_of_is_not_written(mut base: Base) {
    let hearer = |name: &str, kinds: &[Kind], purposes: &[&str]| Hearer {
        name: name.to_owned(),
        kinds: kinds.to_vec(),
        purposes: purposes.iter().map(|name| (*name).to_owned()).collect(),
    };
    base.store = base.store.telling(Arc::new(Hearers(vec![
        hearer("all", &[], &[]),
        hearer("ends", &[Kind::CaseClosed], &[]),
        hearer("others", &[], &["another"]),
        hearer("ours", &[Kind::CaseOpened, Kind::CaseClosed], &["another", "recovery"]),
    ])));
    let case = base.opened().await;
    on(&base, &case, Stage::Acting, Vec::new()).await;
    let mut heard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for delivery in base.list().await {
        heard.entry(delivery.webhook).or_default().push(delivery.kind);
    }
    let heard_all = heard.remove("all").unwrap();
    assert_eq!(heard_all.len(), 2);
    assert_eq!(
        heard,
        BTreeMap::from([("ours".to_owned(), vec!["case.opened".to_owned()])])
    );
}

async fn what_waits_too_long_is_given_up_and_what_ended_long_ago_is_dropped(base: Base) {
    let base = base.telling(&["nobody-sends-there"]);
    base.opened().await;
    let hours = |count| NOW.plus(std::time::Duration::from_hours(count));
    for (at, state) in [(hours(71), "waiting"), (hours(73), "given_up")] {
        base.store.sweep(at).await.unwrap();
        assert_eq!(base.only().await.state.word(), state);
    }
    base.store.sweep(hours(73 + 14 * 24 - 1)).await.unwrap();
    assert_eq!(base.list().await.len(), 1);
    base.store.sweep(hours(73 + 14 * 24 + 1)).await.unwrap();
    assert_eq!(base.list().await.len(), 0);
}
