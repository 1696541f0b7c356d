//! Recognising the same thing again, and only that.

use doorward_builtin::Picture;
use doorward_builtin::replay::Digester;
use doorward_builtin::specimen::{Bearer, Format, Side, lines};

use crate::stand::{day, maria, passport, photo, read};

fn digester() -> Digester {
    Digester::new(&[7; 32])
}

#[test]
fn the_same_pixels_in_another_wrapping_have_the_same_digest() {
    let bearer = lines(Format::Td3, &maria());
    let file = photo(
        &Side::Zone {
            format: Format::Td3,
            lines: &bearer,
            portrait: None,
        },
        1,
    );
    // A comment between the markers changes every digest of bytes and no pixel.
    let mut wrapped = file[..2].to_vec();
    wrapped.extend([0xFF, 0xFE, 0, 6, b'h', b'i', b'd', b'e']);
    wrapped.extend(&file[2..]);
    let (one, other) = (
        Picture::open(&file).expect("a file"),
        Picture::open(&wrapped).expect("a file"),
    );
    assert_eq!(digester().pixels(&one), digester().pixels(&other));
    assert_ne!(digester().bytes(&file), digester().bytes(&wrapped));
    assert_ne!(digester().pixels(&one), Digester::new(&[8; 32]).pixels(&one), "keyed");
}

#[test]
fn a_documents_digest_does_not_depend_on_how_its_number_is_written() {
    let digest = |issuer, number| digester().document(issuer, number);
    assert_eq!(digest("CAN", "T7654-90061-15611"), digest("can", "T7654 90061 15611"));
    assert_ne!(digest("UTO", "A1"), digest("UT", "OA1"), "the parts are kept apart");
    assert_ne!(digest("UTO", "A1"), digest("USA", "A1"));
}

#[test]
fn a_re_encoded_or_shrunk_copy_looks_the_same_and_another_document_does_not() {
    let original = passport(&maria(), 1);
    let copy = Picture::open(&original.jpeg().expect("encodes")).expect("a file");
    let small = image::imageops::resize(
        original.rgb(),
        700,
        700 * original.rgb().height() / original.rgb().width(),
        image::imageops::FilterType::Triangle,
    );
    let look = |picture: &Picture| {
        read(picture, None, &doorward_builtin::document::Wanted::default()).looks[0].expect("a look")
    };
    let seen = look(&original);
    assert!(seen.near(look(&copy)), "{}", seen.distance(look(&copy)));
    assert!(seen.near(look(&Picture::of(small))));
    let stranger = Bearer {
        family: "OTHERSON".into(),
        birth: day(1971, 5, 4),
        ..maria()
    };
    let other = look(&passport(&stranger, 30));
    assert!(!seen.near(other), "{}", seen.distance(other));
}
