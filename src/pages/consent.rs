//! The person agrees to be checked, or does not. Explicit consent to the use of pictures of the face (GDPR Art. 9 (2) (a))
//! needs all of this in sight before the button, and a way back that is as easy (Art. 7 (3)).

use std::time::Duration;

use askama::Template;
use serde::Deserialize;

use super::icon::Icon;
use super::path;
use super::shell::{About, Screen, Shell};
use super::text::{Kept, LookedAt, Sentence};
use doorward_contract::Timestamp;

/// The person agrees, or not.
#[derive(Clone, Debug)]
pub struct Consent {
    /// What it is for.
    pub purpose_title: String,
    /// Why it is asked, in the company's words.
    pub reason: Option<String>,
    /// Who asked for it, if it was not the person.
    pub requester: Option<String>,
    /// The company that checks the document and the face.
    pub verifier_name: String,
    /// Who looks at it and who decides.
    pub decides: Decides,
    /// What whoever sent the person is told, if somebody did.
    pub told: Option<Told>,
    /// How long whoever sent the person waits, where that is not long.
    pub time_left: Option<Duration>,
    /// The earlier check that makes this one short, if there is one.
    pub short: Option<Short>,
    /// For how long the person may ask to be recognised, if at all.
    pub remember: Option<Duration>,
    /// What is looked at.
    pub looked_at: Vec<LookedAt>,
    /// How long it stays.
    pub kept: Kept,
    /// The two words that the agent's screen shows too, where an agent opened the case.
    pub words: Option<String>,
    /// Proves that the form is ours.
    pub form_token: String,
    /// What the person quotes on the phone.
    pub number: String,
}

/// Who looks at what the person shows, and who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// The verifier, at its own place.
    Verifier,
    /// A colleague of the person's, always; software on the company's own server only reads and compares.
    Colleague,
    /// That software, and a colleague where anything is unclear.
    Software,
}

/// What a relying party is told, besides whether it is the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its name for people.
    pub who: String,
    /// The name, as the document has it.
    pub name: bool,
    /// The date of birth.
    pub birth_date: bool,
}

/// A face is held against an earlier check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// When the person was checked.
    pub proven_at: Timestamp,
    /// Until when that is kept.
    pub until: Timestamp,
    /// Whether there is time for a full check instead.
    pub full: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    title: String,
    lead: Sentence,
    purpose: String,
    requester: String,
    who: String,
    who_text: Sentence,
    who_colleague: Vec<Sentence>,
    who_software: Vec<Sentence>,
    looked_at: String,
    time: String,
    time_text: Sentence,
    told: Sentence,
    told_result: String,
    told_name: String,
    told_birth_date: String,
    kept: String,
    choice: String,
    choice_text: Sentence,
    agreement: Sentence,
    agreement_face: Sentence,
    agreement_here: Sentence,
    agreement_here_face: Sentence,
    agree: String,
    refuse: String,
    lead_short: Sentence,
    earlier: String,
    earlier_text: Sentence,
    agreement_short: Sentence,
    full: String,
    forget: String,
    remember: String,
    remember_text: Sentence,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct View<'a> {
    shell: &'a Shell<'a>,
    words: &'a Words,
    page: &'a Consent,
    lead: String,
    who: Vec<String>,
    earlier: Option<String>,
    remember: Option<String>,
    agreement: String,
    looked_at: Vec<&'a str>,
    told_what: Vec<&'a str>,
    time_left: Option<String>,
    kept: [String; 3],
}

impl Screen for Consent {
    fn state(&self) -> &'static str {
        "consent"
    }

    fn about(&self) -> About<'_> {
        About {
            number: Some(&self.number),
            words: self.words.as_deref(),
            step: Some(2),
            ..About::default()
        }
    }

    fn draw(&self, shell: &Shell<'_>) -> askama::Result<String> {
        let words = &shell.text.consent;
        // Nobody agrees to more than is done.
        let face = self.looked_at.contains(&LookedAt::Face);
        let agreement = match (self.short.is_some(), self.decides, face) {
            (true, _, _) => &words.agreement_short,
            (false, Decides::Verifier, true) => &words.agreement_face,
            (false, Decides::Verifier, false) => &words.agreement,
            (false, _, true) => &words.agreement_here_face,
            (false, _, false) => &words.agreement_here,
        };
        let who = match self.decides {
            Decides::Verifier => std::slice::from_ref(&words.who_text),
            Decides::Colleague => &words.who_colleague,
            Decides::Software => &words.who_software,
        };
        let places = [("company", shell.company()), ("verifier", self.verifier_name.as_str())];
        let lead = if self.short.is_some() {
            &words.lead_short
        } else {
            &words.lead
        };
        let time = &shell.text.time;
        View {
            who: who.iter().map(|says| says.fill(&places)).collect(),
            lead: lead.fill(&[("company", shell.company())]),
            earlier: self.short.map(|short| {
                words.earlier_text.fill(&[
                    ("date", &time.date(short.proven_at)),
                    ("until", &time.date(short.until)),
                    ("verifier", &self.verifier_name),
                ])
            }),
            remember: self.remember.map(|length| {
                words.remember_text.fill(&[
                    ("verifier", &self.verifier_name),
                    ("length", &time.length(length)),
                    ("contact", &shell.contact()),
                ])
            }),
            shell,
            words,
            page: self,
            agreement: agreement.fill(&[
                ("company", shell.company()),
                ("verifier", &self.verifier_name),
                ("button", &words.agree),
            ]),
            time_left: self.time_left.map(|left| {
                let length = shell.text.time.length(left);
                words.time_text.fill(&[("length", &length)])
            }),
            told_what: self.told.as_ref().map_or_else(Vec::new, |told| told.list(words)),
            looked_at: shell.text.looked_at.list(&self.looked_at),
            kept: shell.text.kept.list(self.kept, &shell.text.time),
        }
        .render()
    }
}

impl Told {
    fn list<'w>(&self, words: &'w Words) -> Vec<&'w str> {
        let further = [
            (self.name, words.told_name.as_str()),
            (self.birth_date, words.told_birth_date.as_str()),
        ];
        let further = further.into_iter().filter_map(|(told, what)| told.then_some(what));
        std::iter::once(words.told_result.as_str()).chain(further).collect()
    }
}

impl Consent {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        let own = Self {
            purpose_title: "Get back into your account".to_owned(),
            reason: None,
            requester: None,
            told: None,
            time_left: None,
            short: None,
            remember: None,
            verifier_name: "Persona".to_owned(),
            decides: Decides::Verifier,
            looked_at: LookedAt::ALL.to_vec(),
            kept: Kept {
                proof: Duration::ZERO,
                personal: Duration::from_hours(30 * 24),
            },
            words: None,
            form_token: "sample".to_owned(),
            number: "K7QF-3M2P".to_owned(),
        };
        let asked = Self {
            reason: Some("Your account was locked after an unusual sign-in.".to_owned()),
            requester: Some("Jonas Weber, IT Service Desk".to_owned()),
            words: Some("lantern otter".to_owned()),
            looked_at: vec![LookedAt::Document, LookedAt::Name],
            kept: Kept {
                proof: Duration::from_hours(1),
                personal: Duration::from_mins(90),
            },
            ..own.clone()
        };
        let sent = Self {
            purpose_title: "Show that it is you".to_owned(),
            requester: Some("Example Intranet".to_owned()),
            told: Some(Told {
                who: "Example Intranet".to_owned(),
                name: true,
                birth_date: true,
            }),
            time_left: Some(Duration::from_mins(4)),
            ..own.clone()
        };
        vec![
            ("consent", own.clone()),
            ("consent-asked", asked),
            ("consent-sent", sent.clone()),
        ]
        .into_iter()
        .chain(Self::looked_at_here(&own))
        .chain(Self::recognised(&sent))
        .collect()
    }

    /// The company itself looks.
    fn looked_at_here(own: &Self) -> [(&'static str, Self); 2] {
        let here = Self {
            verifier_name: "the company itself".to_owned(),
            decides: Decides::Colleague,
            ..own.clone()
        };
        let alone = Self {
            decides: Decides::Software,
            looked_at: vec![LookedAt::Document, LookedAt::Name],
            ..here.clone()
        };
        [("consent-here", here), ("consent-here-automatic", alone)]
    }

    /// Somebody may be recognised, the next time or now.
    fn recognised(sent: &Self) -> [(&'static str, Self); 3] {
        let remembering = Self {
            remember: Some(Duration::from_hours(90 * 24)),
            ..sent.clone()
        };
        let short = Self {
            requester: Some("Microsoft".to_owned()),
            told: Some(Told {
                who: "Microsoft".to_owned(),
                name: false,
                birth_date: false,
            }),
            short: Some(Short {
                proven_at: Timestamp::from_seconds(1_768_471_200),
                until: Timestamp::from_seconds(1_776_247_200),
                full: true,
            }),
            looked_at: vec![LookedAt::Face, LookedAt::SameFace],
            ..sent.clone()
        };
        let hurried = Self {
            time_left: Some(Duration::from_mins(2)),
            short: short.short.map(|short| Short { full: false, ..short }),
            ..short.clone()
        };
        [
            ("consent-remember", remembering),
            ("consent-short", short),
            ("consent-short-hurried", hurried),
        ]
    }
}
