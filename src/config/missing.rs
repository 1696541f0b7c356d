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

/// How a text from the environment is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// As text.
    Text,
    /// As a number, or as true or false.
    Plain,
    /// As a secret, which may stand in a variable by itself.
    Secret,
}

/// Of which sort the value at the end of a way is; text if the schema does not know it.
pub(super) fn sort(schema: &Value, way: &[Option<String>]) -> Sort {
    let Some(node) = node(schema, way) else {
        return Sort::Text;
    };
    let is_secret = |node: &Value| {
        let keys = resolved(schema, node).get("properties");
        keys.is_some_and(|keys| keys.get("file").is_some() && keys.get("env").is_some())
    };
    let node = resolved(schema, node);
    if is_secret(node) || alternatives(node).any(is_secret) {
        return Sort::Secret;
    }
    let plain = |word: &Value| matches!(word.as_str(), Some("integer" | "boolean"));
    match node.get("type") {
        Some(Value::Array(words)) if words.iter().any(plain) => Sort::Plain,
        Some(word) if plain(word) => Sort::Plain,
        _ => Sort::Text,
    }
}

/// The ways in which a value may be given.
fn alternatives(node: &Value) -> impl Iterator<Item = &Value> {
    node.get("anyOf").and_then(Value::as_array).into_iter().flatten()
}

/// The keys that must be there.
pub(super) fn required(schema: &Value, node: &Value) -> Vec<String> {
    let node = resolved(schema, node);
    let keys = std::iter::once(node)
        .chain(alternatives(node).map(|one| resolved(schema, one)))
        .find_map(|one| one.get("required"))
        .and_then(Value::as_array);
    // The kind is what led here.
    keys.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|key| *key != "kind")
        .map(ToOwned::to_owned)
        .collect()
}

pub(super) fn resolved<'s>(schema: &'s Value, node: &'s Value) -> &'s Value {
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
