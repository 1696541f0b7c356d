//! A fact of the record as a line: who did it, and what else it says. Read from the record's own text, so that a fact which a
//! later version wrote is shown too.

use serde_json::{Map, Value};

use crate::audit::Link;
use crate::case::CaseId;
use crate::pages::desk::EventLine;
use doorward_contract::Timestamp;

/// Where a fact may name the operator, the likeliest first. Whoever signs in is named beside their id.
const WHO: [&str; 7] = ["name", "operator", "reviewer", "approver", "by", "opener", "who"];
/// The opener that is no operator.
const PERSON: &str = "person";

/// A fact, and the case that it is of.
pub(super) struct Told {
    pub(super) line: EventLine,
    pub(super) case: Option<CaseId>,
}

/// Reads an entry. One that is no fact is shown with its text, and checking the record will say what is wrong with it.
pub(super) fn read(link: &Link) -> Told {
    let mut members: Map<String, Value> = serde_json::from_str(&link.text).unwrap_or_default();
    let at = members.remove("at").and_then(|at| serde_json::from_value(at).ok());
    let case = members.remove("case");
    let event = members.remove("event");
    let who = WHO.into_iter().find_map(|key| named(&mut members, key));
    let mut details = Vec::new();
    for (key, value) in &members {
        tell(&mut details, key, value);
    }
    Told {
        line: EventLine {
            at: at.unwrap_or(Timestamp::from_seconds(0)),
            event: event.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
            who,
            details,
            case: None,
        },
        case: case.as_ref().and_then(Value::as_str).and_then(|id| id.parse().ok()),
    }
}

/// Who is named under a key, which is then told already.
fn named(members: &mut Map<String, Value>, key: &str) -> Option<String> {
    let name = members.get(key)?.as_str().filter(|name| *name != PERSON)?.to_owned();
    members.remove(key);
    Some(name)
}

/// What a value says, each part under the names that lead to it.
fn tell(details: &mut Vec<(String, String)>, name: &str, value: &Value) {
    let label = name.replace('_', " ");
    match value {
        Value::Null => {}
        Value::String(text) => details.push((label, text.clone())),
        Value::Object(members) => {
            for (key, value) in members {
                // `outcome` of `outcome` is the outcome; `data` and the like are told by what they hold.
                let both = if key == name {
                    name.to_owned()
                } else {
                    format!("{name} {key}")
                };
                tell(details, &both, value);
            }
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(brief).collect();
            if !texts.is_empty() {
                details.push((label, texts.join("; ")));
            }
        }
        other => details.push((label, other.to_string())),
    }
}

fn brief(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let parts = members.values().filter(|value| !value.is_null()).map(brief);
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => items.iter().map(brief).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
