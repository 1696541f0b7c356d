//! The words that all vendors are translated into: who is meant, their record, and what was proven of them.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

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

/// How a message reaches somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// By e-mail.
    Mail,
    /// By SMS.
    Phone,
}

impl ContactKind {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Phone => "phone",
        }
    }
}

/// Where somebody can be reached, as their record has it. Personal: `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// How.
    pub kind: ContactKind,
    /// The address: an e-mail address, or a number as E.164 writes it (`+46701234711`).
    pub address: String,
    /// Whether it is the account's own mailbox: who is locked out may not reach it, and who took the account over does.
    #[serde(default)]
    pub own: bool,
    /// When the record's entry was last changed, where the directory says so.
    #[serde(default)]
    pub changed_at: Option<Timestamp>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({:?})", self.kind)
    }
}

impl Contact {
    /// The longest e-mail address that can be delivered to (RFC 5321 §4.5.3.1.3, without the brackets).
    const LONGEST_MAIL: usize = 254;
    /// How many digits a number has: the shortest in use anywhere, and as many as E.164 allows.
    const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
    /// How many digits at the end of a number are shown.
    const SHOWN: usize = 4;

    /// An e-mail address out of a record; `None` for what nothing can be sent to, or what could be read as more than one.
    pub fn mail(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let plain = |part: &str, more: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && !part.ends_with('.')
                && !part.contains("..")
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
        };
        // Of RFC 5322 what people have: no quotes, no comments, nothing that another program could read otherwise.
        let fits = text.len() <= Self::LONGEST_MAIL
            && plain(local, ".!#$%&'*+/=?^_`{|}~-")
            && plain(domain, ".-")
            && domain.contains('.');
        fits.then(|| Self {
            kind: ContactKind::Mail,
            address: text.to_owned(),
            own: false,
            changed_at: None,
        })
    }

    /// A number out of a record, where it says which country it is in; `None` for any other.
    pub fn phone(text: &str) -> Option<Self> {
        let bare: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && !"-./()".contains(*letter))
            .collect();
        let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"))?;
        let fits = Self::DIGITS.contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|digit| digit.is_ascii_digit());
        fits.then(|| Self {
            kind: ContactKind::Phone,
            address: format!("+{digits}"),
            own: false,
            changed_at: None,
        })
    }

    /// Contacts with the account's own mailbox among them: marked wherever the record repeats it, last where it does not.
    pub fn beside_own(mut contacts: Vec<Self>, own: Option<Self>) -> Vec<Self> {
        let Some(own) = own else {
            return contacts;
        };
        let mut repeated = false;
        for contact in &mut contacts {
            contact.own |= contact.leads_to(&own.address);
            repeated |= contact.own;
        }
        if !repeated {
            contacts.push(Self { own: true, ..own });
        }
        contacts
    }

    /// Whether a message to it comes to this e-mail address.
    pub fn leads_to(&self, mail: &str) -> bool {
        // Only the local part could tell cases apart (RFC 5321 §2.4), and no mail system in use does.
        self.kind == ContactKind::Mail && self.address.eq_ignore_ascii_case(mail.trim())
    }

    /// The address as others may see it: enough for its owner to know it by.
    pub fn masked(&self) -> String {
        let letters = || self.address.chars();
        match self.kind {
            ContactKind::Phone => {
                let shown = letters().count().saturating_sub(Self::SHOWN);
                format!("••• {}", letters().skip(shown).collect::<String>())
            }
            ContactKind::Mail => {
                let (local, domain) = self.address.rsplit_once('@').unwrap_or_default();
                let first: String = local.chars().take(1).collect();
                format!("{first}•••@{domain}")
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_could_be_read_as_another_is_none() {
        for good in [
            "ada@home.example",
            " o'neil+x@mail.home.example ",
            "a_b-c.d@x-y.example",
        ] {
            assert_eq!(Contact::mail(good).unwrap().address, good.trim());
        }
        for bad in [
            "",
            "ada",
            "ada@",
            "@home.example",
            "ada@localhost",
            "ada@@home.example",
            "Ada <ada@home.example>",
            "ada@home.example,eve@evil.example",
            "ada@home.example\r\nBcc: eve@evil.example",
            "\"a b\"@home.example",
            "ada@[127.0.0.1]",
            ".ada@home.example",
            "ada@home..example",
            "ada(eve)@home.example",
            "ådå@home.example",
        ] {
            assert_eq!(Contact::mail(bad), None, "{bad}");
        }
        assert_eq!(Contact::mail(&format!("{}@home.example", "a".repeat(250))), None);
    }

    #[test]
    fn a_number_counts_only_with_its_country() {
        for (text, number) in [
            ("+46 70-123 47 11", "+46701234711"),
            ("0046 (70) 1234711", "+46701234711"),
            ("+1 425.555.0100", "+14255550100"),
        ] {
            assert_eq!(Contact::phone(text).unwrap().address, number);
        }
        for bad in [
            "",
            "070-123 47 11",
            "+0 70 1234711",
            "+46 70 CALL ME",
            "+12",
            "+46701234711x22",
            "+1234567890123456",
        ] {
            assert_eq!(Contact::phone(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_accounts_own_mailbox_is_known_wherever_the_record_repeats_it() {
        let mail = |text: &str| Contact::mail(text).unwrap();
        let own: Vec<_> = Contact::beside_own(
            vec![mail("Ada@Work.example"), mail("ada@home.example")],
            Contact::mail("ada@work.example"),
        );
        assert_eq!(own.iter().map(|one| one.own).collect::<Vec<_>>(), [true, false]);
        let last = Contact::beside_own(vec![mail("ada@home.example")], Contact::mail("ada@work.example"));
        assert_eq!(last.iter().map(|one| one.own).collect::<Vec<_>>(), [false, true]);
        assert_eq!(Contact::beside_own(vec![], None), []);
    }

    #[test]
    fn masked_neither_is_whole() {
        assert_eq!(
            Contact::mail("maria@home.example").unwrap().masked(),
            "m•••@home.example"
        );
        assert_eq!(Contact::phone("+46701234711").unwrap().masked(), "••• 4711");
        let shown = format!(
            "{:?}",
            [Contact::mail("maria@home.example"), Contact::phone("+46701234711")]
        );
        assert!(!shown.contains("home") && !shown.contains("4711"));
    }
}
