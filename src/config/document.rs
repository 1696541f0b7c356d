//! `[purpose.documents]`: what the built-in verifier takes for a purpose, and what it may decide.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::Draft;
use super::fault::wrong;
use super::purpose::Purpose;
use super::read::Reading;
use super::verifier::Verifier;

/// What the built-in verifier takes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Documents {
    /// Kinds of documents: `passport`, `identity_card`, `driving_licence` (of the United States and Canada, which have a code on
    /// the back). Default: all three.
    #[serde(deserialize_with = "some_once")]
    #[schemars(length(min = 1))]
    pub kinds: Vec<Kind>,
    /// The issuing countries that are taken, three letters of ISO 3166 (`"DEU"`). Default: all.
    pub countries: Vec<Country>,
    /// How many days after its last a document is still taken, at most 1095. Default: 0.
    #[serde(deserialize_with = "grace")]
    #[schemars(range(max = 1095))]
    pub grace_days: u32,
    /// Whether a picture may come from a file instead of the camera: it may be one that somebody else took, and always goes to a
    /// reviewer. Default: `false`.
    pub upload: bool,
    /// Who decides: `review` (a reviewer looks at every case) or `automatic` (nobody looks when nothing is odd). The software
    /// reads and compares; it cannot tell a genuine card from a well-made fake, nor a live camera from an injected film. Choose
    /// `automatic` only where an impostor who has a good fake may get in. Default: `review`.
    pub decide: Decide,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            kinds: vec![Kind::Passport, Kind::IdentityCard, Kind::DrivingLicence],
            countries: Vec::new(),
            grace_days: 0,
            upload: false,
            decide: Decide::Review,
        }
    }
}

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A passport.
    Passport,
    /// An identity card or a residence permit.
    IdentityCard,
    /// A driving licence with a North American barcode.
    DrivingLicence,
}

/// Who decides on what the built-in verifier found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decide {
    /// A reviewer, always.
    #[default]
    Review,
    /// Nobody, when nothing is odd.
    Automatic,
}

/// A country in three letters.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Country(#[schemars(regex(pattern = "^[A-Z]{3}$"))] pub String);

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() != 3 || !text.chars().all(|letter| letter.is_ascii_uppercase()) {
            return Err(wrong(
                format!("{text:?} is no country in three letters"),
                "write it as ISO 3166 does: \"DEU\", \"USA\"",
            ));
        }
        Ok(Self(text))
    }
}

/// A document that ran out longer ago says little about a face.
const LONGEST_GRACE: u32 = 1_095;

fn grace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let days = u32::deserialize(deserializer)?;
    if days > LONGEST_GRACE {
        return Err(wrong(
            format!("{days} days are too many"),
            format!("choose at most {LONGEST_GRACE}"),
        ));
    }
    Ok(days)
}

fn some_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Kind>, D::Error> {
    let kinds = Vec::<Kind>::deserialize(deserializer)?;
    if kinds.is_empty() {
        return Err(wrong(
            "no document would be taken",
            "name at least one of passport, identity_card, driving_licence, or take the key out for all three",
        ));
    }
    let twice = kinds
        .iter()
        .enumerate()
        .any(|(at, kind)| kinds.iter().skip(at + 1).any(|later| later == kind));
    if twice {
        return Err(wrong("a kind is named twice", "name each once"));
    }
    Ok(kinds)
}

/// Checks that somebody looks at the documents that a purpose speaks of, and that one verifier at most does.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    let ours = |verifier: &&Verifier| matches!(verifier, Verifier::Builtin(_));
    for again in draft.verifier.iter().filter(ours).skip(1) {
        reading.note(
            again.name().span(),
            format!("verifier {:?} · kind", again.name().get_ref().0),
            "there is a verifier of kind `builtin` already",
            Some("keep one: purposes differ by their own [purpose.documents]"),
        );
    }
    for purpose in draft.purpose.iter().filter(|purpose| purpose.documents.is_some()) {
        asked(draft, purpose, reading);
    }
}

fn asked(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    let name = &purpose.verifier.get_ref().0;
    let verifier = draft.verifier.iter().find(|known| known.name().get_ref().0 == *name);
    if matches!(verifier, Some(Verifier::Persona(_))) {
        reading.note(
            purpose.name.span(),
            format!("purpose {:?} · documents", purpose.name.get_ref().0),
            &format!("verifier {name:?} chooses documents by its own settings"),
            Some("take [purpose.documents] out, or name a verifier of kind `builtin`"),
        );
    }
}
