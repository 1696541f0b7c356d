//! What a service provider is told without anybody having been asked, and what our metadata tells it.

use super::*;

on_both! {
    what_cannot_be_given_is_refused_by_name_to_the_registered_address
    metadata_tells_keys_and_addresses
    a_key_is_told_before_it_signs_and_after
}

const URN: &str = "urn:oasis:names:tc:SAML";

impl Bench {
    /// What is told to a request with something more in it.
    async fn status(&self, change: impl FnOnce(&mut Request)) -> String {
        let mut request = self.ask();
        request.elements = String::new();
        request.attributes = String::new();
        change(&mut request);
        let query = request.query(Some(STATE), self.key()).unwrap();
        let response = self.get(&query).await;
        match self.told(response).await {
            Err(Fault::Status(status)) => status,
            other => panic!("{other:?}"),
        }
    }

    async fn element(&self, element: &str) -> String {
        self.status(|request| request.elements = element.to_owned()).await
    }
}

async fn what_cannot_be_given_is_refused_by_name_to_the_registered_address(bench: Bench) {
    let policy = |attributes: &str| format!("<samlp:NameIDPolicy {attributes}/>");
    let context = |comparison: &str, name: &str| {
        format!(
            "<samlp:RequestedAuthnContext{comparison}><saml:AuthnContextClassRef>{name}</saml:AuthnContextClassRef>\
             </samlp:RequestedAuthnContext>"
        )
    };
    let subject = |inner: &str| format!("<saml:Subject>{inner}</saml:Subject>");
    for attributes in [" IsPassive=\"true\"", " IsPassive=\"1\""] {
        let told = bench.status(|request| request.attributes = attributes.to_owned()).await;
        assert_eq!(told, "Responder/NoPassive");
    }
    let told = bench
        .status(|request| request.attributes = " IsPassive=\"maybe\"".to_owned())
        .await;
    assert_eq!(told, "Requester");
    let artifact = format!(" ProtocolBinding=\"{URN}:2.0:bindings:HTTP-Artifact\"");
    let told = bench.status(|request| request.attributes = artifact).await;
    assert_eq!(told, "Requester/UnsupportedBinding");
    for attributes in [
        format!("Format=\"{URN}:2.0:nameid-format:persistent\""),
        format!("Format=\"{URN}:2.0:nameid-format:encrypted\""),
        "SPNameQualifier=\"https://other.example\"".to_owned(),
    ] {
        assert_eq!(
            bench.element(&policy(&attributes)).await,
            "Requester/InvalidNameIDPolicy"
        );
    }
    let password = format!("{URN}:2.0:ac:classes:PasswordProtectedTransport");
    let unspecified = format!("{URN}:2.0:ac:classes:unspecified");
    for wish in [context("", &password), context(" Comparison=\"better\"", &unspecified)] {
        assert_eq!(bench.element(&wish).await, "Responder/NoAuthnContext");
    }
    for inner in [
        String::new(),
        "<saml:NameID></saml:NameID>".to_owned(),
        "<saml:EncryptedID>x</saml:EncryptedID>".to_owned(),
        format!("<saml:NameID Format=\"{URN}:2.0:nameid-format:transient\">x</saml:NameID>"),
        format!("<saml:NameID>{}</saml:NameID>", "x".repeat(255)),
    ] {
        assert_eq!(bench.element(&subject(&inner)).await, "Responder/UnknownPrincipal");
    }
    // What can be given is not refused.
    for element in [
        policy(&format!("Format=\"{URN}:1.1:nameid-format:unspecified\"")),
        policy(&format!("SPNameQualifier=\"{}\"", provider("duo").entity_id)),
        context(" Comparison=\"exact\"", &unspecified),
        context(" Comparison=\"minimum\"", &unspecified),
    ] {
        let mut request = bench.ask();
        request.elements = element;
        assert!(asks_whose(bench.get(&request.query(None, bench.key()).unwrap()).await).await);
    }
    let refusals = bench.refusals().await;
    assert_eq!(refusals[0]["error"], "NoPassive");
    assert_eq!(refusals[0]["why"], "nobody may be asked");
}

async fn metadata_tells_keys_and_addresses(bench: Bench) {
    let source = bench.source("duo").await;
    assert_eq!(source.entity_id, format!("{ORIGIN}/saml/duo/metadata"));
    let sso = format!("{ORIGIN}/saml/duo/sso");
    let binding = |name: &str| (format!("{URN}:2.0:bindings:{name}"), sso.clone());
    assert_eq!(source.sso, [binding("HTTP-POST"), binding("HTTP-Redirect")].into());
    assert_eq!(source.certificates.len(), 1);
    let text = |name: &str| {
        let address = format!("http://{}/saml/{name}/metadata", bench.address);
        let client = bench.client.clone();
        async move { client.get(address).send().await.unwrap() }
    };
    assert!(
        text("duo")
            .await
            .text()
            .await
            .unwrap()
            .contains("WantAuthnRequestsSigned=\"true\"")
    );
    assert!(
        text("open")
            .await
            .text()
            .await
            .unwrap()
            .contains("WantAuthnRequestsSigned=\"false\"")
    );
    assert_eq!(text("nobody").await.status(), StatusCode::NOT_FOUND);
}

async fn a_key_is_told_before_it_signs_and_after(bench: Bench) {
    let passive = " IsPassive=\"true\"";
    let overlap = Duration::from_secs(2 * 86_400);
    let old = bench.source("duo").await.certificates;
    let keyring = bench.door.provider.keyring.clone();
    keyring.rotate(None, false).await.unwrap();
    let both = bench.source("duo").await.certificates;
    assert_eq!((both.len(), &both[0]), (2, &old[0]));
    // The old one signs: a reader that knows no other takes it.
    let answer = |bench: &Bench| {
        let mut request = bench.ask();
        request.attributes = passive.to_owned();
        request.query(None, bench.key()).unwrap()
    };
    let only = |certificate: &String| Source {
        entity_id: format!("{ORIGIN}/saml/duo/metadata"),
        certificates: vec![certificate.clone()],
        sso: std::collections::BTreeMap::new(),
    };
    let judged = async |certificate: &String| {
        let response = bench.get(&answer(&bench)).await;
        let page = scraper::Html::parse_document(&response.text().await.unwrap());
        let field = scraper::Selector::parse("input[name=SAMLResponse]").unwrap();
        let value = page.select(&field).next().unwrap().attr("value").unwrap().to_owned();
        bench.duo.take(&only(certificate), &value, None)
    };
    let told = |found: Result<SignedIn, Fault>| matches!(found, Err(Fault::Status(_) | Fault::RelayState));
    assert!(told(judged(&both[0]).await));
    assert!(!told(judged(&both[1]).await));
    bench.clock.forward(overlap + Duration::from_secs(60));
    assert!(told(judged(&both[1]).await));
    let now = bench.source("duo").await.certificates;
    assert_eq!(now, [both[1].clone(), both[0].clone()]);
}
