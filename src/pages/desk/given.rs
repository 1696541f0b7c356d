//! A case is open and its link is given to the person: copied, scanned, read out or sent. The only screen that ever shows
//! the link; the case's own page says how far the person has come.

use std::time::Duration;

use askama::Template;
use secrecy::{ExposeSecret, SecretString};

use super::frame::{Moment, SAMPLE_NOW, Surface};
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use crate::pages::qr::Qr;
use crate::pages::secret::{self, Run};
use doorward_contract::Timestamp;

/// A link to give to the person.
#[derive(Clone, Debug)]
pub struct Given {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// What staff call the person.
    pub person: String,
    /// The link. A secret until the person's browser has used it.
    pub link: SecretString,
    /// Until when it can be opened.
    pub until: Timestamp,
    /// The link to be scanned.
    pub qr: Option<Qr>,
    /// The code to be read out.
    pub code: Option<Code>,
    /// The ways on which it can be sent from here.
    pub ways: Vec<Sending>,
    /// The two words that the person has on their screen as well.
    pub words: Option<(String, String)>,
    /// What the person has before them, one of [`super::table::SIGHTS`].
    pub sight: &'static str,
}

/// A code that is read out on the phone and typed at a page of ours.
#[derive(Clone, Debug)]
pub struct Code {
    /// The code.
    pub text: SecretString,
    /// Where it is typed, as it is read out: `recover.example.com/code`.
    pub place: String,
    /// Until when.
    pub until: Timestamp,
}

/// A way on which the link can be sent from here.
#[derive(Clone, Debug)]
pub struct Sending {
    /// What is posted as [`path::BY`]: the way's id.
    pub id: String,
    /// How it goes: `mail`, `sms`.
    pub by: &'static str,
    /// Where it would go, masked.
    pub to: String,
    /// Whether it went out already.
    pub sent: bool,
}

words! {
    /// What the screen says.
    Words {
        lead, pair, pair_text, link, link_once, link_until, copy, qr, qr_text, code, code_text, code_left, send, mail, sms,
        sent, mail_text, mail_text_hint, copy_text, sight, follow, follow_text;
        title, message
    }
}

#[derive(Template)]
#[template(path = "desk/given.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Given,
    title: String,
    message: String,
    link: &'a str,
}

impl Code {
    fn groups(&self) -> Vec<Vec<Run<'_>>> {
        secret::groups(self.text.expose_secret())
    }
}

impl Sending {
    fn is_mail(&self) -> bool {
        self.by == "mail"
    }
}

impl View<'_> {
    /// How long it is good for.
    fn left(&self, until: impl Moment) -> Duration {
        until.moment().since(self.desk.frame.now)
    }
}

impl Drawn for Given {
    fn state(&self) -> &'static str {
        "desk-given"
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.given;
        let link = self.link.expose_secret();
        View {
            desk,
            words,
            page: self,
            title: words.title.fill(&[("number", &self.number)]),
            message: words.message.fill(&[
                ("company", desk.company()),
                ("link", link),
                ("until", &desk.moment(self.until)),
                ("number", &self.number),
                ("contact", &desk.contact()),
            ]),
            link,
        }
        .render()
    }
}

impl Given {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let later = |minutes: i64| Timestamp::from_seconds(SAMPLE_NOW + minutes * 60);
        let way = |id: &str, by, to: &str, sent| Sending {
            id: id.to_owned(),
            by,
            to: to.to_owned(),
            sent,
        };
        let full = Self {
            id: "0198c0de-0000-7000-8000-000000000001".to_owned(),
            number: "K7QF-3M2P".to_owned(),
            person: "Maria Lindqvist".to_owned(),
            link: "https://recover.example.com/link/4mZk1TtQvB7n0o2hYpXcWA".into(),
            until: later(30),
            qr: Some(Qr::sample()),
            code: Some(Code {
                text: "7KQM4TXR".into(),
                place: "recover.example.com/code".to_owned(),
                until: later(10),
            }),
            ways: vec![
                way("mail-1", "mail", "m•••@private.example", false),
                way("sms-2", "sms", "••• 4712", false),
            ],
            words: Some(("maple".to_owned(), "harbour".to_owned())),
            sight: "nobody",
        };
        let bare = Self {
            qr: None,
            code: None,
            ways: Vec::new(),
            words: None,
            ..full.clone()
        };
        let sent = Self {
            ways: vec![way("mail-1", "mail", "m•••@private.example", true)],
            sight: "consent",
            ..full.clone()
        };
        vec![
            ("desk-given", full),
            ("desk-given-bare", bare),
            ("desk-given-sent", sent),
        ]
    }
}
