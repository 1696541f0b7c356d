//! Every leniency on its own, and what each version writes differently. The texts are written here by hand, not by what reads them.

use chrono::NaiveDate;

use super::*;

/// A text after the standard: header, one subfile `DL`, elements closed by LF, the last by CR.
fn text(issuer: &str, version: u8, elements: &[&str]) -> String {
    let body = format!("DL{}\r", elements.join("\n"));
    let jurisdiction = if version >= 2 { "01" } else { "" };
    let header = format!("@\n\u{1e}\rANSI {issuer}{version:02}{jurisdiction}01");
    format!("{header}DL{:04}{:04}{body}", header.len() + 10, body.len())
}

const ELEMENTS: [&str; 22] = [
    "DAQT64235789",
    "DCSSAMPLETON",
    "DDEN",
    "DACMORGAN",
    "DDFN",
    "DADLEE",
    "DDGN",
    "DCAD",
    "DCBNONE",
    "DCDNONE",
    "DBD06152023",
    "DBB02291988",
    "DBA02282031",
    "DBC2",
    "DAU066 IN",
    "DAYBRO",
    "DAG1 INVENTED LANE",
    "DAINOWHERE",
    "DAJVA",
    "DAK222220000  ",
    "DCF83D9BN217",
    "DCGUSA",
];

fn usual() -> String {
    text("636000", 10, &ELEMENTS)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn says_the_same(card: &Card) {
    assert_eq!(card.number().as_deref(), Some("T64235789"));
    assert_eq!(
        (card.family().as_deref(), card.first().as_deref()),
        (Some("SAMPLETON"), Some("MORGAN"))
    );
    assert_eq!(
        (card.birth, card.expiry),
        (Some(day(1988, 2, 29)), Some(day(2031, 2, 28)))
    );
}

#[test]
fn a_card_after_the_standard_is_read_without_leniency() {
    let card = Card::parse(&usual()).expect("a card");
    says_the_same(&card);
    assert_eq!(
        (card.issuer.as_str(), card.version, card.kind.as_str()),
        ("636000", 10, "DL")
    );
    assert_eq!(
        (card.middle().as_deref(), card.discriminator()),
        (Some("LEE"), Some("83D9BN217"))
    );
    assert_eq!((card.sex(), card.cut(), card.suffix()), (Sex::Female, false, None));
    assert_eq!(card.issued, Some(day(2023, 6, 15)));
    assert!(card.leniencies.is_empty(), "{card:?}");
    assert!(
        conflicts(&card).is_empty() && doubts(&card).is_empty(),
        "{:?}",
        doubts(&card)
    );
    assert_eq!(card.get("DCB"), None, "NONE says nothing");
}

#[test]
fn each_leniency_reads_the_same_and_is_noted_alone() {
    let cases = [
        (usual().replacen("ANSI ", "AAMVA", 1), Leniency::Tag),
        (usual().replacen('\u{1e}', "\u{1c}", 1), Leniency::Separators),
        (usual().replacen("\n\u{1e}\r", "\n\r\n", 1), Leniency::Separators),
        (usual().replacen("DL0031", "DL0131", 1), Leniency::Offsets),
        (usual().replacen("DL0031", "DL9931", 1), Leniency::Offsets),
        (
            usual().replacen("DCSSAMPLETON", "DCSSAMPLETON   ", 1),
            Leniency::Offsets,
        ),
        (
            text(
                "636000",
                10,
                &ELEMENTS.map(|e| if e.starts_with("DCS") { "DCSSAMPLETON  " } else { e }),
            ),
            Leniency::Padding,
        ),
        (
            text("636000", 10, &[&ELEMENTS[..], &["?!"]].concat()),
            Leniency::Element,
        ),
        (
            text("636000", 10, &[&ELEMENTS[..], &["d1x?"]].concat()),
            Leniency::Element,
        ),
        (
            text("636000", 10, &[&ELEMENTS[..], &["DCSOTHER"]].concat()),
            Leniency::Repeated,
        ),
        (
            text(
                "636000",
                10,
                &ELEMENTS.map(|e| if e.starts_with("DBA") { "DBA20310228" } else { e }),
            ),
            Leniency::DateOrder,
        ),
    ];
    for (text, leniency) in cases {
        let card = Card::parse(&text).unwrap_or_else(|fault| panic!("{leniency:?}: {fault}"));
        says_the_same(&card);
        assert!(card.leniencies.contains(&leniency), "{leniency:?}: {card:?}");
    }
    let mixed = text("636000", 10, &ELEMENTS).replace('\n', "\r\n");
    let card = Card::parse(&mixed).expect("mixed line ends");
    says_the_same(&card);
    assert!(card.leniencies.contains(&Leniency::LineEnds), "{card:?}");
    let bare = usual().replacen("@\n\u{1e}\r", "", 1);
    assert!(
        Card::parse(&bare)
            .expect("no beginning")
            .leniencies
            .contains(&Leniency::Separators)
    );
}

#[test]
fn version_one_has_its_own_names_dates_and_header() {
    let card = text(
        "636000",
        1,
        &[
            "DAASAMPLETON,MORGAN,LEE",
            "DAQ123",
            "DBB19880229",
            "DBCF",
            "DBA20310228",
        ],
    );
    let card = Card::parse(&card).expect("a card");
    assert_eq!(
        (card.family().as_deref(), card.first().as_deref()),
        (Some("SAMPLETON"), Some("MORGAN"))
    );
    assert_eq!((card.middle().as_deref(), card.sex()), (Some("LEE"), Sex::Female));
    assert_eq!(card.birth, Some(day(1988, 2, 29)));
    assert!(card.leniencies.is_empty(), "{card:?}");
    let at = Card::parse(&text("636000", 1, &["DAASAMPLETON@MORGAN@", "DAQ1"])).expect("a card");
    assert_eq!(
        (at.family().as_deref(), at.first().as_deref(), at.middle()),
        (Some("SAMPLETON"), Some("MORGAN"), None)
    );
    let apart = Card::parse(&text("636000", 1, &["DABSAMPLETON", "DACMORGAN", "DAEJR", "DAQ1"])).expect("a card");
    assert_eq!(
        (apart.family().as_deref(), apart.suffix()),
        (Some("SAMPLETON"), Some("JR"))
    );
}

#[test]
fn versions_two_and_three_have_given_names_together() {
    for names in ["DCTMORGAN,LEE", "DCTMORGAN LEE"] {
        let card = Card::parse(&text("636000", 3, &["DCSSAMPLETON", names, "DAQ1"])).expect("a card");
        assert_eq!(
            (card.first().as_deref(), card.middle().as_deref()),
            (Some("MORGAN"), Some("LEE"))
        );
    }
}

#[test]
fn canada_writes_the_year_first_and_numbers_are_compared_bare() {
    let elements = [
        "DCSTREMBLEUR",
        "DACÉLODIE",
        "DBB19900611",
        "DBA20310611",
        "DAQT7654-90061-15611",
        "DCGCAN",
        "DAJON",
    ];
    // The length counts characters: each of these is one byte of Latin-1.
    let body = format!("DL{}\r", elements.join("\n"));
    let text = format!("@\n\u{1e}\rANSI 636012080001DL0031{:04}{body}", body.chars().count());
    let card = Card::parse(&text).expect("a card");
    assert_eq!(
        (card.birth, card.number().as_deref()),
        (Some(day(1990, 6, 11)), Some("T76549006115611"))
    );
    assert!(card.leniencies.is_empty(), "{card:?}");
}

#[test]
fn dates_that_are_none_are_absent() {
    for date in [
        "",
        "NONE",
        "00000000",
        "13132031",
        "0228203",
        "022820311",
        "0228203x",
        "02302031",
    ] {
        assert_eq!(date::read(date, false), None, "{date}");
    }
    assert_eq!(date::read("20310228", false), Some((day(2031, 2, 28), true)));
}

#[test]
fn what_nobody_needs_is_dropped_where_it_is_read() {
    let card = Card::parse(&text(
        "636000",
        10,
        &["DAQ1", "DDK1", "DDL1", "DDH20300101", "DAW180", "DCSSAMPLETON"],
    ))
    .expect("a card");
    for name in ["DDK", "DDL", "DDH", "DAW"] {
        assert_eq!(card.get(name), None, "{name}");
    }
}

#[test]
fn californias_credential_is_kept_as_it_is() {
    let (dl, zz) = ("DLDAQ1\nDCSSAMPLETON\r", "ZZZZAabc+/=\r");
    let header = format!("@\n\u{1e}\rANSI 6360141001{:02}", 2);
    let start = header.len() + 20;
    let text = format!(
        "{header}DL{start:04}{:04}ZZ{:04}{:04}{dl}{zz}",
        dl.len(),
        start + dl.len(),
        zz.len()
    );
    let card = Card::parse(&text).expect("a card");
    assert_eq!(card.credential.as_deref(), Some("ZZAabc+/=\r"));
}

#[test]
fn contradictions_and_doubts_are_told_apart() {
    let with = |from: &'static str, to: &'static str| {
        let elements = ELEMENTS.map(|element| if element == from { to } else { element });
        Card::parse(&text("636000", 10, &elements)).expect("a card")
    };
    assert_eq!(conflicts(&with("DCGUSA", "DCGCAN")), [Conflict::Issuer]);
    assert_eq!(conflicts(&with("DBD06152023", "DBD06152032")), [Conflict::DateOrder]);
    assert_eq!(conflicts(&with("DBB02291988", "DBB02282031")), [Conflict::DateOrder]);
    assert_eq!(doubts(&with("DAJVA", "DAJCA")), [Doubt::OtherState]);
    assert_eq!(doubts(&with("DBB02291988", "DBB02282015")), [Doubt::Young]);
    assert_eq!(doubts(&with("DBA02282031", "DBA02282041")), [Doubt::LongValidity]);
    assert_eq!(doubts(&with("DCF83D9BN217", "ZVA1")), [Doubt::Missing("DCF")]);
    let unknown = Card::parse(&text("999999", 10, &ELEMENTS)).expect("a card");
    assert_eq!(doubts(&unknown), [Doubt::UnknownIssuer]);
    assert!(conflicts(&unknown).is_empty());
}

#[test]
fn what_is_no_card_is_refused() {
    for text in [
        "",
        "@",
        "ANSI ",
        "ANSI 6360",
        "ANSI 636000xx0101",
        "HELLO WORLD",
        "@\n\u{1e}\rANSI 636000100101",
    ] {
        assert!(Card::parse(text).is_err(), "{text}");
    }
    let empty = text("636000", 10, &["ZVAxyz"]);
    assert_eq!(Card::parse(&empty), Err(Fault::Empty));
}
