//! Requests to sign out (OpenID Connect RP-Initiated Logout 1.0): who may send a person where afterwards.

use std::time::Duration;

use axum::http::{Method, header};
use doorward::crypto::signing::Alg;
use doorward::crypto::token::Token;
use doorward::flow::answer::Question;
use doorward_contract::{Subject, SubjectKey};

use super::caller::{Answer, As, answer};
use super::id_token::read;
use super::{Bench, ISSUER, maria, on_both};

const LEFT: &str = "https://intranet.example.com/left";

on_both! {
    a_person_goes_on_to_the_clients_own_address
    nobody_is_sent_where_no_client_is_at_home
    without_a_token_the_person_is_asked
    with_a_token_of_somebody_else_the_person_is_asked
}

impl Bench {
    async fn logout(&self, parameters: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        self.get(&format!("/oauth2/logout?{query}")).await
    }

    async fn hint(&self, client: &str) -> String {
        self.tokens(&As::Basic(client), &["openid"]).await.text_of("id_token")
    }
}

async fn a_person_goes_on_to_the_clients_own_address(bench: Bench) {
    let hint = bench.hint("intranet").await;
    // §2: a token that has expired long ago is a hint all the same.
    bench.forward(Duration::from_secs(24 * 3600));
    let query = "https://intranet.example.com/left?by=us";
    for (parameters, location) in [
        (vec![("post_logout_redirect_uri", LEFT)], LEFT.to_owned()),
        (
            vec![("post_logout_redirect_uri", LEFT), ("client_id", "intranet")],
            LEFT.to_owned(),
        ),
        (
            vec![("post_logout_redirect_uri", LEFT), ("state", "a b&c")],
            format!("{LEFT}?state=a+b%26c"),
        ),
        (
            vec![("post_logout_redirect_uri", query), ("state", "x")],
            format!("{query}&state=x"),
        ),
    ] {
        let told = bench
            .logout(&[&[("id_token_hint", hint.as_str())], &parameters[..]].concat())
            .await;
        assert_eq!(
            (told.status.as_u16(), told.header("location")),
            (303, location.as_str()),
            "{parameters:?}"
        );
    }
    let told = bench.logout(&[("id_token_hint", &hint)]).await;
    assert_eq!((told.status.as_u16(), told.header("location")), (200, ""));
}

async fn nobody_is_sent_where_no_client_is_at_home(bench: Bench) {
    let hint = bench.hint("intranet").await;
    let others = bench.hint("archive").await;
    let mut parts: Vec<String> = hint.split('.').map(str::to_owned).collect();
    parts[2] = others.split('.').nth(2).unwrap().to_owned();
    let forged = parts.join(".");
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", hint.split('.').nth(1).unwrap());
    // Signed with our key, in another name of ours: what an Entra tenant is answered.
    let signer = bench.door.provider.keyring.signer(Alg::Rs256).await.unwrap();
    let mut claims = read(&hint);
    claims["iss"] = format!("{ISSUER}/entra/tenant").into();
    let another_name = signer.sign_compact(&[], &claims).unwrap();
    // A parameter without a value is as if absent.
    for (hint, client, address, why) in [
        (hint.as_str(), "", "https://evil.example", "address not registered"),
        (
            &hint,
            "",
            "https://intranet.example.com/left/",
            "address not registered",
        ),
        (&others, "", LEFT, "address not registered"),
        (&others, "intranet", LEFT, "hint of another client"),
        (&forged, "", LEFT, "hint is not ours"),
        (&another_name, "", LEFT, "hint is not ours"),
        (&unsigned, "", LEFT, "hint is not ours"),
        ("", "nobody", LEFT, "unknown client"),
        ("", "", LEFT, "address of nobody"),
    ] {
        let sent = [
            ("id_token_hint", hint),
            ("client_id", client),
            ("post_logout_redirect_uri", address),
        ];
        let told = bench.logout(&sent).await;
        assert_eq!((told.status.as_u16(), told.header("location")), (400, ""), "{why}");
        assert_eq!(bench.last_why().await, why);
        bench.forward(Duration::from_secs(60));
    }
}

async fn without_a_token_the_person_is_asked(bench: Bench) {
    for parameters in [
        &[][..],
        &[("client_id", "intranet"), ("post_logout_redirect_uri", LEFT)],
    ] {
        let told = bench.logout(parameters).await;
        assert_eq!((told.status.as_u16(), told.header("location")), (200, ""));
        assert!(told.text.contains("/oauth2/logout/confirm"));
    }
}

impl Bench {
    /// A browser that remembers a proof of this subject's.
    async fn session_of(&self, subject: &str) -> Token {
        let question = Question {
            purpose: "verify".to_owned(),
            source: "sso".to_owned(),
            client: "intranet".to_owned(),
            subject: Subject {
                key: SubjectKey::Login,
                value: "somebody@example.com".to_owned(),
            },
            record: None,
            request: String::new(),
            recognise: false,
            budget: None,
            typed_from: None,
        };
        let case = self.door.flow.open_question(question).await.unwrap().case.id;
        let mut proven = maria();
        subject.clone_into(&mut proven.subject);
        let until = proven.proven_at.plus(Duration::from_secs(3600));
        let begun = self.door.provider.begin_session(&proven, &case, until).await;
        begun.unwrap()
    }
}

async fn with_a_token_of_somebody_else_the_person_is_asked(bench: Bench) {
    let hint = bench.hint("intranet").await;
    let subject = read(&hint)["sub"].as_str().unwrap().to_owned();
    for (kept, status) in [(subject.as_str(), 303), ("somebody-else", 200)] {
        let session = bench.session_of(kept).await;
        let asked = bench
            .call(Method::GET, "/oauth2/logout")
            .query(&[("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", LEFT)])
            .header(
                header::COOKIE,
                format!("__Host-doorward-session={}", session.text().as_str()),
            );
        let told = answer(asked).await;
        assert_eq!(told.status.as_u16(), status);
        let remembered = bench.door.provider.session(&session).await.is_some();
        assert_eq!(
            (remembered, told.text.contains("/oauth2/logout/confirm")),
            (status == 200, status == 200)
        );
    }
}
