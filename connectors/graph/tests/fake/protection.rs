//! What tells a protected account, the tenant itself, and the lab's controls.

use serde_json::{Value, json};

use crate::stand::{ADMINS, ALL, AOIFE, GLOBAL, NILS, STAFF, Stand, code, told, world};

const ASSIGNMENTS: &str = "roleManagement/directory/roleAssignments";
const ELIGIBILITY: &str = "roleManagement/directory/roleEligibilityScheduleInstances";

fn groups(id: uuid::Uuid) -> String {
    format!("users/{id}/transitiveMemberOf/microsoft.graph.group?$select=id,displayName,isAssignableToRole&$count=true")
}

fn holders(body: &Value) -> Vec<Value> {
    let list = body["value"].as_array().unwrap();
    list.iter().map(|one| one["principalId"].clone()).collect()
}

#[tokio::test]
async fn roles_are_told_for_people_and_for_groups() {
    let stand = Stand::usual().await;
    stand.fake.set_roles(NILS, vec![GLOBAL]);
    let (_, body) = stand
        .get(&format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{NILS}'"))
        .await;
    assert_eq!(holders(&body), [json!(NILS)]);
    assert_eq!(body["value"][0]["roleDefinitionId"], json!(GLOBAL));
    let (_, body) = stand
        .get(&format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{ADMINS}'"))
        .await;
    assert_eq!(holders(&body), [json!(ADMINS)]);
    let (_, body) = stand
        .get(&format!("{ASSIGNMENTS}?$filter=principalId%20eq%20'{AOIFE}'"))
        .await;
    assert!(holders(&body).is_empty(), "what a group holds is told for the group");
    for wrong in ["principalId%20eq%20'x'", "principalId%20ne%20'x'", "roleDefinitionId"] {
        assert_eq!(
            stand.get(&format!("{ASSIGNMENTS}?$filter={wrong}")).await.0,
            400,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn eligibility_is_told_with_the_licence_and_refused_by_name_without() {
    let stand = Stand::usual().await;
    let path = format!("{ELIGIBILITY}?$filter=principalId%20eq%20'{AOIFE}'");
    let (_, body) = stand.get(&path).await;
    assert_eq!(holders(&body), [json!(AOIFE)]);
    let mut poor = world();
    poor.premium = false;
    let (status, body) = Stand::of(poor).await.get(&path).await;
    assert_eq!((status, code(&body)), (400, "AadPremiumLicenseRequired"));
}

#[tokio::test]
async fn groups_are_an_advanced_query_and_hide_all_but_ids_from_those_who_may_not_read_them() {
    let stand = Stand::usual().await;
    let (status, body) = stand.get(&groups(AOIFE)).await;
    assert_eq!((status, code(&body)), (400, "Request_UnsupportedQuery"));
    let (_, body) = stand.get_eventually(&groups(AOIFE)).await;
    let admins = json!({ "id": ADMINS, "displayName": "Admins", "isAssignableToRole": true });
    let staff = json!({ "id": STAFF, "displayName": "Staff", "isAssignableToRole": null });
    assert_eq!(body["value"], json!([staff, admins]));
    let (_, first) = stand.get_eventually(&format!("{}&$top=1", groups(AOIFE))).await;
    assert_eq!(
        (
            first["value"].as_array().unwrap().len(),
            first["@odata.nextLink"].is_string()
        ),
        (1, true)
    );
    let blind = Stand::granting(&["User.Read.All"]).await;
    let (status, body) = blind.get_eventually(&groups(AOIFE)).await;
    let hidden = |id| json!({ "id": id, "displayName": null, "isAssignableToRole": null });
    assert_eq!((status, &body["value"]), (200, &json!([hidden(STAFF), hidden(ADMINS)])));
}

#[tokio::test]
async fn owned_groups_are_told() {
    let mut world = world();
    world.people[0].owned_groups = world.people[1].groups.clone();
    let stand = Stand::of(world).await;
    let (_, body) = stand
        .get(&format!(
            "users/{NILS}/ownedObjects/microsoft.graph.group?$select=id,isAssignableToRole"
        ))
        .await;
    assert_eq!(body["value"][1], json!({ "id": ADMINS, "isAssignableToRole": true }));
}

#[tokio::test]
async fn membership_is_checked_for_at_most_twenty_groups() {
    let stand = Stand::usual().await;
    let path = format!("users/{NILS}/checkMemberGroups");
    let (_, body) = stand.send("POST", &path, json!({ "groupIds": [STAFF, ADMINS] })).await;
    assert_eq!(body["value"], json!([STAFF]));
    for wrong in [
        json!({ "groupIds": vec![STAFF; 21] }),
        json!({ "groupIds": ["x"] }),
        json!({}),
    ] {
        assert_eq!(stand.send("POST", &path, wrong).await.0, 400);
    }
}

#[tokio::test]
async fn the_tenant_tells_its_name_and_which_domain_signs_in_elsewhere() {
    let mut world = world();
    world.people[0].upn = "nils@fed.example".into();
    world.people[0].federated = true;
    let stand = Stand::of(world).await;
    let (_, body) = stand.get("domains").await;
    let kinds: Vec<(&str, &str)> = body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["authenticationType"].as_str().unwrap()))
        .collect();
    let expected = [
        ("acmeworks.onmicrosoft.com", "Managed"),
        ("fed.example", "Federated"),
        ("acme.example", "Managed"),
    ];
    assert_eq!(kinds, expected);
    let (_, body) = stand.get("organization?$select=displayName").await;
    assert_eq!(body["value"], json!([{ "displayName": "Acme Works" }]));
}

#[tokio::test]
async fn the_lab_sees_and_changes_accounts_without_secrets_and_without_a_trace() {
    let mut stand = Stand::usual().await;
    stand.fake.fake().forget();
    let post = |path: String, body: Value| told(stand.client.post(stand.base.join(&path).unwrap()).json(&body));
    let change = json!({ "roles": [GLOBAL], "enabled": false, "groups": [], "synchronised": true });
    assert_eq!(post(format!("/_lab/accounts/{NILS}"), change).await.0, 204);
    assert_eq!(post(format!("/_lab/accounts/{STAFF}"), json!({})).await.0, 404);
    assert_eq!(post("/_lab/granted".into(), json!([ALL[0]])).await.0, 204);
    let policy = json!({ "enabled": true, "usable_once": true, "default_length": 12, "default_lifetime": 15, "min": 10, "max": 20 });
    assert_eq!(post("/_lab/tap-policy".into(), policy).await.0, 204);
    let (_, body) = told(stand.client.get(stand.base.join("/_lab/accounts").unwrap())).await;
    assert_eq!(
        (&body[0]["enabled"], &body[0]["roles"]),
        (&json!(false), &json!([GLOBAL]))
    );
    assert!(!body.to_string().contains(crate::stand::PASSWORD));
    assert!(stand.fake.fake().asked().is_empty());
    let path = format!("users/{AOIFE}/authentication/temporaryAccessPassMethods");
    let (_, tap) = stand.send("POST", &path, json!({})).await;
    assert_eq!(tap["temporaryAccessPass"].as_str().unwrap().len(), 12);
    stand.renew().await;
    assert_eq!(stand.send("POST", &path, json!({})).await.0, 403);
}

#[tokio::test]
async fn what_it_remembers_can_be_put_back() {
    let stand = Stand::usual().await;
    let before = stand.fake.state();
    stand.fake.set_enabled(NILS, false);
    stand.fake.restore(before.clone()).unwrap();
    assert!(stand.account(NILS).enabled);
    assert_eq!(stand.fake.state(), before);
    assert_eq!(stand.get("domains").await.0, 200, "its tokens too");
}
