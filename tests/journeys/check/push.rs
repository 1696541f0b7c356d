//! A push: approved, denied, reported, not answered, and out while Doorward is killed.

use std::time::Duration;

use doorward_lab::Database;

use super::{Stage, Wish};

/// What is otherwise about everybody at Duo.
type Change = fn(&mut doorward_duo::fake::Resident);

/// The newest push, answered.
fn answer(stage: &Stage, answer: &str) {
    let txid = stage.duo.pushes().pop().expect("a push");
    assert!(stage.duo.answer_push(&txid, answer));
}

async fn from_the_prompt_and_back(database: Database) {
    let stage = Stage::of(Wish {
        database,
        ..Wish::default()
    })
    .await;
    let mut walk = stage.walk();
    stage.at_prompt_of_vpn(&mut walk).await;
    walk.browser.follow("/duo/start").await.unwrap();
    walk.expect("login").unwrap();
    let form = walk.browser.form("/duo/duo/start").unwrap();
    form.set("login", "maria.silva@example.com")
        .press("Continue")
        .await
        .unwrap();
    stage.prove(&mut walk).await;
    walk.expect("push").unwrap();
    assert!(stage.duo.pushes().is_empty(), "nobody is asked before they say so");
    stage.ready(&mut walk).await;
    walk.expect("push-sent").unwrap();
    assert_eq!(stage.duo.pushes().len(), 1);
    // Pressing again, or from another tab, sends no second message.
    let case = stage.lab.sheet().doorward.address.join("case").unwrap();
    walk.browser.visit(case.as_str()).await.unwrap();
    walk.expect("push-sent").unwrap();
    assert!(!walk.browser.page().unwrap().has_form("/case/check"));
    answer(&stage, "approve");
    walk.look_until("ready").await.unwrap();
    walk.browser.form("/case/reveal").unwrap().press("").await.unwrap();
    walk.expect("shown").unwrap();
    let back = walk.browser.page().unwrap().link("Back to sign-in").unwrap();
    assert_eq!(back, stage.lab.sheet().duo.application);
    assert_eq!(stage.results().await, ["passed"]);
    assert_eq!(stage.facts("check_asked").await.len(), 1);
    // Duo's own policies about networks are asked with where the person is.
    let asked = stage.duo.fake().asked();
    let auth = asked.iter().find(|asked| asked.path.ends_with("/auth")).unwrap();
    assert_eq!(auth.body["ipaddr"], "127.0.0.1");
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_duos_prompt_by_its_help_link_with_a_push_and_back_on_sqlite() {
    Box::pin(from_the_prompt_and_back(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_duos_prompt_by_its_help_link_with_a_push_and_back_on_postgresql() {
    Box::pin(from_the_prompt_and_back(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_wants_a_number_shows_it_to_this_browser_only() {
    let stage = Stage::of(Wish {
        verified: true,
        ..Wish::default()
    })
    .await;
    let mut walk = stage.proven().await;
    stage.ready(&mut walk).await;
    walk.expect("push-sent").unwrap();
    let number = walk.browser.page().unwrap().first(".secret code").unwrap();
    assert_eq!(number.len(), 6, "{number}");
    let seen = format!("{}{}", stage.case().await, stage.lab.gateway_log());
    assert!(!seen.contains(&number), "{seen}");
    assert!(
        !stage
            .lab
            .database_bytes()
            .windows(6)
            .any(|part| part == number.as_bytes())
    );
    answer(&stage, "approve");
    stage.is_let_in(&mut walk).await;
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_push_refuses_and_a_reported_one_raises_the_alarm() {
    for (what, refusal, result) in [
        ("deny", "unchecked", "denied"),
        ("locked_out", "unchecked", "denied"),
        // Duo says allow here too, without having asked.
        ("bypass", "unchecked", "denied"),
        ("fraud", "reported_fraud", "fraud"),
    ] {
        let stage = Stage::of(Wish::default()).await;
        let mut walk = stage.proven().await;
        stage.ready(&mut walk).await;
        answer(&stage, what);
        stage.is_refused(&mut walk, refusal).await;
        assert_eq!(stage.results().await, [result], "{what}");
        let loud = stage.lab.gateway_log().contains("somebody else tries to get into it");
        assert_eq!(loud, what == "fraud", "{what}");
        stage.lab.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_nobody_answers_may_be_sent_again_as_often_as_the_purpose_says() {
    let stage = Stage::of(Wish {
        turned: true,
        ..Wish::default()
    })
    .await;
    let clock = stage.clock.clone().unwrap();
    let mut walk = stage.proven().await;
    for count in 1..=3 {
        stage.ready(&mut walk).await;
        walk.expect("push-sent").unwrap();
        assert_eq!(stage.duo.pushes().len(), count);
        if count == 2 {
            // Duo says by itself that time is up.
            answer(&stage, "timeout");
            clock.forward(Duration::from_secs(2));
        } else {
            clock.forward(Duration::from_secs(91));
        }
        if count < 3 {
            walk.look_until("push-again").await.unwrap();
        }
    }
    stage.is_refused(&mut walk, "unchecked").await;
    assert_eq!(stage.results().await, ["lapsed", "lapsed", "lapsed"]);
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_duo_cannot_ask_is_refused_and_staff_are_told_why() {
    let cases: [(Change, &str); 4] = [
        (|person| person.devices.clear(), "no device"),
        (|person| person.status = "locked out".to_owned(), "locked out"),
        // Whom Duo would let in unasked is protected from being acted on, and is not asked either.
        (|person| person.status = "bypass".to_owned(), "protected"),
        (
            |person| {
                person.username = format!("other-{}", person.username);
                person.email = None;
            },
            "no",
        ),
    ];
    for (change, why) in cases {
        let stage = Stage::of(Wish {
            change,
            ..Wish::default()
        })
        .await;
        let mut walk = stage.proven().await;
        stage.ready(&mut walk).await;
        stage.is_refused(&mut walk, "unchecked").await;
        assert_eq!(stage.results().await, ["impossible"], "{why}");
        let told = stage.facts("check_answered").await[0]["why"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(told.contains(why), "{told}");
        assert!(stage.duo.pushes().is_empty(), "{why}");
        stage.lab.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_outlives_a_killed_doorward_and_is_not_sent_twice() {
    let stage = Stage::of(Wish::default()).await;
    let mut walk = stage.proven().await;
    stage.ready(&mut walk).await;
    stage.lab.kill_gateway().await;
    answer(&stage, "approve");
    stage.lab.start_gateway().await.unwrap();
    stage.is_let_in(&mut walk).await;
    assert_eq!(stage.duo.pushes().len(), 1);
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_may_withdraw_while_they_are_asked() {
    let stage = Stage::of(Wish::default()).await;
    let mut walk = stage.proven().await;
    stage.ready(&mut walk).await;
    walk.withdraw().await.unwrap();
    answer(&stage, "approve");
    walk.look().await.unwrap();
    walk.expect("withdrawn").unwrap();
    stage.lab.stop().await;
}
