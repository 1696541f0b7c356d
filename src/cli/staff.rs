//! `doorward staff`: the way in while nobody can vouch for anybody.

use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, print};
use crate::app;
use crate::case::role::Role;
use crate::cause::causes;
use crate::config::Config;
use crate::staff::Refused;
use doorward_contract::clock::SystemClock;

/// The longest name of somebody.
const LONGEST: usize = 100;

pub(super) async fn break_glass(config: Config, role: Role, name: &str) -> Result<ExitCode, Failure> {
    // Said aloud in the log too.
    app::log(&config);
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        let what = format!("--name must be 1 to {LONGEST} characters without control characters");
        return Err(Failure::Unusable(what));
    }
    let door = app::door(&config, Arc::new(SystemClock))
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    let staff = app::staff(&config, &door.flow).map_err(|error| Failure::Failed(causes(&error)))?;
    let link = staff.break_glass(name, role).await.map_err(|refused| match refused {
        Refused::Unknown => Failure::Unusable(
            "the settings do not allow it: set `break_glass = true` under [staff], and take it out again afterwards"
                .to_owned(),
        ),
        other => Failure::Failed(causes(&other)),
    })?;
    print(&link)
}
