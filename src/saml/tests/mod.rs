//! The room by itself.
