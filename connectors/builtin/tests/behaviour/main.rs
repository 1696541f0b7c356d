//! What is read of drawn documents, and what of hostile files: from bytes to findings, with the real models.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod document;
mod glance;
mod hostile;
mod intake;
mod keep;
mod property;
mod reuse;
mod stand;
