//! What relying parties need two values for: ids that differ, secrets where they are used, keys where something is signed.

use std::collections::HashMap;

use super::Draft;
use super::client::{Client, ClientAuth, ClientProfile};
use super::read::Reading;
use super::source::Source;

/// Checks the clients.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    for client in &draft.client {
        belongs(draft, client, reading);
        proves_itself(client, reading);
        profile(client, reading);
        let unread = format!("client {:?} · redirect_uris", client.name.get_ref().0);
        let noted = reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&unread));
        let for_itself = client.resource_server || !client.scopes.is_empty();
        if client.redirect_uris.is_empty() && !for_itself && !noted {
            note(
                client,
                "redirect_uris",
                "answers could go nowhere",
                "name at least one address, or say resource_server = true, or give it `scopes`",
                reading,
            );
        }
    }
    unique_ids(draft, reading);
}

/// A client hangs on the provider, and nothing else.
fn belongs(draft: &Draft, client: &Client, reading: &mut Reading<'_>) {
    let name = &client.source.get_ref().0;
    let provider = draft.source.iter().find(|source| source.name().get_ref().0 == *name);
    let what = match provider {
        Some(Source::Oidc(_)) => return,
        Some(source) => format!("source {name:?} is of kind {:?}, which has no clients", source.kind()),
        None => format!("there is no source {name:?}"),
    };
    reading.note(
        client.source.span(),
        format!("client {:?} · source", client.name.get_ref().0),
        &what,
        Some("name a source of kind \"oidc\""),
    );
}

fn proves_itself(client: &Client, reading: &mut Reading<'_>) {
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        note(
            client,
            "jwks_uri",
            "its keys are given twice",
            "keep jwks or jwks_uri",
            reading,
        );
    }
    // One that cannot be read was noted already, and is none that is missing.
    let unread = format!("client {:?} · secrets", client.name.get_ref().0);
    let noted = reading.faults.iter().any(|(_, fault)| fault.place.starts_with(&unread));
    match client.auth {
        ClientAuth::ClientSecretBasic | ClientAuth::ClientSecretPost if client.secrets.is_empty() && !noted => {
            note(
                client,
                "secrets",
                "it has no secret to prove itself with",
                "add one: openssl rand -hex 32",
                reading,
            );
        }
        ClientAuth::PrivateKeyJwt if !has_keys => {
            note(
                client,
                "jwks",
                "its keys are not known",
                "name a file with its public keys, or its jwks_uri",
                reading,
            );
        }
        ClientAuth::PrivateKeyJwt | ClientAuth::None if !client.secrets.is_empty() => {
            note(
                client,
                "secrets",
                "it never sends a secret",
                "take the secrets out, or choose another `auth`",
                reading,
            );
        }
        _ => {}
    }
    if client.signed_requests && !has_keys {
        note(
            client,
            "jwks",
            "nothing to check its signed requests with",
            "name a file with its public keys",
            reading,
        );
    }
}

fn profile(client: &Client, reading: &mut Reading<'_>) {
    match client.profile {
        ClientProfile::Fapi2 if client.auth != ClientAuth::PrivateKeyJwt => {
            let what = "the FAPI 2.0 Security Profile knows no secrets (§5.3.2.1)";
            note(
                client,
                "auth",
                what,
                "write auth = \"private_key_jwt\" and give its keys",
                reading,
            );
        }
        ClientProfile::OktaAuthenticator if !client.session.0.is_zero() => {
            let what = "Okta wants a fresh check each time";
            note(client, "session", what, "take it out", reading);
        }
        _ => {}
    }
    if !client.scopes.is_empty() && client.auth == ClientAuth::None {
        let what = "anybody could do at the API what it may";
        note(client, "auth", what, "give it a secret or keys", reading);
    }
    if !client.scopes.is_empty() && (client.dpop || client.profile == ClientProfile::Fapi2) {
        let what = "its tokens are bound to a key, and the API takes none that are";
        note(
            client,
            "scopes",
            what,
            "register a client of its own for the API",
            reading,
        );
    }
    if client.resource_server && client.auth == ClientAuth::None {
        let what = "anybody could ask what a token is worth";
        note(client, "auth", what, "give it a secret or keys", reading);
    }
}

/// One id, one client: requests name it.
fn unique_ids(draft: &Draft, reading: &mut Reading<'_>) {
    let mut seen: HashMap<String, String> = HashMap::new();
    let clients = draft.client.iter().map(|client| {
        let (id, span) = match &client.client_id {
            Some(id) => (id.get_ref().0.clone(), id.span()),
            None => (client.name.get_ref().0.clone(), client.name.span()),
        };
        (format!("client {:?}", client.name.get_ref().0), id, span)
    });
    let orgs = draft.source.iter().filter_map(|source| match source {
        Source::Okta(okta) => {
            let (id, span) = match &okta.client_id {
                Some(id) => (id.get_ref().0.clone(), id.span()),
                None => (okta.name.get_ref().0.clone(), okta.name.span()),
            };
            Some((format!("source {:?}", okta.name.get_ref().0), id, span))
        }
        _ => None,
    });
    for (label, id, span) in clients.chain(orgs).collect::<Vec<_>>() {
        if let Some(other) = seen.insert(id.clone(), label.clone()) {
            let what = format!("{id:?} is the id of {other} too");
            reading.note(span, format!("{label} · client_id"), &what, Some("give each its own"));
        }
    }
}

fn note(client: &Client, key: &str, what: &str, remedy: &str, reading: &mut Reading<'_>) {
    let place = format!("client {:?} · {key}", client.name.get_ref().0);
    reading.note(client.name.span(), place, what, Some(remedy));
}
