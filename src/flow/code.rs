//! Further checks by a code: sent to where the directory's record says that the person is, typed in on the page that asked for it.
//!
//! NIST SP 800-63B-4 §4.2.1.2: a code of at least six digits, ten minutes, few tries; to addresses on record only, and never to one
//! that somebody tells (threats T2, T11). The record is read when the checks begin, so that no click asks a vendor
//! anything. What is kept of a code is a keyed digest with the case; the message lies sealed beside it until it was sent.

use std::time::Duration;

use rand::RngExt;
use secrecy::SecretString;
use serde_json::json;
use zeroize::Zeroizing;

use super::check::{answered, current};
use super::code_text::{long_text, short_text};
use super::send::{DAY, LANGUAGE, Outgoing, place_of};
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::Case;
use crate::case::check::{self, CheckState, CodeBy, FurtherCheck, Over, SentCode, Wanted};
use crate::crypto::token::Digest;
use crate::store::{LetterKind, NewLetter, Wake};
use doorward_contract::signature::fresh_id;
use doorward_contract::{Contact, Timestamp};

/// How long a code may be typed in (NIST SP 800-63B-4 §4.2.1.2).
pub const CODE: Duration = Duration::from_secs(600);
/// How many wrong ones end it.
pub const WRONG: u32 = 5;
/// How many are sent for one check: a message may get lost, and one more.
pub const CODES: u32 = 3;
/// How many codes there are. Fifteen tries of a case find one in six million times, and the limits of an account bound the cases.
const SPACE: u32 = 100_000_000;
/// Digits of a code.
const LENGTH: usize = 8;
/// Where a code can be sent, as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeWay {
    /// What names it when it is chosen: its place in the directory's record.
    pub place: u32,
    /// Where it leads, masked.
    pub to: String,
}

impl Flow {
    /// Reads where the person can be reached, if a check is to be made by a code. A directory that is away is waited for.
    pub(super) async fn read_contacts(&self, draft: &mut Draft) -> Result<Option<Turn>, Error> {
        let by_code = |check: &FurtherCheck| matches!(check.wanted, Wanted::Carrier { .. });
        let Some(account) = draft.case.private.account.clone() else {
            return Ok(None);
        };
        if !draft.case.checks.iter().any(by_code) {
            return Ok(None);
        }
        let purpose = self.purpose(&draft.case.purpose)?;
        let vendor = purpose.directory.as_deref().unwrap_or("directory");
        let contacts = match self.directory_of(purpose)?.contacts(&account).await {
            Ok(contacts) => contacts,
            Err(error) => return Ok(Some(self.wait_for_vendor(draft, vendor, &error))),
        };
        draft.case.trouble = None;
        draft.case.private.codes.get_or_insert_default().contacts = contacts;
        Ok(None)
    }

    /// A check whose code could go nowhere can never be passed.
    pub(super) fn fail_unreachable(&self, draft: &mut Draft) {
        let now = self.now();
        for at in 0..draft.case.checks.len() {
            let Some(found) = draft.case.checks.get(at).cloned() else {
                continue;
            };
            let by_code = matches!(found.wanted, Wanted::Carrier { .. });
            if !by_code || found.state != CheckState::Waiting || reach(&draft.case, &found, now).next().is_some() {
                continue;
            }
            let why = "the directory has no address of theirs that such a code may go to";
            tracing::warn!(case.id = %draft.case.id, "a person cannot be sent the code that the purpose wants");
            draft.note(now, answered(&found, "impossible", why, serde_json::Value::Null));
            settle(draft, at, failed(now, why));
        }
    }

    /// Where the code of the check that is next can be sent.
    pub fn code_ways(&self, case: &Case) -> Vec<CodeWay> {
        let Some((_, found)) = check::current(case) else {
            return Vec::new();
        };
        let ways = reach(case, found, self.now());
        ways.map(|(place, contact)| CodeWay {
            place,
            to: contact.masked(),
        })
        .collect()
    }

    /// Sends the person a code to the contact at this place; the code before counts no more. `seen` is how many they were sent as far
    /// as their page knew, so that a button which is pressed twice sends one. Counted for the contact and for the account.
    pub async fn send_code(&self, case: Case, place: u32, seen: u32) -> Result<Case, Error> {
        let now = self.now();
        let (_, found) = sendable(&case, seen)?;
        let contact = contact_at(&case, found, place, now).ok_or(Error::Elsewhere)?;
        if self.is_frozen(&case).await? {
            return Err(Error::Elsewhere);
        }
        self.count_code(&case, &contact, now).await?;
        let (code, message) = (drawn(), fresh_id());
        let (until, digest) = (now.plus(CODE), self.code_digest(&case, &code));
        self.change(case, Wake::At(until), |draft| {
            let (at, found) = sendable(&draft.case, seen)?;
            let Wanted::Carrier { carrier, check, .. } = found.wanted.clone() else {
                return Err(Error::Elsewhere);
            };
            let content = self.code_letter(&draft.case, check, &contact, &code)?;
            let codes = draft.case.private.codes.get_or_insert_default();
            codes.over = None;
            codes.sent = Some(SentCode {
                digest,
                place,
                message: message.clone(),
                wrong: 0,
            });
            if let Some(found) = draft.case.checks.get_mut(at) {
                found.tries = found.tries.saturating_add(1);
                found.state = CheckState::Asked { at: now, until };
            }
            let way = place_of(&carrier, place);
            draft.letter(NewLetter {
                id: message.clone(),
                kind: LetterKind::Code,
                carrier: carrier.clone(),
                way: way.clone(),
                until,
                content,
            });
            draft.note(
                now,
                Fact::CheckCodeOrdered {
                    carrier,
                    check: check.word().to_owned(),
                    way,
                    message: message.clone(),
                },
            );
            Ok(())
        })
        .await
    }

    /// Somebody typed a code in. The right one passes the check, a wrong one is counted; a field left empty is neither.
    pub async fn enter_code(&self, case: Case, typed: &str) -> Result<Case, Error> {
        let typed = Zeroizing::new(bare(typed));
        if typed.is_empty() {
            return Ok(case);
        }
        let now = self.now();
        let digest = self.code_digest(&case, &typed);
        self.change(case, Wake::At(now), |draft| {
            let (at, found) = current(&draft.case)?;
            let found = found.clone();
            let (CheckState::Asked { until, .. }, Wanted::Carrier { carrier, check, .. }) =
                (&found.state, &found.wanted)
            else {
                return Err(Error::Elsewhere);
            };
            if now >= *until {
                over(draft, at, &found, Over::Late, now);
                return Ok(());
            }
            let codes = draft.case.private.codes.get_or_insert_default();
            let sent = codes.sent.as_mut().ok_or(Error::Elsewhere)?;
            if sent.digest.matches(&digest) {
                passed(draft, at, &found, now);
                return Ok(());
            }
            sent.wrong = sent.wrong.saturating_add(1);
            let wrong = sent.wrong;
            let (carrier, check) = (carrier.clone(), check.word().to_owned());
            draft.note(now, Fact::CheckCodeWrong { carrier, check, wrong });
            if wrong >= WRONG {
                over(draft, at, &found, Over::Spent, now);
            }
            Ok(())
        })
        .await
    }

    /// Looks whether there is still time for the code that was sent.
    pub(super) fn read_code(&self, draft: &mut Draft, at: usize, until: Timestamp) -> Turn {
        let now = self.now();
        if now < until {
            return Turn::Pause(Some(until.min(draft.case.expires_at)));
        }
        if let Some(found) = draft.case.checks.get(at).cloned() {
            over(draft, at, &found, Over::Late, now);
        }
        Turn::On
    }

    /// Nobody is flooded with codes, and nobody has many to guess at.
    async fn count_code(&self, case: &Case, contact: &Contact, now: Timestamp) -> Result<(), Error> {
        let purpose = self.purpose(&case.purpose)?;
        let directory = purpose.directory.as_deref().unwrap_or_default();
        let id = case.private.account.as_ref().map(|account| account.id.to_string());
        let account = self.person_digest(directory, &id.unwrap_or_default());
        let address = contact.address.to_lowercase();
        let contact = self.digests.digest("contact", address.as_bytes());
        let limits = [
            ("codes per contact", contact, self.caps.codes_per_contact),
            ("codes per account", account, self.caps.codes_per_account),
        ];
        for (what, digest, most) in limits {
            if !self.store.count(what, &digest, now, DAY, most).await? {
                tracing::warn!(case.id = %case.id, what, "a code is not sent: there were too many today");
                return Err(Error::TooMany(DAY));
            }
        }
        Ok(())
    }

    /// What is kept of a code: it counts for its own case alone.
    fn code_digest(&self, case: &Case, code: &str) -> Digest {
        let text = Zeroizing::new(format!("{}\n{code}", case.id));
        self.digests.digest("check code", text.as_bytes())
    }

    fn code_letter(&self, case: &Case, by: CodeBy, contact: &Contact, code: &str) -> Result<SecretString, Error> {
        let sending = &self.sending;
        let text = match by {
            CodeBy::EmailCode => {
                let title = &self.purpose(&case.purpose)?.title;
                long_text(&sending.company, title, &sending.contact, code)
            }
            CodeBy::PhoneCode => {
                let host = self.public_url.host_str().unwrap_or_default();
                short_text(&sending.company, &sending.contact, host, code)
            }
        };
        let outgoing = Outgoing {
            kind: contact.kind,
            to: contact.address.clone(),
            subject: format!("Your code for {}", sending.company),
            text,
            language: LANGUAGE.to_owned(),
            at: self.now(),
            link: None,
        };
        outgoing.kept()
    }
}

/// Whether a message brings the code that is waited for.
pub(super) fn is_awaited(case: &Case, message: &str, now: Timestamp) -> bool {
    let asked = current(case).is_ok_and(|(_, found)| {
        let in_time = matches!(found.state, CheckState::Asked { until, .. } if now < until);
        in_time && matches!(found.wanted, Wanted::Carrier { .. })
    });
    let sent = case.private.codes.as_ref().and_then(|codes| codes.sent.as_ref());
    asked && sent.is_some_and(|sent| sent.message == message)
}

/// The contacts that a check's code may go to, with their places in the record.
fn reach<'c>(case: &'c Case, found: &'c FurtherCheck, now: Timestamp) -> impl Iterator<Item = (u32, &'c Contact)> {
    let login = case.private.account.as_ref().map_or("", |account| &account.login);
    let contacts = case.private.codes.iter().flat_map(|codes| &codes.contacts);
    let placed = (1_u32..).zip(contacts);
    placed.filter(move |(_, contact)| found.wanted.takes(contact, login, now))
}

fn contact_at(case: &Case, found: &FurtherCheck, place: u32, now: Timestamp) -> Option<Contact> {
    let mut placed = reach(case, found, now);
    Some(placed.find(|(at, _)| *at == place)?.1.clone())
}

/// The check for which a code can be sent to somebody whose page knew of `seen` of them.
fn sendable(case: &Case, seen: u32) -> Result<(usize, &FurtherCheck), Error> {
    let (at, found) = current(case)?;
    let begun = matches!(found.state, CheckState::Waiting | CheckState::Asked { .. });
    if begun && found.tries == seen && found.tries < CODES {
        return Ok((at, found));
    }
    Err(Error::Elsewhere)
}

fn drawn() -> Zeroizing<String> {
    let number = rand::rng().random_range(0..SPACE);
    Zeroizing::new(format!("{number:0LENGTH$}"))
}

/// What was typed, without what people put between digits.
fn bare(typed: &str) -> String {
    let between = |letter: char| letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    typed.chars().filter(|letter| !between(*letter)).collect()
}

fn failed(at: Timestamp, why: &str) -> CheckState {
    CheckState::Failed {
        at,
        fraud: false,
        why: why.to_owned(),
    }
}

fn settle(draft: &mut Draft, at: usize, state: CheckState) {
    if let Some(found) = draft.case.checks.get_mut(at) {
        found.state = state;
    }
}

fn passed(draft: &mut Draft, at: usize, found: &FurtherCheck, now: Timestamp) {
    let sent = draft.case.private.codes.as_mut().and_then(|codes| codes.sent.take());
    let facts = json!({
        "codes": found.tries,
        "wrong": sent.map_or(0, |sent| sent.wrong),
    });
    draft.note(now, answered(found, "passed", "", facts.clone()));
    settle(draft, at, CheckState::Passed { at: now, facts });
    let left = |check: &FurtherCheck| {
        matches!(check.wanted, Wanted::Carrier { .. }) && !matches!(check.state, CheckState::Passed { .. })
    };
    // Where they can be reached is forgotten as soon as nothing is sent there any more.
    if !draft.case.checks.iter().any(left) {
        draft.case.private.codes = None;
    }
}

/// A code counts no more; the person may have another one, or had them all.
fn over(draft: &mut Draft, at: usize, found: &FurtherCheck, why: Over, now: Timestamp) {
    let said = match why {
        Over::Late => "its time ran out",
        Over::Spent => "too many wrong codes were typed in",
    };
    let codes = draft.case.private.codes.get_or_insert_default();
    codes.sent = None;
    codes.over = Some(why);
    draft.note(now, answered(found, "lapsed", said, serde_json::Value::Null));
    let state = if found.tries < CODES {
        CheckState::Waiting
    } else {
        failed(now, said)
    };
    settle(draft, at, state);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_eight_digits_and_all_of_them_come() {
        let codes: Vec<_> = (0..2_000).map(|_| drawn()).collect();
        for code in &codes {
            assert!(
                code.len() == LENGTH && code.bytes().all(|digit| digit.is_ascii_digit()),
                "{}",
                code.len()
            );
        }
        for place in 0..LENGTH {
            let seen: std::collections::BTreeSet<_> = codes.iter().map(|code| code.as_bytes()[place]).collect();
            assert_eq!(seen.len(), 10, "place {place}");
        }
    }

    #[test]
    fn what_people_put_between_digits_is_left_out() {
        for typed in ["12345678", " 1234 5678 ", "1234-5678", "12\u{a0}34\u{2013}56\t78\n"] {
            assert_eq!(bare(typed), "12345678");
        }
        assert_eq!(bare(" - "), "");
        assert_eq!(bare("1234567O"), "1234567O");
    }
}
