//! Who on the staff may decide on a case, and why somebody may not: four eyes that are really four.
//!
//! Threat T18. Pure: everything that has to be known is in the case, the operator and [`Past`]. Whoever cannot be told from the
//! person, because their sign-in says no e-mail address, may not decide: unknown is refused.

use super::role::{Operator, Power};
use super::{Case, Opener, Stage};
use doorward_contract::SubjectKey;

/// Why an operator may not decide on this case; for staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// None of their roles has the power.
    #[error("none of your roles may do this")]
    Powerless,
    /// Their sign-in tells no e-mail address.
    #[error("your sign-in tells no e-mail address, so it cannot be told whether this case is your own")]
    Nameless,
    /// They opened the case, or it was opened in their name.
    #[error("you opened this case, or it was opened in your name; a colleague has to decide")]
    Opener,
    /// It is about their own account.
    #[error("this case is about your own account")]
    Person,
    /// They reviewed it.
    #[error("you reviewed this case; somebody else has to agree")]
    Reviewer,
    /// They approved it.
    #[error("you agreed to this case; somebody else has to review it")]
    Approver,
    /// The person reports to them.
    #[error("the person reports to you; somebody else has to agree")]
    Manager,
    /// They were recovered themselves lately.
    #[error("your own access was recovered not long ago; until that is past, somebody else has to agree")]
    Recovered,
    /// They agreed already.
    #[error("you agreed to this case already")]
    Already,
    /// They agreed to too many.
    #[error("you agreed to as many cases as one person may in a day")]
    Capped,
    /// Somebody else has it in hand.
    #[error("{by} is looking at this case")]
    Claimed {
        /// Who.
        by: String,
    },
    /// They have not taken it, or not for this long.
    #[error("take this case first")]
    Unclaimed,
    /// They said nothing of the evidence yet.
    #[error("say first whether the evidence holds; whose account it is comes after that")]
    Unjudged,
    /// The evidence was judged already, and is not judged twice.
    #[error("the evidence was judged already")]
    Judged,
    /// They found that the evidence does not hold.
    #[error("you found that the evidence does not hold: then it cannot be said to be the same person")]
    Unfounded,
}

/// What must be known of an approver besides what the case and they themselves tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Their own access was recovered lately.
    pub recovered: bool,
}

/// Whether somebody may review this case.
pub fn reviewer(case: &Case, operator: &Operator) -> Result<(), Barred> {
    apart(case, operator, Power::Review)?;
    if case.desk.has_approved(operator) {
        return Err(Barred::Approver);
    }
    Ok(())
}

/// Whether somebody may agree to this case.
pub fn approver(case: &Case, operator: &Operator, past: Past) -> Result<(), Barred> {
    apart(case, operator, Power::Approve)?;
    if case.desk.is_reviewer(operator) {
        return Err(Barred::Reviewer);
    }
    let manager = case.private.manager.as_ref();
    if manager.is_some_and(|one| names(operator, &one.login) || one.email.iter().any(|email| names(operator, email))) {
        return Err(Barred::Manager);
    }
    if past.recovered {
        return Err(Barred::Recovered);
    }
    if case.desk.has_approved(operator) {
        return Err(Barred::Already);
    }
    Ok(())
}

/// Whether this operator must not see yet whose account a case is about: it waits for a human's look, that may be theirs, and they
/// said nothing of the evidence so far. Held against whoever may review, taken or not: whoever looked first is led by what they saw.
pub fn is_blind(case: &Case, operator: &Operator) -> bool {
    if case.stage != Stage::Review || !operator.roles.may(Power::Review) {
        return false;
    }
    let own = case
        .desk
        .review
        .as_ref()
        .filter(|review| review.reviewer.id == operator.id);
    own.is_none_or(|review| review.judgement.is_none())
}

/// Whether somebody may open this case for its person: nobody recovers themselves by the helpdesk.
pub fn opener(case: &Case, operator: &Operator) -> Result<(), Barred> {
    if !operator.roles.may(Power::OpenCase) {
        return Err(Barred::Powerless);
    }
    if is_person(case, operator) {
        return Err(Barred::Person);
    }
    Ok(())
}

/// What everybody who decides is held to.
fn apart(case: &Case, operator: &Operator, power: Power) -> Result<(), Barred> {
    if !operator.roles.may(power) {
        return Err(Barred::Powerless);
    }
    if operator.email.as_deref().is_none_or(|email| email.trim().is_empty()) {
        return Err(Barred::Nameless);
    }
    if has_opened(case, operator) {
        return Err(Barred::Opener);
    }
    if is_person(case, operator) {
        return Err(Barred::Person);
    }
    Ok(())
}

fn has_opened(case: &Case, operator: &Operator) -> bool {
    let at_console = case.desk.opened_by.as_ref();
    let name = match &case.opener {
        Opener::Operator { name, .. } => Some(name.as_str()),
        Opener::Person | Opener::Client { .. } => None,
    };
    let called = [name, case.desk.named.as_deref()];
    at_console.is_some_and(|staff| staff.id == operator.id)
        || called.into_iter().flatten().any(|name| names(operator, name))
}

fn is_person(case: &Case, operator: &Operator) -> bool {
    let private = &case.private;
    let typed = private
        .subject
        .as_ref()
        .filter(|subject| subject.key == SubjectKey::Login);
    let accounts = private.account.iter().chain(private.accounts.values());
    accounts
        .map(|account| account.login.as_str())
        .chain(typed.map(|subject| subject.value.as_str()))
        .any(|login| is_login_of(operator, login))
}

/// Whether a text that stands for somebody is this operator's name, e-mail address, or what stands before its `@`.
fn names(operator: &Operator, text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && (same(&operator.name, text) || same(&operator.id, text) || is_login_of(operator, text))
}

/// Every text by which a sign-in of this operator could be known: the e-mail address, and what stands before its `@`.
pub fn logins(operator: &Operator) -> Vec<String> {
    let Some(email) = operator
        .email
        .as_deref()
        .map(str::trim)
        .filter(|email| !email.is_empty())
    else {
        return Vec::new();
    };
    let user = email
        .split_once('@')
        .map(|(user, _)| user)
        .filter(|user| !user.is_empty());
    std::iter::once(email).chain(user).map(str::to_lowercase).collect()
}

fn is_login_of(operator: &Operator, login: &str) -> bool {
    let login = login.trim().to_lowercase();
    logins(operator).contains(&login)
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
