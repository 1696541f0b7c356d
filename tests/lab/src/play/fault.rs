//! Why a journey did not end as it should.

use std::fmt;

use crate::{browser, caller};

/// Why a journey did not end as it should.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The browser could not go on.
    #[error(transparent)]
    Browser(#[from] browser::Error),
    /// A call failed.
    #[error("a call failed")]
    Call(#[from] reqwest::Error),
    /// The API refused.
    #[error(transparent)]
    Api(#[from] caller::Error),
    /// Something else was there.
    #[error("expected {expected}, found {found}")]
    Otherwise {
        /// What should have been.
        expected: String,
        /// What was.
        found: String,
    },
}

/// A fault: something else was there.
pub fn otherwise(expected: impl fmt::Display, found: impl fmt::Display) -> Fault {
    Fault::Otherwise {
        expected: expected.to_string(),
        found: found.to_string(),
    }
}
