//! Entra's external MFA over HTTP: what it reads of us, what it has browsers post, and what it gets back (entra.md §1).
//! Each check of a request is broken alone in `src/provider/tests/entra/`; here is what the edge makes of it.

mod documents;
mod edge;
mod journey;
mod sign_in;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use doorward_contract::clock::{Clock, TurnedClock};
use doorward_lab::play::walk::Walk;
use doorward_lab::{Lab, caller};
use serde_json::{Value, json};
use sign_in::SignIn;

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// When these tests take place: 2026-01-15T10:00:00Z.
const NOW: i64 = 1_768_471_200;
const APP: &str = "9c1d0000-aaaa-4bbb-8ccc-000000000001";
const SUPPORT: &str = "6a0d2d3e-1111-4222-8333-0123456789ab";
const CLAIMS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["possessionorinherence"]},
    "amr":{"essential":true,"values":["face","fido","otp","sms"]}}}"#;

/// A world in which Entra has Doorward as external method.
struct Stage {
    lab: Lab,
    clock: TurnedClock,
    sign_in: Arc<SignIn>,
    /// Our name towards Entra.
    issuer: String,
    /// The tenant's id.
    tenant: String,
    client: reqwest::Client,
}

/// The value of a key in settings.
fn value(text: &str, key: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(&format!("{key} = \"")));
    line.unwrap().split('"').nth(1).unwrap().to_owned()
}

impl Stage {
    async fn new() -> Self {
        let sign_in = SignIn::start().await;
        let authority = sign_in.address.clone();
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let lab = Lab::builder()
            .seed(11)
            .listen(ANYWHERE)
            .in_process(Arc::new(clock.clone()))
            .toml_change(move |text| {
                let tenant = value(&text, "tenant");
                format!(
                    "{text}\n[[source]]\nname = \"mfa\"\nkind = \"entra\"\ntenant = \"{tenant}\"\n\
                     cloud = {{ authority = \"{authority}\" }}\nclient_id = \"doorward-acme\"\napp_id = \"{APP}\"\n\
                     [[purpose]]\nname = \"mfa-check\"\ntitle = \"Confirm that it is you\"\nsources = [\"mfa\"]\n\
                     directory = \"entra\"\nverifier = \"persona\"\nmatch = \"strict\"\n"
                )
            })
            .start()
            .await
            .unwrap();
        let issuer = format!("{}entra/mfa", lab.sheet().doorward.address);
        let settings = std::fs::read_to_string(&lab.sheet().doorward.settings).unwrap();
        Self {
            tenant: value(&settings, "tenant"),
            client: caller::client().unwrap(),
            lab,
            clock,
            sign_in,
            issuer,
        }
    }

    /// A hint about an account, as Entra makes it now.
    fn hint(&self, account: &str) -> Value {
        let now = self.clock.now().seconds();
        json!({
            "iss": format!("{}/{}/v2.0", self.sign_in.address, self.tenant),
            "sub": "kZ2mXo-pairwise-subject",
            "aud": APP,
            "iat": now,
            "nbf": now,
            "exp": now - 1,
            "oid": account,
            "tid": self.tenant,
        })
    }

    /// The form that Entra has the browser post about an account.
    fn form(&self, account: &str, nonce: &str) -> Vec<(&'static str, String)> {
        vec![
            ("scope", "openid".to_owned()),
            ("response_type", "id_token".to_owned()),
            ("response_mode", "form_post".to_owned()),
            ("client_id", "doorward-acme".to_owned()),
            ("redirect_uri", self.sign_in.answers()),
            ("nonce", nonce.to_owned()),
            ("state", "S0-<9a77>".to_owned()),
            ("claims", CLAIMS.to_owned()),
            ("client-request-id", SUPPORT.to_owned()),
            ("id_token_hint", self.sign_in.sign(&self.hint(account))),
        ]
    }

    /// Posts a form as a browser does that comes from Entra's page.
    async fn post(&self, form: &[(&'static str, String)]) -> reqwest::Response {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.post_body("application/x-www-form-urlencoded", body).await
    }

    async fn post_body(&self, kind: &str, body: String) -> reqwest::Response {
        self.client
            .post(format!("{}/authorize", self.issuer))
            .header("content-type", kind)
            .header("origin", &self.sign_in.address)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    async fn cases(&self) -> Vec<Value> {
        let found = self.lab.api().get("cases").await.unwrap();
        found["cases"].as_array().unwrap().clone()
    }

    fn walk(&self) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        Walk::new(self.lab.sheet().clone(), quietly).unwrap()
    }
}

/// What is changed in a form.
fn but(form: Vec<(&'static str, String)>, name: &str, value: &str) -> Vec<(&'static str, String)> {
    let change = |(key, old)| {
        if key == name {
            (key, value.to_owned())
        } else {
            (key, old)
        }
    };
    form.into_iter().map(change).collect()
}

/// The claims of a token, if one of the published keys made it.
fn verified(token: &str, keys: &Value) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
    let all = keys["keys"].as_array().unwrap();
    let key = all.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let part = |name: &str| decode(key[name].as_str().unwrap());
    let key = RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    };
    let signed = format!("{}.{}", parts[0], parts[1]);
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(parts[2]))
        .unwrap();
    serde_json::from_slice(&decode(parts[1])).unwrap()
}
