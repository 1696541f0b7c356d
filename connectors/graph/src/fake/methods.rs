//! Registered sign-in methods: listed all together, deleted each from its own collection.
//!
//! After "Authentication methods overview" (<https://learn.microsoft.com/en-us/graph/api/resources/authenticationmethods-overview>,
//! August 2026). The order that deletions need was reported by users, not documented
//! (<https://learn.microsoft.com/en-us/answers/questions/1337439>).

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::rights::{KINDS, READ_METHODS};
use super::state::Method;
use super::tap::{TYPE, describe};
use super::{Desk, written};

const PASSWORD: Uuid = uuid!("28c10230-6103-485e-b985-444c60001490");
const MOBILE: Uuid = uuid!("3179e48a-750b-4051-897c-87b9720928f7");
const ALTERNATE: Uuid = uuid!("b6332ec1-7057-4abe-9331-3d72feddfe41");
const OFFICE: Uuid = uuid!("e37fc753-ff3b-4958-9484-eaa9425c82bc");

impl Desk<'_> {
    pub(super) fn list_methods(&self, call: &Call, key: &str) -> Answered {
        call.needs(READ_METHODS)?;
        let id = self.subject(key)?;
        let account = self.state.account(id).ok_or_else(|| Fault::missing(key))?;
        let mut list = vec![json!({
            "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
            "id": PASSWORD, "password": null, "createdDateTime": written(account.password_changed_at),
        })];
        list.extend(account.person.methods.iter().map(shown));
        if let Some(tap) = &account.tap {
            let mut pass = describe(tap, self.state.tap_policy, self.now);
            if let Value::Object(members) = &mut pass {
                members.insert("@odata.type".into(), json!(TYPE));
            }
            list.push(pass);
        }
        let context = self.context(&format!("users('{key}')/authentication/methods"));
        Ok(Reply::ok(json!({ "@odata.context": context, "value": list })))
    }

    pub(super) fn delete_method(&mut self, call: &Call, key: &str, collection: &str, id: &str) -> Answered {
        if collection == "passwordMethods" {
            return Err(Fault::method());
        }
        let kind = KINDS.iter().find(|kind| kind.collection == collection);
        let kind = kind.ok_or_else(|| Fault::segment(collection))?;
        call.needs(kind.delete)?;
        let subject = self.subject(key)?;
        let account = self.state.account_mut(subject).ok_or_else(|| Fault::missing(key))?;
        let methods = &mut account.person.methods;
        let at = methods
            .iter()
            .position(|method| Uuid::parse_str(id) == Ok(method.id) && method.kind == kind.word)
            .ok_or_else(|| Fault::missing(id))?;
        let is_default = methods.get(at).is_some_and(|method| method.default);
        if is_default && methods.len() > 1 {
            return Err(Fault::bad_method(
                "Cannot delete the default method with other methods configured.",
            ));
        }
        let is_mobile = methods.get(at).is_some_and(|method| method.id == MOBILE);
        if is_mobile && methods.iter().any(|method| method.id == ALTERNATE) {
            return Err(Fault::bad_method(
                "Cannot delete the mobile phone while an alternate mobile phone is configured.",
            ));
        }
        methods.remove(at);
        Ok(Reply::empty())
    }
}

fn shown(method: &Method) -> Value {
    let mut shown = json!({ "@odata.type": format!("#microsoft.graph.{}", method.kind), "id": method.id });
    let phone = match method.id {
        MOBILE => Some("mobile"),
        ALTERNATE => Some("alternateMobile"),
        OFFICE => Some("office"),
        _ => None,
    };
    if let (Some(phone), Value::Object(members)) = (phone, &mut shown) {
        members.insert("phoneType".into(), json!(phone));
    }
    shown
}
