//! Every id, key and secret of a world, derived from its seed in the shapes that the vendors give them.

use uuid::Uuid;

use crate::seed::Seed;

/// Lengths as seen at the vendors; nothing depends on them.
const ID: usize = 24;
const API_KEY: usize = 36;
const CLIENT_SECRET: usize = 40;

/// What the parts of the lab know of each other, and nobody else does.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Entra: the tenant's id.
    pub tenant: Uuid,
    /// Entra: the app registration's (client) id.
    pub client: Uuid,
    /// Entra: the client secret.
    pub client_secret: String,
    /// Entra: the directory extension that holds dates of birth, named after the application as the vendor names them.
    pub birth_date_attribute: String,
    /// Entra: the application (client) id of the external method's own registration.
    pub entra_app: Uuid,
    /// Entra, as external method: what Doorward calls the tenant.
    pub entra_client: String,
    /// Okta, as identity-verification vendor: what Doorward calls the org.
    pub okta_client: String,
    /// Okta: the secret that goes with it.
    pub okta_client_secret: String,
    /// Okta, as authenticator: what Doorward calls the org.
    pub okta_factor_client: String,
    /// Okta: the secret that goes with it.
    pub okta_factor_secret: String,
    /// Okta, whose accounts are repaired: the service app's client id.
    pub okta_app: String,
    /// Duo: integration key and secret key of the Admin API application.
    pub duo_admin: (String, String),
    /// Duo: the same of the Auth API application.
    pub duo_auth: (String, String),
    /// Duo: client id and client secret of the Web SDK application.
    pub duo_web: (String, String),
    /// Duo: the same of the VPN that it protects.
    pub duo_vpn: (String, String),
    /// What the ticket system signs its own links with.
    pub link_secret: String,
    /// Persona: the API key.
    pub persona_key: String,
    /// Persona: `env_…`
    pub environment: String,
    /// Persona: `org_…`
    pub organization: String,
    /// Persona: `itmpl_…`
    pub template: String,
    /// Persona: `itmplv_…`
    pub template_version: String,
    /// Persona: `itmpl_…` of the template without a document.
    pub recheck_template: String,
    /// Persona: its `itmplv_…`.
    pub recheck_template_version: String,
    /// Persona: secret of the webhook.
    pub webhook_secret: String,
    /// The company's own system: what calls to it are signed with.
    pub company_secret: String,
    /// The staff's identity provider: Doorward's secret there.
    pub staff_secret: String,
    /// The ticket system: what messages to it are signed with.
    pub tickets_secret: String,
    /// The mail server: Doorward's password there.
    pub mail_password: String,
    /// The SMS gateway: what messages to it are signed with.
    pub sms_secret: String,
    /// Doorward: the master key under which personal data rests.
    pub master: String,
    /// Doorward: the ticket system's token for the API.
    pub desk_token: String,
}

impl Keys {
    /// Those of a seed.
    pub fn of(seed: Seed) -> Self {
        let id = |prefix: &str, label: &str| format!("{prefix}{}", seed.text(label, ID));
        let client = seed.uuid("entra client");
        Self {
            tenant: seed.uuid("entra tenant"),
            birth_date_attribute: format!("extension_{}_birthDate", client.simple()),
            client,
            client_secret: seed.text("entra client secret", CLIENT_SECRET),
            entra_app: seed.uuid("entra external method"),
            entra_client: "doorward-example".to_owned(),
            okta_client: "okta-example".to_owned(),
            okta_client_secret: seed.token("okta client"),
            okta_factor_client: "okta-example-factor".to_owned(),
            okta_factor_secret: seed.token("okta factor client"),
            okta_app: format!("0oa{}", seed.text("okta app", 17)),
            duo_admin: duo_application(seed, "duo admin"),
            duo_auth: duo_application(seed, "duo auth"),
            duo_web: duo_application(seed, "duo web"),
            duo_vpn: duo_application(seed, "duo vpn"),
            link_secret: seed.token("ticket system links"),
            persona_key: format!("persona_production_{}", seed.text("persona key", API_KEY)),
            environment: id("env_", "persona environment"),
            organization: id("org_", "persona organization"),
            template: id("itmpl_", "persona template"),
            template_version: id("itmplv_", "persona template version"),
            recheck_template: id("itmpl_", "persona recheck template"),
            recheck_template_version: id("itmplv_", "persona recheck template version"),
            webhook_secret: format!("wbhsec_{}", seed.uuid("persona webhook secret")),
            company_secret: format!("whsec_{}", seed.key("company secret")),
            staff_secret: seed.text("staff client secret", CLIENT_SECRET),
            tickets_secret: format!("whsec_{}", seed.key("tickets secret")),
            mail_password: seed.token("mail password"),
            sms_secret: format!("whsec_{}", seed.key("sms secret")),
            master: seed.key("doorward master key"),
            desk_token: format!("lab_{}", seed.token("desk token")),
        }
    }
}

/// The keys of a Duo application: 20 capitals and digits, and 40 letters and digits.
fn duo_application(seed: Seed, label: &str) -> (String, String) {
    let integration = seed.text(&format!("{label} integration"), 18).to_uppercase();
    (format!("DI{integration}"), seed.text(&format!("{label} secret"), 40))
}
