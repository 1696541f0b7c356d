//! The person's accounts at the plan's other connectors: found by a key out of the directory's record, never by name, and
//! held to the same rules as the directory's own.

use std::collections::BTreeMap;

use super::compare::word;
use super::{Error, Flow};
use crate::audit::Fact;
use crate::case::plan::Act;
use crate::case::policy::{FoundBy, Purpose};
use crate::case::{Case, Private, Refusal};
use doorward_contract::{Account, Protection, Subject, SubjectKey, VendorError};

/// What stands in the way of acting on an account.
#[derive(Debug)]
pub(super) enum Hindrance {
    /// It is protected: nothing is done anywhere.
    Protected {
        /// Where, and why, for staff.
        reasons: Vec<String>,
    },
    /// What a vendor says, or that it cannot be asked.
    Vendor {
        /// The connector.
        name: String,
        /// What it says.
        error: VendorError,
        /// Whether it was asked about protection: without that answer nothing is done.
        guarding: bool,
    },
}

/// What a connector says of the person's account.
#[derive(Debug)]
pub(super) enum There {
    /// Found, enabled, ordinary.
    Open(Box<Account>),
    /// Nothing can be done with it.
    Barred {
        /// Why.
        refusal: Refusal,
        /// The account, where there is one.
        account: Option<Box<Account>>,
        /// Why, exactly.
        reasons: Vec<String>,
    },
    /// The vendor does not say.
    Unsaid(VendorError),
}

impl There {
    /// What an operator has to mend, as the step that needs the account says it.
    pub(super) fn error(&self) -> Option<VendorError> {
        match self {
            Self::Open(_) => None,
            Self::Unsaid(error) => Some(error.clone()),
            Self::Barred { refusal, .. } => Some(match refusal {
                Refusal::UnknownAccount => VendorError::Missing {
                    what: "the person's account".to_owned(),
                },
                Refusal::AmbiguousAccount => VendorError::Ambiguous,
                Refusal::ProtectedAccount => unfit("the account is protected"),
                _ => unfit("the account is disabled"),
            }),
        }
    }

    /// What was found in a word, the account, and why nothing can be done with it.
    pub(super) fn told(&self) -> (&'static str, Option<&Account>, Vec<String>) {
        match self {
            Self::Open(account) => ("found", Some(account), Vec::new()),
            Self::Barred {
                refusal,
                account,
                reasons,
            } => (word(*refusal), account.as_deref(), reasons.clone()),
            Self::Unsaid(error) => (error.remedy(), None, vec![error.to_string()]),
        }
    }

    /// The fact to be written down of it.
    pub(super) fn fact(&self, connector: &str) -> Fact {
        let (result, account, reasons) = self.told();
        Fact::AccountElsewhere {
            connector: connector.to_owned(),
            result: result.to_owned(),
            account: account.map(|account| account.id.to_string()),
            reasons,
        }
    }
}

fn unfit(why: &str) -> VendorError {
    VendorError::Unfit { why: why.to_owned() }
}

/// The connectors of a plan that have a directory of their own besides the purpose's, each once, in the plan's order.
fn others<'p>(flow: &Flow, purpose: &'p Purpose) -> Result<Vec<&'p str>, Error> {
    let mut names: Vec<&str> = Vec::new();
    for Act { connector, .. } in &purpose.plan {
        let known = purpose.directory.as_ref() == Some(connector) || names.contains(&connector.as_str());
        if !known && flow.connector(connector)?.directory().is_some() {
            names.push(connector);
        }
    }
    Ok(names)
}

/// By the vendor's own id once it is known, so that a key handed to somebody else meanwhile leads nowhere.
pub(super) fn subject(purpose: &Purpose, name: &str, home: &Account, known: Option<&Account>) -> Subject {
    if let Some(known) = known {
        return Subject {
            key: SubjectKey::Id,
            value: known.id.0.clone(),
        };
    }
    let login = home.login.trim();
    let value = match purpose.accounts.get(name).copied().unwrap_or_default() {
        FoundBy::Login => login,
        FoundBy::UserName => login.split_once('@').map_or(login, |(before, _)| before),
    };
    Subject {
        key: SubjectKey::Login,
        value: value.to_owned(),
    }
}

/// The account that a connector's steps act on: its own, or the directory's where it has none of its own.
pub(super) fn of(private: &Private, connector: &str) -> Result<Account, Error> {
    let own = private.accounts.get(connector).or(private.account.as_ref());
    own.cloned().ok_or(Error::Incomplete { what: "the account" })
}

impl Flow {
    /// What the plan's other connectors say of the person whose account in the directory is `home`.
    pub(super) async fn elsewhere<'p>(
        &self,
        purpose: &'p Purpose,
        home: &Account,
        known: &BTreeMap<String, Account>,
    ) -> Result<Vec<(&'p str, There)>, Error> {
        let mut all = Vec::new();
        for name in others(self, purpose)? {
            all.push((name, self.there(purpose, name, home, known.get(name)).await?));
        }
        Ok(all)
    }

    async fn there(
        &self,
        purpose: &Purpose,
        name: &str,
        home: &Account,
        known: Option<&Account>,
    ) -> Result<There, Error> {
        self.look(name, &subject(purpose, name, home, known)).await
    }

    /// What a connector's directory says of a person.
    pub(super) async fn look(&self, name: &str, subject: &Subject) -> Result<There, Error> {
        let barred = |refusal, account, reasons| {
            Ok(There::Barred {
                refusal,
                account,
                reasons,
            })
        };
        let directory = self.directory(name)?;
        let account = match directory.find(subject).await {
            Ok(Some(account)) => Box::new(account),
            Ok(None) => return barred(Refusal::UnknownAccount, None, Vec::new()),
            Err(VendorError::Ambiguous) => return barred(Refusal::AmbiguousAccount, None, Vec::new()),
            Err(error) => return Ok(There::Unsaid(error)),
        };
        // Protection first: it stops everything, a disabled account only what is to be done there.
        match directory.guard(&account.id).await {
            Ok(Protection::Protected { reasons }) => barred(Refusal::ProtectedAccount, Some(account), reasons),
            Ok(Protection::Ordinary) if !account.enabled => barred(Refusal::DisabledAccount, Some(account), Vec::new()),
            Ok(Protection::Ordinary) => Ok(There::Open(account)),
            Err(error) => Ok(There::Unsaid(error)),
        }
    }

    /// The account for a connector's step, after making sure once more that it is protected neither there nor in the
    /// directory. One that was not found when the plan was drawn up is looked for again: somebody may have mended that.
    pub(super) async fn guarded(
        &self,
        purpose: &Purpose,
        name: &str,
        case: &Case,
    ) -> Result<Result<(Account, Option<Fact>), Hindrance>, Error> {
        let private = &case.private;
        let home = private
            .account
            .as_ref()
            .ok_or(Error::Incomplete { what: "the account" })?;
        let directory = purpose.directory.as_deref().ok_or(Error::Incomplete {
            what: "the purpose's directory",
        })?;
        match self.guard_at(directory, home).await? {
            // Colleagues knew that, and agreed.
            Err(Hindrance::Protected { .. }) if case.desk.protected => {}
            Err(hindrance) => return Ok(Err(hindrance)),
            Ok(()) => {}
        }
        if name == directory || self.connector(name)?.directory().is_none() {
            return Ok(Ok((home.clone(), None)));
        }
        if let Some(known) = private.accounts.get(name) {
            return Ok(self.guard_at(name, known).await?.map(|()| (known.clone(), None)));
        }
        let there = self.there(purpose, name, home, None).await?;
        let fact = there.fact(name);
        Ok(match there {
            There::Open(account) => Ok((*account, Some(fact))),
            There::Barred {
                refusal: Refusal::ProtectedAccount,
                reasons,
                ..
            } => Err(Hindrance::Protected {
                reasons: placed(name, &reasons),
            }),
            barred => Err(Hindrance::Vendor {
                name: name.to_owned(),
                error: barred.error().unwrap_or(VendorError::Ambiguous),
                guarding: false,
            }),
        })
    }

    async fn guard_at(&self, name: &str, account: &Account) -> Result<Result<(), Hindrance>, Error> {
        Ok(match self.directory(name)?.guard(&account.id).await {
            Ok(Protection::Ordinary) => Ok(()),
            Ok(Protection::Protected { reasons }) => Err(Hindrance::Protected {
                reasons: placed(name, &reasons),
            }),
            Err(error) => Err(Hindrance::Vendor {
                name: name.to_owned(),
                error,
                guarding: true,
            }),
        })
    }
}

/// Reasons with the connector that gave them.
pub(super) fn placed(connector: &str, reasons: &[String]) -> Vec<String> {
    if reasons.is_empty() {
        return vec![connector.to_owned()];
    }
    reasons.iter().map(|reason| format!("{connector}: {reason}")).collect()
}
