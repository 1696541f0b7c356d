//! The relying parties of these tests, and their keys.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The secret of every client that has one.
pub(super) const SECRET: &str = "a secret of 32 letters, and a +: or two";
/// A PKCE verifier.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// One client for each way of asking.
pub(super) const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:0"
public_url = "https://doorward.example.com"
master_key = { file = "/etc/doorward/master.key" }

[database]
url = { file = "/etc/doorward/database" }

[brand]
name = "Example Corp"
contact = { label = "IT service desk", phone = "+1 555 0100" }

[[source]]
name = "sso"
kind = "oidc"

[[source]]
name = "okta"
kind = "okta"
org = "https://acme.okta.example"
domains = ["https://login.acme.example"]
client_id = "okta-acme"
client_secrets = [{ file = "/etc/doorward/party.secret" }]
values = "echo"

[[verifier]]
name = "persona"
kind = "persona"
template = "itmpl_ExampleTemplate000000001"
environment = "env_ExampleEnvironment0000001"
key = { file = "/etc/doorward/persona.key" }
webhook_secrets = [{ file = "/etc/doorward/persona.webhook" }]

[[connector]]
name = "entra"
kind = "graph"
tenant = "11111111-2222-4333-8444-555555555555"
client_id = "9c1d0000-aaaa-4bbb-8ccc-000000000001"
credential = { secret = { file = "/etc/doorward/entra.secret" } }
birth_date_attribute = "extension_9c1d0000aaaa4bbb8ccc000000000001_birthDate"

[[purpose]]
name = "verify"
title = "Show that it is you"
sources = ["sso"]
directory = "entra"
verifier = "persona"
match = "strict"

[[purpose]]
name = "okta-check"
title = "Confirm who you are for Okta"
sources = ["okta"]
verifier = "persona"
match = "okta"
case_lifetime = "10m"

[[client]]
name = "intranet"
source = "sso"
title = "Example Intranet"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://intranet.example.com/cb", "https://intranet.example.com/other"]
post_logout_redirect_uris = ["https://intranet.example.com/left", "https://intranet.example.com/left?by=us"]
refresh = "1h"

# Its name in the settings is not its id in requests.
[[client]]
name = "the-wiki"
client_id = "wiki"
source = "sso"
title = "Example Wiki"
auth = "client_secret_post"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://wiki.example.com/cb"]
refresh = "1h"

[[client]]
name = "app"
source = "sso"
title = "Example App"
auth = "none"
redirect_uris = ["https://app.example.com/cb"]
refresh = "1h"

[[client]]
name = "bound"
source = "sso"
title = "Example Bank"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://bound.example.com/cb"]
id_token_alg = "EdDSA"
dpop = true
refresh = "1h"

[[client]]
name = "vault"
source = "sso"
title = "Example Vault"
auth = "private_key_jwt"
jwks = "/etc/doorward/vault.jwks"
redirect_uris = ["https://vault.example.com/cb"]
id_token_alg = "PS256"

[[client]]
name = "clinic"
source = "sso"
title = "Example Clinic"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://clinic.example.com/cb"]
id_token_alg = "ES256"
subject = "pairwise"

[[client]]
name = "clinic-pharmacy"
source = "sso"
title = "Example Clinic's pharmacy"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://clinic.example.com/pharmacy"]
subject = "pairwise"

[[client]]
name = "school"
source = "sso"
title = "Example School"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://school.example.com/cb"]
subject = "pairwise"

[[client]]
name = "archive"
source = "sso"
title = "Example Archive"
secrets = [{ file = "/etc/doorward/party.secret" }]
redirect_uris = ["https://archive.example.com/cb"]
resource_server = true
"#;

/// The keys that clients hold.
pub(super) struct Keys {
    /// The one that `vault` is registered with.
    pub(super) vault: Key,
    /// One that proofs are made with.
    pub(super) own: Key,
    /// One that somebody else holds.
    pub(super) other: Key,
}

impl Keys {
    pub(super) fn random() -> Self {
        Self {
            vault: Key::random(),
            own: Key::random(),
            other: Key::random(),
        }
    }
}

/// A key on Ed25519.
pub(super) struct Key(Ed25519KeyPair);

/// Makes every statement another one.
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Key {
    fn random() -> Self {
        Self(Ed25519KeyPair::generate().unwrap())
    }

    fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(self.0.public_key().as_ref()) })
    }

    pub(super) fn set(&self) -> Value {
        let mut key = self.jwk();
        key["kid"] = "1".into();
        json!({ "keys": [key] })
    }

    /// RFC 7638, with the members of RFC 8037 §2.
    pub(super) fn thumbprint(&self) -> String {
        let x = base64url(self.0.public_key().as_ref());
        let text = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        base64url(digest(&SHA256, text.as_bytes()).as_ref())
    }

    fn state(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", base64url(signature.as_ref()))
    }

    /// A proof that this key is held (RFC 9449 §4.2), with further claims.
    pub(super) fn proof(&self, method: &str, url: &str, at: i64, more: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk() });
        let mut claims = json!({ "jti": once(), "htm": method, "htu": url, "iat": at });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.state(&header, &claims)
    }

    /// What a client says of itself (RFC 7523 §3).
    pub(super) fn statement(&self, client: &str, audience: &str, at: i64) -> String {
        let header = json!({ "alg": "EdDSA", "kid": "1" });
        let claims = json!({
            "iss": client, "sub": client, "aud": audience, "jti": once(), "iat": at, "exp": at + 60,
        });
        self.state(&header, &claims)
    }
}

fn once() -> String {
    format!("statement-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// PKCE's S256.
pub(super) fn challenge(verifier: &str) -> String {
    base64url(digest(&SHA256, verifier.as_bytes()).as_ref())
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Where the answers of a client go.
pub(super) fn redirect_of(client: &str) -> &'static str {
    match client {
        "intranet" => "https://intranet.example.com/cb",
        "wiki" => "https://wiki.example.com/cb",
        "app" => "https://app.example.com/cb",
        "bound" => "https://bound.example.com/cb",
        "vault" => "https://vault.example.com/cb",
        "clinic" => "https://clinic.example.com/cb",
        "clinic-pharmacy" => "https://clinic.example.com/pharmacy",
        "school" => "https://school.example.com/cb",
        "archive" => "https://archive.example.com/cb",
        "okta-acme" => "https://acme.okta.example/idp/identity-verification/callback",
        other => panic!("{other} has no address"),
    }
}
