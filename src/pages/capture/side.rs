//! A side of the document: the live picture in a frame, one hint in words at a time, a button that is always there. Without
//! scripts a file, where the purpose takes one.

use askama::Template;
use doorward_contract::DocumentKind;
use serde::Deserialize;

use super::drawing::Outline;
use super::fault::Fault;
use super::{Hint, Setting, Side, Ways};
use crate::pages::icon::Icon;
use crate::pages::path;
use crate::pages::shell::{About, Screen, Script, Shell};
use crate::pages::text::Sentence;

/// A side of the document.
#[derive(Clone, Debug)]
pub struct TakeSide {
    /// Around it.
    pub setting: Setting,
    /// Which document.
    pub kind: DocumentKind,
    /// Which side.
    pub side: Side,
    /// Whether it has a back to be photographed.
    pub back: bool,
    /// Why the last picture was not taken, if there was one.
    pub hint: Option<Hint>,
    /// How many more pictures of this side are taken.
    pub left: u32,
    /// What else the person may do.
    pub ways: Ways,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title_page: Sentence,
    title_front: Sentence,
    title_back: Sentence,
    lead_page: String,
    lead_front: String,
    lead_lines: String,
    lead_barcode: String,
    aim: String,
    shutter: String,
    another: String,
}

/// The words around every live picture.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CameraWords {
    pub(super) count: Sentence,
    pub(super) open: String,
    pub(super) opening: String,
    pub(super) good: String,
    pub(super) sending: String,
    pub(super) checking: String,
    pub(super) taken: String,
    pub(super) waiting: String,
    pub(super) again: String,
    pub(super) not_taken: String,
    pub(super) left_two: String,
    pub(super) left_one: String,
    pub(super) upload: String,
    pub(super) upload_hint: String,
    pub(super) upload_button: String,
    pub(super) no_scripts: Sentence,
    pub(super) elsewhere: String,
    pub(super) elsewhere_phone: String,
}

impl CameraWords {
    /// How many more are taken, in words; nothing where it is no matter yet.
    pub(super) fn left(&self, left: u32) -> Option<&str> {
        match left {
            1 => Some(&self.left_one),
            2 => Some(&self.left_two),
            _ => None,
        }
    }
}

/// What the script and the page without scripts share: hints, faults, words.
pub(super) struct Camera<'a> {
    pub(super) words: &'a CameraWords,
    pub(super) count: String,
    pub(super) outline: Outline,
    pub(super) hints: Vec<(&'static str, &'a str)>,
    pub(super) faults: Vec<(&'static str, &'a Fault)>,
    pub(super) faults_title: &'a str,
    pub(super) retry: &'a str,
    pub(super) no_scripts: String,
    /// What is said of the last picture.
    pub(super) last: Option<(&'a str, Option<&'a str>)>,
}

impl<'a> Camera<'a> {
    /// The how-manieth picture of how many it is, and what came of the one before.
    pub(super) fn new(shell: &'a Shell<'_>, outline: Outline, at: [usize; 2], last: Option<(Hint, u32)>) -> Self {
        let words = &shell.text.capture;
        let [n, of] = at.map(|number| number.to_string());
        Self {
            words: &words.camera,
            count: words.camera.count.fill(&[("n", &n), ("of", &of)]),
            outline,
            hints: words.hint.list(),
            faults: words.fault.list(),
            faults_title: &words.fault.title,
            retry: &words.fault.again,
            no_scripts: words.camera.no_scripts.fill(&[("contact", &shell.contact())]),
            last: last.map(|(hint, left)| (words.hint.of(hint), words.camera.left(left))),
        }
    }
}

#[derive(Template)]
#[template(path = "capture/side.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    camera: Camera<'a>,
    page: &'a TakeSide,
    title: String,
    lead: &'a str,
    send: String,
    upload_to: String,
    phone: &'a str,
}

impl Screen for TakeSide {
    fn state(&self) -> &'static str {
        match self.side {
            Side::Front => "capture-front",
            Side::Back => "capture-back",
        }
    }

    fn about(&self) -> About<'_> {
        About {
            script: Some(Script::Capture),
            ..self.setting.about()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.capture.side;
        let (title, lead) = match (self.side, self.kind) {
            (Side::Front, DocumentKind::Passport) => (&words.title_page, &words.lead_page),
            (Side::Front, _) => (&words.title_front, &words.lead_front),
            (Side::Back, DocumentKind::DrivingLicence) => (&words.title_back, &words.lead_barcode),
            (Side::Back, _) => (&words.title_back, &words.lead_lines),
        };
        let nth = if self.side == Side::Front { 1 } else { 2 };
        let outline = Outline::of(self.kind, self.side);
        View {
            shell,
            words,
            camera: Camera::new(
                shell,
                outline,
                [nth, 2 + usize::from(self.back)],
                self.hint.map(|hint| (hint, self.left)),
            ),
            page: self,
            title: title.fill(&[("this", shell.text.capture.kind.this(self.kind))]),
            lead,
            send: format!("{}{}", path::CAPTURE_PICTURE, self.side.word()),
            upload_to: format!("{}{}", path::CAPTURE_UPLOAD, self.side.word()),
            phone: &shell.text.capture.kind.phone,
        }
        .render()
    }
}

impl TakeSide {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let front = Self {
            setting: Setting::sample(true),
            kind: DocumentKind::Passport,
            side: Side::Front,
            back: false,
            hint: None,
            left: 3,
            ways: Ways {
                upload: false,
                phone: true,
                another: true,
            },
        };
        let card = Self {
            setting: Setting::sample(false),
            kind: DocumentKind::IdentityCard,
            back: true,
            hint: Some(Hint::Glare),
            left: 2,
            ways: Ways {
                upload: true,
                phone: false,
                another: true,
            },
            ..front.clone()
        };
        let back = Self {
            side: Side::Back,
            hint: None,
            ways: Ways {
                upload: false,
                ..card.ways
            },
            ..card.clone()
        };
        let licence = Self {
            kind: DocumentKind::DrivingLicence,
            hint: Some(Hint::NoCode),
            left: 1,
            ..back.clone()
        };
        vec![
            ("capture-front", front),
            ("capture-front-card", card),
            ("capture-back-card", back),
            ("capture-back-licence", licence),
        ]
    }
}
