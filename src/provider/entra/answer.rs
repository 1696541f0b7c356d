//! What Entra is answered: fields of a form that the person's browser posts (entra.md §1.6 and §1.8).

use std::time::Duration;

use doorward_contract::Timestamp;
use serde_json::json;

use super::{Asked, Entra, Tenant};
use crate::crypto;
use crate::crypto::signing::Alg;
use crate::provider::keyring;
use crate::provider::refusal::Code;
use crate::provider::signer::Signer;

/// How long an answer holds: the browser carries it at once.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// Names and values of a form.
pub type Fields = Vec<(&'static str, String)>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The key.
    #[error("there is no key to sign the answer with")]
    Keys(#[from] keyring::Error),
    /// The signature.
    #[error("the answer cannot be signed")]
    Signature(#[from] crypto::Error),
    /// The settings changed since it was asked.
    #[error("the source's settings are not those under which it was asked")]
    Moved,
}

impl Asked {
    /// That the person proved themselves, signed.
    pub fn answer(&self, tenant: &Tenant, signer: &Signer, now: Timestamp) -> Result<Fields, Unanswered> {
        // Nothing is signed for an address or a reader that the settings no longer name.
        if self.tenant != tenant.name
            || self.client_id != tenant.client_id
            || self.redirect_uri != tenant.cloud.redirect_uri()
        {
            return Err(Unanswered::Moved);
        }
        let claims = json!({
            "iss": tenant.issuer,
            "aud": self.client_id,
            "sub": self.sub,
            "nonce": self.nonce,
            "iat": now.seconds(),
            "exp": now.plus(LIFE).seconds(),
            "acr": self.acr,
            "amr": [self.amr],
        });
        let token = signer.sign_compact(&[], &claims)?;
        Ok(self.with_state(vec![("id_token", token)]))
    }

    /// That they did not. No `error_description`: none is documented.
    pub fn refuse(&self, code: Code) -> Fields {
        self.with_state(vec![("error", code.word().to_owned())])
    }

    fn with_state(&self, mut fields: Fields) -> Fields {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields
    }
}

impl Entra {
    /// The signed answer to what was asked, with the key that signs now.
    pub async fn answer(&self, asked: &Asked) -> Result<Fields, Unanswered> {
        let tenant = self.tenant(&asked.tenant).ok_or(Unanswered::Moved)?;
        let signer = self.0.keyring.signer(Alg::Rs256).await?;
        asked.answer(tenant, &signer, self.0.clock.now())
    }
}
