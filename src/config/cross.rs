//! What needs two values at once: names that name something, acts that a connector can do, addresses that agree.

use std::collections::HashSet;
use std::ops::Range;

use toml::Spanned;

use super::Config;
use super::fault::nearest;
use super::purpose::{Act, ActionWord, Purpose};
use super::read::Reading;
use super::source::Source;
use super::value::Name;
use super::verifier::Verifier;
use crate::config::connector::Connector;
use doorward_contract::Ability;

/// Checks everything. With `whole` false some tables were set aside already: what may name one of those is not held
/// against anybody.
pub(super) fn check(config: &Config, reading: &mut Reading<'_>, whole: bool) {
    unique(reading, "source", config.sources.iter().map(Source::name));
    unique(reading, "verifier", config.verifiers.iter().map(Verifier::name));
    unique(reading, "connector", config.connectors.iter().map(Connector::name));
    unique(reading, "purpose", config.purposes.iter().map(|purpose| &purpose.name));
    unique(reading, "api_token", config.api_tokens.iter().map(|token| &token.name));
    server(config, reading);
    verifiers(config, reading);
    for purpose in &config.purposes {
        retention(purpose, reading);
        purpose_names(config, purpose, reading, whole);
        plan(config, purpose, reading, whole);
    }
    if whole {
        for token in &config.api_tokens {
            let place = format!("api_token {:?} · purposes", token.name.get_ref().0);
            let right = names(config.purposes.iter().map(|purpose| &purpose.name));
            for name in &token.purposes {
                known(reading, &place, "purpose", name, &right);
            }
        }
        sources(config, reading);
    }
}

fn names<'a>(all: impl Iterator<Item = &'a Spanned<Name>>) -> Vec<String> {
    all.map(|name| name.get_ref().0.clone()).collect()
}

fn unique<'a>(reading: &mut Reading<'_>, kind: &str, all: impl Iterator<Item = &'a Spanned<Name>>) {
    let mut seen = HashSet::new();
    for name in all {
        let text = &name.get_ref().0;
        if !seen.insert(text.clone()) {
            let place = format!("{kind} {text:?} · name");
            reading.note(
                name.span(),
                place,
                &format!("there are two of that name among `[[{kind}]]`"),
                Some("rename one"),
            );
        }
    }
}

fn known(reading: &mut Reading<'_>, place: &str, kind: &str, name: &Spanned<Name>, right: &[String]) {
    let text = &name.get_ref().0;
    if right.contains(text) {
        return;
    }
    let remedy = match nearest(text, right) {
        Some(guess) => format!("did you mean {guess:?}? there are: {}", right.join(", ")),
        None if right.is_empty() => format!("there is no `[[{kind}]]` at all: add one"),
        None => format!("there are: {}", right.join(", ")),
    };
    reading.note(
        name.span(),
        place.to_owned(),
        &format!("there is no {kind} {text:?}"),
        Some(&remedy),
    );
}

fn server(config: &Config, reading: &mut Reading<'_>) {
    let url = &config.server.public_url;
    if url.get_ref().0.scheme() == "http" && !config.server.listen.0.ip().is_loopback() {
        reading.note(
            url.span(),
            "server · public_url".to_owned(),
            "people would reach Doorward without TLS: it listens beyond this machine",
            Some("put a proxy with TLS in front and use https here, or listen on 127.0.0.1"),
        );
    }
}

fn verifiers(config: &Config, reading: &mut Reading<'_>) {
    for verifier in &config.verifiers {
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

fn purpose_names(config: &Config, purpose: &Purpose, reading: &mut Reading<'_>, whole: bool) {
    let label = format!("purpose {:?}", purpose.name.get_ref().0);
    if whole {
        let sources = names(config.sources.iter().map(Source::name));
        for name in &purpose.sources {
            known(reading, &format!("{label} · sources"), "source", name, &sources);
        }
        let connectors = names(config.connectors.iter().map(Connector::name));
        known(
            reading,
            &format!("{label} · directory"),
            "connector",
            &purpose.directory,
            &connectors,
        );
        let verifiers = names(config.verifiers.iter().map(Verifier::name));
        known(
            reading,
            &format!("{label} · verifier"),
            "verifier",
            &purpose.verifier,
            &verifiers,
        );
    }
    if purpose.sources.is_empty() {
        let remedy = Some("name at least one source, or take the purpose out");
        reading.note(
            purpose.name.span(),
            format!("{label} · sources"),
            "nobody could ever open it",
            remedy,
        );
    }
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

fn plan(config: &Config, purpose: &Purpose, reading: &mut Reading<'_>, whole: bool) {
    let label = format!("purpose {:?} · plan", purpose.name.get_ref().0);
    if purpose.plan.is_empty() && whole {
        let remedy = Some("add a [[purpose.plan]] with a connector and an action");
        reading.note(
            purpose.name.span(),
            label.clone(),
            "a recovery would do nothing",
            remedy,
        );
    }
    let connectors = names(config.connectors.iter().map(Connector::name));
    let mut passes = 0;
    for (at, act) in purpose.plan.iter().enumerate() {
        let place = format!("{label} {}", at + 1);
        let span = act.span();
        let act = act.get_ref();
        if whole {
            known(
                reading,
                &format!("{place} · connector"),
                "connector",
                &act.connector,
                &connectors,
            );
        }
        if let Some(connector) = config
            .connectors
            .iter()
            .find(|known| known.name().get_ref() == act.connector.get_ref())
        {
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

/// What is asked of a connector must be among what it can do.
fn able(connector: &Connector, act: &Act, place: &str, reading: &mut Reading<'_>) {
    let Connector::Graph(_) = connector;
    let abilities = doorward_graph::ABILITIES;
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

fn sources(config: &Config, reading: &mut Reading<'_>) {
    for source in &config.sources {
        let name = source.name();
        let used = config
            .purposes
            .iter()
            .any(|purpose| purpose.sources.iter().any(|used| used.get_ref() == name.get_ref()));
        if !used {
            let place = format!("source {:?}", name.get_ref().0);
            let remedy = Some("name it under `sources` of a purpose, or take it out");
            reading.note(name.span(), place, "it leads to no purpose", remedy);
        }
    }
    for kind in ["portal", "link"] {
        let mut same = config.sources.iter().filter(|source| match source {
            Source::Portal(_) => kind == "portal",
            Source::Link(_) => kind == "link",
        });
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
}
