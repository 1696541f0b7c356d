//! A review in two steps. First the evidence by itself, without whose account is claimed, and what the reviewer says of it;
//! only then the account beside it, and the decision with everything that a record of it must hold (NIST SP 800-63A-4
//! §3.15.1: why a human had to look, who, which evidence, what was done, the decision and its reason).

use askama::Template;
use http::StatusCode;

use super::exhibit::Exhibits;
use super::explained::Explained;
use super::frame::Surface;
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;

/// A review.
#[derive(Clone, Debug)]
pub struct Review {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// What it is for, as the purpose is titled.
    pub purpose: String,
    /// Why a human has to look, one of [`super::table::CAUSES`].
    pub cause: &'static str,
    /// What was read and checked, for whoever has the case. Nothing of whose account is claimed.
    pub evidence: Option<Evidence>,
    /// What can be done now.
    pub step: ReviewStep,
    /// Whether something of the form was missing or cannot be.
    pub incomplete: bool,
}

/// What was read and checked.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The verifier's name in the settings.
    pub verifier: String,
    /// The verifier's own page about it, where its pictures are.
    pub outside: Option<String>,
    /// Names of fields of the document, as far as they have one each of [`super::table::FIELDS`], and what they say.
    pub read: Vec<(String, String)>,
    /// What the verifier has to show, where it is one of ours.
    pub exhibits: Option<Exhibits>,
    /// Every check: its name, how it went (one of [`super::table::RESULTS`]), and the verifier's reasons.
    pub checks: Vec<Check>,
}

/// A check: its name, how it went, and the verifier's reasons.
pub type Check = (String, &'static str, Vec<String>);

impl Evidence {
    /// What did not simply pass: that is looked at first.
    fn noted(&self) -> Vec<&Check> {
        let all = self.checks.iter();
        all.filter(|(_, result, _)| !USUAL.contains(result)).collect()
    }

    /// Everything else, of which verifiers have dozens.
    fn usual(&self) -> Vec<&Check> {
        let all = self.checks.iter();
        all.filter(|(_, result, _)| USUAL.contains(result)).collect()
    }
}

/// How a check goes where there is nothing to say about it.
const USUAL: [&str; 2] = ["passed", "not_applicable"];

/// What can be done now.
#[derive(Clone, Debug)]
pub enum ReviewStep {
    /// The reviewer may not: one of [`super::table::BARS`].
    Barred(&'static str),
    /// Another reviewer has it.
    Held(String),
    /// Nobody has it: it is to be taken before anything is shown.
    Take,
    /// The evidence is to be judged.
    Judge,
    /// It was judged; the account is shown, and it is to be decided.
    Decide(Box<Claimed>),
}

/// Whose account is claimed, shown after the judgement.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Whether the reviewer said that the document holds.
    pub document_holds: bool,
    /// Whether the reviewer said that the face is the document's.
    pub face_holds: bool,
    /// What else they said, each one of [`super::table::GROUNDS`].
    pub grounds: Vec<&'static str>,
    /// Names of fields of the account and what they say, beside what the document says.
    pub rows: Vec<Beside>,
    /// What the rules made of it.
    pub explained: Option<Explained>,
}

/// One field of the account beside the document's.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Which, one of [`super::table::FIELDS`], or the login.
    pub field: String,
    /// What the document says.
    pub document: Option<String>,
    /// What the account says.
    pub account: Option<String>,
}

words! {
    /// What the screen says.
    Words {
        take, take_text, take_button, first, second, cause, evidence, outside, read, checks, judge, document, face, grounds, grounds_hint, note,
        note_hint, judge_button, judge_why, judged, holds, holds_not, face_is, face_is_not, claimed, on_document, on_account,
        absent, decide, same, why, evidence_used, measures, reason, reason_hint, decide_button, incomplete, barred, back;
        title, held, usual
    }
}

#[derive(Template)]
#[template(path = "desk/review.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Review,
    title: String,
}

/// How a check strikes the eye.
fn tone(result: &str) -> &'static str {
    match result {
        "passed" => "good",
        "failed" => "alert",
        _ => "",
    }
}

impl View<'_> {
    fn claimed(&self) -> Option<&Claimed> {
        match &self.page.step {
            ReviewStep::Decide(claimed) => Some(claimed),
            _ => None,
        }
    }

    fn is_cause(&self, cause: &str) -> bool {
        self.page.cause == cause
    }

    fn judging(&self) -> bool {
        matches!(self.page.step, ReviewStep::Judge)
    }

    fn taking(&self) -> bool {
        matches!(self.page.step, ReviewStep::Take)
    }

    /// Why this operator cannot do it.
    fn barred(&self) -> Option<String> {
        match &self.page.step {
            ReviewStep::Barred(bar) => Some(self.desk.words.bar.of(bar).into_owned()),
            ReviewStep::Held(who) => Some(self.words.held.fill(&[("who", who)])),
            _ => None,
        }
    }
}

impl Drawn for Review {
    fn state(&self) -> &'static str {
        "desk-review"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Reviews)
    }

    fn status(&self) -> StatusCode {
        if self.incomplete {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.review;
        View {
            desk,
            words,
            page: self,
            title: words.title.fill(&[("number", &self.number)]),
        }
        .render()
    }
}

impl Review {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let judge = Self::judge_sample();
        let claimed = Self::claimed_sample();
        let doubted = Claimed {
            document_holds: false,
            face_holds: false,
            grounds: vec!["altered", "other_face"],
            ..claimed.clone()
        };
        let at = |step| Self { step, ..judge.clone() };
        let unseen = |step| Self {
            step,
            evidence: None,
            ..judge.clone()
        };
        vec![
            (
                "desk-review-incomplete",
                Self {
                    incomplete: true,
                    ..judge.clone()
                },
            ),
            ("desk-review-barred", unseen(ReviewStep::Barred("person"))),
            ("desk-review-held", unseen(ReviewStep::Held("Noor Haddad".to_owned()))),
            ("desk-review-take", unseen(ReviewStep::Take)),
            ("desk-review-shown", judge.showing(Exhibits::sample())),
            ("desk-review-doubts", judge.showing(Exhibits::sample_of_doubts())),
            (
                "desk-review-calm",
                judge.showing(Exhibits::sample_of_calm(Some("0.34"))),
            ),
            ("desk-review-uncompared", judge.showing(Exhibits::sample_of_calm(None))),
            ("desk-review-gone", judge.showing(Exhibits::sample_of_nothing())),
            ("desk-review-decide", at(ReviewStep::Decide(Box::new(claimed)))),
            ("desk-review-doubted", at(ReviewStep::Decide(Box::new(doubted)))),
            ("desk-review", judge),
        ]
    }

    fn showing(&self, exhibits: Exhibits) -> Self {
        let mut page = self.clone();
        if let Some(evidence) = &mut page.evidence {
            "builtin".clone_into(&mut evidence.verifier);
            evidence.outside = None;
            evidence.read.clear();
            evidence.exhibits = Some(exhibits);
        }
        page
    }

    fn judge_sample() -> Self {
        let owned = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        Self {
            id: super::case::CASE_ID.to_owned(),
            number: "K7QF-3M2P".to_owned(),
            purpose: "Get back into your account".to_owned(),
            cause: "incomplete",
            evidence: Some(Evidence {
                verifier: "persona".to_owned(),
                outside: Some("https://verifier.example.com/inquiries/inq_1".to_owned()),
                read: owned(&[
                    ("given_name", "Maria Elisabet"),
                    ("family_name", "Lindqvist"),
                    ("native_given_name", "Maria"),
                    ("native_family_name", "Lindqvist"),
                    ("birth_date", "1988-05-14"),
                ]),
                exhibits: None,
                checks: vec![
                    ("Government ID".to_owned(), "passed", Vec::new()),
                    ("Selfie".to_owned(), "passed", Vec::new()),
                    (
                        "Same face".to_owned(),
                        "failed",
                        vec!["the faces were compared with little certainty".to_owned()],
                    ),
                    ("Barcode".to_owned(), "not_applicable", Vec::new()),
                ],
            }),
            step: ReviewStep::Judge,
            incomplete: false,
        }
    }

    fn claimed_sample() -> Claimed {
        let beside = |field: &str, document: Option<&str>, account: Option<&str>| Beside {
            field: field.to_owned(),
            document: document.map(str::to_owned),
            account: account.map(str::to_owned),
        };
        Claimed {
            document_holds: true,
            face_holds: true,
            grounds: vec!["genuine", "same_face"],
            rows: vec![
                beside("given_name", Some("Maria Elisabet"), Some("Maria")),
                beside("family_name", Some("Lindqvist"), Some("Lindqvist")),
                beside("birth_date", Some("14 May 1988"), None),
                beside("display_name", None, Some("Maria Lindqvist")),
                beside("login", None, Some("maria.lindqvist@example.com")),
            ],
            explained: Some(Explained {
                verdict: "review",
                ..Explained::sample_of_every_finding()
            }),
        }
    }
}
