//! Further checks of a purpose, and what a Duo account needs to be asked for them.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Draft;
use super::purpose::Purpose;
use super::read::Reading;
use super::secret::Secret;
use super::value::Name;
use doorward_contract::Challenge;

/// Something the person is asked besides the proof.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherCheck {
    /// The connector that asks.
    #[schemars(with = "Name")]
    pub connector: Spanned<Name>,
    /// What it asks: `push`, a message to approve on the phone; `universal_prompt`, a second factor on Duo's own page.
    #[schemars(with = "CheckWord")]
    pub check: Spanned<CheckWord>,
}

/// What a connector can be asked to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckWord {
    /// A message to approve on the phone.
    Push,
    /// A second factor on the vendor's own page.
    UniversalPrompt,
}

impl CheckWord {
    /// The contract's word.
    pub fn challenge(self) -> Challenge {
        match self {
            Self::Push => Challenge::Push,
            Self::UniversalPrompt => Challenge::UniversalPrompt,
        }
    }
}

/// The "Web SDK" application of a Duo account, for the Universal Prompt. Register `<public_url>/return/duo/<connector>` there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Universal {
    /// Its client id (`DI…`).
    pub client_id: String,
    /// Its client secret.
    pub client_secret: Secret,
}

/// Checks what a purpose asks of its connectors.
pub(super) fn check(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    let place = |at: usize| format!("purpose {:?} · checks {}", purpose.name.get_ref().0, at + 1);
    for (at, wanted) in purpose.checks.iter().enumerate() {
        let word = wanted.check.get_ref().challenge();
        let name = &wanted.connector.get_ref().0;
        let known = draft.connector.iter().find(|known| known.name().get_ref().0 == *name);
        // A name that names nothing was noted already.
        if let Some(can) = known.map(super::connector::Connector::challenges)
            && !can.contains(&word)
        {
            let what = format!("connector {name:?} cannot ask for a `{word}`");
            let can: Vec<&str> = can.iter().map(|one| one.word()).collect();
            let remedy = if can.is_empty() {
                "name a connector of kind \"duo\", and give it the keys of `auth` or `universal`".to_owned()
            } else {
                format!("it can: {}", can.join(", "))
            };
            reading.note(
                wanted.check.span(),
                format!("{} · check", place(at)),
                &what,
                Some(&remedy),
            );
        }
        let mut earlier = purpose.checks.iter().take(at);
        let same = |other: &FurtherCheck| {
            (other.connector.get_ref(), other.check.get_ref()) == (wanted.connector.get_ref(), wanted.check.get_ref())
        };
        if earlier.any(same) {
            let what = "the person would be asked the same twice";
            reading.note(wanted.check.span(), place(at), what, Some("name each check once"));
        }
    }
    if !purpose.checks.is_empty() && purpose.directory.is_none() {
        let what = "whoever sends the person brings the record, and there is no account to ask about";
        reading.note(
            purpose.name.span(),
            format!("purpose {:?} · checks", purpose.name.get_ref().0),
            what,
            Some("take them out, or name a directory"),
        );
    }
}
