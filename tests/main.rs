//! The whole gateway against an offline lab, and the rules of the house. One binary.

#[cfg(test)]
mod api;
#[cfg(test)]
mod capture;
#[cfg(test)]
mod capture_pages;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod config;
#[cfg(test)]
mod deliver;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod powers;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod send;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod store;
#[cfg(test)]
mod watch;
