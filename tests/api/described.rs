//! The API's description and its table of endpoints say the same. Whether answers keep to it is tried by a program that knows nothing
//! but the description (`tests/clients/python/described.py`).

use std::collections::{BTreeMap, BTreeSet};

use doorward::http::api::{DESCRIPTION, ENDPOINTS};
use doorward::http::problems::KINDS;
use serde_json::Value;

use crate::staff::{Bench, Place, on_both};

on_both! {
    whoever_asks_gets_the_description
}

fn described() -> Value {
    serde_json::from_str(DESCRIPTION).unwrap()
}

#[test]
fn the_description_and_the_table_name_the_same_endpoints_with_the_same_powers() {
    let document = described();
    let mut told = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "parameters")
        {
            let power = operation["x-doorward-power"].as_str().map(str::to_owned);
            let summary = operation["summary"].as_str().unwrap().to_owned();
            told.insert((method.to_uppercase(), path.clone()), (power, summary));
        }
    }
    let there: BTreeMap<_, _> = ENDPOINTS
        .iter()
        .map(|endpoint| {
            let power = endpoint.power.map(|power| power.word().to_owned());
            let name = (endpoint.method.to_string(), endpoint.path.to_owned());
            (name, (power, endpoint.summary.to_owned()))
        })
        .collect();
    assert_eq!(there.len(), ENDPOINTS.len(), "an endpoint stands in the table twice");
    assert_eq!(told, there);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_how_it_refuses() {
    let document = described();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "parameters")
        {
            let name = operation["operationId"]
                .as_str()
                .unwrap_or_else(|| panic!("{method} {path}"));
            assert!(names.insert(name.to_owned()), "{name} twice");
            for status in ["401", "429"] {
                assert!(
                    operation["responses"][status].is_object(),
                    "{method} {path} and {status}"
                );
            }
            let fine = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .filter(|status| status.starts_with('2'));
            assert_eq!(fine.count(), 1, "{method} {path}");
            if operation["x-doorward-power"].is_string() {
                let hidden = if path.contains("{id}") { "404" } else { "403" };
                assert!(
                    operation["responses"][hidden].is_object(),
                    "{method} {path} and {hidden}"
                );
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = described();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn the_problems_of_the_description_are_those_that_are_explained() {
    let document = described();
    let told: BTreeSet<&str> = document["components"]["schemas"]["Problem"]["properties"]["type"]["x-doorward-words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    let explained: BTreeSet<&str> = KINDS.iter().map(|(word, ..)| *word).collect();
    assert_eq!(told, explained);
}

async fn whoever_asks_gets_the_description(place: Place) {
    let bench = Bench::at(place).await;
    let address = format!("http://{}/api/v1/openapi.json", bench.address);
    let response = bench.client.get(address).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.json::<Value>().await.unwrap(), described());
}
