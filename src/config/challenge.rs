//! Further checks of a purpose, by a connector or by a code that a carrier brings, and what a Duo account needs to be asked for them.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::Draft;
use super::carrier::Carries;
use super::purpose::Purpose;
use super::read::Reading;
use super::secret::Secret;
use super::value::Name;
use doorward_contract::Challenge;

/// Something the person is asked besides the proof.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherCheck {
    /// For `push` and `universal_prompt`: the connector that asks.
    #[schemars(with = "Option<Name>")]
    pub connector: Option<Spanned<Name>>,
    /// For `email_code` and `phone_code`: the carrier that brings the code.
    #[schemars(with = "Option<Name>")]
    pub carrier: Option<Spanned<Name>>,
    /// What the person is asked: `push`, a message to approve on the phone; `universal_prompt`, a second factor on Duo's own
    /// page; `email_code` and `phone_code`, a code sent to where the directory's record says that they are.
    #[schemars(with = "CheckWord")]
    pub check: Spanned<CheckWord>,
    /// For codes: which entries of the record may be used: `private_mail` and `work_mail` (the account's own mailbox) for
    /// `email_code`, `mobile` for `phone_code`. Default: `private_mail`, `mobile`.
    #[schemars(with = "Option<Vec<ReachWord>>")]
    pub contacts: Option<Spanned<Vec<ReachWord>>>,
}

/// What somebody can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckWord {
    /// A message to approve on the phone.
    Push,
    /// A second factor on the vendor's own page.
    UniversalPrompt,
    /// A code by e-mail.
    EmailCode,
    /// A code by SMS.
    PhoneCode,
}

/// A kind of entry in the directory's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachWord {
    /// An e-mail address other than the account's own mailbox.
    PrivateMail,
    /// The account's own mailbox.
    WorkMail,
    /// A mobile number.
    Mobile,
}

impl CheckWord {
    /// The contract's word, where a connector asks.
    pub fn challenge(self) -> Option<Challenge> {
        match self {
            Self::Push => Some(Challenge::Push),
            Self::UniversalPrompt => Some(Challenge::UniversalPrompt),
            Self::EmailCode | Self::PhoneCode => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::UniversalPrompt => "universal_prompt",
            Self::EmailCode => "email_code",
            Self::PhoneCode => "phone_code",
        }
    }

    /// Which entries of the record it can use.
    fn reaches(self) -> &'static [ReachWord] {
        match self {
            Self::EmailCode => &[ReachWord::PrivateMail, ReachWord::WorkMail],
            Self::PhoneCode => &[ReachWord::Mobile],
            Self::Push | Self::UniversalPrompt => &[],
        }
    }
}

impl ReachWord {
    const fn word(self) -> &'static str {
        match self {
            Self::PrivateMail => "private_mail",
            Self::WorkMail => "work_mail",
            Self::Mobile => "mobile",
        }
    }
}

impl FurtherCheck {
    /// Who asks: the connector, or the carrier.
    pub fn by(&self) -> Option<&Spanned<Name>> {
        match self.check.get_ref().challenge() {
            Some(_) => self.connector.as_ref(),
            None => self.carrier.as_ref(),
        }
    }

    /// Which entries of the record a code may go to: not the account's own mailbox unless that was said.
    pub fn reaches(&self) -> Vec<ReachWord> {
        match &self.contacts {
            Some(said) => said.get_ref().clone(),
            None => self.check.get_ref().reaches().iter().take(1).copied().collect(),
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

/// Checks what a purpose asks of connectors and carriers.
pub(super) fn check(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    for (at, wanted) in purpose.checks.iter().enumerate() {
        let place = format!("purpose {:?} · checks {}", purpose.name.get_ref().0, at + 1);
        // What asks is missing, or of the other sort: nothing else can be told of it.
        if asker(wanted, &place, reading) {
            match wanted.check.get_ref().challenge() {
                Some(word) => connector(draft, wanted, word, &place, reading),
                None => code(draft, purpose, wanted, &place, reading),
            }
        }
        let mut earlier = purpose.checks.iter().take(at);
        let same = |other: &FurtherCheck| {
            (other.by().map(Spanned::get_ref), other.check.get_ref())
                == (wanted.by().map(Spanned::get_ref), wanted.check.get_ref())
        };
        if wanted.by().is_some() && earlier.any(same) {
            let what = "the person would be asked the same twice";
            reading.note(wanted.check.span(), place, what, Some("name each check once"));
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

/// A connector asks what only it can ask, a carrier brings a code: whether the right one is named, and no other.
fn asker(wanted: &FurtherCheck, place: &str, reading: &mut Reading<'_>) -> bool {
    let check = wanted.check.get_ref();
    let (key, right, other, wrong, remedy) = match check.challenge() {
        Some(_) => (
            "connector",
            wanted.connector.is_some(),
            "carrier",
            wanted.carrier.as_ref().map(Spanned::span),
            "name the connector that asks: { connector = \"duo\", check = \"push\" }",
        ),
        None => (
            "carrier",
            wanted.carrier.is_some(),
            "connector",
            wanted.connector.as_ref().map(Spanned::span),
            "name the carrier that brings the code: { carrier = \"mail\", check = \"email_code\" }",
        ),
    };
    if let Some(span) = &wrong {
        let what = format!("no {other} asks for `{}`", check.word());
        reading.note(span.clone(), format!("{place} · {other}"), &what, Some(remedy));
    } else if !right {
        let what = format!("nothing says who asks for `{}`", check.word());
        reading.note(wanted.check.span(), format!("{place} · {key}"), &what, Some(remedy));
    }
    if let (Some(contacts), Some(_)) = (&wanted.contacts, check.challenge()) {
        let what = format!("`{}` goes to no entry of the record", check.word());
        let remedy = "take the key out: it is for `email_code` and `phone_code`";
        reading.note(contacts.span(), format!("{place} · contacts"), &what, Some(remedy));
    }
    right && wrong.is_none()
}

fn connector(draft: &Draft, wanted: &FurtherCheck, word: Challenge, place: &str, reading: &mut Reading<'_>) {
    let Some(name) = wanted.connector.as_ref().map(|name| &name.get_ref().0) else {
        return;
    };
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
        reading.note(wanted.check.span(), format!("{place} · check"), &what, Some(&remedy));
    }
}

fn code(draft: &Draft, purpose: &Purpose, wanted: &FurtherCheck, place: &str, reading: &mut Reading<'_>) {
    let check = *wanted.check.get_ref();
    let Some(name) = &wanted.carrier else {
        return;
    };
    let known = draft
        .carrier
        .iter()
        .find(|known| known.name().get_ref() == name.get_ref());
    let wants = if check == CheckWord::EmailCode {
        Carries::Mail
    } else {
        Carries::Phone
    };
    // A name that names nothing was noted already.
    if let Some(known) = known
        && known.carries() != wants
    {
        let what = format!(
            "carrier {:?} cannot bring what `{}` asks for",
            name.get_ref().0,
            check.word()
        );
        let fitting = draft.carrier.iter().filter(|other| other.carries() == wants);
        let fitting: Vec<_> = fitting.map(|other| other.name().get_ref().0.as_str()).collect();
        let remedy = match (fitting.is_empty(), wants) {
            (false, _) => format!("name one that can: {}", fitting.join(", ")),
            (true, Carries::Mail) => "add a `[[carrier]]` of kind \"smtp\"".to_owned(),
            (true, Carries::Phone) => "add a `[[carrier]]` of kind \"webhook\" that carries \"phone\"".to_owned(),
        };
        reading.note(name.span(), format!("{place} · carrier"), &what, Some(&remedy));
    }
    let Some(contacts) = &wanted.contacts else {
        return;
    };
    let right = check.reaches();
    let odd = contacts.get_ref().iter().find(|word| !right.contains(word));
    let (what, remedy) = if let Some(odd) = odd {
        let can: Vec<_> = right.iter().map(|word| word.word()).collect();
        let what = format!("`{}` cannot go to `{}`", check.word(), odd.word());
        (what, format!("it can go to: {}", can.join(", ")))
    } else if contacts.get_ref().is_empty() {
        let what = "the code could go nowhere, and nobody would pass";
        (what.to_owned(), "take the key out, or name a kind".to_owned())
    } else if contacts.get_ref().contains(&ReachWord::WorkMail) && opens(purpose) {
        let what =
            "a code sent to the mailbox that the plan opens proves nothing: whoever took the account over reads it";
        let remedy = "take `work_mail` out, or ask for a `phone_code`";
        (what.to_owned(), remedy.to_owned())
    } else {
        return;
    };
    reading.note(contacts.span(), format!("{place} · contacts"), &what, Some(&remedy));
}

/// Whether the plan hands out what lets somebody into the account, and with it into its mailbox.
fn opens(purpose: &Purpose) -> bool {
    let mut plan = purpose.plan.iter();
    plan.any(|act| act.get_ref().action.get_ref().yields_pass())
}
