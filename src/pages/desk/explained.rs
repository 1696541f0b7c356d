//! Parts that several screens show of a case: what was compared, what a plan does, who agreed.

use crate::case::plan::StepState;
use doorward_contract::Timestamp;

/// One attribute, what was found and why. Holds no value of anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What was compared, one of [`super::table::FIELDS`].
    pub attribute: &'static str,
    /// What was found, one of [`super::table::FINDINGS`].
    pub finding: &'static str,
    /// Why, exact enough for staff to act on.
    pub reason: String,
}

impl Compared {
    pub(super) fn tone(&self) -> &'static str {
        match self.finding {
            "equal" | "equivalent" | "unique" => "good",
            "differs" => "alert",
            _ => "warn",
        }
    }

    pub(super) fn sample(attribute: &'static str, finding: &'static str, reason: &str) -> Self {
        Self {
            attribute,
            finding,
            reason: reason.to_owned(),
        }
    }
}

/// A comparison and everything it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What follows, one of [`super::table::VERDICTS`].
    pub verdict: &'static str,
    /// The verdict in one line.
    pub summary: String,
    /// The preset and the version of the rules: `names`, 2.
    pub rules: (String, u32),
    /// Every attribute.
    pub rows: Vec<Compared>,
}

impl Explained {
    pub(super) fn tone(&self) -> &'static str {
        match self.verdict {
            "match" => "good",
            "mismatch" => "alert",
            _ => "warn",
        }
    }

    pub(super) fn sample() -> Self {
        Self {
            verdict: "match",
            summary: "given name, family name and date of birth agree".to_owned(),
            rules: ("names".to_owned(), 2),
            rows: vec![
                Compared::sample("given_name", "equal", "same after folding case and diacritics"),
                Compared::sample("family_name", "equivalent", "same with the particle left out"),
                Compared::sample("birth_date", "equal", "same day, month and year"),
                Compared::sample("namesakes", "unique", "no other account carries this name"),
            ],
        }
    }

    pub(super) fn sample_of_every_finding() -> Self {
        Self {
            verdict: "mismatch",
            summary: "the family name differs".to_owned(),
            rows: vec![
                Compared::sample("given_name", "missing_in_directory", "the account has no given name"),
                Compared::sample("middle_name", "missing_in_proof", "the document has no middle name"),
                Compared::sample("family_name", "differs", "neither the same nor equal by any rule"),
                Compared::sample("birth_date", "missing_in_directory", "the account has no date of birth"),
                Compared::sample("namesakes", "shared", "two other accounts carry this name"),
            ],
            ..Self::sample()
        }
    }
}

/// One step of a plan, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    /// The connector's name in the settings.
    pub connector: String,
    /// What it does, one of [`super::table::ABILITIES`].
    pub action: String,
    /// How far it has come, one of [`super::table::STEP_STATES`].
    pub state: &'static str,
    /// When that was found.
    pub at: Option<Timestamp>,
    /// Facts from the vendor. Never a secret.
    pub facts: Vec<(String, String)>,
    /// Why it failed.
    pub why: Option<String>,
    /// What else staff should know: that the plan goes on without it, what taking it back comes to.
    pub notes: Vec<String>,
}

impl StepLine {
    /// The word of a step's state.
    pub const fn state_of(state: &StepState) -> &'static str {
        match state {
            StepState::Waiting => "waiting",
            StepState::Intended { .. } => "intended",
            StepState::Done { .. } => "done",
            StepState::Undoing { .. } => "undoing",
            StepState::Undone { .. } => "undone",
            StepState::Failed { .. } => "failed",
        }
    }

    pub(super) fn tone(&self) -> &'static str {
        match self.state {
            "done" => "good",
            "failed" => "alert",
            "intended" | "undoing" => "accent",
            "undone" => "warn",
            _ => "",
        }
    }

    pub(super) fn sample(connector: &str, action: &str, state: &'static str) -> Self {
        Self {
            connector: connector.to_owned(),
            action: action.to_owned(),
            state,
            at: None,
            facts: Vec::new(),
            why: None,
            notes: Vec::new(),
        }
    }
}

/// Somebody agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The operator's name.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What they added.
    pub note: Option<String>,
}

/// How many must agree, why, and who has.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Quorum {
    /// How many.
    pub needed: u32,
    /// Why so many, each one of [`super::table::QUORUMS`].
    pub why: Vec<&'static str>,
    /// Who has agreed.
    pub given: Vec<Agreed>,
}

impl Quorum {
    pub(super) fn sample(agreed: usize) -> Self {
        let one = |who: &str, seconds: i64, note: Option<&str>| Agreed {
            who: who.to_owned(),
            at: Timestamp::from_seconds(super::frame::SAMPLE_NOW - seconds),
            note: note.map(str::to_owned),
        };
        let all = [
            one(
                "Amara Okafor",
                240,
                Some("Spoke to her on the number of the personnel file."),
            ),
            one("Tomás Rivera", 60, None),
        ];
        Self {
            needed: 2,
            why: vec!["purpose", "tier"],
            given: all.into_iter().take(agreed).collect(),
        }
    }
}
