//! What the imitated Duo refuses: asked without our client, so that both cannot be wrong together.

use std::sync::Arc;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::http::Ask;
use doorward_duo::fake::{DuoFake, Permissions};
use http::{Method, header};
use serde_json::{Value, json};

use crate::stand::{ADA, ADMIN, AUTH, Stand, WEB};

/// A request signed by hand, with everything that can be done wrong.
struct Hand<'a> {
    keys: (&'a str, &'a str),
    method: &'a str,
    path: &'a str,
    /// As signed and, unless `sent_query` says otherwise, as sent.
    query: &'a str,
    sent_query: Option<&'a str>,
    body: &'a str,
    sent_body: Option<&'a str>,
    date: Option<String>,
    host: Option<&'a str>,
    form: bool,
}

fn hand<'a>(method: &'a str, path: &'a str) -> Hand<'a> {
    Hand {
        keys: ADMIN,
        method,
        path,
        query: "",
        sent_query: None,
        body: "",
        sent_body: None,
        date: None,
        host: None,
        form: false,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn now(fake: &Arc<DuoFake>, later: i64) -> String {
    let at = chrono::DateTime::from_timestamp(fake.fake().now().seconds() + later, 0).unwrap();
    at.format("%a, %d %b %Y %H:%M:%S -0000").to_string()
}

async fn ask(stand: &Stand, hand: Hand<'_>) -> (u16, Value) {
    let date = hand.date.unwrap_or_else(|| now(&stand.fake, 0));
    let host = hand.host.unwrap_or("127.0.0.1");
    let params = if hand.form { hand.body } else { hand.query };
    let mut canonical = [date.as_str(), hand.method, host, hand.path, params].join("\n");
    if !hand.form {
        let sha = |text: &str| hex(digest::digest(&digest::SHA512, text.as_bytes()).as_ref());
        canonical = [canonical, sha(hand.body), sha("")].join("\n");
    }
    let key = hmac::Key::new(hmac::HMAC_SHA512, hand.keys.1.as_bytes());
    let signature = hex(hmac::sign(&key, canonical.as_bytes()).as_ref());
    let basic = STANDARD.encode(format!("{}:{signature}", hand.keys.0));
    let mut url = stand.base.join(hand.path).unwrap();
    let query = hand.sent_query.unwrap_or(hand.query);
    url.set_query(Some(query).filter(|query| !query.is_empty()));
    let kind = if hand.form {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let mut ask = Ask::write(Method::from_bytes(hand.method.as_bytes()).unwrap(), url)
        .header(header::DATE, &date)
        .header(header::AUTHORIZATION, &format!("Basic {basic}"))
        .header(header::CONTENT_TYPE, kind);
    let body = hand.sent_body.unwrap_or(hand.body);
    ask.body = Some(body.as_bytes().to_vec()).filter(|body| !body.is_empty());
    let answer = stand.http.send(ask).await.unwrap();
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
}

async fn code(stand: &Stand, hand: Hand<'_>) -> u64 {
    let (status, body) = ask(stand, hand).await;
    let code = body["code"].as_u64().unwrap_or(0);
    assert!(code == 0 || code / 100 == u64::from(status), "{status} {body}");
    assert_eq!(body["stat"], if code == 0 { "OK" } else { "FAIL" });
    code
}

const USERS: &str = "/admin/v1/users";

#[tokio::test]
async fn a_request_signed_by_the_book_is_answered() {
    let stand = Stand::usual().await;
    let read = Hand {
        query: "username=ada.kerr",
        ..hand("GET", USERS)
    };
    assert_eq!(code(&stand, read).await, 0);
    // On the wire a space may be a plus, and the order another.
    let loose = Hand {
        query: "limit=1&username=ada%20kerr",
        sent_query: Some("username=ada+kerr&limit=1"),
        ..hand("GET", USERS)
    };
    assert_eq!(code(&stand, loose).await, 0);
    let path = format!("{USERS}/{ADA}/bypass_codes");
    let form = Hand {
        body: "count=1&preserve_existing=true&reuse_count=1&valid_secs=3600",
        form: true,
        ..hand("POST", &path)
    };
    assert_eq!(code(&stand, form).await, 0);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn whatever_was_changed_after_signing_is_refused() {
    let stand = Stand::usual().await;
    let usual = || Hand {
        query: "username=ada.kerr",
        ..hand("GET", USERS)
    };
    let path = format!("{USERS}/{ADA}");
    let table = [
        (
            "another value",
            Hand {
                sent_query: Some("username=ada.kerr2"),
                ..usual()
            },
        ),
        (
            "a parameter more",
            Hand {
                sent_query: Some("limit=1&username=ada.kerr"),
                ..usual()
            },
        ),
        (
            "an unsorted signature",
            Hand {
                query: "username=a&limit=1",
                ..usual()
            },
        ),
        (
            "an encoding in small letters",
            Hand {
                query: "username=a%2fb",
                ..usual()
            },
        ),
        (
            "another host",
            Hand {
                host: Some("api-other.duosecurity.com"),
                ..usual()
            },
        ),
        (
            "another secret",
            Hand {
                keys: (ADMIN.0, AUTH.1),
                ..usual()
            },
        ),
        (
            "no date",
            Hand {
                date: Some("yesterday".into()),
                ..usual()
            },
        ),
        (
            "too old",
            Hand {
                date: Some(now(&stand.fake, -301)),
                ..usual()
            },
        ),
        (
            "too early",
            Hand {
                date: Some(now(&stand.fake, 301)),
                ..usual()
            },
        ),
        (
            "another body",
            Hand {
                body: "{}",
                sent_body: Some("{ }"),
                ..hand("POST", &path)
            },
        ),
        (
            "a query beside a body",
            Hand {
                body: "{}",
                sent_query: Some("a=b"),
                ..hand("POST", &path)
            },
        ),
    ];
    for (what, hand) in table {
        assert_eq!(code(&stand, hand).await, 40_103, "{what}");
    }
    let unknown = Hand {
        keys: ("DINOBODYNOBODYNOBODY", ADMIN.1),
        ..usual()
    };
    assert_eq!(code(&stand, unknown).await, 40_102);
    let bare = stand.open(Method::GET, stand.base.join(USERS).unwrap().as_str()).await;
    assert_eq!(bare.json::<Value>().unwrap()["code"], 40_101);
}

#[tokio::test]
async fn each_application_reaches_its_own_api() {
    let stand = Stand::usual().await;
    for (keys, path) in [
        (AUTH, USERS),
        (WEB, USERS),
        (ADMIN, "/auth/v2/check"),
        (WEB, "/auth/v2/check"),
    ] {
        let (_, body) = ask(
            &stand,
            Hand {
                keys,
                ..hand("GET", path)
            },
        )
        .await;
        assert_eq!(body["code"], 40_301);
        assert_eq!(body["message_detail"], "Wrong integration type for this API.");
    }
    assert_eq!(
        code(
            &stand,
            Hand {
                keys: AUTH,
                ..hand("GET", "/auth/v2/check")
            }
        )
        .await,
        0
    );
}

#[tokio::test]
async fn a_permission_is_looked_at_before_what_exists() {
    let stand = Stand::usual().await;
    stand.fake.permit(Permissions {
        write: false,
        ..Permissions::default()
    });
    assert_eq!(
        code(&stand, hand("DELETE", "/admin/v1/bypass_codes/DBNONE00000000000000")).await,
        40_301
    );
    assert_eq!(code(&stand, hand("GET", "/admin/v1/admins")).await, 40_301);
    assert_eq!(
        code(&stand, hand("GET", "/admin/v1/users/DUNOBODY000000000000")).await,
        40_401
    );
}

#[tokio::test]
async fn parameters_are_held_to_their_rules() {
    let stand = Stand::usual().await;
    let codes = format!("{USERS}/{ADA}/bypass_codes");
    let user = format!("{USERS}/{ADA}");
    let table = [
        (&codes, json!({ "count": "11" }), 40_002),
        (&codes, json!({ "count": "none" }), 40_002),
        (&codes, json!({ "preserve_existing": "perhaps" }), 40_002),
        (&user, json!({ "status": "locked out" }), 40_002),
        (&user, json!({ "status": "bypass" }), 0),
    ];
    for (path, body, wanted) in table {
        let text = body.to_string();
        assert_eq!(
            code(
                &stand,
                Hand {
                    body: &text,
                    ..hand("POST", path)
                }
            )
            .await,
            wanted,
            "{body}"
        );
    }
    for (path, body, wanted) in [
        ("/auth/v2/preauth", json!({}), 40_001),
        ("/auth/v2/preauth", json!({ "username": "a", "user_id": ADA }), 40_002),
        ("/auth/v2/auth", json!({ "user_id": ADA }), 40_001),
        ("/auth/v2/auth", json!({ "user_id": ADA, "factor": "push" }), 40_001),
        (
            "/auth/v2/auth",
            json!({ "user_id": ADA, "factor": "carrier pigeon", "device": "auto" }),
            40_002,
        ),
    ] {
        let text = body.to_string();
        let posted = Hand {
            keys: AUTH,
            body: &text,
            ..hand("POST", path)
        };
        assert_eq!(code(&stand, posted).await, wanted, "{path} {body}");
    }
}

#[tokio::test]
async fn what_is_left_out_of_a_bypass_code_has_the_vendors_dangerous_defaults() {
    let stand = Stand::usual().await;
    let path = format!("{USERS}/{ADA}/bypass_codes");
    let (_, first) = ask(
        &stand,
        Hand {
            body: "{}",
            ..hand("POST", &path)
        },
    )
    .await;
    assert_eq!(first["response"].as_array().unwrap().len(), 10);
    ask(
        &stand,
        Hand {
            body: "{\"count\":\"1\"}",
            ..hand("POST", &path)
        },
    )
    .await;
    let view = stand.fake.users().into_iter().find(|user| user.id == ADA).unwrap();
    assert_eq!(view.codes.len(), 1, "the others were deleted");
    assert_eq!(view.codes[0].expires, None);
}

#[tokio::test]
async fn a_list_tells_where_its_next_page_begins() {
    let stand = Stand::usual().await;
    let page = |offset: &'static str| Hand {
        query: offset,
        ..hand("GET", USERS)
    };
    let (_, first) = ask(&stand, page("limit=100&offset=0")).await;
    assert_eq!(first["metadata"]["next_offset"], 100);
    assert_eq!(first["metadata"]["total_objects"], 121);
    let (_, last) = ask(&stand, page("limit=100&offset=100")).await;
    assert!(last["metadata"]["next_offset"].is_null());
    assert_eq!(last["response"].as_array().unwrap().len(), 21);
}

#[tokio::test]
async fn what_the_account_remembers_can_be_restored() {
    let stand = Stand::usual().await;
    let before = stand.fake.state();
    stand.fake.change(ADA, |person| person.status = "disabled".into());
    assert_ne!(stand.fake.state(), before);
    stand.fake.restore(before.clone()).unwrap();
    assert_eq!(stand.fake.state(), before);
}

#[tokio::test]
async fn help_links_are_read_and_changed_with_the_settings_permission_only() {
    const PATH: &str = "/admin/v1/branding/custom_messaging";
    let change = r#"{"help_links":"https://door.example.com/duo/start,https://help.example.com/"}"#;
    let stand = Stand::usual().await;
    for (method, body) in [("GET", ""), ("POST", change)] {
        let refused = ask(
            &stand,
            Hand {
                body,
                ..hand(method, PATH)
            },
        )
        .await;
        assert_eq!((refused.0, &refused.1["code"]), (403, &json!(40_301)), "{method}");
    }
    stand.fake.permit(Permissions {
        settings: true,
        ..Permissions::default()
    });
    let changed = ask(
        &stand,
        Hand {
            body: change,
            ..hand("POST", PATH)
        },
    )
    .await;
    assert_eq!(changed.0, 200, "{}", changed.1);
    let read = ask(&stand, hand("GET", PATH)).await.1;
    let links = json!(["https://door.example.com/duo/start", "https://help.example.com/"]);
    assert_eq!(read["response"]["help_links"], links);
    let wrong = r#"{"help_links":"javascript:alert(1)"}"#;
    let refused = ask(
        &stand,
        Hand {
            body: wrong,
            ..hand("POST", PATH)
        },
    )
    .await;
    assert_eq!((refused.0, &refused.1["message_detail"]), (400, &json!("help_links")));
    assert_eq!(ask(&stand, hand("GET", PATH)).await.1["response"]["help_links"], links);
}
