//! What the short check needs, a face held against an earlier check: a template for it, somebody in a hurry, and a face in the
//! earlier check that a document vouched for.

use super::Draft;
use super::purpose::{Purpose, Required};
use super::read::Reading;
use super::source::Source;
use super::verifier::Verifier;

/// Checks the templates of a verifier against each other.
pub(super) fn templates(verifier: &Verifier, reading: &mut Reading<'_>) {
    let Verifier::Persona(persona) = verifier else { return };
    let place = |key: &str| format!("verifier {:?} · {key}", persona.name.get_ref().0);
    let (short, version) = (&persona.recheck_template, &persona.recheck_template_version);
    if short.as_ref() == Some(&persona.template) {
        reading.note(
            persona.name.span(),
            place("recheck_template"),
            "it is the template of the full check",
            Some("make a second template at Persona, with a selfie and no document"),
        );
    }
    if short.is_none() && version.is_some() {
        reading.note(
            persona.name.span(),
            place("recheck_template_version"),
            "there is no recheck_template that it could be a version of",
            Some("set recheck_template, or take the version out"),
        );
    }
}

/// Checks that a purpose with `recheck` can have it.
pub(super) fn check(draft: &Draft, purpose: &Purpose, reading: &mut Reading<'_>) {
    if purpose.recheck.is_none() {
        return;
    }
    let mut note = |what: &str, remedy: &str| {
        let place = format!("purpose {:?} · recheck", purpose.name.get_ref().0);
        reading.note(purpose.name.span(), place, what, Some(remedy));
    };
    let name = &purpose.verifier.get_ref().0;
    let verifier = draft.verifier.iter().find(|known| known.name().get_ref().0 == *name);
    if let Some(Verifier::Persona(persona)) = verifier
        && persona.recheck_template.is_none()
    {
        note(
            &format!("verifier {name:?} has no recheck_template"),
            "set recheck_template there, or take recheck out",
        );
    }
    if matches!(verifier, Some(Verifier::Builtin(_))) {
        note(
            &format!("verifier {name:?} keeps no face that another could be held against"),
            "take recheck out, or name another verifier",
        );
    }
    let sources: Vec<&Source> = draft
        .source
        .iter()
        .filter(|source| {
            purpose
                .sources
                .iter()
                .any(|name| *name.get_ref() == *source.name().get_ref())
        })
        .collect();
    // A name that names nothing was noted already.
    let all_known = sources.len() == purpose.sources.len();
    if all_known && !sources.iter().any(|source| matches!(source, Source::Entra(_))) {
        note(
            "nobody but Entra sends people who have little time, and none of its sources is of that kind",
            "take recheck out",
        );
    }
    let faces = [Required::Selfie, Required::FaceMatch];
    if !faces.iter().all(|face| purpose.required.contains(face)) {
        note(
            "a full check would leave no face that its document vouches for",
            "require selfie and face_match, or take recheck out",
        );
    }
}
