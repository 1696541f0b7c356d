//! The search language of the imitated org, as far as it is documented: `eq`, `sw` and `co`, joined by `and` and `or`.
//!
//! After "Search, filter and list" (<https://developer.okta.com/docs/reference/user-query/>, August 2026). Names of
//! attributes are compared exactly, values without regard to case; a value is a JSON string.

use serde_json::Value;

use super::reply::Fault;
use super::state::Resident;

struct Term {
    attribute: String,
    operator: String,
    value: String,
}

/// A search: any of these, each being all of those.
pub(super) struct Search(Vec<Vec<Term>>);

/// Attributes that may be searched within.
const WITHIN: [&str; 4] = [
    "profile.firstName",
    "profile.lastName",
    "profile.email",
    "profile.login",
];

impl Search {
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let mut any = vec![Vec::new()];
        let mut rest = text.trim();
        loop {
            let (attribute, after) = word(rest)?;
            let (operator, after) = word(after)?;
            let known = attribute == "id" || attribute == "status" || attribute.starts_with("profile.");
            let fits = match operator {
                "eq" | "sw" => known,
                "co" => WITHIN.contains(&attribute),
                _ => false,
            };
            if !fits {
                return Err(Fault::search("The attribute or the operator is not supported."));
            }
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
            let Some(Ok(Value::String(value))) = values.next() else {
                return Err(Fault::search("The value is not a string."));
            };
            let read = values.byte_offset();
            if let Some(all) = any.last_mut() {
                all.push(Term {
                    attribute: attribute.to_owned(),
                    operator: operator.to_owned(),
                    value: value.to_lowercase(),
                });
            }
            rest = after.get(read..).unwrap_or_default().trim_start();
            if rest.is_empty() {
                return Ok(Self(any));
            }
            let (join, after) = word(rest)?;
            match join {
                "and" => {}
                "or" => any.push(Vec::new()),
                _ => return Err(Fault::search("Terms are joined by and, or.")),
            }
            rest = after;
        }
    }

    pub(super) fn fits(&self, person: &Resident) -> bool {
        self.0.iter().any(|all| all.iter().all(|term| term.fits(person)))
    }
}

impl Term {
    fn fits(&self, person: &Resident) -> bool {
        let held = match self.attribute.as_str() {
            "id" => person.id.as_str(),
            "status" => person.status.as_str(),
            name => person.text(name.trim_start_matches("profile.")),
        };
        let held = held.to_lowercase();
        match self.operator.as_str() {
            "sw" => held.starts_with(&self.value),
            "co" => held.contains(&self.value),
            _ => held == self.value && !held.is_empty(),
        }
    }
}

fn word(text: &str) -> Result<(&str, &str), Fault> {
    let (word, rest) = text
        .split_once(' ')
        .ok_or_else(|| Fault::search("It ends too early."))?;
    Ok((word, rest.trim_start()))
}
