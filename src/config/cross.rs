//! What needs two values at once: acts that a connector can do, addresses that agree, secrets that differ. Names that name
//! something are [`super::refer`]'s business.

use std::ops::Range;

use super::Draft;
use super::connector::Connector;
use super::purpose::{Act, ActionWord, Preset, Purpose};
use super::read::Reading;
use super::verifier::Verifier;
use super::{challenge, entra, kinds, relying};
use doorward_contract::Ability;

/// Checks what could be read.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    server(draft, reading);
    verifiers(draft, reading);
    for purpose in &draft.purpose {
        kinds::check(draft, purpose, reading);
        challenge::check(draft, purpose, reading);
        retention(purpose, reading);
        birth_date(draft, purpose, reading);
        plan(draft, purpose, reading);
    }
    tokens(draft, reading);
    sources(draft, reading);
}

fn server(draft: &Draft, reading: &mut Reading<'_>) {
    let Some(server) = &draft.server else {
        return;
    };
    let url = &server.public_url;
    if url.get_ref().0.scheme() == "http" && !server.listen.0.ip().is_loopback() {
        reading.note(
            url.span(),
            "server · public_url".to_owned(),
            "people would reach Doorward without TLS: it listens beyond this machine",
            Some("put a proxy with TLS in front and use https here, or listen on 127.0.0.1"),
        );
    }
}

fn verifiers(draft: &Draft, reading: &mut Reading<'_>) {
    for verifier in &draft.verifier {
        let Verifier::Persona(persona) = verifier;
        let key = persona.key.get_ref().expose();
        let place = format!("verifier {:?} · key", persona.name.get_ref().0);
        if key.starts_with("persona_sandbox_") && !persona.insecure_sandbox {
            reading.note(
                persona.key.span(),
                place,
                "the key is a sandbox key: sandbox verifies nobody, everybody would pass",
                Some("use a production key; for a trial, say insecure_sandbox = true"),
            );
        } else if key.starts_with("persona_production_") && persona.insecure_sandbox {
            reading.note(
                persona.key.span(),
                place,
                "the key is a production key, but insecure_sandbox is true",
                Some("take insecure_sandbox away"),
            );
        } else if !key.starts_with("persona_sandbox_") && !key.starts_with("persona_production_") {
            reading.note(
                persona.key.span(),
                place,
                "the key is not an API key of Persona",
                Some("copy one that begins with `persona_production_` from Persona's dashboard"),
            );
        }
    }
}

/// `strict` compares dates of birth: without an attribute that holds one nobody would ever pass.
fn birth_date(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    let directory = purpose.directory.as_ref().map(|name| name.get_ref().0.as_str());
    let Some(Connector::Graph(graph)) = directory.and_then(|name| connector(draft, name)) else {
        return;
    };
    // One that did not fit was noted already, and is none that is missing.
    let unfit = format!("connector {:?} · birth_date_attribute", graph.name.get_ref().0);
    let noted = reading.faults.iter().any(|(_, fault)| fault.place == unfit);
    if purpose.preset == Preset::Strict && graph.birth_date_attribute.is_none() && !noted {
        reading.note(
            purpose.name.span(),
            format!("purpose {:?} · match", purpose.name.get_ref().0),
            &format!(
                "`strict` compares dates of birth, and connector {:?} has no birth_date_attribute: nobody would pass",
                graph.name.get_ref().0
            ),
            Some("set birth_date_attribute there, or write match = \"names\" here: a reviewer decides then"),
        );
    }
}

fn connector<'d>(draft: &'d Draft, name: &str) -> Option<&'d Connector> {
    draft.connector.iter().find(|known| known.name().get_ref().0 == name)
}

/// The verifier's copy can be asked back as long as we know whose it is: it goes first.
fn retention(purpose: &Purpose, reading: &mut Reading<'_>) {
    if purpose.keep_personal.0 < purpose.keep_proof.0 {
        reading.note(
            purpose.name.span(),
            format!("purpose {:?} · keep_personal", purpose.name.get_ref().0),
            "the verifier would keep its copy longer than we know whose it is",
            Some("make keep_personal at least as long as keep_proof"),
        );
    }
}

fn plan(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    let mut passes = 0;
    for (at, act) in purpose.plan.iter().enumerate() {
        let place = format!("purpose {:?} · plan {}", purpose.name.get_ref().0, at + 1);
        let span = act.span();
        let act = act.get_ref();
        if let Some(connector) = connector(draft, &act.connector.get_ref().0) {
            able(connector, act, &place, reading);
        }
        options(act, span, &place, reading);
        if matches!(
            act.action.get_ref(),
            ActionWord::TemporaryPassword | ActionWord::TemporaryAccessPass
        ) {
            passes += 1;
            if passes == 2 {
                reading.note(
                    act.action.span(),
                    format!("{place} · action"),
                    "the plan hands out two passes, and a person is shown one",
                    Some("keep one of temporary_password and temporary_access_pass"),
                );
            }
        }
    }
}

/// Who calls is told by the token alone.
fn tokens(draft: &Draft, reading: &mut Reading<'_>) {
    for (at, token) in draft.api_token.iter().enumerate() {
        let mut earlier = draft.api_token.iter().take(at);
        let same = earlier.find(|other| other.secret.0.expose() == token.secret.0.expose());
        if let Some(other) = same {
            reading.note(
                token.name.span(),
                format!("api_token {:?} · secret", token.name.get_ref().0),
                &format!("it is the secret of api_token {:?} too", other.name.get_ref().0),
                Some("give each its own: openssl rand -hex 32"),
            );
        }
    }
}

/// What is asked of a connector must be among what it can do.
fn able(connector: &Connector, act: &Act, place: &str, reading: &mut Reading<'_>) {
    let abilities = connector.abilities();
    let wanted = ability(*act.action.get_ref());
    if !abilities.contains(&wanted) {
        let can: Vec<&str> = abilities.iter().map(|ability| ability.word()).collect();
        reading.note(
            act.action.span(),
            format!("{place} · action"),
            &format!("connector {:?} cannot `{wanted}`", act.connector.get_ref().0),
            Some(&format!("it can: {}", can.join(", "))),
        );
    }
}

fn ability(word: ActionWord) -> Ability {
    match word {
        ActionWord::TemporaryPassword => Ability::TemporaryPassword,
        ActionWord::TemporaryAccessPass => Ability::TemporaryAccessPass,
        ActionWord::RevokeSessions => Ability::RevokeSessions,
        ActionWord::RemoveMethods => Ability::RemoveMethods,
    }
}

fn options(act: &Act, span: Range<usize>, place: &str, reading: &mut Reading<'_>) {
    let action = *act.action.get_ref();
    let foreign = [
        (
            "lifetime_minutes",
            act.lifetime_minutes.is_some(),
            ActionWord::TemporaryAccessPass,
        ),
        ("one_time", act.one_time.is_some(), ActionWord::TemporaryAccessPass),
        ("kinds", act.kinds.is_some(), ActionWord::RemoveMethods),
    ];
    for (key, given, fits) in foreign {
        if given && action != fits {
            let what = format!("`{key}` says nothing to `{}`", ability(action));
            reading.note(
                span.clone(),
                format!("{place} · {key}"),
                &what,
                Some(&format!("it belongs to `{}`", ability(fits))),
            );
        }
    }
    if action == ActionWord::RemoveMethods && act.kinds.as_ref().is_none_or(Vec::is_empty) {
        let remedy = Some("name the kinds, e.g. kinds = [\"phone\", \"authenticator_app\"]");
        reading.note(
            span,
            format!("{place} · kinds"),
            "which methods to remove is not said",
            remedy,
        );
    }
}

fn sources(draft: &Draft, reading: &mut Reading<'_>) {
    for kind in ["portal", "link", "oidc"] {
        let mut same = draft.source.iter().filter(|source| source.kind() == kind);
        if let (Some(_), Some(second)) = (same.next(), same.next()) {
            let place = format!("source {:?} · kind", second.name().get_ref().0);
            let what = format!("there are two sources of kind {kind:?}");
            reading.note(
                second.name().span(),
                place,
                &what,
                Some("one is enough: purposes tell cases apart"),
            );
        }
    }
    relying::check(draft, reading);
    entra::check(draft, reading);
}
