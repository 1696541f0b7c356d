//! The names of Entra's best-known roles, for staff.
//!
//! Follows "Microsoft Entra built-in roles"
//! (<https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference>, August 2026).
//! Whether a role protects does not depend on this list.

use uuid::{Uuid, uuid};

const NAMES: &[(Uuid, &str)] = &[
    (uuid!("62e90394-69f5-4237-9190-012177145e10"), "Global Administrator"),
    (
        uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814"),
        "Privileged Role Administrator",
    ),
    (
        uuid!("7be44c8a-adaf-4e2a-84d6-ab2649e08a13"),
        "Privileged Authentication Administrator",
    ),
    (uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d"), "Security Administrator"),
    (
        uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
        "Application Administrator",
    ),
    (uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de"), "Exchange Administrator"),
    (
        uuid!("f28a1f50-f6e7-4571-818b-6a12f2af6b6c"),
        "SharePoint Administrator",
    ),
    (
        uuid!("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"),
        "Conditional Access Administrator",
    ),
    (
        uuid!("c4e39bd9-1100-46d3-8c65-fb160da0071f"),
        "Authentication Administrator",
    ),
    (uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8"), "Helpdesk Administrator"),
];

/// The role as staff know it, or its id.
pub(crate) fn title(id: Uuid) -> String {
    NAMES
        .iter()
        .find(|(known, _)| *known == id)
        .map_or_else(|| format!("the role {id}"), |(_, name)| format!("the role {name}"))
}
