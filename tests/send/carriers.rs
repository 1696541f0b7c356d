//! One attempt at a time, over the network: TLS or nothing, a message byte for byte, and what each answer comes to.

use std::time::Duration;

use doorward::notice::carrier::{Carrier, Handed, Outcome};
use doorward::notice::mail::{Mail, Protection, Server};
use doorward::notice::send::Endpoint;
use doorward_contract::{ContactKind, Timestamp};
use doorward_lab::smtp::{Identity, MailServer, Manner, Point, Security};
use tokio::net::TcpListener;

use crate::deliver::stand;

const NOW: Timestamp = Timestamp::from_seconds(1_768_471_200);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const USER: (&str, &str) = ("doorward", "a-password-of-doorward");

async fn server(security: Security) -> MailServer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    MailServer::serve(listener, security, USER, |_| {}).unwrap()
}

fn settings(server: &MailServer, protection: Protection) -> Server {
    Server {
        host: "localhost".to_owned(),
        port: server.address.port(),
        protection,
        sign_in: Some((USER.0.to_owned(), USER.1.to_owned().into())),
        from: "service.desk@example.com".to_owned(),
        name: "Bäckerei „Zum Löwen“, Köln".to_owned(),
        certificates: None,
        own_host: "recover.example.com".to_owned(),
        timeout: Duration::from_secs(20),
    }
}

fn handed<'m>(to: &'m str, text: &'m str) -> Handed<'m> {
    Handed {
        id: "msg_one",
        kind: ContactKind::Mail,
        to,
        subject: "Bäckerei: Zurück ins Konto — und noch einige Wörter mehr, damit der Betreff gefaltet werden muss",
        text,
        language: "en",
        at: NOW,
    }
}

#[tokio::test]
async fn a_server_that_offers_no_tls_hears_neither_password_nor_message() {
    let server = server(Security::Plain).await;
    for protection in [Protection::StartTls, Protection::Implicit] {
        let mut settings = settings(&server, protection);
        // One that never speaks TLS never answers the first byte of it either.
        settings.timeout = Duration::from_secs(3);
        let mail = Mail::new(settings).unwrap();
        let outcome = mail.send(&handed("maria@home.example", "Hello")).await;
        assert!(matches!(outcome, Outcome::Later(..)), "{outcome:?}");
        assert!(mail.try_out().await.is_err());
    }
    let said = server.said();
    assert!(
        said.iter()
            .all(|line| line.starts_with("EHLO") || line == "QUIT" || !line.is_ascii()),
        "{said:?}"
    );
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_certificate_that_leads_to_nobody_ends_it_before_anything_is_said() {
    let (identity, _) = Identity::own("localhost").unwrap();
    let (stranger, other) = Identity::own("mail.example.com").unwrap();
    for (security, protection) in [
        (Security::StartTls(identity.clone()), Protection::StartTls),
        (Security::Implicit(identity), Protection::Implicit),
        // Trusted, and for another host.
        (Security::Implicit(stranger), Protection::Implicit),
    ] {
        let server = server(security).await;
        let mut settings = settings(&server, protection);
        settings.certificates = Some(other.clone());
        let mail = Mail::new(settings).unwrap();
        let outcome = mail.send(&handed("maria@home.example", "Hello")).await;
        assert!(matches!(outcome, Outcome::Later(..)), "{outcome:?}");
        assert!(
            !server
                .said()
                .iter()
                .any(|line| line == "AUTH" || line.starts_with("MAIL")),
            "{:?}",
            server.said()
        );
        assert!(server.taken().is_empty());
    }
}

#[tokio::test]
async fn over_tls_a_message_arrives_as_it_was_written_whatever_is_in_it() {
    let (identity, pem) = Identity::own("localhost").unwrap();
    for (security, protection) in [
        (Security::StartTls(identity.clone()), Protection::StartTls),
        (Security::Implicit(identity), Protection::Implicit),
    ] {
        let server = server(security).await;
        let mut settings = settings(&server, protection);
        settings.certificates = Some(pem.clone());
        let mail = Mail::new(settings).unwrap();
        mail.try_out().await.unwrap();
        assert!(server.taken().is_empty());
        let long = "x".repeat(1_500);
        let texts = [
            "Hello,\n\n.\n..\n.a line that begins with a dot\nFrom here on\n",
            "Grüße aus Köln = 100 %\n\n.\n",
            long.as_str(),
        ];
        for text in texts {
            let outcome = mail.send(&handed("maria@home.example", text)).await;
            assert_eq!(outcome, Outcome::Taken);
        }
        let taken = server.taken();
        for (mail, text) in taken.iter().zip(texts) {
            assert_eq!(mail.text().trim_end(), text.trim_end());
            assert!(mail.encrypted);
            assert_eq!(mail.from, "service.desk@example.com");
            assert_eq!(mail.header("Subject").unwrap(), handed("", "").subject);
            assert!(
                mail.header("From").unwrap().contains("Bäckerei „Zum Löwen“, Köln"),
                "{:?}",
                mail.header("From")
            );
            assert_eq!(
                mail.header("Message-ID").as_deref(),
                Some("<msg_one@recover.example.com>")
            );
            assert_eq!(mail.header("Date").as_deref(), Some("Thu, 15 Jan 2026 10:00:00 +0000"));
        }
        assert_eq!(taken.len(), texts.len());
    }
}

#[tokio::test]
async fn an_address_cannot_bring_a_header_or_another_addressee_along() {
    let server = server(Security::Plain).await;
    let mail = Mail::new(settings(&server, Protection::Plaintext)).unwrap();
    for to in [
        "maria@home.example\r\nRCPT TO:<eve@evil.example>",
        "maria@home.example>\r\nDATA",
        "maria@home.example, eve@evil.example",
        "",
    ] {
        let outcome = mail.send(&handed(to, "Hello")).await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{to}: {outcome:?}");
    }
    assert!(
        !server.said().iter().any(|line| line.contains("eve")),
        "{:?}",
        server.said()
    );
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn what_a_mail_server_answers_is_tried_again_or_given_up() {
    let server = server(Security::Plain).await;
    let mail = Mail::new(settings(&server, Protection::Plaintext)).unwrap();
    for (point, line, again) in [
        (Point::Greeting, "421 4.3.2 later", true),
        (Point::Greeting, "554 5.3.2 never", false),
        (Point::Auth, "535 5.7.8 wrong", true),
        (Point::Auth, "454 4.7.0 later", true),
        (Point::From, "452 4.3.1 full", true),
        (Point::From, "553 5.1.8 who?", false),
        (Point::To, "450 4.2.1 grey", true),
        (Point::To, "550 5.1.1 <maria@home.example> unknown", false),
        (Point::End, "451 4.3.0 later", true),
        (Point::End, "554 5.7.1 spam", false),
    ] {
        server.misbehave(point, Manner::Say(line.to_owned()));
        let outcome = mail.send(&handed("maria@home.example", "Hello")).await;
        let (why, tried) = match outcome {
            Outcome::Later(why, None) => (why, true),
            Outcome::Refused(why) => (why, false),
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(tried, again, "{line}");
        assert_eq!(why, format!("it answered {}", &line[..3]));
    }
    for point in [Point::Greeting, Point::To, Point::End] {
        server.misbehave(point, Manner::HangUp);
        let outcome = mail.send(&handed("maria@home.example", "Hello")).await;
        assert!(matches!(outcome, Outcome::Later(..)), "{point:?}: {outcome:?}");
    }
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_gateway_is_sent_one_signed_message_and_its_answer_is_sorted() {
    let receiver = stand::Receiver::start().await;
    let secrets = [SECRET.to_owned().into()];
    let endpoint = Endpoint::new("sms", &receiver.url, &secrets, Duration::from_mins(1)).unwrap();
    let carrier = Carrier::Gateway(Box::new(endpoint));
    let message = Handed {
        kind: ContactKind::Phone,
        ..handed("+46701740611", "The link")
    };
    assert_eq!(carrier.send(&message, NOW).await, Outcome::Taken);
    let [heard] = receiver.heard().try_into().unwrap();
    assert!(heard.is_by(SECRET));
    assert_eq!((heard.id.as_str(), heard.kind().as_str()), ("msg_one", "message.send"));
    let data = &heard.body()["data"];
    assert_eq!(data["to"], "+46701740611");
    assert_eq!(data["kind"], "sms");
    assert_eq!(data["message_id"], "msg_one");
    assert_eq!((&data["text"], &data["language"]), (&"The link".into(), &"en".into()));

    for (status, again) in [
        (400, false),
        (401, false),
        (404, false),
        (422, false),
        (302, false),
        (408, true),
        (429, true),
        (500, true),
        (503, true),
    ] {
        receiver.answers_next(stand::Manner::Status(status));
        let outcome = carrier.send(&message, NOW).await;
        assert_eq!(matches!(outcome, Outcome::Later(..)), again, "{status}: {outcome:?}");
        assert_eq!(matches!(outcome, Outcome::Refused(_)), !again, "{status}: {outcome:?}");
    }
    receiver.answers_next(stand::Manner::Later(429, "90".to_owned()));
    let wished = Some(NOW.plus(Duration::from_secs(90)));
    let outcome = carrier.send(&message, NOW).await;
    assert_eq!(outcome, Outcome::Later("it answered 429".to_owned(), wished));
    drop(receiver);
    assert!(matches!(carrier.send(&message, NOW).await, Outcome::Later(..)));
}
