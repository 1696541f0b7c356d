//! Finding and reading users.

use serde_json::{Value, json};

use crate::stand::{BIRTH, GUEST, NILS, Stand, code};

const NILS_UPN: &str = "nils.berg@acme.example";

#[tokio::test]
async fn a_user_is_read_by_id_by_name_and_in_the_quoted_form() {
    let stand = Stand::usual().await;
    for key in [
        format!("users/{NILS}"),
        "users/Nils.Berg@acme.example".into(),
        format!("users('{NILS_UPN}')"),
    ] {
        let (status, body) = stand.get(&key).await;
        assert_eq!((status, &body["id"]), (200, &json!(NILS)), "{key}");
    }
    let (status, body) = stand.get("users/gil_other.example%23EXT%23@acme.example").await;
    assert_eq!((status, &body["id"]), (200, &json!(GUEST)));
    assert_eq!(stand.get(&format!("users/{}", crate::stand::STAFF)).await.0, 404);
}

#[tokio::test]
async fn only_the_selected_properties_are_answered_and_unknown_ones_refused() {
    let stand = Stand::usual().await;
    let (_, body) = stand.get(&format!("users/{NILS}?$select=id,surname,{BIRTH}")).await;
    let mut names: Vec<&String> = body.as_object().unwrap().keys().collect();
    names.retain(|name| !name.starts_with('@'));
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(body[BIRTH], "1988-03-09");
    let (_, body) = stand.get(&format!("users/{NILS}")).await;
    assert_eq!(body.get("accountEnabled"), None, "not in the default answer");
    for wrong in ["dateOfBirth", "id,Surname", "birthday"] {
        let (status, body) = stand.get(&format!("users/{NILS}?$select={wrong}")).await;
        assert_eq!((status, code(&body)), (400, "Request_BadRequest"), "{wrong}");
    }
    assert_eq!(stand.get(&format!("users/{NILS}?$select=signInActivity")).await.0, 403);
    assert_eq!(stand.get(&format!("users/{NILS}?$nonsense=1")).await.0, 400);
}

#[tokio::test]
async fn the_basic_right_shows_basic_properties_only() {
    let stand = Stand::granting(&["User.ReadBasic.All"]).await;
    let (status, body) = stand.get(&format!("users/{NILS}?$select=id,mail")).await;
    assert_eq!((status, &body["mail"]), (200, &json!(NILS_UPN)));
    assert_eq!(
        stand.get(&format!("users/{NILS}?$select=id,accountEnabled")).await.0,
        403
    );
    assert_eq!(stand.filter("mail eq 'nils.berg@acme.example'").await.0, 200);
    assert_eq!(stand.filter("employeeId eq 'E-1042'").await.0, 403);
}

#[tokio::test]
async fn the_filters_of_a_plain_query_find_whom_they_mean() {
    let stand = Stand::usual().await;
    for filter in [
        "userPrincipalName eq 'nils.berg@acme.example'",
        "userPrincipalName eq 'NILS.BERG@acme.example'",
        "mail eq 'nils.berg@acme.example'",
        "proxyAddresses/any(p:p eq 'smtp:nils@acme.example')",
        "proxyAddresses/any(x:x eq 'SMTP:nils.berg@acme.example')",
        "employeeId eq 'E-1042'",
        "givenName eq 'Nils' and surname eq 'Berg'",
        "identities/any(i:i/issuer eq 'acmeworks.onmicrosoft.com' and i/issuerAssignedId eq 'nils.berg@acme.example')",
    ] {
        assert_eq!(stand.filter(filter).await, (200, vec![NILS_UPN.into()]), "{filter}");
    }
    for filter in [
        "proxyAddresses/any(p:p eq 'smtp:nils.berg@acme.example')",
        "otherMails/any(m:m eq 'nils@home.example')",
        "givenName eq 'Nils' and surname eq 'Other'",
    ] {
        assert_eq!(stand.filter(filter).await, (200, Vec::new()), "{filter}");
    }
}

#[tokio::test]
async fn a_quote_in_a_name_is_doubled() {
    let stand = Stand::usual().await;
    let found = stand.filter("surname eq 'O''Neil'").await;
    assert_eq!(found, (200, vec!["aoife.oneil@acme.example".into()]));
    for wrong in [
        "surname eq 'O'Neil'",
        "surname eq 'Berg",
        "surname eq \"Berg\"",
        "surname eq Berg",
    ] {
        assert_eq!(stand.filter(wrong).await.0, 400, "{wrong}");
    }
    let injected = stand.filter("mail eq 'x' or mail eq 'nils.berg@acme.example'").await;
    assert_eq!(injected.0, 400);
}

#[tokio::test]
async fn an_advanced_filter_needs_both_the_header_and_the_count() {
    let stand = Stand::usual().await;
    for filter in [
        "onPremisesSamAccountName%20eq%20'nils'",
        "onPremisesImmutableId%20eq%20'x'",
        "mobilePhone%20eq%20'%2B4670'",
        "employeeHireDate%20ge%202026-01-01T00:00:00Z",
        "companyName%20eq%20'Acme'",
        "endsWith(mail,'@acme.example')",
        "userType%20ne%20'Guest'",
        "not(userType%20eq%20'Guest')",
    ] {
        let path = format!("users?$filter={filter}");
        for half in [
            stand.get(&format!("{path}&$count=true")).await,
            stand.get_eventually(&path).await,
        ] {
            assert_eq!((half.0, code(&half.1)), (400, "Request_UnsupportedQuery"), "{filter}");
        }
        let (status, body) = stand.get_eventually(&format!("{path}&$count=true")).await;
        assert_eq!(status, 200, "{filter}: {body}");
        assert_eq!(body["@odata.count"], body["value"].as_array().unwrap().len());
    }
    let (_, body) = stand
        .get_eventually("users?$filter=userType%20ne%20'Guest'&$count=true")
        .await;
    assert_eq!(body["@odata.count"], 2);
    assert_eq!(stand.filter("passwordPolicies eq 'x'").await.0, 400);
}

#[tokio::test]
async fn a_long_list_comes_in_pages_whose_links_keep_the_question() {
    let stand = Stand::usual().await;
    let mut path = "users?$top=2&$select=id".to_owned();
    let mut sizes = Vec::new();
    loop {
        let (status, body) = stand.get(&path).await;
        assert_eq!(status, 200, "{body}");
        let people = body["value"].as_array().unwrap();
        sizes.push(people.len());
        assert!(people.iter().all(|one| one.as_object().unwrap().len() == 1));
        let Some(next) = body.get("@odata.nextLink").and_then(Value::as_str) else {
            break;
        };
        path = next.strip_prefix(&format!("{}v1.0/", stand.base)).unwrap().to_owned();
    }
    assert_eq!(sizes, [2, 1]);
    for wrong in [
        "users?$top=0",
        "users?$top=1000",
        "users?$top=x",
        "users?$skiptoken=at-9",
    ] {
        assert_eq!(stand.get(wrong).await.0, 400, "{wrong}");
    }
}
