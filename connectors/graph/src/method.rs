//! Removing sign-in methods, kind by kind.
//!
//! Follows "Authentication methods overview"
//! (<https://learn.microsoft.com/en-us/graph/api/resources/authenticationmethods-overview>, August 2026). The default
//! method cannot be removed while others remain, nor a mobile phone before the alternate one; v1.0 does not say which is
//! the default, so whatever refuses is tried again after the others. The password is never removed.

use doorward_contract::{Action, Intent, Prepared, Receipt, Reconciled, VendorError};
use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::Graph;
use crate::actions::bare;
use crate::client::Call;
use crate::reply::carried_out;
use crate::wire::Method;

/// The default method goes in the second round, a mobile phone behind it in the third.
const ROUNDS: usize = 3;
/// The fixed id of the mobile phone.
const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";

/// One kind of method that can be removed.
pub(crate) struct Kind {
    /// Our word in settings.
    pub(crate) word: &'static str,
    /// The end of `@odata.type`.
    pub(crate) odata: &'static str,
    /// The collection to delete from.
    collection: &'static str,
    /// The permission for it.
    pub(crate) right: &'static str,
    /// Whether it belongs to a device rather than to what the person carries.
    of_device: bool,
}

const fn kind(word: &'static str, odata: &'static str, collection: &'static str, right: &'static str) -> Kind {
    Kind {
        word,
        odata,
        collection,
        right,
        of_device: false,
    }
}

/// All kinds of v1.0 but the password. Hardware tokens can be removed in beta only.
pub(crate) const KINDS: &[Kind] = &[
    kind(
        "phone",
        "phoneAuthenticationMethod",
        "phoneMethods",
        "UserAuthMethod-Phone.ReadWrite.All",
    ),
    kind(
        "authenticator_app",
        "microsoftAuthenticatorAuthenticationMethod",
        "microsoftAuthenticatorMethods",
        "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
    ),
    kind(
        "passkey",
        "fido2AuthenticationMethod",
        "fido2Methods",
        "UserAuthMethod-Passkey.ReadWrite.All",
    ),
    kind(
        "software_oath",
        "softwareOathAuthenticationMethod",
        "softwareOathMethods",
        "UserAuthMethod-SoftwareOATH.ReadWrite.All",
    ),
    kind(
        "email",
        "emailAuthenticationMethod",
        "emailMethods",
        "UserAuthMethod-Email.ReadWrite.All",
    ),
    kind(
        "external",
        "externalAuthenticationMethod",
        "externalAuthenticationMethods",
        "UserAuthMethod-External.ReadWrite.All",
    ),
    kind(
        "temporary_access_pass",
        "temporaryAccessPassAuthenticationMethod",
        "temporaryAccessPassMethods",
        "UserAuthMethod-TAP.ReadWrite.All",
    ),
    Kind {
        of_device: true,
        ..kind(
            "windows_hello",
            "windowsHelloForBusinessAuthenticationMethod",
            "windowsHelloForBusinessMethods",
            "UserAuthMethod-WindowsHello.ReadWrite.All",
        )
    },
    Kind {
        of_device: true,
        ..kind(
            "platform_credential",
            "platformCredentialAuthenticationMethod",
            "platformCredentialMethods",
            "UserAuthMethod-PlatformCred.ReadWrite.All",
        )
    },
];

/// A method that shall go.
struct Doomed {
    kind: &'static Kind,
    id: String,
}

/// Refuses words that are no kind, and says what goes with a device.
pub(crate) fn foresee(words: &[String]) -> Result<Prepared, VendorError> {
    let kinds = named(words)?;
    Ok(Prepared {
        action: Action::RemoveMethods { kinds: words.to_vec() },
        notes: kinds
            .into_iter()
            .filter(|kind| kind.of_device)
            .map(|kind| {
                format!(
                    "`{}` belongs to a device: the person must set the device up again",
                    kind.word
                )
            })
            .collect(),
    })
}

fn named(words: &[String]) -> Result<Vec<&'static Kind>, VendorError> {
    if words.is_empty() {
        return Err(VendorError::Refused {
            why: "no kind of method to remove is named".into(),
        });
    }
    words
        .iter()
        .map(|word| {
            KINDS.iter().find(|kind| kind.word == word).ok_or_else(|| {
                let known: Vec<&str> = KINDS.iter().map(|kind| kind.word).collect();
                VendorError::Refused {
                    why: format!("a kind of method to remove is unknown; known are {}", known.join(", ")),
                }
            })
        })
        .collect()
}

impl Graph {
    /// How many of each kind there are.
    pub(crate) async fn plan_removal(&self, id: Uuid, words: &[String]) -> Result<Intent, VendorError> {
        let doomed = self.doomed(id, words).await?;
        let ids: Vec<&str> = doomed.iter().map(|method| method.id.as_str()).collect();
        Ok(bare(json!({ "methods": ids })))
    }

    /// Removes what can be removed until nothing is left or nothing moves.
    pub(crate) async fn remove(&self, id: Uuid, words: &[String]) -> Result<Receipt, VendorError> {
        let mut left = self.doomed(id, words).await?;
        let mut gone = Vec::new();
        for _ in 0..ROUNDS {
            let mut refused = Vec::new();
            for method in left {
                if self.delete_method(id, &method).await? {
                    gone.push(json!({ "kind": method.kind.word, "method": method.id }));
                } else {
                    refused.push(method);
                }
            }
            left = refused;
            if left.is_empty() {
                return Ok(self.receipt(json!({ "account": id, "removed": gone.len(), "methods": gone })));
            }
        }
        Err(VendorError::Unfit {
            why: format!(
                "{} methods were removed, {} are held by the account's default method: an administrator has to change it",
                gone.len(),
                left.len()
            ),
        })
    }

    /// Whether none of the kinds is left.
    pub(crate) async fn removed(&self, id: Uuid, words: &[String]) -> Result<Reconciled, VendorError> {
        if !self.doomed(id, words).await?.is_empty() {
            return Ok(Reconciled::NotDone);
        }
        Ok(Reconciled::Done(
            self.receipt(json!({ "account": id, "read_back": true })),
        ))
    }

    /// The methods of these kinds, the mobile phone last.
    async fn doomed(&self, id: Uuid, words: &[String]) -> Result<Vec<Doomed>, VendorError> {
        let kinds = named(words)?;
        let methods: Vec<Method> = self.client.all(Call::Methods(id), &[]).await?;
        let mut doomed: Vec<Doomed> = methods
            .into_iter()
            .filter_map(|method| {
                let odata = method.kind.rsplit('.').next().unwrap_or_default();
                let kind = kinds.iter().find(|kind| kind.odata == odata)?;
                Some(Doomed { kind, id: method.id })
            })
            .collect();
        doomed.sort_by_key(|method| method.id == MOBILE);
        Ok(doomed)
    }

    /// Whether it is gone; false where it cannot go yet.
    async fn delete_method(&self, id: Uuid, method: &Doomed) -> Result<bool, VendorError> {
        let id = id.to_string();
        let call = Call::delete(&["users", &id, "authentication", method.kind.collection, &method.id]);
        let answer = self.client.raw(call, &[]).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(true),
            StatusCode::BAD_REQUEST => Ok(false),
            _ => carried_out(answer).map(|_| true),
        }
    }
}
