//! Sources of kind `saml`: what loads, and what each fault is told as.

use std::error::Error;
use std::sync::Arc;

use doorward::config::source::Source;
use doorward_contract::clock::SystemClock;

use super::{Folder, GOOD};

const SOURCE: &str = r#"[[source]]
name = "duo-sso"
kind = "saml"
metadata = "/etc/doorward/duo-sso.xml"
[[verifier]]"#;
const PURPOSE: &str = r#"[[purpose]]
name = "sign-in"
title = "Show that it is you"
sources = ["duo-sso"]
directory = "entra"
verifier = "persona"
"#;
const METADATA: &str = "metadata = \"/etc/doorward/duo-sso.xml\"";
const BY_HAND: &str = "entity_id = \"https://sso.duo.example/metadata\"\nacs = [\"https://sso.duo.example/acs\"]";
const CERTIFICATES: &str = "certificates = \"/etc/doorward/duo-sso.pem\"";

/// The good settings with a service provider in them, and its changes.
fn text(change: &[(&str, &str)]) -> String {
    let mut text = format!("{}{PURPOSE}", GOOD.replacen("[[verifier]]", SOURCE, 1));
    for (from, to) in change {
        assert!(text.contains(from), "{from} is not in the settings");
        text = text.replacen(from, to, 1);
    }
    text
}

fn folder() -> Folder {
    let folder = Folder::new();
    // What they hold is read when Doorward starts.
    folder.secret("duo-sso.xml", "<EntityDescriptor/>");
    folder.secret("duo-sso.pem", "-----BEGIN CERTIFICATE-----");
    folder
}

#[test]
fn a_service_provider_is_described_by_metadata_or_by_hand() {
    let signed = format!("{BY_HAND}\n{CERTIFICATES}");
    let unsigned = format!("{BY_HAND}\nrequire_signed_requests = false");
    for description in [METADATA, &signed, &unsigned] {
        let config = folder().parse(&text(&[(METADATA, description)])).unwrap();
        let saml = config.sources.iter().find_map(|source| match source {
            Source::Saml(saml) => Some(saml),
            _ => None,
        });
        let saml = saml.unwrap();
        assert_eq!(saml.require_signed_requests, description != unsigned);
        assert_eq!(
            (saml.title.0.as_str(), saml.attributes.len(), saml.contexts.len()),
            ("Duo", 5, 1)
        );
    }
}

#[tokio::test]
async fn what_the_files_hold_is_read_before_doorward_serves() {
    let by_hand = format!("{BY_HAND}\n{CERTIFICATES}");
    for (description, why) in [
        (
            METADATA,
            "it does not describe one SAML 2.0 service provider (`SPSSODescriptor`)",
        ),
        (&by_hand, "a certificate in it cannot be used"),
    ] {
        let folder = folder();
        let config = folder.parse(&text(&[(METADATA, description)])).unwrap();
        let error = doorward::app::check(&config, Arc::new(SystemClock)).await.unwrap_err();
        assert!(error.to_string().contains("source `duo-sso`"), "{error}");
        assert_eq!(error.source().unwrap().to_string(), why);
    }
}

#[test]
fn single_faults_of_a_service_provider_are_told_exactly() {
    let folder = folder();
    let with = |more: &str| format!("{METADATA}\n{more}");
    let told = |name: &str, change: &[(&str, &str)]| format!("--- {name}\n{}\n", folder.told(&text(change)));
    let of = |name: &str, to: &str| told(name, &[(METADATA, to)]);
    let all = [
        of("nothing", ""),
        of("both", &with(BY_HAND)),
        of("no address", "entity_id = \"https://sso.duo.example/metadata\""),
        of("no name", "acs = [\"https://sso.duo.example/acs\"]"),
        of("signed by nobody", BY_HAND),
        of("a file that is not there", "metadata = \"/etc/doorward/nowhere.xml\""),
        of("an address in clear", &BY_HAND.replace("[\"https", "[\"http")),
        of(
            "a name that is none",
            &BY_HAND.replace("\"https://sso.duo.example/metadata\"", "\"duo sso\""),
        ),
        of("another name", &with("name_id = \"persistent\"")),
        of("another attribute", &with("attributes = [\"groups\"]")),
        of("no context", &with("contexts = []")),
        of("unknown key", &with("signed = true")),
        told("no purpose", &[("sources = [\"duo-sso\"]", "sources = [\"portal\"]")]),
        told(
            "two purposes",
            &[(
                "[[purpose]]\nname = \"sign-in\"",
                "[[purpose]]\nname = \"other\"\ntitle = \"Other\"\nsources = [\"duo-sso\"]\ndirectory = \"entra\"\n\
                 verifier = \"persona\"\n[[purpose]]\nname = \"sign-in\"",
            )],
        ),
        told(
            "no directory",
            &[(
                "sources = [\"duo-sso\"]\ndirectory = \"entra\"\n",
                "sources = [\"duo-sso\"]\n",
            )],
        ),
    ];
    insta::assert_snapshot!("saml_faults", all.concat());
}
