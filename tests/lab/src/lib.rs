//! Doorward with an offline world of imitated vendors on loopback, for tests and newcomers. No part of the shipped binary.

pub mod accounts;
pub mod browser;
pub mod builder;
pub mod caller;
mod callers;
pub mod company;
pub mod desk;
pub mod doors;
pub mod duosso;
mod examples;
pub mod folder;
pub mod gateway;
pub mod hands;
pub mod keys;
pub mod mailbox;
pub mod memory;
pub mod okta;
pub mod parties;
pub mod people;
pub mod play;
pub mod postgres;
pub mod rp;
pub mod seed;
mod settings;
pub mod sheet;
pub mod signin;
pub mod sms;
pub mod smtp;
pub mod staff;
mod start;
pub mod tickets;
pub mod vendors;
pub mod vpn;
pub mod world;

pub use builder::{Builder, Database};
pub use world::Lab;
