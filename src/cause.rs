//! An error told whole: what happened, and what caused it, one after another.

use std::error::Error;

/// The error's message followed by those of its causes.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
