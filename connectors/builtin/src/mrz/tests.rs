//! The specimens printed in ICAO Doc 9303 and what breaks them.

use chrono::NaiveDate;

use super::*;

const TD3: [&str; 2] = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
];
const TD2: [&str; 2] = [
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
];
const TD1: [&str; 3] = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
];
const MRV_A: [&str; 2] = [
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
];
const MRV_B: [&str; 2] = [
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "L8988901C4XXX4009078F9612109<<<<<<<<",
];

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn today() -> NaiveDate {
    day(2026, 11, 21)
}

fn read(lines: &[&str]) -> Zone {
    Zone::parse(lines, today()).expect("a zone")
}

fn failing(zone: &Zone) -> Vec<Checked> {
    zone.checks
        .iter()
        .filter(|check| !check.holds)
        .map(|check| check.over)
        .collect()
}

#[test]
fn the_specimens_of_the_standard_hold_and_say_what_is_printed_on_them() {
    for (lines, format, number) in [
        (&TD3[..], Format::Td3, "L898902C3"),
        (&TD2[..], Format::Td2, "D23145890"),
        (&TD1[..], Format::Td1, "D23145890"),
    ] {
        let zone = read(lines);
        assert_eq!((zone.format, zone.number.as_str()), (format, number));
        assert!(zone.holds() && zone.repairs.is_empty(), "{zone:?}");
        assert_eq!(
            (zone.family.as_str(), zone.given.as_str(), zone.cut),
            ("ERIKSSON", "ANNA MARIA", false)
        );
        assert_eq!(zone.birth.and_then(PartialDate::full), Some(day(1974, 8, 12)));
        assert_eq!(zone.expiry, Some(day(2012, 4, 15)));
        assert_eq!(
            (zone.issuer.as_str(), zone.nationality.as_str(), zone.sex),
            ("UTO", "UTO", Sex::Female)
        );
    }
    assert_eq!(read(&TD3).optional, ["ZE184226B"]);
    assert_eq!(read(&TD3).code, "P");
}

#[test]
fn visas_have_no_composite_digit() {
    for (lines, format) in [(&MRV_A[..], Format::MrvA), (&MRV_B[..], Format::MrvB)] {
        let zone = read(lines);
        assert_eq!(zone.format, format);
        assert_eq!(zone.checks.len(), 3);
        assert!(zone.holds(), "{zone:?}");
    }
}

#[test]
fn each_check_digit_is_checked_apart() {
    for (column, over) in [
        (9, Checked::Number),
        (19, Checked::Birth),
        (27, Checked::Expiry),
        (42, Checked::Optional),
    ] {
        let mut second: Vec<char> = TD3[1].chars().collect();
        second[column] = if second[column] == '7' { '9' } else { '7' };
        let second: String = second.into_iter().collect();
        assert_eq!(
            failing(&read(&[TD3[0], &second])),
            [over, Checked::Composite],
            "{column}"
        );
    }
    let second = TD3[1].replace("<10", "<17");
    assert_eq!(failing(&read(&[TD3[0], &second])), [Checked::Composite]);
}

#[test]
fn an_empty_optional_field_has_a_filler_or_nought_for_its_digit() {
    for (digit, total) in [('<', '2'), ('0', '2')] {
        let second = format!("L898902C36UTO7408122F1204159<<<<<<<<<<<<<<{digit}{total}");
        let zone = read(&[TD3[0], &second]);
        assert!(!failing(&zone).contains(&Checked::Optional), "{zone:?}");
    }
    let filled = TD3[1].replace("<<<<<10", "<<<<<<0");
    assert!(failing(&read(&[TD3[0], &filled])).contains(&Checked::Optional));
}

#[test]
fn long_numbers_go_on_in_the_optional_field() {
    // Part 5, appendix: number D23145890734 with check digit 9.
    let lines = [
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    ];
    let zone = read(&lines);
    assert_eq!(zone.number, "D23145890734");
    assert!(zone.holds() && zone.optional.is_empty(), "{zone:?}");
    let td2 = [
        "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<",
        "D23145890<UTO3407127M95071227349<<<8",
    ];
    let zone = read(&td2);
    assert_eq!(zone.number, "D23145890734");
    assert!(zone.holds(), "{zone:?}");
    let wrong = ["I<UTOD23145890<7348<<<<<<<<<<<", lines[1], lines[2]];
    assert!(failing(&read(&wrong)).contains(&Checked::Number));
}

#[test]
fn names_may_be_single_or_cut_off() {
    assert_eq!(names("ARKFREITH<<<<<<<<<"), ("ARKFREITH".into(), String::new(), false));
    assert_eq!(
        names("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("NILAVADHANANANDA".into(), "CHAYAPA DEJTHAMRONG K".into(), true)
    );
    assert_eq!(
        names("VAN<DER<MUELLEN<<JAN<<PIET<<"),
        ("VAN DER MUELLEN".into(), "JAN PIET".into(), false)
    );
    assert_eq!(names("<<<<<<"), (String::new(), String::new(), false));
}

#[test]
fn births_are_in_the_past_and_may_be_known_in_part() {
    let birth = |text| date::birth(text, today());
    assert_eq!(birth("261121").and_then(PartialDate::full), Some(today()));
    assert_eq!(birth("261122").and_then(PartialDate::full), Some(day(1926, 11, 22)));
    let partly = birth("74<<<<").expect("a year");
    assert_eq!((partly.year, partly.month, partly.day), (1974, None, None));
    assert!(partly.fits(day(1974, 3, 9)) && !partly.fits(day(1975, 3, 9)));
    assert_eq!(birth("<<<<<<"), None);
    assert_eq!(birth("741301"), None);
    assert_eq!(birth("230229"), None, "no such day in 2023 nor in 1923");
}

#[test]
fn expiries_are_near() {
    let expiry = |text| date::expiry(text, today());
    assert_eq!(expiry("291231"), Some(day(2029, 12, 31)));
    assert_eq!(expiry("951231"), Some(day(1995, 12, 31)));
    assert_eq!(expiry("751231"), Some(day(2075, 12, 31)));
    assert_eq!(expiry("<<<<<<"), None);
    assert_eq!(expiry("290231"), None);
}

#[test]
fn a_twin_is_put_right_only_where_there_is_no_choice_and_it_is_marked() {
    let read_wrongly = TD3[1].replacen("L898902C3", "L8989O2C3", 1);
    let zone = read(&[TD3[0], &read_wrongly]);
    assert_eq!(zone.number, "L898902C3");
    assert_eq!(
        zone.repairs,
        [Repair {
            line: 1,
            column: 5,
            over: Checked::Number
        }]
    );
    assert!(zone.holds());
    // Read as letters at two places of equal weight, either one alone would make the digit hold.
    let number = format!("O12O45678{}", digit::of("O12045678".chars()));
    let second = format!("{number}UTO7408122F1204159<<<<<<<6");
    let zone = read(&[TD2[0], &second]);
    assert!(failing(&zone).contains(&Checked::Number), "{zone:?}");
    assert!(
        zone.repairs.iter().all(|repair| repair.over != Checked::Number),
        "{:?}",
        zone.repairs
    );
}

#[test]
fn what_has_no_format_is_refused() {
    assert_eq!(Zone::parse(&[], today()), Err(Fault::Lines));
    assert_eq!(Zone::parse(&[TD3[0]], today()), Err(Fault::Lines));
    assert_eq!(Zone::parse(&[TD3[0], TD2[1]], today()), Err(Fault::Lines));
    assert_eq!(
        Zone::parse(&[&TD3[0].to_lowercase(), TD3[1]], today()),
        Err(Fault::Sign)
    );
    assert_eq!(Zone::parse(&["É<", "Ü"], today()), Err(Fault::Sign));
}

#[test]
fn a_figure_in_a_date_is_never_made_a_letter() {
    // 880229 became 900228 under the old digit: a B for the 8 would make it hold.
    let second = "L898902C36UTO9002280F1204159ZE184226B<<<<<10".replacen(
        "9002280",
        &format!("900228{}", digit::of("90022B".chars())),
        1,
    );
    let zone = read(&[TD3[0], &second]);
    assert!(failing(&zone).contains(&Checked::Birth), "{zone:?}");
    assert!(zone.repairs.is_empty(), "{:?}", zone.repairs);
    // A letter in a date is one.
    let second = TD3[1].replacen("7408122", "74O8122", 1);
    assert_eq!(
        read(&[TD3[0], &second]).repairs,
        [Repair {
            line: 1,
            column: 15,
            over: Checked::Birth
        }]
    );
}
