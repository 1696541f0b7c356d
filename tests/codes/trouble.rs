//! What does not count: wrong codes, old ones, late ones, others' ones, and more than there may be.

use std::time::Duration;

use doorward_lab::Database;
use doorward_lab::smtp::{Manner, Point};

use super::{MARIA, NUMBER, PRIVATE, Stage, another, on_both, posted, send, until};

const MINUTE: Duration = Duration::from_mins(1);

on_both! {
    five_wrong_ones_end_a_code_and_the_third_code_is_the_last
    a_code_counts_for_ten_minutes
    a_new_code_ends_the_one_before_and_a_button_pressed_twice_sends_one
    a_code_counts_in_its_own_case_and_its_own_browser_only
    an_address_and_an_account_are_sent_so_many_a_day
    a_code_that_counts_no_more_is_not_sent
}

async fn five_wrong_ones_end_a_code_and_the_third_code_is_the_last(database: Database) {
    let stage = Stage::shipped(database, |text| text).await;
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    for sent in 1..=3 {
        send(&mut walk).await;
        let code = stage.code_at(PRIVATE, sent).await;
        // A field that was left empty is no try.
        walk.enter_code(" - ").await.unwrap();
        walk.expect("check-code-sent").unwrap();
        assert!(!walk.browser.page().unwrap().says("That is not the code"));
        for left in (1..=4).rev() {
            let wrong = if left == 3 {
                "1234567".to_owned()
            } else {
                another(&code)
            };
            walk.enter_code(&wrong).await.unwrap();
            walk.expect("check-code-sent").unwrap();
            let page = walk.browser.page().unwrap();
            assert_eq!(page.attribute("#code", "aria-invalid").as_deref(), Some("true"));
            let words = if left == 1 {
                "You can try once more".to_owned()
            } else {
                format!("You can try {left} more times")
            };
            assert!(page.says(&words), "{}", page.text());
            assert_eq!(page.says("Send another code"), sent < 3, "{}", page.text());
        }
        walk.enter_code(&another(&code)).await.unwrap();
        if sent < 3 {
            walk.expect("check-code-again").unwrap();
            let page = walk.browser.page().unwrap();
            assert!(page.says("Too many wrong codes") && !page.has_form("/case/check/code"));
            // The right one comes too late.
            let (status, to) = posted(&walk, &stage, "case/check/code", &[("code", &code)]).await;
            assert_eq!((status.as_u16(), to.as_deref()), (303, Some("/case")));
            walk.look().await.unwrap();
            walk.expect("check-code-again").unwrap();
        }
    }
    stage.is_refused(&mut walk, MARIA).await;
    let lapsed = ("lapsed".to_owned(), "too many wrong codes were typed in".to_owned());
    assert_eq!(stage.results().await, [lapsed.clone(), lapsed.clone(), lapsed]);
    assert_eq!(stage.facts("check_code_wrong").await.len(), 15);
    stage.lab.stop().await;
}

async fn a_code_counts_for_ten_minutes(database: Database) {
    let stage = Stage::turned(database, |text| text).await;
    let mut walk = stage.proven(MARIA, "codes-phone").await;
    send(&mut walk).await;
    let first = stage.code_at(NUMBER, 1).await;
    stage.forward(10 * MINUTE);
    walk.enter_code(&first).await.unwrap();
    walk.expect("check-code-again").unwrap();
    assert!(walk.browser.page().unwrap().says("ran out"));
    send(&mut walk).await;
    stage.code_at(NUMBER, 2).await;
    // Nobody types anything: the page finds out by itself.
    stage.forward(10 * MINUTE);
    walk.look_until("check-code-again").await.unwrap();
    send(&mut walk).await;
    let third = stage.code_at(NUMBER, 3).await;
    let page = walk.browser.page().unwrap();
    assert!(
        page.says("last code") && !page.says("Send another code"),
        "{}",
        page.text()
    );
    stage.forward(9 * MINUTE + Duration::from_secs(59));
    walk.enter_code(&third).await.unwrap();
    walk.look_until("ready").await.unwrap();
    let results: Vec<_> = stage.results().await.into_iter().map(|(result, _)| result).collect();
    assert_eq!(results, ["lapsed", "lapsed", "passed"]);
    stage.lab.stop().await;
}

async fn a_new_code_ends_the_one_before_and_a_button_pressed_twice_sends_one(database: Database) {
    let stage = Stage::shipped(database, |text| text).await;
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    // Two tabs with the same page, and both are pressed.
    let fields = [("contact", "1"), ("sent", "0")];
    let (one, two) = tokio::join!(
        posted(&walk, &stage, "case/check", &fields),
        posted(&walk, &stage, "case/check", &fields)
    );
    assert_eq!((one.0.as_u16(), two.0.as_u16()), (303, 303));
    let first = stage.code_at(PRIVATE, 1).await;
    assert_eq!(stage.facts("check_code_ordered").await.len(), 1);
    walk.look().await.unwrap();
    send(&mut walk).await;
    let second = stage.code_at(PRIVATE, 2).await;
    assert_ne!(first, second);
    walk.enter_code(&first).await.unwrap();
    walk.expect("check-code-sent").unwrap();
    assert!(walk.browser.page().unwrap().says("newest message"));
    walk.enter_code(&second).await.unwrap();
    stage.is_let_in(&mut walk, MARIA).await;
    stage.lab.stop().await;
}

async fn a_code_counts_in_its_own_case_and_its_own_browser_only(database: Database) {
    let stage = Stage::shipped(database, |text| text).await;
    let mut one = stage.proven(MARIA, "codes-mail").await;
    send(&mut one).await;
    let ones = stage.code_at(PRIVATE, 1).await;
    let mut other = stage.proven(MARIA, "codes-mail").await;
    send(&mut other).await;
    let others = stage.code_at(PRIVATE, 2).await;
    other.enter_code(&ones).await.unwrap();
    other.expect("check-code-sent").unwrap();
    one.enter_code(&others).await.unwrap();
    one.expect("check-code-sent").unwrap();
    // A browser without the case has no use for its code, and a form that is none of ours is not taken.
    let address = stage.lab.sheet().doorward.address.join("case/check/code").unwrap();
    let client = doorward_lab::caller::client().unwrap();
    let fields = [("code", ones.as_str()), ("form_token", "made-up")];
    let strange = client.post(address.clone()).form(&fields).send().await.unwrap();
    assert_ne!(strange.status().as_u16(), 303);
    let cookie = one.browser.jar().header(&address, stage.lab.clock().now()).unwrap();
    let forged = client
        .post(address)
        .header("cookie", cookie)
        .form(&fields)
        .send()
        .await
        .unwrap();
    assert_eq!(forged.status().as_u16(), 403);
    one.look().await.unwrap();
    one.expect("check-code-sent").unwrap();
    // Two tabs type the right one.
    let right = [("code", ones.as_str())];
    let (first, second) = tokio::join!(
        posted(&one, &stage, "case/check/code", &right),
        posted(&one, &stage, "case/check/code", &right)
    );
    assert_eq!((first.0.as_u16(), second.0.as_u16()), (303, 303));
    stage.is_let_in(&mut one, MARIA).await;
    stage.lab.stop().await;
}

async fn an_address_and_an_account_are_sent_so_many_a_day(database: Database) {
    fn few(text: &str) -> String {
        let text = text.replace("codes_per_contact = 10000", "codes_per_contact = 1");
        text.replace("codes_per_account = 10000", "codes_per_account = 2")
    }
    let stage = Stage::turned(database, |text| few(&text)).await;
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    send(&mut walk).await;
    stage.code_at(PRIVATE, 1).await;
    // Another case for the same address, in the same day.
    let mut second = stage.proven(MARIA, "codes-mail").await;
    second.browser.form("/case/check").unwrap().press("").await.unwrap();
    assert_eq!(second.browser.page().unwrap().status().as_u16(), 429);
    second.look().await.unwrap();
    second.expect("check-code").unwrap();
    assert!(stage.facts("check_code_ordered").await.is_empty());
    // Another address of the same account is counted for the account: what was turned away for the address is not.
    let mut third = stage.proven(MARIA, "codes-phone").await;
    send(&mut third).await;
    stage.code_at(NUMBER, 1).await;
    third.browser.form("/case/check").unwrap().press("").await.unwrap();
    assert_eq!(third.browser.page().unwrap().status().as_u16(), 429);
    // The one that was sent still counts.
    third.look().await.unwrap();
    let code = stage.code_at(NUMBER, 1).await;
    third.enter_code(&code).await.unwrap();
    third.look_until("ready").await.unwrap();
    // The next day it goes on.
    stage.forward(24 * 60 * MINUTE);
    let mut next = stage.proven(MARIA, "codes-mail").await;
    send(&mut next).await;
    stage.code_at(PRIVATE, 2).await;
    stage.lab.stop().await;
}

async fn a_code_that_counts_no_more_is_not_sent(database: Database) {
    let stage = Stage::turned(database, |text| text).await;
    stage
        .lab
        .mail
        .misbehave(Point::To, Manner::Say("450 4.2.0 grey".to_owned()));
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    send(&mut walk).await;
    let attempts = || {
        let said = stage.lab.mail.said();
        said.iter()
            .filter(|line| line.starts_with("RCPT") || line.starts_with("MAIL"))
            .count()
    };
    until("an attempt was made", async || attempts() > 0).await;
    // The person asks for another one meanwhile: the first one's message is over.
    send(&mut walk).await;
    let code = stage.code_at(PRIVATE, 1).await;
    stage.forward(Duration::from_secs(90));
    until("the first one was given up", async || {
        stage.facts("check_code_not_sent").await.len() == 1
    })
    .await;
    assert_eq!(stage.facts("check_code_not_sent").await[0]["why"], "over");
    assert_eq!(stage.codes_at(PRIVATE).len(), 1);
    walk.enter_code(&code).await.unwrap();
    walk.look_until("ready").await.unwrap();
    stage.lab.stop().await;
}
