//! Questions for a [`Verifier`](crate::Verifier).
