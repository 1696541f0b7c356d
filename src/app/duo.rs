//! What is agreed with Duo accounts that lead people here, made of their settings.

use crate::config::Config;
use crate::config::duo::Duo;
use crate::config::source::Source;
use crate::source::duo::{Links, Start};

pub(super) fn starts(config: &Config) -> Vec<Start> {
    let base = config.server.public_url.get_ref().0.origin().ascii_serialization();
    let made = |source: &Source| match source {
        Source::Duo(duo) => Some(start(duo, &base)),
        _ => None,
    };
    config.sources.iter().filter_map(made).collect()
}

fn start(duo: &Duo, base: &str) -> Start {
    let name = duo.name.get_ref().0.clone();
    let links = duo.links.as_ref().map(|links| Links {
        issuer: links.issuer.0.clone(),
        audience: format!("{base}/duo/{name}/start"),
        secrets: links.secrets.iter().map(|secret| secret.0.0.clone()).collect(),
        lifetime: links.lifetime.0,
    });
    Start {
        name,
        return_to: duo.return_to.iter().map(|address| address.0.clone()).collect(),
        links,
    }
}
