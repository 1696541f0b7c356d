//! Which application permissions allow what: the least one first, broader ones after it.
//!
//! After the permissions reference (<https://learn.microsoft.com/en-us/graph/permissions-reference>, August 2026).

/// Whoever holds one of these may.
pub(super) type Right = &'static [&'static str];

/// Every right that implies reading full profiles.
pub(super) const READ_USERS: Right = &[
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// Names, addresses, id.
pub(super) const READ_BASIC_USERS: Right = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// `User.ReadWrite.All` alone is not enough.
pub(super) const SET_PASSWORD: Right = &["User-PasswordProfile.ReadWrite.All"];
/// Goes with [`READ_USERS`].
pub(super) const ENABLE: Right = &[
    "User.EnableDisableAccount.All",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
];
/// Every other property of a user.
pub(super) const WRITE_USERS: Right = &["User.ReadWrite.All", "Directory.ReadWrite.All"];
/// Ends sessions.
pub(super) const REVOKE: Right = &[
    "User.RevokeSessions.All",
    "User.ReadWrite.All",
    "Directory.ReadWrite.All",
];
/// `signInActivity`
pub(super) const READ_AUDIT: Right = &["AuditLog.Read.All"];

/// Issues and withdraws passes.
pub(super) const WRITE_TAP: Right = &[
    "UserAuthMethod-TAP.ReadWrite.All",
    "UserAuthenticationMethod.ReadWrite.All",
];
/// Sees passes, never their text.
pub(super) const READ_TAP: Right = &[
    "UserAuthMethod-TAP.Read.All",
    "UserAuthMethod-TAP.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
];
/// Sees all methods.
pub(super) const READ_METHODS: Right = &[
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
];
/// The pass policy.
pub(super) const READ_METHOD_POLICY: Right = &[
    "Policy.Read.AuthenticationMethod",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.Read.All",
];
/// Direct role assignments.
pub(super) const READ_ROLES: Right = &[
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagement.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// Roles that may be activated.
pub(super) const READ_ELIGIBILITY: Right = &[
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagement.Read.All",
];
/// More of a group than its id.
pub(super) const READ_GROUPS: Right = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// Domains and how they sign in.
pub(super) const READ_DOMAINS: Right = &[
    "Domain.Read.All",
    "Domain.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// The tenant itself.
pub(super) const READ_ORGANIZATION: Right = &[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// One kind of method: its type word, its collection, and who may delete from it.
pub(super) struct Kind {
    pub(super) word: &'static str,
    pub(super) collection: &'static str,
    pub(super) delete: Right,
}

const fn kind(word: &'static str, collection: &'static str, delete: Right) -> Kind {
    Kind {
        word,
        collection,
        delete,
    }
}

/// The collections of v1.0. `hardwareOathMethods` is not among them: it exists in beta only.
pub(super) const KINDS: &[Kind] = &[
    kind(
        "phoneAuthenticationMethod",
        "phoneMethods",
        &[
            "UserAuthMethod-Phone.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "microsoftAuthenticatorAuthenticationMethod",
        "microsoftAuthenticatorMethods",
        &[
            "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "fido2AuthenticationMethod",
        "fido2Methods",
        &[
            "UserAuthMethod-Passkey.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "softwareOathAuthenticationMethod",
        "softwareOathMethods",
        &[
            "UserAuthMethod-SoftwareOATH.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "emailAuthenticationMethod",
        "emailMethods",
        &[
            "UserAuthMethod-Email.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "windowsHelloForBusinessAuthenticationMethod",
        "windowsHelloForBusinessMethods",
        &[
            "UserAuthMethod-WindowsHello.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "platformCredentialAuthenticationMethod",
        "platformCredentialMethods",
        &[
            "UserAuthMethod-PlatformCred.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
    kind(
        "externalAuthenticationMethod",
        "externalAuthenticationMethods",
        &[
            "UserAuthMethod-External.ReadWrite.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
    ),
];
