//! The only file that knows the barcode library.

use rxing::{BarcodeFormat, DecodeHints};

use crate::guard::guarded;
use crate::number::edge;
use crate::raster::Grey;

/// The text of a PDF417 code that lies straight in the picture, or on its head.
pub(super) fn decode(picture: &Grey) -> Option<String> {
    let mut hints = DecodeHints {
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let (width, height) = (edge(picture.width()), edge(picture.height()));
    let found = guarded(|| {
        let format = Some(BarcodeFormat::PDF_417);
        rxing::helpers::detect_in_luma_slice_with_hints(picture.pixels(), width, height, format, &mut hints).ok()
    });
    found.flatten().map(|found| text(found.getText()))
}

/// Cards are written in Latin-1 and, by some issuers, in UTF-8, mostly without saying which.
fn text(decoded: &str) -> String {
    let bytes: Option<Vec<u8>> = decoded.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    // Text of which every character fits one byte may be bytes of UTF-8 that were taken for Latin-1.
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| decoded.to_owned())
}
