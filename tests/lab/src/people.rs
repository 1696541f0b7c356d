//! The cast: invented people, their documents, their accounts and their faces, read from `specimens/people.toml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::seed::Seed;

/// Random letters of a password.
const PASSWORD: usize = 12;

/// One invented person. How they look (`face`) only `draw.py` reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LabPerson {
    /// Their name in the lab, as in addresses: `maria-silva`.
    pub id: String,
    /// Why they are in the cast.
    pub about: String,
    /// Given names, as on the document.
    pub given: String,
    /// Middle names, as on the document.
    #[serde(default)]
    pub middle: Option<String>,
    /// Family names, as on the document.
    pub family: String,
    /// `YYYY-MM-DD`
    pub birth_date: String,
    /// `F` or `M`, as on the document.
    pub sex: String,
    /// What they type to sign in, and their work e-mail.
    pub login: String,
    /// Their document.
    pub document: Document,
    /// Their entry in the directory.
    pub directory: Directory,
    /// Their accounts elsewhere.
    #[serde(default)]
    pub accounts: Accounts,
}

/// How somebody's accounts stand besides the one in the directory, in the vendors' own words.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accounts {
    /// The status at Okta.
    pub okta: String,
    /// The status at Duo.
    pub duo: String,
    /// Whether a phone is registered at Duo.
    pub phone: bool,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            okta: "ACTIVE".to_owned(),
            duo: "active".to_owned(),
            phone: true,
        }
    }
}

/// An identity document of Utopia.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// `id` or `pp`.
    pub class: String,
    /// Its number.
    pub number: String,
}

/// What the company's directory says, as far as it is not what the document says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// Given name, where the directory writes it otherwise.
    #[serde(default)]
    pub given: Option<String>,
    /// Family name, where the directory writes it otherwise.
    #[serde(default)]
    pub family: Option<String>,
    /// Job title.
    pub job: String,
    /// Department.
    pub department: String,
    /// A private e-mail address.
    #[serde(default)]
    pub mail: Option<String>,
    /// A mobile number, as somebody typed it in.
    #[serde(default)]
    pub mobile: Option<String>,
    /// A directory role held for good.
    #[serde(default)]
    pub role: Option<String>,
    /// A directory role that can be switched on.
    #[serde(default)]
    pub eligible_role: Option<String>,
    /// Mastered on the premises.
    #[serde(default)]
    pub synchronised: bool,
    /// The account is disabled.
    #[serde(default)]
    pub disabled: bool,
    /// The directory has no birth date.
    #[serde(default)]
    pub no_birth_date: bool,
}

#[derive(Deserialize)]
struct Cast {
    person: Vec<LabPerson>,
}

impl LabPerson {
    /// Given, middle and family name as on the document.
    pub fn name(&self) -> String {
        let parts = [
            Some(self.given.as_str()),
            self.middle.as_deref(),
            Some(self.family.as_str()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The login in front of the `@`, and from it on.
    pub fn login_parts(&self) -> (&str, &str) {
        let at = self.login.find('@').unwrap_or(self.login.len());
        self.login.split_at(at)
    }

    /// Given name in the directory.
    pub fn directory_given(&self) -> &str {
        self.directory.given.as_deref().unwrap_or(&self.given)
    }

    /// Family name in the directory.
    pub fn directory_family(&self) -> &str {
        self.directory.family.as_deref().unwrap_or(&self.family)
    }

    /// The immutable id of their account in the world of a seed.
    pub fn account(&self, seed: Seed) -> Uuid {
        seed.uuid(&format!("account {}", self.id))
    }

    /// The password that they have forgotten.
    pub fn password(&self, seed: Seed) -> String {
        // Of all kinds of characters, as the vendor demands.
        format!("{}-x7R", seed.text(&format!("password {}", self.id), PASSWORD))
    }

    /// The name that the directory shows.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.directory_given(), self.directory_family())
    }

    /// The date of birth in the directory.
    pub fn directory_birth_date(&self) -> Option<&str> {
        (!self.directory.no_birth_date).then_some(self.birth_date.as_str())
    }

    /// Whether a recovery may end well: an everyday account whose directory entry is whole.
    pub fn recoverable(&self) -> bool {
        let entry = &self.directory;
        let protected = entry.role.is_some() || entry.eligible_role.is_some();
        !(protected || entry.disabled || entry.synchronised || entry.no_birth_date)
    }

    /// The picture of their document, PNG.
    pub fn document_picture(&self) -> &'static [u8] {
        picture(&self.id).map_or(&[], |(document, _)| document)
    }

    /// Whether they have a face that a camera can be shown, and a document with it.
    pub fn has_papers(&self) -> bool {
        crate::specimen::has_papers(self)
    }

    /// Their selfie, PNG.
    pub fn selfie(&self) -> &'static [u8] {
        picture(&self.id).map_or(&[], |(_, selfie)| selfie)
    }
}

/// Everybody.
pub fn everybody() -> &'static [LabPerson] {
    static CAST: LazyLock<Vec<LabPerson>> = LazyLock::new(|| {
        let cast: Result<Cast, toml::de::Error> = toml::from_str(include_str!("../specimens/people.toml"));
        #[expect(clippy::expect_used, reason = "the file is compiled in and read by every test")]
        cast.expect("specimens/people.toml is right").person
    });
    &CAST
}

/// The person with this id.
pub fn named(id: &str) -> Option<&'static LabPerson> {
    everybody().iter().find(|person| person.id == id)
}

fn picture(id: &str) -> Option<(&'static [u8], &'static [u8])> {
    PICTURES
        .iter()
        .find(|(name, _, _)| *name == id)
        .map(|(_, document, selfie)| (*document, *selfie))
}

macro_rules! pictures {
    ($($id:literal),* $(,)?) => {
        &[$((
            $id,
            include_bytes!(concat!("../specimens/", $id, "-document.png")),
            include_bytes!(concat!("../specimens/", $id, "-selfie.png")),
        )),*]
    };
}

/// Id, document, selfie.
type Pictures = (&'static str, &'static [u8], &'static [u8]);

const PICTURES: &[Pictures] = pictures![
    "maria-silva",
    "maria-silva-younger",
    "juergen-mueller",
    "charlotte-van-den-berg",
    "lucia-fernandez-ibanez",
    "zofia-wroblewska-lecka",
    "amara-okafor",
    "tomas-dvorak",
    "nguyen-minh-anh",
    "sean-oconnor",
    "aiko-tanaka",
    "omar-al-rashid",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_their_own_id_login_document_and_two_pictures() {
        let count = everybody().len();
        let distinct = |what: fn(&LabPerson) -> &str| everybody().iter().map(what).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|person| &person.id), count);
        assert_eq!(distinct(|person| &person.login), count);
        assert_eq!(distinct(|person| &person.document.number), count);
        for person in everybody() {
            assert!(person.document_picture().starts_with(b"\x89PNG"), "{}", person.id);
            assert!(person.selfie().starts_with(b"\x89PNG"), "{}", person.id);
            assert!(person.document_picture().len() < 80 * 1024, "{}", person.id);
        }
    }

    #[test]
    fn two_people_share_a_name_and_not_a_birth_date() {
        let marias: Vec<_> = everybody()
            .iter()
            .filter(|person| person.name() == "Maria Silva")
            .collect();
        assert_eq!(marias.len(), 2);
        assert_ne!(marias[0].birth_date, marias[1].birth_date);
    }

    #[test]
    fn the_cast_has_every_kind_of_account_that_a_recovery_must_refuse_or_hold() {
        let has = |what: fn(&Directory) -> bool| everybody().iter().any(|person| what(&person.directory));
        assert!(has(|entry| entry.role.as_deref() == Some("Global Administrator")));
        assert!(has(|entry| entry.eligible_role.is_some()));
        assert!(has(|entry| entry.synchronised));
        assert!(has(|entry| entry.disabled));
        assert!(has(|entry| entry.no_birth_date));
        assert!(everybody().iter().filter(|person| person.recoverable()).count() >= 4);
    }
}
