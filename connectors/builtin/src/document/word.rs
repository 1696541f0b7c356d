//! The words in which a document is spoken of: what is asked for, what was found.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::agree::Part;
use crate::aamva::{self, Card};
use crate::intake::Picture;
use crate::mrz::{Checked, PartialDate};
use crate::quality::Hint;
use crate::raster::Point;
use crate::recapture::Trace;
use crate::replay::Look;
use crate::zone;

/// Kinds of documents, as far as their codes tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A passport.
    Passport,
    /// An identity card, or a residence permit of the same make.
    IdentityCard,
    /// A driving licence with a North American barcode.
    DrivingLicence,
    /// A visa: proves nothing of its bearer and is never accepted unless it is named.
    Visa,
}

/// What a purpose takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Kinds of documents.
    pub kinds: Vec<Kind>,
    /// Countries, three letters of ISO 3166 (or of ICAO 9303 for those that ISO does not know); empty for all.
    pub countries: Vec<String>,
    /// How many days after its expiry a document is still taken.
    pub grace: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        let kinds = vec![Kind::Passport, Kind::IdentityCard, Kind::DrivingLicence];
        Self {
            kinds,
            countries: Vec::new(),
            grace: 0,
        }
    }
}

/// The pictures of one document.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The side with the portrait.
    pub front: &'a Picture,
    /// The other side, of documents that have something there.
    pub back: Option<&'a Picture>,
}

/// Which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The one with the portrait.
    Front,
    /// The other.
    Back,
}

/// What cannot be true of an honest document that was read rightly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// Past its last day, and past the grace.
    Expired,
    /// A check digit is wrong although the signs are clear.
    CheckDigit(Checked),
    /// The barcode contradicts itself.
    Card(aamva::Conflict),
    /// Two codes say different things.
    Differs(Part),
    /// Front and back are one picture, or one side.
    SameSide,
}

/// What is odd, and has honest explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The barcode departs from its standard.
    Leniency(aamva::Leniency),
    /// The barcode says something unusual.
    Doubt(aamva::Doubt),
    /// A sign of the zone was put right by its check digit.
    Repaired(Checked),
    /// The zone was read with doubt.
    Uncertain,
    /// The zone is so small in the picture that names may be wrong.
    Narrow,
    /// Names are cut off: more may follow.
    CutNames,
    /// Barcode and zone have different numbers, as cards with two numbers do.
    OtherNumber,
    /// A field that each document has could not be read.
    Unread(Part),
    /// The picture could be better.
    Quality(Side, Hint),
    /// The picture may be one of a screen or a print.
    Recapture(Side, Trace),
    /// The file was last written by a program that changes pictures.
    Edited(Side),
}

/// Why a document that was read is not one that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unwanted {
    /// Another kind.
    Kind,
    /// Another country.
    Country,
}

/// What a document says. Personal: `Debug` shows findings only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Its kind; none if no code could be read.
    pub kind: Option<Kind>,
    /// The issuing country, three letters.
    pub country: Option<String>,
    /// Its number, without fillers and spaces.
    pub number: Option<String>,
    /// Family names.
    pub family: Option<String>,
    /// Given names, all of them.
    pub given: Option<String>,
    /// Suffix.
    pub suffix: Option<String>,
    /// The day of birth, as far as it is known.
    pub birth: Option<PartialDate>,
    /// Its last day of validity.
    pub expiry: Option<NaiveDate>,
    /// What the zone says, and with which checks.
    pub zone: Option<zone::Found>,
    /// What the barcode says.
    pub card: Option<Card>,
    /// Where the document lies in each picture, as far as its codes tell.
    pub corners: [Option<[Point; 4]>; 2],
    /// The look of each side, for reuse.
    pub looks: [Option<Look>; 2],
    /// What cannot be true.
    pub contradictions: Vec<Contradiction>,
    /// What is odd.
    pub signals: Vec<Signal>,
    /// Whether it is taken at all.
    pub unwanted: Option<Unwanted>,
}

impl Reading {
    /// Whether enough was read to go on with: who it is for, and its number. Otherwise the person is asked for another picture.
    pub fn readable(&self) -> bool {
        self.kind.is_some() && self.family.is_some() && self.number.is_some() && self.birth.is_some()
    }

    /// What would help most with the next picture.
    pub fn hint(&self) -> Option<(Side, Hint)> {
        self.signals.iter().find_map(|signal| match signal {
            Signal::Quality(side, hint) => Some((*side, *hint)),
            _ => None,
        })
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Reading({:?}, {:?}, {:?}, {:?})",
            self.kind, self.contradictions, self.signals, self.unwanted
        )
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Front => "front",
            Self::Back => "back",
        })
    }
}
