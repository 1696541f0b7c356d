//! The table of keys in `config/README.md` is the one the schema makes.

use doorward::config;
use serde_json::Value;

use super::read;

/// What stands before and after the table.
const START: &str =
    "<!-- made from the schema: `cargo test --test all table` leaves it in `target/table-of-keys.md` -->\n\n";
const END: &str = "\n<!-- end of the table -->";

fn resolved<'s>(schema: &'s Value, node: &'s Value) -> &'s Value {
    let name = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
    name.map_or(node, |name| &schema["$defs"][name])
}

/// The tables a value may be: itself, its items, its kinds. The flag says whether there may be several.
fn tables<'s>(schema: &'s Value, node: &'s Value) -> Vec<(bool, &'s Value)> {
    let node = resolved(schema, node);
    if node["items"].is_object() {
        let inner = tables(schema, &node["items"]);
        return inner.into_iter().map(|(_, table)| (true, table)).collect();
    }
    if let Some(kinds) = node["oneOf"].as_array().or(node["anyOf"].as_array()) {
        return kinds.iter().flat_map(|kind| tables(schema, kind)).collect();
    }
    // A secret is one value, though it is written as a table.
    let table = node["properties"].is_object() && !node["properties"]["env"].is_object();
    if table { vec![(false, node)] } else { Vec::new() }
}

/// The keys of a table and of those in it. Tables of different kinds may hold tables of the same name.
fn rows(schema: &Value, (name, of): (&str, &str), many: bool, table: &Value, out: &mut Vec<String>) {
    let needed = table["required"].as_array().cloned().unwrap_or_default();
    let kind = table["properties"]["kind"]["const"].as_str();
    let kind = kind.map_or_else(|| of.to_owned(), |kind| format!(" `{kind}`"));
    let shown = if many {
        format!("`[[{name}]]`")
    } else {
        format!("`[{name}]`")
    };
    let keys = table["properties"].as_object().into_iter().flatten();
    let keys: Vec<_> = keys.filter(|(key, _)| *key != "kind").collect();
    for (key, node) in &keys {
        let need = if needed.contains(&Value::from(key.as_str())) {
            "yes"
        } else {
            ""
        };
        let meaning = node["description"].as_str().unwrap_or_default().replace('\n', " ");
        out.push(format!("| {shown}{kind} | `{key}` | {need} | {meaning} |"));
    }
    for (key, node) in keys {
        for (many, table) in tables(schema, node) {
            rows(schema, (&format!("{name}.{key}"), &kind), many, table, out);
        }
    }
}

fn table() -> String {
    let schema: Value = serde_json::from_str(&config::schema()).unwrap();
    let mut out = vec![
        "| Table | Key | Needed | Meaning |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (section, node) in schema["properties"].as_object().unwrap() {
        for (many, table) in tables(&schema, node) {
            rows(&schema, (section, ""), many, table, &mut out);
        }
    }
    out.join("\n")
}

#[test]
fn the_readme_lists_every_key_as_the_types_have_it() {
    let readme = read("config/README.md");
    let (_, rest) = readme.split_once(START).expect("the table begins");
    let (written, _) = rest.split_once(END).expect("the table ends");
    let right = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/table-of-keys.md");
    std::fs::write(right, format!("{}\n", table())).unwrap();
    let stale = "config/README.md is stale: put the text of target/table-of-keys.md between its two marks";
    assert_eq!(written.trim(), table(), "{stale}");
}
