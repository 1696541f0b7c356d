//! The Okta org and the Duo account whose users Doorward repairs: made from the cast, in every status that the vendors have.
//!
//! The org that sends people to Doorward (`okta/`) is another imitation of the same company's; users have one id in both.

use std::collections::BTreeMap;

use doorward_duo::fake as duo;
use doorward_okta::fake as okta;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use crate::doors::Addresses;
use crate::keys::Keys;
use crate::people::{LabPerson, everybody};
use crate::seed::Seed;
use crate::sheet::{Control, below, control};
use crate::vpn;

/// The profile attribute that holds dates of birth at Okta.
pub const BIRTH_DATE: &str = "birthDate";
/// The scopes that an administrator granted the service app: what Doorward needs for its actions, and no more.
const SCOPES: [&str; 4] = [
    "okta.users.read",
    "okta.roles.read",
    "okta.users.manage",
    "okta.authenticators.read",
];
/// What its custom role allows.
const PERMISSIONS: [&str; 7] = [
    "okta.users.read",
    "okta.users.credentials.expirePassword",
    "okta.users.credentials.resetPassword",
    "okta.users.credentials.manageTemporaryAccessCode",
    "okta.users.credentials.resetFactors",
    "okta.users.lifecycle.unlock",
    "okta.users.lifecycle.clearSessions",
];
/// The group that every user is in.
const EVERYONE: &str = "00geveryone000000001";
/// An org's usual limit of requests is per minute and kind of call; a lab plays many journeys a minute.
const REQUESTS: u64 = 10_000;
/// The vendor's usual length of a page.
const PAGE: usize = 200;

/// A person's user id at Okta.
pub fn okta_id(seed: Seed, person: &LabPerson) -> String {
    // 20 characters, as ids of users are there.
    format!("00u{}", seed.text(&format!("okta {}", person.id), 17))
}

/// A person's user id at Duo.
pub fn duo_id(seed: Seed, person: &LabPerson) -> String {
    format!("DU{}", seed.text(&format!("duo {}", person.id), 18).to_uppercase())
}

/// The Okta org in the sheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OktaAccounts {
    /// Its address.
    pub address: Url,
    /// Where people sign in.
    pub sign_in: Url,
    /// The service app's client id.
    pub client_id: String,
    /// The attribute that holds dates of birth.
    pub birth_date_attribute: String,
    /// Log and misbehaviour.
    pub control: Control,
    /// GET `accounts`: what became of every account, without secrets. POST `granted`: the scopes of the service app.
    pub knobs: BTreeMap<String, Url>,
}

impl OktaAccounts {
    pub(crate) fn of(addresses: &Addresses, keys: &Keys) -> Self {
        let base = &addresses.okta_accounts;
        Self {
            address: base.clone(),
            sign_in: below(base, "signin"),
            client_id: keys.okta_app.clone(),
            birth_date_attribute: BIRTH_DATE.to_owned(),
            control: control(base),
            knobs: ["accounts", "granted"].map(|name| knob(base, name)).into(),
        }
    }
}

/// The Duo account in the sheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DuoAccount {
    /// Its address, which is the API host too.
    pub address: Url,
    /// Integration key and secret key of the Admin API application.
    pub admin: (String, String),
    /// The same of the Auth API application.
    pub auth: (String, String),
    /// Client id and client secret of the Web SDK application for Doorward.
    pub web: (String, String),
    /// What an administrator enters as help link of the prompt, and where.
    pub help_link: String,
    /// The panel's page for it.
    pub messaging: Url,
    /// The phones with Duo Mobile on them: below it, one for each user.
    pub phones: Url,
    /// An application that Duo protects.
    pub application: Url,
    /// What the ticket system signs its links with.
    pub link_secret: String,
    /// Log and misbehaviour.
    pub control: Control,
    /// GET `users`: what became of every user, without secrets. POST `permissions`: what the Admin API application may.
    /// GET `pushes`: every push. POST `policy`: whether pushes want a number typed.
    pub knobs: BTreeMap<String, Url>,
}

impl DuoAccount {
    pub(crate) fn of(addresses: &Addresses, keys: &Keys) -> Self {
        let base = &addresses.duo;
        Self {
            address: base.clone(),
            admin: keys.duo_admin.clone(),
            auth: keys.duo_auth.clone(),
            control: control(base),
            web: keys.duo_web.clone(),
            help_link: help_link(addresses),
            messaging: below(base, "panel/messaging"),
            phones: below(base, "phone"),
            application: below(&addresses.rp, vpn::PATH),
            link_secret: keys.link_secret.clone(),
            knobs: ["users", "permissions", "pushes", "policy"]
                .map(|name| knob(base, name))
                .into(),
        }
    }
}

/// Where the prompt's help link leads: to Doorward, and back to the application in the end.
fn help_link(addresses: &Addresses) -> String {
    let mut link = below(&addresses.doorward, "duo/start");
    let back = below(&addresses.rp, vpn::PATH);
    link.query_pairs_mut().append_pair("return_to", back.as_str());
    link.into()
}

fn knob(base: &Url, name: &str) -> (String, Url) {
    (name.to_owned(), below(base, &format!("_lab/{name}")))
}

/// The org; `key` is the public key registered at the service app.
pub(crate) fn org(seed: Seed, keys: &Keys, addresses: &Addresses, key: Value) -> okta::World {
    okta::World {
        org: addresses.okta_accounts.clone(),
        client_id: keys.okta_app.clone(),
        keys: vec![key],
        granted: SCOPES.map(ToOwned::to_owned).to_vec(),
        dpop: true,
        client_roles: vec![okta::RoleHeld::custom("cr0doorwardexample01", &PERMISSIONS)],
        api_token: None,
        tac: Some(okta::TacPolicy::default()),
        groups: vec![okta::Group {
            id: EVERYONE.to_owned(),
            name: "Everyone".to_owned(),
            roles: Vec::new(),
        }],
        people: everybody().iter().map(|person| user(seed, person)).collect(),
        limit: REQUESTS,
        page: PAGE,
    }
}

fn user(seed: Seed, person: &LabPerson) -> okta::Resident {
    let entry = &person.directory;
    let factor = |prefix: &str, kind: &str| okta::Factor {
        id: format!("{prefix}{}", seed.text(&format!("okta {kind} {}", person.id), 17)),
        kind: kind.to_owned(),
    };
    let role = match (&entry.role, &entry.eligible_role) {
        (Some(_), _) => Some("SUPER_ADMIN"),
        (None, Some(_)) => Some("HELP_DESK_ADMIN"),
        (None, None) => None,
    };
    okta::Resident {
        id: okta_id(seed, person),
        status: person.accounts.okta.clone(),
        provider: if entry.synchronised { "ACTIVE_DIRECTORY" } else { "OKTA" }.to_owned(),
        profile: profile(person),
        groups: vec![EVERYONE.to_owned()],
        roles: role.map(okta::RoleHeld::standard).into_iter().collect(),
        password: person.password(seed),
        factors: vec![factor("opf", "push"), factor("sms", "sms"), factor("emf", "email")],
        blocked: false,
    }
}

fn profile(person: &LabPerson) -> Map<String, Value> {
    let mut profile = Map::new();
    for (name, value) in [
        ("login", Some(person.login.as_str())),
        ("email", Some(person.login.as_str())),
        ("firstName", Some(person.directory_given())),
        ("lastName", Some(person.directory_family())),
        ("secondEmail", person.directory.mail.as_deref()),
        ("mobilePhone", person.directory.mobile.as_deref()),
        (BIRTH_DATE, person.directory_birth_date()),
    ] {
        if let Some(value) = value {
            profile.insert(name.to_owned(), json!(value));
        }
    }
    profile
}

/// The Duo account.
pub(crate) fn duo_account(seed: Seed, keys: &Keys, addresses: &Addresses) -> duo::World {
    duo::World {
        admin: keys.duo_admin.clone(),
        permissions: duo::Permissions::default(),
        auth: keys.duo_auth.clone(),
        web: keys.duo_web.clone(),
        redirect_uris: vec![
            below(&addresses.doorward, "return/duo/duo").into(),
            below(&addresses.doorward, "desk/return/hospital").into(),
        ],
        protected: vec![duo::Protected {
            keys: keys.duo_vpn.clone(),
            name: vpn::NAME.to_owned(),
            redirect_uris: vec![below(&addresses.rp, vpn::CALLBACK).into()],
        }],
        help_links: vec![help_link(addresses)],
        verified_push: false,
        lets_unenrolled_in: false,
        simple_names: false,
        people: everybody().iter().map(|person| duo_user(seed, person)).collect(),
        public_base: addresses.duo.clone(),
    }
}

fn duo_user(seed: Seed, person: &LabPerson) -> duo::Resident {
    let entry = &person.directory;
    let id = |prefix: &str, label: &str| {
        format!(
            "{prefix}{}",
            seed.text(&format!("duo {label} {}", person.id), 18).to_uppercase()
        )
    };
    let phone = person.accounts.phone.then(|| duo::Device::phone(&id("DP", "phone")));
    duo::Resident {
        id: duo_id(seed, person),
        username: person.login.clone(),
        aliases: Vec::new(),
        given: Some(person.directory_given().to_owned()),
        family: Some(person.directory_family().to_owned()),
        email: Some(person.login.clone()),
        status: person.accounts.duo.clone(),
        synchronised: entry.synchronised,
        groups: Vec::new(),
        devices: phone.into_iter().collect(),
    }
}
