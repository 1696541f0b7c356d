//! What may be in the tree: one TLS stack, one library for private keys, few enough packages to look at.

use std::fs;

fn packages() -> Vec<String> {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    lock.lines()
        .filter_map(|line| line.strip_prefix("name = \""))
        .map(|name| name.trim_end_matches('"').to_owned())
        .collect()
}

#[test]
fn there_is_one_tls_stack() {
    for forbidden in ["openssl", "openssl-sys", "native-tls", "boring", "boring-sys"] {
        assert!(
            !packages().iter().any(|name| name == forbidden),
            "{forbidden} is in the tree"
        );
    }
}

#[test]
fn the_tree_is_small_enough_to_look_at() {
    let count = packages().len();
    // Pictures, barcodes and models took 37 of these.
    assert!(count <= 560, "{count} packages: ask what each new one replaces");
}

#[test]
fn the_lab_is_no_part_of_the_shipped_binary() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let product = manifest
        .split("[dependencies]")
        .nth(1)
        .and_then(|rest| rest.split("\n[").next())
        .unwrap();
    assert!(!product.contains("doorward-lab"));
    assert!(!product.contains("\"fake\""));
}
