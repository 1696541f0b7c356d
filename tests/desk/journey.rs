//! The whole story of the helpdesk: somebody calls, and an agent leads them to their pass without ever touching the account.

use super::*;

on_both! {
    an_agent_gives_a_link_in_three_clicks_and_follows_the_person_to_the_pass
    the_link_stands_in_no_page_but_the_answer_that_made_it
    the_same_form_sent_twice_opens_one_case
    a_new_link_replaces_the_old_one
}

/// What the agent is told that the person has before them.
async fn sight(agent: &mut Browser, case: &str) -> String {
    agent.visit(case).await.unwrap().first("#part-sight").unwrap()
}

async fn an_agent_gives_a_link_in_three_clicks_and_follows_the_person_to_the_pass(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let before = lab.entra.fake().lines().len();
    // The search on the first page, what was found, and the form: three clicks from being signed in to the link.
    let mut clicks = 0;
    let form = agent.form("/desk/find").unwrap().set("query", MARIA);
    let found = form.press("").await.unwrap();
    clicks += 1;
    assert_eq!(found.heading(), "Maria Silva");
    agent
        .form("/desk/cases/new")
        .unwrap()
        .press("Open a case")
        .await
        .unwrap();
    clicks += 1;
    let form = agent
        .form("Open the case")
        .unwrap()
        .set("purpose", "recover")
        .set("ticket", "INC-1");
    let given = form.set("reason", "Lost phone").press("Open the case").await.unwrap();
    clicks += 1;
    assert_eq!(state(given), "desk-given", "{}", given.text());
    assert!(clicks <= 6);
    assert!(given.says("Has not opened the link yet"), "{}", given.text());
    let (link, case, first) = (link(given), here(&lab, &followed(given)), words(given));

    let mut walk = walk(&lab);
    walk.browser.visit(&link).await.unwrap();
    walk.expect("invited").unwrap();
    let theirs = |walk: &Walk| walk.browser.page().unwrap().first(".number.words .value").unwrap();
    assert_eq!(
        theirs(&walk),
        first,
        "whoever calls as the helpdesk knows the words of the link's page"
    );
    // Looking uses nothing up.
    assert_eq!(sight(&mut agent, &case).await, "Has not opened the link yet");
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    walk.expect("consent").unwrap();
    let page = agent.visit(&case).await.unwrap();
    assert_eq!(
        page.first("#part-sight").unwrap(),
        "Reads what is checked, and is asked to agree"
    );
    assert_eq!(
        words(page),
        theirs(&walk),
        "whoever says them is at the browser that is bound"
    );
    assert_ne!(words(page), first);

    let maria = walk.person("maria-silva").unwrap();
    walk.agree().await.unwrap();
    assert_eq!(sight(&mut agent, &case).await, "Is at the identity check");
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.look_until("ready").await.unwrap();
    assert!(sight(&mut agent, &case).await.contains("pass is ready"));
    let (secret, _) = walk.take_pass().await.unwrap();

    let page = agent.visit(&case).await.unwrap();
    assert_eq!(page.first("#part-sight").unwrap(), "Was told that everything is done");
    for said in [
        "Lost phone",
        "INC-1",
        "Maria Silva",
        "Back in",
        "Case opened",
        "Pass shown",
        "Does it fit the account?",
    ] {
        assert!(page.says(said), "{said}: {}", page.text());
    }
    assert!(!page.source().contains(&secret), "no operator ever sees a pass");
    assert!(lab.entra.fake().lines().len() > before);
    lab.stop().await;
}

async fn the_link_stands_in_no_page_but_the_answer_that_made_it(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let given = open(&lab, &mut agent, MARIA, "recover").await;
    let (link, case) = (link(given), followed(given));
    let code: String = given.first(".spoken").unwrap().split_whitespace().collect();
    assert_eq!(code.len(), 8, "{code}");
    assert_eq!(given.headers()["cache-control"], "no-store");
    let secret = link.rsplit('/').next().unwrap().to_owned();
    assert!(!given.url().as_str().contains(&secret));
    let address = given.url().path().to_owned();
    for path in [
        address.as_str(),
        &case,
        "/desk",
        "/desk/cases",
        "/desk/cases/new",
        "/desk/find",
        &format!("{case}/link"),
    ] {
        let page = agent.visit(&here(&lab, path)).await.unwrap();
        assert!(page.status().is_success(), "{path}");
        let source = page.source();
        assert!(!source.contains(&secret) && !source.contains(&code), "{path}");
    }
    let asked = agent
        .history()
        .iter()
        .all(|visit| !visit.url.as_str().contains(&secret));
    assert!(asked, "nothing of it in an address");
    lab.stop().await;
}

async fn the_same_form_sent_twice_opens_one_case(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    agent.visit(&here(&lab, "/desk/cases/new")).await.unwrap();
    let page = agent.page().unwrap();
    let field = |name: &str| page.attribute(&format!("main input[name={name}]"), "value").unwrap();
    let (form_token, once) = (field("form_token"), field("once"));
    let fields = [
        ("form_token", form_token.as_str()),
        ("once", once.as_str()),
        ("account", MARIA),
        ("purpose", "recover"),
        ("reason", "Lost phone"),
    ];
    let (sooner, later) = tokio::join!(
        sent(&lab, &agent, "/desk/cases", &fields),
        sent(&lab, &agent, "/desk/cases", &fields)
    );
    let mut answers = [sooner, later].map(|answer| answer.status().as_u16());
    answers.sort_unstable();
    assert_eq!(
        answers,
        [200, 303],
        "one answer has the link, the other leads to the case"
    );
    let third = sent(&lab, &agent, "/desk/cases", &fields).await;
    assert_eq!(third.status().as_u16(), 303);
    let list = agent.visit(&here(&lab, "/desk/cases")).await.unwrap();
    let case = third.headers()["location"].to_str().unwrap();
    assert_eq!(list.source().matches("class=\"row\"").count(), 1);
    assert!(list.source().contains(case));
    lab.stop().await;
}

async fn a_new_link_replaces_the_old_one(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let given = open(&lab, &mut agent, MARIA, "recover").await;
    let (old, case) = (link(given), followed(given));
    agent.visit(&here(&lab, &case)).await.unwrap();
    let asked = agent.visit(&here(&lab, &format!("{case}/link"))).await.unwrap();
    assert_eq!(state(asked), "desk-confirm");
    let again = agent.form(&format!("{case}/link")).unwrap().press("").await.unwrap();
    assert_eq!(state(again), "desk-given", "{}", again.text());
    let new = link(again);
    assert_ne!(new, old);
    let mut person = lab.browser().unwrap();
    assert_ne!(state(person.visit(&old).await.unwrap()), "invited");
    assert_eq!(state(person.visit(&new).await.unwrap()), "invited");
    lab.stop().await;
}
