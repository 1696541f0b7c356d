//! The `$filter` of users: the expressions that the vendor answers, and which of them are advanced.
//!
//! After "Use the $filter query parameter" and "Advanced query capabilities"
//! (<https://learn.microsoft.com/en-us/graph/aad-advanced-queries>, August 2026). Strings compare without regard to case,
//! except the prefix of a proxy address, where `SMTP:` marks the primary one.

use doorward_contract::Timestamp;
use serde_json::{Map, Value};

use super::reply::Fault;

/// Comparable with `eq` by default.
const PLAIN: [&str; 9] = [
    "userPrincipalName",
    "mail",
    "employeeId",
    "givenName",
    "surname",
    "displayName",
    "id",
    "mailNickname",
    "userType",
];
/// Comparable only in an advanced query.
const ADVANCED: [&str; 6] = [
    "onPremisesSamAccountName",
    "onPremisesImmutableId",
    "mobilePhone",
    "companyName",
    "department",
    "employeeType",
];
const PROXIES: &str = "proxyAddresses";
const OTHER_MAILS: &str = "otherMails";
const IDENTITIES: &str = "identities";
const HIRED: &str = "employeeHireDate";

/// One condition on one user.
#[derive(Debug)]
enum Test {
    Equal(String, String),
    Unequal(String, String),
    Ends(String, String),
    Any(String, String),
    Identity(String, String),
    HiredSince(Timestamp),
    Not(Box<Test>),
}

/// A filter that was understood.
#[derive(Debug)]
pub(super) struct Filter {
    tests: Vec<Test>,
    pub(super) is_advanced: bool,
}

impl Filter {
    /// Reads a filter; the quoting rules are the vendor's: single quotes, doubled inside.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader {
            words: words(text)?.into_iter().peekable(),
        };
        let mut filter = Self {
            tests: Vec::new(),
            is_advanced: false,
        };
        loop {
            let condition = reader.test(&mut filter.is_advanced)?;
            filter.tests.push(condition);
            match reader.words.next() {
                None => return Ok(filter),
                Some(Word::Name(and)) if and == "and" => {}
                Some(_) => return Err(invalid()),
            }
        }
    }

    /// The properties it looks at.
    pub(super) fn names(&self) -> Vec<&str> {
        self.tests.iter().map(Test::name).collect()
    }

    pub(super) fn fits(&self, profile: &Map<String, Value>) -> bool {
        self.tests.iter().all(|test| test.fits(profile))
    }
}

impl Test {
    fn name(&self) -> &str {
        match self {
            Self::Equal(name, _) | Self::Unequal(name, _) | Self::Ends(name, _) | Self::Any(name, _) => name,
            Self::Identity(..) => IDENTITIES,
            Self::HiredSince(_) => HIRED,
            Self::Not(inner) => inner.name(),
        }
    }

    fn fits(&self, profile: &Map<String, Value>) -> bool {
        let text = |name: &str| profile.get(name).and_then(Value::as_str).map(str::to_lowercase);
        match self {
            Self::Equal(name, wanted) => text(name).is_some_and(|value| value == wanted.to_lowercase()),
            Self::Unequal(name, wanted) => text(name).is_none_or(|value| value != wanted.to_lowercase()),
            Self::Ends(name, wanted) => text(name).is_some_and(|value| value.ends_with(&wanted.to_lowercase())),
            Self::Any(name, wanted) => {
                let list = profile.get(name).and_then(Value::as_array);
                list.is_some_and(|list| list.iter().filter_map(Value::as_str).any(|one| alike(one, wanted)))
            }
            Self::Identity(issuer, id) => {
                let list = profile.get(IDENTITIES).and_then(Value::as_array);
                list.is_some_and(|list| {
                    list.iter()
                        .any(|one| one["issuer"] == issuer.as_str() && one["issuerAssignedId"] == id.as_str())
                })
            }
            Self::HiredSince(at) => {
                let hired = profile.get(HIRED).and_then(Value::as_str).and_then(Timestamp::parse);
                hired.is_some_and(|hired| hired >= *at)
            }
            Self::Not(inner) => !inner.fits(profile),
        }
    }
}

fn alike(held: &str, wanted: &str) -> bool {
    match (held.split_once(':'), wanted.split_once(':')) {
        (Some((kind, address)), Some((other_kind, other))) => kind == other_kind && address.eq_ignore_ascii_case(other),
        _ => held.eq_ignore_ascii_case(wanted),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Name(String),
    Text(String),
    Sign(char),
}

/// Cuts a filter into words.
fn words(text: &str) -> Result<Vec<Word>, Fault> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '\'' => {
                let mut value = String::new();
                loop {
                    match letters.next() {
                        Some('\'') if letters.peek() == Some(&'\'') => {
                            letters.next();
                            value.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => value.push(other),
                        None => return Err(Fault::bad("There is an unterminated string literal in the filter.")),
                    }
                }
                // Two literals, or a literal and a name, never touch: an undoubled quote was inside.
                if letters.peek().is_some_and(|next| !matches!(next, ' ' | ')' | ',')) {
                    return Err(invalid());
                }
                found.push(Word::Text(value));
            }
            '(' | ')' | ',' | '/' => found.push(Word::Sign(letter)),
            ':' if found.last().is_some_and(|last| matches!(last, Word::Name(_)))
                && !letters.peek().is_some_and(char::is_ascii_digit) =>
            {
                found.push(Word::Sign(':'));
            }
            _ if letter.is_ascii_alphanumeric() => {
                let mut name = String::from(letter);
                let is_number = letter.is_ascii_digit();
                while let Some(next) = letters.peek().copied() {
                    let belongs = next.is_ascii_alphanumeric() || next == '_' || (is_number && "-:.+".contains(next));
                    if !belongs {
                        break;
                    }
                    name.push(next);
                    letters.next();
                }
                found.push(Word::Name(name));
            }
            _ => return Err(invalid()),
        }
    }
    Ok(found)
}

struct Reader {
    words: std::iter::Peekable<std::vec::IntoIter<Word>>,
}

impl Reader {
    fn test(&mut self, is_advanced: &mut bool) -> Result<Test, Fault> {
        let name = self.name()?;
        match name.as_str() {
            "not" => {
                *is_advanced = true;
                self.sign('(')?;
                let inner = self.test(is_advanced)?;
                self.sign(')')?;
                Ok(Test::Not(Box::new(inner)))
            }
            "endsWith" | "endswith" => {
                *is_advanced = true;
                self.sign('(')?;
                let name = self.name()?;
                if !matches!(name.as_str(), "mail" | "userPrincipalName") {
                    return Err(Fault::unsupported(format!("endsWith is not supported on '{name}'.")));
                }
                self.sign(',')?;
                let value = self.text()?;
                self.sign(')')?;
                Ok(Test::Ends(name, value))
            }
            PROXIES | OTHER_MAILS | IDENTITIES => self.any(name),
            HIRED => {
                *is_advanced = true;
                self.word("ge")?;
                let at = self.name()?;
                let at = Timestamp::parse(&at).ok_or_else(invalid)?;
                Ok(Test::HiredSince(at))
            }
            _ => self.comparison(name, is_advanced),
        }
    }

    fn comparison(&mut self, name: String, is_advanced: &mut bool) -> Result<Test, Fault> {
        if ADVANCED.contains(&name.as_str()) {
            *is_advanced = true;
        } else if !PLAIN.contains(&name.as_str()) {
            return Err(Fault::unsupported(format!(
                "Unsupported or invalid query filter clause specified for property '{name}'."
            )));
        }
        match self.name()?.as_str() {
            "eq" => Ok(Test::Equal(name, self.text()?)),
            "ne" => {
                *is_advanced = true;
                Ok(Test::Unequal(name, self.text()?))
            }
            _ => Err(invalid()),
        }
    }

    /// `name/any(x:x eq '…')`, or the two-part form for identities.
    fn any(&mut self, name: String) -> Result<Test, Fault> {
        self.sign('/')?;
        self.word("any")?;
        self.sign('(')?;
        let variable = self.name()?;
        self.sign(':')?;
        self.word(&variable)?;
        if name != IDENTITIES {
            self.word("eq")?;
            let value = self.text()?;
            self.sign(')')?;
            return Ok(Test::Any(name, value));
        }
        self.sign('/')?;
        self.word("issuer")?;
        self.word("eq")?;
        let issuer = self.text()?;
        self.word("and")?;
        self.word(&variable)?;
        self.sign('/')?;
        self.word("issuerAssignedId")?;
        self.word("eq")?;
        let id = self.text()?;
        self.sign(')')?;
        Ok(Test::Identity(issuer, id))
    }

    fn name(&mut self) -> Result<String, Fault> {
        match self.words.next() {
            Some(Word::Name(name)) => Ok(name),
            _ => Err(invalid()),
        }
    }

    fn text(&mut self) -> Result<String, Fault> {
        match self.words.next() {
            Some(Word::Text(text)) => Ok(text),
            _ => Err(invalid()),
        }
    }

    fn word(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.name()? == wanted { Ok(()) } else { Err(invalid()) }
    }

    fn sign(&mut self, wanted: char) -> Result<(), Fault> {
        match self.words.next() {
            Some(Word::Sign(sign)) if sign == wanted => Ok(()),
            _ => Err(invalid()),
        }
    }
}

fn invalid() -> Fault {
    Fault::bad("Invalid filter clause.")
}

/// `principalId eq '…'`, the one filter of role lists.
pub(super) fn principal(text: &str) -> Result<String, Fault> {
    let mut reader = Reader {
        words: words(text)?.into_iter().peekable(),
    };
    reader.word("principalId")?;
    reader.word("eq")?;
    let id = reader.text()?;
    if reader.words.next().is_some() {
        return Err(invalid());
    }
    Ok(id)
}
