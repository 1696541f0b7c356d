//! One look at a frame of the preview: what the person should do before the picture is taken.
//!
//! For frames that a page sends a few times a second, so it is cheap: nothing is read and nobody compared. What is found where says how
//! far away and how straight the document or the face is; `quality.rs` says the rest. One hint at a time, the one that stands most in the way
//! first; none when the picture may be taken. All limits are first values, tried on specimens.

use image::{RgbImage, imageops};
use serde::{Deserialize, Serialize};

use crate::barcode;
use crate::document::outline;
use crate::error::Error;
use crate::face::{self, Face, Faces};
use crate::intake::{Picture, Refused};
use crate::model::Models;
use crate::mrz::Format;
use crate::number::{length, nearest, real};
use crate::quality;
use crate::raster::{Grey, Point, scaled_rgb};
use crate::zone;

/// A frame of 1,280 pixels at the quality that pages send has about half of it.
pub const MOST_BYTES: usize = 300 * 1024;

/// What the camera is held at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The page of a passport with portrait and zone.
    Passport,
    /// The side of a card with the portrait.
    CardFront,
    /// The other side of an identity card: a zone, or bars.
    CardBack,
    /// The other side of a licence: bars.
    LicenceBack,
    /// The person.
    Face,
}

/// What would help most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// More light.
    Dark,
    /// Less light.
    Bright,
    /// No document is seen.
    NoDocument,
    /// A document, but not the lines or bars that are read.
    NoCode,
    /// Parts of the document lie outside of the picture.
    Corners,
    /// Come closer.
    Closer,
    /// Go farther away.
    Farther,
    /// Bring it into the middle.
    Centre,
    /// Tilt it, so that no lamp is mirrored.
    Glare,
    /// Hold still, or let the camera focus.
    Blurred,
    /// No face is seen.
    NoFace,
    /// More than one person is seen.
    SeveralFaces,
    /// The face looks elsewhere.
    FaceTurned,
}

/// From here on nothing can be told from a frame.
const BLACK: f32 = 25.0;
/// Part of the frame's width or height that a document takes: from here, and up to here.
const FILLED: (f32, f32) = (0.6, 0.98);
/// Part of the frame that the bars alone take at least.
const CODE: f32 = 0.5;
/// How far a corner may lie outside, as part of the frame: the outline is good to a few per cent.
const OUTSIDE: f32 = 0.03;
/// How far the middle may lie from the frame's, as part of its width and height.
const OFF: f32 = 0.16;
/// Part of the frame's width that the face on a card takes, when the card takes enough of it, and not too much.
const PORTRAIT: (f32, f32) = (0.09, 0.30);
/// Part of the frame's shorter edge that a face takes: enough to be compared, and room to come closer.
const FACE: (f32, f32) = (0.26, 0.65);
/// Skin has fewer edges than print, and so have fronts that are mostly empty.
const SHARP_FACE: f32 = 8.0;
const SHARP_FRONT: f32 = 20.0;

/// Opens a frame as it was sent.
pub fn open(file: &[u8]) -> Result<Picture, Refused> {
    if file.len() > MOST_BYTES {
        return Err(Refused::Heavy);
    }
    Picture::open(file)
}

/// The hint for one frame.
pub fn glance(models: &Models, faces: &Faces, frame: &RgbImage, subject: Subject) -> Result<Option<Hint>, Error> {
    let grey = Grey::of(frame);
    if quality::mean(&grey) < BLACK {
        return Ok(Some(Hint::Dark));
    }
    match subject {
        Subject::Face => face(faces, frame, &grey),
        Subject::CardFront => front(faces, frame, &grey),
        Subject::Passport => Ok(match zone::find(models, &grey)? {
            Some(place) => by_zone(&grey, &place, Format::Td3),
            None if portrait(faces, frame)?.is_some() => Some(Hint::NoCode),
            None => Some(Hint::NoDocument),
        }),
        Subject::CardBack => Ok(match zone::find(models, &grey)? {
            Some(place) if place.two_lines => by_zone(&grey, &place, Format::Td2),
            Some(place) => by_zone(&grey, &place, Format::Td1),
            None => bars(&grey),
        }),
        Subject::LicenceBack => Ok(bars(&grey)),
    }
}

/// What a zone says of its document. Zones that lie otherwise than straight are not measured
/// well: of them only the light is told.
fn by_zone(grey: &Grey, place: &zone::Place, format: Format) -> Option<Hint> {
    if place.regular {
        return sheet(grey, &outline::by_zone(&place.corners, format));
    }
    light(grey, Some(&place.corners), quality::Limits::default())
}

/// What the bars say of their card.
fn bars(grey: &Grey) -> Option<Hint> {
    /// Bars are this much longer than high, what else lies around them included; stripes of something else are not.
    const OBLONG: std::ops::RangeInclusive<f32> = 1.8..=6.0;
    let found = barcode::locate(grey).filter(|bars| OBLONG.contains(&(bars.width() / bars.height())));
    let Some(corners) = found.map(|bars| bars.corners()) else {
        return Some(Hint::NoCode);
    };
    // The box around them holds what lies beside them, too, so the card's outline cannot be told from it.
    let reach = Reach::of(grey, &corners);
    if reach.spare() < -OUTSIDE {
        return Some(Hint::Farther);
    }
    if reach.filled() < CODE {
        return Some(Hint::Closer);
    }
    light(grey, Some(&corners), quality::Limits::default())
}

/// How far four corners reach, as parts of the frame.
struct Reach {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Reach {
    fn of(grey: &Grey, corners: &[Point; 4]) -> Self {
        let low = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
        let most = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let across = corners.map(|corner| corner.0 / real(grey.width()));
        let down = corners.map(|corner| corner.1 / real(grey.height()));
        Self {
            left: low(across),
            right: most(across),
            top: low(down),
            bottom: most(down),
        }
    }

    /// The room to the nearest edge; less than nothing where a corner lies outside.
    fn spare(&self) -> f32 {
        let room = [self.left, self.top, 1.0 - self.right, 1.0 - self.bottom];
        room.into_iter().fold(f32::INFINITY, f32::min)
    }

    fn filled(&self) -> f32 {
        (self.right - self.left).max(self.bottom - self.top)
    }

    fn middle(&self) -> (f32, f32) {
        (
            f32::midpoint(self.left, self.right),
            f32::midpoint(self.top, self.bottom),
        )
    }
}

/// Where a document whose outline is known lies, then how it is lit.
fn sheet(grey: &Grey, corners: &[Point; 4]) -> Option<Hint> {
    let reach = Reach::of(grey, corners);
    if reach.filled() > FILLED.1 {
        return Some(Hint::Farther);
    }
    if reach.spare() < -OUTSIDE {
        return Some(Hint::Corners);
    }
    if reach.filled() < FILLED.0 {
        return Some(Hint::Closer);
    }
    let (across, down) = reach.middle();
    light(grey, Some(corners), quality::Limits::default()).or_else(|| off(across, down))
}

fn off(across: f32, down: f32) -> Option<Hint> {
    let far = |at: f32| (at - 0.5).abs() > OFF;
    (far(across) || far(down)).then_some(Hint::Centre)
}

fn light(grey: &Grey, corners: Option<&[Point; 4]>, limits: quality::Limits) -> Option<Hint> {
    quality::hints(grey, corners, &limits)
        .into_iter()
        .find_map(|hint| match hint {
            quality::Hint::Dark => Some(Hint::Dark),
            quality::Hint::Bright => Some(Hint::Bright),
            quality::Hint::Glare => Some(Hint::Glare),
            quality::Hint::Blurred => Some(Hint::Blurred),
            // The outline said it better.
            quality::Hint::Small => None,
        })
}

/// The widest face of a document. Who holds the phone upright may hold the document across: only upright faces are found, so such a
/// frame is turned both ways.
fn portrait(faces: &Faces, frame: &RgbImage) -> Result<Option<Portrait>, Error> {
    let (wide, high) = frame.dimensions();
    if let Some(face) = face::widest(&seen(faces, frame)?) {
        let frame = (wide, high);
        return Ok(Some(Portrait { face: *face, frame }));
    }
    if wide >= high {
        return Ok(None);
    }
    for turned in [imageops::rotate90(frame), imageops::rotate270(frame)] {
        if let Some(face) = face::widest(&seen(faces, &turned)?) {
            let frame = (high, wide);
            return Ok(Some(Portrait { face: *face, frame }));
        }
    }
    Ok(None)
}

/// A face, and the size of the frame as it was turned to find it.
struct Portrait {
    face: Face,
    frame: (u32, u32),
}

/// The faces of a frame, in its own pixels. It is shrunk here, in a third of the time that the finder's better filter takes.
fn seen(faces: &Faces, frame: &RgbImage) -> Result<Vec<Face>, Error> {
    /// What the quick look sees.
    const EDGE: f32 = 320.0;
    let (wide, high) = (length(frame.width()), length(frame.height()));
    let factor = (EDGE / wide.max(high)).min(1.0);
    if factor >= 1.0 {
        return faces.detect(frame, face::Look::Quickly);
    }
    let small = scaled_rgb(frame, nearest(wide * factor), nearest(high * factor));
    let mut found = faces.detect(&small, face::Look::Quickly)?;
    for face in &mut found {
        face.frame.x /= factor;
        face.frame.y /= factor;
        face.frame.width /= factor;
        face.frame.height /= factor;
        face.points = face.points.map(|point| face::Point {
            x: point.x / factor,
            y: point.y / factor,
        });
    }
    Ok(found)
}

/// A front without any code shows its portrait, and that is what its distance is told by.
fn front(faces: &Faces, frame: &RgbImage, grey: &Grey) -> Result<Option<Hint>, Error> {
    let Some(Portrait { face, frame: size }) = portrait(faces, frame)? else {
        return Ok(Some(Hint::NoDocument));
    };
    let share = face.frame.width / length(frame.width().max(frame.height()));
    if share < PORTRAIT.0 {
        return Ok(Some(Hint::Closer));
    }
    if share > PORTRAIT.1 {
        return Ok(Some(Hint::Farther));
    }
    // Between the portrait and each edge of the card there is at least a third of the portrait.
    let room = face.frame.width / 3.0;
    if room_around(&face, size) < room {
        return Ok(Some(Hint::Corners));
    }
    let limits = quality::Limits {
        sharp: SHARP_FRONT,
        ..quality::Limits::default()
    };
    Ok(light(grey, None, limits))
}

/// The smallest distance of a face from the edge of the frame.
fn room_around(face: &Face, (wide, high): (u32, u32)) -> f32 {
    let face::Frame { x, y, width, height } = face.frame;
    let right = length(wide) - x - width;
    let bottom = length(high) - y - height;
    [x, y, right, bottom].into_iter().fold(f32::INFINITY, f32::min)
}

fn face(faces: &Faces, frame: &RgbImage, grey: &Grey) -> Result<Option<Hint>, Error> {
    let found = seen(faces, frame)?;
    let (wide, high) = (length(frame.width()), length(frame.height()));
    let limits = faces.limits();
    let Some(face) = face::widest(&found) else {
        return Ok(Some(Hint::NoFace));
    };
    if face::company(&found, limits.second) {
        return Ok(Some(Hint::SeveralFaces));
    }
    let place = face.frame;
    let box_of = [
        (place.x, place.y),
        (place.x + place.width, place.y),
        (place.x + place.width, place.y + place.height),
        (place.x, place.y + place.height),
    ];
    let share = place.width / wide.min(high);
    if share < FACE.0 {
        return Ok(Some(Hint::Closer));
    }
    if share > FACE.1 {
        return Ok(Some(Hint::Farther));
    }
    let middle = (
        (place.x + place.width / 2.0) / wide,
        (place.y + place.height / 2.0) / high,
    );
    if room_around(face, frame.dimensions()) < 0.0 || off(middle.0, middle.1).is_some() {
        return Ok(Some(Hint::Centre));
    }
    let limits_of_light = quality::Limits {
        sharp: SHARP_FACE,
        // Foreheads shine.
        glare: 1.0,
        ..quality::Limits::default()
    };
    let light = light(grey, Some(&box_of), limits_of_light);
    let turned = face::turn(face).abs() > limits.turn;
    Ok(light.or(turned.then_some(Hint::FaceTurned)))
}
