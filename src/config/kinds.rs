//! What a purpose needs depends on who opens it: people who come by themselves get a pass, a relying party that sends
//! somebody gets an answer.

use super::Draft;
use super::purpose::{Preset, Purpose};
use super::read::Reading;
use super::source::Source;

/// Checks a purpose against the kinds of its sources.
pub(super) fn check(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    let sources: Vec<&Source> = purpose
        .sources
        .iter()
        .filter_map(|name| find(draft, &name.get_ref().0))
        .collect();
    // A name that names nothing was noted already.
    if sources.len() < purpose.sources.len() || sources.is_empty() {
        return;
    }
    let relying = sources.iter().filter(|source| source.is_relying()).count();
    if relying == 0 {
        people(purpose, reading);
    } else if relying < sources.len() {
        let what = "some of its sources give people a pass, others answer a relying party";
        note(purpose, "sources", what, "make two purposes of it", reading);
    } else {
        answered(purpose, &sources, reading);
    }
    let okta_only = sources.iter().all(|source| matches!(source, Source::Okta(_)));
    if matches!(purpose.preset, Preset::Okta | Preset::OktaInsecureNamesOnly) && !okta_only {
        let what = "this preset compares what an Okta org sends, and other sources send nothing";
        note(purpose, "match", what, "use strict or names", reading);
    }
}

fn find<'d>(draft: &'d Draft, name: &str) -> Option<&'d Source> {
    draft.source.iter().find(|source| source.name().get_ref().0 == name)
}

/// People who come by themselves: an account is looked up. That something is done is [`super::refer`]'s to ask.
fn people(purpose: &Purpose, reading: &mut Reading<'_>) {
    if purpose.directory.is_none() {
        let what = "whose accounts it is about is not said";
        note(
            purpose,
            "directory",
            what,
            "name the connector whose directory holds them",
            reading,
        );
    }
}

/// Somebody waits for an answer and acts on it themselves.
fn answered(purpose: &Purpose, sources: &[&Source], reading: &mut Reading<'_>) {
    if let Some(first) = purpose.plan.first() {
        reading.note(
            first.span(),
            format!("purpose {:?} · plan", purpose.name.get_ref().0),
            "whoever sent the person is answered, and acts itself",
            Some("take the plan out"),
        );
    }
    let okta = sources
        .iter()
        .filter(|source| matches!(source, Source::Okta(_)))
        .count();
    if okta == 0 && purpose.directory.is_none() {
        let what = "whose accounts it is about is not said";
        note(
            purpose,
            "directory",
            what,
            "name the connector whose directory holds them",
            reading,
        );
    }
    if okta > 0 && okta < sources.len() {
        let what = "an Okta org sends the account's record along, the other sources do not";
        note(purpose, "sources", what, "make two purposes of it", reading);
    } else if okta > 0 && purpose.directory.is_some() {
        let what = "an Okta org sends the account's record along, and no directory is asked";
        note(purpose, "directory", what, "take it out", reading);
    }
}

fn note(purpose: &Purpose, key: &str, what: &str, remedy: &str, reading: &mut Reading<'_>) {
    let place = format!("purpose {:?} · {key}", purpose.name.get_ref().0);
    reading.note(purpose.name.span(), place, what, Some(remedy));
}
