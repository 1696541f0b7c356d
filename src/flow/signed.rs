//! A case that somebody else's signed link opens: one case for one link, whoever presses the button first.
//!
//! What the link says was checked by the source that took it. As at the recovery page nobody is asked about the account
//! before the proof stands: the link comes from a machine, and the person who opens it may be anybody.

use super::begin::fresh;
use super::open::{Bound, remembered_until};
use super::{Error, Flow};
use crate::audit::Fact;
use crate::case::{Browser, Case, Handle, HandleKind, Opener, Stage, Words};
use crate::crypto::parcel::BrowserKey;
use crate::crypto::token::Digest;
use crate::store;
use doorward_contract::{Subject, SubjectKey};

/// What a signed link asks for.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What the link is known by once it is used.
    pub once: Digest,
    /// The purpose's name.
    pub purpose: String,
    /// The source's name.
    pub source: String,
    /// Who signed it.
    pub issuer: String,
    /// What names the account.
    pub login: String,
    /// For which ticket.
    pub ticket: Option<String>,
    /// Where the person goes on at the end.
    pub back_to: Option<String>,
}

impl Flow {
    /// The case that a signed link opened, if it was used.
    pub async fn case_of_signed(&self, once: &Digest) -> Result<Option<Case>, Error> {
        Ok(self.store.case_by(HandleKind::Link, once, self.now()).await?)
    }

    /// Opens the link's case and binds it to the browser that asks. `None` when the link was used before.
    pub async fn open_signed(&self, link: Signed) -> Result<Option<Bound>, Error> {
        let purpose = self.purpose(&link.purpose)?;
        let now = self.now();
        // Whatever stops everybody stops them before they start, and leaves the link unused.
        for act in &purpose.plan {
            self.connector(&act.connector)?.prepare(&act.action).await?;
        }
        let (key, address) = BrowserKey::random()?;
        let opener = Opener::Operator {
            name: link.issuer,
            ticket: link.ticket,
        };
        let mut case = fresh(purpose, &link.source, opener, now);
        case.stage = Stage::Consent;
        case.browser = Some(Browser { address, bound_at: now });
        case.back_to = link.back_to;
        case.desk.words = Some(Words::random());
        case.private.subject = Some(Subject {
            key: SubjectKey::Login,
            value: link.login,
        });
        // Longer than any link lives: one that comes later is over by its own word.
        let until = remembered_until(&case);
        let handle = |kind, digest| Handle { kind, digest, until };
        let handles = vec![
            handle(HandleKind::Browser, key.digest()),
            handle(HandleKind::Link, link.once),
        ];
        // The link's handle is written with the case, both or neither: of two browsers one is first.
        match self.begin(case, vec![Fact::BrowserBound], handles, Some(now)).await {
            Ok(case) => Ok(Some(Bound { case, key })),
            Err(Error::Store(store::Error::Taken)) => {
                if let Some(case) = self.case_of_signed(&link.once).await? {
                    self.note_once(&case, Fact::LinkReused).await?;
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
