//! The relying parties that the lab registers at Doorward: one for each way of playing by the book, so that any client
//! library can be tried. Their keys are made when a world begins and stay in its folder.

use std::io;

use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::encoding::EcPrivateKeyBin;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::folder::Folder;
use crate::seed::Seed;

/// A registered relying party, with everything it knows of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Party {
    /// Its `client_id`.
    pub client_id: String,
    /// How it proves itself.
    pub auth: String,
    /// Its secret, if it has one.
    pub secret: Option<String>,
    /// The file with its private key as a JWK (ES256), if it has one.
    pub private_jwk: Option<String>,
    /// The file with its public keys as a JWK set.
    pub jwks: Option<String>,
    /// Where its answers go. Only the plain page listens there; the others stop at the redirect.
    pub redirect_uri: String,
    /// `plain` or `fapi2`.
    pub profile: String,
    /// Further lines of its settings.
    pub settings: Vec<String>,
}

/// The imitated Okta org.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Okta {
    /// Where its people sign in, recover, unlock and enrol.
    pub address: Url,
    /// Its client id at Doorward, as identity-verification vendor.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: String,
}

/// What tells one registration from another.
struct Kind {
    id: &'static str,
    auth: &'static str,
    profile: &'static str,
    keys: bool,
    settings: &'static [&'static str],
}

const KINDS: [Kind; 11] = [
    Kind::of("rp", "client_secret_basic", &["refresh = \"1d\"", "session = \"1h\""]),
    Kind::of("basic", "client_secret_basic", &["refresh = \"1d\""]),
    Kind::of("post", "client_secret_post", &[]),
    Kind::with_keys("jwt", "private_key_jwt", "plain", &[]),
    Kind::of("public", "none", &["refresh = \"1d\""]),
    Kind::with_keys("jar", "private_key_jwt", "plain", &["signed_requests = true"]),
    Kind::of(
        "pairwise",
        "client_secret_basic",
        &["subject = \"pairwise\"", "id_token_alg = \"ES256\""],
    ),
    Kind::of(
        "bound",
        "client_secret_basic",
        &["dpop = true", "refresh = \"1d\"", "id_token_alg = \"EdDSA\""],
    ),
    Kind::with_keys("fapi2", "private_key_jwt", "fapi2", &["refresh = \"1d\""]),
    Kind::of(
        "session",
        "client_secret_basic",
        &[
            "session = \"1h\"",
            "post_logout_redirect_uris = [\"http://127.0.0.1:1/session/left\"]",
        ],
    ),
    Kind::of("resource-server", "client_secret_basic", &["resource_server = true"]),
];

impl Kind {
    const fn of(id: &'static str, auth: &'static str, settings: &'static [&'static str]) -> Self {
        Self {
            id,
            auth,
            profile: "plain",
            keys: false,
            settings,
        }
    }

    const fn with_keys(
        id: &'static str,
        auth: &'static str,
        profile: &'static str,
        settings: &'static [&'static str],
    ) -> Self {
        Self {
            id,
            auth,
            profile,
            keys: true,
            settings,
        }
    }
}

/// The name of the service app's key.
const OKTA_APP: &str = "okta-app";

/// All of them, their secrets and keys written to the folder; and the public key of Doorward's own app at Okta.
pub(crate) fn all(seed: Seed, folder: &Folder, rp: &Url) -> io::Result<(Vec<Party>, Value)> {
    let parties = KINDS.iter().map(|kind| party(kind, seed, folder, rp));
    Ok((parties.collect::<io::Result<_>>()?, okta_app(folder)?))
}

fn party(kind: &Kind, seed: Seed, folder: &Folder, rp: &Url) -> io::Result<Party> {
    let id = kind.id;
    let secret = kind
        .auth
        .starts_with("client_secret")
        .then(|| seed.token(&format!("client {id}")));
    if let Some(secret) = &secret {
        folder.write(&format!("secrets/client-{id}"), secret.as_bytes())?;
    }
    let files = if kind.keys { Some(keys(id, folder)?) } else { None };
    let redirect_uri = match id {
        "rp" => rp.join("callback").map_err(io::Error::other)?.to_string(),
        // Nobody listens there.
        _ => format!("http://127.0.0.1:1/{id}"),
    };
    Ok(Party {
        client_id: id.to_owned(),
        auth: kind.auth.to_owned(),
        secret,
        private_jwk: files.as_ref().map(|(private, _)| private.clone()),
        jwks: files.map(|(_, public)| public),
        redirect_uri,
        profile: kind.profile.to_owned(),
        settings: kind.settings.iter().map(|line| (*line).to_owned()).collect(),
    })
}

/// The key of Doorward's service app at Okta, public half as JWK; made the first time. The private half lies among the
/// secrets as `client-okta-app.jwk.json`.
fn okta_app(folder: &Folder) -> io::Result<Value> {
    let (_, public) = keys(OKTA_APP, folder)?;
    let keys: Value = serde_json::from_str(&std::fs::read_to_string(public)?)?;
    Ok(keys.pointer("/keys/0").cloned().unwrap_or_default())
}

/// The files with a client's private and public keys; made the first time.
fn keys(id: &str, folder: &Folder) -> io::Result<(String, String)> {
    let private = format!("secrets/client-{id}.jwk.json");
    let public = format!("client-{id}.jwks.json");
    if folder.read(&private)?.is_none() {
        let (own, shown) = pair(id)?;
        folder.write(&private, own.to_string().as_bytes())?;
        folder.write(&public, json!({"keys": [shown]}).to_string().as_bytes())?;
    }
    let shown = |file: &str| folder.file(file).display().to_string();
    Ok((shown(&private), shown(&public)))
}

/// A fresh key on P-256 as JWKs, private and public.
fn pair(id: &str) -> io::Result<(Value, Value)> {
    let broken = |_| io::Error::other("no key could be made");
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(broken)?;
    let own: EcPrivateKeyBin<'_> = key.private_key().as_be_bytes().map_err(broken)?;
    let point = key.public_key().as_ref();
    let (x, y) = point
        .get(1..)
        .unwrap_or_default()
        .split_at_checked(32)
        .unwrap_or_default();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let public = json!({
        "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y), "kid": format!("{id}-1"), "use": "sig", "alg": "ES256",
    });
    let mut private = public.clone();
    if let Some(members) = private.as_object_mut() {
        members.insert("d".to_owned(), json!(text(own.as_ref())));
    }
    Ok((private, public))
}
