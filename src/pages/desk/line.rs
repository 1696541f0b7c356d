//! One case in a list, and where a case stands in words and colour.

use std::borrow::Cow;

use super::frame::{SAMPLE_NOW, Surface};
use super::table;
use doorward_contract::Timestamp;

/// One case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLine {
    /// The case's id.
    pub id: String,
    /// The case's number.
    pub number: String,
    /// What staff call the person, where this reader may know it. Never before a reviewer's judgement.
    pub person: Option<String>,
    /// What it is for, as the purpose is titled.
    pub purpose: String,
    /// The source it came from.
    pub source: String,
    /// Who opened it, where it was not the person.
    pub opener: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// Where it stands, one of [`table::STAGES`].
    pub stage: &'static str,
    /// How it ended, one of [`table::ENDS`].
    pub end: Option<&'static str>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last moved.
    pub changed_at: Timestamp,
}

/// How a stage or an end strikes the eye.
pub(super) fn tone(stage: &str, end: Option<&str>) -> &'static str {
    match (stage, end) {
        (_, Some("recovered" | "answered")) => "good",
        (_, Some("refused" | "failed" | "undone")) | ("stuck", _) => "alert",
        (_, Some(_)) => "",
        ("review" | "approval", None) => "warn",
        _ => "accent",
    }
}

impl Surface<'_> {
    /// Where a case stands, or how it ended.
    pub(super) fn standing(&self, stage: &str, end: Option<&str>) -> Cow<'_, str> {
        match end {
            Some(end) => self.words.end.of(end),
            None => self.words.stage.of(stage),
        }
    }

    /// Who opened it, and by which way it came.
    pub(super) fn came(&self, line: &CaseLine) -> String {
        match &line.opener {
            Some(opener) => opener.clone(),
            None => self.words.line.by_person.fill(&[("source", &line.source)]),
        }
    }
}

impl CaseLine {
    pub(super) fn tone(&self) -> &'static str {
        tone(self.stage, self.end)
    }

    pub(super) fn standing<'d>(&self, desk: &'d Surface<'_>) -> Cow<'d, str> {
        desk.standing(self.stage, self.end)
    }

    pub(super) fn sample() -> Self {
        let at = |minutes: i64| Timestamp::from_seconds(SAMPLE_NOW - minutes * 60);
        Self {
            id: "0198c0de-0000-7000-8000-000000000001".to_owned(),
            number: "K7QF-3M2P".to_owned(),
            person: Some("Maria Lindqvist".to_owned()),
            purpose: "Get back into your account".to_owned(),
            source: "helpdesk".to_owned(),
            opener: Some("Jonas Weber".to_owned()),
            ticket: Some("INC0048213".to_owned()),
            stage: "proving",
            end: None,
            opened_at: at(12),
            changed_at: at(3),
        }
    }

    /// One line for every stage and every end, and one whose words are long.
    pub(super) fn samples() -> Vec<Self> {
        let numbers = ["K7QF-3M2P", "T4XD-9HRB", "W2NC-6JVK", "B8MP-4QTZ", "H5RG-7YLD"];
        let stages = table::STAGES.iter().filter(|stage| **stage != "closed");
        let open = stages.map(|stage| (*stage, None));
        let ended = table::ENDS.iter().map(|end| ("closed", Some(*end)));
        open.chain(ended)
            .zip(numbers.iter().cycle())
            .zip((1..).step_by(83))
            .map(|(((stage, end), number), minutes)| {
                let odd = minutes % 2 == 0;
                let moved = Timestamp::from_seconds(SAMPLE_NOW - minutes * 60);
                let opened = Timestamp::from_seconds(SAMPLE_NOW - (minutes + 14) * 60);
                Self {
                    number: (*number).to_owned(),
                    stage,
                    end,
                    person: odd.then(|| "Maria Lindqvist".to_owned()),
                    opener: odd.then(|| "Jonas Weber".to_owned()),
                    ticket: odd.then(|| "INC0048213".to_owned()),
                    source: if odd { "helpdesk" } else { "portal" }.to_owned(),
                    opened_at: opened,
                    changed_at: moved,
                    ..Self::sample()
                }
            })
            .chain([Self {
                person: Some("Wolfeschlegelsteinhausenbergerdorff-Papadopoulos-Featherstonehaugh".to_owned()),
                ticket: Some("CHANGE-REQUEST-2026-000000048213-REOPENED".to_owned()),
                ..Self::sample()
            }])
            .collect()
    }
}
