//! The staff: invented people with one role each, and one with none.

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// Somebody who works here.
#[derive(Clone, Debug)]
pub struct Member {
    /// Their name in the lab.
    pub id: &'static str,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: Option<String>,
    /// Their account's object id.
    pub oid: Uuid,
    /// The groups they are in, as object ids.
    pub groups: Vec<Uuid>,
}

/// The groups that give a role: the role's word, and the group's object id.
pub fn groups() -> [(&'static str, Uuid); 5] {
    [
        ("agent", uuid!("5a1e0000-0000-4000-8000-00000000a9e1")),
        ("reviewer", uuid!("5a1e0000-0000-4000-8000-0000000e71e3")),
        ("approver", uuid!("5a1e0000-0000-4000-8000-00000a990e12")),
        ("auditor", uuid!("5a1e0000-0000-4000-8000-00000a0d1704")),
        ("admin", uuid!("5a1e0000-0000-4000-8000-000000ad3145")),
    ]
}

/// A group that gives no role.
const EVERYBODY: Uuid = uuid!("5a1e0000-0000-4000-8000-0000000000ff");

/// All of them.
pub fn members() -> Vec<Member> {
    let member = |id: &'static str, name: &str, role: &str, at: u128| Member {
        id,
        name: name.to_owned(),
        email: Some(format!("{}@example.com", id.replace('-', "."))),
        oid: Uuid::from_u128(0x00d0_0000_0000_4000_8000_0000_0000_0000 + at),
        groups: groups()
            .into_iter()
            .filter(|(word, _)| *word == role)
            .map(|(_, group)| group)
            .chain([EVERYBODY])
            .collect(),
    };
    vec![
        member("robin-okafor", "Robin Okafor", "agent", 1),
        member("noor-haddad", "Noor Haddad", "reviewer", 2),
        member("tomas-vidal", "Tomás Vidal", "approver", 3),
        member("greta-lindqvist", "Greta Lindqvist", "approver", 4),
        member("ewan-price", "Ewan Price", "auditor", 5),
        member("sade-bello", "Sade Bello", "admin", 6),
        member("kim-larsen", "Kim Larsen", "nobody", 7),
    ]
}

/// What the client knows a member by: another name than the account's own, as at Entra.
pub(super) fn subject(id: &str) -> String {
    format!("sub-of-{id}")
}

/// Somebody on the staff.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operator {
    /// Their name in the lab.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are at the desk; nothing for somebody who is not let in.
    pub role: Option<String>,
}

/// All of them, as the world's sheet names them.
pub(crate) fn operators() -> Vec<Operator> {
    let groups = groups();
    let operator = |member: Member| Operator {
        role: groups
            .iter()
            .find(|(_, group)| member.groups.contains(group))
            .map(|(role, _)| (*role).to_owned()),
        id: member.id.to_owned(),
        name: member.name,
    };
    members().into_iter().map(operator).collect()
}
