//! A further check by a code: where to send it, and where to type it in. The person says when; nothing on these pages reloads by itself
//! while somebody types.

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Script, Shell};
use super::text::Sentence;

/// A further check by a code.
#[derive(Clone, Debug)]
pub struct CheckCode {
    /// What the person quotes on the phone.
    pub number: String,
    /// Proves that the forms are ours.
    pub form_token: String,
    /// What brings the code.
    pub by: CodeMessage,
    /// Where it can be sent: the place in the record, and the address, masked.
    pub ways: Vec<(u32, String)>,
    /// How many were sent. The form sends it back, so that a button which is pressed twice sends one.
    pub sent: u32,
    /// How many more can be sent.
    pub left: u32,
    /// How far it is.
    pub at: CodeAt,
}

/// What brings a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeMessage {
    /// E-mail.
    Mail,
    /// SMS.
    Sms,
}

/// How far a check by a code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeAt {
    /// None was sent yet.
    Begin,
    /// One was sent and is waited for.
    Sent {
        /// Where it went, masked.
        to: String,
        /// How many more wrong ones may be typed in, once one was.
        tries: Option<u32>,
    },
    /// The last one's time ran out.
    Late,
    /// Too many wrong ones were typed in.
    Spent,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title_mail: String,
    title_sms: String,
    lead: Sentence,
    to: Sentence,
    choose: String,
    button: String,
    hint: String,
    title_sent: String,
    lead_sent: Sentence,
    label: String,
    digits: String,
    wrong: Sentence,
    wrong_last: String,
    go_on: String,
    nothing: String,
    nothing_mail: String,
    nothing_sms: String,
    again: String,
    last: String,
    title_over: String,
    late: String,
    spent: String,
    keep: String,
    keep_text: Sentence,
}

#[derive(Template)]
#[template(path = "check_code.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    title: &'a str,
    lead: String,
    page: &'a CheckCode,
}

/// Seconds between two looks of a browser without scripts: long enough to read the page and press the button.
const LATER: u64 = 30;

impl Screen for CheckCode {
    fn state(&self) -> &'static str {
        match self.at {
            CodeAt::Begin => "check-code",
            CodeAt::Sent { .. } => "check-code-sent",
            CodeAt::Late | CodeAt::Spent => "check-code-again",
        }
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            words: None,
            step: Some(3),
            // A reload would take away what somebody is typing.
            refresh: (!self.is_sent()).then_some(LATER),
            script: Some(Script::Follow),
            at_capture: false,
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.check_code;
        let begin = match self.by {
            CodeMessage::Mail => &words.title_mail,
            CodeMessage::Sms => &words.title_sms,
        };
        let (title, lead) = match &self.at {
            CodeAt::Begin => (begin, words.lead.fill(&[("company", shell.company())])),
            CodeAt::Sent { to, .. } => (&words.title_sent, words.lead_sent.fill(&[("to", to)])),
            CodeAt::Late => (&words.title_over, words.late.clone()),
            CodeAt::Spent => (&words.title_over, words.spent.clone()),
        };
        View {
            shell,
            words,
            title,
            lead,
            page: self,
        }
        .render()
    }
}

impl CheckCode {
    /// The longest text that is looked at: a code with blanks wherever somebody may put them.
    pub const MAX_LENGTH: usize = 32;

    fn icon(&self) -> Icon {
        match self.by {
            CodeMessage::Mail => Icon::Mail,
            CodeMessage::Sms => Icon::Mobile,
        }
    }

    fn is_sent(&self) -> bool {
        matches!(self.at, CodeAt::Sent { .. })
    }

    /// What was wrong with the last try.
    fn error(&self, words: &Words) -> Option<String> {
        match self.at {
            CodeAt::Sent { tries: Some(1), .. } => Some(words.wrong_last.clone()),
            CodeAt::Sent { tries: Some(left), .. } => Some(words.wrong.fill(&[("n", &left.to_string())])),
            _ => None,
        }
    }

    fn nothing<'w>(&self, words: &'w Words) -> &'w str {
        match self.by {
            CodeMessage::Mail => &words.nothing_mail,
            CodeMessage::Sms => &words.nothing_sms,
        }
    }

    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let mail = Self {
            number: "K7QF-3M2P".to_owned(),
            form_token: "sample".to_owned(),
            by: CodeMessage::Mail,
            ways: vec![(1, "m•••@home.example".to_owned())],
            sent: 0,
            left: 3,
            at: CodeAt::Begin,
        };
        let sms = Self {
            by: CodeMessage::Sms,
            ways: vec![(2, "••• 0611".to_owned()), (3, "••• 4711".to_owned())],
            ..mail.clone()
        };
        let sent = |page: &Self, left, tries| Self {
            sent: 3 - left,
            left,
            at: CodeAt::Sent {
                to: page.ways.first().map(|(_, to)| to.clone()).unwrap_or_default(),
                tries,
            },
            ..page.clone()
        };
        let over = |at| Self {
            sent: 1,
            left: 2,
            at,
            ..mail.clone()
        };
        vec![
            ("check-code-sms-sent", sent(&sms, 2, None)),
            ("check-code-wrong", sent(&mail, 2, Some(4))),
            ("check-code-wrong-last", sent(&mail, 0, Some(1))),
            ("check-code-late", over(CodeAt::Late)),
            ("check-code-spent", over(CodeAt::Spent)),
            ("check-code-mail-sent", sent(&mail, 2, None)),
            ("check-code-mail", mail),
            ("check-code-sms", sms),
        ]
    }
}
