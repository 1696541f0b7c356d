//! What the imitated account remembers.

use doorward_contract::Timestamp;
use serde::{Deserialize, Serialize};

use super::{World, fresh_id};

/// The tick boxes of the Admin API application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the vendor's tick boxes")]
pub struct Permissions {
    /// Grant resource - Read
    pub read: bool,
    /// Grant resource - Write
    pub write: bool,
    /// Grant administrators
    pub admins: bool,
    /// Grant applications
    pub integrations: bool,
    /// Grant settings
    pub settings: bool,
    /// Grant read information
    pub info: bool,
}

impl Default for Permissions {
    /// What Doorward needs, and nothing more.
    fn default() -> Self {
        Self {
            read: true,
            write: true,
            admins: false,
            integrations: false,
            settings: false,
            info: false,
        }
    }
}

/// The kinds of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A phone or tablet.
    Phone,
    /// A hardware token.
    Token,
    /// A passkey.
    Passkey,
    /// A computer that is a factor.
    Desktop,
}

/// A device. Several people may have the same phone or token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// `DP…`, `DH…`, `WA…` or the key of a desktop.
    pub id: String,
    /// What it is.
    pub kind: DeviceKind,
    /// `Mobile`, `Landline`, `Unknown`; of phones only.
    pub phone_type: String,
    /// `Apple iOS`, `Unknown`, …; of phones only.
    pub platform: String,
    /// Whether Duo Mobile on it works; of phones only.
    pub activated: bool,
}

impl Device {
    /// A phone with Duo Mobile on it.
    pub fn phone(id: &str) -> Self {
        Self {
            id: id.into(),
            kind: DeviceKind::Phone,
            phone_type: "Mobile".into(),
            platform: "Apple iOS".into(),
            activated: true,
        }
    }

    /// Anything but a phone.
    pub fn other(kind: DeviceKind, id: &str) -> Self {
        Self {
            kind,
            phone_type: String::new(),
            platform: String::new(),
            activated: false,
            ..Self::phone(id)
        }
    }
}

/// A group somebody is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupOf {
    /// `DG…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Active`, `Bypass` or `Disabled`.
    pub status: String,
}

/// One person, as the lab sets them up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// `DU…`
    pub id: String,
    /// User name.
    pub username: String,
    /// At most four.
    pub aliases: Vec<String>,
    /// Given name.
    pub given: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// `active`, `bypass`, `disabled`, `locked out`, `pending deletion`.
    pub status: String,
    /// Whether a directory is the master, which keeps status and names from being changed.
    pub synchronised: bool,
    /// Groups the person is in.
    pub groups: Vec<GroupOf>,
    /// Devices the person has.
    pub devices: Vec<Device>,
}

/// A bypass code.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) admin_email: String,
    pub(super) created: Timestamp,
    pub(super) expires: Option<Timestamp>,
    /// 0 is for ever.
    pub(super) reuse_count: u64,
}

/// A bypass code without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeView {
    /// `DB…`
    pub id: String,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// How often it still works; 0 is for ever.
    pub reuse_count: u64,
}

/// A link, of either kind.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) code: String,
    pub(super) expires: Timestamp,
    /// The phone it activates; none for an enrolment.
    pub(super) phone: Option<String>,
}

/// A user and what became of it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) person: Resident,
    pub(super) codes: Vec<Code>,
    pub(super) links: Vec<Link>,
    pub(super) codes_made: u64,
    pub(super) links_made: u64,
    pub(super) status_changes: u64,
}

/// A push on its way.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Push {
    pub(super) txid: String,
    pub(super) user: String,
    /// When it was sent.
    pub(super) at: Timestamp,
    /// What is to be typed on the phone, of a verified push.
    pub(super) code: Option<String>,
    /// What the phone shows as the kind of request, and where it came from.
    pub(super) kind: String,
    pub(super) from: String,
    /// `result` and `status` once it is over.
    pub(super) answer: Option<(String, String)>,
}

/// A verified push that a preauth began.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Verified {
    pub(super) txid: String,
    pub(super) user: String,
    pub(super) code: String,
}

/// A person at the prompt, or back from it with a code.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) id: String,
    /// The application that sent the person.
    pub(super) client: String,
    /// The claims of the signed request.
    pub(super) request: serde_json::Value,
    pub(super) user: String,
    pub(super) expires: Timestamp,
    pub(super) code: Option<String>,
    pub(super) factor: String,
    pub(super) reason: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) users: Vec<User>,
    pub(super) permissions: Permissions,
    pub(super) pushes: Vec<Push>,
    pub(super) verified: Vec<Verified>,
    /// Whether a push wants a number typed on the phone.
    pub(super) verified_push: bool,
    /// The custom help links of the prompt, and the text beside them.
    pub(super) help_links: Vec<String>,
    pub(super) help_text: String,
    pub(super) visits: Vec<Visit>,
    /// `jti` of assertions seen.
    pub(super) spent: Vec<String>,
    pub(super) allowance: Option<u32>,
    pub(super) page_limit: Option<usize>,
}

impl State {
    pub(super) fn of(world: &World) -> Self {
        let users = world.people.iter().map(|person| User {
            person: person.clone(),
            codes: Vec::new(),
            links: Vec::new(),
            codes_made: 0,
            links_made: 0,
            status_changes: 0,
        });
        Self {
            users: users.collect(),
            permissions: world.permissions,
            pushes: Vec::new(),
            verified: Vec::new(),
            verified_push: world.verified_push,
            help_links: world.help_links.clone(),
            help_text: String::new(),
            visits: Vec::new(),
            spent: Vec::new(),
            allowance: None,
            page_limit: None,
        }
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.person.id == id)
    }

    pub(super) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.person.id == id)
    }

    pub(super) fn answer_push(&mut self, txid: &str, answer: &str) -> bool {
        let (result, status) = match answer {
            "approve" => ("allow", "allow"),
            "deny" => ("deny", "deny"),
            "fraud" => ("deny", "fraud"),
            "timeout" => ("deny", "timeout"),
            "bypass" => ("allow", "bypass"),
            "locked_out" => ("deny", "locked_out"),
            _ => return false,
        };
        let push = self
            .pushes
            .iter_mut()
            .find(|push| push.txid == txid && push.answer.is_none());
        match push {
            Some(push) => {
                push.answer = Some((result.into(), status.into()));
                true
            }
            None => false,
        }
    }
}

impl User {
    /// Whether there is a device to ask.
    pub(super) fn is_enrolled(&self) -> bool {
        !self.person.devices.is_empty()
    }

    /// Notes a code that was made, by an administrator or, where there is none, by the API.
    pub(super) fn add_code(
        &mut self,
        text: String,
        admin_email: &str,
        created: Timestamp,
        expires: Option<Timestamp>,
        reuse_count: u64,
    ) {
        self.codes_made += 1;
        self.codes.push(Code {
            id: fresh_id("DB"),
            text,
            admin_email: admin_email.into(),
            created,
            expires,
            reuse_count,
        });
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}
