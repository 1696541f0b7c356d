//! Two links: one to register a first device, one to make a known phone work again.
//!
//! Follows "Auth API: /preauth" (<https://duo.com/docs/authapi#/preauth>) and "Admin API: Create Activation URL"
//! (<https://duo.com/docs/adminapi#create-activation-url>), August 2026. Duo shows neither link afterwards nor takes one
//! back. A lost enrolment link is waited out; a lost activation link is replaced by the next, for a phone has one
//! activation at a time.

use std::ops::RangeInclusive;
use std::time::Duration;

use doorward_contract::connector::minutes;
use doorward_contract::{Account, Action, PassKind, Prepared, Receipt, Reconciled, Timestamp, VendorError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::Duo;
use crate::actions::clamped;
use crate::client::Call;
use crate::reply::{Fault, INVALID};
use crate::settings::is_safe;
use crate::wire::{Activation, Phone, Preauth};

pub(crate) const PREAUTH: &str = "auth/v2/preauth";
pub(crate) const PHONES: &str = "admin/v1/users/{}/phones";
const PHONE: &str = "admin/v1/phones/{}";
const ACTIVATION: &str = "admin/v1/phones/{}/activation_url";
/// How long the vendor's enrolment page waits.
const PORTAL: Duration = Duration::from_mins(5);
/// The person has the phone at hand; a day is the vendor's own default.
const SHORTEST: u32 = 5;
const LONGEST: u32 = 1_440;
/// Minutes that an activation link may be wished to last.
pub const LINK_MINUTES: RangeInclusive<u32> = SHORTEST..=LONGEST;
const DEFAULT: u32 = 60;

/// Clamps the wish.
pub(crate) fn foresee(wish: Option<u32>) -> Prepared {
    let (lifetime, mut notes) = clamped(wish, SHORTEST, LONGEST, DEFAULT);
    notes.push("Duo Mobile on the phone stops working for this user until it is activated again".to_owned());
    Prepared {
        action: Action::ActivationLink {
            lifetime_minutes: Some(lifetime),
        },
        notes,
    }
}

impl Duo {
    /// Asks what Duo would do with this user; for one without a device that is a page to register one.
    pub(crate) async fn enrol(&self, account: &Account, id: &str) -> Result<Receipt, VendorError> {
        let auth = self.auth()?;
        let told: Preauth = auth.call(&Call::post(PREAUTH, &[]).with("user_id", id)).await?;
        let why = match told.result.as_str() {
            "enroll" => {
                let link = told
                    .enroll_portal_url
                    .filter(leads_somewhere_safe)
                    .ok_or_else(|| untold("an enrolment link"))?;
                return Ok(Receipt {
                    pass: Some(self.pass(account, PassKind::EnrolmentLink, link, PORTAL)),
                    ..self.receipt(json!({ "account": id, "valid_secs": PORTAL.as_secs() }))
                });
            }
            "auth" => "it has devices already: an activation link or a bypass code would fit",
            "allow" => {
                "the Auth API application lets users without a device in: set its new user policy to require enrolment"
            }
            "deny" => {
                "Duo denies the user: it is locked out or disabled, or the application's policy forbids enrolment"
            }
            _ => {
                return Err(VendorError::Unexpected {
                    why: "Duo's answer to a preauth is none that it documents".into(),
                });
            }
        };
        Err(VendorError::Unfit { why: why.to_owned() })
    }

    /// Nobody has a lost link, and it cannot be taken back: it is over when it is over.
    pub(crate) fn lost_enrolment(&self, intended_at: Timestamp) -> Reconciled {
        let over_at = intended_at.plus(PORTAL);
        let now = self.clock.now();
        if now < over_at {
            Reconciled::Later(over_at.since(now))
        } else {
            Reconciled::NotDone
        }
    }

    /// The one phone that can be activated, and that is nobody else's.
    pub(crate) async fn phone_snapshot(&self, id: &str) -> Result<Value, VendorError> {
        let phones: Vec<Phone> = self.admin.all(PHONES, &[id]).await?;
        let mut fit = phones.into_iter().filter(can_be_activated);
        let phone = match (fit.next(), fit.next()) {
            (Some(phone), None) => phone,
            (None, _) => {
                return unfit("it has no phone of a known kind: an enrolment link or a bypass code would fit");
            }
            _ => return unfit("it has several phones and Doorward does not choose: remove the lost ones first"),
        };
        let whole: Phone = self.admin.call(&Call::get(PHONE, &[&phone.phone_id])).await?;
        match whole.users {
            Some(users) if users.iter().all(|user| user.user_id == id) => {}
            Some(_) => {
                return unfit("its phone is another user's as well, who would lose it: an administrator has to decide");
            }
            None => {
                return Err(VendorError::Unexpected {
                    why: "Duo does not say whose the phone is".into(),
                });
            }
        }
        Ok(json!({ "phone": phone.phone_id, "activated": phone.activated }))
    }

    pub(crate) async fn activate(
        &self,
        account: &Account,
        wish: Option<u32>,
        seen: &Value,
    ) -> Result<Receipt, VendorError> {
        let phone = seen
            .get("phone")
            .and_then(Value::as_str)
            .ok_or_else(|| VendorError::Unexpected {
                why: "the intent to activate a phone names none".into(),
            })?;
        let lasts = minutes(clamped(wish, SHORTEST, LONGEST, DEFAULT).0);
        let call = Call::post(ACTIVATION, &[phone])
            .with("install", "0")
            .with("valid_secs", lasts.as_secs().to_string());
        let answer = self.admin.raw(&call).await?;
        if Fault::of(&answer).code == INVALID {
            return unfit("Duo cannot activate the phone (40002): its type or platform is unknown");
        }
        let made: Activation = self.admin.open(&answer)?.response;
        if !leads_somewhere_safe(&made.activation_url) {
            return Err(untold("an activation link"));
        }
        let lasts = made.valid_secs.map_or(lasts, Duration::from_secs);
        Ok(Receipt {
            pass: Some(self.pass(account, PassKind::ActivationLink, made.activation_url, lasts)),
            ..self.receipt(json!({ "account": account.id, "phone": phone, "valid_secs": lasts.as_secs() }))
        })
    }

    /// Whether a link was made cannot be read. Nobody has it, and the next one takes its place.
    #[expect(clippy::unused_self, reason = "one form for every act")]
    pub(crate) fn lost_activation(&self) -> Reconciled {
        tracing::info!("the answer to an activation link was lost; the next one replaces it");
        Reconciled::NotDone
    }
}

/// The vendor refuses phones of an unknown type or platform.
pub(crate) fn can_be_activated(phone: &Phone) -> bool {
    let is =
        |text: &Option<String>, wanted: &str| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    let platform = phone.platform.as_deref().unwrap_or_default();
    is(&phone.kind, "mobile") && !platform.is_empty() && !platform.eq_ignore_ascii_case("unknown")
}

fn leads_somewhere_safe(link: &SecretString) -> bool {
    Url::parse(link.expose_secret()).is_ok_and(|url| is_safe(&url))
}

fn untold(what: &str) -> VendorError {
    VendorError::Unexpected {
        why: format!("{what} was made, and what came is no address that can be given to a person"),
    }
}

fn unfit<T>(why: &str) -> Result<T, VendorError> {
    Err(VendorError::Unfit { why: why.to_owned() })
}
