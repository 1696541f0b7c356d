//! What Entra wants to hear about the check: the `claims` parameter (OpenID Connect Core §5.5), its `acr` and its `amr`.
//!
//! Entra.md §1.7. `acr` names the kinds of factor that are still acceptable, `amr` the means. Entra takes exactly a value
//! that it asked for: a narrower one that is as true is refused there (AADSTS5001258).

use serde_json::{Map, Value};

use crate::provider::json;
use doorward_contract::CheckName;

/// A means of proving oneself that can be named to Entra.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The face, compared with a document or an earlier picture: something one is.
    Face,
}

impl Method {
    /// The means that these checks are, if Entra has a word for them.
    pub fn of(checks: &[CheckName]) -> Option<Self> {
        checks.contains(&CheckName::FaceMatch).then_some(Self::Face)
    }

    /// Its word in `amr` (RFC 8176 §2).
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Face => "face",
        }
    }

    /// The values of `acr` that it satisfies.
    const fn acrs(self) -> &'static [&'static str] {
        match self {
            Self::Face => &[
                "possessionorinherence",
                "knowledgeorinherence",
                "knowledgeorpossessionorinherence",
                "inherence",
            ],
        }
    }
}

/// The `acr` to answer with, to the letter: the first one offered that the means satisfies, if its `amr` is asked for too.
pub(super) fn choose(claims: &str, method: Method) -> Option<String> {
    let claims = json::read_object(claims.as_bytes())?;
    let wanted = claims.get("id_token")?.as_object()?;
    if !offered(wanted, "amr").any(|amr| amr == method.amr()) {
        return None;
    }
    offered(wanted, "acr")
        .find(|acr| method.acrs().contains(acr))
        .map(ToOwned::to_owned)
}

/// The values that would do for a claim, the best first: `values`, or a single `value`.
fn offered<'c>(wanted: &'c Map<String, Value>, claim: &str) -> impl Iterator<Item = &'c str> {
    let claim = wanted.get(claim);
    let one = claim.and_then(|claim| claim.get("value"));
    let several = claim.and_then(|claim| claim.get("values")).and_then(Value::as_array);
    one.into_iter()
        .chain(several.into_iter().flatten())
        .filter_map(Value::as_str)
}
