//! What helps with a picture that was not taken: one short sentence for each reason, as large as the picture.

use serde::Deserialize;

/// Why a picture was not taken, or would not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Too little light.
    Dark,
    /// Too much of it.
    Bright,
    /// A lamp is mirrored.
    Glare,
    /// Not sharp.
    Blurred,
    /// Too far away.
    Closer,
    /// Too near.
    Farther,
    /// A corner is missing.
    Corners,
    /// Not in the middle.
    Centre,
    /// No document is seen.
    NoDocument,
    /// The lines or the barcode are not readable.
    NoCode,
    /// The other side is wanted.
    OtherSide,
    /// Another kind of document was chosen.
    OtherKind,
    /// No face is seen.
    NoFace,
    /// More than one is.
    SeveralFaces,
    /// It looks away.
    FaceTurned,
    /// Something is before it.
    FaceCovered,
    /// The picture has no colours or no contrast.
    Grey,
    /// What was asked was not seen.
    HoldStill,
    /// The movement was not seen in its time.
    Slowly,
    /// Another picture of the face is needed.
    Retake,
    /// More than is taken.
    FileTooLarge,
    /// Nothing that can be opened.
    NotAPicture,
    /// Of a kind or country that is not taken.
    Unwanted,
}

macro_rules! hints {
    ($($hint:ident $word:ident),* $(,)?) => {
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Words {
            $($word: String,)*
        }

        impl Hint {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$hint),*];

            /// The word that scripts know it by.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$hint => stringify!($word),)*
                }
            }
        }

        impl Words {
            /// What helps.
            pub(super) fn of(&self, hint: Hint) -> &str {
                match hint {
                    $(Hint::$hint => &self.$word,)*
                }
            }
        }
    };
}
hints! {
    Dark dark, Bright bright, Glare glare, Blurred blurred, Closer closer, Farther farther, Corners corners, Centre centre,
    NoDocument no_document, NoCode no_code, OtherSide other_side, OtherKind other_kind, NoFace no_face,
    SeveralFaces several_faces, FaceTurned face_turned, FaceCovered face_covered, Grey grey, HoldStill hold_still, Slowly slowly, Retake retake,
    FileTooLarge file_too_large, NotAPicture not_a_picture, Unwanted unwanted,
}

impl Words {
    /// Every word and what helps, for the script.
    pub(super) fn list(&self) -> Vec<(&'static str, &str)> {
        Hint::ALL.iter().map(|hint| (hint.word(), self.of(*hint))).collect()
    }
}
