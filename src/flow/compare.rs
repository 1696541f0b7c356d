//! Whose account it is, and whether the proven person is its owner.

use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::check;
use crate::case::policy::{OnProtected, Purpose};
use crate::case::{Refusal, Stage, Standing};
use crate::matching::{self, Preset, Verdict};
use doorward_contract::{Account, Protection, Subject, SubjectKey, Timestamp, VendorError};

/// The directory's answer about a case's account.
enum Found {
    Open {
        account: Box<Account>,
        /// Why it is protected, where its purpose has colleagues decide on that.
        protected: Vec<String>,
    },
    Barred {
        refusal: Refusal,
        account: Option<String>,
        reasons: Vec<String>,
    },
}

impl Flow {
    /// Compares the proven person with the account as it is now, not as it was when the case began.
    pub(super) async fn compare(&self, draft: &mut Draft) -> Result<Turn, Error> {
        let purpose = self.purpose(&draft.case.purpose)?;
        let vendor = purpose.directory.as_deref().unwrap_or("directory");
        let account = match self.find_account(purpose, draft).await {
            Ok(found @ Found::Open { .. }) => match self.unfrozen(draft, found).await? {
                Some(account) => account,
                None => return Ok(Turn::On),
            },
            Ok(barred) => {
                self.take_account(draft, barred);
                return Ok(Turn::On);
            }
            Err(Error::Vendor(error)) => return Ok(self.wait_for_vendor(draft, vendor, &error)),
            Err(error) => return Err(error),
        };
        if draft.case.is_recheck() {
            return self.recognise(draft, purpose, &account).await;
        }
        let namesakes = match purpose.preset {
            Preset::Strict | Preset::Okta | Preset::OktaInsecureNamesOnly => 0,
            // Who brings the record brings one account's, and no directory to look around in.
            _ if draft.case.private.record.is_some() => 0,
            Preset::Names => match self.directory_of(purpose)?.namesakes(&account, 5).await {
                Ok(others) => others.len(),
                Err(error) => return Ok(self.wait_for_vendor(draft, vendor, &error)),
            },
        };
        let person = draft.case.private.person.as_ref().ok_or(Error::Incomplete {
            what: "the proven person",
        })?;
        let explanation = matching::compare(purpose.preset, &account, person, namesakes);
        let now = self.now();
        draft.note(
            now,
            Fact::Compared {
                explanation: explanation.clone(),
            },
        );
        if explanation.verdict == Verdict::Review {
            to_review(draft, now)?;
        }
        draft.case.explanation = Some(explanation);
        draft.case.checks = check::all(&purpose.checks);
        Ok(Turn::On)
    }

    /// Takes an account that was found, unless somebody called a case of it fraud.
    async fn unfrozen(&self, draft: &mut Draft, found: Found) -> Result<Option<Box<Account>>, Error> {
        let Found::Open { account, .. } = &found else {
            return Ok(None);
        };
        let (account, id) = (account.clone(), account.id.to_string());
        draft.case.private.account = Some(Account::clone(&account));
        self.own(&mut draft.case);
        if self.is_frozen(&draft.case).await? {
            self.take_account(draft, frozen_at(id));
            return Ok(None);
        }
        self.take_account(draft, found);
        Ok(Some(account))
    }

    /// By the vendor's own id once it is known, so that a login handed to somebody else meanwhile leads nowhere.
    async fn find_account(&self, purpose: &Purpose, draft: &Draft) -> Result<Found, Error> {
        if let Some(record) = &draft.case.private.record {
            return Ok(Found::Open {
                account: record.clone(),
                protected: Vec::new(),
            });
        }
        let directory = self.directory_of(purpose)?;
        let subject = match &draft.case.private.account {
            Some(account) => Subject {
                key: SubjectKey::Id,
                value: account.id.0.clone(),
            },
            None => draft.case.private.subject.clone().ok_or(Error::Incomplete {
                what: "whose account it is",
            })?,
        };
        let barred = |refusal, account, reasons| {
            Ok(Found::Barred {
                refusal,
                account,
                reasons,
            })
        };
        let account = match directory.find(&subject).await {
            Ok(Some(account)) => account,
            Ok(None) => return barred(Refusal::UnknownAccount, None, Vec::new()),
            Err(VendorError::Ambiguous) => return barred(Refusal::AmbiguousAccount, None, Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let id = Some(account.id.to_string());
        if !account.enabled {
            return barred(Refusal::DisabledAccount, id, Vec::new());
        }
        match directory.guard(&account.id).await? {
            Protection::Ordinary => Ok(Found::Open {
                account: Box::new(account),
                protected: Vec::new(),
            }),
            Protection::Protected { reasons } if purpose.protected == OnProtected::Approve => Ok(Found::Open {
                account: Box::new(account),
                protected: reasons,
            }),
            Protection::Protected { reasons } => barred(Refusal::ProtectedAccount, id, reasons),
        }
    }

    fn take_account(&self, draft: &mut Draft, found: Found) {
        let (standing, result, account, reasons) = match found {
            Found::Open { account, protected } => {
                let id = Some(account.id.to_string());
                draft.case.private.account = Some(*account);
                (Standing::Open, "found", id, protected)
            }
            Found::Barred {
                refusal,
                account,
                reasons,
            } => (Standing::Barred(refusal), word(refusal), account, reasons),
        };
        draft.case.trouble = None;
        let protected = standing == Standing::Open && !reasons.is_empty();
        if draft.case.standing != standing || draft.case.desk.protected != protected {
            draft.case.standing = standing;
            draft.case.desk.protected = protected;
            draft.note(
                self.now(),
                Fact::AccountLookedUp {
                    result: result.to_owned(),
                    account,
                    reasons,
                },
            );
        }
    }
}

fn frozen_at(account: String) -> Found {
    Found::Barred {
        refusal: Refusal::Frozen,
        account: Some(account),
        reasons: Vec::new(),
    }
}

/// A human has to look, if none is looking already.
pub(super) fn to_review(draft: &mut Draft, now: Timestamp) -> Result<(), Error> {
    if draft.case.stage != Stage::Review {
        draft.case.moved(Stage::Review)?;
    }
    super::prove::extend_for_review(&mut draft.case, now);
    Ok(())
}

/// The word of an account's bar in events.
pub(super) fn word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownAccount => "unknown",
        Refusal::AmbiguousAccount => "ambiguous",
        Refusal::DisabledAccount => "disabled",
        Refusal::ProtectedAccount => "protected",
        Refusal::Declined
        | Refusal::ForeignProof
        | Refusal::Mismatch
        | Refusal::Reviewed
        | Refusal::Relayed
        | Refusal::AnotherPerson
        | Refusal::Unchecked
        | Refusal::ReportedFraud
        | Refusal::Disapproved => "refused",
        Refusal::Frozen => "frozen",
    }
}
