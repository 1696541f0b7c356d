//! Every endpoint for every machine and every role: what is theirs, and nothing besides; and what a reviewer does not see.

use doorward::case::desk::{Judgement, Review, Staff};
use doorward::case::role::Power;
use doorward::case::{Case, Kind, Stage};
use doorward::http::api::{ENDPOINTS, Endpoint};
use doorward::matching::{Explanation, Preset, Verdict};
use doorward_contract::{Clock, Outcome, SubjectRef};
use reqwest::Method;
use serde_json::{Value, json};

use super::{address, answered, word};
use crate::staff::browser::Browser;
use crate::staff::{Bench, Place, on_both, token_of};
use crate::store::maria;

on_both! {
    a_machine_does_what_its_one_power_opens_and_nothing_else
    an_operator_does_what_their_role_opens_and_nothing_else
    what_wants_a_fresh_proof_wants_it_here_too
    a_case_for_another_purpose_is_as_if_it_were_not_there
    strangers_are_told_nothing
    a_reviewer_does_not_learn_whose_account_it_is_before_judging
    every_refusal_names_a_page_that_explains_it
    whoever_calls_too_often_is_told_to_wait
}

/// A body that fits every endpoint that wants one so far that it is read: whoever gets this far was let in.
const BODY: &str = r#"{"reason":"as agreed"}"#;

/// A gateway whose vendors cannot be reached: nothing leaves this machine.
async fn bench(place: Place) -> Bench {
    Bench::with(place, |text| {
        let nowhere = "http://127.0.0.1:9/";
        text.replace(
            "birth_date_attribute",
            &format!("cloud = {{ authority = \"{nowhere}\", graph = \"{nowhere}v1.0\", scope = \"{nowhere}.default\" }}\nbirth_date_attribute"),
        )
        .replace("template = ", &format!("api = \"{nowhere}api/v1\"\ntemplate = "))
    })
    .await
}

/// A case that waits for a human's look.
async fn in_review(bench: &Bench) -> Case {
    let now = bench.clock.now();
    let mut case = maria(now);
    case.purpose = "recover".to_owned();
    case.stage = Stage::Review;
    case.relayed = true;
    case.attempts.push(doorward::case::Attempt {
        number: 1,
        verifier: "persona".to_owned(),
        subject: SubjectRef("a-random-name-of-these-tests".to_owned()),
        asked_at: now,
        started: true,
        returned_at: Some(now),
        outcome: Some(Outcome::Passed),
        decided_at: Some(now),
        kind: Kind::Full,
        forgetting: false,
        forgotten: false,
    });
    case.explanation = Some(Explanation {
        version: 1,
        preset: Preset::Strict,
        verdict: Verdict::Match,
        attributes: Vec::new(),
        summary: "everything agrees".to_owned(),
    });
    bench.app.door.flow.store.begin(&case, &[], &[], None).await.unwrap();
    case
}

/// Whether whoever asked was turned away by the guard: not known to have the power, or not fresh.
fn is_kept_out(endpoint: &Endpoint, status: u16, body: &Value, exists: bool) -> bool {
    match (status, word(body)) {
        (403, "forbidden" | "step-up-required") => true,
        // Of a thing that is there: it is hidden.
        (404, "not-found") => endpoint.path.contains("{id}") && exists,
        _ => false,
    }
}

async fn asks(bench: &Bench, endpoint: &Endpoint, id: &str, token: &str) -> (u16, Value) {
    let request = bench
        .client
        .request(endpoint.method.clone(), address(bench, endpoint.path, id));
    let mut request = request.bearer_auth(token);
    if endpoint.method == Method::POST {
        request = request.header("content-type", "application/json").body(BODY);
    }
    let response = request.send().await.unwrap();
    if endpoint.path.ends_with("/stream") && response.status().is_success() {
        return (200, Value::Null);
    }
    answered(response).await
}

/// What is under `/deliveries` is not there at all: hidden and missing look alike, so nothing can be told by it.
fn can_be_told(endpoint: &Endpoint) -> bool {
    !endpoint.path.starts_with("/deliveries/")
}

async fn a_machine_does_what_its_one_power_opens_and_nothing_else(place: Place) {
    let bench = bench(place).await;
    let case = in_review(&bench).await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| can_be_told(endpoint)) {
        for machine in Power::ALL.map(Power::word).into_iter().chain(["nothing"]) {
            let allowed = endpoint
                .power
                .is_none_or(|power| power.word() == machine && power.may_be_a_machines());
            let (status, body) = asks(&bench, endpoint, case.id.as_str(), &token_of(machine)).await;
            let said = format!("{machine} at {} {}: {status} {body}", endpoint.method, endpoint.path);
            assert_ne!(status, 401, "{said}");
            assert_ne!(status, 500, "{said}");
            assert_eq!(is_kept_out(endpoint, status, &body, true), !allowed, "{said}");
        }
        // The settings would refuse it; the edge does so too.
        let (status, body) = asks(&bench, endpoint, case.id.as_str(), &token_of("everything")).await;
        let human = endpoint.power.is_some_and(|power| !power.may_be_a_machines());
        assert_eq!(
            is_kept_out(endpoint, status, &body, true),
            human,
            "{} {status} {body}",
            endpoint.path
        );
    }
}

async fn asks_as(browser: &mut Browser<'_>, bench: &Bench, endpoint: &Endpoint, id: &str, csrf: &str) -> (u16, Value) {
    let request = bench
        .client
        .request(endpoint.method.clone(), address(bench, endpoint.path, id));
    let mut request = request.header("x-doorward-csrf", csrf);
    if endpoint.method == Method::POST {
        request = request.header("content-type", "application/json").body(BODY);
    }
    let response = browser.send(request).await;
    if endpoint.path.ends_with("/stream") && response.status().is_success() {
        return (200, Value::Null);
    }
    answered(response).await
}

/// Everybody of the staff, with their one role.
const STAFF: [(&str, doorward::case::role::Role); 5] = [
    ("robin-okafor", doorward::case::role::Role::Agent),
    ("noor-haddad", doorward::case::role::Role::Reviewer),
    ("tomas-vidal", doorward::case::role::Role::Approver),
    ("ewan-price", doorward::case::role::Role::Auditor),
    ("sade-bello", doorward::case::role::Role::Admin),
];

async fn an_operator_does_what_their_role_opens_and_nothing_else(place: Place) {
    let bench = bench(place).await;
    let case = in_review(&bench).await;
    for (member, role) in STAFF {
        let mut browser = bench.browser();
        browser.sign_in(member).await;
        browser.try_anew(member).await;
        let csrf = browser.form_token().await;
        for endpoint in ENDPOINTS.iter().filter(|endpoint| can_be_told(endpoint)) {
            let allowed = endpoint.power.is_none_or(|power| role.powers().contains(&power));
            let (status, body) = asks_as(&mut browser, &bench, endpoint, case.id.as_str(), &csrf).await;
            let said = format!("{role} at {} {}: {status} {body}", endpoint.method, endpoint.path);
            assert_ne!(status, 401, "{said}");
            assert_ne!(status, 500, "{said}");
            assert_eq!(is_kept_out(endpoint, status, &body, true), !allowed, "{said}");
        }
    }
}

async fn what_wants_a_fresh_proof_wants_it_here_too(place: Place) {
    let bench = bench(place).await;
    let case = in_review(&bench).await;
    for (member, role) in STAFF {
        let mut browser = bench.browser();
        browser.sign_in(member).await;
        bench.clock.forward(std::time::Duration::from_secs(6 * 60));
        let csrf = browser.form_token().await;
        for endpoint in &ENDPOINTS {
            let Some(power) = endpoint
                .power
                .filter(|power| role.powers().contains(power) && power.needs_step_up())
            else {
                continue;
            };
            let (status, body) = asks_as(&mut browser, &bench, endpoint, case.id.as_str(), &csrf).await;
            assert_eq!(
                (status, word(&body)),
                (403, "step-up-required"),
                "{power} at {}",
                endpoint.path
            );
        }
        // A cookie alone moves nothing.
        let opening = ENDPOINTS
            .iter()
            .find(|endpoint| endpoint.method == Method::POST)
            .unwrap();
        let (status, body) = asks_as(&mut browser, &bench, opening, "", "guessed").await;
        assert_eq!((status, word(&body)), (403, "csrf"));
    }
}

async fn a_case_for_another_purpose_is_as_if_it_were_not_there(place: Place) {
    let bench = bench(place).await;
    let case = in_review(&bench).await;
    let token = token_of("elsewhere");
    for endpoint in ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.path.starts_with("/cases/{id}"))
    {
        // A body that fits is turned away for the case, and one that does not before the case is looked for.
        let request = bench.client.request(
            endpoint.method.clone(),
            address(&bench, endpoint.path, case.id.as_str()),
        );
        let body = match endpoint.path {
            path if path.ends_with("/link") => "",
            path if path.ends_with("/send") => r#"{"way": "mail-1"}"#,
            _ => BODY,
        };
        let request = request
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .body(body);
        let (status, body) = answered(request.send().await.unwrap()).await;
        assert_eq!(
            (status, word(&body)),
            (404, "not-found"),
            "{} {}",
            endpoint.method,
            endpoint.path
        );
    }
    let listed = bench
        .client
        .get(address(&bench, "/cases", ""))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(answered(listed).await.1["cases"], json!([]));
    for path in ["/audit/events", "/audit/verify", "/settings", "/vendors"] {
        let told = bench
            .client
            .get(address(&bench, path, ""))
            .bearer_auth(&token)
            .send()
            .await
            .unwrap();
        assert_eq!(told.status(), 403, "{path} is about all purposes");
    }
}

async fn strangers_are_told_nothing(place: Place) {
    let bench = bench(place).await;
    let case = in_review(&bench).await;
    for endpoint in &ENDPOINTS {
        let (status, body) = asks(&bench, endpoint, case.id.as_str(), &token_of("nobody-has-this")).await;
        assert_eq!(
            (status, word(&body)),
            (401, "unauthorised"),
            "{} {}",
            endpoint.method,
            endpoint.path
        );
        let bare = bench.client.request(
            endpoint.method.clone(),
            address(&bench, endpoint.path, case.id.as_str()),
        );
        assert_eq!(bare.send().await.unwrap().status(), 401);
    }
}

async fn a_reviewer_does_not_learn_whose_account_it_is_before_judging(place: Place) {
    let bench = bench(place).await;
    let case = in_review(&bench).await;
    let store = &bench.app.door.flow.store;
    let looked_up = doorward::audit::Fact::AccountLookedUp {
        result: "found".to_owned(),
        account: Some("the-account-in-question".to_owned()),
        reasons: Vec::new(),
    };
    let event = doorward::audit::Event::of(&case.id, bench.clock.now(), looked_up);
    store.note(&[event]).await.unwrap();
    let mut browser = bench.browser();
    browser.sign_in("noor-haddad").await;
    let csrf = browser.form_token().await;
    let id = case.id.as_str();
    let account = case.private.account.as_ref().unwrap().id.to_string();
    let seen = async |browser: &mut Browser<'_>| {
        let mut seen = String::new();
        for path in ["/cases/{id}", "/cases/{id}/events", "/cases"] {
            let request = bench.client.get(address(&bench, path, id));
            seen += &browser.send(request).await.text().await.unwrap();
        }
        seen
    };
    let tells = |text: &str| {
        text.contains(&account) || text.contains("everything agrees") || text.contains("the-account-in-question")
    };
    assert!(!tells(&seen(&mut browser).await), "before it is taken");
    let mut post = async |path: &str, body: Value| {
        let request = bench
            .client
            .post(address(&bench, path, id))
            .header("x-doorward-csrf", &csrf);
        answered(browser.send(request.json(&body)).await).await
    };
    let (status, taken) = post("/cases/{id}/review", json!({})).await;
    assert_eq!(status, 200, "{taken}");
    assert!(!tells(&taken.to_string()));
    let (status, early) = post("/cases/{id}/review/claimed", json!({})).await;
    assert_eq!((status, word(&early)), (403, "may-not"), "{early}");
    let mut other = bench.browser();
    other.sign_in("noor-haddad").await;
    assert!(!tells(&seen(&mut other).await), "while it is held");
    let evidence = other
        .send(bench.client.get(address(&bench, "/cases/{id}/review", id)))
        .await;
    let (status, evidence) = answered(evidence).await;
    assert_eq!((status, &evidence["number"]), (200, &json!(case.number)));
    assert!(!tells(&evidence.to_string()));
    let (status, judged) = post(
        "/cases/{id}/review/judgement",
        json!({"holds": true, "reasons": ["sharp"]}),
    )
    .await;
    assert_eq!(status, 200, "{judged}");
    assert!(tells(&judged.to_string()), "judged: it is theirs to see");
    let (status, claimed) = post("/cases/{id}/review/claimed", json!({})).await;
    assert_eq!((status, claimed["account"].as_str()), (200, Some(account.as_str())));
    let (status, decided) = post(
        "/cases/{id}/review/decision",
        json!({"same_person": true, "reason": "same face"}),
    )
    .await;
    assert_eq!(
        (status, &decided["desk"]["same_person"]),
        (200, &json!(true)),
        "{decided}"
    );
    // An agent, who decides nothing, sees whose case it is all the while.
    let fresh = in_review(&bench).await;
    let read = bench
        .client
        .get(address(&bench, "/cases/{id}", fresh.id.as_str()))
        .bearer_auth(token_of("read_case"));
    assert!(tells(&read.send().await.unwrap().text().await.unwrap()));
}

async fn every_refusal_names_a_page_that_explains_it(place: Place) {
    let bench = bench(place).await;
    let id = "case_AAAAAAAAAAAAAAAAAAAAAA";
    let everything = token_of("everything");
    let asked = |method: Method, path: &str| bench.client.request(method, address(&bench, path, id));
    let too_large = format!("{{\"purpose\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let requests = [
        (401, asked(Method::GET, "/cases")),
        (403, asked(Method::GET, "/cases").bearer_auth(token_of("nothing"))),
        (404, asked(Method::GET, "/cases/{id}").bearer_auth(&everything)),
        (404, asked(Method::GET, "/no-such-thing").bearer_auth(&everything)),
        (405, asked(Method::DELETE, "/cases").bearer_auth(&everything)),
        (
            413,
            asked(Method::POST, "/cases")
                .bearer_auth(&everything)
                .header("content-type", "application/json")
                .body(too_large),
        ),
        (415, asked(Method::POST, "/cases").bearer_auth(&everything).body("{}")),
        (
            422,
            asked(Method::POST, "/cases")
                .bearer_auth(&everything)
                .json(&json!({"purpose": 1})),
        ),
        (422, asked(Method::GET, "/cases?stage=nowhere").bearer_auth(&everything)),
        (422, asked(Method::GET, "/cases?limit=0").bearer_auth(&everything)),
        (422, asked(Method::GET, "/cases?limit=201").bearer_auth(&everything)),
        (
            422,
            asked(Method::GET, "/cases?cursor=nonsense").bearer_auth(&everything),
        ),
        (422, asked(Method::GET, "/cases?unknown=1").bearer_auth(&everything)),
        (
            400,
            asked(Method::POST, "/cases")
                .bearer_auth(&everything)
                .header("idempotency-key", "a b")
                .json(&json!({})),
        ),
    ];
    for (wanted, request) in requests {
        let response = request.send().await.unwrap();
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json",
            "{wanted}"
        );
        if wanted == 405 {
            let mut allowed: Vec<&str> = response.headers()["allow"].to_str().unwrap().split(',').collect();
            allowed.sort_unstable();
            assert_eq!(allowed, ["GET", "HEAD", "POST"]);
        }
        let (status, problem) = answered(response).await;
        assert_eq!(status, wanted, "{problem}");
        assert_eq!(problem["status"], wanted);
        let kind = problem["type"].as_str().unwrap();
        let page = kind
            .strip_prefix("https://doorward.example.com")
            .unwrap_or_else(|| panic!("{kind}"));
        // By a connection of its own: the one on which too much was sent is closed.
        let explained = doorward_lab::caller::client()
            .unwrap()
            .get(format!("http://{}{page}", bench.address))
            .send()
            .await
            .unwrap();
        let (status, explained) = answered(explained).await;
        assert_eq!((status, &explained["problem"]), (200, &json!(word(&problem))));
    }
}

async fn whoever_calls_too_often_is_told_to_wait(place: Place) {
    let bench = bench(place).await;
    let ask = async |name: &str| {
        let request = bench.client.get(address(&bench, "/me", "")).bearer_auth(token_of(name));
        request.send().await.unwrap()
    };
    let most = bench.app.api.per_minute;
    for used in 1..=most {
        let response = ask("read_case").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["ratelimit-policy"], format!("\"api\";q={most};w=60"));
        let left = format!("\"api\";r={};", most - used);
        let told = response.headers()["ratelimit"].to_str().unwrap().to_owned();
        assert!(told.starts_with(&left), "{told}");
    }
    let refused = ask("read_case").await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(word(&answered(refused).await.1), "too-many");
    assert_eq!(ask("deliver").await.status(), 200, "somebody else");
    bench.clock.forward(std::time::Duration::from_secs(wait));
    assert_eq!(ask("read_case").await.status(), 200);
}

/// Kept for the shape of a review that somebody else holds: it is as blind as one that nobody holds.
#[test]
fn a_judgement_of_a_colleagues_opens_nothing() {
    let mut case = maria(doorward_contract::Timestamp::from_seconds(1_768_471_200));
    case.stage = Stage::Review;
    case.desk.review = Some(Review {
        reviewer: Staff {
            id: "corp|somebody-else".to_owned(),
            name: "Somebody Else".to_owned(),
        },
        claimed_at: case.opened_at,
        judgement: Some(Judgement {
            holds: true,
            reasons: Vec::new(),
            ..Judgement::default()
        }),
        shown: false,
        named: false,
        decision: None,
    });
    let mut operator = doorward::case::role::Operator::machine("noor");
    assert!(!doorward::case::bar::is_blind(&case, &operator), "no reviewer");
    operator.roles = std::iter::once(doorward::case::role::Role::Reviewer).collect();
    assert!(doorward::case::bar::is_blind(&case, &operator));
    operator.id = "corp|somebody-else".to_owned();
    assert!(!doorward::case::bar::is_blind(&case, &operator));
}
