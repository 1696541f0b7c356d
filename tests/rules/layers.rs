//! Only downward: the `use` lines of `src/` are read and every other arrow fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The height of each room. A room may use what is lower, never what is beside or above it. The same list stands in
/// `src/README.md`.
const HEIGHTS: [(&str, u8); 21] = [
    ("main", 6),
    ("cli", 6),
    ("app", 6),
    ("http", 5),
    ("jobs", 5),
    ("source", 4),
    ("staff", 4),
    ("builtin", 3),
    ("flow", 3),
    ("provider", 3),
    ("saml", 3),
    ("notice", 3),
    ("store", 2),
    ("pages", 2),
    ("case", 1),
    ("matching", 1),
    ("audit", 1),
    ("cause", 0),
    ("config", 1),
    ("crypto", 0),
    ("lib", 7),
];
/// Rooms of one height that form one circle of words: a case holds its explanation, an event names a case.
const NEIGHBOURS: [(&str, &str); 6] = [
    ("case", "matching"),
    ("audit", "case"),
    ("audit", "matching"),
    ("cli", "app"),
    ("main", "cli"),
    ("app", "cli"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

fn room_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    let heights: BTreeMap<&str, u8> = HEIGHTS.into();
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let room = room_of(&file);
        let Some(own) = heights.get(room.as_str()) else {
            panic!(
                "{} stands in no room that has a height: give `{room}` one",
                file.display()
            );
        };
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let name: String = used
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect();
                let Some(other) = heights.get(name.as_str()) else {
                    continue;
                };
                let beside = NEIGHBOURS.contains(&(room.as_str(), name.as_str()));
                if name != room && other >= own && !beside {
                    wrong.push(format!("{}:{} uses {name}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_library_is_known_in_one_place() {
    for (word, allowed) in [
        ("sqlx::", &["src/store", "tests/store"][..]),
        ("graph_rs_sdk::", &["connectors/graph/src/client.rs"]),
        ("openidconnect::", &["src/provider", "src/staff/library.rs", "tests"]),
        ("bergshamra_", &["src/saml/library.rs", "tests/lab/src/duosso"]),
        ("x509_parser::", &["src/saml/key.rs"]),
        ("lettre::", &["src/notice/mail.rs"]),
        ("rten::", &["connectors/builtin/src/model.rs"]),
        (
            "rxing::",
            &[
                "connectors/builtin/src/barcode/decode.rs",
                "connectors/builtin/src/specimen/card.rs",
            ],
        ),
    ] {
        for folder in ["src", "connectors", "tests"] {
            for file in rust_files(&root().join(folder)) {
                let inside = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                let tells = fs::read_to_string(&file).unwrap().contains(word);
                let may = allowed.iter().any(|place| inside.starts_with(place)) || inside.starts_with("tests/rules");
                assert!(!tells || may, "{inside} names {word}");
            }
        }
    }
}

#[test]
fn a_file_is_one_room_and_says_what_it_is() {
    for folder in ["src", "connectors", "tests/lab/src"] {
        for file in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = own.lines().count();
            let inside = file.strip_prefix(root().join(folder)).unwrap();
            let tests = inside
                .components()
                .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
            // One list, read as one: src/README.md, decision 51.
            let catalogue = folder == "src" && inside == std::path::Path::new("audit/event.rs");
            assert!(
                tests || catalogue || lines <= 400,
                "{} has {lines} lines: split it where a stranger would look",
                file.display()
            );
            assert!(text.starts_with("//!"), "{} does not say what it is", file.display());
        }
    }
}
