//! What follows from everything that was found. Pure. Refusal may be automatic, because an honest person has another way; letting
//! pass is not, unless the purpose says so and nothing at all is odd.

use serde::Serialize;
use serde_json::Value;

use super::camera;
use super::state::{Again, End, Known, State, Whose};
use super::word::Hand;
use crate::crypto::token::Digest;
use doorward_builtin::challenge::{Judgement, Outcome};
use doorward_builtin::document::{Reading, Signal};
use doorward_builtin::face::{Comparison, Finding, Likeness};
use doorward_contract::{Remark, Weight};

/// Everything that a decision rests on.
#[derive(Clone)]
pub(super) struct Found<'a> {
    pub ended: Option<End>,
    pub reading: Option<&'a Reading>,
    pub portrait: &'a [Finding],
    pub comparison: Option<&'a Comparison>,
    /// How often the faces were different, on good pictures.
    pub different: u32,
    pub judgement: Option<&'a Judgement>,
    /// The picture at the end shows another face than the frames.
    pub changed: bool,
    pub known: &'a [Known],
    pub cameras: Vec<&'a str>,
    pub agents: &'a [(Hand, Digest)],
    pub uploads: Vec<&'a str>,
    pub edited: Vec<&'a str>,
    /// Nobody has to look when nothing is odd.
    pub automatic: bool,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Declined(Vec<String>),
    Review(Vec<String>),
    Passed,
}

/// Why a person looks who always does.
const ALWAYS: &str = "reviewed_always";

impl<'a> Found<'a> {
    /// What a session that is over found.
    pub(super) fn of(state: &'a State) -> Self {
        Self {
            ended: state.ended,
            reading: state.reading.as_ref(),
            portrait: &state.portrait,
            comparison: state.selfie.comparison.as_ref(),
            different: state.selfie.different,
            judgement: state.selfie.judgement.as_ref(),
            changed: state.selfie.changed,
            known: &state.known,
            cameras: state.cameras.iter().map(String::as_str).collect(),
            agents: &state.agents,
            uploads: state.uploads.iter().map(String::as_str).collect(),
            edited: state.edited.iter().map(String::as_str).collect(),
            automatic: state.here.documents.automatic,
        }
    }

    /// Decides, and says why in words that name nobody.
    pub(super) fn decide(&self) -> Decision {
        if let Some(end) = self.ended {
            return Decision::Declined(vec![end.word().to_owned()]);
        }
        let reasons = self.reasons();
        match (reasons.is_empty(), self.automatic) {
            (true, true) => Decision::Passed,
            (true, false) => Decision::Review(vec![ALWAYS.to_owned()]),
            (false, _) => Decision::Review(reasons),
        }
    }

    /// What a person has to look at, in words that name nobody, the gravest first.
    pub(super) fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for remark in self.remarks() {
            if remark.weight < Weight::Fact && !reasons.contains(&remark.word) {
                reasons.push(remark.word);
            }
        }
        reasons
    }

    /// Everything that a reviewer should know, the gravest first.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        let mut found = Vec::new();
        if let Some(end) = self.ended {
            found.push(remark(Weight::Contradiction, end.word(), None));
        }
        self.document(&mut found);
        self.reuse(&mut found);
        self.faces(&mut found);
        self.challenge(&mut found);
        self.cameras(&mut found);
        found.sort_by_key(|remark| remark.weight);
        found
    }

    fn document(&self, found: &mut Vec<Remark>) {
        let Some(reading) = self.reading else {
            found.push(remark(Weight::Contradiction, "nothing_read", None));
            return;
        };
        let contradictions = reading.contradictions.iter();
        found.extend(contradictions.map(|one| worded(Weight::Contradiction, one)));
        for signal in &reading.signals {
            let weight = match signal {
                // Names that are cut are compared by their beginning, and a picture that could be better was read all the same.
                Signal::CutNames | Signal::Quality(..) => Weight::Fact,
                _ => Weight::Signal,
            };
            found.push(worded(weight, signal));
        }
        if reading.birth.is_some_and(|birth| birth.full().is_none()) {
            found.push(remark(Weight::Signal, "birth_date_in_part", None));
        }
    }

    fn reuse(&self, found: &mut Vec<Remark>) {
        for known in self.known {
            let (weight, word) = match (known.what, known.whose) {
                (Again::Exact, _) => (Weight::Contradiction, "reused_picture"),
                (Again::Document, Whose::Same) => (Weight::Fact, "document_seen_before"),
                (Again::Document, _) => (Weight::Contradiction, "document_seen_elsewhere"),
                (Again::Near, Whose::Same) => (Weight::Fact, "looks_like_before"),
                (Again::Near, _) => (Weight::Signal, "near_reuse"),
            };
            found.push(remark(weight, word, Some(known.number.clone())));
        }
    }

    fn faces(&self, found: &mut Vec<Remark>) {
        for finding in self.portrait {
            let mut one = worded(Weight::Signal, finding);
            one.about = Some(one.word.clone());
            "weak_portrait".clone_into(&mut one.word);
            found.push(one);
        }
        let Some(comparison) = self.comparison else {
            found.push(remark(Weight::Signal, "faces_not_compared", None));
            return;
        };
        for finding in &comparison.selfie {
            let mut one = worded(Weight::Signal, finding);
            one.about = Some(one.word.clone());
            "weak_selfie".clone_into(&mut one.word);
            found.push(one);
        }
        match comparison.likeness {
            Some(Likeness::Alike | Likeness::ProbablyAlike) => {}
            Some(Likeness::Unclear) => found.push(remark(Weight::Signal, "faces_unclear", None)),
            Some(Likeness::Different) => found.push(remark(Weight::Contradiction, "faces_different", None)),
            None => found.push(remark(Weight::Signal, "faces_not_compared", None)),
        }
        if self.different > 0 {
            found.push(remark(Weight::Signal, "faces_different_once", None));
        }
        if self.changed {
            found.push(remark(Weight::Contradiction, "face_changed", None));
        }
    }

    fn challenge(&self, found: &mut Vec<Remark>) {
        let Some(judgement) = self.judgement else {
            found.push(remark(Weight::Signal, "challenge_not_done", None));
            return;
        };
        if judgement.outcome == Outcome::NotDone {
            let first = judgement.shortfalls.first().map(|one| worded(Weight::Signal, one).word);
            found.push(remark(Weight::Signal, "challenge_not_done", first));
        }
        found.extend(judgement.signals.iter().map(|signal| worded(Weight::Signal, signal)));
    }

    fn cameras(&self, found: &mut Vec<Remark>) {
        for camera in &self.cameras {
            let about = Some((*camera).to_owned());
            found.push(if camera::is_virtual(camera) {
                remark(Weight::Signal, "virtual_camera", about)
            } else {
                remark(Weight::Fact, "camera", about)
            });
        }
        for what in &self.uploads {
            found.push(remark(Weight::Signal, "upload", Some((*what).to_owned())));
        }
        for what in &self.edited {
            found.push(remark(Weight::Signal, "edited", Some((*what).to_owned())));
        }
        for hand in [Hand::Own, Hand::Phone] {
            if self.agents.iter().filter(|(in_hand, _)| *in_hand == hand).count() > 1 {
                found.push(remark(Weight::Signal, "browser_changed", None));
            }
        }
    }
}

fn remark(weight: Weight, word: &str, about: Option<String>) -> Remark {
    Remark {
        weight,
        word: word.to_owned(),
        about,
    }
}

/// A finding of the reading half's in its own words: `{"quality": ["front", "dark"]}` is `quality`, about `front dark`.
fn worded(weight: Weight, finding: &impl Serialize) -> Remark {
    let value = serde_json::to_value(finding).unwrap_or_default();
    match value {
        Value::Object(one) => {
            let (word, about) = one.into_iter().next().unwrap_or_default();
            remark(weight, &word, Some(flat(&about)))
        }
        value => remark(weight, &flat(&value), None),
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(" "),
        Value::Object(one) => one
            .iter()
            .map(|(key, value)| format!("{key} {}", flat(value)))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
