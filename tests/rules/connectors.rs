//! What it takes to wire a connector: its own crate and its own two files, and the lines below. A vendor that needs another one
//! shows that the contract is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::layers::rust_files;

/// The kinds that settings know, and the name of their variant.
const KINDS: [(&str, &str); 4] = [
    ("graph", "Graph"),
    ("okta", "Okta"),
    ("duo", "Duo"),
    ("webhook", "Webhook"),
];
/// Ways in, which have the names of the same vendors. An Entra tenant that asks for a second factor names people by ids that
/// only its own connector knows; a Duo account that leads people here has a file of what is agreed with it.
const SOURCES: [&str; 3] = ["src/config/source.rs", "src/config/entra.rs", "src/app/duo.rs"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every line of the product that knows of a vendor, outside of what is the vendor's own.
fn lines_about(kind: &str, variant: &str) -> Vec<String> {
    let words = [
        format!("doorward_{kind}"),
        format!("doorward-{kind}"),
        format!("connectors/{kind}"),
        format!("{kind}::{variant}"),
        format!("::{variant}("),
        format!("connector::{kind}"),
    ];
    let mods = [format!("pub mod {kind};"), format!("mod {kind};")];
    let own = [
        format!("src/config/connector/{kind}.rs"),
        format!("src/app/connector/{kind}.rs"),
    ];
    let mut files = rust_files(&root().join("src"));
    files.push(root().join("Cargo.toml"));
    let mut found = Vec::new();
    for file in files {
        let inside = file.strip_prefix(root()).unwrap_or(Path::new("")).display().to_string();
        if own.contains(&inside) || SOURCES.contains(&inside.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        // A way in has the name of its vendor too, and is none of the connector's.
        let is_its_place = inside.contains("/connector/");
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        // What the tests imitate of a vendor is no part of the product.
        let lines = lines.filter(|line| !line.contains("features = [\"fake\"]"));
        let about = lines.filter(|line| {
            let is_source = line.contains("Source::") || line.contains("source::");
            !is_source && words.iter().any(|word| line.contains(word))
                || is_its_place && mods.iter().any(|one| line == one)
        });
        found.extend(about.map(|line| format!("{inside}: {line}")));
    }
    found
}

#[test]
fn a_connector_is_wired_in_four_places_and_no_other() {
    for (kind, variant) in KINDS {
        let mut places: Vec<String> = lines_about(kind, variant)
            .iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect();
        places.sort();
        assert_eq!(
            places,
            [
                // The member, the crate's path, the dependency.
                "Cargo.toml",
                "Cargo.toml",
                "Cargo.toml",
                // The file of its making, and the arm.
                "src/app/connector/mod.rs",
                "src/app/connector/mod.rs",
                // The file of its table, and the variant.
                "src/config/connector/mod.rs",
                "src/config/connector/mod.rs",
            ],
            "{kind}: {:#?}",
            lines_about(kind, variant)
        );
        let examples = fs::read_dir(root().join("config/examples")).unwrap();
        let mut examples = examples.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
        assert!(
            examples.any(|text| text.contains(&format!("kind = \"{kind}\""))),
            "no example in config/examples has a connector of kind {kind}"
        );
    }
}

#[test]
fn every_connector_that_settings_know_is_held_to_it() {
    let text = read("src/config/connector/mod.rs");
    let (_, list) = text.split_once("\nkinds! {").unwrap();
    let (list, _) = list.split_once("\n}").unwrap();
    let variants = list
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("///"));
    let known: Vec<String> = KINDS
        .iter()
        .map(|(kind, variant)| format!("{variant}({kind}::{variant}),"))
        .collect();
    assert_eq!(variants.collect::<Vec<_>>(), known);
}
