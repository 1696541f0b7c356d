//! A fact of the record as a line that staff read: who did it, and what else it says.

use serde_json::{Map, Value};

use crate::audit::Event;
use crate::pages::desk::EventLine;
use doorward_contract::Timestamp;

/// Which parts of a fact name whoever did it, the first that is there.
const WHO: [&str; 5] = ["operator", "reviewer", "approver", "by", "opener"];
/// Who opened a case that nobody opened for somebody.
const NOBODY: &str = "person";
/// What a comparison says besides what its own part of the page shows.
const WEIGHTY: [&str; 3] = ["verdict", "preset", "summary"];

/// A fact as a line. Whoever must not know yet whose account it is (`blind`) reads that it happened, and no more.
pub(super) fn line(event: &Event, blind: bool) -> EventLine {
    let mut parts = match serde_json::to_value(&event.fact) {
        Ok(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    let word = match parts.remove("event") {
        Some(Value::String(word)) => word,
        _ => String::new(),
    };
    let named = WHO.into_iter().find(|name| {
        let text = parts.get(*name).and_then(Value::as_str);
        text.is_some_and(|text| text != NOBODY)
    });
    let who = named.and_then(|name| parts.remove(name));
    if let Some(Value::Object(explanation)) = parts.get_mut("explanation") {
        explanation.retain(|name, _| WEIGHTY.contains(&name.as_str()));
    }
    if let Some(checks) = parts.get_mut("checks") {
        *checks = notable(checks);
    }
    if blind && event.fact.tells_whose() {
        parts.clear();
    }
    EventLine {
        at: event.at,
        event: word,
        who: who.as_ref().and_then(Value::as_str).map(str::to_owned),
        details: pairs(&Value::Object(parts))
            .into_iter()
            .map(|(name, text)| (name, without_case(event, &text)))
            .collect(),
        case: None,
    }
}

/// Of the dozens of checks of a proof, those that somebody should look at.
fn notable(checks: &Value) -> Value {
    let Some(all) = checks.as_array() else {
        return checks.clone();
    };
    let dull = |check: &&Value| {
        let status = check.get("status").and_then(Value::as_str);
        matches!(status, Some("passed" | "not_applicable"))
    };
    let notable: Vec<Value> = all.iter().filter(|check| !dull(check)).cloned().collect();
    if notable.is_empty() && !all.is_empty() {
        return Value::String(format!("{}, and none of them failed", all.len()));
    }
    Value::Array(notable)
}

/// A step's key without the case that it belongs to, which is the page's own.
fn without_case(event: &Event, text: &str) -> String {
    match &event.case {
        Some(case) => text.replace(&format!("{case}/"), ""),
        None => text.to_owned(),
    }
}

/// Names and values, one below the other; what stands one level deeper stands beside the rest.
pub(super) fn pairs(value: &Value) -> Vec<(String, String)> {
    let Value::Object(parts) = value else {
        return Vec::new();
    };
    parts
        .iter()
        .flat_map(|(name, value)| match value {
            Value::Object(inner) => inner.iter().map(|(name, value)| (name, text(value))).collect(),
            value => vec![(name, text(value))],
        })
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.replace('_', " "), text))
        .collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => moment(text).unwrap_or_else(|| text.clone()),
        Value::Array(values) => joined(values.iter().map(text), "; "),
        Value::Object(parts) => joined(parts.values().map(text), " "),
    }
}

/// A moment to the minute, if that is what the text is.
fn moment(text: &str) -> Option<String> {
    let at = Timestamp::parse(text)?.to_chrono()?;
    Some(at.format("%Y-%m-%d %H:%M UTC").to_string())
}

fn joined(texts: impl Iterator<Item = String>, between: &str) -> String {
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.join(between)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{line, notable, pairs};
    use crate::audit::{Event, Fact};
    use crate::case::CaseId;
    use doorward_contract::Timestamp;

    fn of(fact: Fact) -> Event {
        Event::of(&CaseId::random(), Timestamp::from_seconds(0), fact)
    }

    #[test]
    fn whoever_did_it_stands_apart_from_what_they_did() {
        let flagged = of(Fact::CaseFlagged {
            operator: "Robin Okafor".to_owned(),
            reason: "could not say the words".to_owned(),
            done: Vec::new(),
        });
        let line = line(&flagged, false);
        assert_eq!(
            (line.event.as_str(), line.who.as_deref()),
            ("case_flagged", Some("Robin Okafor"))
        );
        assert_eq!(
            line.details,
            [("reason".to_owned(), "could not say the words".to_owned())]
        );
    }

    #[test]
    fn who_must_not_know_whose_account_it_is_reads_only_that_it_was_looked_up() {
        let looked_up = of(Fact::AccountLookedUp {
            result: "found".to_owned(),
            account: Some("5f1c7e8e".to_owned()),
            reasons: Vec::new(),
        });
        assert_eq!(line(&looked_up, false).details.len(), 2);
        assert!(line(&looked_up, true).details.is_empty());
    }

    #[test]
    fn of_many_checks_those_that_failed_are_read_and_of_a_step_its_place() {
        let case = CaseId::random();
        let key = format!("{case}/2/unlock");
        let failed = Event::of(
            &case,
            Timestamp::from_seconds(0),
            Fact::StepFailed {
                key,
                remedy: "refused".to_owned(),
                why: "no".to_owned(),
                goes_on: false,
            },
        );
        let details = line(&failed, false).details;
        assert!(
            details.contains(&("key".to_owned(), "2/unlock".to_owned())),
            "{details:?}"
        );
        let checks = json!([{"name": "a", "status": "passed"}, {"name": "b", "status": "failed"}]);
        assert_eq!(notable(&checks), json!([{"name": "b", "status": "failed"}]));
        assert_eq!(
            notable(&json!([{"name": "a", "status": "passed"}])),
            json!("1, and none of them failed")
        );
    }

    #[test]
    fn what_is_nested_is_read_in_one_line_each() {
        let pairs =
            pairs(&json!({"facts": {"request_id": "r-1", "one_time": true}, "notes": ["a", "b"], "none": null}));
        let mut pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.sort();
        assert_eq!(pairs, ["notes=a; b", "one time=yes", "request id=r-1"]);
    }
}
