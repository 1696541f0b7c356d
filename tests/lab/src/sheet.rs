//! `world.json`: all that an outside client needs to drive the lab. Everything in it is invented and ends with the lab.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::accounts::{DuoAccount, OktaAccounts, duo_id, okta_id};
use crate::carriers::Carrier;
use crate::company::CompanySheet;
use crate::doors::Addresses;
use crate::duosso::Provider;
use crate::examples::examples;
use crate::folder::Folder;
use crate::keys::Keys;
use crate::papers::Papers;
use crate::parties::{Okta, Party};
use crate::people::{LabPerson, everybody};
use crate::seed::Seed;
use crate::staff::{Operator, operators};
use crate::vendors::GRAPH_SCOPE;

/// The whole sheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sheet {
    /// The lab itself.
    pub lab: Lab,
    /// The gateway.
    pub doorward: Doorward,
    /// The imitated Persona.
    pub persona: Persona,
    /// The imitated Entra and Graph.
    pub entra: Entra,
    /// The imitated Okta org that sends people.
    pub okta: Okta,
    /// The company's own system.
    pub company: CompanySheet,
    /// The ticket system.
    pub tickets: Tickets,
    /// What carries messages to people; what they got is in [`Lab::mailbox`].
    pub carriers: Vec<Carrier>,
    /// The imitated Okta org whose accounts are repaired.
    pub okta_accounts: OktaAccounts,
    /// The imitated Duo account.
    pub duo: DuoAccount,
    /// A plain relying party that shows its tokens.
    pub rp: Url,
    /// The relying parties that Doorward knows, with their secrets.
    pub relying_parties: Vec<Party>,
    /// Where people begin at the imitated Duo Single Sign-On.
    pub duo_sso: Url,
    /// Where the staff sign in to the desk.
    pub staff: Url,
    /// The staff, as their provider knows them.
    pub operators: Vec<Operator>,
    /// The SAML service providers that Doorward knows, Duo Single Sign-On first.
    pub saml_providers: Vec<Provider>,
    /// The people.
    pub people: Vec<Person>,
    /// Command lines to begin with.
    pub examples: BTreeMap<String, String>,
}

/// The ticket system, which hears from Doorward by signed messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tickets {
    /// Where messages go.
    pub endpoint: Url,
    /// What they are signed with.
    pub secret: String,
    /// GET: every ticket with what was told of it.
    pub list: Url,
}

/// The lab itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lab {
    /// The start page.
    pub address: Url,
    /// This sheet.
    pub world: Url,
    /// The seed that gives this world again.
    pub seed: u64,
    /// The folder it lives in.
    pub data: String,
    /// Everybody's mail, as JSON; `?to=LOGIN` for one person's.
    pub mailbox: Url,
    /// POST kills the gateway as `kill -9` does.
    pub kill_gateway: Url,
    /// POST starts it again.
    pub start_gateway: Url,
    /// What it printed.
    pub gateway_log: Url,
    /// POST with `minutes` turns everybody's clock forward; only in a lab that was started so.
    pub forward: Option<Url>,
}

/// The gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Doorward {
    /// The company's recovery page.
    pub address: Url,
    /// The JSON API.
    pub api: Url,
    /// Who may call the API.
    pub tokens: Vec<Token>,
    /// The purposes, as named in the settings.
    pub purposes: Vec<Purpose>,
    /// Where verifiers send their webhooks.
    pub webhooks: BTreeMap<String, Url>,
    /// Its name as OpenID provider; discovery is below it.
    pub issuer: String,
    /// Answers when the process runs.
    pub live: Url,
    /// Answers when it can work.
    pub ready: Url,
    /// The settings in use.
    pub settings: String,
    /// The database.
    pub database: String,
}

/// A token for the API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Who holds it.
    pub name: String,
    /// The token.
    pub token: String,
}

/// What a case may be opened for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Purpose {
    /// Its name.
    pub name: String,
    /// The ways in.
    pub sources: Vec<String>,
    /// What the person gets.
    pub gives: String,
}

/// What every imitated vendor offers besides the vendor's own addresses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Control {
    /// GET: everything it was asked. DELETE: forget it.
    pub log: Url,
    /// POST a rule, GET those in force, DELETE them all.
    pub misbehave: Url,
}

/// The imitated Persona.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Persona {
    /// Its address.
    pub address: Url,
    /// The API.
    pub api: Url,
    /// The hosted flow.
    pub hosted: Url,
    /// The API key.
    pub key: String,
    /// `env_…`
    pub environment: String,
    /// `org_…`
    pub organization: String,
    /// `itmpl_…`
    pub template: String,
    /// `itmplv_…`
    pub template_version: String,
    /// Secrets that sign webhooks.
    pub webhook_secrets: Vec<String>,
    /// Log and misbehaviour.
    pub control: Control,
    /// POST turns the rest: how webhooks are delivered, limits, and the outcome of an inquiry.
    pub knobs: BTreeMap<String, Url>,
}

/// The imitated Entra and Graph.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entra {
    /// Its address.
    pub address: Url,
    /// Where people sign in.
    pub sign_in: Url,
    /// Where people sign in with Doorward as second factor.
    pub external_mfa: Url,
    /// The authority, without the tenant.
    pub authority: Url,
    /// The issuer of its tokens.
    pub issuer: String,
    /// The token endpoint.
    pub token_endpoint: Url,
    /// Graph.
    pub graph: Url,
    /// The tenant's id.
    pub tenant: Uuid,
    /// The app registration's id.
    pub client_id: Uuid,
    /// Its secret.
    pub client_secret: String,
    /// The scope of its tokens.
    pub scope: String,
    /// The directory extension that holds dates of birth.
    pub birth_date_attribute: String,
    /// Log and misbehaviour.
    pub control: Control,
    /// GET `accounts`: what became of every account, without secrets. POST `granted`, `tap-policy`: changes the tenant.
    pub knobs: BTreeMap<String, Url>,
}

/// One of the people.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Who they are, their document and their entry in the directory.
    #[serde(flatten)]
    pub person: crate::people::LabPerson,
    /// Their name as on the document.
    pub name: String,
    /// Their account's immutable id in the directory.
    pub account: Uuid,
    /// Their user id at Okta.
    pub okta_user: String,
    /// Their user id at Duo.
    pub duo_user: String,
    /// Their password at the beginning, which they have forgotten.
    pub password: String,
    /// Whether a recovery may end well for them.
    pub recoverable: bool,
    /// The picture of their document.
    pub document_picture: Url,
    /// Their selfie.
    pub selfie: Url,
    /// What they can show to a camera, if a face was rendered for them.
    pub papers: Option<Papers>,
    /// Their mail, as JSON.
    pub mailbox: Url,
}

impl Sheet {
    /// The person with this id.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.person.id == id)
    }
}

/// The sheet of a world.
pub(crate) fn fill(
    seed: Seed,
    folder: &Folder,
    addresses: &Addresses,
    keys: &Keys,
    database: &str,
    settings: &str,
) -> Sheet {
    let start = |path: &str| below(&addresses.start, path);
    Sheet {
        lab: Lab {
            address: addresses.start.clone(),
            world: start("world.json"),
            seed: seed.0,
            data: folder.path().display().to_string(),
            mailbox: start("mailbox.json"),
            kill_gateway: start("gateway/kill"),
            start_gateway: start("gateway/start"),
            gateway_log: start("gateway/log"),
            forward: None,
        },
        doorward: doorward(addresses, keys, folder, database, settings),
        okta: Okta {
            address: addresses.okta.clone(),
            client_id: keys.okta_client.clone(),
            client_secret: keys.okta_client_secret.clone(),
        },
        company: CompanySheet::of(&addresses.company, &addresses.company_endpoint, keys),
        tickets: Tickets {
            endpoint: addresses.tickets_endpoint.clone(),
            secret: keys.tickets_secret.clone(),
            list: below(&addresses.start, "desk/tickets.json"),
        },
        carriers: Carrier::all(addresses, keys),
        okta_accounts: OktaAccounts::of(addresses, keys),
        duo: DuoAccount::of(addresses, keys),
        rp: addresses.rp.clone(),
        relying_parties: Vec::new(),
        duo_sso: below(&addresses.rp, "duo-sso"),
        staff: below(&addresses.doorward, "desk/sign-in"),
        operators: operators(),
        saml_providers: Vec::new(),
        persona: persona(&addresses.persona, keys),
        entra: entra(addresses, keys),
        people: everybody()
            .iter()
            .map(|person| card(seed, person, &addresses.start))
            .collect(),
        examples: examples(addresses, keys, folder),
    }
}

pub(crate) fn below(base: &Url, path: &str) -> Url {
    base.join(path).unwrap_or_else(|_| base.clone())
}

pub(crate) fn control(base: &Url) -> Control {
    Control {
        log: below(base, "_lab/log"),
        misbehave: below(base, "_lab/misbehave"),
    }
}

fn doorward(addresses: &Addresses, keys: &Keys, folder: &Folder, database: &str, settings: &str) -> Doorward {
    let base = &addresses.doorward;
    Doorward {
        address: base.clone(),
        api: below(base, "api/v1/"),
        tokens: vec![Token {
            name: "service-desk".to_owned(),
            token: keys.desk_token.clone(),
        }],
        purposes: crate::settings::purposes(settings),
        webhooks: BTreeMap::from([("persona".to_owned(), below(base, "hooks/persona"))]),
        issuer: base.origin().ascii_serialization(),
        live: below(base, "live"),
        ready: below(base, "ready"),
        settings: folder.file(crate::settings::FILE).display().to_string(),
        database: database.to_owned(),
    }
}

fn persona(base: &Url, keys: &Keys) -> Persona {
    let knob = |name: &str| (name.to_owned(), below(base, &format!("_lab/{name}")));
    Persona {
        address: base.clone(),
        api: below(base, "api/v1"),
        hosted: below(base, "verify"),
        key: keys.persona_key.clone(),
        environment: keys.environment.clone(),
        organization: keys.organization.clone(),
        template: keys.template.clone(),
        template_version: keys.template_version.clone(),
        webhook_secrets: vec![keys.webhook_secret.clone()],
        control: control(base),
        knobs: [
            "webhooks",
            "webhooks/flush",
            "rotate-secret",
            "knobs",
            "inquiries",
            "state",
        ]
        .map(knob)
        .into(),
    }
}

fn entra(addresses: &Addresses, keys: &Keys) -> Entra {
    let knob = |name: &str| (name.to_owned(), below(&addresses.entra, &format!("_lab/{name}")));
    let tenant = |path: &str| below(&addresses.entra, &format!("{}/{path}", keys.tenant));
    Entra {
        address: addresses.entra.clone(),
        sign_in: addresses.sign_in.clone(),
        external_mfa: below(&addresses.entra, "external-mfa"),
        authority: addresses.entra.clone(),
        issuer: tenant("v2.0").into(),
        token_endpoint: tenant("oauth2/v2.0/token"),
        graph: below(&addresses.graph, "v1.0"),
        tenant: keys.tenant,
        client_id: keys.client,
        scope: GRAPH_SCOPE.to_owned(),
        birth_date_attribute: keys.birth_date_attribute.clone(),
        client_secret: keys.client_secret.clone(),
        control: control(&addresses.entra),
        knobs: ["accounts", "granted", "tap-policy"].map(knob).into(),
    }
}

fn card(seed: Seed, person: &LabPerson, start: &Url) -> Person {
    let own = |file: &str| below(start, &format!("people/{}/{file}", person.id));
    let mut mailbox = below(start, "mailbox.json");
    mailbox.query_pairs_mut().append_pair("to", &person.login);
    Person {
        person: person.clone(),
        name: person.name(),
        account: person.account(seed),
        okta_user: okta_id(seed, person),
        duo_user: duo_id(seed, person),
        password: person.password(seed),
        recoverable: person.recoverable(),
        document_picture: own("document.png"),
        selfie: own("selfie.png"),
        papers: Papers::of(person, &own),
        mailbox,
    }
}
