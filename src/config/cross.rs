//! What needs two values at once: acts that a connector can do, addresses that agree, secrets that differ. Names that name
//! something are [`super::refer`]'s business.

use std::ops::Range;

use super::Draft;
use super::connector::{BirthDates, Connector, Table};
use super::fault::nearest;
use super::purpose::{Act, ActionWord, OnFailure, Preset, Purpose};
use super::read::Reading;
use super::value::Name;
use super::verifier::Verifier;
use super::{carrier, challenge, document, entra, kinds, recheck, relying, saml, vouch, webhook_out};
use doorward_contract::Ability;
use toml::Spanned;

/// Checks what could be read.
pub(super) fn check(draft: &Draft, reading: &mut Reading<'_>) {
    server(draft, reading);
    verifiers(draft, reading);
    document::check(draft, reading);
    for connector in &draft.connector {
        connector.table().agree(reading);
    }
    for purpose in &draft.purpose {
        kinds::check(draft, purpose, reading);
        recheck::check(draft, purpose, reading);
        challenge::check(draft, purpose, reading);
        retention(purpose, reading);
        birth_date(draft, purpose, reading);
        plan(draft, purpose, reading);
        accounts(purpose, reading);
    }
    tokens(draft, reading);
    for webhook in &draft.webhook {
        webhook_out::check(webhook, reading);
    }
    for carrier in &draft.carrier {
        carrier::check(carrier, reading);
    }
    sources(draft, reading);
    vouch::check(draft, reading);
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
        recheck::templates(verifier, reading);
        let Verifier::Persona(persona) = verifier else { continue };
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

/// `strict` compares dates of birth: without an attribute that holds one nobody would ever pass. A vendor that keeps none can
/// tell nobody from a namesake.
fn birth_date(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    let Some(directory) = &purpose.directory else {
        return;
    };
    let name = &directory.get_ref().0;
    let known = connector(draft, name).map(|connector| connector.table().birth_dates());
    // One that did not fit was noted already, and is none that is missing.
    let unfit = format!("connector {name:?} · birth_date_attribute");
    let noted = reading.faults.iter().any(|(_, fault)| fault.place == unfit);
    if known == Some(BirthDates::Nobody) {
        reading.note(
            directory.span(),
            format!("purpose {:?} · directory", purpose.name.get_ref().0),
            &format!("connector {name:?} is called and knows no accounts"),
            Some("name the connector whose directory holds them, and this one in the plan"),
        );
    } else if known == Some(BirthDates::Never) {
        reading.note(
            directory.span(),
            format!("purpose {:?} · directory", purpose.name.get_ref().0),
            &format!("connector {name:?} keeps no dates of birth: nobody could be told from a namesake"),
            Some("name the connector whose directory has them, and keep this one in the plan"),
        );
    } else if purpose.preset == Preset::Strict && known == Some(BirthDates::Unnamed) && !noted {
        reading.note(
            purpose.name.span(),
            format!("purpose {:?} · match", purpose.name.get_ref().0),
            &format!(
                "`strict` compares dates of birth, and connector {name:?} has no birth_date_attribute: nobody would pass"
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
    for (at, act) in purpose.plan.iter().enumerate() {
        let place = format!("purpose {:?} · plan {}", purpose.name.get_ref().0, at + 1);
        let span = act.span();
        let act = act.get_ref();
        options(act, &span, &place, reading);
        if let Some(connector) = connector(draft, &act.connector.get_ref().0)
            && able(connector, act, &place, reading)
        {
            bounds(connector.table(), act, &span, &place, reading);
        }
        dispensable(purpose, at, act, &place, reading);
    }
}

/// The plan goes on without a pass only if it has another.
fn dispensable(purpose: &Purpose, at: usize, act: &Act, place: &str, reading: &mut Reading<'_>) {
    let yields_pass = |act: &Act| act.action.get_ref().yields_pass();
    let mut others = purpose.plan.iter().enumerate().filter(|(other, _)| *other != at);
    if act.on_failure == OnFailure::GoOn && yields_pass(act) && !others.any(|(_, other)| yields_pass(other.get_ref())) {
        let what = "the plan would go on without its only pass, and the person would be left with nothing";
        reading.note(
            act.action.span(),
            format!("{place} · on_failure"),
            what,
            Some("write on_failure = \"stop\", or add another act that hands out a pass"),
        );
    }
}

/// What an account is found by is said once, and of connectors that have something to do.
fn accounts(purpose: &Purpose, reading: &mut Reading<'_>) {
    let label = &purpose.name.get_ref().0;
    for (at, account) in purpose.accounts.iter().enumerate() {
        let name = &account.get_ref().connector;
        let same = |other: &Spanned<Name>| other.get_ref().0 == name.get_ref().0;
        let mut earlier = purpose.accounts.iter().take(at);
        let (what, remedy) = if earlier.any(|other| same(&other.get_ref().connector)) {
            ("the connector is named twice", "name each once")
        } else if purpose.directory.as_ref().is_some_and(same) {
            let what = "this is the directory: the accounts are found there by what the person types";
            (what, "take it out")
        } else if purpose.plan.iter().all(|act| !same(&act.get_ref().connector)) {
            (
                "the plan does nothing there",
                "take it out, or add a [[purpose.plan]] for it",
            )
        } else {
            continue;
        };
        let place = format!("purpose {label:?} · accounts {} · connector", at + 1);
        reading.note(name.span(), place, what, Some(remedy));
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
fn able(connector: &Connector, act: &Act, place: &str, reading: &mut Reading<'_>) -> bool {
    let abilities = connector.abilities();
    let wanted = ability(*act.action.get_ref());
    if abilities.contains(&wanted) {
        return true;
    }
    let can: Vec<&str> = abilities.iter().map(|ability| ability.word()).collect();
    let remedy = match connector.table().lacks(wanted) {
        Some(lacking) => format!("{lacking}; without, it can: {}", can.join(", ")),
        None => format!("it can: {}", can.join(", ")),
    };
    reading.note(
        act.action.span(),
        format!("{place} · action"),
        &format!("connector {:?} cannot `{wanted}`", act.connector.get_ref().0),
        Some(&remedy),
    );
    false
}

fn ability(word: ActionWord) -> Ability {
    match word {
        ActionWord::TemporaryPassword => Ability::TemporaryPassword,
        ActionWord::TemporaryAccessPass => Ability::TemporaryAccessPass,
        ActionWord::RevokeSessions => Ability::RevokeSessions,
        ActionWord::RemoveMethods => Ability::RemoveMethods,
        ActionWord::Call => Ability::Call,
        ActionWord::ResetLink => Ability::ResetLink,
        ActionWord::TemporaryAccessCode => Ability::TemporaryAccessCode,
        ActionWord::Unlock => Ability::Unlock,
        ActionWord::ResetFactors => Ability::ResetFactors,
        ActionWord::Suspend => Ability::Suspend,
        ActionWord::Unsuspend => Ability::Unsuspend,
        ActionWord::BypassCode => Ability::BypassCode,
        ActionWord::EnrolmentLink => Ability::EnrolmentLink,
        ActionWord::ActivationLink => Ability::ActivationLink,
        ActionWord::RemoveDevices => Ability::RemoveDevices,
    }
}

/// What each key of an act says something to.
const LASTING: &[ActionWord] = &[
    ActionWord::TemporaryAccessPass,
    ActionWord::TemporaryAccessCode,
    ActionWord::BypassCode,
    ActionWord::ActivationLink,
];
const ONCE: &[ActionWord] = &[ActionWord::TemporaryAccessPass, ActionWord::TemporaryAccessCode];
const NAMED: &[ActionWord] = &[ActionWord::Call];
const OF_KINDS: &[ActionWord] = &[
    ActionWord::RemoveMethods,
    ActionWord::ResetFactors,
    ActionWord::RemoveDevices,
];

fn options(act: &Act, span: &Range<usize>, place: &str, reading: &mut Reading<'_>) {
    let action = *act.action.get_ref();
    let foreign = [
        ("lifetime_minutes", act.lifetime_minutes.is_some(), LASTING),
        ("one_time", act.one_time.is_some(), ONCE),
        ("kinds", act.kinds.is_some(), OF_KINDS),
        ("name", act.name.is_some(), NAMED),
    ];
    for (key, given, fits) in foreign {
        if given && !fits.contains(&action) {
            let what = format!("`{key}` says nothing to `{}`", ability(action));
            let fits: Vec<String> = fits.iter().map(|word| format!("`{}`", ability(*word))).collect();
            reading.note(
                span.clone(),
                format!("{place} · {key}"),
                &what,
                Some(&format!("it belongs to {}", fits.join(", "))),
            );
        }
    }
    unnamed(act, place, span.clone(), reading);
    let is_empty = act.kinds.as_ref().is_some_and(Vec::is_empty);
    let (what, remedy) = match action {
        ActionWord::RemoveMethods if is_empty || act.kinds.is_none() => (
            "which methods to remove is not said",
            "name the kinds, e.g. kinds = [\"phone\", \"authenticator_app\"]",
        ),
        ActionWord::RemoveDevices if is_empty || act.kinds.is_none() => (
            "which devices to remove is not said",
            "name the kinds, e.g. kinds = [\"phone\", \"token\"]",
        ),
        ActionWord::ResetFactors if is_empty => {
            ("no kind of factor is named", "name some, or take `kinds` out for all")
        }
        _ => return,
    };
    reading.note(span.clone(), format!("{place} · kinds"), what, Some(remedy));
}

/// The words and numbers of an act must be among those that its connector takes.
fn bounds(table: &dyn Table, act: &Act, span: &Range<usize>, place: &str, reading: &mut Reading<'_>) {
    let action = *act.action.get_ref();
    let ability = ability(action);
    let range = table.minutes(ability);
    let minutes = act.lifetime_minutes.filter(|_| LASTING.contains(&action));
    if let Some(minutes) = minutes.filter(|minutes| !range.contains(&minutes.0)) {
        reading.note(
            span.clone(),
            format!("{place} · lifetime_minutes"),
            &format!("{} is out of range", minutes.0),
            Some(&format!(
                "`{ability}` takes {} to {} minutes",
                range.start(),
                range.end()
            )),
        );
    }
    let known: Vec<String> = table.kinds(ability).into_iter().map(ToOwned::to_owned).collect();
    let named = act.kinds.iter().flatten().filter(|_| OF_KINDS.contains(&action));
    for kind in named.filter(|kind| !known.contains(&kind.0)) {
        let remedy = match nearest(&kind.0, &known) {
            Some(guess) => format!("did you mean {guess:?}? there are: {}", known.join(", ")),
            None => format!("there are: {}", known.join(", ")),
        };
        reading.note(
            span.clone(),
            format!("{place} · kinds"),
            &format!("connector {:?} knows no kind {:?}", act.connector.get_ref().0, kind.0),
            Some(&remedy),
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
    saml::check(draft, reading);
}

/// An act that calls must say what for.
fn unnamed(act: &Act, place: &str, span: Range<usize>, reading: &mut Reading<'_>) {
    let called = *act.action.get_ref() == ActionWord::Call && act.name.is_none();
    // The act's own name labels it where it was read; a name that did not fit was noted already.
    let start = place.rsplit_once(' ').map_or(place, |(start, _)| start);
    let is_name = |place: &str| place.starts_with(start) && place.ends_with(" · name");
    if called && !reading.faults.iter().any(|(_, fault)| is_name(&fault.place)) {
        reading.note(
            span,
            format!("{place} · name"),
            "what it is called for is not said",
            Some("name it as the company's system knows it, e.g. name = \"order_laptop\""),
        );
    }
}
