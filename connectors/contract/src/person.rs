//! The words that all vendors are translated into: who is meant, their record, and what was proven of them.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The kind of key by which a source names an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKey {
    /// What a person types: work e-mail address or user name.
    Login,
    /// The vendor's own immutable id.
    Id,
}

/// Whose account a case is about, as the source gave it. Personal: `Debug` hides the value.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// What kind of key it is.
    pub key: SubjectKey,
    /// The key itself, trimmed; compared without regard to case.
    pub value: String,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({:?})", self.key)
    }
}

/// A vendor's immutable id of an account (Entra: the object id). Not a secret, not a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub String);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person's name in its parts. Personal: `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Given names, in the order the record has them, one text ("Ana María").
    pub given: Option<String>,
    /// Middle names where the record keeps them apart.
    pub middle: Option<String>,
    /// Family name or names ("García Márquez").
    pub family: Option<String>,
    /// Suffix ("Jr").
    pub suffix: Option<String>,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(…)")
    }
}

/// Where the record of an account is mastered; decides which actions fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the vendor's own directory.
    Cloud,
    /// Synchronised from an on-premises directory: its password is not the vendor's to set.
    Synchronised,
    /// Signed in by a federated identity provider.
    Federated,
}

/// The person's record at a vendor. Personal: `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The vendor's immutable id.
    pub id: AccountId,
    /// What the person types to sign in.
    pub login: String,
    /// The name as the directory shows it.
    pub display_name: Option<String>,
    /// The name in its parts.
    pub name: Name,
    /// Date of birth, where the operator named an attribute that holds it.
    pub birth_date: Option<NaiveDate>,
    /// False when the account is disabled there.
    pub enabled: bool,
    /// Where it is mastered.
    pub origin: Origin,
    /// Further words that a generated password must not contain (nickname, employee id, company).
    pub related_words: Vec<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// Somebody else in the directory, by what a sign-in of theirs could tell. Personal: `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The vendor's immutable id.
    pub id: AccountId,
    /// What they type to sign in.
    pub login: String,
    /// Their e-mail address, where the directory has one.
    pub email: Option<String>,
}

impl fmt::Debug for Colleague {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Colleague")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What a verifier read of a person. Personal: `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name as the document has it.
    pub name: Name,
    /// Name in the document's own script, where it differs.
    pub native_name: Option<Name>,
    /// Date of birth as the document has it.
    pub birth_date: Option<NaiveDate>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}
