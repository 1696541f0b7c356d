//! `id_token_hint`: Entra's word on who is being sent, checked in the order of entra.md §1.5.

use std::time::Duration;

use doorward_contract::{Timestamp, VendorError};
use serde::Deserialize;
use uuid::Uuid;

use super::{Authority, Tenant};
use crate::crypto::signing::Alg;
use crate::provider::jose::{self, Audience, Rules, Typ, Unproven};
use crate::provider::moment::Moment;

/// How old a hint may be, and how far ahead of us its maker's clock. Entra mints it as it sends the person; its `exp` is
/// past by then already (the reference's own sample) and says nothing.
pub(super) const OLDEST: Duration = Duration::from_secs(5 * 60);
/// The other end of it.
pub(super) const EARLIEST: Duration = Duration::from_secs(2 * 60);
/// The longest `sub`: OpenID Connect Core §2 has 255 characters.
const LONGEST_SUBJECT: usize = 255;

/// Who is being sent. Personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Hint {
    /// The account's object id: what the case is bound to, together with the tenant.
    pub oid: Uuid,
    /// The tenant.
    pub tid: Uuid,
    /// Given back in the answer, and used for nothing else.
    pub sub: String,
    /// What the person is called there; never a key.
    pub name: Option<String>,
    /// What the person signs in with there; never a key.
    pub preferred_username: Option<String>,
}

impl std::fmt::Debug for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hint").field("tid", &self.tid).finish_non_exhaustive()
    }
}

/// What is wrong with a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no statement of anybody whose key we were told.
    Statement(jose::Fault),
    /// It names no key.
    Nameless,
    /// It comes from another tenant or another authority.
    Maker,
    /// Entra's keys cannot be read: whether it is genuine cannot be said.
    Unreachable(VendorError),
    /// It is meant for somebody else.
    Audience,
    /// It was made too long ago.
    Old,
    /// It was made in the future.
    Early,
    /// It lacks who it is about.
    Nobody,
}

impl Fault {
    /// In our own words, for the record.
    pub fn why(&self) -> &'static str {
        match self {
            Self::Statement(fault) => fault.why(),
            Self::Nameless => "no kid in header",
            Self::Maker => "hint of another tenant or authority",
            Self::Unreachable(_) => "keys of the authority out of reach",
            Self::Audience => "hint for somebody else",
            Self::Old => "hint too old",
            Self::Early => "hint from the future",
            Self::Nobody => "hint without a person",
        }
    }
}

impl From<jose::Fault> for Fault {
    fn from(fault: jose::Fault) -> Self {
        Self::Statement(fault)
    }
}

/// What a hint says, as far as it is looked at. `exp` is not among it on purpose.
#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    iat: Moment,
    #[serde(default)]
    nbf: Option<Moment>,
    oid: Uuid,
    tid: Uuid,
    sub: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    preferred_username: Option<String>,
}

/// Checks a hint for one tenant.
pub(super) async fn check(text: &str, tenant: &Tenant, authority: &Authority, now: Timestamp) -> Result<Hint, Fault> {
    // 1. RS256 and nothing else; `none`, HMACs and RSA-PSS do not exist here. It names its key.
    let rules = Rules {
        algs: &[Alg::Rs256],
        typ: Typ::OneOfOrAbsent(&["JWT"]),
    };
    let unproven = Unproven::read(text, &rules)?;
    let kid = unproven.kid().ok_or(Fault::Nameless)?.to_owned();
    // 2. Its maker, by exact comparison: a look-alike host ends here, and nothing is fetched for it.
    let issuer = tenant.hint_issuer();
    if unproven.hint("iss") != Some(&issuer) || unproven.hint("tid") != Some(&tenant.tenant.to_string()) {
        return Err(Fault::Maker);
    }
    // 3. The signature, with the keys of the authority in the settings.
    let keys = authority.keys(&kid).await.map_err(Fault::Unreachable)?;
    let claims: Claims = unproven.prove(&keys)?.claims()?;
    // 4. Meant for us. Microsoft's text says the client id, its sample the application's: either of this tenant's two.
    let app_id = tenant.app_id.to_string();
    if !claims.aud.only(&[&app_id, &tenant.client_id]) {
        return Err(Fault::Audience);
    }
    // 5. Fresh by when it was made. `exp` is not enforced.
    for made in [Some(claims.iat), claims.nbf].into_iter().flatten() {
        if made.0 < now.minus(OLDEST) {
            return Err(Fault::Old);
        }
        if made.0 > now.plus(EARLIEST) {
            return Err(Fault::Early);
        }
    }
    // 6. Whom it is about.
    if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT || claims.oid.is_nil() {
        return Err(Fault::Nobody);
    }
    Ok(Hint {
        oid: claims.oid,
        tid: claims.tid,
        sub: claims.sub,
        name: claims.name,
        preferred_username: claims.preferred_username,
    })
}
