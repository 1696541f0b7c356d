//! The record, its copy, the settings, the deliveries: what is told, and what never is.

use super::*;

on_both! {
    the_record_is_narrowed_checked_and_taken_away
    the_settings_hold_no_secret_and_every_vendor_is_asked
    a_message_is_sent_once_more
}

async fn the_record_is_narrowed_checked_and_taken_away(place: Place) {
    let first = place.proven("maria-silva", "recover", "ready").await;
    let second = place.proven("omar-al-rashid", "recover", "ready").await;
    let (first, _) = first.told();
    let (second, _) = second.told();
    let (first, second) = (first.unwrap(), second.unwrap());
    // More than a page has room for.
    for _ in 0..30 {
        place.operator(AGENT).await;
    }
    let mut auditor = place.operator(AUDITOR).await;
    let all = auditor.get("/desk/record").await;
    assert!(all.says("Robin Okafor"));
    assert!(!all.says("maria.silva@example.com"), "the record names nobody");
    let one = auditor.get(&format!("/desk/record?number={first}")).await;
    assert!(one.says(&first) && !one.says(&second));
    let opened = auditor.get("/desk/record?event=case_opened").await;
    assert!(opened.says(&first) && opened.says(&second) && !opened.says("temporary_password"));
    let who = auditor.get("/desk/record?who=ewan").await;
    assert!(who.says("Ewan Price") && !who.says(&first));
    let day = auditor.get("/desk/record?from=2026-01-15&to=2026-01-15").await;
    assert!(day.says(&first));
    for query in [
        "to=2026-01-14",
        "from=2026-01-16",
        "number=AAAA-AAAA",
        "event=no_such_event",
    ] {
        let none = auditor.get(&format!("/desk/record?{query}")).await;
        assert!(none.status == StatusCode::OK && none.says("Nothing fits."), "{query}");
    }
    for query in ["from=yesterday", "to=2026-13-40", "before=x"] {
        let malformed = auditor.get(&format!("/desk/record?{query}")).await;
        assert_eq!(malformed.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }

    auditor.post("/desk/record/verify", &[]).await.leads_to("/desk/record");
    assert!(auditor.get("/desk/record").await.says("The record is whole."));
    let copy = auditor.post("/desk/record/export", &[]).await;
    let lines = |copy: &Answer| copy.text.lines().map(|line| Ok(line.to_owned())).collect::<Vec<_>>();
    let signed = doorward::audit::export::verify(lines(&copy), None).unwrap();
    assert_eq!(usize::try_from(signed.head.seq).unwrap() + 1, lines(&copy).len());
    let cut: Vec<_> = lines(&copy).into_iter().skip(1).collect();
    assert!(doorward::audit::export::verify(cut, None).is_err());
    let part = auditor.post("/desk/record/export", &[("number", &first)]).await;
    let count = lines(&part).len();
    assert!(0 < count && count < lines(&copy).len());
    assert!(part.text.lines().all(|line| copy.text.contains(line)));
    let forged = auditor
        .post_bare("/desk/record/export", &[("form_token", "guessed")])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);

    // Older pages follow one another without a gap.
    let mut seen = Vec::new();
    let mut path = "/desk/record".to_owned();
    loop {
        let page = auditor.get(&path).await;
        seen.push(page.text.clone());
        let Some((_, rest)) = page.text.split_once("href=\"/desk/record?before=") else {
            break;
        };
        path = format!("/desk/record?before={}", rest.split('"').next().unwrap());
        assert!(seen.len() < 50, "it never ends");
    }
    assert!(seen.len() > 1, "there is more than a page");
    assert!(
        seen.last().unwrap().contains(&first),
        "the first entries are on the last page"
    );
    place.stop().await;
}

async fn the_settings_hold_no_secret_and_every_vendor_is_asked(place: Place) {
    let mut auditor = place.operator(AUDITOR).await;
    let unasked = auditor.get("/desk/settings").await;
    assert!(unasked.says("Nobody has asked since the start."));
    let asked = auditor.post("/desk/settings/check", &[]).await;
    asked.leads_to("/desk/settings?said=checked");
    let page = auditor.get("/desk/settings").await;
    assert!(
        page.says("All well") && page.says("hospital") && page.says("connector graph"),
        "{}",
        page.text
    );
    let folder = place.lab.folder().join("secrets");
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let text = text.trim();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // An address of a file is no secret; with a server's password it is one.
        let open = name == "database" && text.starts_with("sqlite:");
        assert!(
            text.is_empty() || open || !auditor.heard.contains(text),
            "{name} was shown"
        );
    }
    assert!(
        page.says(&format!("{}/master-key", folder.display())),
        "where a secret comes from is told"
    );
    assert!(!page.says("/tickets/"), "what is behind an address may be a secret");
    // What a purpose says is shown as it is in force, and what holds by default.
    assert!(page.says("[[purpose]] recover-agreed") && page.says("(not set; this holds)"));

    place.lab.staff.fake().misbehave(doorward_contract::fake::Rule {
        status: Some(500),
        ..doorward_contract::fake::Rule::default()
    });
    auditor
        .post("/desk/settings/check", &[])
        .await
        .leads_to("/desk/settings?said=checked");
    assert!(auditor.get("/desk/settings").await.says("Does not answer"));
    auditor.post("/desk/settings/check", &[]).await;
    let often = auditor.post("/desk/settings/check", &[]).await;
    assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS);
    place.stop().await;
}

async fn a_message_is_sent_once_more(place: Place) {
    let walk = place.proven("maria-silva", "recover", "ready").await;
    let (number, _) = walk.told();
    let mut admin = place.operator(ADMIN).await;
    let list = admin.get("/desk/deliveries").await;
    assert!(list.says("case.opened") && list.says(&number.unwrap()));
    assert_eq!(
        admin
            .get("/desk/deliveries?webhook=nobody")
            .await
            .ids("/desk/deliveries")
            .len(),
        0
    );
    // The first message is delivered in a while.
    let since = Instant::now();
    let id = loop {
        let delivered = admin.get("/desk/deliveries?webhook=tickets&state=delivered").await;
        if let Some(id) = delivered.ids("/desk/deliveries").pop() {
            break id;
        }
        assert!(since.elapsed() < PATIENCE, "nothing was delivered");
        tokio::time::sleep(GLANCE).await;
    };
    let page = format!("/desk/deliveries/{id}");
    let one = admin.get(&page).await;
    assert!(
        one.says("case.opened") && one.says(&id) && one.says("data.case.stage"),
        "{}",
        one.text
    );
    admin
        .post(&format!("{page}/replay"), &[])
        .await
        .leads_to(&format!("{page}?said=replayed"));
    let record = admin.get("/desk/record?event=delivery_replayed").await;
    assert!(record.says("Sade Bello") && record.says(&id));
    assert_eq!(
        admin.get("/desk/deliveries/msg_none").await.status,
        StatusCode::NOT_FOUND
    );
    let mut auditor = place.operator(AUDITOR).await;
    assert_eq!(auditor.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        auditor.post(&format!("{page}/replay"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
    place.stop().await;
}
