//! Whether an account's owner can sign in, as far as Entra shows it: the switch, and a method to begin with.
//!
//! Follows "Get user" and "Authentication methods overview"
//! (<https://learn.microsoft.com/en-us/graph/api/resources/authenticationmethods-overview>, August 2026). What may not be
//! read becomes a note. Not looked at: conditional access, risk, and whether the person knows the password.

use doorward_contract::{Account, Condition, Origin, VendorError};
use uuid::Uuid;

use crate::Graph;
use crate::actions::object_id;
use crate::client::Call;
use crate::method::KINDS;
use crate::wire::{IssuedPass, Method, User};

const PASSWORD: &str = "passwordAuthenticationMethod";
const PASS: &str = "temporaryAccessPassAuthenticationMethod";
/// Methods that a sign-in may begin with; the app and the telephone only where the tenant lets them.
const FIRST: [&str; 6] = [
    PASSWORD,
    "fido2AuthenticationMethod",
    "windowsHelloForBusinessAuthenticationMethod",
    "platformCredentialAuthenticationMethod",
    "microsoftAuthenticatorAuthenticationMethod",
    "phoneAuthenticationMethod",
];

impl Graph {
    /// Reads it.
    pub(crate) async fn look_at(&self, account: &Account) -> Result<Condition, VendorError> {
        let id = object_id(account)?;
        let mut found = Condition {
            usable: true,
            notes: Vec::new(),
        };
        let query = [("$select", "id,accountEnabled")];
        match self.client.call(Call::User(id), &query).await {
            Ok(answer) => match answer.json::<User>()?.account_enabled {
                Some(true) => {}
                Some(false) => stops(&mut found, "the account is disabled"),
                None => notes(
                    &mut found,
                    "whether the account is enabled cannot be read: grant User.Read.All",
                ),
            },
            Err(VendorError::Missing { .. }) => {
                stops(&mut found, "the account is gone");
                return Ok(found);
            }
            Err(VendorError::Refused { why }) => found.notes.push(format!("the account cannot be read: {why}")),
            Err(error) => return Err(error),
        }
        match self.client.all::<Method>(Call::Methods(id), &[]).await {
            Ok(methods) => judge(account.origin, &methods, &mut found),
            Err(VendorError::Refused { .. }) => self.look_at_passes(id, &mut found).await?,
            Err(error) => return Err(error),
        }
        Ok(found)
    }

    /// Where methods may not be read, passes may still be.
    async fn look_at_passes(&self, id: Uuid, found: &mut Condition) -> Result<(), VendorError> {
        notes(
            found,
            "sign-in methods cannot be read: grant UserAuthenticationMethod.Read.All",
        );
        match self.passes(id).await {
            Ok(passes) => {
                found.notes.extend(passes.iter().map(|pass| {
                    let IssuedPass { is_usable, .. } = pass;
                    state_of_pass(*is_usable, pass.method_usability_reason.as_deref()).to_owned()
                }));
            }
            // Nothing more is lost by it than was said already.
            Err(VendorError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// What the methods come to.
fn judge(origin: Origin, methods: &[Method], found: &mut Condition) {
    let odata = |method: &Method| method.kind.rsplit('.').next().unwrap_or_default().to_owned();
    let mut words: Vec<&str> = Vec::new();
    let mut begins = false;
    for method in methods {
        let kind = odata(method);
        if kind == PASS {
            begins |= method.is_usable == Some(true);
            let state = state_of_pass(method.is_usable, method.method_usability_reason.as_deref());
            notes(found, state);
            continue;
        }
        begins |= FIRST.contains(&kind.as_str());
        words.push(match KINDS.iter().find(|known| known.odata == kind) {
            Some(known) => known.word,
            None if kind == PASSWORD => "password",
            None => "another kind",
        });
    }
    words.sort_unstable();
    words.dedup();
    if !words.is_empty() {
        found.notes.push(format!("sign-in methods: {}", words.join(", ")));
    }
    match origin {
        Origin::Cloud if !begins => stops(
            found,
            "there is no sign-in method to begin with: a temporary access pass would help",
        ),
        Origin::Cloud => {}
        Origin::Synchronised => notes(found, "its password is that of a directory on the premises"),
        Origin::Federated => notes(found, "it signs in at another provider, which is not asked"),
    }
}

/// The vendor's reason in words of our own: theirs may be any text.
fn state_of_pass(is_usable: Option<bool>, reason: Option<&str>) -> &'static str {
    if is_usable == Some(true) {
        return "the temporary access pass can be used";
    }
    match reason.unwrap_or_default() {
        "Expired" => "the temporary access pass is over",
        "OneTimeUsed" => "the temporary access pass was used, and worked once only",
        "NotYetValid" => "the temporary access pass does not work yet",
        "DisabledByPolicy" => "the tenant's policy does not let the temporary access pass be used",
        _ => "the temporary access pass cannot be used",
    }
}

fn stops(found: &mut Condition, why: &str) {
    found.usable = false;
    notes(found, why);
}

fn notes(found: &mut Condition, what: &str) {
    found.notes.push(what.to_owned());
}
