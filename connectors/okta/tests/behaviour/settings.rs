//! Settings that cannot be right are refused before anybody is asked.

use std::sync::Arc;

use doorward_contract::VendorError;
use doorward_contract::clock::TurnedClock;
use doorward_okta::{Credential, Okta, Settings, valid_attribute};
use url::Url;

use crate::stand::{BEGIN, CLIENT, Stand, key_pair};

fn made(settings: Settings) -> Result<Okta, VendorError> {
    Okta::new(settings, Arc::new(TurnedClock::at(BEGIN)))
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_with_a_reason_and_without_the_value() {
    let good = Stand::usual().await.settings;
    assert!(made(good.clone()).is_ok());
    let org = |text: &str| {
        let mut bad = good.clone();
        bad.org = Url::parse(text).unwrap();
        bad
    };
    let key = |text: String, key_id: Option<&str>| {
        let mut bad = good.clone();
        bad.credential = Credential::ServiceApp {
            client_id: CLIENT.into(),
            key: text.into(),
            key_id: key_id.map(Into::into),
        };
        bad
    };
    let with = |change: fn(&mut Settings)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    let (pem, _, mut jwk) = key_pair();
    let halved = {
        let mut public = jwk.clone();
        public.as_object_mut().unwrap().remove("d");
        public.to_string()
    };
    jwk["crv"] = "secp256k1".into();
    let cases = [
        org("http://acme.okta.example/"),
        org("https://acme.okta.example/oauth2/default"),
        org("https://user:secret-word@acme.okta.example/"),
        org("https://acme.okta.example/?x=secret-word"),
        key("secret-word".into(), Some("k")),
        key("{\"kty\":\"secret-word\"}".into(), Some("k")),
        key(halved, None),
        key(jwk.to_string(), None),
        key(pem, None),
        with(|bad| bad.login_attributes.clear()),
        with(|bad| bad.login_attributes = vec!["lastName".into()]),
        with(|bad| bad.login_attributes = vec!["login eq \"x\" or profile.login".into()]),
        with(|bad| bad.birth_date_attribute = Some("birth date".into())),
        with(|bad| bad.protected.accounts = vec!["ada@acme.example".into()]),
        with(|bad| bad.protected.groups = vec![String::new()]),
    ];
    for (number, case) in cases.into_iter().enumerate() {
        let found = made(case);
        let Err(VendorError::Refused { why }) = &found else {
            panic!("case {number}: {found:?}");
        };
        assert!(!why.is_empty() && !why.contains("secret-word"), "case {number}: {why}");
    }
}

#[test]
fn names_of_people_are_no_attributes_to_find_them_by() {
    for name in ["login", "email", "employeeNumber", "custom_id2"] {
        assert!(valid_attribute(name), "{name}");
    }
    for name in [
        "firstName",
        "lastname",
        "displayName",
        "nickName",
        "",
        "2x",
        "a.b",
        "a b",
    ] {
        assert!(!valid_attribute(name), "{name}");
    }
}
