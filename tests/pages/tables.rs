//! What staff read for every word that the record, a case or a page can have. The words are taken from the types themselves, so
//! that a new fact or a new end without words fails here.

use std::collections::BTreeSet;

use doorward::audit::Fact;
use doorward::case::{End, Kind, Refusal, Stage};
use doorward::matching::{Field, Finding, Verdict};
use doorward::pages::Page;
use doorward::pages::desk::{EVENTS, table};
use doorward_builtin::challenge;
use doorward_builtin::document::{self, Contradiction};
use doorward_builtin::face::Likeness;
use doorward_contract::Ability;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Every word that a type reads: it names them when it is given one that is none of them.
fn words<T: DeserializeOwned>(none: Value) -> BTreeSet<String> {
    let Err(error) = serde_json::from_value::<T>(none) else {
        panic!("a word that is none was taken");
    };
    let said = error.to_string();
    let (_, expected) = said.split_once("expected ").unwrap_or_else(|| panic!("{said}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Those of an enum that is a word alone.
fn plain<T: DeserializeOwned>() -> BTreeSet<String> {
    words::<T>(json!("none of them"))
}

fn listed(table: &[&str]) -> BTreeSet<String> {
    table.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn every_fact_of_the_record_has_words() {
    let facts = words::<Fact>(json!({"event": "none of them"}));
    assert!(facts.len() > 60, "{facts:?}");
    assert_eq!(listed(EVENTS), facts);
}

#[test]
fn every_stage_end_and_refusal_has_words() {
    assert_eq!(listed(table::STAGES), plain::<Stage>());
    assert_eq!(listed(table::ENDS), words::<End>(json!({"end": "none of them"})));
    assert_eq!(listed(table::REFUSALS), plain::<Refusal>());
    assert_eq!(plain::<Kind>().len(), 2, "how words are taken from a type");
}

#[test]
fn the_word_of_a_refusal_is_the_one_in_the_record() {
    for word in table::REFUSALS {
        let refusal: Refusal = serde_json::from_value(json!(word)).unwrap();
        assert_eq!(refusal.word(), *word);
    }
}

#[test]
fn everything_that_was_compared_or_is_done_has_words() {
    assert!(plain::<Field>().is_subset(&listed(table::FIELDS)));
    assert_eq!(listed(table::FINDINGS), plain::<Finding>());
    assert_eq!(listed(table::VERDICTS), plain::<Verdict>());
    assert_eq!(listed(table::ABILITIES), plain::<Ability>());
}

#[test]
fn everything_that_the_built_in_verifier_finds_has_words() {
    let remarks = listed(table::REMARKS);
    assert!(plain::<Contradiction>().is_subset(&remarks));
    assert!(plain::<document::Signal>().is_subset(&remarks));
    assert!(plain::<challenge::Signal>().is_subset(&remarks));
    assert_eq!(listed(table::LIKENESSES), plain::<Likeness>());
}

#[test]
fn every_page_that_a_case_shows_to_its_person_has_words() {
    // Pages of nobody's case, or of a browser that is not the case's.
    const OF_NO_CASE: [&str; 25] = [
        "bad-request",
        "busy",
        "code",
        "fault",
        "forbidden",
        "link-expired",
        "link-used",
        "login",
        "no-session",
        "not-found",
        "passage",
        "shielded",
        "sign-out",
        "signed-out",
        "staff-away",
        "staff-denied",
        "staff-failed",
        "staff-glass",
        "staff-no-role",
        "staff-sign-in",
        "staff-sign-out",
        "staff-signed-out",
        "staff-somebody-else",
        "staff-stale",
        "welcome",
    ];
    let shown: BTreeSet<String> = Page::samples()
        .iter()
        .filter(|(_, page)| !matches!(page, Page::Desk(_) | Page::Capture(_)))
        .map(|(_, page)| page.state().to_owned())
        .collect();
    let none = listed(&OF_NO_CASE);
    assert!(none.is_subset(&shown), "{:?}", none.difference(&shown));
    let mut of_a_case: BTreeSet<String> = shown.difference(&none).cloned().collect();
    of_a_case.insert("nobody".to_owned());
    assert_eq!(listed(table::SIGHTS), of_a_case);
}
