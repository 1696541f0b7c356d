//! Whoever follows the help link is anybody: asked for a name, told nothing, led back only where the settings say.

use super::{BACK, MARIA, Stage};
use doorward_lab::Database;

/// Types a name on the page that the help link leads to.
async fn enter(stage: &Stage, path: &str, login: &str) -> doorward_lab::play::walk::Walk {
    let mut walk = stage.walk();
    walk.browser.visit(&format!("{}{path}", stage.address)).await.unwrap();
    walk.expect("login").unwrap();
    let form = walk.browser.form("/duo/duo/start").unwrap();
    form.set("login", login).press("Continue").await.unwrap();
    walk
}

/// The case of the newest arrival, recovered to its end; the last two pages.
async fn recovered(stage: &Stage, path: &str) -> (String, String) {
    let mut walk = enter(stage, path, MARIA).await;
    let maria = walk.person("maria-silva").unwrap();
    walk.agree().await.unwrap();
    walk.prove(&maria, "pass").await.unwrap();
    walk.come_back().await.unwrap();
    walk.expect("ready").unwrap();
    walk.browser.form("/case/reveal").unwrap().press("").await.unwrap();
    walk.expect("shown").unwrap();
    let shown = walk.browser.page().unwrap().source();
    walk.look_until("done").await.unwrap();
    (shown, walk.browser.page().unwrap().source())
}

/// As an attribute holds it.
fn link(address: &str) -> String {
    format!("href=\"{}\"", address.replace('&', "&#38;"))
}

async fn led_back(database: Database) {
    let stage = Stage::on(database, |text| text).await;
    let wanted: String = url::form_urlencoded::byte_serialize(BACK.as_bytes()).collect();
    for page in <[String; 2]>::from(recovered(&stage, &format!("/duo/start?return_to={wanted}")).await) {
        assert!(page.contains(&link(BACK)) && page.contains("Back to sign-in"), "{page}");
    }
    assert!(stage.facts("way_back_ignored").is_empty());
    assert_eq!(stage.cases().await[0]["source"], "duo");
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_from_the_prompt_gets_a_pass_and_a_way_back_on_sqlite() {
    Box::pin(led_back(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_from_the_prompt_gets_a_pass_and_a_way_back_on_postgresql() {
    Box::pin(led_back(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_led_to_an_address_that_the_settings_do_not_name_letter_by_letter() {
    let stage = Stage::new().await;
    let others = [
        "https://evil.example/",
        "https://apps.example.com",
        "https://apps.example.com/other",
        "https://apps.example.com/#x",
        "https://apps.example.com@evil.example/",
        "https://APPS.example.com/",
        "//apps.example.com/",
        "javascript:alert(1)",
        "https://apps.example.com/ ",
    ];
    for other in others {
        let wanted: String = url::form_urlencoded::byte_serialize(other.as_bytes()).collect();
        let (status, state, page) = stage.get(&format!("/duo/start?return_to={wanted}")).await;
        assert_eq!((status, state.as_str()), (200, "login"), "{other}");
        assert!(!page.contains("name=\"return_to\""), "{other}: {page}");
        // The page came from here, the form from anywhere.
        let fields = [("purpose", "recover"), ("login", MARIA), ("return_to", other)];
        let (status, _, page) = stage.post("/duo/start", &fields).await;
        assert_eq!(status, 303, "{page}");
        assert_eq!(
            stage.facts("way_back_ignored").len(),
            1,
            "{other}: at most once a minute"
        );
    }
    let (_, _, page) = stage
        .get("/duo/start?return_to=https%3A%2F%2Fapps.example.com%2F")
        .await;
    assert!(
        page.contains("name=\"return_to\" value=\"https://apps.example.com/\""),
        "{page}"
    );
    let (status, _, _) = stage
        .get("/duo/start?return_to=https%3A%2F%2Fapps.example.com%2F&return_to=https%3A%2F%2Fevil.example%2F")
        .await;
    assert_eq!(status, 400);
    stage.clock.forward(std::time::Duration::from_secs(61));
    let (shown, done) = Box::pin(recovered(&stage, "/duo/start?return_to=https%3A%2F%2Fevil.example%2F")).await;
    for page in [shown, done] {
        assert!(
            !page.contains("evil.example") && !page.contains("Back to sign-in"),
            "{page}"
        );
    }
    assert_eq!(stage.facts("way_back_ignored").len(), 2);
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_and_unknown_names_look_alike_and_no_vendor_is_asked_about_either() {
    let stage = Stage::new().await;
    let mut views = Vec::new();
    for login in [MARIA, "nobody.at.all@example.com", "DOMAIN\\nobody"] {
        let walk = enter(&stage, "/duo/start", login).await;
        let page = walk.browser.page().unwrap();
        let token = page.attribute("input[name=form_token]", "value").unwrap();
        let number = page.first(".number .value").unwrap();
        views.push(
            page.source()
                .replace(&token, "…")
                .replace(&number, "…")
                .replace(login, "…"),
        );
    }
    assert!(views.windows(2).all(|two| two[0] == two[1]), "{views:?}");
    let asked = stage.lab.entra.fake().lines();
    assert!(!asked.iter().any(|line| line.contains("/users")), "{asked:?}");
    let (status, state, _) = stage.post("/duo/start", &[("login", " ")]).await;
    assert_eq!((status, state.as_str()), (422, "login"));
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limits_of_the_recovery_page_hold_here_too() {
    let stage = Stage::on(Database::Sqlite, |text| {
        text.replacen("per_account_day = 1000", "per_account_day = 2", 1)
    })
    .await;
    let name = || stage.post("/duo/start", &[("login", MARIA)]);
    let told = [name().await.0, name().await.0, name().await.0];
    assert_eq!(told, [303, 303, 429]);
    let turned_away = stage.facts("turned_away");
    assert_eq!(turned_away.len(), 1);
    assert_eq!(turned_away[0]["source"], "duo");
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_opens_its_own_purposes_and_asks_which_if_there_are_several() {
    let stage = Stage::on(Database::Sqlite, |text| {
        text.replacen("sources = [\"helpdesk\"]", "sources = [\"helpdesk\", \"duo\"]", 1)
    })
    .await;
    let (status, state, page) = stage
        .get("/duo/start?return_to=https%3A%2F%2Fapps.example.com%2F")
        .await;
    assert_eq!((status, state.as_str()), (200, "welcome"));
    assert!(
        page.contains("value=\"recover-pass\"") && page.contains("name=\"return_to\""),
        "{page}"
    );
    for (purpose, status, state) in [("recover-pass", 200, "login"), ("verify", 404, "not-found")] {
        let found = stage.get(&format!("/duo/duo/start?purpose={purpose}")).await;
        assert_eq!((found.0, found.1.as_str()), (status, state), "{purpose}");
        let fields = [("purpose", purpose), ("login", MARIA)];
        let opened = stage.post("/duo/duo/start", &fields).await.0;
        assert_eq!(opened, if status == 200 { 303 } else { 404 }, "{purpose}");
    }
    assert_eq!(stage.post("/duo/start", &[("login", MARIA)]).await.0, 404);
    assert_eq!(stage.get("/duo/other/start").await.0, 404);
    assert_eq!(stage.cases().await.len(), 1);
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_from_another_site_opens_nothing() {
    let stage = Stage::new().await;
    for path in ["/duo/start", "/duo/duo/start", "/duo/duo/link?token=x"] {
        let request = stage.client.post(format!("{}{path}", stage.address));
        let request = request.form(&[("login", MARIA)]).header("sec-fetch-site", "cross-site");
        assert_eq!(request.send().await.unwrap().status().as_u16(), 403, "{path}");
    }
    assert!(stage.cases().await.is_empty());
    stage.lab.stop().await;
}
