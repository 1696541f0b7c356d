//! What is checked of a request, each alone (SAML 2.0 Core §3.4.1, Bindings §3.4 and §3.5).

use super::*;

on_both! {
    a_signed_request_is_taken_in_an_address_and_in_a_form
    whom_a_signed_request_names_is_not_asked
    each_part_of_a_request_is_checked_by_either_way
    a_signature_beside_a_request_is_over_the_octets_as_they_came
    a_request_is_taken_up_once_by_either_way
    a_request_that_nobody_signed_is_taken_where_the_settings_say_so_and_only_there
    what_is_too_long_or_no_message_is_refused
    who_only_looks_takes_nothing_up
}

async fn a_signed_request_is_taken_in_an_address_and_in_a_form(bench: Bench) {
    let query = bench.ask().query(Some(STATE), bench.key()).unwrap();
    assert!(asks_whose(bench.get(&query).await).await);
    let fields = bench.ask().form(Some(STATE), bench.key()).unwrap();
    assert!(asks_whose(bench.post_fields("duo", &fields).await).await);
    // The usual address, by no name and by its number.
    for attributes in ["", " AssertionConsumerServiceIndex=\"0\""] {
        let mut request = bench.ask();
        request.acs = None;
        request.attributes = attributes.to_owned();
        assert!(asks_whose(bench.get(&request.query(None, bench.key()).unwrap()).await).await);
    }
    assert!(bench.refusals().await.is_empty());
}

async fn whom_a_signed_request_names_is_not_asked(bench: Bench) {
    let request = bench.duo.ask(Some(MARIA), None);
    let response = bench.get(&request.query(None, bench.key()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/case");
    assert!(response.headers().contains_key("set-cookie"));
}

async fn each_part_of_a_request_is_checked_by_either_way(bench: Bench) {
    type Change = fn(&mut Request);
    let changes: [(&str, Change, &str); 13] = [
        ("issuer", |one| one.issuer.push('x'), "unknown Issuer"),
        (
            "destination",
            |one| one.destination = Some(format!("{ORIGIN}/saml/open/sso")),
            "meant for another address",
        ),
        ("no destination", |one| one.destination = None, "no Destination"),
        (
            "acs",
            |one| one.acs = Some("https://mallory.example/acs".into()),
            "unknown assertion consumer service",
        ),
        (
            "acs, longer",
            |one| one.acs.as_mut().unwrap().push_str("/.."),
            "unknown assertion consumer service",
        ),
        (
            "acs by name and number",
            |one| one.attributes.push_str(" AssertionConsumerServiceIndex=\"0\""),
            "unknown assertion consumer service",
        ),
        (
            "acs by another number",
            |one| {
                one.acs = None;
                one.attributes.push_str(" AssertionConsumerServiceIndex=\"7\"");
            },
            "unknown assertion consumer service",
        ),
        ("too old", |one| one.issued = earlier(one, -301), "not of now"),
        ("too early", |one| one.issued = earlier(one, 181), "not of now"),
        (
            "without a zone",
            |one| one.issued = one.issued.replace('Z', ""),
            "not of now",
        ),
        (
            "in another zone",
            |one| one.issued = one.issued.replace('Z', "+00:00"),
            "not of now",
        ),
        ("no moment", |one| one.issued = "now".into(), "not of now"),
        (
            "two issuers",
            |one| one.elements = "<saml:Issuer>x</saml:Issuer>".into(),
            "an element stands there twice",
        ),
    ];
    for (what, change, why) in changes {
        bench.next_minute();
        let mut request = bench.ask();
        change(&mut request);
        bench
            .refuses_query(what, &request.query(Some(STATE), bench.key()).unwrap(), why)
            .await;
        bench.next_minute();
        let mut request = bench.ask();
        change(&mut request);
        bench.refuses_form(what, &bench.sealed(&request), why).await;
    }
    for (from, to, why) in [
        ("Version=\"2.0\"", "Version=\"1.1\"", "not an AuthnRequest of SAML 2.0"),
        ("samlp:AuthnRequest", "samlp:LogoutRequest", "not an AuthnRequest"),
        ("SAML:2.0:protocol", "SAML:2.1:protocol", "not an AuthnRequest"),
    ] {
        bench.next_minute();
        let request = bench.ask();
        let xml = request.xml().replace(from, to);
        let query = redirect(&xml, Some(STATE), RSA_SHA256, bench.key()).unwrap();
        bench.refuses_query(to, &query, why).await;
        bench.next_minute();
        bench
            .refuses_form(to, &bench.key().seal(&xml, &request.id).unwrap(), why)
            .await;
    }
    // Just within.
    for seconds in [-299, 179] {
        let mut request = bench.ask();
        request.issued = earlier(&request, seconds);
        assert!(asks_whose(bench.get(&request.query(None, bench.key()).unwrap()).await).await);
    }
}

/// Another moment than the request's own.
fn earlier(request: &Request, seconds: i64) -> String {
    let at = Timestamp::parse(&request.issued).unwrap().seconds() + seconds;
    let at = Timestamp::from_seconds(at).to_chrono().unwrap();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn a_signature_beside_a_request_is_over_the_octets_as_they_came(bench: Bench) {
    let query = || bench.ask().query(Some("same"), bench.key()).unwrap();
    let other = Key::stranger().unwrap();
    let sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    let hmac = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let ask = || bench.ask();
    for (what, query, why) in [
        ("nobody's", unsigned_redirect(&ask().xml(), Some(STATE)), "not signed"),
        (
            "a stranger's",
            ask().query(Some(STATE), &other).unwrap(),
            "signature does not fit",
        ),
        (
            "another state",
            query().replace("RelayState=same", "RelayState=else"),
            "signature does not fit",
        ),
        (
            "another message",
            with_message_of(&query(), &query()),
            "signature does not fit",
        ),
        (
            "no state",
            query().replace("&RelayState=same", ""),
            "signature does not fit",
        ),
        (
            "a state more",
            ask().query(None, bench.key()).unwrap() + "&RelayState=x",
            "signature does not fit",
        ),
        (
            "SHA-1",
            redirect(&ask().xml(), None, sha1, bench.key()).unwrap(),
            "signature algorithm not taken",
        ),
        (
            "HMAC",
            redirect(&ask().xml(), None, hmac, bench.key()).unwrap(),
            "signature algorithm not taken",
        ),
        (
            "no algorithm",
            without(&query(), "SigAlg"),
            "SigAlg and Signature do not come together",
        ),
        (
            "no signature",
            without(&query(), "Signature"),
            "SigAlg and Signature do not come together",
        ),
        ("twice", query() + "&RelayState=same", "parameter twice"),
        (
            "written oddly",
            query().replace("SAMLRequest=", "SAML%52equest="),
            "parameters written oddly",
        ),
        (
            "encoded otherwise",
            query()
                .replace("%2B", "%2b")
                .replace("%3D", "%3d")
                .replace("%2F", "%2f")
                .replace("%3A", "%3a"),
            "signature does not fit",
        ),
        (
            "another encoding",
            query() + "&SAMLEncoding=urn:none",
            "unknown SAMLEncoding",
        ),
        (
            "signed inside as well",
            redirect(&bench.sealed(&ask()), None, RSA_SHA256, bench.key()).unwrap(),
            "signed inside an address",
        ),
    ] {
        bench.next_minute();
        bench.refuses_query(what, &query, why).await;
    }
    // Signed as it was written, however that was.
    let odd = unsigned_redirect(&bench.ask().xml(), None)
        .replace("%2B", "%2b")
        .replace("%2F", "%2f");
    let odd = format!("{odd}&SigAlg={}", RSA_SHA256.replace(':', "%3a").replace('#', "%23"));
    let signature = bench.key().sign(odd.as_bytes()).unwrap();
    let signature: String = url::form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    assert!(asks_whose(bench.get(&format!("Signature={signature}&{odd}")).await).await);
}

/// A signed address with the message of another in it.
fn with_message_of(query: &str, other: &str) -> String {
    let message = |text: &str| text.split('&').next().unwrap().to_owned();
    assert!(message(query).starts_with("SAMLRequest="));
    query.replace(&message(query), &message(other))
}

fn without(query: &str, name: &str) -> String {
    let kept = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")));
    kept.collect::<Vec<_>>().join("&")
}

async fn a_request_is_taken_up_once_by_either_way(bench: Bench) {
    let request = bench.ask();
    let query = request.query(Some(STATE), bench.key()).unwrap();
    assert!(asks_whose(bench.get(&query).await).await);
    let again = [
        bench.get(&query).await,
        bench.post(&bench.sealed(&request)).await,
        bench.get(&request.query(None, bench.key()).unwrap()).await,
    ];
    for response in again {
        // Whoever began goes on there; nobody is bound to anything.
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()["location"], "/case");
        assert!(response.headers().get("set-cookie").is_none());
    }
    assert_eq!(bench.refusals().await[0]["why"], "request twice");
    // As long as it could be fresh by any clock.
    bench.clock.forward(Duration::from_secs(299));
    assert_eq!(bench.get(&query).await.status(), StatusCode::SEE_OTHER);
    bench.clock.forward(Duration::from_secs(2));
    assert_eq!(bench.get(&query).await.status(), StatusCode::BAD_REQUEST);
}

async fn a_request_that_nobody_signed_is_taken_where_the_settings_say_so_and_only_there(bench: Bench) {
    let at_open = |person: Option<&str>| Request {
        person: person.map(ToOwned::to_owned),
        elements: String::new(),
        ..Request::of(&provider("open"), bench.clock.now())
    };
    let query = unsigned_redirect(&at_open(None).xml(), None);
    assert!(asks_whose(bench.get_at("open", &query).await).await);
    assert!(asks_whose(bench.post_fields("open", &form(&at_open(None).xml(), None)).await).await);
    // One that is there must fit all the same.
    let other = Key::stranger().unwrap();
    let forged = at_open(None);
    let query = forged.query(None, &other).unwrap();
    assert_eq!(bench.get_at("open", &query).await.status(), StatusCode::BAD_REQUEST);
    let sealed = other.seal(&forged.xml(), &forged.id).unwrap();
    let response = bench.post_fields("open", &form(&sealed, None)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    // Its answers go to registered addresses only, signed or not.
    let mut elsewhere = at_open(None);
    elsewhere.acs = Some("https://mallory.example/".to_owned());
    let query = unsigned_redirect(&elsewhere.xml(), None);
    assert_eq!(bench.get_at("open", &query).await.status(), StatusCode::BAD_REQUEST);
}

async fn what_is_too_long_or_no_message_is_refused(bench: Bench) {
    let long = "x".repeat(2049);
    let deflated = |text: &str| unsigned_redirect(text, None);
    for (what, query, why) in [
        ("nothing", String::new(), "no SAMLRequest"),
        ("not base64", "SAMLRequest=%21".to_owned(), "SAMLRequest is not base64"),
        (
            "not deflated",
            "SAMLRequest=AAAA".to_owned(),
            "SAMLRequest does not inflate",
        ),
        // A few hundred octets that swell to ten million.
        (
            "swelling",
            deflated(&" ".repeat(10_000_000)),
            "SAMLRequest does not inflate",
        ),
        ("not XML", deflated("<samlp:AuthnRequest"), "not XML as it should be"),
        (
            "state too long",
            format!("{}&RelayState={long}", deflated("<a/>")),
            "RelayState too long",
        ),
    ] {
        bench.next_minute();
        bench.refuses_query(what, &query, why).await;
    }
    bench.next_minute();
    let filled = bench
        .ask()
        .xml()
        .replace("<saml:Issuer>", &format!("{}<saml:Issuer>", " ".repeat(33_000)));
    bench.refuses_form("too long", &filled, "SAMLRequest too long").await;
    let nowhere = bench.get_at("nobody", "SAMLRequest=AAAA").await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
}

async fn who_only_looks_takes_nothing_up(bench: Bench) {
    let query = bench.ask().query(Some(STATE), bench.key()).unwrap();
    let address = format!("http://{}/saml/duo/sso?{query}", bench.address);
    assert_eq!(
        bench.client.head(address).send().await.unwrap().status(),
        StatusCode::OK
    );
    assert!(asks_whose(bench.get(&query).await).await);
}
