//! The self-check: which permissions the application has, which it needs, and which are too many.
//!
//! Follows "Microsoft Graph permissions reference" (<https://learn.microsoft.com/en-us/graph/permissions-reference>, August
//! 2026). The token is read for information only; what counts is what Graph answers. Directory roles of the application
//! do not show in a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::{Ability, Finding, FindingLevel, VendorError};
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::Graph;
use crate::client::Call;
use crate::method::KINDS;

/// One need: any of these permissions meets it, the least one first.
struct Need {
    any: &'static [&'static str],
    purpose: &'static str,
}

/// Finding and guarding people.
const ALWAYS: [Need; 3] = [
    Need {
        any: &[
            "User.Read.All",
            "User.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        purpose: "people cannot be found",
    },
    Need {
        any: &[
            "GroupMember.Read.All",
            "GroupMember.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        purpose: "groups cannot be told, so every member of one is protected",
    },
    Need {
        any: &[
            "RoleManagement.Read.Directory",
            "RoleManagement.ReadWrite.Directory",
            "RoleManagement.Read.All",
        ],
        purpose: "directory roles cannot be told, so everybody is protected",
    },
];
const DOMAINS: [&str; 4] = [
    "Domain.Read.All",
    "Domain.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ANY_METHOD: &str = "UserAuthenticationMethod.ReadWrite.All";

/// Permissions that would let whoever steals the credential take the tenant.
const DANGEROUS: [&str; 9] = [
    "Directory.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    ANY_METHOD,
    "Policy.ReadWrite.AuthenticationMethod",
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "PrivilegedAccess.ReadWrite.AzureADGroup",
    "Group.ReadWrite.All",
    "User.ReadWrite.All",
];

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    roles: Vec<String>,
}

impl Graph {
    pub(crate) async fn examine(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        let granted = self.granted().await?;
        let mut findings = Vec::new();
        match &granted {
            Some(granted) => {
                findings.extend(missing(granted, abilities));
                findings.extend(excess(granted));
            }
            None => findings.push(finding(
                FindingLevel::Note,
                "the token does not tell which permissions were granted",
                "compare them with the list in the connector's README",
            )),
        }
        findings.extend(self.reach(abilities).await?);
        if abilities.contains(&Ability::TemporaryPassword) {
            findings.push(finding(
                FindingLevel::Note,
                "whether the application may set passwords beyond its permission cannot be seen without doing it",
                "try it on a test account; if Graph answers 403, assign User Administrator to the application",
            ));
        }
        Ok(findings)
    }

    /// The permissions in the token, if it can be read.
    async fn granted(&self) -> Result<Option<Vec<String>>, VendorError> {
        let token = self.client.token().await?;
        let roles = token
            .expose_secret()
            .split('.')
            .nth(1)
            .and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok())
            .and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok())
            .map(|claims| claims.roles);
        Ok(roles)
    }

    /// Reads one user, and the policy where passes are wanted.
    async fn reach(&self, abilities: &[Ability]) -> Result<Vec<Finding>, VendorError> {
        let mut findings = Vec::new();
        let query = [("$select", "id,accountEnabled"), ("$top", "1")];
        match self.client.call(Call::Users, &query).await {
            Ok(_) => {}
            Err(VendorError::Refused { why }) => {
                findings.push(fault(
                    &format!("users cannot be read: {why}"),
                    "grant User.Read.All with admin consent",
                ));
            }
            Err(error) => return Err(error),
        }
        if abilities.contains(&Ability::TemporaryAccessPass) {
            match self.foresee_pass(None, true).await {
                Ok(_) => {}
                Err(VendorError::Refused { why }) => findings.push(fault(
                    &format!("temporary access passes cannot be issued: {why}"),
                    "enable Temporary Access Pass in the authentication methods policy, and grant \
                     Policy.Read.AuthenticationMethod",
                )),
                Err(error) => return Err(error),
            }
        }
        Ok(findings)
    }
}

fn missing(granted: &[String], abilities: &[Ability]) -> Vec<Finding> {
    let has = |any: &[&str]| granted.iter().any(|role| any.contains(&role.as_str()));
    let mut findings: Vec<Finding> = ALWAYS
        .iter()
        .chain(abilities.iter().flat_map(|ability| needs(*ability)))
        .filter(|need| !has(need.any))
        .filter_map(|need| Some((need.any.first()?, need.purpose)))
        .map(|(least, purpose)| {
            fault(
                &format!("the permission {least} is missing: {purpose}"),
                &format!("grant {least} with admin consent"),
            )
        })
        .collect();
    if abilities.contains(&Ability::RemoveMethods) && !has(&[ANY_METHOD]) {
        findings.extend(KINDS.iter().filter(|kind| !has(&[kind.right])).map(|kind| {
            finding(
                FindingLevel::Note,
                &format!("methods of the kind `{}` cannot be removed", kind.word),
                &format!("grant {} if they shall be", kind.right),
            )
        }));
    }
    if abilities.contains(&Ability::TemporaryPassword) && !has(&DOMAINS) {
        findings.push(finding(
            FindingLevel::Note,
            "whether a domain is federated cannot be seen: federated accounts are taken for cloud accounts",
            "grant Domain.Read.All if the tenant has federated domains",
        ));
    }
    findings
}

/// What an ability needs beyond finding and guarding.
fn needs(ability: Ability) -> &'static [Need] {
    match ability {
        Ability::TemporaryPassword => &[Need {
            any: &["User-PasswordProfile.ReadWrite.All"],
            purpose: "no password can be set",
        }],
        Ability::TemporaryAccessPass => &[
            Need {
                any: &["UserAuthMethod-TAP.ReadWrite.All", ANY_METHOD],
                purpose: "no temporary access pass can be issued",
            },
            Need {
                any: &[
                    "Policy.Read.AuthenticationMethod",
                    "Policy.ReadWrite.AuthenticationMethod",
                    "Policy.Read.All",
                ],
                purpose: "the policy on temporary access passes cannot be read",
            },
        ],
        Ability::RevokeSessions => &[Need {
            any: &[
                "User.RevokeSessions.All",
                "User.ReadWrite.All",
                "Directory.ReadWrite.All",
            ],
            purpose: "sessions cannot be ended",
        }],
        Ability::RemoveMethods => &[Need {
            any: &["UserAuthenticationMethod.Read.All", ANY_METHOD],
            purpose: "sign-in methods cannot be listed",
        }],
        // What other vendors do is never asked for here.
        _ => &[],
    }
}

fn excess(granted: &[String]) -> Vec<Finding> {
    DANGEROUS
        .into_iter()
        .filter(|role| granted.iter().any(|granted| granted == role))
        .map(|role| {
            finding(
                FindingLevel::Warning,
                &format!("the permission {role} is far more than is needed"),
                &format!("take {role} away and grant the narrow ones listed in the connector's README"),
            )
        })
        .collect()
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
