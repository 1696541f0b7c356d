//! Stories from start to end, through HTTP, a real database and imitated vendors; Doorward runs as the shipped program.

mod at_duo;
mod check;
mod company;
mod edge;
mod everything;
mod kill;
mod played;
mod recheck;
mod refused;
mod relying;
pub(crate) mod secret;
mod several;
mod staff;
mod vendors;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use doorward_lab::play::walk::Walk;
use doorward_lab::{Database, Lab};

/// Free ports for everything.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A lab whose gateway is the shipped program, on this database, with its settings changed.
async fn lab(database: Database, change: fn(String) -> String) -> Lab {
    Lab::builder()
        .seed(11)
        .listen(ANYWHERE)
        .database(database)
        .program(Path::new(env!("CARGO_BIN_EXE_doorward")))
        .toml_change(change)
        .start()
        .await
        .unwrap()
}

/// A person at the beginning of a journey in this lab.
fn walk(lab: &Lab) -> Walk {
    fn quietly(_: &str, _: Duration) {}
    Walk::new(lab.sheet().clone(), quietly).unwrap()
}
