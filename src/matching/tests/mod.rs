//! What the comparison promises: a table of invented names by culture, properties, and the texts of the reasons.

mod golden;
mod okta;
mod properties;

use chrono::NaiveDate;
use doorward_contract::{Account, AccountId, Name, Origin, Person};

use super::{Explanation, Field, Finding, Preset, VERSION, Verdict, compare};

/// Those by which names alone never do.
const PRESETS: [Preset; 3] = [Preset::Strict, Preset::Names, Preset::Okta];

/// Reads `Given + Middle / Family | Suffix`; what is left out is not recorded.
fn name(text: &str) -> Name {
    let cut = |text: &str, at| match text.split_once(at) {
        Some((before, after)) => (before.to_owned(), after.to_owned()),
        None => (text.to_owned(), String::new()),
    };
    let kept = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (given, family) = cut(text, '/');
    let ((given, middle), (family, suffix)) = (cut(&given, '+'), cut(&family, '|'));
    Name {
        given: kept(&given),
        middle: kept(&middle),
        family: kept(&family),
        suffix: kept(&suffix),
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn account(name: Name, birth_date: Option<NaiveDate>) -> Account {
    Account {
        id: AccountId("00000000-0000-4000-8000-000000000001".to_owned()),
        login: "somebody@example.com".to_owned(),
        display_name: None,
        name,
        birth_date,
        enabled: true,
        origin: Origin::Cloud,
        related_words: Vec::new(),
    }
}

fn person(name: Name, birth_date: Option<NaiveDate>) -> Person {
    Person {
        name,
        native_name: None,
        birth_date,
    }
}

/// The finding and the reason for one attribute.
fn found(explanation: &Explanation, field: Field) -> (Finding, &str) {
    let one = explanation
        .attributes
        .iter()
        .find(|one| one.attribute == field)
        .unwrap();
    (one.finding, &one.reason)
}

/// Compares under `strict` with equal dates of birth and nobody else of that name.
fn compared(directory: &str, proof: &str) -> Explanation {
    let born = Some(date("1990-05-17"));
    compare(
        Preset::Strict,
        &account(name(directory), born),
        &person(name(proof), born),
        0,
    )
}

#[test]
fn an_explanation_names_version_preset_and_every_attribute_in_order() {
    let explanation = compared("Ada / Kerr", "ADA / KERR");
    assert_eq!(
        (explanation.version, explanation.preset, explanation.verdict),
        (VERSION, Preset::Strict, Verdict::Match)
    );
    let fields: Vec<Field> = explanation.attributes.iter().map(|one| one.attribute).collect();
    assert_eq!(
        fields,
        [Field::GivenName, Field::FamilyName, Field::BirthDate, Field::Namesakes]
    );
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "version": 2,
            "preset": "strict",
            "verdict": "match",
            "attributes": [
                {"attribute": "given_name", "finding": "equal", "reason": "given names are equal after folding case, diacritics and punctuation"},
                {"attribute": "family_name", "finding": "equal", "reason": "family names are equal after folding case, diacritics and punctuation"},
                {"attribute": "birth_date", "finding": "equal", "reason": "dates of birth are equal"},
                {"attribute": "namesakes", "finding": "unique", "reason": "no other account carries this name"},
            ],
            "summary": "given name, family name and date of birth agree",
        })
    );
    assert_eq!(serde_json::from_value::<Explanation>(json).unwrap(), explanation);
}

#[test]
fn a_match_needs_a_date_of_birth_on_both_sides_in_every_preset() {
    let ada = || name("Ada / Kerr");
    let born = Some(date("1990-05-17"));
    for preset in PRESETS {
        for namesakes in [0, 1, 7] {
            let verdict =
                |ours, theirs| compare(preset, &account(ada(), ours), &person(ada(), theirs), namesakes).verdict;
            assert_eq!(verdict(born, born), Verdict::Match);
            assert_eq!(verdict(None, born), Verdict::Review);
            assert_eq!(verdict(born, None), Verdict::Review);
            assert_eq!(verdict(None, None), Verdict::Review);
            assert_eq!(verdict(born, Some(date("1990-05-18"))), Verdict::Mismatch);
        }
    }
}

#[test]
fn a_missing_date_of_birth_says_what_to_repair() {
    let reason = |preset, ours, theirs| {
        let explanation = compare(
            preset,
            &account(name("Ada / Kerr"), ours),
            &person(name("Ada / Kerr"), theirs),
            0,
        );
        let (finding, reason) = found(&explanation, Field::BirthDate);
        (finding, reason.to_owned())
    };
    let born = Some(date("1990-05-17"));
    let (finding, text) = reason(Preset::Strict, None, born);
    assert_eq!(finding, Finding::MissingInDirectory);
    assert_eq!(
        text,
        "the directory has no date of birth: set the connector's birth_date_attribute"
    );
    let (finding, text) = reason(Preset::Names, born, None);
    assert_eq!(
        (finding, text.as_str()),
        (Finding::MissingInProof, "the proof has no date of birth")
    );
    let (finding, text) = reason(Preset::Names, None, None);
    assert_eq!(finding, Finding::MissingInDirectory);
    assert!(!text.contains("birth_date_attribute"), "{text}");
}

#[test]
fn wrong_dates_of_birth_say_how_they_differ() {
    let cases = [
        (
            "1990-05-07",
            "1990-07-05",
            "dates of birth differ: day and month look swapped",
        ),
        ("1990-05-17", "1990-05-18", "dates of birth differ in the day only"),
        ("1990-05-17", "1990-06-17", "dates of birth differ in the month only"),
        ("1990-05-17", "1991-05-17", "dates of birth differ in the year only"),
        ("1915-05-17", "2015-05-17", "dates of birth differ by exactly a century"),
        ("1990-05-17", "1984-11-02", "dates of birth differ"),
        ("1990-05-07", "1991-07-05", "dates of birth differ"),
    ];
    for (ours, theirs, wanted) in cases {
        for preset in PRESETS {
            let account = account(name("Ada / Kerr"), Some(date(ours)));
            let explanation = compare(preset, &account, &person(name("Ada / Kerr"), Some(date(theirs))), 0);
            assert_eq!(found(&explanation, Field::BirthDate), (Finding::Differs, wanted));
            assert_eq!(explanation.verdict, Verdict::Mismatch);
            assert_eq!(explanation.summary, "differs: birth_date");
        }
    }
}

/// Threat T11: two people called Maria Silva.
#[test]
fn a_namesake_is_told_apart_by_the_date_of_birth_and_by_nothing_less() {
    let of = |birth_date| person(name("MARIA / SILVA"), birth_date);
    let maria = |birth_date| account(name("Maria / Silva"), birth_date);
    let (hers, other) = (Some(date("1988-02-29")), Some(date("1979-10-30")));
    let explanation = compare(Preset::Names, &maria(None), &of(hers), 1);
    assert_eq!(explanation.verdict, Verdict::Review);
    assert_eq!(
        found(&explanation, Field::Namesakes),
        (
            Finding::Shared,
            "other accounts carry this name and no date of birth decides: the reviewer must tell them apart"
        )
    );
    assert_eq!(explanation.summary, "nothing differs, but not compared: birth_date");
    let explanation = compare(Preset::Names, &maria(None), &of(hers), 0);
    assert_eq!(explanation.verdict, Verdict::Review);
    assert_eq!(found(&explanation, Field::Namesakes).0, Finding::Unique);
    assert_eq!(
        compare(Preset::Names, &maria(hers), &of(hers), 1).verdict,
        Verdict::Match
    );
    assert_eq!(
        compare(Preset::Names, &maria(other), &of(hers), 1).verdict,
        Verdict::Mismatch
    );
}

#[test]
fn the_name_in_the_documents_own_script_counts_where_the_directory_has_it() {
    let born = Some(date("1990-05-17"));
    let judge = |directory: &str, latin: &str, native: &str| {
        let mut person = person(name(latin), born);
        person.native_name = Some(name(native));
        compare(Preset::Strict, &account(name(directory), born), &person, 0)
    };
    let fits = judge("太郎 / 山田", "TARO / YAMADA", "太郎 / 山田");
    assert_eq!(fits.verdict, Verdict::Match);
    assert!(
        found(&fits, Field::GivenName)
            .1
            .ends_with(", in the document's own script")
    );
    assert_eq!(
        judge("Taro / Yamada", "TARO / YAMADA", "太郎 / 山田").verdict,
        Verdict::Match
    );
    assert_eq!(
        judge("次郎 / 山田", "TARO / YAMADA", "太郎 / 山田").verdict,
        Verdict::Mismatch
    );
    assert_eq!(judge("太郎 / 山田", "TARO / YAMADA", "太郎 /").verdict, Verdict::Review);
    for native in ["АННА / ПЕТРОВА", "АНА / ПЕТРОВА"] {
        let plain = judge("Anna / Petrova", "ANNA / PETROVA", native);
        let wanted = "given names are equal after folding case, diacritics and punctuation";
        assert_eq!(plain.verdict, Verdict::Match);
        assert_eq!(found(&plain, Field::GivenName), (Finding::Equal, wanted));
    }
    // Half of each record would fit; a name is never pieced together from two.
    assert_ne!(
        judge("Taro / 山田", "TARO / YAMADA", "太郎 / 山田").verdict,
        Verdict::Match
    );
}

/// What differs, directory, proof, and what the reason must say.
const DESCRIBED: &[(Field, &str, &str, &str)] = &[
    (
        Field::GivenName,
        "Friedrich / Ohm",
        "KARL FRIEDRICH / OHM",
        "a later one of the document's",
    ),
    (
        Field::GivenName,
        "Anna Maria / Ohm",
        "ANNA / OHM",
        "shows fewer than the directory holds",
    ),
    (
        Field::GivenName,
        "J. / Ohm",
        "JOHANN / OHM",
        "the directory holds an initial only",
    ),
    (
        Field::GivenName,
        "Johann / Ohm",
        "J / OHM",
        "the document shows an initial only",
    ),
    (
        Field::GivenName,
        "Anna + Maria / Ohm",
        "ANNA SOFIA / OHM",
        "further ones differ",
    ),
    (Field::GivenName, "Nagy / Anna", "ANNA / NAGY", "swapped on one side"),
    (Field::FamilyName, "Nagy / Anna", "ANNA / NAGY", "swapped on one side"),
    (
        Field::FamilyName,
        "Juan Carlos / Vega",
        "JUAN / CARLOS VEGA",
        "divided differently",
    ),
    (
        Field::FamilyName,
        "Ana / Pinto",
        "ANA / SOUSA PINTO",
        "holds one of the document's several",
    ),
    (
        Field::FamilyName,
        "Ana / Sousa Pinto",
        "ANA / SOUSA",
        "shows one of the directory's several",
    ),
    (
        Field::FamilyName,
        "Bo / Lind | Jr",
        "BO / LIND | SR",
        "suffixes of the family names differ",
    ),
];

#[test]
fn differences_are_described_as_far_as_they_help_to_correct_the_directory() {
    for (field, directory, proof, wanted) in DESCRIBED {
        let explanation = compared(directory, proof);
        let (finding, reason) = found(&explanation, *field);
        assert_eq!(finding, Finding::Differs, "{directory} against {proof}");
        assert!(reason.contains(wanted), "{directory} against {proof}: {reason}");
        assert_eq!(explanation.verdict, Verdict::Mismatch);
    }
}

#[test]
fn names_of_absurd_length_go_to_a_reviewer_instead_of_costing_time() {
    let long = "Ü ".repeat(100_000);
    for (directory, proof) in [
        (format!("{long} / Kerr"), "ADA / KERR".to_owned()),
        ("Ada / Kerr".to_owned(), format!("ADA + {long} / KERR")),
        ("Ada / Kerr".to_owned(), format!("ADA / {long}")),
        (format!("{long} / {long}"), format!("{long} / {long}")),
    ] {
        assert_eq!(compared(&directory, &proof).verdict, Verdict::Review);
    }
}
