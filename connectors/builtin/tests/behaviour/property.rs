//! Parsers of outside bytes, fed with anything: they answer, and what they answer keeps its promises.

use doorward_builtin::mrz::{PartialDate, Zone};
use doorward_builtin::raster::Grey;
use doorward_builtin::specimen::{Bearer, Chance, Format, lines};
use doorward_builtin::{Picture, aamva, barcode, exif, recapture, replay, zone};
use proptest::prelude::*;

use crate::stand::{models, today};

fn signs(length: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop::sample::select(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<".to_vec()),
        length,
    )
    .prop_map(|signs| signs.into_iter().map(char::from).collect())
}

fn zones() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        proptest::collection::vec(signs(30), 3),
        proptest::collection::vec(signs(36), 2),
        proptest::collection::vec(signs(44), 2),
        proptest::collection::vec(".{0,50}", 0..4),
    ]
}

fn borrowed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

proptest! {
    #[test]
    fn any_lines_are_a_zone_or_a_fault(lines in zones()) {
        if let Ok(zone) = Zone::parse(&borrowed(&lines), today()) {
            prop_assert!(zone.birth.and_then(PartialDate::full).is_none_or(|birth| birth <= today()));
            prop_assert!(zone.checks.len() >= 3);
        }
    }

    #[test]
    fn what_is_written_is_read_back(seed: u64, index in 0_usize..3) {
        let bearer = Bearer::random(&mut Chance::new(seed));
        let zone = Zone::parse(&borrowed(&lines(Format::ALL[index], &bearer)), today()).expect("a zone");
        prop_assert!(zone.holds() && zone.repairs.is_empty());
        prop_assert_eq!((&zone.family, &zone.given, &zone.number), (&bearer.family, &bearer.given, &bearer.number));
        prop_assert_eq!(zone.expiry, Some(bearer.expiry));
        prop_assert_eq!(zone.birth.and_then(PartialDate::full), Some(bearer.birth));
    }

    #[test]
    fn a_wrong_digit_where_a_digit_belongs_never_holds(seed: u64, at in 13_usize..19, by in 1_u8..10) {
        let bearer = Bearer::random(&mut Chance::new(seed));
        let mut written = lines(Format::Td3, &bearer);
        let mut second: Vec<u8> = written[1].bytes().collect();
        second[at] = b'0' + (second[at] - b'0' + by) % 10;
        written[1] = String::from_utf8(second).expect("ASCII");
        let zone = Zone::parse(&borrowed(&written), today()).expect("a zone");
        prop_assert!(!zone.holds() && zone.repairs.is_empty());
    }

    #[test]
    fn any_text_is_a_card_or_a_fault(text in "(@\n\u{1e}\r)?(ANSI |AAMVA)?[0-9]{0,14}(DL|ID)?.{0,400}") {
        if let Ok(card) = aamva::Card::parse(&text) {
            let _all = (card.number(), card.family(), card.first(), card.middle(), card.sex(), card.cut());
            let _found = (aamva::conflicts(&card), aamva::doubts(&card));
        }
    }

    #[test]
    fn any_elements_are_read_each_for_itself(values in proptest::collection::vec("[ -~]{0,20}", 6), bad in 0_usize..6) {
        let names = ["DAQ", "DCS", "DAC", "DBB", "DBA", "DCG"];
        let element = |(at, (name, value)): (usize, (&&str, &String))| if at == bad { "\u{7f}?".to_owned() } else { format!("{name}{value}") };
        let elements: Vec<String> = names.iter().zip(&values).enumerate().map(element).collect();
        let body = format!("DL{}\r", elements.join("\n"));
        let text = format!("@\n\u{1e}\rANSI 636000100101DL0031{:04}{body}", body.len());
        if let Ok(card) = aamva::Card::parse(&text) {
            for (at, (name, value)) in names.iter().zip(&values).enumerate().filter(|(at, _)| *at != bad) {
                let value = value.trim();
                let silent = value.is_empty() || ["NONE", "UNAVL", "UNAVAIL"].contains(&value.to_ascii_uppercase().as_str());
                prop_assert_eq!(card.get(name), (!silent).then_some(value), "{}", at);
            }
        }
    }

    #[test]
    fn any_bytes_are_facts_of_exif_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300), little: bool) {
        let head: &[u8] = if little { b"II*\0\x08\0\0\0" } else { b"MM\0*\0\0\0\x08" };
        let facts = exif::read(&[head, &bytes].concat());
        for text in [facts.camera, facts.software, facts.taken_at].into_iter().flatten() {
            prop_assert!(text.len() <= 130 && text.chars().all(|sign| sign.is_ascii_graphic() || sign == ' '));
        }
    }

    #[test]
    fn any_bytes_are_a_picture_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), kind in 0_usize..4) {
        let heads: [&[u8]; 4] = [b"", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\0\x02\0\0WEBPVP8 "];
        if let Ok(picture) = Picture::open(&[heads[kind], &bytes].concat()) {
            prop_assert!(picture.rgb().width() >= 64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_pixels_are_searched_without_harm(seed: u64, width in 1_usize..260, height in 1_usize..260, bars in 1_usize..9) {
        let mut chance = Chance::new(seed);
        let noise = chance.between(0.0, 200.0);
        let picture = Grey::from_fn(width, height, |x, y| {
            let stripe = if (x / bars + y / 40) % 2 == 0 { 30.0 } else { 200.0 };
            let value = stripe + chance.normal() * noise;
            if value > 128.0 { 220 } else { 20 }
        });
        let tries = std::cell::Cell::new(0_u32);
        let go_on = || { tries.set(tries.get() + 1); tries.get() < 12 };
        let _code = barcode::read(&picture, &go_on);
        prop_assert!(zone::read(models(), &picture, today(), &|| true).is_ok());
        let _traces = recapture::traces(&picture);
        let look = replay::Look::of(&picture, None);
        prop_assert_eq!(look.distance(look), 0);
    }
}
