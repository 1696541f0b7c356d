//! Where somebody can be reached besides the mailbox that they may have lost: for the link that an agent sends.
//!
//! Follows "Okta user profile" (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/>, August 2026):
//! `secondEmail`, `mobilePhone` (free text) and `email`. In most orgs people may change the first two themselves, which is
//! why a link alone opens nothing.

use doorward_contract::{AccountId, Contact, VendorError};

use crate::Okta;
use crate::settings::is_id;

impl Okta {
    pub(crate) async fn reachable_at(&self, id: &AccountId) -> Result<Vec<Contact>, VendorError> {
        if !is_id(&id.0) {
            return Ok(Vec::new());
        }
        let Some(user) = self.known(&id.0).await? else {
            return Ok(Vec::new());
        };
        let mut contacts: Vec<_> = user.text("secondEmail").and_then(Contact::mail).into_iter().collect();
        contacts.extend(user.text("mobilePhone").and_then(Contact::phone));
        let work = user.text("email").and_then(Contact::mail);
        Ok(Contact::beside_own(contacts, work))
    }
}
