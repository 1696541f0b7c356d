//! What is filled in: wrong fields, accounts that are not opened, forms that are not ours.

use super::*;

on_both! {
    a_form_that_is_not_ours_does_nothing
    staff_are_told_exactly_why_a_case_is_not_opened
    a_form_keeps_what_was_typed_and_says_what_is_wrong_with_it
    a_person_is_found_by_the_exact_login_and_a_case_by_its_number
}

async fn a_form_that_is_not_ours_does_nothing(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let asked = lab.entra.fake().lines().len();
    let mut other = operator(&lab, REVIEWER).await;
    let anothers = form_token(&lab, &mut other).await;
    for token in ["", "guessed", anothers.as_str()] {
        for path in [
            "/desk/find",
            "/desk/cases",
            "/desk/cases/new",
            &format!("{case}/cancel"),
            &format!("{case}/flag"),
            &format!("{case}/link"),
        ] {
            let fields = [
                ("form_token", token),
                ("query", MARIA),
                ("account", MARIA),
                ("purpose", "recover"),
                ("reason", "because"),
            ];
            let answer = sent(&lab, &agent, path, &fields).await;
            assert_eq!(answer.status().as_u16(), 403, "{path} with “{token}”");
        }
    }
    let page = agent.visit(&here(&lab, &case)).await.unwrap();
    assert!(
        page.says("Has not opened the link yet") && !page.says("Called off"),
        "{}",
        page.text()
    );
    assert!(!page.says("New link made"));
    assert_eq!(lab.entra.fake().lines().len(), asked, "nobody was asked for anything");
    lab.stop().await;
}

async fn staff_are_told_exactly_why_a_case_is_not_opened(lab: Lab) {
    let login = |id: &str| lab.sheet().person(id).unwrap().person.login.clone();
    let juergen = login("juergen-mueller");
    lab.staff
        .change("robin-okafor", |member| member.email = Some(juergen.clone()));
    let mut agent = operator(&lab, AGENT).await;
    for (account, why) in [
        ("nobody.at.all@example.com".to_owned(), "No account has this login."),
        (login("sean-oconnor"), "The account is disabled."),
        (login("amara-okafor"), "Global Administrator"),
        (juergen, "This is your own account."),
    ] {
        agent.visit(&here(&lab, "/desk/cases/new")).await.unwrap();
        let form = agent.form("Open the case").unwrap().set("account", &account);
        let form = form.set("purpose", "recover").set("reason", "Lost phone");
        let page = form.press("Open the case").await.unwrap();
        assert_eq!(
            (page.status().as_u16(), state(page).as_str()),
            (422, "desk-open"),
            "{account}"
        );
        assert!(page.says(why), "{account}: {}", page.text());
    }
    let list = agent.visit(&here(&lab, "/desk/cases")).await.unwrap();
    assert!(!list.source().contains("class=\"row\""), "nothing was opened");
    lab.stop().await;
}

async fn a_form_keeps_what_was_typed_and_says_what_is_wrong_with_it(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let long = "x".repeat(255);
    for (account, ticket, reason, wrong) in [
        ("", "INC-1", "Lost phone", "#account-error"),
        ("maria silva", "INC-1", "Lost phone", "#account-error"),
        (MARIA, long.as_str(), "Lost phone", "#ticket-error"),
        (MARIA, "INC-1", "", "#reason-error"),
        (MARIA, "INC-1", "   ", "#reason-error"),
    ] {
        agent.visit(&here(&lab, "/desk/cases/new")).await.unwrap();
        let form = agent.form("Open the case").unwrap().set("account", account);
        let form = form
            .set("purpose", "recover")
            .set("ticket", ticket)
            .set("reason", reason);
        let page = form.press("Open the case").await.unwrap();
        assert_eq!(page.status().as_u16(), 422, "{account} {reason}");
        assert!(page.first(wrong).is_some(), "{wrong}: {}", page.text());
        assert_eq!(page.attribute("#ticket", "value").as_deref(), Some(ticket));
    }
    let token = form_token(&lab, &mut agent).await;
    // A purpose that the helpdesk may not open, and one that there is not.
    for purpose in ["", "no-such-purpose"] {
        let fields = [
            ("form_token", token.as_str()),
            ("account", MARIA),
            ("purpose", purpose),
            ("reason", "Lost phone"),
        ];
        let page = sent(&lab, &agent, "/desk/cases", &fields).await.text().await.unwrap();
        assert!(page.contains("id=\"purpose-error\""), "{purpose}");
    }
    lab.stop().await;
}

async fn a_person_is_found_by_the_exact_login_and_a_case_by_its_number(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let given = open(&lab, &mut agent, MARIA, "recover").await;
    let case = followed(given);
    let number = given.heading().split_whitespace().nth(1).unwrap().to_owned();
    for typed in [
        number.clone(),
        number.to_lowercase(),
        number.replace('-', ""),
        format!(" {number} "),
    ] {
        agent.visit(&here(&lab, "/desk/find")).await.unwrap();
        let form = agent.form("/desk/find").unwrap().set("query", &typed);
        let page = form.press("").await.unwrap();
        assert_eq!(
            (page.url().path(), state(page).as_str()),
            (case.as_str(), "desk-case"),
            "{typed}"
        );
    }
    for (typed, says) in [
        (MARIA, "A case is under way already"),
        ("Maria Silva", "Nothing found"),
        ("maria.silv", "Nothing found"),
        ("nobody@example.com", "Nothing found"),
        ("amara.okafor@example.com", "Global Administrator"),
        ("sean.oconnor@example.com", "Disabled"),
    ] {
        agent.visit(&here(&lab, "/desk/find")).await.unwrap();
        let form = agent.form("/desk/find").unwrap().set("query", typed);
        let page = form.press("").await.unwrap();
        assert!(page.says(says), "{typed}: {}", page.text());
    }
    lab.stop().await;
}
