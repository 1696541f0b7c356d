//! What a verifier of ours shows to a reviewer, in the order in which it is looked at: the pictures, what was read and whether its check
//! digits hold, what speaks against it, the person doing what was asked, and the portrait beside the person. Whose account is
//! claimed comes after the judgement, elsewhere.

use super::path;
use super::words::words;

/// Everything there is to see of a proof; no pictures where they are gone.
#[derive(Clone, Debug)]
pub struct Exhibits {
    /// The document and the person.
    pub pictures: Vec<Picture>,
    /// What was read.
    pub read: Vec<Read>,
    /// What speaks against it, the gravest first.
    pub findings: Vec<Remark>,
    /// The person doing what was asked, step by step.
    pub frames: Vec<Picture>,
    /// The portrait and the face, cut out, to be held beside each other.
    pub pair: Vec<Picture>,
    /// How alike the software says that they are, and one of [`super::table::LIKENESSES`].
    pub similarity: Option<(String, String)>,
    /// What the verifier can say and what not.
    pub assurance: String,
}

/// A picture, by the name under which it is asked for.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its name.
    pub name: String,
    /// What it shows, one of [`super::table::VIEWS`].
    pub shows: &'static str,
    /// Which step, of a frame.
    pub step: Option<u32>,
}

/// One thing that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// What it is, one of [`super::table::FIELDS`].
    pub field: String,
    /// What it says.
    pub value: String,
    /// Where it was read, one of [`super::table::CODES`].
    pub code: String,
    /// Whether its check digit holds, where it has one.
    pub checked: Option<bool>,
}

/// Something that a reviewer should know.
#[derive(Clone, Debug)]
pub struct Remark {
    /// How much it weighs, one of [`super::table::WEIGHTS`].
    pub weight: &'static str,
    /// What it is, one of [`super::table::REMARKS`], or a word of a later version.
    pub word: String,
    /// What it is about: a side, a field, the number of another case.
    pub about: Option<String>,
}

impl Remark {
    /// How it strikes the eye.
    pub(super) fn tone(&self) -> &'static str {
        match self.weight {
            "contradiction" => "alert",
            "signal" => "warn",
            _ => "",
        }
    }

    /// What it is about, in words that may be read.
    pub(super) fn about(&self) -> String {
        self.about.as_deref().unwrap_or_default().replace('_', " ")
    }
}

impl Picture {
    pub(super) fn address(&self, case: &str) -> String {
        path::picture(case, &self.name)
    }
}

words! {
    /// What stands around them.
    Words {
        limits, pictures, gone, read, holds, holds_not, findings, none, frames, faces, alike, no_faces, open, marked;
        step
    }
}

impl Exhibits {
    pub(super) fn sample() -> Self {
        let picture = |name: &str, shows| Picture {
            name: name.to_owned(),
            shows,
            step: None,
        };
        let read = |field: &str, value: &str, checked| Read {
            field: field.to_owned(),
            value: value.to_owned(),
            code: "zone".to_owned(),
            checked,
        };
        let remark = |weight, word: &str, about: Option<&str>| Remark {
            weight,
            word: word.to_owned(),
            about: about.map(str::to_owned),
        };
        let frame = |step: u32| Picture {
            name: format!("frame-{step}"),
            shows: "frame",
            step: Some(step),
        };
        Self {
            pictures: vec![
                picture("front", "front"),
                picture("back", "back"),
                picture("selfie", "selfie"),
            ],
            read: vec![
                read("family_name", "LINDQVIST", None),
                read("given_names", "MARIA ELISABET", None),
                read("birth_date", "1988-05-14", Some(true)),
                Read {
                    code: "barcode".to_owned(),
                    ..read("kind", "identity_card", None)
                },
                read("issuer", "UTO", None),
                read("number", "L898902C3", Some(true)),
                read("expiry", "2031-04-15", Some(false)),
            ],
            findings: vec![
                remark("contradiction", "check_digit", Some("expiry")),
                remark("signal", "near_reuse", Some("K7QF-3M2P")),
                remark("signal", "virtual_camera", Some("OBS Virtual Camera")),
                remark("signal", "something_newer", None),
                remark("fact", "quality", Some("front glare")),
            ],
            frames: (1..=4).map(frame).collect(),
            pair: vec![picture("portrait", "portrait"), picture("face", "face")],
            similarity: Some(("0.41".to_owned(), "probably_alike".to_owned())),
            assurance: "One document was read and not validated at its issuer.".to_owned(),
        }
    }

    /// The same with everything that can be found at all.
    pub(super) fn sample_of_doubts() -> Self {
        let findings = super::table::REMARKS.iter().map(|word| Remark {
            weight: "signal",
            word: (*word).to_owned(),
            about: None,
        });
        Self {
            findings: findings.collect(),
            similarity: Some(("0.12".to_owned(), "different".to_owned())),
            ..Self::sample()
        }
    }

    /// The same with nothing found, by software that is not sure of the faces; `None` where it could not compare them.
    pub(super) fn sample_of_calm(similarity: Option<&str>) -> Self {
        Self {
            findings: Vec::new(),
            similarity: similarity.map(|value| (value.to_owned(), "unclear".to_owned())),
            ..Self::sample()
        }
    }

    /// The same when everything is gone.
    pub(super) fn sample_of_nothing() -> Self {
        Self {
            pictures: Vec::new(),
            read: Vec::new(),
            findings: Vec::new(),
            frames: Vec::new(),
            pair: Vec::new(),
            similarity: None,
            assurance: String::new(),
        }
    }
}
