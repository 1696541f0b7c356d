//! Whom somebody reports to, and which of some groups they belong to: for whoever has to agree to a recovery.
//!
//! Follows "Okta user profile" (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/>, August 2026):
//! `managerId` and `manager` are free text. What they hold is taken for somebody only if it is an id or a login of exactly one
//! person; anything else is not known.

use doorward_contract::{AccountId, Colleague, VendorError};

use crate::Okta;
use crate::client::Call;
use crate::settings::is_id;
use crate::wire::{Known, User};

impl Okta {
    pub(crate) async fn superior(&self, id: &AccountId) -> Result<Option<Colleague>, VendorError> {
        if !is_id(&id.0) {
            return Ok(None);
        }
        let user = self.user(&id.0).await?;
        for name in ["managerId", "manager"] {
            let Some(text) = user.text(name) else { continue };
            if let Some(manager) = self.somebody(text).await? {
                return Ok(Some(colleague(&manager)));
            }
        }
        Ok(None)
    }

    async fn somebody(&self, text: &str) -> Result<Option<User>, VendorError> {
        if is_id(text)
            && let Some(user) = self.known(text).await?
        {
            return Ok(Some(user));
        }
        match self.by_login(text).await {
            Err(VendorError::Ambiguous) => Ok(None),
            other => other,
        }
    }

    pub(crate) async fn among(&self, id: &AccountId, groups: &[String]) -> Result<Vec<String>, VendorError> {
        if !is_id(&id.0) {
            return Ok(groups.to_vec());
        }
        let held: Vec<Known> = self.client.all(Call::get("api/v1/users/{}/groups", &[&id.0])).await?;
        let is_held = |group: &&String| held.iter().any(|known| known.id == **group);
        Ok(groups.iter().filter(is_held).cloned().collect())
    }
}

fn colleague(user: &User) -> Colleague {
    Colleague {
        id: AccountId(user.id.clone()),
        login: user.text("login").unwrap_or_default().to_owned(),
        email: user.text("email").map(str::to_owned),
    }
}
