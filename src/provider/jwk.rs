//! Public keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2), and what they verify.
//!
//! openidconnect's own key cannot carry the certificate that Entra wants (`x5c`) and verifies with another library; this
//! one stands in its place (`library` is how openidconnect sees it). Only the four algorithms of [`Alg`] are ever verified;
//! shared secrets are no keys here.

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::JsonWebKeyId;
use openidconnect::core::CoreJsonWebKeyUse;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::crypto::signing::{Alg, PublicPart};

/// The members that hold a private or a shared key (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// The bytes of a coordinate of P-256 (RFC 7518 §6.2.1.2) and of an Ed25519 key.
const COORDINATE: usize = 32;

/// A public key. Members it does not know are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub struct Jwk {
    pub(super) shape: Shape,
    pub(super) kid: Option<JsonWebKeyId>,
    pub(super) purpose: Option<CoreJsonWebKeyUse>,
    pub(super) alg: Option<String>,
    key_ops: Option<Vec<String>>,
    x5c: Option<Vec<String>>,
    x5t_s256: Option<String>,
}

/// The key itself, as it was written: base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Rsa {
        n: String,
        e: String,
    },
    Ec {
        crv: String,
        x: String,
        y: String,
    },
    Okp {
        crv: String,
        x: String,
    },
    /// What openidconnect makes of a shared secret. The secret is not kept, so this verifies nothing.
    Shared,
}

/// A key as it stands in JSON.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Members {
    kty: String,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    purpose: Option<CoreJsonWebKeyUse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<JsonWebKeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<Vec<String>>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    x5t_s256: Option<String>,
}

/// Why something is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Of a type we do not know, or a member is missing or of the wrong kind.
    #[error("not a public key of a known type")]
    Unknown,
    /// It tells a private or a shared key.
    #[error("the key holds its private part")]
    Private,
}

impl TryFrom<Members> for Jwk {
    type Error = Unfit;

    fn try_from(members: Members) -> Result<Self, Unfit> {
        let Members { n, e, crv, x, y, .. } = members;
        let shape = match (members.kty.as_str(), n, e, crv, x, y) {
            ("RSA", Some(n), Some(e), ..) => Shape::Rsa { n, e },
            ("EC", _, _, Some(crv), Some(x), Some(y)) => Shape::Ec { crv, x, y },
            ("OKP", _, _, Some(crv), Some(x), _) => Shape::Okp { crv, x },
            _ => return Err(Unfit::Unknown),
        };
        Ok(Self {
            shape,
            kid: members.kid,
            purpose: members.purpose,
            alg: members.alg,
            key_ops: members.key_ops,
            x5c: members.x5c,
            x5t_s256: members.x5t_s256,
        })
    }
}

impl From<Jwk> for Members {
    fn from(key: Jwk) -> Self {
        let members = Self {
            purpose: key.purpose,
            key_ops: key.key_ops,
            kid: key.kid,
            alg: key.alg,
            x5c: key.x5c,
            x5t_s256: key.x5t_s256,
            ..Self::default()
        };
        let kty = key.shape.kty().to_owned();
        match key.shape {
            Shape::Rsa { n, e } => Self {
                kty,
                n: Some(n),
                e: Some(e),
                ..members
            },
            Shape::Ec { crv, x, y } => Self {
                kty,
                crv: Some(crv),
                x: Some(x),
                y: Some(y),
                ..members
            },
            Shape::Okp { crv, x } => Self {
                kty,
                crv: Some(crv),
                x: Some(x),
                ..members
            },
            Shape::Shared => Self { kty, ..members },
        }
    }
}

impl Shape {
    fn kty(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RSA",
            Self::Ec { .. } => "EC",
            Self::Okp { .. } => "OKP",
            Self::Shared => "oct",
        }
    }

    pub(super) fn signs(&self, alg: Alg) -> bool {
        match (self, alg) {
            (Self::Rsa { .. }, Alg::Rs256 | Alg::Ps256) => true,
            (Self::Ec { crv, .. }, Alg::Es256) => crv == "P-256",
            (Self::Okp { crv, .. }, Alg::EdDsa) => crv == "Ed25519",
            _ => false,
        }
    }
}

impl Jwk {
    /// The public half of a key of ours, to sign with `alg`. Named by its certificate if it has one (Entra's rule),
    /// otherwise by its thumbprint.
    pub fn of(alg: Alg, public: &PublicPart, certificate: Option<&[u8]>) -> Self {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let shape = match public {
            PublicPart::Rsa { n, e } => Shape::Rsa { n: text(n), e: text(e) },
            PublicPart::P256 { x, y } => Shape::Ec {
                crv: "P-256".to_owned(),
                x: text(x),
                y: text(y),
            },
            PublicPart::Ed25519 { x } => Shape::Okp {
                crv: "Ed25519".to_owned(),
                x: text(x),
            },
        };
        let x5t_s256 = certificate.map(|der| text(digest::digest(&SHA256, der).as_ref()));
        let mut key = Self {
            shape,
            kid: None,
            purpose: Some(CoreJsonWebKeyUse::Signature),
            alg: Some(alg.word().to_owned()),
            key_ops: None,
            // RFC 7517 §4.7: base64, not base64url.
            x5c: certificate.map(|der| vec![STANDARD.encode(der)]),
            x5t_s256: x5t_s256.clone(),
        };
        key.kid = Some(JsonWebKeyId::new(x5t_s256.unwrap_or_else(|| key.thumbprint())));
        key
    }

    /// Under another name than its own.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        self.kid = Some(JsonWebKeyId::new(name.to_owned()));
        self
    }

    /// The place of a shared secret, without the secret.
    pub(super) fn shared() -> Self {
        Self {
            shape: Shape::Shared,
            kid: None,
            purpose: None,
            alg: None,
            key_ops: None,
            x5c: None,
            x5t_s256: None,
        }
    }

    /// Reads the key that a sender put into its own message (RFC 9449 §4.3: it must not hold a private key).
    pub fn from_public(value: &Value) -> Result<Self, Unfit> {
        if has_private_part(value) {
            return Err(Unfit::Private);
        }
        Self::deserialize(value).map_err(|_| Unfit::Unknown)
    }

    /// Its name.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_ref().map(|kid| kid.as_str())
    }

    /// Its certificates as base64 of their DER, its own first; empty if it has none.
    pub fn certificates(&self) -> &[String] {
        self.x5c.as_deref().unwrap_or_default()
    }

    /// The thumbprint that names this key whoever wrote it (RFC 7638 §3, RFC 8037 §2): SHA-256, base64url.
    pub fn thumbprint(&self) -> String {
        // The members that make the key, in the order of their names, without blanks.
        let members: &[(&str, &str)] = match &self.shape {
            Shape::Rsa { n, e } => &[("e", e), ("kty", "RSA"), ("n", n)],
            Shape::Ec { crv, x, y } => &[("crv", crv), ("kty", "EC"), ("x", x), ("y", y)],
            Shape::Okp { crv, x } => &[("crv", crv), ("kty", "OKP"), ("x", x)],
            Shape::Shared => &[("kty", "oct")],
        };
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\":{}", Value::from(*value)))
            .collect();
        let text = format!("{{{}}}", members.join(","));
        URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, text.as_bytes()))
    }

    /// Whether this key may verify signatures of `alg`: its type and curve fit, and nothing it says of itself
    /// (`alg`, `use`, `key_ops`) speaks against it.
    pub fn fits(&self, alg: Alg) -> bool {
        self.shape.signs(alg)
            && self.alg.as_deref().is_none_or(|own| own == alg.word())
            && matches!(self.purpose, None | Some(CoreJsonWebKeyUse::Signature))
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"))
    }

    /// Whether `signature` is this key's over `message` with `alg`. RSA keys have 2048 to 8192 bits.
    pub fn verify(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        self.fits(alg) && self.verified(alg, message, signature).is_some()
    }

    fn verified(&self, alg: Alg, message: &[u8], signature: &[u8]) -> Option<()> {
        match &self.shape {
            Shape::Rsa { n, e } => {
                let parameters: &RsaParameters = match alg {
                    Alg::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    Alg::Rs256 | Alg::Es256 | Alg::EdDsa => &RSA_PKCS1_2048_8192_SHA256,
                };
                let (n, e) = (number(n)?, number(e)?);
                PublicKeyComponents { n, e }.verify(parameters, message, signature).ok()
            }
            Shape::Ec { x, y, .. } => {
                // SEC 1 §2.3.3: 4, then both coordinates.
                let point = [&[4], coordinate(x)?.as_slice(), coordinate(y)?.as_slice()].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature).ok()
            }
            Shape::Okp { x, .. } => {
                let key = UnparsedPublicKey::new(&ED25519, coordinate(x)?);
                key.verify(message, signature).ok()
            }
            Shape::Shared => None,
        }
    }
}

/// Whether a key written as JSON tells a private or a shared key.
pub fn has_private_part(value: &Value) -> bool {
    PRIVATE.iter().any(|member| value.get(member).is_some()) || value.get("kty").and_then(Value::as_str) == Some("oct")
}

/// A number in base64url. Some write a leading zero, which RFC 7518 §6.3.1.1 forbids and the library refuses.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

fn coordinate(text: &str) -> Option<[u8; COORDINATE]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// A set of public keys (RFC 7517 §5): keys that cannot be read are left out, as it asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys, in their order.
    pub keys: Vec<Jwk>,
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Loose {
            keys: Vec<Value>,
        }
        let loose = Loose::deserialize(deserializer)?;
        let keys = loose.keys.iter().filter_map(|key| Jwk::deserialize(key).ok()).collect();
        Ok(Self { keys })
    }
}

impl JwkSet {
    /// The keys that may verify a signature of `alg` made under the name `kid`; without a name, all that may.
    pub fn find(&self, kid: Option<&str>, alg: Alg) -> impl Iterator<Item = &Jwk> {
        let named = move |key: &&Jwk| kid.is_none() || key.kid() == kid;
        self.keys.iter().filter(named).filter(move |key| key.fits(alg))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
    use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm};
    use serde_json::json;

    use super::*;
    use crate::crypto::signing::SigningKey;
    use doorward_contract::Timestamp;

    /// RFC 7638 §3.1.
    const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXj\
        BZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZH\
        zu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKn\
        qDKgw";
    /// RFC 7515 appendix A.3: what is signed, and the signature.
    const RFC_7515_A3: (&str, &str) = (
        "eyJhbGciOiJFUzI1NiJ9.\
         eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );
    /// RFC 8037 appendix A.4.
    const RFC_8037_A4: (&str, &str) = (
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );

    fn jwk(value: Value) -> Jwk {
        serde_json::from_value(value).unwrap()
    }

    fn rfc_7515_a3() -> Value {
        json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        })
    }

    fn rfc_8037() -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    }

    fn with(mut value: Value, member: &str, content: Value) -> Value {
        value[member] = content;
        value
    }

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// A fresh key, its JWK, and a signature over `message`.
    fn signed(alg: Alg, message: &[u8]) -> (SigningKey, Jwk, Vec<u8>) {
        let key = SigningKey::generate(alg).unwrap();
        let jwk = Jwk::of(alg, &key.public().unwrap(), None);
        let signature = key.sign(message).unwrap();
        (key, jwk, signature)
    }

    #[test]
    fn thumbprints_are_those_of_the_rfcs_whatever_else_the_key_says() {
        let rsa = json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"});
        assert_eq!(jwk(rsa).thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let okp = with(rfc_8037(), "use", json!("sig"));
        assert_eq!(jwk(okp).thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn two_keys_whose_texts_would_run_together_have_different_thumbprints() {
        let ec = |x: &str, y: &str| jwk(json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}));
        let (one, other) = (ec("A\",\"y\":\"B", "C"), ec("A", "B\",\"y\":\"C"));
        assert_ne!(one.thumbprint(), other.thumbprint());
    }

    #[test]
    fn the_signatures_of_the_rfcs_verify_and_altered_ones_do_not() {
        for (alg, key, (message, signature)) in [
            (Alg::Es256, rfc_7515_a3(), RFC_7515_A3),
            (Alg::EdDsa, rfc_8037(), RFC_8037_A4),
        ] {
            let (key, message, signature) = (jwk(key), message.as_bytes(), bytes(signature));
            assert!(key.verify(alg, message, &signature));
            assert!(!key.verify(alg, &message[1..], &signature));
            for at in 0..signature.len() {
                let mut altered = signature.clone();
                altered[at] ^= 1;
                assert!(!key.verify(alg, message, &altered), "{alg} byte {at}");
                assert!(!key.verify(alg, message, &signature[..at]), "{alg} cut at {at}");
            }
        }
    }

    #[test]
    fn the_signature_of_rfc_8037_is_what_our_key_makes() {
        // PKCS #8 (RFC 8410 §7) around the private key of appendix A.1.
        let mut pkcs8 = vec![48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
        pkcs8.extend(bytes("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
        let key = SigningKey::from_pkcs8(Alg::EdDsa, &pkcs8).unwrap();
        let (message, signature) = RFC_8037_A4;
        assert_eq!(key.sign(message.as_bytes()).unwrap(), bytes(signature));
        let own = Jwk::of(Alg::EdDsa, &key.public().unwrap(), None);
        assert_eq!(own.kid(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    }

    #[test]
    fn what_we_sign_another_implementation_verifies_by_the_published_key() {
        for alg in Alg::ALL {
            let (_, ours, signature) = signed(alg, b"message");
            let theirs: CoreJsonWebKey = serde_json::from_value(json!(ours)).unwrap();
            let JsonWebKeyAlgorithm::Algorithm(name) = ours.signing_alg() else {
                panic!("our keys name their algorithm");
            };
            theirs.verify_signature(name, b"message", &signature).unwrap();
            assert!(theirs.verify_signature(name, b"another", &signature).is_err());
            // And through the trait, as openidconnect will call ours.
            ours.verify_signature(name, b"message", &signature).unwrap();
            assert!(ours.verify_signature(name, b"another", &signature).is_err());
            assert_eq!(ours.hash_bytes(b"token", name), theirs.hash_bytes(b"token", name));
            assert_eq!(ours.key_type(), theirs.key_type());
        }
    }

    #[test]
    fn a_key_verifies_with_its_own_algorithm_only() {
        for alg in Alg::ALL {
            let (key, ours, signature) = signed(alg, b"message");
            for other in Alg::ALL {
                assert_eq!(
                    ours.verify(other, b"message", &signature),
                    other == alg,
                    "{alg} as {other}"
                );
            }
            // Without `alg`, an RSA key may verify both kinds of signatures, each as what it is.
            let free = jwk(with(json!(ours), "alg", Value::Null));
            assert!(free.verify(alg, b"message", &signature));
            for other in Alg::ALL.into_iter().filter(|other| *other != alg) {
                assert!(!free.verify(other, b"message", &signature));
            }
            for (member, content) in [
                ("use", json!("enc")),
                ("key_ops", json!(["encrypt"])),
                ("key_ops", json!([])),
                ("alg", json!("RSA-OAEP")),
            ] {
                let barred = jwk(with(json!(ours), member, content));
                assert!(!barred.verify(alg, b"message", &signature), "{alg} {member}");
            }
            let allowed = jwk(with(json!(ours), "key_ops", json!(["verify"])));
            assert!(allowed.verify(alg, b"message", &signature));
            let (.., foreign) = signed(alg, b"message");
            assert!(!ours.verify(alg, b"message", &foreign));
            assert!(key.pkcs8().is_ok());
        }
    }

    #[test]
    fn weak_and_malformed_keys_verify_nothing() {
        use aws_lc_rs::rsa::{KeyPair, KeySize};
        use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
        let random = aws_lc_rs::rand::SystemRandom::new();
        let strong = KeyPair::generate(KeySize::Rsa3072).unwrap();
        let mut signature = vec![0; strong.public_modulus_len()];
        strong
            .sign(&RSA_PKCS1_SHA256, &random, b"message", &mut signature)
            .unwrap();
        let n = strong.public_key().modulus().big_endian_without_leading_zero();
        let rsa = |n: &[u8], e: &str| jwk(json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": e}));
        assert!(rsa(n, "AQAB").verify(Alg::Rs256, b"message", &signature));
        // A leading zero is somebody's mistake and harmless.
        assert!(rsa(&[&[0], n].concat(), "AAEAAQ").verify(Alg::Rs256, b"message", &signature));
        for e in ["AQ", "AA", "", "Ag", "BA", "not base64!", "AQAB="] {
            assert!(!rsa(n, e).verify(Alg::Rs256, b"message", &signature), "e = {e}");
        }
        // With e = 1 a signature would be its own message: the padded digest itself.
        let digest = digest::digest(&SHA256, b"message");
        let info: [u8; 19] = [48, 49, 48, 13, 6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1, 5, 0, 4, 32];
        let mut padded = vec![0, 1];
        padded.resize(n.len() - info.len() - 33, 255);
        let padded = [&padded[..], &[0], &info, digest.as_ref()].concat();
        assert_eq!(padded.len(), n.len());
        assert!(!rsa(n, "AQ").verify(Alg::Rs256, b"message", &padded));
        for bad in [vec![], vec![0; 256]] {
            assert!(!rsa(&bad, "AQAB").verify(Alg::Rs256, b"message", &signature));
        }
        let (message, signature) = RFC_7515_A3;
        for (member, content) in [
            ("crv", "P-384"),
            ("crv", "secp256k1"),
            ("x", "AAAA"),
            ("y", ""),
            ("y", "x y"),
        ] {
            let key = jwk(with(rfc_7515_a3(), member, json!(content)));
            assert!(
                !key.verify(Alg::Es256, message.as_bytes(), &bytes(signature)),
                "{member} = {content}"
            );
        }
    }

    /// openssl genrsa 1024; the key signed `message`. A signature that is right, by a key that is too short.
    const SHORT: (&str, &str) = (
        "x5mTziVESujbgGlQTxH1i779p45xZWCidOWIVMB4p_FDK3cfL_ue58gVcwvFvRDz_01-ncxKGnidi_DTfrsdlPQert0HtwnOVUnl\
         Hh96SUndvq-EkwTZvBccCi4vNGR4oJ2J2YBfh8txjS72ExqbXNz0m6steus3RCiLEq0cAfM",
        "ULifW3wdBlA_-voLtT_IHP7Y7rgpki-G05Zw1M0WsHenLCyVv0urldSmBBwwyfAqUwp8Nwc_5CnT_U9QUPHDYfjfzB_b6rs4LX-z\
         GKHqvnzgSipTKXCm8_9ftsJEAP8_rWJ9a5Np-RnpdcuXtUHMh8Ry2lDMjgvS7YHUje9fLiE",
    );

    #[test]
    fn an_rsa_key_below_2048_bits_verifies_nothing_even_what_it_signed() {
        let (n, signature) = SHORT;
        let key = json!({"kty": "RSA", "n": n, "e": "AQAB"});
        let theirs: CoreJsonWebKey = serde_json::from_value(key.clone()).unwrap();
        let name = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        theirs.verify_signature(&name, b"message", &bytes(signature)).unwrap();
        assert!(!jwk(key).verify(Alg::Rs256, b"message", &bytes(signature)));
    }

    #[test]
    fn a_shared_secret_verifies_nothing_and_is_not_kept() {
        let key = Jwk::new_symmetric(b"correct-horse".to_vec());
        for alg in Alg::ALL {
            assert!(!key.verify(alg, b"message", b"signature"));
        }
        let hs256 = CoreJwsSigningAlgorithm::HmacSha256;
        assert!(key.verify_signature(&hs256, b"message", b"signature").is_err());
        assert_eq!(json!(key), json!({"kty": "oct"}));
    }

    #[test]
    fn the_certificate_holds_the_key_and_names_it() {
        let key = SigningKey::generate(Alg::Rs256).unwrap();
        let now = Timestamp::from_seconds(1_768_471_200);
        let der = key.certificate("login.example.com", now, now).unwrap();
        let jwk = Jwk::of(Alg::Rs256, &key.public().unwrap(), Some(&der));
        let value = json!(jwk);
        let leaf = STANDARD.decode(value["x5c"][0].as_str().unwrap()).unwrap();
        assert_eq!(leaf, der);
        let [n, e] = ["n", "e"].map(|member| bytes(value[member].as_str().unwrap()));
        let public = PublicKeyComponents { n, e }.as_der().unwrap();
        let public = public.as_ref();
        assert!(leaf.windows(public.len()).any(|window| window == public));
        let print = URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, &leaf));
        assert_eq!(
            (value["kid"].as_str(), value["x5t#S256"].as_str()),
            (Some(&*print), Some(&*print))
        );
        assert_eq!([&value["use"], &value["alg"], &value["kty"]], ["sig", "RS256", "RSA"]);
    }

    #[test]
    fn a_key_that_tells_its_private_part_is_refused() {
        assert!(Jwk::from_public(&rfc_8037()).is_ok());
        for member in PRIVATE {
            let told = with(rfc_8037(), member, json!("AAAA"));
            assert_eq!(Jwk::from_public(&told), Err(Unfit::Private), "{member}");
        }
        let shared = json!({"kty": "oct", "k": "AAAA"});
        assert_eq!(Jwk::from_public(&shared), Err(Unfit::Private));
        assert_eq!(Jwk::from_public(&json!({"kty": "oct"})), Err(Unfit::Private));
        for unknown in [
            json!({}),
            json!(null),
            json!("key"),
            json!({"kty": "RSA", "n": 5, "e": "AQAB"}),
        ] {
            assert_eq!(Jwk::from_public(&unknown), Err(Unfit::Unknown), "{unknown}");
        }
    }

    #[test]
    fn what_a_set_does_not_understand_it_leaves_out() {
        let set: JwkSet = serde_json::from_value(json!({
            "keys": [
                {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"},
                {"kty": "oct", "k": "AAAA"},
                {"kty": "RSA", "n": 7},
                "nonsense",
                with(with(rfc_7515_a3(), "kid", json!("one")), "ext", json!(true)),
                with(rfc_8037(), "kid", json!("two")),
                with(rfc_8037(), "use", json!("enc")),
            ],
            "more": 1,
        }))
        .unwrap();
        assert_eq!(set.keys.len(), 3);
        let found = |kid, alg| set.find(kid, alg).map(|key| key.kid().unwrap()).collect::<Vec<_>>();
        assert_eq!(found(None, Alg::Es256), ["one"]);
        assert_eq!(found(None, Alg::EdDsa), ["two"]);
        assert_eq!(found(Some("two"), Alg::EdDsa), ["two"]);
        assert!(found(Some("two"), Alg::Es256).is_empty() && found(Some("three"), Alg::EdDsa).is_empty());
        assert!(found(None, Alg::Rs256).is_empty());
        assert!(serde_json::from_str::<JwkSet>("{\"keys\": 1}").is_err());
    }

    #[test]
    fn a_key_is_written_as_it_was_read_without_what_is_not_understood() {
        let key = with(rfc_7515_a3(), "kid", json!("one"));
        assert_eq!(json!(jwk(with(key.clone(), "iat", json!(1)))), key);
    }
}
