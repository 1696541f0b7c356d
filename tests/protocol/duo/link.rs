//! Signed links: one use, one browser, a short life, and each check broken alone.

use std::time::Duration;

use serde_json::{Value, json};

use super::{HS256, MARIA, NEXT_SECRET, SECRET, Stage, encoded, path, signed, token};
use doorward_lab::Database;

/// Claims with one thing changed; `null` takes it out.
fn but(stage: &Stage, name: &str, value: Value) -> String {
    let mut claims = stage.claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    signed(&claims)
}

async fn opens_one_case(database: Database) {
    let stage = Stage::on(database, |text| text).await;
    let link = format!("{}{}", stage.address, path(&signed(&stage.claims())));
    // A mail scanner looks, as often as it likes.
    for _ in 0..2 {
        let mut scanner = stage.walk();
        scanner.browser.visit(&link).await.unwrap();
        scanner.expect("invited").unwrap();
    }
    let (mut first, mut second) = (stage.walk(), stage.walk());
    for walk in [&mut first, &mut second] {
        walk.browser.visit(&link).await.unwrap();
        let page = walk.browser.page().unwrap().text();
        assert!(page.contains("service-desk") && page.contains("INC-4711"), "{page}");
    }
    // Both press the button at the same moment.
    let press = |walk: &mut doorward_lab::play::walk::Walk| {
        let mut walk = std::mem::replace(walk, stage.walk());
        async move {
            walk.browser.form("/duo/duo/link").unwrap().press("").await.unwrap();
            walk
        }
    };
    let (one, other) = tokio::join!(press(&mut first), press(&mut second));
    let mut states = [one.state().unwrap(), other.state().unwrap()];
    let (mut winner, mut loser) = if states[0] == "consent" {
        (one, other)
    } else {
        (other, one)
    };
    states.sort();
    assert_eq!(states, ["consent", "link-used"]);
    // The browser that has it comes back by the link; nobody else does, not even with a cookie of another case.
    winner.browser.visit(&link).await.unwrap();
    winner.expect("consent").unwrap();
    loser.browser.visit(&link).await.unwrap();
    loser.expect("link-used").unwrap();
    assert_eq!(loser.browser.page().unwrap().status().as_u16(), 410);
    assert_eq!(stage.facts("link_reused").len(), 1);
    let cases = stage.cases().await;
    assert_eq!(cases.len(), 1, "{cases:?}");
    let opened = &stage.facts("case_opened")[0];
    assert_eq!(
        (
            &opened["source"],
            &opened["opener"],
            &opened["ticket"],
            &opened["purpose"]
        ),
        (
            &json!("duo"),
            &json!("service-desk"),
            &json!("INC-4711"),
            &json!("recover")
        )
    );
    let maria = winner.person("maria-silva").unwrap();
    winner.agree().await.unwrap();
    winner.prove(&maria, "pass").await.unwrap();
    winner.come_back().await.unwrap();
    let (secret, sign_in) = winner.take_pass().await.unwrap();
    winner.sign_in_with_password(&maria, &secret, &sign_in).await.unwrap();
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_link_opens_one_case_for_the_first_browser_on_sqlite() {
    Box::pin(opens_one_case(Database::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_link_opens_one_case_for_the_first_browser_on_postgresql() {
    Box::pin(opens_one_case(Database::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_secrets_sign_while_one_follows_the_other() {
    let stage = Stage::new().await;
    for secret in [SECRET, NEXT_SECRET] {
        let token = token(HS256, &stage.claims().to_string(), secret);
        assert_eq!(stage.get(&path(&token)).await.1, "invited");
    }
    for header in [r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","typ":"jwt","kid":"7"}"#] {
        let token = token(header, &stage.claims().to_string(), SECRET);
        assert_eq!(stage.get(&path(&token)).await.1, "invited", "{header}");
    }
    stage.lab.stop().await;
}

/// Tokens with one thing wrong, and why.
fn broken(stage: &Stage) -> Vec<(String, &'static str)> {
    let now = stage.claims()["iat"].as_i64().unwrap();
    let whole = stage.claims().to_string();
    let good = signed(&stage.claims());
    let (start, signature) = good.rsplit_once('.').unwrap();
    let none = format!("{}.{}.", encoded(br#"{"alg":"none"}"#), encoded(whole.as_bytes()));
    let twice = format!(
        "{},\"sub\":\"somebody.else@example.com\"}}",
        whole.trim_end_matches('}')
    );
    let other_claims = encoded(whole.replace(MARIA, "omar.al-rashid@example.com").as_bytes());
    let missing = "signed link: a claim is missing or of another kind";
    let mut all = vec![
        (none, "signed link: algorithm not allowed"),
        (
            token(r#"{"alg":"HS512"}"#, &whole, SECRET),
            "signed link: algorithm not allowed",
        ),
        (
            token(r#"{"alg":"hs256"}"#, &whole, SECRET),
            "signed link: algorithm not allowed",
        ),
        (
            token(r#"{"typ":"JWT"}"#, &whole, SECRET),
            "signed link: algorithm not allowed",
        ),
        (
            token(r#"{"alg":"HS256","crit":["x"],"x":1}"#, &whole, SECRET),
            "signed link: crit in header",
        ),
        (
            token(r#"{"alg":"HS256","typ":"at+jwt"}"#, &whole, SECRET),
            "signed link: wrong typ",
        ),
        (
            token(HS256, &whole, "another-secret-that-nobody-here-was-ever-told-of"),
            "signed link: wrong signature",
        ),
        (token(HS256, &whole, ""), "signed link: wrong signature"),
        (format!("{start}."), "signed link: wrong signature"),
        (
            format!("{}.{other_claims}.{signature}", encoded(HS256.as_bytes())),
            "signed link: wrong signature",
        ),
        (token(HS256, &twice, SECRET), "signed link: not a compact JWS"),
        (format!("{good}.{signature}"), "signed link: not a compact JWS"),
        (start.to_owned(), "signed link: not a compact JWS"),
        ("nonsense".to_owned(), "signed link: not a compact JWS"),
        (format!("{good}{}", "A".repeat(5_000)), "signed link: too long"),
        (but(stage, "iss", json!("somebody-else")), "signed link: wrong iss"),
        (
            but(stage, "aud", json!("https://recover.example.com/duo/duo/start")),
            "signed link: wrong aud",
        ),
        (
            but(stage, "aud", json!(format!("{}/duo/start", stage.address))),
            "signed link: wrong aud",
        ),
        (but(stage, "aud", json!([stage.claims()["aud"]])), missing),
        (but(stage, "iat", json!(now + 61)), "signed link: from the future"),
        (but(stage, "exp", json!(now + 601)), "signed link: good for too long"),
        (but(stage, "exp", json!(now)), "signed link: good for too long"),
        (but(stage, "exp", json!(i64::MAX)), "signed link: good for too long"),
        (but(stage, "exp", json!("9999999999")), missing),
        (but(stage, "jti", json!("short")), "signed link: unfit jti"),
        (but(stage, "jti", json!("an id with spaces")), "signed link: unfit jti"),
        (but(stage, "sub", json!(" ")), "signed link: unfit sub"),
        (but(stage, "sub", json!("a".repeat(255))), "signed link: unfit sub"),
        (but(stage, "ticket", json!("INC\n4711")), "signed link: unfit ticket"),
        (but(stage, "purpose", json!("verify")), "signed link: no such purpose"),
    ];
    for name in ["iss", "aud", "sub", "jti", "iat", "exp"] {
        all.push((but(stage, name, Value::Null), missing));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_wrong_in_one_thing_opens_nothing_and_is_written_down() {
    let stage = Stage::new().await;
    let good = path(&signed(&stage.claims()));
    assert_eq!(stage.get(&good).await.1, "invited");
    for count in 0..broken(&stage).len() {
        // Made anew: the clock goes on, so that the next of a kind is written again.
        let (token, why) = broken(&stage).swap_remove(count);
        let looked = stage.get(&path(&token)).await;
        assert_eq!((looked.0, looked.1.as_str()), (400, "bad-request"), "{count}: {why}");
        let pressed = stage.post(&format!("/duo/duo/link?token={token}"), &[]).await;
        assert_eq!(pressed.0, 400, "{count}: {why}");
        let facts = stage.facts("turned_away");
        assert_eq!(facts.len(), count + 1, "{count}: {why}");
        assert_eq!(
            (&facts[count]["source"], &facts[count]["why"]),
            (&json!("duo"), &json!(why)),
            "{count}"
        );
        stage.clock.forward(Duration::from_secs(61));
    }
    assert!(stage.cases().await.is_empty());
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_over_in_time_even_if_nobody_used_it() {
    let stage = Stage::new().await;
    let token = signed(&stage.claims());
    stage.clock.forward(Duration::from_secs(599));
    assert_eq!(stage.get(&path(&token)).await.1, "invited");
    stage.clock.forward(Duration::from_secs(1));
    let late = stage.get(&path(&token)).await;
    assert_eq!((late.0, late.1.as_str()), (410, "link-expired"));
    assert_eq!(stage.post(&format!("/duo/duo/link?token={token}"), &[]).await.0, 410);
    assert_eq!(stage.facts("turned_away")[0]["why"], "signed link: over");
    assert!(stage.cases().await.is_empty());
    stage.lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_agreed_on_no_links_takes_none() {
    let stage = Stage::on(Database::Sqlite, |text| {
        let (before, _) = text.split_once("[source.links]").unwrap();
        before.to_owned()
    })
    .await;
    let told = stage.get(&path(&signed(&stage.claims()))).await;
    assert_eq!((told.0, told.1.as_str()), (400, "bad-request"));
    let facts = stage.facts("turned_away");
    assert_eq!(facts[0]["why"], "signed link: nobody may sign any");
    stage.lab.stop().await;
}
