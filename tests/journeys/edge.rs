//! What stands around every answer: headers, the cookie, where a form may come from, how much is taken, from whom, and what
//! becomes of it.

use doorward_lab::browser::Cookie;
use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab, caller};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use super::refused::newest;
use super::{lab, walk};

const FORM: &str = "application/x-www-form-urlencoded";
const MARIA: &str = "maria.silva@example.com";

/// A caller that is no browser: it sends what it is told and nothing else.
struct Caller<'a> {
    client: Client,
    lab: &'a Lab,
}

impl<'a> Caller<'a> {
    fn new(lab: &'a Lab) -> Self {
        let client = caller::client().unwrap();
        Self { client, lab }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        // Not joined: `//case` would be taken for another host.
        let address = self.lab.sheet().doorward.address.origin().ascii_serialization();
        self.client.request(method, format!("{address}{path}"))
    }

    async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }

    async fn name_account(&self, login: &str, forwarded: Option<&str>) -> Response {
        let mut request = self
            .ask(Method::POST, "/recover")
            .form(&[("purpose", "recover"), ("login", login)]);
        if let Some(chain) = forwarded {
            request = request.header("x-forwarded-for", chain);
        }
        request.send().await.unwrap()
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().unwrap().to_owned())
}

/// The cookie of the case in a browser.
fn cookie(walk: &Walk) -> &Cookie {
    let mut all = walk.browser.jar().cookies().iter();
    all.find(|one| one.name.ends_with("doorward")).expect("a cookie")
}

fn sent(cookie: &Cookie) -> String {
    format!("{}={}", cookie.name, cookie.value)
}

/// What the open page sends to show that the form is its own.
fn form_token(walk: &Walk) -> String {
    let page = walk.browser.page().unwrap();
    page.attribute("input[name=form_token]", "value").expect("a form")
}

/// The same for every answer but where it says otherwise.
fn protected(response: &Response, what: &str, keeps: Option<&str>) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", keeps.unwrap_or("no-store")),
    ] {
        assert_eq!(header(response, name).as_deref(), Some(value), "{what}: {name}");
    }
    // Somebody who was sent here in a window of another site goes back in it; nobody has a hold of a pass.
    let sent = [
        "a page of the case",
        "the status",
        "a page for nobody",
        "a form that is none",
    ]
    .contains(&what);
    let opener = if sent { "unsafe-none" } else { "same-origin" };
    let found = header(response, "cross-origin-opener-policy");
    assert_eq!(found.as_deref(), Some(opener), "{what}: cross-origin-opener-policy");
    let policy = header(response, "content-security-policy").unwrap_or_default();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action",
    ] {
        assert!(policy.contains(part), "{what}: {part} is not in {policy:?}");
    }
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    let denied = header(response, "permissions-policy").unwrap_or_default();
    assert!(denied.contains("camera=()"), "{what}: {denied:?}");
    for telling in ["server", "x-powered-by"] {
        assert_eq!(header(response, telling), None, "{what}: {telling}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_answer_carries_the_headers_that_protect_it() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let caller = Caller::new(&lab);
    let mut walk = walk(&lab);
    walk.enter_portal(MARIA).await.unwrap();
    let style = walk
        .browser
        .page()
        .unwrap()
        .attribute("link[rel=stylesheet]", "href")
        .unwrap();
    let mine = sent(cookie(&walk));
    let token = lab.sheet().doorward.tokens[0].token.clone();
    let get = |path: &str| caller.ask(Method::GET, path);
    let post = |path: &str| caller.ask(Method::POST, path).header("content-type", FORM);
    let answers = [
        ("a page", get("/"), 200),
        ("a page of the case", get("/case").header("cookie", &mine), 200),
        ("the status", get("/case/status").header("cookie", &mine), 200),
        ("a page for nobody", get("/case"), 403),
        (
            "a redirect",
            post("/recover").body("purpose=recover&login=nobody%40example.com"),
            303,
        ),
        (
            "a form from elsewhere",
            post("/recover").header("sec-fetch-site", "cross-site"),
            403,
        ),
        (
            "a form that is none",
            post("/case/consent").header("cookie", &mine),
            403,
        ),
        ("no page", get("/nowhere"), 404),
        ("no asset", get("/assets/nothing.css"), 404),
        ("a link that never was", get("/l/AAAA"), 404),
        ("another method", caller.ask(Method::PUT, "/"), 405),
        ("the API without a token", get("/api/v1/cases"), 401),
        ("the API", get("/api/v1/cases").bearer_auth(&token), 200),
        ("nothing in the API", get("/api/v1/nowhere").bearer_auth(&token), 404),
        ("a webhook that is none", post("/hooks/persona"), 401),
        ("a webhook for nobody", post("/hooks/nobody"), 404),
        ("health", get("/live"), 200),
        ("readiness", get("/ready"), 200),
        ("robots", get("/robots.txt"), 200),
    ];
    for (what, request, status) in answers {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{what}");
        protected(&answer, what, None);
        assert_eq!(header(&answer, "strict-transport-security"), None, "{what}: over http");
    }
    let asset = caller.get(&style).await;
    assert_eq!(asset.status().as_u16(), 200);
    protected(&asset, "an asset", Some("public, max-age=31536000, immutable"));
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_is_kept_from_scripts_and_other_sites_and_from_plain_connections_where_there_is_tls() {
    let plain = lab(Database::Sqlite, |text| text).await;
    let answer = Caller::new(&plain).name_account(MARIA, None).await;
    let attributes = attributes(&answer, "doorward=");
    assert_eq!(attributes, ["HttpOnly", "Max-Age=172800", "Path=/", "SameSite=Lax"]);
    plain.stop().await;

    let behind_tls = lab(Database::Sqlite, |text| {
        let lines = text.lines().map(|line| {
            if line.starts_with("public_url") {
                "public_url = \"https://recover.example.com\""
            } else {
                line
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    })
    .await;
    let answer = Caller::new(&behind_tls).name_account(MARIA, None).await;
    assert_eq!(answer.status().as_u16(), 303);
    let attributes = self::attributes(&answer, "__Host-doorward=");
    assert_eq!(
        attributes,
        ["HttpOnly", "Max-Age=172800", "Path=/", "SameSite=Lax", "Secure"]
    );
    let strict = header(&answer, "strict-transport-security").unwrap();
    assert!(strict.starts_with("max-age=63072000"), "{strict}");
    // A cookie of the plain name, which a sibling host could plant, is nobody's here.
    let line = header(&answer, "set-cookie").unwrap();
    let value = line.split(['=', ';']).nth(1).unwrap();
    for (name, status) in [("__Host-doorward", 200), ("doorward", 403)] {
        let asked = Caller::new(&behind_tls).ask(Method::GET, "/case");
        let shown = asked.header("cookie", format!("{name}={value}")).send().await.unwrap();
        assert_eq!(shown.status().as_u16(), status, "{name}");
    }
    behind_tls.stop().await;
}

/// The attributes of the one cookie that is set, in order of the alphabet.
fn attributes(answer: &Response, begins: &str) -> Vec<String> {
    let mut lines = answer.headers().get_all("set-cookie").iter();
    let line = lines.next().expect("a cookie").to_str().unwrap();
    assert!(lines.next().is_none(), "more than one cookie");
    assert!(line.starts_with(begins), "{begins}");
    let mut attributes: Vec<String> = line.split("; ").skip(1).map(ToOwned::to_owned).collect();
    attributes.sort();
    attributes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_sees_anything_of_a_case_or_moves_it() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let caller = Caller::new(&lab);
    let (mut walk, mut other) = (walk(&lab), walk(&lab));
    other.enter_portal("omar.alrashid@example.com").await.unwrap();
    walk.enter_portal(MARIA).await.unwrap();
    let case = newest(&lab).await;
    let number = case["number"].as_str().unwrap();
    let mine = cookie(&walk);
    let (name, value) = (&mine.name, &mine.value);
    let (half, _) = value.split_at(value.len() / 2);
    let cookies = [
        None,
        Some(format!("{name}=")),
        Some(format!("{name}={half}")),
        Some(format!("{name}={value}A")),
        Some(format!("{name}={}", "A".repeat(value.len()))),
        Some(format!("{name}={}", "%00".repeat(40))),
        Some(format!("another={value}")),
    ];
    for cookie in &cookies {
        for (method, path) in [
            (Method::GET, "/case"),
            (Method::GET, "/case/status"),
            (Method::GET, "/return/persona"),
            (Method::POST, "/case/consent"),
            (Method::POST, "/case/withdraw"),
            (Method::POST, "/case/reveal"),
        ] {
            let mut request = caller.ask(method, path).header("content-type", FORM);
            request = request.body(format!("form_token={}", form_token(&walk)));
            if let Some(cookie) = cookie {
                request = request.header("cookie", cookie);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 403, "{path} with {cookie:?}");
            let body = answer.text().await.unwrap();
            assert!(
                body.contains("data-state=\"no-session\""),
                "{path} with {cookie:?}: {body}"
            );
            assert!(!body.contains(number), "{path} with {cookie:?} tells the number");
        }
    }
    // Somebody with a case of their own, and a form of this one.
    let request = caller
        .ask(Method::POST, "/case/withdraw")
        .header("cookie", sent(cookie(&other)));
    let crossed = request.form(&[("form_token", form_token(&walk))]).send().await.unwrap();
    assert_eq!(crossed.status().as_u16(), 403);
    let cases = lab.api().get("cases").await.unwrap();
    let stages: Vec<&Value> = cases["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| &case["stage"])
        .collect();
    assert_eq!(stages, ["consent", "consent"]);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_from_elsewhere_opens_a_case_or_takes_up_a_link() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let caller = Caller::new(&lab);
    let link = lab.link(&lab.people()[0], "recover", "INC-1").await.unwrap();
    let path = url::Url::parse(&link).unwrap().path().to_owned();
    let before = lab.api().get("cases").await.unwrap();
    let body = "purpose=recover&login=maria.silva%40example.com";
    for path in ["/recover", path.as_str(), "/case/consent", "/case/visit", "/case/retry"] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "http://127.0.0.1:1"),
        ] {
            let request = caller
                .ask(Method::POST, path)
                .header("content-type", FORM)
                .header(name, value);
            let answer = request.body(body).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 403, "{path} {name}: {value}");
            assert_eq!(header(&answer, "set-cookie"), None, "{path} {name}: {value}");
        }
    }
    assert_eq!(
        lab.api().get("cases").await.unwrap(),
        before,
        "a case was opened or moved"
    );
    // The same form from our own page does.
    let own = caller.ask(Method::POST, &path).header("sec-fetch-site", "same-origin");
    assert_eq!(own.send().await.unwrap().status().as_u16(), 303);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_is_shown_as_text_and_never_written_to_the_log_or_the_record() {
    let lab = lab(Database::Sqlite, |text| format!("{text}\n[log]\nlevel = \"trace\"\n")).await;
    let caller = Caller::new(&lab);
    let hostile = [
        "zzmark<script>alert(1)</script>",
        "zzmark\"><img src=x onerror=alert(1)>",
        "zzmark' OR '1'='1'; DROP TABLE cases; --",
        "zzmark{{7*7}}${7*7}%0d%0aSet-Cookie:x=y",
        "zzmark\u{202e}moc.elpmaxe@",
        "zzmark@example.com?$filter=1 eq 1&$top=999",
    ];
    for login in hostile {
        let taken = caller.name_account(login, None).await;
        assert_eq!(taken.status().as_u16(), 303, "{login}");
        // Too long, or with a character that no name has: shown again in the field.
        for refused in [format!("{login}{}", "x".repeat(300)), format!("{login}\u{7}x")] {
            let answer = caller.name_account(&refused, None).await;
            assert_eq!(header(&answer, "set-cookie"), None, "{login}");
            let body = answer.text().await.unwrap();
            for raw in ["<script>alert", "\"><img", "onerror=alert(1)>"] {
                assert!(!body.contains(raw), "{login} comes back as markup");
            }
            assert!(body.contains("zzmark"), "{login} is not shown again");
        }
    }
    let cases = lab.api().get("cases").await.unwrap();
    assert_eq!(cases["cases"].as_array().unwrap().len(), hostile.len());
    for case in cases["cases"].as_array().unwrap() {
        let events = lab
            .api()
            .get(&format!("cases/{}/events", case["id"].as_str().unwrap()))
            .await;
        let told = format!("{case}{}", events.unwrap());
        assert!(!told.contains("zzmark"), "{told}");
    }
    let log = lab.gateway_log();
    assert!(
        log.contains("next step"),
        "the log holds nothing of what was asked:\n{log}"
    );
    assert!(!log.contains("zzmark"), "the log holds what was typed");
    lab.stop().await;
}

/// Status, headers and words of an answer without what is random.
async fn seen(answer: Response) -> String {
    let status = answer.status();
    let mut headers = answer.headers().clone();
    for changing in ["date", "set-cookie"] {
        headers.remove(changing);
    }
    format!("{status} {headers:?} {}", answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_too_often_is_told_when_to_come_back_whatever_they_ask_for() {
    let lab = lab(Database::Sqlite, |text| {
        let changed = text.replace("per_address_hour = 10000", "per_address_hour = 3");
        assert_ne!(changed, text);
        changed
    })
    .await;
    let caller = Caller::new(&lab);
    for login in [MARIA, "nobody@example.com", "nobody.else@example.com"] {
        assert_eq!(caller.name_account(login, None).await.status().as_u16(), 303, "{login}");
    }
    // No proxy is trusted: whatever address is claimed is not believed.
    for claimed in [None, Some("203.0.113.7"), Some("203.0.113.8, 127.0.0.1")] {
        let known = caller.name_account(MARIA, claimed).await;
        assert_eq!(known.status().as_u16(), 429, "{claimed:?}");
        assert_eq!(header(&known, "retry-after").as_deref(), Some("3600"));
        assert_eq!(header(&known, "set-cookie"), None);
        let unknown = caller.name_account("nobody@example.com", claimed).await;
        assert_eq!(seen(known).await, seen(unknown).await, "{claimed:?}");
    }
    assert_eq!(
        lab.api().get("cases").await.unwrap()["cases"].as_array().unwrap().len(),
        3
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_asked_for_only_so_often_from_one_place_whether_or_not_it_exists() {
    let lab = lab(Database::Sqlite, |text| {
        let changed = text.replace("per_account_day = 1000", "per_account_day = 2");
        assert_ne!(changed, text);
        changed
    })
    .await;
    let caller = Caller::new(&lab);
    let mut ends = Vec::new();
    for login in [MARIA, "nobody@example.com"] {
        for written in [login.to_owned(), login.to_uppercase()] {
            assert_eq!(
                caller.name_account(&written, None).await.status().as_u16(),
                303,
                "{written}"
            );
        }
        let answer = caller.name_account(&format!(" {login} "), None).await;
        assert_eq!(answer.status().as_u16(), 429, "{login}");
        ends.push(seen(answer).await);
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!(
        caller
            .name_account("omar.alrashid@example.com", None)
            .await
            .status()
            .as_u16(),
        303
    );
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_trusted_proxy_is_believed_about_who_asks_and_only_about_the_last_one_before_it() {
    let lab = lab(Database::Sqlite, |text| {
        let limited = text.replace("per_address_hour = 10000", "per_address_hour = 1");
        let changed = limited.replace(
            "[server]\n",
            "[server]\ntrusted_proxies = [\"127.0.0.0/8\", \"10.0.0.0/8\"]\n",
        );
        assert_ne!(changed, limited);
        changed
    })
    .await;
    let caller = Caller::new(&lab);
    let tries = [
        ("203.0.113.1", 303),
        ("203.0.113.1", 429),
        ("203.0.113.2", 303),
        // What stands further left was written by the client itself.
        ("198.51.100.9, 203.0.113.2", 429),
        ("198.51.100.9, 203.0.113.1, 10.0.0.3", 429),
        ("203.0.113.3, 10.0.0.3", 303),
        // One household of IPv6 is one client.
        ("2001:db8:1:2::1", 303),
        ("2001:db8:1:2:ffff::9", 429),
        ("2001:db8:1:3::1", 303),
    ];
    for (at, (chain, status)) in tries.into_iter().enumerate() {
        let answer = caller
            .name_account(&format!("nobody{at}@example.com"), Some(chain))
            .await;
        assert_eq!(answer.status().as_u16(), status, "{at}: {chain}");
    }
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_the_table_of_paths_is_answered_clearly() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let caller = Caller::new(&lab);
    for path in [
        "/nowhere",
        "/case/",
        "//case",
        "/l/",
        "/l/AAAA",
        "/l/%00",
        "/l/..%2fcase",
        "/recover?purpose=nothing",
    ] {
        let answer = caller.get(path).await;
        assert_eq!(answer.status().as_u16(), 404, "{path}");
        let body = answer.text().await.unwrap();
        assert!(body.contains("data-state=\"not-found\""), "{path}: {body}");
    }
    for (method, path) in [
        (Method::POST, "/"),
        (Method::DELETE, "/case"),
        (Method::GET, "/case/consent"),
        (Method::GET, "/case/reveal"),
        (Method::GET, "/hooks/persona"),
        (Method::DELETE, "/api/v1/cases"),
        (Method::POST, "/live"),
    ] {
        let answer = caller.ask(method.clone(), path).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 405, "{method} {path}");
    }
    let token = &lab.sheet().doorward.tokens[0].token;
    let mut told = 0;
    for path in ["/recover", "/case/consent", "/hooks/persona", "/api/v1/cases"] {
        let request = caller.ask(Method::POST, path);
        let request = if path.starts_with("/api") {
            request.header("content-type", "application/json").bearer_auth(token)
        } else {
            request.header("content-type", FORM)
        };
        // Who is refused half way through may find the line closed before the answer is read.
        let Ok(answer) = request.body(vec![b'a'; 1024 * 1024 + 1]).send().await else {
            continue;
        };
        told += 1;
        let expected = if path == "/case/consent" { 403 } else { 413 };
        assert_eq!(answer.status().as_u16(), expected, "{path}");
    }
    assert!(told > 0, "nobody was told that it was too much");
    assert_eq!(caller.get("/live").await.status().as_u16(), 200);
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_browser_is_told_the_end_for_as_long_as_it_comes_back() {
    let lab = lab(Database::Sqlite, |text| text).await;
    let caller = Caller::new(&lab);
    let mut walk = walk(&lab);
    walk.enter_portal(MARIA).await.unwrap();
    let (mine, token) = (sent(cookie(&walk)), form_token(&walk));
    walk.withdraw().await.unwrap();
    let ended = newest(&lab).await;
    for path in ["/case/consent", "/case/visit", "/case/retry", "/case/withdraw"] {
        let request = caller.ask(Method::POST, path).header("cookie", &mine);
        let answer = request.form(&[("form_token", &token)]).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "location").as_deref()),
            (303, Some("/case")),
            "{path}"
        );
    }
    let request = caller.ask(Method::POST, "/case/reveal").header("cookie", &mine);
    let answer = request.form(&[("form_token", &token)]).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 410, "there is no pass to be seen");
    lab.kill_gateway().await;
    lab.start_gateway().await.unwrap();
    walk.look().await.unwrap();
    walk.expect("withdrawn").unwrap();
    let status = caller
        .ask(Method::GET, "/case/status")
        .header("cookie", &mine)
        .send()
        .await
        .unwrap();
    assert_eq!(status.json::<Value>().await.unwrap()["state"], "withdrawn");
    assert_eq!(newest(&lab).await["ended_at"], ended["ended_at"]);
    lab.stop().await;
}
