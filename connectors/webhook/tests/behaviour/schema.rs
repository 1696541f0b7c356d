//! The schemas in the repository say what is sent and taken.

use doorward_contract::fake::Rule;
use doorward_contract::{Connector, VendorError};
use doorward_webhook::Field;
use serde_json::{Value, json};

use crate::stand::{Stand, call};

fn message() -> Value {
    serde_json::from_str(include_str!("../../schema/message.schema.json")).unwrap()
}

fn answer() -> Value {
    serde_json::from_str(include_str!("../../schema/answer.schema.json")).unwrap()
}

/// Every key of what was sent is a key of the schema, and everything that must be there is.
fn fits(schema: &Value, sent: &Value) {
    let Some(sent) = sent.as_object() else { return };
    let Some(known) = schema["properties"].as_object() else {
        return;
    };
    for (key, value) in sent {
        assert!(known.contains_key(key), "`{key}` is not in the schema");
        fits(&known[key], value);
    }
    for key in schema["required"].as_array().into_iter().flatten() {
        assert!(sent.contains_key(key.as_str().unwrap()), "{key} was not sent");
    }
}

#[tokio::test]
async fn every_kind_of_message_is_described() {
    let stand = Stand::with(|settings| {
        settings.send = vec![Field::Login, Field::DisplayName];
        settings.undo = true;
    })
    .await;
    let ada = stand.fresh();
    let key = "case_1/1/call";
    stand.perform(key, &ada).await.unwrap();
    stand.reconcile(key, &ada).await.unwrap();
    let told = json!({ "receipt": { "order": "REQ-1" } });
    let _refused_because_it_was_never_given = stand.undo(key, &ada, &told).await;
    stand.webhook.check(&[call().ability()]).await.unwrap();

    let schema = message();
    let mut kinds: Vec<Value> = Vec::new();
    for asked in stand.company.fake().asked() {
        fits(&schema, &asked.body);
        if !kinds.contains(&asked.body["type"]) {
            kinds.push(asked.body["type"].clone());
        }
    }
    assert_eq!(Value::from(kinds), schema["properties"]["type"]["enum"]);
}

#[tokio::test]
async fn every_status_of_the_schema_is_understood_and_no_other() {
    let stand = Stand::usual().await;
    let ada = stand.fresh();
    let words = answer()["properties"]["status"]["enum"].clone();
    let asked = async |word: &Value| {
        stand.company.fake().misbehave(Rule {
            status: Some(200),
            body: Some(json!({ "status": word })),
            ..Rule::default()
        });
        stand.reconcile("case_1/1/call", &ada).await
    };
    for word in words.as_array().unwrap() {
        let found = asked(word).await;
        assert_eq!(found.is_ok(), word != "unknown", "{word}: {found:?}");
    }
    for word in ["failed", "ok", "Done"] {
        let found = asked(&json!(word)).await;
        assert!(
            matches!(found, Err(VendorError::Unexpected { .. })),
            "{word}: {found:?}"
        );
    }
}
