//! A case begins: at the company's recovery page, or by a link that an operator or a machine had made.

use std::collections::BTreeMap;
use std::time::Duration;

use super::account::{There, placed};
pub(super) use super::begin::{REMEMBERED, fresh, remembered_until};
use super::{Draft, Error, Flow};
use crate::audit::{Event, Fact};
use crate::case::bar;
use crate::case::desk::Staff;
use crate::case::plan::OnFailure;
use crate::case::policy::{OnProtected, Purpose};
use crate::case::role::Operator;
use crate::case::{Browser, Case, Handle, HandleKind, Opener, Private, Refusal, Stage, Standing, Words};
use crate::crypto::parcel::BrowserKey;
use crate::crypto::token::{Digest, Token};
use crate::store::{self, Wake};
use doorward_contract::{Account, Protection, Subject, SubjectKey, Timestamp};

/// Why an operator's case does not begin. For staff: it says exactly what is the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The kind.
    pub refusal: Refusal,
    /// The details, where there are any (which role, which group).
    pub reasons: Vec<String>,
}

/// A case with the key that its browser keeps.
#[derive(Debug)]
pub struct Bound {
    /// The case.
    pub case: Case,
    /// What goes into the cookie.
    pub key: BrowserKey,
}

/// A link, as it is given to the operator once.
#[derive(Debug)]
pub struct Invitation {
    /// The case.
    pub case: Case,
    /// What the link carries.
    pub token: Token,
    /// Until when it may be opened.
    pub until: Timestamp,
}

/// What an operator asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The purpose's name.
    pub purpose: String,
    /// The source's name.
    pub source: String,
    /// What names the account: work e-mail address or user name.
    pub account: String,
    /// Who asks.
    pub operator: String,
    /// For which ticket.
    pub ticket: Option<String>,
    /// The operator at the console, if it is one.
    pub agent: Option<Operator>,
    /// Whom a machine names as the operator it asks for.
    pub named: Option<String>,
    /// Why, in the operator's own words; forgotten with the case.
    pub reason: Option<String>,
    /// What is kept of the form that asks for it: the same form opens one case ([`Flow::opened_by`]).
    pub form: Option<Digest>,
}

/// How a link answers who opens it.
#[derive(Debug)]
pub enum Landing {
    /// Nobody used it yet: its case.
    Open(Box<Case>),
    /// Some browser used it.
    Used(Box<Case>),
    /// It waited too long: its case.
    Late(Box<Case>),
    /// It never was, or was forgotten.
    Over,
}

impl Flow {
    /// A person at the recovery page names an account. The answer is the same, and takes as long, whether or not it
    /// exists: nobody is asked yet (OWASP Forgot Password: same reply and time). `back_to` is where they go on at the end, if the
    /// source allows that.
    pub async fn open_portal(
        &self,
        purpose: &str,
        source: &str,
        login: &str,
        address: Digest,
        back_to: Option<String>,
    ) -> Result<Bound, Error> {
        let purpose = self.purpose(purpose)?;
        let now = self.now();
        self.is_open_to_all().await?;
        let subject = Subject {
            key: SubjectKey::Login,
            value: login.trim().to_owned(),
        };
        // Whatever stops everybody stops them before they start, and all alike (entra.md §4.4: the policy is read first).
        for act in &purpose.plan {
            self.within_bounds(act).await??;
        }
        self.within_limits(source, &subject, address).await?;
        let (key, address) = BrowserKey::random()?;
        let mut case = fresh(purpose, source, Opener::Person, now);
        case.stage = Stage::Consent;
        case.browser = Some(Browser { address, bound_at: now });
        case.private.subject = Some(subject);
        case.back_to = back_to;
        let handle = Handle {
            kind: HandleKind::Browser,
            digest: key.digest(),
            until: remembered_until(&case),
        };
        let case = self
            .begin(case, vec![Fact::BrowserBound], vec![handle], Some(now))
            .await?;
        Ok(Bound { case, key })
    }

    /// Counts an arrival by client and by account. Somebody who asks again and again for somebody else's account is stopped
    /// themselves long before that account is (OWASP Forgot Password: no lock-out by request).
    pub(super) async fn within_limits(&self, source: &str, subject: &Subject, client: Digest) -> Result<(), Error> {
        const HOUR: Duration = Duration::from_secs(3600);
        const DAY: Duration = Duration::from_secs(24 * 3600);
        /// So many clients may reach their own limit for one account before the account itself is closed for the day.
        const CLIENTS: u32 = 10;
        let now = self.now();
        let account = self.digests.digest("subject", subject.value.to_lowercase().as_bytes());
        let both = Digest::of("subject and client", &[account.bytes(), client.bytes()].concat());
        let limits = [
            ("arrivals", client, HOUR, self.per_address_hour),
            ("subject and client", both, DAY, self.per_account_day),
            ("subject", account, DAY, self.per_account_day.saturating_mul(CLIENTS)),
        ];
        for (what, digest, window, most) in limits {
            if !self.store.count(what, &digest, now, window, most).await? {
                self.turned_away(source, what).await?;
                return Err(Error::TooMany(window));
            }
        }
        Ok(())
    }

    /// Writes down that somebody was turned away, at most once a minute for one cause: a flood must not flood the record.
    pub async fn turned_away(&self, source: &str, why: &str) -> Result<(), Error> {
        let fact = Fact::TurnedAway {
            source: source.to_owned(),
            why: why.to_owned(),
        };
        self.note_apart(why, fact).await
    }

    /// Writes down a fact of no case, at most once a minute for one cause.
    pub async fn note_apart(&self, cause: &str, fact: Fact) -> Result<(), Error> {
        const MINUTE: Duration = Duration::from_secs(60);
        let now = self.now();
        let digest = Digest::of("turned away", cause.as_bytes());
        if self.store.count("turned away", &digest, now, MINUTE, 1).await? {
            self.store.note(&[Event::apart(now, fact)]).await?;
        }
        Ok(())
    }

    /// An operator has a link made. The account is looked up at once, because staff are told exactly what is the
    /// matter with it, and nothing is opened that would be refused later.
    pub async fn invite(&self, wish: &Wish) -> Result<Invitation, Error> {
        let purpose = self.purpose(&wish.purpose)?;
        let now = self.now();
        let subject = Subject {
            key: SubjectKey::Login,
            value: wish.account.trim().to_owned(),
        };
        let (account, protected) = self.eligible(purpose, &subject).await?;
        let elsewhere = self.elsewhere(purpose, &account, &BTreeMap::new()).await?;
        bars(purpose, &elsewhere)?;
        for act in &purpose.plan {
            self.within_bounds(act).await??;
        }
        if let Some((_, error)) = self.unfit(&account, &elsewhere, &purpose.plan).await? {
            return Err(error.into());
        }
        let opener = Opener::Operator {
            name: wish.operator.clone(),
            ticket: wish.ticket.clone(),
        };
        let mut case = fresh(purpose, &wish.source, opener, now);
        let until = now.plus(purpose.link_lifetime);
        case.expires_at = until;
        case.standing = Standing::Open;
        let looked_up = Fact::AccountLookedUp {
            result: "found".to_owned(),
            account: Some(account.id.to_string()),
            reasons: protected.clone(),
        };
        let mut facts = vec![looked_up];
        facts.extend(elsewhere.iter().map(|(name, there)| there.fact(name)));
        case.private = Private {
            subject: Some(subject),
            account: Some(account),
            accounts: elsewhere.into_iter().filter_map(found).collect(),
            reason: wish.reason.clone(),
            ..Private::default()
        };
        facts.extend(self.hold_against(&mut case, wish, &protected).await?);
        case.private.contacts = match &case.private.account {
            Some(account) => self.contacts(purpose, account).await?,
            None => None,
        };
        let token = Token::random();
        // The link is remembered longer than it works, so that a late visitor is told what happened to it.
        let handle = Handle {
            kind: HandleKind::Link,
            digest: token.digest(),
            until: remembered_until(&case),
        };
        let form = wish.form.map(|digest| Handle {
            kind: HandleKind::Form,
            digest,
            until: remembered_until(&case),
        });
        let handles = std::iter::once(handle).chain(form).collect();
        let case = self.begin(case, facts, handles, Some(until)).await?;
        Ok(Invitation { case, token, until })
    }

    /// The case that a form of the console opened already, if it was sent before.
    pub async fn opened_by(&self, form: &Digest) -> Result<Option<Case>, Error> {
        Ok(self.store.case_by(HandleKind::Form, form, self.now()).await?)
    }

    /// Whether this operator opened as many cases as one may in a day, so that the next one needs a colleague more.
    pub async fn is_at_cap(&self, operator: &Operator) -> Result<bool, Error> {
        let by = self.staff_digest(&operator.id);
        let counted = self.store.counted("cases per agent", &by, self.now()).await?;
        Ok(counted >= self.caps.cases_per_agent)
    }

    /// Writes into a new case what is known of who opens it and of whose it is. Fails if that one is frozen.
    async fn hold_against(&self, case: &mut Case, wish: &Wish, protected: &[String]) -> Result<Option<Fact>, Error> {
        case.desk.opened_by = wish.agent.as_ref().map(Staff::from);
        case.desk.named.clone_from(&wish.named);
        case.desk.protected = !protected.is_empty();
        case.desk.words = Some(Words::random());
        if let Some(agent) = &wish.agent {
            bar::opener(case, agent)?;
        }
        self.own(case);
        if self.is_frozen(case).await? {
            return Err(Error::Barred(Bar {
                refusal: Refusal::Frozen,
                reasons: Vec::new(),
            }));
        }
        case.desk.over_cap = self.is_over_cap(wish).await?;
        let operator = wish.operator.clone();
        Ok(case.desk.over_cap.then_some(Fact::CapReached { operator }))
    }

    /// Whether whoever opens this case opened as many as one may in a day. A machine that names nobody is no agent.
    async fn is_over_cap(&self, wish: &Wish) -> Result<bool, Error> {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        let agent = wish.agent.as_ref().map(|agent| agent.id.as_str());
        let Some(by) = agent.or(wish.named.as_deref()) else {
            return Ok(false);
        };
        let (by, most) = (self.staff_digest(by), self.caps.cases_per_agent);
        let within = self.store.count("cases per agent", &by, self.now(), DAY, most);
        Ok(!within.await?)
    }

    /// What a link leads to. Looking consumes nothing: mail scanners look at every link.
    pub async fn landing(&self, token: &Token) -> Result<Landing, Error> {
        let now = self.now();
        let Some(case) = self.store.case_by(HandleKind::Link, &token.digest(), now).await? else {
            return Ok(Landing::Over);
        };
        Ok(match case.stage {
            Stage::Invited if now < case.expires_at => Landing::Open(Box::new(case)),
            _ if case.browser.is_some() => Landing::Used(Box::new(case)),
            _ => Landing::Late(Box::new(case)),
        })
    }

    /// A person takes up a link: it is used from here on, and the case belongs to this browser. `None` when it was
    /// used before or is over.
    pub async fn accept(&self, token: &Token) -> Result<Option<Bound>, Error> {
        let now = self.now();
        let case = match self.landing(token).await? {
            Landing::Open(case) => *case,
            Landing::Used(case) => {
                self.note_once(&case, Fact::LinkReused).await?;
                return Ok(None);
            }
            Landing::Late(case) => {
                self.note_once(&case, Fact::LinkExpired).await?;
                return Ok(None);
            }
            Landing::Over => return Ok(None),
        };
        let purpose = self.purpose(&case.purpose)?;
        let (key, address) = BrowserKey::random()?;
        let mut draft = Draft::new(case, None);
        draft.case.moved(Stage::Consent)?;
        draft.case.browser = Some(Browser { address, bound_at: now });
        draft.case.expires_at = now.plus(purpose.case_lifetime);
        // Whoever only saw the link's page has seen the words there. From here on they are this browser's, so that an agent who
        // hears them knows that the caller is at the browser that is bound (threats T2, T22).
        draft.case.desk.words = draft.case.desk.words.take().map(|_| Words::random());
        draft.case.desk.code = None;
        draft.drop_handles(HandleKind::Code);
        draft.case.private.contacts = None;
        draft.note(now, Fact::BrowserBound);
        let until = remembered_until(&draft.case);
        draft.handle(Handle {
            kind: HandleKind::Browser,
            digest: key.digest(),
            until,
        });
        let wake = Wake::At(draft.case.expires_at);
        match self.write_and(&mut draft, wake).await {
            Ok(()) => Ok(Some(Bound { case: draft.case, key })),
            // Two browsers at the same moment: one of them was first.
            Err(Error::Store(store::Error::Stale)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a fact of a case down, at most once a minute: whoever holds a link can try it as often as they like.
    pub(super) async fn note_once(&self, case: &Case, fact: Fact) -> Result<(), Error> {
        const MINUTE: Duration = Duration::from_secs(60);
        let now = self.now();
        let digest = Digest::of("tried links", case.id.as_str().as_bytes());
        if self.store.count("tried links", &digest, now, MINUTE, 1).await? {
            self.store.note(&[Event::of(&case.id, now, fact)]).await?;
        }
        Ok(())
    }

    /// The case of a browser.
    pub async fn case_of(&self, key: &BrowserKey) -> Result<Option<Case>, Error> {
        Ok(self
            .store
            .case_by(HandleKind::Browser, &key.digest(), self.now())
            .await?)
    }

    /// The account, if it exists, is enabled and is open to this purpose, and why it is protected where colleagues decide on
    /// that; what bars it otherwise.
    async fn eligible(&self, purpose: &Purpose, subject: &Subject) -> Result<(Account, Vec<String>), Error> {
        let directory = self.directory_of(purpose)?;
        let bar = |refusal, reasons| Err(Error::Barred(Bar { refusal, reasons }));
        let account = match directory.find(subject).await {
            Ok(Some(account)) => account,
            Ok(None) => return bar(Refusal::UnknownAccount, Vec::new()),
            Err(doorward_contract::VendorError::Ambiguous) => return bar(Refusal::AmbiguousAccount, Vec::new()),
            Err(error) => return Err(error.into()),
        };
        if !account.enabled {
            return bar(Refusal::DisabledAccount, Vec::new());
        }
        match directory.guard(&account.id).await? {
            Protection::Ordinary => Ok((account, Vec::new())),
            Protection::Protected { reasons } if purpose.protected == OnProtected::Approve => Ok((account, reasons)),
            Protection::Protected { reasons } => bar(Refusal::ProtectedAccount, reasons),
        }
    }
}

/// What another connector says of the person that stops a link from being made: protection anywhere, and anything that a
/// step needs which the plan cannot do without. Staff are told at once, and where.
fn bars(purpose: &Purpose, elsewhere: &[(&str, There)]) -> Result<(), Error> {
    for (name, there) in elsewhere {
        let mut steps = purpose.plan.iter().filter(|act| act.connector == *name);
        let needed = steps.any(|act| act.on_failure == OnFailure::Stop);
        match there {
            There::Barred { refusal, reasons, .. } if needed || *refusal == Refusal::ProtectedAccount => {
                let (refusal, reasons) = (*refusal, placed(name, reasons));
                return Err(Error::Barred(Bar { refusal, reasons }));
            }
            There::Unsaid(error) if needed => return Err(error.clone().into()),
            _ => {}
        }
    }
    Ok(())
}

fn found((name, there): (&str, There)) -> Option<(String, Account)> {
    match there {
        There::Open(account) => Some((name.to_owned(), *account)),
        There::Barred { .. } | There::Unsaid(_) => None,
    }
}
