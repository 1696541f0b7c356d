//! What it says of somebody, truthfully or wrongly: ID tokens and logout tokens.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::key::unsigned;
use super::{Member, Signed, StaffProvider, member};

/// What ID tokens and logout tokens are good for.
const LIFE: i64 = 300;
/// What a logout token says that it is about (Back-Channel Logout §2.4).
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// One way to answer wrongly, or otherwise than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The ID token is signed by somebody else under our key's name.
    WrongKey,
    /// It is not signed (`none`).
    Unsigned,
    /// It is "signed" with our public key as a shared secret.
    PublicKeyAsSecret,
    /// It names an extension that must be understood.
    Critical,
    /// It names a claim twice.
    Twice,
    /// Another nonce.
    Nonce,
    /// No nonce.
    NoNonce,
    /// Another issuer.
    Issuer,
    /// For another client.
    Audience,
    /// For us and for somebody else.
    TwoAudiences,
    /// Made for another party.
    Azp,
    /// Over for an hour.
    Expired,
    /// Without an end.
    Endless,
    /// Made an hour ago.
    Old,
    /// Made in an hour.
    Early,
    /// Of another access token.
    AtHash,
    /// About nobody.
    NoSubject,
    /// No ID token at all.
    NoIdToken,
    /// Whoever signs in afresh did so an hour ago.
    StaleAuthTime,
    /// Nothing is said about when.
    NoAuthTime,
    /// Another authentication context than was asked for.
    OtherAcr,
    /// The answer names another issuer.
    AnswerIssuer,
    /// The answer names none.
    NoAnswerIssuer,
    /// Too many groups: the token says so, and names none.
    Overage,
    /// Some groups: the token says so, and names none.
    HasGroups,
    /// Groups are told at the userinfo endpoint only.
    GroupsAtUserinfo,
    /// The userinfo endpoint speaks of somebody else.
    UserinfoOfAnother,
}

/// How a logout token shall differ from a right one.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Whose sessions, by subject.
    pub sub: Option<String>,
    /// Which session.
    pub sid: Option<String>,
    /// Its name, if it is to be one that was used before.
    pub jti: Option<String>,
    /// Claims put in the place of the right ones; null takes one out.
    pub instead: Map<String, Value>,
    /// How it is signed wrongly.
    pub fault: Option<Fault>,
}

impl StaffProvider {
    /// The ID token for somebody who signed in.
    pub(super) fn id_token(&self, who: &Member, signed: &Signed, nonce: &str, access: &str) -> String {
        let now = self.clock.now().seconds();
        let client = self.lock().client.id.clone();
        let mut claims = json!({
            "iss": self.issuer, "sub": member::subject(who.id), "aud": client, "exp": now + LIFE, "iat": now,
            "auth_time": signed.at.seconds(), "nonce": nonce, "sid": signed.sid, "at_hash": at_hash(access),
            "name": who.name, "preferred_username": who.email, "oid": who.oid, "tid": "00000000-0000-4000-8000-000000000001",
            "groups": who.groups,
        });
        let Some(members) = claims.as_object_mut() else {
            return String::new();
        };
        if let Some(email) = &who.email {
            members.insert("email".to_owned(), json!(email));
        }
        if let Some(acr) = &signed.acr {
            members.insert("acr".to_owned(), json!(acr));
        }
        for fault in self.lock().faults.clone() {
            bend(members, fault, now, &client);
        }
        self.signed_wrongly_or_not(&claims)
    }

    fn signed_wrongly_or_not(&self, claims: &Value) -> String {
        let text = claims.to_string();
        let fault = self.lock().faults.first().copied();
        self.sign(fault, &text)
    }

    fn sign(&self, fault: Option<Fault>, claims: &str) -> String {
        match fault {
            Some(Fault::WrongKey) => self.other.sign(&self.other.header(), claims),
            Some(Fault::Unsigned) => unsigned(claims),
            Some(Fault::PublicKeyAsSecret) => self.key.sign_with_public_half(claims),
            Some(Fault::Critical) => {
                let mut header = self.key.header();
                if let Some(members) = header.as_object_mut() {
                    members.insert("crit".to_owned(), json!(["b64"]));
                    members.insert("b64".to_owned(), json!(true));
                }
                self.key.sign(&header, claims)
            }
            Some(Fault::Twice) => {
                let twice = format!("{},\"roles\":[],\"roles\":[]}}", claims.trim_end_matches('}'));
                self.key.sign(&self.key.header(), &twice)
            }
            _ => self.key.sign(&self.key.header(), claims),
        }
    }

    /// A logout token.
    pub fn logout_token(&self, order: &Order) -> String {
        let now = self.clock.now().seconds();
        let (client, jti) = {
            let mut memory = self.lock();
            (memory.client.id.clone(), memory.fresh("jti"))
        };
        let mut claims = json!({
            "iss": self.issuer, "aud": client, "iat": now, "exp": now + 120,
            "jti": order.jti.clone().unwrap_or(jti), "events": { LOGOUT: {} },
        });
        if let Some(members) = claims.as_object_mut() {
            for (name, value) in [("sub", &order.sub), ("sid", &order.sid)] {
                if let Some(value) = value {
                    members.insert(name.to_owned(), json!(value));
                }
            }
            for (name, value) in &order.instead {
                if value.is_null() {
                    members.remove(name);
                } else {
                    members.insert(name.clone(), value.clone());
                }
            }
        }
        self.sign(order.fault, &claims.to_string())
    }
}

fn bend(claims: &mut Map<String, Value>, fault: Fault, now: i64, client: &str) {
    let mut put = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    match fault {
        Fault::Nonce => put("nonce", json!("another")),
        Fault::Issuer => put("iss", json!("https://login.example.net")),
        Fault::Audience => put("aud", json!("another-client")),
        Fault::TwoAudiences => put("aud", json!([client, "another-client"])),
        Fault::Azp => put("azp", json!("another-client")),
        Fault::Expired => put("exp", json!(now - 3_600)),
        Fault::Old => put("iat", json!(now - 3_600)),
        Fault::Early => put("iat", json!(now + 3_600)),
        Fault::AtHash => put("at_hash", json!(at_hash("another"))),
        Fault::StaleAuthTime => put("auth_time", json!(now - 3_600)),
        Fault::OtherAcr => put("acr", json!("urn:example:weak")),
        Fault::Overage => {
            put("_claim_names", json!({ "groups": "src1" }));
            let endpoint = "https://graph.example.com/v1.0/users/me/getMemberObjects";
            put("_claim_sources", json!({ "src1": { "endpoint": endpoint } }));
        }
        Fault::HasGroups => put("hasgroups", json!(true)),
        _ => {}
    }
    match fault {
        Fault::NoNonce => drop(claims.remove("nonce")),
        Fault::Endless => drop(claims.remove("exp")),
        Fault::NoSubject => drop(claims.remove("sub")),
        Fault::NoAuthTime => drop(claims.remove("auth_time")),
        Fault::Overage | Fault::HasGroups | Fault::GroupsAtUserinfo => drop(claims.remove("groups")),
        _ => {}
    }
}

/// OpenID Connect Core §3.1.3.6.
fn at_hash(access: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..16).unwrap_or_default())
}
