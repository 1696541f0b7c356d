//! Reviews and approvals: in which order a reviewer learns what, how many agree, who may not, and what becomes of the case.

use serde_json::json;

use super::*;

on_both! {
    a_reviewer_hears_of_the_name_after_the_judgement_only
    a_missing_birth_date_leads_to_a_reviewer_who_lets_the_case_go_on
    nothing_is_done_before_two_colleagues_agree
    whoever_opened_a_case_agrees_to_nothing_and_one_no_ends_it
}

/// The one case that waits below this list.
async fn waiting(operator: &mut Operator, list: &str) -> String {
    let page = operator.get(list).await;
    assert_eq!(page.status, StatusCode::OK);
    let ids = page.ids(list);
    assert_eq!(ids.len(), 1, "{}", page.text);
    ids[0].clone()
}

async fn a_reviewer_hears_of_the_name_after_the_judgement_only(place: Place) {
    // With the shield up everybody is looked at, however well they fit.
    let mut admin = place.operator(ADMIN).await;
    let raised = admin
        .post("/desk/shield", &[("shield", "up"), ("reason", "calls all morning")])
        .await;
    raised.leads_to("/desk/shield?said=raised");
    let mut walk = place.proven("juergen-mueller", "recover", "review").await;

    let mut noor = place.operator(REVIEWER).await;
    let home = noor.get("/desk").await;
    assert!(home.says("calls all morning"), "the shield is told everywhere");
    let id = waiting(&mut noor, "/desk/reviews").await;
    let page = format!("/desk/reviews/{id}");
    let untaken = noor.get(&page).await;
    assert!(
        untaken.says("Take this case") && !untaken.says("JÜRGEN"),
        "nothing is shown before it is taken"
    );
    noor.post(&page, &[]).await.leads_to(&page);
    let evidence = noor.get(&page).await;
    assert!(
        evidence.says("JÜRGEN") && evidence.says("MÜLLER"),
        "what the document says is evidence"
    );
    assert!(evidence.says("Is the document genuine"), "{}", evidence.text);
    // Pressing what comes later is of no use.
    let decided = [
        ("same", "yes"),
        ("why", "shield"),
        ("evidence", "the document"),
        ("reason", "it is him"),
    ];
    let early = noor.post(&format!("{page}/decide"), &decided).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    let half = noor.post(&format!("{page}/judge"), &[("document", "yes")]).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in [
        "/desk/approvals",
        "/desk/record",
        "/desk/settings",
        "/desk/deliveries",
        "/desk/erase",
    ] {
        assert_eq!(noor.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    noor.get(&format!("/desk/approvals/{id}")).await;
    for claimed in ["Juergen", "Mueller", "juergen.mueller"] {
        assert!(
            !noor.heard.to_lowercase().contains(&claimed.to_lowercase()),
            "{claimed} was told"
        );
    }

    let judgement = [
        ("document", "yes"),
        ("face", "yes"),
        ("reasons", "genuine"),
        ("reasons", "same_face"),
        ("note", "well lit"),
    ];
    noor.post(&format!("{page}/judge"), &judgement).await.leads_to(&page);
    let named = noor.get(&page).await;
    assert!(named.says("juergen.mueller@example.com") && named.says("Mueller"));
    let again = noor.post(&format!("{page}/judge"), &judgement).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "nobody judges twice");
    let unreasoned = noor.post(&format!("{page}/decide"), &decided[..3]).await;
    assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
    let decision = [&decided[..], &[("steps", "pictures"), ("steps", "call")]].concat();
    let done = noor.post(&format!("{page}/decide"), &decision).await;
    done.leads_to("/desk/reviews?said=decided");
    assert!(
        noor.get("/desk/reviews?said=decided")
            .await
            .ids("/desk/reviews")
            .is_empty()
    );

    // The referee's record: why, who, which evidence, which steps, the decision and its reason.
    let mut auditor = place.operator(AUDITOR).await;
    let record = auditor.get("/desk/record").await.text;
    let at = |text: &str| record.find(text).unwrap_or_else(|| panic!("{text}\n{record}"));
    assert!(at("well lit") > at("it is him"), "the newest first");
    for told in ["the shield is up", "pictures", "the document", "accepted"] {
        at(told);
    }

    // What was decided holds; two colleagues still have to agree.
    place.seen(&mut walk, "approving").await;
    for member in [APPROVER, SECOND] {
        let mut approver = place.operator(member).await;
        let id = waiting(&mut approver, "/desk/approvals").await;
        let agreed = approver
            .post(&format!("/desk/approvals/{id}/agree"), &[("note", "")])
            .await;
        agreed.leads_to("/desk/approvals?said=agreed");
    }
    let lowered = admin
        .post("/desk/shield", &[("shield", "down"), ("reason", "over")])
        .await;
    lowered.leads_to("/desk/shield?said=lowered");
    assert!(!noor.get("/desk").await.says("calls all morning"));
    place.seen(&mut walk, "ready").await;
    place.stop().await;
}

async fn a_missing_birth_date_leads_to_a_reviewer_who_lets_the_case_go_on(place: Place) {
    let mut walk = place.proven("aiko-tanaka", "recover-reviewed", "review").await;
    let mut noor = place.operator(REVIEWER).await;
    let list = noor.get("/desk/reviews").await;
    assert!(list.says("Something could not be compared"), "{}", list.text);
    let id = waiting(&mut noor, "/desk/reviews").await;
    let page = format!("/desk/reviews/{id}");
    noor.post(&page, &[]).await.leads_to(&page);
    // What does not hold cannot be said to be the same person.
    let judgement = [("document", "yes"), ("face", "no"), ("reasons", "not_live")];
    noor.post(&format!("{page}/judge"), &judgement).await.leads_to(&page);
    noor.get(&page).await;
    let decision = [
        ("same", "yes"),
        ("why", "incomplete"),
        ("evidence", "the document"),
        ("reason", "she says so"),
    ];
    let unfounded = noor.post(&format!("{page}/decide"), &decision).await;
    assert_eq!(unfounded.status, StatusCode::UNPROCESSABLE_ENTITY);
    place.seen(&mut walk, "review").await;
    let decision = [("same", "no"), decision[1], decision[2], decision[3]];
    let done = noor.post(&format!("{page}/decide"), &decision).await;
    done.leads_to("/desk/reviews?said=decided");
    place.seen(&mut walk, "refused").await;

    let mut walk = place.proven("aiko-tanaka", "recover-reviewed", "review").await;
    let id = waiting(&mut noor, "/desk/reviews").await;
    let page = format!("/desk/reviews/{id}");
    noor.post(&page, &[]).await.leads_to(&page);
    noor.post(&format!("{page}/judge"), &[("document", "yes"), ("face", "yes")])
        .await
        .leads_to(&page);
    noor.get(&page).await;
    let decision = [("same", "yes"), decision[1], decision[2], decision[3]];
    noor.post(&format!("{page}/decide"), &decision)
        .await
        .leads_to("/desk/reviews?said=decided");
    place.seen(&mut walk, "ready").await;
    // Whoever comes late is told so.
    assert_eq!(noor.get(&page).await.status, StatusCode::CONFLICT);
    place.stop().await;
}

async fn nothing_is_done_before_two_colleagues_agree(place: Place) {
    let mut walk = place
        .proven("charlotte-van-den-berg", "recover-agreed", "approving")
        .await;
    let charlotte = walk.person("charlotte-van-den-berg").unwrap();
    let before = walk.changes(&charlotte).await.unwrap();
    let mut tomas = place.operator(APPROVER).await;
    let id = waiting(&mut tomas, "/desk/approvals").await;
    let page = format!("/desk/approvals/{id}");
    place.lab.entra.fake().forget();
    let shown = tomas.get(&page).await;
    assert!(
        shown.says("0 of 2 agree") && shown.says(&charlotte.person.login),
        "{}",
        shown.text
    );
    assert_eq!(
        place.lab.entra.fake().lines(),
        Vec::<String>::new(),
        "looking asks no vendor"
    );
    // Who proved themselves too long ago does so first, and nothing is done meanwhile.
    place.clock.forward(Duration::from_secs(6 * 60));
    for act in ["agree", "refuse"] {
        let led = tomas.post(&format!("{page}/{act}"), &[("reason", "no")]).await;
        led.leads_to(&format!("/desk/step-up?to=%2Fdesk%2Fapprovals%2F{id}"));
    }
    assert!(tomas.get(&page).await.says("0 of 2 agree"));
    let mut tomas = place.operator(APPROVER).await;
    let forged = tomas
        .post_bare(&format!("{page}/agree"), &[("form_token", "guessed")])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let agreed = tomas
        .post(&format!("{page}/agree"), &[("note", "I know her voice")])
        .await;
    agreed.leads_to("/desk/approvals?said=agreed");
    let twice = tomas.post(&format!("{page}/agree"), &[]).await;
    assert_eq!(twice.status, StatusCode::FORBIDDEN);
    assert!(twice.says("You have agreed already.") && twice.says("1 of 2 agree"));
    assert_eq!(walk.changes(&charlotte).await.unwrap(), before);
    let mut greta = place.operator(SECOND).await;
    assert!(greta.get(&page).await.says("I know her voice"));
    greta
        .post(&format!("{page}/agree"), &[])
        .await
        .leads_to("/desk/approvals?said=agreed");
    place.seen(&mut walk, "ready").await;
    assert_ne!(walk.changes(&charlotte).await.unwrap(), before);
    place.stop().await;
}

async fn whoever_opened_a_case_agrees_to_nothing_and_one_no_ends_it(place: Place) {
    fn quietly(_: &str, _: Duration) {}
    let mut walk = Walk::new(place.lab.sheet().clone(), quietly).unwrap();
    let lucia = walk.person("lucia-fernandez-ibanez").unwrap();
    let wish = json!({
        "purpose": "recover-agreed", "account": lucia.person.login, "ticket": "INC0002", "operator": "Tomás Vidal",
    });
    let opened = place.lab.api().post("cases", &wish).await.unwrap();
    walk.browser
        .visit(opened["link"]["url"].as_str().unwrap())
        .await
        .unwrap();
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&lucia, "pass").await.unwrap();
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    place.seen(&mut walk, "approving").await;

    let mut tomas = place.operator(APPROVER).await;
    let id = waiting(&mut tomas, "/desk/approvals").await;
    let page = format!("/desk/approvals/{id}");
    assert!(tomas.get(&page).await.says("You opened this case"));
    let barred = tomas.post(&format!("{page}/agree"), &[]).await;
    assert_eq!(barred.status, StatusCode::FORBIDDEN);
    assert!(barred.says("0 of 2 agree"));
    let mut greta = place.operator(SECOND).await;
    let silent = greta.post(&format!("{page}/refuse"), &[]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = greta
        .post(&format!("{page}/refuse"), &[("reason", "nobody knows of this")])
        .await;
    refused.leads_to("/desk/approvals?said=disagreed");
    place.seen(&mut walk, "refused").await;
    let late = greta.post(&format!("{page}/agree"), &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(walk.changes(&lucia).await.unwrap(), Vec::<String>::new());
    place.stop().await;
}
