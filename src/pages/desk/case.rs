//! One case as staff see it: where it stands, what the person has before them, why it fits or does not, what was done, and
//! everything that was written down.

use std::borrow::Cow;
use std::cmp::Ordering;

use askama::Template;

use super::confirm::{Act, Saying};
use super::event::EventLine;
use super::explained::{Explained, Quorum, StepLine};
use super::frame::Surface;
use super::line::tone;
use super::place::Place;
use super::words::words;
use super::{Drawn, path};
use crate::pages::icon::Icon;
use doorward_contract::Timestamp;

/// One case as staff see it. What this reader may not know, or what was forgotten, is absent.
#[derive(Clone, Debug)]
pub struct CasePage {
    /// The case's id.
    pub id: String,
    /// What staff and person call it.
    pub number: String,
    /// What it is for, as the purpose is titled.
    pub purpose: String,
    /// The source it came from.
    pub source: String,
    /// Who opened it, where it was not the person.
    pub opener: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// Why it was opened.
    pub reason: Option<String>,
    /// Where it stands, one of [`super::table::STAGES`].
    pub stage: &'static str,
    /// The furthest stage it reached; the same as `stage` while it is open.
    pub reached: &'static str,
    /// How it ended, one of [`super::table::ENDS`].
    pub end: Option<&'static str>,
    /// Why it was refused, one of [`super::table::REFUSALS`].
    pub refusal: Option<&'static str>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last moved.
    pub changed_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The account.
    pub account: Option<AccountLine>,
    /// The two words that the person has on their screen as well.
    pub words: Option<(String, String)>,
    /// What the person has before them, one of [`super::table::SIGHTS`].
    pub sight: &'static str,
    /// The vendor that is waited for, and why.
    pub trouble: Option<(String, String)>,
    /// Every attempt to prove who they are.
    pub attempts: Vec<AttemptLine>,
    /// What was compared.
    pub explained: Option<Explained>,
    /// What the person was asked besides the proof.
    pub checks: Vec<CheckLine>,
    /// Who must agree, and has; absent where nobody must.
    pub quorum: Option<Quorum>,
    /// The plan.
    pub plan: Vec<StepLine>,
    /// Whether the person can sign in now, by connector, and what was read.
    pub conditions: Vec<Condition>,
    /// Until when a pass waits for the person. Staff never see it.
    pub pass_until: Option<Timestamp>,
    /// Until when an earlier proof is remembered.
    pub remembered_until: Option<Timestamp>,
    /// Who flagged it as fraud, when, and why.
    pub flagged: Option<(String, Timestamp, String)>,
    /// When everything personal in it was forgotten.
    pub erased: bool,
    /// Everything written down, the newest first.
    pub events: Vec<EventLine>,
    /// What this operator may do with it now.
    pub acts: Vec<Act>,
    /// Whether this operator may review it now.
    pub may_review: bool,
    /// Whether this operator may be asked to agree now.
    pub may_approve: bool,
}

/// The account of a case.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// The display name.
    pub name: Option<String>,
    /// What the person signs in with.
    pub login: Option<String>,
    /// The vendor's id of it, and the connector's name in the settings.
    pub id: Option<(String, String)>,
}

/// One attempt of the person to prove who they are.
#[derive(Clone, Debug)]
pub struct AttemptLine {
    /// The how-manieth.
    pub number: u32,
    /// The verifier's name in the settings.
    pub verifier: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// What came of it, one of [`super::table::OUTCOMES`].
    pub outcome: &'static str,
    /// Why, for staff.
    pub reasons: Vec<String>,
    /// Whether the verifier has forgotten it.
    pub forgotten: bool,
}

/// One further check.
#[derive(Clone, Debug)]
pub struct CheckLine {
    /// The connector's or the carrier's name in the settings.
    pub by: String,
    /// Which, one of [`super::table::CHALLENGES`].
    pub check: &'static str,
    /// How it went, one of [`super::table::RESULTS`].
    pub result: &'static str,
    /// Why, for staff.
    pub why: Option<String>,
}

/// Whether the person can sign in now at one connector.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The connector's name in the settings.
    pub connector: String,
    /// Whether they can; absent if the vendor could not be asked.
    pub usable: Option<bool>,
    /// What was read.
    pub notes: Vec<String>,
}

/// One part of the way that a case takes.
pub(super) struct Milestone<'a> {
    pub(super) name: &'a str,
    /// `past`, `now`, `ahead`, or `stopped` where it ended before its time.
    pub(super) look: &'static str,
}

words! {
    /// What the screen says.
    Words {
        sight, pair, pair_text, path, way_open, way_proof, way_agree, way_act, way_pass, here, past, ahead, stopped, source,
        opener, by_person, ticket, reason, opened, moved, expires, ended, account, account_erased, account_none, name, login,
        attempts, attempt_forgotten, explained, rules, checks, plan, plan_none, conditions, usable, not_usable, not_known, pass,
        remembered, quorum, quorum_why, flagged, acts, acts_none, review, approve, events, refused_because, trouble, look;
        title, quorum_count, attempt
    }
}

#[derive(Template)]
#[template(path = "desk/case.html")]
struct View<'a> {
    desk: &'a Surface<'a>,
    words: &'a Words,
    page: &'a CasePage,
    title: String,
}

/// The place of a stage on the way: 0 the link, 1 the proof, 2 the agreement of colleagues, 3 the plan, 4 the pass.
fn place_of(stage: &str) -> usize {
    match stage {
        "invited" => 0,
        "consent" | "proving" | "comparing" | "checking" | "review" => 1,
        "approval" => 2,
        "acting" | "stuck" => 3,
        _ => 4,
    }
}

impl View<'_> {
    fn tone(&self) -> &'static str {
        tone(self.page.stage, self.page.end)
    }

    fn standing(&self) -> Cow<'_, str> {
        self.desk.standing(self.page.stage, self.page.end)
    }

    /// The way that the case takes, as far as it has come.
    fn path(&self) -> Vec<Milestone<'_>> {
        let words = self.words;
        let names = [
            &words.way_open,
            &words.way_proof,
            &words.way_agree,
            &words.way_act,
            &words.way_pass,
        ];
        let well = matches!(self.page.end, Some("recovered" | "answered"));
        let here = place_of(self.page.reached);
        let agreeing = self.page.quorum.is_some() || here == 2;
        names
            .into_iter()
            .enumerate()
            .filter(|(at, _)| *at != 2 || agreeing)
            .map(|(at, name)| {
                let look = match at.cmp(&here) {
                    _ if well => "past",
                    Ordering::Less => "past",
                    Ordering::Greater => "ahead",
                    Ordering::Equal if self.page.end.is_some() || self.page.stage == "stuck" => "stopped",
                    Ordering::Equal => "now",
                };
                Milestone { name, look }
            })
            .collect()
    }

    fn said_of<'w>(&'w self, milestone: &Milestone<'_>) -> &'w str {
        match milestone.look {
            "past" => &self.words.past,
            "now" => &self.words.here,
            "stopped" => &self.words.stopped,
            _ => &self.words.ahead,
        }
    }

    fn acts(&self) -> Vec<(Act, &Saying)> {
        let allowed = |act: &Act| self.page.acts.contains(act);
        let named = |act| (act, self.desk.words.confirm.of(act));
        Act::ALL.into_iter().filter(allowed).map(named).collect()
    }

    fn quorum(&self) -> Option<String> {
        let quorum = self.page.quorum.as_ref()?;
        Some(self.words.quorum_count.fill(&[
            ("given", &quorum.given.len().to_string()),
            ("needed", &quorum.needed.to_string()),
        ]))
    }
}

impl AttemptLine {
    fn tone(&self) -> &'static str {
        match self.outcome {
            "passed" => "good",
            "declined" | "foreign" => "alert",
            "pending" => "accent",
            "review" => "warn",
            _ => "",
        }
    }
}

impl CheckLine {
    fn tone(&self) -> &'static str {
        match self.result {
            "passed" => "good",
            "failed" => "alert",
            "asked" => "accent",
            _ => "",
        }
    }
}

impl Drawn for CasePage {
    fn state(&self) -> &'static str {
        "desk-case"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::Cases)
    }

    fn draw(&self, desk: &Surface<'_>) -> askama::Result<String> {
        let words = &desk.words.case;
        View {
            desk,
            words,
            page: self,
            title: words.title.fill(&[("number", &self.number)]),
        }
        .render()
    }
}

/// The id of the case in the samples.
pub(super) const CASE_ID: &str = "0198c0de-0000-7000-8000-000000000001";
