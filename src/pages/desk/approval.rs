//! What a colleague is asked to agree to: what would be done, for whom, who asked, and why so many must agree.

use askama::Template;
use http::StatusCode;

use super::case::{AccountLine, CASE_ID};
use super::explained::{Explained, Quorum, StepLine};
use super::frame::Surface;
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;

/// What a colleague is asked to agree to.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// What it is for, as the purpose is titled.
    pub purpose: String,
    /// Whose account it is.
    pub account: AccountLine,
    /// Why the account is protected, exactly; nothing for an everyday account.
    pub protected: Vec<String>,
    /// Who opened it, where it was not the person.
    pub opener: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// Why it was opened.
    pub reason: Option<String>,
    /// What would be done, in order.
    pub would: Vec<StepLine>,
    /// What the comparison found.
    pub explained: Option<Explained>,
    /// Who must agree, why so many, and who has.
    pub quorum: Quorum,
    /// Why this operator may not decide, one of [`super::table::BARS`].
    pub barred: Option<&'static str>,
    /// Whether the reason for not agreeing was missing.
    pub reason_missing: bool,
}

words! {
    /// What the screen says.
    Words {
        would, would_text, explained, account, name, login, protected, asked, by_person, opener, ticket, reason, quorum_why, given,
        given_none, barred, agree, agree_text, note, agree_button, refuse, refuse_text, refuse_reason, reason_missing,
        refuse_button, back, case;
        title, quorum
    }
}

#[derive(Template)]
#[template(path = "desk/approval.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a Approval,
    title: String,
    quorum: String,
}

impl Drawn for Approval {
    fn state(&self) -> &'static str {
        "desk-approval"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Approvals)
    }

    fn status(&self) -> StatusCode {
        if self.reason_missing {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.approval;
        View {
            desk,
            words,
            page: self,
            title: words.title.fill(&[("number", &self.number)]),
            quorum: words.quorum.fill(&[
                ("given", &self.quorum.given.len().to_string()),
                ("needed", &self.quorum.needed.to_string()),
            ]),
        }
        .render()
    }
}

impl Approval {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let text = |text: &str| Some(text.to_owned());
        let asked = Self {
            id: CASE_ID.to_owned(),
            number: "K7QF-3M2P".to_owned(),
            purpose: "Get back into your account".to_owned(),
            account: AccountLine {
                name: text("Maria Lindqvist"),
                login: text("maria.lindqvist@example.com"),
                id: None,
            },
            protected: Vec::new(),
            opener: text("Jonas Weber"),
            ticket: text("INC0048213"),
            reason: text("Lost phone on a journey"),
            would: super::table::ABILITIES
                .iter()
                .zip(["entra", "okta", "duo"].into_iter().cycle())
                .map(|(action, connector)| StepLine::sample(connector, action, "waiting"))
                .collect(),
            explained: Some(Explained::sample()),
            quorum: Quorum::sample(1),
            barred: None,
            reason_missing: false,
        };
        let some = |count: usize| asked.would.iter().take(count).cloned().collect::<Vec<_>>();
        let usual = Self {
            would: some(3),
            ..asked.clone()
        };
        let barred = Self {
            barred: Some("manager"),
            ..usual.clone()
        };
        let protected = Self {
            protected: vec!["role Privileged Role Administrator".to_owned()],
            opener: None,
            ticket: None,
            reason: None,
            quorum: Quorum {
                why: super::table::QUORUMS.to_vec(),
                given: Vec::new(),
                needed: 3,
            },
            ..usual.clone()
        };
        let again = Self {
            reason_missing: true,
            ..usual.clone()
        };
        vec![
            ("desk-approval", usual),
            ("desk-approval-long", asked),
            ("desk-approval-barred", barred),
            ("desk-approval-protected", protected),
            ("desk-approval-no-reason", again),
        ]
    }
}
