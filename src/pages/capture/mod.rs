//! The screens on which pictures are taken here, with the built-in verifier: which device, which document, its sides, the face.
//! One page says it all without scripts as well; `assets/capture.js` adds the camera.
//!
//! A phone that helps out is shown the same screens and nothing else of the case: no name, no account, no way to the case.

mod drawing;
mod fault;
mod hint;
mod kind;
mod phone;
mod place;
mod said;
mod selfie;
mod side;
pub(in crate::pages) mod words;

pub use hint::Hint;
pub use kind::ChooseKind;
pub use phone::{PhoneDoor, PhoneWords};
pub use place::{Confirm, Follow, FollowAt, Scan, Where};
pub use said::Said;
pub use selfie::TakeSelfie;
pub use side::TakeSide;

use http::StatusCode;

use super::Page;
use super::shell::{About, Screen, Script};

/// A side of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one with the portrait.
    Front,
    /// The other one.
    Back,
}

impl Side {
    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }
}

/// What every screen of these has.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What the person quotes on the phone.
    pub number: String,
    /// Proves that the form is ours.
    pub form_token: String,
    /// Whether this is the case's own browser; otherwise it is a phone that helps out.
    pub own: bool,
}

/// What else the person may do than take the picture with this camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// Send a file.
    pub upload: bool,
    /// Go over to a phone; otherwise only to another browser.
    pub phone: bool,
    /// Show another document.
    pub another: bool,
}

/// One screen.
#[derive(Clone, Debug)]
pub enum Capture {
    /// Which device takes the pictures.
    Where(Where),
    /// The way over to the phone.
    Scan(Scan),
    /// Whether the words are the same.
    Confirm(Confirm),
    /// What is being done on the phone.
    Follow(Follow),
    /// Where the code leads.
    PhoneDoor(PhoneDoor),
    /// The words on the phone.
    PhoneWords(PhoneWords),
    /// Which document.
    ChooseKind(ChooseKind),
    /// A side of it.
    TakeSide(TakeSide),
    /// The face.
    TakeSelfie(TakeSelfie),
    /// Something to know.
    Said(Said),
}

macro_rules! screens {
    ($($screen:ident),*) => {
        $(
            impl From<$screen> for Capture {
                fn from(screen: $screen) -> Self {
                    Self::$screen(screen)
                }
            }

            impl From<$screen> for Page {
                fn from(screen: $screen) -> Self {
                    Self::Capture(Box::new(screen.into()))
                }
            }
        )*

        impl Capture {
            pub(super) fn screen(&self) -> &dyn Screen {
                match self {
                    $(Self::$screen(screen) => screen,)*
                }
            }

            pub(super) fn samples() -> Vec<(&'static str, Page)> {
                let mut all: Vec<(&'static str, Page)> = Vec::new();
                $(all.extend($screen::samples().into_iter().map(|(name, screen)| (name, screen.into())));)*
                all
            }
        }
    };
}
screens!(
    Where, Scan, Confirm, Follow, PhoneDoor, PhoneWords, ChooseKind, TakeSide, TakeSelfie, Said
);

impl Capture {
    /// The HTTP status it is sent with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Said(said) => said.status(),
            _ => StatusCode::OK,
        }
    }
}

impl Setting {
    /// The surroundings of a screen that waits for another device, and looks every so many seconds without scripts.
    fn following(&self, refresh: u64) -> About<'_> {
        About {
            refresh: Some(refresh),
            script: Some(Script::Follow),
            ..self.about()
        }
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            step: Some(3),
            at_capture: true,
            ..About::default()
        }
    }

    fn sample(own: bool) -> Self {
        Self {
            number: "K7QF-3M2P".to_owned(),
            form_token: "sample".to_owned(),
            own,
        }
    }
}
