//! The self-check: whether the keys are good, which permissions are missing and which are too many.
//!
//! Follows "Admin API: Permissions" (<https://duo.com/docs/adminapi>, August 2026). Duo does not tell an application its
//! permissions, so each is tried with a request that changes nothing: reads, and the removal of a bypass code that cannot
//! exist. Reading the logs is not tried: Duo allows that twice a minute.

use doorward_contract::{Ability, Finding, FindingLevel, VendorError};
use serde_json::Value;

use crate::Duo;
use crate::client::{Call, Client};
use crate::find::USERS;
use crate::reply::Fault;
use crate::wire::Time;

const FORBIDDEN: u32 = 40_301;
/// Ids are random: this one is nobody's.
const NO_CODE: &str = "DB000000000000000000";
/// Duo refuses signatures that are some five minutes old; a minute is worth a word.
const SKEW_SECONDS: u64 = 60;
const SKEW_LIMIT_SECONDS: u64 = 240;
/// Permissions that no ability needs, and a read that only they allow.
const TOO_MANY: [(&str, &str, &str); 4] = [
    (
        "admin/v1/admins",
        "Grant administrators",
        "whoever steals the key could make administrators",
    ),
    (
        "admin/v1/integrations",
        "Grant applications",
        "whoever steals the key could read the secrets of other applications",
    ),
    (
        "admin/v1/settings",
        "Grant settings",
        "whoever steals the key could weaken the account's settings",
    ),
    (
        "admin/v1/info/summary",
        "Grant read information",
        "nothing here needs it",
    ),
];

/// What came of trying.
enum Tried {
    Allowed,
    Forbidden,
}

impl Duo {
    pub(crate) async fn examine(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        let mut findings = Vec::new();
        let read = Call::get(USERS, &[]).query("limit", "1").query("offset", "0");
        match self.tried(&self.admin, &read).await {
            Ok(Tried::Allowed) => {}
            Ok(Tried::Forbidden) => {
                findings.push(fault(
                    "the Admin API application cannot read users, or it is an application of another type",
                    "grant it `Grant resource - Read`; the keys must be those of an `Admin API` application",
                ));
                return Ok(findings);
            }
            Err(VendorError::Refused { why }) => {
                findings.push(fault(&why, "compare the Admin API keys with the Duo admin panel"));
                return Ok(findings);
            }
            Err(error) => return Err(error),
        }
        findings.extend(self.writing(abilities).await?);
        for (path, name, danger) in TOO_MANY {
            let call = Call::get(path, &[]);
            // Whatever else is answered does not tell that it is granted.
            if let Ok(Tried::Allowed) = self.tried(&self.admin, &call).await {
                findings.push(finding(
                    FindingLevel::Warning,
                    &format!("the permission `{name}` is more than is needed: {danger}"),
                    &format!("take `{name}` away from the Admin API application"),
                ));
            }
        }
        findings.extend(self.second_application(abilities).await?);
        Ok(findings)
    }

    async fn writing(&self, abilities: &[Ability]) -> Result<Option<Finding>, VendorError> {
        let needed = abilities.iter().any(|ability| writes(*ability));
        let call = Call::delete("admin/v1/bypass_codes/{}", &[NO_CODE]);
        let granted = match self.tried(&self.admin, &call).await {
            Ok(Tried::Allowed) => true,
            Ok(Tried::Forbidden) => false,
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => {
                return Ok(Some(finding(
                    FindingLevel::Note,
                    &format!("whether the application may change users cannot be told: {error}"),
                    "compare its permissions with the connector's README",
                )));
            }
        };
        Ok(match (needed, granted) {
            (true, false) => Some(fault(
                "the Admin API application cannot change users",
                "grant it `Grant resource - Write`",
            )),
            (false, true) => Some(finding(
                FindingLevel::Warning,
                "the Admin API application may change and delete users, and no ability in use needs it",
                "take `Grant resource - Write` away from it",
            )),
            _ => None,
        })
    }

    async fn second_application(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        let Some(auth) = &self.auth else {
            let needed = abilities.contains(&Ability::EnrolmentLink);
            return Ok(needed
                .then(|| {
                    fault(
                        "enrolment links need an Auth API application, and none is set",
                        "create an application of the type `Auth API` and set its keys",
                    )
                })
                .into_iter()
                .collect());
        };
        let mut findings = Vec::new();
        let time: Time = auth.open(&auth.ping().await?)?.response;
        let skew = time.time.abs_diff(self.clock.now().seconds());
        if skew > SKEW_SECONDS {
            let level = if skew > SKEW_LIMIT_SECONDS {
                FindingLevel::Fault
            } else {
                FindingLevel::Warning
            };
            findings.push(finding(
                level,
                &format!("this machine's clock is {skew} s away from Duo's, which refuses old signatures"),
                "set the clock right (NTP)",
            ));
        }
        match self.tried(auth, &Call::get("auth/v2/check", &[])).await {
            Ok(Tried::Allowed) => {}
            Ok(Tried::Forbidden) => findings.push(fault(
                "the second key pair is not that of an Auth API application",
                "create an application of the type `Auth API` and set its keys",
            )),
            Err(VendorError::Refused { why }) => {
                findings.push(fault(&why, "compare the Auth API keys with the Duo admin panel"));
            }
            Err(error) => return Err(error),
        }
        Ok(findings)
    }

    /// Whether a call is allowed; what it was about need not exist.
    async fn tried(&self, client: &Client, call: &Call) -> Result<Tried, VendorError> {
        let answer = client.raw(call).await?;
        let code = Fault::of(&answer).code;
        if code == FORBIDDEN {
            return Ok(Tried::Forbidden);
        }
        match client.open::<Value>(&answer) {
            Ok(_) => Ok(Tried::Allowed),
            Err(VendorError::Missing { .. }) if code == crate::reply::UNKNOWN => Ok(Tried::Allowed),
            Err(error) => Err(error),
        }
    }
}

/// Whether the Admin API is asked to change anything. An enrolment link is the Auth API's.
fn writes(ability: Ability) -> bool {
    matches!(
        ability,
        Ability::BypassCode | Ability::ActivationLink | Ability::Unlock | Ability::RemoveDevices
    )
}

fn fault(what: &str, remedy: &str) -> Finding {
    finding(FindingLevel::Fault, what, remedy)
}

fn finding(level: FindingLevel, what: &str, remedy: &str) -> Finding {
    Finding {
        level,
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}
