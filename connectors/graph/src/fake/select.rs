//! What a user looks like: all selectable properties, those of the default answer, and pages of lists.
//!
//! After the `user` resource (<https://learn.microsoft.com/en-us/graph/api/resources/user>, August 2026).

use serde_json::{Map, Value, json};

use super::api::Call;
use super::reply::{Answered, Fault, Reply};
use super::rights::{READ_AUDIT, READ_USERS};
use super::state::Account;
use super::{Desk, written};

/// Without `$select`.
const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];
/// All that `User.ReadBasic.All` shows.
const BASIC: [&str; 6] = ["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"];
/// Properties that exist and that nobody in this tenant has filled in.
const UNFILLED: [&str; 13] = [
    "employeeHireDate",
    "employeeType",
    "department",
    "companyName",
    "jobTitle",
    "officeLocation",
    "preferredLanguage",
    "usageLocation",
    "onPremisesDomainName",
    "onPremisesImmutableId",
    "externalUserStateChangeDateTime",
    "ageGroup",
    "passwordPolicies",
];
/// A page unless `$top` says otherwise, and the most it may say.
const PAGE: usize = 100;
const MOST: usize = 999;

impl Desk<'_> {
    /// Every property of a user that may be selected.
    pub(super) fn profile(&self, account: &Account) -> Map<String, Value> {
        let person = &account.person;
        let primary = person.mail.iter().map(|mail| format!("SMTP:{mail}"));
        let others = person.aliases.iter().map(|alias| format!("smtp:{alias}"));
        let proxies: Vec<String> = primary.chain(others).collect();
        let local = person.upn.split(['@', '#']).next().unwrap_or_default();
        let mut profile = Map::new();
        for name in UNFILLED {
            profile.insert(name.into(), Value::Null);
        }
        let filled = json!({
            "id": person.id, "userPrincipalName": person.upn, "displayName": person.display_name,
            "givenName": person.given, "surname": person.family, "mail": person.mail, "mailNickname": local,
            "otherMails": person.other_mails, "mobilePhone": person.mobile, "proxyAddresses": proxies, "businessPhones": [], "employeeId": person.employee_id,
            "accountEnabled": person.enabled, "userType": person.user_type,
            // Null means false at the vendor.
            "onPremisesSyncEnabled": person.synchronised.then_some(true),
            "isManagementRestricted": person.management_restricted.then_some(true),
            "onPremisesSamAccountName": person.synchronised.then_some(local),
            "externalUserState": (person.user_type == "Guest").then_some("Accepted"),
            "lastPasswordChangeDateTime": written(account.password_changed_at),
            "signInSessionsValidFromDateTime": written(account.sessions_valid_from),
            // The profile is readable, the password never.
            "passwordProfile": null,
            "identities": [{
                "signInType": "userPrincipalName", "issuer": self.world.initial_domain(), "issuerAssignedId": person.upn,
            }],
        });
        if let Value::Object(filled) = filled {
            profile.extend(filled);
        }
        if let Some(name) = &self.world.birth_date_attribute {
            let date = person.birth_date.map(|date| date.format("%Y-%m-%d").to_string());
            profile.insert(name.clone(), json!(date));
        }
        profile
    }

    /// The properties that the call asked for.
    pub(super) fn shown(&self, call: &Call, account: &Account) -> Result<Map<String, Value>, Fault> {
        let all = self.profile(account);
        let is_full = call.may(READ_USERS);
        let Some(select) = call.asked("select") else {
            let visible = |name: &&str| is_full || BASIC.contains(name);
            let names = DEFAULT.iter().filter(|name| visible(name));
            return Ok(names
                .filter_map(|name| Some(((*name).to_owned(), all.get(*name)?.clone())))
                .collect());
        };
        let mut chosen = Map::new();
        for name in select.split(',').map(str::trim) {
            if name == "signInActivity" {
                call.needs(READ_AUDIT)?;
                chosen.insert(name.into(), Value::Null);
                continue;
            }
            let value = all.get(name).ok_or_else(|| no_property(name, "user"))?;
            if !is_full && !BASIC.contains(&name) {
                return Err(Fault::denied());
            }
            let is_extension = self.world.birth_date_attribute.as_deref() == Some(name);
            // An extension without a value is left out, not null.
            if !(is_extension && value.is_null()) {
                chosen.insert(name.into(), value.clone());
            }
        }
        Ok(chosen)
    }

    /// Whether reading this property takes more than the basic right.
    pub(super) fn is_basic(name: &str) -> bool {
        BASIC.contains(&name)
    }

    /// One page of a list, with the link to the next.
    pub(super) fn page(&self, call: &Call, context: &str, mut all: Vec<Value>) -> Answered {
        let top = match call.asked("top").map(str::parse::<usize>) {
            None => PAGE,
            Some(Ok(top)) if (1..=MOST).contains(&top) => top,
            Some(_) => {
                return Err(Fault::bad(
                    "Invalid page size specified. Must be between 1 and 999 inclusive.",
                ));
            }
        };
        let from = match call
            .asked("skiptoken")
            .map(|text| text.strip_prefix("at-").map(str::parse::<usize>))
        {
            None => 0,
            Some(Some(Ok(from))) if from < all.len() => from,
            Some(_) => return Err(Fault::bad("The $skiptoken is not valid.")),
        };
        let count = all.len();
        let rest: Vec<Value> = all.drain(from..).collect();
        let has_more = rest.len() > top;
        let mut body = json!({ "@odata.context": self.context(context) });
        if let Value::Object(members) = &mut body {
            if call.is_advanced() {
                members.insert("@odata.count".into(), json!(count));
            }
            if has_more {
                members.insert("@odata.nextLink".into(), self.next_link(call, from + top));
            }
            members.insert("value".into(), rest.into_iter().take(top).collect());
        }
        Ok(Reply::ok(body))
    }

    fn next_link(&self, call: &Call, from: usize) -> Value {
        let mut url = self.world.public_base.clone();
        url.set_path(&call.raw_path);
        let mut pairs = url.query_pairs_mut();
        pairs.clear();
        for (key, value) in &call.query {
            if key.strip_prefix('$').unwrap_or(key) != "skiptoken" {
                pairs.append_pair(key, value);
            }
        }
        pairs.append_pair("$skiptoken", &format!("at-{from}"));
        drop(pairs);
        Value::String(url.into())
    }

    pub(super) fn context(&self, what: &str) -> String {
        let base = self.world.public_base.as_str().trim_end_matches('/');
        format!("{base}/v1.0/$metadata#{what}")
    }
}

/// Only the selected members of an object; unknown ones are refused.
pub(super) fn narrowed(call: &Call, all: &Value, kind: &str) -> Result<Value, Fault> {
    let Some(select) = call.asked("select") else {
        return Ok(all.clone());
    };
    let mut chosen = Map::new();
    for name in select.split(',').map(str::trim) {
        let value = all.get(name).ok_or_else(|| no_property(name, kind))?;
        chosen.insert(name.into(), value.clone());
    }
    Ok(Value::Object(chosen))
}

fn no_property(name: &str, kind: &str) -> Fault {
    Fault::bad(format!(
        "Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
    ))
}
