//! Chaining: each event's hash covers the event's exact text and the hash before it, so that an altered, removed or
//! inserted event shows.

use std::fmt;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// One event as it stands in the record: its place, its exact text and the hash that binds both to all before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its place, from 1 without gaps.
    pub seq: i64,
    /// The event's JSON, byte for byte as hashed.
    pub text: String,
    /// `SHA-256(hash before ‖ seq as 8 bytes big-endian ‖ text)`, in lower-case hex.
    pub hash: String,
}

/// Where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last event's place; 0 before the first.
    pub seq: i64,
    /// The last event's hash.
    pub hash: String,
}

impl Head {
    /// The head of an empty chain.
    pub fn start() -> Self {
        Self {
            seq: 0,
            hash: "0".repeat(64),
        }
    }

    /// Chains `text` on: the new link, and the head after it.
    #[must_use]
    pub fn then(&self, text: String) -> (Link, Self) {
        let seq = self.seq.saturating_add(1);
        let hash = hash(&self.hash, seq, &text);
        (
            Link {
                seq,
                text,
                hash: hash.clone(),
            },
            Self { seq, hash },
        )
    }
}

fn hash(before: &str, seq: i64, text: &str) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(before.as_bytes());
    context.update(&seq.to_be_bytes());
    context.update(text.as_bytes());
    context
        .finish()
        .as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut out, byte| {
            use fmt::Write;
            // Writing to a string cannot fail.
            let _infallible = write!(out, "{byte:02x}");
            out
        })
}

/// What is wrong with a record, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An event is missing or out of place.
    #[error("event {expected} is missing: the record goes on with {found}")]
    Gap {
        /// The place that should come next.
        expected: i64,
        /// The place found instead.
        found: i64,
    },
    /// An event's text or hash was altered.
    #[error("event {seq} was altered: its hash does not follow from its text and the event before it")]
    Altered {
        /// Which.
        seq: i64,
    },
    /// The record ends before or after the head says.
    #[error("the record ends at event {found}, but its head names event {expected}: the end was cut off or added to")]
    Cut {
        /// What the head says.
        expected: i64,
        /// Where the record ends.
        found: i64,
    },
}

/// Checks `links` one after another from `start`; the head they lead to.
pub fn verify(start: Head, links: impl IntoIterator<Item = Link>) -> Result<Head, Fault> {
    links.into_iter().try_fold(start, |head, link| {
        let expected = head.seq.saturating_add(1);
        if link.seq != expected {
            return Err(Fault::Gap {
                expected,
                found: link.seq,
            });
        }
        let (right, next) = head.then(link.text);
        if right.hash != link.hash {
            return Err(Fault::Altered { seq: link.seq });
        }
        Ok(next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(length: usize) -> (Vec<Link>, Head) {
        let mut head = Head::start();
        let mut links = Vec::new();
        for at in 0..length {
            let (link, next) = head.then(format!(r#"{{"event":"number {at}"}}"#));
            links.push(link);
            head = next;
        }
        (links, head)
    }

    #[test]
    fn an_untouched_record_leads_to_its_head() {
        let (links, head) = record(5);
        assert_eq!(verify(Head::start(), links), Ok(head));
    }

    #[test]
    fn an_altered_event_is_named() {
        let (mut links, _) = record(5);
        links[2].text = links[2].text.replace("number 2", "number 3");
        assert_eq!(verify(Head::start(), links), Err(Fault::Altered { seq: 3 }));
    }

    #[test]
    fn a_removed_event_is_named() {
        let (mut links, _) = record(5);
        links.remove(1);
        assert_eq!(verify(Head::start(), links), Err(Fault::Gap { expected: 2, found: 3 }));
    }

    #[test]
    fn a_removed_event_shows_even_when_the_rest_is_numbered_anew() {
        let (mut links, _) = record(5);
        links.remove(1);
        for (at, link) in links.iter_mut().enumerate() {
            link.seq = i64::try_from(at).unwrap() + 1;
        }
        assert_eq!(verify(Head::start(), links), Err(Fault::Altered { seq: 2 }));
    }
}
