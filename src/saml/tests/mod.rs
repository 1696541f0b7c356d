//! The room by itself: other parties' metadata and keys, and what a text becomes in XML. What is made of requests is tested
//! over HTTP (`tests/protocol/saml`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

use super::key::{NoKey, Verifying};
use super::library::{Remarks, Unread, Xml};
use super::metadata::{Unfit, read};
use super::text::{escaped, is_name, read_moment};

fn certificate(key: &KeyPair) -> rcgen::Certificate {
    CertificateParams::default().self_signed(key).unwrap()
}

fn rsa() -> rcgen::Certificate {
    certificate(&KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap())
}

fn elliptic() -> rcgen::Certificate {
    certificate(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap())
}

fn described(certificates: &[(&str, String)]) -> String {
    let key = |(purpose, text): &(&str, String)| {
        format!(
            "<md:KeyDescriptor {purpose}><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
             <ds:X509Certificate>\n{text}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    };
    let keys: String = certificates.iter().map(key).collect();
    format!(
        "<?xml version=\"1.0\"?><!-- kept --><md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         entityID=\"https://sp.example/\"><md:SPSSODescriptor \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol\">{keys}\
         <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact\" \
         Location=\"https://sp.example/artifact\" index=\"0\" isDefault=\"true\"/>\
         <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         Location=\"https://sp.example/acs\" index=\"1\"/>\
         <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         Location=\"https://sp.example/usual\" index=\"2\" isDefault=\"1\"/></md:SPSSODescriptor></md:EntityDescriptor>"
    )
}

#[test]
fn metadata_tells_signing_keys_and_addresses_for_forms() {
    let (first, second, other) = (rsa(), rsa(), elliptic());
    let text = |one: &rcgen::Certificate| STANDARD.encode(one.der());
    let all = [
        ("use=\"signing\"", text(&first)),
        ("", text(&second)),
        // What others encrypt with is no business of ours, whatever it is.
        ("use=\"encryption\"", text(&other)),
    ];
    let found = read(&described(&all)).unwrap();
    assert_eq!(found.entity_id, "https://sp.example/");
    let keys = [&first, &second].map(|one| Verifying::of_certificate(one.der()).unwrap());
    assert_eq!(found.keys, keys);
    let acs: Vec<(&str, Option<u16>, bool)> = found
        .acs
        .iter()
        .map(|one| (one.url.as_str(), one.index, one.usual))
        .collect();
    assert_eq!(
        acs,
        [
            ("https://sp.example/acs", Some(1), false),
            ("https://sp.example/usual", Some(2), true)
        ]
    );
}

#[test]
fn metadata_that_cannot_be_used_says_why() {
    let good = described(&[]);
    let posts = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    for (from, to, why) in [
        ("<md:SPSSO", "<md:SPSSO ", Unfit::Xml),
        ("<!-- kept -->", "<!DOCTYPE a>", Unfit::Xml),
        (" entityID=", " id=", Unfit::Entity),
        ("EntityDescriptor", "EntitiesDescriptor", Unfit::Entity),
        ("SPSSODescriptor", "IDPSSODescriptor", Unfit::Provider),
        ("SAML:2.0:protocol", "SAML:2.1:protocol", Unfit::Provider),
        (posts, "urn:oasis:names:tc:SAML:2.0:bindings:PAOS", Unfit::Address),
        ("https://sp.example/", "http://sp.example/", Unfit::Address),
        ("https://sp.example/", "javascript:alert(1)//", Unfit::Address),
    ] {
        let changed = good.replace(from, to);
        assert_ne!(changed, good, "{from}");
        assert_eq!(read(&changed).unwrap_err(), why, "{to}");
    }
    let elliptic = STANDARD.encode(elliptic().der());
    for (text, why) in [
        ("AAAA", NoKey::Certificate),
        ("!", NoKey::Certificate),
        (&elliptic, NoKey::Kind),
    ] {
        let read = read(&described(&[("use=\"signing\"", text.to_owned())]));
        assert_eq!(read.unwrap_err(), Unfit::Key(why));
    }
}

#[test]
fn certificates_in_pem_are_all_taken_or_none() {
    let (first, second) = (rsa(), rsa());
    let both = format!("{}{}", first.pem(), second.pem());
    assert_eq!(Verifying::of_pem(&both).unwrap().len(), 2);
    assert_eq!(Verifying::of_pem("").unwrap_err(), NoKey::Certificate);
    let mixed = format!("{}{}", first.pem(), elliptic().pem());
    assert_eq!(Verifying::of_pem(&mixed).unwrap_err(), NoKey::Kind);
}

#[test]
fn comments_are_passed_over_in_files_and_refused_in_messages() {
    let text = "<a><!-- one -->b<?two?></a>";
    assert_eq!(Xml::read(text, Remarks::PassedOver).unwrap().root.text, "b");
    assert_eq!(Xml::read(text, Remarks::Refused).unwrap_err(), Unread::Remarks);
    assert_eq!(
        Xml::read("<!-- one --><a/>", Remarks::Refused).unwrap_err(),
        Unread::Remarks
    );
}

#[test]
fn names_and_moments_are_those_of_everybody() {
    for good in ["_a", "a.b-c_9", "ONELOGIN_0f"] {
        assert!(is_name(good), "{good}");
    }
    for wrong in ["", "9a", "-a", "a b", "a\"", "a:b", "ä", "a#b", &"a".repeat(257)] {
        assert!(!is_name(wrong), "{wrong}");
    }
    assert!(read_moment("2026-01-15T10:00:00.123Z").is_some());
    for wrong in ["2026-01-15T10:00:00", "2026-01-15T10:00:00+00:00", "2026-01-15", "Z"] {
        assert!(read_moment(wrong).is_none(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn whatever_a_directory_holds_is_read_back_as_it_was(value in "\\PC{0,40}|[<>&'\"\\t\\n\\r ]{0,20}") {
        let value: String = value.chars().filter(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}')).collect();
        let text = format!("<a b=\"{0}\">{0}</a>", escaped(&value));
        let xml = Xml::read(&text, Remarks::Refused).unwrap();
        prop_assert_eq!(&xml.root.text, &value);
        prop_assert_eq!(xml.root.attribute("b"), Some(value.as_str()));
        prop_assert!(xml.root.children.is_empty());
    }

    #[test]
    fn nothing_that_comes_in_stops_the_reader(text in "\\PC{0,200}|(<[a-z/!?&;:= \"'#0-9-]{0,12}>?){0,30}") {
        // Whatever it says of it, it says something.
        let _said = Xml::read(&text, Remarks::Refused).map(|xml| xml.canonical(&xml.root, None, &[]));
    }
}
