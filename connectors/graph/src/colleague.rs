//! Whom somebody reports to, and which of some groups they belong to: for whoever has to agree to a recovery.
//!
//! Follows "List manager" (<https://learn.microsoft.com/en-us/graph/api/user-list-manager>, August 2026; `User.Read.All`, 404
//! where there is none) and "directoryObject: checkMemberGroups".

use doorward_contract::{AccountId, Colleague, VendorError};
use serde_json::json;
use uuid::Uuid;

use crate::Graph;
use crate::client::Call;
use crate::guard::{GROUPS_AT_ONCE, below};
use crate::wire::{Ids, User};

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

    pub(crate) async fn among(&self, id: &AccountId, groups: &[String]) -> Result<Vec<String>, VendorError> {
        let Ok(id) = Uuid::try_parse(&id.0) else {
            return Ok(groups.to_vec());
        };
        // What is no id is no group that the vendor could be asked about: it cannot be told, and that counts as a member.
        let (known, mut found): (Vec<&String>, Vec<String>) = {
            let (known, odd): (Vec<_>, Vec<_>) = groups.iter().partition(|group| Uuid::try_parse(group).is_ok());
            (known, odd.into_iter().cloned().collect())
        };
        for some in known.chunks(GROUPS_AT_ONCE) {
            let call = Call::Ask(below(id, &["checkMemberGroups"]), json!({ "groupIds": some }));
            let ids: Ids = self.client.call(call, &[]).await?.json()?;
            let is_there = |group: &&&String| Uuid::try_parse(group).is_ok_and(|group| ids.value.contains(&group));
            found.extend(some.iter().filter(is_there).map(|group| (*group).clone()));
        }
        Ok(found)
    }
}
