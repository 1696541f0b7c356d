//! The request that the person's browser posts to Doorward: its parameters, and the hint about the person.
//!
//! Parameters and claims as in the vendor's provider reference
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider>,
//! August 2026). The hint's `exp` is one second before its `iat`, as in the vendor's own sample.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_contract::Timestamp;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::SigninPerson;
use super::fault::Fault;
use super::key::{Key, Ring, unsigned};
use super::options::{Lie, Options, SentState};

/// Where answers are posted, below the authority.
pub(super) const CALLBACK: &str = "/common/federation/externalauthprovider";
/// The same place in the US government's cloud.
const OTHER_CLOUD: &str = "https://login.microsoftonline.us/common/federation/externalauthprovider";
/// How far a lie about time is off: longer than any skew.
const FAR: i64 = 3_600;
const DAY: i64 = 86_400;

/// What one request is made from.
pub(super) struct Request<'a> {
    pub(super) authority: &'a Url,
    pub(super) tenant: Uuid,
    pub(super) app_id: Uuid,
    pub(super) client_id: &'a str,
    pub(super) person: &'a SigninPerson,
    pub(super) sub: &'a str,
    pub(super) options: &'a Options,
    pub(super) now: Timestamp,
}

impl Request<'_> {
    /// The fields of the form, in the order of the vendor's table.
    pub(super) fn fields(
        &self,
        ring: &Ring,
        id: Uuid,
        nonce: &str,
        state: Option<&str>,
    ) -> Result<Vec<(String, String)>, Fault> {
        let hint = self.hint(ring)?;
        let mut fields = vec![
            ("scope", "openid".to_owned()),
            ("response_type", "id_token".to_owned()),
            ("response_mode", "form_post".to_owned()),
            ("client_id", self.client_id.to_owned()),
            ("redirect_uri", self.redirect_uri()),
            ("nonce", nonce.to_owned()),
        ];
        fields.extend(state.map(|state| ("state", state.to_owned())));
        fields.push(("id_token_hint", hint));
        fields.push(("claims", self.claims().to_string()));
        fields.push(("client-request-id", id.to_string()));
        Ok(fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect())
    }

    /// Where the answer is to be posted, or what a liar says of it.
    pub(super) fn redirect_uri(&self) -> String {
        let base = self.authority.as_str().trim_end_matches('/');
        let honest = format!("{base}{CALLBACK}");
        if self.options.tells(Lie::OtherCloud) {
            OTHER_CLOUD.to_owned()
        } else if self.options.tells(Lie::TrailingSlash) {
            format!("{honest}/")
        } else if self.options.tells(Lie::ExtraPath) {
            format!("{honest}/more")
        } else if self.options.tells(Lie::UpperCaseHost) {
            let host = self.authority.host_str().unwrap_or_default();
            let capitals = host.to_uppercase();
            if capitals == host {
                let scheme = self.authority.scheme();
                honest.replacen(scheme, &scheme.to_uppercase(), 1)
            } else {
                honest.replacen(host, &capitals, 1)
            }
        } else {
            honest
        }
    }

    fn claims(&self) -> Value {
        json!({
            "id_token": {
                "acr": { "essential": true, "values": self.options.acr },
                "amr": { "essential": true, "values": self.options.amr },
            }
        })
    }

    fn hint(&self, ring: &Ring) -> Result<String, Fault> {
        let claims = self.hint_claims();
        let key = ring.signing()?;
        if self.options.tells(Lie::Unsigned) {
            Ok(unsigned(&claims))
        } else if self.options.tells(Lie::PublicKeyAsSecret) {
            key.sign_with_public_half(&claims)
        } else if self.options.tells(Lie::UnknownKid) {
            let stranger = Key::generate()?;
            stranger.sign(stranger.kid(), &claims)
        } else if self.options.tells(Lie::OtherKey) {
            Key::generate()?.sign(key.kid(), &claims)
        } else {
            key.sign(key.kid(), &claims)
        }
    }

    fn hint_claims(&self) -> Value {
        let lies = self.options;
        let stranger = Uuid::new_v4();
        let issuing = if lies.tells(Lie::OtherTenant) {
            stranger
        } else {
            self.tenant
        };
        let tid = if lies.tells(Lie::OtherTid) { stranger } else { issuing };
        let iss = if lies.tells(Lie::LookAlikeIssuer) {
            let host = self.authority.host_str().unwrap_or_default();
            format!("{}://{host}.evil.example/{issuing}/v2.0", self.authority.scheme())
        } else {
            issuer(self.authority, &issuing.to_string())
        };
        let aud = if lies.tells(Lie::OtherAudience) {
            Uuid::new_v4()
        } else {
            self.app_id
        };
        let now = self.now.seconds();
        let minted = if lies.tells(Lie::OldHint) {
            now - FAR
        } else if lies.tells(Lie::FutureHint) {
            now + FAR
        } else {
            now
        };
        let before = if lies.tells(Lie::ExpiredLongAgo) { DAY } else { 1 };
        json!({
            "ver": "2.0",
            "iss": iss,
            "sub": self.sub,
            "aud": aud,
            "iat": minted,
            "nbf": minted,
            "exp": minted - before,
            "name": self.person.name,
            "preferred_username": self.person.login,
            "oid": self.person.oid,
            "tid": tid,
        })
    }
}

/// The issuer of a tenant's tokens; `tenant` may be the place holder of the shared discovery document.
pub(super) fn issuer(authority: &Url, tenant: &str) -> String {
    format!("{}/{tenant}/v2.0", authority.as_str().trim_end_matches('/'))
}

/// A nonce that nobody can guess.
pub(super) fn fresh_nonce() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 48]>())
}

/// The state to send.
pub(super) fn state(wanted: &SentState) -> Option<String> {
    match wanted {
        // The vendor calls it opaque and long. This one also has letters that a form must escape.
        SentState::Fresh => Some(STANDARD.encode([rand::random::<[u8; 32]>(); 18].as_flattened())),
        SentState::Omitted => None,
        SentState::Exactly(text) => Some(text.clone()),
    }
}
