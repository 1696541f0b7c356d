//! A world for the protocols' tests: the lab with Doorward in this process, relying parties of every kind, and a browser
//! that proved itself once, so that codes can be had by `prompt=none` without a person.

use std::fs::Permissions;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Timestamp;
use doorward_contract::clock::{Clock, TurnedClock};
use doorward_lab::browser::Error;
use doorward_lab::play::walk::Walk;
use doorward_lab::{Lab, caller};
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::reply::{Answer, Reply, Sent};
use super::sign::{Pair, part};

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// When these tests take place: 2026-01-15T10:00:00Z.
pub(super) const NOW: i64 = 1_768_471_200;
/// The algorithms of the keys that the parties `keys` and `keys-fapi2` share.
pub(super) const ALGS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];
/// The person of these tests.
pub(super) const MARIA: &str = "maria.silva@example.com";

/// Parties that the lab does not have.
const MORE: &str = r#"
[[purpose]]
name = "verify-again"
title = "Show once more that it is you"
sources = ["sso"]
directory = "entra"
verifier = "persona"
match = "strict"

[[client]]
name = "keys"
source = "sso"
title = "Party of many keys"
auth = "private_key_jwt"
jwks = "JWKS"
redirect_uris = ["http://127.0.0.1:1/keys"]
refresh = "1d"

[[client]]
name = "keys-fapi2"
source = "sso"
title = "FAPI party of many keys"
auth = "private_key_jwt"
jwks = "JWKS"
redirect_uris = ["http://127.0.0.1:1/keys-fapi2"]
profile = "fapi2"
refresh = "1d"

[[client]]
name = "ps256"
source = "sso"
title = "Party of two addresses"
secrets = [{ file = "SECRET" }]
redirect_uris = ["http://127.0.0.1:1/ps256", "http://127.0.0.1:1/ps256?from=here"]
id_token_alg = "PS256"
"#;

/// Made once: searching for primes takes a while.
static KEYS: LazyLock<Vec<Arc<Pair>>> = LazyLock::new(|| ALGS.iter().map(|alg| Arc::new(Pair::new(alg))).collect());

pub(super) struct Stage {
    pub(super) lab: Lab,
    pub(super) clock: TurnedClock,
    pub(super) client: reqwest::Client,
    pub(super) issuer: String,
    /// The keys of `keys` and `keys-fapi2`, in the order of [`ALGS`].
    pub(super) keys: Vec<Arc<Pair>>,
    /// What the browser that proved itself keeps.
    pub(super) cookie: Option<String>,
    _folder: TempDir,
}

impl Stage {
    /// With no proof yet.
    pub(super) async fn new() -> Self {
        Self::changed(NOW, |text| text).await
    }

    /// Beginning at this second, with other settings.
    pub(super) async fn changed(now: i64, change: impl Fn(String) -> String + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KEYS.clone();
        let named = keys
            .iter()
            .map(|pair| super::sign::but(&pair.jwk(), &json!({"kid": pair.alg()})));
        let set = json!({"keys": named.collect::<Vec<_>>()});
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            path.display().to_string()
        };
        let more = MORE
            .replace("JWKS", &file("keys.jwks.json", &set.to_string()))
            .replace("SECRET", &file("ps256", super::party::PS256_SECRET));
        let clock = TurnedClock::at(Timestamp::from_seconds(now));
        let lab = Lab::builder()
            .seed(11)
            .listen(ANYWHERE)
            .in_process(Arc::new(clock.clone()))
            .toml_change(move |text| change(remembering(&format!("{text}\n{more}"))))
            .start()
            .await
            .unwrap();
        Self {
            client: caller::client().unwrap(),
            issuer: lab.sheet().doorward.address.origin().ascii_serialization(),
            lab,
            clock,
            keys,
            cookie: None,
            _folder: folder,
        }
    }

    /// With a browser in which Maria proved herself.
    pub(super) async fn proven() -> Self {
        Self::new().await.with_proof().await
    }

    /// The same world, once Maria proved herself in a browser.
    pub(super) async fn with_proof(mut self) -> Self {
        let stage = &self;
        let party = stage.party("session");
        let mut walk = stage.walk();
        let asked = party.ask().set("login_hint", MARIA);
        stage.through(&mut walk, &stage.address(&asked)).await;
        self.cookie = Some(session_of(&walk));
        self
    }

    pub(super) fn walk(&self) -> Walk {
        fn quietly(_: &str, _: Duration) {}
        Walk::new(self.lab.sheet().clone(), quietly).unwrap()
    }

    pub(super) fn endpoint(&self, name: &str) -> String {
        format!("{}/oauth2/{name}", self.issuer)
    }

    /// The authorization endpoint with this question.
    pub(super) fn address(&self, asked: &Sent) -> String {
        format!("{}?{}", self.endpoint("authorize"), asked.encoded())
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// Asks in the browser that proved itself; nothing is followed.
    pub(super) async fn authorize(&self, asked: &Sent) -> Answer {
        self.authorize_as(self.cookie.as_deref(), asked).await
    }

    /// Asks in a browser with this cookie, or none.
    pub(super) async fn authorize_as(&self, cookie: Option<&str>, asked: &Sent) -> Answer {
        let mut request = self.client.get(self.address(asked));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        Answer::of(Reply::of(request).await)
    }

    /// Walks Maria from the question to the address of the answer, which nobody listens at.
    pub(super) async fn through(&self, walk: &mut Walk, address: &str) -> Url {
        self.through_as(walk, address, "maria-silva").await
    }

    /// The same as somebody else.
    pub(super) async fn through_as(&self, walk: &mut Walk, address: &str, person: &str) -> Url {
        self.prove(walk, address, person).await;
        self.led_away(walk).await
    }

    /// From Persona's last page to the address of the answer, which nobody listens at.
    pub(super) async fn led_away(&self, walk: &mut Walk) -> Url {
        self.led_away_in(walk, Duration::ZERO).await
    }

    /// The same, while the clock is turned by this much at each look: what did not fit is not told at once.
    pub(super) async fn led_away_in(&self, walk: &mut Walk, turn: Duration) -> Url {
        let mut came = walk.browser.form("/verify/done").unwrap().press("Done").await.map(drop);
        let case = format!("{}/case", self.issuer);
        for _ in 0..3_000 {
            match came {
                Err(Error::Unanswered { url, .. }) if url.port() == Some(1) => return *url,
                Err(error) => panic!("{error}"),
                Ok(()) => {}
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.clock.forward(turn);
            // Looking takes no answer away.
            let address = Url::parse(&case).unwrap();
            let cookies = walk
                .browser
                .jar()
                .header(&address, self.clock.now())
                .unwrap_or_default();
            let looked = self
                .client
                .head(address)
                .header("cookie", cookies)
                .send()
                .await
                .unwrap();
            assert_eq!(looked.status(), 200);
            came = walk.browser.visit(&case).await.map(drop);
        }
        panic!("never answered: {}", walk.browser.page().unwrap().text());
    }

    /// Walks somebody from the question to Persona's last page.
    pub(super) async fn prove(&self, walk: &mut Walk, address: &str, person: &str) {
        self.prove_as(walk, address, person, "pass").await;
    }

    /// The same, and it ends as `outcome` says.
    pub(super) async fn prove_as(&self, walk: &mut Walk, address: &str, person: &str, outcome: &str) {
        let person = walk.person(person).unwrap();
        walk.browser.visit(address).await.unwrap();
        walk.agree().await.unwrap();
        walk.prove(&person, outcome).await.unwrap();
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}{path}", self.issuer))).await
    }

    /// The claims of a token, if one of the published keys signed it, checked by openidconnect's own keys.
    pub(super) async fn verified(&self, token: &str) -> Value {
        verified(token, &self.get("/oauth2/jwks").await.json())
    }

    /// The cases that were opened so far.
    pub(super) async fn cases(&self) -> usize {
        self.lab.api().get("cases").await.unwrap()["cases"]
            .as_array()
            .unwrap()
            .len()
    }
}

/// Lets every party take an earlier proof of the same browser.
fn remembering(text: &str) -> String {
    let mut parts = text.split("[[client]]\n");
    let mut all = parts.next().unwrap().to_owned();
    for part in parts {
        let own = part.split("\n[[").next().unwrap();
        let may = !own.contains("session =") && !own.contains("okta_authenticator");
        all.push_str(if may {
            "[[client]]\nsession = \"1h\"\n"
        } else {
            "[[client]]\n"
        });
        all.push_str(part);
    }
    all
}

/// What a browser that proved itself sends along.
pub(super) fn session_of(walk: &Walk) -> String {
    let mut cookies = walk.browser.jar().cookies().iter();
    let cookie = cookies
        .find(|cookie| cookie.name == "doorward-session")
        .expect("a session");
    format!("{}={}", cookie.name, cookie.value)
}

/// The claims of a token that one of these keys signed.
pub(super) fn verified(token: &str, keys: &Value) -> Value {
    let header = part(token, 0);
    let found = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"]);
    let key: CoreJsonWebKey = serde_json::from_value(found.expect("a published key").clone()).unwrap();
    let alg: CoreJwsSigningAlgorithm = serde_json::from_value(header["alg"].clone()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify_signature(&alg, signed.as_bytes(), &signature)
        .expect("a good signature");
    part(token, 1)
}
