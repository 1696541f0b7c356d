//! Whom somebody reports to: for whoever has to agree to a recovery.
//!
//! Follows "List manager" (<https://learn.microsoft.com/en-us/graph/api/user-list-manager>, August 2026; `User.Read.All`, 404
//! where there is none).

use doorward_contract::{AccountId, Colleague, VendorError};
use uuid::Uuid;

use crate::Graph;
use crate::client::Call;
use crate::guard::below;
use crate::wire::User;

impl Graph {
    pub(crate) async fn superior(&self, id: &AccountId) -> Result<Option<Colleague>, VendorError> {
        let Ok(id) = Uuid::try_parse(&id.0) else {
            return Ok(None);
        };
        let call = Call::Read(below(id, &["manager"]));
        let query = [("$select", "id,userPrincipalName,mail")];
        let manager: User = match self.client.call(call, &query).await {
            Ok(answer) => answer.json()?,
            Err(VendorError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Colleague {
            id: AccountId(manager.id.to_string()),
            // Contacts can be managers too, and sign in nowhere.
            login: manager.user_principal_name.unwrap_or_default(),
            email: manager.mail,
        }))
    }
}
