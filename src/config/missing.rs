//! Which keys a table lacks, told by the schema: the deserialiser would name one at a time.

use serde_json::Value;

/// The schema of what stands at the end of a way: keys by their names, items of lists as `None`.
pub(super) fn node<'s>(schema: &'s Value, way: &[Option<String>]) -> Option<&'s Value> {
    way.iter().try_fold(schema, |at, step| {
        let at = resolved(schema, at);
        match step {
            None => at.get("items"),
            Some(key) => at
                .get("properties")
                .and_then(|keys| keys.get(key))
                .or_else(|| kind(schema, at, key)),
        }
    })
}

/// The keys that must be there.
pub(super) fn required(schema: &Value, node: &Value) -> Vec<String> {
    let keys = resolved(schema, node).get("required").and_then(Value::as_array);
    // The kind is what led here.
    keys.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|key| *key != "kind")
        .map(ToOwned::to_owned)
        .collect()
}

fn resolved<'s>(schema: &'s Value, node: &'s Value) -> &'s Value {
    match node
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|name| name.strip_prefix("#/$defs/"))
    {
        Some(name) => schema.get("$defs").and_then(|all| all.get(name)).unwrap_or(node),
        None => node,
    }
}

/// The variant of a table that has this kind.
fn kind<'s>(schema: &'s Value, node: &'s Value, kind: &str) -> Option<&'s Value> {
    let is_it = |variant: &&Value| {
        let word = resolved(schema, variant)
            .get("properties")
            .and_then(|keys| keys.get("kind"));
        word.and_then(|word| word.get("const")).and_then(Value::as_str) == Some(kind)
    };
    node.get("oneOf").and_then(Value::as_array)?.iter().find(is_it)
}
