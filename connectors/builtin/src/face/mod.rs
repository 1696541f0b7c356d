//! Finds faces, compares two of them, and says whether the pictures were good enough for that.
//!
//! What comes out is how alike two faces are to a model, never who somebody is, and nothing is looked up among other people. The
//! models answer on the scale of their own files (see `models/README.md`), so the thresholds belong to these files.
//! Whether somebody was in front of the camera is not asked here: `challenge.rs` says what it can of that, which is little.

mod align;
mod detect;
mod embed;
mod quality;

use std::fmt;
use std::sync::Arc;

use image::{RgbImage, imageops};
use serde::{Deserialize, Serialize};

pub use self::detect::{Face, Look};
pub use self::embed::Embedding;
#[cfg(test)]
pub(crate) use self::embed::LENGTH;
pub use self::quality::{Finding, Grain, Limits, turn};
pub(crate) use self::quality::{company, widest};

use self::quality::Use;
use crate::error::Error;
use crate::model::{File, Models};

/// A place in a picture, in pixels from its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// A rectangle in a picture; it may reach beyond the edges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Its left edge.
    pub x: f32,
    /// Its upper edge.
    pub y: f32,
    /// How wide it is.
    pub width: f32,
    /// How high it is.
    pub height: f32,
}

impl Frame {
    /// Its size in square pixels.
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// What two have in common as a part of what they cover together, 0 to 1.
    pub fn shared(&self, other: &Self) -> f32 {
        let across = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let down = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        let both = across.max(0.0) * down.max(0.0);
        let together = self.area() + other.area() - both;
        if together > 0.0 { both / together } else { 0.0 }
    }
}

/// How alike two faces are, in words. The words say what a model makes of two pictures, not who is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Two pictures of one person are mostly here, strangers hardly ever.
    Alike,
    /// Two pictures of one person often are; the model's own threshold.
    ProbablyAlike,
    /// Says nothing either way.
    Unclear,
    /// Two good pictures of one person are hardly ever here.
    Different,
}

/// A portrait and a selfie, held beside each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// 1 for the same picture, about 0 for strangers; none where one of the pictures shows no face.
    pub similarity: Option<f32>,
    /// The same in words.
    pub likeness: Option<Likeness>,
    /// What is wrong with the picture on the document.
    pub portrait: Vec<Finding>,
    /// What is wrong with the selfie.
    pub selfie: Vec<Finding>,
}

impl Comparison {
    /// Whether both pictures are good enough for "different" to mean something.
    pub fn is_sound(&self) -> bool {
        self.likeness.is_some() && self.portrait.is_empty() && self.selfie.is_empty()
    }
}

/// What one frame of a challenge shows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Width and height of the frame.
    pub size: (u32, u32),
    /// The largest face.
    pub face: Option<Face>,
    /// Whether there is another that is not just somebody in the background.
    pub company: bool,
    /// The largest face as numbers.
    pub embedding: Option<Embedding>,
    /// Grey values at places that are the same in every frame, for comparing frames with each other.
    pub grain: Grain,
}

/// The two models, shared by all threads.
#[derive(Clone)]
pub struct Faces {
    models: Arc<Models>,
    limits: Limits,
}

impl Faces {
    /// Nothing is loaded before the first picture.
    pub fn open(models: Arc<Models>, limits: Limits) -> Self {
        Self { models, limits }
    }

    /// Loads both models now, so that the first person does not wait for it and a wrong folder is known.
    pub fn warm(&self) -> Result<(), Error> {
        self.models.get(File::FaceFinder)?;
        self.models.get(File::FaceComparer)?;
        Ok(())
    }

    /// The thresholds in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The faces of a picture, the surest first, at most sixteen.
    pub fn detect(&self, picture: &RgbImage, look: Look) -> Result<Vec<Face>, Error> {
        detect::faces(&self.models, picture, look)
    }

    /// One face as numbers; none where its points make no face.
    pub fn embed(&self, picture: &RgbImage, face: &Face) -> Result<Option<Embedding>, Error> {
        match align::aligned(picture, face) {
            Some(aligned) => embed::embed(&self.models, &aligned),
            None => Ok(None),
        }
    }

    /// The face cut out for reviewers and perceptual digests: 112 by 112, upright.
    pub fn cut_out(picture: &RgbImage, face: &Face) -> Option<RgbImage> {
        align::aligned(picture, face)
    }

    /// The face with what is around it, for reviewers: three times as wide as the face, where the picture goes that far.
    pub fn around(picture: &RgbImage, face: &Face) -> Option<RgbImage> {
        align::around(picture, &face.frame)
    }

    /// The picture on a document beside a selfie. Documents are photographed any way up, and the finder sees upright faces even where
    /// there are none: if they do not seem alike, the document is turned, and the turn that is most alike counts.
    pub fn compare(&self, portrait: &RgbImage, selfie: &RgbImage) -> Result<Comparison, Error> {
        let (person, selfie) = self.judge(selfie, Use::Selfie)?;
        let beside = |portrait: &RgbImage| -> Result<(Option<f32>, Vec<Finding>), Error> {
            let (document, findings) = self.judge(portrait, Use::Portrait)?;
            let pair = document.as_ref().zip(person.as_ref());
            Ok((pair.map(|(one, other)| one.similarity(other)), findings))
        };
        let (mut similarity, mut findings) = beside(portrait)?;
        for turned in [imageops::rotate180, imageops::rotate90, imageops::rotate270] {
            if person.is_none() || similarity.is_some_and(|value| value >= self.limits.probably) {
                break;
            }
            let (value, found) = beside(&turned(portrait))?;
            if value > similarity {
                (similarity, findings) = (value, found);
            }
        }
        Ok(Comparison {
            similarity,
            likeness: similarity.map(|value| self.limits.likeness(value)),
            portrait: findings,
            selfie,
        })
    }

    /// What is wrong with a selfie, before it is compared with anything: the person can take another at once.
    pub fn selfie(&self, picture: &RgbImage) -> Result<Vec<Finding>, Error> {
        Ok(self.judge(picture, Use::Selfie)?.1)
    }

    /// What is wrong with the picture on a document.
    pub fn portrait(&self, picture: &RgbImage) -> Result<Vec<Finding>, Error> {
        Ok(self.judge(picture, Use::Portrait)?.1)
    }

    fn judge(&self, picture: &RgbImage, used: Use) -> Result<(Option<Embedding>, Vec<Finding>), Error> {
        let faces = self.detect(picture, Look::Closely)?;
        let Some(face) = quality::widest(&faces) else {
            return Ok((None, vec![Finding::NoFace]));
        };
        let aligned = align::aligned(picture, face);
        let findings = quality::findings(&faces, picture.dimensions(), aligned.as_ref(), used, &self.limits);
        let embedding = match aligned {
            Some(aligned) => embed::embed(&self.models, &aligned)?,
            None => None,
        };
        Ok((embedding, findings))
    }

    /// Measures one frame of a challenge.
    pub fn look(&self, frame: &RgbImage) -> Result<Seen, Error> {
        let faces = self.detect(frame, Look::Quickly)?;
        let face = quality::widest(&faces).copied();
        let embedding = match &face {
            Some(face) => self.embed(frame, face)?,
            None => None,
        };
        Ok(Seen {
            size: frame.dimensions(),
            company: quality::company(&faces, self.limits.second),
            face,
            embedding,
            grain: Grain::of(frame),
        })
    }
}

impl fmt::Debug for Faces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faces({:?})", self.models)
    }
}
