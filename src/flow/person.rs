//! A person, for the staff: looked up at the directory, counted and written down; and forgotten, in all their cases.
//!
//! Which cases are somebody's is told by keyed digests of the account and of what was typed for it.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Error, Flow};
use crate::audit::{Event, Fact};
use crate::case::role::{Operator, Power};
use crate::case::{Attempt, Barred, Case, CaseId, End, Stage};
use crate::crypto::token::Digest;
use crate::store::{MarkKind, Wake};
use doorward_contract::{Account, Protection, Subject, SubjectKey, Timestamp, VendorError};

const HOUR: Duration = Duration::from_secs(3600);
/// How many cases say enough of how it went with somebody lately.
const NEWEST: u32 = 5;
/// More cases than anybody has before they are forgotten; a bound, so that nothing runs away.
const ALL: u32 = 1_000;

/// Somebody, as an agent finds them.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The name as the directory shows it.
    pub display_name: Option<String>,
    /// What they sign in with, as the directory has it.
    pub login: String,
    /// The vendor's id of the account.
    pub account: String,
    /// False when the account is disabled.
    pub enabled: bool,
    /// Why the account is protected; empty if it is not.
    pub protected: Vec<String>,
    /// Whether a case of theirs was called fraud, and nobody took that back.
    pub frozen: bool,
    /// Their newest case.
    pub last: Option<Last>,
    /// Their newest cases, the newest first.
    pub cases: Vec<Case>,
}

/// Somebody's newest case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub stage: Stage,
    /// How it ended.
    pub end: Option<End>,
    /// When it began.
    pub opened_at: Timestamp,
}

impl From<&Case> for Last {
    fn from(case: &Case) -> Self {
        Self {
            id: case.id.clone(),
            number: case.number.clone(),
            stage: case.stage,
            end: case.end.clone(),
            opened_at: case.opened_at,
        }
    }
}

/// What came of having somebody forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgetting {
    /// The numbers of the cases that are being forgotten.
    pub cases: Vec<String>,
    /// How many proofs verifiers still have; they are asked until they confirm that they forgot.
    pub pending: usize,
}

/// What is known of somebody who is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasable {
    /// The name as a directory shows it.
    pub display_name: Option<String>,
    /// How many cases hold something of them.
    pub cases: usize,
    /// How many of these are under way.
    pub open: usize,
}

impl Flow {
    /// Looks somebody up at a connector, by what they type to sign in. Counted for each operator, and written down: a directory is
    /// not to be read out by way of the helpdesk.
    pub async fn find(&self, operator: &Operator, connector: &str, typed: &str) -> Result<Option<Found>, Error> {
        allowed(operator, Power::FindPerson)?;
        let now = self.now();
        let by = self.staff_digest(&operator.id);
        let most = self.caps.searches_per_agent;
        if !self.store.count("searches per agent", &by, now, HOUR, most).await? {
            return Err(Error::TooMany(HOUR));
        }
        let account = self.look_up(connector, typed).await;
        let result = match &account {
            Ok(Some(_)) => "found",
            Ok(None) => "unknown",
            Err(Error::Vendor(VendorError::Ambiguous)) => "ambiguous",
            Err(_) => "failed",
        };
        let sought = Fact::PersonSought {
            operator: operator.name.clone(),
            connector: connector.to_owned(),
            result: result.to_owned(),
            account: account
                .as_ref()
                .ok()
                .and_then(Option::as_ref)
                .map(|one| one.id.to_string()),
        };
        self.store.note(&[Event::apart(now, sought)]).await?;
        let Some(account) = account? else {
            return Ok(None);
        };
        let protected = match self.directory(connector)?.guard(&account.id).await? {
            Protection::Ordinary => Vec::new(),
            Protection::Protected { reasons } => reasons,
        };
        let who = self.who(connector, &account, typed);
        let cases = self.store.cases_of(&who, NEWEST).await?;
        Ok(Some(Found {
            display_name: account.display_name.clone(),
            login: account.login.clone(),
            account: account.id.to_string(),
            enabled: account.enabled,
            protected,
            frozen: self.store.is_marked(MarkKind::Frozen, &who, now).await?,
            last: cases.first().map(Last::from),
            cases,
        }))
    }

    /// Has everything forgotten that is known of somebody: every case of theirs that has ended, and every other one, which ends
    /// first. Nothing is asked about fraud: a freeze names nobody and stays.
    pub async fn erase_person(&self, operator: &Operator, connector: &str, typed: &str) -> Result<Forgetting, Error> {
        allowed(operator, Power::Erase)?;
        // Who is not in the directory any more is found by what was typed.
        let who = match self.look_up(connector, typed).await? {
            Some(account) => self.who(connector, &account, typed),
            None => vec![self.typed_digest(typed)],
        };
        self.forget_all(operator, &who).await
    }

    /// The same for whoever this login belongs to at any directory of the purposes.
    pub async fn erase_everywhere(&self, operator: &Operator, typed: &str) -> Result<Forgetting, Error> {
        allowed(operator, Power::Erase)?;
        let (who, _) = self.known_as(typed).await?;
        self.forget_all(operator, &who).await
    }

    /// What is known of somebody and would be forgotten. Counted and written down like every other look.
    pub async fn erasable(&self, operator: &Operator, typed: &str) -> Result<Option<Erasable>, Error> {
        allowed(operator, Power::Erase)?;
        let now = self.now();
        let by = self.staff_digest(&operator.id);
        let most = self.caps.searches_per_agent;
        if !self.store.count("searches per agent", &by, now, HOUR, most).await? {
            return Err(Error::TooMany(HOUR));
        }
        let (who, accounts) = self.known_as(typed).await?;
        let cases = self.store.cases_of(&who, ALL).await?;
        let held: Vec<&Case> = cases.iter().filter(|case| !case.erased).collect();
        for (connector, account) in &accounts {
            let sought = Fact::PersonSought {
                operator: operator.name.clone(),
                connector: connector.clone(),
                result: if account.is_some() { "found" } else { "unknown" }.to_owned(),
                account: account.as_ref().map(|one| one.id.to_string()),
            };
            self.store.note(&[Event::apart(now, sought)]).await?;
        }
        let found = accounts.into_iter().find_map(|(_, account)| account);
        if found.is_none() && held.is_empty() {
            return Ok(None);
        }
        let open = held.iter().filter(|case| case.stage != Stage::Closed).count();
        Ok(Some(Erasable {
            display_name: found.and_then(|account| account.display_name),
            cases: held.len(),
            open,
        }))
    }

    /// Everything by which cases of whoever this login belongs to are known, and what each directory says.
    async fn known_as(&self, typed: &str) -> Result<(Vec<Digest>, Vec<(String, Option<Account>)>), Error> {
        let directories: BTreeSet<&String> = self
            .purposes
            .values()
            .filter_map(|purpose| purpose.directory.as_ref())
            .collect();
        let (mut who, mut accounts) = (vec![self.typed_digest(typed)], Vec::new());
        for connector in directories {
            let account = match self.look_up(connector, typed).await {
                // Nobody in particular answers to it there.
                Err(Error::Vendor(VendorError::Ambiguous)) => None,
                told => told?,
            };
            let of = account.as_ref().map(|account| self.who(connector, account, typed));
            for digest in of.into_iter().flatten() {
                if !who.contains(&digest) {
                    who.push(digest);
                }
            }
            accounts.push((connector.clone(), account));
        }
        Ok((who, accounts))
    }

    async fn forget_all(&self, operator: &Operator, who: &[Digest]) -> Result<Forgetting, Error> {
        let now = self.now();
        let mut forgotten = Vec::new();
        let mut pending = 0;
        for case in self.store.cases_of(who, ALL).await? {
            if case.erased {
                continue;
            }
            forgotten.push(case.number.clone());
            let unforgotten = |attempt: &Attempt| attempt.started && !attempt.forgotten;
            pending += case.attempts.iter().filter(|attempt| unforgotten(attempt)).count();
            Box::pin(self.forget_case(case, operator, now)).await?;
        }
        let ordered = Fact::ErasureOrdered {
            operator: operator.name.clone(),
            cases: forgotten.clone(),
        };
        self.store.note(&[Event::apart(now, ordered)]).await?;
        Ok(Forgetting {
            cases: forgotten,
            pending,
        })
    }

    async fn forget_case(&self, case: Case, operator: &Operator, now: Timestamp) -> Result<(), Error> {
        self.change(case, Wake::At(now), |draft| {
            draft.case.desk.erase_at_end = true;
            if draft.case.stage != Stage::Closed {
                draft.note(
                    now,
                    Fact::Cancelled {
                        operator: operator.name.clone(),
                    },
                );
                return self.stop(draft, End::Withdrawn, now);
            }
            Self::forget_now(draft, now);
            Ok(())
        })
        .await
        .map(drop)
    }

    async fn look_up(&self, connector: &str, typed: &str) -> Result<Option<Account>, Error> {
        let subject = Subject {
            key: SubjectKey::Login,
            value: typed.trim().to_owned(),
        };
        Ok(self.directory(connector)?.find(&subject).await?)
    }

    /// Everything by which cases of this account are known.
    fn who(&self, connector: &str, account: &Account, typed: &str) -> Vec<Digest> {
        let mut who = vec![self.person_digest(connector, &account.id.0), self.typed_digest(typed)];
        let login = self.typed_digest(&account.login);
        if !who.contains(&login) {
            who.push(login);
        }
        who
    }

    /// Writes into a case whose it is, as far as that is known by now.
    pub(super) fn own(&self, case: &mut Case) {
        let directory = self
            .purposes
            .get(&case.purpose)
            .and_then(|purpose| purpose.directory.as_deref())
            .unwrap_or_default();
        let mut who = Vec::new();
        match &case.private.subject {
            Some(subject) if subject.key == SubjectKey::Login => who.push(self.typed_digest(&subject.value)),
            Some(subject) => who.push(self.person_digest(directory, &subject.value)),
            None => {}
        }
        if let Some(account) = &case.private.account {
            who.push(self.person_digest(directory, &account.id.0));
            who.push(self.typed_digest(&account.login));
        }
        for (connector, account) in &case.private.accounts {
            who.push(self.person_digest(connector, &account.id.0));
        }
        for digest in who {
            case.desk.belongs_to(digest);
        }
    }

    /// What stands for the account of a case at a verifier here, where the account is known.
    pub(super) fn account_mark(&self, case: &Case) -> Option<String> {
        let directory = self.purposes.get(&case.purpose)?.directory.as_deref()?;
        let account = case.private.account.as_ref()?;
        Some(mark(&self.person_digest(directory, &account.id.0)))
    }

    /// What stands for its login there, or for what was typed in its place.
    pub(super) fn login_mark(&self, case: &Case) -> Option<String> {
        let account = case.private.account.as_ref().map(|account| &account.login);
        let typed = case
            .private
            .subject
            .as_ref()
            .filter(|subject| subject.key == SubjectKey::Login);
        let login = account.or(typed.map(|subject| &subject.value))?;
        Some(mark(&self.typed_digest(login)))
    }

    /// What stands for an account at a connector.
    pub(super) fn person_digest(&self, connector: &str, id: &str) -> Digest {
        // A connector's name has no line feed in it.
        self.digests.digest("account", format!("{connector}\n{id}").as_bytes())
    }

    /// What stands for a login, or for whatever was typed in place of one.
    pub(super) fn typed_digest(&self, typed: &str) -> Digest {
        self.digests.digest("typed", typed.trim().to_lowercase().as_bytes())
    }

    /// What stands for somebody on the staff in counts.
    pub(super) fn staff_digest(&self, id: &str) -> Digest {
        self.digests.digest("staff", id.trim().to_lowercase().as_bytes())
    }
}

/// A digest as a verifier here is told it.
fn mark(digest: &Digest) -> String {
    URL_SAFE_NO_PAD.encode(digest.bytes())
}

/// The operator has the power. The edge asks too; here nothing can come by another way.
pub(super) fn allowed(operator: &Operator, power: Power) -> Result<(), Error> {
    if operator.roles.may(power) {
        Ok(())
    } else {
        Err(Error::MayNot(Barred::Powerless))
    }
}
