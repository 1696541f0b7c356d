//! What is refused leaves its mark: one event that names client, endpoint, what was told and why in truth, and nothing else
//! happens. Nobody outside is asked for anything, and nothing of the request itself reaches the record.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::party::{Party, Way};
use super::reply::Sent;
use super::sign::{Pair, but, unsigned};
use super::stage::Stage;

/// The record, as an auditor gets it.
fn record(stage: &Stage) -> Vec<Value> {
    let out = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["audit", "export", "--config", &stage.lab.sheet().doorward.settings])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter_map(|line| serde_json::from_str(line["text"].as_str()?).ok())
        .collect()
}

/// How often each vendor was asked for something.
async fn asked(stage: &Stage) -> Vec<usize> {
    let sheet = stage.lab.sheet();
    let mut counts = Vec::new();
    for log in [&sheet.persona.control.log, &sheet.entra.control.log] {
        let all: Value = stage
            .client
            .get(log.clone())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        counts.push(all.as_array().unwrap().len());
    }
    counts
}

/// Watches what a refusal leaves behind.
struct Watch<'a> {
    stage: &'a Stage,
    events: usize,
    cases: usize,
    asked: Vec<usize>,
}

impl<'a> Watch<'a> {
    /// From when nothing of an earlier proof is outstanding: it is erased where it was made.
    async fn begin(stage: &'a Stage) -> Self {
        let is = |event: &Value, kind: &str| event["event"] == kind;
        let outstanding = |all: &[Value]| {
            all.iter().any(|event| is(event, "proof_started"))
                && !all
                    .iter()
                    .any(|event| is(event, "proof_erased") && event["confirmed"] == true)
        };
        let mut all = record(stage);
        for _ in 0..6_000 {
            if !outstanding(&all) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            all = record(stage);
        }
        assert!(!outstanding(&all), "the proof is not erased");
        Self {
            stage,
            events: all.len(),
            cases: stage.cases().await,
            asked: asked(stage).await,
        }
    }

    /// Since the last look these were written, and nothing else came of it. Then a minute passes, so that the next of a kind
    /// is written again.
    async fn left(&mut self, what: &str, expected: &[Value]) {
        let all = record(self.stage);
        let mut new = all[self.events..].to_vec();
        for event in &mut new {
            let members = event.as_object_mut().unwrap();
            members.remove("at").unwrap();
            members.remove("case").unwrap();
        }
        assert_eq!(new, expected, "{what}");
        assert_eq!(self.stage.cases().await, self.cases, "{what}: a case was opened");
        assert_eq!(asked(self.stage).await, self.asked, "{what}: a vendor was asked");
        self.events = all.len();
        self.stage.clock.forward(Duration::from_secs(61));
    }
}

fn refused(client: Option<&str>, endpoint: &str, error: &str, why: &str) -> Value {
    json!({"event": "client_refused", "client": client, "endpoint": endpoint, "error": error, "why": why})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_refused_leaves_an_event() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let mut watch = Watch::begin(&stage).await;
    let silent = || party.ask().set("prompt", "none");

    let evil = silent().set("redirect_uri", "https://evil.example/cb");
    assert!(stage.authorize(&evil).await.is_shown_here());
    let wrong = refused(Some("basic"), "authorize", "none", "redirect_uri not registered");
    watch.left("wrong redirect", &[wrong]).await;

    let name = party.push(&silent()).await.text("request_uri");
    let crossed = stage.party("post").named(&name);
    assert!(stage.authorize(&crossed).await.is_shown_here());
    let mixed = refused(
        Some("basic"),
        "authorize",
        "none",
        "client_id is not the one that pushed",
    );
    watch.left("another's request_uri", &[mixed]).await;

    let name = party.push(&silent()).await.text("request_uri");
    stage.authorize(&party.named(&name)).await.code();
    assert!(stage.authorize(&party.named(&name)).await.is_shown_here());
    let again = refused(None, "authorize", "none", "request_uri used before");
    watch.left("replayed request_uri", &[again]).await;

    let twice = silent().and("redirect_uri", "https://evil.example/cb");
    assert!(stage.authorize(&twice).await.is_shown_here());
    watch
        .left(
            "pollution of an address",
            &[refused(None, "authorize", "none", "parameter twice")],
        )
        .await;
    assert_eq!(party.push(&silent().and("scope", "openid")).await.status, 400);
    let twice = refused(None, "par", "invalid_request", "parameter twice");
    watch.left("pollution of a form", &[twice]).await;

    let long = silent().and("extra", &"x".repeat(33 * 1024));
    assert!(stage.authorize(&long).await.is_shown_here());
    watch
        .left(
            "a long address",
            &[refused(None, "authorize", "none", "request too long")],
        )
        .await;
    let long = silent().and("extra", &"x".repeat(70 * 1024));
    for endpoint in ["par", "token", "userinfo"] {
        assert_eq!(stage.post(endpoint, &long.encoded(), &[]).await.status, 413);
        let long = refused(None, endpoint, "invalid_request", "request too long");
        watch.left("a long form", &[long]).await;
    }
    let asked = silent().set("id_token_hint", "eyJhbGciOiJub25lIn0.e30.");
    assert_eq!(stage.authorize(&asked).await.get("error"), Some("invalid_request"));
    let hint = refused(Some("basic"), "authorize", "invalid_request", "id_token_hint");
    watch.left("a hint of nobody's", &[hint]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_or_token_that_is_refused_leaves_an_event() {
    let stage = Stage::proven().await;
    let party = stage.party("basic");
    let mut watch = Watch::begin(&stage).await;
    let grant = |why| refused(Some("basic"), "token", "invalid_grant", why);

    let form = party
        .redeeming(&party.code().await)
        .set("code_verifier", &"a".repeat(43));
    assert_eq!(party.token(&form).await.status, 400);
    watch
        .left("another verifier", &[grant("verifier of another challenge")])
        .await;

    let form = party
        .redeeming(&party.code().await)
        .set("redirect_uri", "http://127.0.0.1:1/post");
    assert_eq!(party.token(&form).await.status, 400);
    watch
        .left("another redirect", &[grant("redirect_uri is another")])
        .await;

    let form = party.redeeming(&party.code().await);
    assert_eq!(stage.party("post").token(&form).await.status, 400);
    let mixed = refused(Some("post"), "token", "invalid_grant", "code of another client");
    watch.left("mixed-up client", &[mixed]).await;

    let code = party.code().await;
    assert_eq!(party.redeem(&code).await.status, 200);
    assert_eq!(party.redeem(&code).await.status, 400);
    let reused = json!({"event": "code_reused", "client": "basic"});
    watch.left("a code twice", &[reused, grant("used before")]).await;

    let first = party.tokens().await;
    let again = Party::refreshing(&first["refresh_token"]);
    assert_eq!(party.token(&again).await.status, 200);
    assert_eq!(party.token(&again).await.status, 400);
    let reused = json!({"event": "refresh_reused", "client": "basic"});
    watch
        .left("a refresh token twice", &[reused, grant("used before")])
        .await;

    let bound = stage.party("bound").holding("ES256");
    let pair = bound.held.as_ref().unwrap();
    let claims = bound.proof("POST", &stage.endpoint("token"));
    let headed = json!({"typ": "dpop+jwt", "jwk": pair.jwk()});
    let ask = async |claims: &Value| {
        let proof = pair.jws(headed.clone(), claims);
        bound.post("token", &bound.redeeming("x"), &[("dpop", &proof)]).await
    };
    let first = ask(&claims).await;
    assert_eq!(first.text("error"), "use_dpop_nonce");
    watch.left("who asks for a nonce did nothing wrong", &[]).await;
    let nonce = first.header("dpop-nonce").unwrap();
    let claims = but(&bound.proof("POST", &stage.endpoint("token")), &json!({"nonce": nonce}));
    assert_eq!(ask(&claims).await.text("error"), "invalid_grant");
    assert_eq!(ask(&claims).await.text("error"), "invalid_dpop_proof");
    let of = |error, why| refused(Some("bound"), "token", error, why);
    watch
        .left(
            "a proof twice",
            &[
                of("invalid_grant", "code malformed"),
                of("invalid_dpop_proof", "replayed proof"),
            ],
        )
        .await;
    assert_eq!(stage.get("/oauth2/userinfo").await.status, 401);
    watch.left("who shows nothing did nothing wrong", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_text_that_is_refused_leaves_an_event() {
    let stage = Stage::new().await;
    let (party, jar) = (stage.party("jwt"), stage.party("jar"));
    let (Way::Keys(pair, kid), Way::Keys(signing, jar_kid)) = (&party.way, &jar.way) else {
        panic!("no keys");
    };
    let mut watch = Watch::begin(&stage).await;
    let header = json!({"kid": kid});
    let now = stage.now();
    let none = |claims: &Value| format!("{}.", unsigned(&json!({"alg": "none"}), claims));
    let confused = |claims: &Value| pair.jws(json!({"kid": kid, "alg": "HS256"}), claims);
    let changed = |change: Value| {
        let late = json!({"iat": stage.now(), "exp": stage.now() + 60});
        pair.jws(header.clone(), &but(&but(&party.statement(), &late), &change))
    };
    let texts: [(&str, &dyn Fn() -> String, &str); 7] = [
        ("none", &|| none(&party.statement()), "algorithm not allowed"),
        (
            "key confusion",
            &|| confused(&party.statement()),
            "algorithm not allowed",
        ),
        (
            "another's key",
            &|| Pair::new("ES256").jws(header.clone(), &party.statement()),
            "wrong signature",
        ),
        (
            "wrong audience",
            &|| changed(json!({"aud": "https://evil.example"})),
            "not meant for us",
        ),
        (
            "wrong issuer",
            &|| changed(json!({"iss": "basic"})),
            "iss and sub are not the client",
        ),
        ("expired", &|| changed(json!({"exp": now - 61})), "expired"),
        (
            "too long good",
            &|| changed(json!({"exp": now + 7_200})),
            "exp too far ahead",
        ),
    ];
    for (what, text, why) in texts {
        let form = party.asserted(party.redeeming("x"), &text());
        assert_eq!(
            stage.post("token", &form.encoded(), &[]).await.refusal().0,
            401,
            "{what}"
        );
        watch
            .left(what, &[refused(Some("jwt"), "token", "invalid_client", why)])
            .await;
    }
    let form = party.asserted(party.ask(), &changed(json!({})));
    assert_eq!(stage.post("par", &form.encoded(), &[]).await.status, 201);
    assert_eq!(stage.post("par", &form.encoded(), &[]).await.status, 401);
    watch
        .left(
            "replayed",
            &[refused(Some("jwt"), "par", "invalid_client", "replayed assertion")],
        )
        .await;

    let object = |why| refused(Some("jar"), "par", "invalid_request_object", why);
    for (what, header, change, why) in [
        ("none", json!({"alg": "none"}), json!({}), "algorithm not allowed"),
        (
            "wrong audience",
            json!({"kid": jar_kid}),
            json!({"aud": "x"}),
            "object not meant for us",
        ),
        (
            "wrong issuer",
            json!({"kid": jar_kid}),
            json!({"iss": "jwt"}),
            "object of another client",
        ),
        ("expired", json!({"kid": jar_kid}), json!({"exp": now - 61}), "expired"),
    ] {
        let text = signing.jws(header, &but(&jar.object(&jar.ask()), &change));
        assert_eq!(jar.push(&Sent::of(&[("request", &text)])).await.status, 400, "{what}");
        watch.left(what, &[object(why)]).await;
    }
    let text = signing.jws(json!({"kid": jar_kid}), &jar.object(&jar.ask()));
    assert_eq!(jar.push(&Sent::of(&[("request", &text)])).await.status, 201);
    assert_eq!(jar.push(&Sent::of(&[("request", &text)])).await.status, 400);
    watch.left("replayed object", &[object("replayed object")]).await;
    assert_eq!(jar.push(&jar.ask()).await.status, 400);
    watch
        .left(
            "unsigned",
            &[refused(Some("jar"), "par", "invalid_request", "unsigned request")],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_one_kind_is_written_once_a_minute_and_names_that_were_made_up_never() {
    let stage = Stage::new().await;
    let mut watch = Watch::begin(&stage).await;
    let one = refused(None, "token", "invalid_client", "unknown client");
    for round in 0..2 {
        for _ in 0..20 {
            let form = Sent::of(&[("grant_type", "authorization_code"), ("client_id", "zz-made-up-name")]);
            assert_eq!(stage.post("token", &form.encoded(), &[]).await.status, 401);
        }
        watch.left(&format!("minute {round}"), std::slice::from_ref(&one)).await;
    }
    let told = record(&stage).iter().map(Value::to_string).collect::<String>();
    assert!(!told.contains("zz-made-up-name"));
}
