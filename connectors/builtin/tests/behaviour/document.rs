//! Documents from photograph to findings, and each way in which one must not pass.

use doorward_builtin::aamva::{Conflict, Doubt, Leniency};
use doorward_builtin::document::{Contradiction, Kind, Part, Signal, Unwanted, Wanted};
use doorward_builtin::mrz::{Checked, PartialDate};
use doorward_builtin::quality::Hint;
use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Licence, Shot, Side, draw, lines};
use doorward_builtin::{Picture, document};

use crate::stand::{back, day, front, maria, models, page, passport, picture, read, today};

fn any() -> Wanted {
    Wanted::default()
}

fn passports() -> Wanted {
    Wanted {
        kinds: vec![Kind::Passport],
        ..Wanted::default()
    }
}

fn licences() -> Wanted {
    Wanted {
        kinds: vec![Kind::DrivingLicence],
        countries: vec!["USA".into(), "CAN".into()],
        grace: 0,
    }
}

#[test]
fn a_passport_says_whose_it_is_and_nothing_speaks_against_it() {
    let reading = read(&passport(&maria(), 1), None, &passports());
    assert!(reading.readable() && reading.contradictions.is_empty(), "{reading:?}");
    assert_eq!(
        (reading.kind, reading.country.as_deref()),
        (Some(Kind::Passport), Some("UTO"))
    );
    assert_eq!(
        (reading.family.as_deref(), reading.given.as_deref()),
        (Some("SAMPLETON"), Some("MORGAN LEE"))
    );
    assert_eq!(
        (reading.number.as_deref(), reading.expiry),
        (Some("L7K294P1X"), Some(day(2031, 2, 28)))
    );
    assert_eq!(reading.birth.and_then(PartialDate::full), Some(day(1988, 2, 29)));
    assert_eq!(reading.unwanted, None);
    let [left_top, right_top, ..] = reading.corners[0].expect("found by its zone");
    assert!(left_top.0 < right_top.0 && left_top.0 > 0.0, "{:?}", reading.corners);
}

#[test]
fn a_licence_is_read_from_its_back() {
    let reading = read(front(), Some(&back(&Licence::example(10), &[], 3)), &licences());
    assert!(reading.readable() && reading.contradictions.is_empty(), "{reading:?}");
    assert_eq!(
        (reading.kind, reading.country.as_deref()),
        (Some(Kind::DrivingLicence), Some("USA"))
    );
    assert_eq!(
        (reading.number.as_deref(), reading.given.as_deref()),
        (Some("T64235789"), Some("MORGAN LEE"))
    );
}

#[test]
fn a_canadian_licence_keeps_its_accents_and_its_order_of_dates() {
    let reading = read(front(), Some(&back(&Licence::canadian(), &[], 5)), &licences());
    assert_eq!(reading.given.as_deref(), Some("ÉLODIE"));
    assert_eq!(reading.birth.and_then(PartialDate::full), Some(day(1990, 6, 11)));
    assert!(
        !reading.signals.contains(&Signal::Leniency(Leniency::DateOrder)),
        "{reading:?}"
    );
}

#[test]
fn every_version_of_the_standard_is_read_through_a_photograph() {
    for version in [2, 4, 8, 9] {
        let reading = read(
            front(),
            Some(&back(&Licence::example(version), &[], u64::from(version))),
            &licences(),
        );
        assert_eq!(
            reading.number.as_deref(),
            Some("T64235789"),
            "version {version}: {reading:?}"
        );
    }
}

#[test]
fn a_document_past_its_day_is_expired_unless_within_the_grace() {
    let bearer = Bearer {
        expiry: day(2026, 11, 1),
        ..maria()
    };
    let picture = passport(&bearer, 4);
    assert_eq!(
        read(&picture, None, &passports()).contradictions,
        [Contradiction::Expired]
    );
    assert!(
        read(
            &picture,
            None,
            &Wanted {
                grace: 30,
                ..passports()
            }
        )
        .contradictions
        .is_empty()
    );
    assert_eq!(
        read(
            &picture,
            None,
            &Wanted {
                grace: 19,
                ..passports()
            }
        )
        .contradictions,
        [Contradiction::Expired]
    );
    let licence = Licence::example(10).with("DBA", "02282026").with("DBD", "06152020");
    let reading = read(front(), Some(&back(&licence, &[], 3)), &licences());
    assert!(reading.contradictions.contains(&Contradiction::Expired), "{reading:?}");
    let last_day = Bearer {
        expiry: today(),
        ..maria()
    };
    assert!(
        read(&passport(&last_day, 4), None, &passports())
            .contradictions
            .is_empty()
    );
}

#[test]
fn a_wrong_check_digit_in_clear_print_is_a_contradiction() {
    let mut wrong = lines(Format::Td3, &maria());
    // The digit of the birth date and the composite one, as an amateur forgets them.
    wrong[1] = wrong[1].replacen("880229", "900228", 1);
    let reading = read(&page(Format::Td3, &wrong, 6), None, &passports());
    assert!(
        reading
            .contradictions
            .contains(&Contradiction::CheckDigit(Checked::Birth)),
        "{reading:?}"
    );
    assert!(
        reading
            .contradictions
            .contains(&Contradiction::CheckDigit(Checked::Composite)),
        "{reading:?}"
    );
}

#[test]
fn both_codes_of_one_card_agree_and_those_of_two_cards_do_not() {
    let bearer = Bearer {
        number: "T64235789".to_owned(),
        given: "MORGAN LEE".to_owned(),
        ..maria()
    };
    let zone = lines(Format::Td1, &bearer);
    let same = read(front(), Some(&back(&Licence::example(10), &zone, 7)), &any());
    assert!(same.zone.is_some() && same.card.is_some(), "{same:?}");
    assert!(same.contradictions.is_empty(), "{same:?}");

    let other = Licence::example(10)
        .with("DBB", "03011990")
        .with("DCS", "OTHERSON")
        .with("DBA", "03012030");
    let differs = read(front(), Some(&back(&other, &zone, 7)), &any());
    for part in [Part::Family, Part::Birth, Part::Expiry] {
        assert!(
            differs.contradictions.contains(&Contradiction::Differs(part)),
            "{part:?}: {differs:?}"
        );
    }
}

#[test]
fn the_front_of_one_document_and_the_back_of_another_are_told_apart() {
    let stranger = Bearer {
        number: "Q11111111".to_owned(),
        family: "OTHERSON".to_owned(),
        birth: day(1971, 5, 4),
        ..maria()
    };
    let front = page(Format::Td2, &lines(Format::Td2, &maria()), 8);
    let back = page(Format::Td1, &lines(Format::Td1, &stranger), 9);
    let reading = read(&front, Some(&back), &any());
    for part in [Part::Number, Part::Family, Part::Birth] {
        assert!(
            reading.contradictions.contains(&Contradiction::Differs(part)),
            "{part:?}: {reading:?}"
        );
    }
}

#[test]
fn one_side_sent_twice_is_noticed() {
    let picture = passport(&maria(), 10);
    assert!(
        read(&picture, Some(&picture), &any())
            .contradictions
            .contains(&Contradiction::SameSide)
    );
    let again = passport(&maria(), 11);
    assert!(
        read(&picture, Some(&again), &any())
            .contradictions
            .contains(&Contradiction::SameSide)
    );
    let (card, once_more) = (back(&Licence::example(10), &[], 3), back(&Licence::example(10), &[], 4));
    assert!(
        read(&card, Some(&once_more), &any())
            .contradictions
            .contains(&Contradiction::SameSide)
    );
}

#[test]
fn a_document_is_read_however_it_lies() {
    let sheet = draw(
        &Side::Zone {
            format: Format::Td3,
            lines: &lines(Format::Td3, &maria()),
            portrait: None,
        },
        1,
    );
    for turn in [90.0, 180.0, 270.0] {
        let mut chance = Chance::new(12);
        let shot = Shot {
            turn,
            glare: 0.0,
            ..Shot::of(Level::Easy, &mut chance)
        };
        let picture = Picture::open(&shot.take(&sheet, &mut chance)).expect("a JPEG file");
        let reading = read(&picture, None, &passports());
        assert_eq!(reading.number.as_deref(), Some("L7K294P1X"), "{turn}: {reading:?}");
        let found = reading.zone.expect("a zone");
        assert!(found.width() > 1_000.0, "{turn}: {:?}", found.corners);
    }
}

#[test]
fn nothing_is_read_of_a_picture_without_a_document() {
    let blank = Picture::of(image::RgbImage::from_pixel(1_600, 1_200, image::Rgb([180, 180, 180])));
    for (picture, wanted) in [(&blank, any()), (front(), passports())] {
        let reading = read(picture, None, &wanted);
        assert!(
            !reading.readable() && reading.kind.is_none() && reading.contradictions.is_empty(),
            "{reading:?}"
        );
    }
}

#[test]
fn other_kinds_and_countries_are_not_wanted() {
    let picture = passport(&maria(), 14);
    let cards = Wanted {
        kinds: vec![Kind::IdentityCard],
        ..Wanted::default()
    };
    assert_eq!(read(&picture, None, &cards).unwanted, Some(Unwanted::Kind));
    let abroad = Wanted {
        countries: vec!["NLD".into()],
        ..passports()
    };
    assert_eq!(read(&picture, None, &abroad).unwanted, Some(Unwanted::Country));
    let home = Wanted {
        countries: vec!["NLD".into(), "UTO".into()],
        ..passports()
    };
    assert_eq!(read(&picture, None, &home).unwanted, None);
}

#[test]
fn oddities_of_a_barcode_reach_the_reviewer() {
    let licence = Licence::example(10)
        .with("DCG", "CAN")
        .with("DAJ", "CA")
        .with("DCF", "");
    let reading = read(front(), Some(&back(&licence, &[], 15)), &licences());
    assert!(
        reading.contradictions.contains(&Contradiction::Card(Conflict::Issuer)),
        "{reading:?}"
    );
    assert!(
        reading.signals.contains(&Signal::Doubt(Doubt::OtherState)),
        "{reading:?}"
    );
    assert!(
        reading.signals.contains(&Signal::Doubt(Doubt::Missing("DCF"))),
        "{reading:?}"
    );
}

#[test]
fn bad_pictures_get_a_hint_and_no_accusation() {
    let written = lines(Format::Td3, &maria());
    let sheet = draw(
        &Side::Zone {
            format: Format::Td3,
            lines: &written,
            portrait: None,
        },
        1,
    );
    let shot = Shot {
        width: 1_400.0,
        turn: 2.0,
        perspective: 0.01,
        blur: 0.6,
        noise: 4.0,
        light: (0.9, 0.1),
        glare: 0.0,
        quality: 85,
    };
    let take = |shot: Shot| Picture::open(&shot.take(&sheet, &mut Chance::new(16))).expect("a JPEG file");
    let good = take(shot);
    let at_night = good.rgb().as_raw().iter().map(|value| value / 5).collect();
    let at_night = image::RgbImage::from_raw(good.rgb().width(), good.rgb().height(), at_night).expect("as many");
    for (picture, hint) in [
        (Picture::of(at_night), Hint::Dark),
        (take(Shot { blur: 9.0, ..shot }), Hint::Blurred),
        (take(Shot { glare: 1_200.0, ..shot }), Hint::Glare),
    ] {
        let reading = read(&picture, None, &passports());
        let hinted = |signal: &Signal| matches!(signal, Signal::Quality(_, found) if *found == hint);
        assert!(reading.signals.iter().any(hinted), "{hint:?}: {reading:?}");
        assert!(reading.contradictions.is_empty(), "{hint:?}: {reading:?}");
    }
    assert_eq!(read(&good, None, &passports()).hint(), None);
}

#[test]
fn who_has_no_more_patience_gets_what_was_read_so_far() {
    let sides = document::Sides {
        front: front(),
        back: Some(&back(&Licence::example(10), &[], 3)),
    };
    let reading = document::read(models(), &sides, &licences(), today(), &|| false).expect("the models are there");
    assert!(!reading.readable() && reading.card.is_none(), "{reading:?}");
}

#[test]
fn a_document_in_a_corner_of_the_picture_is_too_small() {
    let reading = read(
        &picture(
            &Side::Zone {
                format: Format::Td3,
                lines: &lines(Format::Td3, &maria()),
                portrait: None,
            },
            1,
        ),
        None,
        &passports(),
    );
    let small = |reading: &document::Reading| {
        reading
            .signals
            .iter()
            .any(|s| matches!(s, Signal::Quality(_, Hint::Small)))
    };
    assert!(!small(&reading), "{reading:?}");
    let near = passport(&maria(), 1);
    let wide = image::RgbImage::from_fn(near.rgb().width() * 2, near.rgb().height(), |x, y| {
        near.rgb()
            .get_pixel_checked(x, y)
            .copied()
            .unwrap_or(image::Rgb([90, 90, 90]))
    });
    assert!(small(&read(&Picture::of(wide), None, &passports())));
}
