//! The imitated Persona refuses what Persona refuses. Asked without our client, from the vendor's pages alone.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::stand::{ENVIRONMENT, KEY, Kind, Stand, TEMPLATE, USUAL, VERSION};

fn attributes(attributes: &Value, meta: &Value) -> Value {
    json!({ "data": { "attributes": attributes }, "meta": meta })
}

#[tokio::test]
async fn only_the_key_opens_and_strangers_learn_nothing() {
    let stand = Stand::usual().await;
    for header in [
        None,
        Some("Bearer nonsense"),
        Some(KEY),
        Some("Basic cGVyc29uYQ=="),
        Some("bearer "),
    ] {
        let mut call = stand.client().get(stand.at("/api/v1/inquiries"));
        if let Some(header) = header {
            call = call.header("authorization", header);
        }
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{header:?}");
        assert!(answer.headers().get("persona-environment-id").is_none());
        let body: Value = answer.json().await.unwrap();
        assert!(body["errors"][0]["title"].is_string() && body["errors"][0].get("detail").is_none());
    }
}

#[tokio::test]
async fn every_answer_names_request_environment_organisation_and_limits() {
    let stand = Stand::usual().await;
    for (method, path, status) in [("GET", "inquiries", 200), ("GET", "inquiries/inq_none", 404)] {
        let answer = stand.api(method, path).send().await.unwrap();
        assert_eq!(answer.status(), status);
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert!(header("Request-Id").starts_with("req_"));
        assert_eq!(header("Persona-Environment-Id"), ENVIRONMENT);
        assert!(header("Persona-Organization-Id").starts_with("org_"));
        assert_eq!(header("RateLimit-Limit"), "300");
        assert!(header("RateLimit-Remaining").parse::<u32>().unwrap() < 300);
        assert_eq!(header("RateLimit-Reset"), "60");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn a_create_takes_the_listed_members_and_no_other() {
    let stand = Stand::usual().await;
    let template = json!({ "inquiry-template-id": TEMPLATE });
    let with = |name: &str, value: Value| {
        let mut given = template.clone();
        given[name] = value;
        attributes(&given, &json!({}))
    };
    let pointer = "/data/attributes/inquiry-template-id";
    for (body, status, found) in [
        (with("status", json!("approved")), 400, None),
        (with("reference_number", json!("1")), 400, None),
        (with("inquiry-template-version-id", json!(VERSION)), 400, None),
        (with("template-id", json!("tmpl_1")), 400, None),
        (with("fields", json!(["name-first"])), 400, None),
        (with("tags", json!("doorward")), 400, None),
        (with("note", json!(7)), 400, None),
        (
            with("redirect-uri", json!("not an address")),
            422,
            Some("/data/attributes/redirect-uri"),
        ),
        (
            with("redirect-uri", json!("javascript:alert(1)")),
            422,
            Some("/data/attributes/redirect-uri"),
        ),
        (
            with("account-id", json!("act_none")),
            422,
            Some("/data/attributes/account-id"),
        ),
        (attributes(&json!({}), &json!({})), 422, Some(pointer)),
        (
            attributes(&json!({ "inquiry-template-id": "itmpl_other" }), &json!({})),
            422,
            Some(pointer),
        ),
        (
            attributes(&json!({ "template-id": "tmpl_other" }), &json!({})),
            422,
            Some("/data/attributes/template-id"),
        ),
        (attributes(&template, &json!({ "prefill": true })), 400, None),
        (attributes(&template, &json!([])), 400, None),
        (
            attributes(&template, &json!({ "expiration-after-create-interval-seconds": -5 })),
            400,
            None,
        ),
        (
            attributes(
                &template,
                &json!({ "auto-create-account": false, "auto-create-account-reference-id": "x" }),
            ),
            400,
            None,
        ),
        (json!({ "data": { "attributes": template }, "included": [] }), 400, None),
        (json!({ "data": {} }), 400, None),
        (json!([]), 400, None),
    ] {
        let (answered, answer) = stand.call("POST", "inquiries", Some(body.clone())).await;
        assert_eq!(answered, status, "{body}");
        assert_eq!(answer["errors"][0]["source"]["pointer"].as_str(), found, "{body}");
        assert!(answer["errors"][0]["details"].is_string());
        assert_eq!(stand.begun(), 0, "{body}");
    }
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json_and_be_it() {
    let stand = Stand::usual().await;
    let good = attributes(&json!({ "inquiry-template-id": TEMPLATE }), &json!({})).to_string();
    for (media, body) in [
        (None, good.clone()),
        (Some("text/plain"), good),
        (Some("application/json"), "{".into()),
    ] {
        let mut call = stand.api("POST", "inquiries").body(body);
        if let Some(media) = media {
            call = call.header("content-type", media);
        }
        assert_eq!(call.send().await.unwrap().status(), 400, "{media:?}");
    }
    assert_eq!(stand.begun(), 0);
}

#[tokio::test]
async fn fields_go_in_plain_and_come_out_with_their_type() {
    let stand = Stand::usual().await;
    let given =
        json!({ "inquiry-template-id": TEMPLATE, "fields": { "name-first": "Amara", "birthdate": "1991-04-17" } });
    let (status, answer) = stand
        .call("POST", "inquiries", Some(attributes(&given, &json!({}))))
        .await;
    assert_eq!(status, 201);
    let shown = &answer["data"]["attributes"];
    assert_eq!(
        shown["fields"]["name-first"],
        json!({ "type": "string", "value": "Amara" })
    );
    assert_eq!(
        shown["fields"]["birthdate"],
        json!({ "type": "date", "value": "1991-04-17" })
    );
    assert_eq!(shown["status"], "created");
    assert_eq!(shown["created-at"], "2026-01-15T10:00:00.000Z");
    assert_eq!(
        shown["expires-at"], "2026-01-16T10:00:00.000Z",
        "24 h unless told otherwise"
    );
    assert_eq!(answer["data"]["relationships"]["template"], json!({ "data": null }));
    assert_eq!(answer["meta"]["session-token"], Value::Null);
}

#[tokio::test]
async fn versions_and_inflections_are_known_or_refused() {
    let stand = Stand::usual().await;
    let bare = |name: &'static str, value: &'static str| {
        stand
            .client()
            .get(stand.at("/api/v1/inquiry-templates/itmpl_DwExample000000000001"))
            .bearer_auth(KEY)
            .header(name, value)
    };
    assert_eq!(
        bare("Persona-Version", "2024-01-01").send().await.unwrap().status(),
        400
    );
    assert_eq!(bare("Key-Inflection", "shouting").send().await.unwrap().status(), 400);
    for (inflection, name) in [
        ("kebab", "field-schemas"),
        ("snake", "field_schemas"),
        ("camel", "fieldSchemas"),
    ] {
        let answer: Value = bare("Key-Inflection", inflection)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert!(answer["data"]["attributes"][name].is_array(), "{inflection}");
    }
}

#[tokio::test]
async fn requests_may_be_written_in_any_inflection_and_keys_in_fields_stay_as_they_are() {
    let stand = Stand::usual().await;
    let body = json!({ "data": { "attributes": { "inquiryTemplateId": TEMPLATE, "fields": { "myField_x": "1" } } },
                       "meta": { "auto_create_account_reference_id": "dw-1" } });
    let call = stand
        .api("POST", "inquiries")
        .header("Key-Inflection", "snake")
        .json(&body);
    let answer: Value = call.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["attributes"]["reference_id"], "dw-1");
    assert_eq!(answer["data"]["attributes"]["fields"]["myField_x"]["value"], "1");
}

#[tokio::test]
async fn an_idempotency_key_replays_the_first_answer_for_a_day() {
    let stand = Stand::usual().await;
    let body = attributes(&json!({ "inquiry-template-id": TEMPLATE }), &json!({}));
    let ask = |key: &'static str, body: Value| {
        let call = stand
            .api("POST", "inquiries")
            .header("Idempotency-Key", key)
            .json(&body);
        async move {
            let answer = call.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        }
    };
    let first = ask("k1", body.clone()).await;
    assert_eq!(first.0, 201);
    assert_eq!(ask("k1", body.clone()).await, first);
    let other = attributes(&json!({ "inquiry-template-id": TEMPLATE, "note": "x" }), &json!({}));
    assert_eq!(
        ask("k1", other.clone()).await.0,
        400,
        "the same key with other parameters"
    );
    assert_eq!(ask("k2", other).await.0, 201);
    assert_eq!(stand.begun(), 2);

    stand.lab("/_lab/knobs", json!({ "broken_creates": 1 })).await;
    assert_eq!(ask("k3", body.clone()).await.0, 500);
    assert_eq!(ask("k3", body.clone()).await.0, 500, "a 5xx is stored too");
    assert_eq!(stand.begun(), 3);

    stand.clock.forward(Duration::from_hours(25));
    assert_eq!(ask("k1", body).await.0, 201);
    assert_eq!(stand.begun(), 4, "after a day the key is new again");
}

#[tokio::test]
async fn being_throttled_is_not_stored_under_the_key() {
    let stand = Stand::usual().await;
    stand.lab("/_lab/knobs", json!({ "creates_per_minute": 0 })).await;
    let body = attributes(&json!({ "inquiry-template-id": TEMPLATE }), &json!({}));
    let call = || {
        stand
            .api("POST", "inquiries")
            .header("Idempotency-Key", "k")
            .json(&body)
            .send()
    };
    let answer = call().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers().get("quota-remaining").unwrap(), "0");
    stand.lab("/_lab/knobs", json!({})).await;
    assert_eq!(call().await.unwrap().status(), 201);
}

#[tokio::test]
async fn lists_are_filtered_paged_and_take_no_include() {
    let stand = Stand::usual().await;
    for key in ["a", "b", "c"] {
        stand.start(key).await;
    }
    let (_, first) = stand.call("GET", "inquiries?page[size]=2", None).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    let next = first["links"]["next"].as_str().unwrap().trim_start_matches("/api/v1/");
    let (_, second) = stand.call("GET", next, None).await;
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert_eq!(second["links"]["next"], Value::Null);
    let (_, none) = stand.call("GET", "inquiries?filter[reference-id]=nobody", None).await;
    assert_eq!(none["data"], json!([]));
    for query in [
        "include=verifications",
        "page[size]=0",
        "page[size]=101",
        "filter[note]=x&filter[status]=created",
        "q=1",
    ] {
        let (status, _) = stand.call("GET", &format!("inquiries?{query}"), None).await;
        assert_eq!(status, 400, "{query}");
    }
    let one = first["data"][0]["id"].as_str().unwrap();
    let (status, _) = stand
        .call("GET", &format!("inquiries/{one}?include=secrets"), None)
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn the_browser_may_be_sent_only_to_configured_domains_once_there_are_any() {
    let stand = Stand::usual().await;
    stand
        .lab("/_lab/knobs", json!({ "redirect_domains": ["recover.example.com"] }))
        .await;
    let body = |url: &str| {
        attributes(
            &json!({ "inquiry-template-id": TEMPLATE, "redirect-uri": url }),
            &json!({}),
        )
    };
    assert_eq!(
        stand
            .call("POST", "inquiries", Some(body("https://recover.example.com/r")))
            .await
            .0,
        201
    );
    assert_eq!(
        stand
            .call("POST", "inquiries", Some(body("https://evil.example/r")))
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn simulated_actions_are_for_the_sandbox() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let path = format!("inquiries/{}/perform-simulate-actions", started.reference.0);
    let body = json!({ "meta": { "simulate-actions": [{ "type": "start_inquiry" }] } });
    assert_eq!(stand.call("POST", &path, Some(body.clone())).await.0, 403);

    let stand = Stand::of(Kind { sandbox: true, ..USUAL }).await;
    let started = stand.start("a case").await;
    let path = format!("inquiries/{}/perform-simulate-actions", started.reference.0);
    assert_eq!(stand.call("POST", &path, Some(body.clone())).await.0, 200);
    assert_eq!(stand.status(&started.reference), "pending");
    assert_eq!(stand.call("POST", &path, Some(body)).await.0, 409, "begun already");
    let unknown = json!({ "meta": { "simulate-actions": [{ "type": "win" }] } });
    assert_eq!(stand.call("POST", &path, Some(unknown)).await.0, 422);
}

#[tokio::test]
async fn a_reference_belongs_to_one_account() {
    let stand = Stand::usual().await;
    let body = json!({ "data": { "attributes": { "reference-id": "dw-1" } } });
    assert_eq!(stand.call("POST", "accounts", Some(body.clone())).await.0, 201);
    assert_eq!(stand.call("POST", "accounts", Some(body)).await.0, 409);
    let inquiry = attributes(
        &json!({ "inquiry-template-id": TEMPLATE }),
        &json!({ "auto-create-account-reference-id": "dw-1" }),
    );
    stand.call("POST", "inquiries", Some(inquiry)).await;
    assert_eq!(stand.fake.state()["accounts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_inquiry_has_at_most_25_sessions() {
    let stand = Stand::usual().await;
    let started = stand.start("a case").await;
    let body = json!({ "data": { "attributes": { "inquiry-id": started.reference.0 } } });
    for _ in 1..25 {
        let (status, answer) = stand.call("POST", "inquiry-sessions", Some(body.clone())).await;
        assert_eq!(status, 201);
        assert_eq!(answer["data"]["attributes"]["status"], "new");
    }
    assert_eq!(stand.call("POST", "inquiry-sessions", Some(body)).await.0, 422);
}
