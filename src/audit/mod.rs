//! What is written down: every fact kept ([`event`]) and how one fact is chained onto the next ([`chain`]).
//!
//! Pure: the store writes it.

pub mod chain;
pub mod event;
pub mod export;
mod whose;

pub use chain::{Fault, Head, Link, verify};
pub use event::{Event, Fact};
