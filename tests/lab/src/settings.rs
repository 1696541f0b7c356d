//! Doorward's settings as an operator of this world would write them, and the secret files they name.

use std::io;
use std::path::PathBuf;

use askama::Template;
use serde::Deserialize;
use url::Url;

use crate::accounts::BIRTH_DATE;
use crate::doors::{Addresses, MAIL_USER};
use crate::duosso::{CERTIFICATE_FILE, METADATA_FILE};
use crate::folder::Folder;
use crate::keys::Keys;
use crate::parties::Party;
use crate::sheet::Purpose;
use crate::start::SMS;
use crate::vendors::GRAPH_SCOPE;

/// Their name in the world's folder.
pub(crate) const FILE: &str = "doorward.toml";

#[derive(Template)]
#[template(path = "doorward.toml", escape = "none")]
struct Settings<'a> {
    listen: String,
    public_url: String,
    database: Option<&'a str>,
    secrets: String,
    models: String,
    persona: &'a Url,
    hosted: String,
    authority: String,
    graph: String,
    scope: &'a str,
    sign_in: &'a Url,
    okta: String,
    company: &'a Url,
    tickets: &'a Url,
    mail: String,
    mail_user: &'static str,
    sms: Url,
    okta_accounts: String,
    okta_birth_date: &'a str,
    duo: String,
    rp: &'a Url,
    duo_sso: String,
    vpn: Url,
    saml_certificate: String,
    staff_issuer: String,
    staff_groups: Vec<(&'static str, uuid::Uuid)>,
    parties: &'a [Party],
    keys: &'a Keys,
}

/// Writes the secret files and the settings, changed by `change`; returns where the settings are and what they say.
pub(crate) fn write(
    folder: &Folder,
    addresses: &Addresses,
    keys: &Keys,
    database: &str,
    parties: &[Party],
    change: &dyn Fn(String) -> String,
) -> io::Result<(PathBuf, String)> {
    for (name, secret) in [
        ("master-key", &keys.master),
        ("service-desk-token", &keys.desk_token),
        ("persona-key", &keys.persona_key),
        ("persona-webhook", &keys.webhook_secret),
        ("entra-secret", &keys.client_secret),
        ("company-secret", &keys.company_secret),
        ("tickets-secret", &keys.tickets_secret),
        ("mail-password", &keys.mail_password),
        ("sms-secret", &keys.sms_secret),
        ("okta-client", &keys.okta_client_secret),
        ("okta-factor-client", &keys.okta_factor_secret),
        ("staff-client", &keys.staff_secret),
        ("duo-admin", &keys.duo_admin.1),
        ("duo-auth", &keys.duo_auth.1),
        ("duo-web", &keys.duo_web.1),
        ("duo-links", &keys.link_secret),
        // Its address may hold a password.
        ("database", &database.to_owned()),
    ] {
        folder.write(&format!("secrets/{name}"), secret.as_bytes())?;
    }
    let settings = Settings {
        listen: addresses.listen.to_string(),
        public_url: origin(&addresses.doorward),
        database: Some(database).filter(|url| url.starts_with("sqlite:")),
        secrets: folder.file("secrets").display().to_string(),
        models: crate::specimen::models().display().to_string(),
        persona: &addresses.persona,
        hosted: origin(&addresses.persona),
        authority: origin(&addresses.entra),
        graph: format!("{}/v1.0", origin(&addresses.graph)),
        scope: GRAPH_SCOPE,
        sign_in: &addresses.sign_in,
        okta: origin(&addresses.okta),
        company: &addresses.company_endpoint,
        tickets: &addresses.tickets_endpoint,
        mail: addresses.mail.to_string(),
        mail_user: MAIL_USER,
        sms: crate::sheet::below(&addresses.start, SMS),
        okta_accounts: origin(&addresses.okta_accounts),
        okta_birth_date: BIRTH_DATE,
        duo: origin(&addresses.duo),
        rp: &addresses.rp,
        duo_sso: folder.file(METADATA_FILE).display().to_string(),
        vpn: crate::sheet::below(&addresses.rp, crate::vpn::PATH),
        saml_certificate: folder.file(CERTIFICATE_FILE).display().to_string(),
        staff_issuer: crate::staff::issuer_below(&addresses.rp),
        staff_groups: crate::staff::groups().to_vec(),
        parties,
        keys,
    };
    let text = change(settings.render().map_err(io::Error::other)?);
    let path = folder.write(FILE, text.as_bytes())?;
    Ok((path, text))
}

/// An address without the slash at its end.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The purposes as the settings in use name them, changed ones included.
pub(crate) fn purposes(settings: &str) -> Vec<Purpose> {
    #[derive(Deserialize)]
    struct Settings {
        #[serde(default, rename = "purpose")]
        purposes: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
        sources: Vec<String>,
        #[serde(default)]
        plan: Vec<Act>,
    }
    #[derive(Deserialize)]
    struct Act {
        action: String,
    }
    // Settings that a test broke on purpose have no purposes to show.
    let purposes = toml::from_str(settings).map_or_else(|_| Vec::new(), |settings: Settings| settings.purposes);
    let of = |named: Named| Purpose {
        name: named.name,
        sources: named.sources,
        gives: named
            .plan
            .into_iter()
            .last()
            .map_or_else(|| "answer".to_owned(), |act| act.action),
    };
    purposes.into_iter().map(of).collect()
}
