//! Where a document's edges are, from where its code lies on it. The sizes are those of ICAO 9303 and ISO/IEC 7810 ID-1, millimetres.
//!
//! Good to a few per cent: enough to say whether it fills the picture, and to look at the same part of it twice.

use crate::mrz::Format;
use crate::raster::Point;

/// A document, and the code's place on it.
struct Sheet {
    width: f32,
    height: f32,
    left: f32,
    top: f32,
    code: (f32, f32),
}

/// Corners of the document around its zone.
pub(crate) fn by_zone(zone: &[Point; 4], format: Format) -> [Point; 4] {
    // Ten signs to an inch; lines 6.35 or 6 apart, of which the last is not whole.
    let sheet = match format {
        Format::Td1 => Sheet {
            width: 85.6,
            height: 54.0,
            left: 4.7,
            top: 32.0,
            code: (76.2, 17.1),
        },
        Format::Td2 | Format::MrvB => Sheet {
            width: 105.0,
            height: 74.0,
            left: 6.8,
            top: 53.3,
            code: (91.4, 11.8),
        },
        Format::Td3 | Format::MrvA => Sheet {
            width: 125.0,
            height: 88.0,
            left: 6.6,
            top: 67.3,
            code: (111.8, 11.8),
        },
    };
    around(zone, &sheet)
}

/// Corners of the card around its barcode, whose box is larger than the bars by what the search adds.
pub(crate) fn by_bars(corners: &[Point; 4]) -> [Point; 4] {
    around(
        corners,
        &Sheet {
            width: 85.6,
            height: 54.0,
            left: 3.0,
            top: 1.0,
            code: (79.6, 24.0),
        },
    )
}

fn around([left_top, right_top, right_bottom, left_bottom]: &[Point; 4], sheet: &Sheet) -> [Point; 4] {
    let corner = |x: f32, y: f32| {
        let (u, v) = ((x - sheet.left) / sheet.code.0, (y - sheet.top) / sheet.code.1);
        let side = |from: Point, to: Point| (from.0 + (to.0 - from.0) * v, from.1 + (to.1 - from.1) * v);
        let (left, right) = (side(*left_top, *left_bottom), side(*right_top, *right_bottom));
        (left.0 + (right.0 - left.0) * u, left.1 + (right.1 - left.1) * u)
    };
    [
        corner(0.0, 0.0),
        corner(sheet.width, 0.0),
        corner(sheet.width, sheet.height),
        corner(0.0, sheet.height),
    ]
}
