//! What carries links to people, made of the settings.

use std::sync::Arc;

use super::Error;
use super::purpose::brand;
use crate::config::Config;
use crate::config::carrier::{self, Carries};
use crate::flow::send::{self, Sending};
use crate::notice::carrier::Carrier;
use crate::notice::mail::{Mail, Protection, Server};
use crate::notice::send::Endpoint;
use doorward_contract::{Clock, ContactKind, Finding, FindingLevel, VendorError};

/// What the flow knows of them.
pub(super) fn sending(config: &Config) -> Sending {
    let known = |carrier: &carrier::Carrier| send::Carrier {
        name: carrier.name().get_ref().0.clone(),
        carries: match carrier.carries() {
            Carries::Mail => ContactKind::Mail,
            Carries::Phone => ContactKind::Phone,
        },
        purposes: carrier
            .purposes()
            .iter()
            .map(|purpose| purpose.get_ref().0.clone())
            .collect(),
    };
    Sending {
        carriers: config.carriers.iter().map(known).collect(),
        company: config.brand.name.0.clone(),
        // What joins the parts of a number on a page is no letter of an SMS.
        contact: brand(config).contact.spoken().replace('\u{a0}', " "),
    }
}

/// What sends, by its name in the settings. Reaches nobody yet.
pub(super) fn carriers(config: &Config) -> Result<Vec<(String, Carrier)>, Error> {
    let made = config.carriers.iter().map(|carrier| {
        let name = carrier.name().get_ref().0.clone();
        match made(config, carrier) {
            Ok(carrier) => Ok((name, carrier)),
            Err(error) => Err(Error::Vendor { name, error }),
        }
    });
    made.collect()
}

fn made(config: &Config, carrier: &carrier::Carrier) -> Result<Carrier, VendorError> {
    let name = &carrier.name().get_ref().0;
    match carrier {
        carrier::Carrier::Gateway(gateway) => {
            let secrets: Vec<_> = gateway.secrets.iter().map(|secret| secret.0.0.clone()).collect();
            let endpoint = Endpoint::new(name, &gateway.url.0, &secrets, gateway.timeout.0)?;
            Ok(Carrier::Gateway(Box::new(endpoint)))
        }
        carrier::Carrier::Smtp(smtp) => {
            let own_host = config.server.public_url.get_ref().0.host_str().unwrap_or("doorward");
            let sign_in = smtp.user.clone().zip(smtp.password.as_ref());
            let mail = Mail::new(Server {
                host: smtp.url.host.clone(),
                port: smtp.url.port,
                protection: match smtp.url.protection {
                    carrier::Protection::Implicit => Protection::Implicit,
                    carrier::Protection::StartTls => Protection::StartTls,
                    carrier::Protection::Plaintext => Protection::Plaintext,
                },
                sign_in: sign_in.map(|(user, password)| (user, password.0.clone())),
                from: smtp.from.0.clone(),
                name: config.brand.name.0.clone(),
                certificates: smtp.certificates.as_ref().map(|file| file.text.clone()),
                own_host: own_host.to_owned(),
                timeout: smtp.timeout.0,
            })?;
            Ok(Carrier::Smtp(Box::new(mail)))
        }
    }
}

/// Tries carriers out without a message to anybody; what is to be mended, by name. Gateways are sent a signed trial, and only if
/// asked to be.
pub(super) async fn examine(
    config: &Config,
    gateways: bool,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<(String, Finding)>, Error> {
    let mut findings = Vec::new();
    for (name, carrier) in carriers(config)? {
        if matches!(carrier, Carrier::Gateway(_)) != gateways {
            continue;
        }
        if let Err(why) = carrier.try_out(clock.now()).await {
            let remedy = if gateways {
                "it must verify the signature with the same secret and answer 2xx to `webhook.test` too"
            } else {
                "mend the address, the certificate or the password; links by mail cannot be sent until then"
            };
            let finding = Finding {
                level: FindingLevel::Fault,
                what: format!("links cannot be sent: {why}"),
                remedy: remedy.to_owned(),
            };
            findings.push((name, finding));
        }
    }
    Ok(findings)
}

/// Sends every gateway a signed trial; what is to be mended, by name.
pub async fn try_gateways(config: &Config, clock: &Arc<dyn Clock>) -> Result<Vec<(String, Finding)>, Error> {
    examine(config, true, clock).await
}
