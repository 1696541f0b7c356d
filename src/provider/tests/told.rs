//! What the tests of answers share: a person who was proven, and a request for something.

use doorward_contract::{CheckName, Name, Person, Timestamp};
use serde_json::{Value, json};

use super::NOW;
use crate::matching::{Field, Finding};
use crate::provider::{Mode, Outcome, Proven, Request};

/// When the person was proven: two minutes after the request.
pub(super) const PROVEN: i64 = NOW + 120;

/// Ana, whose directory has one name of hers and whose document has another.
pub(super) fn ana() -> Proven {
    Proven {
        result: Outcome::Verified,
        subject: "s-ana".to_owned(),
        login: Some("ana@example.com".to_owned()),
        account_name: Some(Name {
            given: Some("Ana".to_owned()),
            middle: None,
            family: Some("Kovač".to_owned()),
            suffix: None,
        }),
        person: Some(Person {
            name: Name {
                given: Some("ANA".to_owned()),
                middle: Some("LUCIJA".to_owned()),
                family: Some("KOVAC".to_owned()),
                suffix: None,
            },
            native_name: None,
            birth_date: "1990-04-17".parse().ok(),
        }),
        purpose: "recovery".to_owned(),
        methods: vec!["face".to_owned()],
        proven_at: Timestamp::from_seconds(PROVEN),
        process: "DW-7K2M".to_owned(),
        verifier: "Example Verifier".to_owned(),
        checks: vec![CheckName::GovernmentId, CheckName::Selfie, CheckName::FaceMatch],
        compared: vec![
            (Field::GivenName, Finding::Equal),
            (Field::FamilyName, Finding::Equivalent),
            (Field::BirthDate, Finding::Equal),
        ],
    }
}

/// The same with a finished check that failed.
pub(super) fn failed() -> Proven {
    Proven {
        result: Outcome::Failed,
        person: None,
        ..ana()
    }
}

/// A request with this `claims` parameter.
pub(super) fn asking(claims: Value) -> Request {
    Request {
        client: "intranet".to_owned(),
        redirect_uri: "https://intranet.example.com/cb".to_owned(),
        mode: Mode::Query,
        scopes: vec!["openid".to_owned()],
        state: Some("s".to_owned()),
        nonce: Some("n".to_owned()),
        challenge: None,
        dpop_thumbprint: None,
        prompt: Vec::new(),
        max_age: None,
        login_hint: None,
        hinted_subject: None,
        acr_values: Vec::new(),
        ui_locales: Vec::new(),
        claims,
        app_name: None,
        app_instance_id: None,
        received_at: Timestamp::from_seconds(NOW),
    }
}

/// A wish for verified claims: the verification asked for, and the claims.
pub(super) fn wish(verification: &Value, claims: &Value) -> Value {
    json!({ "verification": verification, "claims": claims })
}
