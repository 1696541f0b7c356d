//! OAuth 2.0 Form Post Response Mode 1.0: the answer in a form that posts itself, errors too, on a page that can do nothing
//! but send that form (Content Security Policy Level 3).

use doorward_lab::browser::Error;
use scraper::{Html, Selector};

use super::reply::{Answer, Sent};
use super::stage::{MARIA, Stage};

/// Where the page's form may lead: away, and by `http` only because the target is a loopback address. Not one origin alone,
/// because browsers hold the redirects that follow against it too (Content Security Policy Level 3 §6.4.1).
const AWAY: [&str; 2] = ["https:", "http:"];

/// The one form of a page: method, target, and its hidden fields.
fn form(page: &str) -> (String, String, Vec<(String, String)>) {
    let page = Html::parse_document(page);
    let of = |selector: &str| Selector::parse(selector).unwrap();
    let forms: Vec<_> = page.select(&of("form")).collect();
    assert_eq!(forms.len(), 1);
    let text = |element: &scraper::ElementRef<'_>, name: &str| element.attr(name).unwrap_or_default().to_owned();
    let inputs = of("input");
    let fields = forms[0].select(&inputs).map(|input| {
        assert_eq!(input.attr("type"), Some("hidden"));
        (text(&input, "name"), text(&input, "value"))
    });
    let fields = fields.collect();
    (text(&forms[0], "method"), text(&forms[0], "action"), fields)
}

/// The directive of a policy.
fn directive<'a>(policy: &'a str, name: &str) -> Vec<&'a str> {
    let parts = policy.split(';').map(str::trim).filter(|part| part.starts_with(name));
    let parts: Vec<&str> = parts.collect();
    assert_eq!(parts.len(), 1, "{name} in {policy}");
    parts[0].split_whitespace().skip(1).collect()
}

/// Holds the page to what every such page must be; returns what it brings.
fn brings(answer: &Answer, target: &str) -> Vec<(String, String)> {
    assert_eq!(answer.reply.status, 200);
    assert_eq!(answer.reply.header("content-type"), Some("text/html; charset=utf-8"));
    // Form Post §4: kept by nobody.
    assert_eq!(answer.reply.header("cache-control"), Some("no-store"));
    assert_eq!(answer.reply.header("referrer-policy"), Some("no-referrer"));
    let policy = answer.reply.header("content-security-policy").unwrap();
    assert_eq!(directive(policy, "form-action"), AWAY, "{policy}");
    assert_eq!(directive(policy, "default-src"), ["'none'"]);
    assert_eq!(directive(policy, "script-src"), ["'self'"]);
    assert_eq!(directive(policy, "frame-ancestors"), ["'none'"]);
    let (method, action, fields) = form(&answer.reply.body);
    assert_eq!((method.as_str(), action.as_str()), ("post", target));
    fields
}

fn names(fields: &[(String, String)]) -> Vec<&str> {
    fields.iter().map(|(name, _)| name.as_str()).collect()
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    &fields.iter().find(|(own, _)| own == name).unwrap().1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_posted_to_the_registered_address_and_is_as_good() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    for state in ["af0ifjsldkj", "\"><script>alert(1)</script>&amp; 'ü"] {
        let asked = party
            .ask()
            .set("response_mode", "form_post")
            .set("state", state)
            .set("prompt", "none");
        let fields = brings(&stage.authorize(&asked).await, &party.redirect);
        assert_eq!(names(&fields), ["code", "state", "iss"]);
        assert_eq!(
            (value(&fields, "state"), value(&fields, "iss")),
            (state, stage.issuer.as_str())
        );
        assert_eq!(party.redeem(value(&fields, "code")).await.status, 200);
    }
    // A query of the registered address stays in the address.
    let two = stage.party("ps256");
    let target = "http://127.0.0.1:1/ps256?from=here";
    let asked = two
        .ask()
        .set("response_mode", "form_post")
        .set("redirect_uri", target)
        .without("state");
    let fields = brings(&stage.authorize(&asked.set("prompt", "none")).await, target);
    assert_eq!(names(&fields), ["code", "iss"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_posted_too_once_it_is_certain_where_to() {
    let stage = Stage::new().await;
    let party = stage.party("basic");
    let asked = || party.ask().set("response_mode", "form_post");
    let told: [(Sent, &str); 4] = [
        (asked().set("prompt", "none"), "login_required"),
        (asked().set("scope", "profile"), "invalid_scope"),
        (asked().set("response_type", "id_token"), "unsupported_response_type"),
        (asked().and("request", "nonsense"), "invalid_request_object"),
    ];
    for (asked, error) in told {
        let fields = brings(&stage.authorize(&asked).await, &party.redirect);
        assert_eq!(value(&fields, "error"), error);
        assert_eq!(
            (value(&fields, "state"), value(&fields, "iss")),
            ("af0ifjsldkj", stage.issuer.as_str())
        );
        assert!(!names(&fields).contains(&"code"));
    }
    let elsewhere = asked().set("redirect_uri", "https://evil.example/cb");
    assert!(stage.authorize(&elsewhere).await.is_shown_here());
    let pushed = party.push(&asked().set("prompt", "none")).await.text("request_uri");
    // What was pushed says how; the address does not.
    let named = party.named(&pushed).and("response_mode", "query");
    let fields = brings(&stage.authorize(&named).await, &party.redirect);
    assert_eq!(value(&fields, "error"), "login_required");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_of_a_journey_the_browser_posts_code_and_state() {
    let stage = Stage::new().await;
    let party = stage.party("basic");
    let asked = party.ask().set("response_mode", "form_post").set("login_hint", MARIA);
    let mut walk = stage.walk();
    stage.prove(&mut walk, &stage.address(&asked), "maria-silva").await;
    walk.browser.form("/verify/done").unwrap().press("Done").await.unwrap();
    walk.look_until("passage").await.unwrap();
    let page = walk.browser.page().unwrap().source();
    let (method, action, fields) = form(&page);
    assert_eq!((method.as_str(), action.as_str()), ("post", party.redirect.as_str()));
    assert_eq!(names(&fields), ["code", "state", "iss"]);
    let policy = walk.browser.page().unwrap().headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert_eq!(directive(policy, "form-action"), AWAY);
    let sent = walk.browser.form("Continue").unwrap().press("Continue").await.map(drop);
    let at = match sent {
        Err(Error::Unanswered { method, url, .. }) => (method.to_string(), url.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(at, ("POST".to_owned(), party.redirect.clone()));
    let code = value(&fields, "code");
    assert_eq!(party.redeem(code).await.status, 200);
    // Opened again, it is not sent again.
    walk.look().await.unwrap();
    assert!(!walk.browser.page().unwrap().source().contains(code));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_agree_is_led_back_with_the_refusal_in_the_form() {
    let stage = Stage::new().await;
    let party = stage.party("basic");
    let asked = party.ask().set("response_mode", "form_post").set("login_hint", MARIA);
    let mut walk = stage.walk();
    walk.browser.visit(&stage.address(&asked)).await.unwrap();
    walk.expect("consent").unwrap();
    walk.browser.form("/case/withdraw").unwrap().press("").await.unwrap();
    walk.look_until("passage").await.unwrap();
    let (_, action, fields) = form(&walk.browser.page().unwrap().source());
    assert_eq!(action, party.redirect);
    assert_eq!(names(&fields), ["error", "state", "iss"]);
    assert_eq!(value(&fields, "error"), "access_denied");
}
