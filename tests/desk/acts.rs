//! What is done with a case: asked about first, done once, and told when somebody else was faster.

use super::*;

on_both! {
    a_case_is_called_off_after_a_question
    fraud_needs_a_reason_and_freezes_the_account_until_an_admin_clears_it
    who_comes_too_late_is_told_and_nothing_is_done
    a_link_is_sent_to_where_the_record_says_and_the_one_on_the_screen_ends
}

async fn a_case_is_called_off_after_a_question(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let given = open(&lab, &mut agent, MARIA, "recover").await;
    let (case, link) = (followed(given), link(given));
    agent.visit(&here(&lab, &case)).await.unwrap();
    agent.follow("Call off").await.unwrap();
    assert_eq!(state(agent.page().unwrap()), "desk-confirm");
    let page = agent.form(&format!("{case}/cancel")).unwrap().press("").await.unwrap();
    assert_eq!(page.url().path(), case);
    assert!(
        page.says("The case was called off.") && page.says("Withdrew"),
        "{}",
        page.text()
    );
    // Said once.
    let again = agent.visit(&here(&lab, &case)).await.unwrap();
    assert!(!again.says("The case was called off."));
    assert!(again.says("Called off"), "the record has it: {}", again.text());
    let mut person = lab.browser().unwrap();
    assert_ne!(state(person.visit(&link).await.unwrap()), "invited");
    lab.stop().await;
}

async fn fraud_needs_a_reason_and_freezes_the_account_until_an_admin_clears_it(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let flag = format!("{case}/flag");
    agent.visit(&here(&lab, &flag)).await.unwrap();
    let page = agent.form(&flag).unwrap().set("reason", " ").press("").await.unwrap();
    assert_eq!((page.status().as_u16(), state(page).as_str()), (422, "desk-confirm"));
    let form = agent.form(&flag).unwrap().set("reason", "could not say the words");
    let page = form.press("").await.unwrap();
    assert!(
        page.says("could not say the words") && page.says("Refused"),
        "{}",
        page.text()
    );

    agent.visit(&here(&lab, "/desk/find")).await.unwrap();
    let found = agent
        .form("/desk/find")
        .unwrap()
        .set("query", MARIA)
        .press("")
        .await
        .unwrap();
    assert!(found.says("Frozen"), "{}", found.text());
    agent.visit(&here(&lab, "/desk/cases/new")).await.unwrap();
    let form = agent
        .form("Open the case")
        .unwrap()
        .set("account", MARIA)
        .set("purpose", "recover");
    let page = form.set("reason", "Lost phone").press("Open the case").await.unwrap();
    assert!(page.says("frozen"), "{}", page.text());

    let mut admin = operator(&lab, ADMIN).await;
    let clear = format!("{case}/clear-flag");
    admin.visit(&here(&lab, &clear)).await.unwrap();
    let page = admin
        .form(&clear)
        .unwrap()
        .set("reason", "it was Maria")
        .press("")
        .await
        .unwrap();
    assert!(page.says("The flag was taken away."), "{}", page.text());
    open(&lab, &mut agent, MARIA, "recover").await;
    lab.stop().await;
}

async fn who_comes_too_late_is_told_and_nothing_is_done(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let cancel = format!("{case}/cancel");
    let mut admin = operator(&lab, ADMIN).await;
    admin.visit(&here(&lab, &cancel)).await.unwrap();
    agent.visit(&here(&lab, &cancel)).await.unwrap();
    agent.form(&cancel).unwrap().press("").await.unwrap();
    let late = admin.form(&cancel).unwrap().press("").await.unwrap();
    assert_eq!(late.status().as_u16(), 409);
    assert!(late.says("Somebody was faster"), "{}", late.text());
    let page = admin.visit(&here(&lab, &case)).await.unwrap();
    assert_eq!(page.source().matches("Called off").count(), 1, "{}", page.text());
    lab.stop().await;
}

async fn a_link_is_sent_to_where_the_record_says_and_the_one_on_the_screen_ends(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let page = open(&lab, &mut agent, MARIA, "recover").await;
    let (case, shown) = (followed(page), link(page));
    let give = format!("{case}/give");
    // The agent sees where it would go, and never the whole address.
    assert!(page.says("m•••@example.com"), "{}", page.text());
    assert!(!page.text().contains(MARIA));
    let before = lab.traffic.total();
    let form_token = form_token(&lab, &mut agent).await;
    let elsewhere = [("form_token", form_token.as_str()), ("by", "attacker@example.net")];
    let refused = sent(&lab, &agent, &give, &elsewhere).await;
    assert_eq!(refused.status().as_u16(), 409);
    let wanted = [("form_token", form_token.as_str()), ("by", "mail-1")];
    let done = sent(&lab, &agent, &give, &wanted).await;
    assert_eq!(done.status().as_u16(), 303, "{}", done.text().await.unwrap());
    assert_eq!(done.headers()["location"], format!("{case}?said=sent"));
    let arrived = async {
        loop {
            let messages = lab.mailbox.of(MARIA);
            if let Some(link) = messages.into_iter().rev().find_map(|message| message.link) {
                return link;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let mailed = tokio::time::timeout(std::time::Duration::from_secs(120), arrived);
    let mailed = mailed.await.unwrap();
    assert_ne!(mailed, shown);
    let mut person = lab.browser().unwrap();
    assert_ne!(state(person.visit(&shown).await.unwrap()), "invited");
    assert_eq!(state(person.visit(&mailed).await.unwrap()), "invited");
    assert_eq!(lab.traffic.since(before), [], "a click of the agent's reached a vendor");
    lab.stop().await;
}
