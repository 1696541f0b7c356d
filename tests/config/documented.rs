//! What is written about the settings is true of them.

use doorward::config;
use serde_json::Value;

use super::{Folder, GOOD, read};

/// Every key of the schema, however deep.
fn keys(node: &Value, found: &mut Vec<String>) {
    if let Some(properties) = node.get("properties").and_then(Value::as_object) {
        found.extend(properties.keys().cloned());
    }
    match node {
        Value::Object(map) => map.values().for_each(|inner| keys(inner, found)),
        Value::Array(list) => list.iter().for_each(|inner| keys(inner, found)),
        _ => {}
    }
}

#[test]
fn the_schema_in_the_repository_is_the_one_the_types_make() {
    let stale = "config/doorward.schema.json is stale: run `cargo run -- schema > config/doorward.schema.json`";
    assert_eq!(
        read("config/doorward.schema.json").trim(),
        config::schema().trim(),
        "{stale}"
    );
}

#[test]
fn the_documented_settings_name_every_key_and_load_once_their_files_exist() {
    let documented = config::DOCUMENTED;
    let mut all = Vec::new();
    keys(&serde_json::from_str(&config::schema()).unwrap(), &mut all);
    for key in all {
        assert!(
            documented.contains(&format!("{key} ="))
                || documented.contains(&format!("[{key}]"))
                || documented.contains(&format!("[[{key}]]"))
                || documented.contains(&format!("{{ {key} = "))
                || documented.contains(&format!(".{key}]"))
                || documented.contains(&format!(".{key}]]"))
                || documented.contains(&format!(", {key} = ")),
            "`{key}` is not explained in config/doorward.toml"
        );
    }
    let folder = Folder::new();
    folder.parse(documented).unwrap();
}

#[test]
fn every_default_that_is_written_down_is_the_one_in_force() {
    let folder = Folder::new();
    folder.secret("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    // How a value is shown tells whether somebody wrote it down; what it is stays the same.
    let read = |text: &str| {
        let mut config = folder.parse(text).unwrap();
        config.shown.clear();
        format!("{config:?}")
    };
    let plain = read(config::DOCUMENTED);
    // Uncommenting a default changes nothing; what is an example and no default is left alone.
    let examples = [
        "#logo",
        "#privacy_url",
        "#email",
        "#url = \"https://help",
        "#hours",
        "#template_version",
        "#pictures_at_once",
        "#recheck_template",
        "#recheck =",
        "#reason",
        "#afterwards",
        "#lifetime_minutes",
        "#one_time",
        "#kinds",
        "#accounts",
        "#api =",
        "#hosted",
        "#sign_in_url",
        "#accent",
        "#tier",
    ];
    // A whole table that is commented out is an example, up to the next empty line.
    let mut in_example = false;
    let uncommented: String = config::DOCUMENTED
        .lines()
        .map(|line| {
            in_example = line.starts_with("#[[") || line.starts_with("#[purpose.") || (in_example && !line.is_empty());
            (line, in_example)
        })
        .map(|(line, in_example)| match line.strip_prefix('#') {
            _ if in_example => format!("{line}\n"),
            Some(rest) if !line.starts_with("# ") && !examples.iter().any(|example| line.starts_with(example)) => {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    assert_ne!(uncommented.trim(), config::DOCUMENTED.trim());
    let mut shown = read(&uncommented);
    // Positions in the text differ, values must not.
    shown = strip_spans(&shown);
    assert_eq!(shown, strip_spans(&plain));
}

fn strip_spans(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("span: ") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find([',', '}']).map_or("", |end| &rest[at + end..]);
    }
    out.push_str(rest);
    out
}

#[test]
fn every_example_loads() {
    let folder = Folder::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if let Err(faults) = folder.parse(&text) {
            panic!("{}: {faults:?}", path.display());
        }
    }
}

#[test]
fn a_single_value_from_the_environment_goes_before_the_file() {
    let folder = Folder::new();
    let variables = [
        ("DOORWARD__SERVER__LISTEN".to_owned(), "127.0.0.1:9999".to_owned()),
        ("DOORWARD__LIMITS__PER_ADDRESS_HOUR".to_owned(), "7".to_owned()),
    ];
    let config = config::parse(&folder.here(GOOD), &variables).unwrap();
    assert_eq!(config.server.listen.0.port(), 9999);
    assert_eq!(config.limits.per_address_hour, 7);
}

#[test]
fn a_variable_is_read_as_what_the_setting_is() {
    let folder = Folder::new();
    let variables = [
        ("DOORWARD__BRAND__NAME", "2026"),
        ("DOORWARD__BRAND__CONTACT__LABEL", "true"),
        (
            "DOORWARD__DATABASE__URL",
            "postgres://u:a-word-in-the-environment@db.example/door",
        ),
        (
            "DOORWARD__SERVER__MASTER_KEY",
            "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let file = GOOD.replace("{ file = \"/etc/doorward/master.key\" }", "{ file = \"/nowhere\" }");
    let config = config::parse(&folder.here(&file), &variables).unwrap();
    assert_eq!(config.brand.name.0, "2026");
    assert_eq!(config.brand.contact.label.0, "true");
    assert_eq!(config.server.master_key.0.bytes(), b"fedcba9876543210fedcba9876543210");
    assert!(!format!("{config:?}").contains("a-word-in-the-environment"));
}

#[test]
fn no_secret_shows_in_debug() {
    let folder = Folder::new();
    let shown = [config::DOCUMENTED, GOOD]
        .map(|text| format!("{:?}", folder.parse(text).unwrap()))
        .concat();
    for secret in [
        "persona_production_0f5b1c8e3a47",
        "wbhsec_0f5b1c8e",
        "an-entra-client-secret",
        "b25lIHNlY3JldCBvZiB0aGl",
        "MDEyMzQ1Njc4OWFi",
    ] {
        assert!(!shown.contains(secret));
    }
}
