//! The imitated Entra sign-in against a provider made for these tests: an honest answer signs in, and every single lie
//! is refused for what it is.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod answer;
mod metadata;
mod page;
mod provider;
mod request;
mod scene;
