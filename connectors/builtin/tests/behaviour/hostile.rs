//! Files made to hurt: each ends soon, with an answer, and takes no more memory than was granted.

use doorward_builtin::intake::Refused;
use doorward_builtin::{Picture, exif};
use image::ImageFormat;

use crate::intake::{crc, encoded, exif as part, ramp, with_exif};

fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let named = [kind, body].concat();
    let length = u32::try_from(body.len()).expect("short");
    [&length.to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
}

fn png_header(width: u32, height: u32) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &body)].concat()
}

#[test]
fn a_header_that_claims_a_wall_of_pixels_allocates_nothing() {
    for (width, height) in [
        (100_000, 100_000),
        (u32::MAX >> 1, 1),
        (12_000, 12_000),
        (11_999, 11_999),
    ] {
        let bomb = [
            png_header(width, height),
            chunk(b"IDAT", &[0x78, 0x9C]),
            chunk(b"IEND", &[]),
        ]
        .concat();
        let refused = Picture::open(&bomb).unwrap_err();
        assert!(
            matches!(refused, Refused::Large | Refused::Damaged),
            "{width}×{height}: {refused:?}"
        );
    }
    // A JPEG header of 65,000 × 65,000.
    let mut jpeg = encoded(&ramp(100, 100), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFD, 0xE8, 0xFD, 0xE8]);
    assert_eq!(Picture::open(&jpeg).unwrap_err(), Refused::Large);
    // A WebP that says 16,384 × 16,384 and brings nothing.
    let mut webp = b"RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFF\x3F\0\xFF\x3F\0".to_vec();
    webp.extend([0; 16]);
    assert!(Picture::open(&webp).is_err());
}

#[test]
fn every_cut_of_a_file_is_refused_and_never_half_read() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&ramp(80, 64), format);
        // Of a PNG the last checksum may be missing, which is over nothing.
        let spare = if format == ImageFormat::Png { 4 } else { 1 };
        for end in 0..whole.len() - spare {
            let answer = Picture::open(&whole[..end]);
            assert!(answer.is_err(), "{format:?} cut at {end} of {}", whole.len());
        }
    }
}

#[test]
fn flipped_bytes_end_in_an_answer() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&ramp(128, 96), format);
        for at in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            for value in [0x00, 0xFF, whole[at] ^ 0x10] {
                let mut broken = whole.clone();
                broken[at] = value;
                // Either answer will do; that there is one is the point.
                if let Ok(picture) = Picture::open(&broken) {
                    assert!(picture.rgb().width() >= 64);
                }
            }
        }
    }
}

#[test]
fn a_thousand_scans_are_not_decoded() {
    let jpeg = encoded(&ramp(512, 512), ImageFormat::Jpeg);
    let scan = jpeg.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a scan");
    let (head, tail) = jpeg.split_at(scan);
    let (tail, end) = tail.split_at(tail.len() - 2);
    let bomb = [head, &tail.repeat(1_000), end].concat();
    assert_eq!(Picture::open(&bomb).unwrap_err(), Refused::Damaged);
}

#[test]
fn what_is_two_kinds_of_file_is_only_its_pixels_afterwards() {
    let jpeg = encoded(&ramp(128, 96), ImageFormat::Jpeg);
    let polyglot = [&jpeg[..], b"PK\x03\x04<script>alert(1)</script>%PDF-1.7"].concat();
    let picture = Picture::open(&polyglot).expect("phones append things, too");
    let anew = picture.jpeg().expect("encodes");
    assert!(!anew.windows(8).any(|bytes| bytes == b"<script>"));
    assert_eq!(
        Picture::open(&[b"<script>".as_slice(), &jpeg].concat()).unwrap_err(),
        Refused::Unknown
    );
}

#[test]
fn exif_parts_that_lie_are_read_without_harm() {
    let jpeg = encoded(&ramp(128, 96), ImageFormat::Jpeg);
    let mut loops = part(1, "x");
    loops[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
    let mut endless = part(1, "x");
    endless[8..10].copy_from_slice(&u16::MAX.to_be_bytes());
    let mut far = part(1, "x");
    far[26..34].copy_from_slice(&[0xFF; 8]);
    // An Exif directory that is its own parent.
    let mut own = part(1, "x");
    own[22..24].copy_from_slice(&[0x87, 0x69]);
    own[30..34].copy_from_slice(&8_u32.to_be_bytes());
    let odd = part(77, "x");
    for lie in [
        loops,
        endless,
        far,
        own,
        odd,
        b"II*\0".to_vec(),
        b"MM".to_vec(),
        Vec::new(),
    ] {
        let _facts = exif::read(&lie);
        let picture = Picture::open(&with_exif(&jpeg, &lie)).expect("the pixels are fine");
        assert_eq!(picture.rgb().dimensions(), (128, 96));
    }
    let long = exif::read(&part(1, &"A\u{7}".repeat(3_000)));
    assert_eq!(long.software.map(|text| text.len()), Some(64));
}

#[test]
fn unusual_kinds_of_pixels_are_taken_or_refused_like_any() {
    let ramp = ramp(128, 96);
    let grey = image::DynamicImage::ImageRgb8(ramp.clone()).into_luma8();
    let deep = image::DynamicImage::ImageRgb8(ramp.clone()).into_rgb16();
    let mut files = Vec::new();
    for (picture, format) in [
        (image::DynamicImage::ImageLuma8(grey.clone()), ImageFormat::Jpeg),
        (image::DynamicImage::ImageLuma8(grey), ImageFormat::Png),
        (image::DynamicImage::ImageRgb16(deep), ImageFormat::Png),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("encodes");
        files.push(bytes.into_inner());
    }
    for file in files {
        assert_eq!(Picture::open(&file).expect("a picture").rgb().dimensions(), (128, 96));
    }
    // Frames that claim other numbers of colours than they bring: four would be CMYK.
    let jpeg = encoded(&ramp, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    for colours in [0, 2, 4, 255] {
        let mut odd = jpeg.clone();
        odd[frame + 9] = colours;
        assert!(Picture::open(&odd).is_err(), "{colours}");
    }
}

#[test]
fn nothing_wide_and_nothing_high_is_no_picture() {
    for (width, height) in [(0, 0), (0, 400), (400, 0)] {
        let png = [
            png_header(width, height),
            chunk(b"IDAT", &[0x78, 0x9C]),
            chunk(b"IEND", &[]),
        ]
        .concat();
        assert!(Picture::open(&png).is_err(), "{width}×{height}");
    }
    let mut jpeg = encoded(&ramp(128, 96), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0; 4]);
    assert!(Picture::open(&jpeg).is_err());
}

#[test]
fn a_webp_film_is_refused_however_short() {
    let still = encoded(&ramp(128, 96), ImageFormat::WebP);
    let part = |kind: &[u8], body: &[u8]| {
        let length = u32::try_from(body.len()).expect("short").to_le_bytes();
        [
            kind,
            &length,
            body,
            if body.len().is_multiple_of(2) { &[] } else { &[0] },
        ]
        .concat()
    };
    let size = [127, 0, 0, 95, 0, 0];
    let frame = [&[0; 6][..], &size, &[100, 0, 0, 0], &still[12..]].concat();
    let body = [
        b"WEBP".to_vec(),
        part(b"VP8X", &[&[2, 0, 0, 0][..], &size].concat()),
        part(b"ANIM", &[0; 6]),
        part(b"ANMF", &frame),
    ]
    .concat();
    assert_eq!(Picture::open(&part(b"RIFF", &body)).unwrap_err(), Refused::Animated);
}

#[test]
fn a_picture_of_one_colour_in_few_bytes_costs_no_more_than_its_pixels() {
    // 36 million pixels in half a megabyte: taken, and worked on at a fifth of that.
    let flat = image::RgbImage::from_pixel(6_000, 6_000, image::Rgb([90; 3]));
    let file = encoded(&flat, ImageFormat::Png);
    assert!(file.len() < 1_000_000, "{}", file.len());
    assert_eq!(
        Picture::open(&file).expect("a picture").rgb().dimensions(),
        (2_800, 2_800)
    );
}
