//! What cannot be answered is shown here and posted nowhere; what can, is posted to the one address (entra.md §1.8).

use scraper::{Html, Selector};

use super::*;

/// Where a form leads, and what it sends.
type Sends = (String, Vec<(String, String)>);

/// The state of a page, and its form.
fn read(html: &str) -> (String, Option<Sends>) {
    let page = Html::parse_document(html);
    let select = |css: &str| Selector::parse(css).unwrap();
    let state = page.select(&select("body")).next().unwrap().attr("data-state").unwrap();
    let form = page.select(&select("form")).next().map(|form| {
        let inputs = select("input");
        let fields = form.select(&inputs).map(|input| {
            let of = |name| input.attr(name).unwrap().to_owned();
            (of("name"), of("value"))
        });
        (form.attr("action").unwrap().to_owned(), fields.collect())
    });
    (state.to_owned(), form)
}

/// Shown here: no form, no redirect, no cookie.
async fn shown_here(answer: reqwest::Response, status: u16, what: &str) -> String {
    assert_eq!(answer.status(), status, "{what}");
    for header in ["location", "set-cookie"] {
        assert!(!answer.headers().contains_key(header), "{what}: {header}");
    }
    let html = answer.text().await.unwrap();
    assert_eq!(read(&html), ("bad-request".to_owned(), None), "{what}");
    html
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_cannot_be_answered_is_shown_here_and_opens_nothing() {
    let stage = Stage::new().await;
    let account = stage.lab.sheet().people[0].account.to_string();
    let good = || stage.form(&account, "N0");
    let foreign = stage.sign_in.sign(&{
        let mut claims = stage.hint(&account);
        claims["iss"] = json!(format!("{}.evil.example/{}/v2.0", stage.sign_in.address, stage.tenant));
        claims
    });
    for (what, form) in [
        ("client", but(good(), "client_id", "somebody")),
        ("address", but(good(), "redirect_uri", "https://evil.example/")),
        (
            "address of the public cloud",
            but(
                good(),
                "redirect_uri",
                "https://login.microsoftonline.com/common/federation/externalauthprovider",
            ),
        ),
        ("no hint", but(good(), "id_token_hint", "")),
        ("no hint of Entra's", but(good(), "id_token_hint", &foreign)),
    ] {
        let html = shown_here(stage.post(&form).await, 400, what).await;
        // What Microsoft's support asks for.
        assert!(html.contains(SUPPORT), "{what}");
    }
    let hostile = but(
        but(good(), "client_id", "x"),
        "client-request-id",
        "<script>alert(1)</script>",
    );
    let html = shown_here(stage.post(&hostile).await, 400, "hostile").await;
    assert!(!html.contains("alert"), "{html}");

    let mut twice = good();
    twice.push(("nonce", "N1".to_owned()));
    shown_here(stage.post(&twice).await, 400, "a parameter twice").await;
    shown_here(
        stage.post_body("text/plain", "scope=openid".to_owned()).await,
        400,
        "no form",
    )
    .await;
    let form = "application/x-www-form-urlencoded";
    shown_here(stage.post_body(form, "state=%zz".to_owned()).await, 400, "no encoding").await;
    let long = format!("state={}", "x".repeat(64 * 1024));
    shown_here(stage.post_body(form, long).await, 413, "too long").await;

    assert!(stage.cases().await.is_empty());
    assert!(stage.sign_in.answered().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_genuine_request_that_cannot_be_met_is_answered_by_a_form_to_entra_alone() {
    let stage = Stage::new().await;
    let account = stage.lab.sheet().people[0].account.to_string();
    let form = but(stage.form(&account, "N0"), "claims", "{}");
    let answer = stage.post(&form).await;
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let leads = policy.rsplit_once("form-action ").unwrap().1;
    assert_eq!(
        leads, "https: http:",
        "to another site, by TLS unless it is this machine"
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(!answer.headers().contains_key("set-cookie"));
    let (shown, form) = read(&answer.text().await.unwrap());
    assert_eq!(shown, "passage");
    let (to, fields) = form.unwrap();
    assert_eq!(to, stage.sign_in.answers());
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(fields, [pair("error", "invalid_request"), pair("state", "S0-<9a77>")]);
    assert!(stage.cases().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_comes_twice_opens_one_case_and_leads_the_second_nowhere() {
    let stage = Stage::new().await;
    let account = stage.lab.sheet().people[0].account.to_string();
    let form = stage.form(&account, "N0");
    let first = stage.post(&form).await;
    assert_eq!(first.status(), 303);
    assert_eq!(first.headers()["location"], "/case");
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    // `Lax`: it comes with the redirect that follows a post from elsewhere, and not with such posts themselves.
    assert!(
        cookie.contains("; SameSite=Lax") && cookie.contains("; HttpOnly"),
        "{cookie}"
    );
    let second = stage.post(&form).await;
    assert_eq!(second.status(), 303);
    assert!(!second.headers().contains_key("set-cookie"));
    let led = stage.client.get(format!("{}case", stage.lab.sheet().doorward.address));
    assert_eq!(led.send().await.unwrap().status(), 403);
    assert_eq!(stage.cases().await.len(), 1);
}
