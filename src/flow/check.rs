//! Further checks of the person, one after another: asked when the person says so, read until something is said, redeemed
//! when they come back.
//!
//! Duo.md §2 and §4 by way of the contract's [`Challenger`]. That a person is asked is written before the vendor is called, so
//! that a lost answer is one try less and never a second question behind the person's back. What a person brings back is
//! used up before it is redeemed.

use std::net::IpAddr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::account::{self, There};
use super::{Draft, Error, Flow, Turn};
use crate::audit::Fact;
use crate::case::check::{self, CheckState, FurtherCheck, Kept, Wanted};
use crate::case::{Case, Stage};
use crate::store::Wake;
use doorward_contract::{Account, Begun, Challenge, ChallengeOutcome, Challenger, Timestamp, VendorError};

/// A push ends after a minute by itself (duo.md §4: stop after 90 s).
const PUSH: Duration = Duration::from_secs(90);
/// How long a person may take on the vendor's page.
const VISIT: Duration = Duration::from_secs(600);
/// How often an answer is looked for while the person has the phone in hand.
const PACE: Duration = Duration::from_secs(1);

impl Flow {
    /// The proof fits: the person is asked what else the purpose wants to know.
    pub(super) async fn begin_checks(&self, draft: &mut Draft) -> Result<Turn, Error> {
        if let Some(pause) = self.read_contacts(draft).await? {
            return Ok(pause);
        }
        draft.case.moved(Stage::Checking)?;
        draft.note(self.now(), Fact::ChecksBegun);
        self.fail_unreachable(draft);
        Ok(Turn::On)
    }

    /// The person says that they are ready to be asked. The address to go to, where there is one.
    pub async fn ask(&self, case: Case, from: Option<IpAddr>) -> Result<Option<String>, Error> {
        let allowed = self.purpose(&case.purpose)?.attempts;
        let now = self.now();
        // Written first: what is asked from here on is this try and no other.
        let case = self
            .change(case, Wake::At(now.plus(PUSH)), |draft| {
                let (at, found) = current(&draft.case)?;
                let (connector, what) = asks(found)?;
                let connector = connector.to_owned();
                // Who went to the vendor's page and came back without an answer goes there again, by a new visit; a message
                // that is under way is not sent twice.
                match found.state {
                    CheckState::Waiting if found.tries < allowed => {}
                    CheckState::Asked { .. } if what.is_visit() => {}
                    _ => return Err(Error::Elsewhere),
                }
                let until = now.plus(if what.is_visit() { VISIT } else { PUSH });
                draft.case.private.check = None;
                let Some(found) = draft.case.checks.get_mut(at) else {
                    return Err(Error::Elsewhere);
                };
                // Going to a page is no try; coming back from it is.
                found.tries = found.tries.saturating_add(u32::from(!what.is_visit()));
                found.state = CheckState::Asked { at: now, until };
                let check = what.word().to_owned();
                draft.note(now, Fact::CheckAsked { connector, check });
                Ok(())
            })
            .await?;
        let (at, mine) = current(&case)?;
        let (at, mine) = (at, mine.clone());
        let (connector, what) = asks(&mine)?;
        let begun = match self.account_at(connector, &case).await? {
            Ok(account) => self.challenger(connector)?.begin(what, &account, from).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(begun) => self.asked(case, at, &mine, begun).await,
            Err(error) => self.not_asked(case, at, &mine, error).await,
        }
    }

    /// Keeps what the vendor gave, if this is still the try that was asked for.
    async fn asked(&self, case: Case, at: usize, mine: &FurtherCheck, begun: Begun) -> Result<Option<String>, Error> {
        let kept = Kept {
            reference: begun.kept.expose_secret().to_owned(),
            number: begun.number.as_ref().map(|number| number.expose_secret().to_owned()),
        };
        self.change(case, Wake::At(self.now()), |draft| {
            still(draft, at, mine)?;
            draft.case.trouble = None;
            draft.case.private.check = Some(kept.clone());
            Ok(())
        })
        .await?;
        Ok(begun.visit.map(|visit| visit.expose_secret().to_owned()))
    }

    /// The vendor did not ask: an account that cannot be asked ends the case, anything else is told to the person, who may
    /// try again. A question that cannot have reached them costs no try.
    async fn not_asked(
        &self,
        case: Case,
        at: usize,
        mine: &FurtherCheck,
        error: VendorError,
    ) -> Result<Option<String>, Error> {
        let now = self.now();
        let allowed = self.purpose(&case.purpose)?.attempts;
        let (connector, what) = asks(mine)?;
        let ends = matches!(
            error,
            VendorError::Unfit { .. } | VendorError::Missing { .. } | VendorError::Ambiguous
        );
        let case = self
            .change(case, Wake::At(now), |draft| {
                still(draft, at, mine)?;
                let Some(found) = draft.case.checks.get_mut(at) else {
                    return Err(Error::Elsewhere);
                };
                let why = error.to_string();
                if ends {
                    found.state = CheckState::Failed {
                        at: now,
                        fraud: false,
                        why: why.clone(),
                    };
                    draft.note(now, answered(mine, "impossible", &why, serde_json::Value::Null));
                } else {
                    let costs = what.is_visit() || error.may_have_happened();
                    found.tries = found.tries.saturating_sub(u32::from(!costs));
                    found.state = if found.tries < allowed {
                        CheckState::Waiting
                    } else {
                        CheckState::Failed {
                            at: now,
                            fraud: false,
                            why: why.clone(),
                        }
                    };
                    draft.note(
                        now,
                        Fact::VendorWaited {
                            vendor: connector.to_owned(),
                            remedy: error.remedy().to_owned(),
                            why,
                        },
                    );
                }
                Ok(())
            })
            .await?;
        if ends {
            tracing::warn!(case.id = %case.id, %error, "a person cannot be asked what the purpose wants to know");
            return Ok(None);
        }
        Err(error.into())
    }

    /// Looks whether the person has answered.
    pub(super) async fn read_check(&self, draft: &mut Draft, at: usize) -> Result<Turn, Error> {
        let now = self.now();
        let Some(found) = draft.case.checks.get(at).cloned() else {
            return Ok(Turn::Pause(Some(draft.case.expires_at)));
        };
        let CheckState::Asked { until, .. } = found.state else {
            return Ok(Turn::On);
        };
        if let Wanted::Carrier { .. } = found.wanted {
            return Ok(self.read_code(draft, at, until));
        }
        let (connector, what) = asks(&found)?;
        let told = match &draft.case.private.check {
            Some(kept) if !what.is_visit() => {
                let kept = SecretString::from(kept.reference.clone());
                match self.challenger(connector)?.poll(what, &kept).await {
                    Ok(told) => told,
                    // What was asked is over for the vendor too.
                    Err(VendorError::Missing { .. }) => lapsed("the vendor knows of no such question any more"),
                    Err(error) if now < until => return Ok(self.wait_for_vendor(draft, connector, &error)),
                    Err(error) => lapsed(&error.to_string()),
                }
            }
            _ => ChallengeOutcome::Pending,
        };
        draft.case.trouble = None;
        let told = match told {
            ChallengeOutcome::Pending if self.now() < until => {
                let soon = if what.is_visit() {
                    until
                } else {
                    until.min(self.now().plus(PACE))
                };
                return Ok(Turn::Pause(Some(soon.min(draft.case.expires_at))));
            }
            ChallengeOutcome::Pending => lapsed("nobody answered"),
            told => told,
        };
        let allowed = self.purpose(&draft.case.purpose)?.attempts;
        take(draft, at, told, allowed, self.now());
        Ok(Turn::On)
    }

    /// A person is back from the vendor's page. What they bring is used up before it is redeemed; what belongs to no visit of
    /// theirs changes nothing and is written down.
    pub async fn come_back_from(&self, case: Case, connector: &str, query: &str) -> Result<Case, Error> {
        let open = current(&case).ok().filter(|(_, found)| {
            let asked = matches!(found.state, CheckState::Asked { until, .. } if self.now() < until);
            let theirs = asks(found).is_ok_and(|(asker, what)| asker == connector && what.is_visit());
            asked && theirs
        });
        let (Some((at, mine)), Some(kept)) = (open, case.private.check.clone()) else {
            self.note_once(
                &case,
                refused(connector, "nobody was sent there, or they are back already"),
            )
            .await?;
            return Ok(case);
        };
        let mine = mine.clone();
        let challenger = self.challenger(connector)?;
        let (_, what) = asks(&mine)?;
        let reference = SecretString::from(kept.reference.clone());
        if !challenger.belongs(what, &reference, query) {
            tracing::warn!(case.id = %case.id, "somebody came back from a visit that is not this case's");
            self.note_once(&case, refused(connector, "it belongs to another visit"))
                .await?;
            return Ok(case);
        }
        let case = self
            .change(case, Wake::Keep, |draft| {
                still(draft, at, &mine)?;
                // Of two browsers, or two clicks, one is first.
                if draft.case.private.check.as_ref() != Some(&kept) {
                    return Err(Error::Elsewhere);
                }
                draft.case.private.check = None;
                Ok(())
            })
            .await?;
        let told = match challenger.finish(what, &reference, query).await {
            Ok(told) => told,
            Err(error) => {
                if !error.is_passing() {
                    tracing::error!(case.id = %case.id, %error, "a vendor refuses and a person waits: mend this");
                }
                lapsed(&error.to_string())
            }
        };
        let now = self.now();
        let allowed = self.purpose(&case.purpose)?.attempts;
        self.change(case, Wake::At(now), |draft| {
            still(draft, at, &mine)?;
            take(draft, at, told.clone(), allowed, now);
            Ok(())
        })
        .await
    }

    fn challenger(&self, connector: &str) -> Result<&dyn Challenger, Error> {
        self.connector(connector)?.challenger().ok_or_else(|| Error::Unknown {
            kind: "challenger",
            name: connector.to_owned(),
        })
    }

    /// The account of the case's person where the check is made: the directory's own, or the one that is found there as the
    /// plan would find it.
    async fn account_at(&self, connector: &str, case: &Case) -> Result<Result<Account, VendorError>, Error> {
        let purpose = self.purpose(&case.purpose)?;
        let Some(home) = &case.private.account else {
            let what = "the account".to_owned();
            return Ok(Err(VendorError::Missing { what }));
        };
        if purpose.directory.as_deref() == Some(connector) {
            return Ok(Ok(home.clone()));
        }
        let known = case.private.accounts.get(connector);
        let subject = account::subject(purpose, connector, home, known);
        let there = self.look(connector, &subject).await?;
        Ok(match (there.error(), there) {
            (None, There::Open(account)) => Ok(*account),
            (Some(error), _) => Err(error),
            (None, _) => Err(VendorError::Ambiguous),
        })
    }
}

/// The check that is next, with its place.
pub(super) fn current(case: &Case) -> Result<(usize, &FurtherCheck), Error> {
    if case.stage != Stage::Checking {
        return Err(Error::Elsewhere);
    }
    check::current(case).ok_or(Error::Elsewhere)
}

/// Which connector asks, and what: a code is none of theirs.
fn asks(found: &FurtherCheck) -> Result<(&str, Challenge), Error> {
    match &found.wanted {
        Wanted::Connector { connector, check } => Ok((connector, *check)),
        Wanted::Carrier { .. } => Err(Error::Elsewhere),
    }
}

/// The try is the one that was begun, and nobody ended it meanwhile.
fn still(draft: &Draft, at: usize, mine: &FurtherCheck) -> Result<(), Error> {
    match current(&draft.case)? {
        (place, found) if place == at && found == mine => Ok(()),
        _ => Err(Error::Elsewhere),
    }
}

/// Takes what came of a check down.
fn take(draft: &mut Draft, at: usize, told: ChallengeOutcome, allowed: u32, now: Timestamp) {
    let Some(mut found) = draft.case.checks.get(at).cloned() else {
        return;
    };
    let visited = asks(&found).is_ok_and(|(_, what)| what.is_visit());
    found.tries = found.tries.saturating_add(u32::from(visited));
    let failed = |fraud, why: &str| CheckState::Failed {
        at: now,
        fraud,
        why: why.to_owned(),
    };
    let (state, fact) = match told {
        ChallengeOutcome::Pending => return,
        ChallengeOutcome::Passed { facts } => (
            CheckState::Passed {
                at: now,
                facts: facts.clone(),
            },
            answered(&found, "passed", "", facts),
        ),
        ChallengeOutcome::Lapsed { why } if found.tries < allowed => (
            CheckState::Waiting,
            answered(&found, "lapsed", &why, serde_json::Value::Null),
        ),
        ChallengeOutcome::Lapsed { why } => (
            failed(false, &why),
            answered(&found, "lapsed", &why, serde_json::Value::Null),
        ),
        ChallengeOutcome::Denied { fraud, why } => {
            if fraud {
                tracing::error!(
                    case.id = %draft.case.id,
                    "an account's owner says that somebody else tries to get into it: look into this now"
                );
            }
            let word = if fraud { "fraud" } else { "denied" };
            (
                failed(fraud, &why),
                answered(&found, word, &why, serde_json::Value::Null),
            )
        }
    };
    draft.note(now, fact);
    draft.case.private.check = None;
    if let Some(own) = draft.case.checks.get_mut(at) {
        *own = FurtherCheck { state, ..found };
    }
}

fn lapsed(why: &str) -> ChallengeOutcome {
    ChallengeOutcome::Lapsed { why: why.to_owned() }
}

pub(super) fn answered(check: &FurtherCheck, result: &str, why: &str, facts: serde_json::Value) -> Fact {
    Fact::CheckAnswered {
        connector: check.wanted.by().to_owned(),
        check: check.wanted.word().to_owned(),
        result: result.to_owned(),
        why: why.to_owned(),
        facts,
    }
}

fn refused(connector: &str, why: &str) -> Fact {
    Fact::CheckRefused {
        connector: connector.to_owned(),
        why: why.to_owned(),
    }
}
