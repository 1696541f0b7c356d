//! What is taken in, what is refused, and what is left of it.

use std::io::Cursor;

use doorward_builtin::Picture;
use doorward_builtin::intake::{MOST_BYTES, Refused, WORKING_EDGE};
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};

/// Brighter to the right and down, one red corner: left above.
pub(crate) fn ramp(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let value = u8::try_from((x * 100 / width) + (y * 100 / height)).unwrap_or(255);
        if x < width / 4 && y < height / 4 {
            Rgb([220, 10, 10])
        } else {
            Rgb([value, value, value])
        }
    })
}

pub(crate) fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// An EXIF part with one orientation and a program's name.
pub(crate) fn exif(orientation: u8, software: &str) -> Vec<u8> {
    let mut part = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    part.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    let length = u32::try_from(software.len() + 1).expect("short");
    part.extend([0x01, 0x31, 0, 2]);
    part.extend(length.to_be_bytes());
    part.extend(38_u32.to_be_bytes());
    part.extend([0; 4]);
    part.extend(software.as_bytes());
    part.push(0);
    part
}

/// The same JPEG file with an EXIF part.
pub(crate) fn with_exif(jpeg: &[u8], part: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    let length = u16::try_from(part.len() + 8).expect("short");
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(part);
    bytes.extend(&jpeg[2..]);
    bytes
}

fn red(picture: &Picture, x: u32, y: u32) -> bool {
    let Rgb([r, g, _]) = picture.rgb().get_pixel(x, y);
    *r > 150 && *g < 90
}

#[test]
fn three_formats_are_told_by_their_content() {
    let picture = ramp(400, 300);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let taken = Picture::open(&encoded(&picture, format)).unwrap_or_else(|why| panic!("{format:?}: {why}"));
        assert_eq!(taken.format(), format.to_mime_type());
        assert_eq!((taken.original(), taken.rgb().dimensions()), ((400, 300), (400, 300)));
        assert!(red(&taken, 20, 20), "{format:?}");
    }
    assert_eq!(
        Picture::open(b"GIF89a\x01\0\x01\0\0\0\0").unwrap_err(),
        Refused::Unknown
    );
    assert_eq!(
        Picture::open(b"<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap_err(),
        Refused::Unknown
    );
    assert_eq!(Picture::open(b"").unwrap_err(), Refused::Unknown);
}

#[test]
fn a_picture_is_turned_as_its_exif_part_says_and_the_part_is_kept_as_facts_only() {
    let jpeg = encoded(&ramp(400, 300), ImageFormat::Jpeg);
    // Where the red corner comes to lie for each orientation of TIFF 6.0.
    for (orientation, size, corner) in [
        (1, (400, 300), (20, 20)),
        (2, (400, 300), (380, 20)),
        (3, (400, 300), (380, 280)),
        (4, (400, 300), (20, 280)),
        (5, (300, 400), (20, 20)),
        (6, (300, 400), (280, 20)),
        (7, (300, 400), (280, 380)),
        (8, (300, 400), (20, 380)),
    ] {
        let picture = Picture::open(&with_exif(&jpeg, &exif(orientation, "Adobe Photoshop 27.1"))).expect("a picture");
        assert_eq!(picture.rgb().dimensions(), size, "{orientation}");
        assert!(red(&picture, corner.0, corner.1), "{orientation}");
        assert_eq!(picture.exif().software.as_deref(), Some("Adobe Photoshop 27.1"));
        assert!(picture.exif().edited());
        let anew = picture.jpeg().expect("encodes");
        assert!(
            !anew.windows(5).any(|part| part == b"Adobe"),
            "nothing of the file survives"
        );
        assert_eq!(Picture::open(&anew).expect("a picture").exif().software, None);
    }
}

#[test]
fn large_pictures_are_worked_on_smaller() {
    let picture = Picture::open(&encoded(&ramp(4_000, 3_000), ImageFormat::Jpeg)).expect("a picture");
    assert_eq!(picture.original(), (4_000, 3_000));
    assert_eq!(picture.rgb().dimensions(), (2_800, 2_100));
    assert_eq!(WORKING_EDGE, 2_800);
    assert!(red(&picture, 100, 100) && !red(&picture, 1_400, 1_000));
}

#[test]
fn what_is_too_much_or_too_little_is_refused_with_the_reason() {
    assert_eq!(Picture::open(&vec![0xFF; MOST_BYTES + 1]).unwrap_err(), Refused::Heavy);
    assert_eq!(
        Picture::open(&encoded(&ramp(63, 300), ImageFormat::Png)).unwrap_err(),
        Refused::Tiny
    );
    assert_eq!(
        Picture::open(&encoded(&ramp(12_001, 64), ImageFormat::Png)).unwrap_err(),
        Refused::Large
    );
    assert_eq!(
        Picture::open(&encoded(&ramp(12_001, 64), ImageFormat::Jpeg)).unwrap_err(),
        Refused::Large
    );
    assert_eq!(
        Picture::open(&encoded(&ramp(8_000, 5_001), ImageFormat::Jpeg)).unwrap_err(),
        Refused::Large
    );
}

#[test]
fn transparency_hides_nothing() {
    let pixels: Vec<u8> = ramp(200, 100)
        .pixels()
        .flat_map(|Rgb([r, g, b])| [*r, *g, *b, 0])
        .collect();
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&pixels, 200, 100, ExtendedColorType::Rgba8)
        .expect("encodes");
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp)
        .write_image(&pixels, 200, 100, ExtendedColorType::Rgba8)
        .expect("encodes");
    assert!(red(&Picture::open(&png).expect("a picture"), 10, 10));
    Picture::open(&webp).expect("a picture");
}

#[test]
fn films_are_refused() {
    // An animation control chunk behind the header makes a PNG an APNG.
    let png = encoded(&ramp(200, 100), ImageFormat::Png);
    let mut body = b"acTL".to_vec();
    body.extend([0, 0, 0, 2, 0, 0, 0, 0]);
    let mut film = png[..33].to_vec();
    film.extend([0, 0, 0, 8]);
    film.extend(&body);
    film.extend(crc(&body).to_be_bytes());
    film.extend(&png[33..]);
    assert_eq!(Picture::open(&film).unwrap_err(), Refused::Animated);
}

/// CRC-32 as PNG has it.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
