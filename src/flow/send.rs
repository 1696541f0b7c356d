//! Sends a link to the person on a way that the directory's record knows.
//!
//! Where it may go is read from the directory once and sealed with the case; nothing that somebody tells on the phone is ever an
//! address, because that is what an attacker would tell (threats T2, T22). The link is a fresh one, and those before it are
//! dead. Message and link are written with the case; `jobs` sends, and asks here whether it is still to be sent. Sent at least once under one
//! id: a node that dies after the carrier took it and before that was written leaves it to be sent again.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::code::is_awaited;
use super::give::{is_open, link_to};
use super::open::Bar;
use super::person::allowed;
use super::{Error, Flow};
use crate::audit::{Event, Fact};
use crate::case::policy::Purpose;
use crate::case::role::{Operator, Power};
use crate::case::{Case, HandleKind, Refusal};
use crate::cause::causes;
use crate::crypto::token::{Digest, Token};
use crate::store::{Letter, LetterKind, NewLetter, Wake};
use doorward_contract::signature::fresh_id;
use doorward_contract::{Account, Contact, ContactKind, Timestamp};

pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);
/// What one SMS holds in the GSM alphabet (3GPP TS 23.038).
pub(super) const ONE_SMS: usize = 160;
/// The language of what is sent; the pages behind the link speak the person's own.
pub(super) const LANGUAGE: &str = "en";

/// What carries messages.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Its name in the settings.
    pub name: String,
    /// To which kind of address.
    pub carries: ContactKind,
    /// The purposes whose links it carries; all if empty.
    pub purposes: Vec<String>,
}

/// What messages are sent with.
#[derive(Clone, Debug, Default)]
pub struct Sending {
    /// The carriers, in the order of the settings.
    pub carriers: Vec<Carrier>,
    /// Whose name stands in a message.
    pub company: String,
    /// Whom people tell of what they did not ask for.
    pub contact: String,
}

/// A way to send the link, as an agent sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What names it when it is chosen: the carrier and the contact's place in the directory's record.
    pub id: String,
    /// The carrier's name in the settings.
    pub carrier: String,
    /// By mail or by SMS.
    pub kind: ContactKind,
    /// Where it leads, masked.
    pub to: String,
    /// What became of the last link on this way, if there was one.
    pub last: Option<Progress>,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is being sent.
    UnderWay,
    /// The carrier took it.
    Sent,
    /// It was given up.
    Failed,
}

impl Progress {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// A message on its way. Holds address and link: `Debug` shows neither.
#[derive(Clone, Serialize, Deserialize)]
pub struct Outgoing {
    /// By mail or by SMS.
    pub kind: ContactKind,
    /// Where to.
    pub to: String,
    /// What it is about, for mail.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// In which language.
    pub language: String,
    /// When it was written.
    pub at: Timestamp,
    /// The link in it, so that a dead one is not sent; a code's message has none.
    #[serde(default)]
    pub(super) link: Option<Digest>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Flow {
    /// The ways on which the link of a case can be sent, as long as nobody took it up: to where the directory's record said that the
    /// person can be reached when the case was opened. Nobody is asked for them here.
    pub async fn ways_of(&self, case: &Case, operator: &Operator) -> Result<Vec<Way>, Error> {
        allowed(operator, Power::OpenCase)?;
        let carriers: Vec<_> = self.carriers_for(&case.purpose).collect();
        if carriers.is_empty() || is_open(case, self.now()).is_err() {
            return Ok(Vec::new());
        }
        let progress = progress(&self.store.events_of(&case.id).await?);
        let contacts = case.private.contacts.iter().flatten();
        let ways = contacts.zip(1_u32..).flat_map(|(contact, place)| {
            let fitting = carriers.iter().filter(|carrier| carrier.carries == contact.kind);
            fitting.map(move |carrier| way(&carrier.name, contact, place))
        });
        let ways = ways.map(|way| Way {
            last: progress.get(&way.id).copied(),
            ..way
        });
        Ok(ways.collect())
    }

    /// Has a fresh link sent on one of the ways of [`Flow::ways_of`]; links before it are dead from here on. Counted for the
    /// account and for the operator. [`Error::Elsewhere`] if there is no such way.
    pub async fn send_link(&self, case: Case, operator: &Operator, way: &str) -> Result<Case, Error> {
        let ways = self.ways_of(&case, operator).await?;
        let now = self.now();
        is_open(&case, now)?;
        let way = ways.into_iter().find(|one| one.id == way).ok_or(Error::Elsewhere)?;
        self.is_thawed(&case).await?;
        let contact = contact_of(&case, &way).ok_or(Error::Elsewhere)?;
        self.count_link(&case, operator, now).await?;
        let token = Token::random();
        let message = fresh_id();
        self.change(case, Wake::Keep, |draft| {
            is_open(&draft.case, now)?;
            let content = self.written(&draft.case, &contact, &token)?;
            draft.drop_handles(HandleKind::Link);
            draft.handle(link_to(&draft.case, &token));
            draft.letter(NewLetter {
                id: message.clone(),
                kind: LetterKind::Link,
                carrier: way.carrier.clone(),
                way: way.id.clone(),
                until: draft.case.expires_at,
                content,
            });
            draft.note(
                now,
                Fact::LinkOrdered {
                    operator: operator.name.clone(),
                    carrier: way.carrier.clone(),
                    way: way.id.clone(),
                    message: message.clone(),
                },
            );
            Ok(())
        })
        .await
    }

    /// What a letter says, if it is still to be sent: its link leads to a case that nobody took up, or its code is the one that is
    /// waited for, and nobody called it fraud.
    pub async fn due_letter(&self, letter: &Letter) -> Result<Option<Outgoing>, Error> {
        let now = self.now();
        let Some(content) = &letter.content else {
            return Ok(None);
        };
        let outgoing: Outgoing = serde_json::from_str(content.expose_secret()).map_err(|_| Error::Incomplete {
            what: "a readable letter",
        })?;
        let case = match (letter.kind, &outgoing.link) {
            (LetterKind::Link, Some(link)) => {
                let case = self.store.case_by(HandleKind::Link, link, now).await?;
                case.filter(|case| is_open(case, now).is_ok())
            }
            (LetterKind::Code, None) => {
                let case = self.store.case(&letter.case).await?;
                case.filter(|case| is_awaited(case, &letter.id, now))
            }
            _ => None,
        };
        let Some(case) = case.filter(|case| case.id == letter.case) else {
            return Ok(None);
        };
        Ok((now < letter.until && !self.is_frozen(&case).await?).then_some(outgoing))
    }

    fn carriers_for(&self, purpose: &str) -> impl Iterator<Item = &Carrier> {
        let carriers = self.sending.carriers.iter();
        carriers.filter(move |carrier| {
            carrier.purposes.is_empty() || carrier.purposes.iter().any(|carried| carried == purpose)
        })
    }

    /// Where the person can be reached by the directory's record, for a case that is being opened, if anything carries its links. A
    /// directory that cannot tell leaves the other ways to give a link.
    pub(super) async fn contacts(&self, purpose: &Purpose, account: &Account) -> Result<Option<Vec<Contact>>, Error> {
        if purpose.directory.is_none() || self.carriers_for(&purpose.name).next().is_none() {
            return Ok(None);
        }
        let told = self.directory_of(purpose)?.contacts(account).await;
        let told = told.inspect_err(|error| {
            tracing::warn!(error = %causes(error), "where the person can be reached is not known");
        });
        Ok(told.ok())
    }

    async fn is_thawed(&self, case: &Case) -> Result<(), Error> {
        if self.is_frozen(case).await? {
            return Err(Error::Barred(Bar {
                refusal: Refusal::Frozen,
                reasons: Vec::new(),
            }));
        }
        Ok(())
    }

    /// Nobody is flooded with messages, and no agent sends them by the hundred.
    async fn count_link(&self, case: &Case, operator: &Operator, now: Timestamp) -> Result<(), Error> {
        let subject = case.private.account.as_ref().map(|account| account.id.to_string());
        let purpose = self.purpose(&case.purpose)?;
        let directory = purpose.directory.as_deref().unwrap_or_default();
        let account = self.person_digest(directory, &subject.unwrap_or_default());
        let by = self.staff_digest(&operator.id);
        let limits = [
            ("links per agent", by, self.caps.links_per_agent),
            ("links per account", account, self.caps.links_per_account),
        ];
        for (what, digest, most) in limits {
            if !self.store.count(what, &digest, now, DAY, most).await? {
                return Err(Error::TooMany(DAY));
            }
        }
        Ok(())
    }

    /// What is sent, as it is kept until then.
    fn written(&self, case: &Case, contact: &Contact, token: &Token) -> Result<SecretString, Error> {
        let (link, company) = (self.address_of(token), &self.sending.company);
        let letter = self.letter(case, &link, company)?;
        let outgoing = Outgoing {
            kind: contact.kind,
            to: contact.address.clone(),
            subject: letter.subject,
            text: match contact.kind {
                ContactKind::Mail => letter.body,
                ContactKind::Phone => short_text(company, &link),
            },
            language: LANGUAGE.to_owned(),
            at: self.now(),
            link: Some(token.digest()),
        };
        outgoing.kept()
    }
}

impl Outgoing {
    /// As it is kept until it is sent.
    pub(super) fn kept(&self) -> Result<SecretString, Error> {
        let written = serde_json::to_string(self).map_err(|_| Error::Incomplete {
            what: "a letter that can be written",
        })?;
        Ok(written.into())
    }
}

pub(super) fn place_of(carrier: &str, place: u32) -> String {
    format!("{carrier}-{place}")
}

fn contact_of(case: &Case, way: &Way) -> Option<Contact> {
    let contacts = case.private.contacts.iter().flatten();
    let mut placed = contacts.zip(1_u32..);
    let (contact, _) = placed.find(|(_, place)| place_of(&way.carrier, *place) == way.id)?;
    Some(contact.clone())
}

fn way(carrier: &str, contact: &Contact, place: u32) -> Way {
    Way {
        id: place_of(carrier, place),
        carrier: carrier.to_owned(),
        kind: contact.kind,
        to: contact.masked(),
        last: None,
    }
}

/// What became of the last message on each way.
fn progress(events: &[Event]) -> BTreeMap<String, Progress> {
    let mut last: BTreeMap<String, (String, Progress)> = BTreeMap::new();
    for event in events {
        let (way, message, how) = match &event.fact {
            Fact::LinkOrdered { way, message, .. } => {
                last.insert(way.clone(), (message.clone(), Progress::UnderWay));
                continue;
            }
            Fact::LinkSent { way, message, .. } => (way, message, Progress::Sent),
            Fact::LinkNotSent { way, message, .. } => (way, message, Progress::Failed),
            _ => continue,
        };
        // What became of an earlier one says nothing of this.
        if let Some((known, progress)) = last.get_mut(way)
            && known == message
        {
            *progress = how;
        }
    }
    last.into_iter().map(|(way, (_, progress))| (way, progress)).collect()
}

/// What an SMS says: one SMS if the names are short enough, else as few as it takes. It asks for nothing back (threat T22).
fn short_text(company: &str, link: &Url) -> String {
    let long = format!("{company} helpdesk sends you this link: {link} Nobody will ever ask you for a code.");
    if long.chars().count() <= ONE_SMS {
        return long;
    }
    format!("Helpdesk of {company}: {link} Nobody will ask you for a code.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sms_of_usual_length_is_one_sms_and_whole() {
        let link: Url = format!("https://recover.example.com/l/{}", Token::random().text())
            .parse()
            .unwrap();
        let text = short_text("Northwind Care", &link);
        assert!(text.len() <= ONE_SMS, "{}: {text}", text.len());
        // Every letter is one of the GSM alphabet's basic set.
        let basic = |letter: char| letter.is_ascii_alphanumeric() || " :/.-_".contains(letter);
        assert!(text.chars().all(basic), "{text}");
        for name in [
            "X",
            "A company whose name is as long as that of a ministry of a larger country",
        ] {
            let text = short_text(name, &link);
            assert!(text.contains(link.as_str()) && text.contains(name) && text.contains("code"));
        }
    }
}
