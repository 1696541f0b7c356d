//! What `[staff]` needs two values for: a credential at each provider, roles that somebody gets, connectors that can do what is
//! asked of them.

use super::Draft;
use super::connector::Connector;
use super::read::Reading;
use super::staff::{GroupsFrom, StaffProvider, StepUp};
use doorward_contract::Challenge;

/// Checks what the staff's settings need two values for.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    let staff = &draft.staff;
    if staff.session_idle.0 > staff.session_lifetime.0 {
        reading.note(
            0..0,
            "staff · session_idle".to_owned(),
            "a session would end before it could be idle that long",
            Some("make session_idle at most session_lifetime"),
        );
    }
    for (at, provider) in staff.providers.iter().enumerate() {
        let name = provider.name.get_ref();
        let mut earlier = staff.providers.iter().take(at);
        if earlier.any(|other| other.name.get_ref() == name) {
            let what = "there are two of that name among `[[staff.provider]]`";
            note(provider, "name", what, "rename one", reading);
        }
        credential(provider, reading);
        roles(provider, reading);
        step_up(draft, provider, reading);
        groups(draft, provider, reading);
    }
}

fn credential(provider: &StaffProvider, reading: &mut Reading<'_>) {
    match (&provider.client_secret, &provider.key) {
        (Some(_), Some(_)) => note(
            provider,
            "key",
            "Doorward would prove itself in two ways",
            "keep client_secret or key",
            reading,
        ),
        // One that cannot be read was noted already, and is none that is missing.
        (None, None) if !is_noted(provider, "client_secret", reading) && !is_noted(provider, "key", reading) => note(
            provider,
            "client_secret",
            "Doorward has nothing to prove itself with there",
            "give it the client_secret, or a key",
            reading,
        ),
        _ => {}
    }
    if provider.key_id.is_some() && provider.key.is_none() && !is_noted(provider, "key", reading) {
        note(provider, "key_id", "there is no key", "take it out", reading);
    }
    if !provider.scopes.iter().any(|scope| scope.0 == "openid") {
        let what = "without `openid` there is no ID token (OpenID Connect Core §3.1.2.1)";
        note(provider, "scopes", what, "add \"openid\"", reading);
    }
    if provider.algs.is_empty() && !is_noted(provider, "algs", reading) {
        let what = "no ID token would ever fit";
        note(provider, "algs", what, "name RS256, PS256 or ES256", reading);
    }
}

fn roles(provider: &StaffProvider, reading: &mut Reading<'_>) {
    if provider.roles.is_empty() && !is_noted(provider, "roles", reading) {
        note(
            provider,
            "roles",
            "nobody who signs in there could do anything",
            "say what gives a role, e.g. { claim = \"groups\", value = \"helpdesk\", role = \"agent\" }",
            reading,
        );
    }
}

fn step_up(draft: &Draft, provider: &StaffProvider, reading: &mut Reading<'_>) {
    let (what, remedy) = match provider.step_up.get_ref() {
        StepUp::MaxAge(false) => (
            "operators would never prove themselves anew".to_owned(),
            "write { max_age = true }, or name acr_values or universal_prompt",
        ),
        StepUp::AcrValues(values) if values.is_empty() => (
            "no authentication context is named".to_owned(),
            "name one that the provider knows, or write { max_age = true }",
        ),
        StepUp::UniversalPrompt(name) => {
            let known = draft.connector.iter().find(|known| known.name().get_ref() == name);
            let asks = |connector: &Connector| connector.challenges().contains(&Challenge::UniversalPrompt);
            match known {
                Some(connector) if asks(connector) => return,
                Some(_) => (
                    format!("connector {:?} has no Universal Prompt", name.0),
                    "give it the keys of `universal`",
                ),
                None => (
                    format!("there is no connector {:?}", name.0),
                    "name a connector of kind \"duo\"",
                ),
            }
        }
        _ => return,
    };
    note(provider, "step_up", &what, remedy, reading);
}

fn groups(draft: &Draft, provider: &StaffProvider, reading: &mut Reading<'_>) {
    let GroupsFrom::Connector(name) = provider.groups_from.get_ref() else {
        return;
    };
    let known = draft.connector.iter().find(|known| known.name().get_ref().0 == *name);
    let what = match known {
        Some(connector) if connector.knows_groups() => return,
        Some(_) => format!("connector {name:?} does not reach Microsoft Graph"),
        None => format!("there is no connector {name:?}"),
    };
    note(
        provider,
        "groups_from",
        &what,
        "name a connector of kind \"graph\"",
        reading,
    );
}

fn place(provider: &StaffProvider, key: &str) -> String {
    format!("staff · provider {:?} · {key}", provider.name.get_ref().0)
}

fn is_noted(provider: &StaffProvider, key: &str, reading: &Reading<'_>) -> bool {
    let place = place(provider, key);
    reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&place))
}

fn note(provider: &StaffProvider, key: &str, what: &str, remedy: &str, reading: &mut Reading<'_>) {
    reading.note(provider.name.span(), place(provider, key), what, Some(remedy));
}
