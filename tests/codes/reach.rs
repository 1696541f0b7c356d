//! Where a code may go: to what the directory's record says, never to the mailbox that the plan opens, and to no place that was not
//! offered.

use doorward_lab::Database;

use super::{MARIA, NUMBER, PRIVATE, Stage, on_both, posted, send};

const LOGIN: &str = "maria.silva@example.com";
const SECOND: &str = "m.silva@post.example";

on_both! {
    whom_the_directory_cannot_reach_is_refused_like_anybody_and_staff_learn_why
    the_mailbox_of_the_account_is_no_place_for_a_code
    of_several_places_the_person_chooses_and_no_other_is_taken
}

async fn whom_the_directory_cannot_reach_is_refused_like_anybody_and_staff_learn_why(database: Database) {
    let stage = Stage::shipped(database, |text| text).await;
    // Charlotte has neither a private address nor a number.
    for purpose in ["codes-mail", "codes-phone"] {
        let mut walk = stage.proven("charlotte-van-den-berg", purpose).await;
        stage.is_refused(&mut walk, "charlotte-van-den-berg").await;
        let [(result, why)] = stage.results().await.try_into().unwrap();
        assert_eq!(result, "impossible");
        assert!(why.contains("the directory has no address"), "{why}");
    }
    assert!(
        stage
            .lab
            .mailbox
            .all()
            .iter()
            .all(|message| !message.text.contains("your code"))
    );
    stage.lab.stop().await;
}

async fn the_mailbox_of_the_account_is_no_place_for_a_code(database: Database) {
    let stage = Stage::shipped(database, |text| text).await;
    let maria = stage.person(MARIA);
    // The record repeats the account's own mailbox as if it were another, in another case of letters.
    let own = vec!["Maria.Silva@Example.com".to_owned()];
    stage.lab.entra.set_reach(maria.account, own, Some(NUMBER.to_owned()));
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    stage.is_refused(&mut walk, MARIA).await;
    assert!(stage.codes_at(LOGIN).is_empty() && stage.codes_at("Maria.Silva@Example.com").is_empty());
    stage.lab.stop().await;
}

async fn of_several_places_the_person_chooses_and_no_other_is_taken(database: Database) {
    let stage = Stage::shipped(database, |text| text).await;
    let maria = stage.person(MARIA);
    let others = vec![PRIVATE.to_owned(), SECOND.to_owned()];
    stage
        .lab
        .entra
        .set_reach(maria.account, others, Some(NUMBER.to_owned()));
    let mut walk = stage.proven(MARIA, "codes-mail").await;
    walk.expect("check-code").unwrap();
    let page = walk.browser.page().unwrap();
    for shown in ["m•••@home.example", "m•••@post.example"] {
        assert!(page.says(shown), "{shown}");
    }
    for hidden in [PRIVATE, SECOND, "example.com", "0611"] {
        assert!(
            !page.text().replace("service.desk@example.com", "").contains(hidden),
            "{hidden}"
        );
    }
    // The number, the account's own mailbox, places that are none, and an address.
    for place in ["3", "4", "0", "9", "-1", "eve@evil.example", ""] {
        let fields = [("contact", place), ("sent", "0")];
        let (status, to) = posted(&walk, &stage, "case/check", &fields).await;
        assert_eq!((status.as_u16(), to.as_deref()), (303, Some("/case")), "{place}");
    }
    assert!(stage.facts("check_code_ordered").await.is_empty());
    let form = walk.browser.form("/case/check").unwrap().set("contact", "2");
    form.press("").await.unwrap();
    walk.expect("check-code-sent").unwrap();
    let code = stage.code_at(SECOND, 1).await;
    assert!(stage.codes_at(PRIVATE).is_empty() && stage.codes_at(LOGIN).is_empty());
    // The record is read when the checks begin: what is changed in it afterwards changes nothing.
    let eves = vec!["eve@evil.example".to_owned()];
    stage.lab.entra.set_reach(maria.account, eves, None);
    send(&mut walk).await;
    let newest = stage.code_at(PRIVATE, 1).await;
    assert!(stage.codes_at("eve@evil.example").is_empty());
    assert_ne!(code, newest);
    walk.enter_code(&newest).await.unwrap();
    stage.is_let_in(&mut walk, MARIA).await;
    stage.lab.stop().await;
}
