//! The API in a lab: a case opened, listed, followed and called off; people looked up; tokens that our own provider gives.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;
use doorward_lab::{Database, Lab};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{answered, word};
use crate::staff::{Place, on_both};

on_both! {
    a_case_is_opened_read_listed_and_called_off
    pages_stay_what_they_are_whatever_is_opened_meanwhile
    lists_are_narrowed_by_every_filter
    a_stream_tells_each_move_and_ends_with_the_case
    nobody_follows_more_than_twenty_cases_at_a_time
    somebody_is_looked_up_and_called_fraud
    the_record_is_read_page_by_page_and_holds
    a_client_gets_a_token_for_itself_and_no_more_than_the_settings_allow
}

const NOW: i64 = 1_768_471_200;
const SECRET: &str = "a-secret-of-the-monitoring-of-these-tests";
/// The longest that anything is waited for: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A lab on a clock that is turned, with a client that may ask for tokens of its own.
struct Desk {
    lab: Lab,
    clock: TurnedClock,
    http: Client,
    _folder: TempDir,
}

impl Desk {
    async fn at(place: Place) -> Self {
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, SECRET).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let more = format!(
            "\n[[client]]\nname = \"monitor\"\nsource = \"sso\"\ntitle = \"Monitoring\"\nsecrets = [{{ file = \"{}\" }}]\n\
             scopes = [\"read_case\", \"mend_case\"]\npurposes = [\"recover\"]\n",
            file.display()
        );
        let lab = Lab::builder()
            .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
            .database(match place {
                Place::Sqlite => Database::Sqlite,
                Place::Postgres => Database::Postgres,
            })
            .toml_change(move |text| format!("{text}{more}"))
            .in_process(Arc::new(clock.clone()))
            .start()
            .await
            .unwrap();
        Self {
            lab,
            clock,
            http: doorward_lab::caller::client().unwrap(),
            _folder: folder,
        }
    }

    fn token(&self) -> String {
        self.lab.sheet().doorward.tokens[0].token.clone()
    }

    fn here(&self, path: &str) -> String {
        self.lab.sheet().doorward.api.join(path).unwrap().to_string()
    }

    async fn get(&self, path: &str) -> Response {
        self.http
            .get(self.here(path))
            .bearer_auth(self.token())
            .send()
            .await
            .unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(self.here(path)).bearer_auth(self.token());
        answered(request.json(&body).send().await.unwrap()).await
    }

    fn login(&self, id: &str) -> String {
        let person = self.lab.people().iter().find(|person| person.id == id).unwrap();
        person.login.clone()
    }

    async fn open(&self, person: &str, ticket: &str) -> Value {
        let body = json!({"purpose": "recover", "account": self.login(person), "ticket": ticket});
        let (status, case) = self.post("cases", body).await;
        assert_eq!(status, 201, "{case}");
        case
    }
}

async fn a_case_is_opened_read_listed_and_called_off(place: Place) {
    let desk = Desk::at(place).await;
    let case = desk.open("maria-silva", "INC7").await;
    let id = case["id"].as_str().unwrap();
    let first = case["link"]["url"].as_str().unwrap().to_owned();
    let read = desk.get(&format!("cases/{id}")).await;
    let tag = read.headers()["etag"].to_str().unwrap().to_owned();
    let (_, seen) = answered(read).await;
    assert_eq!((&seen["stage"], &seen["ticket"]), (&json!("invited"), &json!("INC7")));
    assert!(seen.get("link").is_none(), "the link is in one answer and nowhere else");
    let known = async |tag: &str| {
        let request = desk
            .http
            .get(desk.here(&format!("cases/{id}")))
            .bearer_auth(desk.token());
        request.header("if-none-match", tag).send().await.unwrap()
    };
    for same in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"other\", {tag}"),
        "*".to_owned(),
    ] {
        let unchanged = known(&same).await;
        assert_eq!(unchanged.status(), 304, "{same}");
        assert_eq!(unchanged.headers()["etag"].to_str().unwrap(), tag);
        assert!(unchanged.bytes().await.unwrap().is_empty());
    }
    let (status, renewed) = desk.post(&format!("cases/{id}/link"), json!({})).await;
    assert_eq!(status, 200);
    let second = renewed["link"]["url"].as_str().unwrap();
    assert_ne!(second, first);
    let mut browser = desk.lab.browser().unwrap();
    assert!(
        browser
            .visit(&first)
            .await
            .unwrap()
            .text()
            .to_lowercase()
            .contains("link")
    );
    assert_ne!(browser.visit(second).await.unwrap().text(), "", "the fresh one opens");
    let (status, code) = desk.post(&format!("cases/{id}/code"), json!({})).await;
    assert_eq!((status, code["code"].as_str().unwrap().len()), (200, 9), "{code}");
    assert_eq!(known(&tag).await.status(), 200, "it was written since");
    let (status, over) = desk.post(&format!("cases/{id}/cancel"), json!({})).await;
    assert_eq!(
        (status, &over["stage"], &over["end"]["end"]),
        (200, &json!("closed"), &json!("withdrawn"))
    );
    for path in ["cancel", "link", "code", "resume"] {
        let (status, refused) = desk.post(&format!("cases/{id}/{path}"), json!({})).await;
        assert_eq!((status, word(&refused)), (409, "past-this"), "{path}");
    }
    desk.lab.stop().await;
}

async fn pages_stay_what_they_are_whatever_is_opened_meanwhile(place: Place) {
    let desk = Desk::at(place).await;
    let mut opened = Vec::new();
    for ticket in ["A", "B", "C", "D", "E"] {
        opened.push(desk.open("maria-silva", ticket).await["id"].clone());
        desk.clock.forward(Duration::from_secs(1));
    }
    let mut seen = Vec::new();
    let mut at = desk.here("cases?limit=2&purpose=recover");
    loop {
        let response = desk.http.get(&at).bearer_auth(desk.token()).send().await.unwrap();
        let link = response
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        let (status, page) = answered(response).await;
        assert_eq!(status, 200, "{page}");
        let cases = page["cases"].as_array().unwrap();
        assert!(cases.len() <= 2);
        seen.extend(cases.iter().map(|case| case["id"].clone()));
        // Somebody else comes while this one reads.
        desk.open("juergen-mueller", "between").await;
        desk.clock.forward(Duration::from_secs(1));
        let Some(link) = link else {
            assert_eq!(page["next"], Value::Null);
            break;
        };
        let (to, rel) = link.split_once('>').unwrap();
        assert_eq!(rel, "; rel=\"next\"");
        at = reqwest::Url::parse(&at)
            .unwrap()
            .join(to.trim_start_matches('<'))
            .unwrap()
            .to_string();
        assert!(at.contains("purpose=recover") && at.contains("limit=2"), "{at}");
        assert!(at.contains(page["next"].as_str().unwrap()));
    }
    opened.reverse();
    assert_eq!(seen, opened);
    desk.lab.stop().await;
}

async fn lists_are_narrowed_by_every_filter(place: Place) {
    let desk = Desk::at(place).await;
    let early = desk.open("maria-silva", "early").await;
    desk.clock.forward(Duration::from_mins(5));
    let late = desk.open("omar-al-rashid", "late").await;
    let id = |case: &Value| case["id"].as_str().unwrap().to_owned();
    let (status, _) = desk.post(&format!("cases/{}/cancel", id(&early)), json!({})).await;
    assert_eq!(status, 200);
    let (early, late) = ((id(&early), early), (id(&late), late));
    let middle = late.1["opened_at"].as_str().unwrap().replace('+', "%2B");
    let number = late.1["number"].as_str().unwrap();
    for (query, wanted) in [
        (String::new(), vec![&late.0, &early.0]),
        ("stage=closed".to_owned(), vec![&early.0]),
        ("stage=invited".to_owned(), vec![&late.0]),
        ("stage=ready".to_owned(), vec![]),
        ("purpose=recover".to_owned(), vec![&late.0, &early.0]),
        ("purpose=badge".to_owned(), vec![]),
        ("source=portal".to_owned(), vec![]),
        (
            format!("source={}", late.1["source"].as_str().unwrap()),
            vec![&late.0, &early.0],
        ),
        ("opener=service-desk".to_owned(), vec![&late.0, &early.0]),
        ("opener=person".to_owned(), vec![]),
        (format!("from={middle}"), vec![&late.0]),
        (format!("to={middle}"), vec![&early.0]),
        (format!("from={middle}&to={middle}"), vec![]),
        (format!("opener=service-desk&stage=closed&to={middle}"), vec![&early.0]),
        (format!("number={number}"), vec![&late.0]),
        (format!("number={}", number.to_lowercase()), vec![&late.0]),
        (format!("number={number}&stage=closed"), vec![]),
        ("number=AAAA-AAAA".to_owned(), vec![]),
    ] {
        let (status, page) = answered(desk.get(&format!("cases?{query}")).await).await;
        assert_eq!(status, 200, "{query}: {page}");
        let found: Vec<&str> = page["cases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|case| case["id"].as_str().unwrap())
            .collect();
        assert_eq!(found, wanted, "{query}");
    }
    desk.lab.stop().await;
}

/// Reads events until one of that name came; all of them, each as its lines.
async fn events_until(stream: &mut Response, name: &str) -> Vec<String> {
    let mut text = String::new();
    let read = async {
        while !text
            .split("\n\n")
            .any(|event| event.contains(&format!("event: {name}")))
            || !text.ends_with("\n\n")
        {
            let chunk = stream
                .chunk()
                .await
                .unwrap()
                .unwrap_or_else(|| panic!("it ended: {text}"));
            text += std::str::from_utf8(&chunk).unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap();
    text.split("\n\n")
        .filter(|event| event.contains("event:"))
        .map(str::to_owned)
        .collect()
}

async fn a_stream_tells_each_move_and_ends_with_the_case(place: Place) {
    let desk = Desk::at(place).await;
    let case = desk.open("maria-silva", "INC9").await;
    let id = case["id"].as_str().unwrap();
    let mut stream = desk.get(&format!("cases/{id}/stream")).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let first = events_until(&mut stream, "case").await;
    assert!(
        first[0].contains("\"stage\":\"invited\"") && first[0].contains("id: "),
        "{first:?}"
    );
    let (status, _) = desk.post(&format!("cases/{id}/code"), json!({})).await;
    assert_eq!(status, 200);
    let second = events_until(&mut stream, "case").await;
    assert!(second[0].contains("\"stage\":\"invited\""), "{second:?}");
    assert_ne!(second, first, "it was written, and stands where it stood");
    desk.post(&format!("cases/{id}/cancel"), json!({})).await;
    let rest = events_until(&mut stream, "end").await;
    assert!(rest.last().unwrap().contains("\"stage\":\"closed\""), "{rest:?}");
    let end = tokio::time::timeout(PATIENCE, stream.chunk()).await.unwrap();
    assert!(end.unwrap().is_none(), "nothing follows");
    // Whoever comes when it is over is told so at once.
    let mut late = desk.get(&format!("cases/{id}/stream")).await;
    assert_eq!(events_until(&mut late, "end").await.len(), 2);
    desk.lab.stop().await;
}

async fn nobody_follows_more_than_twenty_cases_at_a_time(place: Place) {
    let desk = Desk::at(place).await;
    let case = desk.open("maria-silva", "INC9").await;
    let path = format!("cases/{}/stream", case["id"].as_str().unwrap());
    let mut streams = Vec::new();
    for _ in 0..20 {
        let stream = desk.get(&path).await;
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let (status, refused) = answered(desk.get(&path).await).await;
    assert_eq!((status, word(&refused)), (429, "too-many-streams"));
    drop(streams);
    let again = async {
        while desk.get(&path).await.status() != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.unwrap();
    desk.lab.stop().await;
}

async fn somebody_is_looked_up_and_called_fraud(place: Place) {
    let desk = Desk::at(place).await;
    let maria = json!({"connector": "entra", "account": desk.login("maria-silva")});
    let (status, found) = desk.post("people/find", maria.clone()).await;
    assert_eq!(
        (status, &found["found"]["frozen"], &found["found"]["last"]),
        (200, &json!(false), &Value::Null),
        "{found}"
    );
    let (status, nobody) = desk
        .post(
            "people/find",
            json!({"connector": "entra", "account": "nobody@example.com"}),
        )
        .await;
    assert_eq!((status, &nobody["found"]), (200, &Value::Null));
    let (status, wrong) = desk
        .post("people/find", json!({"connector": "nowhere", "account": "x"}))
        .await;
    assert_eq!((status, word(&wrong)), (422, "unknown-name"));
    let case = desk.open("maria-silva", "INC1").await;
    let other = desk.open("maria-silva", "INC2").await;
    let flag = format!("cases/{}/flag", case["id"].as_str().unwrap());
    let (status, flagged) = desk.post(&flag, json!({"reason": "she called: it was not her"})).await;
    assert_eq!(status, 200, "{flagged}");
    assert_eq!(flagged["others"], json!([other["number"]]));
    assert_eq!(flagged["case"]["desk"]["flagged"], "she called: it was not her");
    let (_, found) = desk.post("people/find", maria).await;
    assert_eq!(found["found"]["frozen"], true);
    let body = json!({"purpose": "recover", "account": desk.login("maria-silva")});
    let (status, refused) = desk.post("cases", body).await;
    assert_eq!(
        (status, word(&refused), &refused["refusal"]),
        (422, "account-barred", &json!("frozen"))
    );
    desk.lab.stop().await;
}

async fn the_record_is_read_page_by_page_and_holds(place: Place) {
    let desk = Desk::at(place).await;
    let case = desk.open("maria-silva", "INC1").await;
    desk.open("omar-al-rashid", "INC2").await;
    let mut whole = Vec::new();
    let mut query = "audit/events?limit=2".to_owned();
    loop {
        let (status, page) = answered(desk.get(&query).await).await;
        assert_eq!(status, 200, "{page}");
        whole.extend(page["events"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        query = format!("audit/events?limit=2&cursor={next}");
    }
    let places: Vec<i64> = whole.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(places, (1..=i64::try_from(whole.len()).unwrap()).collect::<Vec<_>>());
    let id = case["id"].as_str().unwrap();
    let (_, own) = answered(desk.get(&format!("audit/events?case={id}&event=case_opened")).await).await;
    let opened: Vec<&Value> = whole
        .iter()
        .filter(|event| event["case"] == id && event["event"] == "case_opened")
        .collect();
    assert_eq!(own["events"].as_array().unwrap().iter().collect::<Vec<_>>(), opened);
    assert_eq!(opened.len(), 1);
    let (status, verified) = answered(desk.get("audit/verify").await).await;
    assert_eq!((status, &verified["holds"]), (200, &json!(true)));
    assert!(verified["head"]["seq"].as_i64().unwrap() >= *places.last().unwrap());
    let (_, settings) = answered(desk.get("settings").await).await;
    assert_eq!(settings["limits"]["api_per_minute"], 100_000);
    assert!(!settings.to_string().contains(&desk.token()));
    let (status, vendors) = answered(desk.get("vendors").await).await;
    let names: Vec<&str> = vendors["vendors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(
        status == 200 && names.contains(&"entra") && names.contains(&"persona"),
        "{vendors}"
    );
    desk.lab.stop().await;
}

async fn a_client_gets_a_token_for_itself_and_no_more_than_the_settings_allow(place: Place) {
    let desk = Desk::at(place).await;
    let case = desk.open("maria-silva", "INC1").await;
    let id = case["id"].as_str().unwrap();
    let oauth = |name: &str| {
        desk.lab
            .sheet()
            .doorward
            .address
            .join(&format!("oauth2/{name}"))
            .unwrap()
    };
    let ask = async |secret: &str, scope: Option<&str>| {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(scope.map(|scope| ("scope", scope)));
        let request = desk
            .http
            .post(oauth("token"))
            .basic_auth("monitor", Some(secret))
            .form(&form);
        answered(request.send().await.unwrap()).await
    };
    assert_eq!(ask("another secret", None).await.0, 401);
    let (status, beyond) = ask(SECRET, Some("read_case open_case")).await;
    assert_eq!((status, &beyond["error"]), (400, &json!("invalid_scope")));
    let (status, narrow) = ask(SECRET, Some("read_case")).await;
    assert_eq!(
        (status, &narrow["scope"], &narrow["token_type"]),
        (200, &json!("read_case"), &json!("Bearer")),
        "{narrow}"
    );
    assert_eq!(
        (&narrow["expires_in"], narrow.get("refresh_token")),
        (&json!(600), None)
    );
    let narrow = narrow["access_token"].as_str().unwrap().to_owned();
    let (_, broad) = ask(SECRET, None).await;
    let broad = broad["access_token"].as_str().unwrap().to_owned();

    let status = async |token: &str, path: &str| {
        desk.http
            .get(desk.here(path))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    let read = format!("cases/{id}");
    let plan = format!("cases/{id}/plan");
    assert_eq!((status(&narrow, &read).await, status(&narrow, &plan).await), (200, 404));
    assert_eq!((status(&broad, &read).await, status(&broad, &plan).await), (200, 200));
    assert_eq!(status(&broad, "deliveries").await, 403);
    let (_, me) = answered(desk.http.get(desk.here("me")).bearer_auth(&broad).send().await.unwrap()).await;
    assert_eq!(
        (&me["name"], &me["powers"], &me["purposes"]),
        (
            &json!("monitor"),
            &json!(["read_case", "mend_case"]),
            &json!(["recover"])
        )
    );
    let userinfo = desk
        .http
        .get(oauth("userinfo"))
        .bearer_auth(&broad)
        .send()
        .await
        .unwrap();
    assert_eq!(userinfo.status(), 401, "it opens the API and nothing else");

    let revoke = desk.http.post(oauth("revoke")).basic_auth("monitor", Some(SECRET));
    assert_eq!(revoke.form(&[("token", &narrow)]).send().await.unwrap().status(), 200);
    assert_eq!((status(&narrow, &read).await, status(&broad, &read).await), (401, 200));
    desk.clock.forward(Duration::from_mins(10));
    assert_eq!(status(&broad, &read).await, 401);
    desk.lab.stop().await;
}
