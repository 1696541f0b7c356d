//! Reading signed statements: each way of being wrong alone.

use serde_json::json;

use super::{Signer, base64url, set_of};
use crate::crypto::signing::Alg;
use crate::provider::jose::{Audience, Fault, LONGEST, Rules, Typ, Unproven};

const ALL: [Alg; 4] = [Alg::Rs256, Alg::Ps256, Alg::Es256, Alg::EdDsa];
const RULES: Rules<'_> = Rules {
    algs: &ALL,
    typ: Typ::OneOfOrAbsent(&["jwt"]),
};

fn fault(text: &str, signer: &Signer) -> Option<Fault> {
    let keys = set_of(&[signer]);
    Unproven::read(text, &RULES)
        .and_then(|unproven| unproven.prove(&keys))
        .err()
}

#[test]
fn a_statement_of_each_algorithm_is_proven_with_its_makers_key_and_no_other() {
    for alg in ALL {
        let (maker, other) = (Signer::random(alg), Signer::random(alg));
        let text = maker.state(json!({ "typ": "JWT" }), &json!({ "a": 1 }));
        assert_eq!(fault(&text, &maker), None, "{alg:?}");
        assert_eq!(fault(&text, &other), Some(Fault::Signature), "{alg:?}");
    }
}

#[test]
fn an_algorithm_that_is_not_on_the_list_is_as_if_there_were_none() {
    let maker = Signer::random(Alg::Es256);
    for name in ["none", "None", "", "HS256", "ES384", "es256", "RSA1_5"] {
        let text = maker.state(json!({ "alg": name }), &json!({}));
        assert_eq!(fault(&text, &maker), Some(Fault::Alg), "{name}");
    }
    let unsigned = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(b"{}"));
    assert_eq!(fault(&unsigned, &maker), Some(Fault::Alg));
    let only_rsa = Rules {
        algs: &[Alg::Ps256],
        ..RULES
    };
    let text = maker.state(json!({}), &json!({}));
    assert_eq!(Unproven::read(&text, &only_rsa).err(), Some(Fault::Alg));
}

#[test]
fn a_signature_of_one_algorithm_does_not_pass_for_another() {
    let maker = Signer::random(Alg::Rs256);
    let text = maker.state(json!({ "alg": "PS256" }), &json!({}));
    assert_eq!(fault(&text, &maker), Some(Fault::Signature));
    let text = maker.state(json!({ "alg": "ES256" }), &json!({}));
    assert_eq!(fault(&text, &maker), Some(Fault::NoKey));
}

#[test]
fn no_altered_letter_goes_unnoticed() {
    let maker = Signer::random(Alg::EdDsa);
    let text = maker.state(json!({}), &json!({ "sub": "intranet" }));
    for at in 0..text.len() {
        for letter in ["A", "-", ".", "="] {
            if text[at..=at] != *letter {
                let altered = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
                assert!(fault(&altered, &maker).is_some(), "{letter} at {at}");
            }
        }
        assert!(fault(&text[..at], &maker).is_some(), "cut at {at}");
    }
}

#[test]
fn only_three_parts_of_bare_base64url_are_read() {
    let maker = Signer::random(Alg::EdDsa);
    let text = maker.state(json!({}), &json!({}));
    for wrong in [
        String::new(),
        "..".to_owned(),
        format!("{text}."),
        format!("{text}.{}", base64url(b"more")),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        text.replacen('.', "", 1),
        text.replacen("ey", "ey+", 1),
    ] {
        let found = fault(&wrong, &maker);
        assert!(
            matches!(found, Some(Fault::Shape | Fault::Header)),
            "{wrong}: {found:?}"
        );
    }
}

#[test]
fn what_is_longer_than_any_statement_is_not_read() {
    let maker = Signer::random(Alg::EdDsa);
    let filled = |length: usize| maker.state(json!({}), &json!({ "a": "x".repeat(length) }));
    let fixed = filled(0).len();
    let fitting = filled((LONGEST - fixed) / 4 * 3 - 3);
    assert!(fitting.len() > LONGEST - 16 && fitting.len() <= LONGEST);
    assert_eq!(fault(&fitting, &maker), None);
    assert_eq!(fault(&filled(LONGEST), &maker), Some(Fault::TooLong));
}

#[test]
fn a_member_named_twice_is_refused_in_header_and_claims() {
    let maker = Signer::random(Alg::EdDsa);
    let text = maker.write(br#"{"alg":"EdDSA","alg":"EdDSA"}"#, b"{}");
    assert_eq!(fault(&text, &maker), Some(Fault::Header));
    let text = maker.write(br#"{"alg":"EdDSA"}"#, br#"{"sub":"a","sub":"a"}"#);
    assert_eq!(fault(&text, &maker), Some(Fault::Claims));
    let text = maker.write(br#"{"alg":"EdDSA"}"#, br#"["sub"]"#);
    assert_eq!(fault(&text, &maker), Some(Fault::Claims));
    let text = maker.write(br#""EdDSA""#, b"{}");
    assert_eq!(fault(&text, &maker), Some(Fault::Header));
}

#[test]
fn extensions_that_must_be_understood_are_refused() {
    let maker = Signer::random(Alg::EdDsa);
    let text = maker.state(json!({ "crit": ["b64"], "b64": true }), &json!({}));
    assert_eq!(fault(&text, &maker), Some(Fault::Crit));
}

#[test]
fn a_statement_is_what_its_type_says_or_nothing() {
    let maker = Signer::random(Alg::EdDsa);
    let exactly = Rules {
        typ: Typ::Exactly("dpop+jwt"),
        ..RULES
    };
    let read = |typ: serde_json::Value, rules: &Rules<'_>| {
        let header = if typ.is_null() {
            json!({})
        } else {
            json!({ "typ": typ })
        };
        Unproven::read(&maker.state(header, &json!({})), rules).err()
    };
    for typ in [json!("dpop+jwt"), json!("DPoP+JWT"), json!("application/dpop+jwt")] {
        assert_eq!(read(typ, &exactly), None);
    }
    for typ in [json!(null), json!("JWT"), json!("at+jwt"), json!(["dpop+jwt"])] {
        assert_eq!(read(typ, &exactly), Some(Fault::Typ));
    }
    assert_eq!(read(json!(null), &RULES), None);
    assert_eq!(read(json!("JWT"), &RULES), None);
    assert_eq!(read(json!("dpop+jwt"), &RULES), Some(Fault::Typ));
}

#[test]
fn keys_that_a_statement_brings_along_are_not_believed() {
    let (client, stranger) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    let brought = json!({ "jwk": stranger.jwk(), "jku": "https://evil.example/keys", "x5u": "https://evil.example/" });
    let text = stranger.state(brought, &json!({}));
    assert_eq!(fault(&text, &client), Some(Fault::Signature));
}

#[test]
fn the_name_of_a_key_chooses_it_and_without_one_all_are_tried() {
    let (first, second) = (Signer::random(Alg::Es256), Signer::random(Alg::Es256));
    let keys = set_of(&[&first, &second]);
    let prove = |header| {
        Unproven::read(&second.state(header, &json!({})), &RULES)
            .unwrap()
            .prove(&keys)
            .err()
    };
    assert_eq!(prove(json!({})), None);
    assert_eq!(prove(json!({ "kid": "1" })), None);
    assert_eq!(prove(json!({ "kid": "0" })), Some(Fault::Signature));
    assert_eq!(prove(json!({ "kid": "2" })), Some(Fault::NoKey));
    let text = second.state(json!({ "kid": 1 }), &json!({}));
    assert_eq!(Unproven::read(&text, &RULES).err(), Some(Fault::Header));
}

#[test]
fn a_key_for_something_else_does_not_sign() {
    let maker = Signer::random(Alg::Es256);
    let prove = |name: &str, value: &str| {
        let mut key = maker.jwk();
        key[name] = value.into();
        let keys = crate::provider::remote::read_set(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
        let text = maker.state(json!({}), &json!({}));
        Unproven::read(&text, &RULES).unwrap().prove(&keys).err()
    };
    assert_eq!(prove("use", "sig"), None);
    assert_eq!(prove("use", "enc"), Some(Fault::NoKey));
    assert_eq!(prove("alg", "ES256"), None);
    assert_eq!(prove("alg", "EdDSA"), Some(Fault::NoKey));
}

#[test]
fn an_audience_is_one_name_or_several() {
    let read = |value: serde_json::Value| serde_json::from_value::<Audience>(value).ok();
    let (one, both) = (read(json!("a")).unwrap(), read(json!(["a", "b"])).unwrap());
    assert!(one.contains("a") && one.only(&["a", "c"]) && !one.contains("b"));
    assert!(both.contains("b") && both.only(&["b", "a"]) && !both.only(&["a"]));
    assert!(!read(json!([])).unwrap().only(&["a"]));
    assert_eq!(read(json!(1)), None);
}
