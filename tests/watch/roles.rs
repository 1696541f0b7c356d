//! Every screen and every role; acts that want a fresh proof; the shield; somebody who is forgotten.

use super::*;

on_both! {
    every_screen_is_for_its_roles_only
    what_is_dangerous_wants_a_fresh_proof
    somebody_is_forgotten
}

/// A screen, and whose it is.
const SCREENS: [(&str, &[&str]); 9] = [
    ("/desk", &[AGENT, REVIEWER, APPROVER, AUDITOR, ADMIN]),
    ("/desk/reviews", &[REVIEWER]),
    ("/desk/approvals", &[APPROVER]),
    ("/desk/record", &[AUDITOR, ADMIN]),
    ("/desk/settings", &[AUDITOR, ADMIN]),
    ("/desk/deliveries", &[ADMIN]),
    ("/desk/erase", &[ADMIN]),
    ("/desk/shield", &[ADMIN]),
    // About a particular case: whoever may not see it is told that there is none.
    ("/desk/reviews/CASE", &[REVIEWER]),
];
/// What is sent, and whose it is.
const ACTS: [(&str, &str); 12] = [
    ("/desk/reviews/CASE", REVIEWER),
    ("/desk/reviews/CASE/judge", REVIEWER),
    ("/desk/reviews/CASE/decide", REVIEWER),
    ("/desk/approvals/CASE/agree", APPROVER),
    ("/desk/approvals/CASE/refuse", APPROVER),
    ("/desk/record/verify", AUDITOR),
    ("/desk/record/export", AUDITOR),
    ("/desk/settings/check", AUDITOR),
    ("/desk/deliveries/msg_x/replay", ADMIN),
    ("/desk/erase", ADMIN),
    ("/desk/erase/confirm", ADMIN),
    ("/desk/shield", ADMIN),
];

async fn every_screen_is_for_its_roles_only(place: Place) {
    let _walk = place.proven("aiko-tanaka", "recover-reviewed", "review").await;
    let mut noor = place.operator(REVIEWER).await;
    let id = noor.get("/desk/reviews").await.ids("/desk/reviews").remove(0);
    let mut stranger = Operator::nobody(&place.lab);
    for (screen, _) in SCREENS {
        let led = stranger.get(&screen.replace("CASE", &id)).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{screen}");
        assert!(
            led.location.starts_with("/desk/sign-in?to="),
            "{screen}: {}",
            led.location
        );
    }
    for (act, _) in ACTS {
        let led = stranger.post_bare(&act.replace("CASE", &id), &[]).await;
        assert_eq!(
            (led.status, led.location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/sign-in"),
            "{act}"
        );
    }
    for member in [AGENT, REVIEWER, APPROVER, AUDITOR, ADMIN] {
        let mut operator = place.operator(member).await;
        let none = operator.get("/desk/reviews/0198c0de-0000-7000-8000-000000000009").await;
        for (screen, whose) in SCREENS {
            let answer = operator.get(&screen.replace("CASE", &id)).await;
            let about_somebody = screen.contains("CASE");
            let expected = match (whose.contains(&member), about_somebody) {
                (true, _) => StatusCode::OK,
                (false, true) => StatusCode::NOT_FOUND,
                (false, false) => StatusCode::FORBIDDEN,
            };
            assert_eq!(answer.status, expected, "{member} at {screen}");
            if expected == StatusCode::NOT_FOUND {
                assert_eq!(answer.text, none.text, "{member}: as if there were none");
            }
        }
        for (act, whose) in ACTS.iter().filter(|(_, whose)| *whose != member) {
            // The record and the settings are an admin's to read too.
            if *whose == AUDITOR && member == ADMIN {
                continue;
            }
            let answer = operator.post(&act.replace("CASE", &id), &[]).await;
            let expected = if act.contains("CASE") || act.contains("msg_x") {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(answer.status, expected, "{member} sends {act}");
        }
    }
    // A form that was on no page of ours does nothing, whoever sends it.
    for (act, whose) in ACTS.iter().filter(|(act, _)| !act.contains("msg_x")) {
        let mut operator = place.operator(whose).await;
        let forged = operator
            .post_bare(&act.replace("CASE", &id), &[("form_token", "guessed")])
            .await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{act}");
    }
    let page = noor.get("/desk/reviews").await;
    assert!(
        noor.heard.contains("frame-ancestors 'none'") && noor.heard.contains("no-store"),
        "{}",
        page.status
    );
    assert!(!page.says("has it"), "nothing was taken");
    place.stop().await;
}

async fn what_is_dangerous_wants_a_fresh_proof(place: Place) {
    let mut admin = place.operator(ADMIN).await;
    place.clock.forward(Duration::from_secs(6 * 60));
    for path in ["/desk/erase", "/desk/shield"] {
        let to = path.replace('/', "%2F");
        admin.get(path).await.leads_to(&format!("/desk/step-up?to={to}"));
    }
    let raise = [("shield", "up"), ("reason", "now")];
    admin
        .post("/desk/shield", &raise)
        .await
        .leads_to("/desk/step-up?to=%2Fdesk%2Fshield");
    let erase = [
        ("account", "maria.silva@example.com"),
        ("confirm", "maria.silva@example.com"),
    ];
    admin
        .post("/desk/erase/confirm", &erase)
        .await
        .leads_to("/desk/step-up?to=%2Fdesk%2Ferase");
    for event in ["shield_raised", "erasure_ordered"] {
        let record = admin.get(&format!("/desk/record?event={event}")).await;
        assert!(record.says("Nothing fits."), "{event}");
    }
    let mut admin = place.operator(ADMIN).await;
    let silent = admin.post("/desk/shield", &[("shield", "up"), ("reason", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    admin
        .post("/desk/shield", &raise)
        .await
        .leads_to("/desk/shield?said=raised");
    // Nobody begins by themselves while it is up.
    let mut person = place.lab.browser().unwrap();
    person.visit(place.address("/").as_str()).await.unwrap();
    let page = person.page().unwrap();
    let begun = page.attribute("body", "data-state");
    assert_eq!(begun.as_deref(), Some("shielded"), "{}", page.text());
    admin
        .post("/desk/shield", &[("shield", "down"), ("reason", "over")])
        .await
        .leads_to("/desk/shield?said=lowered");
    let page = person.visit(place.address("/").as_str()).await.unwrap();
    assert_ne!(page.attribute("body", "data-state").as_deref(), Some("shielded"));
    place.stop().await;
}

async fn somebody_is_forgotten(place: Place) {
    let walk = place.proven("maria-silva", "recover", "ready").await;
    let (number, _) = walk.told();
    let number = number.unwrap();
    let other = place.proven("maria-silva-younger", "recover", "ready").await;
    let (other, _) = other.told();
    let mut admin = place.operator(ADMIN).await;
    let unknown = admin
        .post("/desk/erase", &[("account", "nobody.at.all@example.com")])
        .await;
    assert!(
        unknown.says("Nothing is known of anybody with this login."),
        "{}",
        unknown.text
    );
    let login = "maria.silva@example.com";
    let asked = admin.post("/desk/erase", &[("account", login)]).await;
    assert!(
        asked.says("Cases: 1.") && asked.says("Type the login"),
        "{}",
        asked.text
    );
    let differs = [("account", login), ("confirm", "maria.silva")];
    let differs = admin.post("/desk/erase/confirm", &differs).await;
    assert_eq!(differs.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        admin
            .get("/desk/record?event=erasure_ordered")
            .await
            .says("Nothing fits.")
    );
    let done = admin
        .post("/desk/erase/confirm", &[("account", login), ("confirm", login)])
        .await;
    assert!(
        done.status == StatusCode::OK && done.says("Cases forgotten: 1."),
        "{}",
        done.text
    );
    let since = Instant::now();
    loop {
        let forgotten = admin
            .get(&format!("/desk/record?event=person_erased&number={number}"))
            .await;
        if forgotten.says(&number) {
            break;
        }
        assert!(since.elapsed() < PATIENCE, "never forgotten");
        tokio::time::sleep(GLANCE).await;
    }
    let ordered = admin.get("/desk/record?event=erasure_ordered").await;
    assert!(ordered.says("Sade Bello") && ordered.says(&number) && !ordered.says(&other.unwrap()));
    place.stop().await;
}
