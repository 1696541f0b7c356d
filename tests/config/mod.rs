//! The settings: what loads, and what every fault is told as.

mod builtin;
mod carrier;
mod check;
mod connectors;
mod documented;
mod duo;
mod entra;
mod faults;
mod recheck;
mod relying;
mod saml;
mod staff;
mod table;
mod webhook;
mod webhook_out;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use doorward::config::{self, Config, Fault};
use tempfile::TempDir;

/// A folder with the files that settings name.
pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.secret("master.key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        folder.secret("persona.key", "persona_production_0f5b1c8e3a47");
        folder.secret("okta.secret", "an-okta-client-secret-of-forty-characters");
        folder.secret("intranet.secret", "a-client-secret-of-more-than-32-characters");
        folder.secret("persona.webhook", "wbhsec_0f5b1c8e-3a47-4d2e-9b61-7c0d5e8fa912");
        folder.secret("company.secret", "whsec_b25lIHNlY3JldCBvZiB0aGlydHktdHdvIGJ5dGVzLi4=");
        folder.secret(
            "tickets.secret",
            "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXRlcyE=",
        );
        folder.secret("entra.secret", "an-entra-client-secret");
        folder.secret("okta.pem", &rcgen::KeyPair::generate().unwrap().serialize_pem());
        folder.secret("duo-admin.key", "ADMINadmin0123456789ADMINadmin0123456789");
        folder.secret("duo-auth.key", "AUTHauth012345678901AUTHauth012345678901");
        folder.secret("ticket-system.token", "0123456789abcdef0123456789abcdef");
        folder
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn secret(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// The text with every `/etc/doorward/` turned to this folder.
    pub(super) fn here(&self, text: &str) -> String {
        text.replace("/etc/doorward", self.0.path().to_str().unwrap())
    }

    pub(super) fn parse(&self, text: &str) -> Result<Config, Vec<Fault>> {
        config::parse(&self.here(text), &[])
    }

    /// The faults as an operator reads them, this folder's path made the usual one.
    pub(super) fn told(&self, text: &str) -> String {
        let faults = self.parse(text).expect_err("it loads");
        let faults = config::Faults {
            file: PathBuf::from("doorward.toml"),
            faults,
        };
        faults
            .to_string()
            .replace(self.0.path().to_str().unwrap(), "/etc/doorward")
    }
}

/// A file of the repository.
pub(super) fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Settings that load, whole and small.
pub(super) const GOOD: &str = r#"
[server]
public_url = "https://recover.example.com"
master_key = { file = "/etc/doorward/master.key" }
[brand]
name = "Example Corp"
contact = { label = "IT service desk", phone = "+1 555 0100" }
[[source]]
name = "portal"
kind = "portal"
[[verifier]]
name = "persona"
kind = "persona"
template = "itmpl_Example1"
environment = "env_Example1"
key = { file = "/etc/doorward/persona.key" }
[[connector]]
name = "entra"
kind = "graph"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "9c1d0000-aaaa-4bbb-8ccc-000000000001"
credential = { secret = { file = "/etc/doorward/entra.secret" } }
birth_date_attribute = "extension_9c1d0000aaaa4bbb8ccc000000000001_birthDate"
[[purpose]]
name = "recover"
title = "Get back in"
sources = ["portal"]
directory = "entra"
verifier = "persona"
[[purpose.plan]]
connector = "entra"
action = "temporary_password"
"#;
