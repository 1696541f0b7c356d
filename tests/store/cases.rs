//! Cases: written whole or not at all, and never over what somebody else wrote.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use doorward::audit::{Event, Fact};
use doorward::case::{Case, CaseId, Handle, HandleKind, Opener, Private, Stage};
use doorward::store::{Change, Error, Filter, Store, Wake};
use doorward_contract::Timestamp;

use super::{Base, MINUTE, NOW, fact, handle, is_stale, maria, on_both};

on_both! {
    a_case_is_read_as_it_was_written
    a_case_that_is_not_there_is_nothing
    a_change_is_written_with_all_that_belongs_to_it
    a_change_from_an_old_reading_is_refused_and_leaves_nothing
    of_sixteen_writers_from_one_reading_one_writes
    sixteen_writers_on_two_nodes_lose_nothing
    a_handle_leads_to_its_case_until_its_time
    a_handle_never_changes_its_case
    dropped_handles_lead_nowhere
    what_identifies_a_person_may_change_and_stays_otherwise
    cases_are_listed_newest_first_page_by_page
    a_list_is_narrowed_to_what_is_asked_of_each_case
    a_change_that_fails_at_its_end_leaves_nothing
    a_writer_that_dies_anywhere_leaves_all_or_nothing
}

async fn a_case_is_read_as_it_was_written(base: Base) {
    let case = maria(NOW);
    base.store.begin(&case, &[], &[], None).await.unwrap();
    assert_eq!(base.another().await.case(&case.id).await.unwrap(), Some(case));
}

async fn a_case_that_is_not_there_is_nothing(base: Base) {
    let nobody = maria(NOW);
    assert_eq!(base.store.case(&nobody.id).await.unwrap(), None);
    let advanced = base.store.advance(&nobody, &nobody, Change::default()).await;
    assert!(matches!(advanced, Err(Error::Missing)));
    assert!(matches!(base.store.wake(&nobody.id, NOW).await, Err(Error::Missing)));
    assert!(matches!(
        base.store.erase(&nobody, &nobody, &[]).await,
        Err(Error::Missing)
    ));
}

async fn a_change_is_written_with_all_that_belongs_to_it(base: Base) {
    let seen = base.case().await;
    let link = handle(HandleKind::Link);
    let mut next = seen.clone();
    next.moved(Stage::Comparing).unwrap();
    next.changed_at = NOW.plus(MINUTE);
    let change = Change {
        handles: vec![link],
        wake: Wake::At(NOW.plus(MINUTE)),
        ..fact(&seen, Fact::Consented)
    };
    let written = base.store.advance(&seen, &next, change).await.unwrap();

    assert_eq!(written, Case { version: 1, ..next });
    assert_eq!(base.read(&seen.id).await, written);
    let found = base.store.case_by(HandleKind::Link, &link.digest, NOW).await.unwrap();
    assert_eq!(found, Some(written));
    let facts = base.store.events_of(&seen.id).await.unwrap();
    assert_eq!(facts.last(), Some(&Event::of(&seen.id, NOW, Fact::Consented)));
    assert_eq!(facts.len(), 2);
    assert_eq!(base.store.next_due().await.unwrap(), Some(NOW.plus(MINUTE)));
}

async fn a_change_from_an_old_reading_is_refused_and_leaves_nothing(base: Base) {
    let old = base.case().await;
    let new = base.store.advance(&old, &old, Change::default()).await.unwrap();
    let head = base.store.head().await.unwrap();
    let link = handle(HandleKind::Link);
    let change = || Change {
        handles: vec![link],
        wake: Wake::At(NOW),
        ..fact(&old, Fact::Consented)
    };
    assert!(is_stale(&base.store.advance(&old, &old, change()).await));
    let mut forgetful = old.clone();
    forgetful.private = Private::default();
    assert!(is_stale(&base.store.advance(&old, &forgetful, change()).await));
    let facts = [Event::of(&old.id, NOW, Fact::PersonErased)];
    assert!(is_stale(&base.store.erase(&old, &old, &facts).await));

    assert_eq!(base.read(&old.id).await, new);
    assert_eq!(base.store.head().await.unwrap(), head);
    let found = base.store.case_by(HandleKind::Link, &link.digest, NOW).await.unwrap();
    assert_eq!(found, None);
    assert_eq!(base.store.next_due().await.unwrap(), None);
}

async fn of_sixteen_writers_from_one_reading_one_writes(base: Base) {
    let seen = base.case().await;
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let (store, seen) = (base.store.clone(), seen.clone());
            tokio::spawn(async move { store.advance(&seen, &seen, fact(&seen, Fact::Consented)).await })
        })
        .collect();
    let mut written = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(case) => {
                assert_eq!(case.version, 1);
                written += 1;
            }
            Err(error) => assert!(matches!(error, Error::Stale), "{error:?}"),
        }
    }
    assert_eq!(written, 1);
    assert_eq!(base.store.events_of(&seen.id).await.unwrap().len(), 2);
}

async fn sixteen_writers_on_two_nodes_lose_nothing(base: Base) {
    const EACH: u32 = 5;
    let id = base.case().await.id;
    let nodes = [base.store.clone(), base.another().await];
    let writers: Vec<_> = (0..16)
        .map(|writer| tokio::spawn(add_faults(nodes[writer % 2].clone(), id.clone(), EACH)))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let case = base.read(&id).await;
    assert_eq!(
        (counted(&case), case.version),
        (i64::from(16 * EACH), i64::from(16 * EACH))
    );
    assert_eq!(base.store.head().await.unwrap().seq, case.version + 1);
}

/// Counts up in the case `times` times, reading it again whenever somebody else was faster.
async fn add_faults(store: Store, id: CaseId, times: u32) {
    for _ in 0..times {
        loop {
            let seen = store.case(&id).await.unwrap().unwrap();
            let mut next = seen.clone();
            next.hold_until = Some(Timestamp::from_micros(counted(&next) + 1));
            match store.advance(&seen, &next, fact(&seen, Fact::Consented)).await {
                Ok(_) => break,
                Err(error) => assert!(matches!(error, Error::Stale), "{error:?}"),
            }
        }
    }
}

async fn a_handle_leads_to_its_case_until_its_time(base: Base) {
    let case = maria(NOW);
    let browser = handle(HandleKind::Browser);
    base.store.begin(&case, &[], &[browser], None).await.unwrap();
    let by = async |kind, at| {
        let found = base.store.case_by(kind, &browser.digest, at).await.unwrap();
        found.map(|case| case.id)
    };
    let just_before = Timestamp::from_micros(browser.until.micros() - 1);
    assert_eq!(by(HandleKind::Browser, NOW).await.as_ref(), Some(&case.id));
    assert_eq!(by(HandleKind::Browser, just_before).await.as_ref(), Some(&case.id));
    assert_eq!(by(HandleKind::Browser, browser.until).await, None);
    // The same digest as another kind of handle is another handle.
    assert_eq!(by(HandleKind::Link, NOW).await, None);

    let longer = Handle {
        until: browser.until.plus(MINUTE),
        ..browser
    };
    let change = Change {
        handles: vec![longer],
        ..Change::default()
    };
    base.store.advance(&case, &case, change).await.unwrap();
    assert_eq!(by(HandleKind::Browser, browser.until).await, Some(case.id));
}

async fn a_handle_never_changes_its_case(base: Base) {
    let number = handle(HandleKind::Number);
    let (first, second) = (maria(NOW), maria(NOW));
    base.store.begin(&first, &[], &[number], None).await.unwrap();
    let begun = base.store.begin(&second, &[], &[number], Some(NOW)).await;
    assert!(matches!(begun, Err(Error::Taken)));
    assert_eq!(base.store.case(&second.id).await.unwrap(), None);
    assert_eq!(base.store.next_due().await.unwrap(), None);

    // Another draw, and the case begins.
    let another = handle(HandleKind::Number);
    base.store.begin(&second, &[], &[another], None).await.unwrap();
    let change = Change {
        handles: vec![number],
        ..Change::default()
    };
    let advanced = base.store.advance(&second, &second, change).await;
    assert!(matches!(advanced, Err(Error::Taken)));
    assert_eq!(base.read(&second.id).await, second);
    let found = base.store.case_by(HandleKind::Number, &number.digest, NOW).await;
    assert_eq!(found.unwrap(), Some(first));
}

async fn dropped_handles_lead_nowhere(base: Base) {
    let case = maria(NOW);
    let (old, new) = (handle(HandleKind::Link), handle(HandleKind::Link));
    let (browser, foreign) = (handle(HandleKind::Browser), handle(HandleKind::Link));
    base.store.begin(&case, &[], &[old, browser], None).await.unwrap();
    base.store.begin(&maria(NOW), &[], &[foreign], None).await.unwrap();
    let change = Change {
        drop_handles: vec![HandleKind::Link],
        handles: vec![new],
        ..Change::default()
    };
    base.store.advance(&case, &case, change).await.unwrap();
    let leads = async |handle: Handle| {
        let found = base.store.case_by(handle.kind, &handle.digest, NOW).await.unwrap();
        found.is_some()
    };
    assert!(!leads(old).await);
    assert!(leads(new).await && leads(browser).await && leads(foreign).await);
}

async fn what_identifies_a_person_may_change_and_stays_otherwise(base: Base) {
    let begun = base.case().await;
    let mut next = begun.clone();
    next.hold_until = Some(Timestamp::from_micros(1));
    let kept = base.store.advance(&begun, &next, Change::default()).await.unwrap();
    assert_eq!(base.read(&begun.id).await.private, begun.private);

    let mut next = kept.clone();
    next.private.visit = None;
    let changed = base.store.advance(&kept, &next, Change::default()).await.unwrap();
    assert_eq!(base.read(&begun.id).await, changed);
    assert_eq!(changed.private.visit, None);
    assert_eq!(changed.private.account, begun.private.account);
}

async fn cases_are_listed_newest_first_page_by_page(base: Base) {
    let mut begun = Vec::new();
    for at in 0..12 {
        let mut case = maria(NOW.plus(MINUTE * (at / 3)));
        case.stage = if at % 2 == 0 { Stage::Review } else { Stage::Ready };
        case.purpose = ["recovery", "recovery", "enrolment"][usize::try_from(at % 3).unwrap()].into();
        base.store.begin(&case, &[], &[], None).await.unwrap();
        begun.push(case);
    }
    begun.sort_by(|a, b| (b.opened_at, b.id.as_str()).cmp(&(a.opened_at, a.id.as_str())));
    for stage in [None, Some(Stage::Review), Some(Stage::Stuck)] {
        for purpose in [None, Some("enrolment".to_owned())] {
            let expected: Vec<_> = begun
                .iter()
                .filter(|case| stage.is_none_or(|stage| case.stage == stage))
                .filter(|case| purpose.as_ref().is_none_or(|purpose| case.purpose == *purpose))
                .cloned()
                .collect();
            let mut listed: Vec<Case> = Vec::new();
            loop {
                let filter = Filter {
                    stage,
                    purpose: purpose.clone(),
                    before: listed.last().map(|case| (case.opened_at, case.id.clone())),
                    limit: 2,
                    ..Filter::default()
                };
                let page = base.store.cases(filter).await.unwrap();
                assert!(page.len() <= 2);
                if page.is_empty() {
                    break;
                }
                listed.extend(page);
            }
            assert_eq!(listed, expected);
        }
    }
}

#[expect(clippy::too_many_lines, reason = "every filter, one after the other")]
async fn a_list_is_narrowed_to_what_is_asked_of_each_case(base: Base) {
    let by = |name: &str| Opener::Operator {
        name: name.to_owned(),
        ticket: None,
    };
    let mut cases = Vec::new();
    for (at, (source, opener, number)) in [
        ("portal", Opener::Person, "K7QF-3M2P"),
        ("helpdesk", by("Robin Okafor"), "K7QF-9XYZ"),
        ("helpdesk", by("Sade Bello"), "T4XD-9HRB"),
        (
            "okta",
            Opener::Client {
                name: "okta".to_owned(),
            },
            "W2NC-6JVK",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut case = maria(NOW.plus(MINUTE * u32::try_from(at).unwrap()));
        case.source = source.to_owned();
        case.opener = opener;
        case.number = number.to_owned();
        base.store.begin(&case, &[], &[], None).await.unwrap();
        cases.push(case);
    }
    let some = |text: &str| Some(text.to_owned());
    let none = Filter::default;
    let minute = |at: u32| Some(NOW.plus(MINUTE * at));
    for (filter, wanted) in [
        (
            Filter {
                source: some("helpdesk"),
                ..none()
            },
            &[2, 1][..],
        ),
        (
            Filter {
                opener: some("robin okafor"),
                ..none()
            },
            &[1],
        ),
        (
            Filter {
                opener: some("person"),
                ..none()
            },
            &[0],
        ),
        (
            Filter {
                opener: some("robin"),
                ..none()
            },
            &[],
        ),
        (
            Filter {
                number: some("K7QF"),
                ..none()
            },
            &[1, 0],
        ),
        (
            Filter {
                number: some("K7QF-3M2P"),
                ..none()
            },
            &[0],
        ),
        (
            Filter {
                number: some("%"),
                ..none()
            },
            &[],
        ),
        (
            Filter {
                from: minute(1),
                to: minute(3),
                ..none()
            },
            &[2, 1],
        ),
        (
            Filter {
                source: some("helpdesk"),
                stage: Some(Stage::Ready),
                ..none()
            },
            &[],
        ),
        (
            Filter {
                source: some("helpdesk"),
                purpose: some("recovery"),
                number: some("T"),
                ..none()
            },
            &[2],
        ),
        (
            Filter {
                source: some("helpdesk"),
                before: Some((cases[2].opened_at, cases[2].id.clone())),
                ..none()
            },
            &[1],
        ),
    ] {
        let said = format!("{filter:?}");
        let found = base.store.cases(Filter { limit: 10, ..filter }).await.unwrap();
        let wanted: Vec<_> = wanted.iter().map(|at| &cases[*at].number).collect();
        assert_eq!(
            found.iter().map(|case| &case.number).collect::<Vec<_>>(),
            wanted,
            "{said}"
        );
    }
}

/// What only shows in the last statement undoes all before it.
async fn a_change_that_fails_at_its_end_leaves_nothing(base: Base) {
    let seen = base.case().await;
    let link = handle(HandleKind::Link);
    let mut next = seen.clone();
    next.hold_until = Some(Timestamp::from_micros(counted(&next) + 1));
    let change = Change {
        handles: vec![link],
        wake: Wake::At(NOW),
        ..fact(&seen, Fact::Consented)
    };
    let raw = base.raw().await;
    raw.run("alter table events rename to mislaid").await;
    let advanced = base.store.advance(&seen, &next, change.clone()).await;
    assert!(matches!(advanced, Err(Error::Unavailable { .. })), "{advanced:?}");
    let begun = base.store.begin(&maria(NOW), &change.events, &[link], Some(NOW)).await;
    assert!(matches!(begun, Err(Error::Unavailable { .. })), "{begun:?}");
    let erased = base.store.erase(&seen, &next, &change.events).await;
    assert!(matches!(erased, Err(Error::Unavailable { .. })), "{erased:?}");
    raw.run("alter table mislaid rename to events").await;

    assert_eq!(base.read(&seen.id).await, seen);
    assert_eq!(raw.number("select count(*) from cases").await, 1);
    assert_eq!(raw.number("select count(*) from handles").await, 0);
    assert_eq!(base.store.next_due().await.unwrap(), None);
    assert_eq!(base.store.head().await.unwrap().seq, 1);
    base.store.advance(&seen, &next, change).await.unwrap();
}

/// A worker that is killed stops between two polls. So: stop after the first poll, after the second, and so on, often
/// enough that each place between two statements comes up.
async fn a_writer_that_dies_anywhere_leaves_all_or_nothing(base: Base) {
    const ROUNDS: u32 = 120;
    let mut seen = base.case().await;
    let (mut written, mut left) = (0, 0);
    for round in 0..ROUNDS {
        let before = base.store.head().await.unwrap();
        let link = handle(HandleKind::Link);
        let mut next = seen.clone();
        next.hold_until = Some(Timestamp::from_micros(counted(&next) + 1));
        next.private.visit = Some(format!("https://verifier.example/{round}"));
        let change = Change {
            handles: vec![link],
            ..fact(&seen, Fact::Consented)
        };
        let ended = Box::pin(at_most(1 + round % 15, base.store.advance(&seen, &next, change))).await;

        // On SQLite, writing again waits for what was left behind; what was being committed may have been.
        base.store.note(&[]).await.unwrap();
        let now = base.read(&seen.id).await;
        let happened = now.version > seen.version;
        let expected = Case {
            version: seen.version + 1,
            ..next
        };
        assert_eq!(now, if happened { expected } else { seen.clone() });
        let head = base.store.head().await.unwrap();
        assert_eq!(head.seq, before.seq + i64::from(happened));
        let found = base.store.case_by(link.kind, &link.digest, NOW).await.unwrap();
        assert_eq!(found.is_some(), happened);
        *(if happened { &mut written } else { &mut left }) += 1;
        if let Some(ended) = ended {
            assert_eq!(ended.unwrap(), now);
        }
        seen = now;
    }
    assert!(
        left > 0 && written > 0,
        "died {left} times before, {written} times after"
    );
}

/// What `future` gives, unless it needs more than so many polls: then it is dropped.
async fn at_most<T>(polls: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// A number that a test keeps in a case.
fn counted(case: &Case) -> i64 {
    case.hold_until.map_or(0, Timestamp::micros)
}
