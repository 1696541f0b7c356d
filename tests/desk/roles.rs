//! Every screen and every role: who may look at what, and that nothing tells what is not theirs from what is not there.

use std::collections::BTreeMap;
use std::time::Duration;

use doorward_contract::Timestamp;
use doorward_contract::clock::TurnedClock;

use super::*;

on_both! {
    every_role_sees_what_is_its_own_and_nothing_else
    what_is_not_yours_and_what_is_not_there_are_answered_alike
    whoever_is_not_signed_in_is_led_to_the_door
    pages_are_kept_nowhere_and_shown_in_no_frame
}

/// What each operator is answered, in the order of [`EVERYBODY`].
const EVERYBODY: [&str; 5] = [AGENT, REVIEWER, APPROVER, AUDITOR, ADMIN];

async fn every_role_sees_what_is_its_own_and_nothing_else(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let act = |act: &str| format!("{case}/{act}");
    // 409: theirs to do, and not now.
    let table = [
        ("/desk".to_owned(), [200, 200, 200, 200, 200]),
        ("/desk/find".to_owned(), [200, 200, 200, 200, 200]),
        ("/desk/cases".to_owned(), [200, 200, 200, 200, 200]),
        ("/desk/cases/new".to_owned(), [200, 403, 403, 403, 403]),
        (case.clone(), [200, 200, 200, 200, 200]),
        (act("link"), [200, 404, 404, 404, 404]),
        (act("cancel"), [200, 404, 404, 404, 200]),
        (act("flag"), [200, 200, 200, 404, 200]),
        (act("clear-flag"), [404, 404, 404, 404, 409]),
        (act("resume"), [404, 404, 404, 404, 409]),
        (act("retry"), [404, 404, 404, 404, 409]),
        (act("undo"), [404, 404, 404, 404, 409]),
        (act("forget"), [404, 404, 404, 404, 409]),
        (act("whatever"), [404, 404, 404, 404, 404]),
    ];
    let asked = lab.entra.fake().lines().len();
    for (at, name) in EVERYBODY.into_iter().enumerate() {
        let browser = operator(&lab, name).await;
        let mut found = BTreeMap::new();
        for (path, wanted) in &table {
            let answer = looked(&lab, &browser, path).await.status().as_u16();
            if answer != wanted[at] {
                found.insert(path, answer);
            }
        }
        assert!(found.is_empty(), "{name}: {found:?}");
        // What may not be looked at may not be sent either, with the right token.
        let mut browser = browser;
        let token = form_token(&lab, &mut browser).await;
        for (path, wanted) in &table[5..] {
            if matches!(wanted[at], 404 | 409) {
                let fields = [("form_token", token.as_str()), ("reason", "because")];
                let answer = sent(&lab, &browser, path, &fields).await.status().as_u16();
                assert_eq!(answer, wanted[at], "{name} {path}");
            }
        }
        if !matches!(name, AGENT) {
            let fields = [
                ("form_token", token.as_str()),
                ("account", MARIA),
                ("purpose", "recover"),
                ("reason", "because"),
            ];
            for path in ["/desk/cases", "/desk/cases/new"] {
                assert_eq!(
                    sent(&lab, &browser, path, &fields).await.status().as_u16(),
                    403,
                    "{name} {path}"
                );
            }
            let fields = [("form_token", token.as_str()), ("query", MARIA)];
            let page = sent(&lab, &browser, "/desk/find", &fields).await.text().await.unwrap();
            assert!(!page.contains("Maria Silva"), "{name} looks nobody up");
        }
    }
    assert_eq!(lab.entra.fake().lines().len(), asked, "none of this asks a vendor");
    lab.stop().await;
}

async fn what_is_not_yours_and_what_is_not_there_are_answered_alike(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    let auditor = operator(&lab, AUDITOR).await;
    let nobodys = "/desk/cases/case_AAAAAAAAAAAAAAAAAAAAAA";
    let mut answers = Vec::new();
    for path in [
        nobodys.to_owned(),
        format!("{nobodys}/stream"),
        format!("{nobodys}/cancel"),
        format!("{case}/cancel"),
        format!("{case}/link"),
        format!("{case}/undo"),
        format!("{case}/no-such-act"),
        "/desk/cases/none-at-all".to_owned(),
        "/desk/cases/none-at-all/flag".to_owned(),
    ] {
        let answer = looked(&lab, &auditor, &path).await;
        let mut headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .filter(|(name, _)| name != "date")
            .collect();
        headers.sort();
        answers.push((path, answer.status(), headers, answer.bytes().await.unwrap()));
    }
    let (_, status, headers, body) = answers[0].clone();
    assert_eq!(status.as_u16(), 404);
    for (path, other_status, other_headers, other_body) in answers {
        assert_eq!((other_status, &other_headers), (status, &headers), "{path}");
        assert_eq!(other_body, body, "{path}");
    }
    lab.stop().await;
}

async fn whoever_is_not_signed_in_is_led_to_the_door(lab: Lab) {
    let stranger = lab.browser().unwrap();
    for path in [
        "/desk",
        "/desk/find",
        "/desk/cases?stage=review",
        "/desk/cases/new",
        "/desk/cases/case_AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let answer = looked(&lab, &stranger, path).await;
        assert_eq!(answer.status().as_u16(), 303, "{path}");
        let to = answer.headers()["location"].to_str().unwrap();
        assert!(to.starts_with("/desk/sign-in?to=%2Fdesk"), "{path}: {to}");
    }
    for path in [
        "/desk/find",
        "/desk/cases",
        "/desk/cases/new",
        "/desk/cases/case_AAAAAAAAAAAAAAAAAAAAAA/cancel",
    ] {
        let answer = sent(&lab, &stranger, path, &[("query", MARIA)]).await;
        assert_eq!(answer.headers()["location"], "/desk/sign-in", "{path}");
    }
    lab.stop().await;
}

async fn pages_are_kept_nowhere_and_shown_in_no_frame(lab: Lab) {
    let mut agent = operator(&lab, AGENT).await;
    let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
    for path in [
        "/desk",
        "/desk/find",
        "/desk/cases",
        "/desk/cases/new",
        case.as_str(),
        &format!("{case}/flag"),
        "/desk/cases/none",
    ] {
        let answer = looked(&lab, &agent, path).await;
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(header("cache-control").as_deref(), Some("no-store"), "{path}");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        let policy = header("content-security-policy").unwrap();
        for part in ["frame-ancestors 'none'", "default-src 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
    }
    lab.stop().await;
}

mod turned {
    //! With a clock that is turned, apart from the others: a fresh proof is minutes old.
    use super::*;

    async fn whoever_mends_a_case_proves_themselves_anew_first(database: Database) {
        const NOW: i64 = 1_768_471_200;
        let clock = TurnedClock::at(Timestamp::from_seconds(NOW));
        let lab = lab_at(database, Arc::new(clock.clone())).await;
        let mut agent = operator(&lab, AGENT).await;
        let case = followed(open(&lab, &mut agent, MARIA, "recover").await);
        let mut admin = operator(&lab, ADMIN).await;
        let token = form_token(&lab, &mut admin).await;
        clock.forward(Duration::from_secs(6 * 60));
        let path = format!("{case}/clear-flag");
        let fields = [("form_token", token.as_str()), ("reason", "a mistake")];
        for answer in [
            looked(&lab, &admin, &path).await,
            sent(&lab, &admin, &path, &fields).await,
        ] {
            assert_eq!(answer.status().as_u16(), 303);
            let to = answer.headers()["location"].to_str().unwrap();
            let back = url::form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
            assert_eq!(to, format!("/desk/step-up?to={back}"));
        }
        // What takes nothing away from anybody needs none.
        assert_eq!(
            looked(&lab, &admin, &format!("{case}/flag")).await.status().as_u16(),
            200
        );
        lab.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        whoever_mends_a_case_proves_themselves_anew_first(Database::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        whoever_mends_a_case_proves_themselves_anew_first(Database::Postgres).await;
    }
}
