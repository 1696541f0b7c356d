//! What a plan would do to one person's accounts, found out by reading: nothing is changed at a vendor nor in the case, and
//! a secret that a connector chooses on the way is dropped unseen.

use super::account::There;
use super::plan::is_prepared;
use super::{Error, Flow};
use crate::case::plan::{Act, OnFailure};
use crate::case::policy::Purpose;
use crate::case::{Case, CaseId, HandleKind, PlannedStep};
use crate::crypto::token::Digest;
use doorward_contract::{Account, AccountId, Action, Subject, SubjectKey, Undoing};
use serde::Serialize;

/// A plan as it would be carried out now.
#[derive(Debug, Serialize)]
pub struct Rehearsal {
    /// The purpose's name.
    pub purpose: String,
    /// What every connector of the plan says of the account, the directory first.
    pub accounts: Vec<Place>,
    /// The steps, in order.
    pub steps: Vec<Rehearsed>,
}

/// The person's account at one connector.
#[derive(Debug, Serialize)]
pub struct Place {
    /// The connector's name in the settings.
    pub connector: String,
    /// `found`, or what stands in the way: `unknown`, `ambiguous`, `disabled`, `protected`, or a vendor's remedy.
    pub result: String,
    /// The vendor's id of it, where there is one.
    pub account: Option<AccountId>,
    /// Why it is protected, or what the vendor says, exactly.
    pub reasons: Vec<String>,
}

/// One step as it would be done.
#[derive(Debug, Serialize)]
pub struct Rehearsed {
    /// The connector's name in the settings.
    pub connector: String,
    /// What it would do, within what the vendor allows.
    #[serde(flatten)]
    pub action: Action,
    /// What becomes of the rest if it cannot be done.
    pub on_failure: OnFailure,
    /// How far it has come, where the case has begun with its plan.
    pub done: Option<PlannedStep>,
    /// What the vendor's settings changed of the wish.
    pub notes: Vec<String>,
    /// Whether it could be done now; absent where it need not be.
    pub fits: Option<bool>,
    /// What stands in the way.
    pub why: Option<String>,
    /// Whether it hands the person a pass.
    pub pass: bool,
    /// What taking it back comes to.
    pub undo: Option<Undo>,
}

/// What taking an act back comes to, in words.
#[derive(Debug, Serialize)]
pub struct Undo {
    /// Whether it can be taken back.
    pub possible: bool,
    /// What that does, or why not.
    pub text: &'static str,
}

impl From<Undoing> for Undo {
    fn from(undoing: Undoing) -> Self {
        match undoing {
            Undoing::Possible { what } => Self {
                possible: true,
                text: what,
            },
            Undoing::Impossible { why } => Self {
                possible: false,
                text: why,
            },
        }
    }
}

impl Rehearsal {
    /// Whether nothing stands in the way of any step.
    pub fn is_clear(&self) -> bool {
        self.steps.iter().all(|step| step.fits != Some(false))
    }
}

impl Flow {
    /// A case by its id, or by the number that its person quotes.
    pub async fn case_named(&self, name: &str) -> Result<Option<Case>, Error> {
        let name = name.trim();
        if let Ok(id) = name.parse::<CaseId>() {
            return Ok(self.store.case(&id).await?);
        }
        self.case_of_number(name).await
    }

    /// A case by the number that its person quotes.
    pub async fn case_of_number(&self, number: &str) -> Result<Option<Case>, Error> {
        let digest = Digest::of("number", number.trim().to_uppercase().as_bytes());
        Ok(self.store.case_by(HandleKind::Number, &digest, self.now()).await?)
    }

    /// What a purpose would do for the account that answers to this login.
    pub async fn rehearse(&self, purpose: &str, login: &str) -> Result<Rehearsal, Error> {
        let subject = Subject {
            key: SubjectKey::Login,
            value: login.trim().to_owned(),
        };
        self.play(self.purpose(purpose)?, &subject, None).await
    }

    /// What is left to do in a case, and what is done.
    pub async fn rehearse_case(&self, case: &Case) -> Result<Rehearsal, Error> {
        let subject = match (&case.private.account, &case.private.subject) {
            (Some(account), _) => Subject {
                key: SubjectKey::Id,
                value: account.id.0.clone(),
            },
            (None, Some(subject)) => subject.clone(),
            // Forgotten: nobody knows any more whose case it was.
            (None, None) => return Err(Error::Elsewhere),
        };
        self.play(self.purpose(&case.purpose)?, &subject, Some(case)).await
    }

    async fn play(&self, purpose: &Purpose, subject: &Subject, case: Option<&Case>) -> Result<Rehearsal, Error> {
        let directory = purpose.directory.as_deref().ok_or(Error::Elsewhere)?;
        let home = self.look(directory, subject).await?;
        let mut accounts = vec![place(directory, &home)];
        let known = case.map(|case| case.private.accounts.clone()).unwrap_or_default();
        let elsewhere = match &home {
            There::Open(home) => self.elsewhere(purpose, home, &known).await?,
            There::Barred { .. } | There::Unsaid(_) => Vec::new(),
        };
        accounts.extend(elsewhere.iter().map(|(name, there)| place(name, there)));
        let mut steps = Vec::with_capacity(purpose.plan.len());
        for (at, wished) in purpose.plan.iter().enumerate() {
            let done = case.and_then(|case| case.plan.get(at));
            let act = done.map_or(wished, |step| &step.act);
            let there = elsewhere
                .iter()
                .find(|(name, _)| *name == act.connector)
                .map_or(&home, |(_, there)| there);
            let before = purpose.plan.get(..at).unwrap_or_default();
            steps.push(self.play_step(act, there, done, before).await?);
        }
        Ok(Rehearsal {
            purpose: purpose.name.clone(),
            accounts,
            steps,
        })
    }

    async fn play_step(
        &self,
        act: &Act,
        there: &There,
        done: Option<&PlannedStep>,
        before: &[Act],
    ) -> Result<Rehearsed, Error> {
        let mut step = Rehearsed {
            connector: act.connector.clone(),
            action: act.action.clone(),
            on_failure: act.on_failure,
            done: done.cloned(),
            notes: Vec::new(),
            fits: None,
            why: None,
            pass: act.action.yields_pass(),
            undo: self.undoing(act).map(Undo::from),
        };
        if done.is_some_and(PlannedStep::is_over) {
            return Ok(step);
        }
        let why = match there {
            There::Open(account) => self.play_act(act, account, &mut step, before).await?,
            barred => barred.error().map(|error| error.to_string()),
        };
        (step.fits, step.why) = (Some(why.is_none()), why);
        Ok(step)
    }

    /// What stands in the way of an act.
    async fn play_act(
        &self,
        act: &Act,
        account: &Account,
        step: &mut Rehearsed,
        before: &[Act],
    ) -> Result<Option<String>, Error> {
        let connector = self.connector(&act.connector)?;
        match connector.prepare(&act.action).await {
            Ok(prepared) => (step.action, step.notes) = (prepared.action, prepared.notes),
            Err(error) => return Ok(Some(error.to_string())),
        }
        let Err(error) = connector.intend(account, &step.action).await else {
            return Ok(None);
        };
        if is_prepared(&error, act, before.iter()) {
            step.notes.push(format!("after the step before: {error}"));
            return Ok(None);
        }
        Ok(Some(error.to_string()))
    }
}

fn place(connector: &str, there: &There) -> Place {
    let (result, account, reasons) = there.told();
    Place {
        connector: connector.to_owned(),
        result: result.to_owned(),
        account: account.map(|account| account.id.clone()),
        reasons,
    }
}
