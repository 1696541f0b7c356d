//! What the imitation refuses: a client that is nearly right is not right.

use doorward_contract::http::{Answer, Ask};
use http::{HeaderName, Method, header};
use serde_json::Value;

use crate::stand::{ADA, API_TOKEN, Stand, actions, spare};

const DPOP: HeaderName = HeaderName::from_static("dpop");

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    text("errorCode").or_else(|| text("error")).unwrap_or_default()
}

async fn tokened(stand: &Stand, method: Method, path: &str) -> Answer {
    let mut ask = Ask::get(stand.base.join(path).unwrap())
        .header(header::AUTHORIZATION, &format!("SSWS {API_TOKEN}"))
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json");
    ask.method = method;
    stand.send(ask).await
}

#[tokio::test]
async fn a_request_that_was_taken_once_is_not_taken_again_nor_elsewhere() {
    let stand = Stand::usual().await;
    stand.account(ADA).await;
    let asked = stand.fake.fake().asked();
    let last = asked.iter().rfind(|asked| asked.method == "GET").unwrap();
    let value = |name: &str| {
        let found = last.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    let again = |path: &str, scheme: &str, proof: Option<String>| {
        let token = value("authorization").split_once(' ').unwrap().1.to_owned();
        let mut ask = Ask::get(stand.base.join(path).unwrap())
            .header(header::AUTHORIZATION, &format!("{scheme} {token}"))
            .header(header::ACCEPT, "application/json");
        if let Some(proof) = proof {
            ask = ask.header(DPOP, &proof);
        }
        ask
    };
    for (what, ask, expected) in [
        (
            "replayed",
            again(&last.path, "DPoP", Some(value("dpop"))),
            "invalid_dpop_proof",
        ),
        ("without a proof", again(&last.path, "DPoP", None), "invalid_dpop_proof"),
        (
            "as a bearer token",
            again(&last.path, "Bearer", Some(value("dpop"))),
            "invalid_request",
        ),
    ] {
        let answer = stand.send(ask).await;
        assert_eq!(
            (answer.status.as_u16(), code(&answer).as_str()),
            (400, expected),
            "{what}"
        );
        assert!(answer.header("www-authenticate").unwrap().starts_with("DPoP"), "{what}");
    }
    let nobody = Ask::get(stand.base.join(&last.path).unwrap()).header(header::ACCEPT, "application/json");
    assert_eq!(code(&stand.send(nobody).await), "E0000005");
}

#[tokio::test]
async fn a_call_with_a_missing_unknown_or_wrong_parameter_is_refused_and_changes_nothing() {
    let stand = Stand::usual().await;
    let user = format!("api/v1/users/{}", spare(1));
    for (method, path, expected) in [
        (Method::POST, format!("{user}/lifecycle/reset_password"), "E0000001"),
        (
            Method::POST,
            format!("{user}/lifecycle/reset_password?sendEmail=no"),
            "E0000001",
        ),
        (
            Method::POST,
            format!("{user}/lifecycle/reset_password?sendEmail=false&provider=FEDERATION"),
            "E0000001",
        ),
        (Method::DELETE, format!("{user}/sessions?all=true"), "E0000001"),
        (
            Method::POST,
            format!("{user}/authenticator-enrollments/tac"),
            "E0000003",
        ),
        (
            Method::GET,
            "api/v1/users?search=profile.login%20ne%20%22x%22".into(),
            "E0000031",
        ),
        (
            Method::GET,
            "api/v1/users?search=profile.login%20eq%20x".into(),
            "E0000031",
        ),
        (Method::GET, "api/v1/users?q=ada".into(), "E0000001"),
        (Method::GET, "api/v1/users?after=7".into(), "E0000001"),
        (Method::PUT, user.clone(), "E0000008"),
        (Method::GET, format!("{user}/lifecycle/suspend"), "E0000022"),
        (
            Method::DELETE,
            "api/v1/users/spare.1@acme.example/sessions".into(),
            "E0000007",
        ),
        (Method::GET, "api/v2/users".into(), "E0000008"),
    ] {
        let answer = tokened(&stand, method.clone(), &path).await;
        assert_eq!(code(&answer), expected, "{method} {path}");
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(body["errorId"].as_str().unwrap().starts_with("oae"));
        assert!(body["errorCauses"].is_array() && answer.header("x-okta-request-id").is_some());
    }
    let all = stand.fake.accounts();
    assert!(all.iter().all(|one| one.counts.is_empty()));
}

#[tokio::test]
async fn a_call_without_its_scope_is_refused_though_the_role_allows_it() {
    let stand = Stand::of(|_| {}, |set| set.abilities = Vec::new()).await;
    for action in actions() {
        let account = stand.fresh(Stand::status_for(&action)).await;
        let found = stand.perform(&account, &action).await;
        let error = found.unwrap_err();
        assert_eq!(error.remedy(), "refused", "{action:?}: {error:?}");
        assert!(stand.view(&account).counts.is_empty(), "{action:?}");
    }
}

#[tokio::test]
async fn a_collection_is_told_page_by_page_with_links_that_lead_on() {
    let stand = Stand::of(|world| world.page = 100, |_| {}).await;
    let mut path = "api/v1/users".to_owned();
    let mut sizes = Vec::new();
    loop {
        let answer = tokened(&stand, Method::GET, &path).await;
        sizes.push(answer.json::<Vec<Value>>().unwrap().len());
        let links = answer.headers.get_all("link").iter().map(|link| link.to_str().unwrap());
        let mut next = links.filter(|link| link.ends_with("rel=\"next\""));
        let Some(next) = next.next() else {
            break;
        };
        next.trim_start_matches('<')
            .split_once('>')
            .unwrap()
            .0
            .clone_into(&mut path);
    }
    assert_eq!(sizes, [100, 100, 61]);
}

#[tokio::test]
async fn what_is_remembered_can_be_kept_and_given_back() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    let before = stand.fake.state();
    stand.perform(&account, &actions()[7]).await.unwrap();
    assert_eq!(stand.view(&account).status, "SUSPENDED");
    stand.fake.restore(before).unwrap();
    assert_eq!(stand.view(&account).status, "ACTIVE");
}
