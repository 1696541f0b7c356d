//! All imitated vendors of a world: made from one seed and one cast, served on loopback, and able to remember.

use std::sync::Arc;

use doorward_contract::Clock;
use doorward_contract::fake::Fake;
use doorward_duo::fake::DuoFake;
use doorward_graph::fake::{EntraFake, Method, Resident, TapPolicy};
use doorward_okta::fake::OktaFake;
use doorward_persona::fake::{PersonaFake, Specimen};
use doorward_webhook::fake::Company;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::accounts;
use crate::doors::Addresses;
use crate::keys::Keys;
use crate::people::{LabPerson, everybody};
use crate::seed::Seed;

/// The country of the documents: Utopia has no code of its own, so one of those that ISO 3166 leaves to users.
const COUNTRY: &str = "XU";
/// What tokens for Graph are asked for: a name, wherever Graph is reached.
pub const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";
/// The company as the tenant shows it.
const TENANT_NAME: &str = "Example Hospital";
/// What an administrator consented to: what Doorward needs for its actions, and no more.
const GRANTED: [&str; 9] = [
    "User.Read.All",
    "Domain.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "User.RevokeSessions.All",
    "User-PasswordProfile.ReadWrite.All",
    "UserAuthMethod-TAP.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "Policy.Read.AuthenticationMethod",
];
/// Directory roles by their template ids, which are the same in every tenant
/// (<https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference>, August 2026).
const ROLES: [(&str, Uuid); 2] = [
    ("Global Administrator", uuid!("62e90394-69f5-4237-9190-012177145e10")),
    (
        "Privileged Role Administrator",
        uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814"),
    ),
];
/// The mobile phone of every account has this id.
const MOBILE: Uuid = uuid!("3179e48a-750b-4051-897c-87b9720928f7");

/// The imitated vendors.
#[derive(Clone, Debug)]
pub struct Vendors {
    /// Persona.
    pub persona: Arc<PersonaFake>,
    /// Entra.
    pub entra: Arc<EntraFake>,
    /// The company's own system.
    pub company: Arc<Company>,
    /// The Okta org whose accounts are repaired.
    pub okta: Arc<OktaFake>,
    /// Duo.
    pub duo: Arc<DuoFake>,
}

impl Vendors {
    /// Everybody, with nothing done yet. `app_key` is the public key of Doorward's service app at Okta.
    pub fn new(seed: Seed, keys: &Keys, addresses: &Addresses, app_key: Value, clock: &Arc<dyn Clock>) -> Self {
        let persona = doorward_persona::fake::World {
            api_key: keys.persona_key.clone(),
            environment: keys.environment.clone(),
            organization: keys.organization.clone(),
            template: keys.template.clone(),
            template_version: keys.template_version.clone(),
            selfie_only: Some((keys.recheck_template.clone(), keys.recheck_template_version.clone())),
            hosted_base: addresses.persona.clone(),
            webhook_url: addresses.doorward.join("hooks/persona").ok(),
            webhook_secrets: vec![keys.webhook_secret.clone()],
            people: everybody().iter().map(specimen).collect(),
            sandbox: false,
            decided_by_workflow: true,
        };
        let persona = PersonaFake::new(persona, Arc::clone(clock));
        agree_on_limits(&persona);
        Self {
            persona,
            entra: EntraFake::new(tenant(seed, keys, addresses), Arc::clone(clock)),
            company: crate::company::imitated(keys, clock),
            okta: OktaFake::new(accounts::org(seed, keys, addresses, app_key), Arc::clone(clock)),
            duo: DuoFake::new(accounts::duo_account(seed, keys, addresses), Arc::clone(clock)),
        }
    }

    /// The logs, by name.
    pub fn fakes(&self) -> Vec<(&'static str, &Arc<Fake>)> {
        vec![
            ("persona", self.persona.fake()),
            ("entra", self.entra.fake()),
            ("company", self.company.fake()),
            ("okta", self.okta.fake()),
            ("duo", self.duo.fake()),
        ]
    }

    /// Everything they remember.
    pub fn state(&self) -> Value {
        json!({
            "persona": self.persona.state(), "entra": self.entra.state(), "company": self.company.state(),
            "okta": self.okta.state(), "duo": self.duo.state(),
        })
    }

    /// Remembers again what [`state`](Self::state) told.
    pub fn restore(&self, mut state: Value) -> Result<(), serde_json::Error> {
        let mut part = |name: &str| state.get_mut(name).map(Value::take);
        if let Some(part) = part("persona") {
            self.persona.restore(part)?;
        }
        if let Some(part) = part("entra") {
            self.entra.restore(part)?;
        }
        if let Some(part) = part("company") {
            self.company.restore(part)?;
        }
        if let Some(part) = part("okta") {
            self.okta.restore(part)?;
        }
        if let Some(part) = part("duo") {
            self.duo.restore(part)?;
        }
        Ok(())
    }
}

/// Organisations may agree on more than the default limits ("Rate Limiting", <https://docs.withpersona.com/rate-limiting>, autumn 2026); this one has, because a lab plays many
/// journeys a minute. `POST /_lab/knobs` turns them down.
fn agree_on_limits(persona: &PersonaFake) {
    let mut state = persona.state();
    for (limit, per_minute) in [("requests_per_minute", 6_000), ("creates_per_minute", 600)] {
        if let Some(knob) = state.pointer_mut(&format!("/knobs/{limit}")) {
            *knob = json!(per_minute);
        }
    }
    if let Err(error) = persona.restore(state) {
        tracing::error!(%error, "the limits of the imitated Persona stay at their defaults");
    }
}

fn specimen(person: &LabPerson) -> Specimen {
    Specimen {
        id: person.id.clone(),
        given: person.given.clone(),
        middle: person.middle.clone(),
        family: person.family.clone(),
        birth_date: person.birth_date.clone(),
        id_class: person.document.class.clone(),
        country: COUNTRY.to_owned(),
        document_number: person.document.number.clone(),
        picture: person.document_picture().to_vec(),
        picture_type: "image/png".to_owned(),
    }
}

fn tenant(seed: Seed, keys: &Keys, addresses: &Addresses) -> doorward_graph::fake::World {
    doorward_graph::fake::World {
        tenant: keys.tenant,
        tenant_name: TENANT_NAME.to_owned(),
        client_id: keys.client,
        client_secret: Some(keys.client_secret.clone()),
        certificate_pem: None,
        scope: GRAPH_SCOPE.to_owned(),
        granted: GRANTED.map(ToOwned::to_owned).to_vec(),
        tap_policy: TapPolicy::default(),
        people: everybody().iter().map(|person| resident(seed, person)).collect(),
        birth_date_attribute: Some(keys.birth_date_attribute.clone()),
        premium: true,
        public_base: addresses.entra.clone(),
    }
}

fn resident(seed: Seed, person: &LabPerson) -> Resident {
    let entry = &person.directory;
    Resident {
        id: person.account(seed),
        upn: person.login.clone(),
        mail: Some(person.login.clone()),
        aliases: Vec::new(),
        other_mails: entry.mail.iter().cloned().collect(),
        mobile: entry.mobile.clone(),
        given: Some(person.directory_given().to_owned()),
        family: Some(person.directory_family().to_owned()),
        display_name: person.display_name(),
        birth_date: person.directory_birth_date().and_then(|date| date.parse().ok()),
        employee_id: None,
        enabled: !entry.disabled,
        user_type: "Member".to_owned(),
        synchronised: entry.synchronised,
        federated: false,
        management_restricted: false,
        groups: Vec::new(),
        owned_groups: Vec::new(),
        roles: role(entry.role.as_deref()),
        eligible_roles: role(entry.eligible_role.as_deref()),
        password: person.password(seed),
        methods: vec![Method {
            id: MOBILE,
            kind: "phoneAuthenticationMethod".to_owned(),
            default: true,
        }],
    }
}

fn role(name: Option<&str>) -> Vec<Uuid> {
    let known = ROLES.iter().filter(|(known, _)| Some(*known) == name);
    known.map(|(_, id)| *id).collect()
}
