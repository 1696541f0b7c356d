//! The verifier of kind `builtin`: what loads, and each fault alone, as an operator reads it.

use std::time::Duration;

use doorward::config::verifier::Verifier;

use super::{Folder, GOOD};

const OWN: &str = "[[verifier]]\nname = \"own\"\nkind = \"builtin\"\nmodels = \"/usr/share/doorward/models\"\n";
const DOCUMENTS: &str = "[purpose.documents]\ncountries = [\"DEU\"]\n";

/// The good settings with a verifier of ours, and one change.
fn text(change: impl Fn(String) -> String) -> String {
    let text = GOOD.replacen("[[connector]]", &format!("{OWN}[[connector]]"), 1);
    change(text)
}

fn faults(text: &str) -> String {
    let faults = Folder::new().parse(text).unwrap_err();
    faults
        .iter()
        .fold(String::new(), |text, fault| text + &format!("{fault:?}\n"))
}

#[test]
fn it_needs_a_folder_with_models_and_nothing_else() {
    let config = Folder::new().parse(&text(|text| text)).unwrap();
    let Some(Verifier::Builtin(own)) = config.verifiers.last() else {
        panic!("{:?}", config.verifiers)
    };
    assert_eq!(own.pictures_at_once, None);
    assert_eq!(own.keep_pictures.0, Duration::ZERO);
    assert_eq!(own.remember_reuse.0, Duration::from_hours(400 * 24));
    assert_eq!(own.step_seconds, 2);
    let missing = text(|text| text.replacen("models = \"/usr/share/doorward/models\"\n", "", 1));
    assert!(faults(&missing).contains("models"));
}

#[test]
fn values_out_of_bounds_are_told_with_what_fits() {
    for (line, part) in [
        ("pictures_at_once = 0", "1 to 64"),
        ("pictures_at_once = 65", "1 to 64"),
        ("keep_pictures = \"8d\"", "7d"),
        ("remember_reuse = \"401d\"", "400d"),
        ("step_seconds = 1", "2 to 60"),
    ] {
        let told = faults(&text(|text| text.replacen(OWN, &format!("{OWN}{line}\n"), 1)));
        assert!(told.contains(part), "{line}: {told}");
    }
}

#[test]
fn there_is_one_at_most() {
    let again = OWN.replace("\"own\"", "\"more\"");
    let told = faults(&text(|text| text.replacen(OWN, &format!("{OWN}{again}"), 1)));
    assert!(told.contains("already"), "{told}");
}

#[test]
fn documents_are_asked_for_only_where_somebody_looks_at_them() {
    let with = |verifier: &str| {
        text(|text| {
            let line = format!("verifier = \"{verifier}\"\n");
            let text = text.replacen("verifier = \"persona\"\n", &line, 1);
            text.replacen("[[purpose.plan]]", &format!("{DOCUMENTS}[[purpose.plan]]"), 1)
        })
    };
    assert!(Folder::new().parse(&with("own")).is_ok());
    let told = faults(&with("persona"));
    assert!(told.contains("documents") && told.contains("builtin"), "{told}");
}

#[test]
fn no_face_is_held_against_an_earlier_one() {
    let told = faults(&text(|text| {
        text.replacen("verifier = \"persona\"\n", "verifier = \"own\"\nrecheck = \"90d\"\n", 1)
    }));
    assert!(told.contains("keeps no face"), "{told}");
}
