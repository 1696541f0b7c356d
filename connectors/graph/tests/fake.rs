//! The imitated Entra tenant refuses what Entra refuses.
//!
//! Everything is asked over HTTP and nothing of our own client takes part.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "fake/door.rs"]
mod door;
#[path = "fake/passes.rs"]
mod passes;
#[path = "fake/passwords.rs"]
mod passwords;
#[path = "fake/protection.rs"]
mod protection;
#[path = "fake/stand.rs"]
mod stand;
#[path = "fake/tokens.rs"]
mod tokens;
#[path = "fake/users.rs"]
mod users;
