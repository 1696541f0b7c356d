//! `doorward link`: a link for one person, from the command line.

use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, LinkArguments, load, print};
use crate::app;
use crate::cause::causes;
use crate::flow::open::Wish;
use crate::source::{Kind, link};
use doorward_contract::Clock;
use doorward_contract::clock::SystemClock;

pub(super) async fn make_link(arguments: LinkArguments) -> Result<ExitCode, Failure> {
    let config = load(&arguments.settings)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let door = app::door(&config, clock)
        .await
        .map_err(|error| Failure::Failed(causes(&error)))?;
    let Some(way) = door.way(Kind::Link) else {
        return Err(Failure::Unusable(
            "the settings have no [[source]] of kind \"link\": add one".to_owned(),
        ));
    };
    let offered: Vec<&str> = door
        .purposes_of(&way.name)
        .iter()
        .map(|purpose| purpose.name.as_str())
        .collect();
    if !offered.contains(&arguments.purpose.as_str()) {
        return Err(Failure::Unusable(format!(
            "no purpose `{}` may be opened from the source `{}`; there are: {}",
            arguments.purpose,
            way.name,
            offered.join(", ")
        )));
    }
    are_plain(&arguments)?;
    let wish = Wish {
        purpose: arguments.purpose,
        source: way.name.clone(),
        account: arguments.account,
        named: Some(arguments.operator.clone()),
        operator: arguments.operator,
        ticket: Some(arguments.ticket),
        agent: None,
        reason: None,
        form: None,
    };
    let invitation = door.flow.invite(&wish).await.map_err(|error| match &error {
        crate::flow::Error::Barred(bar) => Failure::Failed(barred(bar)),
        _ => Failure::Failed(causes(&error)),
    })?;
    let mut url = door.flow.public_url.clone();
    url.set_path(&link::path(&invitation.token));
    if arguments.json {
        let line = serde_json::json!({
            "id": invitation.case.id, "number": invitation.case.number,
            "link": {"url": url, "expires_at": invitation.until},
        });
        return print(&line.to_string());
    }
    print(&format!(
        "{url}\n\ncase {}, number {}; one use, until {}",
        invitation.case.id, invitation.case.number, invitation.until
    ))
}

/// What is shown to people and kept in the record is short and of one line.
fn are_plain(arguments: &LinkArguments) -> Result<(), Failure> {
    for (name, text) in [
        ("account", &arguments.account),
        ("ticket", &arguments.ticket),
        ("operator", &arguments.operator),
    ] {
        if text.trim().is_empty() || text.len() > 254 || text.chars().any(char::is_control) {
            let what = format!("--{name} must be 1 to 254 characters without control characters");
            return Err(Failure::Unusable(what));
        }
    }
    Ok(())
}

fn barred(bar: &crate::flow::open::Bar) -> String {
    use crate::case::Refusal;
    let what = match bar.refusal {
        Refusal::UnknownAccount => "no account answers to that name",
        Refusal::AmbiguousAccount => "more than one account answers to that name: use the user principal name",
        Refusal::DisabledAccount => "the account is disabled",
        Refusal::ProtectedAccount => "the account is protected",
        Refusal::Declined
        | Refusal::ForeignProof
        | Refusal::Mismatch
        | Refusal::Reviewed
        | Refusal::Relayed
        | Refusal::AnotherPerson
        | Refusal::Unchecked
        | Refusal::ReportedFraud
        | Refusal::Disapproved => "refused",
        Refusal::Frozen => "a case of this account was called fraud; an admin has to clear that first",
    };
    if bar.reasons.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {}", bar.reasons.join("; "))
    }
}
