//! What one piece of work gathers before it is written: the case as it will be, the facts, the new ways to it.
//!
//! Reads that lead one to another are written together; only an act at a vendor forces a write before it.

use super::Lease;
use crate::audit::{Event, Fact};
use crate::case::{Case, Handle, HandleKind};
use crate::store::{Change, EarlierChange, Mark, NewLetter, Wake};
use doorward_contract::Timestamp;

/// A case being worked.
#[derive(Debug)]
pub struct Draft {
    seen: Case,
    /// The case as it will be written.
    pub case: Case,
    /// The lease under which it is worked; none where a person's own request writes it.
    pub lease: Option<Lease>,
    events: Vec<Event>,
    handles: Vec<Handle>,
    dropped: Vec<HandleKind>,
    earlier: Option<EarlierChange>,
    marks: Vec<Mark>,
    letters: Vec<NewLetter>,
}

impl Draft {
    /// A draft of a case as read.
    pub fn new(case: Case, lease: Option<Lease>) -> Self {
        Self {
            seen: case.clone(),
            case,
            lease,
            events: Vec::new(),
            handles: Vec::new(),
            dropped: Vec::new(),
            earlier: None,
            marks: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// Adds a fact.
    pub fn note(&mut self, at: Timestamp, fact: Fact) {
        self.events.push(Event::of(&self.case.id, at, fact));
    }

    /// Adds a way to the case.
    pub fn handle(&mut self, handle: Handle) {
        self.handles.push(handle);
    }

    /// Closes all ways of a kind.
    pub fn drop_handles(&mut self, kind: HandleKind) {
        self.dropped.push(kind);
    }

    /// Changes what is remembered of an account's earlier proof.
    pub fn earlier(&mut self, change: EarlierChange) {
        self.earlier = Some(change);
    }

    /// Remembers something of the case's person beyond the case.
    pub fn mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Has a link sent to its person.
    pub fn letter(&mut self, letter: NewLetter) {
        self.letters.push(letter);
    }

    /// Whether it holds anything to write.
    pub fn is_changed(&self) -> bool {
        self.earlier.is_some()
            || !self.marks.is_empty()
            || !self.letters.is_empty()
            || !self.events.is_empty()
            || !self.handles.is_empty()
            || !self.dropped.is_empty()
            || self.case != self.seen
    }

    /// Takes what is to be written: the case as seen, as it shall be, and what goes with it.
    pub fn take(&mut self, now: Timestamp, wake: Wake) -> Option<(Case, Case, Change)> {
        if !self.is_changed() {
            return None;
        }
        self.case.changed_at = now;
        let change = Change {
            events: std::mem::take(&mut self.events),
            handles: std::mem::take(&mut self.handles),
            drop_handles: std::mem::take(&mut self.dropped),
            earlier: self.earlier.take(),
            marks: std::mem::take(&mut self.marks),
            letters: std::mem::take(&mut self.letters),
            wake,
        };
        Some((self.seen.clone(), self.case.clone(), change))
    }

    /// Goes on from what was written.
    pub fn written(&mut self, case: Case) {
        self.seen = case.clone();
        self.case = case;
    }
}
