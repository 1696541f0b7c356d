//! Gives a link that an operator had made to the person: as a letter to be sent, as a code for a phone's camera, as a short code to
//! be read out.
//!
//! A short code is typed in at `/code` and leads to the link's own page. Its first half names the case, the second is the
//! secret; both live for ten minutes, and five wrong tries end it (NIST SP 800-63B-4 §4.2.1.2, threats.md §2). A link itself
//! is known here by its digest only, so whoever comes back for it gets a new one.

use std::time::Duration;

use fast_qr::convert::svg::SvgBuilder;
use fast_qr::{ECL, QRBuilder, QRCode};
use url::Url;

use super::open::remembered_until;
use super::person::allowed;
use super::{Draft, Error, Flow};
use crate::audit::Fact;
use crate::case::desk::ShortCode;
use crate::case::role::{Operator, Power};
use crate::case::{Case, Handle, HandleKind, Stage};
use crate::crypto::token::{Digest, Token, short_code};
use crate::store::{self, Wake};
use doorward_contract::Timestamp;

/// How long a short code may be typed in.
const CODE: Duration = Duration::from_secs(600);
/// How many wrong tries end it.
const TRIES: u32 = 5;
/// How many codes one client address may try in the time of one code: a person mistypes, a machine counts.
const TRIES_PER_ADDRESS: u32 = 10;
/// Letters and digits of a short code, without what stands between its halves.
const LENGTH: usize = 8;

/// A short code, as it is read out once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOut {
    /// The code (`K7QF-3M2P`).
    pub code: String,
    /// Until when it may be typed in.
    pub until: Timestamp,
}

/// A letter ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub body: String,
}

impl Flow {
    /// A fresh link for a case that nobody took up yet. Links made before lead there no more: the person has one.
    pub async fn renew_link(&self, case: Case, operator: &Operator) -> Result<(Case, Url), Error> {
        allowed(operator, Power::OpenCase)?;
        let now = self.now();
        let token = Token::random();
        let case = self
            .change(case, Wake::Keep, |draft| {
                is_open(&draft.case, now)?;
                draft.drop_handles(HandleKind::Link);
                draft.handle(link_to(&draft.case, &token));
                draft.note(
                    now,
                    Fact::LinkRenewed {
                        operator: operator.name.clone(),
                    },
                );
                Ok(())
            })
            .await?;
        Ok((case, self.address_of(&token)))
    }

    /// A short code that leads to a case which nobody took up yet. One made before is good no more.
    pub async fn make_code(&self, case: Case, operator: &Operator) -> Result<(Case, ReadOut), Error> {
        /// Two live codes that begin alike are a one in a million chance; three draws end it.
        const DRAWS: u32 = 3;
        allowed(operator, Power::OpenCase)?;
        let now = self.now();
        let until = now.plus(CODE);
        for _ in 0..DRAWS {
            let code = short_code();
            let (first, whole) = self.digests_of(&code).ok_or(Error::Incomplete { what: "the code" })?;
            let made = self
                .change(case.clone(), Wake::Keep, |draft| {
                    is_open(&draft.case, now)?;
                    draft.drop_handles(HandleKind::Code);
                    draft.handle(Handle {
                        kind: HandleKind::Code,
                        digest: first,
                        until,
                    });
                    draft.case.desk.code = Some(ShortCode {
                        digest: whole,
                        until,
                        wrong: 0,
                    });
                    draft.note(
                        now,
                        Fact::CodeMade {
                            operator: operator.name.clone(),
                        },
                    );
                    Ok(())
                })
                .await;
            match made {
                Err(Error::Store(store::Error::Taken)) => {}
                Ok(case) => return Ok((case, ReadOut { code, until })),
                Err(error) => return Err(error),
            }
        }
        Err(Error::Store(store::Error::Taken))
    }

    /// Somebody types a code in: the link that it leads to, once; `None` for whatever is not right, whichever it is.
    pub async fn take_code(&self, typed: &str, address: Digest) -> Result<Option<Token>, Error> {
        let now = self.now();
        if !self
            .store
            .count("codes", &address, now, CODE, TRIES_PER_ADDRESS)
            .await?
        {
            self.turned_away("code", "codes").await?;
            return Err(Error::TooMany(CODE));
        }
        let Some((first, whole)) = self.digests_of(typed) else {
            return Ok(None);
        };
        let Some(case) = self.store.case_by(HandleKind::Code, &first, now).await? else {
            return Ok(None);
        };
        let token = Token::random();
        let right = std::sync::atomic::AtomicBool::new(false);
        let tried = self
            .change(case, Wake::Keep, |draft| {
                right.store(false, std::sync::atomic::Ordering::Release);
                is_open(&draft.case, now)?;
                let code = draft.case.desk.code.as_ref().filter(|code| now < code.until);
                let code = code.ok_or(Error::Elsewhere)?;
                if !code.digest.matches(&whole) {
                    mistyped(draft, now);
                    return Ok(());
                }
                right.store(true, std::sync::atomic::Ordering::Release);
                draft.drop_handles(HandleKind::Code);
                draft.case.desk.code = None;
                draft.handle(link_to(&draft.case, &token));
                draft.note(now, Fact::CodeUsed);
                Ok(())
            })
            .await;
        match tried {
            Ok(_) => Ok(right.into_inner().then_some(token)),
            Err(Error::Elsewhere) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The letter that brings a link. It asks for nothing back: nothing we send ever does (threat T22).
    pub fn letter(&self, case: &Case, link: &Url, company: &str) -> Result<Letter, Error> {
        let purpose = self.purpose(&case.purpose)?;
        let by = case.opener.word();
        let ticket = case
            .opener
            .ticket()
            .map_or_else(String::new, |ticket| format!(" ({ticket})"));
        let words = case.desk.words.as_ref().map_or_else(String::new, |words| {
            format!("\n\nThe page shows two words. Whoever helps you can tell you the same two: {words}")
        });
        Ok(Letter {
            subject: format!("{company}: {}", purpose.title),
            body: format!(
                "Hello,\n\n{by}{ticket} opened this page for you, because access to your account was asked for:\n\n{link}\n\n\
                 It can be used once, on the device on which you go on, until it runs out.{words}\n\n\
                 Did you not ask for this? Then do not open it, and tell {company}. Nobody at {company} will ask you for a \
                 password or for a code from this page.\n"
            ),
        })
    }

    /// The address of a link.
    pub fn address_of(&self, token: &Token) -> Url {
        let mut address = self.public_url.clone();
        address.set_path(&format!("/l/{}", token.text()));
        address
    }

    /// What is kept of a code: of the half that names the case, and of the whole. `None` if it cannot be one.
    fn digests_of(&self, typed: &str) -> Option<(Digest, Digest)> {
        let code: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        if code.len() != LENGTH || !code.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
            return None;
        }
        let (first, _) = code.split_at(LENGTH / 2);
        Some((
            self.digests.digest("code's first half", first.as_bytes()),
            self.digests.digest("code", code.as_bytes()),
        ))
    }
}

/// A link as a picture for a phone's camera.
pub fn qr(link: &Url) -> Result<String, Error> {
    Ok(SvgBuilder::default().to_str(&drawn(link)?))
}

/// The same picture as its squares, row by row: how many a side has, and whether each is dark.
pub fn squares(link: &Url) -> Result<(usize, Vec<bool>), Error> {
    let code = drawn(link)?;
    let rows = (0..code.size).filter_map(|row| code.data.get(row * code.size..(row + 1) * code.size));
    Ok((code.size, rows.flatten().map(|square| square.value()).collect()))
}

fn drawn(link: &Url) -> Result<QRCode, Error> {
    // Shown on a screen: nothing is torn or dirty, and fewer squares are read faster.
    let code = QRBuilder::new(link.as_str()).ecl(ECL::M).build();
    code.map_err(|_| Error::Incomplete {
        what: "room for the link in a picture",
    })
}

/// Nobody took the case up yet, and there is time.
pub(super) fn is_open(case: &Case, now: Timestamp) -> Result<(), Error> {
    if case.stage == Stage::Invited && now < case.expires_at {
        Ok(())
    } else {
        Err(Error::Elsewhere)
    }
}

pub(super) fn link_to(case: &Case, token: &Token) -> Handle {
    Handle {
        kind: HandleKind::Link,
        digest: token.digest(),
        until: remembered_until(case),
    }
}

/// One wrong try more; with the last one the code is gone.
fn mistyped(draft: &mut Draft, now: Timestamp) {
    let Some(code) = &mut draft.case.desk.code else {
        return;
    };
    code.wrong = code.wrong.saturating_add(1);
    if code.wrong >= TRIES {
        draft.case.desk.code = None;
        draft.drop_handles(HandleKind::Code);
        draft.note(now, Fact::CodeSpent);
    }
}
