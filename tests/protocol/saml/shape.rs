//! XML that is not taken, and signatures of another shape than SAML's (Core §5.4, XML Signature §3).

use super::*;

on_both! {
    document_types_entities_and_remarks_are_not_taken
    depth_has_an_end
    a_signature_inside_has_one_shape_and_known_algorithms
    a_signature_inside_is_the_service_providers_over_the_whole
    prefixes_listed_for_canonicalisation_are_minded
}

const MALFORMED: &str = "not XML as it should be";

async fn document_types_entities_and_remarks_are_not_taken(bench: Bench) {
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]>";
    let issuer = provider("duo").entity_id;
    let within = |text: &str| bench.ask().xml().replace(&issuer, text);
    let beside = |before: &str| format!("{before}{}", bench.ask().xml());
    for (what, xml) in [
        ("a bomb", format!("{bomb}{}", within("&c;"))),
        ("a document type", beside("<!DOCTYPE a>")),
        (
            "a file",
            format!(
                "<!DOCTYPE a [<!ENTITY f SYSTEM \"file:///etc/hostname\">]>{}",
                within("&f;")
            ),
        ),
        (
            "a parameter entity",
            beside("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\">%p;]>"),
        ),
        ("an entity of nobody", within("&issuer;")),
        ("a comment in a value", within(&issuer.replace("duo", "duo<!-- -->"))),
        ("a comment before", beside("<!-- -->")),
        ("an instruction", beside("<?go on?>")),
        ("an instruction in a value", within(&format!("{issuer}<?go on?>"))),
        ("two roots", format!("{0}{0}", bench.ask().xml())),
    ] {
        bench.next_minute();
        let query = redirect(&xml, None, RSA_SHA256, bench.key()).unwrap();
        bench.refuses_query(what, &query, MALFORMED).await;
        bench.next_minute();
        bench.refuses_form(what, &xml, MALFORMED).await;
    }
}

async fn depth_has_an_end(bench: Bench) {
    let deep = |levels: usize| {
        let mut request = bench.ask();
        request.elements = format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        request.query(None, bench.key()).unwrap()
    };
    assert!(asks_whose(bench.get(&deep(10)).await).await);
    bench.refuses_query("deep", &deep(2_000), MALFORMED).await;
}

async fn a_signature_inside_has_one_shape_and_known_algorithms(bench: Bench) {
    let shape = "signature of another shape";
    let algorithm = "signature algorithm not taken";
    let ds = "http://www.w3.org/2000/09/xmldsig#";
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let transform = |name: &str| format!("<ds:Transform Algorithm=\"{name}\"></ds:Transform>");
    let enveloped = transform(&format!("{ds}enveloped-signature"));
    let end = "</ds:Signature>";
    for (what, from, to, why) in [
        (
            "RSA with SHA-1",
            RSA_SHA256.to_owned(),
            format!("{ds}rsa-sha1"),
            algorithm,
        ),
        ("HMAC", RSA_SHA256.to_owned(), format!("{ds}hmac-sha1"), algorithm),
        ("no algorithm", RSA_SHA256.to_owned(), String::new(), algorithm),
        (
            "a SHA-1 digest",
            "http://www.w3.org/2001/04/xmlenc#sha256".to_owned(),
            format!("{ds}sha1"),
            algorithm,
        ),
        (
            "inclusive",
            format!("CanonicalizationMethod Algorithm=\"{exclusive}"),
            format!("CanonicalizationMethod Algorithm=\"{inclusive}"),
            algorithm,
        ),
        (
            "inclusive transform",
            transform(exclusive),
            transform(inclusive),
            algorithm,
        ),
        (
            "XPath",
            transform(exclusive),
            transform("http://www.w3.org/TR/1999/REC-xpath-19991116"),
            algorithm,
        ),
        (
            "XSLT",
            enveloped.clone(),
            transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
            algorithm,
        ),
        (
            "with comments",
            transform(exclusive),
            transform(&format!("{exclusive}WithComments")),
            algorithm,
        ),
        ("one transform", enveloped.clone(), String::new(), shape),
        (
            "three transforms",
            enveloped.clone(),
            format!("{enveloped}{enveloped}"),
            shape,
        ),
        (
            "an object",
            end.to_owned(),
            format!("<ds:Object><a/></ds:Object>{end}"),
            shape,
        ),
        (
            "an empty URI",
            "URI=\"#".to_owned(),
            "URI=\"\" was=\"#".to_owned(),
            shape,
        ),
        (
            "another address",
            "URI=\"#".to_owned(),
            "URI=\"http://127.0.0.1:1/#".to_owned(),
            shape,
        ),
        (
            "XPointer",
            "URI=\"#".to_owned(),
            "URI=\"#xpointer(/)\" was=\"#".to_owned(),
            shape,
        ),
        (
            "a value that is none",
            "<ds:SignatureValue>".to_owned(),
            "<ds:SignatureValue>!".to_owned(),
            shape,
        ),
        (
            "a digest that is none",
            "<ds:DigestValue>".to_owned(),
            "<ds:DigestValue>!".to_owned(),
            shape,
        ),
    ] {
        bench.next_minute();
        let sealed = bench.sealed(&bench.ask());
        let changed = sealed.replace(&from, &to);
        assert_ne!(changed, sealed, "{what}");
        bench.refuses_form(what, &changed, why).await;
    }
    // Two references, of which the second would be taken.
    bench.next_minute();
    let sealed = bench.sealed(&bench.ask());
    let (before, rest) = sealed.split_once("<ds:Reference ").unwrap();
    let (reference, after) = rest.split_once("</ds:Reference>").unwrap();
    let twice =
        format!("{before}<ds:Reference {reference}</ds:Reference><ds:Reference {reference}</ds:Reference>{after}");
    bench.refuses_form("two references", &twice, shape).await;
}

async fn a_signature_inside_is_the_service_providers_over_the_whole(bench: Bench) {
    let wrong = "signature does not fit";
    let other = Key::stranger().unwrap();
    let (one, two) = (bench.ask(), bench.ask());
    let strangers = other.seal(&one.xml(), &one.id).unwrap();
    let names_theirs = strangers.replace(other.certificate(), bench.key().certificate());
    let value = |text: &str| {
        let (_, rest) = text.split_once("<ds:SignatureValue>").unwrap();
        rest.split_once("</ds:SignatureValue>").unwrap().0.to_owned()
    };
    let (first, second) = (bench.sealed(&one), bench.sealed(&two));
    for (what, xml, why) in [
        ("nobody's", one.xml(), "not signed"),
        ("a stranger's, with the stranger's certificate", strangers, wrong),
        ("a stranger's, with the right certificate", names_theirs, wrong),
        (
            "another request's",
            first.replace(&value(&first), &value(&second)),
            wrong,
        ),
        (
            "another address",
            first.replace(&provider("duo").acs, "https://mallory.example/acs"),
            wrong,
        ),
        (
            "an attribute more",
            first.replace(" Version=", " IsPassive=\"true\" Version="),
            wrong,
        ),
        (
            "an element more",
            first.replace("</samlp:AuthnRequest>", "<saml:Subject/></samlp:AuthnRequest>"),
            wrong,
        ),
        (
            "white space more",
            first.replace("</samlp:AuthnRequest>", "\n</samlp:AuthnRequest>"),
            wrong,
        ),
    ] {
        bench.next_minute();
        bench.refuses_form(what, &xml, why).await;
    }
    // What canonicalisation evens out is no change.
    let fresh = bench.sealed(&bench.ask());
    let even = fresh.replace("\" Version=\"2.0\"", "\"   Version='2.0'");
    assert_ne!(even, fresh);
    assert!(asks_whose(bench.post(&even).await).await);
}

async fn prefixes_listed_for_canonicalisation_are_minded(bench: Bench) {
    // A prefix that nothing visibly uses is part of what is signed if it is listed, and only then.
    let request = bench.ask();
    let unlisted = bench
        .sealed(&request)
        .replace("<samlp:AuthnRequest ", "<samlp:AuthnRequest xmlns:xs=\"urn:x\" ");
    assert!(asks_whose(bench.post(&unlisted).await).await);
    bench.next_minute();
    let method = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let list = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/>";
    let sealed = bench.sealed(&bench.ask());
    let listed = sealed.replace(method, &format!("{method}{list}"));
    assert_ne!(listed, sealed);
    bench
        .refuses_form("listed afterwards", &listed, "signature does not fit")
        .await;
}
