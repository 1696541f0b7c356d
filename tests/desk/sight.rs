//! What a reviewer must not know yet stands on no page of theirs.

use super::*;

on_both! {
    a_reviewer_reads_nothing_of_whose_account_it_is_before_the_judgement
}

async fn a_reviewer_reads_nothing_of_whose_account_it_is_before_the_judgement(lab: Lab) {
    let aiko = lab.sheet().person("aiko-tanaka").unwrap().clone();
    let mut agent = operator(&lab, AGENT).await;
    let given = open(&lab, &mut agent, &aiko.person.login, "recover").await;
    let (link, case) = (link(given), followed(given));
    let mut walk = walk(&lab);
    walk.browser.visit(&link).await.unwrap();
    walk.browser.form("/l/").unwrap().press("").await.unwrap();
    walk.agree().await.unwrap();
    walk.prove(&aiko, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.look_until("review").await.unwrap();

    let seen = agent.visit(&here(&lab, &case)).await.unwrap();
    assert!(seen.says("Tanaka") && seen.says("Needs a reviewer"), "{}", seen.text());
    let account = seen.first("#account ~ dl .quiet-text").unwrap();
    let mut reviewer = operator(&lab, REVIEWER).await;
    for path in [case.as_str(), "/desk/cases", "/desk"] {
        let page = reviewer.visit(&here(&lab, path)).await.unwrap();
        let source = page.source();
        for never in [
            "Tanaka",
            "Aiko",
            &aiko.person.login,
            &account,
            "Lost phone",
            "Does it fit",
        ] {
            assert!(!source.contains(never), "{path}: {never}");
        }
    }
    assert!(
        reviewer
            .visit(&here(&lab, &case))
            .await
            .unwrap()
            .says("Account looked up")
    );
    lab.stop().await;
}
