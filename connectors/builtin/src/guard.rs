//! Catches what a library throws when a picture defeats it.
//!
//! Decoders of pictures and barcodes are fed by strangers. They are tested against hostile files here, but a panic that nobody
//! foresaw must end as "not readable" and not take the worker with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the work gave, or nothing if it panicked. Only for work on values that are dropped with it.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_ends_as_nothing() {
        let empty: Vec<u8> = Vec::new();
        assert_eq!(guarded(|| empty[3]), None);
        assert_eq!(guarded(|| 7), Some(7));
    }
}
