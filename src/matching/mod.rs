//! Does the proof fit the account? Pure: no clock, no network, no chance; the same input gives the same words.
//!
//! The case knows whose account it is before anything is proven, so nothing is searched here: one record is held
//! against one proof. A match always rests on given name, family name and date of birth together, now or (where a face was
//! recognised) at the earlier proof; what cannot be compared goes to a reviewer and what differs ends the case. The reasons are for staff and go into the audit log in
//! clear, so they are built from fixed texts only and carry no value of anybody. What the person reads is one neutral
//! sentence and not made here (it must not tell which attribute failed).
//!
//! Nicknames, aliases, edit distance and the presets that use them are left to later versions: [`VERSION`] goes up
//! whenever the same input could get another verdict.

mod date;
mod name;
mod particle;
mod script;
#[cfg(test)]
mod tests;
mod word;

use doorward_contract::{Account, Person};
use serde::{Deserialize, Serialize};

/// Which rules were applied: written into every explanation, so that an old verdict can be understood later.
pub const VERSION: u32 = 2;

/// How much must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Given name, family name and date of birth; an account without a date of birth is a fault of the settings.
    Strict,
    /// Given and family name, and the date of birth wherever both sides have one; without it a reviewer decides.
    Names,
    /// What Okta sent along: given and family name, and the date of birth; without it a reviewer would have to decide.
    Okta,
    /// What Okta sent along, if that is the names alone: they are enough. A namesake's document would pass.
    OktaInsecureNamesOnly,
}

/// What follows from the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything the preset asks for agrees.
    Match,
    /// Nothing differs, but something could not be compared.
    Review,
    /// Something differs.
    Mismatch,
}

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Given names, middle names included.
    GivenName,
    /// Family names, particles and suffix included.
    FamilyName,
    /// Middle names by themselves; only where somebody asks for them, and they decide nothing.
    MiddleName,
    /// Date of birth.
    BirthDate,
    /// Whether other accounts carry the same name.
    Namesakes,
}

impl Field {
    /// The word used in summaries, log and audit.
    pub fn word(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::BirthDate => "birth_date",
            Self::Namesakes => "namesakes",
        }
    }
}

/// What the comparison of one attribute found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The same after folding case, diacritics and punctuation.
    Equal,
    /// The same by a rule that the reason names.
    Equivalent,
    /// Not the same.
    Differs,
    /// The directory does not have it.
    MissingInDirectory,
    /// The proof does not have it, or not in a script that can be compared.
    MissingInProof,
    /// Only of namesakes: nobody else carries the name.
    Unique,
    /// Only of namesakes: others carry the name too.
    Shared,
}

impl Finding {
    /// Whether the two sides say the same.
    pub fn agrees(self) -> bool {
        matches!(self, Self::Equal | Self::Equivalent)
    }

    fn missing(self) -> bool {
        matches!(self, Self::MissingInDirectory | Self::MissingInProof)
    }
}

/// One attribute, what was found and why. Holds no personal value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// What was compared.
    pub attribute: Field,
    /// What was found.
    pub finding: Finding,
    /// Why, exact enough for staff to act on.
    pub reason: String,
}

/// A verdict and everything it rests on. Holds no personal value: it is written to the audit log in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The version of the rules.
    pub version: u32,
    /// The preset that was asked for.
    pub preset: Preset,
    /// What follows.
    pub verdict: Verdict,
    /// One entry for each [`Field`] that the preset looks at, in their order.
    pub attributes: Vec<Attribute>,
    /// The verdict in one line, for staff.
    pub summary: String,
}

/// A finding with its reason: a fixed text, so that no value can slip into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Judgement {
    finding: Finding,
    reason: &'static str,
}

impl Judgement {
    const fn new(finding: Finding, reason: &'static str) -> Self {
        Self { finding, reason }
    }
}

/// Holds a proof against the account it should belong to; `namesakes` counts the other accounts with that name.
pub fn compare(preset: Preset, account: &Account, person: &Person, namesakes: usize) -> Explanation {
    let (names, native) = names(account, person);
    let birth_date = date::compare(preset, account.birth_date, person.birth_date);
    let tail = if native { ", in the document's own script" } else { "" };
    let mut attributes = vec![
        attribute(Field::GivenName, names.given, tail),
        attribute(Field::FamilyName, names.family, tail),
    ];
    match preset {
        Preset::Strict | Preset::Names => {
            attributes.push(attribute(Field::BirthDate, birth_date, ""));
            attributes.push(attribute(Field::Namesakes, alone(namesakes, birth_date.finding), ""));
        }
        // Okta is told of each claim by itself, and has no directory that anybody could look around in.
        Preset::Okta | Preset::OktaInsecureNamesOnly => {
            attributes.extend(names.middle.map(|middle| attribute(Field::MiddleName, middle, tail)));
            attributes.push(attribute(Field::BirthDate, birth_date, ""));
        }
    }
    let verdict = verdict(preset, &attributes);
    Explanation {
        version: VERSION,
        preset,
        verdict,
        summary: summary(preset, verdict, &attributes),
        attributes,
    }
}

/// A face was that of an earlier proof, whose person was compared with the account then.
pub fn recognised(preset: Preset, earlier: &str) -> Explanation {
    by_face(
        preset,
        Verdict::Match,
        format!("same person as the proof of case {earlier}"),
    )
}

/// The same, but the directory has another name or date of birth by now: whose account it is must be proven anew.
pub fn changed(preset: Preset, earlier: &str) -> Explanation {
    let summary =
        format!("same person as the proof of case {earlier}, but the directory's name or date of birth changed since");
    by_face(preset, Verdict::Review, summary)
}

/// The same, but the earlier proof is not remembered for the account any more.
pub fn forgotten(preset: Preset, earlier: &str) -> Explanation {
    let summary = format!("the proof of case {earlier} is not remembered for this account any more");
    by_face(preset, Verdict::Review, summary)
}

/// A verdict that rests on a face alone: no attribute was compared.
fn by_face(preset: Preset, verdict: Verdict, summary: String) -> Explanation {
    Explanation {
        version: VERSION,
        preset,
        verdict,
        attributes: Vec::new(),
        summary,
    }
}

/// The name as the document has it, or in its own script if that is the one that fits (or the only one that speaks).
/// Both halves are always taken from the same record, so that no name is pieced together from two.
fn names(account: &Account, person: &Person) -> (name::Names, bool) {
    let latin = name::compare(&account.name, &person.name);
    let Some(native) = &person.native_name else {
        return (latin, false);
    };
    let native = name::compare(&account.name, native);
    let better = !latin.agree() && (native.agree() || (native.differ() && !latin.differ()));
    if better { (native, true) } else { (latin, false) }
}

fn attribute(attribute: Field, judgement: Judgement, tail: &str) -> Attribute {
    Attribute {
        attribute,
        finding: judgement.finding,
        reason: format!("{}{tail}", judgement.reason),
    }
}

/// Whether the name singles the account out, and what that means where no date of birth decided.
fn alone(namesakes: usize, birth_date: Finding) -> Judgement {
    match (namesakes, birth_date.missing()) {
        (0, false) => Judgement::new(Finding::Unique, "no other account carries this name"),
        (0, true) => Judgement::new(
            Finding::Unique,
            "no other account carries this name, but a name alone never decides",
        ),
        (_, false) => Judgement::new(
            Finding::Shared,
            "other accounts carry this name: the date of birth decides between them",
        ),
        (_, true) => Judgement::new(
            Finding::Shared,
            "other accounts carry this name and no date of birth decides: the reviewer must tell them apart",
        ),
    }
}

/// A difference outweighs a gap, and a gap outweighs agreement. Namesakes count only through the date of birth, which all
/// presets but the insecure one need for a match; what the presets ask beyond that is a later version's.
fn verdict(preset: Preset, attributes: &[Attribute]) -> Verdict {
    if attributes.iter().any(|one| one.finding == Finding::Differs) {
        Verdict::Mismatch
    } else if attributes.iter().any(|one| wanting(preset, one)) {
        Verdict::Review
    } else {
        Verdict::Match
    }
}

/// Whether something could not be compared that should have been. What nobody sent along need not be there by the insecure
/// preset; what was sent along must not be missing in the proof.
fn wanting(preset: Preset, one: &Attribute) -> bool {
    let needless = match one.attribute {
        Field::MiddleName => true,
        Field::BirthDate => preset == Preset::OktaInsecureNamesOnly && one.finding == Finding::MissingInDirectory,
        Field::GivenName | Field::FamilyName | Field::Namesakes => false,
    };
    one.finding.missing() && !needless
}

fn summary(preset: Preset, verdict: Verdict, attributes: &[Attribute]) -> String {
    let list = |wanted: &dyn Fn(&Attribute) -> bool| {
        let words: Vec<&str> = attributes
            .iter()
            .filter(|one| wanted(one))
            .map(|one| one.attribute.word())
            .collect();
        words.join(", ")
    };
    let born = |one: &Attribute| one.attribute == Field::BirthDate && one.finding.agrees();
    match verdict {
        Verdict::Match if attributes.iter().any(born) => "given name, family name and date of birth agree".to_owned(),
        Verdict::Match => "given name and family name agree, and the settings ask for nothing else".to_owned(),
        Verdict::Review => format!(
            "nothing differs, but not compared: {}",
            list(&|one| wanting(preset, one))
        ),
        Verdict::Mismatch => format!("differs: {}", list(&|one| one.finding == Finding::Differs)),
    }
}
