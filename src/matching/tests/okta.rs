//! The presets for what Okta sends along: only that is compared, and the names alone do not do unless the settings say so.

use doorward_contract::Name;
use proptest::prelude::*;

use super::properties::{birth_date, full_name, pair};
use super::{Explanation, Field, Finding, Preset, Verdict, account, compare, date, found, name, person};

const BOTH: [Preset; 2] = [Preset::Okta, Preset::OktaInsecureNamesOnly];

/// Compares these names; the dates of birth are equal, or `None` where Okta sent none along.
fn judged(preset: Preset, pushed: &str, document: &str, born: Option<&str>) -> Explanation {
    let account = account(name(pushed), born.map(date));
    let person = person(name(document), Some(date(born.unwrap_or("1990-04-17"))));
    compare(preset, &account, &person, 0)
}

#[test]
fn what_was_not_looked_at_is_not_spoken_of() {
    let fields = |pushed: &str, preset| {
        let explanation = judged(preset, pushed, "AMINA RUTH / OKONKWO", Some("1990-04-17"));
        explanation
            .attributes
            .iter()
            .map(|one| one.attribute)
            .collect::<Vec<_>>()
    };
    let (given, family, born) = (Field::GivenName, Field::FamilyName, Field::BirthDate);
    for preset in BOTH {
        assert_eq!(fields("Amina / Okonkwo", preset), [given, family, born]);
        assert_eq!(
            fields("Amina + Ruth / Okonkwo", preset),
            [given, family, Field::MiddleName, born]
        );
    }
    for preset in [Preset::Strict, Preset::Names] {
        assert_eq!(
            fields("Amina + Ruth / Okonkwo", preset),
            [given, family, born, Field::Namesakes]
        );
    }
}

#[test]
fn a_match_needs_the_names_and_one_thing_more() {
    let pushed = |born| judged(Preset::Okta, "Amina / Okonkwo", "AMINA / OKONKWO", born);
    let full = pushed(Some("1990-04-17"));
    assert_eq!(full.verdict, Verdict::Match);
    assert_eq!(full.summary, "given name, family name and date of birth agree");
    let names = pushed(None);
    assert_eq!(names.verdict, Verdict::Review);
    assert_eq!(names.summary, "nothing differs, but not compared: birth_date");
    let (finding, reason) = found(&names, Field::BirthDate);
    assert_eq!(
        (finding, reason),
        (
            Finding::MissingInDirectory,
            "Okta sent no date of birth along: map one in its profile"
        )
    );
}

#[test]
fn a_middle_name_is_no_second_thing() {
    let explanation = judged(Preset::Okta, "Amina + Ruth / Okonkwo", "AMINA RUTH / OKONKWO", None);
    assert_eq!(found(&explanation, Field::MiddleName).0, Finding::Equal);
    assert_eq!(explanation.verdict, Verdict::Review);
}

#[test]
fn names_alone_do_where_the_settings_say_so_and_the_summary_says_that_they_did() {
    let explanation = judged(
        Preset::OktaInsecureNamesOnly,
        "Amina / Okonkwo",
        "AMINA / OKONKWO",
        None,
    );
    assert_eq!(explanation.verdict, Verdict::Match);
    assert_eq!(
        explanation.summary,
        "given name and family name agree, and the settings ask for nothing else"
    );
    let other = judged(Preset::OktaInsecureNamesOnly, "Amina / Okonkwo", "AMINA / OKAFOR", None);
    assert_eq!(other.verdict, Verdict::Mismatch);
}

#[test]
fn a_date_of_birth_that_was_sent_along_must_agree_by_either_preset() {
    for preset in BOTH {
        let verdict = |shown| {
            let account = account(name("Amina / Okonkwo"), Some(date("1990-04-17")));
            compare(preset, &account, &person(name("AMINA / OKONKWO"), shown), 0).verdict
        };
        assert_eq!(verdict(Some(date("1990-04-17"))), Verdict::Match);
        assert_eq!(verdict(Some(date("1990-04-18"))), Verdict::Mismatch);
        assert_eq!(verdict(None), Verdict::Review);
    }
}

/// Pushed, document, finding on the given name, finding on the middle name.
type Middle = (&'static str, &'static str, Finding, Finding);

const MIDDLE: &[Middle] = &[
    (
        "Amina + Ruth / Okonkwo",
        "AMINA RUTH / OKONKWO",
        Finding::Equal,
        Finding::Equal,
    ),
    (
        "Amina + Ruth / Okonkwo",
        "AMINA + RUTH / OKONKWO",
        Finding::Equal,
        Finding::Equal,
    ),
    (
        "Amina + Ruth / Okonkwo",
        "AMINA RUTH ADA / OKONKWO",
        Finding::Equivalent,
        Finding::Equivalent,
    ),
    (
        "Amina + R. / Okonkwo",
        "AMINA RUTH / OKONKWO",
        Finding::Equivalent,
        Finding::Equivalent,
    ),
    (
        "Amina + Ruth / Okonkwo",
        "AMINA R / OKONKWO",
        Finding::Equivalent,
        Finding::Equivalent,
    ),
    (
        "Amina + Jörg / Okonkwo",
        "AMINA JOERG / OKONKWO",
        Finding::Equivalent,
        Finding::Equivalent,
    ),
    (
        "Annamaria + Ruth / Okonkwo",
        "ANNA MARIA RUTH / OKONKWO",
        Finding::Equal,
        Finding::Equal,
    ),
    // Left out by the document: the given name agrees, the middle name is not seen.
    (
        "Amina + Ruth / Okonkwo",
        "AMINA / OKONKWO",
        Finding::Equal,
        Finding::MissingInProof,
    ),
    (
        "Amina + Ruth Ada / Okonkwo",
        "AMINA RUTH / OKONKWO",
        Finding::Equivalent,
        Finding::MissingInProof,
    ),
    // Another one, or another person altogether.
    (
        "Amina + Ruth / Okonkwo",
        "AMINA ESTHER / OKONKWO",
        Finding::Differs,
        Finding::MissingInProof,
    ),
    (
        "Amina + Ruth / Okonkwo",
        "BELLA RUTH / OKONKWO",
        Finding::Differs,
        Finding::MissingInProof,
    ),
    (
        "Amina + Ruth / Okonkwo",
        "/ OKONKWO",
        Finding::MissingInProof,
        Finding::MissingInProof,
    ),
    (
        "Amina + Ruth / Okonkwo",
        "太郎 / 山田",
        Finding::MissingInProof,
        Finding::MissingInProof,
    ),
];

#[test]
fn a_middle_name_counts_as_seen_only_if_the_document_shows_all_of_it() {
    for (pushed, document, given, middle) in MIDDLE {
        let explanation = judged(Preset::Okta, pushed, document, Some("1990-04-17"));
        let both = (
            found(&explanation, Field::GivenName).0,
            found(&explanation, Field::MiddleName).0,
        );
        assert_eq!(both, (*given, *middle), "{pushed} against {document}");
    }
}

#[test]
fn the_middle_name_is_sought_in_the_record_that_the_names_were_taken_from() {
    let account = account(name("太郎 + 次 / 山田"), Some(date("1990-04-17")));
    let mut person = person(name("TARO / YAMADA"), Some(date("1990-04-17")));
    person.native_name = Some(name("太郎 次 / 山田"));
    let explanation = compare(Preset::Okta, &account, &person, 0);
    let (finding, reason) = found(&explanation, Field::MiddleName);
    assert_eq!(finding, Finding::Equal);
    assert!(reason.ends_with(", in the document's own script"), "{reason}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is told of a middle name never decides anything.
    #[test]
    fn the_verdict_is_that_of_strict_where_a_date_of_birth_was_sent_along(
        (ours, theirs) in pair(), native in proptest::option::of(full_name()), born in birth_date(),
        shown in proptest::option::of(birth_date()), same in any::<bool>(),
    ) {
        let account = account(ours, Some(born));
        let mut person = person(theirs, if same { Some(born) } else { shown });
        person.native_name = native;
        let strict = compare(Preset::Strict, &account, &person, 0).verdict;
        for preset in BOTH {
            prop_assert_eq!(compare(preset, &account, &person, 0).verdict, strict);
        }
    }

    /// The insecure preset forgives one thing only: that nobody sent a date of birth along.
    #[test]
    fn names_alone_pass_only_where_they_agree_and_only_by_the_insecure_preset(
        (ours, theirs) in pair(), born in proptest::option::of(birth_date()),
    ) {
        let (account, person) = (account(ours, None), person(theirs, born));
        prop_assert_ne!(compare(Preset::Okta, &account, &person, 0).verdict, Verdict::Match);
        let explanation = compare(Preset::OktaInsecureNamesOnly, &account, &person, 0);
        let agree = [Field::GivenName, Field::FamilyName].iter().all(|field| found(&explanation, *field).0.agrees());
        prop_assert_eq!(explanation.verdict == Verdict::Match, agree);
    }

    #[test]
    fn a_middle_name_that_a_document_does_not_have_is_never_seen_in_it(
        ours in full_name(), middle in "[A-Z][a-z]{2,9}", born in birth_date(),
    ) {
        let theirs = Name { middle: None, ..ours.clone() };
        let ours = Name { middle: Some(format!("Zq{middle}x")), ..ours };
        let explanation = compare(Preset::Okta, &account(ours, Some(born)), &person(theirs, Some(born)), 0);
        prop_assert!(!found(&explanation, Field::MiddleName).0.agrees());
    }
}
