//! What a case needs: the purpose, as the flow and the pages know it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::check::Wanted;
use super::plan::Act;
use crate::matching::Preset;
use doorward_contract::{CheckName, Documents};

/// What a person's account at another connector than the directory is found by: never by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FoundBy {
    /// The login in the directory.
    #[default]
    Login,
    /// What stands before the `@` of the login in the directory.
    UserName,
}

/// What becomes of a protected account's case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnProtected {
    /// It is refused.
    #[default]
    Refuse,
    /// Two colleagues decide.
    Approve,
}

/// Accounts for which more colleagues must agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tier {
    /// The groups whose members they are, by the directory's ids.
    pub groups: Vec<String>,
    /// The accounts themselves, by the directory's ids.
    pub accounts: Vec<String>,
    /// How many must agree.
    pub approvals: u32,
}

/// How much one person on the staff may do, and for how long what happened to them counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Cases that an agent opens in a day before each further one needs one approval more.
    pub cases_per_agent: u32,
    /// People whom an agent looks up in an hour.
    pub searches_per_agent: u32,
    /// Links that an agent has sent in a day.
    pub links_per_agent: u32,
    /// Links that are sent for one account in a day.
    pub links_per_account: u32,
    /// Codes that are sent to one address or number in a day.
    pub codes_per_contact: u32,
    /// Codes that are sent for one account in a day.
    pub codes_per_account: u32,
    /// Cases that an approver agrees to in a day.
    pub approvals_per_approver: u32,
    /// For how long somebody who was recovered themselves does not agree to others' cases.
    pub recovered_approver: Duration,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            cases_per_agent: 10,
            searches_per_agent: 30,
            links_per_agent: 30,
            links_per_account: 5,
            codes_per_contact: 5,
            codes_per_account: 10,
            approvals_per_approver: 20,
            recovered_approver: Duration::from_secs(14 * 86_400),
        }
    }
}

/// What a case is for and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Its name in settings, log and audit.
    pub name: String,
    /// What the person reads it as ("Get back into your account").
    pub title: String,
    /// Why it is asked, for the welcome page.
    pub reason: Option<String>,
    /// What to enrol or do after signing in, one line each.
    pub afterwards: Vec<String>,
    /// The sources that may open it.
    pub sources: Vec<String>,
    /// The connector whose directory holds the account; none where a relying party brings the record itself.
    pub directory: Option<String>,
    /// The verifier.
    pub verifier: String,
    /// What must have been checked, and passed.
    pub required: Vec<CheckName>,
    /// What the verifier here takes, and may decide; one that lives elsewhere has its own settings there.
    pub documents: Documents,
    /// How names and dates are compared.
    pub preset: Preset,
    /// What the person is asked besides the proof, in order.
    pub checks: Vec<Wanted>,
    /// What is done, in order.
    pub plan: Vec<Act>,
    /// What the person's accounts at the plan's other connectors are found by, where it is not the login.
    pub accounts: BTreeMap<String, FoundBy>,
    /// How often a person may try to prove themselves in one case.
    pub attempts: u32,
    /// How long a case may take from its first browser to its pass.
    pub case_lifetime: Duration,
    /// How long a link waits to be opened.
    pub link_lifetime: Duration,
    /// How long a pass waits to be looked at.
    pub pass_lifetime: Duration,
    /// How long after the end what identifies the person stays readable to staff.
    pub keep_personal: Duration,
    /// How long after the end the verifier's copy stays.
    pub keep_proof: Duration,
    /// For how long after a full check a face held against it is enough, where the person agreed to that.
    pub recheck: Option<Duration>,
    /// How many colleagues must agree before anything is done.
    pub approvals: u32,
    /// The accounts for which more must.
    pub tiers: Vec<Tier>,
    /// What becomes of a protected account's case.
    pub protected: OnProtected,
}
