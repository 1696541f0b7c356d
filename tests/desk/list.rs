//! The list of cases: narrowed by a form, turned page by page.

use super::*;

on_both! {
    the_list_is_narrowed_by_its_form
    a_long_list_is_turned_page_by_page_without_losing_a_case
}

fn numbers(page: &Page) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.source());
    let number = scraper::Selector::parse(".rows .number").unwrap();
    html.select(&number).map(|one| one.text().collect()).collect()
}

async fn the_list_is_narrowed_by_its_form(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    open(&lab, &mut agent, MARIA, "recover").await;
    let by_agent = agent
        .page()
        .unwrap()
        .heading()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .to_owned();
    let maria = doorward_lab::people::named("maria-silva").unwrap();
    lab.link(maria, "badge", "INC-2").await.unwrap();
    let mut walk = walk(&lab);
    walk.enter_portal(MARIA).await.unwrap();
    let by_person = walk.browser.page().unwrap().first(".number .value").unwrap();
    let all = numbers(agent.visit(&here(&lab, "/desk/cases")).await.unwrap());
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(all[0], by_person, "the newest first");
    for (query, wanted) in [
        ("stage=consent", vec![&all[0]]),
        ("purpose=badge", vec![&all[1]]),
        ("source=helpdesk", vec![&all[1], &all[2]]),
        ("opener=robin+okafor", vec![&all[2]]),
        (&format!("number={}", by_agent.to_lowercase()), vec![&all[2]]),
        (
            &format!("number={}", &by_agent[..2]),
            all.iter().filter(|one| one[..2] == by_agent[..2]).collect(),
        ),
        ("from=2020-01-01&to=2020-01-02", vec![]),
        ("from=2020-01-01", vec![&all[0], &all[1], &all[2]]),
        ("stage=consent&purpose=badge", vec![]),
    ] {
        let page = agent.visit(&here(&lab, &format!("/desk/cases?{query}"))).await.unwrap();
        assert_eq!(page.status().as_u16(), 200, "{query}");
        assert_eq!(numbers(page).iter().collect::<Vec<_>>(), wanted, "{query}");
    }
    for query in [
        "stage=nowhere",
        "from=yesterday",
        "to=2026-02-31",
        "number=%25",
        "before=case_x",
    ] {
        let page = agent.visit(&here(&lab, &format!("/desk/cases?{query}"))).await.unwrap();
        assert_eq!(page.status().as_u16(), 422, "{query}");
        assert!(numbers(page).is_empty());
    }
    lab.stop().await;
}

async fn a_long_list_is_turned_page_by_page_without_losing_a_case(lab: Lab) {
    let maria = doorward_lab::people::named("maria-silva").unwrap();
    for _ in 0..53 {
        lab.link(maria, "badge", "INC-2").await.unwrap();
    }
    let mut agent = operator(&lab, AGENT).await;
    let first = agent.visit(&here(&lab, "/desk/cases?purpose=badge")).await.unwrap();
    let mut all = numbers(first);
    assert_eq!(all.len(), 50);
    let second = agent.follow("Older").await.unwrap();
    assert_eq!(numbers(second).len(), 3);
    assert!(second.url().query().unwrap().contains("purpose=badge"));
    all.extend(numbers(second));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 53);
    assert!(second.link("Older").is_err());
    let newest = agent.follow("Newest").await.unwrap();
    assert_eq!(numbers(newest).len(), 50);
    lab.stop().await;
}
