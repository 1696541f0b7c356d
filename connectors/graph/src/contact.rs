//! Where somebody can be reached besides the mailbox that they may have lost: for the link that an agent sends.
//!
//! Follows the `user` resource (<https://learn.microsoft.com/en-us/graph/api/resources/user>, August 2026): `otherMails`,
//! `mobilePhone` and `mail` come with `User.Read.All`. Registered sign-in methods are left alone: reading them takes a right of
//! its own.

use doorward_contract::{AccountId, Contact, VendorError};
use uuid::Uuid;

use crate::Graph;
use crate::client::Call;
use crate::wire::Reach;

impl Graph {
    pub(crate) async fn reachable_at(&self, id: &AccountId) -> Result<Vec<Contact>, VendorError> {
        let Ok(id) = Uuid::try_parse(&id.0) else {
            return Ok(Vec::new());
        };
        let query = [("$select", "id,mail,mobilePhone,otherMails")];
        let reach: Reach = match self.client.call(Call::User(id), &query).await {
            Ok(answer) => answer.json()?,
            Err(VendorError::Missing { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let others = reach.other_mails.iter().flatten();
        let mut contacts: Vec<_> = others.filter_map(|mail| Contact::mail(mail)).collect();
        contacts.extend(reach.mobile_phone.as_deref().and_then(Contact::phone));
        let work = reach.mail.as_deref().and_then(Contact::mail);
        Ok(Contact::beside_own(contacts, work))
    }
}
