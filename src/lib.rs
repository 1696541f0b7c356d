//! Doorward: a self-hosted gateway between identity providers and identity verification.
//!
//! What stands where, and why, is in `src/README.md`.

pub mod app;
pub mod audit;
pub mod builtin;
pub mod case;
pub mod cause;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod flow;
pub mod http;
pub mod jobs;
pub mod matching;
pub mod notice;
pub mod pages;
pub mod provider;
pub mod saml;
pub mod source;
pub mod staff;
pub mod store;
