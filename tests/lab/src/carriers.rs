//! What carries messages to people in the lab, as `world.json` tells it.

use serde::{Deserialize, Serialize};

use crate::doors::{Addresses, MAIL_USER};
use crate::keys::Keys;
use crate::sheet::below;
use crate::start::SMS;

/// One carrier of the settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Carrier {
    /// Its name in the settings.
    pub name: String,
    /// `smtp` or `webhook`.
    pub kind: String,
    /// Where it takes messages.
    pub address: String,
    /// Who signs in there, where somebody does.
    pub user: Option<String>,
    /// The password, or what messages are signed with.
    pub secret: String,
}

impl Carrier {
    /// The mail server and the SMS gateway.
    pub(crate) fn all(addresses: &Addresses, keys: &Keys) -> Vec<Self> {
        let mail = Self {
            name: "mail".to_owned(),
            kind: "smtp".to_owned(),
            address: format!("smtp+plaintext://{}", addresses.mail),
            user: Some(MAIL_USER.to_owned()),
            secret: keys.mail_password.clone(),
        };
        let sms = Self {
            name: "sms".to_owned(),
            kind: "webhook".to_owned(),
            address: below(&addresses.start, SMS).into(),
            user: None,
            secret: keys.sms_secret.clone(),
        };
        vec![mail, sms]
    }
}
