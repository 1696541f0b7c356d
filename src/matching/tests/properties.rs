//! What holds for every name, not only for those of the table.

use chrono::{Days, NaiveDate};
use doorward_contract::{Name, Person};
use proptest::prelude::*;

use super::{Field, Finding, PRESETS, Preset, Verdict, account, compare, found, person};

fn preset() -> impl Strategy<Value = Preset> {
    proptest::sample::select(&PRESETS[..])
}

pub(super) fn birth_date() -> impl Strategy<Value = NaiveDate> {
    (0_u64..40_000).prop_map(|days| NaiveDate::from_ymd_opt(1910, 1, 1).unwrap() + Days::new(days))
}

/// Letters of many scripts, with the hyphens, apostrophes and dots of names.
fn written() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-zÀ-ÖØ-öø-ſ]{1,12}([ '’.-][A-Za-zÀ-ÖØ-öø-ÿ]{1,9}){0,3}",
        "[А-яЁёІіЇїЄєҐґ]{1,12}([ -][А-я]{1,9}){0,2}",
        "[Α-ΡΣ-Ωα-ωάέήίόύώ]{2,12}( [Α-ΡΣ-Ω]{1,9}){0,2}",
        "[一-龥ぁ-んァ-ヴ가-힣]{1,5}",
        "[ا-غא-תก-ฮअ-ह]{1,9}",
    ]
}

/// The same, or anything at all that can be typed.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![4 => written(), 1 => "\\PC{0,24}"]
}

/// A part that surely says something, whatever else was typed behind it.
fn telling() -> impl Strategy<Value = String> {
    (written(), "\\PC{0,6}")
        .prop_map(|(name, rest)| name + &rest)
        .prop_filter("the word for an unknown name", |text| {
            !text.to_uppercase().ends_with("NU")
        })
}

pub(super) fn full_name() -> impl Strategy<Value = Name> {
    let maybe = || proptest::option::weighted(0.8, part());
    let suffix = proptest::option::weighted(0.2, proptest::sample::select(vec!["Jr", "Sr.", "III", "PhD"]));
    (maybe(), proptest::option::weighted(0.3, part()), maybe(), suffix).prop_map(|(given, middle, family, suffix)| {
        Name {
            given,
            middle,
            family,
            suffix: suffix.map(str::to_owned),
        }
    })
}

/// A pair that is close often enough to be interesting: the same name, worn down as documents do.
pub(super) fn pair() -> impl Strategy<Value = (Name, Name)> {
    let worn = |name: Name| Name {
        given: name.given.map(|text| text.to_uppercase()),
        middle: None,
        family: name.family.map(|text| text.to_uppercase().replace(['-', '\''], " ")),
        suffix: None,
    };
    prop_oneof![
        (full_name(), full_name()),
        full_name().prop_map(move |name| (name.clone(), worn(name))),
        full_name().prop_map(|name| (name.clone(), name)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_fits_their_own_record(
        preset in preset(), mut name in full_name(), given in telling(), family in telling(), born in birth_date(),
    ) {
        (name.given, name.family) = (Some(given), Some(family));
        let explanation = compare(preset, &account(name.clone(), Some(born)), &person(name, Some(born)), 0);
        prop_assert_eq!(explanation.verdict, Verdict::Match, "{:?}", explanation);
        prop_assert_eq!(found(&explanation, Field::GivenName).0, Finding::Equal);
        prop_assert_eq!(found(&explanation, Field::FamilyName).0, Finding::Equal);
    }

    #[test]
    fn a_wrong_date_of_birth_never_passes_whatever_the_names(
        preset in preset(), (ours, theirs) in pair(), native in proptest::option::of(full_name()),
        born in birth_date(), off in 1_u64..40_000, namesakes in 0_usize..3,
    ) {
        let person = Person { name: theirs, native_name: native, birth_date: Some(born + Days::new(off)) };
        prop_assert_eq!(compare(preset, &account(ours, Some(born)), &person, namesakes).verdict, Verdict::Mismatch);
    }

    #[test]
    fn a_name_alone_never_passes(
        preset in preset(), (ours, theirs) in pair(), born in birth_date(), which in 0..3, namesakes in 0_usize..3,
    ) {
        let (left, right) = [(None, None), (Some(born), None), (None, Some(born))][usize::try_from(which).unwrap()];
        let verdict = compare(preset, &account(ours, left), &person(theirs, right), namesakes).verdict;
        prop_assert_ne!(verdict, Verdict::Match);
    }

    #[test]
    fn the_same_question_gets_the_same_answer(
        preset in preset(), (ours, theirs) in pair(), born in proptest::option::of(birth_date()), namesakes in 0_usize..3,
    ) {
        let ask = || compare(preset, &account(ours.clone(), born), &person(theirs.clone(), born), namesakes);
        prop_assert_eq!(ask(), ask());
    }

    #[test]
    fn case_changes_nothing(preset in preset(), (ours, theirs) in pair(), born in birth_date()) {
        // Of every letter that has two cases and comes back from them unchanged; others are a matter of language.
        let steady = |name: &Name| [&name.given, &name.middle, &name.family].into_iter().flatten().all(|text| {
            text.to_uppercase().to_lowercase().to_uppercase() == text.to_uppercase()
        });
        prop_assume!(steady(&theirs));
        let upper = |text: &Option<String>| text.as_ref().map(|text| text.to_uppercase());
        let loud = Name {
            given: upper(&theirs.given), middle: upper(&theirs.middle),
            family: upper(&theirs.family), suffix: theirs.suffix.clone(),
        };
        let judge = |theirs| compare(preset, &account(ours.clone(), Some(born)), &person(theirs, Some(born)), 0);
        prop_assert_eq!(judge(theirs), judge(loud));
    }

    #[test]
    fn dates_of_birth_are_judged_alike_from_both_sides(
        preset in preset(), name in full_name(), left in birth_date(), right in birth_date(),
    ) {
        let judge = |ours, theirs| {
            let explanation = compare(preset, &account(name.clone(), Some(ours)), &person(name.clone(), Some(theirs)), 0);
            let (finding, reason) = found(&explanation, Field::BirthDate);
            (finding, reason.to_owned())
        };
        prop_assert_eq!(judge(left, right), judge(right, left));
    }

    #[test]
    fn equal_names_are_equal_from_both_sides(
        preset in preset(), (mut ours, mut theirs) in pair(), born in birth_date(),
    ) {
        ours.middle = None;
        theirs.middle = None;
        let judge = |left: &Name, right: &Name| {
            let explanation = compare(preset, &account(left.clone(), Some(born)), &person(right.clone(), Some(born)), 0);
            [Field::GivenName, Field::FamilyName].map(|field| found(&explanation, field).0 == Finding::Equal)
        };
        prop_assert_eq!(judge(&ours, &theirs), judge(&theirs, &ours));
    }

    /// Somebody who withholds a part of their document, or a directory that gains one, is never better off for it.
    #[test]
    fn taking_an_attribute_away_never_makes_a_match_and_adding_one_never_undoes_a_mismatch(
        preset in preset(), (ours, theirs) in pair(), born in birth_date(), other in birth_date(), which in 0..6,
    ) {
        let whole = (account(ours, Some(born)), person(theirs, Some(other)));
        let (mut less_account, mut less_person) = whole.clone();
        match which {
            0 => less_account.name.given = None,
            1 => less_account.name.family = None,
            2 => less_account.birth_date = None,
            3 => less_person.name.given = None,
            4 => less_person.name.family = None,
            _ => less_person.birth_date = None,
        }
        let less = compare(preset, &less_account, &less_person, 0).verdict;
        prop_assert_ne!(less, Verdict::Match);
        if less == Verdict::Mismatch {
            prop_assert_eq!(compare(preset, &whole.0, &whole.1, 0).verdict, Verdict::Mismatch);
        }
    }

    /// The names here hold letters that no reason uses together, so that any leak shows.
    #[test]
    fn no_reason_holds_a_value_of_anybody(
        preset in preset(), parts in proptest::collection::vec("Zq[a-zäöü]{2,6}x", 8), same in any::<bool>(),
        born in birth_date(), other in birth_date(), namesakes in 0_usize..3,
    ) {
        let name = |at: usize| Name {
            given: Some(parts[at].clone()), middle: Some(parts[at + 1].clone()),
            family: Some(format!("{} {}", parts[at + 2], parts[at + 3])), suffix: Some("Jr".to_owned()),
        };
        let person = Person {
            name: name(if same { 0 } else { 4 }), native_name: (!same).then(|| name(0)), birth_date: Some(other),
        };
        let explanation = compare(preset, &account(name(0), Some(born)), &person, namesakes);
        let told = serde_json::to_string(&explanation).unwrap().to_uppercase();
        for part in &parts {
            prop_assert!(!told.contains(&part.to_uppercase()), "{}", told);
        }
        prop_assert!(!told.contains("ZQ"), "{}", told);
        for date in [born, other] {
            for form in ["%Y", "%d.%m", "%m-%d", "%m/%d"] {
                prop_assert!(!told.contains(&date.format(form).to_string()), "{}", told);
            }
        }
        let texts = explanation.attributes.iter().map(|one| &one.reason).chain([&explanation.summary]);
        for text in texts {
            prop_assert!(!text.chars().any(|letter| letter.is_ascii_digit()), "{}", text);
        }
    }
}
