//! What the person sees of it, with the shipped program, and what nobody else does.

use doorward_lab::{Database, Lab};

use super::{MARIA, NUMBER, PRIVATE, Stage, on_both, send};
use crate::journeys::secret::everything;

on_both! {
    a_code_by_mail_and_then_one_by_sms_let_the_person_in_and_leave_no_trace
    a_gateway_that_is_killed_between_the_message_and_the_code_takes_the_code_all_the_same
}

/// Both codes, one after the other.
fn both(text: &str) -> String {
    let one = "checks = [{ carrier = \"mail\", check = \"email_code\" }]";
    assert!(text.contains(one));
    let two =
        "checks = [{ carrier = \"mail\", check = \"email_code\" }, { carrier = \"sms\", check = \"phone_code\" }]";
    text.replacen(one, two, 1)
}

/// Looks for texts in the log, the record and the database, byte for byte.
fn searched(lab: &Lab, words: &[&str]) {
    for (place, bytes) in everything(lab) {
        for word in words {
            let found = bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!found, "{word} is in {place}");
        }
    }
}

async fn a_code_by_mail_and_then_one_by_sms_let_the_person_in_and_leave_no_trace(database: Database) {
    let stage = Stage::shipped(database, |text| both(&text)).await;
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    walk.expect("check-code").unwrap();
    let page = walk.browser.page().unwrap();
    // Nothing is sent before the person says so, and where it would go is masked.
    assert!(stage.codes_at(PRIVATE).is_empty());
    assert!(page.says("m•••@home.example") && !page.source().contains(PRIVATE));
    send(&mut walk).await;
    let mail = stage.code_at(PRIVATE, 1).await;
    let page = walk.browser.page().unwrap();
    for (name, value) in [
        ("inputmode", "numeric"),
        ("autocomplete", "one-time-code"),
        ("value", ""),
    ] {
        assert_eq!(page.attribute("#code", name).as_deref(), Some(value));
    }
    // Nothing takes away what somebody types.
    assert_eq!(page.refresh(), None);
    let [message] = stage.lab.mail.taken().try_into().unwrap();
    let text = message.text();
    assert!(
        text.starts_with(&format!("{mail} is your code for Example Hospital: ")),
        "{text}"
    );
    assert!(
        text.contains("10 minutes") && text.contains("Nobody will ask you for it"),
        "{text}"
    );
    assert!(text.contains("IT service desk, room 114 (+1 555 0100)"), "{text}");
    assert!(!text.contains("http") && !message.header("Subject").unwrap().contains(&mail));
    // While it counts, it is nowhere but in the message.
    searched(&stage.lab, &[&mail, PRIVATE, NUMBER, "home.example"]);

    // As people type it.
    let spaced = format!(" {} - {}", &mail[..4], &mail[4..]);
    walk.enter_code(&spaced).await.unwrap();
    walk.look_until("check-code").await.unwrap();
    assert!(walk.browser.page().unwrap().says("••• 0611"));
    send(&mut walk).await;
    let sms = stage.code_at(NUMBER, 1).await;
    let messages = stage.lab.mailbox.all();
    let text = &messages.iter().find(|message| message.to == NUMBER).unwrap().text;
    assert_eq!(text.lines().last(), Some(format!("@127.0.0.1 #{sms}").as_str()));
    assert!(!text.contains("http"), "{text}");
    // What the mail brought counts once, and nowhere else.
    walk.enter_code(&mail).await.unwrap();
    walk.expect("check-code-sent").unwrap();
    walk.enter_code(&sms).await.unwrap();
    stage.is_let_in(&mut walk, MARIA).await;

    told(&stage).await;
    searched(&stage.lab, &[&mail, &sms, PRIVATE, NUMBER]);
    for visit in walk.browser.history() {
        let address = visit.url.as_str();
        assert!(!address.contains(&mail) && !address.contains(&sms), "{address}");
    }
    stage.lab.stop().await;
}

/// What the record and the API tell of it: that it happened, and nothing that was in a message.
async fn told(stage: &Stage) {
    let results = stage.results().await;
    assert_eq!(
        results.iter().map(|(result, _)| result.as_str()).collect::<Vec<_>>(),
        ["passed", "passed"]
    );
    assert_eq!(stage.facts("check_code_ordered").await.len(), 2);
    assert_eq!(stage.facts("check_code_sent").await.len(), 2);
    assert_eq!(stage.facts("check_code_wrong").await.len(), 1);
    let newest = stage.case().await;
    let id = newest["id"].as_str().unwrap();
    let case = stage.lab.api().get(&format!("cases/{id}")).await.unwrap();
    assert_eq!(case["checks"][0]["carrier"], "mail");
    assert_eq!(case["checks"][0]["state"], "passed");
}

async fn a_gateway_that_is_killed_between_the_message_and_the_code_takes_the_code_all_the_same(database: Database) {
    use doorward_lab::smtp::{Manner, Point};
    let hasty = |text: String| text.replacen("from = \"service.desk", "timeout = \"1s\"\nfrom = \"service.desk", 1);
    let stage = Stage::shipped(database, hasty).await;
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    // The server has the message, and the gateway dies before it hears so.
    stage.lab.mail.misbehave(Point::End, Manner::Hold);
    send(&mut walk).await;
    let code = stage.code_at(PRIVATE, 1).await;
    stage.lab.kill_gateway().await;
    stage.lab.mail.release();
    stage.lab.start_gateway().await.unwrap();
    // It comes again under its id, with the same code, which counts.
    super::until("the code came again", async || stage.codes_at(PRIVATE).len() >= 2).await;
    let taken = stage.lab.mail.taken();
    assert!(taken.iter().all(|mail| mail.raw == taken[0].raw));
    stage.lab.kill_gateway().await;
    stage.lab.start_gateway().await.unwrap();
    walk.look().await.unwrap();
    walk.expect("check-code-sent").unwrap();
    walk.enter_code(&code).await.unwrap();
    stage.is_let_in(&mut walk, MARIA).await;
    assert_eq!(stage.facts("check_code_ordered").await.len(), 1);
    stage.lab.stop().await;
}
