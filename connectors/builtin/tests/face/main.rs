//! Faces and challenges on pictures and films of the lab's invented people, with the models of this repository.
//!
//! Rendered heads, so nothing here is an error rate: it is shown that each thing is noticed, not how often.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod challenge;
mod compare;
mod hostile;
mod keep;
mod people;
mod quality;
