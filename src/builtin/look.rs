//! What is done with a picture in the pool: opened, read, its faces found. Nothing here waits for anybody or writes anything.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use image::{RgbImage, imageops};

use super::word::{Error, Hint, Place, Side};
use doorward_builtin::document::{self, Kind, Reading, Sides, Wanted};
use doorward_builtin::face::{Comparison, Embedding, Face, Finding, Look as Closeness};
use doorward_builtin::glance::{self, Subject};
use doorward_builtin::quality::{self, Limits};
use doorward_builtin::raster::Grey;
use doorward_builtin::replay::{Digester, Look};
use doorward_builtin::{Faces, Models, Picture};
use doorward_contract::{DocumentKind, Documents};

/// Below this variance a picture shows nothing: two of them are alike without being the same.
const FLAT: f32 = 2.0;

/// What a picture is known again by.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    pub bytes: [u8; 32],
    pub pixels: [u8; 32],
    /// It shows something, so that being the same means something.
    pub telling: bool,
}

impl Marks {
    fn of(digester: &Digester, file: &[u8], picture: &Picture) -> Self {
        Self {
            bytes: digester.bytes(file),
            pixels: digester.pixels(picture),
            telling: quality::sharpness(&picture.grey()) > FLAT,
        }
    }
}

/// A side of a document, looked at.
pub(super) struct Looked {
    pub marks: Marks,
    /// Of the pixels, without a key: tells two pictures of one session apart.
    pub plain: [u8; 32],
    pub jpeg: Vec<u8>,
    /// The portrait with what is around it.
    pub portrait: Option<Vec<u8>>,
    /// What is wrong with the face, of a front.
    pub face: Vec<Finding>,
    /// What the document says, once all its sides are here.
    pub reading: Option<Reading>,
    /// What would make the picture better, the worst first.
    pub hints: Vec<Hint>,
    /// The file was last written by a program that changes pictures.
    pub edited: bool,
}

/// What a side is looked at with.
pub(super) struct Job {
    pub side: Side,
    pub kind: DocumentKind,
    pub documents: Documents,
    pub today: NaiveDate,
    pub patience: Duration,
    /// The front, when this is the back.
    pub front: Option<Vec<u8>>,
}

impl Job {
    /// Only the codes of what was chosen are looked for: fewer tries, and nothing else is taken for one.
    fn wanted(&self) -> Wanted {
        Wanted {
            kinds: vec![kind_of(self.kind)],
            countries: self.documents.countries.clone(),
            grace: u64::from(self.documents.grace_days),
        }
    }

    /// Looks at a side.
    pub(super) fn look(
        &self,
        models: &Models,
        faces: &Faces,
        digester: &Digester,
        file: &[u8],
    ) -> Result<Looked, Error> {
        let picture = Picture::open(file).map_err(Error::Refused)?;
        let mut hints = general(&picture.grey());
        let (mut portrait, mut face) = (None, Vec::new());
        if self.side == Side::Front {
            (portrait, face) = portrait_of(faces, picture.rgb())?;
            hints.splice(0..0, face.iter().copied().filter_map(of_portrait));
        }
        let reading = self.read(models, &picture)?;
        Ok(Looked {
            marks: Marks::of(digester, file, &picture),
            plain: *picture.digest(),
            jpeg: picture.jpeg().map_err(Error::Refused)?,
            portrait,
            face,
            reading,
            hints,
            edited: picture.exif().edited(),
        })
    }

    fn read(&self, models: &Models, picture: &Picture) -> Result<Option<Reading>, Error> {
        let begun = Instant::now();
        // Patience of the processor's and not of the world's: a clock that is turned must not change it.
        let go_on = || begun.elapsed() < self.patience;
        let front = match (self.side, &self.front) {
            (Side::Front, _) if self.kind != DocumentKind::Passport => return Ok(None),
            (Side::Front, _) => None,
            (Side::Back, front) => {
                let front = front.as_deref().ok_or(Error::Broken {
                    what: "a front is gone before its back came",
                })?;
                Some(Picture::open(front).map_err(Error::Refused)?)
            }
        };
        let sides = match &front {
            None => Sides {
                front: picture,
                back: None,
            },
            Some(front) => Sides {
                front,
                back: Some(picture),
            },
        };
        Ok(Some(document::read(
            models,
            &sides,
            &self.wanted(),
            self.today,
            &go_on,
        )?))
    }
}

/// The same kind in the reading half's words.
pub(super) fn kind_of(kind: DocumentKind) -> Kind {
    match kind {
        DocumentKind::Passport => Kind::Passport,
        DocumentKind::IdentityCard => Kind::IdentityCard,
        DocumentKind::DrivingLicence => Kind::DrivingLicence,
    }
}

/// What would help, whatever the picture shows.
fn general(grey: &Grey) -> Vec<Hint> {
    let found = quality::hints(grey, None, &Limits::default());
    found.into_iter().map(of_quality).collect()
}

/// A hint of the reading half's.
pub(super) fn of_quality(hint: quality::Hint) -> Hint {
    match hint {
        quality::Hint::Dark => Hint::Dark,
        quality::Hint::Bright => Hint::Bright,
        quality::Hint::Glare => Hint::Glare,
        quality::Hint::Blurred => Hint::Blurred,
        quality::Hint::Small => Hint::Closer,
    }
}

/// What of a portrait another picture of the document mends: many are printed grey, and no picture changes that.
fn of_portrait(finding: Finding) -> Option<Hint> {
    match finding {
        Finding::NoFace => Some(Hint::NoFace),
        Finding::Small => Some(Hint::Closer),
        Finding::Clipped => Some(Hint::Corners),
        Finding::Faint => Some(Hint::Blurred),
        Finding::SeveralFaces | Finding::Turned | Finding::Grey => None,
    }
}

/// What of a selfie another picture mends.
pub(super) fn of_selfie(finding: Finding) -> Hint {
    match finding {
        Finding::NoFace => Hint::NoFace,
        Finding::SeveralFaces => Hint::SeveralFaces,
        Finding::Small => Hint::Closer,
        Finding::Faint => Hint::FaceCovered,
        Finding::Turned => Hint::FaceTurned,
        Finding::Clipped => Hint::Centre,
        Finding::Grey => Hint::Grey,
    }
}

/// The portrait of a document, whichever way up it was photographed. The finder sees upright faces best: the surest counts.
fn portrait_of(faces: &Faces, rgb: &RgbImage) -> Result<(Option<Vec<u8>>, Vec<Finding>), Error> {
    let upright = portrait_in(faces, rgb)?;
    if upright.as_ref().is_some_and(|(_, findings)| findings.is_empty()) {
        return Ok(upright.map_or((None, Vec::new()), |(jpeg, findings)| (jpeg, findings)));
    }
    let mut best = upright;
    for turn in [imageops::rotate180, imageops::rotate90, imageops::rotate270] {
        let other = portrait_in(faces, &turn(rgb))?;
        let fewer = |found: &(Option<Vec<u8>>, Vec<Finding>)| found.1.len();
        if other.as_ref().map_or(usize::MAX, fewer) < best.as_ref().map_or(usize::MAX, fewer) {
            best = other;
        }
    }
    Ok(best.unwrap_or((None, vec![Finding::NoFace])))
}

type Portrait = (Option<Vec<u8>>, Vec<Finding>);

fn portrait_in(faces: &Faces, rgb: &RgbImage) -> Result<Option<Portrait>, Error> {
    let Some(face) = widest(&faces.detect(rgb, Closeness::Closely)?) else {
        return Ok(None);
    };
    Ok(Some((cut(rgb, &face)?, faces.portrait(rgb)?)))
}

fn widest(faces: &[Face]) -> Option<Face> {
    let wider = |a: &&Face, b: &&Face| a.frame.width.total_cmp(&b.frame.width);
    faces.iter().max_by(wider).copied()
}

fn cut(rgb: &RgbImage, face: &Face) -> Result<Option<Vec<u8>>, Error> {
    let cut = Faces::around(rgb, face).map(|cut| Picture::of(cut).jpeg());
    cut.transpose().map_err(Error::Refused)
}

/// A picture of the person, looked at.
pub(super) struct Person {
    pub marks: Marks,
    pub jpeg: Vec<u8>,
    pub face: Option<Vec<u8>>,
    pub look: Option<Look>,
    pub embedding: Option<Embedding>,
    pub findings: Vec<Finding>,
    /// Beside the portrait, where there is one.
    pub comparison: Option<Comparison>,
    pub edited: bool,
}

/// Looks at a picture of the person, and holds it beside the front of their document.
pub(super) fn person(faces: &Faces, digester: &Digester, file: &[u8], front: Option<&[u8]>) -> Result<Person, Error> {
    let picture = Picture::open(file).map_err(Error::Refused)?;
    let rgb = picture.rgb();
    let findings = faces.selfie(rgb)?;
    let face = widest(&faces.detect(rgb, Closeness::Closely)?);
    let aligned = face.as_ref().and_then(|face| Faces::cut_out(rgb, face));
    let embedding = match &face {
        Some(face) => faces.embed(rgb, face)?,
        None => None,
    };
    let comparison = match (front, &face) {
        (Some(front), Some(_)) => {
            let front = Picture::open(front).map_err(Error::Refused)?;
            Some(faces.compare(front.rgb(), rgb)?)
        }
        _ => None,
    };
    Ok(Person {
        marks: Marks::of(digester, file, &picture),
        jpeg: picture.jpeg().map_err(Error::Refused)?,
        face: face.as_ref().map(|face| cut(rgb, face)).transpose()?.flatten(),
        look: aligned.map(|aligned| Look::of(&Grey::of(&aligned), None)),
        embedding,
        findings,
        comparison,
        edited: picture.exif().edited(),
    })
}

/// What would make a preview frame better, before a picture is taken of it.
pub(super) fn glance(
    models: &Models,
    faces: &Faces,
    frame: &[u8],
    (place, kind): (Place, Option<DocumentKind>),
) -> Result<Option<Hint>, Error> {
    let subject = match (place, kind) {
        (Place::Selfie, _) => Subject::Face,
        (Place::Side(Side::Front), Some(DocumentKind::Passport)) => Subject::Passport,
        (Place::Side(Side::Front), _) => Subject::CardFront,
        (Place::Side(Side::Back), Some(DocumentKind::DrivingLicence)) => Subject::LicenceBack,
        (Place::Side(Side::Back), _) => Subject::CardBack,
        (Place::Kind | Place::Done, _) => return Ok(None),
    };
    let picture = glance::open(frame).map_err(Error::Refused)?;
    let hint = glance::glance(models, faces, picture.rgb(), subject)?;
    Ok(hint.map(of_glance))
}

fn of_glance(hint: glance::Hint) -> Hint {
    match hint {
        glance::Hint::Dark => Hint::Dark,
        glance::Hint::Bright => Hint::Bright,
        glance::Hint::NoDocument => Hint::NoDocument,
        glance::Hint::NoCode => Hint::NoCode,
        glance::Hint::Corners => Hint::Corners,
        glance::Hint::Closer => Hint::Closer,
        glance::Hint::Farther => Hint::Farther,
        glance::Hint::Centre => Hint::Centre,
        glance::Hint::Glare => Hint::Glare,
        glance::Hint::Blurred => Hint::Blurred,
        glance::Hint::NoFace => Hint::NoFace,
        glance::Hint::SeveralFaces => Hint::SeveralFaces,
        glance::Hint::FaceTurned => Hint::FaceTurned,
    }
}
