//! Documents and photographs that the stories begin with.

use std::path::Path;
use std::sync::OnceLock;

use chrono::NaiveDate;
use doorward_builtin::document::{self, Reading, Sides, Wanted};
use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Licence, Shot, Side, barcode, draw, lines};
use doorward_builtin::{Models, Picture};

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

pub(crate) fn today() -> NaiveDate {
    day(2026, 11, 21)
}

pub(crate) fn models() -> &'static Models {
    static MODELS: OnceLock<Models> = OnceLock::new();
    MODELS.get_or_init(|| Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models")))
}

/// Somebody who has papers of UTO.
pub(crate) fn maria() -> Bearer {
    Bearer {
        family: "SAMPLETON".to_owned(),
        given: "MORGAN LEE".to_owned(),
        number: "L7K294P1X".to_owned(),
        issuer: "UTO".to_owned(),
        nationality: "UTO".to_owned(),
        sex: 'F',
        birth: day(1988, 2, 29),
        expiry: day(2031, 2, 28),
        optional: String::new(),
    }
}

/// A photograph as most people take it; another seed is another moment.
pub(crate) fn photo(side: &Side<'_>, seed: u64) -> Vec<u8> {
    let mut chance = Chance::new(seed);
    let shot = Shot {
        glare: 0.0,
        ..Shot::of(Level::Usual, &mut chance)
    };
    shot.take(&draw(side, seed), &mut chance)
}

pub(crate) fn picture(side: &Side<'_>, seed: u64) -> Picture {
    Picture::open(&photo(side, seed)).expect("a JPEG file")
}

pub(crate) fn page(format: Format, lines: &[String], seed: u64) -> Picture {
    picture(
        &Side::Zone {
            format,
            lines,
            portrait: None,
        },
        seed,
    )
}

pub(crate) fn passport(bearer: &Bearer, seed: u64) -> Picture {
    page(Format::Td3, &lines(Format::Td3, bearer), seed)
}

/// The front of a card: it holds no code, so one photograph will do for all.
pub(crate) fn front() -> &'static Picture {
    static FRONT: OnceLock<Picture> = OnceLock::new();
    FRONT.get_or_init(|| {
        picture(
            &Side::Front {
                portrait: None,
                words: &["SAMPLETON", "MORGAN LEE"],
            },
            2,
        )
    })
}

/// The back of a card with the licence's code, and a zone if there are lines.
pub(crate) fn back(licence: &Licence, lines: &[String], seed: u64) -> Picture {
    let code = barcode(&licence.text(), 13).expect("the text fits");
    picture(&Side::Bars { code: &code, lines }, seed)
}

pub(crate) fn read(front: &Picture, back: Option<&Picture>, wanted: &Wanted) -> Reading {
    document::read(models(), &Sides { front, back }, wanted, today(), &|| true).expect("the models are there")
}
