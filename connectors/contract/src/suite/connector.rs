//! Questions for a [`Connector`](crate::Connector).
