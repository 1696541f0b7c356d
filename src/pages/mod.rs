//! The pages: the person's, one thing per screen, and under `desk` those of staff. Drawn on the server, working without
//! scripts.
//!
//! A page is a struct with its data, a template of the same name, its words in `text/en.toml`, and samples. Nothing here
//! knows a case or decides anything: the edge picks the page. Made to meet WCAG 2.2 AA
//! (<https://www.w3.org/TR/WCAG22/>); tests hold the contrast, the structure and the escaping.

mod asset;
mod brand;
pub mod capture;
mod check;
mod check_code;
mod code;
mod colour;
mod consent;
pub mod desk;
mod help;
mod icon;
mod invited;
mod kind;
mod login;
mod notice;
mod notice_sample;
mod pass;
mod passage;
pub mod path;
pub mod qr;
mod retry;
mod secret;
mod shell;
mod sign_out;
mod staff;
pub mod text;
mod visit;
mod waiting;
mod welcome;

use std::fmt::Write as _;

use http::StatusCode;

pub use asset::Asset;
pub use brand::{Brand, Contact, Logo};
pub use check::{Asks, FurtherCheck};
pub use check_code::{CheckCode, CodeAt, CodeMessage};
pub use code::EnterCode;
pub use consent::{Consent, Decides, Short, Told};
pub use invited::Invited;
pub use login::{Login, LoginError};
pub use notice::Notice;
pub use pass::{OnePass, PassReady, PassShown};
pub use passage::{Passage, passage_policy};
pub use retry::{Again, Retry, RetryCause};
pub use sign_out::SignOut;
pub use staff::StaffDoor;
pub use text::{Kept, LookedAt};
pub use visit::Visit;
pub use waiting::{Waiting, What};
pub use welcome::{Choice, Welcome};

use asset::Assets;
use shell::{Screen, Shell};
use text::Text;

/// Why pages cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file of words lacks a key or has one too many.
    #[error("the words of the pages do not load")]
    Text(#[from] toml::de::Error),
    /// A template failed; the output is not to be sent.
    #[error("a page cannot be drawn")]
    Template(#[from] askama::Error),
}

/// One screen and its data.
#[derive(Clone, Debug)]
pub enum Page {
    /// The company's recovery page.
    Welcome(Welcome),
    /// Whose account it is.
    Login(Login),
    /// Where a short code is typed in.
    EnterCode(EnterCode),
    /// Where a link from the helpdesk leads.
    Invited(Invited),
    /// The person agrees, or not.
    Consent(Consent),
    /// On to the verifier.
    Visit(Visit),
    /// A further check of the person.
    FurtherCheck(FurtherCheck),
    /// A further check by a code.
    CheckCode(CheckCode),
    /// Something is being done.
    Waiting(Waiting),
    /// The proof did not work; another attempt is left.
    Retry(Retry),
    /// A pass waits to be looked at.
    PassReady(PassReady),
    /// The pass, once.
    PassShown(PassShown),
    /// On to another site, with an answer for it.
    Passage(Passage),
    /// Whether to forget this browser's proof.
    SignOut(SignOut),
    /// The door of the staff's console.
    StaffDoor(StaffDoor),
    /// Something to know, and nothing to do but read.
    Notice(Notice),
    /// A screen on which pictures are taken here.
    Capture(Box<capture::Capture>),
    /// A screen of the console.
    Desk(Box<desk::Desk>),
}

macro_rules! from {
    ($($page:ident),*) => { $(
        impl From<$page> for Page {
            fn from(page: $page) -> Self {
                Self::$page(page)
            }
        }
    )* };
}
from!(
    Welcome,
    Login,
    EnterCode,
    Invited,
    Consent,
    Visit,
    FurtherCheck,
    CheckCode,
    Waiting,
    Retry,
    PassReady,
    PassShown,
    Passage,
    Notice,
    SignOut,
    StaffDoor
);

impl Page {
    fn screen(&self) -> &dyn Screen {
        match self {
            Self::Welcome(page) => page,
            Self::Login(page) => page,
            Self::EnterCode(page) => page,
            Self::Invited(page) => page,
            Self::Consent(page) => page,
            Self::Visit(page) => page,
            Self::FurtherCheck(page) => page,
            Self::CheckCode(page) => page,
            Self::Waiting(page) => page,
            Self::Retry(page) => page,
            Self::PassReady(page) => page,
            Self::PassShown(page) => page,
            Self::Passage(page) => page,
            Self::SignOut(page) => page,
            Self::StaffDoor(page) => page,
            Self::Notice(page) => page,
            Self::Capture(page) => page.screen(),
            Self::Desk(page) => page.as_ref(),
        }
    }

    /// The word for what the person sees now; what [`path::STATUS`] answers. When it changes, a waiting page follows.
    pub fn state(&self) -> &'static str {
        self.screen().state()
    }

    /// The HTTP status it is sent with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Notice(notice) => notice.status(),
            Self::StaffDoor(door) => door.status(),
            Self::Capture(page) => page.status(),
            Self::Desk(desk) => desk.status(),
            Self::Login(Login { error: Some(_), .. }) | Self::EnterCode(EnterCode { wrong: true }) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ => StatusCode::OK,
        }
    }

    /// Every page in every shape, with invented people; the name tells them apart.
    pub fn samples() -> Vec<(&'static str, Self)> {
        fn of<P: Into<Page>>(samples: Vec<(&'static str, P)>) -> impl Iterator<Item = (&'static str, Page)> {
            samples.into_iter().map(|(name, page)| (name, page.into()))
        }
        of(Welcome::samples())
            .chain(of(Login::samples()))
            .chain(of(EnterCode::samples()))
            .chain(of(Invited::samples()))
            .chain(of(Consent::samples()))
            .chain(of(Visit::samples()))
            .chain(of(FurtherCheck::samples()))
            .chain(of(CheckCode::samples()))
            .chain(of(Waiting::samples()))
            .chain(of(Retry::samples()))
            .chain(of(PassReady::samples()))
            .chain(of(PassShown::samples()))
            .chain(of(Passage::samples()))
            .chain(of(SignOut::samples()))
            .chain(of(StaffDoor::samples()))
            .chain(of(Notice::samples()))
            .chain(of(capture::Capture::samples()))
            .chain(of(desk::Desk::samples()))
            .collect()
    }
}

/// Draws pages for one company. Made once, shared by all requests.
#[derive(Clone, Debug)]
pub struct Pages {
    brand: Brand,
    text: Text,
    assets: Assets,
}

impl Pages {
    /// The pages in the words as shipped.
    pub fn new(brand: Brand) -> Result<Self, Error> {
        Self::with_text(brand, text::ENGLISH)
    }

    /// The pages in the words of that TOML text, which must hold every key of [`text::ENGLISH`] and no other.
    pub fn with_text(brand: Brand, words: &str) -> Result<Self, Error> {
        let text = toml::from_str(words)?;
        let assets = Assets::new(&brand);
        Ok(Self { brand, text, assets })
    }

    /// The page as HTML. A page with a pass carries its secret: never logged, never stored, sent with `no-store`.
    pub fn render(&self, page: &Page) -> Result<String, Error> {
        let screen = page.screen();
        let shell = Shell {
            brand: &self.brand,
            text: &self.text,
            assets: &self.assets,
            about: screen.about(),
            state: screen.state(),
        };
        Ok(screen.draw(&shell)?)
    }

    /// The file at that address, which begins with [`path::ASSETS`].
    pub fn asset(&self, address: &str) -> Option<Asset<'_>> {
        self.assets.get(address)
    }
}

/// What every page's policy says, but for where its forms lead.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-ancestors 'none'; base-uri 'none';";

/// The Content-Security-Policy of every page: nothing from elsewhere, nothing inline, in no frame. A form may lead to
/// `form_origins` too, because a browser checks the redirect that follows a form (Content Security Policy Level 3 §6.4.1).
pub fn content_security_policy(form_origins: &[String]) -> String {
    let mut policy = format!("{POLICY} form-action 'self'");
    for origin in form_origins.iter().filter_map(|origin| url::Url::parse(origin).ok()) {
        // An opaque origin reads `null` and would only be noise.
        if origin.origin().is_tuple() {
            let _ = write!(policy, " {}", origin.origin().ascii_serialization());
        }
    }
    policy
}
