//! How the imitated sign-in asks, and in which ways it lies about it. Changed at run time by tests and at
//! `POST /_lab/external-mfa/options`.

use serde::{Deserialize, Serialize};

/// Asked for after a password: something held, or a biometric.
const AFTER_A_PASSWORD: &str = "possessionorinherence";
/// What the vendor's reference lists for `amr`.
const METHODS: [&str; 13] = [
    "face", "fido", "fpt", "hwk", "iris", "otp", "pop", "retina", "sc", "sms", "swk", "tel", "vbm",
];

/// How the next sign-ins ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The values of `acr` that would do.
    pub acr: Vec<String>,
    /// The values of `amr` that would do.
    pub amr: Vec<String>,
    /// What is sent as `state`.
    pub state: SentState,
    /// What is not as the vendor does it. Several may be told at once.
    pub lies: Vec<Lie>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            acr: vec![AFTER_A_PASSWORD.to_owned()],
            amr: METHODS.map(ToOwned::to_owned).to_vec(),
            state: SentState::Fresh,
            lies: Vec::new(),
        }
    }
}

impl Options {
    /// As usual, but for one lie.
    pub fn lying(lie: Lie) -> Self {
        Self {
            lies: vec![lie],
            ..Self::default()
        }
    }

    pub(super) fn tells(&self, lie: Lie) -> bool {
        self.lies.contains(&lie)
    }
}

/// What is sent as `state`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentState {
    /// A long text that nobody can guess.
    #[default]
    Fresh,
    /// None at all; the answer must carry none either.
    Omitted,
    /// This very text.
    Exactly(String),
}

/// One way in which a request is forged or broken. All but [`ExpiredLongAgo`](Self::ExpiredLongAgo) must be refused
/// without anything being posted back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    /// The hint is about another tenant, signed with the true key: all tenants share the keys.
    OtherTenant,
    /// `iss` is ours, `tid` is another tenant's.
    OtherTid,
    /// The host in `iss` only begins like the authority's.
    LookAlikeIssuer,
    /// `aud` is another application.
    OtherAudience,
    /// `alg` is `none`, and there is no signature.
    Unsigned,
    /// HS256, with the public key as secret.
    PublicKeyAsSecret,
    /// The key is unpublished, and so is its `kid`.
    UnknownKid,
    /// The `kid` is published, the signature is another key's.
    OtherKey,
    /// Minted an hour ago.
    OldHint,
    /// Minted an hour from now.
    FutureHint,
    /// Minted now, with an `exp` of yesterday. Honest in its way: hints come expired, and this one is to be accepted.
    ExpiredLongAgo,
    /// The nonce is that of the sign-in before.
    ReplayedNonce,
    /// `redirect_uri` is that of another cloud.
    OtherCloud,
    /// `redirect_uri` ends in a slash.
    TrailingSlash,
    /// `redirect_uri` goes on below the true path.
    ExtraPath,
    /// `redirect_uri` has its host in capitals; the scheme where the host is an address.
    UpperCaseHost,
}

impl Lie {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::OtherTenant,
        Self::OtherTid,
        Self::LookAlikeIssuer,
        Self::OtherAudience,
        Self::Unsigned,
        Self::PublicKeyAsSecret,
        Self::UnknownKid,
        Self::OtherKey,
        Self::OldHint,
        Self::FutureHint,
        Self::ExpiredLongAgo,
        Self::ReplayedNonce,
        Self::OtherCloud,
        Self::TrailingSlash,
        Self::ExtraPath,
        Self::UpperCaseHost,
    ];
}
