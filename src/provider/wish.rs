//! A wish for one claim: `null`, or an object with conditions (OpenID Connect Core §5.5.1; Identity Assurance §5.3, §5.5).
//!
//! `essential` is no condition: nothing is an error for it and nothing is left out for it (Identity Assurance §5.7.1). A
//! condition that cannot be judged does not hold, because none may be ignored (§5.5.1).

use std::time::Duration;

use serde_json::Value;

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unmet;

/// What is told of an element if its conditions hold; nothing, if it is not known.
pub(super) type Met = Result<Option<Value>, Unmet>;

/// Whether it has the shape of a wish, and its conditions theirs.
pub(super) fn sound(wish: &Value) -> bool {
    let Value::Object(members) = wish else {
        return wish.is_null();
    };
    members.iter().all(|(name, asked)| match name.as_str() {
        "values" => asked.as_array().is_some_and(|asked| !asked.is_empty()),
        "max_age" => asked.as_f64().is_some_and(|most| most >= 0.0),
        "essential" => asked.is_boolean(),
        // Core §5.5.1: what is not understood is ignored.
        _ => true,
    })
}

/// Whether a value is among those asked for (`value`, `values`), where any are.
pub(super) fn fits(wish: &Value, value: &Value) -> bool {
    judge(wish, value, None)
}

/// The same of a time that is so long ago, with `max_age`.
pub(super) fn timely(wish: &Value, value: &Value, age: Duration) -> bool {
    judge(wish, value, Some(age))
}

/// Whether there is a condition anywhere in it.
pub(super) fn conditional(wish: &Value) -> bool {
    match wish {
        Value::Null => false,
        Value::Array(list) => list.iter().any(conditional),
        Value::Object(members) => members.iter().any(|(name, wish)| match name.as_str() {
            "value" | "values" | "max_age" => true,
            // Texts and marks that go with a wish and restrict nothing.
            "essential" | "purpose" => false,
            _ => conditional(wish),
        }),
        // A value where a wish should be: whoever wrote it wants that and nothing else.
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn judge(wish: &Value, value: &Value, age: Option<Duration>) -> bool {
    let Value::Object(members) = wish else {
        return wish.is_null();
    };
    members.iter().all(|(name, asked)| match name.as_str() {
        "value" => asked == value,
        "values" => asked.as_array().is_some_and(|asked| asked.contains(value)),
        "max_age" => age
            .zip(asked.as_f64())
            .is_some_and(|(age, most)| age.as_secs_f64() <= most),
        _ => true,
    })
}
