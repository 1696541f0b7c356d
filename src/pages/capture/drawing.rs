//! Drawings of documents, of our own making and like none of any country: for choosing one, and as the outline that the live
//! picture is held against.

use doorward_contract::DocumentKind;

use super::Side;

/// One drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawing {
    /// A booklet with a globe.
    Booklet,
    /// A card with a portrait and two lines.
    Card,
    /// A card with a portrait and a steering wheel.
    Licence,
}

impl Drawing {
    pub(super) fn of(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Passport => Self::Booklet,
            DocumentKind::IdentityCard => Self::Card,
            DocumentKind::DrivingLicence => Self::Licence,
        }
    }

    /// The drawing as inline SVG, for choosing. Trusted text.
    pub(super) fn svg(self) -> String {
        let lines = match self {
            Self::Booklet => {
                r#"<rect class="ground" x="20" y="4" width="40" height="52" rx="5"/><circle cx="40" cy="25" r="10"/><path d="M30 25h20M40 15c4 3 6 6 6 10s-2 7-6 10c-4-3-6-6-6-10s2-7 6-10zM30 46h20"/>"#
            }
            Self::Card => {
                r#"<rect class="ground" x="5" y="8" width="70" height="44" rx="5"/><circle cx="22" cy="24" r="5"/><path d="M13 40a9 9 0 0 1 18 0M41 21h26M41 29h18M41 37h22"/>"#
            }
            Self::Licence => {
                r#"<rect class="ground" x="5" y="8" width="70" height="44" rx="5"/><circle cx="22" cy="24" r="5"/><path d="M13 40a9 9 0 0 1 18 0M40 17h10"/><circle cx="57" cy="34" r="11"/><circle cx="57" cy="34" r="3"/><path d="M46 33h8M60 33h8M57 37v8"/>"#
            }
        };
        format!(
            "<svg class=\"drawing\" viewBox=\"0 0 80 60\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" focusable=\"false\">{lines}</svg>"
        )
    }
}

/// What the live picture is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outline {
    /// The page of a passport with the portrait: 125 by 88 mm, lines at its foot.
    Page,
    /// The front of a card: 85.6 by 54 mm, the portrait at its left.
    Front,
    /// The back of a card with three lines.
    Lines,
    /// The back of a card with a barcode.
    Barcode,
    /// A face.
    Oval,
}

impl Outline {
    pub(super) fn of(kind: DocumentKind, side: Side) -> Self {
        match (kind, side) {
            (DocumentKind::Passport, _) => Self::Page,
            (_, Side::Front) => Self::Front,
            (DocumentKind::IdentityCard, Side::Back) => Self::Lines,
            (DocumentKind::DrivingLicence, Side::Back) => Self::Barcode,
        }
    }

    /// The outline as inline SVG. Trusted text. Its frame is drawn twice: brackets while something is missing, whole when
    /// everything fits, so that no colour has to be told apart.
    pub(super) fn svg(self) -> String {
        let (class, view, brackets, whole, inside) = match self {
            Self::Page => (
                "flat",
                "0 0 250 176",
                "M2 34V14A12 12 0 0 1 14 2h20M216 2h20a12 12 0 0 1 12 12v20M248 142v20a12 12 0 0 1-12 12h-20M34 174H14a12 12 0 0 1-12-12v-20",
                "M14 2h222a12 12 0 0 1 12 12v148a12 12 0 0 1-12 12H14a12 12 0 0 1-12-12V14A12 12 0 0 1 14 2z",
                r#"<rect x="20" y="34" width="62" height="80" rx="4"/><path d="M18 144h214M18 158h214"/>"#,
            ),
            Self::Front => (
                "flat",
                "0 0 250 158",
                CARD_BRACKETS,
                CARD,
                r#"<rect x="18" y="40" width="60" height="78" rx="4"/><path d="M96 52h120M96 74h90M96 96h104"/>"#,
            ),
            Self::Lines => (
                "flat",
                "0 0 250 158",
                CARD_BRACKETS,
                CARD,
                r#"<path d="M18 106h214M18 122h214M18 138h214"/>"#,
            ),
            Self::Barcode => (
                "flat",
                "0 0 250 158",
                CARD_BRACKETS,
                CARD,
                r#"<rect x="22" y="82" width="206" height="52" rx="3"/><path d="M36 90v36M44 90v36M60 90v36M66 90v36M84 90v36M98 90v36M104 90v36M124 90v36M138 90v36M146 90v36M166 90v36M172 90v36M190 90v36M204 90v36M214 90v36"/>"#,
            ),
            Self::Oval => (
                "oval",
                "0 0 180 236",
                "M46 16.5A86 114 0 0 1 134 16.5M172 82A86 114 0 0 1 172 154M134 219.5A86 114 0 0 1 46 219.5M8 154A86 114 0 0 1 8 82",
                "M90 4a86 114 0 1 1 0 228a86 114 0 1 1 0-228z",
                "",
            ),
        };
        format!(
            "<svg class=\"outline {class}\" viewBox=\"{view}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"3\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" focusable=\"false\">\
             <g class=\"inside\" stroke-width=\"1.5\">{inside}</g><path class=\"brackets\" d=\"{brackets}\"/>\
             <path class=\"whole\" d=\"{whole}\"/></svg>"
        )
    }
}

const CARD: &str = "M14 2h222a12 12 0 0 1 12 12v130a12 12 0 0 1-12 12H14a12 12 0 0 1-12-12V14A12 12 0 0 1 14 2z";
const CARD_BRACKETS: &str = "M2 34V14A12 12 0 0 1 14 2h20M216 2h20a12 12 0 0 1 12 12v20M248 124v20a12 12 0 0 1-12 12h-20M34 156H14a12 12 0 0 1-12-12v-20";
